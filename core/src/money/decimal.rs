//! The decimal number of the wire and of formulas.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ArithmeticError;
use super::exact::power_of_ten;

/// The name under which a [`Decimal`] crosses a serializer, so that a binding may make it a native decimal.
pub const DECIMAL_TOKEN: &str = "dealdesk::Decimal";

/// The key under which `serde_json` hands over a number when a host has switched on its `arbitrary_precision`.
pub(crate) const JSON_NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// An exact decimal number with up to 28 digits.
///
/// The number inside is a [`rust_decimal::Decimal`]; what is left out on purpose are its operators, which panic on overflow.
/// Equal numbers are equal whatever their scale, and print alike: [`fmt::Display`] leaves no zeros at the end.
///
/// On the wire it is a string. As input a string or an integer is accepted; a fractional JSON number is refused, because a float
/// has already lost the cent by the time it arrives. This holds whatever features a host switches on in `rust_decimal` or
/// `serde_json`.
///
/// ```
/// use dealdesk::Decimal;
/// let price: Decimal = "1.10".parse()?;
/// assert_eq!(price.to_string(), "1.1");
/// assert_eq!(serde_json::to_string(&price)?, r#""1.1""#);
/// assert!(serde_json::from_str::<Decimal>("1.1").is_err());
/// assert_eq!(serde_json::from_str::<Decimal>("12")?, Decimal::from(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal(rust_decimal::Decimal);

