//! The ends of an order: rejected, cancelled, closed.

use super::super::fact::OrderFact;
use super::super::refuse;
use super::super::state::{Bucket, OrderHeader};
use super::Judgement;
use super::invoice::may_be_invoiced;
use crate::money::Decimal;
use crate::rulebook::{CancelAllowed, CloseWhen, InvoiceWhen};

impl Judgement<'_> {
    pub(super) fn reject(&mut self, reason: Option<&String>) {
        if self.in_state("be rejected", &[OrderHeader::Submitted]) {
            self.cancel_quantities();
            self.facts.push(OrderFact::Rejected { reason: reason.cloned() });
        }
    }

    pub(super) fn cancel(&mut self, reason: Option<&String>) {
        let allowed: &[OrderHeader] = match self.rules.policy.cancel_allowed {
            CancelAllowed::BeforeConfirmed => &[OrderHeader::Draft, OrderHeader::Submitted],
            CancelAllowed::BeforeShipped => &[OrderHeader::Draft, OrderHeader::Submitted, OrderHeader::Confirmed],
        };
        if !self.in_state("be cancelled", allowed) {
            return;
        }
        for line in &self.lines {
            if line.shipped > Decimal::ZERO {
                self.refusals.push(refuse::already_shipped(line));
            }
        }
        self.not_invoiced_beyond_shipped();
        self.cancel_quantities();
        self.facts.push(OrderFact::Cancelled { reason: reason.cloned() });
    }

    pub(super) fn cancel_remainder(&mut self, reason: Option<&String>) {
        if !self.in_state("have its remainder cancelled", &[OrderHeader::Confirmed]) {
            return;
        }
        self.not_invoiced_beyond_shipped();
        self.cancel_quantities();
        self.facts.push(OrderFact::RemainderCancelled { reason: reason.cloned() });
    }

    pub(super) fn close(&mut self) {
        if !self.in_state("be closed", &[OrderHeader::Confirmed]) {
            return;
        }
        let must_be_invoiced = self.rules.policy.close_when == CloseWhen::ShippedAndInvoiced;
        for line in &self.lines {
            let to_ship = line.open.checked_add(line.reserved).unwrap_or(line.ordered);
            let to_invoice = may_be_invoiced(line, InvoiceWhen::Shipped);
            if to_ship > Decimal::ZERO {
                self.refusals.push(refuse::still_open(&line.line, to_ship, "shipped"));
            }
            if must_be_invoiced && to_invoice > Decimal::ZERO {
                self.refusals.push(refuse::still_open(&line.line, to_invoice, "invoiced"));
            }
        }
        self.facts.push(OrderFact::Closed {});
    }

    /// Refuses for every line of which more was invoiced than shipped, when the rest is to be cancelled.
    fn not_invoiced_beyond_shipped(&mut self) {
        let beyond = self.lines.iter().filter(|line| line.invoiced > line.shipped);
        self.refusals.extend(beyond.map(refuse::already_invoiced));
    }

    /// Cancels everything that is reserved or open.
    pub(super) fn cancel_quantities(&mut self) {
        for index in 0..self.lines.len() {
            let Some((reserved, open)) = self.lines.get(index).map(|line| (line.reserved, line.open)) else { continue };
            let unnamed = self.take_reserved(index, reserved, Bucket::Cancelled);
            self.take(index, unnamed, Bucket::Reserved, Bucket::Cancelled, None);
            self.take(index, open, Bucket::Open, Bucket::Cancelled, None);
        }
    }
}
