//! Reserving: taking a claim on stock.

use super::super::action::{ReservationKind, ReserveAllow, ReserveStock};
use super::super::decide::{Ground, Verdict, positive, refuse};
use super::super::event::StockEvent;
use super::super::kit::{KitPart, check_no_components};
use super::super::movement::check_terms;
use super::super::part::StockPart;
use super::super::plan::not_positive;
use super::super::quota::{Allowance, QuotaClaim};
use super::super::removal::{Ask, explain_refusal};
use super::super::supply::Supply;
use super::{Reservation, ReservationStatus, open_parts};
use crate::id::{ReservationId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, LimitCode, Path, Refusal, ShapeCode};
use crate::time::Timestamp;

/// What a reservation gets.
#[derive(Default)]
pub(in super::super) struct Claim {
    /// What is held, and where.
    pub parts: Vec<StockPart>,
    /// What waits for stock.
    pub backordered: Quantity,
    /// What that consumes of quotas.
    pub quota: Vec<QuotaClaim>,
}

impl Claim {
    pub fn quantity(&self) -> Quantity {
        self.parts.iter().map(|part| part.quantity).sum::<Quantity>().saturating_add(self.backordered)
    }
}

/// Refusals, in order: reservation exists, unknown location, unknown reservation (to replace), quota exceeded, insufficient.
pub(in super::super) fn reserve(ground: &Ground<'_>, reserve: &ReserveStock, path: &Path<'_>) -> Verdict {
    // 1. Refuse what cannot be judged.
    positive(reserve.quantity, path)?;
    if let Some(instead) = &reserve.instead_of {
        positive(instead.quantity, &path.field("instead_of"))?;
    }
    check_allow(reserve.allow, &path.field("allow"))?;
    check_terms((ground.inventory, ground.state), &reserve.product, reserve.removal.as_deref(), path)?;
    check_no_components(reserve, path)?;
    room_for_one_more(ground, path)?;
    let expires_at = end_of_hold(ground, reserve, path)?;
    if let Some(refusal) = refusal_before_stock(ground, reserve, std::iter::once(&reserve.id), path)? {
        return Ok(Err(refusal));
    }
    // 2. Find what quotas allow, and what there is.
    let own = own_holds(ground, reserve);
    let allowance = Allowance::of_new(ground, reserve, &own, path)?;
    let claim = claim(ground, reserve, ground.supply().without(&own), allowance);
    // 3. Hold it, in the place of what is replaced.
    Ok(claim.map(|claim| {
        let mut events = replaced(ground, &reserve.id, &own);
        events.push(reserved(reserve, expires_at, claim, None));
        events
    }))
}

/// The holds that the new one takes the place of.
fn own_holds(ground: &Ground<'_>, reserve: &ReserveStock) -> Vec<ReservationId> {
    let of_product = |hold: &&Reservation| hold.product == reserve.product && ground.inventory.replaces_own_soft_holds();
    // A part of a kit goes with its kit.
    let soft = ground.state.soft_holds_of(&reserve.demand).filter(of_product).filter(|hold| hold.kit.is_none()).map(|hold| &hold.id);
    let own: Set<&ReservationId> = held_before(ground, reserve).chain(soft).collect();
    own.into_iter().cloned().collect()
}

/// The holds that the caller names to be replaced; a kit's are those of its components.
pub(in super::super) fn held_before<'r>(ground: &Ground<'r>, reserve: &'r ReserveStock) -> impl Iterator<Item = &'r ReservationId> {
    let state = ground.state;
    reserve.replaces.iter().flat_map(|id| state.held_as(id))
}

