//! The stock: counters by position, reservations, and what was done already.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::action::ReservationKind;
use super::event::{LedgerEntry, StockCounter};
use super::expected::{ExpectedSupply, Supplies};
use crate::id::{DemandId, LocationId, Map, ProductId, ReservationId, Set};
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
    /// The open reservations that end by themselves, the next one first.
    pub(super) ends: BTreeSet<(Timestamp, ReservationId)>,
    pub(super) supplies: Supplies,
    pub(super) memory: Memory,
}

/// The counters of one product, by the index of the location.
pub(super) type Shelf = Vec<Counters>;

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

    /// What is expected is counted by the supplies themselves.
    pub fn get_mut(&mut self, counter: StockCounter) -> Option<&mut Quantity> {
        match counter {
            StockCounter::OnHand => Some(&mut self.on_hand),
            StockCounter::ReservedHard => Some(&mut self.reserved_hard),
            StockCounter::ReservedSoft => Some(&mut self.reserved_soft),
            StockCounter::Expected => None,
        }
    }
}

/// One position: a product at a location.
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
}

/// A claim on stock, open or resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// Names it.
    pub id: ReservationId,
    /// What it is for.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How firmly it is held.
    pub kind: ReservationKind,
    /// What has become of it.
    pub status: ReservationStatus,
    /// When it ends by itself, if it is still held then: it is over at this very moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How much stands where, in the order in which it was taken. `open + committed + released` is what was reserved there.
    pub parts: Vec<ReservationPart>,
}

/// What has become of a reservation. It is resolved once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatus {
    /// Something is still held.
    Open,
    /// The last of it has left.
    Committed,
    /// The last of it was released.
    Released,
    /// It has ended by itself.
    Expired,
}

/// A reservation at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationPart {
    /// Where.
    pub location: LocationId,
    /// What is still held.
    pub open: Quantity,
    /// What has left.
    #[serde(default)]
    pub committed: Quantity,
    /// What is free again.
    #[serde(default)]
    pub released: Quantity,
}

impl Reservation {
    /// What is still held, at all locations together.
    #[must_use]
    pub fn open(&self) -> Quantity {
        self.parts.iter().map(|part| part.open).sum()
    }

    /// What has left, from all locations together.
    #[must_use]
    pub fn committed(&self) -> Quantity {
        self.parts.iter().map(|part| part.committed).sum()
    }

    /// What has become of it at a moment: an open hold whose end has come is over, whether or not an event says so yet.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> ReservationStatus {
        let due = self.expires_at.is_some_and(|end| end <= at);
        if self.status == ReservationStatus::Open && due { ReservationStatus::Expired } else { self.status }
    }
}

impl StockState {
    /// The number of the last event.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The reservation of that id, open or resolved.
    #[must_use]
    pub fn reservation(&self, id: &ReservationId) -> Option<&Reservation> {
        self.reservations.get(id)
    }

    /// Every reservation, in the order in which they were made.
    pub fn reservations(&self) -> impl Iterator<Item = &Reservation> {
        self.reservations.values()
    }

    /// The position of a product at a location; all zero when the ledger has nothing of it.
    #[must_use]
    pub fn position(&self, product: &ProductId, location: &LocationId) -> StockPosition {
        let counters = self.counters(product, location);
        position(product, location, counters)
    }

    /// Every position that is not all zero, in order of product and location.
    #[must_use]
    pub fn positions(&self) -> Vec<StockPosition> {
        let mut positions: Vec<StockPosition> = self
            .shelves
            .iter()
            .flat_map(|(product, shelf)| self.locations.iter().zip(shelf).map(move |(location, counters)| (product, location, counters)))
            .filter(|(_, _, counters)| **counters != Counters::default())
            .map(|(product, location, counters)| position(product, location, *counters))
            .collect();
        sort::by(&mut positions, |a, b| (&a.product, &a.location).cmp(&(&b.product, &b.location)));
        positions
    }

    pub(super) fn counters(&self, product: &ProductId, location: &LocationId) -> Counters {
        let shelf = self.shelves.get(product);
        let index = self.locations.get_index_of(location);
        shelf.zip(index).and_then(|(shelf, index)| shelf.get(index)).copied().unwrap_or_default()
    }

