//! Currencies of ISO 4217 with their minor units.

use std::fmt;
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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: iso_currency::Currency,
    minor_units: u8,
}

/// Why a text is not a currency that money can be counted in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not a code of ISO 4217.
    #[error("`{0}` is not a currency code of ISO 4217; write it like `EUR`")]
    Unknown(String),
    /// A code of ISO 4217 without minor units: gold, drawing rights, test codes.
    #[error("`{0}` has no minor units in ISO 4217, so no price can be counted in it")]
    NoMinorUnits(String),
}

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code.code()
    }

    /// How many digits stand after the point: 0 to 4.
    #[must_use]
    pub fn minor_units(self) -> u8 {
        self.minor_units
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let shown = || text.chars().take(12).collect::<String>();
        let code = iso_currency::Currency::from_code(text).ok_or_else(|| CurrencyError::Unknown(shown()))?;
        let minor_units =
            code.exponent().and_then(|digits| u8::try_from(digits).ok()).ok_or_else(|| CurrencyError::NoMinorUnits(shown()))?;
        Ok(Self { code, minor_units })
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
    fn gold_and_unknown_codes_are_refused_with_their_own_reason() {
        assert_eq!("XAU".parse::<Currency>(), Err(CurrencyError::NoMinorUnits("XAU".into())));
        assert_eq!("EURO".parse::<Currency>(), Err(CurrencyError::Unknown("EURO".into())));
        assert_eq!("eur".parse::<Currency>(), Err(CurrencyError::Unknown("eur".into())));
    }
}
