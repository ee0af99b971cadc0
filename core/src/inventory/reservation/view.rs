//! Reservations as people speak of them: how much is held, waits and was delivered, and what that is called.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::ReservationKind;
use super::super::def::is_default;
use super::super::state::StockState;
use super::{Reservation, ReservationStatus};
use crate::id::{DemandId, ProductId, ReservationId};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// A state and whose reservations are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListReservationsRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then are over.
    pub at: Timestamp,
    /// Of this demand only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandId>,
    /// Of this product only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
}

/// Reservations, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReservationList {
    /// Each as it is at that moment.
    pub reservations: Vec<ReservationView>,
}

/// A reservation at a moment. `held + backordered + delivered + released` is all that was ever reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReservationView {
    /// Names it.
    pub id: ReservationId,
    /// What it is for.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How firmly it is held.
    pub kind: ReservationKind,
    /// What its quantities come to.
    pub state: ReservationState,
    /// What is held.
    pub held: Quantity,
    /// What waits for stock.
    pub backordered: Quantity,
    /// What has left.
    pub delivered: Quantity,
    /// What was held and is free again.
    pub released: Quantity,
    /// The day on which the goods are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// How urgent the demand is; the highest number comes first.
    #[serde(skip_serializing_if = "is_default")]
    pub priority: u32,
    /// When it ends by itself, while something of it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What the quantities of a reservation come to; worked out from them, never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationState {
    /// Nothing has left, and something waits for stock.
    PartiallyReserved,
    /// Nothing has left, and nothing waits.
    Reserved,
    /// Something has left, and something is held or waits.
    PartiallyDelivered,
    /// Something has left, and nothing is open any more.
    Delivered,
    /// Nothing has left, and nothing is open any more: it was released, or has ended by itself.
    Cancelled,
}

/// The reservations of a state at a moment.
#[must_use]
pub fn list_reservations(request: &ListReservationsRequest) -> ReservationList {
    let ListReservationsRequest { state, at, demand, product } = request;
    let wanted = |hold: &&Reservation| {
        demand.as_ref().is_none_or(|demand| hold.demand == *demand) && product.as_ref().is_none_or(|product| hold.product == *product)
    };
    ReservationList { reservations: state.reservations().filter(wanted).map(|hold| view(hold, *at)).collect() }
}

fn view(hold: &Reservation, at: Timestamp) -> ReservationView {
    let open = hold.status_at(at) == ReservationStatus::Open;
    let if_open = |quantity: Quantity| if open { quantity } else { Quantity::ZERO };
    let (held, backordered, delivered) = (if_open(hold.open()), if_open(hold.backordered), hold.committed());
    let ended = hold.open().saturating_sub(held);
    let released: Quantity = hold.parts.iter().map(|part| part.released).sum();
    ReservationView {
        id: hold.id.clone(),
        demand: hold.demand.clone(),
        product: hold.product.clone(),
        kind: hold.kind,
        state: state(held, backordered, delivered),
        held,
        backordered,
        delivered,
        released: released.saturating_add(ended),
        wanted_on: hold.wanted_on,
        priority: hold.priority,
        expires_at: hold.expires_at.filter(|_| open),
    }
}

fn state(held: Quantity, backordered: Quantity, delivered: Quantity) -> ReservationState {
    match (delivered.is_positive(), held.is_positive() || backordered.is_positive()) {
        (true, true) => ReservationState::PartiallyDelivered,
        (true, false) => ReservationState::Delivered,
        (false, false) => ReservationState::Cancelled,
        (false, true) if backordered.is_positive() => ReservationState::PartiallyReserved,
        (false, true) => ReservationState::Reserved,
    }
}
