//! From JSON Schemas to what types of any language are made of.
//!
//! What is accepted and what is given are two families of definitions. A name that stands in both with the same content is one
//! definition; where they differ, what is accepted is called `<Name>Input`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Everything that the types are generated from.
pub struct Model {
    pub definitions: Vec<Definition>,
    pub ops: Vec<Op>,
}

pub struct Op {
    pub name: String,
    pub meaning: String,
    pub on_rulebook: bool,
    pub request: String,
    pub response: String,
}

/// A type with a name.
pub struct Definition {
    pub name: String,
    pub doc: String,
    /// Whether values of it are only ever accepted.
    pub input: bool,
    pub shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Text,
    Whole,
    Truth,
    Null,
    Anything,
    Decimal,
    Date,
    Timestamp,
    Literal(String),
    Named(String),
    List(Box<Shape>),
    Map(Box<Shape>),
    Union(Vec<Shape>),
    /// Fields, and what any other field holds when others are allowed.
    Object(Vec<Field>, Option<Box<Shape>>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub doc: String,
    pub required: bool,
    pub shape: Shape,
}

type Definitions = Map<String, Value>;

/// Reads what the example `schemas` of the core prints.
pub fn model(schemas: &Value) -> Result<Model, String> {
    let (input, output) = (object(&schemas["input"])?, object(&schemas["output"])?);
    different_types_have_different_names(input, output)?;
    let split = differing(input, output);
    let mut definitions = Vec::new();
    for (side, known) in [(true, input), (false, output)] {
        let reader = Reader { known, input: side, split: &split };
        for (name, schema) in known {
            let shared = !split.contains(name) && input.contains_key(name) && output.contains_key(name);
            if builtin(schema).is_some() || name == "Error" || (side && shared) {
                continue;
            }
            let definition =
                Definition { name: reader.name(name), doc: text(schema, "description"), input: side, shape: reader.shape(schema)? };
            hoist_into(&mut definitions, definition);
        }
    }
    definitions.sort_by(|one, other| one.name.cmp(&other.name));
    if let Some(pair) = definitions.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(format!("two types are called `{}`: rename one with #[schemars(rename = \"...\")]", pair[0].name));
    }
    let ops = schemas["ops"].as_array().into_iter().flatten().map(|op| read_op(op, input, output, &split)).collect::<Result<_, _>>()?;
    Ok(Model { definitions, ops })
}

/// schemars tells two types of one name apart by a number, but only when they meet on one side.
fn different_types_have_different_names(input: &Definitions, output: &Definitions) -> Result<(), String> {
    let numbered = |known: &Definitions, name: &str| known.contains_key(name.trim_end_matches(|sign: char| sign.is_ascii_digit()));
    for (known, other) in [(input, output), (output, input)] {
        for (name, schema) in known {
            let twin = name.ends_with(|sign: char| sign.is_ascii_digit()) && numbered(known, name);
            let stranger = other.get(name).is_some_and(|other| text(schema, "description") != text(other, "description"));
            if twin || (stranger && builtin(schema).is_none()) {
                return Err(format!("two types are called `{name}`: rename one with #[schemars(rename = \"...\")]"));
            }
        }
    }
    Ok(())
}

fn read_op(op: &Value, input: &Definitions, output: &Definitions, split: &BTreeSet<String>) -> Result<Op, String> {
    let named = |side: &str, known: &Definitions| {
        let reader = Reader { known, input: side == "request", split };
        match reader.shape(&op[side])? {
            Shape::Named(name) => Ok(name),
            other => Err(format!("the {side} of `{}` has no name: {other:?}", text(op, "name"))),
        }
    };
    Ok(Op {
        name: text(op, "name"),
        meaning: text(op, "meaning"),
        on_rulebook: op["needs_rulebook"] == true,
        request: named("request", input)?,
        response: named("response", output)?,
    })
}

/// The names whose input and output are not the same, because they differ or lead to what differs.
fn differing(input: &Definitions, output: &Definitions) -> BTreeSet<String> {
    let both: Vec<&String> = input.keys().filter(|name| output.contains_key(*name)).collect();
    let differs = |name: &&&String| input[**name] != output[**name] || builtin(&input[**name]).is_some();
    let mut split: BTreeSet<String> = both.iter().filter(differs).map(|name| (*name).clone()).collect();
    loop {
        let before = split.len();
        for name in &both {
            if references(&input[*name]).iter().any(|reference| split.contains(reference)) {
                split.insert((*name).clone());
            }
        }
        if split.len() == before {
            return split;
        }
    }
}

fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(target);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(entries) => entries.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn target(reference: &str) -> String {
    reference.rsplit('/').next().unwrap_or_default().to_owned()
}

/// What languages have types of their own for.
fn builtin(schema: &Value) -> Option<Shape> {
    match schema.get("format")?.as_str()? {
        "decimal" => Some(Shape::Decimal),
        "date" => Some(Shape::Date),
        "date-time" => Some(Shape::Timestamp),
        _ => None,
    }
}

/// Reads the schemas of one side.
struct Reader<'s> {
    known: &'s Definitions,
    input: bool,
    split: &'s BTreeSet<String>,
}

