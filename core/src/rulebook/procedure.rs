//! The price waterfall: the steps of the procedure in their order.

use super::currencies::{Denominated, Documents};
use super::def::{RulebookDef, StepDef};
use super::vocabulary::Attributes;
use crate::adjust::promotion::{Combine, PromotionDef, PromotionPlace, PromotionRoundAt, PromotionStep, PromotionStepDef};
use crate::adjust::{
    AdjustmentDef, BetterOf, BetterOfDef, Ending, Follower, Guard, GuardDef, GuardPlace, Otherwise, Override, OverrideDef, OverridePlace,
    Policy, RoundAt, Stage, StageDef, StagePlace, StageScope, Statistic, StatisticalDef, check_tags, tag_names,
};
use crate::catalog::Catalog;
use crate::charge::{CashRounding, ChargeStep, ChargeStepDef, Charges};
use crate::expr::{CompileContext, Expr, Scope, Slot, Type};
use crate::id::{StepId, TagId};
use crate::money::Denomination;
use crate::pricing::{PriceStep, Pricing};
use crate::report::{AdjustCode, Diagnostic, Path, RulebookCode};
use crate::sort;
use crate::tax::{DestinationPrice, PriceModeDef, RoundTarget, Tax, TaxRoundAt, TaxStep, TaxStepDef};

/// A checked step of the waterfall.
#[derive(Debug, Clone)]
pub enum Step {
    /// Finds the price.
    Price(PriceStep),
    /// Applies adjustments.
    Stage(Box<Stage>),
    /// Applies promotions.
    Promotion(Box<PromotionStep>),
    /// Keeps the better one of two sides, which follow it.
    BetterOf(Box<BetterOf>),
    /// Computes figures beside the price.
    Statistic(Box<Statistic>),
    /// Takes prices that a person sets.
    Override(Box<Override>),
    /// Guards what the steps before have done.
    Guard(Box<Guard>),
    /// Rounds what lines cost.
    Ending(Box<Ending>),
    /// Adds charges.
    Charge(ChargeStep),
    /// Computes tax.
    Tax(Box<TaxStep>),
    /// Rounds what is to be paid.
    CashRounding(CashRounding),
    /// Is for documents in other currencies, and changes nothing of these.
    LeftOut(StepId),
}

impl Step {
    /// Names the step.
    #[must_use]
    pub fn id(&self) -> &StepId {
        match self {
            Self::Price(step) => &step.id,
            Self::Stage(stage) => &stage.id,
            Self::Promotion(step) => &step.id,
            Self::BetterOf(step) => &step.id,
            Self::Statistic(step) => &step.id,
            Self::Override(step) => &step.id,
            Self::Guard(step) => &step.id,
            Self::Ending(step) => &step.id,
            Self::Charge(step) => &step.id,
            Self::Tax(step) => &step.id,
            Self::CashRounding(step) => &step.id,
            Self::LeftOut(id) => id,
        }
    }

    /// Whether its outcome may need an approval.
    #[must_use]
    pub fn may_need_approval(&self) -> bool {
        match self {
            Self::Override(_) | Self::Guard(_) => true,
            Self::Statistic(step) => step.margin.is_some(),
            _ => false,
        }
    }

    /// The step since which it keeps stages of document scope from taking more than a floor allows; only of a guard that redistributes.
    fn redistributes_since(&self) -> Option<usize> {
        match self {
            Self::Guard(guard) if guard.otherwise == Otherwise::ClampAndRedistribute => Some(guard.since.unwrap_or(0)),
            _ => None,
        }
    }

    /// Whether it works on the result of an earlier step.
    #[must_use]
    pub fn needs_earlier(&self) -> bool {
        match self {
            Self::Stage(stage) => stage.bases().next().is_some() || stage.allocate.step().is_some(),
            Self::Override(step) => step.base.is_some() || step.allocate.step().is_some(),
            Self::Guard(step) => step.since.is_some(),
            Self::Promotion(step) => !step.bases.is_empty(),
            _ => false,
        }
    }

    /// Every expression of the step, but those of the price lists and charges that it names.
    fn expressions(&self) -> Vec<&Expr> {
        match self {
            Self::Stage(stage) => {
                let of_rules = stage.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.lines));
                of_rules.chain(stage.allocate.expression()).collect()
            }
            Self::Promotion(step) => step.expressions().collect(),
            Self::Statistic(step) => step.amount.iter().collect(),
            Self::Override(step) => step.expressions().collect(),
            Self::Guard(step) => step.expressions().collect(),
            Self::Ending(step) => step.lines.iter().collect(),
            Self::Tax(step) => step.condition().into_iter().collect(),
            Self::Price(_) | Self::BetterOf(_) | Self::Charge(_) | Self::CashRounding(_) | Self::LeftOut(_) => Vec::new(),
        }
    }
}

