//! Rounding: one of the two places where a digit may be lost.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::exact::power_of_ten;
use super::{ArithmeticError, Decimal, Exact};

/// Which neighbour an in-between value goes to.
///
/// | value | half_up | half_even | half_down | up | down | ceiling | floor |
/// |---|---|---|---|---|---|---|---|
/// | 2.5 | 3 | 2 | 2 | 3 | 2 | 3 | 2 |
/// | -2.5 | -3 | -2 | -2 | -3 | -2 | -2 | -3 |
/// | 2.6 | 3 | 3 | 3 | 3 | 2 | 3 | 2 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// To the nearest; a half goes away from zero. The commercial rule.
    #[default]
    HalfUp,
    /// To the nearest; a half goes to the even neighbour.
    HalfEven,
    /// To the nearest; a half goes towards zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
}

/// How to round, as a rulebook writes it: `{"mode": "half_even", "increment": "0.05"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundingDef {
    /// Which neighbour an in-between value goes to; `half_up` when absent.
    #[serde(default)]
    pub mode: RoundingMode,
    /// The result is a multiple of this, above zero; one minor unit of the currency when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increment: Option<Decimal>,
    /// Added after rounding to the increment: with increment 1, `-0.01` gives prices that end in .99. Zero stays zero, and a positive value never
    /// falls below zero by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Decimal>,
}

/// Why a rounding cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoundingError {
    /// The increment is zero or negative.
    #[error("the increment `{0}` must be above zero")]
    Increment(Decimal),
    /// The increment or the offset has more decimals than the result may have.
    #[error("`{0}` is too fine: an increment and an offset have at most {1} decimals here")]
    TooFine(Decimal, u8),
    /// The offset is as large as the increment.
    #[error("the offset `{0}` must be smaller than the increment")]
    Offset(Decimal),
    /// The increment has too many digits.
    #[error("the increment is too large: at most 18 digits can be held")]
    Overflow,
}

/// A checked [`RoundingDef`], bound to the scale of its results.
///
/// ```
/// use dealdesk::money::{Exact, Rounding, RoundingDef, RoundingMode};
/// let five_cents = RoundingDef { increment: Some("0.05".parse()?), ..RoundingDef::default() };
/// let rounding = Rounding::new(five_cents, 2)?;
/// assert_eq!(rounding.apply(Exact::from_decimal("7.42".parse()?)?)?, 740);
/// assert_eq!(Rounding::half_up(2).apply(Exact::from_decimal("2.185".parse()?)?)?, 219);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    mode: RoundingMode,
    /// The increment, counted in units of the last digit.
    step: i64,
    /// The offset, counted in units of the last digit.
    offset: i64,
    scale: u8,
}

impl Rounding {
    /// Half-up to `scale` digits after the point: the commercial rule.
    #[inline]
    #[must_use]
    pub const fn half_up(scale: u8) -> Self {
        Self { mode: RoundingMode::HalfUp, step: 1, offset: 0, scale }
    }

    /// Checks a rounding whose results have `scale` digits after the point.
    ///
    /// # Errors
    /// [`RoundingError`] when the increment is not positive, finer than the scale, or not larger than the offset.
    pub fn new(def: RoundingDef, scale: u8) -> Result<Self, RoundingError> {
        let at_scale = |number: Decimal| {
            number.mantissa_at(u32::from(scale)).map_err(|error| match error {
                ArithmeticError::Inexact => RoundingError::TooFine(number, scale),
                _ => RoundingError::Overflow,
            })
        };
        let step = def.increment.map_or(Ok(1), at_scale)?;
        let offset = def.offset.map_or(Ok(0), at_scale)?;
        if step <= 0 {
            return Err(RoundingError::Increment(def.increment.unwrap_or_default()));
        }
        if offset.unsigned_abs() >= step.unsigned_abs() && offset != 0 {
            return Err(RoundingError::Offset(def.offset.unwrap_or_default()));
        }
        Ok(Self { mode: def.mode, step, offset, scale })
    }

    /// How many digits after the point the results have.
    #[must_use]
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The rounding as a rulebook would write it.
    #[must_use]
    pub fn to_def(&self) -> RoundingDef {
        let shown = |units: i64| Decimal::from_parts(i128::from(units), u32::from(self.scale)).ok();
        RoundingDef { mode: self.mode, increment: shown(self.step), offset: if self.offset == 0 { None } else { shown(self.offset) } }
    }

