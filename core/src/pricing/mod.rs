//! Price determination: price records found by an access sequence over declared keys.

mod def;

pub use def::*;
