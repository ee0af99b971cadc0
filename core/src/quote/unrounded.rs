//! What steps would change of lines without rounding, where nothing else tells it: kept only where the rounding is reported.

use super::result::{Entry, Line, Source};
use crate::id::Ordinal;
use crate::money::{AllocationShare, Currency, Exact, Money};

/// The changes that were kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Unrounded {
    /// Whether anything is kept.
    pub(super) wanted: bool,
    changes: Vec<Change>,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    line: usize,
    step: Ordinal,
    source: Source,
    before: i64,
    after: i64,
    exact: Exact,
}

impl Unrounded {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, changes: Vec::new() }
    }

    /// Keeps what a step changes of a line; nothing of one that comes back, whose signs are turned in the end.
    pub(super) fn keep(&mut self, number: usize, line: &Line, entry: &Entry, exact: Exact) {
        let Entry { step, source, before, after, .. } = *entry;
        if self.wanted && !line.returned {
            self.changes.push(Change { line: number, step, source, before, after, exact });
        }
    }

    /// What was kept of an entry.
    pub(super) fn of(&self, number: usize, entry: &Entry) -> Option<Exact> {
        let is_it = |change: &&Change| {
            let of_step = change.line == number && change.step == entry.step && change.source == entry.source;
            of_step && change.before == entry.before && change.after == entry.after
        };
        self.changes.iter().find(is_it).map(|change| change.exact)
    }
}

/// The parts of an amount by weight, in the order of the shares; none where a share can bear less than its part, where none weighs anything,
/// and where the parts have too many digits.
pub(super) fn parts(total: Exact, shares: &[AllocationShare], currency: Currency) -> Option<Vec<Exact>> {
    let all: i128 = shares.iter().map(|share| i128::from(share.weight)).sum();
    let part_of = |share: &AllocationShare| {
        let part = total.times(share.weight.into(), all).ok()?.reduced();
        let Some(cap) = share.cap else { return Some(part) };
        let size = if part.is_negative() { part.negated().ok()? } else { part };
        let cap = Money::new(i64::try_from(cap).ok()?, currency).to_exact().ok()?;
        let beyond = size.plus(cap.negated().ok()?).ok()?.is_positive();
        (!beyond).then_some(part)
    };
    if all == 0 { None } else { shares.iter().map(part_of).collect() }
}
