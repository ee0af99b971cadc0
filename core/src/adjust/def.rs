//! What an author writes about discounts, surcharges and promotions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::{BudgetDef, CapAmountDef, CapUnitsDef, UsesDef};
use super::{AllocateDef, RuleCouponDef};
use crate::id::{RuleId, StepId, TagId};
use crate::money::{Currency, CurrencyRoundingDef, Decimal, RoundingDef};
use crate::time::{Period, Window};

/// Which rules of a stage apply when several match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The one that leaves the lowest amount; among equals the one with the higher priority, then the lower id.
    Best,
    /// The one that leaves the highest amount; among equals as with `best`.
    Worst,
    /// The one with the highest priority.
    First,
    /// All, in the order of priority, each on what the one before left; a rule with `stop` is the last.
    Compound,
    /// All, each on the stage's base, added up.
    OnBase,
    /// When rules with `exclusive` match, only the one of them with the highest priority; otherwise all, as in `compound`.
    Exclusive,
}

/// What the policies `best` and `worst` compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// What each rule leaves of the line, so that every line may get another rule; at document scope what it leaves of the document.
    #[default]
    Amount,
    /// The price per unit that each rule leaves. Only where the stage rounds at `unit`.
    UnitPrice,
    /// What each rule leaves of all lines together: one rule is chosen, and applies to all lines that it matches. Only for line scope.
    Document,
}

/// Which figures the conditions of a stage see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThresholdBase {
    /// The figures as they enter the stage: no rule of the stage can change whether another one matches.
    #[default]
    StageInput,
    /// The figures as the rules before left them: a rule is judged when its turn comes, for all lines at once.
    Running,
}

/// What a stage's rules work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageScope {
    /// Each line by itself.
    #[default]
    Line,
    /// The eligible lines together; what is taken off is allocated to them.
    Document,
}

/// Which figure a stage at line scope rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundAt {
    /// The price per unit, before it is multiplied with the quantity.
    Unit,
    /// The amount of the line.
    #[default]
    Line,
}

/// Which of the two is rounded; the other is the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundWhat {
    /// What is left.
    #[default]
    Price,
    /// What is taken off or added.
    Discount,
}

/// A step of the procedure at which adjustments apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageDef {
    /// Names the stage; adjustments refer to it.
    pub id: StepId,
    /// What its rules work on.
    #[serde(default)]
    pub scope: StageScope,
    /// Which rules apply when several match.
    pub policy: Policy,
    /// What `best` and `worst` compare; the amount of each line when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Which figures the conditions see. `running` is for the policies that apply several rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_base: Option<ThresholdBase>,
    /// The earlier step on whose result percentages are taken; the amount as it enters the stage when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<StepId>,
    /// Which figure is rounded; `line` when absent. Only for line scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_at: Option<RoundAt>,
    /// Whether the price is rounded, or the discount; the price when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundWhat>,
    /// Whether a line is restated as the price per unit that its amount comes to, rounded, times the quantity. As SAP's net price is. Only
    /// where the stage rounds at `line`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restate_unit: bool,
    /// How it is rounded; half-up to the currency's minor unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
    /// How documents in some currencies are rounded instead. An `increment` of `rounding` is in the rulebook's own currency: documents in
    /// others that are not named here are rounded to their minor unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currency_roundings: Vec<CurrencyRoundingDef>,
    /// What decides between rules of equal priority; without it they are an error where the order matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_break: Option<TieBreak>,
    /// How the amount is split over the lines. Only for document scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocate: Option<AllocateDef>,
}

/// What decides between rules of equal priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// The lower id, compared as text, goes first.
    Id,
}

/// A rule that changes prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentDef {
    /// Names the rule.
    pub id: RuleId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The stage at which it applies.
    pub stage: StepId,
    /// Higher goes first; 0 when absent.
    #[serde(default)]
    pub priority: i32,
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
    /// The condition; always true when absent. At line scope it may speak of the line, at document scope of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Which lines take part in a document rule; all when absent. A rule in which no line takes part does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// What it does.
    pub effect: EffectDef,
    /// The earlier step on whose result its percentage is taken; the stage's base when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<StepId>,
    /// With the stage policy `exclusive`: keeps all others out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// What does not apply any more after this rule, to the lines that it applied to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// What others may exclude it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// The tags of rules that never apply to a line together with this one, whichever of the two comes first. A rule does not exclude
    /// itself, so rules that have a tag and exclude it are at most one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusive_with: Vec<TagId>,
    /// The coupon that it asks for; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<RuleCouponDef>,
    /// How often it may be used, over all documents; any number of times when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<UsesDef>,
    /// How much it may take off, over all documents; any amount when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetDef>,
    /// How much it may take off in one document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_amount: Option<CapAmountDef>,
    /// How many units it reaches. Only for line scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_units: Option<CapUnitsDef>,
}

/// Where the rules end that may still apply to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// No rule of the stage applies after this one. With the stage policies `compound` and `exclusive`.
    Stage,
    /// No rule of the stage, and none of a later stage.
    All,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectDef {
    /// Takes a percentage off, 0 to 100.
    PercentOff(Decimal),
    /// Takes an amount off, but never below zero.
    AmountOff(AmountOffDef),
    /// Sets the price per unit, where that is lower. Only for line scope.
    FixedPrice(Decimal),
    /// Adds a percentage, from 0 on: a surcharge.
    PercentOn(Decimal),
    /// Adds an amount.
    AmountOn(AmountOffDef),
}

impl EffectDef {
    /// Whether it is a percentage of a base.
    #[must_use]
    pub const fn is_percentage(&self) -> bool {
        matches!(self, Self::PercentOff(_) | Self::PercentOn(_))
    }
}

/// An amount to take off or to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountOffDef {
    /// The amount, in the document's currency.
    pub amount: Decimal,
    /// What it is for: each unit or the line as a whole; the line when absent. Only for line scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
}

/// What an amount is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each unit of the line, in the line's unit.
    Unit,
    /// The line as a whole.
    Line,
}
