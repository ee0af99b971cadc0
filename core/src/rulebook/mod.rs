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

mod def;
mod order;

pub use def::{AttributeDef, AttributeType, ListItem, RulebookDef, StepDef};
pub use order::{CancelAllowed, CloseWhen, InvoiceWhen, OrderDef, OrderPolicy, OrderStep};

use std::sync::Arc;

use crate::money::Currency;
use crate::report::{Diagnostic, Error, Fingerprint, Sources, content_hash};

/// A checked rulebook: the only thing that quotes, checks and decides.
#[derive(Debug, Clone)]
pub struct Rulebook(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    id: crate::id::RulebookId,
    fingerprint: Fingerprint,
    currency: Currency,
}

/// A rulebook that has no error, with the warnings that its author should read.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The rulebook.
    pub rulebook: Rulebook,
    /// What is probably not meant, sorted by path.
    pub warnings: Vec<Diagnostic>,
}

impl Rulebook {
    /// Checks a definition and compiles it; `sources` holds the files that it names.
    ///
    /// # Errors
    /// [`Error`] with all diagnostics, sorted by path.
    pub fn compile(def: RulebookDef, sources: &Sources) -> Result<Compiled, Error> {
        let files: Vec<_> = sources.iter().collect();
        let fingerprint = Fingerprint(content_hash(&(&def, files)));
        let rulebook = Self(Arc::new(Parts { id: def.id, fingerprint, currency: def.currency }));
        Ok(Compiled { rulebook, warnings: Vec::new() })
    }

    /// The name that its author gave it.
    #[must_use]
    pub fn id(&self) -> &crate::id::RulebookId {
        &self.0.id
    }

    /// Its identity: equal for equal definitions and files, in every runtime.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.0.fingerprint
    }

    /// The currency of documents that name none.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.0.currency
    }
}
