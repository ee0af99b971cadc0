//! Many orders at once: what one of them takes, those after it do not have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compile::Inventory;
use super::plan::{DemandLine, ReservationPlan, ask_for, check_lines, plan_lines};
use super::state::StockState;
use super::supply::Supply;
use crate::id::{DemandId, LocationId, ReservationId, Set};
use crate::report::{Diagnostic, Diagnostics, Error, Path, RulebookCode};
use crate::time::Timestamp;

/// Orders that are served together: the highest priority first, of equal ones in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
    /// The orders; no id twice.
    pub orders: Vec<WaveOrder>,
}

/// An order of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaveOrder {
    /// Names it.
    pub id: DemandId,
    /// The higher, the earlier it is served.
    #[serde(default)]
    pub priority: i32,
    /// The locations to take from, in this order. Absent: the active locations in order of priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationId>>,
    /// Holds that the reservation will take the place of, such as those of the cart; from this order's turn on they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// The lines, the first served first.
    pub lines: Vec<DemandLine>,
}

/// The plans of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WavePlan {
    /// Whether every order gets all that it asks for.
    pub complete: bool,
    /// The orders, in the order in which they were served.
    pub orders: Vec<PlannedOrder>,
}

/// The plan of one order of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlannedOrder {
    /// The order.
    pub id: DemandId,
    /// Which location gives what to its lines.
    pub plan: ReservationPlan,
}

/// Plans the reservations of many orders from the same stock, one after the other. Nothing is held by a plan.
///
/// # Errors
/// [`Error`] for a quantity of zero or below, a location that the rulebook does not declare, an order that stands in the wave twice. An order
/// that is short is not an error.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, StockState, Wave, compile, plan_wave};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let stock: StockState = serde_json::from_str(r#"{"positions": [{"product": "P-100", "location": "north", "on_hand": "10"}]}"#)?;
/// let wave: Wave = serde_json::from_str(r#"{"at": "2026-11-21T09:30:00Z", "orders": [
///     {"id": "O-1", "lines": [{"id": "1", "product": "P-100", "quantity": "7"}]},
///     {"id": "O-2", "priority": 5, "lines": [{"id": "1", "product": "P-100", "quantity": "6"}]}]}"#)?;
/// let plan = plan_wave(&inventory, &stock, &wave)?;
/// let served: Vec<_> = plan.orders.iter().map(|order| (order.id.as_str(), order.plan.complete())).collect();
/// assert_eq!(served, [("O-2", true), ("O-1", false)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_wave(inventory: &Inventory, state: &StockState, wave: &Wave) -> Result<WavePlan, Error> {
    // 1. Refuse what cannot be judged.
    check(inventory, wave)?;
    // 2. Find the products, and those that several lines ask for.
    let mut supply = Supply::at(inventory, state, wave.at);
    supply.make_room(wave.orders.iter().map(|order| order.lines.len()).sum());
    let asked: Vec<_> = wave.orders.iter().map(|order| ask_for(&order.lines, &mut supply)).collect();
    // 3. Serve the orders by priority; the sort keeps the order of equals.
    let mut turns: Vec<_> = wave.orders.iter().zip(asked).collect();
    crate::sort::by(&mut turns, |(a, _), (b, _)| b.priority.cmp(&a.priority));
    let mut orders = Vec::with_capacity(turns.len());
    for (order, asked) in turns {
        supply = supply.without(&order.replaces);
        supply = match &order.locations {
            None => supply.by_priority(),
            Some(locations) => supply.along(locations.iter()),
        };
        orders.push(PlannedOrder { id: order.id.clone(), plan: plan_lines(inventory, &order.lines, &asked, (&mut supply, false)) });
    }
    Ok(WavePlan { complete: orders.iter().all(|order| order.plan.complete()), orders })
}

fn check(inventory: &Inventory, wave: &Wave) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let mut seen = Set::default();
    for (index, order) in wave.orders.iter().enumerate() {
        let orders = Path::ROOT.field("orders");
        let path = orders.index(index);
        if !seen.insert(&order.id) {
            let message = format!("the order `{}` stands in the wave twice; give each order its own id", order.id);
            problems.push(Diagnostic::error(RulebookCode::DuplicateId, &path.field("id"), message));
        }
        check_lines(inventory, order.locations.as_deref(), &order.lines, &path, &mut problems);
    }
    problems.finish().map(|_| ())
}
