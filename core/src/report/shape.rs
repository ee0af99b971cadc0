//! From serde's errors to diagnostics: all the shape problems of a document at once, in words that show no Rust type.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::{Diagnostic, Diagnostics, Error, LimitCode, Path, ShapeCode, did_you_mean};

/// How many shape problems are looked for in one document.
const MAX_PROBLEMS: usize = 50;

/// Reads a JSON text.
///
/// # Errors
/// [`Error`] with every shape problem of the text (up to 50): unknown fields and kinds, wrong types, fractional numbers.
pub fn from_json<T: DeserializeOwned>(text: &str, max_bytes: usize) -> Result<T, Error> {
    if text.len() > max_bytes {
        let message = format!("the text has {} bytes; at most {max_bytes} are read", text.len());
        return Err(Diagnostic::error(LimitCode::TooLong, &Path::ROOT, message).into());
    }
    serde_json::from_str(text).map_err(|_| shape_problems::<T>(text))
}

/// Reads a value from any deserializer; `make` is called again when the first reading fails, to find every problem.
///
/// # Errors
/// [`Error`] with every shape problem (up to 50), each with its path, as [`from_json`] finds them in a text.
pub fn read<'de, T: DeserializeOwned, D: Deserializer<'de>>(make: impl Fn() -> D) -> Result<T, Error> {
    T::deserialize(make()).or_else(|_| {
        let mut found = Diagnostics::new();
        if let Ok(tree) = Value::deserialize(make()) {
            found = tree_problems::<T>(tree);
        }
        found.finish().and_then(|_| Err(first_problem::<T, D>(make())))
    })
}

/// The problem that stops a reading, with its path; for what a tree cannot hold.
fn first_problem<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Error {
    let mut track = serde_path_to_error::Track::new();
    let traced = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let message = T::deserialize(traced).err().map_or_else(|| "the value cannot be read twice".to_owned(), |error| error.to_string());
    diagnostic(&Path::pointer(&pointer(track.path().iter())), &message).into()
}

/// All shape problems of a text that could not be read as `T`.
fn shape_problems<T: DeserializeOwned>(text: &str) -> Error {
    let tree: Value = match serde_json::from_str(text) {
        Ok(tree) => tree,
        Err(error) => return syntax(&error).into(),
    };
    // What a tree cannot show, such as a field that occurs twice, the text does.
    let from_text = |_| first_problem::<T, _>(&mut serde_json::Deserializer::from_str(text));
    tree_problems::<T>(tree).finish().map_or_else(|error| error, from_text)
}

/// All shape problems of a tree: whatever stops the reading is taken out, and it is read again.
fn tree_problems<T: DeserializeOwned>(mut tree: Value) -> Diagnostics {
    let mut pruned = Pruned::default();
    let mut found = Diagnostics::new();
    for _ in 0..MAX_PROBLEMS {
        let Err(error) = serde_path_to_error::deserialize::<_, T>(&tree) else { break };
        let segments: Vec<Step> = error.path().iter().filter_map(Step::of).collect();
        let original = pruned.original(&segments);
        let problem = diagnostic(&Path::pointer(&original), &error.inner().to_string());
        let unknown_field = problem.code == ShapeCode::UnknownField.into();
        if pruned.caused(&problem) || !pruned.prune(&mut tree, &segments, unknown_field) {
            if !found.has_errors() {
                found.push(problem);
            }
            break;
        }
        found.push(problem);
    }
    found
}

fn syntax(error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    if message.starts_with("recursion limit") {
        return too_deep(&Path::ROOT);
    }
    Diagnostic::error(ShapeCode::Syntax, &Path::ROOT, format!("this is not JSON: {message}"))
}

fn too_deep(path: &Path<'_>) -> Diagnostic {
    Diagnostic::error(LimitCode::TooDeep, path, "the document is nested deeper than 128 levels")
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Index(usize),
    Key(String),
}

impl Step {
    fn of(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Seq { index } => Some(Self::Index(*index)),
            Segment::Map { key } => Some(Self::Key(key.clone())),
            Segment::Enum { variant } => Some(Self::Key(variant.clone())),
            Segment::Unknown => None,
        }
    }
}

