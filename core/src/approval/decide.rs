//! The rules of a case. Reasons to refuse count in the order in which [`ApprovalCode`] declares them.

use super::case::{ApprovalAction, ApprovalEvent, CaseState, CaseStatus, RequirementState, Round, Subject, Vote};
use super::compile::{Approval, known_role};
use super::route::Route;
use crate::Decimal;
use crate::id::{ActorId, RoleId};
use crate::report::{
    ApprovalCode, Command, CommandConflict, Decision, Detail, Diagnostic, Error, Fingerprint, Outcome, Path, Refusal, ShapeCode,
};
use crate::sort;

/// What an action makes happen, or why it is refused.
type Verdict = Result<Vec<ApprovalEvent>, Vec<Refusal>>;

/// Decides a command.
///
/// A refusal is remembered like an acceptance: a repeat gets the same answer and no events. Two refusals are not remembered, because
/// they are about the call and not about the case: a command id that was used for other content, and a version that has moved on.
///
/// # Errors
/// [`Error`] for a command that cannot be judged: a route with a level 0, with the same level and role twice, or with a role that the
/// rulebook does not know; a rejection without a reason. Such a command is not remembered.
///
/// ```
/// use dealdesk::approval::{self, Approval, CaseState, CaseStatus};
/// use dealdesk::report::{Fingerprint, Outcome};
/// let decide = |state: &CaseState, command: &str| -> Result<_, Box<dyn std::error::Error>> {
///     Ok(approval::decide(&Approval::default(), &Fingerprint::default(), state, &serde_json::from_str(command)?)?)
/// };
/// let opened = decide(&CaseState::default(), r#"{"id": "c-1", "at": "2026-11-21T09:30:00Z", "actor": "ann", "action": {"open": {
///     "subject": {"document": "Q-1"}, "requester": "ann", "route": {"requirements": [{"level": 1, "role": "sales_lead"}]}}}}"#)?;
/// let state = opened.events.iter().fold(CaseState::default(), approval::evolve);
/// let approved = decide(&state, r#"{"id": "c-2", "at": "2026-11-21T10:00:00Z", "actor": "bob",
///     "action": {"approve": {"roles": ["sales_lead"]}}}"#)?;
/// let state = approved.events.iter().fold(state, approval::evolve);
/// assert_eq!(state.status(), Some(CaseStatus::Approved));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decide(
    approval: &Approval,
    rulebook: &Fingerprint,
    state: &CaseState,
    command: &Command<ApprovalAction>,
) -> Result<Decision<ApprovalEvent>, Error> {
    // 1. A command that was handled before gets the answer that it got then.
    if let Some(known) = state.memory.recall(&command.id, &command.content()) {
        let outcome = known.unwrap_or_else(|CommandConflict| Outcome::Refused(vec![command_conflict(command)]));
        return Ok(Decision { outcome, events: Vec::new() });
    }
    // 2. The caller may insist on the version that it has seen.
    if let Some(expected) = command.expected_version.filter(|expected| *expected != state.version) {
        return Ok(Decision { outcome: Outcome::Refused(vec![version_conflict(expected, state.version)]), events: Vec::new() });
    }
    // 3. The rules of the action.
    let case = Case { approval, state, command };
    let verdict = match &command.action {
        ApprovalAction::Open { subject, requester, route } => {
            check_route(route, approval, &Path::ROOT.field("action").field("open").field("route"))?;
            case.open(subject, requester, route)
        }
        ApprovalAction::Approve(vote) => case.approve(vote),
        ApprovalAction::Reject { level, roles, reason } => {
            check_reason(reason, &Path::ROOT.field("action").field("reject").field("reason"))?;
            case.reject(*level, roles, reason)
        }
        ApprovalAction::Recall { reason } => case.recall(reason.as_ref()),
    };
    let (outcome, what) = match verdict {
        Ok(events) => (Outcome::Accepted, events),
        Err(refusals) => {
            let codes = refusals.iter().map(|refusal| refusal.code).collect();
            (Outcome::Refused(refusals), vec![ApprovalEvent::Refused { codes }])
        }
    };
    Ok(Decision { outcome, events: command.events(state.version, rulebook, what) })
}

