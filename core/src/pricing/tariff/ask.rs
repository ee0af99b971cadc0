//! Asking a list of tariffs for many lines at a time, because lines may count together.

use super::asked::{Asked, Portion, TierSlice};
use super::charge::{Slice, Span};
use super::pick::{Caps, Pick, Search};
use super::{Aggregate, Measure, Price, Rate, Rules, TierMode};
use crate::expr::{Facts, Value};
use crate::id::{Map, Ordinal, Set, Symbol};
use crate::money::{ArithmeticError, Decimal, Exact, Rounding, UnitPrice};
use crate::pricing::{Covers, Found, Lines, PriceError, Pricing, Query};

/// What lines that count together have in common: a text, a unit, a record.
type Together = (Option<String>, Option<Symbol>, Option<usize>);

/// Lines that count together.
struct Group {
    text: Option<String>,
    opening: Decimal,
    total: Decimal,
    position: Decimal,
    started: bool,
    exact: Exact,
    rounded: i64,
}

/// What a list is asked for, and where the answers go.
pub struct Asking<'a, 'q, F: ?Sized, L> {
    /// The list's number.
    pub list: usize,
    pub query: &'a Query<'q, F, L>,
    pub asked: &'a mut Asked,
}

impl<F: Facts + ?Sized, L: Lines> Asking<'_, '_, F, L> {
    /// Asks a list of tariffs for the open lines; returns those that it prices whole.
    pub fn run(&mut self, pricing: &Pricing, open: impl Iterator<Item = usize>) -> Result<Set<usize>, (usize, PriceError)> {
        let mut priced: Set<usize> = Set::default();
        let Some((list, rules)) = pricing.lists.get(self.list).and_then(|list| Some((list, list.rules.as_deref()?))) else {
            return Ok(priced);
        };
        // 1. The record of each line, and how much of the line it takes.
        let (mut picks, mut caps) = (Vec::new(), Caps::new());
        for line in open {
            let search = Search { pricing, list, rules, query: self.query, asked: self.asked, caps: &caps };
            let picked = search.pick(line).map_err(|error| (line, error))?;
            if let Some((number, pick)) = picked {
                self.use_cap(number, &pick, &mut caps).map_err(|error| (line, error.into()))?;
                picks.push(pick);
            }
        }
        // 2. What counts together.
        let (mut groups, of_picks) = self.groups(rules, &picks).map_err(|error| (0, error.into()))?;
        // 3. What each line costs, one after the other.
        for (pick, group) in picks.iter().zip(of_picks) {
            let Some(group) = groups.get_mut(group) else { continue };
            if self.take(rules, pick, group).map_err(|error| (pick.line, error))? {
                match pick.rest {
                    Some(rest) => self.asked.cut(pick.line, rest),
                    None => {
                        priced.insert(pick.line);
                    }
                }
            }
        }
        Ok(priced)
    }

    /// Counts what a record with a cap takes.
    fn use_cap(&mut self, tariff: usize, pick: &Pick<'_>, caps: &mut Caps) -> Result<(), ArithmeticError> {
        let Some(cap) = &pick.tariff.cap else { return Ok(()) };
        if let Some(counter) = &cap.counter {
            return self.asked.count(counter, None, self.query.counter(counter, None), pick.quantity);
        }
        match caps.iter_mut().find(|(known, _)| *known == tariff) {
            Some((_, used)) => *used = used.checked_add(pick.quantity)?,
            None => caps.push((tariff, pick.quantity)),
        }
        Ok(())
    }