    /// Rounds a value; the result counts units of the last digit, 7.40 at scale 2 being 740.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the result has more than 18 digits.
    pub fn apply(&self, value: Exact) -> Result<i64, ArithmeticError> {
        let power = power_of_ten(u32::from(self.scale))?;
        if value.denominator == power && self.is_plain() {
            // Whole units of the last digit already, such as a price in cents times pieces.
            return i64::try_from(value.numerator).map_err(|_| ArithmeticError::Overflow);
        }
        let Exact { numerator, denominator } = value.times(power, i128::from(self.step))?;
        let rounded = divide(numerator, denominator, self.mode)?.checked_mul(i128::from(self.step)).ok_or(ArithmeticError::Overflow)?;
        let rounded = i64::try_from(rounded).map_err(|_| ArithmeticError::Overflow)?;
        // Nothing has no ending: what is taken off whole stays zero.
        if self.offset == 0 || numerator == 0 {
            return Ok(rounded);
        }
        let ended = rounded.checked_add(self.offset).ok_or(ArithmeticError::Overflow)?;
        Ok(if numerator >= 0 { ended.max(0) } else { ended })
    }

    /// Whether it rounds to the last digit, without increment or ending.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        self.step == 1 && self.offset == 0
    }

    /// [`Rounding::apply`] of `numerator / denominator` units of the last digit, for a rounding that is plain.
    #[inline]
    pub(crate) fn apply_plain(&self, numerator: i64, denominator: i64) -> Option<i64> {
        // By a hundred, as most percentages are, the machine multiplies.
        let quotient = match (denominator, self.mode) {
            (100, RoundingMode::HalfUp) if numerator >= 0 => numerator.checked_add(50)?.checked_div(100),
            (_, mode) => divide_any(numerator, denominator, mode),
        };
        quotient.filter(|_| self.is_plain())
    }
}

/// `numerator / denominator` as a whole number; the denominator is positive.
fn divide(numerator: i128, denominator: i128, mode: RoundingMode) -> Result<i128, ArithmeticError> {
    // Most amounts fit in 64 bits, where a division costs a tenth.
    if let (Ok(numerator), Ok(denominator)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        return divide_narrow(numerator, denominator, mode).map(i128::from).ok_or(ArithmeticError::DivisionByZero);
    }
    let (Some(quotient), Some(rest)) = (numerator.checked_div(denominator), numerator.checked_rem(denominator)) else {
        return Err(ArithmeticError::DivisionByZero);
    };
    let half = rest.unsigned_abs().cmp(&denominator.unsigned_abs().abs_diff(rest.unsigned_abs()));
    let odd = quotient & 1 != 0;
    if rest == 0 || !mode.goes_away(half, odd, rest > 0) {
        return Ok(quotient);
    }
    quotient.checked_add(rest.signum()).ok_or(ArithmeticError::Overflow)
}

/// [`divide_narrow`], apart from those who seldom need it.
#[inline(never)]
fn divide_any(numerator: i64, denominator: i64, mode: RoundingMode) -> Option<i64> {
    divide_narrow(numerator, denominator, mode)
}

#[inline]
fn divide_narrow(numerator: i64, denominator: i64, mode: RoundingMode) -> Option<i64> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.wrapping_sub(quotient.wrapping_mul(denominator));
    if mode == RoundingMode::HalfUp {
        // The commonest mode without a comparison of cases.
        let away = rest.unsigned_abs() >= denominator.unsigned_abs().abs_diff(rest.unsigned_abs());
        return quotient.checked_add(if away { rest.signum() } else { 0 });
    }
    let half = rest.unsigned_abs().cmp(&denominator.unsigned_abs().abs_diff(rest.unsigned_abs()));
    let odd = quotient & 1 != 0;
    if rest == 0 || !mode.goes_away(half, odd, rest > 0) {
        return Some(quotient);
    }
    quotient.checked_add(rest.signum())
}

