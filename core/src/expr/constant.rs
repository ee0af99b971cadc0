//! Owned values: facts of products, defaults, and facts of requests, read by the type that their attribute declares.

use super::{Name, Text, Type, Value};
use crate::fact::Fact;
use crate::id::{Symbol, Symbols};
use crate::money::Decimal;
use crate::report::did_you_mean;
use crate::time::Date;

/// A value that stays when the text it was read from is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// No value.
    Missing,
    /// True or false.
    Bool(bool),
    /// An exact number.
    Number(Decimal),
    /// A text of the rulebook.
    Known(Symbol),
    /// A text that the rulebook does not know.
    Unknown(Box<str>),
    /// A day.
    Date(Date),
    /// Several values of one type.
    List(Box<[Constant]>),
}

/// Why a fact is not a value of its attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactProblem {
    /// It has another type.
    Type {
        /// What is needed, in words.
        needed: String,
        /// What was given, in words.
        given: String,
    },
    /// It is a text, but none of those that the attribute may be.
    NotOneOf(String),
}

impl FactProblem {
    /// The problem of an entry as one of its list.
    fn in_list(self, list: &Type) -> Self {
        match self {
            Self::Type { given, .. } => Self::Type { needed: needed(list), given: format!("a list with {given}") },
            other @ Self::NotOneOf(_) => other,
        }
    }

    /// What is wrong with the value of that name, and what to do about it.
    #[must_use]
    pub fn describe(&self, name: &Name, symbols: &Symbols) -> (String, Option<String>) {
        match self {
            Self::Type { needed, given } => (format!("`{}` must be {needed}, but is given {given}", name.name), None),
            Self::NotOneOf(text) => {
                let known = name.one_of.iter().flatten().map(|symbol| symbols.text(*symbol));
                (format!("`{text}` is none of the values that `{}` may have", name.name), did_you_mean(text, known))
            }
        }
    }
}

/// A fact as its author wrote it, in words.
fn given(fact: &Fact) -> String {
    match fact {
        Fact::Bool(value) => format!("`{value}`"),
        Fact::Number(number) => format!("the number `{number}`"),
        Fact::Text(text) => format!("the text `{}`", text.chars().take(48).collect::<String>()),
        Fact::List(_) => "a list".to_owned(),
    }
}

/// What a fact of the type is, in words: a fact is no condition.
fn needed(ty: &Type) -> String {
    match ty {
        Type::Bool => "`true` or `false`".to_owned(),
        Type::List(item) => format!("a list, each entry {}", needed(item)),
        Type::Number | Type::Text | Type::Date => ty.to_string(),
    }
}

/// A fact as a value of its attribute, where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue<'a> {
    /// One value.
    One(Value<'a>),
    /// The values of a list.
    List(Vec<Value<'a>>),
}

impl<'a> FactValue<'a> {
    /// Reads a fact as a value of the attribute. Texts get their symbol when the rulebook knows them.
    ///
    /// # Errors
    /// [`FactProblem`] when the fact has another type, or is none of the texts that the attribute may be.
    #[inline]
    pub fn read(fact: &'a Fact, name: &Name, symbols: &Symbols) -> Result<Self, FactProblem> {
        match (&name.ty, fact) {
            (Type::List(item), Fact::List(facts)) => {
                read_list(facts, item, symbols).map(Self::List).map_err(|problem| problem.in_list(&name.ty))
            }
            _ => read_one(fact, name, symbols).map(Self::One),
        }
    }

    /// The value; that of a list points here.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::One(value) => *value,
            Self::List(items) => Value::List(items),
        }
    }
}

#[cold]
fn wrong_type(fact: &Fact, ty: &Type) -> FactProblem {
    FactProblem::Type { needed: needed(ty), given: given(fact) }
}

