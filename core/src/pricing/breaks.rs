//! Where the price of a line changes with its quantity.

use super::list::{Offer, PriceList};
use super::tariff::{Aggregate, Band, Measure, Price, Rules, times};
use super::{Bound, FoundPrices, Lines, PriceError, Pricing, Query, TierMode};
use crate::expr::{Facts, Slot, Value};
use crate::id::Symbol;
use crate::money::{ArithmeticError, Decimal, Exact};
use crate::sort;

/// A quantity of a line at which its price changes, in base units; what is reached there, or just above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// The quantity in base units; it may have more decimals than the unit allows.
    pub base_quantity: Decimal,
    /// Whether the quantity belongs to what is below.
    pub above: bool,
}

impl Pricing {
    /// The quantities at which the price of a line changes, in the list that it has its price from, as long as the other lines stay as they
    /// are. Ascending, each once, above zero.
    ///
    /// # Errors
    /// [`PriceError`] when a quantity is too large.
    pub fn breaks<F: Facts + ?Sized, L: Lines>(
        &self,
        list: usize,
        query: &Query<'_, F, L>,
        line: usize,
        prices: &FoundPrices,
    ) -> Result<Vec<Break>, PriceError> {
        let Some(list) = self.lists.get(list) else { return Ok(Vec::new()) };
        let mut breaks: Vec<Break> = Vec::new();
        for head in list.heads_of(query.facts, line) {
            for (number, offer) in list.records(head, query.date) {
                match list.rules.as_deref() {
                    Some(rules) => self.tariff_breaks(list, rules, (number, offer), query, line, prices, &mut breaks)?,
                    None => {
                        let from = list.terms_of(head, offer).map(|terms| &*terms.from).unwrap_or_default();
                        for from in from {
                            push(*from, false, offer.unit, query, line, &mut breaks)?;
                        }
                    }
                }
            }
        }
        breaks.retain(|place| place.base_quantity > Decimal::ZERO);
        sort::by(&mut breaks, |one, other| (one.base_quantity, one.above).cmp(&(other.base_quantity, other.above)));
        breaks.dedup();
        Ok(breaks)
    }

    #[expect(clippy::too_many_arguments, reason = "a record, its list, a line, and the lines beside it")]
    fn tariff_breaks<F: Facts + ?Sized, L: Lines>(
        &self,
        list: &PriceList,
        rules: &Rules,
        (number, offer): (usize, Offer),
        query: &Query<'_, F, L>,
        line: usize,
        prices: &FoundPrices,
        breaks: &mut Vec<Break>,
    ) -> Result<(), PriceError> {
        let Some(tariff) = list.tariffs.get(number) else { return Ok(()) };
        let counts_together = rules.aggregate != Aggregate::Line;
        let others = if counts_together && rules.mode == TierMode::Volume {
            others(list, rules, (number, offer), query, line, prices)?
        } else {
            Decimal::ZERO
        };
        for band in &tariff.bands {
            let from = band.from.checked_sub(others)?;
            let Some(units) = units(rules, from, band, tariff.bands.first(), query, line)? else { continue };
            push(units.checked_add(tariff.included)?, rules.bound == Bound::UpperInclusive, offer.unit, query, line, breaks)?;
        }
        if let Some(cap) = &tariff.cap {
            push(cap.quantity, true, offer.unit, query, line, breaks)?;
        }
        Ok(())
    }
}

/// A bound as a quantity in the record's unit; none where no quantity moves what tiers count.
fn units<F: Facts + ?Sized, L>(
    rules: &Rules,
    from: Decimal,
    _: &Band,
    first: Option<&Band>,
    query: &Query<'_, F, L>,
    line: usize,
) -> Result<Option<Decimal>, ArithmeticError> {
    let each = match rules.basis {
        Measure::Quantity => return Ok(Some(from)),
        Measure::Attribute(_) => return Ok(None),
        Measure::PerUnit(slot) => number(slot, query, line),
        Measure::Amount => first.and_then(|band| if let Price::Fixed(price) = band.price { Some(price) } else { None }),
    };
    each.filter(|each| !each.is_zero()).map(|each| from.checked_div(each)).transpose()
}

fn number<F: Facts + ?Sized, L>(slot: Slot, query: &Query<'_, F, L>, line: usize) -> Option<Decimal> {
    if let Value::Number(number) = query.facts.value(slot, Some(line)) { Some(number) } else { None }
}

/// What the other lines of the list add to the count that selects the tier, as far as it is a quantity.
fn others<F: Facts + ?Sized, L: Lines>(
    list: &PriceList,
    rules: &Rules,
    (number, offer): (usize, Offer),
    query: &Query<'_, F, L>,
    line: usize,
    prices: &FoundPrices,
) -> Result<Decimal, PriceError> {
    let own = prices.of_line(line).map(|found| found.list);
    let text = |line: usize| match rules.aggregate {
        Aggregate::Text(slot) => match query.facts.value(slot, Some(line)) {
            Value::Text(text) => Some(text.text.to_owned()),
            _ => None,
        },
        Aggregate::Line | Aggregate::Record | Aggregate::Document => None,
    };
    let group = text(line);
    if matches!(rules.aggregate, Aggregate::Text(_)) && group.is_none() {
        return Ok(Decimal::ZERO);
    }
    let mut sum = rules.counter.as_ref().map_or(Decimal::ZERO, |counter| query.counter(counter, group.as_deref()));
    for other in (0..query.facts.line_count()).filter(|other| *other != line) {
        let same_record = || list.candidates(rules, query, other).iter().any(|(known, _)| *known == number);
        let same = prices.of_line(other).map(|found| found.list) == own && text(other) == group;
        let same = same && (rules.aggregate != Aggregate::Record || same_record());
        let Some(base) = query.lines.base_quantity(other).filter(|_| same && rules.basis == Measure::Quantity) else { continue };
        let unit = |line: usize| offer.unit.or_else(|| query.lines.base_unit(line));
        if unit(other) == unit(line)
            && let Some(quantity) = query.lines.convert(other, base, offer.unit)?
        {
            sum = sum.checked_add(quantity)?;
        }
    }
    Ok(sum)
}

/// Adds a break that is given in a unit.
fn push<F: ?Sized, L: Lines>(
    quantity: Decimal,
    above: bool,
    unit: Option<Symbol>,
    query: &Query<'_, F, L>,
    line: usize,
    breaks: &mut Vec<Break>,
) -> Result<(), ArithmeticError> {
    let Some(factor) = unit.map_or(Some(crate::quantity::Factor::ONE), |unit| query.lines.factor(line, unit)) else { return Ok(()) };
    let exact: Exact = times(Exact::from_decimal(quantity)?, Decimal::ONE)?;
    let (up, down) = factor.parts();
    breaks.push(Break { base_quantity: super::calculate::decimal(exact.times(up.into(), down.into())?)?, above });
    Ok(())
}
