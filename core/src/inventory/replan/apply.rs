//! Carrying a plan out: what several reservations hold from now on, all of it or nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::decide::{Ground, Verdict, refuse};
use super::super::def::is_default;
use super::super::dimensions::StockDimensions;
use super::super::event::StockEvent;
use super::super::part::StockPart;
use super::super::plan::not_positive;
use super::super::reservation::{Reservation, open_reservation};
use super::lots::{Backed, choose_lots};
use crate::id::{LocationId, LotId, Map, OwnerId, ProductId, ReservationId, SerialId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path, Refusal, ShapeCode};

/// What several reservations hold from now on. First each gives back what it is not to hold any more, then each takes what it is to
/// hold; what a reservation loses waits for stock. All of it happens, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReallocateStock {
    /// The reservations, each once.
    pub reservations: Vec<Reallocation>,
}

/// What one reservation holds from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reallocation {
    /// The reservation.
    pub id: ReservationId,
    /// How much is held where; nothing when it is empty. Never more than what is held and what waits now.
    #[serde(default)]
    pub parts: Vec<ReallocatedPart>,
    /// Whether the parts say which stock it is: one without a lot, a serial number and an owner is plain stock then. Otherwise it is any
    /// stock of the location that the reservation may take.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exact: bool,
}

/// A quantity that is held at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReallocatedPart {
    /// Where.
    pub location: LocationId,
    /// How much; above zero.
    pub quantity: Quantity,
    /// The lot, where the parts say which stock it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

impl ReallocatedPart {
    /// What tells its stock apart; `None` for plain stock.
    pub(super) fn dimensions(&self) -> Option<StockDimensions> {
        StockDimensions::of_held(self.lot.as_ref(), self.serial.as_ref(), self.owner.as_ref())
    }
}

impl From<&StockPart> for ReallocatedPart {
    fn from(part: &StockPart) -> Self {
        let StockPart { location, quantity, lot, serial, owner, .. } = part.clone();
        Self { location, quantity, lot, serial, owner }
    }
}

/// The difference that a reallocation makes to one reservation.
pub(super) struct Move<'s> {
    pub reservation: &'s Reservation,
    /// What it gives back.
    pub loses: Vec<StockPart>,
    /// What it takes: exactly this stock, or any of the location that it may take.
    pub gains: Vec<StockPart>,
    pub exact: bool,
}

/// Refusals, in order: unknown reservation, already committed, already released, expired, exceeds reservation, unknown location,
/// insufficient.
pub(in super::super) fn reallocate(ground: &Ground<'_>, action: &ReallocateStock, path: &Path<'_>) -> Verdict {
    check(ground, action, &path.field("reservations"))?;
    Ok(moves(ground, action).and_then(|moves| {
        enough(ground, &moves)?;
        Ok(events(&choose_lots(ground, moves)?))
    }))
}

fn check(ground: &Ground<'_>, action: &ReallocateStock, path: &Path<'_>) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let most = Limits::default().lines;
    if action.reservations.len() > most {
        let message = format!("there are {} reservations; at most {most} are allowed", action.reservations.len());
        problems.error(LimitCode::TooMany, path, message);
    }
    let mut seen = Set::default();
    for (index, reallocation) in action.reservations.iter().enumerate() {
        let here = path.index(index);
        if !seen.insert(&reallocation.id) {
            problems.duplicate(&here.field("id"), "reservation", reallocation.id.as_str());
        }
        let mut places = Set::default();
        let list = here.field("parts");
        for (number, part) in reallocation.parts.iter().enumerate() {
            let here = list.index(number);
            if ground.inventory.rank(&part.location).is_none() {
                problems.push(ground.inventory.unknown_location(&part.location, &here.field("location")));
            }
            if !places.insert((&part.location, part.dimensions())) {
                problems.duplicate(&here.field("location"), "part", part.location.as_str());
            }
            if part.dimensions().is_some() && !reallocation.exact {
                let message = "a lot, a serial number or an owner is named, and nothing says that the parts are exact";
                problems.push(Diagnostic::error(ShapeCode::InvalidValue, &here, message).help("write `\"exact\": true` beside `parts`"));
            }
            if !part.quantity.is_positive() {
                problems.push(not_positive(part.quantity, &here.field("quantity")));
            }
        }
    }
    problems.finish().map(|_| ())
}

fn moves<'s>(ground: &Ground<'s>, action: &ReallocateStock) -> Result<Vec<Move<'s>>, Refusal> {
    let mut moves = Vec::with_capacity(action.reservations.len());
    let mut backed = Backed::of(ground, action);
    for reallocation in &action.reservations {
        let reservation = open_reservation(ground, &reallocation.id)?;
        let wanted: Quantity = reallocation.parts.iter().map(|part| part.quantity).sum();
        if wanted > reservation.outstanding() {
            return Err(too_much(reservation, wanted));
        }
        moves.push(compare(reservation, reallocation, &mut backed));
    }
    Ok(moves)
}

