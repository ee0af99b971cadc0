//! What limits a rule: how often it may be used, how much it may take off, how many units it reaches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AdjustmentDef, EffectDef, StageDef, StageScope};
use crate::id::RuleId;
use crate::money::{Currency, Decimal};
use crate::report::{AdjustCode, Diagnostic, Diagnostics, Path};

/// How often a rule may be used, over all documents. A document that it applies to is one use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsesDef {
    /// By all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// With one code of its coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_per_code: Option<u64>,
    /// By one customer; without a `customer.id` the rule does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_per_customer: Option<u64>,
}

/// How much a rule may take off, over all documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetDef {
    /// The amount, in the rulebook's currency; with tax where prices include it.
    pub amount: Decimal,
    /// What happens when less is left than the rule would take off.
    #[serde(default)]
    pub partial: Partial,
}

/// What happens when a budget does not suffice for a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// The rule takes off what is left, in the order of the lines.
    #[default]
    Allow,
    /// The rule does not apply to the document.
    Deny,
}

/// The most that a rule takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapAmountDef {
    /// The amount, in the rulebook's currency; with tax where prices include it.
    pub amount: Decimal,
    /// Of what; of the document when absent, in the order of the lines.
    #[serde(default)]
    pub per: CapPer,
}

/// The most units that a rule reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapUnitsDef {
    /// How many, in the units of the lines; above zero.
    pub units: Decimal,
    /// Of what; of the document when absent, in the order of the lines.
    #[serde(default)]
    pub per: CapPer,
}

/// What a cap is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapPer {
    /// All lines together.
    #[default]
    Document,
    /// Each line.
    Line,
}

/// A checked budget, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The amount.
    pub amount: i64,
    /// What happens when less is left.
    pub partial: Partial,
}

/// A checked cap, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapAmount {
    /// The amount.
    pub amount: i64,
    /// Of what.
    pub per: CapPer,
}

/// What limits a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// How often it may be used.
    pub uses: Option<u64>,
    /// How often with one code.
    pub uses_per_code: Option<u64>,
    /// How often by one customer.
    pub uses_per_customer: Option<u64>,
    /// How much it may take off, over all documents.
    pub budget: Option<Budget>,
    /// How much it may take off in one document.
    pub cap_amount: Option<CapAmount>,
    /// How many units it reaches.
    pub cap_units: Option<CapUnitsDef>,
}

/// What a rule says of its limits.
pub(super) struct Limited<'d> {
    pub(super) id: &'d RuleId,
    /// Whether it asks for a coupon.
    pub(super) coupon: bool,
    pub(super) limit: Option<UsesDef>,
    pub(super) budget: Option<BudgetDef>,
    pub(super) cap_amount: Option<CapAmountDef>,
    pub(super) cap_units: Option<CapUnitsDef>,
}

impl Limits {
    /// Checks what limits an adjustment.
    pub(super) fn compile(def: &AdjustmentDef, stage: &StageDef, currency: Currency, path: &Path<'_>, all: &mut Diagnostics) -> Self {
        check_scope(def, stage, path, all);
        let limited = Limited {
            id: &def.id,
            coupon: def.coupon.is_some(),
            limit: def.limit,
            budget: def.budget,
            cap_amount: def.cap_amount,
            cap_units: def.cap_units,
        };
        Self::read(&limited, currency, path, all)
    }

