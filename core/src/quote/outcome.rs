//! What the steps of a quote write to.

use std::num::NonZeroU32;

use super::extras::Extras;
use super::frozen::Frozen;
use super::request::Explain;
use super::result::{Chain, DocumentEntry, Entry, Line};
use crate::charge::Charged;
use crate::id::Ordinal;
use crate::report::Finding;
use crate::tax::Taxed;

/// A charge that applied.
#[derive(Debug, Clone)]
pub(super) struct ChargeResult {
    /// Its number in the rulebook.
    pub(super) charge: Ordinal,
    pub(super) step: Ordinal,
    pub(super) charged: Charged,
    /// What of it is in the amounts of its lines.
    pub(super) in_lines: i64,
    /// The lines that it is for.
    pub(super) lines: Vec<usize>,
    /// What it comes to beside the lines; nothing when it is in their amounts.
    pub(super) taxed: Taxed,
    /// Where it stands among what is taxed; nowhere when it is in its lines, or nothing is.
    pub(super) tax_lines: std::ops::Range<usize>,
}

/// Waterfalls, findings, tax, and what few documents have, as they come about.
#[derive(Clone)]
pub(super) struct Outcome {
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) findings: Vec<Finding>,
    /// Whether the lines and charges have their sides: a step of tax has run, or there is none.
    pub(super) taxed: bool,
    /// What charges have added to the amounts of lines.
    pub(super) allocated: i64,
    pub(super) explain: Explain,
    pub(super) extras: Extras,
    /// Prices that stand, until their lines come back.
    pub(super) frozen: Option<Box<Frozen>>,
}

impl Outcome {
    /// A line without tax and with it, before the figures are settled: what comes back is below zero already.
    pub(super) fn sides(&self, number: usize, line: &Line) -> Taxed {
        let untaxed = || Taxed::untaxed(if line.returned { line.figure.amount.saturating_neg() } else { line.figure.amount });
        self.extras.tax.taxed.get(number).copied().unwrap_or_else(untaxed)
    }

    /// Appends a step of the waterfall that is no rule of line scope: where nobody asked for waterfalls, nobody reads it.
    #[inline]
    pub(super) fn record_step(&mut self, line: &mut Line, entry: Entry) {
        if self.explain > Explain::Totals {
            self.record(line, entry);
        }
    }

    /// Appends an entry to a line's waterfall.
    #[inline]
    pub(super) fn record(&mut self, line: &mut Line, entry: Entry) {
        record(&mut self.entries, line, entry);
    }
}

/// Appends an entry to a line's waterfall.
#[inline]
pub(super) fn record(entries: &mut Vec<Entry>, line: &mut Line, entry: Entry) {
    let number = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    entries.push(entry);
    let Chain { first, last } = if line.chain.is_empty() { Chain { first: number, last: number } } else { line.chain };
    line.chain = Chain { first, last: number };
    // The first of a chain follows on nothing, not on itself: said without a branch, which would have to be guessed.
    let follows = if last == number { 0 } else { number };
    if let Some(before) = usize::try_from(last).ok().and_then(|last| entries.get_mut(last)) {
        before.next = NonZeroU32::new(follows);
    }
}