    /// The open reservations that have ended by `at` without an event that says so, the earliest first.
    pub(super) fn due(&self, at: Timestamp) -> impl Iterator<Item = &Reservation> {
        self.ends.iter().take_while(move |(end, _)| *end <= at).filter_map(|(_, id)| self.reservations.get(id))
    }

    pub(super) fn post(&mut self, entry: LedgerEntry<'_>) {
        if entry.counter == StockCounter::Expected {
            return;
        }
        let location = self.locations.get_index_of(entry.location).unwrap_or_else(|| self.locations.insert_full(entry.location.clone()).0);
        let shelf = match self.shelves.get_index_of(entry.product) {
            Some(index) => self.shelves.get_index_mut(index).map(|(_, shelf)| shelf),
            None => Some(self.shelves.entry(entry.product.clone()).or_default()),
        };
        let Some(shelf) = shelf else { return };
        if shelf.len() <= location {
            shelf.resize(location.saturating_add(1), Counters::default());
        }
        if let Some(counter) = shelf.get_mut(location).and_then(|counters| counters.get_mut(entry.counter)) {
            *counter = counter.saturating_add(entry.quantity);
        }
    }

    pub(super) fn insert(&mut self, reservation: Reservation) {
        if let Some(end) = reservation.expires_at.filter(|_| reservation.status == ReservationStatus::Open) {
            self.ends.insert((end, reservation.id.clone()));
        }
        self.reservations.insert(reservation.id.clone(), reservation);
    }
}

fn position(product: &ProductId, location: &LocationId, counters: Counters) -> StockPosition {
    let Counters { on_hand, reserved_hard, reserved_soft } = counters;
    StockPosition { product: product.clone(), location: location.clone(), on_hand, reserved_hard, reserved_soft }
}

impl PartialEq for StockState {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
            && self.memory == other.memory
            && self.reservations == other.reservations
            && self.supplies == other.supplies
            && self.positions() == other.positions()
    }
}

impl Eq for StockState {}

/// The state on the wire.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StockState")]
struct StateForm {
    /// The number of the last event.
    #[serde(default)]
    version: u64,
    /// Every position that is not all zero, in order of product and location.
    #[serde(default)]
    positions: Vec<StockPosition>,
    /// Every reservation, in the order in which they were made.
    #[serde(default)]
    reservations: Vec<Reservation>,
    /// Every supply, in the order in which they were first expected.
    #[serde(default)]
    supplies: Vec<ExpectedSupply>,
    /// The commands that were handled.
    #[serde(default)]
    memory: Memory,
}

#[derive(Serialize)]
struct StateView<'s> {
    version: u64,
    positions: Vec<StockPosition>,
    reservations: Vec<&'s Reservation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplies: Vec<&'s ExpectedSupply>,
    memory: &'s Memory,
}

impl Serialize for StockState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reservations = self.reservations.values().collect();
        let supplies = self.supplies().collect();
        StateView { version: self.version, positions: self.positions(), reservations, supplies, memory: &self.memory }.serialize(serializer)
    }
}

impl TryFrom<StateForm> for StockState {
    type Error = String;

    fn try_from(form: StateForm) -> Result<Self, String> {
        let mut state = Self { version: form.version, memory: form.memory, ..Self::default() };
        let mut seen = Set::default();
        for StockPosition { product, location, on_hand, reserved_hard, reserved_soft } in &form.positions {
            if !seen.insert((product, location)) {
                return Err(format!("the position of `{product}` at `{location}` stands in the state twice"));
            }
            for (counter, quantity) in
                [(StockCounter::OnHand, on_hand), (StockCounter::ReservedHard, reserved_hard), (StockCounter::ReservedSoft, reserved_soft)]
            {
                state.post(LedgerEntry { product, location, counter, quantity: *quantity });
            }
        }
        for reservation in form.reservations {
            if state.reservations.contains_key(&reservation.id) {
                return Err(format!("the reservation `{}` stands in the state twice", reservation.id));
            }
            state.insert(reservation);
        }
        for supply in form.supplies {
            if state.supply(&supply.id).is_some() {
                return Err(format!("the supply `{}` stands in the state twice", supply.id));
            }
            state.supplies.insert(supply);
        }
        Ok(state)
    }
}

impl JsonSchema for StockState {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        StateForm::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        StateForm::json_schema(generator)
    }
}
