//! The tax step of a quote.

use super::charge_tax;
use super::extras::ExtraParts;
use super::failure::sum_too_large;
use super::frame::Frame;
use super::outcome::Outcome;
use super::request::QuoteRequest;
use super::result::{Entry, Source};
use super::returns;
use crate::expr::{EvalError, Facts, Value};
use crate::id::{Ordinal, Symbol};
use crate::money::{ArithmeticError, Decimal};
use crate::report::{Diagnostic, Error, Finding, LimitCode, Path, Severity, TaxCode};
use crate::rulebook::Step;
use crate::tax::{Assessment, FoundStack, MissingRate, Moment, PriceMode, Tax, TaxLine, TaxStep, Taxed, Way};

/// Finds what every line bears, computes tax, and ends the waterfalls.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    step: &TaxStep,
    number: Ordinal,
    request: &QuoteRequest,
    out: &mut Outcome,
) -> Result<(), Error> {
    let Some(tax) = &frame.parts.tax else { return Ok(()) };
    let overflow = |error: crate::money::ArithmeticError| {
        Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), format!("in the step `{}`: {error}", step.id)))
    };
    // 1. What each line bears.
    let (buyer, met) = Buyer::of(frame, tax, step).map_err(overflow)?;
    let tax = met.as_ref().unwrap_or(tax);
    if country(frame).is_none() {
        let message = "the document has no `destination.country`, and the rulebook has no default";
        out.findings.push(Finding::new(TaxCode::NoDestination, Severity::Error, message));
    }
    let mut lines = find_taxes(frame, tax, step, &buyer, |line, category| missing_rate(frame, line, category, request, out))?;
    let goods = lines.len();
    charge_tax::add(frame, tax, step, &buyer, &mut lines, out).map_err(overflow)?;
    // 2. Tax.
    step.apply(tax, frame.parts.currency, &lines, &mut out.extras.tax).map_err(overflow)?;
    // 3. The last step of the waterfalls: the tax that is added, or nothing where the price includes it.
    for (index, (line, tax_line)) in frame.lines.iter_mut().zip(lines.iter().take(goods)).enumerate() {
        if line.price.is_some() {
            let taxed = out.extras.tax.taxed.get(index).copied().unwrap_or_default();
            let (before, taxed) = (line.figure.amount, if line.returned { taxed.negated() } else { taxed });
            let source = Source::TaxRate(tax_line.stack.and_then(|stack| tax.only_rate(stack)).map(Ordinal::of));
            let entry = Entry { step: number, source, base: taxed.net, before, after: taxed.gross, unit_price: None, next: None };
            out.record_step(line, entry);
        }
    }
    let ExtraParts { tax: assessed, charges, .. } = &mut *out.extras;
    for charge in charges {
        let parts = assessed.taxed.get(charge.tax_lines.clone()).unwrap_or_default();
        charge.taxed = parts.iter().try_fold(Taxed::default(), |sum, part| sum.plus(*part)).map_err(overflow)?;
    }
    out.taxed = true;
    Ok(())
}

/// Where the document goes, whose it is and when, as far as taxes ask.
pub(super) struct Buyer {
    /// The places whose rates may be for it; none when the document names no destination, or one that no rate knows.
    way: Way,
    class: Option<Symbol>,
    moment: Option<Moment>,
    /// Where the taxes of several places may meet, what each category bears, and what it bears at home.
    met: Option<Vec<(Symbol, [Option<FoundStack>; 2])>>,
}

impl Buyer {
    /// With the taxes in which those that meet are solved, where taxes of several places may.
    fn of(frame: &Frame<'_>, tax: &Tax, step: &TaxStep) -> Result<(Self, Option<Tax>), ArithmeticError> {
        let symbol = |slot| if let Value::Text(text) = frame.value(slot, None) { text.symbol } else { None };
        let way = match frame.value(frame.parts.attributes.document.country, None) {
            Value::Text(text) => tax.way(text.symbol, frame),
            _ => Way::default(),
        };
        let date = if let Value::Date(date) = frame.value(frame.parts.attributes.document.date, None) { Some(date) } else { None };
        let moment = date.map(|date| Moment { date, at: frame.at });
        let mut buyer = Self { way, class: tax.customer_class().and_then(symbol), moment, met: None };
        let met = if tax.has_meetings() { buyer.meet(tax, step)? } else { None };
        Ok((buyer, met))
    }

    /// Finds what every category bears where taxes of several places may meet.
    fn meet(&mut self, tax: &Tax, step: &TaxStep) -> Result<Option<Tax>, ArithmeticError> {
        let Some(moment) = self.moment else { return Ok(None) };
        let mut solved = tax.clone();
        let home = step.home().map(|home| tax.way_to(home));
        let mut met = Vec::new();
        for category in tax.categories() {
            let here = solved.meet(category, &self.way, self.class, moment)?;
            let at_home = home.as_ref().map_or(Ok(None), |home| solved.meet(category, home, None, moment))?;
            met.push((category, [here, at_home]));
        }
        self.met = Some(met);
        Ok(Some(solved))
    }

    fn met(&self, category: Symbol) -> Option<[Option<FoundStack>; 2]> {
        let found = self.met.as_ref()?.iter().find(|(known, _)| *known == category);
        Some(found.map_or([None, None], |(_, found)| *found))
    }

    /// What a category bears.
    pub(super) fn find(&self, tax: &Tax, category: Symbol) -> Option<FoundStack> {
        if let Some([here, _]) = self.met(category) {
            return here;
        }
        let moment = self.moment?;
        self.way.places().find_map(|place| tax.find(category, place, self.class, moment))
    }

