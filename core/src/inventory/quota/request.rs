//! What is to be checked against quotas, and what came of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AttributeId, LineId, ProductId, QuotaGroupId, QuotaId};
use crate::quantity::Quantity;
use crate::report::Finding;
use crate::time::Date;

/// Lines to be held against their quotas, and what was consumed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckQuotaRequest {
    /// What was consumed before, in any order.
    #[serde(default)]
    pub consumed: Vec<QuotaUse>,
    /// The lines, the first served first.
    pub lines: Vec<QuotaLine>,
}

/// A line to be held against its quotas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much is wanted, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The day on which it is wanted.
    pub on: Date,
    /// When the whole quantity does not pass, a whole multiple of this does; above zero.
    #[serde(default = "one")]
    pub multiple: Quantity,
    /// What is known of the demand: the characteristics by which quotas tell groups apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub characteristics: BTreeMap<AttributeId, String>,
}

fn one() -> Quantity {
    Quantity::from(1)
}

/// What was consumed of a quota in a period. Above zero for more; below zero for what is given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaUse {
    /// The quota.
    pub quota: QuotaId,
    /// The group; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<QuotaGroupId>,
    /// The first day of the period, of the group's shortest cap.
    pub on: Date,
    /// How much, factor included.
    pub quantity: Quantity,
}

/// What quotas allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuotaPlan {
    /// Whether every line passes with its whole quantity.
    pub complete: bool,
    /// The lines, in the order of the request.
    pub lines: Vec<QuotaPlanLine>,
    /// What the lines consume together, to be added to what was consumed before.
    pub consumed: Vec<QuotaUse>,
    /// One remark for each line that does not pass with its whole quantity.
    pub findings: Vec<Finding>,
}

/// What quotas allow of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuotaPlanLine {
    /// The line.
    pub id: LineId,
    /// What is wanted.
    pub requested: Quantity,
    /// What passes: the least that any of its quotas allows.
    pub granted: Quantity,
    /// What does not pass.
    pub short: Quantity,
    /// The first later day on which the whole quantity would pass, as things are now; absent when it passes, or on no day that was
    /// looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
    /// Its quotas, in the order of the rulebook; none when no quota limits it.
    pub draws: Vec<QuotaDraw>,
}

/// What one quota allows of a line, and what the line consumes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuotaDraw {
    /// The quota.
    pub quota: QuotaId,
    /// The group that the demand belongs to; absent for everybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<QuotaGroupId>,
    /// How much one unit consumes.
    pub factor: Quantity,
    /// How much of the line this quota alone would let pass.
    pub allowed: Quantity,
    /// What the line consumes, by period, in the order in which it was drawn.
    pub uses: Vec<QuotaUse>,
}
