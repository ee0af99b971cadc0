//! What is to be delivered, and what is delivered instead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::kit::PlannedComponent;
use super::super::part::StockPart;
use super::super::state::StockState;
use super::def::{SubstitutePrice, SubstituteRatio};
use crate::id::{LineId, LocationId, ProductId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{Code, Finding};
use crate::time::Timestamp;

/// Lines, and the stock that they are to be met from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSubstitutesRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then do not count, and the rules of its day hold.
    pub at: Timestamp,
    /// The locations to take from, in this order. Absent: the active locations in order of priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<LocationId>>,
    /// Holds that the lines will take the place of; they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// The lines, the first served first.
    pub lines: Vec<SubstituteDemand>,
}

/// What one line needs, and what its customer has said to substitutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubstituteDemand {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The substitutes that the customer agrees to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<ProductId>,
    /// The substitutes that the customer does not want, consent needed or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declines: Vec<ProductId>,
}

/// What each line gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubstitutePlan {
    /// Whether every line gets all that it asks for, without asking anybody.
    pub complete: bool,
    /// The lines, in the order of the request.
    pub lines: Vec<SubstituteLine>,
    /// One remark for each substitute that the customer has to be asked about, and one for each line that is short.
    pub findings: Vec<Finding>,
}

/// What one line gets. Its product and quantity stay as they were ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubstituteLine {
    /// The line.
    pub id: LineId,
    /// What was ordered.
    pub product: ProductId,
    /// How much was ordered.
    pub requested: Quantity,
    /// What comes of the product itself.
    pub own: Quantity,
    /// From where; of a kit so many whole kits, and nothing of one that ships apart.
    pub parts: Vec<StockPart>,
    /// What is taken of each component; only for kits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<PlannedComponent>,
    /// What is delivered instead.
    pub fulfilled_as: Vec<FulfilledAs>,
    /// What could be delivered instead if the customer agreed; not counted as delivered.
    pub asked: Vec<FulfilledAs>,
    /// What nothing covers, in the unit of the product that was ordered.
    pub short: Quantity,
    /// The substitutes that were not used, with the reason.
    pub rejected: Vec<RejectedSubstitute>,
}

/// What is delivered in the place of a part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FulfilledAs {
    /// What is delivered.
    pub product: ProductId,
    /// How much of it, in its own unit.
    pub quantity: Quantity,
    /// The set in which it was replaced.
    pub ratio: SubstituteRatio,
    /// How much of the line that covers, in the unit of the product that was ordered.
    pub covers: Quantity,
    /// What it costs the customer.
    pub price: SubstitutePrice,
    /// The products between the original and this one, whose substitute it is; none when it is the original's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<ProductId>,
    /// From where; of a kit so many whole kits, and nothing of one that ships apart.
    pub parts: Vec<StockPart>,
    /// What is taken of each component; only for kits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<PlannedComponent>,
}

/// What was ordered, where something else is reserved for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InsteadOf {
    /// What was ordered.
    pub product: ProductId,
    /// How much of it is covered, in its own unit; above zero.
    pub quantity: Quantity,
}

/// A substitute that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RejectedSubstitute {
    /// The substitute.
    pub product: ProductId,
    /// Why.
    pub code: Code,
}
