//! Decides commands about the stock.
//!
//! The order of precedence of what can be said against a command: the same id with other content, handled already, the state has
//! moved on; then what cannot be judged (an error); then the refusals of the action, in the order in which its function checks them.

use super::action::StockAction;
use super::batch::batch;
use super::compile::Inventory;
use super::event::StockEvent;
use super::expected;
use super::keys::{Keys, ProductVersion, StockDecision, StockReads, moved_on as products_moved_on};
use super::kit;
use super::movement;
use super::plan::not_positive;
use super::reconcile::corrections;
use super::replan;
use super::reservation::{self, Reservation, open_parts};
use super::state::StockState;
use super::supply::Supply;
use crate::id::LocationId;
use crate::quantity::Quantity;
use crate::report::{Code, Command, CommandConflict, Error, Fingerprint, InventoryCode, Outcome, Path, Refusal};
use crate::time::Timestamp;

/// What the rules of an action say: what happens, or why nothing does. `Err` is for what cannot be judged.
pub(super) type Verdict = Result<Result<Vec<StockEvent>, Refusal>, Error>;

/// The same of one action or of a batch, with every reason.
pub(super) type Judgement = Result<Result<Vec<StockEvent>, Vec<Refusal>>, Error>;

/// What an action is judged by.
pub(super) struct Ground<'s> {
    pub inventory: &'s Inventory,
    pub state: &'s StockState,
    pub at: Timestamp,
    /// How many reservations there are that `state` leaves out.
    pub elsewhere: usize,
}

/// Decides a command. Holds that are due at the command's moment end first, whatever the command is about.
///
/// A refusal is remembered like an acceptance: a repeat gets the same answer and no events. Two refusals are not remembered, because
/// they are about the call and not about the stock: a command id that was used for other content, and a version that has moved on.
///
/// # Errors
/// [`Error`] for a command that cannot be judged: a quantity of zero or below, a location that the rulebook does not declare, a hold
/// that would be over before it begins, more stock than can be counted. Such a command is not remembered.
///
/// ```
/// use dealdesk::inventory::{self, InventoryDef, StockState, compile};
/// use dealdesk::report::{Diagnostics, Fingerprint, Outcome, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let command = serde_json::from_str(r#"{"id": "c-1", "at": "2026-11-21T09:30:00Z", "actor": "ann",
///     "action": {"receive": {"product": "P-100", "location": "north", "quantity": "10"}}}"#)?;
/// let state = StockState::default();
/// let decision = inventory::decide(&inventory, &Fingerprint::default(), &state, &command)?;
/// assert_eq!(decision.outcome, Outcome::Accepted);
/// let state = decision.events.iter().fold(state, inventory::evolve);
/// assert_eq!(state.positions()[0].on_hand, 10.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decide(
    inventory: &Inventory,
    rulebook: &Fingerprint,
    state: &StockState,
    command: &Command<StockAction>,
) -> Result<StockDecision, Error> {
    decide_on(inventory, rulebook, state, command, &[])
}

/// As [`decide`], when the products that the caller has seen are still at these versions.
///
/// # Errors
/// As [`decide`].
pub fn decide_on(
    inventory: &Inventory,
    rulebook: &Fingerprint,
    state: &StockState,
    command: &Command<StockAction>,
    expected: &[ProductVersion],
) -> Result<StockDecision, Error> {
    let answer = |outcome| Ok(StockDecision { outcome, events: Vec::new(), reads: StockReads::default() });
    // 1. A command that was handled before gets the answer that it got then.
    if let Some(known) = state.memory.recall(&command.id, &command.content()) {
        return answer(known.unwrap_or_else(|CommandConflict| Outcome::Refused(vec![conflict(command)])));
    }
    // 2. The caller may insist on the versions that it has seen.
    if let Some(expected) = command.expected_version.filter(|expected| *expected != state.version) {
        return answer(Outcome::Refused(vec![moved_on(expected, state.version)]));
    }
    let stale = products_moved_on(expected, state);
    if !stale.is_empty() {
        return answer(Outcome::Refused(stale));
    }
    // 3. What is due ends.
    let mut what: Vec<StockEvent> = state.due(command.at).map(expired).collect();
    // 4. The rules of the action.
    let ground = Ground { inventory, state, at: command.at, elsewhere: 0 };
    let outcome = match ground.judge(&command.action, &Path::ROOT.field("action"))? {
        Ok(events) => {
            what.extend(events);
            Outcome::Accepted
        }
        Err(refusals) => {
            what.push(StockEvent::Refused { codes: refusals.iter().map(|refusal| refusal.code).collect() });
            Outcome::Refused(refusals)
        }
    };
    // 5. What all this rests on.
    let reads = Keys::of(&command.action, inventory, state, command.at).seen(state);
    Ok(StockDecision { outcome, events: command.events(state.version, rulebook, what), reads })
}

