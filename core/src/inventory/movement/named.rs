//! Whether an action names the stock as the product's tracking asks for.

use super::super::compile::Inventory;
use super::super::decide::Ground;
use super::super::dimensions::{Named, Tracking};
use super::super::lot::Details;
use super::super::removal::{LotMatch, RemovalTerms};
use super::super::state::StockState;
use crate::id::{LocationId, ProductId, SerialId, Set};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path};

/// What can be wrong with the lot and the serial numbers of an action at `path` about goods at a location; none: goods that come in.
pub(super) fn check_named(
    ground: &Ground<'_>,
    product: &ProductId,
    at: Option<&LocationId>,
    named: Named<'_>,
    quantity: Quantity,
    path: &Path<'_>,
) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    match ground.inventory.tracking(product) {
        None => no_lots(ground.state, product, named, path, &mut problems),
        Some(tracking) => {
            if tracking == Tracking::Lot && !named.serials.is_empty() {
                let message = format!("`{product}` is tracked by lot, not by serial number; write `lot`");
                problems.error(InventoryCode::LotUnexpected, &path.field("serials"), message);
            } else if is_missing(ground, product, at, named, tracking) {
                let (field, what) = missing(tracking);
                let message = format!("`{product}` is tracked by {what}; write `{field}`");
                problems.error(InventoryCode::LotMissing, &path.field(field), message);
            }
        }
    }
    check_serials(named.serials, quantity, path, &mut problems);
    problems.finish().map(|_| ())
}

const fn missing(tracking: Tracking) -> (&'static str, &'static str) {
    match tracking {
        Tracking::Lot => ("lot", "lot"),
        Tracking::Serial => ("serials", "serial number"),
    }
}

/// Stock without a lot may come in where the rulebook says so; what is there without one, from before its product was tracked, may be
/// named as it is.
fn is_missing(ground: &Ground<'_>, product: &ProductId, at: Option<&LocationId>, named: Named<'_>, tracking: Tracking) -> bool {
    let given = match tracking {
        Tracking::Lot => named.lot.is_some(),
        Tracking::Serial => !named.serials.is_empty(),
    };
    if given || ground.inventory.removal_of(product).lot_match == LotMatch::LotOrUntracked {
        return false;
    }
    let there =
        |location| named.units(Quantity::ZERO).iter().any(|(unit, _)| !ground.state.counters_of(product, location, unit).on_hand.is_zero());
    !at.is_some_and(there)
}

/// A product that has no lots may still have stock of one, from before its tracking was given up.
fn no_lots(state: &StockState, product: &ProductId, named: Named<'_>, path: &Path<'_>, problems: &mut Diagnostics) {
    let known = state.details(product);
    let mut unexpected = |given: bool, field: &str, what: &str| {
        if given {
            let message = format!("`{product}` is not tracked by {what}; leave out `{field}`, or track it in the rulebook");
            problems.error(InventoryCode::LotUnexpected, &path.field(field), message);
        }
    };
    let has_lot = known.is_some_and(|details| details.positions.keys().any(|(_, stock)| stock.lot.as_ref() == named.lot));
    unexpected(named.lot.is_some() && !has_lot, "lot", "lot");
    let places = known.map(Details::places_of_serials).unwrap_or_default();
    unexpected(named.serials.iter().any(|serial| !places.contains_key(serial)), "serials", "serial number");
}

/// As many serial numbers as the quantity says, each once; or, of a count, none of them found.
fn check_serials(serials: &[SerialId], quantity: Quantity, path: &Path<'_>, problems: &mut Diagnostics) {
    if serials.is_empty() {
        return;
    }
    let most = Limits::default().lines;
    if serials.len() > most {
        let message = format!("{} serial numbers in one action are too many; at most {most} may stand in one", serials.len());
        problems.error(LimitCode::TooMany, &path.field("serials"), message);
        return;
    }
    let count = u32::try_from(serials.len()).map_or(Quantity::MAX, Quantity::from);
    if quantity != count && !quantity.is_zero() {
        let given = if serials.len() == 1 { "1 serial number is given".to_owned() } else { format!("{count} serial numbers are given") };
        let message = format!("the quantity is `{quantity}`, and {given}; write one for each unit");
        problems.error(InventoryCode::Serials, &path.field("quantity"), message);
    }
    twice(serials, path, problems);
}

fn twice(serials: &[SerialId], path: &Path<'_>, problems: &mut Diagnostics) {
    let mut seen = Set::default();
    for (index, serial) in serials.iter().enumerate() {
        if !seen.insert(serial) {
            let message = format!("the serial number `{serial}` stands here twice; write each once");
            problems.error(InventoryCode::Serials, &path.field("serials").index(index), message);
        }
    }
}

/// What can be wrong with the terms of a reservation at `path`.
pub(in super::super) fn check_terms(
    (inventory, state): (&Inventory, &StockState),
    product: &ProductId,
    terms: Option<&RemovalTerms>,
    path: &Path<'_>,
) -> Result<(), Error> {
    let Some(terms) = terms else { return Ok(()) };
    let mut problems = Diagnostics::new();
    let path = &path.field("removal");
    let named = Named { lot: terms.lot.as_ref(), serials: &terms.serials, status: Default::default(), owner: None };
    match inventory.tracking(product) {
        None => no_lots(state, product, named, path, &mut problems),
        Some(Tracking::Lot) if !terms.serials.is_empty() => {
            let message = format!("`{product}` is tracked by lot, not by serial number; write `lot`");
            problems.push(Diagnostic::error(InventoryCode::LotUnexpected, &path.field("serials"), message));
        }
        Some(_) => {}
    }
    twice(&terms.serials, path, &mut problems);
    problems.finish().map(|_| ())
}
