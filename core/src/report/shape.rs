//! From serde's errors to diagnostics: all the shape problems of a document at once, in words that show no Rust type.

use std::collections::BTreeSet;

use serde::de::{DeserializeOwned, Deserializer};

use super::suggest::{list, nearest, nearest_or_all};
use super::tape::{Fault, Segment, Step, Tape};
use super::{Diagnostic, Diagnostics, Error, LimitCode, Path, ShapeCode};

/// A text that is longer is read coarsely first, so that what it is read into is all that takes much room.
const LONG: usize = 1 << 20;

/// How many shape problems are looked for in one document.
const MAX_PROBLEMS: usize = 50;

/// Reads a JSON text.
///
/// # Errors
/// [`Error`] with every shape problem of the text (up to 50): unknown fields and kinds, wrong types, fractional numbers.
pub fn from_json<T: DeserializeOwned>(text: &str, max_bytes: usize) -> Result<T, Error> {
    if (LONG..=max_bytes).contains(&text.len())
        && let Some(value) = Tape::read_coarsely(text).ok().and_then(|tape| tape.read(&BTreeSet::new()).ok())
    {
        return Ok(value);
    }
    // Something may be wrong with it: what and where, the whole tape tells.
    let tape = json_tape(text, max_bytes)?;
    tape.read(&BTreeSet::new()).map_err(|first| problems(&tape, first, &|removed| tape.read::<T>(removed).err()))
}

/// Reads a value from any deserializer; `make` is called again when the first reading fails, to find every problem.
///
/// # Errors
/// [`Error`] with every shape problem (up to 50), each with its path, as [`from_json`] finds them in a text.
pub fn read<'de, T: DeserializeOwned, D: Deserializer<'de>>(make: impl Fn() -> D) -> Result<T, Error> {
    T::deserialize(make()).map_err(|error| match Tape::read_from(make()) {
        Err((error, path)) => diagnostic(&Path::pointer(&path), &error.to_string()).into(),
        Ok(tape) => {
            let first = tape.read::<T>(&BTreeSet::new()).err().unwrap_or(Fault { at: None, message: error.to_string() });
            problems(&tape, first, &|removed| tape.read::<T>(removed).err())
        }
    })
}

fn json_tape(text: &str, max_bytes: usize) -> Result<Tape<'_>, Error> {
    if text.len() > max_bytes {
        let message = format!("the text has {} bytes; at most {max_bytes} are read", text.len());
        return Err(Diagnostic::error(LimitCode::TooLong, &Path::ROOT, message).into());
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let tape = Tape::read_from(&mut json).map_err(|(error, _)| syntax(&error))?;
    json.end().map_err(|error| syntax(&error))?;
    Ok(tape)
}

/// All shape problems of a document: what was the problem is taken out, and it is read again.
fn problems(tape: &Tape<'_>, first: Fault, again: &dyn Fn(&BTreeSet<usize>) -> Option<Fault>) -> Error {
    let mut pruned = Pruned::default();
    let mut found = Diagnostics::new();
    let mut next = Some(first);
    for _ in 0..MAX_PROBLEMS {
        let Some(fault) = next.take() else { break };
        let steps = fault.at.map(|token| tape.steps(token)).unwrap_or_default();
        let problem = diagnostic(&Path::pointer(&tape.pointer(&steps)), &fault.message);
        if pruned.caused(&problem) {
            break;
        }
        if pruned.prune(&steps, [ShapeCode::UnknownField.into(), ShapeCode::DuplicateField.into()].contains(&problem.code)) {
            next = again(&pruned.tokens);
        }
        found.push(problem);
    }
    found.finish().err().unwrap_or_else(|| diagnostic(&Path::ROOT, "the document cannot be read").into())
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

/// What was taken out of the document to find the next problem.
#[derive(Default)]
struct Pruned {
    /// Entries of lists, and names of fields.
    tokens: BTreeSet<usize>,
    /// Names of the document's own fields.
    fields: Vec<String>,
}

impl Pruned {
    /// Whether the problem is only that we took a field out.
    fn caused(&self, problem: &Diagnostic) -> bool {
        problem.path.is_empty() && self.fields.iter().any(|field| problem.message.contains(&format!("`{field}`")))
    }

    /// Takes out what the problem is about: a field that must not be there, else the nearest entry of a list, else the document's
    /// field. `false` when nothing can be taken out.
    fn prune(&mut self, steps: &[Step], only_the_field: bool) -> bool {
        let is_entry = |step: &&Step| matches!(step.segment, Segment::Index(_));
        let nearest = if only_the_field { steps.last() } else { steps.iter().rev().find(is_entry).or(steps.first()) };
        let Some(step) = nearest else { return false };
        if let (Segment::Name(name), false) = (&step.segment, only_the_field) {
            self.fields.push(name.clone());
        }
        self.tokens.insert(step.token)
    }
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
    if let Some(rest) = message.strip_prefix("not one kind ") {
        return not_one_kind(path, rest);
    }
    if let Some(kind) = message.strip_prefix("nothing in the kind ") {
        let help = format!("write an object with it, and what it needs: {{\"{}\": ...}}", kind.trim_matches('`'));
        return Diagnostic::error(ShapeCode::WrongType, path, format!("the kind {kind} stands alone, but has something to say")).help(help);
    }
    if let Some(kind) = message.strip_prefix("something in the kind ") {
        let help = format!("write it as a text: \"{}\"", kind.trim_matches('`'));
        return Diagnostic::error(ShapeCode::WrongType, path, format!("the kind {kind} holds nothing")).help(help);
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
            let (expected, help) = if let Some(kinds) = expected.strip_prefix("a kind of ") {
                ("a kind".to_owned(), Some(format!("known are {kinds}")))
            } else if let Some(fields) = expected.strip_prefix("fields ") {
                ("an object".to_owned(), Some(format!("its fields are {fields}")))
            } else {
                let expected = plain_expected(expected);
                let alone = found.strip_prefix("string ").filter(|_| expected == "a list");
                (expected, alone.map(|text| format!("write a list of one: [{text}]")))
            };
            let message = format!("found {}, but {expected} is needed here", plain_found(found));
            return Diagnostic::error(code, path, message).maybe_help(help);
        }
    }
    Diagnostic::error(ShapeCode::InvalidValue, path, message)
}

