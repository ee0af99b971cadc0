//! What can be asked of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::OrderDocument;
use super::state::HoldKind;
use crate::credit::{CreditDecision, CreditStatus};
use crate::id::{CaseId, HoldId, InvoiceId, LineId, ReservationId, TermsId};
use crate::money::Decimal;
use crate::report::Code;
use crate::rulebook::OrderStep;
use crate::time::Date;

/// What a command asks of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderAction {
    /// Places the order: freezes the quote, and places the holds that credit and approval ask for.
    Submit(Box<SubmitOrder>),
    /// Places a hold.
    PlaceHold {
        /// The hold's name within the order.
        id: HoldId,
        /// What it waits for.
        kind: HoldKind,
        /// What it blocks; every step by default.
        #[serde(default = "every_step")]
        blocks: Vec<OrderStep>,
        /// Why, for a person.
        reason: String,
    },
    /// Releases a hold. While the order is under way, a hold that waits for an approval is released by `approval_granted` alone.
    ReleaseHold {
        /// The hold.
        id: HoldId,
        /// Why, for a person; the record of an override.
        reason: String,
    },
    /// Says that the approval which the order waits for was granted, and releases its hold.
    ApprovalGranted {
        /// The approval case, which must be the one that the order was submitted with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
    },
    /// Says that the approval was denied. An order that is not confirmed is rejected by that; a confirmed one stays on hold.
    ApprovalDenied {
        /// The approval case, which must be the one that the order was submitted with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Confirms the order to the customer.
    Confirm {},
    /// Rejects an order that is not confirmed.
    Reject {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Says that stock was reserved for lines.
    Reserved {
        /// Which reservations hold how much.
        lines: Vec<ReservedLine>,
    },
    /// Says that reservations were released or have expired; what they held is open again.
    Unreserved {
        /// Which reservations hold how much less.
        lines: Vec<ReservedLine>,
    },
    /// Ships, or says that goods were shipped. After a cancellation this is always accepted.
    Ship {
        /// What is shipped.
        lines: Vec<ShippedLine>,
    },
    /// Makes an invoice of what may be invoiced.
    Invoice {
        /// The invoice's own number.
        id: InvoiceId,
        /// The day of the invoice.
        date: Date,
        /// What is invoiced; everything that may be by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<Vec<QuantityOfLine>>,
        /// The terms of payment; those of the order by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<TermsId>,
    },
    /// Closes an order of which nothing is left to do.
    Close {},
    /// Cancels the whole order.
    Cancel {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Cancels what is not shipped; the order itself goes on.
    CancelRemainder {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

fn every_step() -> Vec<OrderStep> {
    OrderStep::ALL.to_vec()
}

/// An order to be placed, with what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitOrder {
    /// The quote, to be frozen.
    pub order: OrderDocument,
    /// The terms of payment of its invoices; the rulebook's default terms when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsId>,
    /// The verdict of the credit check; absent when none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<CreditVerdict>,
    /// Who must approve; absent when nobody was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRoute>,
}

/// What an order keeps of a credit check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditVerdict {
    /// What becomes of the order.
    pub status: CreditStatus,
    /// The codes of the checks that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
}

impl From<&CreditDecision> for CreditVerdict {
    fn from(decision: &CreditDecision) -> Self {
        Self { status: decision.status, codes: decision.findings.iter().map(|finding| finding.code).collect() }
    }
}

/// What an order keeps of an approval's route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRoute {
    /// How many approvals are needed; the order waits for none when it is 0.
    pub requirements: u32,
    /// The approval case that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

/// A quantity of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantityOfLine {
    /// The line.
    pub line: LineId,
    /// How much of it, above zero.
    pub quantity: Decimal,
}

/// What a reservation holds for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservedLine {
    /// The line.
    pub line: LineId,
    /// How much, above zero.
    pub quantity: Decimal,
    /// The reservation of stock.
    pub reservation: ReservationId,
}

/// What is shipped of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippedLine {
    /// The line.
    pub line: LineId,
    /// How much, above zero.
    pub quantity: Decimal,
    /// The reservation that it is taken from first; by default the line's reservations in the order in which they were made. What
    /// reservations do not hold is taken from what is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<ReservationId>,
}
