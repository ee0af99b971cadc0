//! From the engine's values to Python objects: a serde serializer that makes dicts, lists, `Decimal`, `date` and `datetime`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use pyo3::{BoundObject, IntoPyObject};
use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

use crate::error::CrossingError;
use crate::native_types::{Kind, NativeTypes};

/// Makes the Python object of a value.
pub fn to_python<'py, T: Serialize + ?Sized>(py: Python<'py>, value: &T) -> PyResult<Bound<'py, PyAny>> {
    let serializer = ToPython { py, types: NativeTypes::get(py)? };
    Ok(value.serialize(serializer)?)
}

#[derive(Clone, Copy)]
struct ToPython<'py> {
    py: Python<'py>,
    types: &'py NativeTypes,
}

type Object<'py> = Result<Bound<'py, PyAny>, CrossingError>;

impl<'py> ToPython<'py> {
    fn plain<V: IntoPyObject<'py>>(self, value: V) -> Object<'py> {
        let object = value.into_pyobject(self.py).map_err(|error| CrossingError::Python(error.into()))?;
        Ok(object.into_any().into_bound())
    }

    /// The native value of a text whose kind the engine has named.
    fn native(self, kind: Kind, text: Bound<'py, PyAny>) -> Object<'py> {
        let made = match kind {
            Kind::Decimal => self.types.decimal.bind(self.py).call1((text,)),
            Kind::Date => self.types.date.bind(self.py).call_method1("fromisoformat", (text,)),
            Kind::Timestamp => return self.timestamp(text),
        };
        Ok(made?)
    }

    /// A `datetime` in UTC, or the text when it has digits below the microsecond, which a `datetime` would lose.
    fn timestamp(self, text: Bound<'py, PyAny>) -> Object<'py> {
        let written: String = text.extract()?;
        let moment = written.trim_end_matches('Z');
        let (seconds, fraction) = moment.split_once('.').unwrap_or((moment, ""));
        if fraction.len() > 6 {
            return Ok(text);
        }
        let padded = format!("{seconds}.{fraction:0<6}+00:00");
        Ok(self.types.datetime.bind(self.py).call_method1("fromisoformat", (padded,))?)
    }

    fn one_field(self, name: &'static str, value: Bound<'py, PyAny>) -> Object<'py> {
        let dict = PyDict::new(self.py);
        dict.set_item(PyString::intern(self.py, name), value)?;
        Ok(dict.into_any())
    }
}

/// A list that is being filled; `variant` wraps it when it is done.
struct Entries<'py> {
    to: ToPython<'py>,
    entries: Vec<Bound<'py, PyAny>>,
    variant: Option<&'static str>,
}

/// A dict that is being filled; `variant` wraps it when it is done.
struct Fields<'py> {
    to: ToPython<'py>,
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
    variant: Option<&'static str>,
}

impl<'py> Entries<'py> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CrossingError> {
        self.entries.push(value.serialize(self.to)?);
        Ok(())
    }

    fn done(self) -> Object<'py> {
        let list = PyList::new(self.to.py, self.entries)?.into_any();
        self.variant.map_or(Ok(list.clone()), |variant| self.to.one_field(variant, list))
    }
}

impl<'py> Fields<'py> {
    fn set<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), CrossingError> {
        Ok(self.dict.set_item(PyString::intern(self.to.py, name), value.serialize(self.to)?)?)
    }

    fn done(self) -> Object<'py> {
        let dict = self.dict.into_any();
        self.variant.map_or(Ok(dict.clone()), |variant| self.to.one_field(variant, dict))
    }
}

macro_rules! plain {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Object<'py> {
            self.plain(value)
        }
    )*};
}

impl<'py> Serializer for ToPython<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CrossingError;
    type SerializeSeq = Entries<'py>;
    type SerializeTuple = Entries<'py>;
    type SerializeTupleStruct = Entries<'py>;
    type SerializeTupleVariant = Entries<'py>;
    type SerializeMap = Fields<'py>;
    type SerializeStruct = Fields<'py>;
    type SerializeStructVariant = Fields<'py>;

    plain! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_f32(f32) serialize_f64(f64)
        serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
    }

    fn serialize_none(self) -> Object<'py> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Object<'py> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Object<'py> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Object<'py> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Object<'py> {
        Ok(PyString::intern(self.py, variant).into_any())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Object<'py> {
        let object = value.serialize(self)?;
        Kind::of_token(name).map_or(Ok(object.clone()), |kind| self.native(kind, object))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, variant: &'static str, value: &T) -> Object<'py> {
        self.one_field(variant, value.serialize(self)?)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Entries<'py>, CrossingError> {
        Ok(Entries { to: self, entries: Vec::with_capacity(length.unwrap_or(0)), variant: None })
    }

    fn serialize_tuple(self, length: usize) -> Result<Entries<'py>, CrossingError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Entries<'py>, CrossingError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, length: usize) -> Result<Entries<'py>, CrossingError> {
        Ok(Entries { to: self, entries: Vec::with_capacity(length), variant: Some(variant) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'py>, CrossingError> {
        Ok(Fields { to: self, dict: PyDict::new(self.py), key: None, variant: None })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fields<'py>, CrossingError> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Fields<'py>, CrossingError> {
        Ok(Fields { to: self, dict: PyDict::new(self.py), key: None, variant: Some(variant) })
    }
}

macro_rules! entries {
    ($($trait:ident::$method:ident)*) => {$(
        impl<'py> $trait for Entries<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = CrossingError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CrossingError> {
                self.push(value)
            }
            fn end(self) -> Object<'py> {
                self.done()
            }
        }
    )*};
}
entries!(SerializeSeq::serialize_element SerializeTuple::serialize_element SerializeTupleStruct::serialize_field SerializeTupleVariant::serialize_field);

macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl<'py> $trait for Fields<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = CrossingError;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), CrossingError> {
                self.set(name, value)
            }
            fn end(self) -> Object<'py> {
                self.done()
            }
        }
    )*};
}
fields!(SerializeStruct SerializeStructVariant);

impl<'py> SerializeMap for Fields<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = CrossingError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), CrossingError> {
        self.key = Some(key.serialize(self.to)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CrossingError> {
        let value = value.serialize(self.to)?;
        match self.key.take() {
            Some(key) => Ok(self.dict.set_item(key, value)?),
            None => Err(serde::ser::Error::custom("a value without a key")),
        }
    }

    fn end(self) -> Object<'py> {
        self.done()
    }
}
