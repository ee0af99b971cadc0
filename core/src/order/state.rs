//! The state of an order.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::action::CreditVerdict;
use super::document::{OrderDocument, OrderLine};
use super::fact::QuantityMove;
use super::status::OrderStatus;
use crate::id::{ActorId, CaseId, HoldId, InvoiceId, LineId, ReservationId, TermsId};
use crate::money::{ArithmeticError, Currency, Decimal, Money};
use crate::receivable::Amounts;
use crate::report::Memory;
use crate::rulebook::OrderStep;
use crate::time::{Date, Timestamp};

/// An order. The default, which is `{}` on the wire, is a draft that nothing has happened to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderState {
    /// Where the order stands in its life.
    pub header: OrderHeader,
    /// How many events have made this state; the number of the last of them.
    pub version: u64,
    /// The frozen quote; absent in a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<OrderDocument>,
    /// The terms of payment that the order was placed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsId>,
    /// How far each line of the document has come, in the document's order.
    pub lines: Vec<LineProgress>,
    /// The holds that are in force, in the order in which they were placed.
    pub holds: Vec<Hold>,
    /// The credit verdict that the order was placed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<CreditVerdict>,
    /// The approval that the order needs or needed; absent when it needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<OrderApproval>,
    /// The invoices, in the order in which they were made.
    pub invoices: Vec<InvoiceReference>,
    /// What follows from the rest. It is computed after each event; what a caller writes here has no effect.
    pub status: OrderStatus,
    /// The commands that were handled.
    pub memory: Memory,
}

impl OrderState {
    /// How far a line has come.
    #[must_use]
    pub fn line(&self, id: &LineId) -> Option<&LineProgress> {
        self.lines.iter().find(|line| line.line == *id)
    }

    /// The lines as ordered, each with how far it has come.
    pub(super) fn lines_with_amounts(&self) -> impl Iterator<Item = (&OrderLine, &LineProgress)> {
        let ordered = self.document.iter().flat_map(|document| &document.lines);
        ordered.zip(&self.lines).filter(|(line, progress)| line.id == progress.line)
    }
}

/// Where an order stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderHeader {
    /// Not placed yet.
    #[default]
    Draft,
    /// Placed by the customer.
    Submitted,
    /// Confirmed to the customer.
    Confirmed,
    /// Done.
    Closed,
    /// Called off.
    Cancelled,
    /// Turned down.
    Rejected,
}

impl OrderHeader {
    /// The state as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Confirmed => "confirmed",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
        }
    }
}

/// Where a unit of a line is. Every unit is in exactly one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderBucket")]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Nothing is decided about its supply.
    Open,
    /// A reservation of stock holds it.
    Reserved,
    /// It has left.
    Shipped,
    /// It is not wanted any more.
    Cancelled,
}

/// How far a line has come: `ordered = open + reserved + shipped + cancelled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineProgress {
    /// The line.
    pub line: LineId,
    /// How much was ordered.
    pub ordered: Decimal,
    /// Of that, nothing is decided about the supply of so much.
    pub open: Decimal,
    /// Of that, reservations hold so much.
    pub reserved: Decimal,
    /// Of that, so much has left.
    pub shipped: Decimal,
    /// Of that, so much is not wanted any more.
    pub cancelled: Decimal,
    /// How much was invoiced, whichever bucket it is in.
    pub invoiced: Decimal,
    /// What holds the reserved quantity, in the order in which the reservations were made.
    #[serde(default)]
    pub reservations: Vec<LineReservation>,
}

/// What one reservation holds for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineReservation {
    /// The reservation of stock.
    pub reservation: ReservationId,
    /// How much it holds.
    pub quantity: Decimal,
}

impl LineProgress {
    pub(super) fn new(line: LineId, ordered: Decimal) -> Self {
        let zero = Decimal::ZERO;
        Self { line, ordered, open: ordered, reserved: zero, shipped: zero, cancelled: zero, invoiced: zero, reservations: Vec::new() }
    }

