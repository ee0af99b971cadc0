//! Resolving a reserved kit, in whole kits: each action becomes one for every component, and all of them happen or none.

use super::super::action::{CommitRemainder, CommitStock, ReleaseStock, StockAction, UncommitStock};
use super::super::decide::{Ground, Judgement, positive};
use super::super::keys::Keys;
use super::super::reservation::{Reservation, ReservationPart, ReservationStatus};
use super::hold::Hold;
use super::reserve::{elsewhere, most_that_passes, whole_kits};
use super::stock::{times, whole};
use crate::id::LocationId;
use crate::quantity::Quantity;
use crate::report::{Error, InventoryCode, Path, Refusal};

fn open(part: &ReservationPart) -> Quantity {
    part.open
}

fn gone(part: &ReservationPart) -> Quantity {
    part.committed
}

/// Carries out actions about single reservations, one on what the other has done: all of them, or none.
pub(super) fn carry_out(ground: &Ground<'_>, actions: &[StockAction], path: &Path<'_>) -> Judgement {
    let mut keys = Keys::default();
    actions.iter().for_each(|action| keys.read(action, ground.inventory, ground.state));
    let mut state = keys.part_of(ground.state, ground.at);
    let elsewhere = elsewhere(ground, &state);
    let (mut events, mut refusals) = (Vec::new(), Vec::new());
    for action in actions {
        let here = Ground { state: &state, elsewhere, ..*ground };
        match here.judge_alone(action, path)? {
            Ok(happened) => {
                happened.iter().for_each(|what| state.happen(what));
                events.extend(happened);
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    Ok(if refusals.is_empty() { Ok(events) } else { Err(refusals) })
}

fn asked(quantity: Option<Quantity>, path: &Path<'_>) -> Result<Option<i64>, Error> {
    let Some(quantity) = quantity else { return Ok(None) };
    positive(quantity, path)?;
    whole_kits(quantity, &path.field("quantity"))?;
    Ok(Some(whole(quantity)))
}

fn sum<P>(places: &[(P, i64)]) -> i64 {
    places.iter().map(|(_, kits)| *kits).fold(0, i64::saturating_add)
}

/// The first so many kits of some places.
fn first<P: Copy>(places: &[(P, i64)], mut kits: i64) -> Vec<(P, i64)> {
    let mut taken = Vec::new();
    for (place, there) in places {
        let here = kits.min(*there);
        kits = kits.saturating_sub(here);
        taken.push((*place, here));
    }
    taken
}

fn refused(refusal: Refusal) -> Judgement {
    Ok(Err(vec![refusal]))
}

/// Refusals, in order: already committed, already released, expired, exceeds reservation, backordered, insufficient, lot expired.
pub(super) fn commit(ground: &Ground<'_>, hold: &Hold<'_>, commit: &CommitStock, path: &Path<'_>) -> Judgement {
    let asked = asked(commit.quantity, path)?;
    if let Some(refusal) = hold.closed(ground) {
        return refused(refusal);
    }
    let places = hold.at(commit.location.as_ref(), open);
    let held = sum(&places);
    let attempt = |kits: i64| carry_out(ground, &commits(hold, commit, &first(&places, kits)), path);
    // What can leave: all that is held, unless a count has found less.
    let there =
        |held: i64| if held == 0 || attempt(held)?.is_ok() { Ok(held) } else { most_that_passes(held, |kits| Ok(attempt(kits)?.is_ok())) };
    let wanted = asked.unwrap_or(held);
    if wanted > held || wanted == 0 {
        let waits = commit.location.is_none() && wanted.max(1) <= hold.outstanding();
        let code = if waits { InventoryCode::Backordered } else { InventoryCode::ExceedsReservation };
        let asked = if waits { wanted.max(hold.outstanding()) } else { wanted };
        return refused(hold.exceeds(code, asked, there(held)?, commit.location.as_ref()));
    }
    match attempt(wanted)? {
        // Less is there than is held; anything else that is said of a component is said as it is.
        Err(refusals) if refusals.iter().all(|refusal| refusal.code == InventoryCode::Insufficient.into()) => {
            refused(hold.exceeds(InventoryCode::Insufficient, wanted, there(wanted)?, commit.location.as_ref()))
        }
        judgement => Ok(judgement),
    }
}

/// The commits of all components, and the releases of what is left of them.
fn commits(hold: &Hold<'_>, commit: &CommitStock, kits: &[(Option<&LocationId>, i64)]) -> Vec<StockAction> {
    let all = sum(kits);
    let mut actions = Vec::new();
    for (part, each) in &hold.parts {
        for (location, quantity) in hold.take(part, *each, kits, open) {
            let (id, location) = (part.id.clone(), Some(location.clone()));
            let (quantity, confirm_expired) = (Some(quantity), commit.confirm_expired);
            actions.push(StockAction::Commit(CommitStock { quantity, location, confirm_expired, ..CommitStock::all(id) }));
        }
        let here = |at: &&ReservationPart| commit.location.as_ref().is_none_or(|location| at.location == *location);
        let held: Quantity = part.parts.iter().filter(here).map(open).sum();
        let waiting = if commit.location.is_none() { part.backordered } else { Quantity::ZERO };
        let left = held.saturating_add(waiting) > times(*each, all);
        if left && commit.remainder == CommitRemainder::Release {
            actions.push(StockAction::Release(ReleaseStock { location: commit.location.clone(), ..ReleaseStock::all(part.id.clone()) }));
        }
    }
    actions
}

/// Refusals, in order: already committed, already released, expired, exceeds reservation.
pub(super) fn release(ground: &Ground<'_>, hold: &Hold<'_>, release: &ReleaseStock, path: &Path<'_>) -> Judgement {
    let asked = asked(release.quantity, path)?;
    if let Some(refusal) = hold.closed(ground) {
        return refused(refusal);
    }
    let there = match &release.location {
        None => hold.outstanding(),
        Some(_) => sum(&hold.at(release.location.as_ref(), open)),
    };
    let wanted = asked.unwrap_or(there);
    if wanted > there || wanted == 0 {
        return refused(hold.exceeds(InventoryCode::ExceedsReservation, wanted, there, release.location.as_ref()));
    }
    carry_out(ground, &releases(hold, release.location.as_ref(), wanted), path)
}

/// The releases of all components of so many kits: first what waits and what is held of kits that are not whole, then whole kits, the last
/// place first.
pub(super) fn releases(hold: &Hold<'_>, location: Option<&LocationId>, kits: i64) -> Vec<StockAction> {
    let places = hold.at(location, open);
    let complete = sum(&places);
    let loose = if location.is_none() { hold.outstanding().saturating_sub(complete) } else { 0 };
    let kept = first(&places, complete.saturating_sub(kits.saturating_sub(loose).max(0)));
    let mut actions = Vec::new();
    for (part, each) in &hold.parts {
        let mut missing = times(*each, kits);
        let mut release = |quantity: Quantity, location: Option<&LocationId>| {
            let quantity = quantity.min(missing);
            missing = missing.saturating_sub(quantity);
            if quantity.is_positive() {
                let (id, location) = (part.id.clone(), location.cloned());
                actions.push(StockAction::Release(ReleaseStock { quantity: Some(quantity), location, ..ReleaseStock::all(id) }));
            }
        };
        if location.is_none() {
            release(part.backordered, None);
        }
        for (at, quantity) in beyond(hold, part, *each, &kept, location).into_iter().rev() {
            release(quantity, Some(at));
        }
    }
    actions
}

/// What a component holds at each location besides the kits that are kept.
fn beyond<'s>(
    hold: &Hold<'s>,
    part: &'s Reservation,
    each: Quantity,
    kept: &[(Option<&'s LocationId>, i64)],
    location: Option<&LocationId>,
) -> Vec<(&'s LocationId, Quantity)> {
    let kept = hold.take(part, each, kept, open);
    let mut beyond: Vec<(&LocationId, Quantity)> = Vec::new();
    for at in part.parts.iter().filter(|at| location.is_none_or(|location| at.location == *location)) {
        match beyond.iter_mut().find(|(known, _)| **known == at.location) {
            Some((_, quantity)) => *quantity = quantity.saturating_add(at.open),
            None => beyond.push((&at.location, at.open)),
        }
    }
    for (at, quantity) in &mut beyond {
        let kept: Quantity = kept.iter().filter(|(location, _)| location == at).map(|(_, quantity)| *quantity).sum();
        *quantity = quantity.saturating_sub(kept);
    }
    beyond
}

/// Refusals, in order: already released, expired, exceeds reservation (more than was committed).
pub(super) fn uncommit(ground: &Ground<'_>, hold: &Hold<'_>, uncommit: &UncommitStock, path: &Path<'_>) -> Judgement {
    let asked = asked(uncommit.quantity, path)?;
    let committed = hold.parts.iter().all(|(part, _)| part.status == ReservationStatus::Committed);
    if let Some(refusal) = hold.closed(ground).filter(|_| !committed) {
        return refused(refusal);
    }
    let places: Vec<_> = hold.at(uncommit.location.as_ref(), gone).into_iter().rev().collect();
    let there = sum(&places);
    let wanted = asked.unwrap_or(there);
    if wanted > there || wanted == 0 {
        return refused(hold.exceeds(InventoryCode::ExceedsReservation, wanted, there, uncommit.location.as_ref()));
    }
    let kits = first(&places, wanted);
    let back = hold.parts.iter().flat_map(|(part, each)| {
        let taken = hold.take(part, *each, &kits, gone).into_iter();
        taken.map(|(location, quantity)| {
            let (id, location) = (part.id.clone(), Some(location.clone()));
            StockAction::Uncommit(UncommitStock { id, quantity: Some(quantity), location, lot: None, serials: Vec::new() })
        })
    });
    carry_out(ground, &back.collect::<Vec<_>>(), path)
}

/// The same for every component that is still open.
pub(super) fn each(ground: &Ground<'_>, hold: &Hold<'_>, path: &Path<'_>, action: impl Fn(&Reservation) -> StockAction) -> Judgement {
    if let Some(refusal) = hold.closed(ground) {
        return refused(refusal);
    }
    let actions: Vec<StockAction> = hold.parts.iter().map(|(part, _)| action(part)).collect();
    carry_out(ground, &actions, path)
}
