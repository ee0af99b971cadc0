//! Folds events into a state. Total: no rule is asked, nothing can fail.

use super::action::ReservationKind;
use super::correction::QuotaCorrected;
use super::event::StockEvent;
use super::expected::{ExpectSupply, ExpectedSupply};
use super::part::StockPart;
use super::quota::{QuotaClaim, QuotaUse};
use super::reservation::{Reservation, ReservationPart, ReservationStatus};
use super::state::StockState;
use crate::id::{DemandId, ReservationId};
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
            StockEvent::Reserved {
                id,
                demand,
                product,
                kind,
                expires_at,
                wanted_on,
                priority,
                location,
                quota,
                instead_of,
                kit,
                removal,
                parts,
                backordered,
                ..
            } => {
                self.draw(quota);
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
                    quota: quota.clone(),
                    instead_of: instead_of.clone(),
                    kit: kit.clone(),
                    removal: removal.clone(),
                    backordered: *backordered,
                    parts: parts.iter().map(ReservationPart::from).collect(),
                });
            }
            StockEvent::Firmed { id, expires_at, .. } => {
                self.set_end(id, *expires_at);
                self.change(id, Quantity::ZERO, ReservationStatus::Open, |reservation| reservation.kind = ReservationKind::Hard);
            }
            StockEvent::Transferred { id, demand, location, removal, from, parts, .. } => {
                self.change(id, Quantity::ZERO, ReservationStatus::Open, |reservation| {
                    reduce(reservation, from, |part| &mut part.released);
                    hold_more(reservation, parts);
                    reservation.location = location.clone().or_else(|| reservation.location.take());
                    reservation.removal = removal.clone().or_else(|| reservation.removal.take());
                });
                self.set_demand(id, demand.as_ref());
            }
            StockEvent::Updated { id, wanted_on, priority, parts, backordered, quota, redrawn, .. } => {
                if *redrawn {
                    self.give_back_open(id);
                }
                self.draw(quota);
                self.change(id, backordered.negated(), ReservationStatus::Open, |reservation| {
                    hold_more(reservation, parts);
                    reservation.wanted_on = *wanted_on;
                    reservation.priority = *priority;
                    QuotaClaim::merge(&mut reservation.quota, quota);
                });
            }
            StockEvent::Uncommitted { id, parts, .. } => {
                self.set_end(id, None);
                self.change(id, Quantity::ZERO, ReservationStatus::Open, |reservation| {
                    hold_again(reservation, parts);
                    reservation.status = ReservationStatus::Open;
                });
            }
            StockEvent::Filled { id, parts, .. } => {
                let filled: Quantity = parts.iter().map(|part| part.quantity).sum();
                self.change(id, filled, ReservationStatus::Open, |reservation| hold_more(reservation, parts));
            }
            StockEvent::Unfilled { id, parts, .. } => {
                let freed: Quantity = parts.iter().map(|part| part.quantity).sum();
                self.change(id, freed.negated(), ReservationStatus::Open, |reservation| {
                    reduce(reservation, parts, |part| &mut part.released);
                });
            }
            StockEvent::Committed { id, parts, released, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Committed, |reservation| {
                    reduce(reservation, parts, |part| &mut part.committed);
                    reduce(reservation, released, |part| &mut part.released);
                });
                self.give_back(id, released, *backordered);
            }
            StockEvent::Released { id, parts, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Released, |reservation| {
                    reduce(reservation, parts, |part| &mut part.released);
                });
                self.give_back(id, parts, *backordered);
            }
            StockEvent::Expired { id, parts, backordered, .. } => {
                self.change(id, *backordered, ReservationStatus::Expired, |reservation| {
                    reduce(reservation, parts, |part| &mut part.released);
                });
                self.give_back(id, parts, *backordered);
            }
            StockEvent::LotDescribed { product, lot, serial, facts } => {
                self.describe(product, (lot.clone(), serial.clone()), facts.clone())
            }
            StockEvent::Extended { id, expires_at } => self.set_end(id, Some(*expires_at)),
            StockEvent::Expected(supply) => self.insert_supply(expected(supply)),
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
            StockEvent::QuotaCorrected(corrected) => {
                let QuotaCorrected { quota, group, on, before, after } = &**corrected;
                let quantity = after.saturating_sub(*before);
                self.quotas.consume(QuotaUse { quota: quota.clone(), group: group.clone(), on: *on, quantity });
                self.quotas.touch(quota);
            }
            StockEvent::Received { .. }
            | StockEvent::Counted { .. }
            | StockEvent::Issued { .. }
            | StockEvent::Moved { .. }
            | StockEvent::Regraded { .. }
            | StockEvent::OwnerChanged { .. }
            | StockEvent::ShortageFound { .. }
            | StockEvent::BackordersFilled { .. }
            | StockEvent::ShortageExpected { .. }
            | StockEvent::Swept { .. }
            | StockEvent::Corrected(_)
            | StockEvent::Reconciled { .. }
            | StockEvent::Refused { .. } => {}
        }
    }

    /// Consumes of quotas.
    fn draw(&mut self, claims: &[QuotaClaim]) {
        for claim in claims {
            claim.uses().for_each(|used| self.quotas.consume(used));
            self.quotas.touch(&claim.quota);
        }
    }

    /// What is free again, or waits no more, is given back to the quotas that the reservation has drawn on.
    fn give_back(&mut self, id: &ReservationId, parts: &[StockPart], waited: Quantity) {
        let Some(reservation) = self.reservations.get_mut(id).filter(|reservation| !reservation.quota.is_empty()) else { return };
        let units = parts.iter().map(|part| part.quantity).sum::<Quantity>().saturating_add(waited);
        let all = reservation.outstanding().is_zero() && reservation.committed().is_zero();
        self.give_back_units(id, units, all);
    }

    /// What has not left is given back to the quotas that the reservation has drawn on.
    fn give_back_open(&mut self, id: &ReservationId) {
        let Some(reservation) = self.reservations.get(id) else { return };
        let (units, all) = (reservation.outstanding(), reservation.committed().is_zero());
        self.give_back_units(id, units, all);
    }

    fn give_back_units(&mut self, id: &ReservationId, units: Quantity, all: bool) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        for claim in &mut reservation.quota {
            let back = claim.give_back(units, all);
            if !back.is_empty() {
                self.quotas.touch(&claim.quota);
            }
            back.into_iter().for_each(|used| self.quotas.consume(used));
        }
        reservation.quota.retain(|claim| !claim.periods.is_empty());
    }

    /// Changes a reservation, and takes `waited` from what waits for stock; when nothing is left open, it is resolved as `resolved`.
    fn change(&mut self, id: &ReservationId, waited: Quantity, resolved: ReservationStatus, change: impl FnOnce(&mut Reservation)) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        change(reservation);
        reservation.backordered = reservation.backordered.saturating_sub(waited);
        if reservation.outstanding().is_zero() {
            reservation.status = resolved;
        }
        self.index(id);
    }

    /// A reservation stands in the lists that its present form belongs to, and in no other.
    fn index(&mut self, id: &ReservationId) {
        let Some(reservation) = self.reservations.get(id) else { return };
        let (open, soft) = (reservation.status == ReservationStatus::Open, reservation.kind == ReservationKind::Soft);
        let (waits, end) = (open && reservation.backordered.is_positive(), reservation.expires_at);
        let (product, demand) = (reservation.product.clone(), reservation.demand.clone());
        if let Some(end) = end.filter(|_| !open) {
            self.ends.remove(&(end, id.clone()));
        }
        if waits {
            self.join_queue(&product, id);
        } else {
            self.leave_queue(&product, id);
        }
        if !(open && soft) {
            self.forget_soft(&demand, id);
        }
    }

    fn set_end(&mut self, id: &ReservationId, end: Option<Timestamp>) {
        let Some(reservation) = self.reservations.get_mut(id) else { return };
        if let Some(before) = std::mem::replace(&mut reservation.expires_at, end) {
            self.ends.remove(&(before, id.clone()));
        }
        if let Some(end) = end {
            self.ends.insert((end, id.clone()));
        }
    }

    fn set_demand(&mut self, id: &ReservationId, demand: Option<&DemandId>) {
        let (Some(demand), Some(mut reservation)) = (demand, self.reservations.get(id).cloned()) else { return };
        self.forget_soft(&reservation.demand, id);
        reservation.demand = demand.clone();
        self.insert(reservation);
    }
}

/// What was committed of the parts is open again.
fn hold_again(reservation: &mut Reservation, parts: &[StockPart]) {
    for back in parts {
        if let Some(part) = reservation.parts.iter_mut().find(|part| part.is_of(back)) {
            part.committed = part.committed.saturating_sub(back.quantity);
            part.open = part.open.saturating_add(back.quantity);
        }
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
