//! Exact money: decimals, currencies, amounts, unit prices, percentages, rounding and allocation.
//!
//! Invariants: no float, no operator that can overflow silently or panic; a [`Money`] is always at its currency's scale; only
//! [`Rounding::apply`] and [`allocate`] round, and both are told how.
//!
//! | item | what it is |
//! |---|---|
//! | [`Decimal`] | an exact decimal number as it crosses the wire and stands in formulas |
//! | [`Currency`] | an ISO 4217 currency with its minor units |
//! | [`Denomination`], [`CurrencyRoundingDef`] | for documents in which currency rules are compiled, and how those are rounded |
//! | [`Money`] | an amount at the currency's scale, such as `1058.40` EUR |
//! | [`UnitPrice`] | a price per unit, which may have more digits than an amount |
//! | [`Percent`] | a percentage, exact |
//! | [`Exact`] | an unrounded result, a fraction, on its way to be rounded |
//! | [`Rounding`] | how to round: mode, increment, ending |
//! | [`allocate`], [`allocate_whole`] | split an amount or a count over weights so that the parts sum to the whole |

mod allocate;
mod amount;
mod currency;
mod decimal;
mod denomination;
mod exact;
mod percent;
mod rounding;
mod unit_price;

pub use allocate::{AllocationMethod, AllocationShare, ZeroWeights, allocate, allocate_whole};
pub use amount::Money;
pub use currency::{Currency, CurrencyError};
pub(crate) use decimal::JSON_NUMBER_TOKEN;
pub use decimal::{DECIMAL_TOKEN, Decimal, DecimalError};
pub use denomination::{ChosenRounding, CurrencyRoundingDef, Denomination};
pub use exact::Exact;
pub use percent::Percent;
pub use rounding::{Rounding, RoundingDef, RoundingError, RoundingMode};
pub use unit_price::UnitPrice;

/// Why a calculation has no exact result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArithmeticError {
    /// The result is larger than the engine can hold.
    #[error("the result is too large: at most 18 digits can be held")]
    Overflow,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A value with more decimals than fit, where nothing may be rounded.
    #[error("the value has more decimals than fit here, and nothing says how to round it")]
    Inexact,
    /// Two amounts of different currencies.
    #[error("amounts of different currencies cannot be combined")]
    CurrencyMismatch,
}
