//! The rulebook: what an author writes, and what the engine runs.
//!
//! Invariants: a [`Rulebook`] exists only when its definition has no error; it is immutable, cheap to clone, `Send + Sync`, and
//! cannot be serialized; its fingerprint is the same for the same definition in every runtime.
//!
//! | item | what it is |
//! |---|---|
//! | [`RulebookDef`] | what an author writes, as JSON |
//! | [`OrderDef`], [`OrderPolicy`] | the settings for the life of an order, as written and checked |
//! | [`Rulebook`] | the checked and indexed form |
//! | [`Compiled`] | a rulebook with the warnings of its compilation |

mod compile;
mod def;
mod order;
mod procedure;
mod vocabulary;

pub(crate) use compile::Parts;
pub use compile::{Compiled, Rulebook, SCHEMA_VERSION, SEMANTICS_VERSION};
pub use def::{AttributeDef, AttributeType, ListItem, RulebookDef, StepDef};
pub use order::{CancelAllowed, CloseWhen, InvoiceWhen, OrderDef, OrderPolicy, OrderStep};
pub(crate) use procedure::Step;
pub(crate) use vocabulary::fact_message;
