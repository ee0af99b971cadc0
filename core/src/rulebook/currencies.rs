//! Documents in several currencies: which rules count for which, and what their author should know about it.

use super::def::{RulebookDef, StepDef};
use super::procedure::Step;
use super::vocabulary::Attributes;
use crate::adjust::promotion::{OfferDef, PromotionDef};
use crate::adjust::{AdjustmentDef, EffectDef};
use crate::charge::{ChargeAmountDef, ChargeDef};
use crate::expr::{AmountIn, CompileContext, Constant, Expr, Scope, Slot, Type};
use crate::id::{Ordinal, Set};
use crate::money::{Currency, Denomination};
use crate::pricing::Pricing;
use crate::report::{Diagnostic, Diagnostics, Path, PricingCode};
use crate::tax::TaxRateDef;

/// The documents for which rules are compiled, and which of the rulebook's expressions have amounts.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'a> {
    /// Their currency.
    pub of: Denomination,
    /// The expressions.
    pub amounts: &'a Amounts,
}

/// The expressions of a rulebook that say something else in another currency.
#[derive(Debug, Clone, Default)]
pub struct Amounts {
    /// The conditions that put what something costs beside a number, and do not ask for the currency.
    conditions: Set<String>,
    /// The inputs of tables that ask what something costs.
    inputs: Set<String>,
}

impl Amounts {
    /// Looks at the conditions of adjustments, promotions and charges; those that do not compile have none. Where documents are in one
    /// currency nobody asks.
    pub fn of(def: &RulebookDef, attributes: &Attributes, cx: &mut CompileContext<'_>) -> Self {
        let mut amounts = Self::default();
        if def.currencies.is_empty() {
            return amounts;
        }
        // What is wrong with an expression is said where it is compiled for use.
        let mut cx = CompileContext { symbols: cx.symbols, diagnostics: &mut Diagnostics::new(), ..*cx };
        let amount_in = |slot: Slot| attributes.amount_in(slot);
        for text in conditions(def) {
            let Some(condition) = Expr::compile(text, &Type::Bool, Scope::Line, &Path::ROOT, &mut cx) else { continue };
            if condition.holds_amount(&amount_in) && !condition.slots().contains(&attributes.document.currency) {
                amounts.conditions.insert(text.to_owned());
            }
        }
        for table in def.charges.iter().filter_map(|charge| charge.amount.table()) {
            for input in &table.inputs {
                let Some(value) = Expr::compile_any(&input.expr, Scope::Line, &Path::ROOT, &mut cx) else { continue };
                if value.slots().iter().any(|slot| amount_in(*slot) == Some(AmountIn::Document)) {
                    amounts.inputs.insert(input.expr.clone());
                }
            }
        }
        amounts
    }

    fn in_any<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> bool {
        texts.into_iter().any(|text| self.conditions.contains(text.as_str()))
    }
}

/// The conditions of adjustments, promotions and charges.
fn conditions(def: &RulebookDef) -> impl Iterator<Item = &String> {
    let adjustments = def.adjustments.iter().flat_map(|rule| [&rule.when, &rule.lines]);
    let promotions = def.promotions.iter().flat_map(|promotion| std::iter::once(&promotion.when).chain(of_offer(&promotion.offer)));
    let charges = def.charges.iter().flat_map(|charge| [&charge.when, &charge.lines]);
    adjustments.chain(promotions).chain(charges).flatten()
}

/// What may be for documents in some currencies.
pub trait Denominated {
    /// The currencies that it names.
    fn currencies(&self) -> &[Currency];

    /// Whether it has amounts that would mean something else in another currency.
    fn has_amounts(&self, amounts: &Amounts) -> bool;

    /// Whether it counts for the documents.
    fn counts(&self, documents: Documents<'_>) -> bool {
        documents.of.counts(self.currencies(), self.has_amounts(documents.amounts))
    }
}

impl Denominated for AdjustmentDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self, amounts: &Amounts) -> bool {
        !matches!(self.effect, EffectDef::PercentOff(_) | EffectDef::PercentOn(_))
            || self.budget.is_some()
            || self.cap_amount.is_some()
            || amounts.in_any(self.when.iter().chain(&self.lines))
    }
}

