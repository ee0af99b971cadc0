//! A new total for a reserved kit.

use super::super::action::{ReserveStock, StockAction, UpdateReservation};
use super::super::decide::{Ground, Judgement, positive};
use super::super::event::StockEvent;
use super::super::keys::Keys;
use super::super::reservation::{Claim, Reservation, as_asked, check_allow};
use super::compile::{Component, Kit};
use super::hold::Hold;
use super::reserve::{Share, elsewhere, hold_parts, most_that_passes, share, whole_kits};
use super::resolve::{carry_out, releases};
use super::stock::{KitStock, as_quantity, whole};
use crate::report::{InventoryCode, Path, Refusal};

/// Refusals, in order: already committed, already released, expired, exceeds reservation (fewer than have left already), insufficient,
/// quota exceeded.
pub(super) fn update(ground: &Ground<'_>, hold: &Hold<'_>, update: &UpdateReservation, path: &Path<'_>) -> Judgement {
    // 1. Refuse what cannot be judged.
    if let Some(quantity) = update.quantity {
        positive(quantity, path)?;
        whole_kits(quantity, &path.field("quantity"))?;
    }
    check_allow(update.allow, &path.field("allow"))?;
    if let Some(refusal) = hold.closed(ground) {
        return Ok(Err(vec![refusal]));
    }
    // 2. How many kits are to be held, of those that have not left.
    let (committed, outstanding) = (hold.committed(), hold.outstanding());
    let total = update.quantity.map(whole);
    if let Some(total) = total.filter(|total| *total <= committed) {
        let refusal = hold.exceeds(InventoryCode::ExceedsReservation, total, outstanding, None);
        return Ok(Err(vec![refusal.detail("committed", as_quantity(committed).to_decimal())]));
    }
    let wanted = total.map_or(outstanding, |total| total.saturating_sub(committed));
    // 3. The other terms, and the difference.
    let terms = |part: &Reservation| StockAction::Update(UpdateReservation { id: part.id.clone(), quantity: None, ..update.clone() });
    if wanted > outstanding {
        let more = wanted.saturating_sub(outstanding);
        let moves = update.wanted_on.is_some() && hold.parts.iter().any(|(part, _)| !part.quota.is_empty());
        let others: Vec<StockAction> = hold.parts.iter().filter(|_| moves).map(|(part, _)| terms(part)).collect();
        return moved_and_increased(ground, hold, update, more, (&others, path));
    }
    let mut actions = if wanted < outstanding { releases(hold, None, outstanding.saturating_sub(wanted)) } else { Vec::new() };
    if actions.is_empty() || update.wanted_on.is_some() || update.priority.is_some() {
        actions.extend(hold.parts.iter().map(|(part, _)| terms(part)));
    }
    carry_out(ground, &actions, path)
}

/// Other terms for what is held, where quotas are drawn on by the day; then more kits.
fn moved_and_increased(
    ground: &Ground<'_>,
    hold: &Hold<'_>,
    update: &UpdateReservation,
    more: i64,
    (others, path): (&[StockAction], &Path<'_>),
) -> Judgement {
    if others.is_empty() {
        return increase(ground, hold, update, more);
    }
    let mut events = match carry_out(ground, others, path)? {
        Ok(events) => events,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let mut keys = Keys::default();
    hold.parts.iter().for_each(|(part, _)| keys.reservation(&part.id, ground.state));
    let mut state = keys.part_of(ground.state, ground.at);
    let elsewhere = elsewhere(ground, &state);
    events.iter().for_each(|what| state.happen(what));
    let here = Ground { state: &state, elsewhere, ..*ground };
    let Some(moved) = Hold::find(&here, hold.id) else { return Ok(Ok(events)) };
    Ok(increase(&here, &moved, update, more)?.map(|more| {
        events.extend(more);
        events
    }))
}

/// Holds more kits.
fn increase(ground: &Ground<'_>, hold: &Hold<'_>, update: &UpdateReservation, more: i64) -> Judgement {
    let Some((first, _)) = hold.parts.first() else { return Ok(Ok(Vec::new())) };
    let kit = Kit {
        ships: ground.inventory.kit(hold.product).map(|kit| kit.ships).unwrap_or_default(),
        components: hold.parts.iter().map(|(part, each)| Component { product: part.product.clone(), quantity: *each }).collect(),
    };
    let request =
        ReserveStock { id: hold.id.clone(), product: hold.product.clone(), allow: update.allow, ..as_asked(first, as_quantity(more)) };
    // 1. How many more there are.
    let mut keys = Keys::default();
    hold.parts.iter().for_each(|(part, _)| keys.reservation(&part.id, ground.state));
    let state = keys.part_of(ground.state, ground.at);
    let here = Ground { state: &state, elsewhere: elsewhere(ground, &state), ..*ground };
    let mut supply = here.supply().within(request.location.as_ref());
    let stock = KitStock::of(here.inventory, &kit, &mut supply, (request.location.as_ref(), request.removal.as_deref(), request.wanted_on));
    let share = match share(&here, &request, &kit, &stock) {
        Ok(share) => share,
        Err(refusal) => return Ok(Err(vec![with_total(refusal, hold)])),
    };
    // 2. Hold them.
    let parts: Vec<ReserveStock> = hold.parts.iter().map(|(part, _)| as_asked(part, as_quantity(more))).collect();
    let attempt = |share: Share| {
        let pairs = parts.iter().zip(&kit.components);
        hold_parts(&here, &stock, share, pairs, None, |_, part, claim| more_of(part, update, claim, first))
    };
    Ok(match attempt(share)? {
        Ok(events) => Ok(events),
        Err(refusal) => {
            let most = most_that_passes(share.held, |held| Ok(attempt(Share { held, waiting: 0 })?.is_ok()))?;
            Err(vec![with_total(refusal.detail("kits", as_quantity(most).to_decimal()), hold)])
        }
    })
}

fn more_of(part: &ReserveStock, update: &UpdateReservation, claim: Claim, first: &Reservation) -> StockEvent {
    StockEvent::Updated {
        id: part.id.clone(),
        product: part.product.clone(),
        kind: first.kind,
        wanted_on: update.wanted_on.or(first.wanted_on),
        priority: update.priority.unwrap_or(first.priority),
        parts: claim.parts,
        backordered: claim.backordered,
        quota: claim.quota,
        redrawn: false,
    }
}

/// The total beside the increase that is refused.
fn with_total(refusal: Refusal, hold: &Hold<'_>) -> Refusal {
    let total = as_quantity(hold.outstanding().saturating_add(hold.committed()));
    refusal.detail("reservation", hold.id.as_str()).detail("reserved", total.to_decimal())
}
