//! A document as a flat list of tokens, and reading values from it.
//!
//! Every value that comes as JSON is read from a tape, so that the reading of each type exists once in the compiled engine, the
//! place of a problem is known exactly, and a document can be read again without the part that was the problem.

mod read;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use self::read::Reader;
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
    /// An entry of a list whose tokens are read when it is asked for, and not kept.
    Unread(&'de str),
}

/// How many tokens most entries of long lists have at most.
const FEW: usize = 32;

/// How deep the lists stand whose entries are left unread: the records of price lists, of which there are hundreds of thousands.
const UNREAD_LEVEL: u32 = 3;

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
        match deserializer.deserialize_any(Fill { tokens: &mut tape.0, level: None }) {
            Ok(()) => Ok(tape),
            Err(error) => Err((error, tape.pointer(&tape.unfinished()))),
        }
    }

    /// Reads the tokens of a text, and leaves out those of the entries of its deepest lists. Such a tape takes little room, but does not
    /// know where in an entry a problem is.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read_coarsely(text: &'de str) -> serde_json::Result<Self> {
        Self::of_text(text, Some(0))
    }

    fn of_text(text: &'de str, level: Option<u32>) -> serde_json::Result<Self> {
        let mut tape = Self(Vec::with_capacity(FEW));
        let mut json = serde_json::Deserializer::from_str(text);
        json.deserialize_any(Fill { tokens: &mut tape.0, level })?;
        json.end().map(|()| tape)
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
            let mut rest = self.children(at);
            let inside = |child: &Child| child.token == token || (child.value <= token && token < self.after(child.value));
            let Some(child) = std::iter::from_fn(|| self.next_child(&mut rest)).find(inside) else { break };
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
            let mut rest = self.children(at);
            let last = std::iter::from_fn(|| self.next_child(&mut rest)).last();
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
    fn children(&self, at: usize) -> Rest {
        let is_map = matches!(self.0.get(at), Some(Token::Map(_)));
        let end = if matches!(self.0.get(at), Some(Token::List(_) | Token::Map(_))) { self.after(at) } else { at };
        Rest { is_map, next: at.saturating_add(1), end, number: 0 }
    }

    fn next_child(&self, rest: &mut Rest) -> Option<Child> {
        let token = (rest.next < rest.end).then_some(rest.next)?;
        let value = if rest.is_map { token.saturating_add(1) } else { token };
        let child = Child { token, value, number: rest.number };
        rest.next = self.after(value);
        rest.number = rest.number.saturating_add(1);
        Some(child)
    }
}

/// The children that were not met yet.
struct Rest {
    is_map: bool,
    next: usize,
    end: usize,
    number: usize,
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
struct Fill<'t, 'de> {
    tokens: &'t mut Vec<Token<'de>>,
    /// How deep it stands in a text that is read coarsely.
    level: Option<u32>,
}

impl<'de> Fill<'_, 'de> {
    fn push<E>(self, token: Token<'de>) -> Result<(), E> {
        self.tokens.push(token);
        Ok(())
    }

    fn inside(&mut self) -> Fill<'_, 'de> {
        Fill { tokens: self.tokens, level: self.level.map(|level| level.saturating_add(1)) }
    }

    fn close(self, start: usize, make: fn(usize) -> Token<'de>) {
        let end = self.tokens.len();
        if let Some(token) = self.tokens.get_mut(start) {
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let start = self.tokens.len();
        self.tokens.push(Token::List(0));
        if self.level == Some(UNREAD_LEVEL) {
            while let Some(entry) = entries.next_element::<&RawValue>()? {
                self.tokens.push(Token::Unread(entry.get()));
            }
        } else {
            while entries.next_element_seed(self.inside())?.is_some() {}
        }
        self.close(start, Token::List);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let start = self.tokens.len();
        self.tokens.push(Token::Map(0));
        while fields.next_key_seed(self.inside())?.is_some() {
            if matches!(self.tokens.last(), Some(Token::Text(name)) if name == JSON_NUMBER_TOKEN) {
                let number = number(&fields.next_value::<String>()?);
                self.tokens.truncate(start);
                return self.push(number);
            }
            fields.next_value_seed(self.inside())?;
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
