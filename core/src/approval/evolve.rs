//! Folds events into a case. It holds no rules and cannot fail.

use super::case::{ApprovalEvent, CaseState, CaseStatus, Decided, RequirementState, RequirementStatus, Round};
use crate::id::RoleId;
use crate::report::Event;

/// The case after an event. An event that the case holds already, by its number, changes nothing.
#[must_use]
pub fn evolve(mut state: CaseState, event: &Event<ApprovalEvent>) -> CaseState {
    if event.seq <= state.version {
        return state;
    }
    state.version = event.seq;
    let refused = if let ApprovalEvent::Refused { codes } = &event.what { codes.first().copied() } else { None };
    state.memory.remember(event, refused);
    match &event.what {
        ApprovalEvent::Opened { subject, requester, requirements } => state.rounds.push(Round {
            subject: subject.clone(),
            requester: requester.clone(),
            opened_at: event.at,
            status: CaseStatus::Pending,
            closed_at: None,
            requirements: requirements
                .iter()
                .map(|needed| RequirementState {
                    level: needed.level,
                    role: needed.role.clone(),
                    rows: needed.rows.clone(),
                    status: RequirementStatus::Waiting,
                    decided: None,
                })
                .collect(),
        }),
        ApprovalEvent::LevelOpened { level } => {
            let of_level = |requirement: &RequirementState| requirement.level == *level;
            set(&mut state, of_level, RequirementStatus::Pending);
        }
        ApprovalEvent::Approved { level, role, comment } => {
            decide(&mut state, event, (*level, role), RequirementStatus::Approved, comment.clone());
        }
        ApprovalEvent::Rejected { level, role, reason } => {
            decide(&mut state, event, (*level, role), RequirementStatus::Rejected, Some(reason.clone()));
        }
        ApprovalEvent::Closed { status } => {
            let undecided = |requirement: &RequirementState| requirement.decided.is_none();
            set(&mut state, undecided, RequirementStatus::Skipped);
            if let Some(round) = state.rounds.last_mut() {
                round.status = *status;
                round.closed_at = Some(event.at);
            }
        }
        ApprovalEvent::Recalled { .. } | ApprovalEvent::Refused { .. } => {}
    }
    state
}

fn set(state: &mut CaseState, which: impl Fn(&RequirementState) -> bool, status: RequirementStatus) {
    let requirements = state.rounds.last_mut().into_iter().flat_map(|round| &mut round.requirements);
    requirements.filter(|requirement| which(requirement)).for_each(|requirement| requirement.status = status);
}

fn decide(state: &mut CaseState, event: &Event<ApprovalEvent>, place: (u32, &RoleId), status: RequirementStatus, comment: Option<String>) {
    let requirements = state.rounds.last_mut().into_iter().flat_map(|round| &mut round.requirements);
    for requirement in requirements.filter(|requirement| (requirement.level, &requirement.role) == place) {
        requirement.status = status;
        let (actor, on_behalf_of) = (event.actor.clone(), event.on_behalf_of.clone());
        requirement.decided = Some(Decided { actor, on_behalf_of, at: event.at, comment: comment.clone() });
    }
}
