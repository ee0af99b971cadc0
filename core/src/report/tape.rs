//! A document as a flat list of tokens, and reading values from it.
//!
//! Every value that comes as JSON is read from a tape, so that the reading of each type exists once in the compiled engine, the
//! place of a problem is known exactly, and a document can be read again without the part that was the problem.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::{CowStrDeserializer, Error as ReadError};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Path;
use crate::money::JSON_NUMBER_TOKEN;

/// One token. In a map a name is followed by its value.
#[derive(Debug, Clone)]
#[expect(clippy::disallowed_types, reason = "holds a float of the wire, so that what reads it can refuse it")]
enum Token<'de> {
    Null,
    Bool(bool),
    Whole(i64),
    Large(u64),
    Float(f64),
    Text(Cow<'de, str>),
    /// A value that the host's language has a type for, and JSON writes as text.
    Native(String),
    /// A list up to that token; 0 while it is being filled.
    List(usize),
    /// A map up to that token; 0 while it is being filled.
    Map(usize),
}

/// A document as tokens.
#[derive(Debug)]
pub(super) struct Tape<'de>(Vec<Token<'de>>);

/// What stopped a reading.
#[derive(Debug)]
pub(super) struct Fault {
    /// The token that it is about; none for the whole document.
    pub at: Option<usize>,
    /// What serde or a type says.
    pub message: String,
}

/// A step on the way to a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// The entry of a list, or the name of a field: what to take out to be rid of it.
    pub token: usize,
    /// Its name, or its number in its list.
    pub segment: Segment,
}

/// A segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Index(usize),
    Name(String),
}

impl<'de> Tape<'de> {
    /// Reads the tokens of any document.
    ///
    /// # Errors
    /// What the deserializer says, and the place where it stopped.
    pub fn read_from<D: Deserializer<'de>>(deserializer: D) -> Result<Self, (D::Error, String)> {
        let mut tape = Self(Vec::new());
        match deserializer.deserialize_any(Fill(&mut tape.0)) {
            Ok(()) => Ok(tape),
            Err(error) => Err((error, tape.pointer(&tape.unfinished()))),
        }
    }

    /// Reads a value from the tokens, leaving out those that were `removed`.
    ///
    /// # Errors
    /// What stopped the reading.
    pub fn read<T: DeserializeOwned>(&self, removed: &BTreeSet<usize>) -> Result<T, Fault> {
        let fault = Cell::new(None);
        let reader = Reader { tape: self, removed, fault: &fault, at: 0 };
        T::deserialize(reader).map_err(|error| Fault { at: fault.get(), message: error.to_string() })
    }

    /// The steps from the document to a token.
    pub fn steps(&self, token: usize) -> Vec<Step> {
        let (mut steps, mut at) = (Vec::new(), 0);
        while at != token {
            let inside = self.children(at).find(|child| child.token == token || (child.value <= token && token < self.after(child.value)));
            let Some(child) = inside else { break };
            at = if child.token == token { token } else { child.value };
            steps.push(Step { token: child.token, segment: self.segment(&child) });
        }
        steps
    }

    /// The JSON pointer of the steps.
    pub fn pointer(&self, steps: &[Step]) -> String {
        steps.iter().fold(String::new(), |pointer, step| {
            let parent = Path::pointer(&pointer);
            match &step.segment {
                Segment::Index(index) => parent.index(*index).to_string(),
                Segment::Name(name) => parent.field(name).to_string(),
            }
        })
    }

    /// The steps to the place where filling stopped: through everything that was not closed.
    fn unfinished(&self) -> Vec<Step> {
        let (mut steps, mut at) = (Vec::new(), 0);
        while let Some(open @ (Token::List(0) | Token::Map(0))) = self.0.get(at) {
            let last = self.children(at).last();
            let value = last.as_ref().and_then(|child| self.0.get(child.value));
            match (open, last, value) {
                // Something inside was not closed: go on there.
                (_, Some(child), Some(Token::List(0) | Token::Map(0))) => {
                    steps.push(Step { token: child.token, segment: self.segment(&child) });
                    at = child.value;
                    continue;
                }
                (Token::List(_), last, _) => {
                    let number = last.map_or(0, |child| child.number.saturating_add(1));
                    steps.push(Step { token: self.0.len(), segment: Segment::Index(number) });
                }
                (_, Some(child), None) => steps.push(Step { token: child.token, segment: self.segment(&child) }),
                // A name is the problem, which the map itself has.
                _ => {}
            }
            break;
        }
        steps
    }

    fn segment(&self, child: &Child) -> Segment {
        match self.0.get(child.token) {
            Some(Token::Text(name)) if child.token != child.value => Segment::Name(name.clone().into_owned()),
            _ => Segment::Index(child.number),
        }
    }

    /// The token after a value.
    fn after(&self, at: usize) -> usize {
        match self.0.get(at) {
            Some(Token::List(0) | Token::Map(0)) => self.0.len(),
            Some(Token::List(end) | Token::Map(end)) => *end,
            _ => at.saturating_add(1),
        }
    }

    /// The entries of a list or the fields of a map.
    fn children(&self, at: usize) -> impl Iterator<Item = Child> {
        let is_map = matches!(self.0.get(at), Some(Token::Map(_)));
        let end = if matches!(self.0.get(at), Some(Token::List(_) | Token::Map(_))) { self.after(at) } else { at };
        let (mut next, mut number) = (at.saturating_add(1), 0_usize);
        std::iter::from_fn(move || {
            let token = (next < end).then_some(next)?;
            let value = if is_map { token.saturating_add(1) } else { token };
            let child = Child { token, value, number };
            next = self.after(value);
            number = number.saturating_add(1);
            Some(child)
        })
    }
}

