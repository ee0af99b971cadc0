//! Decision tables in the manner of DMN, over the expression language.
//!
//! Each row tests every input in a cell (`< 1000`, `[10..20)`, `"gold", "silver"`, `not("gold")`, `-`) and gives its outputs when all
//! tests pass; the hit policy says what happens when several rows do. Compiling finds rows that overlap where they must not, inputs
//! that no row takes, and rows that never fire, each with an input that shows it.
//!
//! Invariants: an input expression is evaluated once per evaluation; finding the rows costs a look-up per column and a bitwise AND,
//! whatever the number of rows; evaluating allocates nothing once its scratch has grown; the analysis is exact, or says that it gave up.
//!
//! | item | what it is |
//! |---|---|
//! | [`TableDef`] | what an author writes: inputs, outputs, hit policy, rows or a CSV file |
//! | [`Table::compile`] | the checked table |
//! | [`Table::evaluate`] | the rows that fire for an input: [`Hits`] |
//! | [`Table::explain`] | why each row fired or did not: [`RowReport`] |

mod analysis;
mod axis;
mod cell;
mod compile;
mod cover;
mod def;
mod eval;
mod explain;
mod index;
mod lookup;
mod outputs;
mod overlap;
mod rows;
mod runs;
mod scalar;

#[cfg(test)]
mod tests;

pub use compile::Table;
pub use def::{HitPolicy, InputDef, OutputDef, OutputType, RowDef, TableDef};
pub use eval::{Hit, Hits, TableScratch};
pub use explain::{FailedCell, RowReport};
pub use scalar::Scalar;
