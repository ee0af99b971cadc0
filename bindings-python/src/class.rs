//! What Python sees: a rulebook's handle, and the operations by name.

use std::collections::BTreeMap;

use dealdesk::report::{Diagnostic, Error, Sources};
use dealdesk::wire::{self, Op, Request};
use dealdesk::{Compiled, Rulebook};
use pyo3::prelude::*;

use crate::error::raise;
use crate::from_python::FromPython;
use crate::native_types::NativeTypes;
use crate::to_python::to_python;

/// A compiled rulebook.
#[pyclass(frozen, module = "dealdesk._native")]
pub struct Handle {
    rulebook: Rulebook,
    warnings: Vec<Diagnostic>,
}

type Files = Option<BTreeMap<String, String>>;

#[pymethods]
impl Handle {
    #[staticmethod]
    #[pyo3(signature = (text, files = None))]
    fn from_json(py: Python<'_>, text: &str, files: Files) -> PyResult<Self> {
        Self::new(py, py.detach(|| wire::compile_json(text, &sources(files))))
    }

    #[staticmethod]
    #[pyo3(signature = (definition, files = None))]
    fn from_dict(py: Python<'_>, definition: &Bound<'_, PyAny>, files: Files) -> PyResult<Self> {
        let types = NativeTypes::get(py)?;
        let definition = wire::read_rulebook(|| FromPython::new(definition, types)).map_err(|error| raise(py, &error))?;
        Self::new(py, py.detach(|| Rulebook::compile(definition, &sources(files))))
    }

    #[getter]
    fn id(&self) -> &str {
        self.rulebook.id().as_str()
    }

    #[getter]
    fn fingerprint(&self) -> &str {
        &self.rulebook.fingerprint().0
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &self.warnings)
    }

    fn call<'py>(&self, py: Python<'py>, op: &str, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        answer(py, Some(&self.rulebook), op, request)
    }

    fn call_json(&self, py: Python<'_>, op: &str, request: &str) -> PyResult<String> {
        answer_json(py, Some(&self.rulebook), op, request)
    }
}

impl Handle {
    fn new(py: Python<'_>, compiled: Result<Compiled, Error>) -> PyResult<Self> {
        let Compiled { rulebook, warnings } = compiled.map_err(|error| raise(py, &error))?;
        Ok(Self { rulebook, warnings })
    }
}

/// Calls an operation that needs no rulebook.
#[pyfunction]
pub fn call<'py>(py: Python<'py>, op: &str, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    answer(py, None, op, request)
}

/// Calls an operation that needs no rulebook, from JSON text to JSON text.
#[pyfunction]
pub fn call_json(py: Python<'_>, op: &str, request: &str) -> PyResult<String> {
    answer_json(py, None, op, request)
}

/// The names of the files that the text of a rulebook asks for.
#[pyfunction]
pub fn named_files(py: Python<'_>, text: &str) -> PyResult<Vec<String>> {
    py.detach(|| wire::named_files(text)).map_err(|error| raise(py, &error))
}

fn answer<'py>(py: Python<'py>, rulebook: Option<&Rulebook>, op: &str, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let types = NativeTypes::get(py)?;
    let request = Op::find(op).and_then(|op| Request::read(op, || FromPython::new(request, types)));
    let request = request.map_err(|error| raise(py, &error))?;
    let response = py.detach(|| request.run(rulebook)).map_err(|error| raise(py, &error))?;
    to_python(py, &response)
}

fn answer_json(py: Python<'_>, rulebook: Option<&Rulebook>, op: &str, request: &str) -> PyResult<String> {
    py.detach(|| wire::answer_json(rulebook, op, request)).map_err(|error| raise(py, &error))
}

fn sources(files: Files) -> Sources {
    files.into_iter().flatten().collect()
}
