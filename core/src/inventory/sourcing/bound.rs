//! How much a set of places could fill at most, before it is known which places the set will have.

use super::problem::{Line, Problem, Worth};
use super::stock::KIT;

/// What the lines of one pool can take, by place: an upper bound that is quick to sum.
#[derive(Debug, Clone)]
struct Row {
    /// What the lines ask for.
    wanted: i64,
    /// Whether several places can give to it together.
    sums: bool,
    /// Where it is a component of kits: of those there are as many as of the component of which there is the least.
    inside: Option<Inside>,
}

/// A component of kits that are put together from here and there. Those of one kit stand together.
#[derive(Debug, Clone, Copy)]
struct Inside {
    /// How much one kit holds.
    each: i64,
    /// How many components the kit has.
    of: i64,
    /// Whether it is the last of them.
    last: bool,
    /// Kits are counted in whole multiples of this.
    multiple: i64,
}

/// Upper bounds of what places can give, and lower bounds of what they cost.
#[derive(Debug)]
pub(super) struct Bounds<'p> {
    problem: &'p Problem<'p>,
    rows: Vec<Row>,
    /// What each place could give to each row: place after place, so that one is read in one go.
    gives: Vec<i64>,
    /// The most that any place from this one on gives to each row, by place.
    best_from: Vec<Vec<i64>>,
    /// The least that any place from this one on adds, by place.
    least_from: Vec<Worth>,
    /// The places of which one must be in the set before this one may, by place: each is as good for every line, and cheaper or first.
    better: Vec<Vec<usize>>,
}

/// What the places chosen so far could give to each row.
pub(super) type Filled = Vec<i64>;

impl<'p> Bounds<'p> {
    pub fn new(problem: &'p Problem<'p>) -> Self {
        let (rows, of_rows): (Vec<Row>, Vec<Vec<i64>>) = (0..problem.stock.len()).flat_map(|pool| rows(problem, pool)).unzip();
        let of_place = |place: usize| of_rows.iter().map(move |gives| gives.get(place).copied().unwrap_or(0));
        let gives = (0..problem.places.len()).flat_map(of_place).collect();
        Self { problem, rows, gives, best_from: Vec::new(), least_from: Vec::new(), better: Vec::new() }
    }

    /// Looks ahead over the places, for a search that goes through them in order.
    pub fn look_ahead(&mut self) {
        let count = self.problem.places.len();
        let mut best = vec![0; self.rows.len()];
        let mut least = Worth { cost: i128::MAX, distance: i128::MAX, priority: i128::MAX, ..Worth::default() };
        (self.best_from, self.least_from) = (vec![Vec::new(); count], vec![Worth::default(); count]);
        for (at, place) in self.problem.places.iter().enumerate().rev() {
            for (best, give) in best.iter_mut().zip(self.of(at)) {
                *best = (*give).max(*best);
            }
            let own = Worth::default().with_place(place);
            least = Worth {
                cost: least.cost.min(own.cost),
                distance: least.distance.min(own.distance),
                priority: least.priority.min(own.priority),
                ..own
            };
            if let (Some(best_from), Some(least_from)) = (self.best_from.get_mut(at), self.least_from.get_mut(at)) {
                best_from.clone_from(&best);
                *least_from = least;
            }
        }
        self.better = (0..count).map(|place| (0..place).filter(|other| self.is_better(*other, place)).collect()).collect();
    }

    /// Whether every plan with `worse` and without `other`, which comes first, can have `other` in its place and be as good.
    fn is_better(&self, other: usize, worse: usize) -> bool {
        let (Some(one), Some(two)) = (self.problem.places.get(other), self.problem.places.get(worse)) else { return false };
        one.shipment_cost <= two.shipment_cost
            && one.unit_cost <= two.unit_cost
            && one.distance <= two.distance
            && one.priority <= two.priority
            // What a location gives on one day it does not give on another, so that it cannot stand in there.
            && !self.problem.has_days(other)
            && self.problem.lines.iter().all(|line| !line.is_late(other) || line.is_late(worse))
            && self.problem.lines.iter().all(|line| !line.is_closed(other) || line.is_closed(worse))
            && self.problem.stock.iter().all(|stock| stock.get(other) >= stock.get(worse))
    }

