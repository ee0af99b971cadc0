//! The stock: counters by position, reservations, and what was done already.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ReservationKind;
use super::def::is_default;
use super::dimensions::{StockDimensions, StockStatus};
use super::expected::Supplies;
use super::form::StateForm;
use super::ledger::{LedgerEntry, StockCounter};
use super::lot::Details;
use super::quota::{QuotaLedger, QuotaUse};
use super::reservation::{Reservation, ReservationStatus};
use crate::id::{DemandId, LocationId, LotId, Map, OwnerId, ProductId, ReservationId, SerialId, Set};
use crate::quantity::Quantity;
use crate::report::Memory;
use crate::sort;
use crate::time::Timestamp;

/// Stock as the events have made it. It starts empty (`StockState::default()`, or `{}`) and changes by
/// [`evolve`](super::evolve()) alone.
///
/// A host may keep one state for everything or one for each group of products; a command and the products that it names belong to
/// one state. On the wire positions stand in order of product and location, those with nothing left out; equal states have equal
/// bytes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "StateForm")]
pub struct StockState {
    pub(super) version: u64,
    /// Every location that the ledger knows; its index here is its index in a shelf.
    pub(super) locations: Set<LocationId>,
    pub(super) shelves: Map<ProductId, Shelf>,
    pub(super) reservations: Map<ReservationId, Reservation>,
    /// The reservations of kits, by their components' reservations.
    pub(super) kits: Map<ReservationId, Set<ReservationId>>,
    /// The open reservations that end by themselves, the next one first.
    pub(super) ends: BTreeSet<(Timestamp, ReservationId)>,
    pub(super) supplies: Supplies,
    /// The open soft holds by what they are for.
    pub(super) soft: Map<DemandId, Set<ReservationId>>,
    /// What reservations have consumed of quotas.
    pub(super) quotas: QuotaLedger,
    pub(super) memory: Memory,
}

/// What is kept of one product.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    /// The counters of its plain stock, by the index of the location.
    pub positions: Vec<Counters>,
    /// What is on hand and not held of it, beside the counters: a plan reads it for every line.
    pub free: Vec<Quantity>,
    /// The sum of what of that is above zero.
    pub sum: Quantity,
    /// How many events were about it.
    pub version: u64,
    /// What waits for stock; absent while nothing does, as for most products.
    pub waiting: Option<Box<Waiting>>,
    /// Its stock that is not plain, and its lots; absent for most products.
    pub details: Option<Box<Details>>,
}

/// The backorders of one product.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    /// How much waits.
    pub quantity: Quantity,
    /// The reservations that wait, in the order in which they were made.
    pub reservations: Set<ReservationId>,
}

impl Shelf {
    pub fn backordered(&self) -> Quantity {
        self.waiting.as_ref().map_or(Quantity::ZERO, |waiting| waiting.quantity)
    }

    fn post(&mut self, location: usize, counter: StockCounter, quantity: Quantity) {
        if self.positions.len() <= location {
            self.positions.resize(location.saturating_add(1), Counters::default());
            self.free.resize(location.saturating_add(1), Quantity::ZERO);
        }
        let Some((counters, free)) = self.positions.get_mut(location).zip(self.free.get_mut(location)) else { return };
        if let Some(counter) = counters.get_mut(counter) {
            *counter = counter.saturating_add(quantity);
        }
        let before = std::mem::replace(free, counters.free());
        let after = *free;
        // A sum that is too large to be exact is added up anew.
        let rest = if self.sum <= Quantity::MAX { Some(self.sum.saturating_sub(before.or_zero())) } else { None };
        let sum = rest.and_then(|rest| rest.checked_add(after.or_zero()));
        self.sum = sum.unwrap_or_else(|| self.free.iter().map(|free| free.or_zero()).sum());
    }

    pub fn waiting(&mut self) -> &mut Waiting {
        self.waiting.get_or_insert_default()
    }
}

/// The counters of one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counters {
    pub on_hand: Quantity,
    pub reserved_hard: Quantity,
    pub reserved_soft: Quantity,
}

impl Counters {
    pub const fn held(self) -> Quantity {
        self.reserved_hard.saturating_add(self.reserved_soft)
    }

    /// What is on hand and not held; below zero where more is held than is there.
    pub const fn free(self) -> Quantity {
        self.on_hand.saturating_sub(self.held())
    }

    /// What is expected is counted by the supplies themselves, what waits for stock by the product.
    pub fn get_mut(&mut self, counter: StockCounter) -> Option<&mut Quantity> {
        match counter {
            StockCounter::OnHand => Some(&mut self.on_hand),
            StockCounter::ReservedHard => Some(&mut self.reserved_hard),
            StockCounter::ReservedSoft => Some(&mut self.reserved_soft),
            StockCounter::Expected | StockCounter::Backordered => None,
        }
    }
}

