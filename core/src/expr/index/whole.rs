//! Few rules and few lines: whole rows, rule by rule at the position of its number.

use super::super::Facts;
use super::column::Column;
use super::rows::{MIDDLE, NARROWEST, WIDEST, each_bit, index, place, stride, words_for};
use super::{IndexScratch, RuleIndex};

/// Calls a method with the width of the rows, which are read whole.
macro_rules! of_width {
    ($index:ident.$method:ident($($argument:expr),*)) => {
        match stride(words_for($index.rules.len())) {
            NARROWEST => $index.$method::<NARROWEST>($($argument),*),
            MIDDLE => $index.$method::<MIDDLE>($($argument),*),
            _ => $index.$method::<WIDEST>($($argument),*),
        }
    };
}

impl RuleIndex {
    /// The AND of the document's whole rows.
    pub(super) fn whole_header<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch) {
        of_width!(self.header_of_width(facts, &mut scratch.header));
    }

    fn header_of_width<const WIDTH: usize>(&self, facts: &(impl Facts + ?Sized), header: &mut Vec<u64>) {
        let mut words = [0; WIDTH];
        // No bit behind the last rule.
        let (full, behind) = place(self.rules.len());
        for (number, word) in words.iter_mut().take(full.saturating_add(1)).enumerate() {
            *word = if number < full { u64::MAX } else { behind.wrapping_sub(1) };
        }
        for column in &self.document {
            and(&mut words, column, column.row_of(facts, None));
        }
        header.clear();
        header.extend_from_slice(&words);
    }

    /// Appends the rules that stand in all rows of a line.
    pub(super) fn match_whole<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, header: &[u64], matching: &mut Vec<u32>) {
        of_width!(self.match_width(facts, line, header, matching));
    }

    fn match_width<const WIDTH: usize>(&self, facts: &(impl Facts + ?Sized), line: Option<usize>, header: &[u64], matching: &mut Vec<u32>) {
        let mut words = [0; WIDTH];
        words.iter_mut().zip(header).for_each(|(word, header)| *word = *header);
        for column in &self.lines {
            and(&mut words, column, column.row_of(facts, line));
        }
        push_rules(&words, matching);
    }

    /// The rules that the document leaves.
    pub(super) fn list_living(&self, scratch: &mut IndexScratch) {
        scratch.living.clear();
        push_rules(&scratch.header, &mut scratch.living);
    }
}

fn and<const WIDTH: usize>(words: &mut [u64; WIDTH], column: &Column, row: u32) {
    let row = column.rows.of_width::<WIDTH>().get(index(row)).unwrap_or(&[0; WIDTH]);
    words.iter_mut().zip(row).for_each(|(word, other)| *word &= other);
}

/// The rules of an AND of whole rows, which stand at the positions of their numbers.
fn push_rules(words: &[u64], matching: &mut Vec<u32>) {
    // First which words hold any: few do, and a loop over those alone seldom surprises the machine.
    let holds = |(some, bit): (u64, u32), word: &u64| (some | u64::from(*word != 0).rotate_left(bit), bit.saturating_add(1));
    let (some, _) = words.iter().fold((0, 0), holds);
    each_bit(some, |number| {
        let first = u32::try_from(number << 6).unwrap_or(u32::MAX);
        let mut rest = words.get(number).copied().unwrap_or_default();
        while rest != 0 {
            matching.push(first | rest.trailing_zeros());
            rest &= rest.wrapping_sub(1);
        }
    });
}
