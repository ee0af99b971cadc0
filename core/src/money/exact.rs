//! Unrounded results on their way to be rounded.

use super::{ArithmeticError, Decimal};

/// An exact fraction `numerator / denominator`: what a calculation gives before [`super::Rounding::apply`] makes it money.
///
/// The denominator is always positive. Nothing is reduced before it must be, so that the usual case stays in cheap integers.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    pub(super) numerator: i128,
    pub(super) denominator: i128,
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// The fraction.
    ///
    /// # Errors
    /// [`ArithmeticError::DivisionByZero`] when the denominator is zero.
    pub fn new(numerator: i128, denominator: i128) -> Result<Self, ArithmeticError> {
        match denominator {
            0 => Err(ArithmeticError::DivisionByZero),
            1.. => Ok(Self { numerator, denominator }),
            _ => Ok(Self {
                numerator: numerator.checked_neg().ok_or(ArithmeticError::Overflow)?,
                denominator: denominator.checked_neg().ok_or(ArithmeticError::Overflow)?,
            }),
        }
    }

    /// The value of a decimal.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] does not happen for a decimal of 28 digits; the type is shared.
    pub fn from_decimal(number: Decimal) -> Result<Self, ArithmeticError> {
        Ok(Self { numerator: number.mantissa(), denominator: power_of_ten(number.scale())? })
    }

    /// This fraction times `numerator / denominator`.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the reduced result does not fit in 128 bits, [`ArithmeticError::DivisionByZero`].
    pub fn times(self, numerator: i128, denominator: i128) -> Result<Self, ArithmeticError> {
        let other = Self::new(numerator, denominator)?;
        if let Some(product) = self.small_product(other) {
            return Ok(product);
        }
        let product = |a: Self, b: Self| {
            Some(Self { numerator: a.numerator.checked_mul(b.numerator)?, denominator: a.denominator.checked_mul(b.denominator)? })
        };
        product(self, other)
            .or_else(|| {
                let crossed_left = Self { numerator: self.numerator, denominator: other.denominator }.reduced();
                let crossed_right = Self { numerator: other.numerator, denominator: self.denominator }.reduced();
                product(crossed_left, crossed_right)
            })
            .ok_or(ArithmeticError::Overflow)
    }

    /// The product when all four numbers fit in 64 bits, as they nearly always do: then it fits in 128 bits, and nothing needs to
    /// be checked.
    fn small_product(self, other: Self) -> Option<Self> {
        let small = |number: i128| i64::try_from(number).ok().map(i128::from);
        let numerator = small(self.numerator)?.wrapping_mul(small(other.numerator)?);
        let denominator = small(self.denominator)?.wrapping_mul(small(other.denominator)?);
        Some(Self { numerator, denominator })
    }

    /// The product of two fractions.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the reduced result does not fit in 128 bits.
    pub fn product(self, other: Self) -> Result<Self, ArithmeticError> {
        self.times(other.numerator, other.denominator)
    }

    /// This fraction divided by another.
    ///
    /// # Errors
    /// [`ArithmeticError::DivisionByZero`]; [`ArithmeticError::Overflow`] when the reduced result does not fit in 128 bits.
    pub fn quotient(self, other: Self) -> Result<Self, ArithmeticError> {
        self.times(other.denominator, other.numerator)
    }

    /// The sum of two fractions.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the reduced result does not fit in 128 bits.
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        let sum = |a: Self, b: Self| {
            if a.denominator == b.denominator {
                return Some(Self { numerator: a.numerator.checked_add(b.numerator)?, denominator: a.denominator });
            }
            let left = a.numerator.checked_mul(b.denominator)?;
            let right = b.numerator.checked_mul(a.denominator)?;
            Some(Self { numerator: left.checked_add(right)?, denominator: a.denominator.checked_mul(b.denominator)? })
        };
        sum(self, other).or_else(|| sum(self.reduced(), other.reduced())).ok_or(ArithmeticError::Overflow)
    }

    /// What stands above the line; how large it is depends on what stands below.
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// Whether the two are written with one denominator: then their sum is too.
    #[must_use]
    pub const fn same_denominator(self, other: Self) -> bool {
        self.denominator == other.denominator
    }

    /// Whether the value is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.numerator > 0
    }

    /// Whether the value is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// The fraction with the other sign.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] at the very end of the range.
    pub fn negated(self) -> Result<Self, ArithmeticError> {
        Ok(Self { numerator: self.numerator.checked_neg().ok_or(ArithmeticError::Overflow)?, denominator: self.denominator })
    }

    /// The same value in lowest terms.
    #[must_use]
    pub fn reduced(self) -> Self {
        let divisor = greatest_common_divisor(self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let Ok(divisor) = i128::try_from(divisor) else { return self };
        match (self.numerator.checked_div(divisor), self.denominator.checked_div(divisor)) {
            (Some(numerator), Some(denominator)) => Self { numerator, denominator },
            _ => self,
        }
    }

    /// Numerator and denominator in lowest terms; the denominator is positive.
    #[must_use]
    pub fn lowest_terms(self) -> (i128, i128) {
        let Self { numerator, denominator } = self.reduced();
        (numerator, denominator)
    }

    /// The value as a decimal when it has a finite one with at most 28 digits.
    ///
    /// # Errors
    /// [`ArithmeticError::Inexact`] when the decimals never end, as in 1/3.
    pub fn to_decimal(self) -> Result<Decimal, ArithmeticError> {
        let Self { numerator, denominator } = self.reduced();
        for scale in 0..=28 {
            let power = power_of_ten(scale)?;
            if power.checked_rem(denominator) == Some(0) {
                let factor = power.checked_div(denominator).ok_or(ArithmeticError::Overflow)?;
                let mantissa = numerator.checked_mul(factor).ok_or(ArithmeticError::Overflow)?;
                return Decimal::from_parts(mantissa, scale);
            }
        }
        Err(ArithmeticError::Inexact)
    }
}