fn too_much(reservation: &Reservation, wanted: Quantity) -> Refusal {
    let (id, open) = (&reservation.id, reservation.outstanding());
    let message = format!("the reservation `{id}` is for {open} more, not {wanted}; give it at most {open}");
    refuse(InventoryCode::ExceedsReservation, message)
        .detail("reservation", id.as_str())
        .detail("requested", wanted.to_decimal())
        .detail("available", open.to_decimal())
}

/// What a reservation gives back, and what it takes.
fn compare<'s>(reservation: &'s Reservation, target: &Reallocation, backed: &mut Backed<'_>) -> Move<'s> {
    let exact = target.exact;
    let which = |stock: Option<StockDimensions>| stock.filter(|_| exact);
    let mut missing: Map<(&LocationId, Option<StockDimensions>), Quantity> =
        target.parts.iter().map(|part| ((&part.location, which(part.dimensions())), part.quantity)).collect();
    let mut loses = Vec::new();
    for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
        let kept = match missing.get_mut(&(&part.location, which(part.dimensions()))) {
            Some(missing) => {
                let kept = backed.keep(reservation, part, part.open.min(*missing));
                *missing = missing.saturating_sub(kept);
                kept
            }
            None => Quantity::ZERO,
        };
        let lost = part.open.saturating_sub(kept);
        if lost.is_positive() {
            loses.push(part.with(lost));
        }
    }
    let gained = missing.into_iter().filter(|(_, quantity)| quantity.is_positive());
    let gains = gained.map(|((location, stock), quantity)| StockPart::of(location.clone(), quantity, stock.as_ref())).collect();
    Move { reservation, loses, gains, exact }
}

/// Where more is held than before, it must be there; and the threshold of a product of which more is held must be left. Exact stock is
/// judged when it is taken.
fn enough(ground: &Ground<'_>, moves: &[Move<'_>]) -> Result<(), Refusal> {
    let mut more: Map<(&ProductId, &LocationId), Quantity> = Map::default();
    for change in moves.iter().filter(|change| !change.exact) {
        let product = &change.reservation.product;
        for (parts, sign) in [(&change.gains, 1_i64), (&change.loses, -1)] {
            for part in parts {
                let sum = more.entry((product, &part.location)).or_default();
                *sum = sum.saturating_add(if sign > 0 { part.quantity } else { part.quantity.negated() });
            }
        }
    }
    let mut totals: Map<&ProductId, Quantity> = Map::default();
    for ((product, location), more) in &more {
        let total = totals.entry(*product).or_default();
        *total = total.saturating_add(*more);
        let free = free(ground, product, location);
        if more.is_positive() && !ground.inventory.is_active(location) {
            return Err(inactive(location));
        }
        if more.is_positive() && *more > free {
            return Err(insufficient(product, &StockPart::plain((*location).clone(), *more), free.or_zero()));
        }
    }
    for (product, total) in totals.into_iter().filter(|(_, total)| total.is_positive()) {
        let free = |(location, active): (&LocationId, bool)| active.then(|| free(ground, product, location).or_zero());
        let available: Quantity = ground.inventory.locations().filter_map(free).sum();
        let left = available.saturating_sub(ground.inventory.sku_threshold(product)).or_zero();
        if total > left {
            return Err(refuse(InventoryCode::Insufficient, format!("`{product}`: {total} more to be held, {left} available"))
                .detail("product", product.as_str())
                .detail("requested", total.to_decimal())
                .detail("available", left.to_decimal()));
        }
    }
    Ok(())
}

/// What is free at a location, below zero when more is held than may be.
fn free(ground: &Ground<'_>, product: &ProductId, location: &LocationId) -> Quantity {
    ground.supply().balance(product, location).saturating_sub(ground.inventory.safety_stock(product, location))
}

pub(super) fn insufficient(product: &ProductId, wanted: &StockPart, free: Quantity) -> Refusal {
    let StockPart { location, quantity, .. } = wanted;
    let stock = wanted.dimensions();
    let words = stock.as_ref().map(|stock| format!(" of{}", stock.words())).unwrap_or_default();
    let message = format!("`{product}` at `{location}`: {quantity} more{words} to be held, {free} free; plan anew");
    let refusal = refuse(InventoryCode::Insufficient, message)
        .detail("product", product.as_str())
        .detail("location", location.as_str())
        .detail("requested", quantity.to_decimal())
        .detail("available", free.to_decimal());
    stock.iter().fold(refusal, |refusal, stock| stock.details(refusal))
}

pub(super) fn inactive(location: &LocationId) -> Refusal {
    let message = format!("nothing can be held at `{location}`, which is not active");
    refuse(InventoryCode::UnknownLocation, message).detail("location", location.as_str())
}

/// First all that is given back, then all that is taken.
fn events(moves: &[Move<'_>]) -> Vec<StockEvent> {
    let loses = moves.iter().filter(|change| !change.loses.is_empty()).map(|change| {
        let Reservation { id, product, kind, .. } = change.reservation.clone();
        StockEvent::Unfilled { id, product, kind, parts: change.loses.clone() }
    });
    let gains = moves.iter().filter(|change| !change.gains.is_empty()).map(|change| {
        let Reservation { id, product, kind, .. } = change.reservation.clone();
        StockEvent::Filled { id, product, kind, parts: change.gains.clone() }
    });
    loses.chain(gains).collect()
}
