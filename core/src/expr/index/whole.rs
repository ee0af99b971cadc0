//! Few rules and few lines: whole rows, rule by rule at the position of its number.

use super::super::Facts;
use super::column::Column;
use super::rows::{CHUNK, Chunk, MOST_CHUNKS, each_bit, place};
use super::{IndexScratch, RuleIndex};

/// The bits of a whole row; zero behind its last chunk.
pub(super) type Words = [Chunk; MOST_CHUNKS];

/// A bit for each of so many rules; none where they are more than a whole row holds.
pub(super) fn every(rules: usize) -> Words {
    let mut words = Words::default();
    let (full, behind) = place(rules);
    let all = words.iter_mut().flat_map(|chunk| &mut chunk.0);
    for (number, word) in all.take(full.saturating_add(1)).enumerate() {
        *word = if number < full { u64::MAX } else { behind.wrapping_sub(1) };
    }
    words
}

impl RuleIndex {
    /// The AND of the document's whole rows.
    pub(super) fn whole_header<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch) {
        scratch.whole = self.every;
        narrow(&mut scratch.whole, &self.document, facts, None);
    }

    /// Appends the rules that stand in all rows of a line.
    pub(super) fn match_whole<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, header: &Words, matching: &mut Vec<u32>) {
        let mut words = *header;
        narrow(&mut words, &self.lines, facts, line);
        push_rules(words.get(..self.chunks).unwrap_or_default(), matching);
    }

    /// The rules that the document leaves.
    pub(super) fn list_living(&self, scratch: &mut IndexScratch) {
        scratch.living.clear();
        push_rules(scratch.whole.get(..self.chunks).unwrap_or_default(), &mut scratch.living);
    }
}

/// Leaves the rules that stand in the row of the document's or the line's value, column by column.
///
/// In one place, since a line that comes alone runs through its code only a few times.
#[inline(never)]
fn narrow<F: Facts + ?Sized>(words: &mut Words, columns: &[Column], facts: &F, line: Option<usize>) {
    for column in columns {
        let row = column.rows.whole(column.row_of(facts, line));
        if row.is_empty() {
            *words = Words::default();
        }
        for (words, row) in words.iter_mut().zip(row) {
            words.0.iter_mut().zip(row.0).for_each(|(word, other)| *word &= other);
        }
    }
}

/// The rules of an AND of whole rows, which stand at the positions of their numbers.
#[inline(never)]
fn push_rules(words: &[Chunk], matching: &mut Vec<u32>) {
    for (start, Chunk(words)) in (0_usize..).step_by(CHUNK).zip(words) {
        // First which words hold any: few do, and a loop over those alone seldom surprises the machine.
        let holds = |(some, bit): (u64, u32), word: &u64| (some | u64::from(*word != 0).rotate_left(bit), bit.saturating_add(1));
        let (some, _) = words.iter().fold((0, 0), holds);
        each_bit(some, |number| {
            let first = u32::try_from(start.saturating_add(number) << 6).unwrap_or(u32::MAX);
            let mut rest = words.get(number).copied().unwrap_or_default();
            while rest != 0 {
                matching.push(first | rest.trailing_zeros());
                rest &= rest.wrapping_sub(1);
            }
        });
    }
}
