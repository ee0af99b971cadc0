//! Folds events into a state. Total: no rule is asked, nothing can fail.

use super::event::{StockEvent, StockPart};
use super::expected::{ExpectSupply, ExpectedSupply};
use super::state::{Reservation, ReservationPart, ReservationStatus, StockState};
use crate::id::ReservationId;
use crate::quantity::Quantity;
use crate::report::Event;
use crate::time::Timestamp;

/// The state after an event. An event that the state holds already, by its number, changes nothing.
#[must_use]
pub fn evolve(mut state: StockState, event: &Event<StockEvent>) -> StockState {
    if event.seq <= state.version {
        return state;
    }
    event.what.post(|entry| state.post(entry));
    let refused = match &event.what {
        StockEvent::Refused { codes } => codes.first().copied(),
        what => {
            follow(&mut state, what);
            None
        }
    };
    state.memory.remember(event, refused);
    state.version = event.seq;
    state
}

/// What an event means for the reservation that it is about.
fn follow(state: &mut StockState, what: &StockEvent) {
    match what {
        StockEvent::Reserved { id, demand, product, kind, expires_at, parts, .. } => state.insert(Reservation {
            id: id.clone(),
            demand: demand.clone(),
            product: product.clone(),
            kind: *kind,
            status: ReservationStatus::Open,
            expires_at: *expires_at,
            parts: parts.iter().map(open_part).collect(),
        }),
        StockEvent::Committed { id, parts, released, .. } => {
            state.take(id, ReservationStatus::Committed, |reservation| {
                reduce(reservation, parts, |part| &mut part.committed);
                reduce(reservation, released, |part| &mut part.released);
            });
        }
        StockEvent::Released { id, parts, .. } => state.take(id, ReservationStatus::Released, |reservation| {
            reduce(reservation, parts, |part| &mut part.released);
        }),
        StockEvent::Expired { id, parts, .. } => state.take(id, ReservationStatus::Expired, |reservation| {
            reduce(reservation, parts, |part| &mut part.released);
        }),
        StockEvent::Extended { id, expires_at } => state.set_end(id, *expires_at),
        StockEvent::Expected(supply) => state.supplies.insert(expected(supply)),
        StockEvent::Rescheduled { id, due, kind, .. } => state.supplies.change(id, |supply| {
            supply.due = *due;
            supply.kind = *kind;
        }),
        StockEvent::ExpectedCancelled { id, quantity, .. } => state.supplies.change(id, |supply| {
            supply.open = supply.open.saturating_sub(*quantity);
            supply.cancelled = supply.cancelled.saturating_add(*quantity);
        }),
        StockEvent::SupplyReceived { id, quantity, before, open, .. } => state.supplies.change(id, |supply| {
            let closed = before.saturating_sub(*quantity).or_zero().saturating_sub(*open);
            supply.open = *open;
            supply.received = supply.received.saturating_add(*quantity);
            supply.cancelled = supply.cancelled.saturating_add(closed);
        }),
        StockEvent::Received { .. }
        | StockEvent::Counted { .. }
        | StockEvent::Issued { .. }
        | StockEvent::ShortageFound { .. }
        | StockEvent::ShortageExpected { .. }
        | StockEvent::Swept { .. }
        | StockEvent::Refused { .. } => {}
    }
}

fn expected(supply: &ExpectSupply) -> ExpectedSupply {
    let ExpectSupply { id, product, location, due, quantity, kind, pegged_to } = supply.clone();
    let (open, none) = (quantity, Quantity::ZERO);
    ExpectedSupply { id, product, location, due, kind, open, received: none, cancelled: none, pegged_to }
}

fn open_part(part: &StockPart) -> ReservationPart {
    ReservationPart { location: part.location.clone(), open: part.quantity, committed: Quantity::ZERO, released: Quantity::ZERO }
}

/// Moves quantities from what is open to another bucket of the same part.
fn reduce(reservation: &mut Reservation, parts: &[StockPart], bucket: fn(&mut ReservationPart) -> &mut Quantity) {
    for taken in parts {
        if let Some(part) = reservation.parts.iter_mut().find(|part| part.location == taken.location) {
            part.open = part.open.saturating_sub(taken.quantity);
            let bucket = bucket(part);
            *bucket = bucket.saturating_add(taken.quantity);
        }
    }
}

impl StockState {
    /// Takes something from an open reservation; when nothing is left open, it is resolved as `resolved`.
    fn take(&mut self, id: &ReservationId, resolved: ReservationStatus, change: impl FnOnce(&mut Reservation)) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        change(reservation);
        if reservation.parts.iter().any(|part| part.open.is_positive()) {
            return;
        }
        reservation.status = resolved;
        if let Some(end) = reservation.expires_at {
            self.ends.remove(&(end, id.clone()));
        }
    }

    fn set_end(&mut self, id: &ReservationId, end: Timestamp) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        if let Some(before) = reservation.expires_at.replace(end) {
            self.ends.remove(&(before, id.clone()));
        }
        self.ends.insert((end, id.clone()));
    }
}
