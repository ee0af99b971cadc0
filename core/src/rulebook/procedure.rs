//! The price waterfall: the steps of the procedure in their order.

use super::def::{RulebookDef, StepDef};
use super::vocabulary::Attributes;
use crate::adjust::{AdjustmentDef, Policy, RoundAt, Stage, StageDef, StagePlace, StageScope};
use crate::charge::{CashRounding, ChargeStep, ChargeStepDef, Charges};
use crate::expr::{CompileContext, Scope, Slot, Type};
use crate::id::StepId;
use crate::pricing::{PriceStep, Pricing};
use crate::report::{Path, RulebookCode};
use crate::sort;
use crate::tax::{DestinationPrice, PriceModeDef, RoundTarget, Tax, TaxRoundAt, TaxStep, TaxStepDef};

/// A checked step of the waterfall.
#[derive(Debug, Clone)]
pub enum Step {
    /// Finds the price.
    Price(PriceStep),
    /// Applies adjustments.
    Stage(Box<Stage>),
    /// Adds charges.
    Charge(ChargeStep),
    /// Computes tax.
    Tax(Box<TaxStep>),
    /// Rounds what is to be paid.
    CashRounding(CashRounding),
}

impl Step {
    /// Names the step.
    #[must_use]
    pub fn id(&self) -> &StepId {
        match self {
            Self::Price(step) => &step.id,
            Self::Stage(stage) => &stage.id,
            Self::Charge(step) => &step.id,
            Self::Tax(step) => &step.id,
            Self::CashRounding(step) => &step.id,
        }
    }
}

/// What the steps refer to.
#[derive(Clone, Copy)]
pub struct Slices<'s> {
    /// The price lists.
    pub pricing: &'s Pricing,
    /// The charges.
    pub charges: &'s Charges,
    /// The rates.
    pub tax: Option<&'s Tax>,
}

