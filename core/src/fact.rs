//! Facts as a host writes them: named values whose type the rulebook declares.

use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::money::Decimal;
use crate::time::Date;

/// A value without a declared type yet. A decimal or a date is a text here and becomes what the attribute's type says.
///
/// A fractional JSON number, or a float of the host's language, is refused: write decimals as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(Decimal),
    /// A text, a decimal, a date.
    Text(String),
    /// Several values.
    List(Vec<Fact>),
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
        }
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactVisitor)
    }
}

struct FactVisitor;

impl<'de> serde::de::Visitor<'de> for FactVisitor {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, `true`, `false` or a list of them")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Fact, E> {
        Ok(Fact::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Fact, E> {
        Ok(Fact::Number(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Fact, E> {
        Ok(Fact::Number(value.into()))
    }

    #[expect(clippy::disallowed_types, reason = "meets a float of the wire only to refuse it")]
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Fact, E> {
        Decimal::refuse_float(value)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Fact, E> {
        Ok(Fact::Text(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Fact, E> {
        Ok(Fact::Text(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Fact, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Fact, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Fact::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fact, A::Error> {
        Decimal::from_number_map(map).map(Fact::Number)
    }
}

impl schemars::JsonSchema for Fact {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (decimal, date) = (generator.subschema_for::<Decimal>(), generator.subschema_for::<Date>());
        let scalar = serde_json::json!([decimal, date, {"type": ["string", "integer", "boolean"]}]);
        schemars::json_schema!({
            "description": "A value of a declared attribute: text, decimal as text, whole number, true or false, date as text, or a list of them.",
            "anyOf": [{"anyOf": scalar}, {"type": "array", "items": {"anyOf": scalar}}]
        })
    }
}

/// Named facts in the order in which they were written, each name once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(Vec<(SmolStr, Fact)>);

impl Facts {
    /// The facts in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (name.as_str(), fact))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fact of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    /// Adds a fact, or replaces the one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<str>, fact: Fact) -> Self {
        let name = SmolStr::from(name.as_ref());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = fact,
            None => self.0.push((name, fact)),
        }
        self
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Facts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of named values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Facts, A::Error> {
                let mut facts = Facts::default();
                while let Some(name) = map.next_key::<SmolStr>()? {
                    if facts.get(&name).is_some() {
                        return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    let fact = map.next_value()?;
                    facts.0.push((name, fact));
                }
                Ok(facts)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl schemars::JsonSchema for Facts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Facts".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<Fact>();
        schemars::json_schema!({"type": "object", "additionalProperties": value, "description": "Values of declared attributes by name."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_and_refuses_floats_and_repeats() {
        let facts: Facts = serde_json::from_str(r#"{"level": "gold", "rush": true, "rank": 3, "tags": ["a", "b"]}"#).unwrap();
        assert_eq!(facts.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["level", "rush", "rank", "tags"]);
        assert!(serde_json::from_str::<Facts>(r#"{"cost": 1.5}"#).unwrap_err().to_string().contains("write \"1.5\""));
        assert!(serde_json::from_str::<Facts>(r#"{"a": 1, "a": 2}"#).unwrap_err().to_string().contains("duplicate field `a`"));
        assert!(serde_json::from_str::<Facts>(r#"{"a": {"b": 1}}"#).is_err());
    }
}
