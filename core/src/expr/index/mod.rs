//! The index over the conditions of many rules: which rules' atoms all hold, without asking each rule.
//!
//! How it works: every slot that atoms speak of is a column; every value (or interval between thresholds) of a column has a row
//! of bits, one bit per rule, set where the rule demands that value or nothing of the slot. The rules that match are the bitwise
//! AND of one row per column.
//!
//! Why it stays fast with many rules: rules are laid out so that those with the same value of the most selective slot are
//! neighbours, and among them those for the same documents, so that most words of a row are zero; a summary has a bit per word, and a top a
//! bit per word of the summary, so that 4096 rules that cannot match cost nothing. Rows are kept in full as long as they fit in a
//! budget; rows of values beyond that keep only their own words, and
//! thresholds beyond that share rows, whose rules are then compared one by one.
//!
//! The columns of the document are combined once per document, and only where a line looks; a word of which nothing is left is not
//! looked at again.

mod bounds;
mod column;
mod demand;
mod rows;

use std::collections::BTreeMap;

use column::{Buffers, Column, Draft, Pick};
use demand::{Demand, Kind, demands};
use rows::{MIDDLE, NARROWEST, Rows, WIDEST, each_bit, index, place, stride, summary_of, words_for};

use super::atoms::Atom;
use super::value::{Facts, Literal};
use super::{Scope, Slot};
use crate::sort;

/// Bytes that the full rows of one index may take, shared by its columns.
const ROW_BYTES: usize = 32 * 1024 * 1024;

/// Calls a method with the width of the rows, which are read whole.
macro_rules! whole_rows {
    ($index:ident.$method:ident($facts:expr, $($argument:expr),*)) => {
        match stride(words_for($index.rules.len())) {
            NARROWEST => $index.$method::<NARROWEST, F>($facts, $($argument),*),
            MIDDLE => $index.$method::<MIDDLE, F>($facts, $($argument),*),
            _ => $index.$method::<WIDEST, F>($facts, $($argument),*),
        }
    };
}

/// An index over the atoms of many rules. Immutable; what changes per document lies in an [`IndexScratch`].
///
/// ```
/// use dealdesk::expr::{Atom, Facts, IndexScratch, Literal, RuleIndex, Scope, Slot, Value};
/// struct Urgent;
/// impl Facts for Urgent {
///     fn value(&self, _: Slot, _: Option<usize>) -> Value<'_> {
///         Value::Bool(true)
///     }
///     fn line_count(&self) -> usize {
///         0
///     }
/// }
/// let urgent = Slot { scope: Scope::Document, index: 0 };
/// let when = |value| vec![Atom::Equals { slot: urgent, value: Literal::Bool(value) }];
/// let index = RuleIndex::build(&[when(true), when(false), vec![]]);
/// let (mut scratch, mut matching) = (IndexScratch::default(), Vec::new());
/// index.header(&Urgent, &mut scratch);
/// index.matches(&Urgent, None, &mut scratch, &mut matching);
/// assert_eq!(matching, [0, 2]);
/// ```
#[derive(Debug, Clone)]
pub struct RuleIndex {
    /// Rule numbers by position.
    rules: Vec<u32>,
    document: Vec<Column>,
    lines: Vec<Column>,
    /// The places of the columns whose set bits must be confirmed, among those of the document and those of lines.
    coarse: [Vec<usize>; 2],
    /// Whether rows are short and there in full, and rules stand at the positions of their numbers: then rows are read whole, because a
    /// summary would cost more than it saves.
    direct: bool,
}

/// Buffers that [`RuleIndex`] works in, to be reused from line to line and from document to document. Each index needs its own.
#[derive(Debug, Clone, Default)]
pub struct IndexScratch {
    /// How many rules the index has that filled this; none before the first document.
    rules: Option<usize>,
    document: Vec<Pick>,
    /// Line after line.
    lines: Vec<Pick>,
    /// The AND of the document's columns; in a large index only the words that `ready` marks.
    words: Vec<u64>,
    /// The rows of all lines, column after column, where rows are read whole.
    whole: Vec<u32>,
    ready: Vec<u64>,
    /// The words that are not known to be zero.
    summary: Vec<u64>,
    /// The words of the summary that are not.
    tops: Vec<u64>,
    work: Vec<u64>,
    buffers: Buffers,
}

