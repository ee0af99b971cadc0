//! Invoicing.

use super::super::action::QuantityOfLine;
use super::super::document::{OrderDocument, OrderLine};
use super::super::fact::OrderFact;
use super::super::refuse;
use super::super::state::{LineProgress, OrderHeader};
use super::{Judgement, add, check_quantities};
use crate::id::{InvoiceId, LineId, Map, TermsId};
use crate::money::Decimal;
use crate::receivable::{InvoiceRequest, InvoiceRequestLine, issue};
use crate::report::{Error, Path};
use crate::rulebook::{InvoiceWhen, OrderStep};
use crate::time::Date;

impl Judgement<'_> {
    pub(super) fn invoice(
        &mut self,
        id: &InvoiceId,
        date: Date,
        lines: Option<&[QuantityOfLine]>,
        terms: Option<&TermsId>,
    ) -> Result<(), Error> {
        // 1. Whether an invoice may be made at all.
        let path = Path::ROOT.field("invoice");
        if let Some(problem) = terms.and_then(|terms| self.rules.receivables.unknown(terms, &path.field("terms"))) {
            return Err(problem.into());
        }
        let asked = lines.map(|lines| sum_by_line(lines, &path.field("lines"))).transpose()?;
        let placed = [OrderHeader::Confirmed, OrderHeader::Closed, OrderHeader::Cancelled, OrderHeader::Rejected];
        if !self.in_state("be invoiced", &placed) {
            return Ok(());
        }
        self.not_held(OrderStep::Invoice);
        if self.state.invoices.iter().any(|known| known.id == *id) {
            self.refusals.push(refuse::invoice_exists(id));
        }

        // 2. How much of which line.
        let charged = self.quantities_to_invoice(asked);
        if charged.is_empty() && self.refusals.is_empty() {
            self.refusals.push(refuse::nothing_to_invoice());
        }
        let Some(document) = self.state.document.as_ref().filter(|_| self.refusals.is_empty()) else { return Ok(()) };

        // 3. The invoice.
        let terms = terms.or(self.state.terms.as_ref());
        let request = self.invoice_request(document, id, date, terms, &charged);
        let invoice = issue(self.rules.receivables, &request).map_err(|error| error.below(&path))?;
        self.facts.push(OrderFact::Invoiced(Box::new(invoice)));
        Ok(())
    }

    fn quantities_to_invoice(&mut self, asked: Option<Map<LineId, Decimal>>) -> Map<LineId, Decimal> {
        let when = self.rules.policy.invoice_when;
        let Some(asked) = asked else {
            let all = self.lines.iter().map(|line| (line.line.clone(), may_be_invoiced(line, when)));
            return all.filter(|(_, quantity)| *quantity > Decimal::ZERO).collect();
        };
        for (id, quantity) in &asked {
            let Some(index) = self.find_line(id) else { continue };
            let most = self.lines.get(index).map(|line| may_be_invoiced(line, when)).unwrap_or_default();
            if *quantity > most {
                self.refusals.push(refuse::exceeds_open(id, *quantity, most, "invoiced"));
            }
        }
        asked
    }

    fn invoice_request(
        &self,
        document: &OrderDocument,
        id: &InvoiceId,
        date: Date,
        terms: Option<&TermsId>,
        charged: &Map<LineId, Decimal>,
    ) -> InvoiceRequest {
        let line = |(line, progress): (&OrderLine, &LineProgress)| {
            let quantity = *charged.get(&line.id)?;
            Some(InvoiceRequestLine {
                line: line.id.clone(),
                product: line.product.clone(),
                unit: line.unit.clone(),
                ordered: line.quantity,
                invoiced_before: progress.invoiced,
                quantity,
                net: line.net,
                tax: line.tax,
                tax_category: line.tax_category.clone(),
                tax_percent: line.tax_percent,
                taxes: line.taxes.clone(),
            })
        };
        InvoiceRequest {
            id: id.clone(),
            order: document.id.clone(),
            date,
            currency: document.currency,
            terms: terms.cloned(),
            lines: self.state.lines_with_amounts().filter_map(line).collect(),
            // What stands beside the lines is charged once: with the first invoice.
            charges: if self.state.invoices.is_empty() { document.charges.clone() } else { Vec::new() },
        }
    }
}

/// How much of a line may still be invoiced.
pub(super) fn may_be_invoiced(line: &LineProgress, when: InvoiceWhen) -> Decimal {
    let due = match when {
        InvoiceWhen::Shipped => line.shipped,
        InvoiceWhen::Confirmed => line.ordered.checked_sub(line.cancelled).unwrap_or_default(),
    };
    due.checked_sub(line.invoiced).unwrap_or_default().max(Decimal::ZERO)
}

fn sum_by_line(lines: &[QuantityOfLine], path: &Path<'_>) -> Result<Map<LineId, Decimal>, Error> {
    check_quantities(lines.iter().map(|line| &line.quantity), path)?;
    let mut sums = Map::default();
    for asked in lines {
        let sum = sums.entry(asked.line.clone()).or_insert(Decimal::ZERO);
        *sum = add(*sum, asked.quantity, path)?;
    }
    Ok(sums)
}