/// What the steps refer to.
#[derive(Clone, Copy)]
pub struct Slices<'s> {
    /// The products.
    pub catalog: &'s Catalog,
    /// The price lists.
    pub pricing: &'s Pricing,
    /// The charges.
    pub charges: &'s Charges,
    /// The rates.
    pub tax: Option<&'s Tax>,
}

/// Checks the procedure, or makes the default one where the rulebook has none.
pub fn compile(
    def: &RulebookDef,
    documents: Documents<'_>,
    attributes: &Attributes,
    slices: Slices<'_>,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Vec<Step> {
    let Slices { pricing, charges, tax, .. } = slices;
    let default = default_procedure(def, tax.is_some());
    let steps = if def.procedure.is_empty() { &default } else { &def.procedure };
    let place = path.field("procedure");
    check_order(steps, documents, tax.is_some(), &place, cx);
    check_adjustments(def, steps, path, cx);
    check_promotions(def, steps, slices.catalog, path, cx);
    let mut compiled: Vec<Step> = Vec::with_capacity(steps.len());
    let tags = tag_names(&def.adjustments, &def.promotions);
    check_tags(&tags, &path.field("adjustments"), cx.diagnostics);
    let before = Vec::with_capacity(steps.len());
    let date = attributes.document.date;
    let mut around = Around { def, steps, documents, date, slices, tags: &tags, before, lines_rounded: false };
    for (index, step) in steps.iter().enumerate() {
        let at = place.index(index);
        if around.before.iter().any(|before| before.id() == step.id()) {
            cx.diagnostics.duplicate(&at, "step", step.id().as_str());
            continue;
        }
        compiled.extend(around.step(step, path, &at, cx));
        around.before.push(step);
    }
    let guards: Vec<(usize, usize)> =
        compiled.iter().enumerate().filter_map(|(number, step)| Some((number, step.redistributes_since()?))).collect();
    for (number, since) in guards {
        let guarded = compiled.iter_mut().take(number).skip(since.saturating_add(1));
        let stages = guarded.filter_map(|step| if let Step::Stage(stage) = step { Some(stage) } else { None });
        for stage in stages.filter(|stage| stage.scope == StageScope::Document) {
            if stage.guard.is_some() {
                let message = format!("another guard redistributes what the stage `{}` takes off already; only one can", stage.id);
                let problem = Diagnostic::error(AdjustCode::Guard, &place.index(number).field("guard").field("otherwise"), message);
                cx.diagnostics.push(problem.help("write `clamp`, or `since` behind that stage"));
            }
            stage.guard = Some(number);
        }
    }
    let charge_steps =
        compiled.iter().enumerate().filter_map(|(number, step)| if let Step::Charge(step) = step { Some((number, step)) } else { None });
    charges.check_steps(charge_steps, &path.field("charges"), &place, cx);
    let price_steps = compiled.iter().filter_map(|step| if let Step::Price(step) = step { Some(step) } else { None });
    pricing.warn_unused(price_steps, &path.field("price_lists"), cx);
    warn_unreached(&compiled, path, cx);
    compiled
}

/// Warns of stages after one that leaves no line to them.
fn warn_unreached(compiled: &[Step], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let (place, adjustments) = (path.field("procedure"), path.field("adjustments"));
    let mut closed_by: Option<&crate::adjust::Rule> = None;
    let stages =
        compiled.iter().enumerate().filter_map(|(number, step)| if let Step::Stage(stage) = step { Some((number, stage)) } else { None });
    for (number, stage) in stages {
        let Some(rule) = closed_by else {
            closed_by = stage.closed_by();
            continue;
        };
        let message = format!("no line reaches the stage `{}`: `{}` always applies before, and stops all others", stage.id, rule.id);
        let at = place.index(number);
        let problem = Diagnostic::warning(AdjustCode::Unreached, &at.field("stage"), message);
        cx.diagnostics.push(problem.related(&adjustments.index(rule.number.index()), "the rule that stops all others"));
    }
}

/// The procedure as far as it is compiled.
struct Around<'a> {
    def: &'a RulebookDef,
    steps: &'a [StepDef],
    documents: Documents<'a>,
    /// The slot of the document's date.
    date: Slot,
    slices: Slices<'a>,
    /// The tags that adjustments and promotions have.
    tags: &'a [TagId],
    before: Vec<&'a StepDef>,
    /// Whether a step has rounded the amounts of lines, so that there is no exact price per unit any more.
    lines_rounded: bool,
}

