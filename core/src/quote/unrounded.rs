//! What steps would change of lines without rounding, where nothing else tells it: kept only where the rounding is reported.

use super::result::{Entry, Source};
use crate::adjust::{Effect, Per, Rule};
use crate::id::Ordinal;
use crate::money::{AllocationShare, ArithmeticError, Currency, Decimal, Exact, Money, UnitPrice, ZeroWeights};
use crate::sort;

/// The changes that were kept.
#[derive(Debug, Clone)]
pub(super) struct Unrounded {
    /// Whether anything is kept.
    pub(super) wanted: bool,
    changes: Vec<Change>,
    /// What steps would change of lines that they leave as they are, and so do not stand in a waterfall.
    pub(super) elsewhere: Vec<(Ordinal, Exact)>,
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
    pub(super) const NONE: Self = Self { wanted: false, changes: Vec::new(), elsewhere: Vec::new() };

    /// Keeps what a step changes of a line.
    pub(super) fn keep(&mut self, line: usize, entry: &Entry, exact: Exact) {
        let Entry { step, source, before, after, .. } = *entry;
        if self.wanted {
            self.changes.push(Change { line, step, source, before, after, exact });
        }
    }

    /// Keeps what a step would change of a line that it leaves as it is.
    pub(super) fn keep_elsewhere(&mut self, step: Ordinal, exact: Exact) {
        if self.wanted {
            self.elsewhere.push((step, exact));
        }
    }

    /// Gives what was kept of a line the other sign.
    pub(super) fn mirror(&mut self, line: usize) {
        for change in self.changes.iter_mut().filter(|change| change.line == line) {
            (change.before, change.after) = (change.before.saturating_neg(), change.after.saturating_neg());
            change.exact = change.exact.negated().unwrap_or(Exact::ZERO);
        }
    }

    /// Puts what was kept in the order of the lines, as [`Self::of`] looks for it.
    pub(super) fn sort(&mut self) {
        sort::by(&mut self.changes, |one, other| one.line.cmp(&other.line));
    }

    /// What was kept of an entry.
    pub(super) fn of(&self, line: usize, entry: &Entry) -> Option<Exact> {
        let first = self.changes.partition_point(|change| change.line < line);
        let of_line = self.changes.get(first..)?.iter().take_while(|change| change.line == line);
        let is_it = |change: &&Change| {
            let of_step = change.step == entry.step && change.source == entry.source;
            of_step && change.before == entry.before && change.after == entry.after
        };
        of_line.clone().find(is_it).map(|change| change.exact)
    }
}

/// What takes part in a split that is not rounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) weight: Exact,
    /// The most that it can bear, without sign.
    pub(super) cap: Option<Exact>,
}

impl Share {
    fn of(share: &AllocationShare, currency: Currency) -> Option<Self> {
        let cap = share.cap.map(|cap| Money::new(i64::try_from(cap).ok()?, currency).to_exact().ok());
        Some(Self { weight: Exact::new(share.weight.into(), 1).ok()?, cap: if let Some(cap) = cap { Some(cap?) } else { None } })
    }
}

/// The parts of an amount by weight, in the order of the shares, as [`crate::money::allocate`] splits it but for its rounding; none where they
/// have too many digits.
pub(super) fn parts(total: Exact, shares: &[AllocationShare], zero_weights: ZeroWeights, currency: Currency) -> Option<Vec<Exact>> {
    let shares: Option<Vec<Share>> = shares.iter().map(|share| Share::of(share, currency)).collect();
    split(total, &shares?, zero_weights).ok()
}