/// Checks the procedure, or makes the default one where the rulebook has none.
pub fn compile(def: &RulebookDef, attributes: &Attributes, slices: Slices<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<Step> {
    let Slices { pricing, charges, tax } = slices;
    let default = default_procedure(def, tax.is_some());
    let steps = if def.procedure.is_empty() { &default } else { &def.procedure };
    let place = path.field("procedure");
    check_order(steps, tax.is_some(), &place, cx);
    check_adjustments(def, steps, path, cx);
    let mut compiled: Vec<Step> = Vec::with_capacity(steps.len());
    let mut before: Vec<StepId> = Vec::with_capacity(steps.len());
    let mut lines_rounded = false;
    for (index, step) in steps.iter().enumerate() {
        let at = place.index(index);
        let id = match step {
            StepDef::Price(step) => &step.id,
            StepDef::Stage(stage) => &stage.id,
            StepDef::Charge(step) => &step.id,
            StepDef::Tax(step) => &step.id,
            StepDef::CashRounding(step) => &step.id,
        };
        if before.contains(id) {
            cx.diagnostics.duplicate(&at, "step", id.as_str());
            continue;
        }
        before.push(id.clone());
        let step = match step {
            StepDef::Price(step) if def.procedure.is_empty() => Step::Price(pricing.default_step(step.id.clone())),
            StepDef::Price(step) => Step::Price(pricing.step(step, &at.field("price"), cx)),
            StepDef::Stage(stage) => {
                let rules: Vec<(usize, &AdjustmentDef)> =
                    def.adjustments.iter().enumerate().filter(|(_, rule)| rule.stage == stage.id).collect();
                let around = StagePlace {
                    currency: def.currency,
                    before: before.get(..before.len().saturating_sub(1)).unwrap_or_default(),
                    lines_rounded,
                    date: attributes.document.date,
                };
                lines_rounded |= stage.scope == StageScope::Document || stage.round_at.unwrap_or_default() == RoundAt::Line;
                Step::Stage(Box::new(Stage::compile(stage, &rules, around, &at.field("stage"), &path.field("adjustments"), cx)))
            }
            StepDef::Charge(step) => {
                // What is allocated to lines leaves no exact price per unit.
                lines_rounded = true;
                Step::Charge(charges.step(step, &at.field("charge"), cx))
            }
            StepDef::CashRounding(step) => {
                Step::CashRounding(CashRounding::compile(step, def.currency, &at.field("cash_rounding"), cx.diagnostics))
            }
            StepDef::Tax(step) => Step::Tax(Box::new(TaxStep::compile(step, def.currency, tax, &at.field("tax"), cx))),
        };
        compiled.push(step);
    }
    let charge_steps =
        compiled.iter().enumerate().filter_map(|(number, step)| if let Step::Charge(step) = step { Some((number, step)) } else { None });
    charges.check_steps(charge_steps, &path.field("charges"), &place, cx);
    let price_steps = compiled.iter().filter_map(|step| if let Step::Price(step) = step { Some(step) } else { None });
    pricing.warn_unused(price_steps, &path.field("price_lists"), cx);
    compiled
}

/// The slots of products' lists that the conditions of the procedure, prices and charges read.
pub fn product_lists(procedure: &[Step], slices: Slices<'_>, attributes: &Attributes) -> Vec<u16> {
    let Slices { pricing, charges, .. } = slices;
    let stages = procedure.iter().filter_map(|step| if let Step::Stage(stage) = step { Some(stage) } else { None });
    let modes = procedure.iter().filter_map(|step| if let Step::Tax(step) = step { step.condition() } else { None });
    let conditions = stages.flat_map(|stage| &stage.rules).flat_map(|rule| rule.when.iter().chain(&rule.lines));
    let conditions = conditions.chain(modes).chain(charges.iter().flat_map(crate::charge::Charge::expressions));
    let is_list = |slot: &&Slot| {
        let of_product = slot.scope == Scope::Line && slot.index < attributes.product_slots;
        of_product && attributes.vocabulary.name(**slot).is_some_and(|name| matches!(name.ty, Type::List(_)))
    };
    let of_prices: Vec<Slot> = pricing.slots().collect();
    let of_conditions = conditions.flat_map(|condition| condition.slots().iter());
    let mut slots: Vec<u16> = of_conditions.chain(&of_prices).filter(is_list).map(|slot| slot.index).collect();
    sort::ascending(&mut slots);
    slots.dedup();
    slots
}

/// One price step over all lists, one stage when there are adjustments, tax when there are rates.
fn default_procedure(def: &RulebookDef, has_tax: bool) -> Vec<StepDef> {
    let id = |text: &str| text.parse::<StepId>().ok();
    let price = id("price").map(|id| StepDef::Price(crate::pricing::PriceStepDef { id, access: Vec::new() }));
    let stage = id("discount").filter(|_| !def.adjustments.is_empty()).map(|id| {
        StepDef::Stage(StageDef {
            id,
            scope: StageScope::Line,
            policy: Policy::Compound,
            base: None,
            round_at: None,
            rounding: None,
            tie_break: None,
            allocate: None,
        })
    });
    let tax = id("tax").filter(|_| has_tax).map(|id| {
        StepDef::Tax(TaxStepDef {
            id,
            price_mode: PriceModeDef::default(),
            round_at: TaxRoundAt::default(),
            round_target: RoundTarget::default(),
            rounding: None,
            destination_price: DestinationPrice::default(),
        })
    });
    let charge = id("charges").filter(|_| !def.charges.is_empty());
    let charge = charge.map(|id| StepDef::Charge(ChargeStepDef { id, charges: Vec::new() }));
    [price, stage, charge, tax].into_iter().flatten().collect()
}

/// The price first, stages in between, tax last; one price, at most one tax.
fn check_order(steps: &[StepDef], has_tax: bool, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    for (index, step) in steps.iter().enumerate() {
        let at = path.index(index);
        let message = match step {
            StepDef::Price(_) if index > 0 => "the price step must be the first step, and the only one of its kind",
            StepDef::Stage(_) | StepDef::Charge(_) | StepDef::Tax(_) | StepDef::CashRounding(_) if index == 0 => {
                "the first step must be a price step: there is no price yet"
            }
            StepDef::CashRounding(_) if index.saturating_add(1) < steps.len() => "cash rounding must be the last step: it rounds the total",
            StepDef::Tax(_) if steps.iter().skip(index.saturating_add(1)).any(|step| !matches!(step, StepDef::CashRounding(_))) => {
                "tax must be the last step but cash rounding: what follows would not be taxed"
            }
            StepDef::Tax(_) if !has_tax => "the rulebook has a tax step but no `tax` with rates",
            _ => continue,
        };
        cx.diagnostics.error(RulebookCode::StepOrder, &at, message);
    }
    if has_tax && !steps.iter().any(|step| matches!(step, StepDef::Tax(_))) {
        cx.diagnostics.warning(RulebookCode::Unused, path, "the rulebook has tax rates but no step `tax`, so nothing is taxed");
    }
}

/// Ids differ, and stages exist.
fn check_adjustments(def: &RulebookDef, steps: &[StepDef], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let stages: Vec<&str> =
        steps.iter().filter_map(|step| if let StepDef::Stage(stage) = step { Some(stage.id.as_str()) } else { None }).collect();
    let mut seen = crate::id::Set::default();
    let place = path.field("adjustments");
    for (index, rule) in def.adjustments.iter().enumerate() {
        let at = place.index(index);
        if !seen.insert(rule.id.as_str()) {
            cx.diagnostics.duplicate(&at, "adjustment", rule.id.as_str());
        }
        if !stages.contains(&rule.stage.as_str()) {
            cx.diagnostics.unknown(&at.field("stage"), "stage", rule.stage.as_str(), stages.iter().copied());
        }
    }
}