    /// Whether a set may be looked at that has this place: a better one must be in it.
    pub fn may_join(&self, place: usize, set: &[usize]) -> bool {
        self.better.get(place).is_none_or(|better| better.iter().all(|other| set.contains(other)))
    }

    /// What a place could give to each row.
    fn of(&self, place: usize) -> &[i64] {
        let start = place.saturating_mul(self.rows.len());
        self.gives.get(start..start.saturating_add(self.rows.len())).unwrap_or_default()
    }

    /// Each row with what is filled of it, and what it would be with one more place; `set` has those that were joined before.
    fn with<'b>(&'b self, filled: &'b [i64], set: &[usize], place: usize) -> impl Iterator<Item = (&'b Row, i64, i64)> {
        let beside = self.beside(set, place).map(|beside| self.of(beside)).unwrap_or_default();
        self.rows.iter().zip(filled).zip(self.of(place)).enumerate().map(|(at, ((row, filled), give))| {
            let before = if row.sums { beside.get(at).copied().unwrap_or(0) } else { 0 };
            (row, *filled, row.join(*filled, give.saturating_sub(before).max(0)))
        })
    }

    /// Nothing chosen yet.
    pub fn empty(&self) -> Filled {
        vec![0; self.rows.len()]
    }

    /// With one more place; `set` has those that were joined before.
    pub fn join(&self, filled: &[i64], set: &[usize], place: usize, into: &mut Filled) {
        into.clear();
        into.extend(self.with(filled, set, place).map(|(_, _, joined)| joined));
    }

    /// The place of the same location in a set that has most of everything.
    fn beside(&self, set: &[usize], place: usize) -> Option<usize> {
        if self.problem.has_days(place) { set.iter().copied().filter(|other| self.problem.is_same(*other, place)).max() } else { None }
    }

    /// How much could be filled in all, by what each row has.
    fn sum(&self, filled: impl Iterator<Item = i64>) -> i128 {
        let (mut sum, mut kits) = (0_i128, i64::MAX);
        for (row, filled) in self.rows.iter().zip(filled) {
            let Some(inside) = row.inside else {
                sum = sum.saturating_add(filled.into());
                continue;
            };
            kits = kits.min(filled.checked_div(inside.each).unwrap_or(0).saturating_mul(KIT));
            if inside.last {
                let part = kits.checked_rem(inside.multiple).unwrap_or(0);
                sum = sum.saturating_add(kits.saturating_sub(part).into());
                kits = i64::MAX;
            }
        }
        sum
    }

    /// How much more a place could give than is filled.
    pub fn gain(&self, filled: &[i64], set: &[usize], place: usize) -> i128 {
        let gains = self.with(filled, set, place).map(|(row, filled, joined)| row.in_kits(joined.saturating_sub(filled)));
        gains.fold(0, i128::saturating_add)
    }

    /// What no set can be better than that has these places and `more` from `from` on.
    pub fn at_best(&self, filled: &[i64], so_far: &Worth, from: usize, more: usize) -> Worth {
        let mut worth = *so_far;
        let possible = match self.best_from.get(from).filter(|_| more > 0) {
            None => self.sum(filled.iter().copied()),
            Some(best) => {
                let several = i64::try_from(more).unwrap_or(i64::MAX);
                let rows = self.rows.iter().zip(filled).zip(best);
                let most = rows.map(|((row, filled), best)| row.join(*filled, if row.sums { best.saturating_mul(several) } else { *best }));
                self.sum(most)
            }
        };
        worth.unfilled = self.problem.requested().saturating_sub(possible);
        if let Some(least) = self.least_from.get(from) {
            let several = i128::try_from(more).unwrap_or(i128::MAX);
            worth.shipments = worth.shipments.saturating_add(several);
            worth.cost = worth.cost.saturating_add(least.cost.saturating_mul(several));
            worth.distance = worth.distance.saturating_add(least.distance.saturating_mul(several));
            worth.priority = worth.priority.saturating_add(least.priority.saturating_mul(several));
        }
        worth
    }

    /// What is missing at least, whatever the set.
    pub fn unfilled(&self) -> i128 {
        let mut filled = self.empty();
        let mut next = Vec::with_capacity(filled.len());
        for place in 0..self.problem.places.len() {
            let before = place.checked_sub(1);
            self.join(&filled, before.as_slice(), place, &mut next);
            std::mem::swap(&mut filled, &mut next);
        }
        self.problem.requested().saturating_sub(self.sum(filled.iter().copied()))
    }
}

