//! Changing a claim: firmer, elsewhere, for another demand, more or less, and taking back what was committed.

use super::super::action::{FirmReservation, ReservationKind, ReserveStock, TransferReservation, UncommitStock, UpdateReservation};
use super::super::decide::{Ground, Verdict, positive, refuse};
use super::super::event::StockEvent;
use super::super::lot::Details;
use super::super::movement::{check_terms, serial_exists};
use super::super::part::StockPart;
use super::super::quota::{Allowance, QuotaClaim, QuotaUse};
use super::reserve::{Claim, check_allow, claim, over_already};
use super::resolve::{Which, open_parts, open_reservation, release_quantity};
use super::{Reservation, ReservationPart, ReservationStatus};
use crate::id::LocationId;
use crate::quantity::Quantity;
use crate::report::{Detail, Diagnostic, InventoryCode, Path, Refusal, ShapeCode};
use crate::sort;

/// Refusals, in order: unknown reservation, already committed, already released, expired, already firm.
pub(in super::super) fn firm(ground: &Ground<'_>, firm: &FirmReservation, path: &Path<'_>) -> Verdict {
    if let Some(end) = firm.expires_at.filter(|end| *end <= ground.at) {
        return Err(over_already(end, ground.at, &path.field("expires_at")));
    }
    Ok(open_reservation(ground, &firm.id).and_then(|hold| {
        if hold.kind == ReservationKind::Hard {
            let message = format!("the reservation `{}` is hard already; nothing is to be done", hold.id);
            return Err(refuse(InventoryCode::AlreadyFirm, message).detail("reservation", hold.id.as_str()));
        }
        let Reservation { id, product, .. } = hold.clone();
        Ok(vec![StockEvent::Firmed { id, product, expires_at: firm.expires_at, parts: open_parts(hold) }])
    }))
}

/// Refusals, in order: unknown reservation, already committed, already released, expired, unknown location, insufficient.
pub(in super::super) fn transfer(ground: &Ground<'_>, transfer: &TransferReservation, path: &Path<'_>) -> Verdict {
    if transfer.location.is_none() && transfer.demand.is_none() && transfer.removal.is_none() {
        let message = "nothing says where to, for whom or of which stock; write `location`, `demand` or `removal`";
        return Err(Diagnostic::error(ShapeCode::InvalidValue, path, message).into());
    }
    if let Some(location) = &transfer.location {
        ground.known_location(location, path)?;
    }
    if let Some(hold) = ground.state.reservation(&transfer.id) {
        check_terms((ground.inventory, ground.state), &hold.product, transfer.removal.as_deref(), path)?;
    }
    Ok(open_reservation(ground, &transfer.id).and_then(|hold| {
        let stays = transfer.location.is_none() && transfer.removal.is_none();
        let (from, parts) = if stays { (Vec::new(), Vec::new()) } else { moved(ground, hold, transfer)? };
        let Reservation { id, product, kind, .. } = hold.clone();
        let TransferReservation { demand, location, removal, .. } = transfer.clone();
        Ok(vec![StockEvent::Transferred { id, product, kind, demand, location, removal, from, parts }])
    }))
}

/// What is free and what is held instead. All that is held must be at the new place, where the reservation's own part counts; what
/// waits for stock waits for that of the new place.
fn moved(ground: &Ground<'_>, hold: &Reservation, transfer: &TransferReservation) -> Result<(Vec<StockPart>, Vec<StockPart>), Refusal> {
    if let Some(location) = transfer.location.as_ref().filter(|location| !ground.inventory.is_active(location)) {
        let message = format!("nothing can be reserved at `{location}`, which is not active");
        return Err(refuse(InventoryCode::UnknownLocation, message).detail("location", location.as_str()));
    }
    let held = hold.open();
    if held.is_zero() {
        return Ok((Vec::new(), Vec::new()));
    }
    let location = transfer.location.clone().or_else(|| hold.location.clone());
    let removal = transfer.removal.clone().or_else(|| hold.removal.clone());
    let wanted = ReserveStock { location, removal, ..as_asked(hold, held) };
    let claim = claim(ground, &wanted, ground.supply().without(std::slice::from_ref(&hold.id)), None);
    let Claim { parts, .. } = claim.map_err(|refusal| give_up_first(refusal, hold, held, wanted.location.as_ref()))?;
    Ok((open_parts(hold), parts))
}

/// How much is to be released so that the rest can be held elsewhere: what waits is released first.
fn give_up_first(mut refusal: Refusal, hold: &Reservation, held: Quantity, location: Option<&LocationId>) -> Refusal {
    let Some(Detail::Number(available)) = refusal.details.get("available") else { return refusal };
    let Some(there) = Quantity::try_from(*available).ok().filter(|there| there.is_positive()) else { return refusal };
    let release = hold.backordered.saturating_add(held.saturating_sub(there));
    let place = location.map(|location| format!(" at `{location}`")).unwrap_or_default();
    refusal.message = format!("`{}`{place}: {held} held, {there} available there for it; release {release} of it first", hold.product);
    refusal.detail("reservation", hold.id.as_str()).detail("release", release.to_decimal())
}

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation (less than has left
/// already), quota exceeded, insufficient.
pub(in super::super) fn update(ground: &Ground<'_>, update: &UpdateReservation, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = update.quantity {
        positive(quantity, path)?;
    }
    check_allow(update.allow, &path.field("allow"))?;
    Ok(open_reservation(ground, &update.id).and_then(|hold| updated(ground, hold, update)))
}