/// The same where the weights are no whole numbers.
pub(super) fn split(total: Exact, shares: &[Share], zero_weights: ZeroWeights) -> Result<Vec<Exact>, ArithmeticError> {
    let mut parts = vec![Exact::ZERO; shares.len()];
    let mut rest = if total.is_negative() { total.negated()? } else { total };
    let all_zero = shares.iter().all(|share| !share.weight.is_positive());
    if all_zero && zero_weights == ZeroWeights::Drop {
        return Ok(parts);
    }
    let one = Exact::new(1, 1)?;
    let weight = |share: &Share| if all_zero { one } else { share.weight };
    let mut open: Vec<usize> =
        (0..shares.len()).filter(|place| shares.get(*place).is_some_and(|share| weight(share).is_positive())).collect();
    while rest.is_positive() && !open.is_empty() {
        // 1. By weight, over those that can still bear more.
        let all = open
            .iter()
            .filter_map(|place| shares.get(*place))
            .try_fold(Exact::ZERO, |sum, share| Ok(sum.plus(weight(share))?.reduced()))?;
        let (mut full, mut left) = (Vec::new(), rest);
        for place in &open {
            let Some((share, slot)) = shares.get(*place).zip(parts.get_mut(*place)) else { continue };
            *slot = rest.product(weight(share))?.reduced().quotient(all)?.reduced();
            // 2. Who can bear no more bears what it can.
            let Some(cap) = share.cap else { continue };
            if slot.plus(cap.negated()?)?.is_positive() {
                *slot = cap;
                left = left.plus(cap.negated()?)?.reduced();
                full.push(*place);
            }
        }
        // 3. What that leaves is borne by the others.
        if full.is_empty() {
            break;
        }
        rest = left;
        open.retain(|place| !full.contains(place));
    }
    if total.is_negative() { parts.into_iter().map(Exact::negated).collect() } else { Ok(parts) }
}

/// What a rule of line scope changes of a line whose amounts have no sign, if it reaches so many `units` of its `quantity`: nothing falls below
/// zero.
pub(super) fn of_line(
    rule: &Rule,
    entry: &Entry,
    (quantity, units): (Decimal, Decimal),
    currency: Currency,
) -> Result<Exact, ArithmeticError> {
    let reached = |minor: i64| {
        let whole = Money::new(minor, currency).to_exact()?;
        if units >= quantity {
            return Ok(whole);
        }
        whole.product(Exact::from_decimal(units)?)?.quotient(Exact::from_decimal(quantity)?).map(Exact::reduced)
    };
    let before = reached(entry.before)?;
    let of_units = |amount: UnitPrice, per: Per| match per {
        Per::Unit => amount.times(units),
        Per::Line => amount.to_exact(),
    };
    let change = match &rule.effect {
        Effect::PercentOff { left: part } | Effect::PercentOn { whole: part } => {
            let base = reached(entry.base)?;
            part.of(base)?.plus(base.negated()?)?
        }
        Effect::AmountOff { amount, per } => of_units(*amount, *per)?.negated()?,
        Effect::AmountOn { amount, per } => of_units(*amount, *per)?,
        Effect::FixedPrice(price) => {
            let change = price.times(units)?.plus(before.negated()?)?;
            if change.is_positive() { Exact::ZERO } else { change }
        }
    };
    if before.plus(change)?.is_negative() { before.negated() } else { Ok(change) }
}

/// What a rule of document scope takes off, whatever its lines are worth; what adds is below zero.
pub(super) fn of_document(rule: &Rule, base: i64, currency: Currency) -> Result<Exact, ArithmeticError> {
    match &rule.effect {
        Effect::PercentOff { left: part } | Effect::PercentOn { whole: part } => {
            let base = Money::new(base, currency).to_exact()?;
            base.plus(part.of(base)?.negated()?)
        }
        Effect::AmountOff { amount, .. } => amount.to_exact(),
        Effect::AmountOn { amount, .. } => amount.to_exact()?.negated(),
        // Refused by the compilation: a document has no unit price.
        Effect::FixedPrice(_) => Ok(Exact::ZERO),
    }
}

/// What is taken off within what a cap or a budget leaves, in minor units.
pub(super) fn within(off: Exact, room: Option<i64>, currency: Currency) -> Result<Exact, ArithmeticError> {
    room.map_or(Ok(off), |room| lower(off, Money::new(room, currency).to_exact()?))
}

/// The lower of two.
pub(super) fn lower(one: Exact, other: Exact) -> Result<Exact, ArithmeticError> {
    Ok(if one.plus(other.negated()?)?.is_positive() { other } else { one })
}
