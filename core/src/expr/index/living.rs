//! Many rules: which of them a document lets live, for the lines that it has.

use super::super::Facts;
use super::column::{Column, Mark};
use super::rows::{Rows, each_bit, index, place, words_for};
use super::wanted::Wanted;
use super::{IndexScratch, RuleIndex};

impl RuleIndex {
    /// The AND of the summaries of the document's rows.
    pub(super) fn header_of_many(&self, scratch: &mut IndexScratch) {
        let IndexScratch { document, header, .. } = scratch;
        header.clear();
        let blocks = words_for(words_for(self.rules.len()));
        header.extend((0..blocks).map(|block| and(&self.document, document, |rows, row| rows.summary(row, block))));
    }

    /// Lists the rules that can match a line.
    pub(super) fn find_living_of_lines<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch) {
        let places = match self.leading.and_then(|leading| self.lines.get(leading)) {
            Some(column) => scratch.lines.places(facts, column),
            None => Vec::new(),
        };
        self.find_living(&places, scratch);
        scratch.lines.give_back(places);
    }

    /// Lists the rules that can match lines whose values in the leading column have these places.
    pub(super) fn find_living(&self, places: &[u32], scratch: &mut IndexScratch) {
        let leading = self.leading.and_then(|leading| self.lines.get(leading));
        // 1. In which words rules for these values lie.
        self.look_around(leading, places, scratch);
        // 2. Of these the words, and of them the rules, that the document leaves.
        let IndexScratch { document, header, living, positions, seen, near, .. } = scratch;
        living.clear();
        for (block, (left, near)) in header.iter().zip(near.iter()).enumerate() {
            each_bit(left & near, |word| {
                let word = (block << 6) | word;
                each_bit(and(&self.document, document, |rows, row| rows.word(row, word)), |bit| {
                    let position = (word << 6) | bit;
                    let lives = leading.is_none_or(|column| is_for(column, position, seen)) && self.confirms(document, position);
                    // Bits behind the last rule are set where no column is.
                    if lives && let Some(rule) = self.rules.get(position) {
                        living.push(*rule);
                    }
                });
            });
        }
        // 3. In the order of their numbers.
        living.sort_unstable();
        positions.clear();
        positions.extend(living.iter().map(|rule| self.positions.get(index(*rule)).copied().unwrap_or(u32::MAX)));
    }

    /// Notes the values of lines, and the words that hold rules for them.
    fn look_around(&self, leading: Option<&Column>, places: &[u32], scratch: &mut IndexScratch) {
        let IndexScratch { header, seen, near, .. } = scratch;
        seen.clear();
        near.clear();
        let Some(column) = leading else { return near.resize(header.len(), u64::MAX) };
        seen.resize(words_for(column.place_count()), 0);
        near.extend_from_slice(column.rows.in_all());
        for value in places {
            let (word, mask) = place(index(*value));
            let Some(known) = seen.get_mut(word).filter(|known| **known & mask == 0) else { continue };
            *known |= mask;
            for block in column.rows.blocks(column.row(Mark::Place(*value))) {
                if let Some(words) = near.get_mut(block.summary) {
                    *words |= block.bits;
                }
            }
        }
    }

    /// Whether the document fulfils the rule at this position where rows are shared.
    fn confirms(&self, document: &[(Mark, u32)], position: usize) -> bool {
        let fulfils = |place: &usize| match (self.document.get(*place), document.get(*place)) {
            (Some(column), Some((mark, _))) => column.wanted.by(*mark, position),
            _ => false,
        };
        self.coarse.iter().all(fulfils)
    }
}

/// Whether the rule at this position demands nothing of a column, or a value that has been seen.
fn is_for(column: &Column, position: usize, seen: &[u64]) -> bool {
    let Wanted::Places(wanted) = &column.wanted else { return true };
    wanted.is_any(position, |value| {
        let (word, mask) = place(index(value));
        seen.get(word).is_some_and(|seen| seen & mask != 0)
    })
}

/// What the document's rows have in common in one word, or in one word of their summaries.
#[inline]
fn and(columns: &[Column], document: &[(Mark, u32)], of_row: impl Fn(&Rows, u32) -> u64) -> u64 {
    let mut word = u64::MAX;
    for (column, (_, row)) in columns.iter().zip(document) {
        word &= of_row(&column.rows, *row);
        if word == 0 {
            break;
        }
    }
    word
}
