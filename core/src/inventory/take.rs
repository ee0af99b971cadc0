//! Reserving: taking a claim on stock.

use super::action::{ReservationKind, ReserveAllow, ReserveStock};
use super::decide::{Ground, Verdict, open_parts, positive, refuse};
use super::event::{StockEvent, StockPart};
use super::state::ReservationStatus;
use crate::id::{ReservationId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, LimitCode, Path, Refusal, ShapeCode};
use crate::time::Timestamp;

/// Refusals, in order: reservation exists, unknown location, unknown reservation (to replace), insufficient.
pub(super) fn reserve(ground: &Ground<'_>, reserve: &ReserveStock, path: &Path<'_>) -> Verdict {
    positive(reserve.quantity, path)?;
    room_for_one_more(ground, path)?;
    let expires_at = end_of_hold(ground, reserve, path)?;
    if let Some(refusal) = refusal_before_stock(ground, reserve, path)? {
        return Ok(Err(refusal));
    }
    let (parts, available) = find_stock(ground, reserve);
    let held: Quantity = parts.iter().map(|part| part.quantity).sum();
    let enough = match reserve.allow {
        ReserveAllow::FullOnly => held == reserve.quantity,
        ReserveAllow::Partial => held.is_positive(),
    };
    if !enough {
        return Ok(Err(insufficient(reserve, available)));
    }
    let mut events = replaced(ground, reserve);
    events.push(StockEvent::Reserved {
        id: reserve.id.clone(),
        demand: reserve.demand.clone(),
        product: reserve.product.clone(),
        kind: reserve.kind,
        expires_at,
        requested: reserve.quantity,
        parts,
    });
    Ok(Ok(events))
}

fn room_for_one_more(ground: &Ground<'_>, path: &Path<'_>) -> Result<(), Error> {
    let most = Limits::default().state_entries;
    if ground.state.reservations.len() < most {
        return Ok(());
    }
    let message = format!("the stock holds {most} reservations, and more are not kept in one state; split it by product");
    Err(Diagnostic::error(LimitCode::TooMany, path, message).into())
}

/// When the hold ends by itself.
fn end_of_hold(ground: &Ground<'_>, reserve: &ReserveStock, path: &Path<'_>) -> Result<Option<Timestamp>, Error> {
    let here = path.field("expires_at");
    match (reserve.expires_at, reserve.kind, ground.inventory.hold_ttl_seconds()) {
        (Some(end), _, _) if end <= ground.at => Err(over_already(end, ground.at, &here)),
        (Some(end), _, _) => Ok(Some(end)),
        (None, ReservationKind::Soft, Some(seconds)) => {
            let end = ground.at.add_seconds(seconds.into());
            end.map(Some).map_err(|error| Diagnostic::error(LimitCode::Overflow, &here, error.to_string()).into())
        }
        (None, ReservationKind::Soft | ReservationKind::Hard, _) => Ok(None),
    }
}

pub(super) fn over_already(end: Timestamp, at: Timestamp, path: &Path<'_>) -> Error {
    let message = format!("`{end}` is not after the command's own time `{at}`; the hold would be over at once");
    Diagnostic::error(ShapeCode::InvalidValue, path, message).into()
}

fn refusal_before_stock(ground: &Ground<'_>, reserve: &ReserveStock, path: &Path<'_>) -> Result<Option<Refusal>, Error> {
    if let Some(location) = &reserve.location
        && ground.inventory.rank(location).is_none()
    {
        return Err(ground.inventory.unknown_location(location, &path.field("location")).into());
    }
    if ground.state.reservation(&reserve.id).is_some() {
        let message = format!("the reservation `{}` exists; give the new one its own id", reserve.id);
        return Ok(Some(refuse(InventoryCode::ReservationExists, message).detail("reservation", reserve.id.as_str())));
    }
    if let Some(location) = reserve.location.as_ref().filter(|location| !ground.inventory.is_active(location)) {
        let message = format!("nothing can be reserved at `{location}`, which is not active");
        return Ok(Some(refuse(InventoryCode::UnknownLocation, message).detail("location", location.as_str())));
    }
    let unknown = reserve.replaces.iter().find(|id| ground.state.reservation(id).is_none());
    Ok(unknown.map(|id| {
        let message = format!("there is no reservation `{id}` to be replaced");
        refuse(InventoryCode::UnknownReservation, message).detail("reservation", id.as_str())
    }))
}

/// The locations that give, and how much there is in all.
fn find_stock(ground: &Ground<'_>, reserve: &ReserveStock) -> (Vec<StockPart>, Quantity) {
    let supply = ground.supply().without(&reserve.replaces, ground.at);
    let mut supply = match &reserve.location {
        Some(location) => supply.only(location),
        None => supply.by_priority(),
    };
    let mut parts = Vec::new();
    let Some(shelf) = ground.state.shelves.get_index_of(&reserve.product) else { return (parts, Quantity::ZERO) };
    let names = ground.inventory.names();
    let taken = supply.take(&reserve.product, shelf, reserve.quantity, |rank, quantity| {
        if let Some(location) = names.get(rank) {
            parts.push(StockPart { location: location.clone(), quantity });
        }
    });
    (parts, taken.available)
}

fn insufficient(reserve: &ReserveStock, available: Quantity) -> Refusal {
    let ReserveStock { product, quantity, .. } = reserve;
    let place = reserve.location.as_ref().map(|location| format!(" at `{location}`")).unwrap_or_default();
    let advice = if available.is_positive() { format!("; ask for {available}, or allow a partial reservation") } else { String::new() };
    let refusal = refuse(InventoryCode::Insufficient, format!("`{product}`{place}: {quantity} asked for, {available} available{advice}"))
        .detail("product", product.as_str());
    let refusal = match &reserve.location {
        Some(location) => refusal.detail("location", location.as_str()),
        None => refusal,
    };
    refusal
        .detail("requested", quantity.to_decimal())
        .detail("available", available.to_decimal())
        .detail("short", quantity.saturating_sub(available).to_decimal())
}

/// The holds that make room for the new one.
fn replaced(ground: &Ground<'_>, reserve: &ReserveStock) -> Vec<StockEvent> {
    let ids: Set<&ReservationId> = reserve.replaces.iter().collect();
    let holds = ids.into_iter().filter_map(|id| ground.state.reservation(id));
    let open = holds.filter(|hold| hold.status_at(ground.at) == ReservationStatus::Open);
    open.map(|hold| StockEvent::Released {
        id: hold.id.clone(),
        product: hold.product.clone(),
        kind: hold.kind,
        parts: open_parts(hold),
        replaced_by: Some(reserve.id.clone()),
    })
    .collect()
}
