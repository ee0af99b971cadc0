//! Promotions: offers that count units.
//!
//! Two for the price of one, three for 5.00, every second at half price, one free gift.
//!
//! Invariants: within a step a unit stands in one place of one promotion, bought or rewarded, and what is granted earns nothing; neither
//! the order of lines nor how units are split over lines changes what is taken off; a unit never falls below zero; what a promotion takes off
//! is split over its lines to the last minor unit; a million units of one price cost no more than one.
//!
//! | item | what it is |
//! |---|---|
//! | [`PromotionStepDef`], [`PromotionDef`], [`OfferDef`] | what authors write |
//! | [`PromotionStep`], [`Promotion`], [`Part`] | the checked forms: every offer is parts of a group and a benefit |
//! | [`UnitLine`] | a line as it enters the step |
//! | [`PromotionStep::evaluate`] | which promotions apply, and what each takes off which line: [`Evaluation`] |
//!
//! Inside: `units` puts alike units together, `matcher` finds the units of one application, `benefit` says what it takes off, `plan`
//! applies promotion after promotion, `optimal` searches for the best combination, and `exclusion` keeps those apart that exclude
//! each other, `room` bounds what each may take off in a search; `foresight` knows what needs no document.

mod benefit;
mod compile;
mod def;
mod eval;
mod exclusion;
mod foresight;
mod matcher;
mod offer;
mod optimal;
mod plan;
mod room;
mod units;

pub use benefit::Benefit;
pub use compile::{Part, Promotion, PromotionPlace, PromotionStep, Within};
pub use def::{
    Apportion, BenefitAmountDef, BenefitDef, BenefitPer, BuyGetDef, Combine, Consume, Favour, GiftDef, MixAndMatchDef, MixGroupDef,
    NthItemDef, NthSelect, OfferDef, PromotionAllocateDef, PromotionDef, PromotionRoundAt, PromotionStepDef, RepeatDef, RewardDef, Select,
    SetTotalDef, UnitDiscountDef, UnitsDef,
};
pub use eval::{Entrant, Evaluation, Granted, LineShare, Proposed, Refusal, Refused, SearchReport};
pub use units::UnitLine;
