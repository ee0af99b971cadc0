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
    /// How many base units count as one; 1 when absent.
    pub counted: Option<Decimal>,
    /// What it came to after the steps on whose results percentages are taken, in minor units, in the order of the step's bases.
    pub bases: &'m [i64],
    /// The parts of promotions in which its units may stand, by their numbers in the step, ascending.
    pub parts: &'m [u32],
}

impl UnitLine<'_> {
    /// How many units it is.
    fn units(&self) -> Result<Exact, ArithmeticError> {
        let quantity = Exact::from_decimal(self.quantity)?;
        let Some(counted) = self.counted else { return Ok(quantity) };
        let (numerator, denominator) = Exact::from_decimal(counted)?.lowest_terms();
        quantity.times(denominator, numerator)
    }
}

/// Units that are alike: of one price, of one price at each base, and good for the same parts.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// In parts of a minor unit, see [`FINE`].
    pub price: i128,
    /// The price at each of the step's bases.
    pub bases: Vec<i128>,
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
    by_line: bool,
}

impl Pool {
    /// Counts the whole units of the lines. `cap` says how many units of one line may stand in a part. With `by_line` units of several
    /// lines are never alike.
    pub fn of(lines: &[UnitLine<'_>], cap: &dyn Fn(u32) -> Option<u64>, by_line: bool) -> Result<Self, ArithmeticError> {
        let mut classes: Vec<Class> = Vec::new();
        for (place, line) in lines.iter().enumerate().filter(|(_, line)| !line.parts.is_empty()) {
            split(line, place, cap, &mut classes)?;
        }
        let line = |class: &Class| class.runs.first().map(|run| run.place).filter(|_| by_line);
        sort::by(&mut classes, |one, other| {
            let dearer = (other.price, &other.bases).cmp(&(one.price, &one.bases));
            dearer.then_with(|| (&one.parts, line(one)).cmp(&(&other.parts, line(other))))
        });
        let mut merged: Vec<Class> = Vec::with_capacity(classes.len());
        for class in classes {
            let alike = |last: &Class| {
                (last.price, &last.bases, &last.parts, line(last)) == (class.price, &class.bases, &class.parts, line(&class))
            };
            match merged.last_mut().filter(|last| alike(last)) {
                Some(last) => {
                    last.count = last.count.checked_add(class.count).ok_or(ArithmeticError::Overflow)?;
                    last.runs.extend(class.runs);
                }
                None => merged.push(class),
            }
        }
        Ok(Self { classes: merged, by_line })
    }

    /// How many units of each class there are.
    pub fn counts(&self) -> Vec<u64> {
        self.classes.iter().map(|class| class.count).collect()
    }

    /// The price of a class's units.
    pub fn price(&self, class: usize) -> i128 {
        self.classes.get(class).map_or(0, |class| class.price)
    }

    /// The line of a class's units, by its place among the lines that are given; none where they may be of several.
    pub fn line(&self, class: usize) -> Option<usize> {
        self.classes.get(class).filter(|_| self.by_line)?.runs.first().map(|run| run.place)
    }

    /// What a percentage is taken on: the price of a class's units, or their price at a base.
    pub fn base(&self, class: usize, base: Option<usize>) -> i128 {
        let at = |base: usize| self.classes.get(class)?.bases.get(base).copied();
        base.and_then(at).unwrap_or_else(|| self.price(class))
    }
}

/// The whole units of a line: the first of them may be dearer by a part, and the first of them may stand where only so many of a line may.
fn split(line: &UnitLine<'_>, place: usize, cap: &dyn Fn(u32) -> Option<u64>, classes: &mut Vec<Class>) -> Result<(), ArithmeticError> {
    let overflow = ArithmeticError::Overflow;
    let (numerator, denominator) = line.units()?.lowest_terms();
    let units = numerator.checked_div(denominator).ok_or(overflow)?;
    if units <= 0 {
        return Ok(());
    }
    let of_whole_units = |amount: i64| -> Result<UnitPrices, ArithmeticError> {
        let amount = i128::from(amount.max(0)).checked_mul(FINE).ok_or(overflow)?;
        let value = if denominator == 1 {
            amount
        } else {
            let (value, over) = Exact::new(amount, 1)?.times(units, 1)?.times(denominator, numerator)?.lowest_terms();
            value.checked_div(over).ok_or(overflow)?
        };
        let (price, dearer) = (value.checked_div(units).ok_or(overflow)?, value.checked_rem(units).ok_or(overflow)?);
        Ok(UnitPrices { price, dearer: u64::try_from(dearer).map_err(|_| overflow)? })
    };
    let price = of_whole_units(line.amount)?;
    let bases: Vec<UnitPrices> = line.bases.iter().map(|amount| of_whole_units(*amount)).collect::<Result<_, _>>()?;
    let units = u64::try_from(units).map_err(|_| overflow)?;
    let dearer = bases.iter().map(|base| base.dearer).chain([price.dearer, units]);
    let mut bounds: Vec<u64> = line.parts.iter().filter_map(|part| cap(*part)).chain(dearer).collect();
    sort::ascending(&mut bounds);
    let mut start = 0;
    for end in bounds {
        let end = end.min(units);
        let Some(count) = end.checked_sub(start).filter(|count| *count > 0) else { continue };
        let parts: Vec<u32> = line.parts.iter().copied().filter(|part| cap(*part).is_none_or(|cap| start < cap)).collect();
        if !parts.is_empty() {
            let bases = bases.iter().map(|base| base.at(start)).collect::<Result<_, _>>()?;
            classes.push(Class { price: price.at(start)?, bases, parts, count, runs: vec![Run { place, count }] });
        }
        start = end;
    }
    Ok(())
}

/// The prices of the units of a line, of which the first may be dearer by a part.
struct UnitPrices {
    price: i128,
    dearer: u64,
}

impl UnitPrices {
    /// The price of the unit of that number.
    fn at(&self, unit: u64) -> Result<i128, ArithmeticError> {
        self.price.checked_add((unit < self.dearer).into()).ok_or(ArithmeticError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(lines: &[(i64, &str, &[u32])], cap: Option<u64>) -> Vec<(i128, u64, Vec<u32>)> {
        let lines: Vec<UnitLine<'_>> = lines
            .iter()
            .enumerate()
            .map(|(line, (amount, quantity, parts))| UnitLine {
                line,
                amount: *amount,
                quantity: quantity.parse().unwrap(),
                counted: None,
                bases: &[],
                parts,
            })
            .collect();
        let pool = Pool::of(&lines, &|part| cap.filter(|_| part == 0), false).unwrap();
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
