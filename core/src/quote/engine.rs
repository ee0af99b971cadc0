//! The quote: resolve, price, adjust, tax, total.

use super::extras::{ExtraParts, Extras};
use super::facts::{Given, fill, product_lists, read_facts, set_lists};
use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::frozen::Frozen;
use super::lines::{Survey, asked, check_lines, resolve};
use super::manual;
use super::outcome::Outcome;
use super::prices;
use super::procedure;
use super::redemption::check_usage;
use super::request::{Explain, QuoteRequest};
use super::result::{Line, Quote, Rejected, RejectionReason, Source, Totals};
use super::returns;
use crate::charge::CashStrategy;
use crate::expr::Value;
use crate::id::Ordinal;
use crate::money::{Decimal, Money};
use crate::report::{Diagnostic, Diagnostics, Error, Fingerprint, Path, PricingCode, Severity};
use crate::rulebook::{LeftOut, LeftOutRule, Parts, Rulebook};
use crate::tax::Taxed;

impl Rulebook {
    /// Prices a document.
    ///
    /// What business forbids or lacks is in the findings, and makes the quote incomplete; it is not an error.
    ///
    /// ```
    /// # use dealdesk::{Rulebook, RulebookDef, report::Sources};
    /// # let def = RulebookDef::from_json(r#"{"schema_version": 1, "id": "acme", "currency": "EUR",
    /// #     "units": [{"id": "piece"}], "products": [{"id": "P-100", "unit": "piece"}],
    /// #     "price_lists": [{"id": "list", "keys": ["product.id"], "records": [{"key": ["P-100"], "price": "98.00"}]}]}"#)?;
    /// # let rulebook = Rulebook::compile(def, &Sources::none())?.rulebook;
    /// let request = serde_json::from_str(r#"{"date": "2026-11-21", "lines": [{"id": "1", "product": "P-100", "quantity": 12}]}"#).unwrap();
    /// let quote = rulebook.quote(&request)?;
    /// assert_eq!(quote.totals().gross.to_string(), "1176.00");
    /// # Ok::<(), dealdesk::report::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`] for input that cannot be judged: no lines, ids twice, undeclared or missing attributes, overflow.
    pub fn quote(&self, request: &QuoteRequest) -> Result<Quote, Error> {
        self.quote_with(request, &mut QuoteScratch::default())
    }

    /// [`Rulebook::quote`] with buffers that the caller keeps.
    ///
    /// # Errors
    /// As [`Rulebook::quote`].
    pub fn quote_with(&self, request: &QuoteRequest, scratch: &mut QuoteScratch) -> Result<Quote, Error> {
        let Some(rulebook) = self.for_documents_in(request.currency) else { return Err(other_currency(self, request)) };
        rulebook.quote_in_its_currency(request, scratch)
    }

    fn quote_in_its_currency(&self, request: &QuoteRequest, scratch: &mut QuoteScratch) -> Result<Quote, Error> {
        let parts = self.parts();
        let mut diagnostics = Diagnostics::new();
        // 1. Read the request.
        check_readings(parts, request, &mut diagnostics);
        let survey = survey(parts, request, scratch);
        let mut lines = asked(&request.lines, &scratch.products);
        let plain = lines.iter().all(|line| line.ordered.is_some());
        check_lines(parts, request, &survey, &mut diagnostics);
        let Given { document, lines: line_values, lists } = read_facts(parts, request, &survey, &mut diagnostics);
        let has_overrides = survey.overrides || !request.overrides.is_empty();
        let mut extras = Extras::default();
        if has_overrides {
            extras.manual = manual::read(parts, request, &mut diagnostics);
        }
        let mut findings = Vec::new();
        if !plain {
            resolve(parts, request, &mut lines, &mut findings, &mut diagnostics);
        }
        let frozen = request.frozen.as_deref();
        let frozen = frozen.and_then(|frozen| Frozen::read(parts, request, frozen, &mut lines, &mut diagnostics));
        diagnostics.finish()?;
        // 2. Run the procedure.
        let mut out = Outcome {
            entries: Vec::with_capacity(expected_entries(parts, request)),
            of_document: Vec::new(),
            findings,
            taxed: false,
            allocated: 0,
            explain: request.explain,
            extras,
            frozen,
        };
        if request.explain > Explain::Totals {
            prepare_explanation(parts, request, &mut out);
        }
        let of_products = product_lists(parts, &lines);
        let has_returns = !plain && lines.iter().any(|line| line.returned);
        // Before the first stage nothing has entered any.
        let mut entered = std::mem::take(&mut scratch.entered);
        entered.clear();
        let mut frame = Frame {
            parts,
            at: request.at,
            lines,
            entered,
            has_returns,
            has_prior_prices: survey.prior_prices,
            document,
            line_values,
            product_lists: &of_products,
        };
        fill(&mut frame, request);
        if !lists.is_empty() {
            set_lists(&mut frame, &lists);
        }
        if let Some(frozen) = &out.frozen {
            frozen.count_others(&mut frame);
        }
        if has_returns {
            returns::count_lines(&mut frame, out.frozen.as_deref());
        }
        set_quantity(&mut frame)?;
        procedure::run(&mut frame, request, scratch, &mut out)?;
        // 3. Total.
        let Frame { mut lines, entered, .. } = frame;
        scratch.entered = entered;
        if has_returns {
            returns::settle(&mut lines, &mut out);
        }
        self.assemble(request, lines, out)
    }

