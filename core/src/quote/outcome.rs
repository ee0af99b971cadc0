//! What the steps of a quote write to.

use super::comparison::Other;
use super::frame::LineState;
use super::ladder::PriceLadder;
use super::prices::TariffResult;
use super::request::Explain;
use super::result::{DocumentEntry, Entry, Rejected};
use crate::report::Finding;
use crate::tax::{TaxGroup, Taxed};

/// Waterfalls, rejected rules, findings and tax, as they come about.
pub(super) struct Outcome {
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) findings: Vec<Finding>,
    pub(super) taxed: Vec<Taxed>,
    pub(super) rates: Vec<Option<usize>>,
    pub(super) groups: Vec<TaxGroup>,
    pub(super) explain: Explain,
    pub(super) tariffs: TariffResult,
    pub(super) ladders: Vec<PriceLadder>,
    pub(super) others: Vec<Other>,
}

impl Outcome {
    /// Appends a step of the waterfall that is no rule of line scope: where nobody asked for waterfalls, nobody reads it.
    pub(super) fn record_step(&mut self, line: &mut LineState<'_>, entry: Entry) {
        if self.explain > Explain::Totals {
            self.record(line, entry);
        }
    }

    /// Appends an entry to a line's waterfall.
    pub(super) fn record(&mut self, line: &mut LineState<'_>, entry: Entry) {
        let number = self.entries.len();
        self.entries.push(entry);
        line.chain = match line.chain {
            None => Some((number, number)),
            Some((first, last)) => {
                if let Some(last) = self.entries.get_mut(last) {
                    last.next = Some(number);
                }
                Some((first, number))
            }
        };
    }
}