fn updated(ground: &Ground<'_>, hold: &Reservation, update: &UpdateReservation) -> Result<Vec<StockEvent>, Refusal> {
    let (committed, outstanding) = (hold.committed(), hold.outstanding());
    let wanted = match update.quantity {
        Some(total) if total <= committed => return Err(less_than_left(hold, total, committed)),
        Some(total) => total.saturating_sub(committed),
        None => outstanding,
    };
    let mut events = Vec::new();
    let mut more = Claim::default();
    let moved = is_moved(hold, update);
    if wanted < outstanding {
        events.push(release_quantity(hold, outstanding.saturating_sub(wanted)));
    } else if wanted > outstanding {
        let as_asked = as_asked(hold, wanted.saturating_sub(outstanding));
        let increase = ReserveStock { allow: update.allow, wanted_on: update.wanted_on.or(hold.wanted_on), ..as_asked };
        let allowance = if moved { None } else { Allowance::of_more(ground, hold) };
        more = claim(ground, &increase, ground.supply(), allowance)
            .map_err(|refusal| refused_increase(ground, hold, update, wanted, refusal))?;
    }
    let mut redrawn = false;
    if moved {
        let all = wanted.min(outstanding).saturating_add(more.quantity());
        (redrawn, more.quota) = redraw(ground, hold, update, all)?;
    }
    let other_terms = update.wanted_on.is_some() || update.priority.is_some();
    if wanted > outstanding || other_terms || events.is_empty() {
        let Reservation { id, product, kind, .. } = hold.clone();
        let (wanted_on, priority) = (update.wanted_on.or(hold.wanted_on), update.priority.unwrap_or(hold.priority));
        let Claim { parts, backordered, quota } = more;
        events.push(StockEvent::Updated { id, product, kind, wanted_on, priority, parts, backordered, quota, redrawn });
    }
    Ok(events)
}

/// Whether it is wanted on another day than that by which quotas were drawn on.
fn is_moved(hold: &Reservation, update: &UpdateReservation) -> bool {
    !hold.quota.is_empty() && update.wanted_on.is_some() && update.wanted_on != hold.wanted_on
}

/// Why a reservation cannot have more. Where the quotas of a new day allow less than is there, the quantity that passes is theirs too.
fn refused_increase(ground: &Ground<'_>, hold: &Reservation, update: &UpdateReservation, wanted: Quantity, refusal: Refusal) -> Refusal {
    let there = match refusal.details.get("available") {
        Some(Detail::Number(there)) if refusal.code == InventoryCode::Insufficient.into() && is_moved(hold, update) => *there,
        _ => return with_total(refusal, hold),
    };
    let sellable = hold.outstanding().saturating_add(Quantity::try_from(there).unwrap_or(Quantity::ZERO));
    let all = ReserveStock { wanted_on: update.wanted_on, ..as_asked(hold, wanted) };
    if let Some(mut allowance) = Allowance::of_other_day(ground, hold, update.wanted_on)
        && allowance.granted(&all) < sellable
    {
        return with_nearest_total(allowance.refusal(&all, sellable), hold);
    }
    with_total(refusal, hold)
}

/// What a reservation of so many units draws on the quotas of its new day, and whether that is of other periods than before.
fn redraw(
    ground: &Ground<'_>,
    hold: &Reservation,
    update: &UpdateReservation,
    units: Quantity,
) -> Result<(bool, Vec<QuotaClaim>), Refusal> {
    let wanted = ReserveStock { wanted_on: update.wanted_on, ..as_asked(hold, units) };
    let Some(mut allowance) = Allowance::of_other_day(ground, hold, update.wanted_on) else { return Ok((false, Vec::new())) };
    if allowance.granted(&wanted) < units {
        return Err(with_nearest_total(allowance.refusal(&wanted, units), hold));
    }
    let claims = allowance.claims(&wanted, units);
    let mut before = hold.quota.clone();
    let back: Vec<QuotaUse> = before.iter_mut().flat_map(|claim| claim.give_back(hold.outstanding(), hold.committed().is_zero())).collect();
    let is_same = {
        let mut given: Vec<_> = back.into_iter().map(|used| (used.quota, used.group, used.on, used.quantity.negated())).collect();
        let mut taken: Vec<_> =
            claims.iter().flat_map(QuotaClaim::uses).map(|used| (used.quota, used.group, used.on, used.quantity)).collect();
        sort::ascending(&mut given);
        sort::ascending(&mut taken);
        given == taken
    };
    Ok(if is_same { (false, Vec::new()) } else { (true, claims) })
}

