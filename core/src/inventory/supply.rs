//! What the positions of a product can give at a moment, and taking it from them in order of preference.

use std::collections::BTreeMap;

use super::compile::Inventory;
use super::def::Backorder;
use super::dimensions::StockDimensions;
use super::item::ItemPolicy;
use super::part::StockPart;
use super::removal::Ask;
use super::reservation::Reservation;
use super::rows::{Asked, Rows, Stop};
use super::state::{Counters, Shelf, StockState};
use crate::id::{LocationId, Map, ProductId, ReservationId, Set};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// A view of the stock from which quantities are taken, line by line, without changing the state.
pub(super) struct Supply<'s> {
    pub inventory: &'s Inventory,
    pub state: &'s StockState,
    pub at: Timestamp,
    /// The locations to take from, in order: their rank, and their index in a shelf if the ledger knows them.
    pub route: Vec<Stop>,
    /// The active locations by rank, once some were asked for in an order of one's own.
    stops: Vec<Option<Stop>>,
    /// Holds that are not counted because the one who asks has them.
    own: Set<ReservationId>,
    /// Whether what others wait for may be taken, as by those who wait themselves.
    past_queue: bool,
    /// What lines of a plan wait for, by shelf: it is not taken by others either.
    waits: Map<usize, Quantity>,
    /// What the counters of a product do not show: holds that are over or replaced (above zero), and what was taken through this
    /// view (below zero); by shelf, then by the index of the location.
    pub adjusted: Map<usize, Vec<Quantity>>,
    /// The same of stock that is not plain, by the index of the location and by what tells it apart.
    special: Map<usize, BTreeMap<(usize, StockDimensions), Quantity>>,
    /// The plain products of a plan, which are taken from row by row instead.
    rows: Rows<'s>,
    /// A list of parts that has grown in a plan before.
    pub spare: Vec<(usize, Quantity)>,
}

/// What was taken for one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Taken {
    /// What the route had for this product before the line took from it.
    pub available: Quantity,
    /// How much was taken, never more than asked.
    pub quantity: Quantity,
}

/// What can be taken of a product.
pub(super) struct Free {
    /// With the rank of the location.
    pub at: Vec<(usize, Quantity)>,
    /// At all locations together, where that is less.
    pub together: Option<Quantity>,
}

/// What of a product is not for everyone, though it is free where it lies.
#[derive(Debug, Default)]
pub(super) struct KeptBack {
    /// What waiting reservations take, by the rank of the location where it lies.
    claimed: Map<usize, Quantity>,
    /// What is left of the product for all locations together.
    pub left: Quantity,
}

impl<'s> Supply<'s> {
    /// The stock at a moment: what has ended by then is free.
    pub fn at(inventory: &'s Inventory, state: &'s StockState, at: Timestamp) -> Self {
        let (route, stops, own) = (Vec::new(), Vec::new(), Set::default());
        let (adjusted, special, rows) = (Map::default(), Map::default(), Rows::default());
        let (waits, spare) = (Map::default(), Vec::new());
        let mut supply = Self { inventory, state, at, route, stops, own, past_queue: false, waits, adjusted, special, rows, spare };
        for reservation in state.due(at) {
            supply.free(reservation);
        }
        supply
    }

    /// Does not count these holds, if they are still held at that moment.
    pub fn without(mut self, own: &[ReservationId]) -> Self {
        for reservation in own.iter().flat_map(|id| self.state.held_as(id)).filter_map(|id| self.state.reservation(id)) {
            let ended = reservation.expires_at.is_some_and(|end| end <= self.at);
            if self.own.insert(reservation.id.clone()) && !ended {
                self.free(reservation);
            }
        }
        self
    }

    /// Takes what others wait for too.
    pub fn past_queue(mut self) -> Self {
        self.past_queue = true;
        self
    }

