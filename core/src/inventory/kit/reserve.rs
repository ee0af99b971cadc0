//! Reserving a kit: its components, in whole kits, all of them or none.

use super::super::action::{ReserveAllow, ReserveStock};
use super::super::decide::{Ground, Judgement, positive, refuse};
use super::super::event::StockEvent;
use super::super::keys::Keys;
use super::super::movement::check_terms;
use super::super::quota::Allowance;
use super::super::reservation::{
    Claim, check_allow, claim, end_of_hold, held_before, refusal_before_stock, replaced, reserved, room_for_one_more,
};
use super::super::state::StockState;
use super::compile::{Component, Kit};
use super::components::check_components;
use super::def::KitPart;
use super::stock::{KitStock, as_quantity, enough_for, times, whole};
use crate::id::{IdError, ReservationId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, Path, Refusal, ShapeCode};

/// How many kits are held, and how many wait for stock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub held: i64,
    pub waiting: i64,
}

/// Refusals, in order: reservation exists, unknown location, unknown reservation (to replace), part of a kit (to replace), insufficient,
/// quota exceeded.
pub(super) fn reserve(ground: &Ground<'_>, request: &ReserveStock, kit: &Kit, path: &Path<'_>) -> Judgement {
    // 1. Refuse what cannot be judged.
    positive(request.quantity, path)?;
    whole_kits(request.quantity, &path.field("quantity"))?;
    if let Some(instead) = &request.instead_of {
        positive(instead.quantity, &path.field("instead_of"))?;
    }
    check_allow(request.allow, &path.field("allow"))?;
    for component in &kit.components {
        check_terms((ground.inventory, ground.state), &component.product, request.removal.as_deref(), path)?;
    }
    check_components(ground.inventory, request, kit, path)?;
    room_for_one_more(ground, path)?;
    let expires_at = end_of_hold(ground, request, path)?;
    let parts = name_parts(request, kit, &path.field("id"))?;
    let taken = std::iter::once(&request.id).chain(parts.iter().map(|part| &part.id));
    if let Some(refusal) = refusal_before_stock(ground, request, taken, path)? {
        return Ok(Err(vec![refusal]));
    }
    // 2. Let go of what it replaces.
    let mut keys = Keys::default();
    keys.read_reserve(request, ground.inventory, ground.state);
    let mut state = keys.part_of(ground.state, ground.at);
    let mut events = replaced(ground, &request.id, &own_holds(ground, request));
    events.iter().for_each(|what| state.happen(what));
    // 3. Find how many there are, and hold them.
    let here = Ground { state: &state, elsewhere: elsewhere(ground, &state), ..*ground };
    let mut supply = here.supply().within(request.location.as_ref());
    let asked = (request.location.as_ref(), request.removal.as_deref(), request.wanted_on);
    let stock = KitStock { from: &request.components_from, ..KitStock::of(here.inventory, kit, &mut supply, asked) };
    let hold = |share: Share| {
        hold_parts(&here, &stock, share, parts.iter().zip(&kit.components), Some(path), |component, part, claim| {
            reserved(part, expires_at, claim, Some(Box::new(kit_part(request, component))))
        })
    };
    Ok(match share(&here, request, kit, &stock) {
        Err(refusal) => Err(vec![refusal]),
        Ok(share) => match hold(share)? {
            Ok(held) => {
                events.extend(held);
                Ok(events)
            }
            Err(refusal) => Err(vec![nearest(refusal, request, share, |share| Ok(hold(share)?.is_ok()))?]),
        },
    })
}

/// How many reservations a part of the state leaves out.
pub(super) fn elsewhere(ground: &Ground<'_>, part: &StockState) -> usize {
    ground.state.reservations.len().saturating_add(ground.elsewhere).saturating_sub(part.reservations.len())
}

pub(super) fn whole_kits(quantity: Quantity, path: &Path<'_>) -> Result<(), Error> {
    if as_quantity(whole(quantity)) == quantity {
        return Ok(());
    }
    let message = format!("`{quantity}` kits are no whole number of them; write a whole number");
    Err(Diagnostic::error(InventoryCode::Quantity, path, message).into())
}

