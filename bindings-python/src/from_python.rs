//! From Python objects to the engine's values: a serde deserializer over dicts, lists, texts, numbers, `Decimal` and dates.
//!
//! What JSON refuses is refused here too: a float is handed over as a float, a bool is never a number.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::error::CrossingError;
use crate::native_types::{Kind, NativeTypes};

/// As deep as JSON text may nest; a list that holds itself ends here.
const MAX_DEPTH: u8 = 128;

/// Reads one Python object.
pub struct FromPython<'a, 'py> {
    value: Bound<'py, PyAny>,
    types: &'a NativeTypes,
    depth: u8,
}

type Read<T> = Result<T, CrossingError>;

impl<'a, 'py> FromPython<'a, 'py> {
    /// Reads `value`.
    pub fn new(value: &Bound<'py, PyAny>, types: &'a NativeTypes) -> Self {
        Self { value: value.clone(), types, depth: 0 }
    }

    fn below(&self, value: Bound<'py, PyAny>) -> Read<Self> {
        if self.depth >= MAX_DEPTH {
            return Err(CrossingError::custom("recursion limit exceeded"));
        }
        Ok(Self { value, types: self.types, depth: self.depth + 1 })
    }

    /// What Python and JSON both have; `None` for everything else.
    fn plain<'de, V: Visitor<'de>>(&self, visitor: V) -> Read<Result<V::Value, V>> {
        let value = &self.value;
        let answer = if let Ok(text) = value.cast::<PyString>() {
            visitor.visit_str(text.to_str()?)
        } else if let Ok(dict) = value.cast::<PyDict>() {
            visitor.visit_map(Fields { of: self, fields: dict.iter(), value: None })
        } else if let Ok(list) = value.cast::<PyList>() {
            visitor.visit_seq(Entries { of: self, left: list.len(), entries: list.iter() })
        } else if value.is_none() {
            visitor.visit_unit()
        } else if let Ok(truth) = value.cast::<PyBool>() {
            visitor.visit_bool(truth.is_true())
        } else if value.is_instance_of::<PyInt>() {
            whole_number(value, visitor)
        } else if value.is_instance_of::<PyFloat>() {
            visitor.visit_f64(value.extract()?)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            visitor.visit_seq(Entries { of: self, left: tuple.len(), entries: tuple.iter() })
        } else {
            return Ok(Err(visitor));
        };
        answer.map(Ok)
    }

    fn refused<'de, V: Visitor<'de>>(&self, visitor: &V) -> CrossingError {
        let name = self.value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
        CrossingError::invalid_type(Unexpected::Other(&format!("a Python `{name}`")), visitor)
    }
}

/// As JSON has it: what does not fit in 64 bits is a float, which no field takes.
fn whole_number<'de, V: Visitor<'de>>(value: &Bound<'_, PyAny>, visitor: V) -> Read<V::Value> {
    if let Ok(number) = value.extract::<i64>() {
        visitor.visit_i64(number)
    } else if let Ok(number) = value.extract::<u64>() {
        visitor.visit_u64(number)
    } else {
        visitor.visit_f64(value.extract().unwrap_or(f64::INFINITY))
    }
}

impl<'de> Deserializer<'de> for FromPython<'_, '_> {
    type Error = CrossingError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let visitor = match self.plain(visitor)? {
            Ok(value) => return Ok(value),
            Err(visitor) => visitor,
        };
        // As a newtype, so that whoever takes any value can tell it from a text.
        match self.types.text(&self.value)? {
            Some((_, text)) => visitor.visit_newtype_struct(StringDeserializer::new(text)),
            None => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        // Not from a list, as derived code would: a list does not say which entry is which field.
        match self.value.cast::<PyDict>() {
            Ok(dict) => visitor.visit_map(Fields { of: &self, fields: dict.iter(), value: None }),
            Err(_) => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.plain(visitor)?.map_err(|visitor| self.refused(&visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Read<V::Value> {
        let Some(wanted) = Kind::of_token(name) else { return visitor.visit_newtype_struct(self) };
        let visitor = match self.plain(visitor)? {
            Ok(value) => return Ok(value),
            Err(visitor) => visitor,
        };
        match self.types.text(&self.value)? {
            Some((found, text)) if found == wanted => visitor.visit_string(text),
            _ => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        if let Ok(text) = self.value.cast::<PyString>() {
            let name: StrDeserializer<'_, CrossingError> = text.to_str()?.into_deserializer();
            return visitor.visit_enum(name);
        }
        let single = self.value.cast::<PyDict>().ok().filter(|dict| dict.len() == 1).and_then(|dict| dict.iter().next());
        match single {
            Some((name, content)) => visitor.visit_enum(Variant { name: self.below(name)?, content: self.below(content)? }),
            None => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
    }
}

/// The entries of a list or a tuple.
struct Entries<'f, 'a, 'py, I> {
    of: &'f FromPython<'a, 'py>,
    left: usize,
    entries: I,
}

impl<'de, 'py, I: Iterator<Item = Bound<'py, PyAny>>> SeqAccess<'de> for Entries<'_, '_, 'py, I> {
    type Error = CrossingError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        self.left = self.left.saturating_sub(1);
        self.entries.next().map(|entry| seed.deserialize(self.of.below(entry)?)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The fields of a dict.
struct Fields<'f, 'a, 'py, I> {
    of: &'f FromPython<'a, 'py>,
    fields: I,
    value: Option<Bound<'py, PyAny>>,
}

impl<'de, 'py, I: Iterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>> MapAccess<'de> for Fields<'_, '_, 'py, I> {
    type Error = CrossingError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        self.value = Some(value);
        let Ok(text) = key.cast::<PyString>() else {
            return Err(CrossingError::custom(format_args!("the key `{key}` of a dict is not a text; write it as text")));
        };
        let name: StrDeserializer<'_, CrossingError> = text.to_str()?.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        match self.value.take() {
            Some(value) => seed.deserialize(self.of.below(value)?),
            None => Err(CrossingError::custom("a value without a key")),
        }
    }
}

/// A kind that is written as a dict with one field.
struct Variant<'a, 'py> {
    name: FromPython<'a, 'py>,
    content: FromPython<'a, 'py>,
}

impl<'de, 'a, 'py> EnumAccess<'de> for Variant<'a, 'py> {
    type Error = CrossingError;
    type Variant = FromPython<'a, 'py>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self::Variant)> {
        Ok((seed.deserialize(self.name)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for FromPython<'_, '_> {
    type Error = CrossingError;

    fn unit_variant(self) -> Read<()> {
        if self.value.is_none() { Ok(()) } else { Err(CrossingError::custom("this kind takes nothing; write it as a text")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.deserialize_struct("", fields, visitor)
    }
}
