//! The best set of places: exact by growing sets within a budget, greedy where that ends.
//!
//! A set is left out when it cannot be better than the best plan so far, whatever places it still gets, or when it has a place and
//! lacks one that comes first and is as good for every line.

use super::bound::{Bounds, Filled};
use super::fill::{Filler, Part};
use super::problem::{Problem, Value, Worth};

/// Sets of more places than this are not looked at.
const MOST_PLACES: usize = 64;

/// What a search has found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub worth: Worth,
    pub parts: Vec<Part>,
    /// Whether no other plan is better.
    pub optimal: bool,
    pub evaluated: u64,
    /// What is missing in any plan.
    pub least_unfilled: i128,
    /// Sets of fewer places than this were all looked at; none when all sets were that could be better.
    pub searched_below: Option<usize>,
}

/// Searches for the best plan.
pub(super) fn search(problem: &Problem<'_>) -> Found {
    let mut search = Search::new(problem);
    // 1. A plan that is good: the place that gives most, then the next.
    search.greedy();
    // 2. Every set of one place, of two, and so on, as long as a better plan can be among them.
    let searched_below = search.grow();
    search.found(searched_below)
}

struct Search<'p> {
    problem: &'p Problem<'p>,
    bounds: Bounds<'p>,
    filler: Filler<'p>,
    best: Best,
    least_unfilled: i128,
    evaluated: u64,
    budget: u64,
}

/// The best plan so far.
#[derive(Debug, Clone)]
struct Best {
    value: Value,
    used: Vec<usize>,
    /// The size of the sets among which it was found; none for the greedy plan.
    size: Option<usize>,
}

impl<'p> Search<'p> {
    fn new(problem: &'p Problem<'p>) -> Self {
        let bounds = Bounds::new(problem);
        let mut filler = Filler::new(problem);
        let worth = filler.fill(&[]);
        let best = Best { value: worth.in_order(&problem.policy.objectives), used: Vec::new(), size: None };
        let least_unfilled = bounds.unfilled();
        Self { problem, bounds, filler, best, least_unfilled, evaluated: 0, budget: problem.policy.max_evaluations.into() }
    }

    /// Adds the place that fills most, and of equal ones the best by the other objectives, until nothing more can be filled.
    fn greedy(&mut self) {
        let mut set: Vec<usize> = Vec::new();
        let mut filled = self.bounds.empty();
        let mut next = Filled::new();
        while set.len() < self.problem.most_shipments {
            let candidates = self.problem.places.iter().enumerate().filter(|(place, _)| !set.contains(place));
            let rated = candidates.map(|(place, facts)| {
                let value = Worth::default().with_place(facts).in_order(&self.problem.policy.objectives);
                (self.bounds.gain(&filled, &set, place), std::cmp::Reverse(value), std::cmp::Reverse(place))
            });
            let Some((_, _, std::cmp::Reverse(place))) = rated.max().filter(|(gain, _, _)| *gain > 0) else { break };
            self.bounds.join(&filled, &set, place, &mut next);
            std::mem::swap(&mut filled, &mut next);
            set.push(place);
        }
        set.sort_unstable();
        self.try_set(&set, None);
        self.leave_out(set);
    }

    /// Leaves out places, the last one first, without which the plan is not worse.
    fn leave_out(&mut self, mut set: Vec<usize>) {
        for at in (0..set.len()).rev() {
            let place = set.remove(at);
            if !self.try_set(&set, None) {
                set.insert(at, place);
            }
        }
    }

    /// Tries all sets of one place, of two and so on; the size below which all were tried, none when larger ones cannot be better.
    fn grow(&mut self) -> Option<usize> {
        if self.budget == 0 {
            return Some(1);
        }
        self.bounds.look_ahead();
        let most = self.problem.most_shipments.min(self.problem.places.len());
        let mut levels = vec![self.bounds.empty(); most.min(MOST_PLACES).saturating_add(1)];
        for size in 1..=most {
            let at_best = self.bounds.at_best(&self.bounds.empty(), &Worth::default(), 0, size);
            // More places cost more: when a set of this size that filled all would be worse, so is every larger one.
            if self.is_worse(&Worth { unfilled: self.least_unfilled, ..at_best }, size) {
                return None;
            }
            if size > MOST_PLACES {
                return Some(size);
            }
            if !self.is_worse(&at_best, size) && !self.extend(&mut Vec::with_capacity(size), &Worth::default(), &mut levels, size) {
                return Some(size);
            }
        }
        None
    }

    /// Adds every place to a set that may come next, and goes on until the set has its size. False when the budget is spent.
    fn extend(&mut self, set: &mut Vec<usize>, so_far: &Worth, levels: &mut [Filled], size: usize) -> bool {
        let Some((filled, deeper)) = levels.split_first_mut() else { return true };
        let missing = size.saturating_sub(set.len());
        if missing == 0 {
            self.try_set(set, Some(size));
            return true;
        }
        let first = set.last().map_or(0, |last| last.saturating_add(1));
        let last = self.problem.places.len().saturating_sub(missing);
        for place in first..=last {
            if !self.bounds.may_join(place, set) {
                continue;
            }
            if self.evaluated.saturating_add(self.filler.tried) >= self.budget {
                return false;
            }
            self.evaluated = self.evaluated.saturating_add(1);
            let Some(facts) = self.problem.places.get(place) else { continue };
            let worth = so_far.with_place(facts);
            if let Some(next) = deeper.first_mut() {
                self.bounds.join(filled, set, place, next);
                let at_best = self.bounds.at_best(next, &worth, place.saturating_add(1), missing.saturating_sub(1));
                if self.is_worse(&at_best, size) {
                    continue;
                }
            }
            set.push(place);
            let goes_on = self.extend(set, &worth, deeper, size);
            set.pop();
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// Whether nothing of that worth can take the place of the best plan. Sets of a size come in order of rank, so that an equal one that
    /// comes later loses by its ids.
    fn is_worse(&self, worth: &Worth, size: usize) -> bool {
        let value = worth.in_order(&self.problem.policy.objectives);
        value > self.best.value || (value == self.best.value && self.best.size.is_some_and(|found| found <= size))
    }

    /// Keeps a set's plan if it is better than the best so far; whether it was kept.
    fn try_set(&mut self, set: &[usize], size: Option<usize>) -> bool {
        let worth = self.filler.fill(set);
        let value = worth.in_order(&self.problem.policy.objectives);
        if value > self.best.value {
            return false;
        }
        let used = self.filler.used();
        let better = (&value, used.len(), &used) < (&self.best.value, self.best.used.len(), &self.best.used);
        if better {
            self.best = Best { value, used, size };
        } else if value == self.best.value && used == self.best.used {
            self.best.size = self.best.size.or(size);
        }
        better
    }

    fn found(mut self, searched_below: Option<usize>) -> Found {
        let used = std::mem::take(&mut self.best.used);
        let worth = self.filler.fill(&used);
        Found {
            worth,
            optimal: searched_below.is_none() && self.filler.exhaustive,
            evaluated: self.evaluated.saturating_add(self.filler.tried),
            least_unfilled: self.least_unfilled,
            searched_below,
            parts: std::mem::take(&mut self.filler.parts),
        }
    }
}
