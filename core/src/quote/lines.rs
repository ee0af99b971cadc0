//! Reading a request: facts, products, quantities. What is business goes into findings, what cannot be judged into diagnostics.

use std::cmp::Ordering;

use super::frame::{Frame, Lists, known, text};
use super::request::{QuoteLineRequest, QuoteRequest};
use super::result::{Asked, Line};
use crate::catalog::{Brief, FoundProducts, Product, ProductStatus, QuantityProblem};
use crate::expr::{Constant, Name, Scope, Slot, Value};
use crate::id::{Set, short};
use crate::report::{CatalogCode, Detail, Diagnostics, Finding, LimitCode, Path, QuoteCode, Severity, did_you_mean};
use crate::rulebook::{FactReader, Given, NegativeQuantities, Parts};

/// What few documents have, found in one pass over the lines, so that the others are not asked again.
pub(super) struct Survey<'q> {
    /// Whether the ids ascend, as numbered ones do: then they differ, and nothing needs to be remembered.
    ids_ascend: bool,
    attributes: bool,
    pub(super) overrides: bool,
    /// Whether a line names a price beside which it is to be shown.
    pub(super) prior_prices: bool,
    /// The last id, and as a number where it is short.
    last: Option<(u64, &'q str)>,
}

impl<'q> Survey<'q> {
    pub(super) const fn new() -> Self {
        Self { ids_ascend: true, attributes: false, overrides: false, prior_prices: false, last: None }
    }

    /// Looks at the next line.
    #[inline]
    pub(super) fn see(&mut self, line: &'q QuoteLineRequest) {
        let id = line.id.as_str();
        // Of a short id the first byte counts most.
        let number = short(id).map_or(u64::MAX, u64::swap_bytes);
        self.ids_ascend &= self.last.is_none_or(|(before, text)| match (text.len().cmp(&id.len()), before.cmp(&number)) {
            (Ordering::Equal, Ordering::Equal) => text < id,
            (Ordering::Equal, order) | (order, _) => order.is_lt(),
        });
        self.attributes |= !line.attributes.is_empty();
        self.overrides |= !line.overrides.is_empty();
        self.prior_prices |= line.prior_price.is_some();
        self.last = Some((number, id));
    }
}

/// Checks the request's shape of business: lines there, ids different, facts declared and of their type, required ones given.
#[inline(never)]
pub(super) fn read_facts(parts: &Parts, request: &QuoteRequest, survey: &Survey<'_>, diagnostics: &mut Diagnostics) -> Vec<Given> {
    let count = request.lines.len();
    if count == 0 || count > parts.limits.lines || !survey.ids_ascend {
        check_lines(parts, request, diagnostics);
    }
    let scopes = [("customer", &request.customer), ("destination", &request.destination), ("document", &request.document)];
    let mut given = Vec::with_capacity(scopes.iter().map(|(_, facts)| facts.len()).sum());
    let settable = |slot: Slot| settable(parts, slot);
    let reader = FactReader { vocabulary: &parts.attributes.vocabulary, symbols: &parts.symbols, settable: &settable };
    for (scope, facts) in scopes {
        reader.read(scope, facts, None, &Path::ROOT.field(scope), &mut given, diagnostics);
    }
    let lines = Path::ROOT.field("lines");
    let with_attributes = if survey.attributes { request.lines.as_slice() } else { &[] };
    for (number, line) in with_attributes.iter().enumerate().filter(|(_, line)| !line.attributes.is_empty()) {
        let place = lines.index(number);
        reader.read("line", &line.attributes, Some(number), &place.field("attributes"), &mut given, diagnostics);
    }
    check_required(parts, request, &given, diagnostics);
    given
}

/// There are lines, not too many, and no two have one id.
#[inline(never)]
fn check_lines(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) {
    let path = Path::ROOT.field("lines");
    let count = request.lines.len();
    if count == 0 {
        diagnostics.error(QuoteCode::NoLines, &path, "a document needs at least one line");
    } else if count > parts.limits.lines {
        let message = format!("the document has {count} lines; at most {} are priced at once", parts.limits.lines);
        diagnostics.error(LimitCode::TooMany, &path, message);
        return;
    }
    let mut seen: Set<&str> = Set::with_capacity_and_hasher(request.lines.len(), foldhash::fast::FixedState::default());
    for (number, line) in request.lines.iter().enumerate() {
        if !seen.insert(line.id.as_str()) {
            let message = format!("there is another line `{}` before this one; ids must differ", line.id);
            diagnostics.error(QuoteCode::DuplicateLine, &path.index(number).field("id"), message);
        }
    }
}

