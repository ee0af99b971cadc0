//! What an author writes about calculated prices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PriceListId;
use crate::money::{Decimal, Percent, RoundingDef};

/// A calculated price: where it starts, and what is done to it, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalculateDef {
    /// Where it starts.
    pub start: StartDef,
    /// What is done to it, in this order. The result is never below zero; it is exact unless a step rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<CalculateStepDef>,
}

/// Where a calculated price starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartDef {
    /// The price of another list for the same line, per unit of the record. Without one there, there is none here.
    List(PriceListId),
    /// A formula over facts, such as `product.cost`.
    Formula(String),
    /// A price.
    Price(Decimal),
}

/// A step of a calculated price. In formulas `price` is the price as the step before left it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalculateStepDef {
    /// Takes a percentage off; below zero it is a surcharge.
    Discount(Percent),
    /// Adds a percentage of the price as it stands, such as a cost: 25 makes 100 into 125.
    Markup(Percent),
    /// Makes the percentage of the result what is earned: 20 makes 100 into 125. Below 100.
    Margin(Percent),
    /// Adds a number or the result of a formula, per unit; below zero it is taken off.
    Add(String),
    /// Sets the price to the result of a formula.
    Formula(String),
    /// Rounds, with an ending when there is an `offset`.
    Round(RoundingDef),
    /// Keeps the price within bounds.
    Clamp(ClampDef),
}

/// Bounds of a price: numbers or formulas.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClampDef {
    /// Not below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// Not above this; where both cannot be, this one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
}
