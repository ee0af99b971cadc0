//! Taking stock: which of several lots, serial numbers and bins a quantity is taken from, and which are passed over.
//!
//! Invariants: stock that is not usable, has expired, is held or belongs to somebody else is never taken unless a setting or the
//! reservation says so; lots never net with each other; of equal stock the one with the smaller lot id goes first.
//!
//! | item | what it is |
//! |---|---|
//! | [`RemovalDef`] | what a rule author writes: strategy, shelf life, undated, expired and consigned stock |
//! | [`RemovalTerms`] | what one reservation asks for: a lot, units, an owner, a shelf life, another strategy |

mod compile;
mod def;
mod nearest;
mod packages;
mod pick;
mod survey;
mod view;

pub(super) use compile::{RemovalPolicy, compile_removal};
pub use def::{ConsignedStock, ExpiredLots, LotMatch, RemovalDef, RemovalStrategy, RemovalTerms, UndatedStock};
pub(super) use nearest::explain_refusal;
pub use survey::PassedOver;
pub(super) use survey::{Ask, days_of_expiry, usable};
