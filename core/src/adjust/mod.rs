//! Adjustments of prices in stages: discounts, promotions.

mod def;

pub use def::*;
