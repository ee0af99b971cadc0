//! Percentages.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ArithmeticError, Decimal, Exact};

/// An exact percentage: `Percent` 7.5 is the fraction 0.075. Up to 12 decimals.
///
/// ```
/// use dealdesk::money::{Decimal, Percent};
/// let tenth = Percent::new("10".parse()?)?;
/// assert_eq!(tenth.to_decimal(), Decimal::from(10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Percent {
    mantissa: i64,
    scale: u8,
}

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// The whole.
    pub const WHOLE: Self = Self { mantissa: 100, scale: 0 };
    /// How many decimals a percentage may have.
    pub const MAX_SCALE: u32 = 12;

    /// The percentage with that number before the sign.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] above 12 decimals, [`ArithmeticError::Overflow`] above 18 digits.
    pub fn new(number: Decimal) -> Result<Self, ArithmeticError> {
        let number = number.normalize();
        if number.scale() > Self::MAX_SCALE {
            return Err(ArithmeticError::Inexact);
        }
        Ok(Self {
            mantissa: i64::try_from(number.mantissa()).map_err(|_| ArithmeticError::Overflow)?,
            scale: u8::try_from(number.scale()).map_err(|_| ArithmeticError::Overflow)?,
        })
    }

    /// The number before the sign.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_parts(i128::from(self.mantissa), u32::from(self.scale)).unwrap_or_default()
    }

    /// The percentage as a pair: numerator and denominator of the fraction, 7.5 % being 75 / 1000.
    #[must_use]
    pub fn ratio(self) -> (i128, i128) {
        let exponent = u32::from(self.scale).saturating_add(2);
        (i128::from(self.mantissa), super::exact::power_of_ten(exponent).unwrap_or(i128::MAX))
    }

    /// [`Percent::ratio`] in 64 bits; no denominator where it has more.
    #[inline]
    pub(crate) fn narrow_ratio(self) -> (i64, Option<i64>) {
        (self.mantissa, i64::try_from(self.ratio().1).ok())
    }

    /// What is left of the whole after this percentage is taken off: 100 % minus this.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] for percentages near 18 digits.
    pub fn complement(self) -> Result<Self, ArithmeticError> {
        Self::new(Decimal::HUNDRED.checked_sub(self.to_decimal())?)
    }

    /// This part of a value.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn of(self, value: Exact) -> Result<Exact, ArithmeticError> {
        let (numerator, denominator) = self.ratio();
        value.times(numerator, denominator)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_decimal().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Decimal::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Decimal::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str) -> Percent {
        Percent::new(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_percentage_of_a_value_is_exact() {
        let value = Exact::from_decimal("135.50".parse().unwrap()).unwrap();
        assert_eq!(percent("9").of(value).unwrap().to_decimal().unwrap().to_string(), "12.195");
        assert_eq!(percent("7.5").complement().unwrap(), percent("92.5"));
    }

    #[test]
    fn refuses_more_decimals_than_it_holds() {
        assert_eq!(Percent::new("0.0000000000001".parse().unwrap()), Err(ArithmeticError::Inexact));
    }
}
