//! Tariffs against a naive model of them: every unit is laid on the number line by itself and charged by itself.
//!
//! `DEALDESK_MODEL_CASES` sets the number of cases.

#[path = "model/rational.rs"]
mod rational;

use dealdesk::report::Sources;
use dealdesk::{Rulebook, RulebookDef};
use proptest::prelude::*;
use proptest::sample::select;
use rational::Rational;
use serde_json::{Value, json};

/// The smallest parts in which quantities of a product are counted: one of a piece, a hundredth of a metre.
const PRODUCTS: [(&str, &str, &str, i128); 4] =
    [("A", "piece", "red", 1), ("B", "piece", "red", 1), ("C", "piece", "blue", 1), ("D", "metre", "blue", 100)];

#[derive(Debug, Clone)]
struct Tier {
    from: i128,
    price: i128,
    flat: i128,
}

#[derive(Debug, Clone)]
struct Record {
    product: usize,
    tiers: Vec<Tier>,
    package: Option<(i128, &'static str)>,
    included: i128,
    minimum: Option<i128>,
    maximum: Option<i128>,
    cap: Option<(i128, &'static str, bool)>,
}

#[derive(Debug, Clone)]
struct List {
    mode: &'static str,
    upper: bool,
    together: &'static str,
    counter: Option<i128>,
    pay_min: bool,
    records: Vec<Record>,
}

#[derive(Debug, Clone)]
struct Case {
    lists: Vec<List>,
    /// Product, and quantity in the smallest parts.
    lines: Vec<(usize, i128)>,
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let tier = (1_i128..12, 0_i128..3_000, select(vec![0_i128, 0, 0, 250, 1_000]));
    (any::<bool>(), prop::collection::vec(tier, 1..4)).prop_map(|(zero, tiers)| {
        let mut from = if zero { 0 } else { 1 };
        let mut made = Vec::new();
        for (width, price, flat) in tiers {
            made.push(Tier { from, price, flat });
            from += width;
        }
        made
    })
}

/// Graduated tiers leave nothing before the first without a price.
fn begin(tiers: &mut [Tier], mode: &str, upper: bool) {
    if mode == "graduated" && upper {
        tiers[0].from = 0;
    }
}

fn record(product: usize) -> impl Strategy<Value = Record> {
    (
        tiers(),
        prop::option::weighted(0.25, (1_i128..6, select(vec!["up", "down", "exact"]))),
        prop_oneof![4 => Just(0_i128), 1 => 1_i128..6],
        (prop::option::weighted(0.15, 1_i128..3_000), prop::option::weighted(0.15, 3_000_i128..9_000)),
        prop::option::weighted(0.25, (1_i128..15, select(vec!["rest", "line"]), any::<bool>())),
    )
        .prop_map(move |(tiers, package, included, (minimum, maximum), cap)| Record {
            product,
            tiers,
            package,
            included,
            minimum,
            maximum,
            cap,
        })
}

fn list() -> impl Strategy<Value = List> {
    let records: Vec<_> = (0..PRODUCTS.len()).map(|product| prop::option::weighted(0.7, record(product))).collect();
    (
        select(vec!["volume", "volume", "graduated", "graduated", "block"]),
        any::<bool>(),
        select(vec!["line", "product", "document", "brand"]),
        prop::option::weighted(0.3, 0_i128..20),
        prop::bool::weighted(0.3),
        records,
    )
        .prop_map(|(mode, upper, together, counter, pay_min, mut records)| {
            records.iter_mut().flatten().for_each(|record| begin(&mut record.tiers, mode, upper));
            (mode, upper, together, counter, pay_min, records)
        })
        .prop_map(|(mode, upper, together, counter, pay_min, records)| List {
            mode,
            upper,
            together,
            counter: counter.filter(|_| together == "document"),
            pay_min,
            records: records.into_iter().flatten().collect(),
        })
}

fn cases() -> impl Strategy<Value = Case> {
    let line = (0..PRODUCTS.len(), prop_oneof![1_i128..8, 1_i128..40]);
    (prop::collection::vec(list(), 1..3), prop::collection::vec(line, 1..6), 0_i128..100).prop_map(|(lists, lines, hundredths)| Case {
        lists,
        lines: lines
            .into_iter()
            .map(|(product, units)| (product, if PRODUCTS[product].3 == 100 { units * 30 + hundredths } else { units }))
            .collect(),
    })
}

/// A number of thousandths as text.
fn thousandths(number: i128) -> String {
    Rational::new(number, 1_000).text(3)
}

impl Case {
    fn rulebook(&self) -> Value {
        let products: Vec<Value> =
            PRODUCTS.iter().map(|(id, unit, brand, _)| json!({"id": id, "unit": unit, "facts": {"brand": brand}})).collect();
        let lists: Vec<Value> = self.lists.iter().enumerate().map(|(number, list)| list.build(number)).collect();
        json!({
            "schema_version": 1, "id": "tariffs", "currency": "EUR", "units": [{"id": "piece"}, {"id": "metre", "decimals": 2}],
            "products": products, "price_lists": lists,
        })
    }

    fn request(&self) -> Value {
        let line = |(number, (product, parts)): (usize, &(usize, i128))| {
            let (id, _, _, size) = PRODUCTS[*product];
            json!({"id": number.to_string(), "product": id, "quantity": Rational::new(*parts, size).text(0)})
        };
        let lines: Vec<Value> = self.lines.iter().enumerate().map(line).collect();
        let counters: Vec<Value> = self
            .lists
            .iter()
            .enumerate()
            .filter_map(|(number, list)| Some(json!({"counter": format!("list-{number}"), "value": list.counter?.to_string()})))
            .collect();
        json!({"date": "2026-11-21", "lines": lines, "counters": counters})
    }
}

impl List {
    fn build(&self, number: usize) -> Value {
        let records: Vec<Value> = self.records.iter().map(|record| record.build(self, number)).collect();
        let together = if self.together == "brand" { json!({"attribute": "product.brand"}) } else { self.together.into() };
        let mut json = json!({
            "id": format!("list-{number}"), "keys": ["product.id"], "tier_mode": self.mode, "aggregate_by": together, "pay_min": self.pay_min,
            "bound": if self.upper { "upper_inclusive" } else { "lower_inclusive" }, "records": records,
        });
        if self.counter.is_some() {
            json["counter"] = format!("list-{number}").into();
        }
        json
    }
}

impl Record {
    fn build(&self, list: &List, number: usize) -> Value {
        let tier = |tier: &Tier| {
            let mut json = json!({"from": tier.from.to_string()});
            if list.mode == "block" {
                json["flat"] = thousandths(tier.price + tier.flat).into();
                json["overage"] = thousandths(tier.flat).into();
            } else {
                json["price"] = thousandths(tier.price).into();
                if tier.flat != 0 {
                    json["flat"] = thousandths(tier.flat).into();
                }
            }
            json
        };
        let mut json = json!({"key": [PRODUCTS[self.product].0], "tiers": self.tiers.iter().map(tier).collect::<Vec<_>>()});
        if let Some((size, rounding)) = self.package {
            json["package"] = json!({"size": size.to_string(), "rounding": rounding});
        }
        json["included"] = self.included.to_string().into();
        if let Some(minimum) = self.minimum {
            json["minimum"] = thousandths(minimum).into();
        }
        if let Some(maximum) = self.maximum {
            json["maximum"] = thousandths(maximum).into();
        }
        if let Some((quantity, beyond, counted)) = self.cap {
            json["cap"] = json!({"quantity": quantity.to_string(), "beyond": beyond});
            if counted {
                json["cap"]["counter"] = format!("cap-{number}-{}", self.product).into();
            }
        }
        json
    }
}

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
fn naive(case: &Case) -> Vec<Option<Rational>> {
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
                "product" => id.to_owned(),
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

fn quote(case: &Case) -> Value {
    let def = RulebookDef::from_json(&case.rulebook().to_string()).unwrap();
    let rulebook = Rulebook::compile(def, &Sources::none()).unwrap().rulebook;
    let mut request = case.request();
    if case.lists.iter().all(|list| list.counter.is_none()) {
        request.as_object_mut().unwrap().remove("counters");
    }
    serde_json::to_value(rulebook.quote(&serde_json::from_value(request).unwrap()).unwrap()).unwrap()
}

fn money(value: &Value) -> Rational {
    Rational::from(value.as_str().unwrap().parse::<dealdesk::Decimal>().unwrap())
}

fn shown(case: &Case) -> String {
    format!("rulebook {}\nrequest {}", case.rulebook(), case.request())
}

fn cases_wanted() -> u32 {
    std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_wanted(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tariffs_charge_as_the_model_does(case in cases()) {
        let quote = quote(&case);
        for (number, naive) in naive(&case).into_iter().enumerate() {
            let line = &quote["lines"][number];
            let engine = line.get("list_amount").map(money);
            prop_assert!(engine == naive, "line {}: the engine says {:?}, the model {:?}\n{}", number, engine, naive, shown(&case));
        }
    }

    #[test]
    fn the_slices_of_a_line_sum_to_its_amount(case in cases()) {
        let quote = quote(&case);
        for line in quote["lines"].as_array().unwrap() {
            let slices: Vec<&Value> =
                quote["tiers"].as_array().into_iter().flatten().filter(|slice| slice["line"] == line["id"]).collect();
            if !slices.is_empty() {
                let sum: Rational = slices.iter().map(|slice| money(&slice["amount"])).sum();
                prop_assert_eq!(sum, money(&line["list_amount"]), "{}", shown(&case));
            }
        }
    }

    /// Graduated lines that count together cost what one line of all of them costs.
    #[test]
    fn lines_end_to_end_sum_to_the_whole(mut tiers in tiers(), upper in any::<bool>(), quantities in prop::collection::vec(1_i128..20, 1..6)) {
        begin(&mut tiers, "graduated", upper);
        let record = Record { product: 0, tiers, package: None, included: 0, minimum: None, maximum: None, cap: None };
        let list = List { mode: "graduated", upper, together: "document", counter: None, pay_min: false, records: vec![record] };
        let lines = |quantities: &[i128]| Case { lists: vec![list.clone()], lines: quantities.iter().map(|parts| (0, *parts)).collect() };
        let (apart, whole) = (lines(&quantities), lines(&[quantities.iter().sum()]));
        prop_assert_eq!(money(&quote(&apart)["totals"]["list"]), money(&quote(&whole)["totals"]["list"]), "{}", shown(&apart));
    }

    /// A counter goes on where the document before ended: two documents cost what one costs, but for the rounding of each.
    #[test]
    fn two_documents_with_a_counter_cost_what_one_costs(mut tiers in tiers(), upper in any::<bool>(), first in 1_i128..20, second in 1_i128..20) {
        begin(&mut tiers, "graduated", upper);
        let record = |tiers: &[Tier]| {
            let whole = |tier: &Tier| Tier { price: tier.price * 10, flat: tier.flat * 10, ..tier.clone() };
            Record { product: 0, tiers: tiers.iter().map(whole).collect(), package: None, included: 0, minimum: None, maximum: None, cap: None }
        };
        let case = |counter: i128, parts: i128| Case {
            lists: vec![List {
                mode: "graduated", upper, together: "document", counter: Some(counter), pay_min: false, records: vec![record(&tiers)],
            }],
            lines: vec![(0, parts)],
        };
        let total = |case: &Case| money(&quote(case)["totals"]["list"]);
        prop_assert_eq!(total(&case(0, first)) + total(&case(first, second)), total(&case(0, first + second)));
    }

    /// Calculated prices against fractions, step by step; the second list starts at the first.
    #[test]
    fn calculations_do_what_their_steps_say(start in 0_i128..20_000, steps in prop::collection::vec(step(), 0..5), more in prop::collection::vec(step(), 0..4), quantity in 1_i128..50) {
        let json = |start: Value, steps: &[Step]| json!({"start": start, "steps": steps.iter().map(Step::build).collect::<Vec<_>>()});
        let rulebook = json!({
            "schema_version": 1, "id": "steps", "currency": "EUR", "units": [{"id": "piece"}], "products": [{"id": "A", "unit": "piece"}],
            "procedure": [{"price": {"id": "price", "access": ["second"]}}],
            "price_lists": [
                {"id": "first", "keys": ["product.id"], "records": [{"key": ["A"], "calculate": json(json!({"price": thousandths(start)}), &steps)}]},
                {"id": "second", "keys": ["product.id"], "records": [{"key": ["A"], "calculate": json(json!({"list": "first"}), &more)}]}],
        });
        let apply = |price: Rational, steps: &[Step]| steps.iter().fold(price, |price, step| step.apply(price)).max(Rational::ZERO);
        let price = apply(apply(Rational::new(start, 1_000), &steps), &more);
        let rulebook = Rulebook::compile(RulebookDef::from_json(&rulebook.to_string()).unwrap(), &Sources::none()).unwrap().rulebook;
        let request = json!({"date": "2026-11-21", "lines": [{"id": "1", "product": "A", "quantity": quantity.to_string()}]});
        let quote = serde_json::to_value(rulebook.quote(&serde_json::from_value(request).unwrap()).unwrap()).unwrap();
        let amount = (price * Rational::whole(quantity)).rounded(None, 2);
        prop_assert_eq!(money(&quote["lines"][0]["list_amount"]), amount, "{:?} {:?} from {}", steps, more, start);
    }
}

/// A step of a calculation.
#[derive(Debug, Clone)]
enum Step {
    Discount(i128),
    Markup(i128),
    Margin(i128),
    Add(i128),
    Round(i128),
    Between(i128, i128),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-50_i128..=100).prop_map(Step::Discount),
        (-100_i128..200).prop_map(Step::Markup),
        select(vec![0_i128, 20, 50, 75, -25, 90]).prop_map(Step::Margin),
        (-5_000_i128..5_000).prop_map(Step::Add),
        select(vec![10_i128, 50, 1_000, 5_000]).prop_map(Step::Round),
        (0_i128..5_000, 0_i128..30_000).prop_map(|(low, width)| Step::Between(low, low + width)),
    ]
}

impl Step {
    fn build(&self) -> Value {
        match self {
            Self::Discount(percent) => json!({"discount": percent.to_string()}),
            Self::Markup(percent) => json!({"markup": percent.to_string()}),
            Self::Margin(percent) => json!({"margin": percent.to_string()}),
            Self::Add(more) => json!({"add": thousandths(*more)}),
            Self::Round(step) => json!({"round": {"increment": thousandths(*step)}}),
            Self::Between(low, high) => json!({"clamp": {"at_least": thousandths(*low), "at_most": thousandths(*high)}}),
        }
    }

    fn apply(&self, price: Rational) -> Rational {
        let hundred = |percent: i128| Rational::new(percent, 100);
        match self {
            Self::Discount(percent) => price * (Rational::ONE - hundred(*percent)),
            Self::Markup(percent) => price * hundred(100 + percent),
            Self::Margin(percent) => price / hundred(100 - percent),
            Self::Add(more) => price + Rational::new(*more, 1_000),
            Self::Round(step) => {
                let steps = price / Rational::new(*step, 1_000);
                let half_up = if steps.is_negative() {
                    Rational::ZERO - Rational::whole((Rational::ZERO - steps + Rational::new(1, 2)).floor())
                } else {
                    Rational::whole((steps + Rational::new(1, 2)).floor())
                };
                half_up * Rational::new(*step, 1_000)
            }
            Self::Between(low, high) => price.max(Rational::new(*low, 1_000)).min(Rational::new(*high, 1_000)),
        }
    }
}
