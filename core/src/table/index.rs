//! Which rows accept a class of a column, as bitsets.

use super::axis::{index, number};
use super::runs::Runs;
use crate::sort;

/// Words that the bitsets of one column may take before only every n-th class gets its own.
const DENSE_WORDS: usize = 1 << 18;

/// The rows of a column by class: a bitset per class; in very large tables one per `stride` classes, and between them the rows
/// that come or go from one class to the next.
#[derive(Debug, Clone)]
pub(super) struct RowIndex {
    words: usize,
    stride: usize,
    /// The bitsets of the classes 0, `stride`, 2 `stride` ...
    sets: Vec<u64>,
    /// The rows that come or go at each class, class by class; empty when the stride is 1.
    changes: Vec<u32>,
    /// Where the changes of each class begin, and where the last ones end.
    change_starts: Vec<usize>,
}

impl RowIndex {
    /// Builds the index from the classes that each row accepts.
    pub fn new<'r>(class_count: u32, rows: impl Iterator<Item = &'r Runs> + Clone) -> Self {
        let words = word_count(rows.clone().count());
        let stride = index(class_count).saturating_mul(words).div_ceil(DENSE_WORDS).max(1);
        Self::with_stride(class_count, rows, words, stride)
    }

    fn with_stride<'r>(class_count: u32, rows: impl Iterator<Item = &'r Runs>, words: usize, stride: usize) -> Self {
        let mut changes: Vec<(u32, u32)> = Vec::new();
        for (row, runs) in rows.enumerate() {
            changes.extend(runs.ranges().flat_map(|run| [run.start, run.end]).map(|class| (class, number(row))));
        }
        sort::ascending(&mut changes);
        let mut built = Self { words, stride, sets: Vec::new(), changes: Vec::new(), change_starts: Vec::new() };
        let mut current = vec![0; words];
        let mut pending = changes.iter().peekable();
        for class in 0..class_count {
            built.change_starts.push(built.changes.len());
            while let Some((_, row)) = pending.next_if(|change| change.0 == class) {
                flip(&mut current, index(*row));
                built.changes.push(*row);
            }
            if index(class).checked_rem(stride) == Some(0) {
                built.sets.extend_from_slice(&current);
            }
        }
        built.change_starts.push(built.changes.len());
        if stride == 1 {
            built.changes = Vec::new();
            built.change_starts = Vec::new();
        }
        built
    }

    /// Keeps of `rows` those that accept the class. `spare` is as long as `rows`; what is in it does not matter.
    pub fn retain(&self, class: u32, rows: &mut [u64], spare: &mut [u64]) {
        let class = index(class);
        if self.stride == 1 {
            let start = class.saturating_mul(self.words);
            return intersect(rows, self.sets.get(start..start.saturating_add(self.words)).unwrap_or_default());
        }
        let set = class.checked_div(self.stride).unwrap_or_default();
        let start = set.saturating_mul(self.words);
        let nearest = self.sets.get(start..start.saturating_add(self.words)).unwrap_or_default();
        let first = set.saturating_mul(self.stride).saturating_add(1);
        if first > class {
            return intersect(rows, nearest);
        }
        spare.copy_from_slice(nearest);
        let from = self.change_starts.get(first).copied().unwrap_or_default();
        let until = self.change_starts.get(class.saturating_add(1)).copied().unwrap_or_default();
        for row in self.changes.get(from..until).unwrap_or_default() {
            flip(spare, index(*row));
        }
        intersect(rows, spare);
    }
}

/// How many words hold that many rows.
pub(super) const fn word_count(rows: usize) -> usize {
    rows.div_ceil(64)
}

/// All rows.
pub(super) fn all_rows(rows: usize, words: &mut Vec<u64>) {
    words.clear();
    words.resize(word_count(rows), u64::MAX);
    let used = number(rows) & 63;
    if used > 0
        && let Some(last) = words.last_mut()
    {
        *last = u64::MAX.wrapping_shr(64_u32.saturating_sub(used));
    }
}

/// Adds a row.
pub(super) fn set(rows: &mut [u64], row: usize) {
    if let Some(word) = rows.get_mut(row.wrapping_shr(6)) {
        *word |= bit(row);
    }
}

/// Takes a row away.
pub(super) fn clear(rows: &mut [u64], row: usize) {
    if let Some(word) = rows.get_mut(row.wrapping_shr(6)) {
        *word &= !bit(row);
    }
}

fn flip(rows: &mut [u64], row: usize) {
    if let Some(word) = rows.get_mut(row.wrapping_shr(6)) {
        *word ^= bit(row);
    }
}

fn bit(row: usize) -> u64 {
    1_u64.wrapping_shl(number(row & 63))
}

/// Keeps the rows that are in both.
pub(super) fn intersect(rows: &mut [u64], others: &[u64]) {
    for (row, other) in rows.iter_mut().zip(others) {
        *row &= other;
    }
}

/// The rows of a set, ascending.
pub(super) fn ones(rows: &[u64]) -> impl Iterator<Item = u32> + '_ {
    rows.iter().zip(0_u32..).flat_map(|(word, at)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            let lowest = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest.wrapping_sub(1);
            Some(at.wrapping_shl(6) | lowest)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_index_says_what_the_rows_say(
            rows in proptest::collection::vec(proptest::collection::vec((0_u32..200, 0_u32..60), 0..3), 1..150),
            dense in any::<bool>(),
        ) {
            let rows: Vec<Runs> =
                rows.into_iter().map(|runs| Runs::union(runs.into_iter().map(|(a, n)| a..(a + n).min(200)).collect())).collect();
            let stride = if dense { 1 } else { 7 };
            let built = RowIndex::with_stride(200, rows.iter(), word_count(rows.len()), stride);
            let mut found = Vec::new();
            let mut spare = vec![0; word_count(rows.len())];
            for class in 0..200 {
                all_rows(rows.len(), &mut found);
                built.retain(class, &mut found, &mut spare);
                let expected: Vec<u32> = rows.iter().zip(0..).filter(|(runs, _)| runs.contains(class)).map(|(_, row)| row).collect();
                prop_assert_eq!(ones(&found).collect::<Vec<_>>(), expected);
            }
        }
    }
}
