//! Makes invoices.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::amounts::{Amounts, money};
use super::compile::Receivables;
use super::due::{self, DueError};
use super::invoice::{Invoice, InvoiceCharge, InvoiceLine};
use super::taxes::{self, InvoiceTax};
use crate::id::{InvoiceId, LineId, OrderId, ProductId, TaxCategoryId, TermsId, UnitId};
use crate::money::{ArithmeticError, Currency, Decimal, Money, Percent};
use crate::report::{Diagnostic, Diagnostics, Error, LimitCode, OrderCode, Path, QuoteCode, ReceivableCode};
use crate::time::Date;

/// What is to be invoiced: of each line the frozen amounts of the whole, and which part of its quantity this invoice charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceRequest")]
#[serde(deny_unknown_fields)]
pub struct InvoiceRequest<M = Money> {
    /// The invoice's own number, made by the caller.
    pub id: InvoiceId,
    /// The order.
    pub order: OrderId,
    /// The day of the invoice.
    pub date: Date,
    /// The currency of every amount.
    pub currency: Currency,
    /// The terms of payment; those of the rulebook by default, and due on its date when that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsId>,
    /// The lines, each at most once.
    pub lines: Vec<InvoiceRequestLine<M>>,
    /// What this invoice charges beside the lines, with the whole of its amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<InvoiceCharge<M>>,
}

/// A line to be invoiced, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceRequestLine")]
#[serde(deny_unknown_fields)]
pub struct InvoiceRequestLine<M = Money> {
    /// The line of the order.
    pub line: LineId,
    /// The product.
    pub product: ProductId,
    /// The unit of all quantities.
    pub unit: UnitId,
    /// The quantity of the whole line, above zero.
    pub ordered: Decimal,
    /// How much of it earlier invoices have charged; nothing by default.
    #[serde(default)]
    pub invoiced_before: Decimal,
    /// How much of it this invoice charges, above zero.
    pub quantity: Decimal,
    /// The net amount of the whole line.
    pub net: M,
    /// The tax of the whole line.
    pub tax: M,
    /// The tax category; absent when the line is not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategoryId>,
    /// The tax percentage; absent when the line is not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes of the whole line one by one, as a quote gives them; they sum to its tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<InvoiceTax<M>>,
}

impl InvoiceRequest<Decimal> {
    fn checked(self) -> Result<InvoiceRequest, String> {
        let currency = self.currency;
        let line = |line: InvoiceRequestLine<Decimal>| {
            let named = |problem: String| format!("line `{}`: {problem}", line.line);
            let (net, tax) = (money(line.net, currency).map_err(named)?, money(line.tax, currency).map_err(named)?);
            let taxes = taxes::in_currency(line.taxes, currency).map_err(|problem| format!("line `{}`: {problem}", line.line))?;
            let InvoiceRequestLine { line, product, unit, ordered, invoiced_before, quantity, tax_category, tax_percent, .. } = line;
            Ok(InvoiceRequestLine { line, product, unit, ordered, invoiced_before, quantity, net, tax, tax_category, tax_percent, taxes })
        };
        let lines = self.lines.into_iter().map(line).collect::<Result<_, String>>()?;
        let charges = self.charges.into_iter().map(|charge| charge.in_currency(currency)).collect::<Result<_, String>>()?;
        Ok(InvoiceRequest { id: self.id, order: self.order, date: self.date, currency, terms: self.terms, lines, charges })
    }
}

impl<'de> Deserialize<'de> for InvoiceRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        InvoiceRequest::<Decimal>::deserialize(deserializer)?.checked().map_err(D::Error::custom)
    }
}

