//! Tax by category and destination.

mod def;

pub use def::*;
