//! Judges commands. All rules of an order are here; nothing is changed.

mod end;
mod fulfil;
mod hold;
mod invoice;
mod submit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::OrderAction;
use super::fact::{OrderFact, QuantityMove};
use super::refuse;
use super::state::{Bucket, LineProgress, OrderHeader, OrderState};
use crate::id::{LineId, ReservationId};
use crate::limits::Limits;
use crate::money::Decimal;
use crate::receivable::Receivables;
use crate::report::{
    Code, Command, Decision, Diagnostic, Diagnostics, Error, Fingerprint, LimitCode, OrderCode, Outcome, Path, QuoteCode, Refusal,
};
use crate::rulebook::Rulebook;
use crate::rulebook::{OrderPolicy, OrderStep};
use crate::sort;

/// A command to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideOrderRequest {
    /// The order as it is; a draft by default.
    #[serde(default)]
    pub state: OrderState,
    /// What is asked of it.
    pub command: Command<OrderAction>,
}

/// What a decision about an order needs of a rulebook.
#[derive(Debug, Clone, Copy)]
pub struct OrderRules<'a> {
    /// The settings for orders.
    pub policy: &'a OrderPolicy,
    /// The terms of payment.
    pub receivables: &'a Receivables,
    /// The rulebook's identity, which every event carries.
    pub fingerprint: &'a Fingerprint,
    /// The limits.
    pub limits: &'a Limits,
}

impl<'a> From<&'a Rulebook> for OrderRules<'a> {
    fn from(rulebook: &'a Rulebook) -> Self {
        let parts = rulebook.parts();
        Self { policy: &parts.order, receivables: &parts.receivables, fingerprint: &parts.fingerprint, limits: &parts.limits }
    }
}

/// Judges a command to an order: accepted or refused, and the events that [`super::evolve`] folds into the new state.
///
/// A command that was handled before is answered as it was then, without events; one with the same id and other content is refused.
/// A refusal is an event too, so that a repeat cannot turn it into a yes; conflicts of ids and versions leave no trace.
///
/// ```
/// use dealdesk::limits::Limits;
/// use dealdesk::order::{DecideOrderRequest, OrderHeader, OrderPolicy, OrderRules, decide, evolve};
/// use dealdesk::receivable::Receivables;
/// use dealdesk::report::{Fingerprint, Outcome};
///
/// let request: DecideOrderRequest = serde_json::from_str(r#"{"command": {
///     "id": "cmd-1", "at": "2026-11-21T09:30:00Z", "actor": "clerk", "action": {"submit": {"order": {
///         "id": "O-1", "customer": "C-7", "date": "2026-11-21", "currency": "EUR", "rulebook": "f00d", "complete": true,
///         "lines": [{"id": "1", "product": "P-100", "quantity": "3", "unit": "piece", "net": "10.00", "tax": "1.90", "gross": "11.90"}],
///         "totals": {"net": "10.00", "tax": "1.90", "gross": "11.90"}}}}}}"#)?;
/// let (policy, receivables) = (OrderPolicy::default(), Receivables::default());
/// let (fingerprint, limits) = (Fingerprint("f00d".into()), Limits::default());
/// let rules = OrderRules { policy: &policy, receivables: &receivables, fingerprint: &fingerprint, limits: &limits };
/// let decision = decide(&rules, &request.state, &request.command)?;
/// assert_eq!(decision.outcome, Outcome::Accepted);
/// let state = decision.events.iter().fold(request.state, evolve);
/// assert_eq!(state.header, OrderHeader::Submitted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error`] for a command that cannot be judged: an order whose amounts do not add up, a quantity of zero or below, terms of payment
/// that the rulebook does not declare, amounts too large to calculate with. Nothing is remembered of such a command.
pub fn decide(rules: &OrderRules<'_>, state: &OrderState, command: &Command<OrderAction>) -> Result<Decision<OrderFact>, Error> {
    // 1. Answer a repeat as before, and refuse what conflicts with what the caller has not seen.
    let unrecorded = |outcome| Ok(Decision { outcome, events: Vec::new() });
    match state.memory.recall(&command.id, &command.content()) {
        Some(Ok(outcome)) => return unrecorded(outcome),
        Some(Err(_)) => return unrecorded(Outcome::Refused(vec![refuse::command_conflict(command.id.as_str())])),
        None => {}
    }
    if let Some(expected) = command.expected_version.filter(|expected| *expected != state.version) {
        return unrecorded(Outcome::Refused(vec![refuse::version_conflict(expected, state.version)]));
    }

    // 2. Judge the action on a copy of the lines, collecting what it would make happen and what speaks against it.
    let mut judgement = Judgement { rules, state, command, lines: state.lines.clone(), facts: Vec::new(), refusals: Vec::new() };
    judgement.judge().map_err(|error| error.below(&Path::ROOT.field("command").field("action")))?;

    // 3. Record what happened, or why nothing did.
    let Judgement { facts, mut refusals, .. } = judgement;
    if refusals.is_empty() {
        let events = command.events(state.version, rules.fingerprint, facts);
        return Ok(Decision { outcome: Outcome::Accepted, events });
    }
    sort::by(&mut refusals, |one, other| one.code.cmp(&other.code));
    let mut codes: Vec<Code> = refusals.iter().map(|refusal| refusal.code).collect();
    codes.dedup();
    let events = command.events(state.version, rules.fingerprint, [OrderFact::Refused { codes }]);
    Ok(Decision { outcome: Outcome::Refused(refusals), events })
}

