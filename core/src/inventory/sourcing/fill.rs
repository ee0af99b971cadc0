//! Filling the lines from a given set of places, in the best way for each line.

use std::cmp::Reverse;

use super::def::SourcingObjective;
use super::problem::{Line, Place, Problem, Worth};

/// A line that may be split is tried in every way over so many places at most.
const MOST_SPLIT_PLACES: usize = 12;

/// What a place gives to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub line: usize,
    /// Which component of a kit it is, where those come from here and there; the quantity is of it then.
    pub component: Option<usize>,
    pub place: usize,
    pub quantity: i64,
}

/// What a place can give to the line at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub place: usize,
    pub quantity: i64,
    pub late: bool,
    unit_cost: i64,
}

/// Fills lines from sets of places, again and again, in the same memory.
#[derive(Debug)]
pub(super) struct Filler<'p> {
    pub problem: &'p Problem<'p>,
    pub counts_cost: bool,
    pub counts_late: bool,
    pub late_first: bool,
    /// What is left of the pools that several lines take from, by pool and place; empty for the others.
    left: Vec<Vec<i64>>,
    pub offers: Vec<Offer>,
    used: Vec<bool>,
    /// What the set gives.
    pub parts: Vec<Part>,
    /// How many ways to split lines were tried.
    pub tried: u64,
    /// Whether every way to split a line was tried so far.
    pub exhaustive: bool,
}

impl<'p> Filler<'p> {
    pub fn new(problem: &'p Problem<'p>) -> Self {
        let policy = problem.policy;
        Self {
            problem,
            counts_cost: policy.aims_at(SourcingObjective::Cost),
            counts_late: policy.aims_at(SourcingObjective::LateLines),
            late_first: policy.prefers(SourcingObjective::LateLines, SourcingObjective::Cost),
            left: Vec::new(),
            offers: Vec::new(),
            used: Vec::new(),
            parts: Vec::new(),
            tried: 0,
            exhaustive: true,
        }
    }

    /// Fills all lines from the places, which stand in order of rank. `parts` has what each gives.
    pub fn fill(&mut self, set: &[usize]) -> Worth {
        self.start();
        let problem = self.problem;
        for (index, line) in problem.turns.iter().filter_map(|index| Some((*index, problem.lines.get(*index)?))) {
            let first = self.parts.len();
            if line.components.is_empty() {
                self.fill_line(index, line, set);
            } else {
                self.fill_apart(index, line, set);
            }
            self.take(line, first);
        }
        self.worth()
    }

    fn fill_line(&mut self, index: usize, line: &Line, set: &[usize]) {
        self.find_offers(line, set);
        let split = self.problem.policy.split.allow_line_split;
        match (split, line.least) {
            (false, _) => self.take_from_one(index, line),
            (true, 0) => self.pour(index, line),
            (true, _) => self.split_in_the_best_way(index, line),
        }
    }

    /// Forgets the set before.
    pub fn start(&mut self) {
        self.parts.clear();
        self.left.clear();
        if self.problem.lines.iter().any(|line| line.shared) {
            self.left.extend(self.problem.stock.iter().cloned());
        }
    }

    pub fn find_offers(&mut self, line: &Line, set: &[usize]) {
        self.offers.clear();
        for place in set {
            let stock = self.stock_left(line, *place);
            let quantity = line.most_of(stock);
            if quantity > 0 {
                let unit_cost = self.problem.places.get(*place).map_or(0, |place| place.unit_cost);
                self.offers.push(Offer { place: *place, quantity, late: line.is_late(*place), unit_cost });
            }
        }
    }

    /// What is left for a line at a place.
    pub fn stock_left(&self, line: &Line, place: usize) -> i64 {
        let stock = self.problem.stock_for(line, place);
        if !line.shared {
            return stock;
        }
        stock.min(line.most_from(|pool| self.left_of(pool, place)))
    }

    /// Takes the parts from `first` on out of their pool, if other lines take from it too.
    pub fn take(&mut self, line: &Line, first: usize) {
        if !line.shared {
            return;
        }
        for part in self.parts.iter().skip(first) {
            let (from, end) = self.problem.own(part.place);
            line.part_of(part.component).draw(part.quantity, |pool, quantity| {
                for pool in self.problem.each_of(pool) {
                    take_nested(self.left.get_mut(pool), part.place, (from, end), quantity);
                }
            });
        }
    }

