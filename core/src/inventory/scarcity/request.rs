//! What is to be shared out, and what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::SharingMethod;
use crate::id::{DemandId, ProductId, SharingId};
use crate::quantity::Quantity;
use crate::report::Finding;
use crate::time::Date;

/// A scarce quantity and those who ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareOutRequest {
    /// By this policy; absent: by the one for the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<SharingId>,
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// How much there is, in the product's unit; zero or above.
    pub supply: Quantity,
    /// What a pack of this product holds, where it is not the policy's `multiple`; above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<Quantity>,
    /// Who asks for it, in any order.
    pub demands: Vec<ShareDemand>,
}

/// One who asks for a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareDemand {
    /// Who asks.
    pub id: DemandId,
    /// How much is asked for, in the product's unit; above zero.
    pub quantity: Quantity,
    /// What it is guaranteed, up to what it asks for: a floor of its share, not something on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// How urgent it is; the highest number comes first, in every method where something is equal.
    #[serde(default)]
    pub priority: u32,
    /// The day on which it is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// The order in which demands came; the lowest number comes first.
    #[serde(default)]
    pub seq: u64,
    /// For `weighted`: its weight, zero or above; only the proportion counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Quantity>,
    /// For `equal_cover`: how much it has already; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<Quantity>,
    /// For `equal_cover`: how much it uses in a day, zero or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<Quantity>,
}

/// Who gets how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SharePlan {
    /// The policy by which it was shared out.
    pub policy: SharingId,
    /// Its method.
    pub method: SharingMethod,
    /// The multiple in which it was given.
    pub multiple: Quantity,
    /// How much there was.
    pub supply: Quantity,
    /// How much was asked for in all.
    pub requested: Quantity,
    /// How much is given in all.
    pub given: Quantity,
    /// How much is left: what nobody asks for, and what is less than a multiple.
    pub left: Quantity,
    /// Who gets how much, in the order of the request.
    pub shares: Vec<Share>,
    /// One remark for each demand that gets less than it asks for, and one for each that gets less than it was guaranteed.
    pub findings: Vec<Finding>,
}

/// What one demand gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Share {
    /// Who.
    pub id: DemandId,
    /// What it asks for.
    pub requested: Quantity,
    /// What it gets.
    pub given: Quantity,
    /// What it does not get.
    pub short: Quantity,
    /// How it came to it: each entry adds to the one before.
    pub entries: Vec<ShareEntry>,
}

/// One step on the way to a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShareEntry {
    /// What it is.
    pub step: ShareStep,
    /// What the demand had before.
    pub before: Quantity,
    /// What it gets by this step.
    pub delta: Quantity,
    /// What it has after.
    pub after: Quantity,
}

/// A step on the way to a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareStep {
    /// What it is guaranteed, or its part of that when there is not enough for all guarantees.
    Minimum,
    /// Its share by the method, in whole multiples, rounded down.
    Share,
    /// One multiple that was left by the rounding down: the largest remainders get one each.
    Remainder,
}