    /// Takes from the active locations in order of priority.
    pub fn by_priority(mut self) -> Self {
        self.route = self.ranks();
        self
    }

    /// Takes from what is within all of these locations, in order of priority; without any, from everywhere.
    pub fn within<'l>(mut self, locations: impl IntoIterator<Item = &'l LocationId>) -> Self {
        self.route = self.ranks();
        for whole in locations {
            let whole = self.inventory.rank(whole);
            self.route.retain(|(rank, _)| whole.is_some_and(|whole| self.inventory.is_within(*rank, whole)));
        }
        self
    }

    /// Takes from these locations in this order, each with its parts; those that are not active give nothing.
    pub fn along<'l>(mut self, locations: impl Iterator<Item = &'l LocationId>) -> Self {
        if self.stops.is_empty() {
            self.stops = vec![None; self.inventory.names().len()];
            for stop in self.ranks() {
                self.stops.get_mut(stop.0).into_iter().for_each(|slot| *slot = Some(stop));
            }
        }
        self.route.clear();
        let mut left = self.stops.clone();
        for whole in locations.filter_map(|location| self.inventory.rank(location)) {
            let parts = self.inventory.ranks_within(whole);
            self.route.extend(parts.filter_map(|rank| left.get_mut(rank).and_then(Option::take)));
        }
        self
    }

    /// Takes from this location alone, without its parts.
    pub fn at_one(mut self, location: &LocationId) -> Self {
        self.route = self.ranks();
        let wanted = self.inventory.rank(location);
        self.route.retain(|(rank, _)| Some(*rank) == wanted);
        self
    }

    /// The active locations in order of priority.
    fn ranks(&self) -> Vec<Stop> {
        let active = self.inventory.locations().enumerate().filter(|(_, (_, active))| *active);
        active.map(|(rank, (location, _))| (rank, self.state.locations.get_index_of(location))).collect()
    }

    /// Makes room for a plan with so many lines.
    pub fn make_room(&mut self, lines: usize) {
        self.rows = Rows::new(self.inventory, self.state, lines);
    }

    /// Asks for the product of a line of a plan; what is taken of it is remembered when a line before has asked for it too.
    pub fn ask(&mut self, ask: Ask<'_>) -> Option<Asked> {
        let (shelf, _, stock) = self.state.shelves.get_full(ask.product)?;
        let any_will_do = ask.terms.is_none() && stock.waiting.is_none() && stock.details.is_none();
        let (asked, again) = self.rows.ask(shelf, stock, any_will_do && self.inventory.is_plain(ask.product));
        if again && !self.rows.is_plain(asked) {
            self.share(shelf);
        }
        Some(asked)
    }

    /// Asks for a product of which kits of a plan take too: what is taken of it is remembered.
    pub fn ask_in_common(&mut self, product: &ProductId) {
        if let Some((shelf, _, stock)) = self.state.shelves.get_full(product) {
            self.rows.ask(shelf, stock, false);
            self.share(shelf);
        }
    }

    /// Remembers what is taken of a product, because more than one line asks for it.
    pub fn share(&mut self, shelf: usize) {
        self.adjusted.entry(shelf).or_default();
    }

    /// Keeps a quantity of a product for a line of a plan that waits for it.
    pub fn keep_for_those_who_wait(&mut self, product: &ProductId, quantity: Quantity) {
        if let Some(shelf) = self.state.shelves.get_index_of(product) {
            let sum = self.waits.entry(shelf).or_default();
            *sum = sum.saturating_add(quantity);
        }
    }

    /// How much of a product the route has.
    pub fn available(&mut self, product: &ProductId) -> Quantity {
        self.available_for(Ask::any(product))
    }

    pub fn is_untracked(&self, product: &ProductId) -> bool {
        !self.inventory.is_tracked(product)
    }

    /// Where any quantity of a product that is not tracked comes from.
    pub fn first(&self) -> Option<usize> {
        self.route.first().map(|(rank, _)| *rank)
    }

    /// Takes up to `wanted` of a product along the route; `part` hears the rank and the quantity of each location that gives.
    pub fn take(&mut self, product: &ProductId, shelf: usize, wanted: Quantity, mut part: impl FnMut(usize, Quantity)) -> Taken {
        let mut taken = Taken::default();
        let Some((_, stock)) = self.state.shelves.get_index(shelf) else { return taken };
        let item = self.inventory.item(product);
        let kept = self.kept_back(item, shelf, stock);
        let wanted = kept.as_ref().map_or(wanted, |kept| wanted.min(kept.left));
        let mut adjusted = self.adjusted.get_mut(&shelf);
        for (rank, location) in &self.route {
            let Some(location) = *location else { continue };
            let counters = stock.positions.get(location).copied().unwrap_or_default();
            let correction = adjusted.as_ref().and_then(|by_location| by_location.get(location)).copied().unwrap_or_default();
            let free = free(counters, self.inventory.safety_at(item, *rank)).saturating_add(correction).or_zero();
            let free = kept.as_ref().map_or(free, |kept| free.saturating_sub(kept.claimed_at(*rank)));
            if free.is_zero() {
                continue;
            }
            taken.available = taken.available.saturating_add(free);
            let quantity = free.min(wanted.saturating_sub(taken.quantity));
            if quantity.is_positive() {
                taken.quantity = taken.quantity.saturating_add(quantity);
                part(*rank, quantity);
                if let Some(by_location) = &mut adjusted {
                    adjust(by_location, location, quantity.negated());
                }
            }
        }
        if let Some(kept) = kept {
            taken.available = taken.available.min(kept.left);
        }
        taken
    }

    /// Lays out the plain products of a document, from which its lines are going to take.
    pub fn lay_rows(&mut self, asked: &[Option<Asked>]) {
        for asked in asked.iter().copied().flatten() {
            if !self.rows.needs_row(asked) {
                continue;
            }
            let shelf = if self.adjusted.is_empty() { None } else { self.rows.shelf(asked) };
            let beside = shelf.and_then(|shelf| self.adjusted.get(&shelf));
            self.rows.lay_row(asked, beside.map(Vec::as_slice).unwrap_or_default());
        }
    }

    /// The same of a product of a plan, when it is plain.
    pub fn take_plain(&mut self, asked: Asked, wanted: Quantity, parts: &mut Vec<(usize, Quantity)>) -> Option<Taken> {
        self.rows.take(asked, &self.route, wanted, parts)
    }

    /// The shelf of a product of a plan.
    pub fn shelf(&self, asked: Asked) -> Option<usize> {
        self.rows.shelf(asked)
    }

    /// What the threshold and the queue keep back of a product; `None` when that is nothing.
    pub fn kept_back(&self, item: Option<&ItemPolicy>, shelf: usize, stock: &Shelf) -> Option<KeptBack> {
        let threshold = self.inventory.threshold_of(item);
        let queue = stock.waiting.is_some() && !self.past_queue;
        let waits = if self.waits.is_empty() { Quantity::ZERO } else { self.waits.get(&shelf).copied().unwrap_or_default() };
        if threshold.is_zero() && !queue && waits.is_zero() {
            return None;
        }
        // 1. What is free at each location.
        let free_at = |(rank, location): (usize, Option<usize>)| {
            let balance = location.map(|location| self.balance_at(item, shelf, stock, location)).unwrap_or_default();
            (rank, balance.saturating_sub(self.inventory.safety_at(item, rank)).or_zero())
        };
        let mut free: Map<usize, Quantity> = self.ranks().into_iter().map(free_at).collect();
        // 2. Who waits for stock of one place takes it there.
        let mut kept = KeptBack::default();
        let mut anywhere = waits;
        for waiting in self.queue(stock).filter(|_| queue) {
            match waiting.location.as_ref().and_then(|location| self.inventory.rank(location)) {
                None => anywhere = anywhere.saturating_add(waiting.backordered),
                Some(whole) => kept.claim(waiting.backordered, free.iter_mut().filter(|(rank, _)| self.inventory.is_within(**rank, whole))),
            }
        }
        // 3. The threshold, and those who wait for stock of any place, leave so much for all.
        let free: Quantity = free.into_values().sum();
        kept.left = free.saturating_sub(threshold).saturating_sub(anywhere).or_zero();
        Some(kept)
    }

    /// The reservations that wait for a product at the moment of this view, in the order in which they were made.
    fn queue<'q>(&'q self, stock: &'q Shelf) -> impl Iterator<Item = &'s Reservation> + 'q {
        let waiting = stock.waiting.iter().flat_map(|waiting| &waiting.reservations).filter(|id| !self.own.contains(*id));
        let known = waiting.filter_map(|id| self.state.reservation(id));
        known.filter(|reservation| reservation.expires_at.is_none_or(|end| end > self.at))
    }

    /// The reservations that wait for a product.
    pub fn waiting<'q>(&'q self, product: &ProductId) -> impl Iterator<Item = &'s Reservation> + 'q {
        self.state.shelves.get(product).into_iter().flat_map(|stock| self.queue(stock))
    }

    /// How much reservations of a product wait for.
    pub fn backordered(&self, product: &ProductId) -> Quantity {
        let stock = self.state.shelves.get(product);
        stock.map_or(Quantity::ZERO, |stock| self.queue(stock).map(|reservation| reservation.backordered).sum())
    }

    /// How much more may wait for stock; `None` when any quantity may.
    pub fn headroom(&self, product: &ProductId) -> Option<Quantity> {
        match self.inventory.backorder(product) {
            Backorder::Denied => Some(Quantity::ZERO),
            Backorder::Limit(limit) => Some(limit.saturating_sub(self.backordered(product)).or_zero()),
            Backorder::Unlimited => None,
        }
    }

    /// What can be taken of a product at each location of the route, and at all of them together: any quantity of a product that is
    /// not tracked.
    pub fn free_along(&self, product: &ProductId) -> Free {
        let shelf = self.state.shelves.get_index_of(product);
        let stock = shelf.and_then(|shelf| self.state.shelves.get_index(shelf)).map(|(_, stock)| stock);
        let item = self.inventory.item(product);
        let kept = shelf.zip(stock).and_then(|(shelf, stock)| self.kept_back(item, shelf, stock));
        if self.is_untracked(product) {
            return Free { at: self.route.iter().map(|(rank, _)| (*rank, Quantity::MAX)).collect(), together: None };
        }
        let free_at = |(rank, location): (usize, usize)| {
            let balance = shelf.zip(stock).map(|(shelf, stock)| self.balance_at(item, shelf, stock, location)).unwrap_or_default();
            let free = balance.saturating_sub(self.inventory.safety_at(item, rank)).or_zero();
            (rank, kept.as_ref().map_or(free, |kept| free.saturating_sub(kept.claimed_at(rank)).or_zero()))
        };
        let known = self.route.iter().filter_map(|(rank, location)| Some((*rank, (*location)?)));
        Free { at: known.map(free_at).collect(), together: kept.as_ref().map(|kept| kept.left) }
    }

    /// What is held of a product at a location at the moment of this view.
    pub fn held(&self, product: &ProductId, location: &LocationId) -> Quantity {
        self.state.counters(product, location).held().saturating_sub(self.correction(product, location))
    }

    /// What is held of stock that is told apart, at the moment of this view.
    pub fn held_of(&self, product: &ProductId, location: &LocationId, dimensions: &StockDimensions) -> Quantity {
        if dimensions.is_plain() {
            return self.held(product, location);
        }
        let place = self.state.shelves.get_index_of(product).zip(self.state.locations.get_index_of(location));
        let correction = place.map(|(shelf, location)| self.special_correction(shelf, location, dimensions)).unwrap_or_default();
        self.state.counters_of(product, location, dimensions).held().saturating_sub(correction)
    }

    fn correction(&self, product: &ProductId, location: &LocationId) -> Quantity {
        let place = self.state.shelves.get_index_of(product).zip(self.state.locations.get_index_of(location));
        place.map(|(shelf, location)| self.plain_correction(shelf, location)).unwrap_or_default()
    }

    /// What the counters of plain stock do not show.
    pub fn plain_correction(&self, shelf: usize, location: usize) -> Quantity {
        self.adjusted.get(&shelf).and_then(|shelf| shelf.get(location)).copied().unwrap_or_default()
    }

    /// What the counters of stock that is told apart do not show.
    pub fn special_correction(&self, shelf: usize, location: usize, dimensions: &StockDimensions) -> Quantity {
        let Some(special) = self.special.get(&shelf) else { return Quantity::ZERO };
        special.get(&(location, dimensions.clone())).copied().unwrap_or_default()
    }

    fn free(&mut self, reservation: &Reservation) {
        let Some(shelf) = self.state.shelves.get_index_of(&reservation.product) else { return };
        for part in reservation.parts.iter().filter(|part| !part.untracked) {
            self.give_back_at(shelf, &part.location, part.dimensions(), part.open);
        }
    }

    /// What was held is free in this view.
    pub fn give_back(&mut self, product: &ProductId, parts: &[StockPart]) {
        let Some(shelf) = self.state.shelves.get_index_of(product) else { return };
        for part in parts.iter().filter(|part| !part.untracked) {
            self.give_back_at(shelf, &part.location, part.dimensions(), part.quantity);
        }
    }

    fn give_back_at(&mut self, shelf: usize, location: &LocationId, stock: Option<StockDimensions>, quantity: Quantity) {
        let Some(location) = self.state.locations.get_index_of(location) else { return };
        match stock {
            None => self.give_back_plain(shelf, location, quantity),
            Some(stock) => self.adjust_special(shelf, (location, stock), quantity),
        }
    }
}