impl RoundingMode {
    /// Whether a number between two whole ones becomes the one away from zero; `half` compares its distance from the nearer to zero
    /// with its distance from the other.
    const fn goes_away(self, half: Ordering, odd: bool, positive: bool) -> bool {
        match self {
            Self::HalfUp => half.is_ge(),
            Self::HalfDown => half.is_gt(),
            Self::HalfEven => half.is_gt() || half.is_eq() && odd,
            Self::Up => true,
            Self::Down => false,
            Self::Ceiling => positive,
            Self::Floor => !positive,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::from_decimal(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn every_mode_at_a_half_and_beside_it() {
        use RoundingMode::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
        let table = [
            ("2.5", [3, 2, 2, 3, 2, 3, 2]),
            ("-2.5", [-3, -2, -2, -3, -2, -2, -3]),
            ("3.5", [4, 4, 3, 4, 3, 4, 3]),
            ("2.6", [3, 3, 3, 3, 2, 3, 2]),
            ("-2.4", [-2, -2, -2, -3, -2, -2, -3]),
            ("0", [0; 7]),
        ];
        for (value, expected) in table {
            for (mode, expected) in [HalfUp, HalfEven, HalfDown, Up, Down, Ceiling, Floor].into_iter().zip(expected) {
                let rounding = Rounding::new(RoundingDef { mode, ..RoundingDef::default() }, 0).unwrap();
                assert_eq!(rounding.apply(exact(value)), Ok(expected), "{value} {mode:?}");
            }
        }
    }

    #[test]
    fn increments_and_endings() {
        let def = |mode, increment: &str, offset: Option<&str>| RoundingDef {
            mode,
            increment: Some(increment.parse().unwrap()),
            offset: offset.map(|text| text.parse().unwrap()),
        };
        let apply = |def, value| Rounding::new(def, 2).unwrap().apply(exact(value)).unwrap();
        assert_eq!(apply(def(RoundingMode::HalfUp, "0.05", None), "2.32"), 230);
        assert_eq!(apply(def(RoundingMode::Ceiling, "0.5", None), "94.583125"), 9500);
        // Worked example 51: ceiling to 1 and -0.01; example 35: round 10 and -0.01 on 10; and never below zero.
        assert_eq!(apply(def(RoundingMode::Ceiling, "1", Some("-0.01")), "94.583125"), 9499);
        assert_eq!(apply(def(RoundingMode::HalfUp, "10", Some("-0.01")), "10"), 999);
        assert_eq!(apply(def(RoundingMode::HalfUp, "10", Some("-0.01")), "0"), 0);
        assert_eq!(apply(def(RoundingMode::HalfUp, "10", Some("0.99")), "0"), 0);
        assert_eq!(apply(def(RoundingMode::HalfUp, "10", Some("0.99")), "0.01"), 99);
    }

    #[test]
    fn refuses_increments_that_make_no_sense() {
        let with = |increment: &str, offset: &str| {
            Rounding::new(
                RoundingDef {
                    mode: RoundingMode::HalfUp,
                    increment: Some(increment.parse().unwrap()),
                    offset: Some(offset.parse().unwrap()),
                },
                2,
            )
        };
        assert_eq!(with("0", "0"), Err(RoundingError::Increment(0.into())));
        assert_eq!(with("-1", "0"), Err(RoundingError::Increment((-1).into())));
        assert_eq!(with("0.001", "0"), Err(RoundingError::TooFine("0.001".parse().unwrap(), 2)));
        assert_eq!(with("1", "1"), Err(RoundingError::Offset(1.into())));
    }

    proptest! {
        #[test]
        fn narrow_and_wide_division_agree(numerator in any::<i64>(), denominator in 1..i64::MAX, small in 1_i64..50, mode in 0_usize..7) {
            use RoundingMode::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
            let mode = [HalfUp, HalfEven, HalfDown, Up, Down, Ceiling, Floor][mode];
            let widened = i128::from(i64::MAX);
            for denominator in [denominator, small] {
                let wide = divide(i128::from(numerator) * widened, i128::from(denominator) * widened, mode);
                prop_assert_eq!(divide_narrow(numerator, denominator, mode).map(i128::from), wide.ok());
            }
        }

        #[test]
        fn the_result_is_a_neighbour_and_rounding_twice_changes_nothing(
            numerator in -1_000_000_000_000_i128..1_000_000_000_000, denominator in 1_i128..100_000, step in 1_i64..500, mode in 0_usize..7,
        ) {
            use RoundingMode::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
            let mode = [HalfUp, HalfEven, HalfDown, Up, Down, Ceiling, Floor][mode];
            let increment = Decimal::from_parts(i128::from(step), 2).unwrap();
            let rounding = Rounding::new(RoundingDef { mode, increment: Some(increment), offset: None }, 2).unwrap();
            let rounded = rounding.apply(Exact::new(numerator, denominator).unwrap()).unwrap();
            prop_assert_eq!(rounded % step, 0);
            let distance = (i128::from(rounded) * denominator - numerator * 100).abs();
            prop_assert!(distance < i128::from(step) * denominator);
            if matches!(mode, HalfUp | HalfEven | HalfDown) {
                prop_assert!(distance * 2 <= i128::from(step) * denominator);
            }
            prop_assert_eq!(rounding.apply(Exact::new(i128::from(rounded), 100).unwrap()), Ok(rounded));
        }
    }
}