/// One position: a product at a location, and what tells it apart from other stock of the product there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockPosition {
    /// The product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// What is there.
    #[serde(default)]
    pub on_hand: Quantity,
    /// What is held for orders.
    #[serde(default)]
    pub reserved_hard: Quantity,
    /// What is held for carts and quotes.
    #[serde(default)]
    pub reserved_soft: Quantity,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

/// What is kept of a product as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockedProduct {
    /// The product.
    pub product: ProductId,
    /// How many events were about it.
    #[serde(default)]
    pub version: u64,
    /// What reservations of it wait for.
    #[serde(default)]
    pub backordered: Quantity,
}

impl StockState {
    /// The number of the last event.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What reservations have consumed of quotas, in order of quota, group and period.
    pub fn consumed(&self) -> impl Iterator<Item = QuotaUse> {
        self.quotas.uses()
    }

    /// The reservation of that id, open or resolved.
    #[must_use]
    pub fn reservation(&self, id: &ReservationId) -> Option<&Reservation> {
        self.reservations.get(id)
    }

    pub(super) fn reservation_number(&self, id: &ReservationId) -> Option<usize> {
        self.reservations.get_index_of(id)
    }

    pub(super) fn numbered_reservation(&self, number: usize) -> Option<&Reservation> {
        self.reservations.get_index(number).map(|(_, reservation)| reservation)
    }

    /// Every reservation, in the order in which they were made.
    pub fn reservations(&self) -> impl Iterator<Item = &Reservation> {
        self.reservations.values()
    }

    /// The plain stock of a product at a location, without what has a lot, is not usable or belongs to others; all zero when the
    /// ledger has nothing of it.
    #[must_use]
    pub fn position(&self, product: &ProductId, location: &LocationId) -> StockPosition {
        let counters = self.counters(product, location);
        position(product, location, &StockDimensions::default(), counters)
    }

    /// Every position that is not all zero, in order of product, location, and what tells stock apart there.
    #[must_use]
    pub fn positions(&self) -> Vec<StockPosition> {
        let none = StockDimensions::default();
        let mut shelves: Vec<(&ProductId, &Shelf)> = self.shelves.iter().collect();
        sort::by(&mut shelves, |(one, _), (other, _)| one.cmp(other));
        let mut locations: Vec<(usize, &LocationId)> = self.locations.iter().enumerate().collect();
        sort::by(&mut locations, |(_, one), (_, other)| one.cmp(other));
        let mut positions: Vec<StockPosition> = Vec::new();
        for (product, shelf) in shelves {
            for (index, location) in &locations {
                let plain = shelf.positions.get(*index).filter(|counters| **counters != Counters::default());
                positions.extend(plain.map(|counters| position(product, location, &none, *counters)));
                let details = shelf.details.iter().flat_map(|details| details.at(*index));
                positions.extend(details.map(|(dimensions, counters)| position(product, location, dimensions, counters)));
            }
        }
        positions
    }

    pub(super) fn counters(&self, product: &ProductId, location: &LocationId) -> Counters {
        let shelf = self.shelves.get(product);
        let index = self.locations.get_index_of(location);
        shelf.zip(index).and_then(|(shelf, index)| shelf.positions.get(index)).copied().unwrap_or_default()
    }

    /// The open reservations that have ended by `at` without an event that says so, the earliest first.
    pub(super) fn due(&self, at: Timestamp) -> impl Iterator<Item = &Reservation> {
        self.ends.iter().take_while(move |(end, _)| *end <= at).filter_map(|(_, id)| self.reservations.get(id))
    }

    /// Every product that events were about, in order.
    #[must_use]
    pub fn products(&self) -> Vec<StockedProduct> {
        let mut products: Vec<StockedProduct> = self
            .shelves
            .iter()
            .filter(|(_, shelf)| shelf.version > 0 || !shelf.backordered().is_zero())
            .map(|(product, shelf)| StockedProduct { product: product.clone(), version: shelf.version, backordered: shelf.backordered() })
            .collect();
        sort::by(&mut products, |a, b| a.product.cmp(&b.product));
        products
    }

    /// How many events were about a product.
    #[must_use]
    pub fn product_version(&self, product: &ProductId) -> u64 {
        self.shelves.get(product).map_or(0, |shelf| shelf.version)
    }

    pub(super) fn touch(&mut self, product: &ProductId) {
        let shelf = self.shelf_mut(product);
        shelf.version = shelf.version.saturating_add(1);
    }

