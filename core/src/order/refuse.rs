//! Why a command is refused. The codes of [`OrderCode`] stand in the order in which they count.

use super::state::{Hold, LineProgress, OrderHeader, OrderState};
use crate::id::{CaseId, HoldId, InvoiceId, LineId, ReservationId};
use crate::money::Decimal;
use crate::report::{Code, Detail, Fingerprint, OrderCode, ReceivableCode, Refusal};
use crate::rulebook::OrderStep;

pub(super) fn command_conflict(id: &str) -> Refusal {
    Refusal::new(
        OrderCode::CommandConflict,
        format!("the command id `{id}` was used before for something else; give this command a new id"),
    )
    .detail("command", id)
}

pub(super) fn version_conflict(expected: u64, actual: u64) -> Refusal {
    let message = format!("the order is at version {actual}, not {expected}; read it again and decide anew");
    Refusal::new(OrderCode::VersionConflict, message).detail("expected", Decimal::from(expected)).detail("actual", Decimal::from(actual))
}

pub(super) fn wrong_state(step: &str, state: &OrderState, allowed: &[OrderHeader]) -> Refusal {
    let names: Vec<&str> = allowed.iter().map(|header| header.as_str()).collect();
    let header = state.header.as_str();
    let listed = match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    };
    Refusal::new(OrderCode::WrongState, format!("the order is {header}; only a {listed} one can {step}"))
        .detail("state", header)
        .detail("allowed", names.into_iter().map(Detail::from).collect::<Vec<_>>())
}

pub(super) fn incomplete_quote() -> Refusal {
    Refusal::new(OrderCode::IncompleteQuote, "the quote is not complete: a line has no price; complete it before the order is submitted")
}

pub(super) fn rulebook_mismatch(quoted: &Fingerprint, deciding: &Fingerprint) -> Refusal {
    Refusal::new(OrderCode::RulebookMismatch, "the quote was made with another rulebook; quote again with this one")
        .detail("quoted_with", quoted.0.as_str())
        .detail("decided_with", deciding.0.as_str())
}

pub(super) fn credit_rejected(codes: &[Code]) -> Refusal {
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let because = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Refusal::new(OrderCode::CreditRejected, format!("the credit check turned the order down{because}"))
        .detail("codes", names.into_iter().map(Detail::from).collect::<Vec<_>>())
}

pub(super) fn unknown_line(id: &LineId) -> Refusal {
    Refusal::new(OrderCode::UnknownLine, format!("the order has no line `{id}`")).detail("line", id.as_str())
}

pub(super) fn unknown_hold(id: &HoldId, state: &OrderState) -> Refusal {
    let known: Vec<Detail> = state.holds.iter().map(|hold| hold.id.as_str().into()).collect();
    Refusal::new(OrderCode::UnknownHold, format!("no hold `{id}` is in force")).detail("hold", id.as_str()).detail("holds", known)
}

pub(super) fn no_approval_hold() -> Refusal {
    Refusal::new(OrderCode::UnknownHold, "the order does not wait for an approval")
}

pub(super) fn unknown_reservation(line: &LineProgress, id: &ReservationId) -> Refusal {
    let known: Vec<Detail> = line.reservations.iter().map(|held| held.reservation.as_str().into()).collect();
    Refusal::new(OrderCode::UnknownReservation, format!("the line `{}` has no reservation `{id}`", line.line))
        .detail("line", line.line.as_str())
        .detail("reservation", id.as_str())
        .detail("reservations", known)
}

pub(super) fn hold_exists(id: &HoldId) -> Refusal {
    Refusal::new(OrderCode::HoldExists, format!("a hold `{id}` is in force already; give this one another id")).detail("hold", id.as_str())
}

pub(super) fn invoice_exists(id: &InvoiceId) -> Refusal {
    Refusal::new(OrderCode::InvoiceExists, format!("the order has an invoice `{id}` already; give this one another number"))
        .detail("invoice", id.as_str())
}

pub(super) fn hold_kind(hold: &Hold) -> Refusal {
    let message = format!("the hold `{}` waits for an approval; only `approval_granted` releases it", hold.id);
    Refusal::new(OrderCode::HoldKind, message).detail("hold", hold.id.as_str())
}

pub(super) fn other_case(given: &CaseId, expected: &CaseId) -> Refusal {
    let message = format!("the order waits for the approval case `{expected}`, not for `{given}`");
    Refusal::new(OrderCode::OtherCase, message).detail("given", given.as_str()).detail("expected", expected.as_str())
}

pub(super) fn held(step: OrderStep, hold: &Hold) -> Refusal {
    let message = format!("the hold `{}` does not let the order {}: {}", hold.id, step.as_str(), hold.reason);
    Refusal::new(OrderCode::Held, message).detail("hold", hold.id.as_str()).detail("step", step.as_str())
}

pub(super) fn exceeds_open(line: &LineId, asked: Decimal, most: Decimal, what: &str) -> Refusal {
    let message = format!("`{asked}` of line `{line}` are asked for, but at most `{most}` can be {what}");
    Refusal::new(OrderCode::ExceedsOpen, message).detail("line", line.as_str()).detail("asked", asked).detail("most", most)
}

pub(super) fn already_shipped(line: &LineProgress) -> Refusal {
    let message = format!("`{}` of line `{}` are shipped; use `cancel_remainder` for the rest", line.shipped, line.line);
    Refusal::new(OrderCode::AlreadyShipped, message).detail("line", line.line.as_str()).detail("shipped", line.shipped)
}

pub(super) fn already_invoiced(line: &LineProgress) -> Refusal {
    let message = format!(
        "`{}` of line `{}` are invoiced, but only `{}` are shipped; a credit note must come first",
        line.invoiced, line.line, line.shipped
    );
    Refusal::new(OrderCode::AlreadyInvoiced, message)
        .detail("line", line.line.as_str())
        .detail("invoiced", line.invoiced)
        .detail("shipped", line.shipped)
}

pub(super) fn still_open(line: &LineId, quantity: Decimal, what: &str) -> Refusal {
    let message = format!("`{quantity}` of line `{line}` are still to be {what}");
    Refusal::new(OrderCode::StillOpen, message).detail("line", line.as_str()).detail("quantity", quantity).detail("still_to_be", what)
}

pub(super) fn nothing_to_invoice() -> Refusal {
    Refusal::new(ReceivableCode::Nothing, "there is nothing to invoice")
}