impl Denominated for PromotionDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self, amounts: &Amounts) -> bool {
        !(self.is_percentage() || matches!(self.offer, OfferDef::Gift(_)))
            || self.budget.is_some()
            || self.cap_amount.is_some()
            || amounts.in_any(self.when.iter().chain(of_offer(&self.offer).into_iter().flatten()))
    }
}

impl Denominated for ChargeDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self, amounts: &Amounts) -> bool {
        let of_kind = match &self.amount {
            ChargeAmountDef::Fixed(amount) => !amount.is_zero(),
            ChargeAmountDef::Percent(_) => false,
            ChargeAmountDef::Table(table) | ChargeAmountDef::LineTable(table) => {
                table.outputs.iter().any(|output| output.id.as_str() == "amount")
                    || table.inputs.iter().any(|input| amounts.inputs.contains(&input.expr))
            }
            ChargeAmountDef::Scale(_) | ChargeAmountDef::Formula(_) => true,
        };
        let bounds = [self.minimum, self.maximum, self.free_from];
        let increment = self.rounding.and_then(|rounding| rounding.increment.or(rounding.offset));
        increment.is_some()
            || of_kind
            || bounds.into_iter().flatten().any(|amount| !amount.is_zero())
            || amounts.in_any(self.when.iter().chain(&self.lines))
    }
}

impl Denominated for TaxRateDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self, _: &Amounts) -> bool {
        self.per_unit.is_some()
    }
}

impl Denominated for StepDef {
    fn currencies(&self) -> &[Currency] {
        match self {
            Self::Guard(step) => &step.currencies,
            Self::Statistical(step) => &step.currencies,
            Self::Ending(step) => &step.currencies,
            Self::CashRounding(step) => &step.currencies,
            _ => &[],
        }
    }

    fn has_amounts(&self, _: &Amounts) -> bool {
        match self {
            Self::Guard(step) => step.at_least.is_some(),
            Self::Statistical(_) | Self::Ending(_) | Self::CashRounding(_) => true,
            _ => false,
        }
    }
}

/// What is not for documents in a currency, with the number of the step in which it would count.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// The number of the step.
    pub step: usize,
    /// What it is.
    pub rule: LeftOutRule,
}

/// A rule by its number in the rulebook.
#[derive(Debug, Clone, Copy)]
pub enum LeftOutRule {
    /// An adjustment.
    Adjustment(Ordinal),
    /// A promotion.
    Promotion(Ordinal),
    /// A charge.
    Charge(Ordinal),
}

/// What is left out of the steps for documents in a currency.
pub fn left_out(def: &RulebookDef, steps: &[Step], documents: Documents<'_>) -> Vec<LeftOut> {
    fn others<'d, D: Denominated>(all: &'d [D], documents: Documents<'_>) -> impl Iterator<Item = (Ordinal, &'d D)> {
        all.iter().enumerate().filter(move |(_, rule)| !rule.counts(documents)).map(|(number, rule)| (Ordinal::of(number), rule))
    }
    let mut all = Vec::new();
    let mut charges = true;
    for (step, compiled) in steps.iter().enumerate() {
        let place = |rule: LeftOutRule| LeftOut { step, rule };
        match compiled {
            Step::Stage(stage) => {
                let here = others(&def.adjustments, documents).filter(|(_, rule)| rule.stage == stage.id);
                all.extend(here.map(|(number, _)| place(LeftOutRule::Adjustment(number))));
            }
            Step::Promotion(promotions) => {
                let here = others(&def.promotions, documents).filter(|(_, rule)| rule.step == promotions.id);
                all.extend(here.map(|(number, _)| place(LeftOutRule::Promotion(number))));
            }
            Step::Charge(_) if std::mem::take(&mut charges) => {
                all.extend(others(&def.charges, documents).map(|(number, _)| place(LeftOutRule::Charge(number))));
            }
            _ => {}
        }
    }
    all
}