fn pointer<'a>(segments: impl Iterator<Item = &'a Segment>) -> String {
    let steps: Vec<Step> = segments.filter_map(Step::of).collect();
    Pruned::default().original(&steps)
}

/// What was taken out of the tree to find the next problem.
#[derive(Default)]
struct Pruned {
    /// Array entries, by the pointer of their array and their index in the original document.
    entries: Vec<(String, usize)>,
    /// Fields of the document itself.
    fields: Vec<String>,
}

impl Pruned {
    /// The pointer into the document as the author wrote it.
    fn original(&self, segments: &[Step]) -> String {
        let mut pointer = String::new();
        for segment in segments {
            pointer = match segment {
                Step::Key(key) => Path::pointer(&pointer).field(key).to_string(),
                Step::Index(index) => {
                    let mut original = *index;
                    let mut removed: Vec<usize> =
                        self.entries.iter().filter(|(array, _)| *array == pointer).map(|(_, entry)| *entry).collect();
                    removed.sort_unstable();
                    for entry in removed {
                        if entry <= original {
                            original = original.saturating_add(1);
                        }
                    }
                    Path::pointer(&pointer).index(original).to_string()
                }
            };
        }
        pointer
    }

    /// Whether the problem is only that we took a field out.
    fn caused(&self, problem: &Diagnostic) -> bool {
        problem.path.is_empty() && self.fields.iter().any(|field| problem.message.contains(&format!("`{field}`")))
    }

    /// Takes out what the problem is about: an unknown field, else the nearest entry of an array, else the document's field.
    fn prune(&mut self, tree: &mut Value, segments: &[Step], unknown_field: bool) -> bool {
        if unknown_field && let Some((Step::Key(key), parents)) = segments.split_last() {
            return descend(tree, parents).and_then(Value::as_object_mut).is_some_and(|object| object.remove(key).is_some());
        }
        let last_entry = segments.iter().rposition(|segment| matches!(segment, Step::Index(_)));
        if let Some(position) = last_entry {
            let (parents, rest) = segments.split_at(position);
            let Some(Step::Index(index)) = rest.first() else { return false };
            let original = self.original(segments.get(..=position).unwrap_or_default());
            let Some(entry) = original.rsplit('/').next().and_then(|text| text.parse().ok()) else { return false };
            let Some(array) = descend(tree, parents).and_then(Value::as_array_mut) else { return false };
            if *index >= array.len() {
                return false;
            }
            array.remove(*index);
            self.entries.push((self.original(parents), entry));
            return true;
        }
        if let Some(Step::Key(key)) = segments.first() {
            self.fields.push(key.clone());
            return tree.as_object_mut().is_some_and(|object| object.remove(key).is_some());
        }
        false
    }
}

fn descend<'t>(tree: &'t mut Value, segments: &[Step]) -> Option<&'t mut Value> {
    segments.iter().try_fold(tree, |node, segment| match segment {
        Step::Index(index) => node.get_mut(*index),
        Step::Key(key) => node.get_mut(key.as_str()),
    })
}

/// Says in the engine's words what serde says in its own.
fn diagnostic(path: &Path<'_>, message: &str) -> Diagnostic {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown(ShapeCode::UnknownField, path, "field", rest);
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return unknown(ShapeCode::UnknownKind, path, "kind", rest);
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return Diagnostic::error(ShapeCode::MissingField, path, format!("the field {field} is missing"));
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return Diagnostic::error(ShapeCode::DuplicateField, path, format!("the field {field} occurs twice; keep one of them"));
    }
    if message.starts_with("recursion limit") {
        return too_deep(path);
    }
    if message.starts_with("fractional number") {
        return Diagnostic::error(ShapeCode::FractionalNumber, path, message);
    }
    for (prefix, code) in
        [("invalid type: ", ShapeCode::WrongType), ("invalid value: ", ShapeCode::InvalidValue), ("invalid length ", ShapeCode::WrongType)]
    {
        if let Some((found, expected)) = message.strip_prefix(prefix).and_then(|rest| rest.split_once(", expected ")) {
            return Diagnostic::error(code, path, format!("found {}, but {} is needed here", plain_found(found), plain_expected(expected)));
        }
    }
    Diagnostic::error(ShapeCode::InvalidValue, path, message)
}

