//! Resolving a claim: commit, release, and giving it more time.

use super::super::action::{CommitRemainder, CommitStock, ExtendReservation, ReleaseStock};
use super::super::decide::{Ground, Verdict, positive, refuse};
use super::super::event::StockEvent;
use super::super::part::StockPart;
use super::super::removal::ExpiredLots;
use super::reserve::over_already;
use super::{Reservation, ReservationPart, ReservationStatus};
use crate::id::{LocationId, LotId, ReservationId, SerialId};
use crate::quantity::Quantity;
use crate::report::{InventoryCode, Path, Refusal};
use crate::time::Timestamp;

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation, backordered,
/// insufficient, lot expired.
pub(in super::super) fn commit(ground: &Ground<'_>, commit: &CommitStock, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = commit.quantity {
        positive(quantity, path)?;
    }
    Ok(commit_open(ground, commit))
}

fn commit_open(ground: &Ground<'_>, commit: &CommitStock) -> Result<Vec<StockEvent>, Refusal> {
    let reservation = open_reservation(ground, &commit.id)?;
    let open = Open::of(reservation, Which::of(commit.location.as_ref(), commit.lot.as_ref(), &commit.serials));
    let quantity = open.to_commit(commit.quantity)?;
    let (parts, rest) = open.split(quantity);
    for part in &parts {
        physically_there(ground, reservation, part)?;
        not_expired(ground, reservation, part, commit.confirm_expired)?;
    }
    let (released, backordered) = match commit.remainder {
        CommitRemainder::Keep => (Vec::new(), Quantity::ZERO),
        CommitRemainder::Release => (rest, open.waiting),
    };
    let Reservation { id, product, kind, .. } = reservation.clone();
    Ok(vec![StockEvent::Committed { id, product, kind, parts, released, backordered }])
}

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation.
pub(in super::super) fn release(ground: &Ground<'_>, release: &ReleaseStock, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = release.quantity {
        positive(quantity, path)?;
    }
    Ok(release_open(ground, release))
}

fn release_open(ground: &Ground<'_>, release: &ReleaseStock) -> Result<Vec<StockEvent>, Refusal> {
    let reservation = open_reservation(ground, &release.id)?;
    let open = Open::of(reservation, Which::of(release.location.as_ref(), release.lot.as_ref(), &release.serials));
    let quantity = open.to_release(release.quantity)?;
    Ok(vec![open.released(quantity)])
}

/// What is free again when a reservation, all of it, gives back a quantity that it has.
pub(super) fn release_quantity(reservation: &Reservation, quantity: Quantity) -> StockEvent {
    Open::of(reservation, Which::ANY).released(quantity)
}

/// What a reservation still holds, and where.
pub(in super::super) fn open_parts(reservation: &Reservation) -> Vec<StockPart> {
    let open = reservation.parts.iter().filter(|part| part.open.is_positive());
    open.map(|part| part.with(part.open)).collect()
}

/// Refusals, in order: unknown reservation, already committed, already released, expired.
pub(in super::super) fn extend(ground: &Ground<'_>, extend: &ExtendReservation, path: &Path<'_>) -> Verdict {
    if extend.expires_at <= ground.at {
        return Err(over_already(extend.expires_at, ground.at, &path.field("expires_at")));
    }
    Ok(open_reservation(ground, &extend.id).map(|hold| vec![StockEvent::Extended { id: hold.id.clone(), expires_at: extend.expires_at }]))
}

/// The reservation, when something of it is still held at the command's moment.
pub(in super::super) fn open_reservation<'s>(ground: &Ground<'s>, id: &ReservationId) -> Result<&'s Reservation, Refusal> {
    let Some(reservation) = ground.state.reservation(id) else {
        let refusal = refuse(InventoryCode::UnknownReservation, format!("there is no reservation `{id}`"));
        return Err(refusal.detail("reservation", id.as_str()));
    };
    match resolved(id, reservation, reservation.committed(), ground.at) {
        Some(refusal) => Err(refusal),
        None => Ok(reservation),
    }
}