/// Whether a host gives the value; the others the engine computes.
fn settable(parts: &Parts, slot: Slot) -> bool {
    let document = &parts.attributes.document;
    let line = &parts.attributes.line;
    match slot.scope {
        Scope::Document => {
            let amounts = [document.list_amount, document.amount, document.net_amount, document.gross_amount];
            ![document.line_count, document.quantity].contains(&slot) && !amounts.contains(&slot)
        }
        Scope::Line => {
            ![line.is_return, line.quantity, line.unit, line.price_list, line.list_price, line.list_amount, line.amount].contains(&slot)
        }
    }
}

/// Every attribute without a default is given; whether it has the right type is another question.
fn check_required(parts: &Parts, request: &QuoteRequest, given: &[Given], diagnostics: &mut Diagnostics) {
    let was_read = |slot: &Slot| match slot.scope {
        Scope::Document => given.iter().any(|fact| fact.slot == *slot),
        // Those of products were asked of the catalogue.
        Scope::Line => slot.index < parts.attributes.product_slots,
    };
    for slot in parts.attributes.required.iter().filter(|slot| !was_read(slot)) {
        if let Some(name) = parts.attributes.vocabulary.name(*slot) {
            check_given(request, name, diagnostics);
        }
    }
}

/// Whether the attribute is given, of the document or of every line.
#[inline(never)]
fn check_given(request: &QuoteRequest, name: &Name, diagnostics: &mut Diagnostics) {
    let (scope, key) = name.words();
    let facts = match scope {
        "customer" => &request.customer,
        "destination" => &request.destination,
        _ => &request.document,
    };
    let mut missing = |path: &Path<'_>| {
        let message = format!("the attribute `{}` is missing; the rulebook declares it without a default", name.name);
        diagnostics.error(QuoteCode::MissingAttribute, path, message);
    };
    match name.slot.scope {
        Scope::Document if facts.get(key).is_none() => missing(&Path::ROOT.field(scope).field(key)),
        Scope::Document => {}
        Scope::Line => {
            let lines = Path::ROOT.field("lines");
            for (number, _) in request.lines.iter().enumerate().filter(|(_, line)| line.attributes.get(key).is_none()) {
                missing(&lines.index(number).field("attributes").field(key));
            }
        }
    }
}

/// Every default, then every fact of the request: where it belongs, to which line (to all where it says none), and what it is.
fn all_given<'q>(parts: &'q Parts, given: &'q [Given]) -> impl Iterator<Item = (Slot, Option<usize>, &'q Constant)> + Clone {
    let defaults = parts.attributes.defaults.iter().map(|(slot, constant)| (*slot, None, constant));
    defaults.chain(given.iter().map(|fact| (fact.slot, fact.line, &fact.constant)))
}

/// Gives every list among [`all_given`] a place to stand: an entry for each of them, or none at all where there is no list.
pub(super) fn given_lists<'q>(parts: &'q Parts, given: &'q [Given]) -> Lists<'q> {
    let constants = all_given(parts, given).map(|(_, _, constant)| constant);
    if !constants.clone().any(|constant| matches!(constant, Constant::List(_))) {
        return Vec::new();
    }
    constants.map(|constant| constant.items(&parts.symbols).unwrap_or_default().into()).collect()
}

/// The lists of the lines' products that expressions read, line after line.
pub(super) fn product_lists<'q>(parts: &'q Parts, lines: &[Line]) -> Lists<'q> {
    let mut lists = Vec::new();
    if parts.product_lists.is_empty() {
        return lists;
    }
    for line in lines {
        let product = line.product_number().and_then(|number| parts.catalog.product(number));
        for slot in &parts.product_lists {
            lists.push(product.map(|product| product_list(parts, product, *slot)).unwrap_or_default().into());
        }
    }
    lists
}

fn product_list<'q>(parts: &'q Parts, product: &'q Product, slot: u16) -> Vec<Value<'q>> {
    if slot == parts.attributes.product.categories.index {
        return product.categories().iter().map(|symbol| known(parts, *symbol)).collect();
    }
    let default = || {
        parts.attributes.defaults.iter().find(|(known, _)| known.scope == Scope::Line && known.index == slot).map(|(_, default)| default)
    };
    product.fact(slot).or_else(default).and_then(|fact| fact.items(&parts.symbols)).unwrap_or_default()
}