struct Case<'a> {
    approval: &'a Approval,
    state: &'a CaseState,
    command: &'a Command<ApprovalAction>,
}

impl<'a> Case<'a> {
    fn open(&self, subject: &Subject, requester: &ActorId, route: &Route) -> Verdict {
        if let Some(round) = self.state.current().filter(|round| matches!(round.status, CaseStatus::Pending | CaseStatus::Approved)) {
            let message = format!("the case is {} already; open another case for another request", round.status.as_str());
            return Err(vec![Refusal::new(ApprovalCode::AlreadyOpen, message).detail("status", round.status.as_str())]);
        }
        let mut requirements = route.requirements.clone();
        sort::by(&mut requirements, |one, other| (one.level, &one.role).cmp(&(other.level, &other.role)));
        let first = requirements.first().map(|needed| needed.level);
        let opened = ApprovalEvent::Opened { subject: subject.clone(), requester: requester.clone(), requirements };
        let next = first.map_or(ApprovalEvent::Closed { status: CaseStatus::Approved }, |level| ApprovalEvent::LevelOpened { level });
        Ok(vec![opened, next])
    }

    fn approve(&self, vote: &Vote) -> Verdict {
        let (round, mine) = self.decidable(vote.level, &vote.roles)?;
        let level = mine.first().map_or(0, |requirement| requirement.level);
        let all_mine = round.pending().count() == mine.len();
        let approved = |requirement: &&RequirementState| ApprovalEvent::Approved {
            level: requirement.level,
            role: requirement.role.clone(),
            comment: vote.comment.clone(),
        };
        let mut events: Vec<ApprovalEvent> = mine.iter().map(approved).collect();
        if all_mine {
            let next = round.requirements.iter().map(|requirement| requirement.level).filter(|next| *next > level).min();
            events.push(match next {
                Some(level) => ApprovalEvent::LevelOpened { level },
                None => ApprovalEvent::Closed { status: CaseStatus::Approved },
            });
        }
        Ok(events)
    }

    fn reject(&self, level: Option<u32>, roles: &[RoleId], reason: &str) -> Verdict {
        let (_, mine) = self.decidable(level, roles)?;
        let rejected = |requirement: &&RequirementState| ApprovalEvent::Rejected {
            level: requirement.level,
            role: requirement.role.clone(),
            reason: reason.to_owned(),
        };
        let events = mine.iter().map(rejected);
        Ok(events.chain([ApprovalEvent::Closed { status: CaseStatus::Rejected }]).collect())
    }

    fn recall(&self, reason: Option<&String>) -> Verdict {
        let round = self.pending_round()?;
        let acting = self.command.on_behalf_of.as_ref().unwrap_or(&self.command.actor);
        if *acting != round.requester {
            let message = format!("only `{}`, who asked, can take the request back", round.requester);
            return Err(vec![Refusal::new(ApprovalCode::NotEntitled, message).detail("requester", round.requester.as_str())]);
        }
        Ok(vec![ApprovalEvent::Recalled { reason: reason.cloned() }, ApprovalEvent::Closed { status: CaseStatus::Recalled }])
    }