/// Why nothing of a reservation can be resolved any more, if it cannot.
pub(in super::super) fn resolved(id: &ReservationId, reservation: &Reservation, committed: Quantity, at: Timestamp) -> Option<Refusal> {
    let (code, message) = match reservation.status_at(at) {
        ReservationStatus::Open => return None,
        ReservationStatus::Committed => {
            (InventoryCode::AlreadyCommitted, format!("the reservation `{id}` was committed; nothing of it is left"))
        }
        ReservationStatus::Released => (InventoryCode::AlreadyReleased, format!("the reservation `{id}` was released; reserve anew")),
        ReservationStatus::Expired => {
            let end = reservation.expires_at.map(|end| format!(" at {end}")).unwrap_or_default();
            (InventoryCode::Expired, format!("the reservation `{id}` has ended{end}; reserve anew"))
        }
    };
    let refusal = refuse(code, message).detail("reservation", id.as_str()).detail("committed", committed.to_decimal());
    Some(match reservation.expires_at.filter(|_| code == InventoryCode::Expired) {
        Some(end) => refusal.detail("expired_at", end.to_string()),
        None => refusal,
    })
}

/// Which parts of a reservation are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which<'a> {
    pub location: Option<&'a LocationId>,
    pub lot: Option<&'a LotId>,
    pub serials: &'a [SerialId],
}

impl<'a> Which<'a> {
    pub const ANY: Self = Self { location: None, lot: None, serials: &[] };

    pub const fn of(location: Option<&'a LocationId>, lot: Option<&'a LotId>, serials: &'a [SerialId]) -> Self {
        Self { location, lot, serials }
    }

    pub fn is(self, part: &ReservationPart) -> bool {
        self.location.is_none_or(|location| part.location == *location)
            && self.lot.is_none_or(|lot| part.lot.as_ref() == Some(lot))
            && (self.serials.is_empty() || part.serial.as_ref().is_some_and(|serial| self.serials.contains(serial)))
    }

    const fn is_any(self) -> bool {
        self.location.is_none() && self.lot.is_none() && self.serials.is_empty()
    }

    /// In words, to be put behind a quantity that is `at` a location, or `from` it.
    pub fn words(self, place: &str) -> String {
        let location = self.location.map(|location| format!(" {place} `{location}`")).unwrap_or_default();
        let lot = self.lot.map(|lot| format!(" of lot `{lot}`")).unwrap_or_default();
        let serials = if self.serials.is_empty() { "" } else { " of these units" };
        format!("{location}{lot}{serials}")
    }
}

/// What a reservation still holds, of some parts or of all.
struct Open<'r> {
    reservation: &'r Reservation,
    parts: Vec<&'r ReservationPart>,
    which: Which<'r>,
    /// What waits for stock; nothing of that is at a location.
    waiting: Quantity,
}

impl<'r> Open<'r> {
    fn of(reservation: &'r Reservation, which: Which<'r>) -> Self {
        let parts = reservation.parts.iter().filter(|part| part.open.is_positive() && which.is(part)).collect();
        let waiting = if which.is_any() { reservation.backordered } else { Quantity::ZERO };
        Self { reservation, parts, which, waiting }
    }

    /// What waits for stock goes first, then the parts, the last first.
    fn released(mut self, quantity: Quantity) -> StockEvent {
        let backordered = self.waiting.min(quantity);
        self.parts.reverse();
        let (mut parts, _) = self.split(quantity.saturating_sub(backordered));
        parts.reverse();
        let Reservation { id, product, kind, .. } = self.reservation.clone();
        StockEvent::Released { id, product, kind, parts, backordered, replaced_by: None }
    }

    fn held(&self) -> Quantity {
        self.parts.iter().map(|part| part.open).sum()
    }

