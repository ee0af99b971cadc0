//! What is asked of reordering.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::compile::Inventory;
use super::super::expected::ExpectSupply;
use super::super::plan::not_positive;
use super::super::state::StockState;
use super::request::{check_calendar, check_supplies};
use crate::id::{ProductId, SupplyId};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, Path, ShapeCode};
use crate::time::{Date, Timestamp, WorkCalendarDef, Workdays};

/// Expected demand, and the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeReordersRequest {
    /// The stock, with what is on its way.
    pub state: StockState,
    /// What is expected to be needed.
    pub demand: ReorderDemand,
}

/// What is expected to be needed, and how far to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderDemand {
    /// Names the plan; made by the caller. Its proposals are called `<id>/1`, `<id>/2`, ...
    pub id: SupplyId,
    /// The moment: its day is today, before which nothing starts; holds that have ended by then do not count.
    pub at: Timestamp,
    /// The last day that is looked at.
    pub until: Date,
    /// The products to look at; all that have a reorder policy when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// Forecasts and orders that are not reserved; what is before today counts as of today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<ForecastDemand>,
    /// What is on its way and not in the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<ExpectSupply>,
    /// Supplies in work, whose components were taken out of stock already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<SupplyId>,
    /// The working days; Monday to Friday when absent.
    #[serde(default)]
    pub calendar: WorkCalendarDef,
}

/// How much of a product is expected to be needed on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForecastDemand {
    /// The product.
    pub product: ProductId,
    /// The day.
    pub on: Date,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
}

pub(super) fn check(inventory: &Inventory, state: &StockState, demand: &ReorderDemand) -> Result<Workdays, Error> {
    let mut problems = Diagnostics::new();
    if demand.until < demand.at.date() {
        let message = format!("the horizon ends on `{}`, before today, {}", demand.until, demand.at.date());
        problems.error(ShapeCode::InvalidValue, &Path::ROOT.field("until"), message);
    }
    let demands = Path::ROOT.field("demands");
    for (index, demand) in demand.demands.iter().enumerate() {
        if !demand.quantity.is_positive() {
            problems.push(not_positive(demand.quantity, &demands.index(index).field("quantity")));
        }
    }
    let products = Path::ROOT.field("products");
    for (index, product) in demand.products.iter().enumerate() {
        if inventory.replenish().items.get(product).is_none_or(|item| item.rule.as_ref().is_none_or(|rule| rule.reorder.is_none())) {
            let message = format!("`{product}` has no `reorder` policy in `inventory.replenish`; add one, or leave the product out");
            problems.error(ShapeCode::InvalidValue, &products.index(index), message);
        }
    }
    check_supplies(inventory, state, &demand.supplies, &mut problems);
    check_calendar(inventory, &demand.calendar, problems)
}
