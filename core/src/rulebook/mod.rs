//! The rulebook: what an author writes, and what the engine runs.
//!
//! Invariants: a [`Rulebook`] exists only when its definition has no error; it is immutable, cheap to clone, `Send + Sync`, and
//! cannot be serialized; its fingerprint is the same for the same definition in every runtime.
//!
//! | item | what it is |
//! |---|---|
//! | [`RulebookDef`] | what an author writes, as JSON |
//! | [`OrderDef`], [`OrderPolicy`] | the settings for the life of an order, as written and checked |
//! | [`ApprovalRequest`], [`RouteDecision`] | a document to be approved, and who must approve it |
//! | [`Rulebook`] | the checked and indexed form |
//! | [`Compiled`] | a rulebook with the warnings of its compilation |

mod bills;
mod calls;
mod columns;
mod compile;
mod currencies;
mod def;
mod facts;
mod foresight;
mod judged;
mod order;
mod procedure;
mod subject;
mod vocabulary;

pub(crate) use columns::SymbolColumn;
pub(crate) use compile::Parts;
pub use compile::{Compiled, Rulebook, SCHEMA_VERSION, SEMANTICS_VERSION};
pub(crate) use currencies::{LeftOut, LeftOutRule};
pub use def::{AttributeDef, AttributeType, ListItem, NegativeQuantities, RulebookDef, StepDef};
pub(crate) use facts::FactReader;
pub use judged::JudgedRate;
pub use order::{CancelAllowed, CloseWhen, InvoiceWhen, OrderDef, OrderPolicy, OrderStep};
pub(crate) use procedure::Step;
pub use subject::{ApprovalFacts, ApprovalRequest, RouteDecision, SubjectTotals};
