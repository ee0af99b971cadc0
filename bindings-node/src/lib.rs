//! dealdesk for Node: JSON text across the boundary, the fastest measured way; `rulebook.js` makes objects of it. No rule, no
//! default, no rounding is decided here.

use dealdesk::report::{Error, Sources};
use dealdesk::{Compiled, Rulebook, wire};
use napi_derive::napi;

/// A compiled rulebook.
#[napi]
pub struct Handle {
    compiled: Compiled,
}

#[napi]
impl Handle {
    /// Compiles the JSON text of a rulebook with the files that it names.
    #[napi(factory)]
    pub fn from_json(text: String, names: Vec<String>, texts: Vec<String>) -> napi::Result<Self> {
        let files: Sources = names.into_iter().zip(texts).collect();
        wire::compile_json(&text, &files).map(|compiled| Self { compiled }).map_err(thrown)
    }

    /// The name that its author gave it.
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.rulebook().id().as_str().to_owned()
    }

    /// Its identity.
    #[napi(getter)]
    pub fn fingerprint(&self) -> String {
        self.rulebook().fingerprint().0.clone()
    }

    /// The warnings of its compilation as JSON.
    #[napi(getter)]
    pub fn warnings(&self) -> String {
        wire::json(&self.compiled.warnings)
    }

    /// Calls an operation by name.
    #[napi]
    pub fn call(&self, op: String, request: String) -> napi::Result<String> {
        wire::answer_json(Some(self.rulebook()), &op, &request).map_err(thrown)
    }

    fn rulebook(&self) -> &Rulebook {
        &self.compiled.rulebook
    }
}

/// Calls an operation that needs no rulebook.
#[napi]
pub fn call(op: String, request: String) -> napi::Result<String> {
    wire::answer_json(None, &op, &request).map_err(thrown)
}

/// The names of the files that the text of a rulebook asks for.
#[napi]
pub fn named_files(text: String) -> napi::Result<Vec<String>> {
    wire::named_files(&text).map_err(thrown)
}

/// The error as JSON; `rulebook.js` makes a `DealdeskError` of it.
fn thrown(error: Error) -> napi::Error {
    napi::Error::from_reason(wire::json(&error))
}
