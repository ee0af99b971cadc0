//! The quote: resolve, price, adjust, tax, total.

use super::comparison::others;
use super::frame::{Frame, QuoteScratch};
use super::frozen::Frozen;
use super::ladder::ladders;
use super::lines::{Survey, asked, fill, given_lists, product_lists, read_facts, resolve};
use super::manual;
use super::outcome::Outcome;
use super::prices::{self, OrderedLines, TariffResult};
use super::procedure;
use super::promotion::PromotionResult;
use super::redemption::check_usage;
use super::request::{Explain, QuoteRequest};
use super::result::{Entry, Line, ListPrice, Quote, Rejected, RejectionReason, Source, Totals};
use super::returns;
use super::unrounded::Unrounded;
use crate::adjust::Figure;
use crate::charge::CashStrategy;
use crate::expr::Value;
use crate::id::Ordinal;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Rounding, UnitPrice};
use crate::pricing::{Covers, Found, FoundPrices, Portion, PriceStep};
use crate::report::{Diagnostic, Diagnostics, Error, Finding, Fingerprint, LimitCode, Path, PricingCode, Severity};
use crate::rulebook::{LeftOut, LeftOutRule, Parts, Rulebook};
use crate::tax::{Assessment, Taxed};

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
        prices::check_given(parts, request, &mut diagnostics);
        check_usage(parts, request, &mut diagnostics);
        let mut survey = Survey::new();
        let products = request.lines.iter().map(|line| {
            survey.see(line);
            line.product.as_str()
        });
        scratch.products.find(&parts.catalog, products);
        let mut lines = asked(&request.lines, &scratch.products);
        let plain = lines.iter().all(|line| line.ordered.is_some());
        let given = read_facts(parts, request, &survey, &mut diagnostics);
        let manual = manual::read(parts, request, &survey, &mut diagnostics);
        let mut findings = Vec::new();
        let unresolved = if plain { &mut [] } else { lines.as_mut_slice() };
        for (number, (state, line)) in
            unresolved.iter_mut().zip(&request.lines).enumerate().filter(|(_, (state, _))| state.ordered.is_none())
        {
            resolve(parts, line, number, state, &mut findings, &mut diagnostics);
        }
        let frozen = Frozen::read(parts, request, &mut lines, &mut diagnostics);
        diagnostics.finish()?;
        // 2. Run the procedure.
        let mut out = Outcome {
            entries: Vec::with_capacity(expected_entries(parts, request)),
            of_document: Vec::new(),
            rejected: Vec::new(),
            findings,
            taxed: false,
            tax: Assessment::default(),
            charges: Vec::new(),
            allocated: 0,
            cash: None,
            manual,
            figures: Vec::new(),
            explain: request.explain,
            promotions: PromotionResult::default(),
            tariffs: TariffResult::default(),
            ladders: Vec::new(),
            others: Vec::new(),
            redemptions: Vec::new(),
            chosen: Vec::new(),
            unrounded: Unrounded::new(request.rounding_report && request.explain > Explain::Totals),
            frozen,
        };
        if request.explain == Explain::Candidates {
            out.rejected.extend(parts.left_out.iter().map(of_other_currency));
        }
        let lists = given_lists(parts, &given);
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
            document: Vec::new(),
            line_values: Vec::new(),
            product_lists: &of_products,
        };
        fill(&mut frame, request, &given, &lists);
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

    fn assemble(&self, request: &QuoteRequest, lines: Vec<Line>, out: Outcome) -> Result<Quote, Error> {
        let currency = self.parts().currency;
        let (mut list, mut amount, mut priced) = (0_i64, 0_i64, true);
        for line in &lines {
            priced &= line.price.is_some();
            list = list.checked_add(line.price.map_or(0, |price| price.amount)).ok_or_else(overflow)?;
            amount = amount.checked_add(line.figure.amount).ok_or_else(overflow)?;
        }
        let sum = match out.tax.taxed.get(..lines.len()) {
            Some(taxed) => taxed.iter().try_fold(Taxed::default(), |sum, taxed| sum.plus(*taxed)).map_err(|_| overflow())?,
            None => Taxed::untaxed(amount),
        };
        let money = |minor| Money::new(minor, currency);
        // What charges have added to the lines is no discount.
        let goods = amount.checked_sub(out.allocated).ok_or_else(overflow)?;
        let discount = list.checked_sub(goods).ok_or_else(overflow)?;
        let (charges, sum) = add_charges(&out, sum)?;
        let (sum, payable) = add_cash(&out, sum)?;
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
            rejected: out.rejected,
            totals: Totals {
                list: money(list),
                discount: money(discount),
                charges: charges.map(money),
                net: money(sum.net),
                tax: money(sum.tax),
                gross: money(sum.gross),
                payable: payable.map(money),
            },
            tax: out.tax,
            charges: out.charges,
            cash: out.cash,
            manual: out.manual,
            figures: out.figures,
            findings: out.findings,
            promotions: out.promotions,
            tariffs: out.tariffs,
            ladders: out.ladders,
            others: out.others,
            redemptions: out.redemptions,
            chosen: out.chosen,
            unrounded: out.unrounded.sorted(),
            frozen_by: request.freeze.then(|| frozen_by(self, request)),
        })
    }
}

