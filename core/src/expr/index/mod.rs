//! The index over the conditions of many rules: which rules' atoms all hold, without asking each rule.
//!
//! How it works: every slot that atoms speak of is a column; every value (or interval between thresholds) of a column has a row
//! of bits, one bit per rule, set where the rule demands that value or nothing of the slot. The rules that a document lets live are the
//! bitwise AND of one row per column of the document. They are few, and get numbers of their own: then 64 of them are one word, and what
//! each of a hundred lines fulfils is an AND of one word per column, made for these rules alone (`lines.rs`). Of few rules a few lines
//! are matched by the AND of whole rows.
//!
//! Why it stays fast with many rules: rules are laid out so that those for the same documents are neighbours, and among them those with
//! the same value of the most selective slot of lines, so that most words of a row are zero; a summary has a bit per word, so that 4096
//! rules that cannot match cost next to nothing. Only the words are looked at in which the document has rules left and of which one is
//! for a value that a line has (`living.rs`). Rows are kept in full as long as they fit in a budget; rows of values beyond that keep only their
//! own words, and thresholds beyond that share rows, whose rules are then compared one by one.

mod bounds;
mod column;
mod demand;
mod lines;
mod living;
mod order;
mod rows;
mod steps;
mod wanted;
mod whole;

use std::collections::BTreeMap;

use column::{Column, Draft, Keep, Mark};
use demand::{Demand, Kind, demands};
use lines::{LineScratch, Living};
use order::{clustered, widest_first};
use rows::{CHUNK, MOST_CHUNKS, WIDEST, index, words_for};
use whole::{Words, every};

use super::atoms::Atom;
use super::value::Facts;
use super::{Scope, Slot};
use crate::sort;

/// Bytes that the full rows of one index may take, shared by its columns.
const ROW_BYTES: usize = 32 * 1024 * 1024;

/// From so many lines on, it pays to number the living rules of a small index anew.
const MANY_LINES: usize = 16;

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
    /// Rule numbers by position, and positions by rule number.
    rules: Vec<u32>,
    positions: Vec<u32>,
    document: Vec<Column>,
    lines: Vec<Column>,
    /// The places of the document's columns whose set bits must be confirmed.
    coarse: Vec<usize>,
    /// The place of the lines' column by whose values the rules are laid out.
    leading: Option<usize>,
    /// A bit for each rule, where rows are read whole.
    every: Words,
    /// So many chunks of it hold any.
    chunks: usize,
    /// Whether rows are short and there in full, and rules stand at the positions of their numbers: then rows are read whole, because a
    /// summary would cost more than it saves.
    direct: bool,
}

