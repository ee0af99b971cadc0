//! Several actions as one: all of them happen, or none.

use super::action::StockAction;
use super::decide::{Ground, Judgement};
use super::keys::Keys;
use crate::Decimal;
use crate::limits::Limits;
use crate::report::{Diagnostic, Diagnostics, Error, LimitCode, Path, ShapeCode};

/// Judges each action on what those before it have made of the stock. Those that are refused change nothing, and all that are refused
/// are reported, each with the number of its action.
pub(super) fn batch(ground: &Ground<'_>, actions: &[StockAction], path: &Path<'_>) -> Judgement {
    check(actions, path)?;
    // 1. The part of the stock that the actions are about.
    let mut keys = Keys::default();
    actions.iter().for_each(|action| keys.read(action, ground.inventory, ground.state));
    let mut state = keys.part_of(ground.state, ground.at);
    let elsewhere = ground.state.reservations.len().saturating_sub(state.reservations.len());
    // 2. One after the other.
    let (mut events, mut refusals, mut problems) = (Vec::new(), Vec::new(), Diagnostics::new());
    for (number, action) in actions.iter().enumerate() {
        let here = Ground { inventory: ground.inventory, state: &state, at: ground.at, elsewhere };
        match here.judge(action, &path.index(number)) {
            Ok(Ok(happened)) => {
                happened.iter().for_each(|what| state.happen(what));
                events.extend(happened);
            }
            Ok(Err(refused)) => refusals.extend(refused.into_iter().map(|refusal| refusal.detail("action", number_of(number)))),
            Err(error) => error.diagnostics().iter().for_each(|problem| problems.push(problem.clone())),
        }
    }
    // 3. All or nothing.
    problems.finish()?;
    Ok(if refusals.is_empty() { Ok(events) } else { Err(refusals) })
}

fn check(actions: &[StockAction], path: &Path<'_>) -> Result<(), Error> {
    let most = Limits::default().lines;
    if actions.len() > most {
        let message = format!("{} actions in one batch are too many; at most {most} may stand in one", actions.len());
        return Err(Diagnostic::error(LimitCode::TooMany, path, message).into());
    }
    if actions.is_empty() {
        return Err(Diagnostic::error(ShapeCode::InvalidValue, path, "a batch of no actions does nothing; write at least one").into());
    }
    let mut problems = Diagnostics::new();
    for (number, action) in actions.iter().enumerate() {
        if matches!(action, StockAction::Batch(_) | StockAction::Expire {} | StockAction::Reconcile { .. }) {
            let message = "a batch does not hold another batch, nor `expire` or `reconcile`, which are about all of the stock; write the actions themselves";
            problems.error(ShapeCode::InvalidValue, &path.index(number), message);
        }
    }
    problems.finish().map(|_| ())
}

fn number_of(action: usize) -> Decimal {
    u64::try_from(action).unwrap_or(u64::MAX).into()
}
