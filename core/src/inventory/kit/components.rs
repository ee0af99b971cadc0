//! From where the components of a kit come, when the one who reserves it says so.

use super::super::action::{ReserveAllow, ReserveStock};
use super::super::compile::Inventory;
use super::super::plan::not_positive;
use super::compile::{Component, Kit};
use super::def::KitShipping;
use super::stock::{times, whole};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, Path, RulebookCode, ShapeCode};

const FIELD: &str = "components_from";

/// Reports components of what is no kit.
pub(in super::super) fn check_no_components(request: &ReserveStock, path: &Path<'_>) -> Result<(), Error> {
    if request.components_from.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` is no kit, so that no components of it are taken", request.product);
    Err(Diagnostic::error(InventoryCode::Kit, &path.field(FIELD), message).help("leave them out, and name a `location`").into())
}

/// Reports components that a kit does not hold, and other quantities of them than the kits hold.
pub(super) fn check_components(inventory: &Inventory, request: &ReserveStock, kit: &Kit, path: &Path<'_>) -> Result<(), Error> {
    if request.components_from.is_empty() {
        return Ok(());
    }
    let here = path.field(FIELD);
    if kit.ships == KitShipping::Complete {
        let message = format!("the kit `{}` ships complete, so that its components are not taken here and there", request.product);
        let help = "leave them out, and name a `location`; or let the kit ship `apart` in the rulebook";
        return Err(Diagnostic::error(InventoryCode::Kit, &here, message).help(help).into());
    }
    let mut problems = Diagnostics::new();
    // 1. What speaks against it in any case.
    if let Some(location) = &request.location {
        let message = format!("the components say where they are taken, and so does `{location}`; leave one of the two out");
        problems.error(ShapeCode::InvalidValue, &path.field("location"), message);
    }
    if request.allow != ReserveAllow::FullOnly {
        let message = "kits whose components say where they are taken are held in full; write `full_only`";
        problems.error(ShapeCode::InvalidValue, &path.field("allow"), message);
    }
    // 2. Each entry.
    for (index, from) in request.components_from.iter().enumerate() {
        let here = here.index(index);
        if !kit.components.iter().any(|component| component.product == from.product) {
            let inside: Vec<String> = kit.components.iter().map(|component| format!("`{}`", component.product)).collect();
            let message = format!("`{}` is not in the kit `{}`", from.product, request.product);
            let problem = Diagnostic::error(RulebookCode::NotDeclared, &here.field("product"), message);
            problems.push(problem.help(format!("it holds {}", inside.join(", "))));
        }
        if inventory.rank(&from.location).is_none() {
            problems.push(inventory.unknown_location(&from.location, &here.field("location")));
        }
        if !from.quantity.is_positive() {
            problems.push(not_positive(from.quantity, &here.field("quantity")));
        }
    }
    // 3. All of them together.
    for component in &kit.components {
        check_sum(request, component, &here, &mut problems);
    }
    problems.finish().map(drop)
}

fn check_sum(request: &ReserveStock, component: &Component, path: &Path<'_>, problems: &mut Diagnostics) {
    let of_component = request.components_from.iter().filter(|from| from.product == component.product);
    let sum = of_component.fold(Quantity::ZERO, |sum, from| sum.saturating_add(from.quantity));
    let wanted = times(component.quantity, whole(request.quantity));
    if sum != wanted {
        let message = format!("{} `{}` hold {wanted} `{}`, and {sum} are taken", request.quantity, request.product, component.product);
        problems.push(Diagnostic::error(InventoryCode::Quantity, path, message).help(format!("let the quantities of it come to {wanted}")));
    }
}