    /// Checks what limits a rule.
    pub(super) fn read(def: &Limited<'_>, currency: Currency, path: &Path<'_>, all: &mut Diagnostics) -> Self {
        let limit = def.limit.unwrap_or(UsesDef { uses: None, uses_per_code: None, uses_per_customer: None });
        check_uses(def, limit, &path.field("limit"), all);
        let (budget_path, cap_path) = (path.field("budget"), path.field("cap_amount"));
        let budget = def.budget.and_then(|budget| {
            let amount = amount(def.id, budget.amount, currency, &budget_path.field("amount"), all)?;
            Some(Budget { amount, partial: budget.partial })
        });
        let cap_amount = def.cap_amount.and_then(|cap| {
            let amount = amount(def.id, cap.amount, currency, &cap_path.field("amount"), all)?;
            Some(CapAmount { amount, per: cap.per })
        });
        if let Some(cap) = def.cap_units.filter(|cap| cap.units <= Decimal::ZERO) {
            let place = path.field("cap_units");
            all.error(AdjustCode::Limit, &place.field("units"), format!("`{}` units are none; write a number above zero", cap.units));
        }
        let UsesDef { uses, uses_per_code, uses_per_customer } = limit;
        Self { uses, uses_per_code, uses_per_customer, budget, cap_amount, cap_units: def.cap_units }
    }

    /// Whether a host has to count the rule's uses.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.uses.is_some() || self.uses_per_code.is_some() || self.uses_per_customer.is_some() || self.budget.is_some()
    }
}

fn check_uses(def: &Limited<'_>, limit: UsesDef, path: &Path<'_>, all: &mut Diagnostics) {
    let fields = [("uses", limit.uses), ("uses_per_code", limit.uses_per_code), ("uses_per_customer", limit.uses_per_customer)];
    if def.limit.is_some() && fields.iter().all(|(_, uses)| uses.is_none()) {
        let problem = Diagnostic::error(AdjustCode::Limit, path, format!("the limit of `{}` limits nothing", def.id));
        all.push(problem.help("give `uses`, `uses_per_code` or `uses_per_customer`, or leave `limit` out"));
    }
    for (field, _) in fields.iter().filter(|(_, uses)| *uses == Some(0)) {
        never(def, &path.field(field), all);
    }
    if limit.uses_per_code.is_some() && !def.coupon {
        let message = format!("`{}` asks for no coupon, so there is no code whose uses can be counted", def.id);
        all.error(AdjustCode::Limit, &path.field("uses_per_code"), message);
    }
}

/// What takes nothing off has nothing to limit, and a document has no units.
fn check_scope(def: &AdjustmentDef, stage: &StageDef, path: &Path<'_>, all: &mut Diagnostics) {
    let adds = matches!(def.effect, EffectDef::PercentOn(_) | EffectDef::AmountOn(_));
    let amounts = [("budget", def.budget.is_some()), ("cap_amount", def.cap_amount.is_some())];
    for (field, _) in amounts.iter().filter(|(_, given)| adds && *given) {
        let message = format!("`{field}` limits what a rule takes off, and `{}` adds", def.id);
        all.error(AdjustCode::Limit, &path.field(field), message);
    }
    if stage.scope == StageScope::Document {
        if def.cap_units.is_some() {
            let message = "a document rule has no units; move it to a stage of line scope, or leave `cap_units` out";
            all.error(AdjustCode::EffectScope, &path.field("cap_units"), message);
        }
        if def.cap_amount.is_some_and(|cap| cap.per == CapPer::Line) {
            let message = "what a document rule takes off is capped once; leave `per` out";
            let place = path.field("cap_amount");
            all.error(AdjustCode::EffectScope, &place.field("per"), message);
        }
    }
}

fn amount(id: &RuleId, number: Decimal, currency: Currency, path: &Path<'_>, all: &mut Diagnostics) -> Option<i64> {
    if number.is_negative() {
        all.error(AdjustCode::NegativeAmount, path, format!("`{number}` is below zero"));
        return None;
    }
    if number.is_zero() {
        all.warning(AdjustCode::NeverFires, path, format!("`{id}` never takes anything off: it may take off `{number}`"));
    }
    let minor = number.mantissa_at(currency.minor_units().into());
    if minor.is_err() {
        all.error(AdjustCode::Limit, path, format!("`{number}` is no amount of `{currency}`"));
    }
    minor.ok()
}

fn never(def: &Limited<'_>, path: &Path<'_>, all: &mut Diagnostics) {
    all.warning(AdjustCode::NeverFires, path, format!("`{}` never applies: it may be used `0` times", def.id));
}
