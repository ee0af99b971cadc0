//! Documents in several currencies: which rules count for which, and what their author should know about it.

use super::def::{RulebookDef, StepDef};
use super::procedure::Step;
use crate::adjust::promotion::{OfferDef, PromotionDef};
use crate::adjust::{AdjustmentDef, EffectDef};
use crate::charge::{ChargeAmountDef, ChargeDef};
use crate::id::Ordinal;
use crate::money::{Currency, Decimal, Denomination};
use crate::report::{Diagnostic, Diagnostics, Path, PricingCode};
use crate::tax::TaxRateDef;

/// What may be for documents in some currencies.
pub trait Denominated {
    /// The currencies that it names.
    fn currencies(&self) -> &[Currency];

    /// Whether it has amounts that would mean something else in another currency.
    fn has_amounts(&self) -> bool;

    /// Whether it counts for the documents.
    fn counts(&self, of: Denomination) -> bool {
        of.counts(self.currencies(), self.has_amounts())
    }
}

impl Denominated for AdjustmentDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self) -> bool {
        !matches!(self.effect, EffectDef::PercentOff(_) | EffectDef::PercentOn(_))
            || self.budget.is_some()
            || self.cap_amount.is_some()
            || self.when.iter().chain(&self.lines).any(|text| holds_amount(text))
    }
}

impl Denominated for PromotionDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self) -> bool {
        !(self.is_percentage() || matches!(self.offer, OfferDef::Gift(_)))
            || self.budget.is_some()
            || self.cap_amount.is_some()
            || self.when.as_deref().into_iter().chain(conditions(&self.offer)).any(holds_amount)
    }
}

impl Denominated for ChargeDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self) -> bool {
        let of_kind = match &self.amount {
            ChargeAmountDef::Fixed(amount) => !amount.is_zero(),
            ChargeAmountDef::Percent(_) => false,
            ChargeAmountDef::Table(table) | ChargeAmountDef::LineTable(table) => {
                table.outputs.iter().any(|output| output.id.as_str() == "amount")
                    || table.inputs.iter().any(|input| asks_money(&input.expr))
            }
            ChargeAmountDef::Scale(_) | ChargeAmountDef::Formula(_) => true,
        };
        let bounds = [self.minimum, self.maximum, self.free_from];
        of_kind
            || bounds.into_iter().flatten().any(|amount| !amount.is_zero())
            || self.when.iter().chain(&self.lines).any(|text| holds_amount(text))
    }
}

impl Denominated for TaxRateDef {
    fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn has_amounts(&self) -> bool {
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

    fn has_amounts(&self) -> bool {
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
pub fn left_out(def: &RulebookDef, steps: &[Step], of: Denomination) -> Vec<LeftOut> {
    fn others<D: Denominated>(all: &[D], of: Denomination) -> impl Iterator<Item = (Ordinal, &D)> {
        all.iter().enumerate().filter(move |(_, rule)| !rule.counts(of)).map(|(number, rule)| (Ordinal::of(number), rule))
    }
    let mut all = Vec::new();
    let mut charges = true;
    for (step, compiled) in steps.iter().enumerate() {
        let place = |rule: LeftOutRule| LeftOut { step, rule };
        match compiled {
            Step::Stage(stage) => {
                let here = others(&def.adjustments, of).filter(|(_, rule)| rule.stage == stage.id);
                all.extend(here.map(|(number, _)| place(LeftOutRule::Adjustment(number))));
            }
            Step::Promotion(promotions) => {
                let here = others(&def.promotions, of).filter(|(_, rule)| rule.step == promotions.id);
                all.extend(here.map(|(number, _)| place(LeftOutRule::Promotion(number))));
            }
            Step::Charge(_) if std::mem::take(&mut charges) => {
                all.extend(others(&def.charges, of).map(|(number, _)| place(LeftOutRule::Charge(number))));
            }
            _ => {}
        }
    }
    all
}

/// The conditions of an offer on its lines.
fn conditions(offer: &OfferDef) -> impl Iterator<Item = &str> {
    let all: Vec<&Option<String>> = match offer {
        OfferDef::Discount(offer) => vec![&offer.lines],
        OfferDef::BuyGet(offer) => vec![&offer.trigger.lines, &offer.reward.lines],
        OfferDef::NthItem(offer) => vec![&offer.lines],
        OfferDef::SetTotal(offer) => vec![&offer.lines],
        OfferDef::MixAndMatch(offer) => offer.groups.iter().map(|group| &group.lines).collect(),
        OfferDef::Gift(offer) => offer.trigger.iter().map(|trigger| &trigger.lines).collect(),
    };
    all.into_iter().filter_map(|lines| lines.as_deref())
}

/// Whether a condition compares what something costs with a number: what it says then depends on the currency. One that asks for the
/// currency knows that.
fn holds_amount(text: &str) -> bool {
    let has_number = words(text).any(|word| word.parse::<Decimal>().is_ok_and(|number| !number.is_zero()));
    has_number && asks_money(text) && !words(text).any(|word| word == "document.currency")
}

/// Whether an expression asks what something costs.
fn asks_money(text: &str) -> bool {
    const MONEY: [&str; 5] = ["amount", "list_amount", "net_amount", "gross_amount", "list_price"];
    words(text).any(|word| word.rsplit_once('.').is_some_and(|(_, name)| MONEY.contains(&name)))
}

/// The names and numbers of an expression; what stands between quotes is neither.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let plain = text.split('\'').step_by(2);
    plain.flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.'))
}

/// Checks the currencies that a rulebook declares and that its rules name, and warns of amounts that are for one of several only.
pub fn check(def: &RulebookDef, all: &mut Diagnostics) {
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
        check_one(def, step, "step", step.id().as_str(), &procedure.index(index).field(step.kind()), all);
    }
    for (index, rule) in def.adjustments.iter().enumerate() {
        check_one(def, rule, "adjustment", rule.id.as_str(), &adjustments.index(index), all);
    }
    for (index, promotion) in def.promotions.iter().enumerate() {
        check_one(def, promotion, "promotion", promotion.id.as_str(), &promotions.index(index), all);
    }
    let charges = Path::ROOT.field("charges");
    for (index, charge) in def.charges.iter().enumerate() {
        check_one(def, charge, "charge", charge.id.as_str(), &charges.index(index), all);
    }
    let tax = Path::ROOT.field("tax");
    let rates = tax.field("rates");
    for (index, rate) in def.tax.iter().flat_map(|tax| &tax.rates).enumerate() {
        check_one(def, rate, "rate", rate.id.as_str(), &rates.index(index), all);
    }
}

fn check_one(def: &RulebookDef, part: &impl Denominated, what: &str, id: &str, path: &Path<'_>, all: &mut Diagnostics) {
    let place = path.field("currencies");
    for (index, currency) in part.currencies().iter().enumerate() {
        if *currency != def.currency && !def.currencies.contains(currency) {
            let message = format!("no document is in `{currency}`");
            let problem = Diagnostic::error(PricingCode::Currency, &place.index(index), message);
            all.push(problem.help(format!("add `{currency}` to the `currencies` of the rulebook, or take it out here")));
        }
    }
    if !def.currencies.is_empty() && part.currencies().is_empty() && part.has_amounts() {
        let message = format!("the {what} `{id}` has amounts in `{}`, so it is for documents in no other currency", def.currency);
        let problem = Diagnostic::warning(PricingCode::Currency, path, message);
        let help = format!("say so with `\"currencies\": [\"{}\"]`, and write another {what} for the others", def.currency);
        all.push(problem.help(help));
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