    #[inline(never)]
    fn assemble(&self, request: &QuoteRequest, lines: Vec<Line>, mut out: Outcome) -> Result<Quote, Error> {
        let currency = self.parts().currency;
        let (mut list, mut amount, mut priced) = (0_i64, 0_i64, true);
        for line in &lines {
            priced &= line.price.is_some();
            list = list.checked_add(line.price.map_or(0, |price| price.amount)).ok_or_else(sum_too_large)?;
            amount = amount.checked_add(line.figure.amount).ok_or_else(sum_too_large)?;
        }
        let money = |minor| Money::new(minor, currency);
        // What charges have added to the lines is no discount.
        let goods = amount.checked_sub(out.allocated).ok_or_else(sum_too_large)?;
        let discount = list.checked_sub(goods).ok_or_else(sum_too_large)?;
        let untaxed = Taxed::untaxed(amount);
        let (charges, sum, payable) = match out.extras.any_mut() {
            Some(extras) => add_extras(extras, lines.len(), untaxed)?,
            None => (None, untaxed, None),
        };
        if request.freeze {
            out.extras.frozen_by = Some(frozen_by(self, request));
        }
        Ok(Quote {
            rulebook: self.clone(),
            currency,
            date: request.date,
            explain: request.explain,
            rounding_report: request.rounding_report,
            complete: priced && out.findings.iter().all(|finding| finding.severity < Severity::Error),
            lines,
            entries: out.entries,
            of_document: out.of_document,
            totals: Totals {
                list: money(list),
                discount: money(discount),
                charges: charges.map(money),
                net: money(sum.net),
                tax: money(sum.tax),
                gross: money(sum.gross),
                payable: payable.map(money),
            },
            findings: out.findings,
            extras: out.extras,
        })
    }
}

/// The rulebook whose prices an answer has: the one that it names itself, where all of them were frozen before.
fn frozen_by(rulebook: &Rulebook, request: &QuoteRequest) -> Fingerprint {
    let whole = request.frozen.as_ref().filter(|frozen| frozen.lines.len() == request.lines.len());
    whole.map_or_else(|| rulebook.fingerprint().clone(), |frozen| frozen.rulebook.clone())
}

/// What the charges come to, the sums of the lines with tax and with what stands beside them, and what is to be paid.
#[inline(never)]
fn add_extras(extras: &mut ExtraParts, lines: usize, untaxed: Taxed) -> Result<(Option<i64>, Taxed, Option<i64>), Error> {
    extras.unrounded.sort();
    let goods = match extras.tax.taxed.get(..lines) {
        Some(taxed) => taxed.iter().try_fold(Taxed::default(), |sum, taxed| sum.plus(*taxed)).map_err(|_| sum_too_large())?,
        None => untaxed,
    };
    let (charges, sum) = add_charges(extras, goods)?;
    let (sum, payable) = add_cash(extras, sum)?;
    Ok((charges, sum, payable))
}

/// What the charges come to, and the sums with those that stand beside the lines.
fn add_charges(extras: &ExtraParts, goods: Taxed) -> Result<(Option<i64>, Taxed), Error> {
    let sum = extras.charges.iter().try_fold(goods, |sum, charge| sum.plus(charge.taxed)).map_err(|_| sum_too_large())?;
    let charged = extras.charges.iter().try_fold(0_i64, |sum, charge| sum.checked_add(charge.charged.amount)).ok_or_else(sum_too_large)?;
    Ok(((!extras.charges.is_empty()).then_some(charged), sum))
}

