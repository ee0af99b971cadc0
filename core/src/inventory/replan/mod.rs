//! Replanning: who holds how much when there is less than was promised, or more than was thought.
//!
//! Invariants: a plan changes nothing by itself; `win`, `gain` and `improve` never lose what they hold, `fill` never gains, `lose` holds
//! nothing; no unit is given twice; a line takes what it has already before anything else, a promise keeps the supply that it names, and
//! what is given up for something earlier is shared out in the same plan, so that a plan that was carried out is followed by an empty one.
//!
//! | item | what it is |
//! |---|---|
//! | [`ReplanSegmentDef`], [`ReplanStrategy`] | what a rule author writes: which demands are treated how, in which order |
//! | [`replan`] | the difference that replanning makes, and the command that makes it so |
//! | [`ReallocateStock`] | that command: what several reservations hold from now on, all of it or nothing |

mod apply;
mod compile;
mod def;
mod lots;
mod plan;
mod pool;
mod request;
#[cfg(test)]
mod tests;
mod told_apart;

pub(super) use apply::reallocate;
pub use apply::{ReallocateStock, ReallocatedPart, Reallocation};
pub(super) use compile::{Segments, compile};
pub use def::{ReplanCondition, ReplanSegmentDef, ReplanSort, ReplanStrategy};
pub use plan::replan;
pub use request::{ReplanClaim, ReplanConfirmation, ReplanDemand, ReplanLine, ReplanPlan, ReplanRequest};