    /// The round, while something can be decided in it.
    fn pending_round(&self) -> Result<&'a Round, Vec<Refusal>> {
        let Some(round) = self.state.current() else {
            return Err(vec![Refusal::new(ApprovalCode::NotOpened, "the case was not opened; open it with a route first")]);
        };
        if round.status != CaseStatus::Pending {
            let message = format!("the case is {}; nothing can be decided in it any more", round.status.as_str());
            return Err(vec![Refusal::new(ApprovalCode::Closed, message).detail("status", round.status.as_str())]);
        }
        Ok(round)
    }

    /// The pending requirements that the actor may decide.
    fn decidable(&self, level: Option<u32>, roles: &[RoleId]) -> Result<(&'a Round, Vec<&'a RequirementState>), Vec<Refusal>> {
        let round = self.pending_round()?;
        let mut refusals = Vec::new();
        let open = round.pending().next().map(|requirement| requirement.level);
        if let Some(asked) = level.filter(|level| open != Some(*level)) {
            refusals.push(level_not_open(asked, open));
        }
        let actors = [Some(&self.command.actor), self.command.on_behalf_of.as_ref()];
        if !self.approval.requester_may_approve && actors.into_iter().flatten().any(|actor| *actor == round.requester) {
            let message = format!("`{}` asked for the approval and cannot decide on it", round.requester);
            refusals.push(Refusal::new(ApprovalCode::SelfApproval, message).detail("requester", round.requester.as_str()));
        }
        let mine: Vec<&RequirementState> = round.pending().filter(|requirement| roles.contains(&requirement.role)).collect();
        if mine.is_empty() {
            let needed: Vec<&str> = round.pending().map(|requirement| requirement.role.as_str()).collect();
            let message = format!("level {} needs the role {}", open.unwrap_or_default(), list(&needed));
            let needed: Vec<Detail> = needed.into_iter().map(Detail::from).collect();
            refusals.push(Refusal::new(ApprovalCode::NotEntitled, message).detail("roles", needed));
        }
        if refusals.is_empty() { Ok((round, mine)) } else { Err(refusals) }
    }
}

fn level_not_open(asked: u32, open: Option<u32>) -> Refusal {
    let open = open.unwrap_or_default();
    let message = if asked < open {
        format!("level {asked} is decided; level {open} is open")
    } else {
        format!("level {asked} is not open; level {open} comes first")
    };
    Refusal::new(ApprovalCode::LevelNotOpen, message).detail("level", Decimal::from(asked)).detail("open", Decimal::from(open))
}

fn list(roles: &[&str]) -> String {
    roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ")
}

fn command_conflict(command: &Command<ApprovalAction>) -> Refusal {
    let message = format!("the command `{}` was given before with other content; give the new command its own id", command.id);
    Refusal::new(ApprovalCode::CommandConflict, message).detail("command", command.id.as_str())
}

fn version_conflict(expected: u64, actual: u64) -> Refusal {
    let message = format!("the case is at version {actual}, not {expected}; read it again");
    let figures = Refusal::new(ApprovalCode::VersionConflict, message);
    figures.detail("expected", Decimal::from(expected)).detail("actual", Decimal::from(actual))
}

fn check_route(route: &Route, approval: &Approval, path: &Path<'_>) -> Result<(), Error> {
    let mut found = crate::report::Diagnostics::new();
    let path = path.field("requirements");
    for (at, needed) in route.requirements.iter().enumerate() {
        let path = path.index(at);
        if needed.level == 0 {
            found.error(ApprovalCode::Level, &path.field("level"), "`0` is not a level; levels are whole numbers from 1");
        }
        if let Err((message, help)) = known_role(&needed.role, &approval.roles) {
            found.push(Diagnostic::error(ApprovalCode::UnknownRole, &path.field("role"), message).maybe_help(help));
        }
        let earlier = route.requirements.iter().take(at);
        if earlier.into_iter().any(|other| (other.level, &other.role) == (needed.level, &needed.role)) {
            let message = format!("the role `{}` is asked twice at level {}; ask once", needed.role, needed.level);
            found.error(ApprovalCode::Repeated, &path, message);
        }
    }
    found.finish().map(|_| ())
}

fn check_reason(reason: &str, path: &Path<'_>) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Diagnostic::error(ShapeCode::InvalidValue, path, "a rejection needs a reason; say what would have to change").into());
    }
    Ok(())
}
