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
    10_i128.checked_pow(exponent).ok_or(ArithmeticError::Overflow)
}

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
    fn large_factors_are_cancelled_before_they_overflow() {
        let large = i128::MAX / 2;
        let value = Exact::new(large, 7).unwrap().times(7, large).unwrap();
        assert_eq!(value.reduced().to_decimal().unwrap(), Decimal::ONE);
    }
}
