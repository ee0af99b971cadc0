//! Goods that are counted, leave, lie elsewhere or have another status.

use super::super::action::{ChangeOwner, MoveStock, RegradeStock, StockMovement};
use super::super::decide::{Ground, Verdict, positive, refuse};
use super::super::dimensions::{Named, StockDimensions, StockStatus};
use super::super::event::StockEvent;
use super::named::check_named;
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, InventoryCode, Path, Refusal, ShapeCode};

/// What was counted is so. When less is there than is held, that is an event and not a refusal.
pub(in super::super) fn count(ground: &Ground<'_>, movement: &StockMovement, path: &Path<'_>) -> Verdict {
    ground.known_location(&movement.location, path)?;
    let StockMovement { product, location, quantity: counted, .. } = movement;
    if counted.is_negative() {
        let message = format!("a count of `{counted}` is below zero; write what was found");
        return Err(Diagnostic::error(InventoryCode::Quantity, &path.field("quantity"), message).into());
    }
    let named = Named::of(movement);
    check_named(ground, product, Some(location), named, *counted, path)?;
    let mut events = Vec::new();
    for (unit, counted) in named.units(*counted) {
        if counted.is_positive() {
            events.extend(gone_elsewhere(ground, product, location, &unit));
        }
        events.extend(found(ground, product, location, unit, counted));
    }
    Ok(Ok(events))
}

/// What a count of a position means.
fn found(ground: &Ground<'_>, product: &ProductId, location: &LocationId, unit: StockDimensions, counted: Quantity) -> Vec<StockEvent> {
    let before = ground.state.counters_of(product, location, &unit).on_hand;
    let held = ground.supply().held_of(product, location, &unit);
    let short = shortage(product, location, &unit, counted, held);
    let StockDimensions { lot, serial, status, owner } = unit;
    let (product, location) = (product.clone(), location.clone());
    let counted = StockEvent::Counted { product, location, before, counted, lot, serial, status, owner };
    std::iter::once(counted).chain(short).collect()
}

/// A unit with a serial number that was found here is not where the ledger had it.
fn gone_elsewhere(ground: &Ground<'_>, product: &ProductId, location: &LocationId, unit: &StockDimensions) -> Vec<StockEvent> {
    let places = unit.serial.as_ref().and_then(|serial| Some((serial, ground.state.details(product)?)));
    let Some((place, was)) = places.and_then(|(serial, details)| details.places_of_serials().get(serial).copied()) else {
        return Vec::new();
    };
    match ground.state.locations.get_index(place) {
        Some(place) if (place, was) != (location, unit) => found(ground, product, place, was.clone(), Quantity::ZERO),
        _ => Vec::new(),
    }
}

/// Refusals: insufficient.
pub(in super::super) fn issue(ground: &Ground<'_>, movement: &StockMovement, path: &Path<'_>) -> Verdict {
    ground.known_location(&movement.location, path)?;
    positive(movement.quantity, path)?;
    let StockMovement { product, location, quantity, lot, serials, status, owner } = movement.clone();
    let named = Named::of(movement);
    check_named(ground, &product, Some(&location), named, quantity, path)?;
    Ok(leaving(ground, &product, &location, &named.units(quantity)).map(|short| {
        let issued = StockEvent::Issued { product, location, quantity, lot, serials, status, owner };
        std::iter::once(issued).chain(short).collect()
    }))
}

/// Refusals: insufficient.
pub(in super::super) fn relocate(ground: &Ground<'_>, action: &MoveStock, path: &Path<'_>) -> Verdict {
    let MoveStock { product, location, to, quantity, lot, serials, status, owner } = action.clone();
    ground.known_location(&location, path)?;
    if ground.inventory.rank(&to).is_none() {
        return Err(ground.inventory.unknown_location(&to, &path.field("to")).into());
    }
    if location == to {
        let message = format!("the goods lie at `{to}` already; write where they go");
        return Err(Diagnostic::error(ShapeCode::InvalidValue, &path.field("to"), message).into());
    }
    positive(quantity, path)?;
    let named = Named { lot: lot.as_ref(), serials: &serials, status, owner: owner.as_ref() };
    check_named(ground, &product, Some(&location), named, quantity, path)?;
    Ok(leaving(ground, &product, &location, &named.units(quantity)).map(|short| {
        let moved = StockEvent::Moved { product, location, to, quantity, lot, serials, status, owner };
        std::iter::once(moved).chain(short).collect()
    }))
}