/// What a reservation gets of what there is, as far as quotas allow.
pub(in super::super) fn claim(
    ground: &Ground<'_>,
    reserve: &ReserveStock,
    supply: Supply<'_>,
    mut allowance: Option<Allowance<'_>>,
) -> Result<Claim, Refusal> {
    let mut supply = supply.within(reserve.location.as_ref());
    let untracked = supply.is_untracked(&reserve.product);
    // 1. How much of it there is, and how much of that is allowed.
    let available = if untracked { reserve.quantity } else { supply.available_for(asked(reserve)) };
    let granted = allowance.as_mut().map(|allowance| allowance.granted(reserve));
    if let Some((granted, allowance)) = granted.filter(|granted| *granted < reserve.quantity).zip(allowance.as_mut()) {
        within_quota(reserve, &supply, available, granted, allowance)?;
    }
    // 2. Take it.
    let allowed = granted.unwrap_or(Quantity::MAX);
    let mut claim = if untracked {
        claim_untracked(ground, reserve, reserve.quantity.min(allowed), &supply)
    } else {
        let claim = claim_stock(ground, reserve, available.min(allowed), &mut supply);
        claim.map_err(|refusal| explain_refusal(&mut supply, asked(reserve), reserve.quantity, refusal))
    }?;
    // 3. Say what that consumes.
    if let Some(mut allowance) = allowance {
        claim.quota = allowance.claims(reserve, claim.quantity());
    }
    Ok(claim)
}

/// Less than all is allowed: that will do only where less will do.
fn within_quota(
    reserve: &ReserveStock,
    supply: &Supply<'_>,
    available: Quantity,
    granted: Quantity,
    allowance: &mut Allowance<'_>,
) -> Result<(), Refusal> {
    let (sellable, passes) = match reserve.allow {
        ReserveAllow::Partial { min, multiple } => {
            let possible = granted.min(available).whole_multiple_of(multiple.unwrap_or_default());
            (available, possible.is_positive() && min.is_none_or(|min| possible >= min) || available < granted)
        }
        ReserveAllow::FullOnly => (available, false),
        ReserveAllow::Backorder => {
            let headroom = supply.headroom(&reserve.product);
            (headroom.map_or(Quantity::MAX, |headroom| available.saturating_add(headroom)), false)
        }
    };
    if passes { Ok(()) } else { Err(allowance.refusal(reserve, sellable)) }
}

pub(in super::super) fn reserved(
    reserve: &ReserveStock,
    expires_at: Option<Timestamp>,
    claim: Claim,
    kit: Option<Box<KitPart>>,
) -> StockEvent {
    StockEvent::Reserved {
        id: reserve.id.clone(),
        demand: reserve.demand.clone(),
        product: reserve.product.clone(),
        kind: reserve.kind,
        expires_at,
        wanted_on: reserve.wanted_on,
        priority: reserve.priority,
        location: reserve.location.clone(),
        quota: claim.quota,
        instead_of: reserve.instead_of.clone(),
        kit,
        removal: reserve.removal.clone(),
        requested: reserve.quantity,
        parts: claim.parts,
        backordered: claim.backordered,
    }
}

pub(in super::super) fn check_allow(allow: ReserveAllow, path: &Path<'_>) -> Result<(), Error> {
    let ReserveAllow::Partial { min, multiple } = allow else { return Ok(()) };
    for (name, quantity) in [("min", min), ("multiple", multiple)] {
        if let Some(quantity) = quantity.filter(|quantity| !quantity.is_positive()) {
            return Err(not_positive(quantity, &path.field("partial").field(name)).into());
        }
    }
    Ok(())
}

/// What a product that is not tracked gets: all that is asked for, and no counter changes.
fn claim_untracked(ground: &Ground<'_>, reserve: &ReserveStock, quantity: Quantity, supply: &Supply<'_>) -> Result<Claim, Refusal> {
    let location = supply.first().and_then(|rank| ground.inventory.names().get(rank));
    let Some(location) = location else {
        let message = format!("`{}` has no location to come from: none is active; activate one", reserve.product);
        return Err(refuse(InventoryCode::UnknownLocation, message).detail("product", reserve.product.as_str()));
    };
    Ok(Claim { parts: vec![StockPart::untracked(location.clone(), quantity)], ..Claim::default() })
}