    /// What is to leave, when no more than that is held.
    fn to_commit(&self, asked: Option<Quantity>) -> Result<Quantity, Refusal> {
        let held = self.held();
        let wanted = asked.unwrap_or(held);
        let waits =
            if wanted.is_zero() { self.waiting.is_positive() } else { wanted > held && wanted <= held.saturating_add(self.waiting) };
        if waits {
            let Self { reservation: Reservation { id, .. }, waiting, .. } = self;
            let advice = if held.is_positive() { format!("commit at most {held}, or fill it first") } else { "fill it first".to_owned() };
            let message = format!("the reservation `{id}` holds {held}, and {waiting} wait for stock; {advice}");
            return Err(refuse(InventoryCode::Backordered, message)
                .detail("reservation", id.as_str())
                .detail("requested", asked.unwrap_or(self.waiting).to_decimal())
                .detail("available", held.to_decimal())
                .detail("backordered", waiting.to_decimal()));
        }
        self.wanted(held, wanted)
    }

    /// What is to be free, when no more than that is held or waits.
    fn to_release(&self, asked: Option<Quantity>) -> Result<Quantity, Refusal> {
        let open = self.held().saturating_add(self.waiting);
        self.wanted(open, asked.unwrap_or(open))
    }

    fn wanted(&self, open: Quantity, wanted: Quantity) -> Result<Quantity, Refusal> {
        if wanted.is_positive() && wanted <= open {
            return Ok(wanted);
        }
        let id = &self.reservation.id;
        let place = self.which.words("at");
        let message = format!("the reservation `{id}` still holds {open}{place}, not {wanted}");
        let message = if wanted > open { message } else { format!("the reservation `{id}` holds nothing{place}") };
        Err(refuse(InventoryCode::ExceedsReservation, message)
            .detail("reservation", id.as_str())
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
                    list.push(part.with(quantity));
                }
            }
        }
        (taken, left)
    }
}

/// Goods leave only from where they are: after a count has found less, a commit may have to wait.
fn physically_there(ground: &Ground<'_>, reservation: &Reservation, part: &StockPart) -> Result<(), Refusal> {
    let stock = part.dimensions().unwrap_or_default();
    let on_hand = ground.state.counters_of(&reservation.product, &part.location, &stock).on_hand;
    if part.quantity <= on_hand || part.untracked {
        return Ok(());
    }
    let there = on_hand.or_zero();
    let message = format!(
        "`{}`{} at `{}`: {} held by `{}`, but only {there} are there; commit at most that, or count again",
        reservation.product,
        stock.words(),
        part.location,
        part.quantity,
        reservation.id
    );
    let refusal = refuse(InventoryCode::Insufficient, message).detail("product", reservation.product.as_str());
    Err(stock
        .details(refusal.detail("location", part.location.as_str()))
        .detail("requested", part.quantity.to_decimal())
        .detail("available", there.to_decimal()))
}

/// Goods whose date has passed leave only when somebody has confirmed it: now, or when they were reserved.
fn not_expired(ground: &Ground<'_>, reservation: &Reservation, part: &StockPart, confirmed: bool) -> Result<(), Refusal> {
    let (product, today) = (&reservation.product, ground.at.date());
    let facts = part.dimensions().and_then(|stock| ground.state.details(product)?.facts(&stock));
    let Some(expires_on) = facts.and_then(|facts| facts.expires_on).filter(|expires_on| *expires_on < today) else { return Ok(()) };
    let advice = match ground.inventory.removal_of(product).expired {
        ExpiredLots::Allow => return Ok(()),
        ExpiredLots::Confirm if confirmed || reservation.removal.as_ref().is_some_and(|terms| terms.confirm_expired) => return Ok(()),
        ExpiredLots::Confirm => "transfer the reservation to another lot, or write `confirm_expired`",
        ExpiredLots::Never => "transfer the reservation to another lot",
    };
    let stock = part.dimensions().unwrap_or_default();
    let message = format!("`{product}`{} at `{}` has expired on {expires_on}; {advice}", stock.words(), part.location);
    let refusal = refuse(InventoryCode::LotExpired, message).detail("product", product.as_str());
    let refusal = stock.details(refusal.detail("location", part.location.as_str()));
    Err(refusal.detail("expires_on", expires_on).detail("requested", part.quantity.to_decimal()))
}
