//! Prices per unit.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Serialize, Serializer};

use super::currency::FREE_BITS;
use super::exact::power_of_ten;
use super::{ArithmeticError, Currency, Decimal, Exact, Percent, Rounding, RoundingDef};

/// A price per unit of measure. It may have more digits than an amount: 0.0008 per call, up to 12 decimals.
///
/// It prints with at least the currency's digits: `98.00`, `0.0008`.
///
/// ```
/// use dealdesk::money::{Rounding, UnitPrice};
/// let price = UnitPrice::new("0.0008".parse()?, "EUR".parse()?)?;
/// let calls = "125000".parse()?;
/// assert_eq!(Rounding::half_up(2).apply(price.times(calls)?)?, 10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    mantissa: i64,
    /// The currency's number, with the scale in its free bits.
    kind: NonZeroU32,
}

impl UnitPrice {
    /// How many decimals a unit price may have.
    pub const MAX_SCALE: u32 = 12;

    /// A scale is at most [`Self::MAX_SCALE`], or the currency's.
    #[inline]
    fn of_parts(mantissa: i64, scale: u8, currency: Currency) -> Self {
        Self { mantissa, kind: currency.number() | u32::from(scale) }
    }

    /// The price that the decimal writes; nothing is rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] above 12 decimals, [`ArithmeticError::Overflow`] above 18 digits.
    pub fn new(number: Decimal, currency: Currency) -> Result<Self, ArithmeticError> {
        if number.scale() == u32::from(currency.minor_units()) {
            let mantissa = i64::try_from(number.mantissa()).map_err(|_| ArithmeticError::Overflow)?;
            return Ok(Self::of_parts(mantissa, currency.minor_units(), currency));
        }
        let scale = number.normalize().scale().max(u32::from(currency.minor_units()));
        if scale > Self::MAX_SCALE {
            return Err(ArithmeticError::Inexact);
        }
        let scale_digits = u8::try_from(scale).map_err(|_| ArithmeticError::Overflow)?;
        Ok(Self::of_parts(number.mantissa_at(scale)?, scale_digits, currency))
    }

    /// The price of these digits, `scale` of them after the point; zeros at the end beyond the currency's decimals are left out.
    #[must_use]
    pub(crate) fn of_digits(mut mantissa: i64, mut scale: u8, currency: Currency) -> Self {
        while scale > currency.minor_units() && mantissa.checked_rem(10) == Some(0) {
            mantissa = mantissa.checked_div(10).unwrap_or_default();
            scale = scale.saturating_sub(1);
        }
        Self::of_parts(mantissa, scale, currency)
    }

    /// The digits of the price with that many after the point; none when there are more, or too many in all.
    #[must_use]
    pub(crate) fn mantissa_at(self, scale: u8) -> Option<i64> {
        let missing = scale.checked_sub(self.scale())?;
        self.mantissa.checked_mul(10_i64.checked_pow(missing.into())?)
    }

    /// Rounds an exact value to a unit price.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] above 18 digits.
    pub fn rounded(value: Exact, rounding: &Rounding, currency: Currency) -> Result<Self, ArithmeticError> {
        let mantissa = rounding.apply(value)?;
        if rounding.scale() == currency.minor_units() {
            return Ok(Self::of_parts(mantissa, rounding.scale(), currency));
        }
        Self::new(Decimal::from_parts(i128::from(mantissa), u32::from(rounding.scale()))?, currency)
    }

    /// How many decimals prices per unit have that are rounded so: the currency's, or more where the increment or the offset has more.
    #[must_use]
    pub fn rounding_scale(rounding: RoundingDef, currency: Currency) -> u8 {
        let decimals = |number: Option<Decimal>| number.map_or(0, |number| number.normalize().scale());
        let fine = decimals(rounding.increment).max(decimals(rounding.offset)).min(Self::MAX_SCALE);
        currency.minor_units().max(u8::try_from(fine).unwrap_or(0))
    }

