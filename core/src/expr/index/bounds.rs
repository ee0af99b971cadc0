//! Sorted thresholds. Between and on `n` bounds lie `2n + 1` intervals: 0 is below the first bound, 1 is the first bound itself,
//! 2 lies between the first and the second, and so on.

use super::super::{Facts, Literal, Slot, Value};
use super::demand::Range;
use crate::money::Decimal;
use crate::time::Date;

#[derive(Debug, Clone)]
pub(super) enum Bounds {
    /// Numbers as whole numbers of `10^-scale`.
    Integers { scale: u32, ladder: Ladder },
    /// Numbers with too many digits for that.
    Decimals(Vec<Decimal>),
    /// Dates as numbers that ascend with them.
    Dates(Ladder),
}

impl Bounds {
    /// Sorted bounds of one kind, each once.
    pub fn new(sorted: &[Literal]) -> Self {
        let dates: Vec<i64> =
            sorted.iter().filter_map(|bound| if let Literal::Date(date) = bound { Some(day(*date)) } else { None }).collect();
        if !dates.is_empty() {
            return Self::Dates(Ladder::new(dates));
        }
        let numbers: Vec<Decimal> =
            sorted.iter().filter_map(|bound| if let Literal::Number(number) = bound { Some(number.normalize()) } else { None }).collect();
        let scale = numbers.iter().map(|number| number.scale()).max().unwrap_or(0);
        match numbers.iter().map(|number| number.mantissa_at(scale).ok()).collect() {
            Some(bounds) => Self::Integers { scale, ladder: Ladder::new(bounds) },
            None => Self::Decimals(numbers),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Integers { ladder, .. } | Self::Dates(ladder) => ladder.bounds.len(),
            Self::Decimals(bounds) => bounds.len(),
        }
    }

    pub fn last_interval(&self) -> u32 {
        interval(self.len(), false)
    }

    /// The interval that a value lies in; none for a missing value or one of another type.
    pub fn interval(&self, value: Value<'_>) -> Option<u32> {
        match (self, value) {
            (Self::Integers { scale, ladder }, Value::Number(value)) => Some(ladder.interval(*scale, value)),
            (Self::Decimals(bounds), Value::Number(value)) => Some(search(bounds, &value)),
            (Self::Dates(ladder), Value::Date(value)) => Some(ladder.of_whole(day(value))),
            _ => None,
        }
    }

    /// The interval that the value of a slot lies in; none for a missing value or one of another type.
    pub fn interval_of<F: Facts + ?Sized>(&self, facts: &F, slot: Slot, line: Option<usize>) -> Option<u32> {
        if let Self::Integers { scale, ladder } = self
            && let Some(whole) = facts.whole(slot, line, *scale)
        {
            return Some(ladder.of_whole(whole));
        }
        self.interval(facts.value(slot, line))
    }

    /// Calls `each` with [`Bounds::interval_of`] of every line.
    pub fn intervals<F: Facts + ?Sized>(&self, facts: &F, slot: Slot, wholes: &mut Vec<Option<i64>>, mut each: impl FnMut(Option<u32>)) {
        let Self::Integers { scale, ladder } = self else {
            return (0..facts.line_count()).for_each(|line| each(self.interval(facts.value(slot, Some(line)))));
        };
        wholes.clear();
        facts.wholes(slot, *scale, wholes);
        for (line, whole) in wholes.iter().enumerate() {
            each(match whole {
                Some(whole) => Some(ladder.of_whole(*whole)),
                None => self.interval(facts.value(slot, Some(line))),
            });
        }
    }

    /// The first and the last interval of a range; the first is above the last when the range is empty.
    pub fn span(&self, range: &Range) -> (u32, u32) {
        let at = |bound: Literal| match bound {
            Literal::Number(number) => self.interval(Value::Number(number)),
            Literal::Date(date) => self.interval(Value::Date(date)),
            Literal::Bool(_) | Literal::Text(_) => None,
        };
        let edge = |(bound, closed): (Literal, bool)| at(bound).map(|interval| (interval, closed));
        let from = range.low.and_then(edge).map_or(0, |(interval, closed)| if closed { interval } else { interval.saturating_add(1) });
        let to = match range.high.and_then(edge) {
            Some((interval, true)) => interval,
            // Below the first bound there is always interval 0, so that nothing is lost here.
            Some((interval, false)) => interval.saturating_sub(1),
            None => self.last_interval(),
        };
        (from, to)
    }
}

/// A number that ascends with the days, without a calendar: only their order counts here.
fn day(date: Date) -> i64 {
    i64::from(date.year()) << 9 | i64::from(date.month()) << 5 | i64::from(date.day())
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
    fn of_whole(&self, value: i64) -> u32 {
        let (low, high) = self.ends;
        let height = value.max(low).min(high).abs_diff(low).wrapping_shr(self.shift);
        match usize::try_from(height).ok().and_then(|rung| self.rungs.get(rung)) {
            Some(interval) if *interval != SEVERAL => *interval,
            _ => search(&self.bounds, &value),
        }
    }

    fn interval(&self, scale: u32, value: Decimal) -> u32 {
        if value.scale() == scale
            && let Ok(whole) = i64::try_from(value.mantissa())
        {
            return self.of_whole(whole);
        }
        let beyond = |below: bool| if below { 0 } else { interval(self.bounds.len(), false) };
        // More than 128 bits, or 64, is beyond every bound.
        let Some((floor, exact)) = at_scale(value, scale) else { return beyond(value.is_negative()) };
        let Ok(floor) = i64::try_from(floor) else { return beyond(floor < 0) };
        let whole = self.of_whole(floor);
        // Above a bound, the value lies in the interval behind it; between two it lies where its whole part lies.
        if exact || whole.is_multiple_of(2) { whole } else { whole.saturating_add(1) }
    }
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
        assert!(matches!(bounds, Bounds::Integers { scale: 1, .. }));
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
            assert_eq!(bounds.interval(Value::Number(value.parse().unwrap())), Some(expected), "{value}");
        }
        let wide = Bounds::new(&[number("0.0000000000000000000000000001"), number("7922816251426433759354395033")]);
        assert!(matches!(wide, Bounds::Decimals(_)));
        assert_eq!(wide.interval(Value::Number(Decimal::ONE)), Some(2));
        assert_eq!(wide.interval(Value::Missing), None);
    }
}