/// The conditions of an offer on its lines.
fn of_offer(offer: &OfferDef) -> Vec<&Option<String>> {
    match offer {
        OfferDef::Discount(offer) => vec![&offer.lines],
        OfferDef::BuyGet(offer) => vec![&offer.trigger.lines, &offer.reward.lines],
        OfferDef::NthItem(offer) => vec![&offer.lines],
        OfferDef::SetTotal(offer) => vec![&offer.lines],
        OfferDef::MixAndMatch(offer) => offer.groups.iter().map(|group| &group.lines).collect(),
        OfferDef::Gift(offer) => offer.trigger.iter().map(|trigger| &trigger.lines).collect(),
    }
}

/// Checks the currencies that a rulebook declares and that its rules name, and warns of amounts that are for one of several only.
pub fn check(def: &RulebookDef, amounts: &Amounts, all: &mut Diagnostics) {
    let place = Path::ROOT.field("currencies");
    for (index, currency) in def.currencies.iter().enumerate() {
        let at = place.index(index);
        if *currency == def.currency || def.currencies.iter().take(index).any(|other| other == currency) {
            let message = format!("documents may be in `{currency}` anyway; name only other currencies, each once");
            all.error(PricingCode::Currency, &at, message);
            continue;
        }
        let has_prices = |list: &crate::pricing::PriceListDef| list.convert || list.currency.unwrap_or(def.currency) == *currency;
        if !def.price_lists.iter().any(has_prices) {
            let message = format!("no document in `{currency}` has a price: no list is in it, and none is converted");
            let help = format!("give a list the `currency` `{currency}`, or `\"convert\": true`");
            all.push(Diagnostic::warning(PricingCode::Currency, &at, message).help(help));
        }
    }
    let (procedure, adjustments, promotions) =
        (Path::ROOT.field("procedure"), Path::ROOT.field("adjustments"), Path::ROOT.field("promotions"));
    for (index, step) in def.procedure.iter().enumerate() {
        let at = procedure.index(index);
        check_one(def, (step, amounts), "step", step.id().as_str(), &at.field(step.kind()), all);
        check_roundings(def, step, &at.field(step.kind()), all);
    }
    for (index, rule) in def.adjustments.iter().enumerate() {
        check_one(def, (rule, amounts), "adjustment", rule.id.as_str(), &adjustments.index(index), all);
    }
    for (index, promotion) in def.promotions.iter().enumerate() {
        check_one(def, (promotion, amounts), "promotion", promotion.id.as_str(), &promotions.index(index), all);
    }
    let charges = Path::ROOT.field("charges");
    for (index, charge) in def.charges.iter().enumerate() {
        check_one(def, (charge, amounts), "charge", charge.id.as_str(), &charges.index(index), all);
    }
    let tax = Path::ROOT.field("tax");
    let rates = tax.field("rates");
    for (index, rate) in def.tax.iter().flat_map(|tax| &tax.rates).enumerate() {
        check_one(def, (rate, amounts), "rate", rate.id.as_str(), &rates.index(index), all);
    }
}

/// Warns of amounts of attributes where they are taken for some in another currency.
pub fn check_attributes(def: &RulebookDef, pricing: &Pricing, attributes: &Attributes, all: &mut Diagnostics) {
    let place = Path::ROOT.field("attributes");
    for (slot, default) in attributes.defaults.iter().filter(|_| !def.currencies.is_empty()) {
        let Constant::Number(number) = default else { continue };
        let of_document = attributes.amounts.contains(&(*slot, AmountIn::Document)) && !number.is_zero();
        let Some(name) = attributes.vocabulary.name(*slot).filter(|_| of_document) else { continue };
        let Some(index) = def.attributes.iter().position(|known| known.id.as_str() == &*name.name) else { continue };
        let message = format!("where `{}` is not given it is `{number}` in the currency of every document", name.name);
        let problem = Diagnostic::warning(PricingCode::Currency, &place.index(index).field("default"), message);
        all.push(problem.help("let hosts give it, with a default of 0 or none"));
    }
    let lists = Path::ROOT.field("price_lists");
    let mut warned = Set::default();
    for (number, currency, slot) in pricing.formula_slots() {
        let in_own = currency != def.currency && attributes.amount_in(slot) == Some(AmountIn::Rulebook);
        let Some(name) = attributes.vocabulary.name(slot).filter(|_| in_own && warned.insert((number, slot))) else { continue };
        let message =
            format!("a formula of the list takes `{}` for an amount in `{currency}`, but it is one in `{}`", name.name, def.currency);
        let problem = Diagnostic::warning(PricingCode::Currency, &lists.index(number), message);
        all.push(problem.help(format!(
            "leave the list in `{}` with `\"convert\": true`, or give products what they cost in `{currency}`",
            def.currency
        )));
    }
}

