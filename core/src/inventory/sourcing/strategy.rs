//! Locations one after the other, in an order that a strategy names.

use std::cmp::Reverse;

use super::apart::{components_in_order, filled};
use super::def::SourcingStrategy;
use super::fill::{Filler, Part};
use super::problem::{Line, Problem, Worth};

/// Fills line after line from the places in the order of the strategy; `first` is the default location's place.
pub(super) fn in_order(problem: &Problem<'_>, strategy: SourcingStrategy, first: Option<usize>) -> (Worth, Vec<Part>) {
    let mut filler = Filler::new(problem);
    filler.start();
    let mut used: Vec<usize> = Vec::new();
    for (index, line) in problem.turns.iter().filter_map(|index| Some((*index, problem.lines.get(*index)?))) {
        let start = filler.parts.len();
        let order = places_in_order(problem, strategy, first, line);
        for part in parts_in_order(problem, &filler, (index, line), &order, &used) {
            if !used.contains(&part.place) {
                used.push(part.place);
            }
            filler.parts.push(part);
        }
        filler.take(line, start);
    }
    (filler.judge(), filler.parts)
}

fn places_in_order(problem: &Problem<'_>, strategy: SourcingStrategy, first: Option<usize>, line: &Line) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.places.len()).collect();
    match strategy {
        SourcingStrategy::Objectives | SourcingStrategy::LocationSortOrder | SourcingStrategy::OnHandFirstThenBackorder => {}
        SourcingStrategy::DefaultLocationFirstThenPosition => order.sort_by_key(|place| (Some(*place) != first, *place)),
        SourcingStrategy::HighestStockFirst => order.sort_by_key(|place| (Reverse(problem.stock_of(line.pool, *place)), *place)),
        SourcingStrategy::ClosestLocation => {
            order.sort_by_key(|place| (problem.places.get(*place).map_or(i64::MAX, |place| place.distance), *place));
        }
    }
    // What is there goes before what is on its way.
    order.sort_by_key(|place| problem.places.get(*place).is_some_and(|place| place.waits));
    order
}

/// Of kits that ship apart their components, of what is there; or whole kits, where those are more.
fn parts_in_order(problem: &Problem<'_>, filler: &Filler<'_>, of: (usize, &Line), order: &[usize], used: &[usize]) -> Vec<Part> {
    let (index, line) = of;
    let whole = || take_in_order(problem, filler, index, line, order, used);
    if line.components.is_empty() {
        return whole();
    }
    let room = problem.most_shipments.saturating_sub(used.len());
    let apart = components_in_order(problem, filler, of, order, (used, room));
    let whole = whole();
    if filled(line, &apart) >= filled(line, &whole) { apart } else { whole }
}

/// What each place gives to a line, as long as another shipment is allowed.
fn take_in_order(problem: &Problem<'_>, filler: &Filler<'_>, index: usize, line: &Line, order: &[usize], used: &[usize]) -> Vec<Part> {
    let is_new = |place: usize| !used.contains(&place);
    let room = problem.most_shipments.saturating_sub(used.len());
    let part = |place: usize, rest: i64, before: &[Part]| {
        let there = filler.room(line, place, before);
        Part { line: index, component: None, place, quantity: line.most_of(there).min(rest) }
    };
    let offers = order.iter().filter(|place| room > 0 || !is_new(**place)).map(|place| part(*place, line.wanted, &[]));
    // 1. From one place, if a line may not be split: the first that has all, or else the first of those that have most.
    if !problem.policy.split.allow_line_split {
        let most = offers.clone().map(|offer| offer.quantity).max().unwrap_or(0);
        return offers.filter(|offer| offer.quantity == most && most > 0).take(1).collect();
    }
    // 2. Or from one after the other. What is too small for a part of several is left out.
    let mut parts: Vec<Part> = Vec::new();
    let (mut rest, mut opened) = (line.wanted, 0_usize);
    for place in order {
        let taken = part(*place, rest, &parts);
        let too_small = taken.quantity < line.least && taken.quantity < line.wanted;
        if taken.quantity <= 0 || too_small || (is_new(*place) && opened >= room) {
            continue;
        }
        opened = opened.saturating_add(usize::from(is_new(*place)));
        rest = rest.saturating_sub(taken.quantity);
        parts.push(taken);
    }
    // 3. When all are too small, the first one alone is not a part of several.
    if parts.is_empty() { offers.filter(|offer| offer.quantity > 0).take(1).collect() } else { parts }
}
