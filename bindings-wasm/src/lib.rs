//! dealdesk for browsers: JSON text across the boundary, the fastest measured way; `rulebook.js` makes objects of it. No rule, no
//! default, no rounding is decided here.

use dealdesk::report::{Error, Sources};
use dealdesk::{Compiled, Rulebook, wire};
use wasm_bindgen::prelude::wasm_bindgen;

/// A compiled rulebook.
#[wasm_bindgen]
pub struct Handle {
    compiled: Compiled,
}

#[wasm_bindgen]
impl Handle {
    /// Compiles the JSON text of a rulebook with the files that it names.
    ///
    /// # Errors
    /// The error as JSON.
    #[wasm_bindgen(js_name = fromJson)]
    pub fn from_json(text: &str, names: Vec<String>, texts: Vec<String>) -> Result<Handle, String> {
        let files: Sources = names.into_iter().zip(texts).collect();
        wire::compile_json(text, &files).map(|compiled| Self { compiled }).map_err(thrown)
    }

    /// The name that its author gave it.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn id(&self) -> String {
        self.rulebook().id().as_str().to_owned()
    }

    /// Its identity.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.rulebook().fingerprint().0.clone()
    }

    /// The warnings of its compilation as JSON.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn warnings(&self) -> String {
        wire::json(&self.compiled.warnings)
    }

    /// Calls an operation by name.
    ///
    /// # Errors
    /// The error as JSON.
    pub fn call(&self, op: &str, request: &str) -> Result<String, String> {
        wire::answer_json(Some(self.rulebook()), op, request).map_err(thrown)
    }

    fn rulebook(&self) -> &Rulebook {
        &self.compiled.rulebook
    }
}

/// Calls an operation that needs no rulebook.
///
/// # Errors
/// The error as JSON.
#[wasm_bindgen]
pub fn call(op: &str, request: &str) -> Result<String, String> {
    wire::answer_json(None, op, request).map_err(thrown)
}

/// The names of the files that the text of a rulebook asks for.
///
/// # Errors
/// The error as JSON.
#[wasm_bindgen(js_name = namedFiles)]
pub fn named_files(text: &str) -> Result<Vec<String>, String> {
    wire::named_files(text).map_err(thrown)
}

/// The error as JSON; `rulebook.js` makes a `DealdeskError` of it.
fn thrown(error: Error) -> String {
    wire::json(&error)
}