fn less_than_left(hold: &Reservation, total: Quantity, committed: Quantity) -> Refusal {
    let message =
        format!("of the reservation `{}` {committed} have left already, so its total cannot be {total}; release the rest", hold.id);
    refuse(InventoryCode::ExceedsReservation, message)
        .detail("reservation", hold.id.as_str())
        .detail("requested", total.to_decimal())
        .detail("committed", committed.to_decimal())
}

/// The totals beside the increase that is refused.
fn with_total(refusal: Refusal, hold: &Reservation) -> Refusal {
    let total = hold.outstanding().saturating_add(hold.committed());
    refusal.detail("reservation", hold.id.as_str()).detail("reserved", total.to_decimal())
}

/// The total that passes, when all that has not left is drawn for another day.
fn with_nearest_total(refusal: Refusal, hold: &Reservation) -> Refusal {
    let refusal = refusal.detail("reservation", hold.id.as_str());
    let Some(Detail::Number(available)) = refusal.details.get("available") else { return refusal };
    let passes = Quantity::try_from(*available).ok().filter(|passes| passes.is_positive());
    match passes {
        Some(passes) => refusal.detail("total", passes.saturating_add(hold.committed()).to_decimal()),
        None => refusal,
    }
}

/// A reservation as it would be asked for, with a quantity of its own.
pub(in super::super) fn as_asked(hold: &Reservation, quantity: Quantity) -> ReserveStock {
    ReserveStock {
        id: hold.id.clone(),
        demand: hold.demand.clone(),
        product: hold.product.clone(),
        quantity,
        location: hold.location.clone(),
        kind: hold.kind,
        wanted_on: hold.wanted_on,
        priority: hold.priority,
        expires_at: hold.expires_at,
        allow: super::super::action::ReserveAllow::FullOnly,
        characteristics: std::collections::BTreeMap::new(),
        instead_of: hold.instead_of.clone(),
        replaces: Vec::new(),
        removal: hold.removal.clone(),
        components_from: Vec::new(),
    }
}

/// Refusals, in order: unknown reservation, already released, expired, exceeds reservation (more than was committed), serial exists.
pub(in super::super) fn uncommit(ground: &Ground<'_>, uncommit: &UncommitStock, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = uncommit.quantity {
        positive(quantity, path)?;
    }
    let committed = ground.state.reservation(&uncommit.id).filter(|hold| hold.status == ReservationStatus::Committed);
    let hold = committed.map_or_else(|| open_reservation(ground, &uncommit.id), Ok);
    Ok(hold.and_then(|hold| {
        let parts = taken_back(hold, uncommit)?;
        not_elsewhere(ground, hold, &parts)?;
        let Reservation { id, product, kind, .. } = hold.clone();
        Ok(vec![StockEvent::Uncommitted { id, product, kind, parts }])
    }))
}

fn taken_back(hold: &Reservation, uncommit: &UncommitStock) -> Result<Vec<StockPart>, Refusal> {
    let which = Which::of(uncommit.location.as_ref(), uncommit.lot.as_ref(), &uncommit.serials);
    let gone: Vec<&ReservationPart> = hold.parts.iter().filter(|part| which.is(part) && part.committed.is_positive()).collect();
    let committed: Quantity = gone.iter().map(|part| part.committed).sum();
    let wanted = uncommit.quantity.unwrap_or(committed);
    if wanted > committed || wanted.is_zero() {
        let place = which.words("from");
        let message = format!("of the reservation `{}` {committed} have left{place}; at most that can come back", hold.id);
        return Err(refuse(InventoryCode::ExceedsReservation, message)
            .detail("reservation", hold.id.as_str())
            .detail("requested", wanted.to_decimal())
            .detail("available", committed.to_decimal()));
    }
    let mut missing = wanted;
    let mut parts = Vec::new();
    for part in gone.into_iter().rev() {
        let back = missing.min(part.committed);
        missing = missing.saturating_sub(back);
        if back.is_positive() {
            parts.push(part.with(back));
        }
    }
    parts.reverse();
    Ok(parts)
}

/// A unit that has come in again since is where it came in.
fn not_elsewhere(ground: &Ground<'_>, hold: &Reservation, parts: &[StockPart]) -> Result<(), Refusal> {
    if parts.iter().all(|part| part.serial.is_none()) {
        return Ok(());
    }
    let places = ground.state.details(&hold.product).map(Details::places_of_serials).unwrap_or_default();
    let back = parts.iter().filter_map(|part| part.serial.as_ref());
    let Some((serial, (place, _))) = back.into_iter().find_map(|serial| Some((serial, places.get(serial)?))) else { return Ok(()) };
    let place = ground.state.locations.get_index(*place).map(LocationId::as_str).unwrap_or_default();
    Err(serial_exists(&hold.product, serial, place))
}