impl Supply<'_> {
    fn give_back_plain(&mut self, shelf: usize, location: usize, quantity: Quantity) {
        let adjusted = self.adjusted.entry(shelf).or_default();
        adjust(adjusted, location, quantity);
        self.rows.give(shelf, location, quantity);
    }

    /// Corrects stock that is not plain.
    pub fn adjust_special(&mut self, shelf: usize, key: (usize, StockDimensions), quantity: Quantity) {
        let slot = self.special.entry(shelf).or_default().entry(key).or_default();
        *slot = slot.saturating_add(quantity);
    }
}

impl KeptBack {
    pub fn claimed_at(&self, rank: usize) -> Quantity {
        self.claimed.get(&rank).copied().unwrap_or_default()
    }

    /// Takes a quantity from what is free, place by place.
    fn claim<'f>(&mut self, quantity: Quantity, free: impl Iterator<Item = (&'f usize, &'f mut Quantity)>) {
        let mut missing = quantity;
        for (rank, free) in free {
            let taken = missing.min(*free);
            missing = missing.saturating_sub(taken);
            *free = free.saturating_sub(taken);
            let claimed = self.claimed.entry(*rank).or_default();
            *claimed = claimed.saturating_add(taken);
        }
    }
}

fn free(counters: Counters, safety: Quantity) -> Quantity {
    counters.on_hand.saturating_sub(safety).saturating_sub(counters.held())
}

pub(super) fn adjust(by_location: &mut Vec<Quantity>, location: usize, quantity: Quantity) {
    if by_location.len() <= location {
        by_location.resize(location.saturating_add(1), Quantity::ZERO);
    }
    if let Some(slot) = by_location.get_mut(location) {
        *slot = slot.saturating_add(quantity);
    }
}
