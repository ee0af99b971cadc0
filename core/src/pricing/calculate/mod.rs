//! Calculated prices: lists on lists and formulas, in the order that the author declares.
//!
//! Invariants: a price depends on no list twice around; nothing is rounded unless a step rounds; the result is never below zero.
//!
//! | item | what it is |
//! |---|---|
//! | [`CalculateDef`] | what authors write |
//! | [`Calculation`] | the checked form |

mod compile;
mod def;
mod eval;

pub(crate) use compile::PRICE;
pub(super) use compile::check_chains;
pub use def::{CalculateDef, CalculateStepDef, ClampDef, StartDef};
pub(super) use eval::decimal;

use crate::expr::{Expr, Slot};
use crate::money::{Decimal, Percent, Rounding};

/// A calculated price.
#[derive(Debug, Clone)]
pub(super) struct Calculation {
    pub start: Start,
    pub steps: Vec<CalculateStep>,
    /// Where formulas read the price as the step before left it.
    pub price: Slot,
}

/// Where a calculated price starts.
#[derive(Debug, Clone)]
pub(super) enum Start {
    /// The number of a list.
    List(usize),
    Formula(Expr),
    Price(Decimal),
}

/// A step of a calculated price.
#[derive(Debug, Clone)]
pub(super) enum CalculateStep {
    /// Keeps that percentage of the price: 90 for a discount of 10, 125 for a markup of 25.
    Keep(Percent),
    /// The price is that percentage of the result.
    Margin(Percent),
    Add(Expr),
    Formula(Expr),
    Round(Rounding),
    Clamp {
        at_least: Option<Expr>,
        at_most: Option<Expr>,
    },
}
