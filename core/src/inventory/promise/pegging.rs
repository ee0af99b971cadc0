//! Which demand takes which supply: each takes the nearest receipts before its day, those that name a place first.
//!
//! What was promised is always covered so; the timeline says how much, the pegging says from where.

use std::collections::VecDeque;
use std::ops::Range;

use super::def::Overcommitted;
use super::timeline::{Delta, Origin};
use crate::quantity::Quantity;

/// A quantity that a demand takes from a supply; both are numbers of deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peg {
    pub demand: usize,
    /// None: nothing is left for it.
    pub supply: Option<usize>,
    pub quantity: Quantity,
}

/// Pegs every demand, in the order of [`super::timeline::in_order`].
pub(super) fn peg(deltas: &[Delta], overcommitted: Overcommitted) -> Vec<Peg> {
    let mut shelf = Shelf {
        deltas,
        left: deltas.iter().map(|delta| delta.quantity).collect(),
        carry: overcommitted == Overcommitted::CarryForward,
        pegs: Vec::new(),
    };
    // 1. Each place serves the demands that name it.
    let mut named: Vec<usize> = deltas.iter().filter(|delta| delta.quantity.is_negative()).filter_map(Delta::place).collect();
    crate::sort::ascending(&mut named);
    named.dedup();
    for place in named {
        shelf.serve(|delta| delta.place() == Some(place));
    }
    // 2. What is left serves those who take from anywhere.
    shelf.serve(|delta| delta.place().is_none() || delta.quantity.is_positive());
    shelf.pegs
}

struct Shelf<'d> {
    deltas: &'d [Delta],
    /// What is left of each supply.
    left: Vec<Quantity>,
    carry: bool,
    pegs: Vec<Peg>,
}

/// Receipts of one day at one place that follow each other, by their numbers: taken from the first on.
#[derive(Debug, Clone)]
struct Receipts {
    place: Option<usize>,
    numbers: Range<usize>,
}

impl Shelf<'_> {
    fn serve(&mut self, concerned: impl Fn(&Delta) -> bool) {
        let mut receipts: Vec<Receipts> = Vec::new();
        let mut backlog: VecDeque<(usize, Quantity)> = VecDeque::new();
        let (mut day, mut of_day) = (None, 0);
        let demanded = self.deltas.iter().rposition(|delta| delta.quantity.is_negative() && concerned(delta));
        for (number, delta) in self.deltas.iter().enumerate().filter(|(_, delta)| concerned(delta)) {
            // What comes after the last demand serves only who still waits.
            if demanded.is_none_or(|last| last < number) && (backlog.is_empty() || !self.carry) {
                break;
            }
            // The receipts of a day stand in line when all of them have come.
            if day != Some(delta.day) || delta.quantity.is_negative() {
                line_up(receipts.get_mut(of_day..).unwrap_or_default());
                (day, of_day) = (Some(delta.day), receipts.len());
            }
            if delta.quantity.is_negative() {
                let missing = self.take(number, delta.quantity.negated(), &mut receipts);
                if missing.is_positive() {
                    backlog.push_back((number, missing));
                }
                continue;
            }
            if self.carry && !backlog.is_empty() {
                self.serve_backlog(number, &mut backlog);
            }
            match receipts.get_mut(of_day..).and_then(<[Receipts]>::last_mut) {
                Some(last) if last.numbers.end == number && last.place == delta.place() => last.numbers.end = number.saturating_add(1),
                _ => receipts.push(Receipts { place: delta.place(), numbers: number..number.saturating_add(1) }),
            }
        }
        self.pegs.extend(backlog.into_iter().map(|(demand, quantity)| Peg { demand, supply: None, quantity }));
    }

    /// Takes from the nearest receipts; gives what is missing. What is kept back lies where others are served last.
    fn take(&mut self, demand: usize, mut wanted: Quantity, receipts: &mut Vec<Receipts>) -> Quantity {
        let kept_back = self.deltas.get(demand).is_some_and(|delta| delta.origin == Origin::Stock);
        while wanted.is_positive() {
            let Some(last) = receipts.len().checked_sub(1) else { break };
            let place = if kept_back { 0 } else { last };
            let Some(Receipts { numbers, .. }) = receipts.get_mut(place).filter(|receipts| !receipts.numbers.is_empty()) else {
                receipts.remove(place);
                continue;
            };
            let receipt = if kept_back { numbers.end.saturating_sub(1) } else { numbers.start };
            wanted = wanted.saturating_sub(self.give(demand, receipt, wanted));
            // What is left of it is the next to be taken.
            match wanted.is_positive() {
                true if kept_back => numbers.end = receipt,
                true => numbers.start = receipt.saturating_add(1),
                false => {}
            }
        }
        wanted
    }

    fn serve_backlog(&mut self, receipt: usize, backlog: &mut VecDeque<(usize, Quantity)>) {
        while let Some((demand, missing)) = backlog.front_mut() {
            *missing = missing.saturating_sub(self.give(*demand, receipt, *missing));
            if missing.is_positive() {
                break;
            }
            backlog.pop_front();
        }
    }

    fn give(&mut self, demand: usize, receipt: usize, wanted: Quantity) -> Quantity {
        let Some(left) = self.left.get_mut(receipt) else { return Quantity::ZERO };
        let quantity = wanted.min(*left);
        *left = left.saturating_sub(quantity);
        if quantity.is_positive() {
            self.pegs.push(Peg { demand, supply: Some(receipt), quantity });
        }
        quantity
    }
}

/// Puts the receipts of one day in the order in which they are taken, from the last to the first: the location that is preferred, then
/// the one that is listed first, is taken first.
fn line_up(of_day: &mut [Receipts]) {
    of_day.reverse();
    crate::sort::by(of_day, |one, other| other.place.cmp(&one.place));
}