/// `10^exponent`.
pub(crate) fn power_of_ten(exponent: u32) -> Result<i128, ArithmeticError> {
    let place = usize::try_from(exponent).unwrap_or(usize::MAX);
    POWERS_OF_TEN.get(place).copied().ok_or(ArithmeticError::Overflow)
}

/// All powers of ten that fit in 128 bits: calculating one costs more than the multiplication that it is for.
#[expect(clippy::indexing_slicing, reason = "calculated by the compiler, which refuses what would panic")]
static POWERS_OF_TEN: [i128; 39] = {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while let Some(rest) = a.checked_rem(b) {
        a = b;
        b = rest;
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_have_no_decimal() {
        assert_eq!(Exact::new(1, 3).unwrap().to_decimal(), Err(ArithmeticError::Inexact));
        assert_eq!(Exact::new(-5, -4).unwrap().to_decimal().unwrap().to_string(), "1.25");
        assert_eq!(Exact::new(1, 0).unwrap_err(), ArithmeticError::DivisionByZero);
    }

    #[test]
    fn powers_of_ten_are_what_they_say_up_to_the_last() {
        for exponent in 0..50 {
            assert_eq!(power_of_ten(exponent).ok(), 10_i128.checked_pow(exponent), "{exponent}");
        }
    }

    proptest::proptest! {
        #[test]
        fn small_products_are_the_same_fractions(a in proptest::prelude::any::<i64>(), b in 1..i64::MAX, c in proptest::prelude::any::<i64>(), d in 1..i64::MAX) {
            let (one, other) = (Exact::new(a.into(), b.into()).unwrap(), Exact::new(c.into(), d.into()).unwrap());
            let product = one.small_product(other).unwrap();
            let checked = (i128::from(a).checked_mul(c.into()), i128::from(b).checked_mul(d.into()));
            proptest::prop_assert_eq!((Some(product.numerator), Some(product.denominator)), checked);
            let large = Exact { numerator: i128::from(i64::MAX) + 1, denominator: 1 };
            proptest::prop_assert!(large.small_product(other).is_none());
        }
    }

    #[test]
    fn large_factors_are_cancelled_before_they_overflow() {
        let large = i128::MAX / 2;
        let value = Exact::new(large, 7).unwrap().times(7, large).unwrap();
        assert_eq!(value.reduced().to_decimal().unwrap(), Decimal::ONE);
    }
}
