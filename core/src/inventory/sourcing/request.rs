//! What is to be sourced.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::ReservationKind;
use super::super::removal::RemovalTerms;
use super::super::state::StockState;
use super::def::SourcingFactsDef;
use crate::id::{AttributeId, CarrierId, DemandId, LineId, LocationId, ProductId, ReservationId, ShipGroupId, SourcingId};
use crate::money::Decimal;
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// An order and the stock that it is to be sourced from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSourcingRequest {
    /// The stock.
    pub state: StockState,
    /// What is needed, and what is known about the locations.
    pub demand: SourcingDemand,
}

/// What an order needs.
///
/// ```
/// use dealdesk::inventory::SourcingDemand;
/// let demand: SourcingDemand = serde_json::from_str(r#"{
///     "at": "2026-11-21T09:30:00Z",
///     "candidates": [{"location": "north", "facts": {"distance": "120"}}, {"location": "south", "facts": {"distance": "35"}}],
///     "lines": [{"id": "1", "product": "P-100", "quantity": "12", "wanted_on": "2026-11-25"}]
/// }"#)?;
/// assert!(demand.policy.is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingDemand {
    /// The moment: holds that have ended by then do not count, and goods leave on its day.
    pub at: Timestamp,
    /// The policy; may be left out where the rulebook has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<SourcingId>,
    /// The locations that may ship, with what is known about each for this order. Absent: all locations of the rulebook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<SourcingCandidate>>,
    /// Where the customer picks the goods up: strategy, constraints and split limits do not matter then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_point: Option<LocationId>,
    /// The location that comes first, in the place of the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_location: Option<LocationId>,
    /// The order's amount; needed where the policy has `no_split_below_amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// The carriers that will do; none: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<CarrierId>,
    /// Holds that the reservations will take the place of, such as those of the cart; they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// How the reservations of the plan are named and held; absent: the plan has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<SourcingReserve>,
    /// The lines. Those of the same product share what there is, the first served first.
    pub lines: Vec<SourcingLine>,
}

/// A location that may ship, and what is known about it for this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingCandidate {
    /// Which.
    pub location: LocationId,
    /// The moment by which orders must come to leave on the same day; from then on they leave a day later. Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<Timestamp>,
    /// What counts in the place of what the rulebook declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<SourcingFactsDef>,
}

/// What one line needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// Every part is a whole multiple of this, such as the contents of a box; above zero. Absent: any quantity will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<Quantity>,
    /// The day on which the goods are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// The last day on which the goods may arrive; what arrives between `wanted_on` and this day is late. Absent: what is there may arrive
    /// on any day, and what is on its way on the day on which the line is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_on: Option<Date>,
    /// Which stock it takes, where it is special; nothing that is on its way then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
    /// The lines that are shipped with it: all of a group from one location, in full, or none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ShipGroupId>,
}

/// How the reservations of a plan are named and held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcingReserve {
    /// What they are for, such as the order. A line's demand is called `order/line`, its reservations `order/line/1` and so on.
    pub order: DemandId,
    /// How firmly they are held.
    #[serde(default)]
    pub kind: ReservationKind,
    /// When they end by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What is known of the demand: the characteristics by which quotas tell groups apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub characteristics: BTreeMap<AttributeId, String>,
}
