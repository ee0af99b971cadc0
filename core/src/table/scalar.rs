//! One value of a cell.

use std::fmt;

use super::OutputType;
use crate::report::Detail;
use crate::{Date, Decimal};

/// One value of a table: a bound of a test, or what an output gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// A text.
    Text(Box<str>),
    /// A day.
    Date(Date),
}

impl Scalar {
    /// The value of an output cell.
    pub(super) fn read(text: &str, kind: OutputType) -> Result<Self, String> {
        let text = text.trim();
        match kind {
            _ if text.is_empty() => Err(format!("the cell is empty; write {} here", article(kind))),
            OutputType::Bool => match text {
                "true" => Ok(Self::Bool(true)),
                "false" => Ok(Self::Bool(false)),
                _ => Err(format!("`{text}` is neither `true` nor `false`")),
            },
            OutputType::Number => text.parse().map(Self::Number).map_err(|error: crate::money::DecimalError| error.to_string()),
            OutputType::Date => text.parse().map(Self::Date).map_err(|error: crate::time::TimeError| error.to_string()),
            OutputType::Text => Ok(Self::Text(unquoted(text).into())),
        }
    }

    /// The value as an explanation shows it.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self {
            Self::Bool(value) => Detail::Bool(*value),
            Self::Number(value) => Detail::Number(*value),
            Self::Text(value) => Detail::Text(value.to_string()),
            Self::Date(value) => Detail::Date(*value),
        }
    }
}

/// As an author would write it in a cell.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => fmt::Display::fmt(value, f),
            Self::Number(value) => fmt::Display::fmt(value, f),
            Self::Text(value) => write!(f, "\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Date(value) => fmt::Display::fmt(value, f),
        }
    }
}

/// What a cell of that kind holds, in words.
pub(super) const fn article(kind: OutputType) -> &'static str {
    match kind {
        OutputType::Number => "a number",
        OutputType::Text => "a text",
        OutputType::Bool => "`true` or `false`",
        OutputType::Date => "a date",
    }
}

/// Quotes around a text are allowed, as they are in a test, and are not part of it.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}