/// Fills the frame with the request's facts and the declared defaults.
#[inline(never)]
pub(super) fn fill<'q>(frame: &mut Frame<'q>, request: &'q QuoteRequest, given: &'q [Given], lists: &'q Lists<'q>) {
    let parts = frame.parts;
    frame.document = missing(parts.attributes.vocabulary.slot_count(Scope::Document));
    let width = Frame::line_width(parts);
    // Only the declared attributes of lines are stored; the engine's own are computed when they are read.
    if parts.attributes.vocabulary.slot_count(Scope::Line) > parts.attributes.own_line_slots {
        frame.line_values = missing(width.saturating_mul(request.lines.len()));
    }
    for (place, (slot, line, constant)) in all_given(parts, given).enumerate() {
        let value = match constant {
            Constant::List(_) => Value::List(lists.get(place).map_or(&[], |list| list)),
            other => other.value(&parts.symbols),
        };
        match (slot.scope, line) {
            (Scope::Document, _) => frame.set(slot, value),
            (Scope::Line, Some(line)) => set_line(frame, slot, line, value),
            (Scope::Line, None) => (0..request.lines.len()).for_each(|line| set_line(frame, slot, line, value)),
        }
    }
    let own = parts.attributes.document;
    frame.set(own.date, Value::Date(request.date));
    frame.set(own.currency, known(parts, parts.currency_code));
    if let Some(channel) = &request.channel {
        frame.set(own.channel, text(parts, channel));
    }
    let default = parts.tax.as_ref().and_then(crate::tax::Tax::default_destination);
    if let Some(default) = default.filter(|_| request.destination.get("country").is_none()) {
        frame.set(own.country, known(parts, default));
    }
    let count = u64::try_from(request.lines.len()).unwrap_or(u64::MAX);
    frame.set(own.line_count, Value::Number(count.into()));
}

/// So many values that nobody has given.
#[inline(never)]
fn missing<'q>(count: usize) -> Vec<Value<'q>> {
    vec![Value::Missing; count]
}

fn set_line<'q>(frame: &mut Frame<'q>, slot: Slot, line: usize, value: Value<'q>) {
    let first = usize::from(frame.parts.attributes.product_slots);
    let place =
        usize::from(slot.index).checked_sub(first).and_then(|slot| line.checked_mul(Frame::line_width(frame.parts))?.checked_add(slot));
    if let Some(place) = place.and_then(|place| frame.line_values.get_mut(place)) {
        *place = value;
    }
}

/// The lines as they are asked for, with the products that were found for them.
///
/// A function of its own, so that what its loop needs stays in registers.
#[inline(never)]
pub(super) fn asked(lines: &[QuoteLineRequest], products: &FoundProducts) -> Vec<Line> {
    lines.iter().zip(products.iter()).map(|(line, product)| asked_for(line, product)).collect()
}

/// The line as it is asked for; `product` is what it asks for. What a plain line orders is written down at once: whole base units of what
/// is sold in any quantity.
#[inline]
fn asked_for(line: &QuoteLineRequest, product: Option<Brief>) -> Line {
    let asked = product.map_or_else(|| Asked::Unknown(Box::new(line.product.clone())), |brief| Asked::Known(brief.number));
    let ordered = product.filter(|_| line.unit.is_none()).and_then(|brief| brief.order(line.quantity));
    Line::asking(line.id.clone(), line.quantity, asked, ordered)
}

/// Resolves the lines that are not plain.
#[inline(never)]
pub(super) fn resolve(
    parts: &Parts,
    request: &QuoteRequest,
    lines: &mut [Line],
    findings: &mut Vec<Finding>,
    diagnostics: &mut Diagnostics,
) {
    let all = lines.iter_mut().zip(&request.lines).enumerate();
    for (number, (state, line)) in all.filter(|(_, (state, _))| state.ordered.is_none()) {
        resolve_line(parts, line, number, state, findings, diagnostics);
    }
}

