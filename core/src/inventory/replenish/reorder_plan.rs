//! What to order so that products stay in stock, and what stock is low.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::StockAction;
use super::super::availability::availability;
use super::super::compile::Inventory;
use super::super::expected::{ExpectSupply, SupplyKind};
use super::super::state::StockState;
use super::def::SupplyMethod;
use super::project::{Projector, Reorder};
use super::reorder::{ReorderDef, StockAlertDef};
use super::reorder_request::{ProposeReordersRequest, ReorderDemand, check};
use crate::id::{LocationId, ProductId, SupplyId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, Finding, InventoryCode, Path, ShapeCode};
use crate::time::{Date, Timestamp};

/// What to order so that products stay in stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReorderPlan {
    /// The projected stock of each product, each before what goes into it.
    pub products: Vec<ProjectedStock>,
    /// The orders to place.
    pub proposals: Vec<ReorderProposal>,
}

/// The projected stock of one product, with the proposals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProjectedStock {
    /// The product.
    pub product: ProductId,
    /// How it is kept in stock.
    pub reorder: ReorderDef,
    /// What is available now.
    pub available: Quantity,
    /// The days on which something happens.
    pub rows: Vec<ReorderRow>,
}

/// One day of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReorderRow {
    /// The day.
    pub on: Date,
    /// What comes.
    pub supply: Quantity,
    /// What is needed.
    pub demand: Quantity,
    /// What comes of the plan's proposals.
    pub proposed: Quantity,
    /// What is there at the end of the day; below zero when it is short.
    pub projected: Quantity,
}

/// An order to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReorderProposal {
    /// Names it: the plan and a number.
    pub id: SupplyId,
    /// The product.
    pub product: ProductId,
    /// Whether it is bought or made.
    pub method: SupplyMethod,
    /// How much to order, after lot sizes.
    pub quantity: Quantity,
    /// How much of it the policy asks for.
    pub needed: Quantity,
    /// Where it arrives.
    pub location: LocationId,
    /// The day on which to order.
    pub start: Date,
    /// The day on which its goods can be used.
    pub due: Date,
    /// The day by which they shall be there: the day that is short less the safety days.
    pub needed_on: Date,
    /// Whether they are.
    pub in_time: bool,
    /// Why it is proposed.
    pub because: ReorderReason,
    /// The command by which the stock expects it.
    pub action: StockAction,
}

/// Why something is ordered: the projected stock of a day is below the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReorderReason {
    /// The day.
    pub on: Date,
    /// What there would be without this order, with all that comes until it would.
    pub projected: Quantity,
    /// What there shall be at the least.
    pub threshold: Quantity,
}

/// Plans what to order so that products stay in stock, by the policies of the rulebook.
///
/// The stock of each product is projected day by day: what is available, what is on its way, what is expected to be needed, and what
/// the orders on their way and the plan's own need as components. Where it is below the policy's threshold, an order is proposed.
///
/// # Errors
/// [`Error`] for a request that cannot be judged: a horizon before today, a quantity of zero or below, a product without a policy, a
/// supply that stands there twice, dates beyond the calendar, more orders than the limit.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, ReorderDemand, StockState, compile, propose_reorders};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}], "replenish": [{"product": "bolt", "method": "buy",
///     "lead_time": {"days": 2}, "reorder": {"min_max": {"minimum": "10", "maximum": "40"}}}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let demand: ReorderDemand = serde_json::from_str(r#"{"id": "plan-1", "at": "2026-11-23T09:00:00Z", "until": "2026-12-31"}"#)?;
/// let plan = propose_reorders(&inventory, &StockState::default(), &demand)?;
/// assert_eq!(plan.proposals[0].quantity, 40.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn propose_reorders(inventory: &Inventory, state: &StockState, demand: &ReorderDemand) -> Result<ReorderPlan, Error> {
    let calendar = check(inventory, state, demand)?;
    let mut projector = Projector::new(inventory, state, demand, calendar);
    projector.run()?;
    let projected = |number: &usize| {
        let (_, reorder) = projector.policy(*number)?;
        let (product, _) = inventory.replenish().items.get_index(*number)?;
        let (available, rows) = (projector.available(*number), projector.rows(*number));
        Some(ProjectedStock { product: product.clone(), reorder, available, rows })
    };
    let products = inventory.replenish().order.iter().filter_map(projected).collect();
    let mut proposals = Vec::with_capacity(projector.reorders.len());
    for (number, reorder) in projector.reorders.iter().enumerate() {
        proposals.extend(proposal(inventory, demand, number, reorder)?);
    }
    Ok(ReorderPlan { products, proposals })
}

