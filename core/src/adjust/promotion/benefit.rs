//! What an application of a promotion takes off, in parts of a minor unit.

use super::compile::{Promotion, PromotionStep, Within};
use super::def::PromotionRoundAt;
use super::matcher::Take;
use super::units::{FINE, Pool};
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Percent, Rounding};
use crate::sort;

/// What rewarded units get; amounts and prices in parts of a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// A percentage off each.
    Percent(Percent),
    /// An amount off each.
    UnitAmount(i128),
    /// A price for each, where it is lower.
    UnitPrice(i128),
    /// An amount off the rewarded units of a group together.
    Amount(i128),
    /// A total for the rewarded units of a group, where it is lower.
    Total(i128),
}

impl Benefit {
    /// Whether it is for the rewarded units of a group together.
    #[must_use]
    pub fn is_of_group(&self) -> bool {
        matches!(self, Self::Amount(_) | Self::Total(_))
    }
}

/// What an application takes off.
#[derive(Debug, Clone)]
pub(super) struct Worth {
    /// In all.
    pub off: i128,
    /// How many units of each take are rewarded.
    pub rewarded: Vec<u64>,
    /// What each take bears of it, before whole minor units are found.
    pub borne: Vec<i128>,
}

/// An amount in parts of a minor unit; none when it has more decimals or digits than can be held.
pub(super) fn fine(number: Decimal, currency: Currency) -> Option<i128> {
    let minor = 10_i128.checked_pow(u32::from(currency.minor_units()))?;
    let (parts, rest) = Exact::from_decimal(number).ok()?.times(minor.checked_mul(FINE)?, 1).ok()?.lowest_terms();
    // What no amount of money can reach is not a price.
    (rest == 1 && parts.checked_div(FINE)? <= i128::from(i64::MAX)).then_some(parts)
}

/// What parts of a minor unit come to in the currency.
pub(super) fn exact(parts: i128, currency: Currency) -> Result<Exact, ArithmeticError> {
    let minor = 10_i128.checked_pow(u32::from(currency.minor_units())).and_then(|minor| minor.checked_mul(FINE));
    Ok(Exact::new(parts, minor.ok_or(ArithmeticError::Overflow)?)?.reduced())
}

impl PromotionStep {
    /// What the units of one application get.
    pub(super) fn worth(&self, promotion: &Promotion, takes: &[Take], pool: &Pool) -> Result<Worth, ArithmeticError> {
        self.worth_rounded_at(self.round_at, promotion, takes, pool)
    }

    /// What each take bears of an application, if units are not rounded; none where they are not rounded anyway.
    pub(super) fn borne_exactly(&self, promotion: &Promotion, takes: &[Take], pool: &Pool) -> Result<Option<Vec<i128>>, ArithmeticError> {
        if self.round_at == PromotionRoundAt::Promotion {
            return Ok(None);
        }
        self.worth_rounded_at(PromotionRoundAt::Promotion, promotion, takes, pool).map(|worth| Some(worth.borne))
    }

    fn worth_rounded_at(
        &self,
        round_at: PromotionRoundAt,
        promotion: &Promotion,
        takes: &[Take],
        pool: &Pool,
    ) -> Result<Worth, ArithmeticError> {
        let rewarded = rewarded(promotion, takes);
        let mut borne = Vec::with_capacity(takes.len());
        let (mut off, mut value) = (0_i128, 0_i128);
        for (take, count) in takes.iter().zip(&rewarded) {
            let price = pool.price(take.class);
            value = add(value, times(price, *count)?)?;
            let share =
                times(self.unit_off_rounded_at(round_at, promotion.benefit, price, pool.base(take.class, promotion.base))?, *count)?;
            off = add(off, share)?;
            borne.push(share);
        }
        match promotion.benefit {
            Benefit::Amount(amount) => off = amount.min(value),
            Benefit::Total(total) => off = value.saturating_sub(total).max(0),
            Benefit::Percent(_) | Benefit::UnitAmount(_) | Benefit::UnitPrice(_) => {}
        }
        let by_price = promotion.benefit.is_of_group() || promotion.apportion == super::def::Apportion::All;
        if by_price {
            let bears = |take: &Take, rewarded: u64| match promotion.apportion {
                super::def::Apportion::All => take.count,
                super::def::Apportion::Reward => rewarded,
            };
            let weights: Vec<i128> = takes
                .iter()
                .zip(&rewarded)
                .map(|(take, count)| times(pool.price(take.class), bears(take, *count)))
                .collect::<Result<_, _>>()?;
            let all = weights.iter().try_fold(0_i128, |sum, weight| add(sum, *weight))?;
            borne = weights.into_iter().map(|weight| proportion(off, weight, all)).collect();
        }
        Ok(Worth { off, rewarded, borne })
    }