impl Around<'_> {
    /// Checks the next step, which stands at `at`; none when it cannot be used.
    fn step(&mut self, step: &StepDef, root: &Path<'_>, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Step> {
        if !step.counts(self.documents) {
            return Some(Step::LeftOut(step.id().clone()));
        }
        let Slices { pricing, charges, tax, .. } = self.slices;
        let currency = self.documents.of.document;
        Some(match step {
            StepDef::Price(step) if self.def.procedure.is_empty() => Step::Price(pricing.default_step(step.id.clone())),
            StepDef::Price(step) => Step::Price(pricing.step(step, &at.field("price"), cx)),
            StepDef::Stage(stage) => self.stage(stage, root, &at.field("stage"), cx),
            StepDef::BetterOf(step) => Step::BetterOf(Box::new(self.better_of(step, &at.field("better_of"), cx))),
            StepDef::Promotion(step) => self.promotion(step, root, &at.field("promotion"), cx),
            StepDef::Subtotal(step) => Step::Statistic(Box::new(Statistic::subtotal(step))),
            StepDef::Statistical(step) => {
                let path = at.field("statistical");
                self.check_only_margin(step, &path, cx);
                Step::Statistic(Box::new(Statistic::compile(step, currency, &path, cx)?))
            }
            StepDef::Override(step) => Step::Override(Box::new(self.override_step(step, &at.field("override"), cx)?)),
            StepDef::Guard(step) => Step::Guard(Box::new(self.guard(step, &at.field("guard"), cx)?)),
            StepDef::Ending(step) => {
                self.lines_rounded |= step.round_at == RoundAt::Line;
                Step::Ending(Box::new(Ending::compile(step, currency, &at.field("ending"), cx)?))
            }
            StepDef::Charge(step) => {
                // What is allocated to lines leaves no exact price per unit.
                self.lines_rounded = true;
                Step::Charge(charges.step(step, &at.field("charge"), cx))
            }
            StepDef::CashRounding(step) => {
                Step::CashRounding(CashRounding::compile(step, currency, &at.field("cash_rounding"), cx.diagnostics))
            }
            StepDef::Tax(step) => Step::Tax(Box::new(TaxStep::compile(step, self.documents.of, tax, &at.field("tax"), cx))),
        })
    }

    fn stage(&mut self, stage: &StageDef, root: &Path<'_>, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Step {
        let rules: Vec<(usize, &AdjustmentDef)> =
            self.def.adjustments.iter().enumerate().filter(|(_, rule)| rule.stage == stage.id && rule.counts(self.documents)).collect();
        let before: Vec<StepId> = self.before.iter().map(|step| step.id().clone()).collect();
        let Self { tags, date, lines_rounded, .. } = *self;
        let Denomination { document: currency, own } = self.documents.of;
        let place = StagePlace { currency, own, before: &before, lines_rounded, date, tags };
        self.lines_rounded |= stage.scope == StageScope::Document || stage.round_at.unwrap_or_default() == RoundAt::Line;
        let compiled = Stage::compile(stage, &rules, place, at, &root.field("adjustments"), cx);
        let adjustments = root.field("adjustments");
        for (rule, base) in compiled.bases() {
            let place = rule.map_or(*at, |rule| adjustments.index(rule.index()));
            self.check_price(base, &place.field("base"), cx);
        }
        if let Some(step) = compiled.allocate.step() {
            self.check_price(step, &at.field("allocate").field("weights"), cx);
        }
        Step::Stage(Box::new(compiled))
    }

    fn better_of(&self, def: &BetterOfDef, at: &Path<'_>, cx: &mut CompileContext<'_>) -> BetterOf {
        let takes_off = |step: &StepDef| matches!(step, StepDef::Stage(_) | StepDef::Promotion(_));
        let behind = self.steps.iter().skip(self.before.len().saturating_add(1));
        let behind: Vec<Follower<'_>> = behind.map(|step| Follower { id: step.id(), takes_off: takes_off(step) }).collect();
        BetterOf::compile(def, &behind, at, cx.diagnostics)
    }

    fn override_step(&mut self, def: &OverrideDef, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Override> {
        // A line that is set by hand has no exact price per unit any more.
        self.lines_rounded = true;
        let roles = self.def.approval.iter().flat_map(|approval| &approval.roles).map(|role| role.id.as_str());
        let roles: Vec<&str> = roles.collect();
        let base = def.base.as_ref().and_then(|base| self.earlier(base, &at.field("base"), cx));
        let before: Vec<StepId> = self.before.iter().map(|step| step.id().clone()).collect();
        let compiled = Override::compile(def, OverridePlace { base, before: &before, roles: &roles }, at, cx)?;
        if let Some(step) = compiled.allocate.step() {
            self.check_price(step, &at.field("allocate").field("weights"), cx);
        }
        Some(compiled)
    }

    fn guard(&mut self, def: &GuardDef, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Guard> {
        // A line that is lifted has no exact price per unit any more.
        self.lines_rounded = true;
        let since = def.since.as_ref().map(|since| self.earlier(since, &at.field("since"), cx));
        let before = || self.before.iter().enumerate().filter(|(_, step)| step.counts(self.documents));
        let guarded = || before().filter(|(number, _)| *number > since.flatten().unwrap_or(0));
        let is_document_stage = |step: &StepDef| matches!(step, StepDef::Stage(stage) if stage.scope == StageScope::Document);
        let place = GuardPlace {
            since: since.flatten(),
            cost: before().find(|(_, step)| matches!(step, StepDef::Statistical(step) if step.margin.is_some())).map(|(number, _)| number),
            guards_something: since == Some(None) || guarded().any(|(_, step)| step.changes_prices()),
            document_stage: guarded().find(|(_, step)| is_document_stage(step)).map(|(number, _)| number),
            gross: self.steps.iter().any(|step| matches!(step, StepDef::Tax(tax) if tax.price_mode == PriceModeDef::Gross)),
        };
        Guard::compile(def, place, at, cx)
    }

    /// The number of an earlier step, whose result is a price.
    fn earlier(&self, id: &StepId, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<usize> {
        let found = self.before.iter().position(|step| step.id() == id);
        match found {
            Some(number) => self.check_price(number, at, cx),
            None => {
                let help = crate::report::did_you_mean(id.as_str(), self.before.iter().map(|step| step.id().as_str()));
                let problem = Diagnostic::error(AdjustCode::Base, at, format!("`{id}` is not a step before this one"));
                cx.diagnostics.push(problem.maybe_help(help));
            }
        }
        found
    }

    /// A step that others refer to changes the price, or names it.
    fn check_price(&self, number: usize, at: &Path<'_>, cx: &mut CompileContext<'_>) {
        if let Some(StepDef::Statistical(step)) = self.before.get(number) {
            let message = format!("`{}` is a figure beside the price, so nothing can be taken off it", step.id);
            let problem = Diagnostic::error(AdjustCode::Base, at, message);
            cx.diagnostics.push(problem.help("name a step that changes the price, or a `subtotal`"));
        }
    }

    fn promotion(&mut self, step: &PromotionStepDef, root: &Path<'_>, at: &Path<'_>, cx: &mut CompileContext<'_>) -> Step {
        // Some units of a line cost less than others: there is no price per unit any more.
        self.lines_rounded = true;
        let before: Vec<StepId> = self.before.iter().map(|step| step.id().clone()).collect();
        let (adjustments, tags) = (self.def.adjustments.len(), self.tags);
        let Denomination { document: currency, own } = self.documents.of;
        let place = PromotionPlace { currency, own, adjustments, date: self.date, before: &before, tags };
        let here = |promotion: &PromotionDef| promotion.step == step.id && promotion.counts(self.documents);
        let promotions: Vec<(usize, &PromotionDef)> =
            self.def.promotions.iter().enumerate().filter(|(_, promotion)| here(promotion)).collect();
        let all = root.field("promotions");
        let compiled = PromotionStep::compile(step, &promotions, place, at, &all, cx);
        for (promotion, base) in compiled.promotions.iter().filter_map(|promotion| Some((promotion, promotion.terms.as_ref()?.base?))) {
            self.check_price(base, &all.index(promotion.number.index()).field("base"), cx);
        }
        Step::Promotion(Box::new(compiled))
    }

    /// One step at most gives the cost of which the margin is left.
    fn check_only_margin(&self, step: &StatisticalDef, at: &Path<'_>, cx: &mut CompileContext<'_>) {
        let mut counting = self.before.iter().filter(|step| step.counts(self.documents));
        let earlier = counting.find_map(|step| if let StepDef::Statistical(step) = step { step.margin.map(|_| &step.id) } else { None });
        if let Some(earlier) = earlier.filter(|_| step.margin.is_some()) {
            let message = format!("the step `{earlier}` gives the cost already; only one step can have a `margin`");
            cx.diagnostics.error(AdjustCode::Margin, &at.field("margin"), message);
        }
    }
}

/// Whether the conditions of the procedure and of charges ask what the lines come to without or with tax.
pub fn reads_tax_sides(procedure: &[Step], charges: &Charges, attributes: &Attributes) -> bool {
    let document = &attributes.document;
    let expressions = procedure.iter().flat_map(Step::expressions).chain(charges.iter().flat_map(crate::charge::Charge::expressions));
    expressions.flat_map(|expression| expression.slots()).any(|slot| [document.net_amount, document.gross_amount].contains(slot))
}

/// The slots of products' lists that the conditions of the procedure, prices and charges read.
pub fn product_lists(procedure: &[Step], slices: Slices<'_>, attributes: &Attributes) -> Vec<u16> {
    let Slices { pricing, charges, .. } = slices;
    let of_steps = procedure.iter().flat_map(Step::expressions);
    let conditions = of_steps.chain(charges.iter().flat_map(crate::charge::Charge::expressions));
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
            compare: None,
            threshold_base: None,
            base: None,
            round_at: None,
            round: None,
            restate_unit: false,
            rounding: None,
            currency_roundings: Vec::new(),
            tie_break: None,
            allocate: None,
        })
    });
    let promotion = id("promotion").filter(|_| !def.promotions.is_empty()).map(|id| {
        StepDef::Promotion(PromotionStepDef {
            id,
            combine: Combine::Priority,
            tie_break: None,
            round_at: PromotionRoundAt::default(),
            rounding: None,
            currency_roundings: Vec::new(),
            allocate: None,
            max_steps: None,
        })
    });
    let tax = id("tax").filter(|_| has_tax).map(|id| {
        StepDef::Tax(TaxStepDef {
            id,
            price_mode: PriceModeDef::default(),
            round_at: TaxRoundAt::default(),
            round_target: RoundTarget::default(),
            rounding: None,
            currency_roundings: Vec::new(),
            destination_price: DestinationPrice::default(),
        })
    });
    let charge = id("charges").filter(|_| !def.charges.is_empty());
    let charge = charge.map(|id| StepDef::Charge(ChargeStepDef { id, charges: Vec::new() }));
    [price, stage, promotion, charge, tax].into_iter().flatten().collect()
}