/// The rulebook whose prices an answer has: the one that it names itself, where all of them were frozen before.
fn frozen_by(rulebook: &Rulebook, request: &QuoteRequest) -> Fingerprint {
    let whole = request.frozen.as_ref().filter(|frozen| frozen.lines.len() == request.lines.len());
    whole.map_or_else(|| rulebook.fingerprint().clone(), |frozen| frozen.rulebook.clone())
}

/// What the charges come to, and the sums with those that stand beside the lines.
fn add_charges(out: &Outcome, goods: Taxed) -> Result<(Option<i64>, Taxed), Error> {
    let sum = out.charges.iter().try_fold(goods, |sum, charge| sum.plus(charge.taxed)).map_err(|_| overflow())?;
    let charged = out.charges.iter().try_fold(0_i64, |sum, charge| sum.checked_add(charge.charged.amount)).ok_or_else(overflow)?;
    Ok(((!out.charges.is_empty()).then_some(charged), sum))
}

/// The sums with the line of cash rounding, and what is to be paid.
fn add_cash(out: &Outcome, sum: Taxed) -> Result<(Taxed, Option<i64>), Error> {
    let Some(cash) = out.cash else { return Ok((sum, None)) };
    let add = |amount: i64| amount.checked_add(cash.difference).ok_or_else(overflow);
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

fn overflow() -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), "the amounts of the lines are too large to add up").into()
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
        _ if frame.has_returns => returns::counted_quantity(frame).map_err(|_| overflow())?,
        Some(whole) => whole.into(),
        None => ordered().try_fold(Decimal::ZERO, |sum, ordered| sum.checked_add(ordered.base_quantity())).map_err(|_| overflow())?,
    };
    frame.set(frame.parts.attributes.document.quantity, Value::Number(sum));
    Ok(())
}

/// Finds the price of every line that has a product and a quantity.
pub(super) fn find_prices(
    frame: &mut Frame<'_>,
    step: &PriceStep,
    number: Ordinal,
    request: &QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let parts = frame.parts;
    scratch.prices.start();
    let mut sum = find_plain_prices(frame, step, number, request, scratch, out)?;
    let is_open = |(number, line): (usize, &Line)| line.price.is_none().then_some(number);
    let open: Vec<usize> = frame.lines.iter().enumerate().filter_map(is_open).collect();
    if !open.is_empty() {
        look_up_prices(frame, step, request, &open, &mut scratch.prices)?;
    }
    out.tariffs = TariffResult::of(&scratch.prices, frame, request);
    let in_portions = scratch.prices.has_portions();
    for index in open {
        let Some(found) = scratch.prices.of_line(index) else {
            no_price(frame, step, index, request, out);
            continue;
        };
        let Some(price) = list_price(frame, index, found).map_err(|error| too_large(index, error))? else { continue };
        sum = sum.checked_add(price.amount).ok_or_else(overflow)?;
        let exact = if out.unrounded.wanted { exact_amount(frame, index, found) } else { None };
        let Some(line) = frame.lines.get_mut(index) else { continue };
        // What is no price times a quantity goes on as an amount.
        let by_line = matches!(found.covers, Covers::Line { .. });
        (line.price, line.figure) = (Some(price), Figure { amount: price.amount, unit: (!by_line).then_some(price.unit_price) });
        let entry = list_entry(number, price);
        if in_portions {
            record_portions(index, line, entry, scratch.prices.portions(index), out);
        }
        if !by_line {
            exact.into_iter().for_each(|exact| out.unrounded.keep(index, &entry, exact));
            out.record_step(line, entry);
        }
    }
    if frame.has_returns {
        sum = returns::counted(frame, |line| line.price.map_or(0, |price| price.amount)).ok_or_else(overflow)?;
    }
    let amount = Decimal::from_parts(sum.into(), parts.currency.minor_units().into()).map_err(|_| overflow())?;
    frame.set(parts.attributes.document.list_amount, Value::Number(amount));
    out.others = others(frame, request, &scratch.prices)?;
    if request.price_ladder {
        out.ladders = ladders(frame, step, request, &scratch.prices)?;
    }
    Ok(())
}