    /// What a category bears at home, for customers of no class.
    fn find_at(&self, tax: &Tax, category: Symbol, destination: Symbol) -> Option<FoundStack> {
        if let Some([_, at_home]) = self.met(category) {
            return at_home;
        }
        let moment = self.moment?;
        tax.way_to(destination).places().find_map(|place| tax.find(category, place, None, moment))
    }
}

/// What every line bears; it is told which lines must bear something and have no rate.
fn find_taxes(
    frame: &Frame<'_>,
    tax: &Tax,
    step: &TaxStep,
    buyer: &Buyer,
    mut missing: impl FnMut(usize, Option<Symbol>),
) -> Result<Vec<TaxLine>, Error> {
    let has_destination = country(frame).is_some();
    let mut lines = Vec::with_capacity(frame.lines.len());
    // Lines of one category bear the same; most documents have one or two.
    let mut last: Option<(Symbol, Option<FoundStack>)> = None;
    for (index, line) in frame.lines.iter().enumerate() {
        let category = frame.product(index).and_then(|product| product.tax);
        let taxed = line.price.is_some() && has_destination;
        let found = match (category, last) {
            (Some(category), Some((known, found))) if known == category => found,
            (Some(category), _) => {
                let found = buyer.find(tax, category);
                last = Some((category, found));
                found
            }
            (None, _) => None,
        };
        if taxed && !found.is_some_and(|found| found.complete) && tax.missing_rate() == MissingRate::Refuse {
            missing(index, category);
        }
        let stack = found.filter(|_| taxed).map(|found| found.number);
        let mode = if line.price.is_some() { step.mode_of_line(frame, index) } else { Ok(PriceMode::Net) };
        let mode = mode.map_err(|error| no_mode(&error, step, index))?;
        let home = step.home().zip(category).filter(|_| stack.is_some());
        lines.push(TaxLine {
            amount: line.figure.amount,
            mode,
            stack,
            home: home.and_then(|(home, category)| buyer.find_at(tax, category, home)).map(|found| found.number),
            quantity: line.quantity,
            returned: line.returned,
            counts: line.price.is_some(),
            units: line.ordered.map(|ordered| ordered.base_quantity()).unwrap_or_default(),
        });
    }
    Ok(lines)
}

/// `document.net_amount` and `document.gross_amount`: what the lines come to as they enter a step, if they were taxed as they are now.
/// Where nothing is taxed both are `amount`.
pub(super) fn enter(frame: &mut Frame<'_>, amount: i64) -> Result<(), Error> {
    let step = frame.parts.procedure.iter().find_map(|step| if let Step::Tax(step) = step { Some(step) } else { None });
    let (mut net, mut gross) = (amount, amount);
    if let (Some(step), Some(tax)) = (step, &frame.parts.tax) {
        let (buyer, met) = Buyer::of(frame, tax, step).map_err(|_| sum_too_large())?;
        let tax = met.as_ref().unwrap_or(tax);
        let mut lines = find_taxes(frame, tax, step, &buyer, |_, _| {})?;
        if frame.has_returns {
            for (_, line) in lines.iter_mut().enumerate().filter(|(line, _)| returns::is_apart(frame, *line)) {
                (line.amount, line.stack, line.counts) = (0, None, false);
            }
        }
        let mut assessed = Assessment::default();
        step.apply(tax, frame.parts.currency, &lines, &mut assessed).map_err(|_| sum_too_large())?;
        let sum = assessed.taxed.iter().try_fold(Taxed::default(), |sum, line| sum.plus(*line)).map_err(|_| sum_too_large())?;
        (net, gross) = (sum.net, sum.gross);
    }
    let scale = u32::from(frame.parts.currency.minor_units());
    let names = frame.parts.attributes.document;
    for (slot, minor) in [(names.net_amount, net), (names.gross_amount, gross)] {
        frame.set(slot, Value::Number(Decimal::from_parts(minor.into(), scale).map_err(|_| sum_too_large())?));
    }
    Ok(())
}

/// A condition that has no result is about the request's line, and names the step.
fn no_mode(error: &EvalError, step: &TaxStep, line: usize) -> Error {
    let lines = Path::ROOT.field("lines");
    let message = format!("whether the price includes tax has no answer here, in the step `{}`: {}", step.id, error.message);
    Diagnostic::error(error.code, &lines.index(line), message).into()
}

/// The destination as the document or the rulebook names it.
pub(super) fn country<'f>(frame: &'f Frame<'_>) -> Option<&'f str> {
    match frame.value(frame.parts.attributes.document.country, None) {
        Value::Text(text) => Some(text.text),
        _ => None,
    }
}

fn missing_rate(frame: &Frame<'_>, line: usize, category: Option<Symbol>, request: &QuoteRequest, out: &mut Outcome) {
    let Some(asked) = request.lines.get(line) else { return };
    let country = country(frame).unwrap_or_default();
    let finding = |message| Finding::new(TaxCode::MissingRate, Severity::Error, message).line(asked.id.clone());
    let finding = match category.map(|category| frame.parts.symbols.text(category)) {
        Some(category) => {
            let message = format!("a tax rate is missing for the category `{category}` in `{country}` on `{}`", request.date);
            finding(message).detail("category", category)
        }
        None => finding(format!("the product `{}` has no tax category; give it one under `tax`", asked.product)),
    };
    out.findings.push(finding.detail("destination", country));
}

/// A procedure without tax: what is net is gross.
pub(super) fn none(frame: &Frame<'_>, out: &mut Outcome) {
    if out.extras.any_mut().is_some() {
        charge_no_tax(frame, out);
    }
    out.taxed = true;
}

#[inline(never)]
fn charge_no_tax(frame: &Frame<'_>, out: &mut Outcome) {
    for charge in out.extras.charges_mut() {
        if charge_tax::stands_alone(frame, charge) {
            charge.taxed = Taxed::untaxed(charge.charged.amount);
        }
    }
}
