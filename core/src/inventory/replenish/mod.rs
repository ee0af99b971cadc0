//! Supply planning: what to make and to buy, how much and when.
//!
//! Invariants: a bill never leads back to its product; what an order needs of a component is its quantity times the bill's, with scrap;
//! orders cover what is missing, after lot sizes, and nothing else; nothing starts before today; the order of bills, rules and lines
//! does not matter; what is proposed and then expected is not proposed again.
//!
//! | item | what it is |
//! |---|---|
//! | [`BillDef`], [`ReplenishDef`] | what a rule author writes: what a product is made of, and how it is obtained |
//! | [`propose_supply`] | plans orders for lines that stock cannot give, through the levels of their bills |
//! | [`propose_reorders`] | projects the stock of products with a reorder policy, and plans orders that keep it up |
//! | [`check_stock_levels`] | finds the products that are low |

mod answer;
mod bill;
mod compile;
mod cover;
mod def;
mod explode;
mod lead;
mod level;
mod lot;
mod net;
mod plan;
mod project;
mod reorder;
mod reorder_plan;
mod reorder_request;
mod request;
#[cfg(test)]
mod tests;

pub use answer::{propose_supply, propose_supply_request};
pub(super) use compile::{Replenish, compile_replenish};
pub use def::{BillComponentDef, BillDef, LeadTime, LotDef, ReplenishDef, SupplyMethod};
pub use plan::{
    PhantomUse, ProposalComponent, ProposalPeg, SuppliedLine, SupplyOrigin, SupplyPegTo, SupplyPlan, SupplyProposal, SupplySource,
};
pub use reorder::{MinMaxDef, PeriodicDef, ReorderDef, ReorderPointDef, StockAlertDef};
pub use reorder_plan::{
    ProjectedStock, ReorderPlan, ReorderProposal, ReorderReason, ReorderRow, StockLevels, StockLevelsRequest, check_stock_levels,
    propose_reorders, propose_reorders_request,
};
pub use reorder_request::{ForecastDemand, ProposeReordersRequest, ReorderDemand};
pub use request::{ProposeSupplyRequest, SupplyDemand, SupplyLine};