    /// How much more a line may take at a place beside these parts of it: what the location gives on earlier days, it does not give later.
    pub fn room(&self, line: &Line, place: usize, parts: &[Part]) -> i64 {
        if !self.problem.has_days(place) {
            return self.stock_left(line, place);
        }
        let (from, end) = self.problem.own(place);
        let taken_by = |day: usize| {
            let taken = parts.iter().filter(|part| (from..=day).contains(&part.place));
            taken.map(|part| part.quantity).fold(0, i64::saturating_add)
        };
        let left = |day: usize| self.pool_left(line, day).saturating_sub(taken_by(day));
        (place..end).map(left).min().unwrap_or(0).min(self.stock_left(line, place))
    }

    /// What is left at a place of what a line asks for, for whomever.
    fn pool_left(&self, line: &Line, place: usize) -> i64 {
        let stock = self.problem.stock_of(line.pool, place);
        if line.shared { stock.min(line.most_from(|pool| self.left_of(pool, place))) } else { stock }
    }

    fn left_of(&self, pool: usize, place: usize) -> i64 {
        self.problem.least(pool, |pool| self.left.get(pool).and_then(|left| left.get(place)).copied().unwrap_or(0))
    }

    /// From the place that has most of it.
    fn take_from_one(&mut self, index: usize, line: &Line) {
        let best = self.offers.iter().min_by_key(|offer| (Reverse(offer.quantity), self.rank(offer)));
        if let Some(offer) = best {
            let quantity = line.most_of(offer.quantity);
            self.parts.push(Part { line: index, component: None, place: offer.place, quantity });
        }
    }

    /// Which of two offers of the same quantity is taken first.
    fn rank(&self, offer: &Offer) -> (i64, i64, usize) {
        let cost = if self.counts_cost { offer.unit_cost } else { 0 };
        let late = i64::from(self.counts_late && offer.late);
        if self.late_first { (late, cost, offer.place) } else { (cost, late, offer.place) }
    }

    /// From as many places as are needed, the cheapest first; from those in time alone, if that is enough and counts more.
    pub fn pour(&mut self, index: usize, line: &Line) {
        let some_late = self.late_first && self.offers.iter().any(|offer| offer.late);
        if some_late && self.sum(line, false) == self.sum(line, true) {
            self.offers.retain(|offer| !offer.late);
        }
        self.pour_out(Part { line: index, component: None, place: 0, quantity: line.wanted }, line);
    }

    /// From the offers, the cheapest first, as much as `wanted` says.
    pub fn pour_out(&mut self, wanted: Part, line: &Line) {
        if self.counts_cost || self.counts_late {
            let (counts_cost, counts_late) = (self.counts_cost, self.counts_late);
            // When the line is late anyway, the cheapest first.
            self.offers.sort_by_key(|offer| (if counts_cost { offer.unit_cost } else { 0 }, counts_late && offer.late, offer.place));
        }
        let (mut rest, first) = (wanted.quantity, self.parts.len());
        for offer in &self.offers {
            let room = self.room(line, offer.place, self.parts.get(first..).unwrap_or_default());
            let quantity = line.whole(offer.quantity.min(room).min(rest));
            if quantity > 0 {
                rest = rest.saturating_sub(quantity);
                self.parts.push(Part { place: offer.place, quantity, ..wanted });
            }
        }
    }

    /// What the offers, which stand by rank and day, come to: of those of one location the last one has it all.
    fn sum(&self, line: &Line, late: bool) -> i64 {
        let mut offers = self.offers.iter().filter(|offer| late || !offer.late).peekable();
        let mut sum = 0_i64;
        while let Some(offer) = offers.next() {
            if offers.peek().is_none_or(|next| !self.problem.is_same(offer.place, next.place)) {
                sum = sum.saturating_add(offer.quantity);
            }
        }
        sum.min(line.wanted)
    }

    /// Tries every subset of the offers, since no part of several may be below the least.
    fn split_in_the_best_way(&mut self, index: usize, line: &Line) {
        if self.offers.len() > MOST_SPLIT_PLACES {
            self.exhaustive = false;
            self.offers.sort_by_key(|offer| (Reverse(offer.quantity), offer.place));
            self.offers.truncate(MOST_SPLIT_PLACES);
            self.offers.sort_by_key(|offer| offer.place);
        }
        let sets = 1_u32.checked_shl(u32::try_from(self.offers.len()).unwrap_or(0)).unwrap_or(1);
        let mut best: Option<(SplitWorth, Vec<Part>)> = None;
        for mask in 1..sets {
            self.tried = self.tried.saturating_add(1);
            let Some((worth, parts)) = self.split_over(index, line, mask) else { continue };
            if best.as_ref().is_none_or(|(known, _)| worth < *known) {
                best = Some((worth, parts));
            }
        }
        self.parts.extend(best.map(|(_, parts)| parts).unwrap_or_default());
    }

