//! The units of a document, put together where they are alike: a million pieces of one line are one entry.

use crate::money::{ArithmeticError, Decimal, Exact};
use crate::sort;

/// How many parts a minor unit has in the price of a unit. What does not divide goes to the first units of a line, one part each, so
/// that the units of a line are always worth the line.
pub(super) const FINE: i128 = 1_000_000_000;

/// A line as it enters a step of promotions.
#[derive(Debug, Clone, Copy)]
pub struct UnitLine<'m> {
    /// Its number in the document.
    pub line: usize,
    /// What it comes to, in minor units.
    pub amount: i64,
    /// How much it is, in base units.
    pub quantity: Decimal,
    /// The parts of promotions in which its units may stand, by their numbers in the step, ascending.
    pub parts: &'m [u32],
}

/// Units that are alike: of one price, and good for the same parts.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// In parts of a minor unit, see [`FINE`].
    pub price: i128,
    pub parts: Vec<u32>,
    pub count: u64,
    /// The lines they are from, in the order in which lines are given.
    pub runs: Vec<Run>,
}

/// Units of one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// The line's place among the lines that are given.
    pub place: usize,
    pub count: u64,
}

/// All units of a document that a promotion may want, the dearest first. The order of lines makes no difference to it, nor does it matter
/// how units of one price are split over lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    pub classes: Vec<Class>,
}

impl Pool {
    /// Counts the whole units of the lines. `cap` says how many units of one line may stand in a part.
    pub fn of(lines: &[UnitLine<'_>], cap: &dyn Fn(u32) -> Option<u64>) -> Result<Self, ArithmeticError> {
        let mut classes: Vec<Class> = Vec::new();
        for (place, line) in lines.iter().enumerate().filter(|(_, line)| !line.parts.is_empty()) {
            split(line, place, cap, &mut classes)?;
        }
        sort::by(&mut classes, |one, other| other.price.cmp(&one.price).then_with(|| one.parts.cmp(&other.parts)));
        let mut merged: Vec<Class> = Vec::with_capacity(classes.len());
        for class in classes {
            match merged.last_mut().filter(|last| last.price == class.price && last.parts == class.parts) {
                Some(last) => {
                    last.count = last.count.checked_add(class.count).ok_or(ArithmeticError::Overflow)?;
                    last.runs.extend(class.runs);
                }
                None => merged.push(class),
            }
        }
        Ok(Self { classes: merged })
    }

    /// How many units of each class there are.
    pub fn counts(&self) -> Vec<u64> {
        self.classes.iter().map(|class| class.count).collect()
    }

    /// The price of a class's units.
    pub fn price(&self, class: usize) -> i128 {
        self.classes.get(class).map_or(0, |class| class.price)
    }
}

/// The whole units of a line: the first of them may be dearer by a part, and the first of them may stand where only so many of a line may.
fn split(line: &UnitLine<'_>, place: usize, cap: &dyn Fn(u32) -> Option<u64>, classes: &mut Vec<Class>) -> Result<(), ArithmeticError> {
    let overflow = ArithmeticError::Overflow;
    let (numerator, denominator) = Exact::from_decimal(line.quantity)?.lowest_terms();
    let units = numerator.checked_div(denominator).ok_or(overflow)?;
    if units <= 0 {
        return Ok(());
    }
    let amount = i128::from(line.amount.max(0)).checked_mul(FINE).ok_or(overflow)?;
    let value = if denominator == 1 {
        amount
    } else {
        let (value, over) = Exact::new(amount, 1)?.times(units, 1)?.times(denominator, numerator)?.lowest_terms();
        value.checked_div(over).ok_or(overflow)?
    };
    let (price, dearer) = (value.checked_div(units).ok_or(overflow)?, value.checked_rem(units).ok_or(overflow)?);
    let units = u64::try_from(units).map_err(|_| overflow)?;
    let dearer = u64::try_from(dearer).map_err(|_| overflow)?;
    let mut bounds: Vec<u64> = line.parts.iter().filter_map(|part| cap(*part)).chain([dearer, units]).collect();
    sort::ascending(&mut bounds);
    let mut start = 0;
    for end in bounds {
        let end = end.min(units);
        let Some(count) = end.checked_sub(start).filter(|count| *count > 0) else { continue };
        let parts: Vec<u32> = line.parts.iter().copied().filter(|part| cap(*part).is_none_or(|cap| start < cap)).collect();
        let price = if start < dearer { price.checked_add(1).ok_or(overflow)? } else { price };
        if !parts.is_empty() {
            classes.push(Class { price, parts, count, runs: vec![Run { place, count }] });
        }
        start = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(lines: &[(i64, &str, &[u32])], cap: Option<u64>) -> Vec<(i128, u64, Vec<u32>)> {
        let lines: Vec<UnitLine<'_>> = lines
            .iter()
            .enumerate()
            .map(|(line, (amount, quantity, parts))| UnitLine { line, amount: *amount, quantity: quantity.parse().unwrap(), parts })
            .collect();
        let pool = Pool::of(&lines, &|part| cap.filter(|_| part == 0)).unwrap();
        pool.classes.into_iter().map(|class| (class.price, class.count, class.parts)).collect()
    }

    #[test]
    fn units_of_one_price_are_one_class_however_they_are_split_over_lines() {
        assert_eq!(pool(&[(300, "3", &[0]), (100, "1", &[0])], None), [(100 * FINE, 4, vec![0])]);
        assert_eq!(pool(&[(200, "2", &[0, 1]), (200, "2", &[0])], None), [(100 * FINE, 2, vec![0]), (100 * FINE, 2, vec![0, 1])]);
    }

    #[test]
    fn the_units_of_a_line_are_worth_the_line() {
        // 1.00 over three units: a third of a cent more for the first.
        let units = pool(&[(100, "3", &[0])], None);
        assert_eq!(units, [(33_333_333_334, 1, vec![0]), (33_333_333_333, 2, vec![0])]);
        assert_eq!(units.iter().map(|(price, count, _)| price * i128::from(*count)).sum::<i128>(), 100 * FINE);
    }

    #[test]
    fn only_whole_units_count() {
        // 2.50 m for 10.00: two whole metres are worth 8.00.
        assert_eq!(pool(&[(1_000, "2.5", &[0])], None), [(400 * FINE, 2, vec![0])]);
        assert!(pool(&[(1_000, "0.5", &[0])], None).is_empty());
    }

    #[test]
    fn a_cap_per_line_lets_only_the_first_units_in() {
        assert_eq!(pool(&[(500, "5", &[0, 1])], Some(2)), [(100 * FINE, 2, vec![0, 1]), (100 * FINE, 3, vec![1])]);
        assert_eq!(pool(&[(500, "5", &[0])], Some(2)), [(100 * FINE, 2, vec![0])]);
        assert_eq!(pool(&[(500, "5", &[0])], Some(9)), [(100 * FINE, 5, vec![0])]);
    }
}
