//! Finding the units of one application of a promotion: every part gets its units, and no unit stands in two parts.

use super::compile::{Part, Promotion};
use super::def::Select;
use super::units::Pool;

/// Units of a class that stand in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Take {
    pub class: usize,
    pub part: usize,
    pub count: u64,
}

/// Which classes are good for which parts of one promotion, the dearest first.
#[derive(Debug, Clone)]
pub(super) struct Eligible {
    /// Each class with a bit for every part.
    pub classes: Vec<(usize, u8)>,
}

impl Eligible {
    pub fn of(promotion: &Promotion, pool: &Pool) -> Self {
        let last = promotion.first_part.saturating_add(u32::try_from(promotion.parts.len()).unwrap_or(u32::MAX));
        let mask = |parts: &[u32]| {
            let own = parts.iter().filter(|part| (promotion.first_part..last).contains(part));
            own.fold(0_u8, |mask, part| mask | bit(usize::try_from(part.saturating_sub(promotion.first_part)).unwrap_or(usize::MAX)))
        };
        let classes = pool.classes.iter().enumerate().map(|(class, units)| (class, mask(&units.parts))).filter(|(_, mask)| *mask != 0);
        Self { classes: classes.collect() }
    }

    /// How many units more it takes until every part has as many as it needs; 0 when all have.
    ///
    /// By Hall's theorem all parts can be filled when every set of parts has as many units that are good for one of them as they need
    /// together; the largest shortage of a set is what is missing (König, Ore).
    pub fn missing(&self, needs: &[u64], available: &[u64]) -> u64 {
        let shortest = self.slack(needs, available).into_iter().min().unwrap_or(0);
        if shortest < 0 { shortest.unsigned_abs() } else { 0 }
    }

    /// For every set of parts how many more units there are than it needs; below zero where they do not suffice.
    pub fn slack(&self, needs: &[u64], available: &[u64]) -> Vec<i64> {
        let mut by_mask = [0_i64; 1 << Part::MOST];
        for (class, mask) in &self.classes {
            let count = available.get(*class).copied().unwrap_or(0);
            if let Some(sum) = by_mask.get_mut(usize::from(*mask)) {
                *sum = sum.saturating_add_unsigned(count);
            }
        }
        let sets = 0..1_usize << needs.len().min(Part::MOST);
        let slack = |set: usize| {
            let good = by_mask.iter().enumerate().filter(|(mask, _)| mask & set != 0);
            let there = good.fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
            let parts = needs.iter().enumerate().filter(|(part, _)| set & usize::from(bit(*part)) != 0);
            parts.fold(there, |left, (_, need)| left.saturating_sub_unsigned(*need))
        };
        sets.map(slack).collect()
    }

    /// The units that the promotion selects from those that are available; none when they do not suffice.
    pub fn pick(&self, promotion: &Promotion, needs: &[u64], available: &[u64]) -> Option<Vec<Take>> {
        let mut slack = self.slack(needs, available);
        if slack.iter().any(|slack| *slack < 0) {
            return None;
        }
        let mut takes: Vec<Take> = Vec::new();
        for (part, (definition, need)) in promotion.parts.iter().zip(needs).enumerate() {
            let mut left = *need;
            let mut classes = self.classes.iter();
            let mut next = || if definition.select == Select::Cheapest { classes.next_back() } else { classes.next() };
            while let (Some((class, mask)), true) = (next(), left > 0) {
                if mask & bit(part) == 0 {
                    continue;
                }
                let there = available.get(*class).copied().unwrap_or(0).saturating_sub(taken(&takes, *class));
                let count = left.min(there).min(spare(&slack, part, *mask));
                if count > 0 {
                    takes.push(Take { class: *class, part, count });
                    use_up(&mut slack, part, *mask, count);
                    left = left.saturating_sub(count);
                }
            }
        }
        Some(takes)
    }
}

/// The bit of a part.
pub(super) fn bit(part: usize) -> u8 {
    u32::try_from(part).ok().and_then(|part| 1_u8.checked_shl(part)).unwrap_or(0)
}

/// How many units of a class are in the takes.
pub(super) fn taken(takes: &[Take], class: usize) -> u64 {
    takes.iter().filter(|take| take.class == class).fold(0, |sum, take| sum.saturating_add(take.count))
}

/// The sets of parts that lose units when units of that mask stand in a part that is not among them.
fn losing(slack: &mut [i64], part: usize, mask: u8) -> impl Iterator<Item = &mut i64> {
    let sets = slack.iter_mut().enumerate();
    sets.filter(move |(set, _)| set & usize::from(bit(part)) == 0 && set & usize::from(mask) != 0).map(|(_, slack)| slack)
}

/// How many units of that mask may stand in a part so that the others can still be filled.
pub(super) fn spare(slack: &[i64], part: usize, mask: u8) -> u64 {
    let sets = slack.iter().enumerate();
    let others = sets.filter(|(set, _)| set & usize::from(bit(part)) == 0 && set & usize::from(mask) != 0);
    others.map(|(_, slack)| u64::try_from(*slack).unwrap_or(0)).min().unwrap_or(u64::MAX)
}

/// Puts units of that mask into a part.
pub(super) fn use_up(slack: &mut [i64], part: usize, mask: u8, count: u64) {
    losing(slack, part, mask).for_each(|slack| *slack = slack.saturating_sub_unsigned(count));
}

/// Takes units of that mask out of a part again.
pub(super) fn give_back(slack: &mut [i64], part: usize, mask: u8, count: u64) {
    losing(slack, part, mask).for_each(|slack| *slack = slack.saturating_add_unsigned(count));
}
