//! The lines and the places of one pass as plain numbers, for searching.

use super::compile::Policy;
use super::def::SourcingObjective;
use super::stock::KIT;

/// What a line asks for and how; quantities in millionths.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What it asks for.
    pub requested: i64,
    /// The same as a whole multiple, and not more than there is for it.
    pub wanted: i64,
    /// Every part is a whole multiple of this, at least 1.
    pub multiple: i64,
    /// The least part when there are several; zero when any part will do.
    pub least: i64,
    /// Where its stock is.
    pub pool: usize,
    /// What it is put together from, for kits and groups of lines: of which pool how much for each `unit`; empty for others.
    pub needs: Vec<(usize, i64)>,
    /// How much of it is one whole, where it is put together; of a component, how much one kit holds.
    pub unit: i64,
    /// What it is put together from, where that may come from here and there; each as a line of its own.
    pub components: Vec<Line>,
    /// Whether other lines take from the same pool.
    pub shared: bool,
    /// Whether goods of a place arrive too late, by place; empty where none do.
    pub late: Vec<bool>,
    /// Whether goods of a place are not for it, by place; empty where all are.
    pub closed: Vec<bool>,
}

/// A shipment that a location could make.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its number among all that candidates could make.
    pub slot: usize,
    /// Where the places of the same location begin and end. What the earlier ones take, the later ones do not have.
    pub own: (usize, usize),
    /// Whether it leaves later, with what has come by then.
    pub waits: bool,
    /// What a shipment costs, whatever is in it; in parts of a million times a million.
    pub shipment_cost: i128,
    /// What a unit costs, in millionths.
    pub unit_cost: i64,
    /// How far it is, in millionths.
    pub distance: i64,
    pub priority: u32,
}

/// The lines, the places and the stock of one pass.
#[derive(Debug, Clone)]
pub(super) struct Problem<'p> {
    pub policy: &'p Policy,
    /// By rank.
    pub places: Vec<Place>,
    pub lines: Vec<Line>,
    /// What each place has, by pool; never more than the pool's lines ask for together.
    pub stock: Vec<Vec<i64>>,
    /// The pools that have a part of the same stock, by pool.
    pub rivals: &'p [Vec<usize>],
    /// The pools that a pool lies in, by pool.
    pub within: &'p [Vec<usize>],
    /// Whether what arrives late is not shipped at all.
    pub on_time: bool,
    /// At most so many places may ship.
    pub most_shipments: usize,
    /// The lines in the order in which they are served: who takes what few others may take comes first, otherwise as they stand.
    pub turns: Vec<usize>,
    /// Whether a line's components may come from here and there.
    pub takes_apart: bool,
}

/// What a plan is worth by each objective, the most important first.
pub(super) type Value = [i128; 6];

/// What a set of places is worth, before it is put in the order of the objectives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Worth {
    pub unfilled: i128,
    pub shipments: i128,
    pub late_lines: i128,
    pub cost: i128,
    pub distance: i128,
    pub priority: i128,
}

impl Worth {
    pub fn get(&self, objective: SourcingObjective) -> i128 {
        match objective {
            SourcingObjective::Unfilled => self.unfilled,
            SourcingObjective::Shipments => self.shipments,
            SourcingObjective::LateLines => self.late_lines,
            SourcingObjective::Cost => self.cost,
            SourcingObjective::Distance => self.distance,
            SourcingObjective::Priority => self.priority,
        }
    }

    /// In the order of the objectives; those that do not count are zero.
    pub fn in_order(&self, objectives: &[SourcingObjective]) -> Value {
        let mut value = Value::default();
        for (slot, objective) in value.iter_mut().zip(objectives) {
            *slot = self.get(*objective);
        }
        value
    }

    /// With one more place that ships.
    pub fn with_place(mut self, place: &Place) -> Self {
        self.shipments = self.shipments.saturating_add(1);
        self.cost = self.cost.saturating_add(place.shipment_cost);
        self.distance = self.distance.saturating_add(place.distance.into());
        self.priority = self.priority.saturating_add(place.priority.into());
        self
    }
}

impl Line {
    pub fn is_late(&self, place: usize) -> bool {
        self.late.get(place).copied().unwrap_or(false)
    }

    pub fn is_closed(&self, place: usize) -> bool {
        self.closed.get(place).copied().unwrap_or(false)
    }

    /// How much of it there is, by what the pools have.
    pub fn most_from(&self, of: impl Fn(usize) -> i64) -> i64 {
        most_from(self.pool, self.unit, &self.needs, of)
    }

