//! Sorted thresholds. Between and on `n` bounds lie `2n + 1` intervals: 0 is below the first bound, 1 is the first bound itself,
//! 2 lies between the first and the second, and so on.

use super::super::{Facts, Literal, Slot, Value};
use super::demand::Range;
use crate::money::Decimal;
use crate::time::Date;

/// Values as whole numbers that ascend with them, of which every bound has one and everything between two bounds has others; by these
/// heights values are compared.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    measure: Measure,
    /// The heights of the bounds.
    ladder: Ladder,
}

#[derive(Debug, Clone)]
enum Measure {
    /// Numbers as half units of `10^-scale`: what has finer digits is the odd number behind those that it exceeds.
    Integers { scale: u32 },
    /// Numbers with too many digits for that, as the intervals that they lie in.
    Decimals(Vec<Decimal>),
    /// Dates, doubled.
    Dates,
}

/// Bounds are no farther from zero than this, so that a value that is cut off at the ends of its type lies beyond them all.
const FARTHEST: i64 = i64::MAX >> 2;

impl Bounds {
    /// Sorted bounds of one kind, each once.
    pub fn new(sorted: &[Literal]) -> Self {
        let dates: Vec<i64> =
            sorted.iter().filter_map(|bound| if let Literal::Date(date) = bound { Some(day(*date)) } else { None }).collect();
        if !dates.is_empty() {
            return Self { measure: Measure::Dates, ladder: Ladder::new(dates) };
        }
        let numbers: Vec<Decimal> =
            sorted.iter().filter_map(|bound| if let Literal::Number(number) = bound { Some(number.normalize()) } else { None }).collect();
        let scale = numbers.iter().map(|number| number.scale()).max().unwrap_or(0);
        let near = |number: &Decimal| number.mantissa_at(scale).ok().filter(|whole: &i64| whole.unsigned_abs() <= FARTHEST.unsigned_abs());
        match numbers.iter().map(|number| near(number).map(doubled)).collect() {
            Some(bounds) => Self { measure: Measure::Integers { scale }, ladder: Ladder::new(bounds) },
            None => {
                let heights = (0..).map(|below| i64::from(interval(below, true))).take(numbers.len()).collect();
                Self { measure: Measure::Decimals(numbers), ladder: Ladder::new(heights) }
            }
        }
    }

    pub fn last_interval(&self) -> u32 {
        interval(self.ladder.bounds.len(), false)
    }

    /// The interval that a height lies in.
    #[inline]
    pub fn interval(&self, height: i64) -> u32 {
        self.ladder.interval(height)
    }

    /// The height of a value; none for a missing value or one of another type.
    fn height(&self, value: Value<'_>) -> Option<i64> {
        match (&self.measure, value) {
            (Measure::Integers { scale }, Value::Number(value)) => Some(half_units(value, *scale)),
            (Measure::Decimals(bounds), Value::Number(value)) => Some(search(bounds, &value).into()),
            (Measure::Dates, Value::Date(value)) => Some(day(value)),
            _ => None,
        }
    }

    /// The height of a slot's value; none for a missing value or one of another type.
    pub fn height_of<F: Facts + ?Sized>(&self, facts: &F, slot: Slot, line: Option<usize>) -> Option<i64> {
        match self.measure {
            Measure::Integers { scale } => match facts.whole(slot, line, scale) {
                Some(whole) => Some(doubled(whole)),
                None => self.height(facts.value(slot, line)),
            },
            Measure::Dates | Measure::Decimals(_) => self.height(facts.value(slot, line)),
        }
    }

    /// How many digits after the point numbers have that are half a [`Bounds::height_of`]; none where no number is.
    pub const fn scale(&self) -> Option<u32> {
        if let Measure::Integers { scale } = self.measure { Some(scale) } else { None }
    }

    /// The first and the last height of a range; the first is above the last when the range is empty. An end that is open is the first
    /// or last number that there is, which no bound reaches.
    pub fn span(&self, range: &Range) -> (i64, i64) {
        let at = |bound: Literal| match bound {
            Literal::Number(number) => self.height(Value::Number(number)),
            Literal::Date(date) => self.height(Value::Date(date)),
            Literal::Bool(_) | Literal::Text(_) => None,
        };
        let edge = |(bound, closed): (Literal, bool), beside: i64| {
            at(bound).map(|height| if closed { height } else { height.saturating_add(beside) })
        };
        (range.low.and_then(|low| edge(low, 1)).unwrap_or(i64::MIN), range.high.and_then(|high| edge(high, -1)).unwrap_or(i64::MAX))
    }
}

/// The height of a whole number.
#[inline]
fn doubled(whole: i64) -> i64 {
    whole.saturating_add(whole)
}

/// A number that ascends with the days, without a calendar: only their order counts here.
fn day(date: Date) -> i64 {
    i64::from(date.year()) << 10 | i64::from(date.month()) << 6 | i64::from(date.day()) << 1
}

/// The interval behind `below` bounds, or on the next one.
fn interval(below: usize, on: bool) -> u32 {
    u32::try_from(below).unwrap_or(u32::MAX).saturating_mul(2).saturating_add(u32::from(on))
}

fn search<T: Ord>(bounds: &[T], value: &T) -> u32 {
    let below = bounds.partition_point(|bound| bound < value);
    interval(below, bounds.get(below) == Some(value))
}