/// An action on its way to be judged.
struct Judgement<'a> {
    rules: &'a OrderRules<'a>,
    state: &'a OrderState,
    command: &'a Command<OrderAction>,
    /// The lines as the facts so far would leave them.
    lines: Vec<LineProgress>,
    facts: Vec<OrderFact>,
    refusals: Vec<Refusal>,
}

impl Judgement<'_> {
    fn judge(&mut self) -> Result<(), Error> {
        let command = self.command;
        match &command.action {
            OrderAction::Submit(submitted) => return self.submit(submitted),
            OrderAction::PlaceHold { id, kind, blocks, reason } => return self.place_hold(id, *kind, blocks, reason),
            OrderAction::Reserved { lines } => return self.reserved(lines),
            OrderAction::Unreserved { lines } => return self.unreserved(lines),
            OrderAction::Ship { lines } => return self.ship(lines),
            OrderAction::Invoice { id, date, lines, terms } => return self.invoice(id, *date, lines.as_deref(), terms.as_ref()),
            OrderAction::ReleaseHold { id, reason } => self.release_hold(id, reason),
            OrderAction::ApprovalGranted { case } => self.approval_granted(case.as_ref()),
            OrderAction::ApprovalDenied { case, reason } => self.approval_denied(case.as_ref(), reason.as_ref()),
            OrderAction::Confirm {} => self.confirm(),
            OrderAction::Reject { reason } => self.reject(reason.as_ref()),
            OrderAction::Close {} => self.close(),
            OrderAction::Cancel { reason } => self.cancel(reason.as_ref()),
            OrderAction::CancelRemainder { reason } => self.cancel_remainder(reason.as_ref()),
        }
        Ok(())
    }

    /// Whether the order is in one of the states; refuses when not.
    fn in_state(&mut self, step: &str, allowed: &[OrderHeader]) -> bool {
        let fits = allowed.contains(&self.state.header);
        if !fits {
            self.refusals.push(refuse::wrong_state(step, self.state, allowed));
        }
        fits
    }

    /// Refuses for every hold that blocks the step.
    fn not_held(&mut self, step: OrderStep) {
        let blocking = self.state.holds.iter().filter(|hold| hold.blocks.contains(&step));
        self.refusals.extend(blocking.map(|hold| refuse::held(step, hold)));
    }

    /// The place of a line; refuses when the order has none of that name.
    fn find_line(&mut self, id: &LineId) -> Option<usize> {
        let found = self.lines.iter().position(|line| line.line == *id);
        if found.is_none() {
            self.refusals.push(refuse::unknown_line(id));
        }
        found
    }

    /// Moves up to `quantity` out of a bucket, as much as is there, and returns what is still missing.
    fn take(&mut self, index: usize, quantity: Decimal, from: Bucket, to: Bucket, reservation: Option<&ReservationId>) -> Decimal {
        let Some(line) = self.lines.get_mut(index) else { return quantity };
        let there = match reservation {
            Some(id) if from == Bucket::Reserved => {
                line.reservations.iter().find(|held| held.reservation == *id).map_or(Decimal::ZERO, |held| held.quantity)
            }
            _ => line.in_bucket(from),
        };
        let part = quantity.min(there);
        if part <= Decimal::ZERO {
            return quantity;
        }
        let moved = QuantityMove { line: line.line.clone(), from, to, quantity: part, reservation: reservation.cloned() };
        line.apply(&moved);
        self.facts.push(OrderFact::QuantityMoved(moved));
        quantity.checked_sub(part).unwrap_or_default()
    }

    /// Moves up to `quantity` out of a line's reservations, first made first, and returns what is still missing.
    fn take_reserved(&mut self, index: usize, quantity: Decimal, to: Bucket) -> Decimal {
        let held = self.lines.get(index).map(|line| line.reservations.clone()).unwrap_or_default();
        held.iter().fold(quantity, |missing, held| self.take(index, missing, Bucket::Reserved, to, Some(&held.reservation)))
    }
}

/// Refuses a list without lines, and every quantity that is not above zero.
fn check_quantities<'q>(quantities: impl ExactSizeIterator<Item = &'q Decimal>, list: &Path<'_>) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    if quantities.len() == 0 {
        problems.error(QuoteCode::NoLines, list, "give at least one line");
    }
    for (quantity, index) in quantities.zip(0_usize..) {
        if *quantity <= Decimal::ZERO {
            let message = format!("`{quantity}` is not a quantity; write one above zero");
            problems.error(OrderCode::Quantity, &list.index(index).field("quantity"), message);
        }
    }
    problems.finish().map(|_| ())
}

/// Adds quantities that the caller gave; `list` is where they stand.
fn add(a: Decimal, b: Decimal, list: &Path<'_>) -> Result<Decimal, Error> {
    a.checked_add(b).map_err(|_| {
        let message = "the quantities are too large: at most 28 digits can be held";
        Diagnostic::error(LimitCode::Overflow, list, message).into()
    })
}
