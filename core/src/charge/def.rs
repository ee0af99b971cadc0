//! What an author writes about charges and cash rounding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ChargeId, StepId, TaxCategoryId};
use crate::money::{AllocationMethod, Currency, Decimal, Percent, RoundingDef, RoundingMode, ZeroWeights};
use crate::table::TableDef;
use crate::time::{Period, Window};

/// What a document costs beside its goods: freight, a fee, insurance, duty. Or, with an amount below zero, an allowance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargeDef {
    /// Names the charge.
    pub id: ChargeId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it is valid, judged by the document's date; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
    /// From which time to which it is valid too, where days are not fine enough; then only for requests that say `at` which time they are
    /// made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Window>,
    /// The currencies of the documents that it is for, in each of which its amounts are. When it names none, all documents, unless it has
    /// amounts: those are in the rulebook's currency, and so are the documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// The condition on the document; always true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Which lines it is for; all when absent. A charge for no line does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// How much it is.
    pub amount: ChargeAmountDef,
    /// The earlier charges on which percentages are taken beside the lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub base_includes: Vec<ChargeId>,
    /// It is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Decimal>,
    /// It is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
    /// It is free when its lines are worth this or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Decimal>,
    /// How the amount is rounded; half-up to the currency's minor unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
    /// Where it stands.
    #[serde(default)]
    pub placement: PlacementDef,
    /// How it is taxed. Needed where the rulebook taxes, unless it is allocated: then it is taxed as the lines are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<ChargeTaxDef>,
    /// Whether its amount includes tax; as the tax step says of all prices when absent, and not where that asks each line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub includes_tax: Option<bool>,
}

/// How much a charge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeAmountDef {
    /// This amount; below zero for an allowance.
    Fixed(Decimal),
    /// This percentage of its lines, and of the charges that its base includes.
    Percent(Percent),
    /// By the weight, the value or any other number of the document.
    Scale(ScaleDef),
    /// By a decision table on the document, with the outputs `amount` and `percent`, or one of them.
    Table(TableDef),
    /// By a decision table on each of its lines, with the outputs `amount` and `percent`, or one of them: duty. Each line is rounded.
    LineTable(TableDef),
    /// What this expression on the document gives.
    Formula(String),
}

impl ChargeAmountDef {
    /// The decision table, when that is how the amount is found.
    #[must_use]
    pub fn table(&self) -> Option<&TableDef> {
        match self {
            Self::Table(table) | Self::LineTable(table) => Some(table),
            Self::Fixed(_) | Self::Percent(_) | Self::Scale(_) | Self::Formula(_) => None,
        }
    }
}

/// Amounts by a number of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleDef {
    /// The number, such as `lines.sum(l, l.product.weight * l.quantity)` or `document.amount`.
    pub basis: String,
    /// The steps, by ascending `from`. Below the first nothing is charged.
    pub steps: Vec<ScaleStepDef>,
}

/// A step of a scale: it is reached from its `from` on, until the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleStepDef {
    /// The least that reaches it.
    pub from: Decimal,
    /// The amount.
    pub amount: Decimal,
    /// What is added for what goes beyond `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<EachDef>,
}

/// An amount for each so many units of a scale's basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EachDef {
    /// The amount.
    pub amount: Decimal,
    /// How many units it is for; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Decimal>,
    /// Whether what is begun counts as whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
}

/// Where a charge stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlacementDef {
    /// On the document, beside the lines.
    #[default]
    Document,
    /// As a line of its own.
    Line,
    /// In the amounts of its lines.
    Allocate(SpreadDef),
}

/// How a charge is split over its lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpreadDef {
    /// The weight of a line: a number such as `product.weight * line.quantity`; the line's amount when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How whole minor units are found, and who takes the remainder.
    #[serde(default)]
    pub method: AllocationMethod,
    /// What happens when all weights are zero.
    #[serde(default)]
    pub zero_weights: ZeroWeights,
}

/// How a charge is taxed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeTaxDef {
    /// Not at all.
    Untaxed,
    /// As itself: by this category. A document-level allowance or charge is so assigned to one rate.
    Category(TaxCategoryId),
    /// As that of its lines which bears the highest taxes.
    HighestRate,
    /// As those of its lines that are worth most together.
    MainRate,
    /// In proportion to what its lines are worth at each rate.
    Split,
}

/// The step of the procedure that adds charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargeStepDef {
    /// Names the step.
    pub id: StepId,
    /// The charges, in the order in which they are computed; all, in the order of the rulebook, when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<ChargeId>,
}

/// The step that rounds what is to be paid to the smallest coin; it comes after tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CashRoundingDef {
    /// Names the step.
    pub id: StepId,
    /// The currencies of the documents that it is for; the rulebook's when it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// What is paid is a multiple of this, such as `0.05`.
    pub increment: Decimal,
    /// Which neighbour an in-between total goes to.
    #[serde(default)]
    pub mode: RoundingMode,
    /// Where the difference goes.
    pub strategy: CashStrategy,
}

/// Where the difference of cash rounding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CashStrategy {
    /// Into a line of its own, without tax: net and gross change.
    Line,
    /// Into the largest tax, on the line that bears most of it: tax and gross change. Where nothing is taxed, as `payable`.
    LargestTax,
    /// Beside the total: net, tax and gross stay, only the amount to be paid changes.
    Payable,
}
