//! What the positions of a product can give at a moment, and taking it from them in order of preference.

use super::compile::Inventory;
use super::state::{Counters, Reservation, StockState};
use crate::id::{LocationId, Map, ProductId, ReservationId, Set};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// A view of the stock from which quantities are taken, line by line, without changing the state.
pub(super) struct Supply<'s> {
    inventory: &'s Inventory,
    state: &'s StockState,
    /// The locations to take from, in order: their rank, and their index in a shelf if the ledger knows them.
    route: Vec<(usize, Option<usize>)>,
    /// What the counters of a product do not show: holds that are over or replaced (above zero), and what was taken through this
    /// view (below zero); by shelf, then by the index of the location.
    adjusted: Map<usize, Vec<Quantity>>,
}

/// What was taken for one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Taken {
    /// What the route had for this product before the line took from it.
    pub available: Quantity,
    /// How much was taken, never more than asked.
    pub quantity: Quantity,
}

impl<'s> Supply<'s> {
    /// The stock at a moment: what has ended by then is free.
    pub fn at(inventory: &'s Inventory, state: &'s StockState, at: Timestamp) -> Self {
        let mut supply = Self { inventory, state, route: Vec::new(), adjusted: Map::default() };
        for reservation in state.due(at) {
            supply.free(reservation);
        }
        supply
    }

    /// Does not count these holds, if they are still held at that moment.
    pub fn without(mut self, own: &[ReservationId], at: Timestamp) -> Self {
        let own: Set<&ReservationId> = own.iter().collect();
        for reservation in own.into_iter().filter_map(|id| self.state.reservation(id)) {
            let ended = reservation.expires_at.is_some_and(|end| end <= at);
            if !ended {
                self.free(reservation);
            }
        }
        self
    }

    /// Takes from the active locations in order of priority.
    pub fn by_priority(mut self) -> Self {
        let active = self.inventory.locations().enumerate().filter(|(_, (_, active))| *active);
        self.route = active.map(|(rank, (location, _))| (rank, self.state.locations.get_index_of(location))).collect();
        self
    }

    /// Takes from one location.
    pub fn only(self, location: &LocationId) -> Self {
        self.along(std::iter::once(location))
    }

    /// Takes from these locations in this order; those that are not active give nothing.
    pub fn along<'l>(mut self, locations: impl Iterator<Item = &'l LocationId>) -> Self {
        let locations: Set<&LocationId> = locations.collect();
        let ranked = locations.into_iter().filter(|location| self.inventory.is_active(location)).filter_map(|location| {
            let rank = self.inventory.rank(location)?;
            Some((rank, self.state.locations.get_index_of(location)))
        });
        self.route = ranked.collect();
        self
    }

    /// Remembers what is taken of a product, because more than one line asks for it.
    pub fn share(&mut self, shelf: usize) {
        self.adjusted.entry(shelf).or_default();
    }

    /// Takes up to `wanted` of a product along the route; `part` hears the rank and the quantity of each location that gives.
    pub fn take(&mut self, product: &ProductId, shelf: usize, wanted: Quantity, mut part: impl FnMut(usize, Quantity)) -> Taken {
        let mut taken = Taken::default();
        let Some((_, counters)) = self.state.shelves.get_index(shelf) else { return taken };
        let safety = self.inventory.product_safety(product);
        let mut adjusted = self.adjusted.get_mut(&shelf);
        for (rank, location) in &self.route {
            let Some(location) = *location else { continue };
            let counters = counters.get(location).copied().unwrap_or_default();
            let correction = adjusted.as_ref().and_then(|by_location| by_location.get(location)).copied().unwrap_or_default();
            let free = free(counters, self.inventory.safety_at(safety, *rank)).saturating_add(correction).or_zero();
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
        taken
    }

    /// What is held of a product at a location at the moment of this view.
    pub fn held(&self, product: &ProductId, location: &LocationId) -> Quantity {
        self.state.counters(product, location).held().saturating_sub(self.correction(product, location))
    }

    fn correction(&self, product: &ProductId, location: &LocationId) -> Quantity {
        let shelf = self.state.shelves.get_index_of(product).and_then(|shelf| self.adjusted.get(&shelf));
        let location = self.state.locations.get_index_of(location);
        shelf.zip(location).and_then(|(shelf, location)| shelf.get(location)).copied().unwrap_or_default()
    }

    fn free(&mut self, reservation: &Reservation) {
        let Some(shelf) = self.state.shelves.get_index_of(&reservation.product) else { return };
        for part in &reservation.parts {
            if let Some(location) = self.state.locations.get_index_of(&part.location) {
                adjust(self.adjusted.entry(shelf).or_default(), location, part.open);
            }
        }
    }
}

fn free(counters: Counters, safety: Quantity) -> Quantity {
    counters.on_hand.saturating_sub(safety).saturating_sub(counters.held())
}

fn adjust(by_location: &mut Vec<Quantity>, location: usize, quantity: Quantity) {
    if by_location.len() <= location {
        by_location.resize(location.saturating_add(1), Quantity::ZERO);
    }
    if let Some(slot) = by_location.get_mut(location) {
        *slot = slot.saturating_add(quantity);
    }
}
