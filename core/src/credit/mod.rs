//! Credit: how much a customer owes and is about to owe, and whether one more document may be added to it.
//!
//! Invariants: every check is judged, none hides another; a limit is broken only by what is strictly above it; no document is
//! counted twice; "no limit" and "a limit of zero" mean what the rulebook says and are never guessed.
//!
//! | item | what it is |
//! |---|---|
//! | [`CreditDef`] | what a rule author writes: buckets, deductions, meaning of no limit, checks |
//! | [`compile`] | checks the definition and makes a [`Credit`] of it |
//! | [`CreditRequest`] | a date, an account with its figures, a document |
//! | [`check`] | judges the document: a [`CreditDecision`] with every check, exposure, headroom |

mod compile;
mod def;
mod eval;
mod judge;
mod request;
#[cfg(test)]
mod tests;

pub use compile::{Credit, compile};
pub use def::{BlockedStatus, BucketDef, BucketsDef, CheckDef, CheckRule, CheckSeverity, CreditDef, DeductionsDef, LimitMeaning};
pub use eval::check;
pub use judge::{CheckKind, CheckResult};
pub use request::{
    AccountStatus, BucketAmounts, CreditAccount, CreditBucket, CreditDecision, CreditDocument, CreditRequest, CreditStatus, OpenItem,
};
