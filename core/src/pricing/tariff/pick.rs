//! Which record counts for a line, and how much of the line it takes.

use super::asked::Asked;
use super::charge::{Span, is_below, times};
use super::{Aggregate, Band, Beyond, CapDef, Measure, Price, Rate, Rules, Schedule, Tariff};
use crate::expr::{Facts, Value};
use crate::money::{ArithmeticError, Decimal, Exact, Rounding, RoundingDef, RoundingMode};
use crate::pricing::calculate::decimal;
use crate::pricing::list::{Offer, PriceList};
use crate::pricing::{Lines, PriceError, PriceTieBreak, Pricing, Query, Several, TierMode};

/// A line with the record that is chosen for it.
pub(super) struct Pick<'l> {
    pub line: usize,
    /// The number of its record.
    pub number: usize,
    pub tariff: &'l Tariff,
    pub offer: Offer,
    pub rates: Vec<Rate>,
    /// The quantity in the record's unit, of the part that the record takes.
    pub quantity: Decimal,
    /// What is left for the next list, in base units.
    pub rest: Option<Decimal>,
    /// What counts towards tiers.
    pub measure: Decimal,
    /// Whether units are counted one by one.
    pub counted: bool,
    /// What one unit of the document's currency is of the list's.
    pub rate: Exact,
}

/// How much of the caps without a counter is used, by the number of the tariff.
pub(super) type Caps = Vec<(usize, Decimal)>;

/// A line that is looking for its record.
pub(super) struct Search<'l, 's, 'q, F: ?Sized, L> {
    pub pricing: &'l Pricing,
    pub list: &'l PriceList,
    pub rules: &'l Rules,
    pub query: &'s Query<'q, F, L>,
    pub asked: &'s Asked,
    pub caps: &'s Caps,
}