impl Row {
    /// A quantity as a share of kits, where it is of a component.
    fn in_kits(&self, quantity: i64) -> i128 {
        let Some(Inside { each, of, .. }) = self.inside.filter(|_| quantity > 0) else { return quantity.into() };
        let share = i128::from(quantity).saturating_mul(KIT.into()).checked_div(i128::from(each).saturating_mul(of.into()));
        share.unwrap_or(0).max(1)
    }

    fn join(&self, filled: i64, gives: i64) -> i64 {
        if self.sums { filled.saturating_add(gives).min(self.wanted) } else { filled.max(gives).min(self.wanted) }
    }
}

/// The lines of a pool together, and where they are kits that ship apart, their components, each with what every place could give; none when
/// there are none.
fn rows(problem: &Problem<'_>, pool: usize) -> Vec<(Row, Vec<i64>)> {
    let lines: Vec<&Line> = problem.lines.iter().filter(|line| line.pool == pool).collect();
    let Some(first) = lines.first() else { return Vec::new() };
    let components = first.components.iter().enumerate();
    if first.components.is_empty() {
        vec![row(problem, &lines)]
    } else {
        components.map(|(at, _)| row_inside(problem, &lines, at)).collect()
    }
}

fn row(problem: &Problem<'_>, lines: &[&Line]) -> (Row, Vec<i64>) {
    let wanted = lines.iter().map(|line| line.wanted).fold(0, i64::saturating_add);
    let gives = |place: usize| {
        let most = lines.iter().map(|line| problem.stock_for(line, place)).max().unwrap_or(0);
        if let [only] = lines { only.most_of(most) } else { most.min(wanted) }
    };
    let sums = problem.policy.split.allow_line_split || lines.len() > 1;
    (Row { wanted, sums, inside: None }, (0..problem.places.len()).map(gives).collect())
}

/// A component of lines of kits, whether those come apart or whole.
fn row_inside(problem: &Problem<'_>, lines: &[&Line], at: usize) -> (Row, Vec<i64>) {
    let component = |line: &&Line| line.components.get(at).map_or(0, |component| component.wanted);
    let wanted = lines.iter().map(component).fold(0, i64::saturating_add);
    let gives = |place: usize| {
        let open = lines.iter().filter(|line| problem.is_open(line, place)).filter_map(|line| line.components.get(at));
        open.map(|component| problem.stock_of(component.pool, place)).max().unwrap_or(0).min(wanted)
    };
    let of = lines.first().map_or(1, |line| line.components.len());
    let inside = Inside {
        each: lines.first().and_then(|line| line.components.get(at)).map_or(1, |component| component.unit),
        of: i64::try_from(of).unwrap_or(i64::MAX),
        last: at.saturating_add(1) == of,
        multiple: if let [only] = lines { only.multiple } else { KIT },
    };
    (Row { wanted, sums: true, inside: Some(inside) }, (0..problem.places.len()).map(gives).collect())
}