/// What there is of it, and what may wait for stock.
fn claim_stock(ground: &Ground<'_>, reserve: &ReserveStock, available: Quantity, supply: &mut Supply<'_>) -> Result<Claim, Refusal> {
    let held = reserve.quantity.min(available);
    let missing = reserve.quantity.saturating_sub(held);
    let (held, backordered) = match reserve.allow {
        ReserveAllow::FullOnly if missing.is_positive() => return Err(insufficient(reserve, available)),
        ReserveAllow::FullOnly => (held, Quantity::ZERO),
        ReserveAllow::Partial { min, multiple } => (part_of(reserve, available, min, multiple)?, Quantity::ZERO),
        ReserveAllow::Backorder => match supply.headroom(&reserve.product) {
            Some(headroom) if missing > headroom => return Err(beyond_backorder(reserve, available, headroom)),
            _ => (held, missing),
        },
    };
    Ok(Claim { parts: take(ground, reserve, supply, held), backordered, quota: Vec::new() })
}

/// How much is held when less will do: all, or as many whole multiples as there are.
fn part_of(reserve: &ReserveStock, available: Quantity, min: Option<Quantity>, multiple: Option<Quantity>) -> Result<Quantity, Refusal> {
    if available >= reserve.quantity {
        return Ok(reserve.quantity);
    }
    let possible = available.whole_multiple_of(multiple.unwrap_or_default());
    if possible.is_positive() && min.is_none_or(|min| possible >= min) {
        return Ok(possible);
    }
    let refusal = insufficient(reserve, available);
    let refusal = min.into_iter().fold(refusal, |refusal, min| refusal.detail("min", min.to_decimal()));
    Err(multiple.into_iter().fold(refusal, |refusal, multiple| refusal.detail("multiple", multiple.to_decimal())))
}

fn asked(reserve: &ReserveStock) -> Ask<'_> {
    Ask { product: &reserve.product, terms: reserve.removal.as_deref(), wanted_on: reserve.wanted_on }
}

/// The locations and lots that give.
pub(in super::super) fn take(ground: &Ground<'_>, reserve: &ReserveStock, supply: &mut Supply<'_>, quantity: Quantity) -> Vec<StockPart> {
    let mut parts = Vec::new();
    let Some(shelf) = ground.state.shelves.get_index_of(&reserve.product) else { return parts };
    let names = ground.inventory.names();
    supply.pick(asked(reserve), shelf, quantity, |rank, quantity, stock| {
        if let Some(location) = names.get(rank) {
            parts.push(StockPart::of(location.clone(), quantity, stock));
        }
    });
    parts
}

pub(in super::super) fn room_for_one_more(ground: &Ground<'_>, path: &Path<'_>) -> Result<(), Error> {
    let most = Limits::default().state_entries;
    if ground.state.reservations.len().saturating_add(ground.elsewhere) < most {
        return Ok(());
    }
    let message = format!("the stock holds {most} reservations, and more are not kept in one state; split it by product");
    Err(Diagnostic::error(LimitCode::TooMany, path, message).into())
}

