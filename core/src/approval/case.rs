//! An approval case: what can be done with it, what has happened, and where it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::{Requirement, Route};
use crate::Timestamp;
use crate::id::{ActorId, DocumentId, RoleId, RuleId};
use crate::report::{Code, Memory};

/// What can be done with a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ApprovalAction {
    /// Asks for the approvals of a route. A case that was rejected or recalled is opened again as a new round.
    Open {
        /// What is to be approved.
        subject: Subject,
        /// Who asks.
        requester: ActorId,
        /// The approvals that are needed.
        route: Route,
    },
    /// Approves what is pending for the actor's roles.
    Approve(Vote),
    /// Rejects what is pending for the actor's roles, which ends the round.
    Reject {
        /// The level that is meant; the one that is open when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<u32>,
        /// The roles of the person who decides, as the host knows them.
        roles: Vec<RoleId>,
        /// Why.
        reason: String,
    },
    /// Takes the request back, which only the requester can.
    Recall {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// An approval by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalVote")]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The level that is meant; the one that is open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// The roles of the person who decides, as the host knows them; of the person acted for, when someone acts on behalf.
    pub roles: Vec<RoleId>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What is to be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalSubject")]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The document.
    pub document: DocumentId,
    /// The fingerprint of what is approved in it, so that a later change can be told; absent when the host does not need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// What has happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ApprovalEvent {
    /// A round was opened.
    Opened {
        /// What is to be approved.
        subject: Subject,
        /// Who asks.
        requester: ActorId,
        /// The approvals that are needed.
        requirements: Vec<Requirement>,
    },
    /// The approvals of a level are asked for.
    LevelOpened {
        /// The level.
        level: u32,
    },
    /// One approval was given.
    Approved {
        /// The level.
        level: u32,
        /// The role.
        role: RoleId,
        /// A remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// One approval was denied.
    Rejected {
        /// The level.
        level: u32,
        /// The role.
        role: RoleId,
        /// Why.
        reason: String,
    },
    /// The requester took the request back.
    Recalled {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The round has ended.
    Closed {
        /// How.
        status: CaseStatus,
    },
    /// A command was refused.
    Refused {
        /// Why, the first being the one that counts.
        codes: Vec<Code>,
    },
}

/// A case. The default, which is `{}` on the wire, is a case that nothing has happened to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalCaseState")]
#[serde(default, deny_unknown_fields)]
pub struct CaseState {
    /// How many events have made this state; the number of the last of them.
    pub version: u64,
    /// The rounds, the current one last. Earlier rounds keep who decided what.
    pub rounds: Vec<Round>,
    /// The commands that were handled.
    pub memory: Memory,
}

impl CaseState {
    /// The current round; none before the case was opened.
    #[must_use]
    pub fn current(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// How the current round stands; none before the case was opened.
    #[must_use]
    pub fn status(&self) -> Option<CaseStatus> {
        self.current().map(|round| round.status)
    }
}

/// One request for approval, from its opening to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRound")]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What is to be approved.
    pub subject: Subject,
    /// Who asked.
    pub requester: ActorId,
    /// When.
    pub opened_at: Timestamp,
    /// How it stands.
    pub status: CaseStatus,
    /// When it ended; absent while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// The approvals that are needed, levels ascending.
    pub requirements: Vec<RequirementState>,
}

impl Round {
    /// The approvals that are asked for now, all of one level.
    pub fn pending(&self) -> impl Iterator<Item = &RequirementState> {
        self.requirements.iter().filter(|requirement| requirement.status == RequirementStatus::Pending)
    }
}

/// How a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalCaseStatus")]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// An approval is still to come.
    Pending,
    /// Everybody has approved, or nobody had to.
    Approved,
    /// Somebody has rejected.
    Rejected,
    /// The requester took the request back.
    Recalled,
}

impl CaseStatus {
    /// The status as it stands in results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Recalled => "recalled",
        }
    }
}

/// An approval that is needed, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRequirementState")]
#[serde(deny_unknown_fields)]
pub struct RequirementState {
    /// The level.
    pub level: u32,
    /// The role that approves.
    pub role: RoleId,
    /// The rows of the matrix that ask for it.
    #[serde(default)]
    pub rows: Vec<RuleId>,
    /// How it stands.
    pub status: RequirementStatus,
    /// Who decided; absent until someone has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// How an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRequirementStatus")]
#[serde(rename_all = "snake_case")]
pub enum RequirementStatus {
    /// An earlier level has not approved yet.
    Waiting,
    /// It is asked for.
    Pending,
    /// It was given.
    Approved,
    /// It was denied.
    Rejected,
    /// The round ended without it.
    Skipped,
}

/// Who decided, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalDecided")]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Who.
    pub actor: ActorId,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<ActorId>,
    /// When.
    pub at: Timestamp,
    /// The remark, or the reason of a rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