/// The price first, stages in between, tax last; one price, at most one tax.
fn check_order(steps: &[StepDef], documents: Documents<'_>, has_tax: bool, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut counting = steps.iter().enumerate().filter(|(_, step)| step.counts(documents));
    while let Some((index, step)) = counting.next() {
        let at = path.index(index);
        let message = match step {
            StepDef::Price(_) if index > 0 => "the price step must be the first step, and the only one of its kind",
            StepDef::Price(_) => continue,
            _ if index == 0 => "the first step must be a price step: there is no price yet",
            StepDef::CashRounding(_) if counting.clone().next().is_some() => "cash rounding must be the last step: it rounds the total",
            StepDef::Tax(_) if counting.clone().any(|(_, step)| !matches!(step, StepDef::CashRounding(_))) => {
                "tax must be the last step but cash rounding: what follows would not be taxed"
            }
            StepDef::Tax(_) if !has_tax => "the rulebook has a tax step but no `tax` with rates: write them, or take the step out",
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

/// Ids differ, also from those of adjustments, steps exist, and so do the products that are given.
fn check_promotions(def: &RulebookDef, steps: &[StepDef], catalog: &Catalog, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let known: Vec<&str> =
        steps.iter().filter_map(|step| if let StepDef::Promotion(step) = step { Some(step.id.as_str()) } else { None }).collect();
    let mut seen: crate::id::Set<&str> = def.adjustments.iter().map(|rule| rule.id.as_str()).collect();
    let place = path.field("promotions");
    for (index, promotion) in def.promotions.iter().enumerate() {
        let at = place.index(index);
        if !seen.insert(promotion.id.as_str()) {
            cx.diagnostics.duplicate(&at, "adjustment or promotion", promotion.id.as_str());
        }
        if !known.contains(&promotion.step.as_str()) {
            cx.diagnostics.unknown(&at.field("step"), "promotion step", promotion.step.as_str(), known.iter().copied());
        }
        if let Some(gift) = promotion.gift().filter(|gift| catalog.find(gift.product.as_str()).is_none()) {
            let product = at.field("offer");
            let product = product.field("gift");
            cx.diagnostics.unknown(&product.field("product"), "product", gift.product.as_str(), catalog.ids());
        }
    }
}