impl Reader<'_> {
    /// The name of a definition in the generated types.
    fn name(&self, name: &str) -> String {
        let plain = camel(name);
        if self.input && self.split.contains(name) { format!("{plain}Input") } else { plain }
    }

    fn shape(&self, schema: &Value) -> Result<Shape, String> {
        if *schema == Value::Bool(true) {
            return Ok(Shape::Anything);
        }
        if let Some(shape) = builtin(schema) {
            return Ok(shape);
        }
        let fields = object(schema)?;
        if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
            let name = target(reference);
            return Ok(self.known.get(&name).and_then(builtin).unwrap_or_else(|| Shape::Named(self.name(&name))));
        }
        if let Some(value) = fields.get("const") {
            return literal(value);
        }
        if let Some(values) = fields.get("enum").and_then(Value::as_array) {
            return Ok(Shape::Union(values.iter().map(literal).collect::<Result<_, _>>()?));
        }
        if let Some(kinds) = fields.get("oneOf").or_else(|| fields.get("anyOf")).and_then(Value::as_array) {
            return Ok(union(kinds.iter().map(|kind| self.shape(kind)).collect::<Result<_, _>>()?));
        }
        match fields.get("type") {
            Some(Value::String(kind)) => self.typed(kind, fields),
            Some(Value::Array(kinds)) => {
                let typed = |kind: &Value| self.typed(kind.as_str().unwrap_or_default(), fields);
                Ok(union(kinds.iter().map(typed).collect::<Result<_, _>>()?))
            }
            _ => Ok(Shape::Anything),
        }
    }

    fn typed(&self, kind: &str, schema: &Definitions) -> Result<Shape, String> {
        Ok(match kind {
            "string" => Shape::Text,
            "integer" => Shape::Whole,
            "boolean" => Shape::Truth,
            "null" => Shape::Null,
            "array" if schema.contains_key("prefixItems") => {
                return Err(format!("a tuple has no names for its entries; make it a struct: {schema:?}"));
            }
            "array" => Shape::List(Box::new(schema.get("items").map_or(Ok(Shape::Anything), |items| self.shape(items))?)),
            "object" => self.object(schema)?,
            _ => return Err(format!("a schema of type `{kind}` has no type in other languages: {schema:?}")),
        })
    }

    fn object(&self, schema: &Definitions) -> Result<Shape, String> {
        let others = match schema.get("additionalProperties") {
            None | Some(Value::Bool(_)) => None,
            Some(value) => Some(Box::new(self.shape(value)?)),
        };
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return Ok(others.map_or(Shape::Object(Vec::new(), None), Shape::Map));
        };
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let field = |(name, schema): (&String, &Value)| {
            let required = required.contains(&name.as_str());
            let shape = self.shape(schema)?;
            // What is given omits an absent option and never says null.
            let shape = if self.input || required { shape } else { without_null(shape) };
            Ok(Field { name: name.clone(), doc: text(schema, "description"), required, shape })
        };
        Ok(Shape::Object(properties.iter().map(field).collect::<Result<_, String>>()?, others))
    }
}

fn literal(value: &Value) -> Result<Shape, String> {
    value.as_str().map(|text| Shape::Literal(text.to_owned())).ok_or_else(|| format!("`{value}` is not a text"))
}

fn union(kinds: Vec<Shape>) -> Shape {
    let mut flat: Vec<Shape> = Vec::new();
    for kind in kinds {
        let parts = if let Shape::Union(parts) = kind { parts } else { vec![kind] };
        for part in parts {
            if !flat.contains(&part) {
                flat.push(part);
            }
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Shape::Union(flat) }
}

fn without_null(shape: Shape) -> Shape {
    match shape {
        Shape::Union(kinds) => union(kinds.into_iter().filter(|kind| *kind != Shape::Null).collect()),
        other => other,
    }
}

/// Adds a definition; objects inside it get a name and a definition of their own.
fn hoist_into(definitions: &mut Vec<Definition>, mut definition: Definition) {
    let (name, input) = (definition.name.clone(), definition.input);
    match &mut definition.shape {
        Shape::Object(fields, _) => {
            for field in fields {
                let field_name = camel(&field.name);
                let field_name = if name.ends_with(&field_name) { "Content".to_owned() } else { field_name };
                hoist(definitions, &mut field.shape, &format!("{name}{field_name}"), input);
            }
        }
        other => hoist(definitions, other, &name, input),
    }
    definitions.push(definition);
}

fn hoist(definitions: &mut Vec<Definition>, shape: &mut Shape, name: &str, input: bool) {
    match shape {
        Shape::List(inner) | Shape::Map(inner) => hoist(definitions, inner, name, input),
        Shape::Union(kinds) => {
            for kind in kinds {
                let tag = match kind {
                    Shape::Object(fields, _) if fields.len() == 1 => camel(&fields[0].name),
                    _ => String::new(),
                };
                hoist(definitions, kind, &format!("{name}{tag}"), input);
            }
        }
        Shape::Object(..) => {
            let shape = std::mem::replace(shape, Shape::Named(name.to_owned()));
            hoist_into(definitions, Definition { name: name.to_owned(), doc: String::new(), input, shape });
        }
        _ => {}
    }
}

/// `percent_off` is `PercentOff`.
pub fn camel(name: &str) -> String {
    name.split(['_', '.', '-'])
        .map(|word| word.chars().next().map_or(String::new(), |first| first.to_uppercase().chain(word.chars().skip(1)).collect()))
        .collect()
}

fn object(value: &Value) -> Result<&Definitions, String> {
    value.as_object().ok_or_else(|| format!("a schema is an object, not {value}"))
}

fn text(value: &Value, field: &str) -> String {
    without_links(value.get(field).and_then(Value::as_str).unwrap_or_default())
}

/// "see [`super::Rulebook`]" is "see `Rulebook`": other languages have no rustdoc.
fn without_links(doc: &str) -> String {
    let mut plain = String::new();
    let mut rest = doc;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((path, after)) = link.split_once("`]") else { break };
        plain.push_str(&format!("{before}`{}`", path.rsplit("::").next().unwrap_or(path)));
        rest = after;
    }
    plain + rest
}
