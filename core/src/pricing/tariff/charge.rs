//! What a quantity costs: one function of how much was counted, from which lines take their parts.

use super::{Bound, PackageDef, PackageRounding, Rules, TierMode};
use crate::money::{ArithmeticError, Decimal, Exact, Rounding, RoundingDef, RoundingMode};

/// A tier with its prices known.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub from: Decimal,
    /// The price of a unit, or of a package.
    pub unit: Exact,
    /// The share of what is measured.
    pub percent: Exact,
    pub flat: Exact,
    pub overage: Option<Exact>,
}

impl Rate {
    /// Whether nothing is charged.
    pub fn is_nothing(&self) -> bool {
        [Some(self.unit), Some(self.percent), Some(self.flat), self.overage].into_iter().flatten().all(is_zero)
    }
}

/// A tariff with its prices known.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'s> {
    pub rules: &'s Rules,
    pub rates: &'s [Rate],
    pub package: Option<PackageDef>,
    /// Units that cost nothing.
    pub included: Decimal,
    pub minimum: Option<Exact>,
    pub maximum: Option<Exact>,
    /// Whether units are counted one by one: then the tenth is the first of a tier from 10 on. What is measured is cut at the bound.
    pub counted: bool,
}

/// A part of a line that lies in one tier.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// The number of the tier.
    pub tier: usize,
    pub quantity: Decimal,
    pub amount: Exact,
    /// Whether the tier's flat amount is in it.
    pub flat: bool,
}

/// A part of the number line, from where lines before ended to where this one ends.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub start: Decimal,
    pub end: Decimal,
    /// Whether nothing was charged on this number line before.
    pub first: bool,
    /// How much is counted in all: what selects the tier in volume mode.
    pub total: Decimal,
}

type Amount = Result<Exact, ArithmeticError>;