    pub(super) fn shelf_mut(&mut self, product: &ProductId) -> &mut Shelf {
        self.shelves.entry(product.clone()).or_default()
    }

    pub(super) fn post(&mut self, entry: LedgerEntry<'_>) {
        if entry.counter == StockCounter::Expected {
            return;
        }
        let Some(location) = entry.location else {
            let waiting = self.shelf_mut(entry.product).waiting();
            waiting.quantity = waiting.quantity.saturating_add(entry.quantity);
            return;
        };
        let location = self.locations.get_index_of(location).unwrap_or_else(|| self.locations.insert_full(location.clone()).0);
        if let Some(dimensions) = entry.dimensions() {
            let details = self.shelf_mut(entry.product).details.get_or_insert_default();
            details.post(location, dimensions, entry.counter, entry.quantity);
            return;
        }
        self.shelf_mut(entry.product).post(location, entry.counter, entry.quantity);
    }

    pub(super) fn insert(&mut self, reservation: Reservation) {
        if reservation.status == ReservationStatus::Open {
            if let Some(end) = reservation.expires_at {
                self.ends.insert((end, reservation.id.clone()));
            }
            if reservation.kind == ReservationKind::Soft {
                self.soft.entry(reservation.demand.clone()).or_default().insert(reservation.id.clone());
            }
            if reservation.backordered.is_positive() {
                self.join_queue(&reservation.product, &reservation.id);
            }
        }
        if let Some(kit) = &reservation.kit {
            self.kits.entry(kit.id.clone()).or_default().insert(reservation.id.clone());
        }
        self.reservations.insert(reservation.id.clone(), reservation);
    }

    /// The reservations that an id names: one, or those of a kit's components.
    pub(super) fn held_as<'i>(&'i self, id: &'i ReservationId) -> impl Iterator<Item = &'i ReservationId> {
        let parts = if self.kits.is_empty() { None } else { self.kits.get(id) };
        parts.is_none().then_some(id).into_iter().chain(parts.into_iter().flatten())
    }

    /// The open soft holds for a demand, in the order in which they were made.
    pub(super) fn soft_holds_of(&self, demand: &DemandId) -> impl Iterator<Item = &Reservation> {
        self.soft.get(demand).into_iter().flatten().filter_map(|id| self.reservations.get(id))
    }

    /// A reservation is no open soft hold of its demand any more.
    pub(super) fn forget_soft(&mut self, demand: &DemandId, id: &ReservationId) {
        let Some(holds) = self.soft.get_mut(demand) else { return };
        holds.shift_remove(id);
        if holds.is_empty() {
            self.soft.swap_remove(demand);
        }
    }

    /// A reservation that waits stands in the queue, in the order in which reservations were made.
    pub(super) fn join_queue(&mut self, product: &ProductId, id: &ReservationId) {
        let own = self.reservations.get_index_of(id).unwrap_or(self.reservations.len());
        let earlier = |other: &&ReservationId| self.reservations.get_index_of(*other).is_some_and(|place| place < own);
        let waiting = self.shelves.get(product).and_then(|shelf| shelf.waiting.as_ref());
        let place = waiting.map_or(0, |waiting| waiting.reservations.iter().filter(earlier).count());
        self.shelf_mut(product).waiting().reservations.shift_insert(place, id.clone());
    }

    /// A reservation that does not wait any more leaves the queue.
    pub(super) fn leave_queue(&mut self, product: &ProductId, id: &ReservationId) {
        let Some(shelf) = self.shelves.get_mut(product) else { return };
        if let Some(waiting) = &mut shelf.waiting {
            waiting.reservations.shift_remove(id);
            if waiting.reservations.is_empty() && waiting.quantity.is_zero() {
                shelf.waiting = None;
            }
        }
    }
}

fn position(product: &ProductId, location: &LocationId, dimensions: &StockDimensions, counters: Counters) -> StockPosition {
    let Counters { on_hand, reserved_hard, reserved_soft } = counters;
    let StockDimensions { lot, serial, status, owner } = dimensions.clone();
    StockPosition {
        product: product.clone(),
        location: location.clone(),
        on_hand,
        reserved_hard,
        reserved_soft,
        lot,
        serial,
        status,
        owner,
    }
}

impl PartialEq for StockState {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
            && self.memory == other.memory
            && self.reservations == other.reservations
            && self.supplies == other.supplies
            && self.positions() == other.positions()
            && self.products() == other.products()
            && self.quotas == other.quotas
            && self.lots() == other.lots()
    }
}

impl Eq for StockState {}
