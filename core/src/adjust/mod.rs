//! Adjustments of prices in stages: discounts and promotions, on lines or on the document.
//!
//! Invariants: which rules of a stage apply never depends on the order of the file; conditions see the figures as they enter the
//! stage, so no rule of a stage can change whether another one matches, unless the stage says so; nothing falls below zero; what a
//! document rule takes off is allocated to the eligible lines to the last minor unit; two rules that exclude each other never apply
//! to one line.
//!
//! | item | what it is |
//! |---|---|
//! | [`StageDef`], [`AdjustmentDef`] | what authors write |
//! | [`Stage`] | the checked form: rules in the order in which they apply, with their index |
//! | [`Action`] | what the line stage needs of a rule for every line |
//! | [`Terms`], [`Limits`], [`Tags`] | what few rules have: a base of their own, tags, a coupon, limits |
//! | [`Coupons`] | the codes of all rules |
//! | [`Stage::choose`] | which of the rules that match apply |
//! | [`Stage::line_effect`], [`Stage::document_effect`] | what a rule does to the figures |
//! | [`Allocate`] | how what is taken off the document is split over its lines |
//! | [`Statistic`] | a figure beside the price: a cost, a subtotal |
//! | [`Override`] | a step at which a person sets prices by hand |
//! | [`Guard`] | a floor under lines, or under the document |
//! | [`Ending`] | rounds prices to what they are to end in |
//! | [`BetterOf`] | two sides of a procedure, of which the better one counts |
//! | [`promotion`] | offers that count units |

mod action;
mod allocate;
mod better;
mod compile;
mod coupon;
mod def;
mod ending;
mod eval;
mod formula;
mod guard;
mod limit;
mod lint;
mod manual;
pub mod promotion;
mod statistic;
mod terms;

pub use action::Action;
pub use allocate::{Allocate, AllocateDef, ShareOrder, Spread, UnitSplit, Weights, WeightsDef};
pub use better::{BetterOf, BetterOfDef, Follower};
pub use compile::{Effect, Rule, Stage, StagePlace};
pub use coupon::{CouponProblem, Coupons, CouponsDef, RuleCouponDef};
pub use def::{
    AdjustmentDef, AmountOffDef, Compare, EffectDef, Per, Policy, RoundAt, RoundWhat, StageDef, StageScope, Stop, ThresholdBase, TieBreak,
};
pub use ending::{Ending, EndingDef};
pub use eval::{Choice, Figure};
pub use guard::{Floor, FloorError, Guard, GuardDef, GuardPlace, MarginFloor, Otherwise};
pub use limit::{Budget, BudgetDef, CapAmount, CapAmountDef, CapPer, CapUnitsDef, Limits, Partial, UsesDef};
pub use manual::{ActorLimitDef, Limit, LimitDef, Override, OverrideDef, OverridePlace, OverrideValue, Overstepped};
pub use statistic::{MarginDef, Statistic, StatisticalDef, SubtotalDef};
pub use terms::{Tags, Termed, Terms, check_tags, tag_names};