impl Schedule<'_> {
    /// The number of the tier that so much reaches.
    pub fn tier(&self, counted: Decimal) -> Option<usize> {
        match self.rules.bound {
            Bound::LowerInclusive => self.rates.iter().rposition(|rate| rate.from <= counted),
            Bound::UpperInclusive => self.rates.iter().rposition(|rate| rate.from < counted || counted.is_zero() && rate.from.is_zero()),
        }
    }

    /// What a part of the number line costs; none where the quantity reaches no tier.
    pub fn amount(&self, span: Span) -> Result<Option<Exact>, ArithmeticError> {
        let Some(end) = self.until(span.end, span.total)? else { return Ok(None) };
        if span.first {
            return Ok(Some(end));
        }
        match self.until(span.start, span.total)? {
            Some(start) => end.plus(start.negated()?).map(Some),
            None => Ok(Some(end)),
        }
    }

    /// What everything up to a place on the number line costs.
    fn until(&self, place: Decimal, total: Decimal) -> Result<Option<Exact>, ArithmeticError> {
        let (charged, total) = (self.charged(place)?, self.charged(total)?);
        if charged.is_zero() && !(self.rules.flat_at_zero && place.is_zero()) {
            // Nothing is charged yet; but there must be a tier for what comes.
            return Ok((!total.is_zero() || !place.is_zero() || self.tier(total).is_some()).then_some(Exact::ZERO));
        }
        let selecting = if self.rules.mode == TierMode::Volume { total } else { charged };
        let Some(tier) = self.tier(selecting).or(if charged.is_zero() { Some(0) } else { None }) else { return Ok(None) };
        let mut amount = self.plain(charged, tier)?;
        if self.rules.pay_min {
            amount = lower(amount, self.least_above(tier)?)?;
        }
        if let Some(minimum) = self.minimum {
            amount = higher(amount, minimum)?;
        }
        lower(amount, self.maximum).map(Some)
    }

    /// The least total at which a higher tier begins.
    fn least_above(&self, tier: usize) -> Result<Option<Exact>, ArithmeticError> {
        let mut least: Option<Exact> = None;
        for (number, rate) in self.rates.iter().enumerate().skip(tier.saturating_add(1)) {
            let one = if self.counted && self.rules.bound == Bound::UpperInclusive { Decimal::ONE } else { Decimal::ZERO };
            let total = self.plain(rate.from.checked_add(one)?, number)?;
            least = Some(lower(total, least)?);
        }
        Ok(least)
    }

    /// What so much costs when it reaches that tier, before anything else is looked at.
    fn plain(&self, charged: Decimal, tier: usize) -> Amount {
        let Some(rate) = self.rates.get(tier) else { return Ok(Exact::ZERO) };
        match self.rules.mode {
            TierMode::Volume => self.at_rate(charged, rate)?.plus(rate.flat),
            TierMode::Block => {
                let above = charged.checked_sub(rate.from)?.max(Decimal::ZERO);
                rate.overage.map_or(Ok(Exact::ZERO), |overage| times(overage, above))?.plus(rate.flat)
            }
            TierMode::Graduated => {
                let mut sum = Exact::ZERO;
                for number in 0..=tier {
                    let Some(rate) = self.rates.get(number) else { continue };
                    let width = self.within(number, charged)?;
                    if !width.is_zero() || number == 0 {
                        sum = sum.plus(self.at_rate(width, rate)?)?.plus(rate.flat)?;
                    }
                }
                Ok(sum)
            }
        }
    }

    /// How much of what is counted lies in a tier.
    fn within(&self, tier: usize, charged: Decimal) -> Result<Decimal, ArithmeticError> {
        let start = self.start(tier);
        let end = self.rates.get(tier.saturating_add(1)).map_or(charged, |_| self.start(tier.saturating_add(1)).min(charged));
        Ok(end.checked_sub(start)?.max(Decimal::ZERO))
    }

    /// Where a tier starts on the number line: where units are counted, a tier from 10 on starts after the ninth. The first starts where
    /// the number line does.
    fn start(&self, tier: usize) -> Decimal {
        if tier == 0 {
            return Decimal::ZERO;
        }
        let from = self.rates.get(tier).map_or(Decimal::ZERO, |rate| rate.from);
        if self.counted && self.rules.bound == Bound::LowerInclusive {
            return from.checked_sub(Decimal::ONE).unwrap_or(from).max(Decimal::ZERO);
        }
        from
    }

    fn charged(&self, place: Decimal) -> Result<Decimal, ArithmeticError> {
        Ok(place.checked_sub(self.included)?.max(Decimal::ZERO))
    }

    fn at_rate(&self, quantity: Decimal, rate: &Rate) -> Amount {
        let Some(package) = self.package else { return times(rate.unit, quantity) };
        let mode = match package.rounding {
            PackageRounding::Up => RoundingMode::Ceiling,
            PackageRounding::Down => RoundingMode::Floor,
            PackageRounding::Exact => {
                let (above, below) = Exact::from_decimal(package.size)?.lowest_terms();
                return times(rate.unit, quantity)?.times(below, above);
            }
        };
        let whole = Rounding::new(RoundingDef { mode, ..RoundingDef::default() }, 0).map_err(|_| ArithmeticError::Overflow)?;
        let (above, below) = Exact::from_decimal(package.size)?.lowest_terms();
        let packages = whole.apply(Exact::from_decimal(quantity)?.times(below, above)?)?;
        rate.unit.times(packages.into(), 1)
    }

    /// The parts of a line that lie in one tier each; what is paid more or less than they cost is in the last.
    pub fn slices(&self, span: Span, amount: Exact, slices: &mut Vec<Slice>) -> Result<(), ArithmeticError> {
        let first_slice = slices.len();
        let (start, end) = (self.charged(span.start)?, self.charged(span.end)?);
        let selecting = if self.rules.mode == TierMode::Volume { self.charged(span.total)? } else { end };
        let reached = self.tier(selecting).unwrap_or_default();
        if self.rules.mode == TierMode::Graduated {
            for tier in 0..=reached {
                let Some(rate) = self.rates.get(tier) else { continue };
                let (before, after) = (self.within(tier, start)?, self.within(tier, end)?);
                let flat = before.is_zero() && (!after.is_zero() || tier == 0) && (tier > 0 || span.first);
                let quantity = after.checked_sub(before)?;
                if quantity.is_zero() && !flat {
                    continue;
                }
                let mut part = self.at_rate(after, rate)?.plus(self.at_rate(before, rate)?.negated()?)?;
                if flat {
                    part = part.plus(rate.flat)?;
                }
                slices.push(Slice { tier, quantity, amount: part, flat: flat && !is_zero(rate.flat) });
            }
        }
        if slices.len() == first_slice {
            let flat = self.rates.get(reached).is_some_and(|rate| !is_zero(rate.flat)) && span.first;
            slices.push(Slice { tier: reached, quantity: end.checked_sub(start)?, amount, flat });
            return Ok(());
        }
        let mut sum = Exact::ZERO;
        for slice in slices.iter().skip(first_slice) {
            sum = sum.plus(slice.amount)?;
        }
        if let Some(last) = slices.last_mut() {
            last.amount = last.amount.plus(amount.plus(sum.negated()?)?)?;
        }
        Ok(())
    }
}

/// A price times a quantity.
pub fn times(price: Exact, quantity: Decimal) -> Amount {
    let (above, below) = Exact::from_decimal(quantity)?.lowest_terms();
    price.times(above, below)
}

/// Whether one value is below another.
pub fn is_below(one: Exact, other: Exact) -> Result<bool, ArithmeticError> {
    Ok(one.plus(other.negated()?)?.is_negative())
}

fn is_zero(value: Exact) -> bool {
    value.lowest_terms().0 == 0
}

fn lower(one: Exact, other: Option<Exact>) -> Amount {
    match other {
        Some(other) if is_below(other, one)? => Ok(other),
        _ => Ok(one),
    }
}

fn higher(one: Exact, other: Exact) -> Amount {
    Ok(if is_below(one, other)? { other } else { one })
}
