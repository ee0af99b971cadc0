//! Errors: of the engine as `DealdeskError`, of the way across as serde wants them.

use std::fmt;

use dealdesk::report::Error;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::to_python::to_python;

/// The engine's error as the exception of the package.
pub fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).unwrap_or_else(|failure| failure)
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "dealdesk._errors", "DealdeskError")?;
    let first = error.first();
    let code = first.map_or("", |diagnostic| diagnostic.code.as_str());
    let path = first.map_or("", |diagnostic| diagnostic.path.as_str());
    let diagnostics = to_python(py, error.diagnostics())?;
    Ok(PyErr::from_value(class.call1((error.to_string(), code, path, diagnostics))?))
}

/// What goes wrong while values cross.
#[derive(Debug)]
pub enum CrossingError {
    /// An exception of Python itself.
    Python(PyErr),
    /// What serde or the engine says of a value.
    Message(String),
}

impl fmt::Display for CrossingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python(error) => fmt::Display::fmt(error, f),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for CrossingError {}

impl serde::ser::Error for CrossingError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

impl serde::de::Error for CrossingError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

impl From<PyErr> for CrossingError {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<CrossingError> for PyErr {
    fn from(error: CrossingError) -> Self {
        match error {
            CrossingError::Python(error) => error,
            CrossingError::Message(message) => pyo3::exceptions::PyValueError::new_err(message),
        }
    }
}