    /// What of which pool so much of it takes.
    pub fn draw(&self, quantity: i64, take: impl FnMut(usize, i64)) {
        draw(self.pool, self.unit, &self.needs, quantity, take);
    }

    /// What a part of it is of: itself, or a component.
    pub fn part_of(&self, component: Option<usize>) -> &Self {
        component.and_then(|component| self.components.get(component)).unwrap_or(self)
    }

    /// Of a component, how much is in so many kits.
    pub fn in_kits(&self, kits: i64) -> i64 {
        kits.checked_div(KIT).unwrap_or(0).saturating_mul(self.unit)
    }

    /// Of a component, for how many kits a quantity is enough.
    pub fn kits_of(&self, quantity: i64) -> i64 {
        quantity.max(0).checked_div(self.unit).unwrap_or(0).saturating_mul(KIT)
    }

    /// The pools that it takes from.
    pub fn pools(&self) -> impl Iterator<Item = usize> {
        let own = self.needs.is_empty().then_some(self.pool);
        own.into_iter().chain(self.needs.iter().map(|(pool, _)| *pool))
    }

    /// The most of a stock that it can take in one part.
    pub fn most_of(&self, stock: i64) -> i64 {
        self.whole(stock.min(self.wanted))
    }

    /// The next whole multiple at or below.
    pub fn whole(&self, quantity: i64) -> i64 {
        quantity.saturating_sub(quantity.checked_rem(self.multiple).unwrap_or(0))
    }
}

/// How much there is of what comes from a pool, or is put together from several.
pub(super) fn most_from(pool: usize, unit: i64, needs: &[(usize, i64)], of: impl Fn(usize) -> i64) -> i64 {
    let wholes = |(pool, each): &(usize, i64)| of(*pool).max(0).checked_div(*each).unwrap_or(0);
    match needs.iter().map(wholes).min() {
        None => of(pool),
        Some(wholes) => wholes.saturating_mul(unit),
    }
}

/// What of which pool a quantity takes.
pub(super) fn draw(pool: usize, unit: i64, needs: &[(usize, i64)], quantity: i64, mut take: impl FnMut(usize, i64)) {
    if needs.is_empty() {
        return take(pool, quantity);
    }
    let wholes = quantity.checked_div(unit).unwrap_or(0);
    for (pool, each) in needs {
        take(*pool, each.saturating_mul(wholes));
    }
}

impl Problem<'_> {
    /// What all lines ask for together.
    pub fn requested(&self) -> i128 {
        self.lines.iter().map(|line| i128::from(line.requested)).fold(0, i128::saturating_add)
    }

    /// What a place has for a line; nothing where it would be too late and that matters.
    pub fn stock_for(&self, line: &Line, place: usize) -> i64 {
        if self.is_open(line, place) { self.stock_of(line.pool, place) } else { 0 }
    }

    /// Whether a place may ship for a line.
    pub fn is_open(&self, line: &Line, place: usize) -> bool {
        !(line.is_closed(place) || self.on_time && line.is_late(place))
    }

    /// A pool, and those that have a part of the same stock.
    pub fn each_of(&self, pool: usize) -> impl Iterator<Item = usize> {
        std::iter::once(pool).chain(self.rivals.get(pool).into_iter().flatten().copied())
    }

    /// The least of a pool and of those that it lies in.
    pub fn least(&self, pool: usize, of: impl Fn(usize) -> i64) -> i64 {
        match self.within.get(pool).map(Vec::as_slice).unwrap_or_default() {
            [] => of(pool),
            within => within.iter().map(|more| of(*more)).fold(of(pool), i64::min),
        }
    }

    /// Where the places of the same location begin and end.
    pub fn own(&self, place: usize) -> (usize, usize) {
        self.places.get(place).map_or((place, place), |place| place.own)
    }

    /// Whether the location of a place could ship on other days too.
    pub fn has_days(&self, place: usize) -> bool {
        let (first, end) = self.own(place);
        end.saturating_sub(first) > 1
    }

    /// Whether two places are of one location.
    pub fn is_same(&self, one: usize, other: usize) -> bool {
        let (first, end) = self.own(one);
        (first..end).contains(&other)
    }

    pub fn stock_of(&self, pool: usize, place: usize) -> i64 {
        self.stock.get(pool).and_then(|stock| stock.get(place)).copied().unwrap_or(0)
    }
}