/// Why a text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not digits with at most one point and one sign.
    #[error("`{0}` is not a decimal number; write it like `12.50`")]
    Syntax(String),
    /// More than 28 digits.
    #[error("`{0}` has more digits than can be held exactly (28)")]
    TooLong(String),
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(rust_decimal::Decimal::ONE);
    /// One hundred, the base of a percentage.
    pub const HUNDRED: Self = Self(rust_decimal::Decimal::ONE_HUNDRED);

    /// The number `mantissa / 10^scale`.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the mantissa has more than 96 bits or the scale is above 28.
    pub fn from_parts(mantissa: i128, scale: u32) -> Result<Self, ArithmeticError> {
        rust_decimal::Decimal::try_from_i128_with_scale(mantissa, scale).map(Self).map_err(|_| ArithmeticError::Overflow)
    }

    /// The digits without the point: 1.25 has mantissa 125 and scale 2.
    #[inline]
    #[must_use]
    pub fn mantissa(self) -> i128 {
        self.0.mantissa()
    }

    /// How many digits stand after the point, zeros at the end included.
    #[inline]
    #[must_use]
    pub fn scale(self) -> u32 {
        self.0.scale()
    }

    /// The same number without zeros at the end of its decimals.
    #[must_use]
    pub fn normalize(self) -> Self {
        Self(self.0.normalize())
    }

    /// The sum.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] above 28 digits.
    pub fn checked_add(self, other: Self) -> Result<Self, ArithmeticError> {
        self.0.checked_add(other.0).map(Self).ok_or(ArithmeticError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] above 28 digits.
    pub fn checked_sub(self, other: Self) -> Result<Self, ArithmeticError> {
        self.0.checked_sub(other.0).map(Self).ok_or(ArithmeticError::Overflow)
    }

    /// The product. Digits after the 28th are rounded half-even, as `rust_decimal` does.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] above 28 digits before the point.
    pub fn checked_mul(self, other: Self) -> Result<Self, ArithmeticError> {
        self.0.checked_mul(other.0).map(Self).ok_or(ArithmeticError::Overflow)
    }

    /// The quotient, to 28 digits.
    ///
    /// # Errors
    /// [`ArithmeticError::DivisionByZero`], or [`ArithmeticError::Overflow`] above 28 digits.
    pub fn checked_div(self, other: Self) -> Result<Self, ArithmeticError> {
        if other.is_zero() {
            return Err(ArithmeticError::DivisionByZero);
        }
        self.0.checked_div(other.0).map(Self).ok_or(ArithmeticError::Overflow)
    }

    /// What is left of a division that stops at whole numbers; has the sign of the dividend.
    ///
    /// # Errors
    /// [`ArithmeticError::DivisionByZero`], or [`ArithmeticError::Overflow`].
    pub fn checked_rem(self, other: Self) -> Result<Self, ArithmeticError> {
        if other.is_zero() {
            return Err(ArithmeticError::DivisionByZero);
        }
        self.0.checked_rem(other.0).map(Self).ok_or(ArithmeticError::Overflow)
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        let mut number = self.0;
        number.set_sign_positive(number.is_sign_negative());
        Self(number)
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Whether the number is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the number is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Whether the number has no decimals.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.0.is_integer()
    }

    /// The number, when it was written without decimals and has at most 63 bits.
    #[inline]
    #[must_use]
    pub fn to_whole(self) -> Option<i64> {
        self.narrow_digits(0)
    }

    /// The mantissa, when the number was written with that scale and its mantissa has at most 63 bits.
    #[inline]
    fn narrow_digits(self, scale: u32) -> Option<i64> {
        let parts = self.0.unpack();
        if parts.scale != scale || parts.hi != 0 {
            return None;
        }
        let digits = i64::try_from(u64::from(parts.mid) << 32 | u64::from(parts.lo)).ok()?;
        if parts.negative { digits.checked_neg() } else { Some(digits) }
    }

    /// The number at `scale` when it has no more decimals than that, as mantissa.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] when decimals would be lost, [`ArithmeticError::Overflow`] when it does not fit in 64 bits.
    pub fn mantissa_at(self, scale: u32) -> Result<i64, ArithmeticError> {
        if let Some(digits) = self.narrow_digits(scale) {
            return Ok(digits);
        }
        // Zeros at the end are in the way only where there are more decimals than wanted.
        let number = if self.0.scale() > scale { self.0.normalize() } else { self.0 };
        let missing = scale.checked_sub(number.scale()).ok_or(ArithmeticError::Inexact)?;
        let factor = power_of_ten(missing)?;
        let mantissa = number.mantissa().checked_mul(factor).ok_or(ArithmeticError::Overflow)?;
        i64::try_from(mantissa).map_err(|_| ArithmeticError::Overflow)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale() == other.scale() { self.mantissa().cmp(&other.mantissa()) } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self(number)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(number: Decimal) -> Self {
        number.0
    }
}

impl Decimal {
    /// Reads a number of at most 18 digits, as nearly all are; none for anything else, be it a number or not.
    fn read_short(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        if digits.len() > 19 || !digits.first()?.is_ascii_digit() || !digits.last()?.is_ascii_digit() {
            return None;
        }
        let (mut mantissa, mut scale, mut after_point) = (0_i64, 0_u32, false);
        for byte in digits {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(byte.wrapping_sub(b'0')))?;
                    scale = scale.wrapping_add(u32::from(after_point));
                }
                b'.' if !after_point => after_point = true,
                _ => return None,
            }
        }
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        let mantissa = if digits.len() < text.len() { mantissa.wrapping_neg() } else { mantissa };
        rust_decimal::Decimal::try_new(mantissa, scale).ok().map(Self)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Decimal {
            fn from(number: $integer) -> Self {
                Self(number.into())
            }
        }
    )*};
}
from_integers!(i32, u32, i64, u64);

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        if let Some(short) = Self::read_short(text.as_bytes()) {
            return Ok(short);
        }
        let shown = || text.chars().take(48).collect::<String>();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::Syntax(shown()));
        }
        rust_decimal::Decimal::from_str_exact(text)
            .map(|number| if number.is_zero() { Self::ZERO } else { Self(number) })
            .map_err(|_| DecimalError::TooLong(shown()))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(DECIMAL_TOKEN, &format_args!("{self}"))
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(DECIMAL_TOKEN, Visitor)
    }
}

impl Decimal {
    /// Refuses a float of the wire, with what to write instead.
    #[expect(clippy::disallowed_types, reason = "the one place that meets a float of the wire, to refuse it")]
    pub(crate) fn refuse_float<T, E: serde::de::Error>(number: f64) -> Result<T, E> {
        Err(fractional(&number.to_string()))
    }

