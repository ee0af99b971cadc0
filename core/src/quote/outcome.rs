//! What the steps of a quote write to.

use std::num::NonZeroU32;

use super::better::Chosen;
use super::charge::CashResult;
use super::comparison::Other;
use super::frozen::Frozen;
use super::ladder::PriceLadder;
use super::manual::Manual;
use super::prices::TariffResult;
use super::promotion::PromotionResult;
use super::redemption::Redemption;
use super::request::Explain;
use super::result::{Chain, DocumentEntry, Entry, Line, Rejected};
use super::statistic::Figures;
use super::unrounded::Unrounded;
use crate::charge::Charged;
use crate::id::Ordinal;
use crate::report::Finding;
use crate::tax::{Assessment, Taxed};

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

/// Waterfalls, rejected rules, findings and tax, as they come about.
#[derive(Clone)]
pub(super) struct Outcome {
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) findings: Vec<Finding>,
    /// Whether the lines and charges have their sides: a step of tax has run, or there is none.
    pub(super) taxed: bool,
    pub(super) tax: Assessment,
    pub(super) charges: Vec<ChargeResult>,
    /// What charges have added to the amounts of lines.
    pub(super) allocated: i64,
    pub(super) cash: Option<CashResult>,
    /// What persons set by hand.
    pub(super) manual: Vec<Manual>,
    /// Figures beside the price.
    pub(super) figures: Vec<Figures>,
    pub(super) explain: Explain,
    pub(super) promotions: PromotionResult,
    pub(super) tariffs: TariffResult,
    pub(super) ladders: Vec<PriceLadder>,
    pub(super) others: Vec<Other>,
    pub(super) redemptions: Vec<Redemption>,
    /// What became of choices between two sides.
    pub(super) chosen: Vec<Chosen>,
    /// What steps change of lines without rounding, where that is reported.
    pub(super) unrounded: Unrounded,
    /// Prices that stand, until their lines come back.
    pub(super) frozen: Option<Box<Frozen>>,
}

impl Outcome {
    /// A line without tax and with it, before the figures are settled: what comes back is below zero already.
    pub(super) fn sides(&self, number: usize, line: &Line) -> Taxed {
        let untaxed = || Taxed::untaxed(if line.returned { line.figure.amount.saturating_neg() } else { line.figure.amount });
        self.tax.taxed.get(number).copied().unwrap_or_else(untaxed)
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
