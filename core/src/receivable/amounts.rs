//! Net, tax and gross, and how much of them belongs to a part of the quantity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Rounding};

/// Net, tax and gross of a document; gross is net plus tax.
///
/// Written with `Decimal` it is what the wire holds, where the currency stands beside it; with `Money` it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Amounts")]
#[serde(deny_unknown_fields)]
pub struct Amounts<M = Money> {
    /// Without tax.
    pub net: M,
    /// The tax.
    pub tax: M,
    /// With tax.
    pub gross: M,
}

impl Amounts<Decimal> {
    /// The same amounts in a currency.
    ///
    /// # Errors
    /// A text for a person when an amount has more decimals than the currency or more than 18 digits.
    pub(crate) fn in_currency(self, currency: Currency) -> Result<Amounts, String> {
        Ok(Amounts { net: money(self.net, currency)?, tax: money(self.tax, currency)?, gross: money(self.gross, currency)? })
    }
}

/// The amount that a decimal writes.
pub(crate) fn money(number: Decimal, currency: Currency) -> Result<Money, String> {
    Money::from_decimal(number, currency).map_err(|error| match error {
        ArithmeticError::Inexact => {
            format!("the amount `{number}` has too many decimals: {currency} has {}", currency.minor_units())
        }
        _ => format!("the amount `{number}` is too large: at most 18 digits can be held"),
    })
}

impl Amounts {
    /// Nothing, in that currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { net: zero, tax: zero, gross: zero }
    }

    /// Net and tax with their sum.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`], [`ArithmeticError::CurrencyMismatch`].
    pub fn of(net: Money, tax: Money) -> Result<Self, ArithmeticError> {
        Ok(Self { net, tax, gross: net.checked_add(tax)? })
    }

    /// The sum.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`], [`ArithmeticError::CurrencyMismatch`].
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        Ok(Self {
            net: self.net.checked_add(other.net)?,
            tax: self.tax.checked_add(other.tax)?,
            gross: self.gross.checked_add(other.gross)?,
        })
    }

    /// What belongs to the units after the first `before`, up to `until`, of `all` units, when these are the amounts of all.
    ///
    /// Net and tax are rounded half-up cumulatively: the amount of the first `until` units minus that of the first `before`. So
    /// parts sum to the whole however the units are divided. Gross is net plus tax.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`], or [`ArithmeticError::DivisionByZero`] when there are no units.
    pub fn share(self, before: Decimal, until: Decimal, all: Decimal) -> Result<Self, ArithmeticError> {
        let part = |whole: Money| cumulative(whole, until, all)?.checked_sub(cumulative(whole, before, all)?);
        Self::of(part(self.net)?, part(self.tax)?)
    }
}

/// The amount of the first `until` of `all` units.
pub(super) fn cumulative(whole: Money, until: Decimal, all: Decimal) -> Result<Money, ArithmeticError> {
    let (above, below) = (Exact::from_decimal(until)?.lowest_terms(), Exact::from_decimal(all)?.lowest_terms());
    let share = whole.to_exact()?.times(above.0, above.1)?.times(below.1, below.0)?;
    Money::rounded(share, &Rounding::half_up(whole.currency().minor_units()), whole.currency())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn euro(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap())
    }

    #[test]
    fn thirds_of_ten_euro_differ_by_a_cent_and_sum_to_ten() {
        let whole = Amounts::of(euro(1000), euro(190)).unwrap();
        let share = |from: i64, to: i64| {
            let part = whole.share(from.into(), to.into(), 3.into()).unwrap();
            (part.net.minor(), part.tax.minor(), part.gross.minor())
        };
        // Cumulative net 3.333, 6.667, 10 and tax 0.633, 1.267, 1.90.
        assert_eq!([share(0, 1), share(1, 2), share(2, 3)], [(333, 63, 396), (334, 64, 398), (333, 63, 396)]);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_however_they_are_cut(
            net in -10_000_000_i64..10_000_000,
            tax in -2_000_000_i64..2_000_000,
            steps in prop::collection::vec(1_i64..5_000, 1..12),
            scale in 0_u32..4,
        ) {
            let quantity = |units: i64| Decimal::from_parts(units.into(), scale).unwrap();
            let all = steps.iter().sum::<i64>();
            let whole = Amounts::of(euro(net), euro(tax)).unwrap();
            let mut sum = Amounts::zero(whole.net.currency());
            let mut before = 0;
            for step in steps {
                let part = whole.share(quantity(before), quantity(before + step), quantity(all)).unwrap();
                prop_assert_eq!(part.gross, part.net.checked_add(part.tax).unwrap());
                prop_assert!(part.net.is_zero() || part.net.minor().signum() == net.signum());
                sum = sum.plus(part).unwrap();
                before += step;
            }
            prop_assert_eq!(sum, whole);
        }
    }
}
