//! What the steps of a quote write to.

use std::num::NonZeroU32;

use super::comparison::Other;
use super::ladder::PriceLadder;
use super::prices::TariffResult;
use super::request::Explain;
use super::result::{DocumentEntry, Entry, Line, Rejected};
use crate::report::Finding;
use crate::tax::TaxGroup;

/// Waterfalls, rejected rules, findings and tax, as they come about.
pub(super) struct Outcome {
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) findings: Vec<Finding>,
    /// Whether a step of tax has run.
    pub(super) taxed: bool,
    pub(super) groups: Vec<TaxGroup>,
    pub(super) explain: Explain,
    pub(super) tariffs: TariffResult,
    pub(super) ladders: Vec<PriceLadder>,
    pub(super) others: Vec<Other>,
}

impl Outcome {
    /// Appends a step of the waterfall that is no rule of line scope: where nobody asked for waterfalls, nobody reads it.
    pub(super) fn record_step(&mut self, line: &mut Line, entry: Entry) {
        if self.explain > Explain::Totals {
            self.record(line, entry);
        }
    }

    /// Appends an entry to a line's waterfall.
    pub(super) fn record(&mut self, line: &mut Line, entry: Entry) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(entry);
        line.chain = match line.chain {
            None => Some((number, number)),
            Some((first, last)) => {
                if let Some(last) = usize::try_from(last).ok().and_then(|last| self.entries.get_mut(last)) {
                    last.next = NonZeroU32::new(number);
                }
                Some((first, number))
            }
        };
    }
}
