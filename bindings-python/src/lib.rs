//! dealdesk for Python: a handle, three functions, and the way across. No rule, no default, no rounding is decided here.
//!
//! Invariants: a request is read while the interpreter is held, computed while it is let go, and written while it is held again;
//! whatever the engine's table of operations holds can be called.

mod class;
mod error;
mod from_python;
mod native_types;
mod to_python;

use pyo3::prelude::*;

/// The compiled half of the package `dealdesk`.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::class::{Handle, call, call_json, named_files};
}
