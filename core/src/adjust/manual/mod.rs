//! Overrides: prices and discounts that a person sets by hand, at a declared step and within declared limits.
//!
//! Invariants: an override changes nothing before its step; what was computed stays beside it; a limit never changes the value, it says who
//! has to look at it.
//!
//! | item | what it is |
//! |---|---|
//! | [`OverrideDef`] | what authors write |
//! | [`Override`], [`OverrideValue`] | the checked step, and what a person sets |

mod compile;
mod def;
mod eval;

pub use compile::{Limit, Override, OverridePlace};
pub use def::{ActorLimitDef, LimitDef, OverrideDef, Overstepped};
pub use eval::OverrideValue;