/// Makes an invoice: the amounts of the quantities, their sums, the tax breakdown, and when what is due.
///
/// Amounts are taken cumulatively ([`Amounts::share`]), so that a line's invoices sum exactly to the line.
///
/// ```
/// use dealdesk::receivable::{InvoiceRequest, Receivables, issue};
/// let request: InvoiceRequest = serde_json::from_str(r#"{
///     "id": "R-1", "order": "O-1", "date": "2026-11-21", "currency": "EUR",
///     "lines": [{"line": "1", "product": "P-100", "unit": "piece", "ordered": "3", "quantity": "1", "net": "10.00", "tax": "1.90"}]
/// }"#)?;
/// let invoice = issue(&Receivables::default(), &request)?;
/// assert_eq!(invoice.totals.gross.to_string(), "3.96");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error`] when there is nothing to invoice, a line occurs twice, a quantity is not above zero or beyond the line's, the terms are
/// not declared, a due date lies outside the calendar, or an amount overflows.
pub fn issue(receivables: &Receivables, request: &InvoiceRequest) -> Result<Invoice, Error> {
    // 1. Refuse what cannot be an invoice.
    check(receivables, request)?;

    // 2. Take each line's part, cumulatively.
    let lines = charge(request)?;

    // 3. Sum up: in total, and by tax category and percentage.
    let path = Path::ROOT;
    let overflow = |_: ArithmeticError| too_large(&path.field("lines"));
    let charges = request.charges.clone();
    let amounts = lines.iter().map(InvoiceLine::amounts).chain(charges.iter().map(InvoiceCharge::amounts));
    let totals = amounts.into_iter().try_fold(Amounts::zero(request.currency), Amounts::plus).map_err(overflow)?;
    let tax_breakdown = taxes::break_down(&lines, &charges, request.currency).map_err(overflow)?;

    // 4. Say when what is due.
    let terms_id = request.terms.as_ref().or(receivables.default_terms());
    let terms = terms_id.and_then(|id| receivables.terms(id));
    let undue = |error: DueError| match error {
        DueError::Calendar => {
            let message = format!("an invoice of `{}` is due beyond the end of the calendar; correct the date", request.date);
            Diagnostic::error(ReceivableCode::DueDate, &path.field("date"), message)
        }
        DueError::Amount => too_large(&path.field("lines")),
    };
    let instalments = due::instalments(terms, request.date, totals.gross).map_err(undue)?;
    let cash_discount = due::cash_discount(terms, request.date, totals.gross).map_err(undue)?;

    Ok(Invoice {
        id: request.id.clone(),
        order: request.order.clone(),
        date: request.date,
        currency: request.currency,
        terms: terms_id.cloned(),
        lines,
        charges,
        totals,
        tax_breakdown,
        instalments,
        cash_discount,
    })
}

fn check(receivables: &Receivables, request: &InvoiceRequest) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let path = Path::ROOT;
    if let Some(problem) = request.terms.as_ref().and_then(|id| receivables.unknown(id, &path.field("terms"))) {
        problems.push(problem);
    }
    for (charge, index) in request.charges.iter().zip(0_usize..) {
        if Amounts::of(charge.net, charge.tax).ok() != Some(charge.amounts()) {
            let message = format!("the gross amount `{}` is not `{}` net plus `{}` tax", charge.gross, charge.net, charge.tax);
            problems.error(OrderCode::Totals, &path.field("charges").index(index).field("gross"), message);
        }
    }
    let lines = path.field("lines");
    if request.lines.is_empty() {
        problems.error(ReceivableCode::Nothing, &lines, "there is nothing to invoice; give at least one line");
    }
    let mut seen = BTreeSet::new();
    for (line, index) in request.lines.iter().zip(0_usize..) {
        let at = lines.index(index);
        if !seen.insert(&line.line) {
            let message = format!("the line `{}` occurs twice; give it once with the whole quantity", line.line);
            problems.error(QuoteCode::DuplicateLine, &at.field("line"), message);
        }
        if !taxes::add_up(&line.taxes, line.tax) {
            let message = format!("the taxes of the line do not sum to its tax, `{}`; copy them from the quote", line.tax);
            problems.error(OrderCode::Totals, &at.field("taxes"), message);
        }
        if line.invoiced_before.is_negative() {
            let message = format!("`{}` cannot have been invoiced before; write 0 or more", line.invoiced_before);
            problems.error(ReceivableCode::Quantity, &at.field("invoiced_before"), message);
        } else if line.quantity <= Decimal::ZERO {
            let message = format!("the quantity `{}` cannot be invoiced; write one above zero", line.quantity);
            problems.error(ReceivableCode::Quantity, &at.field("quantity"), message);
        } else if line.invoiced_before.checked_add(line.quantity).is_ok_and(|until| until > line.ordered) {
            let message = format!(
                "`{}` are to be invoiced after `{}`, but the line has only `{}`; reduce the quantity",
                line.quantity, line.invoiced_before, line.ordered
            );
            problems.error(ReceivableCode::Quantity, &at.field("quantity"), message);
        }
    }
    problems.finish().map(|_| ())
}

