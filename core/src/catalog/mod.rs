//! Products, units of measure and packaging.

mod def;

pub use def::*;
