//! What a sourcing plan says.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::action::{ReserveStock, StockAction};
use super::super::kit::PlannedComponent;
use super::super::part::StockPart;
use super::def::{SourcingObjective, SourcingStrategy};
use crate::id::{LineId, LocationId, ProductId, SourcingId, SupplyId};
use crate::money::Decimal;
use crate::quantity::Quantity;
use crate::report::{Code, Detail, Details, Finding};
use crate::time::Date;

/// Which location ships what, why, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcingPlan {
    /// The policy.
    pub policy: SourcingId,
    /// How locations were chosen; absent where the customer picks the goods up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<SourcingStrategy>,
    /// Whether every line gets all that it asks for.
    pub complete: bool,
    /// How the search went; absent where locations are taken in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<SourcingSearch>,
    /// The soft constraints that were dropped, in the order in which they were.
    pub relaxed: Vec<String>,
    /// What the plan is worth by each objective, the most important first. Less is better.
    pub objectives: Vec<ObjectiveValue>,
    /// The locations that ship, by priority and id.
    pub shipments: Vec<PlannedShipment>,
    /// The lines, in the order of the demand.
    pub lines: Vec<SourcedLine>,
    /// Every candidate, by priority and id, and what speaks against it.
    pub candidates: Vec<CandidateVerdict>,
    /// Reservations that hold what the plan says; none where the demand does not say how to name them.
    pub reserve: Vec<ReserveStock>,
    /// All of them as one command, which happens whole or not at all; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<StockAction>,
    /// One remark for each line that is short.
    pub findings: Vec<Finding>,
}

/// How the search for the best set of locations went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcingSearch {
    /// Whether no other plan is better. When not, the search ended before it had looked at every set of locations that could be.
    pub optimal: bool,
    /// How many sets of locations were tried, whole or in part.
    pub evaluated: u64,
    /// What no plan can be better than; there when the plan may not be the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<SourcingBound>,
}

/// What no plan can be better than.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcingBound {
    /// At least this much is missing in any plan.
    pub unfilled: Quantity,
    /// A better plan with fewer locations than this was looked for everywhere, and there is none.
    pub shipments: u64,
}

/// What a plan is worth by an objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ObjectiveValue {
    /// Which.
    pub objective: SourcingObjective,
    /// How much.
    pub value: Decimal,
}

/// What one location ships.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlannedShipment {
    /// From where.
    pub location: LocationId,
    /// The day on which it leaves, when it waits for what is on its way; absent: at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaves_on: Option<Date>,
    /// When it arrives.
    pub arrives_on: Date,
    /// How far it goes; absent when it was not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Decimal>,
    /// What it costs.
    pub cost: Decimal,
    /// What is in it, in the order of the demand.
    pub lines: Vec<ShipmentLine>,
}

/// A line's part in a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShipmentLine {
    /// The line.
    pub line: LineId,
    /// The product; of a kit whose components come from here and there, a component.
    pub product: ProductId,
    /// How much.
    pub quantity: Quantity,
    /// What of it is on its way; absent where all is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<FromSupply>,
}

/// What a shipment takes from an expected supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FromSupply {
    /// The supply.
    pub supply: SupplyId,
    /// The product: of a kit, a component.
    pub product: ProductId,
    /// The day on which it is there to be shipped.
    pub due: Date,
    /// How much.
    pub quantity: Quantity,
}

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcedLine {
    /// The line.
    pub id: LineId,
    /// What it asks for.
    pub requested: Quantity,
    /// What it gets.
    pub sourced: Quantity,
    /// What it waits for, where the strategy lets what is missing wait for stock.
    pub backordered: Quantity,
    /// What it does not get.
    pub remainder: Quantity,
    /// Why it does not get all; absent when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Code>,
    /// Whether a part of it arrives after the day on which it is wanted.
    pub late: bool,
    /// Which location gives how much; one that ships on several days, once for each. Nothing of kits whose components come from here and
    /// there.
    pub parts: Vec<StockPart>,
    /// What is taken of each component of such kits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<PlannedComponent>,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CandidateVerdict {
    /// Which.
    pub location: LocationId,
    /// Whether it ships.
    pub ships: bool,
    /// How much of what the lines ask for it could give, were it the only one.
    pub could_give: Quantity,
    /// What speaks against it; nothing when it may ship.
    pub rejected: Vec<SourcingObjection>,
}

/// What speaks against a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourcingObjection {
    /// What it is; stable across versions.
    pub code: Code,
    /// The same for a person.
    pub message: String,
    /// The figures: `actual` and `limit`.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl SourcingObjection {
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Detail>) -> Self {
        self.details.push(name, value);
        self
    }
}