/// Whether goods can leave a location, and what is missing there then.
fn leaving(
    ground: &Ground<'_>,
    product: &ProductId,
    location: &LocationId,
    units: &[(StockDimensions, Quantity)],
) -> Result<Vec<StockEvent>, Refusal> {
    let mut shortages = Vec::new();
    for (unit, quantity) in units {
        let on_hand = ground.state.counters_of(product, location, unit).on_hand;
        let held = ground.supply().held_of(product, location, unit);
        let protected = if ground.inventory.on_hand_not_below_held() { held } else { Quantity::ZERO };
        let free = on_hand.saturating_sub(protected).or_zero();
        if *quantity > free {
            let message = format!(
                "`{product}`{} at `{location}`: {on_hand} there, {protected} held for others; at most {free} can leave",
                unit.words()
            );
            let refusal = refuse(InventoryCode::Insufficient, message).detail("product", product.as_str());
            return Err(unit
                .details(refusal.detail("location", location.as_str()))
                .detail("requested", quantity.to_decimal())
                .detail("available", free.to_decimal())
                .detail("held", held.to_decimal()));
        }
        shortages.extend(shortage(product, location, unit, on_hand.saturating_sub(*quantity), held));
    }
    Ok(shortages)
}

/// Goods have another owner. What is held of them stays with those who hold it, so it cannot change hands. Refusals: insufficient.
pub(in super::super) fn change_owner(ground: &Ground<'_>, action: &ChangeOwner, path: &Path<'_>) -> Verdict {
    let ChangeOwner { product, location, quantity, owner, to, lot, serials, status } = action.clone();
    ground.known_location(&location, path)?;
    positive(quantity, path)?;
    if owner == to {
        let whose = owner.as_ref().map_or_else(|| "one's own".to_owned(), |owner| format!("those of `{owner}`"));
        let message =
            format!("the goods are {whose} already; write whose they were as `owner`, and whose they are as `to`; left out: one's own");
        return Err(Diagnostic::error(ShapeCode::InvalidValue, &path.field("to"), message).into());
    }
    let named = Named { lot: lot.as_ref(), serials: &serials, status, owner: owner.as_ref() };
    check_named(ground, &product, Some(&location), named, quantity, path)?;
    Ok(leaving(ground, &product, &location, &named.units(quantity)).map(|short| {
        let changed = StockEvent::OwnerChanged { product, location, quantity, owner, to, lot, serials, status };
        std::iter::once(changed).chain(short).collect()
    }))
}

/// What is there has another status: that is so, and what it breaks is a shortage. Refusals: insufficient (more than is there).
pub(in super::super) fn regrade(ground: &Ground<'_>, action: &RegradeStock, path: &Path<'_>) -> Verdict {
    let RegradeStock { product, location, quantity, to, lot, serials, status, owner } = action.clone();
    ground.known_location(&location, path)?;
    positive(quantity, path)?;
    if status == to {
        let message = "the goods have this status already; write the status that they had as `status`, and the new one as `to`";
        return Err(Diagnostic::error(ShapeCode::InvalidValue, &path.field("to"), message).into());
    }
    let named = Named { lot: lot.as_ref(), serials: &serials, status, owner: owner.as_ref() };
    check_named(ground, &product, Some(&location), named, quantity, path)?;
    let units = named.units(quantity);
    for (unit, quantity) in &units {
        let there = ground.state.counters_of(&product, &location, unit).on_hand.or_zero();
        if *quantity > there {
            let message = format!("`{product}`{} at `{location}`: {there} there, not {quantity}; count it first", unit.words());
            let refusal = refuse(InventoryCode::Insufficient, message).detail("product", product.as_str());
            let refusal = unit.details(refusal.detail("location", location.as_str()));
            return Ok(Err(refusal.detail("requested", quantity.to_decimal()).detail("available", there.to_decimal())));
        }
    }
    let short = |(unit, quantity): &(StockDimensions, Quantity)| {
        let left = ground.state.counters_of(&product, &location, unit).on_hand.saturating_sub(*quantity);
        let held = ground.supply().held_of(&product, &location, unit);
        shortage(&product, &location, unit, left, held)
    };
    let short: Vec<StockEvent> = units.iter().filter(|_| status == StockStatus::Usable).filter_map(short).collect();
    let regraded = StockEvent::Regraded { product, location, quantity, to, lot, serials, status, owner };
    Ok(Ok(std::iter::once(regraded).chain(short).collect()))
}

/// What has to be said when less is there than is held.
fn shortage(product: &ProductId, location: &LocationId, unit: &StockDimensions, on_hand: Quantity, held: Quantity) -> Option<StockEvent> {
    let short = held.saturating_sub(on_hand);
    let StockDimensions { lot, serial, owner, .. } = unit.clone();
    let (product, location) = (product.clone(), location.clone());
    short.is_positive().then_some(StockEvent::ShortageFound { product, location, on_hand, held, short, lot, serial, owner })
}
