//! Substitutes: what may be delivered in the place of what is not there.
//!
//! Invariants: a line's own stock comes first, for all lines; the line keeps its product and its quantity, and what is delivered instead
//! is said beside it; substitutes come in whole sets of their ratio; no unit is given twice; nothing that needs consent is given
//! without it.
//!
//! | item | what it is |
//! |---|---|
//! | [`SubstituteDef`] | what a rule author writes |
//! | [`plan_substitutes`] | what each line gets of its own product, what instead, and what has to be asked; holds nothing |

mod compile;
mod def;
mod plan;
mod request;
#[cfg(test)]
mod tests;

pub(super) use compile::{Substitutes, compile};
pub use def::{SubstituteDef, SubstitutePrice, SubstituteRatio};
pub use plan::plan_substitutes;
pub use request::{FulfilledAs, InsteadOf, PlanSubstitutesRequest, RejectedSubstitute, SubstituteDemand, SubstituteLine, SubstitutePlan};
