//! What an author writes about tax.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{StepId, TaxCategoryId, TaxRateId};
use crate::money::{Percent, RoundingDef};
use crate::time::Period;

/// Categories and rates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxDef {
    /// The categories that products may have.
    pub categories: Vec<TaxCategoryId>,
    /// The rates, by category and destination.
    pub rates: Vec<TaxRateDef>,
    /// The destination of documents that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_destination: Option<String>,
    /// What happens when a category has no rate at a destination.
    #[serde(default)]
    pub missing_rate: MissingRate,
}

/// What happens when a category has no rate at a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRate {
    /// The quote is not complete; a finding says which rate is missing.
    #[default]
    Refuse,
    /// The line is not taxed.
    Untaxed,
}

/// A rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRateDef {
    /// Names the rate.
    pub id: TaxRateId,
    /// The products it is for.
    pub category: TaxCategoryId,
    /// Where it is for, compared with `destination.country`.
    pub destination: String,
    /// The percentage of the net amount.
    pub percent: Percent,
    /// When it is valid, judged by the document's date; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
}

/// Whether prices include tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceMode {
    /// Prices are without tax; tax is added.
    #[default]
    Net,
    /// Prices include tax; it is taken out, and the net amount is the rest.
    Gross,
}

/// Where tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxRoundAt {
    /// On each line.
    #[default]
    Line,
    /// Once for each rate over the document; the lines' taxes add up to it.
    Group,
    /// Once for the document; the rates' and the lines' taxes add up to it.
    Document,
}

/// The step of the procedure that computes tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxStepDef {
    /// Names the step.
    pub id: StepId,
    /// Whether prices include tax.
    #[serde(default)]
    pub price_mode: PriceMode,
    /// Where tax is rounded.
    #[serde(default)]
    pub round_at: TaxRoundAt,
    /// How tax is rounded; half-up to the currency's minor unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
}
