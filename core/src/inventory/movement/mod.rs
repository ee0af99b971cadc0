//! Goods that come, go, are counted, lie elsewhere or change: facts about the stock, apart from what is held.
//!
//! Invariants: what was counted, and a change of status of what is there, is so; what it breaks is a shortage and not a refusal.

mod arrive;
mod change;
mod named;

pub(super) use arrive::{describe, receive, serial_exists};
pub(super) use change::{change_owner, count, issue, regrade, relocate};
pub(super) use named::check_terms;
