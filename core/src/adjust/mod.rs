//! Adjustments of prices in stages: discounts and promotions, on lines or on the document.
//!
//! Invariants: which rules of a stage apply never depends on the order of the file; conditions see the figures as they enter the
//! stage, so no rule of a stage can change whether another one matches; nothing falls below zero; what a document rule takes off
//! is allocated to the eligible lines to the last minor unit.
//!
//! | item | what it is |
//! |---|---|
//! | [`StageDef`], [`AdjustmentDef`] | what authors write |
//! | [`Stage`] | the checked form: rules in the order in which they apply, with their index |
//! | [`Action`] | what the line stage needs of a rule for every line |
//! | [`Stage::choose`] | which of the rules that match apply |
//! | [`Stage::line_effect`], [`Stage::document_effect`] | what a rule does to the figures |
//! | [`Statistic`] | a figure beside the price: a cost, a subtotal |
//! | [`Override`] | a step at which a person sets prices by hand |
//! | [`Guard`] | a floor under lines, or under the document |
//! | [`Ending`] | rounds prices to what they are to end in |

mod action;
mod compile;
mod def;
mod ending;
mod eval;
mod formula;
mod guard;
mod lint;
mod manual;
mod statistic;

pub use action::Action;
pub use compile::{Effect, Rule, Stage, StagePlace};
pub use def::{AdjustmentDef, AllocateDef, AmountOffDef, EffectDef, Per, Policy, RoundAt, StageDef, StageScope, TieBreak};
pub use ending::{Ending, EndingDef};
pub use eval::{Choice, Figure};
pub use guard::{FloorError, Guard, GuardDef, GuardPlace, MarginFloor, Otherwise};
pub use manual::{ActorLimitDef, Limit, LimitDef, Override, OverrideDef, OverridePlace, OverrideValue, Overstepped};
pub use statistic::{MarginDef, Statistic, StatisticalDef, SubtotalDef};
