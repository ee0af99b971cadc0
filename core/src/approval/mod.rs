//! Approvals: who must approve a document, and the life of a request for it.
//!
//! Invariants: rows of the matrix that ask for the same level and role ask for one approval; a level is asked when every approval of
//! the level before it was given; each approval is decided once; one rejection ends the round; who asked does not decide, unless the
//! policy allows it; folding the events of a decision over the old state gives the new one; a command given twice counts once.
//!
//! | item | what it is |
//! |---|---|
//! | [`ApprovalDef`], [`compile()`] | the matrix and the policy around it, written and checked |
//! | [`route()`] | the approvals that a document needs, with the rows that ask for them |
//! | [`explain()`] | why each row of the matrix asks or does not |
//! | [`decide()`], [`evolve()`] | a case: open, approve, reject, recall |
//! | [`CaseState`] | where a case stands, with the history of its rounds |

mod case;
mod compile;
mod decide;
mod def;
mod evolve;
mod request;
mod route;

#[cfg(test)]
mod tests;

pub use case::{ApprovalAction, ApprovalEvent, CaseState, CaseStatus, Decided, RequirementState, RequirementStatus, Round, Subject, Vote};
pub use compile::{Approval, compile};
pub use decide::decide;
pub use def::{ApprovalAmounts, ApprovalDef, NoMatch, RequiredDef, RoleDef};
pub use evolve::evolve;
pub use request::{DecideApprovalRequest, EvolveApprovalRequest, evolve_all};
pub use route::{Requirement, Route, explain, route};
