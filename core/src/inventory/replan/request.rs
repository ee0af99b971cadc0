//! What is to be planned anew, and the difference that it makes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::StockAction;
use super::super::part::StockPart;
use super::super::removal::PassedOver;
use super::super::state::StockState;
use super::def::ReplanStrategy;
use crate::id::{AttributeId, DemandId, ProductId, ReservationId, SegmentId, SupplyId};
use crate::quantity::Quantity;
use crate::report::Finding;
use crate::time::{Date, Timestamp};

/// The stock to be planned anew, and what is known of the demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
    /// The products, such as those of a shortage. Empty: every product that something is reserved of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// What is known of demands beyond their reservations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<ReplanDemand>,
}

/// What is known of a demand beyond its reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanDemand {
    /// The reservation.
    pub reservation: ReservationId,
    /// The facts that segments ask for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<AttributeId, String>,
    /// Whether it must stay as it is: its day and quantity are fixed, or it is being picked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// What was promised for later days, beyond what is held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<ReplanConfirmation>,
}

/// A quantity that comes on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanConfirmation {
    /// The day.
    pub on: Date,
    /// How much; above zero.
    pub quantity: Quantity,
    /// The expected supply that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyId>,
}

/// The difference that replanning makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReplanPlan {
    /// Whether it can be carried out: nothing that must stay as it is holds more than there is.
    pub feasible: bool,
    /// The demands that change, in the order in which they were served.
    pub lines: Vec<ReplanLine>,
    /// How many demands stay as they are.
    pub unchanged: u32,
    /// The command that makes it so; absent when no reservation changes, or when it cannot be carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<StockAction>,
    /// What keeps the plan from being carried out, and demands that do not get what their strategy promises them.
    pub findings: Vec<Finding>,
}

/// A demand that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReplanLine {
    /// The reservation.
    pub reservation: ReservationId,
    /// What it is for.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// The segment that it belongs to.
    pub segment: SegmentId,
    /// How the segment is treated.
    pub strategy: ReplanStrategy,
    /// What it has now.
    pub before: ReplanClaim,
    /// What it would have.
    pub after: ReplanClaim,
    /// Stock that is there, where it does not hold all at once, and what stands against taking it. Only of products whose stock is told apart, or
    /// of which special stock is reserved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
}

/// What a demand has: now, and on later days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct ReplanClaim {
    /// What is held.
    pub held: Quantity,
    /// Where.
    pub parts: Vec<StockPart>,
    /// What comes on later days.
    pub confirmed: Vec<ReplanConfirmation>,
    /// What neither is held nor comes.
    pub unconfirmed: Quantity,
}