fn check_one(
    def: &RulebookDef,
    (part, amounts): (&impl Denominated, &Amounts),
    what: &str,
    id: &str,
    path: &Path<'_>,
    all: &mut Diagnostics,
) {
    check_known(def, part.currencies(), path, all);
    if !def.currencies.is_empty() && part.currencies().is_empty() && part.has_amounts(amounts) {
        let message = format!("the {what} `{id}` has amounts in `{}`, so it is for documents in no other currency", def.currency);
        let problem = Diagnostic::warning(PricingCode::Currency, path, message);
        let help = format!("say so with `\"currencies\": [\"{}\"]`, and write another {what} for the others", def.currency);
        all.push(problem.help(help));
    }
}

/// Currencies that something names are those of documents.
fn check_known(def: &RulebookDef, named: &[Currency], path: &Path<'_>, all: &mut Diagnostics) {
    let place = path.field("currencies");
    for (index, currency) in named.iter().enumerate() {
        if *currency != def.currency && !def.currencies.contains(currency) {
            let message = format!("no document is in `{currency}`");
            let problem = Diagnostic::error(PricingCode::Currency, &place.index(index), message);
            all.push(problem.help(format!("add `{currency}` to the `currencies` of the rulebook, or take it out here")));
        }
    }
}

/// Each currency has one rounding at most, and an increment is used for no currency but its own.
fn check_roundings(def: &RulebookDef, step: &StepDef, path: &Path<'_>, all: &mut Diagnostics) {
    let (for_all, for_some) = match step {
        StepDef::Stage(step) => (step.rounding, &step.currency_roundings),
        StepDef::Promotion(step) => (step.rounding, &step.currency_roundings),
        StepDef::Tax(step) => (step.rounding, &step.currency_roundings),
        _ => return,
    };
    let entries = path.field("currency_roundings");
    let mut named: Vec<Currency> = Vec::new();
    for (number, entry) in for_some.iter().enumerate() {
        let at = entries.index(number);
        check_known(def, &entry.currencies, &at, all);
        if entry.currencies.is_empty() {
            let message = "the rounding is for documents in no currency; name at least one";
            all.error(PricingCode::Currency, &at.field("currencies"), message);
        }
        for (index, currency) in entry.currencies.iter().enumerate() {
            if named.contains(currency) {
                let message = format!("documents in `{currency}` have a rounding already; name the currency once");
                all.error(PricingCode::Currency, &at.field("currencies").index(index), message);
            }
            named.push(*currency);
        }
    }
    let Some(rounding) = for_all else { return };
    let others: Vec<Currency> = def.currencies.iter().filter(|currency| !named.contains(currency)).copied().collect();
    if others.is_empty() && named.contains(&def.currency) {
        let message = "documents in every currency have a rounding of their own, so this one is never used; take it out";
        all.warning(PricingCode::Currency, &path.field("rounding"), message);
    } else if !others.is_empty() && (rounding.increment.is_some() || rounding.offset.is_some()) {
        let names = others.iter().map(|currency| format!("`{currency}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the increment is in `{}`, so documents in {names} are rounded to their minor unit", def.currency);
        let problem = Diagnostic::warning(PricingCode::Currency, &path.field("rounding"), message);
        all.push(problem.help("say in `currency_roundings` how they are rounded"));
    }
}

/// Adds what is wrong for documents in another currency only.
pub fn join(all: &mut Diagnostics, of_currency: Diagnostics, currency: Currency) {
    for mut problem in of_currency.into_errors() {
        if !all.has(&problem) {
            problem.message = format!("for documents in `{currency}`: {}", problem.message);
            all.push(problem);
        }
    }
}
