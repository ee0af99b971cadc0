//! The step that finds prices: first in plain lists, then in all; and what stands beside them.

use super::comparison::others;
use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::ladder::ladders;
use super::outcome::Outcome;
use super::prices::{self, OrderedLines, TariffResult};
use super::request::{Explain, QuoteRequest};
use super::result::{Entry, Line, ListPrice, Source};
use super::returns;
use crate::adjust::Figure;
use crate::expr::Value;
use crate::id::Ordinal;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Rounding, UnitPrice};
use crate::pricing::{Covers, Found, FoundPrices, Portion, PriceStep};
use crate::report::{Diagnostic, Error, Finding, LimitCode, Path, PricingCode, Severity};

/// Finds the price of every line that has a product and a quantity.
#[inline(never)]
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
    if frame.lines.iter().any(|line| line.price.is_none()) {
        sum = sum.checked_add(find_open_prices(frame, step, number, request, scratch, out)?).ok_or_else(sum_too_large)?;
    }
    if parts.pricing.converts() || scratch.prices.has_tariffs() {
        out.extras.tariffs = TariffResult::of(&scratch.prices, frame, request);
    }
    if frame.has_returns {
        sum = returns::counted(frame, |line| line.price.map_or(0, |price| price.amount)).ok_or_else(sum_too_large)?;
    }
    let amount = Decimal::from_parts(sum.into(), parts.currency.minor_units().into()).map_err(|_| sum_too_large())?;
    frame.set(parts.attributes.document.list_amount, Value::Number(amount));
    if remembers_prices(frame, request) {
        look_again(frame, step, request, &scratch.prices, out)?;
    }
    Ok(())
}

/// Finds the prices of the lines that no plain list prices. What they come to is returned.
#[inline(never)]
fn find_open_prices(
    frame: &mut Frame<'_>,
    step: &PriceStep,
    number: Ordinal,
    request: &QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<i64, Error> {
    let is_open = |(number, line): (usize, &Line)| line.price.is_none().then_some(number);
    let open: Vec<usize> = frame.lines.iter().enumerate().filter_map(is_open).collect();
    look_up_prices(frame, step, request, &open, &mut scratch.prices)?;
    let in_portions = scratch.prices.has_portions();
    let mut sum = 0_i64;
    for index in open {
        let Some(found) = scratch.prices.of_line(index) else {
            no_price(frame, step, index, request, out);
            continue;
        };
        let Some(price) = list_price(frame, index, found).map_err(|error| too_large(index, error))? else { continue };
        sum = sum.checked_add(price.amount).ok_or_else(sum_too_large)?;
        let exact = if out.extras.unrounded.wanted { exact_amount(frame, index, found) } else { None };
        let Some(line) = frame.lines.get_mut(index) else { continue };
        // What is no price times a quantity goes on as an amount.
        let by_line = matches!(found.covers, Covers::Line { .. });
        (line.price, line.figure) = (Some(price), Figure { amount: price.amount, unit: (!by_line).then_some(price.unit_price) });
        let entry = list_entry(number, price);
        if in_portions {
            record_portions(index, line, entry, scratch.prices.portions(index), out);
        }
        if !by_line {
            exact.into_iter().for_each(|exact| out.extras.unrounded.keep(index, &entry, exact));
            out.record_step(line, entry);
        }
    }
    Ok(sum)
}

/// Finds what stands beside the prices: other prices, ladders.
#[inline(never)]
fn look_again(
    frame: &mut Frame<'_>,
    step: &PriceStep,
    request: &QuoteRequest,
    prices: &FoundPrices,
    out: &mut Outcome,
) -> Result<(), Error> {
    out.extras.others = others(frame, request, prices)?;
    if request.price_ladder {
        out.extras.ladders = ladders(frame, step, request, prices)?;
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
        out.extras.unrounded.keep(number, &entry, portion.exact);
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
        sum = sum.checked_add(price.amount).ok_or_else(sum_too_large)?;
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
