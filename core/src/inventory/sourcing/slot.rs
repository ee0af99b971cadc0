//! When candidates may ship: at once, of what is there, or on a later day, of what has come by then too.

use super::candidate::Candidate;
use super::coming::Coming;
use super::request::{SourcingDemand, SourcingLine};
use super::stock::{KIT, Stock};
use crate::sort;
use crate::time::Date;

/// A candidate's later days are looked at up to so many; of more, the first ones and the last.
const MOST_DAYS: usize = 30;

/// A shipment that a candidate could make. Those of one candidate stand together, the earliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub candidate: usize,
    /// The day on which it leaves, when it waits for what is on its way.
    pub leaves_on: Option<Date>,
    pub arrives_on: Date,
}

impl Slot {
    /// Whether the goods of a line may go with it: a line that names no day waits for nothing.
    pub fn serves(&self, line: &SourcingLine) -> bool {
        let latest = line.latest_on.or(line.wanted_on.filter(|_| self.leaves_on.is_some()));
        latest.map_or(self.leaves_on.is_none(), |latest| self.arrives_on <= latest)
    }

    pub fn is_late(&self, line: &SourcingLine) -> bool {
        line.wanted_on.is_some_and(|wanted| self.arrives_on > wanted)
    }
}

/// Finds when each candidate may ship. What it has stands by candidate before, and by slot after; `inside` says which goods one of what a
/// line asks for takes.
pub(super) fn find_slots(
    stock: &mut Stock<'_>,
    demand: &SourcingDemand,
    candidates: &[Candidate<'_>],
    inside: impl Fn(&SourcingLine) -> Vec<(usize, i64)>,
) {
    let now = |(index, candidate): (usize, &Candidate<'_>)| Slot { candidate: index, leaves_on: None, arrives_on: candidate.arrives_on };
    if stock.coming.iter().all(Vec::is_empty) {
        stock.slots = candidates.iter().enumerate().map(now).collect();
        return;
    }
    // 1. What comes in time for a line.
    keep_what_serves(stock, demand, candidates, inside);
    // 2. The days on which it comes, candidate by candidate.
    for (index, candidate) in candidates.iter().enumerate() {
        stock.slots.push(now((index, candidate)));
        let mut days: Vec<Date> =
            stock.coming.iter().flatten().filter(|coming| coming.candidate == index).map(|coming| coming.day).collect();
        sort::ascending(&mut days);
        days.dedup();
        if days.len() > MOST_DAYS {
            stock.days_left_out = true;
            let last = days.last().copied();
            days.truncate(MOST_DAYS.saturating_sub(1));
            days.extend(last);
        }
        let later = |day| Some(Slot { candidate: index, leaves_on: Some(day), arrives_on: candidate.arrives_of(day)? });
        stock.slots.extend(days.into_iter().filter_map(later));
    }
    // 3. What there is by then.
    let has_come = |coming: &Coming, slot: &Slot| coming.candidate == slot.candidate && slot.leaves_on.is_some_and(|day| coming.day <= day);
    for (quantities, coming) in stock.quantities.iter_mut().zip(&stock.coming) {
        let by = |slot: &Slot| {
            let there = quantities.get(slot.candidate).copied().unwrap_or(0);
            coming.iter().filter(|coming| has_come(coming, slot)).fold(there, |sum, coming| sum.saturating_add(coming.quantity))
        };
        *quantities = stock.slots.iter().map(by).collect();
    }
}

/// Leaves out what comes too late for all lines, and what comes when there is enough for all of them.
fn keep_what_serves(
    stock: &mut Stock<'_>,
    demand: &SourcingDemand,
    candidates: &[Candidate<'_>],
    inside: impl Fn(&SourcingLine) -> Vec<(usize, i64)>,
) {
    let mut wanted: Vec<(i64, Option<Date>)> = vec![(0, None); stock.quantities.len()];
    for line in &demand.lines {
        let wholes = i128::from(line.quantity.millionths());
        for (pool, each) in inside(line) {
            let Some((sum, until)) = wanted.get_mut(pool) else { continue };
            let goods = wholes.saturating_mul(each.into()).checked_div(KIT.into()).unwrap_or_default();
            *sum = sum.saturating_add(i64::try_from(goods).unwrap_or(i64::MAX));
            *until = (*until).max(line.latest_on.or(line.wanted_on));
        }
    }
    stock.too_late = vec![None; candidates.len()];
    let too_late = &mut stock.too_late;
    for ((coming, quantities), (wanted, until)) in stock.coming.iter_mut().zip(&stock.quantities).zip(wanted) {
        let mut there = quantities.clone();
        coming.retain(|coming| {
            let arrives = candidates.get(coming.candidate).and_then(|candidate| candidate.arrives_of(coming.day));
            let serves = arrives.zip(until).is_some_and(|(arrives, until)| arrives <= until);
            if let (Some(slot), Some(arrives)) = (too_late.get_mut(coming.candidate), arrives.filter(|_| until.is_some() && !serves)) {
                *slot = Some(slot.map_or(arrives, |known: Date| known.min(arrives)));
            }
            let Some(there) = there.get_mut(coming.candidate).filter(|there| serves && **there < wanted) else { return false };
            *there = there.saturating_add(coming.quantity);
            true
        });
    }
}