fn unknown(code: ShapeCode, path: &Path<'_>, what: &str, rest: &str) -> Diagnostic {
    let (name, expected) = rest.split_once(", ").unwrap_or((rest, ""));
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    Diagnostic::error(code, path, format!("there is no {what} {name} here")).maybe_help(did_you_mean(name.trim_matches('`'), known))
}

fn plain_found(found: &str) -> String {
    let quoted = |rest: &str| format!("the text `{}`", rest.trim_matches('"'));
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" | "Option value" => "nothing (`null`)".to_owned(),
        _ => found
            .strip_prefix("string ")
            .map(quoted)
            .or_else(|| found.strip_prefix("integer ").map(|number| format!("the number {number}")))
            .or_else(|| found.strip_prefix("floating point ").map(|number| format!("the number {number}")))
            .or_else(|| found.strip_prefix("boolean ").map(str::to_owned))
            .unwrap_or_else(|| found.to_owned()),
    }
}

fn plain_expected(expected: &str) -> String {
    const WHOLE_NUMBERS: [&str; 10] = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize"];
    match expected {
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        "a string" | "str" | "string" => "a text".to_owned(),
        _ if WHOLE_NUMBERS.contains(&expected) => "a whole number".to_owned(),
        _ if expected.starts_with("struct ") => "an object".to_owned(),
        _ if expected.contains(" enum ")
            || expected.starts_with("enum ")
            || expected.contains("variant")
            || expected == "string or map" =>
        {
            "a kind (a text, or an object with one field)".to_owned()
        }
        _ if expected.starts_with("tuple ") || expected.starts_with("a tuple ") || expected.starts_with("an array ") => "a list".to_owned(),
        _ => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shelf {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "items", default)]
        _items: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[serde(rename = "price")]
        _price: Decimal,
        #[serde(rename = "effect", default)]
        _effect: Option<Effect>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Effect {
        PercentOff(#[expect(dead_code, reason = "only its shape is tested")] Decimal),
    }

    fn problems(text: &str) -> Vec<String> {
        let error = from_json::<Shelf>(text, 10_000).unwrap_err();
        error
            .diagnostics()
            .iter()
            .map(|d| format!("{} {}: {}{}", d.code, d.path, d.message, d.help.as_deref().map(|h| format!(" | {h}")).unwrap_or_default()))
            .collect()
    }

    #[test]
    fn all_shape_problems_are_found_at_once_with_the_author_s_own_indices() {
        let text = r#"{"name": "a", "colour": 1, "items": [
            {"price": 1.5}, {"price": "2"}, {"prise": "3"}, {"price": "x"}, {"price": 4, "effect": {"percent_of": "1"}},
            {"price": {}}]}"#;
        assert_eq!(
            problems(text),
            [
                "shape.unknown_field /colour: there is no field `colour` here | known are `name`, `items`",
                "shape.fractional_number /items/0/price: fractional number `1.5`: a decimal must be text, write \"1.5\"",
                "shape.missing_field /items/2: the field `price` is missing",
                "shape.unknown_field /items/2/prise: there is no field `prise` here | did you mean `price`?",
                "shape.invalid_value /items/3/price: `x` is not a decimal number; write it like `12.50`",
                "shape.unknown_kind /items/4/effect: there is no kind `percent_of` here | did you mean `percent_off`?",
                "shape.wrong_type /items/5/price: found an object, but a decimal number as text, such as \"12.50\" is needed here",
            ]
        );
    }

    #[test]
    fn broken_json_deep_json_and_twice_the_same_field() {
        assert!(problems("{")[0].starts_with("shape.syntax : this is not JSON: EOF"));
        assert!(problems(&"[".repeat(500))[0].starts_with("limit.too_deep"));
        assert_eq!(problems(r#"{"name": "a", "name": "b"}"#), ["shape.duplicate_field : the field `name` occurs twice; keep one of them"]);
        assert!(problems(&" ".repeat(10_001))[0].starts_with("limit.too_long"));
    }
}