/// Converts the quantity of a line that is not plain, and judges it. Remarks go to the findings.
fn resolve_line(
    parts: &Parts,
    line: &QuoteLineRequest,
    number: usize,
    state: &mut Line,
    findings: &mut Vec<Finding>,
    diagnostics: &mut Diagnostics,
) {
    let mut remark = |finding: Finding| findings.push(finding.line(line.id.clone()));
    let Some(product) = state.product_number().and_then(|number| parts.catalog.product(number)) else {
        remark(unknown_product(parts, line));
        return;
    };
    state.returned = line.quantity.is_negative() && parts.negative_quantities != NegativeQuantities::Refuse;
    // What comes back may be what is sold no more, and in any number.
    if let Some(finding) = status_remark(parts, product, line).filter(|_| !state.returned) {
        let unsold = finding.severity == Severity::Error;
        remark(finding);
        if unsold {
            return;
        }
    }
    if state.returned {
        state.quantity = line.quantity.negated();
    } else if line.quantity.is_negative() || line.quantity.is_zero() && !parts.pricing.charges_at_zero() {
        let takes = if line.quantity.is_negative() { "; the rulebook's `negative_quantities` may take goods that come back" } else { "" };
        let message = format!("the quantity `{}` is not above zero{takes}", line.quantity);
        remark(Finding::new(QuoteCode::Quantity, Severity::Error, message).detail("quantity", line.quantity));
        return;
    }
    let unit = match line.unit.as_ref().map(|unit| (unit, parts.symbols.find(unit.as_str()))) {
        Some((unit, None)) => {
            remark(unknown_unit(parts, product, unit.as_str()));
            return;
        }
        Some((_, symbol)) => symbol,
        None => None,
    };
    match parts.catalog.check_quantity(product, state.quantity, unit) {
        Ok((ordered, problem)) => {
            state.ordered = ordered;
            if let Some(problem) = problem.filter(|_| !state.returned || ordered.is_none()) {
                remark(quantity_remark(parts, product, line, problem));
            }
        }
        Err(error) => {
            let lines = Path::ROOT.field("lines");
            diagnostics.error(LimitCode::Overflow, &lines.index(number).field("quantity"), format!("`{}`: {error}", line.quantity));
        }
    }
}

fn unknown_product(parts: &Parts, line: &QuoteLineRequest) -> Finding {
    let message = format!("there is no product `{}`", line.product);
    let finding = Finding::new(CatalogCode::UnknownProduct, Severity::Error, message).detail("product", line.product.as_str());
    match did_you_mean(line.product.as_str(), parts.catalog.ids()) {
        Some(help) => finding.detail("help", help),
        None => finding,
    }
}

fn status_remark(parts: &Parts, product: &Product, line: &QuoteLineRequest) -> Option<Finding> {
    let (code, severity, what) = match product.status {
        ProductStatus::Active => return None,
        ProductStatus::PhasedOut => (CatalogCode::PhasedOut, Severity::Warning, "is being phased out"),
        ProductStatus::Discontinued => (CatalogCode::Discontinued, Severity::Error, "is not sold any more"),
    };
    let successor = product.successor.map(|successor| parts.symbols.text(successor));
    let hint = successor.map(|successor| format!("; its successor is `{successor}`")).unwrap_or_default();
    let finding = Finding::new(code, severity, format!("the product `{}` {what}{hint}", line.product));
    Some(match successor {
        Some(successor) => finding.detail("successor", successor),
        None => finding,
    })
}

fn unknown_unit(parts: &Parts, product: &Product, unit: &str) -> Finding {
    let known: Vec<Detail> = product.units().map(|unit| parts.symbols.text(unit).into()).collect();
    let message = format!("the product `{}` is not sold by the `{unit}`", parts.symbols.text(product.id));
    Finding::new(CatalogCode::UnknownUnit, Severity::Error, message).detail("unit", unit).detail("units", known)
}

fn quantity_remark(parts: &Parts, product: &Product, line: &QuoteLineRequest, problem: QuantityProblem) -> Finding {
    let base = parts.symbols.text(product.unit);
    let quantity = line.quantity;
    match problem {
        QuantityProblem::UnknownUnit => unknown_unit(parts, product, line.unit.as_ref().map_or(base, |unit| unit.as_str())),
        QuantityProblem::Decimals { allowed } => {
            let message = format!("the quantity `{quantity}` has more decimals than the unit allows ({allowed})");
            Finding::new(CatalogCode::QuantityDecimals, Severity::Error, message)
                .detail("quantity", quantity)
                .detail("decimals", i64::from(allowed))
        }
        QuantityProblem::BelowMinimum { upper } => {
            let message = format!("the quantity `{quantity}` is below the minimum order quantity; order at least {upper} {base}");
            Finding::new(CatalogCode::BelowMinimum, Severity::Error, message).detail("quantity", quantity).detail("at_least", upper)
        }
        QuantityProblem::NotMultiple { lower, upper } => {
            let nearest = lower.map_or_else(|| format!("{upper} {base}"), |lower| format!("{lower} or {upper} {base}"));
            let message = format!("the quantity `{quantity}` is not a multiple of the order multiple; order {nearest}");
            let finding = Finding::new(CatalogCode::NotMultiple, Severity::Error, message).detail("quantity", quantity);
            let finding = lower.into_iter().fold(finding, |finding, lower| finding.detail("lower", lower));
            finding.detail("upper", upper)
        }
    }
}
