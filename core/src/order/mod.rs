//! The life of an order: submit, hold, confirm, reserve, ship, invoice, close, cancel.
//!
//! [`decide`] holds all rules and changes nothing; [`evolve`] holds no rule, cannot fail, and makes the new state. Quotes, credit
//! verdicts, approvals and reservations come in as plain values: the host, or a flow above, asks for them first.
//!
//! Invariants: folding the events over the old state gives the new one; a command that is repeated changes nothing, and its refusal
//! never turns into a yes; of every line `ordered = open + reserved + shipped + cancelled`; the invoices of a line sum exactly to
//! the amounts that the quote froze; goods that have left are never denied: shipping after a cancellation is recorded, and a hold
//! keeps the invoice until someone has looked.
//!
//! | item | what it is |
//! |---|---|
//! | [`OrderRules`] | what a decision needs of a rulebook |
//! | [`OrderAction`] | what can be asked for |
//! | [`decide`] | judges a command: outcome and events |
//! | [`OrderFact`] | what can have happened |
//! | [`evolve`], [`evolve_all`] | fold events into the state |
//! | [`OrderState`] | the order, with [`OrderStatus`] derived from it |
//! | [`OrderDocument`] | the frozen quote that the order was placed on |

mod action;
mod decide;
mod document;
mod evolve;
mod fact;
#[cfg(test)]
mod laws;
mod refuse;
mod state;
mod status;
#[cfg(test)]
mod tests;

pub use action::{ApprovalRoute, CreditVerdict, OrderAction, QuantityOfLine, ReservedLine, ShippedLine, SubmitOrder};
pub use decide::{DecideOrderRequest, OrderRules, decide};
pub use document::{OrderDocument, OrderLine};
pub use evolve::{EvolveOrderRequest, evolve, evolve_all};
pub use fact::{OrderFact, QuantityMove};
pub use state::{
    ApprovalOutcome, Bucket, Hold, HoldKind, InvoiceReference, LineProgress, LineReservation, OrderApproval, OrderHeader, OrderState,
};
pub use status::{ApprovalStatus, BillingStatus, CreditHoldStatus, FulfillmentStatus, OrderStatus};

pub use crate::rulebook::{CancelAllowed, CloseWhen, InvoiceWhen, OrderDef, OrderPolicy, OrderStep};