impl<'l, F: Facts + ?Sized, L: Lines> Search<'l, '_, '_, F, L> {
    /// The record that counts for a line with its number; none when there is none, or its cap is reached.
    pub fn pick(&self, line: usize) -> Result<Option<(usize, Pick<'l>)>, PriceError> {
        let Some(base) = self.asked.base_quantity(line, self.query.lines) else { return Ok(None) };
        let Some(rate) = self.query.rate(self.list.currency)? else { return Ok(None) };
        let rules = self.rules;
        let by_cost =
            matches!(rules.tie_break, Some(PriceTieBreak::Lowest | PriceTieBreak::Highest)) || rules.several == Some(Several::Best);
        let mut best: Option<((usize, Pick<'l>), Exact)> = None;
        for (number, offer) in self.list.candidates(rules, self.query, line) {
            let Some(tariff) = self.list.tariffs.get(number) else { continue };
            let Some(pick) = self.of_record(line, base, rate, (number, tariff), offer)? else { continue };
            let cost = match pick.alone(rules)? {
                Some(cost) => cost,
                // With other lines it may reach a tier that it does not reach alone.
                None if rules.aggregate != Aggregate::Line && !by_cost => Exact::ZERO,
                None => continue,
            };
            let wins = match &best {
                None => true,
                Some(_) if !by_cost => false,
                Some((_, other)) if rules.tie_break == Some(PriceTieBreak::Highest) => is_below(*other, cost)?,
                Some((_, other)) => is_below(cost, *other)?,
            };
            if wins {
                best = Some(((number, pick), cost));
            }
        }
        Ok(best.map(|(pick, _)| pick))
    }

    fn of_record(
        &self,
        line: usize,
        base: Decimal,
        rate: Exact,
        (number, tariff): (usize, &'l Tariff),
        offer: Offer,
    ) -> Result<Option<Pick<'l>>, PriceError> {
        let lines = self.query.lines;
        if self.rules.exact_unit && offer.unit.is_some() && offer.unit != lines.unit(line) {
            return Ok(None);
        }
        let Some(whole) = lines.convert(line, base, offer.unit)? else { return Ok(None) };
        let Some(quantity) = self.under_cap(tariff.cap.as_ref(), number, whole)? else { return Ok(None) };
        let rest = if quantity < whole { rest_of(base, quantity, whole)? } else { None };
        let counted = self.rules.basis == Measure::Quantity && lines.decimals(line, offer.unit) == 0;
        let mut pick = Pick { line, number, tariff, offer, rates: Vec::new(), quantity, rest, measure: quantity, counted, rate };
        for band in &tariff.bands {
            let Some(band) = self.rate(band, &pick)? else { return Ok(None) };
            pick.rates.push(band);
        }
        let Some(measure) = self.measure(&pick)? else { return Ok(None) };
        pick.measure = measure;
        if self.rules.zero_is_none && pick.rates.iter().all(Rate::is_nothing) {
            return Ok(None);
        }
        Ok(Some(pick))
    }

    /// How much a cap leaves of a quantity; none when it leaves nothing.
    fn under_cap(&self, cap: Option<&CapDef>, tariff: usize, quantity: Decimal) -> Result<Option<Decimal>, PriceError> {
        let Some(cap) = cap else { return Ok(Some(quantity)) };
        let used = match &cap.counter {
            Some(counter) => self.asked.used(counter, None, self.query.counter(counter, None))?,
            None => self.caps.iter().find(|(known, _)| *known == tariff).map_or(Decimal::ZERO, |(_, used)| *used),
        };
        let left = cap.quantity.checked_sub(used)?;
        Ok(match cap.beyond {
            _ if quantity <= left => Some(quantity),
            Beyond::Rest if left > Decimal::ZERO => Some(left),
            _ => None,
        })
    }

    /// A tier with its prices known, in the document's currency.
    fn rate(&self, band: &Band, pick: &Pick<'_>) -> Result<Option<Rate>, PriceError> {
        let in_currency = |value: Exact| -> Result<Exact, ArithmeticError> {
            let (above, below) = pick.rate.lowest_terms();
            value.times(above, below)
        };
        let unit = match &band.price {
            Price::None => Exact::ZERO,
            Price::Fixed(price) => {
                let (above, below) = Exact::from_decimal(pick.offer.per)?.lowest_terms();
                in_currency(Exact::from_decimal(*price)?.times(below, above)?)?
            }
            Price::Calculated(calculation) => match calculation.price(self.pricing, self.query, pick.line, pick.offer.unit)? {
                Some(price) => in_currency(price)?,
                None => return Ok(None),
            },
        };
        let amount = |amount: Option<Decimal>| amount.map(|amount| in_currency(Exact::from_decimal(amount)?)).transpose();
        let percent = band.percent.map(|percent| {
            let (above, below) = percent.ratio();
            Exact::new(above, below)
        });
        let percent = percent.transpose()?.unwrap_or(Exact::ZERO);
        Ok(Some(Rate { from: band.from, unit, percent, flat: amount(band.flat)?.unwrap_or(Exact::ZERO), overage: amount(band.overage)? }))
    }

    /// What of the line counts towards tiers; none when it has no such number.
    fn measure(&self, pick: &Pick<'_>) -> Result<Option<Decimal>, PriceError> {
        let number = |slot| match self.query.facts.value(slot, Some(pick.line)) {
            Value::Number(number) => Some(number),
            _ => None,
        };
        Ok(match self.rules.basis {
            Measure::Quantity => Some(pick.quantity),
            Measure::Attribute(slot) => number(slot),
            Measure::PerUnit(slot) => {
                let base = self.query.lines.base_quantity(pick.line);
                number(slot).zip(base).map(|(each, base)| each.checked_mul(base)).transpose()?
            }
            Measure::Amount => {
                let first = pick.rates.first().map_or(Exact::ZERO, |rate| rate.unit);
                Some(decimal(times(first, pick.quantity)?)?)
            }
        })
    }
}

impl Pick<'_> {
    /// Whether the list is in another currency than the document.
    pub fn is_converted(&self) -> bool {
        self.rate.lowest_terms() != (1, 1)
    }

    /// What is charged by: in volume mode the quantity, else what counts towards tiers.
    pub fn length(&self, rules: &Rules) -> Decimal {
        if rules.mode == TierMode::Volume { self.quantity } else { self.measure }
    }

    /// What the record charges.
    pub fn schedule<'p>(&'p self, rules: &'p Rules, rates: &'p [Rate]) -> Result<Schedule<'p>, ArithmeticError> {
        let bound = |amount: Option<Decimal>| {
            let (above, below) = self.rate.lowest_terms();
            amount.map(|amount| Exact::from_decimal(amount)?.times(above, below)).transpose()
        };
        Ok(Schedule {
            rules,
            rates,
            package: self.tariff.package,
            included: self.tariff.included,
            minimum: bound(self.tariff.minimum)?,
            maximum: bound(self.tariff.maximum)?,
            counted: self.counted,
        })
    }

    /// The prices of the tiers per unit that is charged by: in volume mode a percentage of what is measured is spread over the quantity.
    pub fn rates(&self, rules: &Rules) -> Result<Vec<Rate>, ArithmeticError> {
        let mut rates = self.rates.clone();
        for rate in &mut rates {
            let mut percent = rate.percent;
            if rules.mode == TierMode::Volume && !self.quantity.is_zero() {
                let (above, below) = Exact::from_decimal(self.quantity)?.lowest_terms();
                percent = times(percent, self.measure)?.times(below, above)?;
            }
            rate.unit = rate.unit.plus(percent)?;
        }
        Ok(rates)
    }

    /// What the line would cost without the others.
    fn alone(&self, rules: &Rules) -> Result<Option<Exact>, PriceError> {
        let rates = self.rates(rules)?;
        let end = self.length(rules);
        let span = Span { start: Decimal::ZERO, end, first: true, total: self.selecting(rules, self.measure)? };
        Ok(self.schedule(rules, &rates)?.amount(span)?)
    }

    /// What selects the tier in volume mode: free units count only where tiers count units.
    pub fn selecting(&self, rules: &Rules, total: Decimal) -> Result<Decimal, ArithmeticError> {
        if rules.basis == Measure::Quantity { Ok(total) } else { total.checked_add(self.tariff.included) }
    }
}

/// What is left of a quantity in base units when a part of it is taken, which is given in another unit.
fn rest_of(base: Decimal, taken: Decimal, whole: Decimal) -> Result<Option<Decimal>, ArithmeticError> {
    const SCALE: u8 = 12;
    let left = whole.checked_sub(taken)?;
    let (above, below) = Exact::from_decimal(whole)?.lowest_terms();
    let share = times(Exact::from_decimal(left)?.times(below, above)?, base)?;
    match share.to_decimal() {
        Ok(rest) => Ok(Some(rest)),
        Err(ArithmeticError::Inexact) => {
            let down = RoundingDef { mode: RoundingMode::Floor, ..RoundingDef::default() };
            let rounding = Rounding::new(down, SCALE).map_err(|_| ArithmeticError::Overflow)?;
            Decimal::from_parts(rounding.apply(share)?.into(), SCALE.into()).map(Some)
        }
        Err(error) => Err(error),
    }
}
