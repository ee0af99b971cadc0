//! What follows from the state of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::{ApprovalOutcome, HoldKind, LineProgress, OrderState};
use crate::credit::CreditStatus;
use crate::money::Decimal;
use crate::rulebook::OrderStep;

/// Where an order stands, seen from several sides. Cancelled quantities do not count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderStatus {
    /// How far the goods are.
    pub fulfillment: FulfillmentStatus,
    /// How far the invoices are.
    pub billing: BillingStatus,
    /// What the approval says.
    pub approval: ApprovalStatus,
    /// What the credit check says.
    pub credit: CreditHoldStatus,
    /// The steps that holds block, in the order in which an order takes them.
    pub blocked: Vec<OrderStep>,
}

/// How far the goods of an order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing is reserved or shipped.
    #[default]
    Unfulfilled,
    /// Stock is reserved for a part.
    PartiallyAllocated,
    /// Stock is reserved for everything.
    Allocated,
    /// A part is shipped.
    PartiallyShipped,
    /// Everything is shipped.
    Shipped,
}

/// How far the invoices of an order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingStatus {
    /// Nothing is invoiced.
    #[default]
    NotInvoiced,
    /// A part is invoiced.
    PartiallyInvoiced,
    /// Everything is invoiced.
    Invoiced,
}

/// What the approval of an order says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Nobody has to approve.
    #[default]
    NotRequired,
    /// It is not decided.
    Pending,
    /// It was granted.
    Granted,
    /// It was denied.
    Denied,
}

/// What the credit check of an order says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditHoldStatus {
    /// There was none.
    #[default]
    NotChecked,
    /// It passed.
    Passed,
    /// It passed with a warning.
    Warned,
    /// It holds the order.
    Held,
    /// It held the order, and someone released it.
    Released,
}

impl OrderStatus {
    /// What follows from a state.
    #[must_use]
    pub fn of(state: &OrderState) -> Self {
        let blocks = |step: &OrderStep| state.holds.iter().any(|hold| hold.blocks.contains(step));
        Self {
            fulfillment: fulfillment(&state.lines),
            billing: billing(&state.lines),
            approval: approval(state),
            credit: credit(state),
            blocked: OrderStep::ALL.into_iter().filter(blocks).collect(),
        }
    }
}

/// How much of a line is wanted.
fn wanted(line: &LineProgress) -> Decimal {
    line.ordered.checked_sub(line.cancelled).unwrap_or_default()
}

/// Whether a figure of the lines is above zero somewhere, and whether it is everywhere as large as what is wanted.
fn some_and_all(lines: &[LineProgress], figure: impl Fn(&LineProgress) -> Decimal) -> (bool, bool) {
    let some = lines.iter().any(|line| figure(line) > Decimal::ZERO);
    (some, some && lines.iter().all(|line| figure(line) >= wanted(line)))
}

fn fulfillment(lines: &[LineProgress]) -> FulfillmentStatus {
    let shipped = some_and_all(lines, |line| line.shipped);
    let reserved = some_and_all(lines, |line| line.reserved);
    match (shipped, reserved) {
        ((_, true), _) => FulfillmentStatus::Shipped,
        ((true, _), _) => FulfillmentStatus::PartiallyShipped,
        (_, (_, true)) => FulfillmentStatus::Allocated,
        (_, (true, _)) => FulfillmentStatus::PartiallyAllocated,
        _ => FulfillmentStatus::Unfulfilled,
    }
}

fn billing(lines: &[LineProgress]) -> BillingStatus {
    match some_and_all(lines, |line| line.invoiced) {
        (_, true) => BillingStatus::Invoiced,
        (true, _) => BillingStatus::PartiallyInvoiced,
        _ => BillingStatus::NotInvoiced,
    }
}

fn approval(state: &OrderState) -> ApprovalStatus {
    match state.approval.as_ref().map(|approval| approval.outcome) {
        None => ApprovalStatus::NotRequired,
        Some(ApprovalOutcome::Pending) => ApprovalStatus::Pending,
        Some(ApprovalOutcome::Granted) => ApprovalStatus::Granted,
        Some(ApprovalOutcome::Denied) => ApprovalStatus::Denied,
    }
}

fn credit(state: &OrderState) -> CreditHoldStatus {
    let held = state.holds.iter().any(|hold| hold.kind == HoldKind::Credit);
    match state.credit.as_ref().map(|verdict| verdict.status) {
        _ if held => CreditHoldStatus::Held,
        None => CreditHoldStatus::NotChecked,
        Some(CreditStatus::Pass) => CreditHoldStatus::Passed,
        Some(CreditStatus::Warn) => CreditHoldStatus::Warned,
        Some(CreditStatus::Hold | CreditStatus::Reject) => CreditHoldStatus::Released,
    }
}
