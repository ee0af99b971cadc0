//! Sets of classes of a column, as sorted ranges.

use crate::sort;
use std::ops::Range;

/// A set of small numbers as sorted, disjoint, non-adjacent, non-empty ranges.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Runs(Vec<(u32, u32)>);

impl Runs {
    /// The union of ranges in any order.
    pub fn union(mut ranges: Vec<Range<u32>>) -> Self {
        ranges.retain(|range| !range.is_empty());
        sort::by(&mut ranges, |one, other| one.start.cmp(&other.start));
        let mut runs: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match runs.last_mut() {
                Some((_, end)) if *end >= range.start => *end = (*end).max(range.end),
                _ => runs.push((range.start, range.end)),
            }
        }
        Self(runs)
    }

    /// What is below `count` and not in the set.
    pub fn complement(&self, count: u32) -> Self {
        let mut start = 0;
        let mut runs = Vec::with_capacity(self.0.len().saturating_add(1));
        for &(from, until) in self.0.iter().chain([&(count, count)]) {
            if start < from {
                runs.push((start, from));
            }
            start = until;
        }
        Self(runs)
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut runs = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (from, until) = (a.0.max(b.0), a.1.min(b.1));
            if from < until {
                runs.push((from, until));
            }
            if a.1 <= b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        Self(runs)
    }

    /// Whether all of the set is in the other.
    pub fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|run| other.0.iter().any(|outer| outer.0 <= run.0 && run.1 <= outer.1))
    }

    /// Whether the number is in the set.
    pub fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|run| run.0 <= number);
        after.checked_sub(1).and_then(|index| self.0.get(index)).is_some_and(|run| number < run.1)
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        self.0.iter().map(|run| run.0..run.1)
    }

    /// The numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set() -> impl Strategy<Value = Runs> {
        proptest::collection::vec((0_u32..20, 0_u32..6), 0..5)
            .prop_map(|runs| Runs::union(runs.into_iter().map(|(start, length)| start..(start + length).min(20)).collect()))
    }

    proptest! {
        #[test]
        fn runs_behave_like_sets(a in set(), b in set()) {
            let both = a.intersection(&b);
            let outside = a.complement(20);
            for number in 0..20 {
                prop_assert_eq!(both.contains(number), a.contains(number) && b.contains(number));
                prop_assert_eq!(outside.contains(number), !a.contains(number));
            }
            prop_assert_eq!(a.within(&b), a.numbers().all(|number| b.contains(number)));
            prop_assert_eq!(outside.complement(20), a);
        }
    }
}
