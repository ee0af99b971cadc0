//! Currencies of ISO 4217 with their minor units.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency of ISO 4217 that money is counted in: with 0 (JPY), 2 (EUR), 3 (KWD) or 4 (CLF) digits after the point.
///
/// ```
/// use dealdesk::Currency;
/// let yen: Currency = "JPY".parse()?;
/// assert_eq!(yen.minor_units(), 0);
/// # Ok::<(), dealdesk::money::CurrencyError>(())
/// ```
///
/// Inside it is one number, so that amounts and prices travel in two registers: from the top the three letters, then the minor units, then
/// four bits that are zero, in which a price keeps its own digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(NonZeroU32);

/// How many bits of a [`Currency`] are zero.
pub(super) const FREE_BITS: u32 = 4;
/// The bits of the minor units, behind the letters.
const MINOR_BITS: u32 = 4;

/// Why a text is not a currency that money can be counted in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not a code of ISO 4217.
    #[error("`{0}` is not a currency code of ISO 4217; write it like `{like}`", like = capital(.0))]
    Unknown(String),
    /// A code of ISO 4217 without minor units: gold, drawing rights, test codes.
    #[error("`{0}` has no minor units in ISO 4217, so no price can be counted in it")]
    NoMinorUnits(String),
}

/// The code as it is meant where only its letters are small.
fn capital(text: &str) -> &'static str {
    iso_currency::Currency::from_code(&text.trim().to_ascii_uppercase()).map_or("EUR", |code| code.code())
}

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        let [_, first, second, third] = (self.0.get() >> (FREE_BITS + MINOR_BITS)).to_be_bytes();
        let letters = [first, second, third];
        let code = std::str::from_utf8(&letters).ok().and_then(iso_currency::Currency::from_code);
        code.map_or("", |code| code.code())
    }

    /// How many digits stand after the point: 0 to 4.
    #[inline]
    #[must_use]
    pub const fn minor_units(self) -> u8 {
        let [.., low] = self.0.get().to_be_bytes();
        low >> FREE_BITS
    }

    /// The number inside, of which the last [`FREE_BITS`] are zero.
    #[inline]
    pub(super) const fn number(self) -> NonZeroU32 {
        self.0
    }

    /// The currency of a number whose last [`FREE_BITS`] may be anything.
    #[inline]
    pub(super) const fn of_number(number: NonZeroU32) -> Self {
        match NonZeroU32::new(number.get() & (u32::MAX << FREE_BITS)) {
            Some(number) => Self(number),
            None => Self(number),
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let shown = || text.chars().take(12).collect::<String>();
        let code = iso_currency::Currency::from_code(text).ok_or_else(|| CurrencyError::Unknown(shown()))?;
        let minor_units = code.exponent().ok_or_else(|| CurrencyError::NoMinorUnits(shown()))?;
        let letters = code.code().bytes().fold(0_u32, |letters, letter| letters << 8 | u32::from(letter));
        let number = (letters << MINOR_BITS | u32::from(minor_units)) << FREE_BITS;
        NonZeroU32::new(number).map(Self).ok_or_else(|| CurrencyError::Unknown(shown()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "A currency code of ISO 4217 with minor units."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_follow_iso_4217() {
        for (code, digits) in [("JPY", 0), ("EUR", 2), ("CNY", 2), ("KWD", 3), ("CLF", 4)] {
            assert_eq!(code.parse::<Currency>().unwrap().minor_units(), digits, "{code}");
        }
    }

    #[test]
    fn every_currency_keeps_its_letters_and_takes_one_register() {
        for code in ["AED", "EUR", "JPY", "KWD", "ZMW"] {
            assert_eq!(code.parse::<Currency>().unwrap().code(), code);
        }
        assert_eq!(size_of::<Option<crate::money::UnitPrice>>(), 16);
    }

    #[test]
    fn gold_and_unknown_codes_are_refused_with_their_own_reason() {
        assert_eq!("XAU".parse::<Currency>(), Err(CurrencyError::NoMinorUnits("XAU".into())));
        assert_eq!("EURO".parse::<Currency>(), Err(CurrencyError::Unknown("EURO".into())));
        assert_eq!("eur".parse::<Currency>(), Err(CurrencyError::Unknown("eur".into())));
    }
}
