//! How the engine speaks: paths, codes, diagnostics, errors and findings.
//!
//! Invariants: a message is lower-case, names the user's own value in backticks, says what to do, and never shows a Rust type.
//! Codes are API and are never reused; messages are not API. Diagnostics are sorted by path, then code.
//!
//! | item | what it is |
//! |---|---|
//! | [`Path`] | where in the input: a JSON pointer that costs nothing until it is needed |
//! | [`Code`] | every code, one enum per family |
//! | [`Diagnostic`] | one problem of a rulebook or a request: code, severity, path, message, help |
//! | [`Diagnostics`] | the collector that a compilation pushes to |
//! | [`Error`] | input that cannot be judged: at least one diagnostic |
//! | [`Command`], [`Event`], [`Decision`] | what a decider takes and gives |
//! | [`CsvTable`], [`CsvRows`] | a table that an author keeps as CSV, whole or row by row |
//! | [`Sources`] | the files that a rulebook names, as text |
//! | [`Finding`] | a business remark inside a result: never an error |

mod code;
mod csv_rows;
mod csv_table;
mod decision;
mod diagnostic;
mod finding;
mod json;
mod path;
mod rounding;
mod shape;
mod sources;
mod suggest;
mod tape;

pub use code::{
    AdjustCode, ApprovalCode, CatalogCode, ChargeCode, Code, CreditCode, ExprCode, InventoryCode, LimitCode, OrderCode, PricingCode,
    QuoteCode, ReceivableCode, RulebookCode, ShapeCode, TableCode, TaxCode,
};
pub use csv_rows::CsvRows;
pub use csv_table::{CsvRow, CsvTable};
pub use decision::{Command, CommandConflict, Decision, Event, Fingerprint, Memory, Outcome, Refusal, content_hash};
pub use diagnostic::{Diagnostic, Diagnostics, Error, Related, Severity, Span};
pub use finding::{Detail, Details, Finding};
pub(crate) use json::{to_json, to_json_pieces};
pub use path::Path;
pub(crate) use rounding::check_rounding;
pub use shape::{from_json, read};
pub use sources::Sources;
pub use suggest::did_you_mean;
pub(crate) use suggest::meant;