fn unknown(code: ShapeCode, path: &Path<'_>, what: &str, rest: &str) -> Diagnostic {
    let (name, expected) = rest.split_once(", ").unwrap_or((rest, ""));
    Diagnostic::error(code, path, format!("there is no {what} {name} here"))
        .maybe_help(nearest_or_all(name.trim_matches('`'), quoted(expected)))
}

/// The names that stand between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// An object that should have one field, which names a kind, and has several or none.
fn not_one_kind(path: &Path<'_>, rest: &str) -> Diagnostic {
    let (fields, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
    let (names, known) = (quoted(fields), quoted(known));
    let all = format!("known are {}", list(&known));
    let meant = |name: &&str| known.contains(name) || nearest(name, &known).is_some();
    let kinds: Vec<&str> = names.iter().copied().filter(meant).collect();
    let is_entry = path.to_string().rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok());
    let several = if is_entry { "write an entry of the list for each" } else { "keep one of them" };
    let (code, message, help) = match (kinds.as_slice(), names.as_slice()) {
        (_, []) => (ShapeCode::InvalidValue, "the object is empty, but its one field is to say the kind".to_owned(), all),
        ([], _) => {
            let example = known.first().copied().unwrap_or_default();
            let help = format!("write what it is around them, as in {{\"{example}\": {{...}}}}; {all}");
            (ShapeCode::UnknownKind, format!("none of the fields {fields} is a kind"), help)
        }
        ([kind], _) => {
            let others: Vec<&str> = names.iter().copied().filter(|name| name != kind).collect();
            let kind = nearest(kind, &known).unwrap_or(kind);
            let stand = if others.len() == 1 { "stands" } else { "stand" };
            let message = format!("{} {stand} beside the kind `{kind}`, which must be the one field of its object", list(&others));
            (
                ShapeCode::InvalidValue,
                message,
                format!("write {} into what `{kind}` holds: {{\"{kind}\": {{...}}}}", if others.len() == 1 { "it" } else { "them" }),
            )
        }
        _ => {
            (ShapeCode::InvalidValue, format!("one object has the kinds {}, but can be of one kind only", list(&kinds)), several.to_owned())
        }
    };
    Diagnostic::error(code, path, message).help(help)
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
        _ if expected.contains(" enum ") || expected.starts_with("enum ") || expected.contains("variant") => {
            "a kind (a text, or an object with one field)".to_owned()
        }
        _ if expected.starts_with("tuple ") || expected.starts_with("a tuple ") || expected.starts_with("an array ") => "a list".to_owned(),
        _ => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

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

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Step {
        #[expect(dead_code, reason = "only its shape is tested")]
        Stage(Room),
        #[expect(dead_code, reason = "only its shape is tested")]
        Tax(Room),
        End,
    }

    #[test]
    fn an_object_that_is_not_of_one_kind_is_told_what_kinds_there_are() {
        let problem = |text: &str| {
            let error = from_json::<Vec<Step>>(text, 10_000).unwrap_err();
            let first = error.first().unwrap();
            format!("{} {}: {} | {}", first.code, first.path, first.message, first.help.as_deref().unwrap_or_default())
        };
        let room = r#"{"items": []}"#;
        for (text, expected) in [
            (
                format!(r#"[{{"stage": {room}, "tax": {room}}}]"#),
                "shape.invalid_value /0: one object has the kinds `stage`, `tax`, but can be of one kind only | write an entry of the list for each",
            ),
            (
                format!(r#"[{{"stag": {room}, "id": "s"}}]"#),
                "shape.invalid_value /0: `id` stands beside the kind `stage`, which must be the one field of its object | write it into what \
                 `stage` holds: {\"stage\": {...}}",
            ),
            (
                r#"[{"id": "s", "policy": "best"}]"#.to_owned(),
                "shape.unknown_kind /0: none of the fields `id`, `policy` is a kind | write what it is around them, as in {\"stage\": {...}}; \
                 known are `stage`, `tax`, `end`",
            ),
            (
                "[{}]".to_owned(),
                "shape.invalid_value /0: the object is empty, but its one field is to say the kind | known are `stage`, `tax`, `end`",
            ),
            (format!(r#"[{{"stagee": {room}}}]"#), "shape.unknown_kind /0: there is no kind `stagee` here | did you mean `stage`?"),
            ("[7]".to_owned(), "shape.wrong_type /0: found the number `7`, but a kind is needed here | known are `stage`, `tax`, `end`"),
            (
                r#"["tax"]"#.to_owned(),
                "shape.wrong_type /0: the kind `tax` stands alone, but has something to say | write an object with it, and what it needs: \
                 {\"tax\": ...}",
            ),
            (r#"[{"end": {}}]"#.to_owned(), "shape.wrong_type /0/end: the kind `end` holds nothing | write it as a text: \"end\""),
        ] {
            assert_eq!(problem(&text), expected);
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct House {
        rooms: Vec<Room>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Room {
        items: Vec<Item>,
    }

    #[test]
    fn a_long_text_is_read_as_a_short_one_is() {
        let long = |last: &str| format!(r#"{{"rooms": [{{"items": [{}{last}]}}]}}"#, r#"{"price": "12.50"}, "#.repeat(60_000));
        let house: House = from_json(&long(r#"{"price": 1}"#), 10_000_000).unwrap();
        assert_eq!(house.rooms[0].items.len(), 60_001);
        assert_eq!(house.rooms[0].items.last().map(|item| item._price), Some(1.into()));
        for (last, expected) in [
            (r#"{"prise": "1"}"#, "shape.missing_field /rooms/0/items/60000: the field `price` is missing"),
            (r#"{"price": 1.5}"#, "shape.fractional_number /rooms/0/items/60000/price: fractional number `1.5`"),
            (r#"{"price": "1", "price": "1"}"#, "shape.duplicate_field /rooms/0/items/60000/price: the field `price` occurs twice"),
            (r#"{"price": "1""#, "shape.syntax : this is not JSON"),
        ] {
            let error = from_json::<House>(&long(last), 10_000_000).unwrap_err();
            let first = error.first().map(|problem| format!("{} {}: {}", problem.code, problem.path, problem.message)).unwrap_or_default();
            assert!(first.starts_with(expected), "{first}");
        }
    }

    #[test]
    fn a_list_is_no_object_and_what_follows_the_document_is_refused() {
        assert_eq!(
            problems(r#"["a", []]"#),
            ["shape.wrong_type : found a list, but an object is needed here | its fields are `name`, `items`"]
        );
        assert_eq!(
            problems(r#"{"name": "a", "items": [["1"]]}"#),
            ["shape.wrong_type /items/0: found a list, but an object is needed here | its fields are `price`, `effect`"]
        );
        assert_eq!(
            problems(r#"{"name": "a", "items": "b"}"#),
            ["shape.wrong_type /items: found the text `b`, but a list is needed here | write a list of one: [\"b\"]"]
        );
        assert!(problems(r#"{"name": "a"} {}"#)[0].starts_with("shape.syntax : this is not JSON: trailing"));
    }

    #[test]
    fn what_is_no_document_is_refused_where_it_stands() {
        // A map whose second value cannot be read as any value at all.
        let broken = || {
            use serde::de::value::{Error, MapDeserializer};
            let fields = [("name", Odd(false)), ("items", Odd(true))];
            MapDeserializer::<_, Error>::new(fields.into_iter())
        };
        let error = read::<Shelf, _>(broken).unwrap_err();
        assert_eq!(error.first().map(|problem| problem.path.as_str()), Some("/items"));
    }

    /// A value of a host that is a text, or nothing that JSON has.
    #[derive(Clone, Copy)]
    struct Odd(bool);

    impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Odd {
        type Deserializer = Self;
        fn into_deserializer(self) -> Self {
            self
        }
    }

    impl<'de> Deserializer<'de> for Odd {
        type Error = serde::de::value::Error;
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            if self.0 { Err(serde::de::Error::custom("a colour is no value")) } else { visitor.visit_str("a") }
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
            seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    #[test]
    fn broken_json_deep_json_and_twice_the_same_field() {
        assert!(problems("{")[0].starts_with("shape.syntax : this is not JSON: EOF"));
        assert!(problems(&"[".repeat(500))[0].starts_with("limit.too_deep"));
        assert_eq!(
            problems(r#"{"name": "a", "name": "b"}"#),
            ["shape.duplicate_field /name: the field `name` occurs twice; keep one of them"]
        );
        assert!(problems(&" ".repeat(10_001))[0].starts_with("limit.too_long"));
    }
}
