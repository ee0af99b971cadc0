//! What an override makes of a figure, and whether it goes too far.

use super::compile::{Limit, Override};
use crate::adjust::Figure;
use crate::expr::{EvalError, Facts};
use crate::id::RoleId;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Percent, Rounding, UnitPrice};

/// What a person sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideValue {
    /// The price of a unit.
    UnitPrice(UnitPrice),
    /// The amount, in minor units.
    Amount(i64),
    /// This percentage is left of where the override begins: 88 for 12 off, 105 for 5 on.
    Left(Percent),
    /// This much less than where it begins, in minor units, but never below zero.
    AmountOff(i64),
}

impl OverrideValue {
    /// Whether it says by itself what is to be paid, so that it may be set where there is no price.
    #[must_use]
    pub const fn is_price(self) -> bool {
        matches!(self, Self::UnitPrice(_) | Self::Amount(_))
    }

    /// What becomes of a figure where the override begins; `quantity` is in the unit of the order.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn apply(self, start: i64, quantity: Decimal, currency: Currency) -> Result<Figure, ArithmeticError> {
        let to_minor = Rounding::half_up(currency.minor_units());
        Ok(match self {
            Self::UnitPrice(unit) => Figure { amount: unit.amount(quantity, &to_minor)?, unit: Some(unit) },
            Self::Amount(amount) => Figure { amount, unit: None },
            Self::Left(percent) => Figure { amount: to_minor.apply(percent.of(Money::new(start, currency).to_exact()?)?)?, unit: None },
            Self::AmountOff(off) => Figure { amount: start.checked_sub(off).ok_or(ArithmeticError::Overflow)?.max(0), unit: None },
        })
    }

    /// The same as [`OverrideValue::apply`], not rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn exact(self, start: i64, quantity: Decimal, currency: Currency) -> Result<Exact, ArithmeticError> {
        match self {
            Self::UnitPrice(unit) => unit.times(quantity),
            Self::Left(percent) => percent.of(Money::new(start, currency).to_exact()?),
            Self::Amount(_) | Self::AmountOff(_) => Money::new(self.apply(start, quantity, currency)?.amount, currency).to_exact(),
        }
    }
}

impl Override {
    /// How far an actor with these roles may go on the line, or the document; none when there is no limit.
    ///
    /// # Errors
    /// [`EvalError`] when a condition has no result.
    pub fn limit<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, roles: &[RoleId]) -> Result<Option<Limit>, EvalError> {
        for entry in &self.limits {
            let has_role = entry.role.as_ref().is_none_or(|role| roles.contains(role));
            if has_role && entry.when.as_ref().map_or(Ok(true), |when| when.test(facts, line))? {
                return Ok(Some(entry.limit));
            }
        }
        Ok(None)
    }
}

impl Limit {
    /// The percentage that an override from one amount to another oversteps.
    #[must_use]
    pub fn overstepped(self, from: i64, to: i64) -> Option<Percent> {
        let (bound, by) = if to < from { (self.percent_off?, from.checked_sub(to)) } else { (self.percent_on?, to.checked_sub(from)) };
        let (above, below) = bound.ratio();
        let by = by.and_then(|by| i128::from(by).checked_mul(below));
        let allowed = i128::from(from).checked_mul(above);
        // What cannot be compared is beyond every limit.
        let within = by.zip(allowed).is_some_and(|(by, allowed)| by <= allowed);
        (!within).then_some(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str) -> Option<Percent> {
        Some(Percent::new(text.parse().unwrap()).unwrap())
    }

    #[test]
    fn a_limit_is_overstepped_strictly() {
        let limit = Limit { percent_off: percent("15"), percent_on: percent("0") };
        assert_eq!(limit.overstepped(10_000, 8500), None);
        assert_eq!(limit.overstepped(10_000, 8499), percent("15"));
        assert_eq!(limit.overstepped(10_000, 10_000), None);
        assert_eq!(limit.overstepped(10_000, 10_001), percent("0"));
        assert_eq!(limit.overstepped(0, 1), percent("0"));
        assert_eq!(Limit { percent_off: None, percent_on: percent("10") }.overstepped(10_000, 0), None);
    }
}
