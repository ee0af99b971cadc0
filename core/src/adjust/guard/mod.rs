//! Guards: what lines, or the document, must cost at least, whatever the steps before have taken off.
//!
//! Invariants: a guard never lifts anything above what it cost before the steps that it guards; what it cannot lift to the floor, it reports;
//! an amount at the floor is not below it.
//!
//! | item | what it is |
//! |---|---|
//! | [`GuardDef`] | what authors write |
//! | [`Guard`] | the checked step: the floor of a line or of the document |
//! | [`Floor`] | the floor, rounded and not |

mod compile;
mod def;
mod eval;

pub use compile::{Guard, GuardPlace, MarginFloor};
pub use def::{GuardDef, Otherwise};
pub use eval::{Floor, FloorError};