    /// Reads the map in which `serde_json` hands over a number when a host has switched on its `arbitrary_precision`.
    pub(crate) fn from_number_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let key: Option<String> = map.next_key()?;
        if key.as_deref() != Some(JSON_NUMBER_TOKEN) {
            return Err(A::Error::invalid_type(Unexpected::Map, &Visitor));
        }
        let text: String = map.next_value()?;
        if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') { text.parse().map_err(A::Error::custom) } else { Err(fractional(&text)) }
    }
}

fn fractional<E: serde::de::Error>(shown: &str) -> E {
    E::custom(format_args!("fractional number `{shown}`: a decimal must be text, write \"{shown}\""))
}

struct Visitor;

impl<'de> serde::de::Visitor<'de> for Visitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number as text, such as \"12.50\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Decimal, E> {
        Ok(number.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Decimal, E> {
        Ok(number.into())
    }

    #[expect(clippy::disallowed_types, reason = "meets a float of the wire only to refuse it")]
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Decimal, E> {
        Decimal::refuse_float(number)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Decimal, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Decimal, A::Error> {
        Decimal::from_number_map(map)
    }
}

impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if generator.contract().is_serialize() {
            return schemars::json_schema!({
                "description": "An exact decimal number as text, such as \"12.50\".",
                "type": "string",
                "format": "decimal",
                "pattern": "^-?[0-9]+(\\.[0-9]+)?$"
            });
        }
        schemars::json_schema!({
            "description": "An exact decimal number as text, such as \"12.50\", or a whole number.",
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
    fn prints_without_zeros_at_the_end() {
        for (text, printed) in [("1.10", "1.1"), ("-0", "0"), ("100", "100"), ("0.000001", "0.000001"), ("-7.50", "-7.5")] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn refuses_what_only_looks_like_a_number() {
        for text in ["", ".5", "5.", "1,5", "1e3", "+1", "1_000", " 1", "0x10", "--1", "1.2.3"] {
            assert!(matches!(text.parse::<Decimal>(), Err(DecimalError::Syntax(_))), "{text}");
        }
        let long = "1".repeat(40);
        assert!(matches!(long.parse::<Decimal>(), Err(DecimalError::TooLong(_))));
    }

    #[test]
    fn refuses_a_fractional_number_and_says_what_to_write() {
        let error = serde_json::from_str::<Decimal>("0.1").unwrap_err().to_string();
        assert!(error.contains("write \"0.1\""), "{error}");
        assert!(serde_json::from_str::<Decimal>("true").is_err());
        assert!(serde_json::from_str::<Decimal>("null").is_err());
        assert!(serde_json::from_str::<Decimal>(r#"{"a": 1}"#).is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_order_is_that_of_the_numbers(one in proptest::prelude::any::<(i64, u8)>(), other in proptest::prelude::any::<(i64, u8)>()) {
            let of = |(mantissa, scale): (i64, u8)| Decimal::from_parts(mantissa.into(), u32::from(scale % 3)).unwrap();
            let (one, other) = (of(one), of(other));
            proptest::prop_assert_eq!(one.cmp(&other), one.0.cmp(&other.0));
        }
    }

    proptest::proptest! {
        #[test]
        fn short_numbers_are_read_as_the_long_way_reads_them(text in "-?[0-9]{1,12}(\\.[0-9]{1,8})?") {
            let long = rust_decimal::Decimal::from_str_exact(&text).unwrap();
            let read: Decimal = text.parse().unwrap();
            proptest::prop_assert_eq!(read.0, long);
            proptest::prop_assert_eq!(read.is_zero() || read.scale() == long.scale(), true);
        }
    }

    #[test]
    fn arithmetic_is_checked() {
        let huge: Decimal = "79228162514264337593543950335".parse().unwrap();
        assert_eq!(huge.checked_add(Decimal::ONE), Err(ArithmeticError::Overflow));
        assert_eq!(Decimal::ONE.checked_div(Decimal::ZERO), Err(ArithmeticError::DivisionByZero));
        assert_eq!("1.255".parse::<Decimal>().unwrap().mantissa_at(2), Err(ArithmeticError::Inexact));
        assert_eq!("1.250".parse::<Decimal>().unwrap().mantissa_at(2), Ok(125));
    }
}
