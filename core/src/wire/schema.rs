//! JSON Schemas of everything that crosses the door.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value};

use super::ops::OPS;
use crate::report::{Diagnostic, Error};
use crate::rulebook::RulebookDef;

/// The schemas of one operation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpSchema {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// Whether it is called on a rulebook.
    pub needs_rulebook: bool,
    /// What it takes; refers to [`Schemas::input`].
    pub request: Schema,
    /// What it gives; refers to [`Schemas::output`].
    pub response: Schema,
}

/// The schemas of all operations, of the rulebook and of errors. What is accepted and what is given differ: a decimal is accepted
/// as text or as an integer and given as text; a field with a default is optional as input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schemas {
    /// All operations, in the order of [`OPS`].
    pub ops: Vec<OpSchema>,
    /// Definitions of what is accepted, by name.
    pub input: Map<String, Value>,
    /// Definitions of what is given, by name.
    pub output: Map<String, Value>,
    /// The rulebook as one schema that stands for itself, for editors.
    pub rulebook: Schema,
}

/// The JSON Schemas (draft 2020-12) of every request and response, of the rulebook and of errors.
///
/// ```
/// let schemas = dealdesk::wire::schemas();
/// assert!(schemas.input.contains_key("AllocateRequest"));
/// assert!(schemas.output.contains_key("Diagnostic"));
/// ```
#[must_use]
pub fn schemas() -> Schemas {
    let mut input = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut output = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let ops = OPS.iter().map(|op| op.schema(&mut input, &mut output)).collect();
    input.subschema_for::<RulebookDef>();
    output.subschema_for::<Diagnostic>();
    output.subschema_for::<Error>();
    let rulebook = standalone::<RulebookDef>();
    Schemas { ops, input: input.take_definitions(true), output: output.take_definitions(true), rulebook }
}

fn standalone<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` under `node`.
    fn references<'v>(node: &'v Value, found: &mut Vec<&'v str>) {
        match node {
            Value::Array(entries) => entries.iter().for_each(|entry| references(entry, found)),
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| references(field, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_operation_has_schemas_whose_references_lead_somewhere() {
        let schemas = serde_json::to_value(schemas()).unwrap();
        for side in ["input", "output"] {
            let mut found = Vec::new();
            references(&schemas[side], &mut found);
            for op in schemas["ops"].as_array().unwrap() {
                references(&op[if side == "input" { "request" } else { "response" }], &mut found);
            }
            for reference in found {
                let name = reference.strip_prefix("#/$defs/").unwrap();
                assert!(schemas[side].get(name).is_some(), "{reference}");
            }
        }
    }

    #[test]
    fn what_is_accepted_and_what_is_given_differ() {
        let schemas = schemas();
        assert_eq!(schemas.input["Decimal"]["type"], serde_json::json!(["string", "integer"]));
        assert_eq!(schemas.output["Money"]["type"], "string");
        assert!(!schemas.input["AllocateRequest"]["required"].as_array().unwrap().contains(&Value::from("method")));
    }
}