fn charge(request: &InvoiceRequest) -> Result<Vec<InvoiceLine>, Error> {
    let list = Path::ROOT.field("lines");
    let charged = |(line, index): (&InvoiceRequestLine, usize)| {
        let part = || {
            let until = line.invoiced_before.checked_add(line.quantity)?;
            let units = (line.invoiced_before, until, line.ordered);
            let amounts = Amounts::of(line.net, line.tax)?.share(line.invoiced_before, until, line.ordered)?;
            // Where the taxes are known one by one, each sums to its own, and they to the tax.
            Ok(match taxes::part(&line.taxes, units, request.currency)? {
                Some((taxes, tax)) => (Amounts::of(amounts.net, tax)?, taxes),
                None => (amounts, Vec::new()),
            })
        };
        let (Amounts { net, tax, gross }, taxes) = part().map_err(|_: ArithmeticError| too_large(&list.index(index)))?;
        Ok(InvoiceLine {
            line: line.line.clone(),
            product: line.product.clone(),
            quantity: line.quantity,
            unit: line.unit.clone(),
            net,
            tax,
            gross,
            tax_category: line.tax_category.clone(),
            tax_percent: line.tax_percent,
            taxes,
        })
    };
    request.lines.iter().zip(0_usize..).map(charged).collect()
}

