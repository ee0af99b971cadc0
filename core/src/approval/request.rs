//! The same functions with one request each, as the door calls them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::{ApprovalAction, ApprovalEvent, CaseState};
use super::evolve::evolve;
use crate::report::{Command, Event};

/// A command to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideApprovalRequest {
    /// The case as it is; one that nothing has happened to by default.
    #[serde(default)]
    pub state: CaseState,
    /// What is asked of it.
    pub command: Command<ApprovalAction>,
}

/// Events to be folded into the state of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvolveApprovalRequest {
    /// The state before; a case that nothing has happened to by default.
    #[serde(default)]
    pub state: CaseState,
    /// The events, in their order.
    pub events: Vec<Event<ApprovalEvent>>,
}

/// The state after the events.
#[must_use]
pub fn evolve_all(request: EvolveApprovalRequest) -> CaseState {
    request.events.iter().fold(request.state, evolve)
}