    /// The lines that count together, and to which of them each belongs.
    fn groups(&self, rules: &Rules, picks: &[Pick<'_>]) -> Result<(Vec<Group>, Vec<usize>), ArithmeticError> {
        let mut known: Map<Together, usize> = Map::default();
        let (mut groups, mut of_picks): (Vec<Group>, Vec<usize>) = (Vec::new(), Vec::new());
        for pick in picks {
            let text = match rules.aggregate {
                Aggregate::Text(slot) => match self.query.facts.value(slot, Some(pick.line)) {
                    Value::Text(text) => Some(text.text.to_owned()),
                    _ => None,
                },
                Aggregate::Line | Aggregate::Record | Aggregate::Document => None,
            };
            let record = (rules.aggregate == Aggregate::Record).then_some(pick.number);
            let alone = rules.aggregate == Aggregate::Line || matches!(rules.aggregate, Aggregate::Text(_)) && text.is_none();
            // Pieces and kilogrammes do not add up.
            let unit = pick.offer.unit.or_else(|| self.query.lines.base_unit(pick.line)).filter(|_| rules.basis == Measure::Quantity);
            let next = groups.len();
            let group = if alone { next } else { *known.entry((text.clone(), unit, record)).or_insert(next) };
            if group == next {
                let opening = rules.counter.as_ref().map_or(Decimal::ZERO, |counter| self.query.counter(counter, text.as_deref()));
                let started = opening > Decimal::ZERO;
                groups.push(Group { text, opening, total: opening, position: opening, started, exact: Exact::ZERO, rounded: 0 });
            }
            if let Some(group) = groups.get_mut(group) {
                group.total = group.total.checked_add(pick.measure)?;
            }
            of_picks.push(group);
        }
        Ok((groups, of_picks))
    }

    /// Charges a line, or the part of it that its record takes; false when the quantity reaches no tier.
    fn take(&mut self, rules: &Rules, pick: &Pick<'_>, group: &mut Group) -> Result<bool, PriceError> {
        let rates = pick.rates(rules)?;
        let schedule = pick.schedule(rules, &rates)?;
        let end = group.position.checked_add(pick.length(rules))?;
        let total = pick.selecting(rules, group.total)?;
        let span = Span { start: group.position, end, first: !group.started, total };
        let Some(exact) = schedule.amount(span)? else { return Ok(false) };
        // Where a larger total costs less, the line that reaches it costs nothing.
        let exact = if exact.is_negative() { Exact::ZERO } else { exact };
        let mut slices = Vec::new();
        schedule.slices(span, exact, &mut slices)?;
        (group.position, group.started) = (end, true);
        if let Some(counter) = &rules.counter {
            self.asked.count(counter, group.text.as_deref(), group.opening, pick.length(rules))?;
        }
        // A price per unit needs nothing but its tier.
        if let Some(Offered { price, per }) = self.linear(rules, pick, &slices) {
            let found = Found { list: Ordinal::of(self.list), price, covers: Covers::units(per, pick.offer.unit) };
            self.asked.linear.push((pick.line, found));
            return Ok(true);
        }
        // Lines of a group are rounded as one, so that they sum to what the whole costs.
        let rounding = Rounding::half_up(self.query.currency.minor_units());
        let before = group.exact;
        group.exact = before.plus(exact)?;
        let rounded = rounding.apply(group.exact)?;
        let amount = rounded.checked_sub(group.rounded).ok_or(ArithmeticError::Overflow)?;
        self.record_slices(pick.line, before, group.rounded, &slices, &rates)?;
        group.rounded = rounded;
        self.asked.portions.push(Portion { line: pick.line, list: self.list, exact, amount });
        Ok(true)
    }

    /// The price per unit, when that is all that the line is charged, and no cap cuts it.
    fn linear(&self, rules: &Rules, pick: &Pick<'_>, slices: &[Slice]) -> Option<Offered> {
        let tariff = pick.tariff;
        let plain = rules.mode == TierMode::Volume
            && !rules.pay_min
            && tariff.package.is_none()
            && tariff.included.is_zero()
            && tariff.minimum.is_none()
            && tariff.maximum.is_none()
            && pick.rest.is_none()
            && !self.asked.is_cut(pick.line)
            && !pick.is_converted();
        let tier = slices.first()?.tier;
        let band = tariff.bands.get(tier).filter(|band| plain && band.flat.is_none() && band.percent.is_none())?;
        let currency = self.query.currency;
        match &band.price {
            Price::Fixed(price) => Some(Offered { price: UnitPrice::new(*price, currency).ok()?, per: pick.offer.per }),
            Price::Calculated(_) => {
                let price = pick.rates.get(tier)?.unit.to_decimal().ok()?;
                Some(Offered { price: UnitPrice::new(price, currency).ok()?, per: Decimal::ONE })
            }
            Price::None => None,
        }
    }

    /// Keeps the slices of a line, rounded so that they sum to its amount.
    fn record_slices(&mut self, line: usize, before: Exact, rounded: i64, slices: &[Slice], rates: &[Rate]) -> Result<(), PriceError> {
        let rounding = Rounding::half_up(self.query.currency.minor_units());
        let (mut sum, mut last) = (before, rounded);
        for slice in slices {
            sum = sum.plus(slice.amount)?;
            let now = rounding.apply(sum)?;
            let amount = now.checked_sub(last).ok_or(ArithmeticError::Overflow)?;
            last = now;
            let rate = rates.get(slice.tier);
            let unit_price = rate.map(|rate| super::asked::shown_price(rate.unit, self.query)).transpose()?;
            self.asked.slices.push(TierSlice {
                line,
                list: self.list,
                from: rate.map_or(Decimal::ZERO, |rate| rate.from),
                until: rates.get(slice.tier.saturating_add(1)).map(|rate| rate.from),
                quantity: slice.quantity,
                unit_price,
                flat: slice.flat,
                amount,
            });
        }
        Ok(())
    }
}

/// A price per so many units.
struct Offered {
    price: UnitPrice,
    per: Decimal,
}
