//! In which currency approvals judge what a document comes to.

use schemars::JsonSchema;
use serde::Serialize;

use super::compile::Parts;
use super::def::RulebookDef;
use super::subject::{ApprovalRequest, SubjectTotals, SubjectVocabulary};
use crate::approval::{Approval, ApprovalAmounts};
use crate::money::{Currency, Decimal};
use crate::report::{Diagnostic, Diagnostics, Error, LimitCode, Path, PricingCode, QuoteCode};

/// The rate by which the amounts of a document were converted before they were judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JudgedRate {
    /// The document's currency.
    pub from: Currency,
    /// The currency in which the matrix judges: the rulebook's.
    pub to: Currency,
    /// How much of `to` one of `from` is.
    pub rate: Decimal,
}

/// A matrix never takes an amount for one of another currency. `approval` is what the definition compiles to.
pub(super) fn check(def: &RulebookDef, approval: &Approval, subject: &SubjectVocabulary, all: &mut Diagnostics) {
    if !subject.reads_amounts(approval) {
        return;
    }
    let own = def.currency;
    let others = || def.currencies.iter().enumerate().filter(|(_, currency)| **currency != own);
    if approval.amounts == ApprovalAmounts::DocumentCurrency {
        if others().next().is_some() && !subject.reads_currency(approval) {
            let message = "the matrix tests the amounts of documents in several currencies with the same numbers";
            let problem = Diagnostic::error(PricingCode::Currency, &Path::ROOT.field("approval").field("amounts"), message);
            all.push(
                problem.help(format!("add the input `currency` to the matrix, or leave `amounts` out: then they are converted to `{own}`")),
            );
        }
        return;
    }
    let place = Path::ROOT.field("currencies");
    for (index, currency) in others() {
        if !def.exchange_rates.iter().any(|rate| rate.from == *currency && rate.to.unwrap_or(own) == own) {
            let message = format!("approvals judge documents in `{currency}` by their amounts in `{own}`, and no rate to it is declared");
            let problem = Diagnostic::warning(PricingCode::ExchangeRate, &place.index(index), message);
            let turned = def.exchange_rates.iter().any(|rate| rate.from == own && rate.to == Some(*currency));
            let but = not_turned_round(turned, own, *currency);
            all.push(problem.help(format!("{but}declare a rate from `{currency}` in `exchange_rates`, or give it with each request")));
        }
    }
}

/// Documents in the rulebook's currencies are approved, and rates are above zero.
pub(super) fn check_request(request: &ApprovalRequest, currencies: &[Currency], all: &mut Diagnostics) {
    if let Some(currency) = request.currency.filter(|currency| !currencies.contains(currency)) {
        let known = currencies.iter().map(|currency| format!("`{currency}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the rulebook has no documents in `{currency}`, only in {known}");
        let problem = Diagnostic::error(PricingCode::Currency, &Path::ROOT.field("currency"), message);
        all.push(problem.help(format!("add `{currency}` to the `currencies` of the rulebook")));
    }
    let place = Path::ROOT.field("exchange_rates");
    for (index, rate) in request.exchange_rates.iter().enumerate().filter(|(_, rate)| rate.rate <= Decimal::ZERO) {
        let message = format!("the rate `{}` must be above zero", rate.rate);
        all.error(QuoteCode::Quantity, &place.index(index).field("rate"), message);
    }
}

/// The totals as the matrix judges them, unrounded, and the rate by which they were converted.
///
/// # Errors
/// [`Error`] when no rate is known, or an amount is too large.
pub(super) fn judged(parts: &Parts, approval: &Approval, request: &ApprovalRequest) -> Result<(SubjectTotals, Option<JudgedRate>), Error> {
    let (from, to) = (request.currency.unwrap_or(parts.currency), parts.currency);
    if from == to || approval.amounts == ApprovalAmounts::DocumentCurrency || !parts.subject.reads_amounts(approval) {
        return Ok((request.totals, None));
    }
    let given = request.exchange_rates.iter().find(|rate| rate.from == from && rate.to == to).map(|rate| rate.rate);
    let Some(rate) = given.or_else(|| parts.pricing.rate(from, to, request.date)) else {
        let message = format!("the amounts are judged in `{to}`, and there is no rate from `{from}` on `{}`", request.date);
        let problem = Diagnostic::error(PricingCode::ExchangeRate, &Path::ROOT.field("currency"), message);
        let turned = request.exchange_rates.iter().any(|rate| rate.from == to && rate.to == from);
        let but = not_turned_round(turned || parts.pricing.rate(to, from, request.date).is_some(), to, from);
        let help = format!("{but}give a rate from `{from}` to `{to}` in `exchange_rates`, or declare it in the rulebook");
        return Err(problem.help(help).into());
    };
    let totals = request.totals.converted(rate).map_err(|error| {
        Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("totals"), format!("at the rate `{rate}`: {error}")))
    })?;
    Ok((totals, Some(JudgedRate { from, to, rate })))
}

/// Says of a rate in the other direction, when there is one, that it does not help.
fn not_turned_round(known: bool, from: Currency, to: Currency) -> String {
    if known { format!("the rate from `{from}` to `{to}` is not turned round; ") } else { String::new() }
}