fn conflict(command: &Command<StockAction>) -> Refusal {
    let message = format!("the command `{}` was given before with other content; give the new command its own id", command.id);
    Refusal::new(InventoryCode::CommandConflict, message).detail("command", command.id.as_str())
}

fn moved_on(expected: u64, actual: u64) -> Refusal {
    let message = format!("the stock is at version {actual}, not {expected}; read it again");
    Refusal::new(InventoryCode::VersionConflict, message).detail("expected", version(expected)).detail("actual", version(actual))
}

fn version(version: u64) -> crate::Decimal {
    version.into()
}

fn expired(reservation: &Reservation) -> StockEvent {
    StockEvent::Expired {
        id: reservation.id.clone(),
        product: reservation.product.clone(),
        kind: reservation.kind,
        parts: open_parts(reservation),
        backordered: reservation.backordered,
    }
}

impl<'s> Ground<'s> {
    /// Judges an action, whose path is that of what holds it.
    pub fn judge(&self, action: &StockAction, path: &Path<'_>) -> Judgement {
        if let StockAction::Batch(actions) = action {
            return batch(self, actions, &path.field("batch"));
        }
        if let Some(judgement) = kit::judge(self, action, path) {
            return judgement;
        }
        self.judge_alone(action, path).map(|verdict| verdict.map_err(|refusal| vec![refusal]))
    }

    /// Judges an action that is about no kit and is no batch.
    pub fn judge_alone(&self, action: &StockAction, path: &Path<'_>) -> Verdict {
        match action {
            StockAction::Receive(receive) => movement::receive(self, receive, &path.field("receive")),
            StockAction::Count(count) => movement::count(self, count, &path.field("count")),
            StockAction::Issue(issue) => movement::issue(self, issue, &path.field("issue")),
            StockAction::Move(goods) => movement::relocate(self, goods, &path.field("move")),
            StockAction::ChangeOwner(change) => movement::change_owner(self, change, &path.field("change_owner")),
            StockAction::Regrade(regrade) => movement::regrade(self, regrade, &path.field("regrade")),
            StockAction::DescribeLot(lot) => movement::describe(self, lot, &path.field("describe_lot")),
            StockAction::Reserve(reserve) => reservation::reserve(self, reserve, &path.field("reserve")),
            StockAction::Commit(commit) => reservation::commit(self, commit, &path.field("commit")),
            StockAction::Release(release) => reservation::release(self, release, &path.field("release")),
            StockAction::Extend(extend) => reservation::extend(self, extend, &path.field("extend")),
            StockAction::Firm(firm) => reservation::firm(self, firm, &path.field("firm")),
            StockAction::Transfer(transfer) => reservation::transfer(self, transfer, &path.field("transfer")),
            StockAction::Update(update) => reservation::update(self, update, &path.field("update")),
            StockAction::Uncommit(uncommit) => reservation::uncommit(self, uncommit, &path.field("uncommit")),
            StockAction::Fill(fill) => reservation::fill(self, fill, &path.field("fill")),
            StockAction::Reallocate(moves) => replan::reallocate(self, moves, &path.field("reallocate")),
            StockAction::Expect(expect) => expected::expect(self, expect, &path.field("expect")),
            StockAction::Reschedule(reschedule) => Ok(expected::reschedule(self, reschedule)),
            StockAction::CancelExpected(cancel) => expected::cancel(self, cancel, &path.field("cancel_expected")),
            StockAction::Reconcile { all_reservations } => {
                let mut events = corrections(self.state, *all_reservations);
                let corrected = u32::try_from(events.len()).unwrap_or(u32::MAX);
                events.push(StockEvent::Reconciled { corrected });
                Ok(Ok(events))
            }
            StockAction::Expire {} => {
                let due = self.state.due(self.at).count();
                Ok(Ok(vec![StockEvent::Swept { expired: u32::try_from(due).unwrap_or(u32::MAX) }]))
            }
            // `judge` takes a batch apart.
            StockAction::Batch(_) => Ok(Ok(Vec::new())),
        }
    }

    pub fn supply(&self) -> Supply<'s> {
        Supply::at(self.inventory, self.state, self.at)
    }

    pub fn known_location(&self, location: &LocationId, path: &Path<'_>) -> Result<(), Error> {
        if self.inventory.rank(location).is_some() {
            return Ok(());
        }
        Err(self.inventory.unknown_location(location, &path.field("location")).into())
    }
}

pub(super) fn positive(quantity: Quantity, path: &Path<'_>) -> Result<(), Error> {
    if quantity.is_positive() { Ok(()) } else { Err(not_positive(quantity, &path.field("quantity")).into()) }
}

pub(super) fn refuse(code: InventoryCode, message: String) -> Refusal {
    Refusal::new(Code::from(code), message)
}
