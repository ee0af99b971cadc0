//! How what is taken off the document is split over its lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::formula::formula;
use crate::expr::{CompileContext, Expr, Scope};
use crate::id::StepId;
use crate::money::{AllocationMethod, ZeroWeights};
use crate::report::{AdjustCode, Diagnostic, Path};

/// How the amount of a document stage becomes amounts of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateDef {
    /// What the amount is split in proportion to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub weights: WeightsDef,
    /// How whole minor units are found, and who takes the remainder.
    #[serde(default)]
    pub method: AllocationMethod,
    /// What happens when all weights are zero.
    #[serde(default)]
    pub zero_weights: ZeroWeights,
    /// Whether the amount is split at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spread: Spread,
    /// In which order lines take remainders, and which is the first and the last of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: ShareOrder,
    /// How the part of a line is shown for its units; not at all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_split: Option<UnitSplit>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a document's amount is split in proportion to. No line gives more than it costs, whatever it weighs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightsDef {
    /// What the eligible lines cost when the rule applies, after all earlier discounts: with tax where prices include it.
    #[default]
    Amount,
    /// The lines at the prices that were found.
    ListAmount,
    /// What the lines cost after an earlier step.
    Step(StepId),
    /// The quantities, in base units.
    Quantity,
    /// All lines alike.
    Even,
    /// A number for each line, such as `product.weight * line.quantity`; what is below zero counts as zero, what is beyond the sixth decimal not
    /// at all.
    Formula(String),
}

/// Whether an amount is split over the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// It is split: the parts sum to it.
    #[default]
    Across,
    /// Each line bears it: an amount comes off every eligible line, a percentage off each by itself, rounded line by line.
    Each,
}

/// In which order lines stand when an amount is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareOrder {
    /// As in the request.
    #[default]
    Lines,
    /// By the ids of the lines, compared as text: then the order of the request changes nothing.
    Ids,
}

/// How the part of a line is split over its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitSplit {
    /// Each unit takes the same, rounded towards zero, and the first ones one minor unit more. Only for whole quantities.
    RemainderToFirstUnits,
}

/// A checked way to split.
#[derive(Debug, Clone, Default)]
pub struct Allocate {
    /// What the amount is split in proportion to.
    pub weights: Weights,
    /// How whole minor units are found.
    pub method: AllocationMethod,
    /// What happens when all weights are zero.
    pub zero_weights: ZeroWeights,
    /// Whether the amount is split at all.
    pub spread: Spread,
    /// In which order lines stand.
    pub order: ShareOrder,
    /// How the part of a line is shown for its units.
    pub unit_split: Option<UnitSplit>,
}

/// Checked weights.
#[derive(Debug, Clone, Default)]
pub enum Weights {
    /// What the lines cost when the rule applies.
    #[default]
    Amount,
    /// The lines at the prices that were found.
    ListAmount,
    /// What the lines cost after the step of that number.
    Step(usize),
    /// The quantities.
    Quantity,
    /// All alike.
    Even,
    /// A number for each line.
    Formula(Expr),
}

impl Allocate {
    /// Checks how an amount is split; `before` are the ids of the steps before the one that splits it.
    pub fn compile<'s>(
        def: &AllocateDef,
        before: impl Iterator<Item = &'s StepId> + Clone,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let at = path.field("weights");
        let weights = match &def.weights {
            WeightsDef::Amount => Weights::Amount,
            WeightsDef::ListAmount => Weights::ListAmount,
            WeightsDef::Quantity => Weights::Quantity,
            WeightsDef::Even => Weights::Even,
            WeightsDef::Formula(text) => formula(text, Scope::Line, &at.field("formula"), cx).map_or(Weights::Amount, Weights::Formula),
            WeightsDef::Step(id) => before.clone().position(|step| step == id).map_or_else(
                || {
                    let help = crate::report::did_you_mean(id.as_str(), before.clone().map(StepId::as_str));
                    let problem = Diagnostic::error(AdjustCode::Base, &at.field("step"), format!("`{id}` is not a step before this one"));
                    cx.diagnostics.push(problem.maybe_help(help));
                    Weights::Amount
                },
                Weights::Step,
            ),
        };
        if def.spread == Spread::Each && (def.weights != WeightsDef::Amount || def.order != ShareOrder::Lines) {
            let problem =
                Diagnostic::error(AdjustCode::Allocate, path, "what each line bears is not split, so it has no weights and no order");
            cx.diagnostics.push(problem.help("leave `weights` and `order` out, or write `\"spread\": \"across\"`"));
        }
        let AllocateDef { method, zero_weights, spread, order, unit_split, .. } = *def;
        Self { weights, method, zero_weights, spread, order, unit_split }
    }

    /// The number of the earlier step whose amounts are the weights.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        if let Weights::Step(step) = self.weights { Some(step) } else { None }
    }

    /// The formula of the weights.
    pub fn expression(&self) -> Option<&Expr> {
        if let Weights::Formula(formula) = &self.weights { Some(formula) } else { None }
    }
}
