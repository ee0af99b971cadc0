//! Filling backorders: what has come in goes to the reservations that wait for it.

use super::super::action::{FillBackorders, FillOrder};
use super::super::decide::{Ground, Verdict, refuse};
use super::super::event::StockEvent;
use super::super::part::StockPart;
use super::super::removal::Ask;
use super::super::supply::Supply;
use super::Reservation;
use super::resolve::open_reservation;
use crate::id::{ReservationId, Set};
use crate::quantity::Quantity;
use crate::report::{InventoryCode, Path, Refusal};
use crate::sort;

/// Refusals, in order, and only for reservations that are listed: unknown reservation, already committed, already released, expired,
/// exceeds reservation (it waits for nothing, or for another product).
pub(in super::super) fn fill(ground: &Ground<'_>, fill: &FillBackorders, path: &Path<'_>) -> Verdict {
    // 1. Refuse what cannot be judged.
    if let Some(location) = fill.location.as_ref().filter(|location| ground.inventory.rank(location).is_none()) {
        return Err(ground.inventory.unknown_location(location, &path.field("location")).into());
    }
    // 2. Who waits, in order.
    let queue = match queue(ground, fill) {
        Ok(queue) => queue,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // 3. Each takes what there is for it.
    let supply = ground.supply().past_queue();
    let waiting = supply.backordered(&fill.product);
    let (mut events, filled) = serve(ground, fill, &queue, supply);
    // 4. What was given, and what still waits.
    let backordered = waiting.saturating_sub(filled);
    events.push(StockEvent::BackordersFilled { product: fill.product.clone(), filled, backordered });
    Ok(Ok(events))
}

fn queue<'s>(ground: &Ground<'s>, fill: &FillBackorders) -> Result<Vec<&'s Reservation>, Refusal> {
    if let FillOrder::Listed(ids) = &fill.order {
        let ids: Set<&ReservationId> = ids.iter().collect();
        return ids.into_iter().map(|id| waits_for(open_reservation(ground, id)?, fill)).collect();
    }
    let waiting = ground.state.shelves.get(&fill.product).and_then(|shelf| shelf.waiting.as_ref());
    let known = waiting.iter().flat_map(|waiting| &waiting.reservations).filter_map(|id| ground.state.reservation(id));
    let mut queue: Vec<&Reservation> = known.filter(|waiting| waiting.expires_at.is_none_or(|end| end > ground.at)).collect();
    if fill.order == FillOrder::Priority {
        let undated = |reservation: &Reservation| (reservation.wanted_on.is_none(), reservation.wanted_on);
        // Equal ones stay as they came.
        sort::by(&mut queue, |a, b| b.priority.cmp(&a.priority).then_with(|| undated(a).cmp(&undated(b))));
    }
    Ok(queue)
}

fn waits_for<'s>(reservation: &'s Reservation, fill: &FillBackorders) -> Result<&'s Reservation, Refusal> {
    if reservation.product == fill.product && reservation.backordered.is_positive() {
        return Ok(reservation);
    }
    let message = format!("the reservation `{}` waits for nothing of `{}`; leave it out", reservation.id, fill.product);
    let refusal = refuse(InventoryCode::ExceedsReservation, message).detail("reservation", reservation.id.as_str());
    Err(refusal.detail("product", reservation.product.as_str()).detail("backordered", reservation.backordered.to_decimal()))
}

/// What each gets, and how much that is in all.
fn serve(ground: &Ground<'_>, fill: &FillBackorders, queue: &[&Reservation], mut supply: Supply<'_>) -> (Vec<StockEvent>, Quantity) {
    let (mut events, mut filled) = (Vec::new(), Quantity::ZERO);
    let Some(shelf) = ground.state.shelves.get_index_of(&fill.product) else { return (events, filled) };
    let names = ground.inventory.names();
    supply.share(shelf);
    for reservation in queue {
        supply = supply.within(fill.location.iter().chain(&reservation.location));
        let mut parts = Vec::new();
        let ask = Ask { product: &fill.product, terms: reservation.removal.as_deref(), wanted_on: reservation.wanted_on };
        let taken = supply.pick(ask, shelf, reservation.backordered, |rank, quantity, stock| {
            if let Some(location) = names.get(rank) {
                parts.push(StockPart::of(location.clone(), quantity, stock));
            }
        });
        if taken.quantity.is_positive() {
            filled = filled.saturating_add(taken.quantity);
            let Reservation { id, product, kind, .. } = (*reservation).clone();
            events.push(StockEvent::Filled { id, product, kind, parts });
        }
    }
    (events, filled)
}