    /// How much is in a bucket.
    #[must_use]
    pub const fn in_bucket(&self, bucket: Bucket) -> Decimal {
        match bucket {
            Bucket::Open => self.open,
            Bucket::Reserved => self.reserved,
            Bucket::Shipped => self.shipped,
            Bucket::Cancelled => self.cancelled,
        }
    }

    fn bucket(&mut self, bucket: Bucket) -> &mut Decimal {
        match bucket {
            Bucket::Open => &mut self.open,
            Bucket::Reserved => &mut self.reserved,
            Bucket::Shipped => &mut self.shipped,
            Bucket::Cancelled => &mut self.cancelled,
        }
    }

    /// Moves a quantity; a move that the arithmetic cannot hold changes nothing, so that the buckets always add up.
    pub(super) fn apply(&mut self, moved: &QuantityMove) {
        let both = || -> Result<(Decimal, Decimal), ArithmeticError> {
            Ok((self.in_bucket(moved.from).checked_sub(moved.quantity)?, self.in_bucket(moved.to).checked_add(moved.quantity)?))
        };
        let Ok((left, arrived)) = both() else { return };
        if moved.from == moved.to {
            return;
        }
        *self.bucket(moved.from) = left;
        *self.bucket(moved.to) = arrived;
        if let (Some(id), true) = (&moved.reservation, moved.from == Bucket::Reserved || moved.to == Bucket::Reserved) {
            let change = if moved.to == Bucket::Reserved { moved.quantity } else { moved.quantity.negated() };
            self.change_reservation(id, change);
        }
    }

    fn change_reservation(&mut self, id: &ReservationId, change: Decimal) {
        match self.reservations.iter_mut().find(|held| held.reservation == *id) {
            Some(held) => held.quantity = held.quantity.checked_add(change).unwrap_or(held.quantity),
            None => self.reservations.push(LineReservation { reservation: id.clone(), quantity: change }),
        }
        self.reservations.retain(|held| held.quantity > Decimal::ZERO);
    }
}

/// What a hold waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Someone who lets the credit pass.
    Credit,
    /// An approval.
    Approval,
    /// A payment.
    Payment,
    /// A look at possible fraud.
    Fraud,
    /// An address.
    Address,
    /// An export licence.
    Export,
    /// A look at something that should not have happened.
    Exception,
    /// A person who wants it so.
    Manual,
}

/// Keeps an order from taking steps. Several holds may be in force at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Its name within the order.
    pub id: HoldId,
    /// What it waits for.
    pub kind: HoldKind,
    /// The steps that it blocks, each once, in the order in which an order takes them.
    pub blocks: Vec<OrderStep>,
    /// Why it was placed, for a person.
    pub reason: String,
    /// Who placed it.
    pub placed_by: ActorId,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// The approval that an order needs or needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderApproval {
    /// How many approvals are needed.
    pub requirements: u32,
    /// The approval case that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What came of it.
    pub outcome: ApprovalOutcome,
}

/// What came of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalOutcome {
    /// Nothing yet.
    Pending,
    /// It was granted.
    Granted,
    /// It was denied.
    Denied,
}

/// What an order keeps of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceReference")]
#[serde(deny_unknown_fields)]
pub struct InvoiceReference<M = Money> {
    /// The invoice's own number.
    pub id: InvoiceId,
    /// The day of the invoice.
    pub date: Date,
    /// The currency of the totals.
    pub currency: Currency,
    /// The totals.
    pub totals: Amounts<M>,
}

impl<'de> Deserialize<'de> for InvoiceReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let InvoiceReference { id, date, currency, totals } = InvoiceReference::<Decimal>::deserialize(deserializer)?;
        let totals = totals.in_currency(currency).map_err(D::Error::custom)?;
        Ok(InvoiceReference { id, date, currency, totals })
    }
}
