//! Worked examples, laws over random stocks, and a model that matches unit by unit.

mod laws;
mod model;
mod tables;
