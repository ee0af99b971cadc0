//! What supply planning answers.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::action::StockAction;
use super::def::SupplyMethod;
use crate::id::{DemandId, LocationId, ProductId, SupplyId};
use crate::quantity::Quantity;
use crate::report::Finding;
use crate::time::Date;

/// What to make and to buy, and what the lines get from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SupplyPlan {
    /// Whether every line gets all that it needs in time.
    pub complete: bool,
    /// The lines, in the order of the request.
    pub lines: Vec<SuppliedLine>,
    /// The orders to place, products before what goes into them.
    pub proposals: Vec<SupplyProposal>,
    /// The phantoms whose components are taken in their place.
    pub phantoms: Vec<PhantomUse>,
    /// One remark for each line that is late or short.
    pub findings: Vec<Finding>,
}

/// What a line gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SuppliedLine {
    /// Who needs it.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How much is needed.
    pub quantity: Quantity,
    /// When it is wanted.
    pub wanted_on: Date,
    /// The earliest day on which all of it is there; absent when something is missing that nothing supplies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_on: Option<Date>,
    /// Whether all of it is there in time.
    pub in_time: bool,
    /// How much nothing supplies.
    pub missing: Quantity,
    /// What it comes from.
    pub sources: Vec<SupplySource>,
}

/// A part of what is needed, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SupplySource {
    /// Where it comes from.
    pub from: SupplyOrigin,
    /// How much.
    pub quantity: Quantity,
    /// The day on which it is there.
    pub on: Date,
}

/// Where goods come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyOrigin {
    /// They are reserved for it already.
    Reserved,
    /// They are available.
    Stock,
    /// They are on their way.
    Expected(SupplyId),
    /// They come from a proposal.
    Proposal(SupplyId),
    /// They are the components of a phantom.
    Phantom(SupplyId),
}

/// An order to place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SupplyProposal {
    /// Names it: the plan and a number.
    pub id: SupplyId,
    /// The product.
    pub product: ProductId,
    /// Whether it is bought or made.
    pub method: SupplyMethod,
    /// The product's level: 0 for what goes into nothing.
    pub level: u32,
    /// How much to order, after lot sizes.
    pub quantity: Quantity,
    /// How much of it is needed; the rest is free.
    pub needed: Quantity,
    /// Where it arrives.
    pub location: LocationId,
    /// The day on which it must start.
    pub start: Date,
    /// The day on which its goods can be used.
    pub due: Date,
    /// The day on which they are needed.
    pub needed_on: Date,
    /// Whether they are there by then.
    pub in_time: bool,
    /// Whether it cannot start because a component is missing that nothing supplies.
    pub blocked: bool,
    /// Whom it is for.
    pub pegs: Vec<ProposalPeg>,
    /// What goes into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ProposalComponent>,
    /// The command by which the stock expects it.
    pub action: StockAction,
}

/// A phantom whose components are taken in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PhantomUse {
    /// Names it: the plan, `phantom` and a number.
    pub id: SupplyId,
    /// The product.
    pub product: ProductId,
    /// How much of it.
    pub quantity: Quantity,
    /// The day on which its components are needed.
    pub needed_on: Date,
    /// Whom it is for.
    pub pegs: Vec<ProposalPeg>,
    /// What is taken in its place.
    pub components: Vec<ProposalComponent>,
}

/// A need that an order covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProposalPeg {
    /// What it is for.
    pub to: SupplyPegTo,
    /// The line at the top of it; absent when it is for a supply that is for nobody in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandId>,
    /// How much.
    pub quantity: Quantity,
}

/// What a supply is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyPegTo {
    /// A line of the request.
    Demand(DemandId),
    /// A supply on its way, as a component.
    Expected(SupplyId),
    /// A proposal, as a component.
    Proposal(SupplyId),
    /// A phantom, as a component.
    Phantom(SupplyId),
}

/// A component of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProposalComponent {
    /// The product.
    pub product: ProductId,
    /// How much the order needs: its quantity times the bill's, with scrap.
    pub quantity: Quantity,
    /// The day on which it is needed: when the order was to start.
    pub needed_on: Date,
    /// How much nothing supplies.
    pub missing: Quantity,
    /// What it comes from.
    pub sources: Vec<SupplySource>,
}
