//! The door: every operation of the engine by name, with typed requests and responses. Bindings see nothing else.
//!
//! Invariants: an operation is one line of the table in `ops.rs`; whatever the table holds is in every language. Nothing is
//! decided here: a request is read, the function is called, the response is written.
//!
//! | item | what it is |
//! |---|---|
//! | [`OPS`], [`Op`] | the operations: name, meaning, whether one needs a rulebook |
//! | [`Request`], [`Response`] | what an operation takes and gives; a response serializes as its content |
//! | [`call`] | reads a request from any serde deserializer and answers it |
//! | [`answer_json`], [`call_json`] | the same from JSON text to JSON text; the latter has the error as text too |
//! | [`json`] | the JSON text of a response, an error or diagnostics |
//! | [`compile_json`], [`read_rulebook`] | a rulebook from text; its definition from any serde deserializer |
//! | [`named_files`] | the files that the text of a rulebook asks for |
//! | [`schemas`] | JSON Schemas of every request, every response and the rulebook |
//!
//! ```
//! let response = dealdesk::wire::call_json(None, "allocate", r#"{"total": "10.00", "currency": "EUR",
//!     "shares": [{"weight": "1"}, {"weight": "1"}, {"weight": "1"}]}"#)?;
//! assert_eq!(response, r#"{"parts":["3.34","3.33","3.33"],"unallocated":"0.00"}"#);
//! # Ok::<(), String>(())
//! ```

mod allocate;
mod ops;
mod rulebook;
mod schema;

pub use allocate::{AllocateRequest, AllocateShare, Allocation};
pub use ops::{OPS, Op, Request, Response, answer_json, call, call_json, json};
pub use rulebook::{compile_json, named_files, read_rulebook};
pub use schema::{OpSchema, Schemas, schemas};
