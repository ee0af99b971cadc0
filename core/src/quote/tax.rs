//! The tax step of a quote.

use super::frame::Frame;
use super::outcome::Outcome;
use super::request::QuoteRequest;
use super::result::{Entry, Source};
use crate::expr::{Facts, Value};
use crate::id::{Ordinal, Symbol};
use crate::report::{Diagnostic, Error, Finding, LimitCode, Path, Severity, TaxCode};
use crate::tax::{MissingRate, TaxGroup, TaxLine, TaxStep, Taxed};

/// Finds every line's rate, computes tax, and ends the waterfalls.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    step: &TaxStep,
    number: Ordinal,
    request: &QuoteRequest,
    out: &mut Outcome,
) -> Result<(), Error> {
    let Some(tax) = &frame.parts.tax else { return Ok(()) };
    let country = frame.value(frame.parts.attributes.document.country, None);
    let destination = match country {
        Value::Text(text) => Ok(text.symbol),
        _ => Err(()),
    };
    if destination.is_err() {
        let message = "the document has no `destination.country`, and the rulebook has no default";
        out.findings.push(Finding::new(TaxCode::NoDestination, Severity::Error, message));
    }
    // 1. Rates.
    let mut lines = Vec::with_capacity(frame.lines.len());
    for (index, line) in frame.lines.iter().enumerate() {
        let rate = match (line.price, destination) {
            (Some(_), Ok(destination)) => rate(frame, index, destination, request, out),
            _ => None,
        };
        lines.push(TaxLine { amount: line.figure.amount, rate });
    }
    // 2. Tax.
    let mut taxed = Vec::new();
    let groups = step.apply(tax.rates(), frame.parts.currency, &lines, &mut taxed).map_err(|error| {
        Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), format!("in the step `{}`: {error}", step.id)))
    })?;
    let priced =
        |group: &TaxGroup| group.rate.is_some() || frame.lines.iter().zip(&lines).any(|(line, l)| line.price.is_some() && l.rate.is_none());
    out.groups = groups.into_iter().filter(priced).collect();
    // 3. The last step of the waterfalls: the tax that is added, or nothing where the price includes it.
    for ((line, taxed), tax_line) in frame.lines.iter_mut().zip(taxed).zip(&lines) {
        line.taxed = taxed;
        line.rate = tax_line.rate.map(Ordinal::of);
        if line.price.is_some() {
            let (before, base) = (line.figure.amount, taxed.net);
            let source = Source::TaxRate(line.rate);
            let entry = Entry { step: number, source, base, before, after: taxed.gross, unit_price: None, next: None };
            out.record_step(line, entry);
        }
    }
    out.taxed = true;
    Ok(())
}

fn rate(frame: &Frame<'_>, index: usize, destination: Option<Symbol>, request: &QuoteRequest, out: &mut Outcome) -> Option<usize> {
    let tax = frame.parts.tax.as_ref()?;
    let category = frame.product(index)?.tax;
    let rate = category.zip(destination).and_then(|(category, destination)| tax.rate(category, destination, request.date));
    if rate.is_none() && tax.missing_rate() == MissingRate::Refuse {
        let asked = request.lines.get(index)?;
        let country = match frame.value(frame.parts.attributes.document.country, None) {
            Value::Text(text) => text.text,
            _ => "",
        };
        let finding = |message| Finding::new(TaxCode::MissingRate, Severity::Error, message).line(asked.id.clone());
        let finding = match category.map(|category| frame.parts.symbols.text(category)) {
            Some(category) => {
                let message = format!("there is no tax rate for the category `{category}` in `{country}` on `{}`", request.date);
                finding(message).detail("category", category)
            }
            None => finding(format!("the product `{}` has no tax category; give it one under `tax`", asked.product)),
        };
        out.findings.push(finding.detail("destination", country));
    }
    rate
}

/// A procedure without tax: what is net is gross.
pub(super) fn none(frame: &mut Frame<'_>) {
    for line in &mut frame.lines {
        line.taxed = Taxed { net: line.figure.amount, tax: 0, gross: line.figure.amount };
    }
}