/// As [`propose_reorders`], with paths from the whole request.
///
/// # Errors
/// As [`propose_reorders`].
pub fn propose_reorders_request(inventory: &Inventory, request: &ProposeReordersRequest) -> Result<ReorderPlan, Error> {
    propose_reorders(inventory, &request.state, &request.demand).map_err(|error| error.below(&Path::ROOT.field("demand")))
}

fn proposal(inventory: &Inventory, demand: &ReorderDemand, number: usize, reorder: &Reorder) -> Result<Option<ReorderProposal>, Error> {
    let Some((product, item)) = inventory.replenish().items.get_index(reorder.product) else { return Ok(None) };
    let first = || inventory.locations().find(|(_, active)| *active).map(|(location, _)| location);
    let Some((rule, location)) = item.rule.as_ref().and_then(|rule| Some((rule, rule.location.as_ref().or_else(first)?.clone()))) else {
        return Ok(None);
    };
    let id = SupplyId::new(format!("{}/{}", demand.id, number.saturating_add(1))).map_err(|error| {
        let message = format!("the id `{}` is too long to name proposals after it: {error}", demand.id);
        Diagnostic::error(ShapeCode::InvalidValue, &Path::ROOT.field("id"), message)
    })?;
    let &Reorder { quantity, needed, start, due, needed_on, because, .. } = reorder;
    let expect = ExpectSupply {
        id: id.clone(),
        product: product.clone(),
        location: location.clone(),
        due,
        quantity,
        kind: SupplyKind::Planned,
        pegged_to: None,
    };
    let (product, method, in_time) = (product.clone(), rule.method, due <= needed_on);
    let action = StockAction::Expect(expect);
    Ok(Some(ReorderProposal { id, product, method, quantity, needed, location, start, due, needed_on, in_time, because, action }))
}

/// The stock, and the moment at which it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockLevelsRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
}

/// The products whose stock is low.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StockLevels {
    /// One remark for each product that is below one of its alerts, the worst first, then by product.
    pub findings: Vec<Finding>,
}

/// Finds the products of which less is available than their alerts say. Of several alerts of a product that apply, the worst counts.
#[must_use]
pub fn check_stock_levels(inventory: &Inventory, request: &StockLevelsRequest) -> StockLevels {
    let mut findings = Vec::new();
    for (product, item) in &inventory.replenish().items {
        let alerts = item.rule.as_ref().map(|rule| rule.alerts.as_slice()).unwrap_or_default();
        if alerts.is_empty() {
            continue;
        }
        let available = availability(inventory, &request.state, product, request.at).available;
        let applies = alerts.iter().filter(|alert| available < alert.below);
        let worst = applies.max_by_key(|alert| (alert.severity, std::cmp::Reverse(alert.below)));
        findings.extend(worst.map(|alert| (product, low(product, available, *alert))));
    }
    crate::sort::by(&mut findings, |one, other| (other.1.severity, one.0).cmp(&(one.1.severity, other.0)));
    StockLevels { findings: findings.into_iter().map(|(_, finding)| finding).collect() }
}

fn low(product: &ProductId, available: Quantity, alert: StockAlertDef) -> Finding {
    let message = format!("`{product}`: {available} available, below {}", alert.below);
    Finding::new(InventoryCode::LowStock, alert.severity, message)
        .detail("product", product.as_str())
        .detail("available", available.to_decimal())
        .detail("below", alert.below.to_decimal())
}
