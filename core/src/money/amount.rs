//! Amounts of money.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{ArithmeticError, Currency, Decimal, Exact, Rounding};

/// An amount of money, always at its currency's scale, up to 18 digits.
///
/// ```
/// use dealdesk::{Currency, Money};
/// let euro: Currency = "EUR".parse()?;
/// let price = Money::from_decimal("1058.4".parse()?, euro)?;
/// assert_eq!(price.minor(), 105_840);
/// assert_eq!(price.to_string(), "1058.40");
/// assert!(Money::from_decimal("0.001".parse()?, euro).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// The amount of that many minor units: 105840 euro cents are 1058.40 EUR.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in that currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount that the decimal writes; nothing is rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] when it has more decimals than the currency, [`ArithmeticError::Overflow`] above 18 digits.
    pub fn from_decimal(number: Decimal, currency: Currency) -> Result<Self, ArithmeticError> {
        Ok(Self::new(number.mantissa_at(u32::from(currency.minor_units()))?, currency))
    }

    /// Rounds an exact value to an amount.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] when the rounding keeps more decimals than the currency has, [`ArithmeticError::Overflow`].
    pub fn rounded(value: Exact, rounding: &Rounding, currency: Currency) -> Result<Self, ArithmeticError> {
        let units = rounding.apply(value)?;
        if rounding.scale() == currency.minor_units() {
            return Ok(Self::new(units, currency));
        }
        Self::from_decimal(Decimal::from_parts(i128::from(units), u32::from(rounding.scale()))?, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount as a decimal at the currency's scale.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_parts(i128::from(self.minor), u32::from(self.currency.minor_units())).unwrap_or_default()
    }

    /// The amount as an exact value for further calculation.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] does not happen for a currency of ISO 4217; the type is shared.
    pub fn to_exact(self) -> Result<Exact, ArithmeticError> {
        Exact::new(i128::from(self.minor), super::exact::power_of_ten(u32::from(self.currency.minor_units()))?)
    }

    /// The sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`ArithmeticError::CurrencyMismatch`], [`ArithmeticError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference of two amounts of one currency.
    ///
    /// # Errors
    /// [`ArithmeticError::CurrencyMismatch`], [`ArithmeticError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, ArithmeticError> {
        self.combine(other, i64::checked_sub)
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] at the very end of the range.
    pub fn checked_neg(self) -> Result<Self, ArithmeticError> {
        self.minor.checked_neg().map(|minor| Self::new(minor, self.currency)).ok_or(ArithmeticError::Overflow)
    }

    /// Whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self, ArithmeticError> {
        if self.currency != other.currency {
            return Err(ArithmeticError::CurrencyMismatch);
        }
        with(self.minor, other.minor).map(|minor| Self::new(minor, self.currency)).ok_or(ArithmeticError::Overflow)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&rust_decimal::Decimal::from(self.to_decimal()), f)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(super::DECIMAL_TOKEN, &format_args!("{self}"))
    }
}

impl schemars::JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "decimal",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
            "description": "An amount of money as text, with exactly the decimals of its currency, such as \"12.50\"."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_at_the_currency_s_scale() {
        for (code, minor, printed) in [("EUR", 110, "1.10"), ("JPY", 110, "110"), ("KWD", -5, "-0.005"), ("CLF", 0, "0.0000")] {
            assert_eq!(Money::new(minor, code.parse().unwrap()).to_string(), printed);
        }
    }

    #[test]
    fn currencies_do_not_mix_and_sums_do_not_wrap() {
        let (euro, yen) = ("EUR".parse().unwrap(), "JPY".parse().unwrap());
        assert_eq!(Money::new(1, euro).checked_add(Money::new(1, yen)), Err(ArithmeticError::CurrencyMismatch));
        assert_eq!(Money::new(i64::MAX, euro).checked_add(Money::new(1, euro)), Err(ArithmeticError::Overflow));
    }
}
