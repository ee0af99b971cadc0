//! From events to the state. No rules, no failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::SubmitOrder;
use super::fact::OrderFact;
use super::state::{ApprovalOutcome, InvoiceReference, LineProgress, OrderApproval, OrderHeader, OrderState};
use super::status::OrderStatus;
use crate::receivable::Invoice;
use crate::report::Event;

/// Events to be folded into a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvolveOrderRequest {
    /// The state before; a draft by default.
    #[serde(default)]
    pub state: OrderState,
    /// The events, in their order.
    pub events: Vec<Event<OrderFact>>,
}

/// The state after the events.
#[must_use]
pub fn evolve_all(request: EvolveOrderRequest) -> OrderState {
    let mut state = request.state;
    for event in &request.events {
        apply(&mut state, event);
    }
    state.status = OrderStatus::of(&state);
    state
}

/// The state after an event. An event that the state holds already, by its number, changes nothing.
#[must_use]
pub fn evolve(mut state: OrderState, event: &Event<OrderFact>) -> OrderState {
    apply(&mut state, event);
    state.status = OrderStatus::of(&state);
    state
}

fn apply(state: &mut OrderState, event: &Event<OrderFact>) {
    if event.seq <= state.version {
        return;
    }
    let refused = if let OrderFact::Refused { codes } = &event.what { codes.first().copied() } else { None };
    state.memory.remember(event, refused);
    state.version = event.seq;
    match &event.what {
        OrderFact::Submitted(submitted) => submit(state, submitted),
        OrderFact::HoldPlaced(hold) => state.holds.push(hold.clone()),
        OrderFact::HoldReleased { id, .. } => state.holds.retain(|hold| hold.id != *id),
        OrderFact::ApprovalGranted { case } => decide_approval(state, case.as_ref(), ApprovalOutcome::Granted),
        OrderFact::ApprovalDenied { case, .. } => decide_approval(state, case.as_ref(), ApprovalOutcome::Denied),
        OrderFact::Confirmed {} => state.header = OrderHeader::Confirmed,
        OrderFact::Rejected { .. } => state.header = OrderHeader::Rejected,
        OrderFact::Closed {} => state.header = OrderHeader::Closed,
        OrderFact::Cancelled { .. } => state.header = OrderHeader::Cancelled,
        OrderFact::QuantityMoved(moved) => {
            if let Some(line) = state.lines.iter_mut().find(|line| line.line == moved.line) {
                line.apply(moved);
            }
        }
        OrderFact::Invoiced(invoice) => charge(state, invoice),
        OrderFact::ShippedAfterCancel { .. } | OrderFact::RemainderCancelled { .. } | OrderFact::Refused { .. } => {}
    }
}

fn submit(state: &mut OrderState, submitted: &SubmitOrder) {
    state.header = OrderHeader::Submitted;
    state.lines = submitted.order.lines.iter().map(|line| LineProgress::new(line.id.clone(), line.quantity)).collect();
    state.document = Some(submitted.order.clone());
    state.terms = submitted.terms.clone();
    state.credit = submitted.credit.clone();
    let needed = submitted.approval.as_ref().filter(|route| route.requirements > 0);
    state.approval =
        needed.map(|route| OrderApproval { requirements: route.requirements, case: route.case.clone(), outcome: ApprovalOutcome::Pending });
}

fn decide_approval(state: &mut OrderState, case: Option<&crate::id::CaseId>, outcome: ApprovalOutcome) {
    // A hold for approval can be placed by hand, on an order that was submitted without one.
    let approval = state.approval.get_or_insert(OrderApproval { requirements: 1, case: None, outcome });
    approval.outcome = outcome;
    if approval.case.is_none() {
        approval.case = case.cloned();
    }
}

fn charge(state: &mut OrderState, invoice: &Invoice) {
    for charged in &invoice.lines {
        if let Some(line) = state.lines.iter_mut().find(|line| line.line == charged.line) {
            line.invoiced = line.invoiced.checked_add(charged.quantity).unwrap_or(line.invoiced);
        }
    }
    let Invoice { id, date, currency, totals, .. } = invoice;
    state.invoices.push(InvoiceReference { id: id.clone(), date: *date, currency: *currency, totals: *totals });
}
