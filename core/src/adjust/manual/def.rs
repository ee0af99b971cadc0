//! What an author writes about overrides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adjust::{AllocateDef, StageScope};
use crate::id::{RoleId, StepId};
use crate::money::Percent;

/// A step at which a person may set what lines, or the lines together, cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideDef {
    /// Names the step; the overrides of a request refer to it.
    pub id: StepId,
    /// What is set: each line by itself, or what all lines cost together, which is allocated to them.
    #[serde(default)]
    pub scope: StageScope,
    /// The earlier step from whose result percentages and amounts are taken off: what the steps since then did is replaced. The step begins at
    /// what enters it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<StepId>,
    /// How far an override may go; as far as it likes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitDef>,
    /// How far some actors may go, or some lines: the first entry that fits counts in place of `limit`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<ActorLimitDef>,
    /// What becomes of an override beyond the limit.
    #[serde(default)]
    pub otherwise: Overstepped,
    /// Whether an override may set the price of a line that has none: price on request. Only for line scope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub price_on_request: bool,
    /// How what is set for the lines together is split over them. Only for document scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocate: Option<AllocateDef>,
}

/// How far an override may go from where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitDef {
    /// At most this percentage below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<Percent>,
    /// At most this percentage above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_on: Option<Percent>,
}

/// A limit for some actors, or under some condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorLimitDef {
    /// The role that the actor must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// The condition, on the line or, at document scope, the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// At most this percentage below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<Percent>,
    /// At most this percentage above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_on: Option<Percent>,
}

/// What becomes of an override beyond the limit. It applies in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overstepped {
    /// A finding for the approval matrix; the quote stays complete.
    #[default]
    NeedsApproval,
    /// A finding that keeps the quote from going on.
    Reject,
}