/// An entry or a field.
struct Child {
    /// The entry, or the field's name.
    token: usize,
    /// The entry, or the field's value.
    value: usize,
    number: usize,
}

/// Appends a value's tokens.
struct Fill<'t, 'de>(&'t mut Vec<Token<'de>>);

impl<'de> Fill<'_, 'de> {
    fn push<E>(self, token: Token<'de>) -> Result<(), E> {
        self.0.push(token);
        Ok(())
    }

    fn close(self, start: usize, make: fn(usize) -> Token<'de>) {
        let end = self.0.len();
        if let Some(token) = self.0.get_mut(start) {
            *token = make(end);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Fill<'_, 'de> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value as JSON has it")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(Token::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(Token::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.push(Token::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.push(i64::try_from(value).map_or(Token::Large(value), Token::Whole))
    }

    #[expect(clippy::disallowed_types, reason = "takes a float of the wire, so that what reads it can refuse it")]
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(Token::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.push(Token::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.push(Token::Text(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        self.push(Token::Text(Cow::Owned(text)))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        let text: String = serde::Deserialize::deserialize(inner)?;
        self.push(Token::Native(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let start = self.0.len();
        self.0.push(Token::List(0));
        while entries.next_element_seed(Fill(self.0))?.is_some() {}
        self.close(start, Token::List);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let start = self.0.len();
        self.0.push(Token::Map(0));
        while fields.next_key_seed(Fill(self.0))?.is_some() {
            if matches!(self.0.last(), Some(Token::Text(name)) if name == JSON_NUMBER_TOKEN) {
                let number = number(&fields.next_value::<String>()?);
                self.0.truncate(start);
                return self.push(number);
            }
            fields.next_value_seed(Fill(self.0))?;
        }
        self.close(start, Token::Map);
        Ok(())
    }
}

/// A number that `serde_json` hands over as text, when a host has switched on its `arbitrary_precision`: what it is without that.
fn number<'de>(text: &str) -> Token<'de> {
    let whole = text.parse().map(Token::Whole);
    whole.or_else(|_| text.parse().map(Token::Large)).or_else(|_| text.parse().map(Token::Float)).unwrap_or(Token::Null)
}

/// Reads the value at a token.
#[derive(Clone, Copy)]
struct Reader<'t, 'de> {
    tape: &'t Tape<'de>,
    removed: &'t BTreeSet<usize>,
    fault: &'t Cell<Option<usize>>,
    at: usize,
}

type Read<T> = Result<T, ReadError>;

impl<'t, 'de> Reader<'t, 'de> {
    fn token(&self) -> &'t Token<'de> {
        self.tape.0.get(self.at).unwrap_or(&Token::Null)
    }

    fn value(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Remembers where the first problem is.
    fn blame<T>(&self, token: usize, read: Read<T>) -> Read<T> {
        if read.is_err() && self.fault.get().is_none() {
            self.fault.set(Some(token));
        }
        read
    }

    fn children(&self) -> impl Iterator<Item = Child> + use<'t, 'de> {
        let Self { tape, removed, at, .. } = *self;
        tape.children(at).filter(move |child| !removed.contains(&child.token))
    }

    fn name(&self, at: usize) -> CowStrDeserializer<'t, ReadError> {
        let text = if let Some(Token::Text(text)) = self.tape.0.get(at) { text.as_ref() } else { "" };
        Cow::Borrowed(text).into_deserializer()
    }

    fn fields<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        let mut fields = Fields { of: self, fields: self.children(), open: None };
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

    fn refuse<T>(self, expected: &dyn Expected) -> Read<T> {
        Err(ReadError::invalid_type(self.token().shown(), expected))
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
            Self::Map(_) => Unexpected::Map,
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
            Token::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Token::Text(Cow::Owned(text)) | Token::Native(text) => visitor.visit_str(text),
            Token::List(_) => self.entries(visitor),
            Token::Map(_) => self.fields(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if matches!(self.token(), Token::Native(_)) { self.refuse(&visitor) } else { self.deserialize_any(visitor) }
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

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        // Not from a list, as derived code would: a list does not say which entry is which field.
        if matches!(self.token(), Token::Map(_)) { self.fields(visitor) } else { self.refuse(&visitor) }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Read<V::Value> {
        match (self.token(), self.children().next(), self.children().nth(1)) {
            (Token::Text(_), ..) => visitor.visit_enum(self.name(self.at)),
            (Token::Map(_), Some(child), None) => visitor.visit_enum(Kind { of: self, child }),
            (Token::Map(_), ..) => Err(ReadError::invalid_value(Unexpected::Map, &"an object with one field")),
            _ => self.refuse(&"string or map"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
    }
}

/// The entries of a list.
struct Entries<'t, 'de, I> {
    of: Reader<'t, 'de>,
    left: usize,
    entries: I,
}

impl<'de, I: Iterator<Item = Child>> SeqAccess<'de> for Entries<'_, 'de, I> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some(child) = self.entries.next() else { return Ok(None) };
        self.left = self.left.saturating_sub(1);
        self.of.blame(child.token, seed.deserialize(self.of.value(child.value))).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The fields of a map; `open` is the one whose name was given and whose value was not asked for.
struct Fields<'t, 'de, I> {
    of: Reader<'t, 'de>,
    fields: I,
    open: Option<Child>,
}

impl<'de, I: Iterator<Item = Child>> MapAccess<'de> for Fields<'_, 'de, I> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.open = self.fields.next();
        let Some(child) = &self.open else { return Ok(None) };
        self.of.blame(child.token, seed.deserialize(self.of.name(child.token))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        let Some(child) = self.open.take() else { return Err(ReadError::custom("a value without a name")) };
        self.of.blame(child.value, seed.deserialize(self.of.value(child.value)))
    }
}

/// A kind that is written as an object with one field.
struct Kind<'t, 'de> {
    of: Reader<'t, 'de>,
    child: Child,
}

impl<'t, 'de> EnumAccess<'de> for Kind<'t, 'de> {
    type Error = ReadError;
    type Variant = Content<'t, 'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, Self::Variant)> {
        let kind = self.of.blame(self.of.at, seed.deserialize(self.of.name(self.child.token)))?;
        Ok((kind, Content(self.of.value(self.child.value))))
    }
}

/// What a kind holds.
struct Content<'t, 'de>(Reader<'t, 'de>);

impl<'de> VariantAccess<'de> for Content<'_, 'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Read<()> {
        let Self(reader) = self;
        reader.blame(reader.at, if matches!(reader.token(), Token::Null) { Ok(()) } else { reader.refuse(&"unit") })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        self.0.blame(self.0.at, seed.deserialize(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.0.blame(self.0.at, self.0.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Read<V::Value> {
        self.0.blame(self.0.at, self.0.deserialize_struct("", fields, visitor))
    }
}
