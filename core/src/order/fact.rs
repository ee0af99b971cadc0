//! What can have happened to an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{QuantityOfLine, SubmitOrder};
use super::state::{Bucket, Hold, HoldKind};
use crate::id::{CaseId, HoldId, LineId, ReservationId};
use crate::money::Decimal;
use crate::receivable::Invoice;
use crate::report::Code;

/// What happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderFact {
    /// The order was placed.
    Submitted(Box<SubmitOrder>),
    /// A hold was placed.
    HoldPlaced(Hold),
    /// A hold was released.
    HoldReleased {
        /// The hold.
        id: HoldId,
        /// What it waited for.
        kind: HoldKind,
        /// Why it was released, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The approval was granted.
    ApprovalGranted {
        /// The approval case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
    },
    /// The approval was denied.
    ApprovalDenied {
        /// The approval case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The order was confirmed.
    Confirmed {},
    /// The order was rejected.
    Rejected {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A quantity went from one bucket to another. What leaves `reserved` for `cancelled` names the reservation that the host has to
    /// release.
    QuantityMoved(QuantityMove),
    /// Goods left although they had been cancelled.
    ShippedAfterCancel {
        /// How much of which lines.
        lines: Vec<QuantityOfLine>,
    },
    /// An invoice was made.
    Invoiced(Box<Invoice>),
    /// The order was closed.
    Closed {},
    /// The order was cancelled.
    Cancelled {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What was not shipped was cancelled.
    RemainderCancelled {
        /// Why, for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A command was refused; nothing else happened.
    Refused {
        /// Why, the first being the one that counts.
        codes: Vec<Code>,
    },
}

/// A quantity that goes from one bucket of a line to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantityMove {
    /// The line.
    pub line: LineId,
    /// Where the quantity was.
    pub from: Bucket,
    /// Where it is now.
    pub to: Bucket,
    /// How much.
    pub quantity: Decimal,
    /// The reservation, when the quantity goes to or leaves `reserved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation: Option<ReservationId>,
}
