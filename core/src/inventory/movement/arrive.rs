//! Goods that come in, and what is known of their lots.

use super::super::action::{DescribeLot, ReceiveStock};
use super::super::decide::{Ground, Verdict, positive, refuse};
use super::super::dimensions::{Named, StockDimensions};
use super::super::event::StockEvent;
use super::super::expected;
use super::super::lot::{Details, LotFacts, LotKey, key_of};
use super::named::check_named;
use crate::id::{LocationId, LotId, ProductId, SerialId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, LimitCode, Path, Refusal, ShapeCode};
use crate::time::Date;

/// Refusals, in order: unknown supply, supply mismatch, serial exists, lot conflict.
pub(in super::super) fn receive(ground: &Ground<'_>, receive: &ReceiveStock, path: &Path<'_>) -> Verdict {
    // 1. Refuse what cannot be judged.
    let ReceiveStock { product, location, quantity, lot, serials, status, owner, facts, .. } = receive.clone();
    ground.known_location(&location, path)?;
    positive(quantity, path)?;
    let named = Named { lot: lot.as_ref(), serials: &serials, status, owner: owner.as_ref() };
    check_named(ground, &product, None, named, quantity, path)?;
    check_facts(facts.as_deref(), &path.field("facts"))?;
    let units = named.units(quantity);
    for (unit, quantity) in &units {
        check_room(ground, receive, unit, *quantity, path)?;
    }
    // 2. What it is of, and whether it can be that.
    Ok(expected::arrive(ground, receive).and_then(|arrived| {
        no_unit_twice(ground, receive)?;
        let described = learned(ground, receive, &units)?;
        let received = StockEvent::Received { product, location, quantity, lot, serials, status, owner };
        Ok(std::iter::once(received).chain(described).chain(arrived).collect())
    }))
}

fn check_room(
    ground: &Ground<'_>,
    receive: &ReceiveStock,
    unit: &StockDimensions,
    quantity: Quantity,
    path: &Path<'_>,
) -> Result<(), Error> {
    let on_hand = ground.state.counters_of(&receive.product, &receive.location, unit).on_hand;
    if on_hand.checked_add(quantity).is_some() {
        return Ok(());
    }
    let message = format!("`{quantity}` would be more stock than can be counted; at most {} can", Quantity::MAX);
    Err(Diagnostic::error(LimitCode::Overflow, &path.field("quantity"), message).into())
}

fn check_facts(facts: Option<&LotFacts>, path: &Path<'_>) -> Result<(), Error> {
    match facts.and_then(|facts| facts.package).filter(|package| !package.is_positive()) {
        Some(package) => {
            let message = format!("a package of `{package}` holds nothing; write a number above zero, or leave it out");
            Err(Diagnostic::error(InventoryCode::Quantity, &path.field("package"), message).into())
        }
        None => Ok(()),
    }
}

/// A serial number is one unit, in one place.
fn no_unit_twice(ground: &Ground<'_>, receive: &ReceiveStock) -> Result<(), Refusal> {
    if receive.serials.is_empty() {
        return Ok(());
    }
    let places = ground.state.details(&receive.product).map(Details::places_of_serials).unwrap_or_default();
    let known = receive.serials.iter().find_map(|serial| Some((serial, places.get(serial)?)));
    let Some((serial, (location, _))) = known else { return Ok(()) };
    let location = ground.state.locations.get_index(*location).map(LocationId::as_str).unwrap_or_default();
    Err(serial_exists(&receive.product, serial, location))
}

pub(in super::super) fn serial_exists(product: &ProductId, serial: &SerialId, location: &str) -> Refusal {
    let message = format!("the unit `{serial}` of `{product}` is at `{location}` already; move it, or count it where it was found");
    let refusal = refuse(InventoryCode::SerialExists, message).detail("product", product.as_str());
    refusal.detail("serial", serial.as_str()).detail("location", location)
}

/// What a receipt says of its lot, or of each unit that belongs to none: an event for each of which more is known now.
fn learned(ground: &Ground<'_>, receive: &ReceiveStock, units: &[(StockDimensions, Quantity)]) -> Result<Vec<StockEvent>, Refusal> {
    let said = receive.facts.as_deref().cloned().unwrap_or_default();
    let came = said.received_on.unwrap_or_else(|| ground.at.date());
    let mut events = Vec::new();
    let mut keys: Vec<LotKey> = units.iter().map(|(unit, _)| key_of(unit)).filter(|key| *key != LotKey::default()).collect();
    keys.dedup();
    for key in keys {
        let known = ground.state.details(&receive.product).and_then(|details| details.facts.get(&key));
        if let Some((before, now)) = known.and_then(|known| known.expires_on).zip(said.expires_on).filter(|(before, now)| before != now) {
            return Err(other_expiry(&receive.product, &key, before, now));
        }
        let received_on = known.and_then(|known| known.received_on).map_or(came, |before| before.min(came));
        let facts = LotFacts { received_on: Some(received_on), ..said.clone() };
        events.extend(described(&receive.product, key, facts, known));
    }
    Ok(events)
}

fn other_expiry(product: &ProductId, key: &LotKey, before: Date, now: Date) -> Refusal {
    let name = name_of(key);
    let message = format!(
        "the lot `{name}` of `{product}` expires on {before} as far as is known, not on {now}; give the goods another lot, or put it right \
         with `describe_lot` first"
    );
    refuse(InventoryCode::LotConflict, message)
        .detail("product", product.as_str())
        .detail("lot", name)
        .detail("expires_on", before)
        .detail("requested", now)
}

fn name_of((lot, serial): &LotKey) -> &str {
    lot.as_ref().map(LotId::as_str).or(serial.as_ref().map(SerialId::as_str)).unwrap_or_default()
}

/// The event, when it says anything new.
fn described(product: &ProductId, key: LotKey, said: LotFacts, known: Option<&LotFacts>) -> Option<StockEvent> {
    let facts = known.map_or_else(|| said.clone(), |known| said.over(known));
    let (lot, serial) = key;
    (known != Some(&facts)).then(|| StockEvent::LotDescribed { product: product.clone(), lot, serial, facts })
}

/// What is said counts, whatever was known. Refusals: unknown lot.
pub(in super::super) fn describe(ground: &Ground<'_>, describe: &DescribeLot, path: &Path<'_>) -> Verdict {
    let DescribeLot { product, lot, serial, facts } = describe;
    if lot.is_some() == serial.is_some() {
        let message = "a lot is described, or a unit that belongs to none; write one of `lot` and `serial`";
        return Err(Diagnostic::error(ShapeCode::InvalidValue, path, message).into());
    }
    check_facts(Some(facts), &path.field("facts"))?;
    let key = (lot.clone(), serial.clone());
    let Some(known) = ground.state.details(product).and_then(|details| details.facts.get(&key)) else {
        let name = name_of(&key);
        let message = format!("nothing of the lot `{name}` of `{product}` has come in; receive it first");
        return Ok(Err(refuse(InventoryCode::UnknownLot, message).detail("product", product.as_str()).detail("lot", name)));
    };
    let (lot, serial) = key;
    Ok(Ok(vec![StockEvent::LotDescribed { product: product.clone(), lot, serial, facts: facts.over(known) }]))
}