/// How many rungs a ladder has for each bound, so that few of them hold one, and how many it has at most.
const RUNGS_PER_BOUND: u64 = 64;
const MOST_RUNGS: u64 = 1 << 16;
/// What stands for a rung on which more than one interval lies.
const SEVERAL: u32 = u32::MAX;

/// Sorted whole numbers, with a table that leads to the interval of nearly every value: a search costs the same for 10 and for 10,000.
#[derive(Debug, Clone)]
pub(super) struct Ladder {
    bounds: Vec<i64>,
    /// A rung below the first bound, and one above the last.
    ends: (i64, i64),
    /// A rung is as high as two to this power.
    shift: u32,
    /// The interval of each rung, from the lower end to the upper one.
    rungs: Vec<u32>,
}

impl Ladder {
    fn new(bounds: Vec<i64>) -> Self {
        let (first, last) = (bounds.first().copied().unwrap_or(0), bounds.last().copied().unwrap_or(0));
        let count = u64::try_from(bounds.len()).unwrap_or(u64::MAX);
        let most = count.saturating_mul(RUNGS_PER_BOUND).saturating_add(RUNGS_PER_BOUND).min(MOST_RUNGS);
        let shift = (0..u64::BITS).find(|shift| last.abs_diff(first) >> shift < most).unwrap_or(0);
        let height = 1_i64.checked_shl(shift).filter(|height| *height > 0).unwrap_or(i64::MAX);
        let (low, high) = (first.saturating_sub(height), last.saturating_add(height));
        let height = high.abs_diff(low);
        let rung = |number: u64| {
            let (start, next) = (number.checked_shl(shift)?, number.checked_add(1)?.checked_shl(shift)?);
            let at = |height: u64| search(&bounds, &low.saturating_add_unsigned(height));
            let (from, to) = (at(start), at(next.saturating_sub(1)));
            Some(if from == to { from } else { SEVERAL })
        };
        let rungs = (0..=height >> shift).map(|number| rung(number).unwrap_or(SEVERAL)).collect();
        Self { ends: (low, high), shift, rungs, bounds }
    }

    #[inline]
    fn interval(&self, value: i64) -> u32 {
        let (low, high) = self.ends;
        let height = value.max(low).min(high).abs_diff(low).wrapping_shr(self.shift);
        match usize::try_from(height).ok().and_then(|rung| self.rungs.get(rung)) {
            Some(interval) if *interval != SEVERAL => *interval,
            _ => search(&self.bounds, &value),
        }
    }
}

/// The value in half units of `10^-scale`, rounded down to whole ones and then up by a half where something was lost.
fn half_units(value: Decimal, scale: u32) -> i64 {
    if value.scale() == scale
        && let Ok(whole) = i64::try_from(value.mantissa())
    {
        return doubled(whole);
    }
    let beyond = |below: bool| if below { i64::MIN } else { i64::MAX };
    // More than 128 bits, or 64, is beyond every bound.
    let Some((floor, exact)) = at_scale(value, scale) else { return beyond(value.is_negative()) };
    let Ok(floor) = i64::try_from(floor) else { return beyond(floor < 0) };
    doubled(floor).saturating_add((!exact).into())
}

/// The value in units of `10^-scale`, rounded down, and whether nothing was lost.
fn at_scale(value: Decimal, scale: u32) -> Option<(i128, bool)> {
    let mantissa = value.mantissa();
    let own = value.scale();
    // Most values fit in 64 bits, where a division costs a tenth.
    if let (true, Ok(mantissa)) = (own > scale, i64::try_from(mantissa)) {
        let divisor = own.checked_sub(scale).and_then(|digits| 10_i64.checked_pow(digits));
        if let Some(divisor) = divisor {
            return Some((i128::from(mantissa.checked_div_euclid(divisor)?), mantissa.checked_rem_euclid(divisor)? == 0));
        }
    }
    if own <= scale {
        let factor = 10_i128.checked_pow(scale.checked_sub(own)?)?;
        return Some((mantissa.checked_mul(factor)?, true));
    }
    let divisor = 10_i128.checked_pow(own.checked_sub(scale)?)?;
    Some((mantissa.checked_div_euclid(divisor)?, mantissa.checked_rem_euclid(divisor)? == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_bounds_and_beyond_all_scales() {
        let number = |text: &str| Literal::Number(text.parse().unwrap());
        let bounds = Bounds::new(&[number("-1"), number("0.50"), number("2")]);
        assert!(matches!(bounds.measure, Measure::Integers { scale: 1 }));
        let interval =
            |bounds: &Bounds, value: &str| bounds.height(Value::Number(value.parse().unwrap())).map(|height| bounds.interval(height));
        let table = [
            ("-1.0000001", 0),
            ("-1.00", 1),
            ("-0.99", 2),
            ("0.49999", 2),
            ("0.5", 3),
            ("0.51", 4),
            ("2", 5),
            ("2.000000000000000000000000001", 6),
            ("79228162514264337593543950335", 6),
            ("-79228162514264337593543950335", 0),
        ];
        for (value, expected) in table {
            assert_eq!(interval(&bounds, value), Some(expected), "{value}");
        }
        let wide = Bounds::new(&[number("0.0000000000000000000000000001"), number("7922816251426433759354395033")]);
        assert!(matches!(wide.measure, Measure::Decimals(_)));
        assert_eq!(interval(&wide, "1"), Some(2));
        assert_eq!(interval(&wide, "7922816251426433759354395033"), Some(3));
        assert_eq!(wide.height(Value::Missing), None);
    }
}
