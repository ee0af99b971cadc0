//! Reservations: claims on stock, from the first hold to the last unit that leaves.
//!
//! Invariants: what a reservation holds lies in its parts, what waits for stock is backordered and lies nowhere; it is resolved once.

pub(super) mod action;
mod change;
mod claim;
mod fill;
mod reserve;
mod resolve;
mod view;

pub(super) use change::{as_asked, firm, transfer, uncommit, update};
pub use claim::{Reservation, ReservationPart, ReservationStatus};
pub(super) use fill::fill;
pub(super) use reserve::{
    Claim, check_allow, claim, end_of_hold, held_before, refusal_before_stock, replaced, reserve, reserved, room_for_one_more,
};
pub(super) use resolve::{commit, extend, open_parts, open_reservation, release, resolved};
pub use view::{ListReservationsRequest, ReservationList, ReservationState, ReservationView, list_reservations};
