//! Folds events into a state. Total: no rule is asked, nothing can fail.

use super::event::{StockEvent, StockPart};
use super::expected::{ExpectSupply, ExpectedSupply};
use super::reservation::{Reservation, ReservationPart, ReservationStatus};
use super::state::StockState;
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
    let refused = match &event.what {
        StockEvent::Refused { codes } => codes.first().copied(),
        what => {
            state.happen(what);
            None
        }
    };
    state.memory.remember(event, refused);
    state.version = event.seq;
    state
}

impl StockState {
    /// What an event means for the counters, for the product, and for the reservation that it is about.
    pub(super) fn happen(&mut self, what: &StockEvent) {
        what.post(|entry| self.post(entry));
        let about = match what {
            StockEvent::Extended { id, .. } => self.reservations.get(id).map(|reservation| reservation.product.clone()),
            _ => what.product().cloned(),
        };
        if let Some(product) = about {
            self.touch(&product);
        }
        self.follow(what);
    }

    fn follow(&mut self, what: &StockEvent) {
        match what {
            StockEvent::Reserved { id, demand, product, kind, expires_at, wanted_on, priority, location, parts, backordered, .. } => {
                self.insert(Reservation {
                    id: id.clone(),
                    demand: demand.clone(),
                    product: product.clone(),
                    kind: *kind,
                    status: ReservationStatus::Open,
                    expires_at: *expires_at,
                    wanted_on: *wanted_on,
                    priority: *priority,
                    location: location.clone(),
                    backordered: *backordered,
                    parts: parts.iter().map(ReservationPart::from).collect(),
                });
            }
            StockEvent::Filled { id, parts, .. } => {
                let filled: Quantity = parts.iter().map(|part| part.quantity).sum();
                self.change(id, filled, ReservationStatus::Open, |reservation| hold_more(reservation, parts));
            }
            StockEvent::Committed { id, parts, released, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Committed, |reservation| {
                    reduce(reservation, parts, |part| &mut part.committed);
                    reduce(reservation, released, |part| &mut part.released);
                });
            }
            StockEvent::Released { id, parts, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Released, |reservation| {
                    reduce(reservation, parts, |part| &mut part.released);
                });
            }
            StockEvent::Expired { id, parts, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Expired, |reservation| {
                    reduce(reservation, parts, |part| &mut part.released);
                });
            }
            StockEvent::Extended { id, expires_at } => self.set_end(id, *expires_at),
            StockEvent::Expected(supply) => self.supplies.insert(expected(supply)),
            StockEvent::Rescheduled { id, due, kind, .. } => self.supplies.change(id, |supply| {
                supply.due = *due;
                supply.kind = *kind;
            }),
            StockEvent::ExpectedCancelled { id, quantity, .. } => self.supplies.change(id, |supply| {
                supply.open = supply.open.saturating_sub(*quantity);
                supply.cancelled = supply.cancelled.saturating_add(*quantity);
            }),
            StockEvent::SupplyReceived { id, quantity, before, open, .. } => self.supplies.change(id, |supply| {
                let closed = before.saturating_sub(*quantity).or_zero().saturating_sub(*open);
                supply.open = *open;
                supply.received = supply.received.saturating_add(*quantity);
                supply.cancelled = supply.cancelled.saturating_add(closed);
            }),
            StockEvent::Received { .. }
            | StockEvent::Counted { .. }
            | StockEvent::Issued { .. }
            | StockEvent::ShortageFound { .. }
            | StockEvent::BackordersFilled { .. }
            | StockEvent::ShortageExpected { .. }
            | StockEvent::Swept { .. }
            | StockEvent::Refused { .. } => {}
        }
    }

    /// Changes an open reservation, and takes `waited` from what waits for stock; when nothing is left open, it is resolved as
    /// `resolved`.
    fn change(&mut self, id: &ReservationId, waited: Quantity, resolved: ReservationStatus, change: impl FnOnce(&mut Reservation)) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        change(reservation);
        reservation.backordered = reservation.backordered.saturating_sub(waited);
        let product = reservation.product.clone();
        let waits = reservation.backordered.is_positive();
        if !waits && !reservation.open().is_positive() {
            reservation.status = resolved;
            if let Some(end) = reservation.expires_at {
                self.ends.remove(&(end, id.clone()));
            }
        }
        if !waits {
            self.leave_queue(&product, id);
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

fn expected(supply: &ExpectSupply) -> ExpectedSupply {
    let ExpectSupply { id, product, location, due, quantity, kind, pegged_to } = supply.clone();
    let (open, none) = (quantity, Quantity::ZERO);
    ExpectedSupply { id, product, location, due, kind, open, received: none, cancelled: none, pegged_to }
}

/// Moves quantities from what is open to another bucket of the same part.
fn reduce(reservation: &mut Reservation, parts: &[StockPart], bucket: fn(&mut ReservationPart) -> &mut Quantity) {
    for taken in parts {
        if let Some(part) = reservation.parts.iter_mut().find(|part| part.is_of(taken)) {
            part.open = part.open.saturating_sub(taken.quantity);
            let bucket = bucket(part);
            *bucket = bucket.saturating_add(taken.quantity);
        }
    }
}

fn hold_more(reservation: &mut Reservation, parts: &[StockPart]) {
    for more in parts {
        match reservation.parts.iter_mut().find(|part| part.is_of(more)) {
            Some(part) => part.open = part.open.saturating_add(more.quantity),
            None => reservation.parts.push(more.into()),
        }
    }
}