fn too_large(path: &Path<'_>) -> Diagnostic {
    let message = "an amount or quantity is too large to calculate with: amounts have at most 18 digits";
    Diagnostic::error(LimitCode::Overflow, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receivable::{ReceivableDef, compile};

    fn receivables() -> Receivables {
        let text = r#"{"terms": [{"id": "net30", "due": {"net_days": 30}, "cash_discount": {"percent": "2", "net_days": 10}},
            {"id": "halves", "due": {"instalments": [{"percent": "50", "net_days": 0}, {"percent": "50", "net_days": 30}]}}],
            "default_terms": "net30"}"#;
        let def: ReceivableDef = serde_json::from_str(text).unwrap();
        compile(def, &Path::ROOT, &mut Diagnostics::new())
    }

    fn request(more: &str, lines: &str) -> InvoiceRequest {
        let text = format!(r#"{{"id": "R-1", "order": "O-1", "date": "2026-11-21", "currency": "EUR"{more}, "lines": [{lines}]}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn line(id: &str, quantities: (i64, i64, i64), net: &str, tax: &str, group: Option<(&str, &str)>) -> String {
        let (ordered, before, quantity) = quantities;
        let group =
            group.map_or(String::new(), |(category, percent)| format!(r#", "tax_category": "{category}", "tax_percent": "{percent}""#));
        format!(
            r#"{{"line": "{id}", "product": "P-{id}", "unit": "piece", "ordered": {ordered}, "invoiced_before": {before},
                "quantity": {quantity}, "net": "{net}", "tax": "{tax}"{group}}}"#
        )
    }

    #[test]
    fn an_invoice_has_sums_a_tax_breakdown_and_due_dates() {
        let lines = [
            line("1", (3, 1, 1), "10", "1.9", Some(("standard", "19"))),
            line("2", (2, 0, 2), "5", "0.35", Some(("reduced", "7.0"))),
            line("3", (1, 0, 1), "100", "19", Some(("standard", "19"))),
            line("4", (1, 0, 1), "1", "0", None),
        ];
        let invoice = issue(&receivables(), &request("", &lines.join(","))).unwrap();
        insta::assert_snapshot!(serde_json::to_string(&invoice).unwrap().replace("},{", "},\n{"), @r#"
        {"id":"R-1","order":"O-1","date":"2026-11-21","currency":"EUR","terms":"net30","lines":[{"line":"1","product":"P-1","quantity":"1","unit":"piece","net":"3.34","tax":"0.64","gross":"3.98","tax_category":"standard","tax_percent":"19"},
        {"line":"2","product":"P-2","quantity":"2","unit":"piece","net":"5.00","tax":"0.35","gross":"5.35","tax_category":"reduced","tax_percent":"7"},
        {"line":"3","product":"P-3","quantity":"1","unit":"piece","net":"100.00","tax":"19.00","gross":"119.00","tax_category":"standard","tax_percent":"19"},
        {"line":"4","product":"P-4","quantity":"1","unit":"piece","net":"1.00","tax":"0.00","gross":"1.00"}],"totals":{"net":"109.34","tax":"19.99","gross":"129.33"},"tax_breakdown":[{"category":"reduced","percent":"7","net":"5.00","tax":"0.35","gross":"5.35"},
        {"category":"standard","percent":"19","net":"103.34","tax":"19.64","gross":"122.98"}],"instalments":[{"due":"2026-12-21","amount":"129.33"}],"cash_discount":{"percent":"2","last_day":"2026-12-01","amount":"2.59"}}
        "#);
        let text = serde_json::to_string(&invoice).unwrap();
        assert_eq!(serde_json::from_str::<Invoice>(&text).unwrap(), invoice);
    }

    #[test]
    fn named_terms_take_the_place_of_the_default_and_no_terms_are_due_at_once() {
        let lines = line("1", (1, 0, 1), "0.01", "0", None);
        let halves = issue(&receivables(), &request(r#", "terms": "halves""#, &lines)).unwrap();
        let parts: Vec<String> = halves.instalments.iter().map(|part| format!("{} {}", part.due, part.amount)).collect();
        assert_eq!(parts, ["2026-11-21 0.01", "2026-12-21 0.00"]);
        let at_once = issue(&Receivables::default(), &request("", &lines)).unwrap();
        assert_eq!((at_once.terms, at_once.instalments[0].due), (None, "2026-11-21".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_invoiced_is_refused_all_at_once() {
        let lines =
            [line("1", (3, 2, 2), "10", "1.9", None), line("1", (3, 0, 0), "10", "1.9", None), line("2", (3, -1, 1), "10", "1.9", None)];
        let error = issue(&receivables(), &request(r#", "terms": "net3""#, &lines.join(","))).unwrap_err();
        insta::assert_snapshot!(error.to_string(), @r"
        error[receivable.quantity] /lines/0/quantity: `2` are to be invoiced after `2`, but the line has only `3`; reduce the quantity
        error[quote.duplicate_line] /lines/1/line: the line `1` occurs twice; give it once with the whole quantity
        error[receivable.quantity] /lines/1/quantity: the quantity `0` cannot be invoiced; write one above zero
        error[receivable.quantity] /lines/2/invoiced_before: `-1` cannot have been invoiced before; write 0 or more
        error[receivable.unknown_terms] /terms: there are no terms of payment `net3` in the rulebook
          help: did you mean `net30`?
        ");
        let error = issue(&receivables(), &request("", "")).unwrap_err();
        assert_eq!(error.to_string(), "error[receivable.nothing] /lines: there is nothing to invoice; give at least one line");
        let far = InvoiceRequest { date: "9999-12-31".parse().unwrap(), ..request("", &line("1", (1, 0, 1), "1", "0", None)) };
        assert_eq!(issue(&receivables(), &far).unwrap_err().code(), Some(ReceivableCode::DueDate.into()));
    }

    #[test]
    fn amounts_that_do_not_fit_are_errors() {
        let most = line("1", (1, 0, 1), "92233720368547758.07", "0.01", None);
        let error = issue(&receivables(), &request("", &most)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error[limit.overflow] /lines/0: an amount or quantity is too large to calculate with: amounts have at most 18 digits"
        );
        let text = r#"{"id": "R", "order": "O", "date": "2026-11-21", "currency": "JPY", "lines": [
            {"line": "1", "product": "P", "unit": "piece", "ordered": 1, "quantity": 1, "net": "1.5", "tax": "0"}]}"#;
        let error = serde_json::from_str::<InvoiceRequest>(text).unwrap_err().to_string();
        assert_eq!(error, "line `1`: the amount `1.5` has too many decimals: JPY has 0");
    }
}
