//! Given-when-then tables, worked examples of the field, laws, and a naive model of the ledger.

mod backorders;
mod changes;
mod expected;
mod laws;
mod lots;
mod model;
mod nearest;
mod plans;
pub(super) mod story;
mod tables;
