//! Reading values from a tape.
//!
//! Derived code is as large as what it may be handed, and there is a lot of it. So each method here hands over only what its type
//! can take and refuses the rest, and names of fields and kinds are compared in one place and handed over as their numbers.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::Error as ReadError;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Child, Rest, Tape, Token};

/// Reads the value at a token.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t, 'de> {
    pub tape: &'t Tape<'de>,
    pub removed: &'t BTreeSet<usize>,
    pub fault: &'t Cell<Option<usize>>,
    pub at: usize,
}

/// What a reading gives.
pub(super) type Read<T> = Result<T, ReadError>;

impl<'t, 'de> Reader<'t, 'de> {
    fn token(&self) -> &'t Token<'de> {
        self.tape.0.get(self.at).unwrap_or(&Token::Null)
    }

    fn value(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Remembers where the first problem is.
    fn blame<T>(&self, token: usize, read: Read<T>) -> Read<T> {
        if read.is_err() {
            self.blamed(token);
        }
        read
    }

    #[inline(never)]
    fn blamed(&self, token: usize) {
        if self.fault.get().is_none() {
            self.fault.set(Some(token));
        }
    }

    fn children(&self) -> Children<'t, 'de> {
        Children { reader: *self, rest: self.tape.children(self.at) }
    }

    fn text(&self, at: usize) -> &'t str {
        if let Some(Token::Text(text)) = self.tape.0.get(at) { text.as_ref() } else { "" }
    }

    fn fields<V: Visitor<'de>>(self, names: Option<Names>, visitor: V) -> Read<V::Value> {
        let mut fields = Fields { of: self, names, fields: self.children(), open: None };
        let read = visitor.visit_map(&mut fields);
        // A name whose value was never asked for is what the type could not stand: it came twice.
        match fields.open {
            Some(child) => self.blame(child.token, read),
            None => read,
        }
    }

    fn entries<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let mut entries = Entries { of: self, left: self.children().count(), entries: self.children() };
        let length = entries.left;
        let value = visitor.visit_seq(&mut entries)?;
        if entries.left == 0 { Ok(value) } else { Err(ReadError::invalid_length(length, &"fewer entries")) }
    }

    #[inline(never)]
    fn refused(&self, expected: &dyn Expected) -> ReadError {
        ReadError::invalid_type(self.token().shown(), expected)
    }
}

