//! The reservations that hold what a plan says.

use std::str::FromStr;

use super::super::action::{ComponentFrom, ReserveAllow, ReserveStock};
use super::components::{places, put_together};
use super::eval::{Order, Pass};
use super::plan::SourcedLine;
use super::request::{SourcingLine, SourcingReserve};
use crate::id::{IdError, LocationId, ReservationId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, Path, ShapeCode};
use crate::time::Date;

/// A reservation to be named.
struct Wanted<'l> {
    line: &'l SourcingLine,
    /// Its number among those of its line.
    number: usize,
    /// In how many others the stock lies that it may take.
    depth: usize,
    location: Option<LocationId>,
    /// Where the components of kits come from, when that is here and there.
    components_from: Vec<ComponentFrom>,
    quantity: Quantity,
    allow: ReserveAllow,
    /// The day on which its shipment leaves.
    leaves_on: Option<Date>,
}

/// One reservation for each part of a line, and one for what waits. What is there is held all or nothing; what is on its way waits at its
/// location, and those that leave first are first in the queue.
pub(super) fn reservations(
    order: &Order<'_>,
    reserve: &SourcingReserve,
    pass: &Pass,
    lines: &[SourcedLine],
) -> Result<Vec<ReserveStock>, Error> {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        wanted.extend(of_line(order, pass, index, line));
    }
    if order.has_days() {
        wanted.sort_by_key(|wanted| (wanted.allow != ReserveAllow::FullOnly, wanted.leaves_on.is_none(), wanted.leaves_on));
    }
    if order.stock.within.iter().any(|within| !within.is_empty()) {
        // Who takes what few others may take comes first, as in the plan.
        wanted.sort_by_key(|wanted| std::cmp::Reverse(wanted.depth));
    }
    let mut replaced: Set<&ReservationId> = Set::default();
    wanted.into_iter().map(|wanted| named(order, reserve, wanted, &mut replaced)).collect()
}

fn of_line<'l>(order: &'l Order<'_>, pass: &Pass, index: usize, line: &'l SourcedLine) -> Vec<Wanted<'l>> {
    let Some(asked) = order.demand.lines.get(index) else { return Vec::new() };
    let mut parts: Vec<_> = pass.parts.iter().filter(|part| part.line == index).collect();
    if order.keeps_rank() {
        parts.sort_by_key(|part| part.place);
    }
    let needs = order.stock.needs.get(index).into_iter().flatten().map(|(pool, _)| pool).chain(order.stock.pools.get(index));
    let depth = needs.map(|pool| order.stock.depth(*pool)).max().unwrap_or_default();
    let wanted = |location: Option<&LocationId>, quantity, allow, leaves_on| {
        let (location, components_from) = (location.cloned(), Vec::new());
        Wanted { line: asked, number: 0, depth, location, components_from, quantity, allow, leaves_on }
    };
    let part = |part: &super::fill::Part| {
        let leaves_on = order.stock.slots.get(part.place).and_then(|slot| slot.leaves_on);
        let allow = if leaves_on.is_some() { ReserveAllow::Backorder } else { ReserveAllow::FullOnly };
        let location = order.candidate(part.place).map(|candidate| candidate.location);
        wanted(location, Quantity::from_millionths(part.quantity), allow, leaves_on)
    };
    let mut all: Vec<Wanted<'_>> = parts.into_iter().filter(|part| part.component.is_none()).map(part).collect();
    if !line.components.is_empty() {
        let (location, components_from) = places(&line.components);
        let kits = wanted(location.as_ref(), put_together(order, pass, index), ReserveAllow::FullOnly, None);
        all.push(Wanted { components_from, ..kits });
    }
    if line.backordered.is_positive() {
        // Where there is nothing more anywhere, it waits for stock of any place; else only where the order may come from.
        let first = pass.places.first().and_then(|place| order.candidate(*place)).map(|candidate| candidate.location);
        let place = first.filter(|_| line.reason != Some(InventoryCode::Insufficient.into()));
        all.push(wanted(place, line.backordered, ReserveAllow::Backorder, None));
    }
    all.into_iter().enumerate().map(|(number, wanted)| Wanted { number, ..wanted }).collect()
}

fn named<'r>(
    order: &Order<'r>,
    reserve: &SourcingReserve,
    wanted: Wanted<'_>,
    replaced: &mut Set<&'r ReservationId>,
) -> Result<ReserveStock, Error> {
    let Wanted { line, number, location, components_from, quantity, allow, leaves_on, .. } = wanted;
    let own = order.stock.holds.iter().filter(|(_, product)| **product == line.product).map(|(id, _)| *id);
    let replaces = own.filter(|id| replaced.insert(*id)).cloned().collect();
    Ok(ReserveStock {
        id: name(&format!("{}/{}/{}", reserve.order, line.id, number.saturating_add(1)))?,
        demand: name(&format!("{}/{}", reserve.order, line.id))?,
        product: line.product.clone(),
        quantity,
        location,
        kind: reserve.kind,
        wanted_on: leaves_on.or(line.wanted_on),
        priority: 0,
        expires_at: reserve.expires_at,
        allow,
        characteristics: reserve.characteristics.clone(),
        instead_of: None,
        replaces,
        removal: line.removal.clone(),
        components_from,
    })
}

fn name<T: FromStr<Err = IdError>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|error| {
        let message = format!("`{text}` cannot name a reservation: {error}; give the order a shorter name");
        Diagnostic::error(ShapeCode::InvalidValue, &Path::ROOT.field("reserve").field("order"), message).into()
    })
}
