//! Which demands that wait for stock a supply lets down that comes later, or not: what was for anyone is for those who wait, the first
//! wanted first.

use super::decide::Ground;
use super::event::StockEvent;
use super::expected::ExpectedSupply;
use super::reservation::Reservation;
use crate::id::LocationId;
use crate::quantity::Quantity;
use crate::sort;
use crate::time::Date;

/// What becomes of a supply.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// All of it that is open comes on another day.
    Later(Date),
    /// So much of it does not come.
    Less(Quantity),
}

/// A quantity that comes to a place on a day.
struct Coming<'s> {
    day: Date,
    location: &'s LocationId,
    left: Quantity,
}

/// What each demand that waits for a day misses more than it did before, when a supply changes that is pegged to none.
pub(super) fn missed(ground: &Ground<'_>, supply: &ExpectedSupply, change: Change) -> Vec<StockEvent> {
    if supply.pegged_to.is_some() {
        return Vec::new();
    }
    // 1. Who waits for a day, the first wanted first, of equal ones in the order in which they were made.
    let view = ground.supply();
    let mut waiting: Vec<(Date, &Reservation)> =
        view.waiting(&supply.product).filter_map(|reservation| Some((reservation.wanted_on?, reservation))).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    sort::by(&mut waiting, |one, other| one.0.cmp(&other.0));
    // 2. What each lacks on its day, before and after.
    let before = lacks(ground, &waiting, coming(ground, supply, None));
    let after = lacks(ground, &waiting, coming(ground, supply, Some(change)));
    // 3. What is more than before.
    let until = if let Change::Later(day) = change { Some(day) } else { None };
    let more = waiting.iter().zip(before.into_iter().zip(after));
    let short =
        more.filter(|(_, (before, after))| after > before).map(|((day, reservation), (before, after))| StockEvent::ShortageExpected {
            supply: supply.id.clone(),
            product: supply.product.clone(),
            demand: reservation.demand.clone(),
            needed_on: Some(*day),
            short: after.saturating_sub(before),
            until,
        });
    short.collect()
}

/// All that is on its way for anyone, in order of day.
fn coming<'s>(ground: &Ground<'s>, supply: &ExpectedSupply, change: Option<Change>) -> Vec<Coming<'s>> {
    let open = ground.state.supplies().filter(|other| other.product == supply.product && other.pegged_to.is_none());
    let mut coming: Vec<Coming<'s>> = open
        .map(|other| {
            let (day, left) = match change.filter(|_| other.id == supply.id) {
                None => (other.due, other.open),
                Some(Change::Later(day)) => (day, other.open),
                Some(Change::Less(lost)) => (other.due, other.open.saturating_sub(lost).or_zero()),
            };
            Coming { day, location: &other.location, left }
        })
        .collect();
    sort::by(&mut coming, |one, other| one.day.cmp(&other.day));
    coming
}

/// What each of those who wait lacks on its day.
fn lacks(ground: &Ground<'_>, waiting: &[(Date, &Reservation)], mut coming: Vec<Coming<'_>>) -> Vec<Quantity> {
    let rank = |location: &LocationId| ground.inventory.rank(location);
    let within = |location: &LocationId, whole: Option<&LocationId>| {
        whole.is_none_or(|whole| rank(location).zip(rank(whole)).is_some_and(|(rank, whole)| ground.inventory.is_within(rank, whole)))
    };
    let lacks = |(day, reservation): &(Date, &Reservation)| {
        let mut missing = reservation.backordered;
        let usable = coming.iter_mut().take_while(|coming| coming.day <= *day);
        for coming in usable.filter(|coming| within(coming.location, reservation.location.as_ref())) {
            let taken = missing.min(coming.left);
            missing = missing.saturating_sub(taken);
            coming.left = coming.left.saturating_sub(taken);
        }
        missing
    };
    waiting.iter().map(lacks).collect()
}
