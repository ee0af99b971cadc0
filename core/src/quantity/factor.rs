//! Conversion factors between units of measure.

use std::fmt;
use std::str::FromStr;

use serde::de::MapAccess;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::{ArithmeticError, Decimal, Exact};

/// How many of one unit make one of another: an exact fraction above zero, written `12`, `"12"`, `"0.001"` or `"1/3"`.
///
/// ```
/// use dealdesk::quantity::Factor;
/// let dozen: Factor = "12".parse()?;
/// assert_eq!(dozen.apply("2.5".parse()?)?.to_decimal()?.to_string(), "30");
/// let third: Factor = "1/3".parse()?;
/// assert_eq!(third.apply("6".parse()?)?.to_decimal()?.to_string(), "2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factor {
    numerator: i64,
    denominator: i64,
}

/// Why a text is not a conversion factor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactorError {
    /// Neither a decimal nor a fraction of two whole numbers.
    #[error("`{0}` is not a factor; write it like `12`, `0.001` or `1/3`")]
    Syntax(String),
    /// Zero or below.
    #[error("the factor `{0}` must be above zero")]
    NotPositive(String),
    /// Too many digits.
    #[error("the factor `{0}` has more than 18 digits")]
    TooLong(String),
}

impl Factor {
    /// The factor of a unit to itself.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// The fraction's parts, in lowest terms.
    #[must_use]
    pub const fn parts(self) -> (i64, i64) {
        (self.numerator, self.denominator)
    }

    /// The quantity times this factor, exact.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn apply(self, quantity: Decimal) -> Result<Exact, ArithmeticError> {
        Exact::from_decimal(quantity)?.times(self.numerator.into(), self.denominator.into())
    }

    /// The factor in the other direction.
    #[must_use]
    pub const fn inverse(self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }

    /// This factor after the other one.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the reduced result has more than 18 digits.
    pub fn times(self, other: Self) -> Result<Self, ArithmeticError> {
        let product =
            Exact::new(self.numerator.into(), self.denominator.into())?.times(other.numerator.into(), other.denominator.into())?;
        Self::reduced(product)
    }

    fn reduced(value: Exact) -> Result<Self, ArithmeticError> {
        let (numerator, denominator) = value.lowest_terms();
        Ok(Self {
            numerator: i64::try_from(numerator).map_err(|_| ArithmeticError::Overflow)?,
            denominator: i64::try_from(denominator).map_err(|_| ArithmeticError::Overflow)?,
        })
    }
}

impl FromStr for Factor {
    type Err = FactorError;

    fn from_str(text: &str) -> Result<Self, FactorError> {
        let shown = || text.chars().take(48).collect::<String>();
        let (above, below) = text.split_once('/').unwrap_or((text, "1"));
        let number = |part: &str| part.trim().parse::<Decimal>().map_err(|_| FactorError::Syntax(shown()));
        let (above, below) = (number(above)?, number(below)?);
        let positive = |number: Decimal| !number.is_zero() && !number.is_negative();
        if !positive(above) || !positive(below) {
            return Err(FactorError::NotPositive(shown()));
        }
        let fraction = || {
            let (above, below) = (Exact::from_decimal(above)?, Exact::from_decimal(below)?);
            let (numerator, denominator) = below.lowest_terms();
            Self::reduced(above.times(denominator, numerator)?)
        };
        fraction().map_err(|_| FactorError::TooLong(shown()))
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = Exact::new(self.numerator.into(), self.denominator.into()).and_then(Exact::to_decimal);
        match decimal {
            Ok(decimal) => fmt::Display::fmt(&decimal, f),
            Err(_) => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactorVisitor)
    }
}

struct FactorVisitor;

impl<'de> serde::de::Visitor<'de> for FactorVisitor {
    type Value = Factor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a factor, such as 12, \"0.001\" or \"1/3\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Factor, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Factor, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Factor, E> {
        self.visit_str(&number.to_string())
    }

    #[expect(clippy::disallowed_types, reason = "meets a float of the wire only to refuse it")]
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Factor, E> {
        Decimal::refuse_float(number)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Factor, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Factor, A::Error> {
        self.visit_str(&Decimal::from_number_map(map)?.to_string())
    }
}

impl schemars::JsonSchema for Factor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Factor".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(\\.[0-9]+)?(/[0-9]+(\\.[0-9]+)?)?$",
            "description": "An exact conversion factor above zero as text: \"12\", \"0.001\" or \"1/3\"."
        });
        if generator.contract().is_deserialize() {
            schema.insert("type".to_owned(), ["string", "integer"].as_slice().into());
            schema.insert("description".to_owned(), "An exact conversion factor above zero: 12, \"0.001\" or \"1/3\".".into());
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_not_a_positive_fraction() {
        for text in ["", "a", "1/", "/2", "1/2/3"] {
            assert!(matches!(text.parse::<Factor>(), Err(FactorError::Syntax(_))), "{text}");
        }
        for text in ["0", "-1", "1/0", "1/-2"] {
            assert!(matches!(text.parse::<Factor>(), Err(FactorError::NotPositive(_))), "{text}");
        }
        assert_eq!("2/6".parse::<Factor>().unwrap().to_string(), "1/3");
        assert_eq!("0.50/2".parse::<Factor>().unwrap().to_string(), "0.25");
    }

    #[test]
    fn is_a_text_or_a_whole_number_on_the_wire() {
        assert_eq!(serde_json::from_str::<Factor>("12").unwrap(), serde_json::from_str(r#""12""#).unwrap());
        for (json, said) in [
            ("0.5", "write \"0.5\""),
            ("0", "the factor `0` must be above zero"),
            ("-3", "the factor `-3` must be above zero"),
            ("true", "expected a factor, such as 12, \"0.001\" or \"1/3\""),
        ] {
            let error = serde_json::from_str::<Factor>(json).unwrap_err().to_string();
            assert!(error.contains(said), "{json}: {error}");
        }
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_quantity(a in 1_i64..10_000, b in 1_i64..10_000, quantity in 0_i64..1_000_000) {
            let factor: Factor = format!("{a}/{b}").parse().unwrap();
            let back = factor.inverse();
            let there = factor.apply(Decimal::from_parts(quantity.into(), 3).unwrap()).unwrap();
            let (numerator, denominator) = back.parts();
            let returned = there.times(numerator.into(), denominator.into()).unwrap().to_decimal().unwrap();
            prop_assert_eq!(returned, Decimal::from_parts(quantity.into(), 3).unwrap());
            prop_assert_eq!(factor.times(back).unwrap(), Factor::ONE);
        }
    }
}