/// The first step of a line's waterfall.
fn list_entry(step: Ordinal, price: ListPrice) -> Entry {
    let ListPrice { list, unit_price, amount } = price;
    Entry { step, source: Source::List(list), base: amount, before: 0, after: amount, unit_price: Some(unit_price), next: None }
}

#[cold]
fn too_large(line: usize, error: ArithmeticError) -> Error {
    let lines = Path::ROOT.field("lines");
    Diagnostic::error(LimitCode::Overflow, &lines.index(line).field("quantity"), error.to_string()).into()
}

/// What each list charges for its part of a line.
fn record_portions<'p>(number: usize, line: &mut Line, entry: Entry, portions: impl Iterator<Item = &'p Portion>, out: &mut Outcome) {
    let mut before = 0_i64;
    for portion in portions {
        let after = before.saturating_add(portion.amount);
        let source = Source::List(Ordinal::of(portion.list));
        let entry = Entry { source, base: portion.amount, before, after, unit_price: None, ..entry };
        out.unrounded.keep(number, &entry, portion.exact);
        out.record_step(line, entry);
        before = after;
    }
}

/// Finds the prices of whole base units in lists where one look into a table gives them, as nearly all are found. What they come to is
/// returned.
fn find_plain_prices(
    frame: &mut Frame<'_>,
    step: &PriceStep,
    number: Ordinal,
    request: &QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<i64, Error> {
    let parts = frame.parts;
    let lists = parts.pricing.plain_lists(step, &prices::query(&OrderedLines(frame), request));
    let Some((lists, symbols)) = lists.and_then(|lists| frame.product_symbols(lists.key()).map(|symbols| (lists, symbols))) else {
        return Ok(0);
    };
    let asked = frame.lines.iter().enumerate().filter_map(|(index, line)| {
        let whole = line.whole_as_ordered().filter(|_| !line.returned)?;
        Some((index, symbols.of_product(line.product_number()?)?, whole))
    });
    let QuoteScratch { plain, prices, .. } = scratch;
    let found = lists.find(asked, plain);
    let remembered = remembers_prices(frame, request).then_some(prices);
    set_plain_prices(&mut frame.lines, found, number, remembered, parts.currency, out)
}

/// Writes plain prices into their lines; what they come to is returned.
#[inline(never)]
fn set_plain_prices(
    lines: &mut [Line],
    found: impl Iterator<Item = (usize, Ordinal, UnitPrice)>,
    step: Ordinal,
    mut remembered: Option<&mut FoundPrices>,
    currency: Currency,
    out: &mut Outcome,
) -> Result<i64, Error> {
    let to_minor = Rounding::half_up(currency.minor_units());
    let told = out.explain > Explain::Totals;
    let mut sum = 0_i64;
    for (index, list, unit_price) in found {
        let Some(line) = lines.get_mut(index) else { continue };
        let Some(amount) = line.whole_quantity().and_then(|whole| unit_price.amount_of_whole(whole, &to_minor)) else { continue };
        let price = ListPrice { list, unit_price, amount };
        sum = sum.checked_add(price.amount).ok_or_else(overflow)?;
        (line.price, line.figure) = (Some(price), Figure { amount: price.amount, unit: Some(price.unit_price) });
        if let Some(prices) = &mut remembered {
            prices.set(index, Found { list, price: unit_price, covers: Covers::Each });
        }
        if told {
            out.record(line, list_entry(step, price));
        }
    }
    Ok(sum)
}

/// Whether prices are looked at again once they stand in their lines: beside others, or for ladders.
fn remembers_prices(frame: &Frame<'_>, request: &QuoteRequest) -> bool {
    request.price_ladder || frame.has_prior_prices || frame.parts.pricing.has_references()
}

/// Finds the prices of lines in all lists.
fn look_up_prices(
    frame: &Frame<'_>,
    step: &PriceStep,
    request: &QuoteRequest,
    which: &[usize],
    prices: &mut FoundPrices,
) -> Result<(), Error> {
    let lines = OrderedLines(frame);
    let query = prices::query(&lines, request);
    let sold = which.iter().filter(|line| frame.lines.get(**line).is_some_and(|line| !line.returned));
    let ordered = sold.filter_map(|line| Some((*line, frame.lines.get(*line)?.ordered.as_ref()?.whole())));
    frame.parts.pricing.find_others(step, &query, ordered, prices).map_err(prices::price_error)?;
    if frame.has_returns {
        returns::look_up_prices(frame, step, request, prices)?;
    }
    Ok(())
}

/// [`list_price`] of whole base units at a price for one of them in the currency's digits, as nearly all are; none where it takes the long
/// way.
#[inline]
fn plain_price(line: &Line, found: &Found, to_minor: &Rounding) -> Option<ListPrice> {
    let whole = line.whole_as_ordered().filter(|_| found.covers == Covers::Each)?;
    let amount = found.price.amount_of_whole(whole, to_minor)?;
    Some(ListPrice { list: found.list, unit_price: found.price, amount })
}

/// The price per unit of the order, and the amount of the line: exact until the one rounding to the minor unit.
pub(super) fn list_price(frame: &Frame<'_>, index: usize, found: &Found) -> Result<Option<ListPrice>, ArithmeticError> {
    let Some(line) = frame.lines.get(index) else { return Ok(None) };
    let Some(ordered) = line.ordered else { return Ok(None) };
    let currency = frame.parts.currency;
    let to_minor = Rounding::half_up(currency.minor_units());
    if let Some(price) = plain_price(line, found, &to_minor) {
        return Ok(Some(price));
    }
    let list = found.list;
    if let Covers::Line { amount } = found.covers {
        return Ok(Some(ListPrice { list, unit_price: found.price, amount }));
    }
    let (per, unit) = found.covers.measure();
    let priced_as_ordered = unit.map_or(ordered.in_base_unit, |unit| unit == ordered.unit);
    if priced_as_ordered && per.to_whole() == Some(1) {
        let amount = found.price.amount(line.quantity, &to_minor)?;
        return Ok(Some(ListPrice { list, unit_price: found.price, amount }));
    }
    let Some(per_unit) = price_as_ordered(frame, index, found)? else { return Ok(None) };
    let quantity = Exact::from_decimal(line.quantity)?;
    let (numerator, denominator) = quantity.lowest_terms();
    let amount = to_minor.apply(per_unit.times(numerator, denominator)?)?;
    let unit_price = match per_unit.to_decimal().and_then(|price| UnitPrice::new(price, currency)) {
        Ok(price) => price,
        Err(_) => UnitPrice::rounded(per_unit, &Rounding::half_up(currency.minor_units().saturating_add(4)), currency)?,
    };
    Ok(Some(ListPrice { list, unit_price, amount }))
}

/// The price for one of the unit in which a line is ordered, not rounded.
fn price_as_ordered(frame: &Frame<'_>, index: usize, found: &Found) -> Result<Option<Exact>, ArithmeticError> {
    let ordered = frame.lines.get(index).and_then(|line| line.ordered);
    let (Some(ordered), Some(product)) = (ordered, frame.product(index)) else { return Ok(None) };
    let (per, unit) = found.covers.measure();
    // price / per, for 1 / factor(priced unit) of a base unit, of which the ordered unit holds factor(ordered unit).
    let Some(priced) = product.factor(unit.unwrap_or(product.unit)) else { return Ok(None) };
    let (per_numerator, per_denominator) = Exact::from_decimal(per)?.lowest_terms();
    let Some(factor) = product.factor(ordered.unit) else { return Ok(None) };
    let (up, down) = factor.times(priced.inverse())?.parts();
    found.price.to_exact()?.times(per_denominator, per_numerator)?.times(up.into(), down.into()).map(Some)
}

/// What a line costs at a price, not rounded: more than the price that is shown times the quantity where its decimals never end.
fn exact_amount(frame: &Frame<'_>, index: usize, found: &Found) -> Option<Exact> {
    let quantity = Exact::from_decimal(frame.lines.get(index)?.quantity).ok()?;
    price_as_ordered(frame, index, found).ok()??.product(quantity).ok()
}

/// A line that could be priced and has no price says which lists were asked.
fn no_price(frame: &Frame<'_>, step: &PriceStep, index: usize, request: &QuoteRequest, out: &mut Outcome) {
    let (Some(line), Some(asked)) = (frame.lines.get(index), request.lines.get(index)) else { return };
    if line.ordered.is_none() {
        return;
    }
    let message = format!("the product `{}` has no price on `{}`", asked.product, request.date);
    let (searched, reasons) = prices::searched(frame, &step.access, index, request);
    let finding = Finding::new(PricingCode::NoPrice, Severity::Error, message).line(asked.id.clone());
    out.findings.push(finding.detail("searched", searched).detail("reasons", reasons));
}
