//! Business remarks inside results.

use serde::{Serialize, Serializer};

use super::{Code, Severity};
use crate::id::LineId;
use crate::money::{Decimal, Money, UnitPrice};
use crate::time::Date;

/// A remark about a document or one of its lines, with the figures that it speaks of. Never an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// What was found; stable across versions.
    pub code: Code,
    /// How bad it is: an error keeps the document from going on, a warning wants a look.
    pub severity: Severity,
    /// The line it is about; absent when it is about the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What was found, for a person.
    pub message: String,
    /// The figures, by name, so that nobody has to parse the message.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl Finding {
    /// A remark about the document.
    pub fn new(code: impl Into<Code>, severity: Severity, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity, line: None, message: message.into(), details: Details::default() }
    }

    /// Says which line it is about.
    #[must_use]
    pub fn line(mut self, line: LineId) -> Self {
        self.line = Some(line);
        self
    }

    /// Adds a figure.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<Detail>) -> Self {
        self.details.push(name, value);
        self
    }
}

/// Named figures, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details(Vec<(&'static str, Detail)>);

impl Details {
    /// Adds a figure.
    pub fn push(&mut self, name: &'static str, value: impl Into<Detail>) {
        self.0.push((name, value.into()));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The figure of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Detail> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl Serialize for Details {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl schemars::JsonSchema for Details {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Details".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<Detail>();
        schemars::json_schema!({"type": "object", "additionalProperties": value, "description": "Named figures."})
    }
}

/// One figure of a finding or of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Detail {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// An amount.
    Money(Money),
    /// A price per unit.
    UnitPrice(UnitPrice),
    /// A day.
    Date(Date),
    /// A name or a text.
    Text(String),
    /// Several of them.
    List(Vec<Detail>),
}

macro_rules! details_from {
    ($($kind:ident($from:ty)),* $(,)?) => {$(
        impl From<$from> for Detail {
            fn from(value: $from) -> Self {
                Self::$kind(value)
            }
        }
    )*};
}
details_from!(Bool(bool), Number(Decimal), Money(Money), UnitPrice(UnitPrice), Date(Date), Text(String), List(Vec<Detail>));

impl From<&str> for Detail {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<i64> for Detail {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}