fn kit_part(request: &ReserveStock, component: &Component) -> KitPart {
    KitPart { id: request.id.clone(), product: request.product.clone(), quantity: component.quantity }
}

/// The reservations of the components: as the kit's, each with an id of its own.
fn name_parts(request: &ReserveStock, kit: &Kit, path: &Path<'_>) -> Result<Vec<ReserveStock>, Error> {
    let named = |component: &Component| {
        let id = format!("{}/{}", request.id, component.product);
        let id: ReservationId = id.parse().map_err(|error: IdError| {
            let message = format!("`{id}` cannot name the reservation of a component: {error}; give the kit's reservation a shorter id");
            Error::from(Diagnostic::error(ShapeCode::InvalidValue, path, message))
        })?;
        let (product, quantity) = (component.product.clone(), times(component.quantity, whole(request.quantity)));
        if quantity > Quantity::MAX {
            let message = format!("so many kits hold more of `{product}` than can be counted; ask for fewer");
            return Err(Diagnostic::error(InventoryCode::Quantity, path, message).into());
        }
        Ok(ReserveStock {
            id,
            product,
            quantity,
            allow: ReserveAllow::FullOnly,
            replaces: Vec::new(),
            components_from: Vec::new(),
            ..request.clone()
        })
    };
    kit.components.iter().map(named).collect()
}

/// The holds that the new one takes the place of: those that it names, and the soft holds of its demand for the same kit.
fn own_holds(ground: &Ground<'_>, request: &ReserveStock) -> Vec<ReservationId> {
    let same = |part: &KitPart| part.product == request.product && ground.inventory.replaces_own_soft_holds();
    let soft = ground.state.soft_holds_of(&request.demand).filter(|hold| hold.kit.as_deref().is_some_and(same)).map(|hold| &hold.id);
    let own: Set<&ReservationId> = held_before(ground, request).chain(soft).collect();
    own.into_iter().cloned().collect()
}

/// How many kits a reservation gets of those that there are.
pub(super) fn share(ground: &Ground<'_>, request: &ReserveStock, kit: &Kit, stock: &KitStock<'_>) -> Result<Share, Refusal> {
    let (asked, there) = (whole(request.quantity), stock.kits);
    let missing = asked.saturating_sub(there);
    match request.allow {
        _ if missing <= 0 => Ok(Share { held: asked, waiting: 0 }),
        ReserveAllow::FullOnly => Err(insufficient(request, stock, None)),
        ReserveAllow::Partial { min, multiple } => {
            let possible = as_quantity(there).whole_multiple_of(multiple.unwrap_or_default());
            let possible = as_quantity(whole(possible));
            if possible.is_positive() && min.is_none_or(|min| possible >= min) {
                return Ok(Share { held: whole(possible), waiting: 0 });
            }
            let refusal = insufficient(request, stock, None);
            let figures = [("min", min), ("multiple", multiple)];
            let figures = figures.into_iter().filter_map(|(name, quantity)| Some((name, quantity?)));
            Err(figures.fold(refusal, |refusal, (name, quantity)| refusal.detail(name, quantity.to_decimal())))
        }
        ReserveAllow::Backorder => {
            let supply = ground.supply();
            let headroom = |component: &Component| {
                let untracked = supply.is_untracked(&component.product);
                supply.headroom(&component.product).filter(|_| !untracked).map(|headroom| enough_for(headroom, component.quantity))
            };
            match kit.components.iter().filter_map(headroom).min() {
                Some(headroom) if missing > headroom => Err(insufficient(request, stock, Some(headroom))),
                _ => Ok(Share { held: there, waiting: missing }),
            }
        }
    }
}