impl RuleIndex {
    /// Builds the index; the number of a rule is its place in `rules`. A rule without atoms always matches.
    #[must_use]
    pub fn build(rules: &[Vec<Atom>]) -> Self {
        // 1. Put the atoms of each rule together, slot by slot.
        let by_rule: Vec<BTreeMap<Slot, Demand>> = rules.iter().map(|atoms| demands(atoms)).collect();
        let mut keys: Vec<(Slot, Kind)> = by_rule.iter().flatten().map(|(slot, demand)| (*slot, demand.kind())).collect();
        sort::ascending(&mut keys);
        keys.dedup();
        // 2. Lay the rules out.
        let reordered = words_for(rules.len()) > WIDEST;
        let order = if reordered { clustered(&by_rule, &keys) } else { (0..rules.len()).collect() };
        // 3. Build one column per slot and kind of demand.
        let share = ROW_BYTES.checked_div(keys.len()).unwrap_or(ROW_BYTES);
        let (mut document, mut lines) = (Vec::new(), Vec::new());
        for (slot, kind) in keys {
            let demand = |rule: &usize| by_rule.get(*rule).and_then(|rule| rule.get(&slot)).filter(|demand| demand.kind() == kind).cloned();
            let column = Draft { slot, demands: order.iter().map(demand).collect() }.column(share);
            match slot.scope {
                Scope::Document => document.push(column),
                Scope::Line => lines.push(column),
            }
        }
        // 4. Ask first what leaves the least over: equal values before thresholds, many values before few.
        sort::by(&mut document, |one, other| one.selectivity().cmp(&other.selectivity()));
        sort::by(&mut lines, |one, other| one.selectivity().cmp(&other.selectivity()));
        let coarse = [&document, &lines]
            .map(|columns| (0..columns.len()).filter(|place| columns.get(*place).is_some_and(Column::is_coarse)).collect());
        let direct = !reordered && coarse.iter().all(Vec::is_empty) && document.iter().chain(&lines).all(|column| column.rows.is_dense());
        let rules = order.into_iter().map(|rule| u32::try_from(rule).unwrap_or(u32::MAX)).collect();
        Self { rules, document, lines, coarse, direct }
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Looks at the document; call it once per document, before [`RuleIndex::matches`].
    pub fn header<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch) {
        scratch.rules = Some(self.rules.len());
        if self.direct {
            return whole_rows!(self.whole_header(facts, &mut scratch.words));
        }
        scratch.document.clear();
        scratch.document.extend(self.document.iter().map(|column| column.pick(facts, None)));
        let width = words_for(self.rules.len());
        let IndexScratch { document, summary, tops, words, ready, .. } = scratch;
        summary.clear();
        summary.extend((0..words_for(width)).map(|block| and(&self.document, document, u64::MAX, |rows, row| rows.summary(row, block))));
        tops.clear();
        tops.extend(summary_of(summary));
        words.resize(width, 0);
        ready.clear();
        ready.resize(words_for(width), 0);
    }