impl Token<'_> {
    fn shown(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Whole(value) => Unexpected::Signed(*value),
            Self::Large(value) => Unexpected::Unsigned(*value),
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(text) => Unexpected::Str(text),
            Self::Native(_) => Unexpected::Other("a decimal or a date of the host's language"),
            Self::List(_) => Unexpected::Seq,
            Self::Map(_) | Self::Unread(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.token() {
            Token::Null => visitor.visit_unit(),
            Token::Bool(value) => visitor.visit_bool(*value),
            Token::Whole(value) => visitor.visit_i64(*value),
            Token::Large(value) => visitor.visit_u64(*value),
            Token::Float(value) => visitor.visit_f64(*value),
            Token::Text(text) => visitor.visit_str(text),
            Token::Native(text) => visitor.visit_str(text),
            Token::List(_) => self.entries(visitor),
            Token::Map(_) => self.fields(None, visitor),
            Token::Unread(_) => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Token::Bool(value) = self.token() { visitor.visit_bool(*value) } else { Err(self.refused(&visitor)) }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.token() {
            Token::Whole(value) => visitor.visit_i64(*value),
            Token::Large(value) => visitor.visit_u64(*value),
            _ => Err(self.refused(&visitor)),
        }
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Token::Text(text) = self.token() { visitor.visit_str(text) } else { Err(self.refused(&visitor)) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if matches!(self.token(), Token::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Read<V::Value> {
        if let Token::Native(text) = self.token() { visitor.visit_str(text) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if matches!(self.token(), Token::List(_)) { self.entries(visitor) } else { Err(self.refused(&visitor)) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Read<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if matches!(self.token(), Token::Map(_)) { self.fields(None, visitor) } else { Err(self.refused(&visitor)) }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, names: Names, visitor: V) -> Read<V::Value> {
        // Not from a list, as derived code would: a list does not say which entry is which field.
        if matches!(self.token(), Token::Map(_)) { self.fields(Some(names), visitor) } else { Err(self.refused(&WithFields(names))) }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, names: Names, visitor: V) -> Read<V::Value> {
        visitor.visit_enum(self.kind(names)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 f32 f64 char bytes byte_buf unit unit_struct identifier }
}

/// The names of the fields or the kinds that a type has.
type Names = &'static [&'static str];

/// The entries of a list or the fields of a map that were not removed.
struct Children<'t, 'de> {
    reader: Reader<'t, 'de>,
    rest: Rest,
}

impl Iterator for Children<'_, '_> {
    type Item = Child;

    #[inline(never)]
    fn next(&mut self) -> Option<Child> {
        loop {
            let child = self.reader.tape.next_child(&mut self.rest)?;
            if self.reader.removed.is_empty() || !self.reader.removed.contains(&child.token) {
                return Some(child);
            }
        }
    }
}

/// The entries of a list.
struct Entries<'t, 'de> {
    of: Reader<'t, 'de>,
    left: usize,
    entries: Children<'t, 'de>,
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some(child) = self.entries.next() else { return Ok(None) };
        self.left = self.left.saturating_sub(1);
        let read = match self.of.tape.0.get(child.value) {
            Some(Token::Unread(text)) => read_apart(text, seed),
            _ => seed.deserialize(self.of.value(child.value)),
        };
        self.of.blame(child.token, read).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// Reads an entry whose tokens are not on the tape.
fn read_apart<'de, T: DeserializeSeed<'de>>(text: &'de str, seed: T) -> Read<T::Value> {
    let tape = Tape::of_text(text, None).map_err(ReadError::custom)?;
    seed.deserialize(Reader { tape: &tape, removed: &BTreeSet::new(), fault: &Cell::new(None), at: 0 })
}

/// The fields of a map; `open` is the one whose name was given and whose value was not asked for.
struct Fields<'t, 'de> {
    of: Reader<'t, 'de>,
    names: Option<Names>,
    fields: Children<'t, 'de>,
    open: Option<Child>,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.open = self.fields.next();
        let Some(child) = &self.open else { return Ok(None) };
        let name = Name { text: self.of.text(child.token), names: self.names };
        let read = seed.deserialize(name).map_err(|error| name.unknown(error, ReadError::unknown_field));
        self.of.blame(child.token, read).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        let Some(child) = self.open.take() else { return Err(ReadError::custom("a value without a name")) };
        self.of.blame(child.value, seed.deserialize(self.of.value(child.value)))
    }
}

/// The name of a field or of a kind.
#[derive(Clone, Copy)]
struct Name<'t> {
    text: &'t str,
    names: Option<Names>,
}

impl Name<'_> {
    /// Its number among those that the type has; past all of them when it is not among them.
    #[inline(never)]
    fn number(self) -> u64 {
        let found = self.names.unwrap_or_default().iter().position(|name| *name == self.text);
        found.and_then(|number| u64::try_from(number).ok()).unwrap_or(u64::MAX)
    }

    /// What derived code says of a number that it does not know, said of the name.
    #[inline(never)]
    fn unknown(self, error: ReadError, say: fn(&str, Names) -> ReadError) -> ReadError {
        match self.names {
            Some(names) if self.number() == u64::MAX => say(self.text, names),
            _ => error,
        }
    }
}

impl<'de> Deserializer<'de> for Name<'_> {
    type Error = ReadError;

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_u64(self.number())
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.text)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum ignored_any
    }
}

/// A kind: a text, or an object with one field, whose value is what it holds.
struct Kind<'t, 'de> {
    of: Reader<'t, 'de>,
    name: Name<'t>,
    content: Content<'t, 'de>,
}

impl<'t, 'de> Reader<'t, 'de> {
    #[inline(never)]
    fn kind(self, names: Names) -> Read<Kind<'t, 'de>> {
        let (token, value) = match (self.token(), self.children().next(), self.children().nth(1)) {
            (Token::Text(_), ..) => (self.at, None),
            (Token::Map(_), Some(child), None) => (child.token, Some(self.value(child.value))),
            (Token::Map(_), ..) => return Err(self.not_one_kind(names)),
            _ => return Err(self.refused(&AnyOf(names))),
        };
        let name = self.text(token);
        Ok(Kind { of: self, name: Name { text: name, names: Some(names) }, content: Content { name, value } })
    }

    /// An object whose only field would be the kind, but that has several, or none.
    #[inline(never)]
    fn not_one_kind(&self, names: Names) -> ReadError {
        let fields: Vec<&str> = self.children().map(|child| self.text(child.token)).collect();
        ReadError::custom(format_args!("not one kind {}, expected {}", Quoted(&fields), Quoted(names)))
    }
}

/// Names between backticks.
struct Quoted<'n>(&'n [&'n str]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, name)| write!(f, "{}`{name}`", if place == 0 { "" } else { ", " }))
    }
}

/// An object is expected.
struct WithFields(Names);

impl Expected for WithFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fields {}", Quoted(self.0))
    }
}

/// One of several kinds is expected.
struct AnyOf(Names);

impl Expected for AnyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a kind of {}", Quoted(self.0))
    }
}

impl<'t, 'de> EnumAccess<'de> for Kind<'t, 'de> {
    type Error = ReadError;
    type Variant = Content<'t, 'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self::Variant)> {
        let read = seed.deserialize(self.name).map_err(|error| self.name.unknown(error, ReadError::unknown_variant));
        Ok((self.of.blame(self.of.at, read)?, self.content))
    }
}

/// What a kind holds; nothing when it is written as a text.
struct Content<'t, 'de> {
    name: &'t str,
    value: Option<Reader<'t, 'de>>,
}

impl<'t, 'de> Content<'t, 'de> {
    #[inline(never)]
    fn held(self) -> Read<Reader<'t, 'de>> {
        self.value.ok_or_else(|| ReadError::custom(format_args!("nothing in the kind `{}`", self.name)))
    }
}

impl<'de> VariantAccess<'de> for Content<'_, 'de> {
    type Error = ReadError;

    #[inline(never)]
    fn unit_variant(self) -> Read<()> {
        match self.value {
            Some(reader) if !matches!(reader.token(), Token::Null) => {
                reader.blame(reader.at, Err(ReadError::custom(format_args!("something in the kind `{}`", self.name))))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        let reader = self.held()?;
        reader.blame(reader.at, seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        let reader = self.held()?;
        reader.blame(reader.at, reader.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, names: Names, visitor: V) -> Read<V::Value> {
        let reader = self.held()?;
        reader.blame(reader.at, reader.deserialize_struct("", names, visitor))
    }
}