fn insufficient(request: &ReserveStock, stock: &KitStock<'_>, headroom: Option<i64>) -> Refusal {
    let ReserveStock { product, quantity, location, .. } = request;
    let place = location.as_ref().map(|location| format!(" at `{location}`")).unwrap_or_default();
    let scarce = stock.scarce.map(|product| format!(", by `{product}`")).unwrap_or_default();
    let waiting = headroom.map(|headroom| format!(", and {headroom} may be backordered")).unwrap_or_default();
    let sellable = stock.kits.saturating_add(headroom.unwrap_or_default());
    let advice = if sellable > 0 { format!("; ask for {sellable}") } else { String::new() };
    let message = format!("`{product}`{place}: {quantity} kits asked for, {} available{scarce}{waiting}{advice}", stock.kits);
    let short = quantity.saturating_sub(as_quantity(sellable));
    let mut refusal = refuse(InventoryCode::Insufficient, message)
        .detail("product", product.as_str())
        .detail("requested", quantity.to_decimal())
        .detail("available", as_quantity(stock.kits).to_decimal())
        .detail("short", short.to_decimal());
    if let Some(headroom) = headroom {
        refusal = refusal.detail("headroom", as_quantity(headroom).to_decimal()).detail("sellable", as_quantity(sellable).to_decimal());
    }
    let places =
        [("location", location.as_ref().map(|location| location.as_str())), ("component", stock.scarce.map(|product| product.as_str()))];
    let named = places.into_iter().filter_map(|(name, id)| Some((name, id?)));
    named.fold(refusal, |refusal, (name, id)| refusal.detail(name, id))
}

/// Holds the components of so many kits, place by place, as far as quotas allow: of `new` reservations at a path, or
/// of those that there are. `say` makes the event of each.
pub(super) fn hold_parts<'p>(
    ground: &Ground<'_>,
    stock: &KitStock<'_>,
    share: Share,
    parts: impl Iterator<Item = (&'p ReserveStock, &'p Component)>,
    new: Option<&Path<'_>>,
    say: impl Fn(&Component, &ReserveStock, Claim) -> StockEvent,
) -> Result<Result<Vec<StockEvent>, Refusal>, Error> {
    let mut state = ground.state.clone();
    let mut events = Vec::new();
    for (part, component) in parts {
        let here = Ground { state: &state, ..*ground };
        let all = times(component.quantity, share.held.saturating_add(share.waiting));
        let whole = ReserveStock { quantity: all, ..part.clone() };
        let mut held = Claim { backordered: times(component.quantity, share.waiting), ..Claim::default() };
        // 1. What quotas allow.
        let allowance = match new {
            Some(path) => Allowance::of_new(&here, &whole, &[], path)?,
            None => here.state.reservation(&part.id).and_then(|before| Allowance::of_more(&here, before)),
        };
        if let Some(mut allowance) = allowance {
            if allowance.granted(&whole) < all {
                return Ok(Err(allowance.refusal(&whole, all)));
            }
            held.quota = allowance.claims(&whole, all);
        }
        // 2. What each place gives.
        for (location, quantity) in stock.spread_component(component, share.held) {
            let wanted = ReserveStock { quantity, location, ..part.clone() };
            match claim(&here, &wanted, here.supply(), None) {
                Ok(more) => held.parts.extend(more.parts),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        let what = say(component, part, held);
        state.happen(&what);
        events.push(what);
    }
    Ok(Ok(events))
}

/// Adds to what a component is refused with how many kits would pass.
fn nearest(
    refusal: Refusal,
    request: &ReserveStock,
    share: Share,
    passes: impl Fn(Share) -> Result<bool, Error>,
) -> Result<Refusal, Error> {
    let fewer = |kits: i64| Share { held: kits.min(share.held), waiting: kits.saturating_sub(share.held).max(0) };
    let most = most_that_passes(share.held.saturating_add(share.waiting), |kits| passes(fewer(kits)))?;
    Ok(refusal.detail("kit", request.product.as_str()).detail("kits", as_quantity(most).to_decimal()))
}

/// The most below a number that passes, when all below one that passes do.
pub(super) fn most_that_passes(too_many: i64, passes: impl Fn(i64) -> Result<bool, Error>) -> Result<i64, Error> {
    let (mut passed, mut failed) = (0, too_many);
    while failed.saturating_sub(passed) > 1 {
        let middle = passed.saturating_add(failed.saturating_sub(passed).checked_div(2).unwrap_or_default());
        if passes(middle)? {
            passed = middle;
        } else {
            failed = middle;
        }
    }
    Ok(passed)
}
