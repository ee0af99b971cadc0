//! Resolving a claim: commit, release, and giving it more time.

use super::action::{CommitRemainder, CommitStock, ExtendReservation, ReleaseStock};
use super::decide::{Ground, Verdict, positive, refuse};
use super::event::{StockEvent, StockPart};
use super::state::{Reservation, ReservationPart, ReservationStatus};
use super::take::over_already;
use crate::id::{LocationId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{InventoryCode, Path, Refusal};

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation, insufficient.
pub(super) fn commit(ground: &Ground<'_>, commit: &CommitStock, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = commit.quantity {
        positive(quantity, path)?;
    }
    Ok(commit_open(ground, commit))
}

fn commit_open(ground: &Ground<'_>, commit: &CommitStock) -> Result<Vec<StockEvent>, Refusal> {
    let reservation = open_reservation(ground, &commit.id)?;
    let open = Open::of(reservation, commit.location.as_ref());
    let quantity = open.wanted(reservation, commit.quantity)?;
    let (parts, rest) = open.split(quantity);
    for part in &parts {
        physically_there(ground, reservation, part)?;
    }
    Ok(vec![StockEvent::Committed {
        id: reservation.id.clone(),
        product: reservation.product.clone(),
        kind: reservation.kind,
        parts,
        released: if commit.remainder == CommitRemainder::Release { rest } else { Vec::new() },
    }])
}

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation.
pub(super) fn release(ground: &Ground<'_>, release: &ReleaseStock, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = release.quantity {
        positive(quantity, path)?;
    }
    Ok(release_open(ground, release))
}

fn release_open(ground: &Ground<'_>, release: &ReleaseStock) -> Result<Vec<StockEvent>, Refusal> {
    let reservation = open_reservation(ground, &release.id)?;
    let mut open = Open::of(reservation, release.location.as_ref());
    let quantity = open.wanted(reservation, release.quantity)?;
    open.parts.reverse();
    let (mut parts, _) = open.split(quantity);
    parts.reverse();
    let Reservation { id, product, kind, .. } = reservation.clone();
    Ok(vec![StockEvent::Released { id, product, kind, parts, replaced_by: None }])
}

/// Refusals, in order: unknown reservation, already committed, already released, expired.
pub(super) fn extend(ground: &Ground<'_>, extend: &ExtendReservation, path: &Path<'_>) -> Verdict {
    if extend.expires_at <= ground.at {
        return Err(over_already(extend.expires_at, ground.at, &path.field("expires_at")));
    }
    Ok(open_reservation(ground, &extend.id).map(|hold| vec![StockEvent::Extended { id: hold.id.clone(), expires_at: extend.expires_at }]))
}

/// The reservation, when something of it is still held at the command's moment.
fn open_reservation<'s>(ground: &Ground<'s>, id: &ReservationId) -> Result<&'s Reservation, Refusal> {
    let Some(reservation) = ground.state.reservation(id) else {
        let refusal = refuse(InventoryCode::UnknownReservation, format!("there is no reservation `{id}`"));
        return Err(refusal.detail("reservation", id.as_str()));
    };
    let (code, message) = match reservation.status_at(ground.at) {
        ReservationStatus::Open => return Ok(reservation),
        ReservationStatus::Committed => {
            (InventoryCode::AlreadyCommitted, format!("the reservation `{id}` was committed; nothing of it is left"))
        }
        ReservationStatus::Released => (InventoryCode::AlreadyReleased, format!("the reservation `{id}` was released; reserve anew")),
        ReservationStatus::Expired => {
            let end = reservation.expires_at.map(|end| format!(" at {end}")).unwrap_or_default();
            (InventoryCode::Expired, format!("the reservation `{id}` has ended{end}; reserve anew"))
        }
    };
    let refusal = refuse(code, message).detail("reservation", id.as_str()).detail("committed", reservation.committed().to_decimal());
    Err(match reservation.expires_at.filter(|_| code == InventoryCode::Expired) {
        Some(end) => refusal.detail("expired_at", end.to_string()),
        None => refusal,
    })
}

/// What a reservation still holds, at one location or at all.
struct Open<'r> {
    parts: Vec<&'r ReservationPart>,
    location: Option<&'r LocationId>,
}

impl<'r> Open<'r> {
    fn of(reservation: &'r Reservation, location: Option<&'r LocationId>) -> Self {
        let at_location = |part: &&ReservationPart| location.is_none_or(|location| part.location == *location);
        let parts = reservation.parts.iter().filter(|part| part.open.is_positive()).filter(at_location).collect();
        Self { parts, location }
    }

    fn quantity(&self) -> Quantity {
        self.parts.iter().map(|part| part.open).sum()
    }

    /// What is asked for, when no more than that is open.
    fn wanted(&self, reservation: &Reservation, asked: Option<Quantity>) -> Result<Quantity, Refusal> {
        let open = self.quantity();
        let wanted = asked.unwrap_or(open);
        if wanted.is_positive() && wanted <= open {
            return Ok(wanted);
        }
        let place = self.location.map(|location| format!(" at `{location}`")).unwrap_or_default();
        let message = format!("the reservation `{}` still holds {open}{place}, not {wanted}", reservation.id);
        let message = if wanted > open { message } else { format!("the reservation `{}` holds nothing{place}", reservation.id) };
        Err(refuse(InventoryCode::ExceedsReservation, message)
            .detail("reservation", reservation.id.as_str())
            .detail("requested", wanted.to_decimal())
            .detail("available", open.to_decimal()))
    }

    /// Takes a quantity from the parts in their order: what is taken, and what is left.
    fn split(&self, quantity: Quantity) -> (Vec<StockPart>, Vec<StockPart>) {
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        let mut missing = quantity;
        for part in &self.parts {
            let take = part.open.min(missing);
            missing = missing.saturating_sub(take);
            for (list, quantity) in [(&mut taken, take), (&mut left, part.open.saturating_sub(take))] {
                if quantity.is_positive() {
                    list.push(StockPart { location: part.location.clone(), quantity });
                }
            }
        }
        (taken, left)
    }
}

/// Goods leave only from where they are: after a count has found less, a commit may have to wait.
fn physically_there(ground: &Ground<'_>, reservation: &Reservation, part: &StockPart) -> Result<(), Refusal> {
    let on_hand = ground.state.counters(&reservation.product, &part.location).on_hand;
    if part.quantity <= on_hand {
        return Ok(());
    }
    let there = on_hand.or_zero();
    let message = format!(
        "`{}` at `{}`: {} held by `{}`, but only {there} are there; commit at most that, or count again",
        reservation.product, part.location, part.quantity, reservation.id
    );
    Err(refuse(InventoryCode::Insufficient, message)
        .detail("product", reservation.product.as_str())
        .detail("location", part.location.as_str())
        .detail("requested", part.quantity.to_decimal())
        .detail("available", there.to_decimal()))
}
