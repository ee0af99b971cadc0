//! Quantities: units of measure with exact conversion, minimum order quantity, order multiple, packaging.
//!
//! Invariants: a conversion factor is an exact fraction above zero; converting there and back gives the same quantity.
//!
//! | item | what it is |
//! |---|---|
//! | [`Factor`] | how many of one unit make one of another, exact: `12` or `1/3` |
//! | [`Quantity`] | a quantity in a ledger: exact fixed-point, fast to sum |
//! | [`OrderQuantity`] | minimum order quantity and order multiple, and the nearest quantities they allow |

mod factor;
mod fixed;
mod order_quantity;

pub use factor::{Factor, FactorError};
pub use fixed::{Quantity, QuantityError};
pub use order_quantity::{Allowed, OrderQuantity};