    /// Appends the numbers of the rules whose atoms all hold, ascending.
    ///
    /// Without a line (for rules of the document) no atom of a line's slot holds.
    pub fn matches<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, scratch: &mut IndexScratch, matching: &mut Vec<u32>) {
        let start = matching.len();
        if scratch.rules != Some(self.rules.len()) {
            self.header(facts, scratch);
        }
        scratch.lines.clear();
        scratch.lines.extend(self.lines.iter().map(|column| column.pick(facts, line)));
        if self.direct {
            let IndexScratch { words, work, lines, .. } = scratch;
            work.clear();
            work.extend_from_slice(words);
            for (column, pick) in self.lines.iter().zip(lines.iter()) {
                column.rows.and_words(pick.row, work);
            }
            return push_rules(work, matching);
        }
        self.walk_summary(0, scratch, matching);
        matching.get_mut(start..).unwrap_or_default().sort_unstable();
    }

    /// [`RuleIndex::header`], then [`RuleIndex::matches`] for every line that takes part; `ends` gets where each line's rules end.
    pub fn match_lines<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch, matching: &mut Vec<u32>, ends: &mut Vec<usize>) {
        self.header(facts, scratch);
        let count = facts.line_count();
        if self.direct {
            return whole_rows!(self.match_whole(facts, scratch, matching, ends));
        }
        self.pick_lines(facts, count, scratch);
        for line in 0..count {
            let start = matching.len();
            if facts.takes_part(line) {
                self.walk_summary(line, scratch, matching);
                matching.get_mut(start..).unwrap_or_default().sort_unstable();
            }
            ends.push(matching.len());
        }
    }

    /// What the values of every line are in the columns.
    fn pick_lines<F: Facts + ?Sized>(&self, facts: &F, count: usize, scratch: &mut IndexScratch) {
        let IndexScratch { lines, buffers, .. } = scratch;
        lines.clear();
        lines.resize(count.saturating_mul(self.lines.len()), Pick::default());
        for (number, column) in self.lines.iter().enumerate() {
            let mut of_column = lines.iter_mut().skip(number).step_by(self.lines.len());
            column.each_pick(facts, buffers, |pick| {
                if let Some(place) = of_column.next() {
                    *place = pick;
                }
            });
        }
    }

    /// The AND of the document's whole rows.
    fn whole_header<const WIDTH: usize, F: Facts + ?Sized>(&self, facts: &F, words: &mut Vec<u64>) {
        let mut header = [0; WIDTH];
        // No bit behind the last rule.
        let (full, behind) = place(self.rules.len());
        for (number, word) in header.iter_mut().take(full.saturating_add(1)).enumerate() {
            *word = if number < full { u64::MAX } else { behind.wrapping_sub(1) };
        }
        for column in &self.document {
            let row = column.rows.of_width::<WIDTH>().get(index(column.pick(facts, None).row)).unwrap_or(&[0; WIDTH]);
            header.iter_mut().zip(row).for_each(|(word, other)| *word &= other);
        }
        words.clear();
        words.extend_from_slice(&header);
    }

    /// Few rules: AND whole rows, line by line.
    fn match_whole<const WIDTH: usize, F: Facts + ?Sized>(
        &self,
        facts: &F,
        scratch: &mut IndexScratch,
        matching: &mut Vec<u32>,
        ends: &mut Vec<usize>,
    ) {
        let IndexScratch { words, whole, buffers, .. } = scratch;
        let mut header = [0; WIDTH];
        header.iter_mut().zip(words).for_each(|(whole, word)| *whole = *word);
        // 1. Which row each line has, column by column.
        let count = facts.line_count();
        whole.clear();
        whole.reserve(count.saturating_mul(self.lines.len()));
        self.lines.iter().for_each(|column| column.each_pick(facts, buffers, |pick| whole.push(pick.row)));
        let rows = self.lines.iter().map(|column| column.rows.of_width::<WIDTH>());
        let columns: Vec<(&[[u64; WIDTH]], &[u32])> = rows.zip(whole.chunks_exact(count.max(1))).collect();
        // 2. The rules that stand in all of a line's rows.
        for line in 0..count {
            let mut words = header;
            for (rows, picked) in &columns {
                let row = picked.get(line).and_then(|row| rows.get(index(*row))).unwrap_or(&[0; WIDTH]);
                words.iter_mut().zip(row).for_each(|(word, other)| *word &= other);
            }
            if facts.takes_part(line) {
                push_rules(&words, matching);
            }
            ends.push(matching.len());
        }
    }

    /// Many rules: AND the summaries, then only the words that can have a bit. The line is one of those whose picks are there.
    fn walk_summary(&self, line: usize, scratch: &mut IndexScratch, matching: &mut Vec<u32>) {
        let IndexScratch { document, lines, words, ready, summary, tops, .. } = scratch;
        let lines = lines.get(line.saturating_mul(self.lines.len())..).unwrap_or_default();
        let blocks =
            tops.iter().enumerate().map(|(number, top)| (number, and(&self.lines, lines, *top, |rows, row| rows.top(row, number))));
        for (top, blocks) in blocks {
            each_bit(blocks, |block| {
                let block = (top << 6) | block;
                let Some(left) = summary.get_mut(block) else { return };
                each_bit(and(&self.lines, lines, *left, |rows, row| rows.summary(row, block)), |bit| {
                    let number = (block << 6) | bit;
                    let word = self.document_word(number, document, words, ready);
                    if word == 0 {
                        *left &= !place(bit).1;
                        return;
                    }
                    let word = and(&self.lines, lines, word, |rows, row| rows.word(row, number));
                    self.take(number, word, document, lines, matching);
                });
            });
        }
    }

    /// One word of the document's AND, calculated when it is first needed.
    fn document_word(&self, number: usize, document: &[Pick], words: &mut [u64], ready: &mut [u64]) -> u64 {
        let (block, mask) = place(number);
        let (Some(known), Some(word)) = (ready.get_mut(block), words.get_mut(number)) else { return 0 };
        if *known & mask == 0 {
            *known |= mask;
            *word = and(&self.document, document, u64::MAX, |rows, row| rows.word(row, number));
        }
        *word
    }

    /// The rules of one word's bits.
    fn take(&self, number: usize, word: u64, document: &[Pick], lines: &[Pick], matching: &mut Vec<u32>) {
        each_bit(word, |bit| {
            let position = (number << 6) | bit;
            let confirmed = |places: &[usize], columns: &[Column], picks: &[Pick]| {
                places
                    .iter()
                    .all(|place| columns.get(*place).zip(picks.get(*place)).is_some_and(|(column, pick)| column.confirms(*pick, position)))
            };
            let [of_document, of_lines] = &self.coarse;
            if !(confirmed(of_lines, &self.lines, lines) && confirmed(of_document, &self.document, document)) {
                return;
            }
            // Bits behind the last rule are set where no column is.
            if let Some(rule) = self.rules.get(position) {
                matching.push(*rule);
            }
        });
    }
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

