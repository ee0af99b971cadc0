//! Quantities of goods as fixed-point numbers, for ledgers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::{ArithmeticError, DECIMAL_TOKEN, Decimal, DecimalError, Exact, Rounding, RoundingDef, RoundingMode};

/// A quantity of goods, or a change of one: at most 12 digits before the point and 6 after, exact.
///
/// On the wire it is a decimal like any other. What has more digits is refused where it is read, so that sums stay exact.
///
/// ```
/// use dealdesk::quantity::Quantity;
/// let pallets: Quantity = "2.5".parse()?;
/// assert_eq!(pallets.saturating_add(Quantity::from(10)).to_string(), "12.5");
/// assert!("0.0000001".parse::<Quantity>().is_err());
/// # Ok::<(), dealdesk::quantity::QuantityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

const DECIMALS: u32 = 6;
const UNIT: i64 = 1_000_000;

/// Why a number is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a decimal number.
    #[error(transparent)]
    Decimal(#[from] DecimalError),
    /// More than 12 digits before the point or more than 6 after.
    #[error("the quantity `{0}` has too many digits: at most 12 before the point and 6 after can be held")]
    Digits(Decimal),
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest quantity that is read: 999999999999.999999.
    pub const MAX: Self = Self(999_999_999_999_999_999);

    /// The sum, or the nearest end of the range; the range ends far beyond [`Self::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or the nearest end of the range.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum, when it is not above [`Self::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self).filter(|sum| *sum <= Self::MAX)
    }

    /// The largest whole multiple of `step` that is not above a quantity of zero or more; the quantity itself when there is no step.
    #[must_use]
    pub const fn whole_multiple_of(self, step: Self) -> Self {
        match self.0.checked_rem(step.0) {
            Some(rest) => Self(self.0.saturating_sub(rest)),
            None => self,
        }
    }

    /// The least whole multiple of `step` that is not below a value; of the last digit when there is no step.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the result is above [`Self::MAX`] or the step is not above zero.
    pub fn rounded_up(value: Exact, step: Option<Self>) -> Result<Self, ArithmeticError> {
        let def = RoundingDef { mode: RoundingMode::Ceiling, increment: step.map(Self::to_decimal), offset: None };
        let rounding = Rounding::new(def, 6).map_err(|_| ArithmeticError::Inexact)?;
        let quantity = Self(rounding.apply(value)?);
        if quantity <= Self::MAX { Ok(quantity) } else { Err(ArithmeticError::Overflow) }
    }

    /// The quantity with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// The quantity, or zero when it is below zero.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Whether it is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The quantity in millionths.
    pub(crate) const fn millionths(self) -> i64 {
        self.0
    }

    /// So many millionths.
    pub(crate) const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// The quantity as a decimal.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        match self.whole() {
            Some(whole) => whole.into(),
            None => Decimal::from_parts(i128::from(self.0), DECIMALS).unwrap_or_default().normalize(),
        }
    }

    /// The quantity when it has no digits after the point, as most have.
    const fn whole(self) -> Option<i64> {
        if self.0.rem_euclid(UNIT) == 0 { Some(self.0.div_euclid(UNIT)) } else { None }
    }
}

impl From<u32> for Quantity {
    fn from(whole: u32) -> Self {
        Self(i64::from(whole).saturating_mul(UNIT))
    }
}

impl TryFrom<Decimal> for Quantity {
    type Error = QuantityError;

    fn try_from(number: Decimal) -> Result<Self, QuantityError> {
        let quantity = number.mantissa_at(DECIMALS).map(Self).map_err(|_| QuantityError::Digits(number))?;
        if quantity.0.unsigned_abs() <= Self::MAX.0.unsigned_abs() { Ok(quantity) } else { Err(QuantityError::Digits(number)) }
    }
}

impl From<Quantity> for Decimal {
    fn from(quantity: Quantity) -> Self {
        quantity.to_decimal()
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        text.parse::<Decimal>()?.try_into()
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, Self::saturating_add)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole() {
            Some(whole) if f.precision().is_none() => fmt::Display::fmt(&whole, f),
            _ => fmt::Display::fmt(&self.to_decimal(), f),
        }
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(DECIMAL_TOKEN, &format_args!("{self}"))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Decimal::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A quantity as text, such as \"12.5\", with at most 12 digits before the point and 6 after. As input an integer is accepted too.",
            "type": ["string", "integer"],
            "format": "decimal",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_as_a_decimal() {
        for (json, printed) in [("\"1.50\"", "\"1.5\""), ("12", "\"12\""), ("\"-0.000001\"", "\"-0.000001\""), ("\"0\"", "\"0\"")] {
            let quantity: Quantity = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&quantity).unwrap(), printed);
        }
        assert!(serde_json::from_str::<Quantity>("1.5").is_err());
    }

    #[test]
    fn refuses_more_digits_than_it_can_sum_exactly() {
        assert_eq!("999999999999.999999".parse(), Ok(Quantity::MAX));
        for text in ["1000000000000", "-1000000000000", "0.0000001", "99999999999999999999"] {
            assert!(matches!(text.parse::<Quantity>(), Err(QuantityError::Digits(_))), "{text}");
        }
        assert_eq!(Quantity::MAX.checked_add("0.000001".parse().unwrap()), None);
    }
}