    /// The price as a decimal.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::from_parts(i128::from(self.mantissa), u32::from(self.scale())).unwrap_or_default()
    }

    /// The price as an exact value for further calculation.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] does not happen below 12 decimals; the type is shared.
    pub fn to_exact(self) -> Result<Exact, ArithmeticError> {
        Exact::new(i128::from(self.mantissa), power_of_ten(u32::from(self.scale()))?)
    }

    /// The price times a quantity, unrounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn times(self, quantity: Decimal) -> Result<Exact, ArithmeticError> {
        self.to_exact()?.times(quantity.mantissa(), power_of_ten(quantity.scale())?)
    }

    /// The amount of a quantity: price times quantity, rounded; counted in units of the rounding's last digit.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    #[inline]
    pub fn amount(self, quantity: Decimal, rounding: &Rounding) -> Result<i64, ArithmeticError> {
        match quantity.to_whole().and_then(|quantity| self.amount_of_whole(quantity, rounding)) {
            Some(amount) => Ok(amount),
            None => rounding.apply(self.times(quantity)?),
        }
    }

    /// The amount of a whole quantity at a price in the last digit, which leaves nothing to round; none where something is, or the
    /// amount is too large.
    #[inline]
    #[must_use]
    pub(crate) fn amount_of_whole(self, quantity: i64, rounding: &Rounding) -> Option<i64> {
        let plain = self.scale() == rounding.scale() && rounding.is_plain();
        if plain { self.mantissa.checked_mul(quantity) } else { None }
    }

    /// A percentage of the price, rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    #[inline]
    pub fn percentage(self, percent: Percent, rounding: &Rounding) -> Result<Self, ArithmeticError> {
        // Most fit in 64 bits.
        if self.scale() == rounding.scale() && self.scale() == self.currency().minor_units() {
            let (numerator, denominator) = percent.narrow_ratio();
            let product = self.mantissa.checked_mul(numerator).zip(denominator);
            if let Some(mantissa) = product.and_then(|(numerator, denominator)| rounding.apply_plain(numerator, denominator)) {
                return Ok(Self { mantissa, ..self });
            }
        }
        Self::rounded(percent.of(self.to_exact()?)?, rounding, self.currency())
    }

    /// The price with other digits, of which as many stand after the point.
    #[inline]
    #[must_use]
    pub(crate) const fn with_digits(self, mantissa: i64) -> Self {
        Self { mantissa, ..self }
    }

    /// The lower of two prices, this one when they are equal.
    #[inline]
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        let above = if self.scale() == other.scale() { self.mantissa > other.mantissa } else { self.to_decimal() > other.to_decimal() };
        if above { other } else { self }
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        Currency::of_number(self.kind)
    }

    /// The digits without the point.
    #[must_use]
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// How many digits stand after the point.
    #[must_use]
    pub const fn scale(self) -> u8 {
        let [.., low] = self.kind.get().to_be_bytes();
        low & ((1 << FREE_BITS) - 1)
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&rust_decimal::Decimal::from(self.to_decimal()), f)
    }
}

impl fmt::Debug for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency())
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(super::DECIMAL_TOKEN, &format_args!("{self}"))
    }
}

impl schemars::JsonSchema for UnitPrice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnitPrice".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "decimal",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
            "description": "A price per unit as text, with at least the decimals of its currency, such as \"98.00\" or \"0.0008\"."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{RoundingDef, RoundingMode};

    proptest::proptest! {
        #[test]
        fn short_ways_lead_where_the_long_ones_do(
            price in 0_i64..10_000_000_000, price_scale in 2_u32..5, quantity in 0_i64..1_000_000, quantity_scale in 0_u32..3,
            percent in 0_i64..20_000, percent_scale in 0_u32..3, rounding_scale in 2_u8..5, mode in 0_usize..3, step in 1_i64..3,
        ) {
            let euro: Currency = "EUR".parse().unwrap();
            let decimal = |mantissa: i64, scale| Decimal::from_parts(mantissa.into(), scale).unwrap();
            let mode = [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Floor][mode];
            let increment = Some(decimal(step, u32::from(rounding_scale)));
            let rounding = Rounding::new(RoundingDef { mode, increment, offset: None }, rounding_scale).unwrap();
            let price = UnitPrice::new(decimal(price, price_scale), euro).unwrap();
            let quantity = decimal(quantity, quantity_scale);
            proptest::prop_assert_eq!(price.amount(quantity, &rounding), rounding.apply(price.times(quantity).unwrap()));
            let percent = Percent::new(decimal(percent, percent_scale)).unwrap();
            let long = UnitPrice::rounded(percent.of(price.to_exact().unwrap()).unwrap(), &rounding, euro);
            proptest::prop_assert_eq!(price.percentage(percent, &rounding), long);
        }
    }

    #[test]
    fn keeps_more_digits_than_an_amount_and_at_least_as_many() {
        let euro = "EUR".parse().unwrap();
        for (text, printed) in [("98", "98.00"), ("0.0008", "0.0008"), ("1.100", "1.10")] {
            assert_eq!(UnitPrice::new(text.parse().unwrap(), euro).unwrap().to_string(), printed);
        }
        assert_eq!(UnitPrice::new("0.0000000000001".parse().unwrap(), euro), Err(ArithmeticError::Inexact));
    }
}
