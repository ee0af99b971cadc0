//! What a rule author writes about sourcing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::expected::SupplyKind;
use crate::id::{CarrierId, LocationId, SourcingId};
use crate::money::{Decimal, Percent};
use crate::quantity::Quantity;

/// A policy by which the lines of an order are spread over locations.
///
/// ```
/// use dealdesk::inventory::SourcingDef;
/// let def: SourcingDef = serde_json::from_str(r#"{
///     "id": "web", "hard": ["can_ship"], "soft": ["on_time", {"max_distance": "500"}],
///     "objectives": ["unfilled", "shipments", "distance"], "split": {"max_splits": 2}
/// }"#)?;
/// assert_eq!(def.soft.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingDef {
    /// Names the policy.
    pub id: SourcingId,
    /// How locations are chosen.
    #[serde(default)]
    pub strategy: SourcingStrategy,
    /// The location that comes first; only for the strategy that asks for one. A request may name another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_location: Option<LocationId>,
    /// What a location must satisfy. That it is active goes without saying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hard: Vec<SourcingConstraint>,
    /// What a location should satisfy: dropped, the first one first, when the order cannot be filled otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub soft: Vec<SourcingConstraint>,
    /// How soft constraints are dropped.
    #[serde(default)]
    pub relax: Relax,
    /// What is best, the most important first, `unfilled` before all others. Absent: `unfilled`, `shipments`, `priority`. What is equal in
    /// all of them is decided by priority and id of the locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objectives: Option<Vec<SourcingObjective>>,
    /// How far an order and its lines may be split.
    #[serde(default)]
    pub split: SplitDef,
    /// Which expected supply counts for lines that name a day. Nothing named: only what is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supply: Vec<SupplyKind>,
    /// How many sets of locations may be tried before the search ends with the best plan that it has; none: only the greedy plan. Absent:
    /// 100,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_evaluations: Option<u32>,
}

/// How locations are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourcingStrategy {
    /// The best set of locations by the objectives.
    #[default]
    Objectives,
    /// One location after the other, by priority and id.
    LocationSortOrder,
    /// The default location, then the others by priority and id.
    DefaultLocationFirstThenPosition,
    /// For each line the location that has most of it, then the next.
    HighestStockFirst,
    /// The nearest location, then the next.
    ClosestLocation,
    /// One location after the other, by priority and id; what is missing waits for stock.
    OnHandFirstThenBackorder,
}

/// What a location must or should satisfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourcingConstraint {
    /// It ships to customers.
    CanShip,
    /// It is not farther away than this.
    MaxDistance(Decimal),
    /// Goods arrive after at most so many days.
    MaxLeadDays(u32),
    /// It has not turned this order down more often than this.
    MaxRejects(u32),
    /// It takes on at least one more order.
    Capacity,
    /// The order comes before the location's cutoff.
    Cutoff,
    /// One of the order's carriers calls there.
    Carrier,
    /// It serves a line only if the goods arrive by the day on which the line is wanted.
    OnTime,
}

impl SourcingConstraint {
    /// Its name in a rulebook.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CanShip => "can_ship",
            Self::MaxDistance(_) => "max_distance",
            Self::MaxLeadDays(_) => "max_lead_days",
            Self::MaxRejects(_) => "max_rejects",
            Self::Capacity => "capacity",
            Self::Cutoff => "cutoff",
            Self::Carrier => "carrier",
            Self::OnTime => "on_time",
        }
    }
}

/// How soft constraints are dropped, when they keep an order from being filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relax {
    /// The first one, then the second one too, and so on.
    #[default]
    OneByOne,
    /// All of them.
    AllAtOnce,
}

/// What makes one plan better than another. Less is better in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourcingObjective {
    /// The quantity that no location gives, over all lines.
    Unfilled,
    /// How many shipments there are: locations that ship, each once for every day on which it does.
    Shipments,
    /// How many lines have a part that arrives after the day on which they are wanted.
    LateLines,
    /// What it costs: per shipment, per unit and per distance.
    Cost,
    /// The distances of the shipments, summed.
    Distance,
    /// The priorities of the locations that ship, summed.
    Priority,
}

impl SourcingObjective {
    /// Its name in a rulebook.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unfilled => "unfilled",
            Self::Shipments => "shipments",
            Self::LateLines => "late_lines",
            Self::Cost => "cost",
            Self::Distance => "distance",
            Self::Priority => "priority",
        }
    }
}

/// How far an order and its lines may be split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitDef {
    /// Whether an order may be shipped from more than one location.
    #[serde(default = "yes")]
    pub allow_order_split: bool,
    /// Whether a line may be shipped from more than one location.
    #[serde(default = "yes")]
    pub allow_line_split: bool,
    /// How often an order may be split: with 1 it is shipped from at most two locations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_splits: Option<u32>,
    /// The least part of a line that is shipped from more than one location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_split_qty: Option<Quantity>,
    /// The same as a percentage of the line's quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_split_percent: Option<Percent>,
    /// An order of a smaller amount is not shipped from more than one location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_split_below_amount: Option<Decimal>,
}

impl SplitDef {
    /// Whether what is in a kit may come from here and there, as a line may: with a least part a kit comes whole.
    pub(super) const fn takes_apart(&self) -> bool {
        self.allow_line_split && self.min_split_qty.is_none() && self.min_split_percent.is_none()
    }
}

impl Default for SplitDef {
    fn default() -> Self {
        Self {
            allow_order_split: true,
            allow_line_split: true,
            max_splits: None,
            min_split_qty: None,
            min_split_percent: None,
            no_split_below_amount: None,
        }
    }
}

const fn yes() -> bool {
    true
}

/// What is known about a location that ships: declared with it, or given with a request, which then counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingFactsDef {
    /// Whether it ships to customers; absent: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_ship: Option<bool>,
    /// How far it is, in whatever unit the host measures; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<Decimal>,
    /// After how many days goods arrive; absent: on the same day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_days: Option<u32>,
    /// How many more orders it takes on; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// How often it has turned this order down; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejects: Option<u32>,
    /// Who carries from there; absent: anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carriers: Option<Vec<CarrierId>>,
    /// What a shipment costs; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_shipment: Option<Decimal>,
    /// What each unit costs; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_unit: Option<Decimal>,
    /// What a shipment costs for each unit of distance; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_distance: Option<Decimal>,
}