/// When the hold ends by itself.
pub(in super::super) fn end_of_hold(ground: &Ground<'_>, reserve: &ReserveStock, path: &Path<'_>) -> Result<Option<Timestamp>, Error> {
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

/// Why a reservation by these ids cannot be, whatever there is.
pub(in super::super) fn refusal_before_stock<'r>(
    ground: &Ground<'_>,
    reserve: &ReserveStock,
    mut ids: impl Iterator<Item = &'r ReservationId>,
    path: &Path<'_>,
) -> Result<Option<Refusal>, Error> {
    if let Some(location) = &reserve.location
        && ground.inventory.rank(location).is_none()
    {
        return Err(ground.inventory.unknown_location(location, &path.field("location")).into());
    }
    let from = reserve.components_from.iter().map(|from| &from.location);
    let known = |id: &ReservationId| ground.state.reservation(id).is_some() || ground.state.kits.contains_key(id);
    if let Some(id) = ids.find(|id| known(id)) {
        let message = format!("the reservation `{id}` exists; give the new one its own id");
        return Ok(Some(refuse(InventoryCode::ReservationExists, message).detail("reservation", id.as_str())));
    }
    if let Some(location) = reserve.location.iter().chain(from).find(|location| !ground.inventory.is_active(location)) {
        let message = format!("nothing can be reserved at `{location}`, which is not active");
        return Ok(Some(refuse(InventoryCode::UnknownLocation, message).detail("location", location.as_str())));
    }
    if let Some(id) = reserve.replaces.iter().find(|id| !known(id)) {
        let message = format!("there is no reservation `{id}` to be replaced");
        return Ok(Some(refuse(InventoryCode::UnknownReservation, message).detail("reservation", id.as_str())));
    }
    let part = |id: &ReservationId| ground.state.reservation(id).and_then(|hold| hold.kit.as_deref());
    Ok(reserve.replaces.iter().find_map(|id| Some((id, part(id)?))).map(|(id, kit)| {
        let message = format!("the reservation `{id}` is a part of the kit `{}`; replace that", kit.id);
        let refusal = refuse(InventoryCode::PartOfKit, message).detail("reservation", id.as_str());
        refusal.detail("kit", kit.id.as_str()).detail("product", kit.product.as_str())
    }))
}

fn insufficient(reserve: &ReserveStock, available: Quantity) -> Refusal {
    let partly = available.is_positive() && reserve.allow == ReserveAllow::FullOnly;
    let advice = if partly { format!("; ask for {available}, or allow a partial reservation") } else { String::new() };
    shortage(reserve, available, format!("{available} available{advice}"))
        .detail("short", reserve.quantity.saturating_sub(available).to_decimal())
}

/// More than is available and may wait for stock.
fn beyond_backorder(reserve: &ReserveStock, available: Quantity, headroom: Quantity) -> Refusal {
    let sellable = available.saturating_add(headroom);
    let advice = if sellable.is_positive() { format!("; ask for {sellable}") } else { String::new() };
    shortage(reserve, available, format!("{available} available, and {headroom} may be backordered{advice}"))
        .detail("headroom", headroom.to_decimal())
        .detail("sellable", sellable.to_decimal())
        .detail("short", reserve.quantity.saturating_sub(sellable).to_decimal())
}

fn shortage(reserve: &ReserveStock, available: Quantity, there: String) -> Refusal {
    let ReserveStock { product, quantity, .. } = reserve;
    let place = reserve.location.as_ref().map(|location| format!(" at `{location}`")).unwrap_or_default();
    let message = format!("`{product}`{place}: {quantity} asked for, {there}");
    let refusal = refuse(InventoryCode::Insufficient, message).detail("product", product.as_str());
    let refusal = match &reserve.location {
        Some(location) => refusal.detail("location", location.as_str()),
        None => refusal,
    };
    refusal.detail("requested", quantity.to_decimal()).detail("available", available.to_decimal())
}

/// Holds give way to the one that replaces them.
pub(in super::super) fn replaced(ground: &Ground<'_>, by: &ReservationId, own: &[ReservationId]) -> Vec<StockEvent> {
    let holds = own.iter().filter_map(|id| ground.state.reservation(id));
    let open = holds.filter(|hold| hold.status_at(ground.at) == ReservationStatus::Open);
    open.map(|hold| StockEvent::Released {
        id: hold.id.clone(),
        product: hold.product.clone(),
        kind: hold.kind,
        parts: open_parts(hold),
        backordered: hold.backordered,
        replaced_by: Some(by.clone()),
    })
    .collect()
}