/// Reads a fact as one value of the type.
#[inline]
fn of_type<'a>(fact: &'a Fact, ty: &Type, symbols: &Symbols) -> Result<Value<'a>, FactProblem> {
    match (ty, fact) {
        (Type::Text, Fact::Text(text)) => Ok(Value::Text(Text { symbol: symbols.find(text), text })),
        (Type::Bool, Fact::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::Number, Fact::Number(value)) => Ok(Value::Number(*value)),
        (Type::Number, Fact::Text(text)) => text.parse().map(Value::Number).map_err(|_| wrong_type(fact, ty)),
        (Type::Date, Fact::Text(text)) => text.parse().map(Value::Date).map_err(|_| wrong_type(fact, ty)),
        _ => Err(wrong_type(fact, ty)),
    }
}

/// Reads a fact as the one value of an attribute, when it is one that the attribute may have.
#[inline(never)]
fn read_one<'a>(fact: &'a Fact, name: &Name, symbols: &Symbols) -> Result<Value<'a>, FactProblem> {
    let value = of_type(fact, &name.ty, symbols)?;
    match (&name.one_of, value) {
        (Some(one_of), Value::Text(text)) if !text.symbol.is_some_and(|symbol| one_of.contains(&symbol)) => Err(none_of(text.text)),
        _ => Ok(value),
    }
}

/// Reads facts as values of one type.
#[inline(never)]
fn read_list<'a>(facts: &'a [Fact], item: &Type, symbols: &Symbols) -> Result<Vec<Value<'a>>, FactProblem> {
    facts.iter().map(|fact| of_type(fact, item, symbols)).collect()
}

#[cold]
fn none_of(text: &str) -> FactProblem {
    FactProblem::NotOneOf(text.to_owned())
}

impl Constant {
    /// Reads a fact as a value of the attribute, as [`FactValue::read`] does, and keeps it.
    ///
    /// # Errors
    /// Those of [`FactValue::read`].
    pub fn read(fact: &Fact, name: &Name, symbols: &Symbols) -> Result<Self, FactProblem> {
        match fact {
            Fact::List(_) => Self::of_type(fact, &name.ty, symbols),
            _ => read_one(fact, name, symbols).map(Self::keep),
        }
    }

    fn of_type(fact: &Fact, ty: &Type, symbols: &Symbols) -> Result<Self, FactProblem> {
        match (ty, fact) {
            (Type::List(item), Fact::List(values)) => {
                let items = values.iter().map(|value| Self::of_type(value, item, symbols)).collect::<Result<_, _>>();
                items.map(Self::List).map_err(|problem| problem.in_list(ty))
            }
            _ => of_type(fact, ty, symbols).map(Self::keep),
        }
    }

    fn keep(value: Value<'_>) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(value) => Self::Number(value),
            Value::Text(Text { symbol: Some(symbol), .. }) => Self::Known(symbol),
            Value::Text(Text { symbol: None, text }) => Self::Unknown(text.into()),
            Value::Date(value) => Self::Date(value),
            Value::List(items) => Self::List(items.iter().copied().map(Self::keep).collect()),
        }
    }

    /// The value, but for a list, which needs a place to stand: see [`Constant::items`].
    #[must_use]
    pub fn value<'a>(&'a self, symbols: &'a Symbols) -> Value<'a> {
        match self {
            Self::Missing | Self::List(_) => Value::Missing,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => Value::Number(*value),
            Self::Known(symbol) => Value::Text(Text { symbol: Some(*symbol), text: symbols.text(*symbol) }),
            Self::Unknown(text) => Value::Text(Text { symbol: None, text }),
            Self::Date(value) => Value::Date(*value),
        }
    }

    /// The values of a list; `None` for anything else.
    #[must_use]
    pub fn items<'a>(&'a self, symbols: &'a Symbols) -> Option<Vec<Value<'a>>> {
        match self {
            Self::List(items) => Some(items.iter().map(|item| item.value(symbols)).collect()),
            _ => None,
        }
    }

    /// The value, with the values of a list.
    #[must_use]
    pub fn fact_value<'a>(&'a self, symbols: &'a Symbols) -> FactValue<'a> {
        self.items(symbols).map_or_else(|| FactValue::One(self.value(symbols)), FactValue::List)
    }
}
