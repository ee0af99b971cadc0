//! What is asked of supply planning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::compile::Inventory;
use super::super::expected::ExpectSupply;
use super::super::plan::not_positive;
use super::super::state::StockState;
use crate::id::{DemandId, ProductId, Set, SupplyId};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, InventoryCode, LimitCode, Path, ShapeCode};
use crate::time::{Date, Timestamp, WorkCalendarDef, Workdays};

/// Lines that need goods, and the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeSupplyRequest {
    /// The stock, with what is on its way.
    pub state: StockState,
    /// What is needed.
    pub demand: SupplyDemand,
}

/// Lines that need goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyDemand {
    /// Names the plan; made by the caller. Its proposals are called `<id>/1`, `<id>/2`, ...
    pub id: SupplyId,
    /// The moment: its day is today, before which nothing starts; holds that have ended by then do not count.
    pub at: Timestamp,
    /// What is needed.
    pub lines: Vec<SupplyLine>,
    /// What is on its way and not in the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<ExpectSupply>,
    /// Supplies in work, whose components were taken out of stock already. Components that are reserved with the supply's id as their
    /// demand need not be named here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<SupplyId>,
    /// The working days; Monday to Friday when absent.
    #[serde(default)]
    pub calendar: WorkCalendarDef,
}

/// One line that needs goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyLine {
    /// Who needs it: a line of an order. What is reserved, or on its way, for the same demand is used for it first.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How much is still to be delivered, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The day on which it is wanted.
    pub wanted_on: Date,
}

/// Refuses what cannot be judged.
pub(super) fn check(inventory: &Inventory, state: &StockState, demand: &SupplyDemand) -> Result<Workdays, Error> {
    let mut problems = Diagnostics::new();
    check_lines(&demand.lines, &mut problems);
    check_supplies(inventory, state, &demand.supplies, &mut problems);
    check_calendar(inventory, &demand.calendar, problems)
}

/// Refuses a world without a place and a calendar without work, and all problems that were found before.
pub(super) fn check_calendar(inventory: &Inventory, def: &WorkCalendarDef, mut problems: Diagnostics) -> Result<Workdays, Error> {
    if !inventory.locations().any(|(_, active)| active) {
        let message = "no location is active, so there is no place where goods could arrive; declare one in `inventory.locations`";
        problems.error(InventoryCode::UnknownLocation, &Path::ROOT, message);
    }
    let calendar = Workdays::new(def);
    if let Err(error) = &calendar {
        problems.error(ShapeCode::InvalidValue, &Path::ROOT.field("calendar").field("weekdays"), error.to_string());
    }
    problems.finish()?;
    Ok(calendar.unwrap_or_default())
}

fn check_lines(lines: &[SupplyLine], problems: &mut Diagnostics) {
    let path = Path::ROOT.field("lines");
    let most = Limits::default().lines;
    if lines.len() > most {
        problems.error(LimitCode::TooMany, &path, format!("{} lines are more than {most}", lines.len()));
        return;
    }
    let mut seen = Set::default();
    for (index, line) in lines.iter().enumerate() {
        let here = path.index(index);
        if !line.quantity.is_positive() {
            problems.push(not_positive(line.quantity, &here.field("quantity")));
        }
        if !seen.insert(&line.demand) {
            let message = format!("the demand `{}` stands in the request twice; give each line its own", line.demand);
            problems.error(ShapeCode::InvalidValue, &here.field("demand"), message);
        }
    }
}

pub(super) fn check_supplies(inventory: &Inventory, state: &StockState, supplies: &[ExpectSupply], problems: &mut Diagnostics) {
    let path = Path::ROOT.field("supplies");
    let mut seen = Set::default();
    for (index, supply) in supplies.iter().enumerate() {
        let here = path.index(index);
        if !supply.quantity.is_positive() {
            problems.push(not_positive(supply.quantity, &here.field("quantity")));
        }
        if inventory.rank(&supply.location).is_none() {
            problems.push(inventory.unknown_location(&supply.location, &here.field("location")));
        }
        if !seen.insert(&supply.id) || state.supply(&supply.id).is_some() {
            let message = format!("the supply `{}` is there already; name each supply once, here or in the state", supply.id);
            problems.error(InventoryCode::SupplyExists, &here.field("id"), message);
        }
    }
}

/// A date that the calendar does not have.
pub(super) fn out_of_time(error: &crate::time::TimeError) -> Error {
    let message = format!("{error}; a lead time leads beyond it");
    crate::report::Diagnostic::error(LimitCode::Overflow, &Path::ROOT, message).into()
}