    /// What the benefit takes off one unit of that price, a percentage of the base; zero for one that is for a group.
    pub(super) fn unit_off(&self, benefit: Benefit, price: i128, base: i128) -> Result<i128, ArithmeticError> {
        self.unit_off_rounded_at(self.round_at, benefit, price, base)
    }

    fn unit_off_rounded_at(&self, round_at: PromotionRoundAt, benefit: Benefit, price: i128, base: i128) -> Result<i128, ArithmeticError> {
        let off = match benefit {
            Benefit::Percent(percent) => {
                let (numerator, denominator) = percent.ratio();
                let (off, over) = Exact::new(base, 1)?.times(numerator, denominator)?.lowest_terms();
                off.checked_div(over).ok_or(ArithmeticError::Overflow)?.min(price)
            }
            Benefit::UnitAmount(amount) => amount.min(price),
            Benefit::UnitPrice(fixed) => price.saturating_sub(fixed).max(0),
            Benefit::Amount(_) | Benefit::Total(_) => return Ok(0),
        };
        match round_at {
            PromotionRoundAt::Promotion => Ok(off),
            PromotionRoundAt::Unit => {
                let left = self.rounding.apply(exact(price.saturating_sub(off), self.currency)?)?;
                Ok(price.saturating_sub(i128::from(left).checked_mul(FINE).ok_or(ArithmeticError::Overflow)?).max(0))
            }
        }
    }

    /// What is taken off rewarded units of that value, in minor units: what is left of them is rounded, and the rest is taken off.
    pub(super) fn to_minor(&self, value: i128, off: i128) -> Result<i64, ArithmeticError> {
        let left = self.rounding.apply(exact(value.saturating_sub(off), self.currency)?)?;
        let before = Rounding::half_up(self.currency.minor_units()).apply(exact(value, self.currency)?)?;
        Ok(before.saturating_sub(left).max(0))
    }
}

/// How many units of each take get the benefit.
fn rewarded(promotion: &Promotion, takes: &[Take]) -> Vec<u64> {
    let may = |take: &Take| promotion.parts.get(take.part).is_some_and(|part| part.rewarded);
    let (mut left, cheapest) = match promotion.within {
        Within::All => return takes.iter().map(|take| if may(take) { take.count } else { 0 }).collect(),
        Within::Cheapest(count) => (count, true),
        Within::Dearest(count) => (count, false),
    };
    // Classes stand with the dearest first.
    let mut order: Vec<usize> = (0..takes.len()).collect();
    let class = |position: &usize| takes.get(*position).map(|take| take.class);
    sort::by(&mut order, |one, other| if cheapest { class(other).cmp(&class(one)) } else { class(one).cmp(&class(other)) });
    let mut rewarded = vec![0; takes.len()];
    for position in order {
        if let (Some(take), Some(place)) = (takes.get(position), rewarded.get_mut(position))
            && may(take)
        {
            *place = take.count.min(left);
            left = left.saturating_sub(*place);
        }
    }
    rewarded
}

pub(super) fn add(one: i128, other: i128) -> Result<i128, ArithmeticError> {
    one.checked_add(other).ok_or(ArithmeticError::Overflow)
}

pub(super) fn times(price: i128, count: u64) -> Result<i128, ArithmeticError> {
    price.checked_mul(i128::from(count)).ok_or(ArithmeticError::Overflow)
}

/// `whole * weight / all`, rounded down; nothing when all weights are zero. Where the product has too many digits, the whole counts in
/// minor units.
pub(super) fn proportion(whole: i128, weight: i128, all: i128) -> i128 {
    let exact = whole.checked_mul(weight).and_then(|product| product.checked_div(all));
    let coarse = || whole.checked_div(FINE)?.checked_mul(weight)?.checked_div(all)?.checked_mul(FINE);
    exact.or_else(coarse).unwrap_or(0)
}
