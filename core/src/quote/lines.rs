//! Reading the lines of a request: products, quantities. What is business goes into findings, what cannot be judged into diagnostics.

use std::cmp::Ordering;

use super::request::{QuoteLineRequest, QuoteRequest};
use super::result::{Asked, Line};
use crate::catalog::{Brief, FoundProducts, Product, ProductStatus, QuantityProblem};
use crate::id::{Set, short};
use crate::report::{CatalogCode, Detail, Diagnostics, Finding, LimitCode, Path, QuoteCode, Severity, did_you_mean};
use crate::rulebook::{NegativeQuantities, Parts};

/// What few documents have, found in one pass over the lines, so that the others are not asked again.
pub(super) struct Survey<'q> {
    /// Whether the ids ascend, as numbered ones do: then they differ, and nothing needs to be remembered.
    ids_ascend: bool,
    pub(super) attributes: bool,
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

/// There are lines, not too many, and no two have one id.
#[inline]
pub(super) fn check_lines(parts: &Parts, request: &QuoteRequest, survey: &Survey<'_>, diagnostics: &mut Diagnostics) {
    let count = request.lines.len();
    if count == 0 || count > parts.limits.lines || !survey.ids_ascend {
        check_each(parts, request, diagnostics);
    }
}

/// [`check_lines`] one by one.
#[inline(never)]
fn check_each(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) {
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