/// What of a word the picked rows of all columns have too.
#[inline]
fn and(columns: &[Column], picks: &[Pick], mut word: u64, of_row: impl Fn(&Rows, u32) -> u64) -> u64 {
    for (column, pick) in columns.iter().zip(picks) {
        word &= of_row(&column.rows, pick.row);
        if word == 0 {
            break;
        }
    }
    word
}

/// The rules in an order that makes neighbours of those with equal values: the slot with the most values first, then those of the document.
fn clustered(by_rule: &[BTreeMap<Slot, Demand>], keys: &[(Slot, Kind)]) -> Vec<usize> {
    let values = |rule: usize, slot: Slot| match by_rule.get(rule).and_then(|demands| demands.get(&slot)) {
        Some(Demand::Values(values)) => values.first().copied(),
        _ => None,
    };
    let mut slots: Vec<(usize, Slot)> = keys
        .iter()
        .filter(|(_, kind)| *kind == Kind::Values)
        .map(|(slot, _)| {
            let mut distinct: Vec<Literal> = (0..by_rule.len()).filter_map(|rule| values(rule, *slot)).collect();
            sort::ascending(&mut distinct);
            distinct.dedup();
            (distinct.len(), *slot)
        })
        .collect();
    sort::by(&mut slots, |one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    // Among the neighbours, those of other documents together: most of their words are then zero for this one.
    if let Some((_, others)) = slots.split_first_mut() {
        sort::by(others, |one, other| (one.1.scope == Scope::Line).cmp(&(other.1.scope == Scope::Line)));
    }
    // Rules without a demand stand behind the others, so that they are neighbours too.
    let key = |rule: usize| -> Vec<(bool, Option<Literal>)> {
        slots.iter().map(|(_, slot)| values(rule, *slot)).map(|value| (value.is_none(), value)).collect()
    };
    let mut order: Vec<_> = (0..by_rule.len()).map(|rule| (key(rule), rule)).collect();
    sort::ascending(&mut order);
    order.into_iter().map(|(_, rule)| rule).collect()
}

#[cfg(test)]
mod tests;
