//! The naive model: every unit is laid on the number line by itself.

use super::generate::{Case, List, PRODUCTS, Record, Tier};
use super::rational::Rational;

/// What lines cost on one number line, laid part by part.
struct Charge<'c> {
    list: &'c List,
    record: &'c Record,
    /// How many smallest parts a unit has.
    parts: i128,
    /// Everything that is counted together, in parts.
    total: i128,
}

impl Charge<'_> {
    /// The tier of the part that ends there, when tiers count part by part.
    fn tier_at(&self, part: i128) -> Option<usize> {
        let counted = self.parts == 1;
        self.record.tiers.iter().rposition(|tier| {
            let from = tier.from * self.parts;
            if self.list.upper || !counted && self.list.mode == "graduated" { from < part } else { from <= part }
        })
    }

    /// The tier that a whole quantity reaches.
    fn tier_of(&self, quantity: i128) -> Option<usize> {
        self.record.tiers.iter().rposition(|tier| {
            let from = tier.from * self.parts;
            if self.list.upper { from < quantity || quantity == 0 && from == 0 } else { from <= quantity }
        })
    }

    /// So many parts of one tier at its price, in packages when there are any.
    fn at_price(&self, parts: i128, tier: &Tier) -> Rational {
        let price = Rational::new(tier.price, 1_000);
        let Some((size, rounding)) = self.record.package else { return price * Rational::new(parts, self.parts) };
        let whole = size * self.parts;
        match rounding {
            "up" => price * Rational::whole((parts + whole - 1) / whole),
            "down" => price * Rational::whole(parts / whole),
            _ => price * Rational::new(parts, whole),
        }
    }

    fn flat(&self, tier: &Tier) -> Rational {
        Rational::new(tier.flat, 1_000)
    }

    /// What so many parts cost that all lie in the tier that `tier` names, or end there.
    fn plain(&self, charged: i128, tier: usize) -> Rational {
        let tiers = &self.record.tiers;
        let reached = &tiers[tier];
        match self.list.mode {
            "volume" => self.at_price(charged, reached) + self.flat(reached),
            "block" => {
                let above = (charged - reached.from * self.parts).max(0);
                Rational::new(reached.price + reached.flat, 1_000) + self.flat(reached) * Rational::new(above, self.parts)
            }
            _ => {
                let mut sum = Rational::ZERO;
                for (number, tier) in tiers.iter().enumerate() {
                    let within = (1..=charged).filter(|part| self.tier_at(*part).unwrap_or(0) == number).count() as i128;
                    if within > 0 || number == 0 {
                        sum = sum + self.at_price(within, tier) + self.flat(tier);
                    }
                }
                sum
            }
        }
    }

    /// What everything up to there costs; none where no tier is reached.
    fn until(&self, place: i128) -> Option<Rational> {
        let free = self.record.included * self.parts;
        let (charged, total) = ((place - free).max(0), (self.total - free).max(0));
        if charged == 0 {
            return Some(Rational::ZERO);
        }
        let tier = self.tier_of(if self.list.mode == "volume" { total } else { charged })?;
        let mut amount = self.plain(charged, tier);
        if self.list.pay_min {
            for (number, above) in self.record.tiers.iter().enumerate().skip(tier + 1) {
                let one = if self.list.upper && self.parts == 1 { 1 } else { 0 };
                amount = amount.min(self.plain(above.from * self.parts + one, number));
            }
        }
        if let Some(minimum) = self.record.minimum {
            amount = amount.max(Rational::new(minimum, 1_000));
        }
        Some(self.record.maximum.map_or(amount, |maximum| amount.min(Rational::new(maximum, 1_000))))
    }

    fn is_price_per_unit(&self, cut: bool) -> bool {
        let record = self.record;
        let free = record.included * self.parts;
        let tier = self.tier_of((self.total - free).max(0)).unwrap_or(0);
        self.list.mode == "volume"
            && !self.list.pay_min
            && record.package.is_none()
            && record.included == 0
            && record.minimum.is_none()
            && record.maximum.is_none()
            && !cut
            && record.tiers[tier].flat == 0
    }
}

/// Lines that count together.
struct Group {
    name: String,
    total: i128,
    position: i128,
    started: bool,
    exact: Rational,
    rounded: Rational,
}

/// What every line costs; none for a line that has no price.
pub fn naive(case: &Case) -> Vec<Option<Rational>> {
    let mut rest: Vec<i128> = case.lines.iter().map(|(_, parts)| *parts).collect();
    let (mut open, mut cut) = (vec![true; rest.len()], vec![false; rest.len()]);
    let mut amounts = vec![Rational::ZERO; rest.len()];
    for list in &case.lists {
        let mut used = [0_i128; PRODUCTS.len()];
        // 1. What each line takes of its record.
        let mut picks = Vec::new();
        for line in (0..rest.len()).filter(|line| open[*line]) {
            let (product, parts) = (case.lines[line].0, PRODUCTS[case.lines[line].0].3);
            let Some(record) = list.records.iter().find(|record| record.product == product) else { continue };
            let taken = match record.cap {
                Some((cap, beyond, _)) => {
                    let left = cap * parts - used[product];
                    if rest[line] <= left {
                        rest[line]
                    } else if beyond == "rest" {
                        left.max(0)
                    } else {
                        0
                    }
                }
                None => rest[line],
            };
            // Alone it must reach a tier; with others it may reach one that it does not reach alone.
            let reaches = list.together != "line" || Charge { list, record, parts, total: taken }.until(taken).is_some();
            if taken > 0 && reaches {
                used[product] += taken;
                picks.push((line, record, taken, parts));
            }
        }
        // 2. What counts together.
        let mut groups: Vec<Group> = Vec::new();
        let name = |line: usize| {
            let (id, unit, brand, _) = PRODUCTS[case.lines[line].0];
            match list.together {
                "line" => line.to_string(),
                "product" | "record" => id.to_owned(),
                "brand" => format!("{brand} {unit}"),
                _ => unit.to_owned(),
            }
        };
        for (line, _, taken, parts) in &picks {
            let opening = list.counter.unwrap_or(0) * parts;
            let at = groups.iter().position(|group| group.name == name(*line)).unwrap_or_else(|| {
                groups.push(Group {
                    name: name(*line),
                    total: opening,
                    position: opening,
                    started: opening > 0,
                    exact: Rational::ZERO,
                    rounded: Rational::ZERO,
                });
                groups.len() - 1
            });
            groups[at].total += taken;
        }
        // 3. What each line costs, one after the other.
        for (line, record, taken, parts) in picks {
            let group = groups.iter_mut().find(|group| group.name == name(line)).unwrap();
            let charge = Charge { list, record, parts, total: group.total };
            let Some(end) = charge.until(group.position + taken) else { continue };
            let start = if group.started { charge.until(group.position).unwrap_or(Rational::ZERO) } else { Rational::ZERO };
            let exact = (end - start).max(Rational::ZERO);
            group.position += taken;
            group.started = true;
            let is_cut = cut[line] || taken < rest[line];
            if charge.is_price_per_unit(is_cut) {
                amounts[line] = amounts[line] + exact.rounded(None, 2);
            } else {
                group.exact = group.exact + exact;
                amounts[line] = amounts[line] + group.exact.rounded(None, 2) - group.rounded;
                group.rounded = group.exact.rounded(None, 2);
            }
            rest[line] -= taken;
            (open[line], cut[line]) = (rest[line] > 0, true);
        }
    }
    (0..rest.len()).map(|line| (!open[line]).then_some(amounts[line])).collect()
}
