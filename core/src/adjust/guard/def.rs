//! What an author writes about guards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::adjust::StageScope;
use crate::id::StepId;
use crate::money::{Currency, Percent};

/// A step that guards what the steps before it have done: no line, or not the document, costs less than a floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardDef {
    /// Names the step.
    pub id: StepId,
    /// The currencies of the documents that it is for, in each of which `at_least` is. When it names none, those in the rulebook's currency,
    /// or all when it says no `at_least`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// What is guarded: each line by itself, or what all lines cost together.
    #[serde(default)]
    pub scope: StageScope,
    /// The step after which it guards: nothing is lifted above that step's result. The price step when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<StepId>,
    /// Which lines it guards; all when absent. Only for line scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// The floor, in money and in the price mode of the procedure. At line scope for one base unit of the product: a number such as
    /// `product.cost * 1.05`. At document scope for all lines together: `document.list_amount * 0.8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// The least margin, in percent of the price and below 100, over the cost that an earlier step with `margin` gives. Where both are said, the
    /// higher floor counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_margin: Option<Percent>,
    /// What becomes of what costs less.
    pub otherwise: Otherwise,
}

/// What becomes of what costs less than the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It is lifted to the floor; at document scope, every line gives back in proportion to what the guarded steps took off it.
    Clamp,
    /// The guarded stages of document scope take from each line only what leaves it at the floor, and the rest from the others, as far as they
    /// have room. What other steps have done is lifted. Only for line scope.
    ClampAndRedistribute,
    /// A finding that keeps the quote from going on.
    Reject,
    /// A finding; nothing else.
    Flag,
    /// A finding with a code of its own, for the approval matrix.
    NeedsApproval,
}