/// Buffers that [`RuleIndex`] works in, to be reused from line to line and from document to document. Each index needs its own.
#[derive(Debug, Clone, Default)]
pub struct IndexScratch {
    /// How many rules the index has that filled this; none before the first document.
    rules: Option<usize>,
    /// What the document's values are in its columns, and the rows that they have.
    document: Vec<(Mark, u32)>,
    /// The AND of these rows, where they are read whole; in a large index that of their summaries.
    whole: Words,
    header: Vec<u64>,
    /// The rules that can match, ascending, and their positions.
    living: Vec<u32>,
    positions: Vec<u32>,
    /// The values of lines in the leading column that have been seen.
    seen: Vec<u64>,
    /// The words of a row, as a summary, in which rules for these values lie.
    near: Vec<u64>,
    lines: LineScratch,
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
        let direct = words_for(rules.len()) <= WIDEST;
        let slots = widest_first(&by_rule, &keys);
        let order = if direct { (0..rules.len()).collect() } else { clustered(&by_rule, &slots) };
        // 3. Build one column per slot and kind of demand.
        let leading = slots.iter().find(|slot| slot.scope == Scope::Line).filter(|_| !direct);
        let share = ROW_BYTES.checked_div(keys.len()).unwrap_or(ROW_BYTES);
        let (mut document, mut lines) = (Vec::new(), Vec::new());
        for (slot, kind) in keys {
            let demand = |rule: &usize| by_rule.get(*rule).and_then(|rule| rule.get(&slot)).filter(|demand| demand.kind() == kind).cloned();
            let draft = Draft { slot, demands: order.iter().map(demand).collect() };
            match slot.scope {
                Scope::Document => document.push(draft.column(Keep::Full(share))),
                Scope::Line if direct => lines.push(draft.column(Keep::Full(share))),
                Scope::Line if kind == Kind::Values && leading == Some(&slot) => lines.push(draft.column(Keep::Sparse)),
                Scope::Line => lines.push(draft.column(Keep::Nothing)),
            }
        }
        // 4. Ask first what leaves the least over: equal values before thresholds, many values before few.
        sort::by(&mut document, |one, other| one.selectivity().cmp(&other.selectivity()));
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut positions = vec![0; rules.len()];
        for (position, rule) in order.iter().enumerate() {
            if let Some(place) = positions.get_mut(*rule) {
                *place = number(position);
            }
        }
        Self {
            rules: order.into_iter().map(number).collect(),
            positions,
            coarse: (0..document.len()).filter(|place| document.get(*place).is_some_and(Column::is_coarse)).collect(),
            leading: lines.iter().position(|column| column.rows.is_sparse()),
            document,
            lines,
            every: every(rules.len()),
            chunks: words_for(rules.len()).div_ceil(CHUNK).min(MOST_CHUNKS),
            direct,
        }
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
            return self.whole_header(facts, scratch);
        }
        let mark = |column: &Column| {
            let mark = column.mark(facts, None);
            (mark, column.row(mark))
        };
        scratch.document.clear();
        scratch.document.extend(self.document.iter().map(mark));
        self.header_of_many(scratch);
    }

    /// Appends the numbers of the rules whose atoms all hold, ascending.
    ///
    /// Without a line (for rules of the document) no atom of a line's slot holds.
    pub fn matches<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>, scratch: &mut IndexScratch, matching: &mut Vec<u32>) {
        if scratch.rules != Some(self.rules.len()) {
            self.header(facts, scratch);
        }
        if self.direct {
            return self.match_whole(facts, line, &scratch.whole, matching);
        }
        let mark = self.leading.and_then(|leading| self.lines.get(leading)).map(|column| column.mark(facts, line));
        let place = if let Some(Mark::Place(place)) = mark { place } else { u32::MAX };
        self.find_living(&[place], scratch);
        let fulfilled = |position: u32| self.lines.iter().all(|column| column.wanted.by(column.mark(facts, line), index(position)));
        let found = scratch.living.iter().zip(&scratch.positions).filter(|(_, position)| fulfilled(**position));
        matching.extend(found.map(|(rule, _)| *rule));
    }

    /// [`RuleIndex::header`], then [`RuleIndex::matches`] for every line that takes part; `ends` gets where each line's rules end.
    pub fn match_lines<F: Facts + ?Sized>(&self, facts: &F, scratch: &mut IndexScratch, matching: &mut Vec<u32>, ends: &mut Vec<usize>) {
        self.header(facts, scratch);
        if self.direct && facts.line_count() < MANY_LINES {
            for line in 0..facts.line_count() {
                if facts.takes_part(line) {
                    self.match_whole(facts, Some(line), &scratch.whole, matching);
                }
                ends.push(matching.len());
            }
            return;
        }
        // 1. The rules that can match.
        if self.direct {
            self.list_living(scratch);
        } else {
            self.find_living_of_lines(facts, scratch);
        }
        // 2. Those of each line.
        let IndexScratch { living, positions, lines, .. } = scratch;
        let living = Living { rules: living, positions: if self.direct { living } else { positions } };
        lines.match_lines(facts, &self.lines, living, matching, ends);
    }
}

#[cfg(test)]
mod tests;
