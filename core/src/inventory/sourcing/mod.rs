//! Sourcing: which locations ship what of an order.
//!
//! Invariants: a plan never takes more than is available; what it says of a line adds up to what the line asks for; a plan that is
//! called optimal is not worse than any other by the objectives, in their order; neither the order of candidates nor, of different
//! products, the order of lines changes what a plan is worth; a larger budget never makes a plan worse.
//!
//! | item | what it is |
//! |---|---|
//! | [`SourcingDef`], [`SourcingFactsDef`] | what authors write: policies, and what is known about locations |
//! | [`SourcingDemand`] | an order's lines and what is known for this order |
//! | [`plan_sourcing`] | the plan: [`SourcingPlan`] |
//!
//! Inside: `candidate` judges locations, `slot` says when they ship, `coming` what is on its way to them, `problem` has lines and stock as
//! plain numbers, `fill` fills the lines from a given set of locations, `apart` those of kits that ship apart, `search` finds the best set, `bound` says what a set can be at best, `strategy` takes locations in a given order, and
//! `answer` tells the plan.

mod answer;
mod apart;
mod bound;
mod candidate;
mod coming;
mod compile;
mod components;
mod def;
mod eval;
mod fill;
mod plan;
mod problem;
mod request;
mod reserve;
mod search;
mod shipment;
mod slot;
mod stock;
mod strategy;
#[cfg(test)]
mod tests;

pub(super) use compile::{Facts, Sourcing, compile_facts, compile_policies};
pub use def::{Relax, SourcingConstraint, SourcingDef, SourcingFactsDef, SourcingObjective, SourcingStrategy, SplitDef};
pub use eval::{plan_sourcing, plan_sourcing_request};
pub use plan::{
    CandidateVerdict, FromSupply, ObjectiveValue, PlannedShipment, ShipmentLine, SourcedLine, SourcingBound, SourcingObjection,
    SourcingPlan, SourcingSearch,
};
pub use request::{PlanSourcingRequest, SourcingCandidate, SourcingDemand, SourcingLine, SourcingReserve};