/// The sums with the line of cash rounding, and what is to be paid.
fn add_cash(extras: &ExtraParts, sum: Taxed) -> Result<(Taxed, Option<i64>), Error> {
    let Some(cash) = extras.cash else { return Ok((sum, None)) };
    let add = |amount: i64| amount.checked_add(cash.difference).ok_or_else(sum_too_large);
    let sum = match cash.strategy {
        CashStrategy::Line => Taxed { net: add(sum.net)?, tax: sum.tax, gross: add(sum.gross)? },
        CashStrategy::LargestTax | CashStrategy::Payable => sum,
    };
    let payable = if cash.strategy == CashStrategy::Payable { add(sum.gross)? } else { sum.gross };
    Ok((sum, Some(payable)))
}

/// So many entries waterfalls mostly have; where only totals are asked for, those of the adjustments of lines alone are kept.
fn expected_entries(parts: &Parts, request: &QuoteRequest) -> usize {
    let of_line = parts.procedure.len().saturating_mul(if request.explain > Explain::Totals { 2 } else { 1 });
    request.lines.len().saturating_mul(of_line)
}

/// Looks at every line once, and for its product.
#[inline(never)]
fn survey<'q>(parts: &Parts, request: &'q QuoteRequest, scratch: &mut QuoteScratch) -> Survey<'q> {
    let mut survey = Survey::new();
    let products = request.lines.iter().map(|line| {
        survey.see(line);
        line.product.as_str()
    });
    scratch.products.find(&parts.catalog, products);
    survey
}

/// What a host has counted, and the rates that it brings.
#[inline]
fn check_readings(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) {
    if !(request.counters.is_empty() && request.exchange_rates.is_empty() && request.usage.is_empty()) {
        prices::check_given(parts, request, diagnostics);
        check_usage(parts, request, diagnostics);
    }
}

/// What is told beside the waterfalls: which rules are for other currencies, and what rounding changes.
#[inline(never)]
fn prepare_explanation(parts: &Parts, request: &QuoteRequest, out: &mut Outcome) {
    if request.rounding_report {
        out.extras.unrounded.wanted = true;
    }
    if request.explain == Explain::Candidates && !parts.left_out.is_empty() {
        out.extras.rejected.extend(parts.left_out.iter().map(of_other_currency));
    }
}

/// A rule that is for documents in other currencies.
fn of_other_currency(left_out: &LeftOut) -> Rejected {
    let source = match left_out.rule {
        LeftOutRule::Adjustment(number) => Source::Adjustment(number),
        LeftOutRule::Promotion(number) => Source::Promotion(number),
        LeftOutRule::Charge(number) => Source::Charge(number),
    };
    let (step, reason) = (Ordinal::of(left_out.step), RejectionReason::OtherCurrency);
    Rejected { line: None, step, source, reason, failed: Vec::new(), missing: None, taken_by: None }
}

#[cold]
fn other_currency(rulebook: &Rulebook, request: &QuoteRequest) -> Error {
    let known: Vec<String> = rulebook.currencies().map(|currency| format!("`{currency}`")).collect();
    let asked = request.currency.map(|currency| currency.to_string()).unwrap_or_default();
    let message = format!("the rulebook prices in {}, not in `{asked}`", known.join(", "));
    let problem = Diagnostic::error(PricingCode::Currency, &Path::ROOT.field("currency"), message);
    let help = format!("ask for one of these, into which lists in other currencies may be converted, or add `{asked}` to its `currencies`");
    problem.help(help).into()
}

fn set_quantity(frame: &mut Frame<'_>) -> Result<(), Error> {
    let ordered = || frame.lines.iter().filter_map(|line| line.ordered);
    // Whole numbers, as nearly all quantities are, add up in one instruction each.
    let whole = ordered().try_fold(0_i64, |sum, ordered| sum.checked_add(ordered.whole()?));
    let sum = match whole {
        _ if frame.has_returns => returns::counted_quantity(frame).map_err(|_| sum_too_large())?,
        Some(whole) => whole.into(),
        None => ordered().try_fold(Decimal::ZERO, |sum, ordered| sum.checked_add(ordered.base_quantity())).map_err(|_| sum_too_large())?,
    };
    frame.set(frame.parts.attributes.document.quantity, Value::Number(sum));
    Ok(())
}
