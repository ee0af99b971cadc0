//! Product allocation: who may take how much of a product in a period.
//!
//! Invariants: what a group consumes in a period never exceeds any cap of that period, as far as the engine was asked; a demand draws
//! from the periods of its window alone, in their order of preference; what does not get the whole quantity names the nearest quantity
//! and, where there is one, the nearest day that would pass.
//!
//! | item | what it is |
//! |---|---|
//! | [`QuotaDef`] | what a rule author writes: groups, caps by day, week, month, quarter or year, windows, factors |
//! | [`check_quota`] | how much of each line its quotas allow, and what that consumes; consumes nothing |
//! | [`QuotaClaim`] | what a reservation has consumed of a quota |

mod book;
mod calendar;
mod claim;
mod compile;
mod def;
mod ledger;
mod plan;
mod request;
#[cfg(test)]
mod tests;

pub(super) use claim::Allowance;
pub use claim::{QuotaClaim, QuotaClaimPeriod};
pub(super) use compile::{Quotas, compile};
pub use def::{QuotaCapDef, QuotaDatedDef, QuotaDef, QuotaDrawnBy, QuotaGroupDef, QuotaOthers, QuotaPeriod, QuotaProductDef, QuotaWindow};
pub(super) use ledger::QuotaLedger;
pub use ledger::QuotaVersion;
pub use plan::check_quota;
pub use request::{CheckQuotaRequest, QuotaDraw, QuotaLine, QuotaPlan, QuotaPlanLine, QuotaUse};