    /// The best way to fill a line from exactly these offers; none when their parts would be too small.
    fn split_over(&self, index: usize, line: &Line, mask: u32) -> Option<(SplitWorth, Vec<Part>)> {
        let mut chosen: Vec<&Offer> = self
            .offers
            .iter()
            .enumerate()
            .filter(|(at, _)| mask.checked_shr(u32::try_from(*at).unwrap_or(32)).unwrap_or(0) & 1 == 1)
            .map(|(_, offer)| offer)
            .collect();
        let count = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
        let least = if count > 1 { line.least } else { 0 };
        if chosen.iter().any(|offer| offer.quantity < least) || least.saturating_mul(count) > line.wanted {
            return None;
        }
        let cost_of = |offer: &Offer| if self.counts_cost { offer.unit_cost } else { 0 };
        chosen.sort_by_key(|offer| (cost_of(offer), offer.place));
        let mut parts: Vec<Part> =
            chosen.iter().map(|offer| Part { line: index, component: None, place: offer.place, quantity: least }).collect();
        if chosen.iter().any(|offer| self.room(line, offer.place, &parts) < 0) {
            return None;
        }
        let mut rest = line.wanted.saturating_sub(least.saturating_mul(count));
        let (mut cost, mut late) = (0_i128, 0_i128);
        for (at, offer) in chosen.iter().enumerate() {
            let room = self.room(line, offer.place, &parts);
            let beside = if self.problem.has_days(offer.place) { room } else { room.saturating_sub(least) };
            let more = line.whole(beside.min(offer.quantity.saturating_sub(least)).min(rest)).max(0);
            rest = rest.saturating_sub(more);
            let quantity = least.saturating_add(more);
            if let Some(part) = parts.get_mut(at) {
                part.quantity = quantity;
            }
            cost = cost.saturating_add(i128::from(cost_of(offer)).saturating_mul(quantity.into()));
            late = late.max(i128::from(self.counts_late && offer.late));
        }
        parts.retain(|part| part.quantity > 0);
        let (first, second) = if self.late_first { (late, cost) } else { (cost, late) };
        Some(((rest, first, second, count), parts))
    }

    fn worth(&mut self) -> Worth {
        self.used.clear();
        self.used.resize(self.problem.places.len(), false);
        let mut worth = Worth { unfilled: self.problem.requested(), ..Worth::default() };
        let mut last_late = None;
        for part in &self.parts {
            let filled = if part.component.is_none() { part.quantity } else { 0 };
            worth.unfilled = worth.unfilled.saturating_sub(filled.into());
            let place = self.problem.places.get(part.place);
            let unit_cost = place.map_or(0, |place: &Place| place.unit_cost);
            worth.cost = worth.cost.saturating_add(i128::from(unit_cost).saturating_mul(part.quantity.into()));
            let late = self.problem.lines.get(part.line).is_some_and(|line| line.is_late(part.place));
            if late && last_late != Some(part.line) {
                last_late = Some(part.line);
                worth.late_lines = worth.late_lines.saturating_add(1);
            }
            if let (Some(used), Some(place)) = (self.used.get_mut(part.place).filter(|used| !**used), place) {
                *used = true;
                worth = worth.with_place(place);
            }
        }
        if self.problem.takes_apart {
            worth.unfilled = worth.unfilled.saturating_sub(self.put_together());
        }
        worth
    }

    /// What the parts are worth that were put together elsewhere.
    pub fn judge(&mut self) -> Worth {
        self.worth()
    }

    /// The places that ship, by rank.
    pub fn used(&self) -> Vec<usize> {
        self.used.iter().enumerate().filter(|(_, used)| **used).map(|(place, _)| place).collect()
    }
}

/// Takes from what is left of a pool at the places of a location. What is there by a day is no more than what is left on every later day.
fn take_nested(left: Option<&mut Vec<i64>>, place: usize, (from, end): (usize, usize), quantity: i64) {
    let Some(left) = left else { return };
    for left in left.get_mut(place..end).unwrap_or_default() {
        *left = left.saturating_sub(quantity);
    }
    let mut least = i64::MAX;
    for left in left.get_mut(from..end).unwrap_or_default().iter_mut().rev() {
        least = least.min(*left);
        *left = least;
    }
}

/// What is not filled, then the two objectives of a line in their order, then the number of parts.
type SplitWorth = (i64, i128, i128, i64);
