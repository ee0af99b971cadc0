//! The types of Python's standard library that cross the boundary.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Looked up once per interpreter.
pub struct NativeTypes {
    /// `decimal.Decimal`
    pub decimal: Py<PyType>,
    /// `datetime.date`
    pub date: Py<PyType>,
    /// `datetime.datetime`, which is a `datetime.date` too
    pub datetime: Py<PyType>,
}

impl NativeTypes {
    /// The types of this interpreter.
    pub fn get(py: Python<'_>) -> PyResult<&Self> {
        static TYPES: PyOnceLock<NativeTypes> = PyOnceLock::new();
        TYPES.get_or_try_init(py, || {
            let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
                Ok(py.import(module)?.getattr(name)?.cast_into::<PyType>()?.unbind())
            };
            Ok(Self { decimal: class("decimal", "Decimal")?, date: class("datetime", "date")?, datetime: class("datetime", "datetime")? })
        })
    }

    /// The text of a `Decimal`, a `date` or a `datetime`, with the kind it is.
    pub fn text(&self, value: &Bound<'_, PyAny>) -> PyResult<Option<(Kind, String)>> {
        let py = value.py();
        if value.is_instance(self.decimal.bind(py))? {
            // `str` would write large and small numbers with an exponent.
            return Ok(Some((Kind::Decimal, value.call_method1("__format__", ("f",))?.extract()?)));
        }
        let kind = match () {
            () if value.is_instance(self.datetime.bind(py))? => Kind::Timestamp,
            () if value.is_instance(self.date.bind(py))? => Kind::Date,
            () => return Ok(None),
        };
        Ok(Some((kind, value.call_method0("isoformat")?.extract()?)))
    }
}

/// A kind of value that Python has a type for and JSON does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `decimal.Decimal`
    Decimal,
    /// `datetime.date`
    Date,
    /// `datetime.datetime`
    Timestamp,
}

impl Kind {
    /// The kind that the engine means by the name of a newtype.
    pub fn of_token(name: &str) -> Option<Self> {
        match name {
            dealdesk::money::DECIMAL_TOKEN => Some(Self::Decimal),
            dealdesk::time::DATE_TOKEN => Some(Self::Date),
            dealdesk::time::TIMESTAMP_TOKEN => Some(Self::Timestamp),
            _ => None,
        }
    }
}
