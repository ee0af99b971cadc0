//! Rates of exchange: those that the rulebook declares, and which one counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pricing, Query};
use crate::expr::CompileContext;
use crate::money::{Currency, Decimal};
use crate::report::{Diagnostic, Path, PricingCode};
use crate::time::{Date, Period};

/// A rate of exchange that counts where a request gives none: so much of `to` for one of `from`. It is never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRateDef {
    /// The currency of prices.
    pub from: Currency,
    /// The currency of documents; the rulebook's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Currency>,
    /// How much of `to` one of `from` is, above zero.
    pub rate: Decimal,
    /// When it is valid, judged by the document's date; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
}

/// A checked rate.
#[derive(Debug, Clone, Copy)]
pub struct DatedRate {
    from: Currency,
    to: Currency,
    rate: Decimal,
    valid: Period,
}

/// A rate by which prices were converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exchanged {
    /// The currency of the list's prices.
    pub from: Currency,
    /// How much of the document's currency one of it is.
    pub rate: Decimal,
}

impl Pricing {
    /// Reads the rates that the rulebook declares, whose `own` currency is one of those of its documents beside `others`;
    /// `approves`: documents in others are approved by their amounts in `own`.
    pub fn set_rates(
        &mut self,
        defs: &[ExchangeRateDef],
        own: Currency,
        others: &[Currency],
        approves: bool,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) {
        for (index, def) in defs.iter().enumerate() {
            let at = path.index(index);
            let to = def.to.unwrap_or(own);
            let mut refuse = |path: &Path<'_>, message: String, help: &str| {
                cx.diagnostics.push(Diagnostic::error(PricingCode::ExchangeRate, path, message).help(help));
            };
            if def.rate <= Decimal::ZERO {
                let help = format!("write how much `{to}` one `{}` is", def.from);
                refuse(&at.field("rate"), format!("the rate `{}` is not above zero", def.rate), &help);
            }
            if def.from == to {
                let message = format!("documents in `{to}` need no rate for prices in `{to}`");
                refuse(&at.field("from"), message, "take the rate out, or say in `to` for documents in which other currency it is");
            }
            if to != own && !others.contains(&to) {
                refuse(
                    &at.field("to"),
                    format!("no document is in `{to}`"),
                    "add it to the `currencies` of the rulebook, or take the rate out",
                );
            }
            let valid = def.valid.unwrap_or(Period::ALWAYS);
            let clashes = |other: &DatedRate| other.from == def.from && other.to == to && other.valid.overlaps(&valid);
            if self.rates.iter().any(clashes) {
                let message = format!("another rate from `{}` to `{to}` before this one is valid on the same day", def.from);
                refuse(&at, message, "end the validity of one of them where the other begins");
            }
            cx.diagnostics.check_period(valid, &at.field("valid"));
            let is_for_approvals = approves && to == own && others.contains(&def.from);
            if def.from != to && !is_for_approvals && !self.lists.iter().any(|list| list.convert && list.currency == def.from) {
                let message = format!("no price list converts prices in `{}`, so the rate is never used", def.from);
                let problem = Diagnostic::warning(PricingCode::ExchangeRate, &at, message);
                cx.diagnostics.push(problem.help("let a list of that currency `convert`, or take the rate out"));
            }
            self.rates.push(DatedRate { from: def.from, to, rate: def.rate, valid });
        }
        self.converts = self.lists.iter().any(|list| list.convert && (list.currency != own || !others.is_empty()));
    }

    /// The rates that the rulebook declares.
    #[must_use]
    pub fn rates(&self) -> &[DatedRate] {
        &self.rates
    }

    /// How much of `to` one of `from` is on a day, as the rulebook declares it.
    #[must_use]
    pub fn rate(&self, from: Currency, to: Currency, date: Date) -> Option<Decimal> {
        declared(&self.rates, (from, to), date)
    }

    /// The currency of a list's prices.
    #[must_use]
    pub fn currency_of(&self, list: usize) -> Option<Currency> {
        self.lists.get(list).map(|list| list.currency)
    }

    /// The rates by which lists are converted, each currency once, in the order of the lists.
    pub fn exchanged<F: ?Sized, L>(&self, query: &Query<'_, F, L>) -> Vec<Exchanged> {
        let mut used: Vec<Exchanged> = Vec::new();
        if !self.converts {
            return used;
        }
        for list in self.lists.iter().filter(|list| list.convert && list.currency != query.currency) {
            if let Some(rate) = query.rate_from(list.currency).filter(|_| !used.iter().any(|used| used.from == list.currency)) {
                used.push(Exchanged { from: list.currency, rate });
            }
        }
        used
    }
}

impl<F: ?Sized, L> Query<'_, F, L> {
    /// How much of the document's currency one of another is: as the request says, else the rulebook for the day.
    pub(super) fn rate_from(&self, from: Currency) -> Option<Decimal> {
        let given = self.rates.iter().find(|rate| rate.from == from && rate.to == self.currency).map(|rate| rate.rate);
        given.or_else(|| declared(self.own_rates, (from, self.currency), self.date))
    }
}

fn declared(rates: &[DatedRate], (from, to): (Currency, Currency), date: Date) -> Option<Decimal> {
    rates.iter().find(|rate| rate.from == from && rate.to == to && rate.valid.contains(date)).map(|rate| rate.rate)
}
