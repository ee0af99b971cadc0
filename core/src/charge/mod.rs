//! Charges: what a document costs beside its goods, and what is paid of it in the smallest coin.
//!
//! Freight and fees by a scale or a decision table, insurance, duty, allowances; on the document, as lines of their own, or allocated to
//! the lines.
//!
//! Invariants: a charge is computed once, from the lines as they enter it; one that is allocated adds up to the last minor unit; one that
//! is free shows what it would have been, and one that is not, how much is missing.
//!
//! | item | what it is |
//! |---|---|
//! | [`ChargeDef`], [`ChargeStepDef`], [`CashRoundingDef`] | what authors write |
//! | [`Charges`], [`Charge`], [`ChargeStep`] | the checked forms |
//! | [`Charge::compute`] | how much a charge is: [`Charged`] |
//! | [`CashRounding`] | the checked step that rounds what is to be paid |

mod cash;
mod compile;
mod def;
mod eval;
mod scale;
#[cfg(test)]
mod tests;

pub use cash::CashRounding;
pub use compile::{Charge, ChargeStep, ChargeTax, Charges, Placement, Spread};
pub use def::{
    CashRoundingDef, CashStrategy, ChargeAmountDef, ChargeDef, ChargeStepDef, ChargeTaxDef, EachDef, PlacementDef, ScaleDef, ScaleStepDef,
    SpreadDef,
};
pub use eval::{ChargeError, Charged, ChargedLine};
