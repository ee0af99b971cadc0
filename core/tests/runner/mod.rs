//! Runs the vectors; see `vectors/README.md`. Shared with the hostile host.

use std::fs;
use std::path::{Path, PathBuf};

use dealdesk::report::{Diagnostic, Error, Sources};
use dealdesk::{Compiled, wire};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A vector as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    #[serde(skip)]
    pub path: PathBuf,
    pub name: String,
    pub why: String,
    pub rulebook: Option<Box<RawValue>>,
    #[serde(default)]
    pub files: Fields,
    pub compile_error: Option<Vec<Place>>,
    pub warnings: Option<Vec<Place>>,
    #[serde(default)]
    pub calls: Vec<Call>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub op: String,
    pub request: Box<RawValue>,
    pub expect: Option<Value>,
    pub error: Option<Vec<Place>>,
}

/// A diagnostic, as far as vectors compare it.
#[derive(Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub code: String,
    pub path: String,
}

/// The fields of an object in the order in which they are written, which a `Value` does not keep.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Fields;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Report {
    pub vectors: usize,
    pub calls: usize,
    pub failures: Vec<String>,
}

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.ancestors().map(|folder| folder.join("tests/vectors")).find(|folder| folder.is_dir()).expect("there are vectors")
}

/// Every vector, in the order of their paths.
pub fn load(folder: &Path) -> Vec<Vector> {
    let mut paths = Vec::new();
    for capability in fs::read_dir(folder).expect("the folder can be read") {
        let capability = capability.expect("an entry").path();
        if capability.is_dir() {
            paths.extend(fs::read_dir(capability).expect("the folder can be read").map(|entry| entry.expect("an entry").path()));
        }
    }
    paths.sort();
    let is_out = |path: &Path| path.to_string_lossy().ends_with(".out.json");
    let vectors: Vec<Vector> = paths.iter().filter(|path| !is_out(path)).map(|path| read(path)).collect();
    for stray in paths.iter().filter(|path| is_out(path)) {
        assert!(vectors.iter().any(|vector| out_path(&vector.path) == *stray), "{} belongs to no vector", stray.display());
    }
    vectors
}

fn read(path: &Path) -> Vector {
    let text = fs::read_to_string(path).expect("the vector can be read");
    let vector: Vector = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!vector.name.is_empty() && !vector.why.is_empty(), "{}: a vector has a name and a reason", path.display());
    assert!(vector.rulebook.is_some() || !vector.calls.is_empty(), "{}: nothing is shown", path.display());
    Vector { path: path.to_owned(), ..vector }
}

/// Where the whole answers stand.
pub fn out_path(vector: &Path) -> PathBuf {
    vector.with_extension("out.json")
}

/// Runs all vectors; with `bless`, what differs from the kept answers replaces them.
pub fn run(vectors: &[Vector], bless: bool) -> Report {
    let mut report = Report::default();
    for vector in vectors {
        let mut failures = Vec::new();
        let answers = answer(vector, &mut failures);
        report.vectors += 1;
        report.calls += vector.calls.len();
        let out = out_path(&vector.path);
        let mut lines = answers.join("\n");
        lines.push('\n');
        let kept = fs::read_to_string(&out).unwrap_or_default();
        if bless && failures.is_empty() && kept != lines {
            fs::write(&out, lines).expect("the answers can be written");
        } else if !bless && kept != lines {
            let differs =
                kept.lines().zip(lines.lines()).find(|(old, new)| old != new).unwrap_or(("no such line", "the answers end elsewhere"));
            failures.push(format!("the answers are not the kept ones:\n    kept {}\n    now  {}", differs.0, differs.1));
        }
        report.failures.extend(failures.iter().map(|failure| format!("{}: {failure}", vector.path.display())));
    }
    report
}

/// The lines of the answers: the rulebook, then each call.
fn answer(vector: &Vector, failures: &mut Vec<String>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rulebook = None;
    if let Some(text) = &vector.rulebook {
        match compile(text, &vector.files) {
            Ok(compiled) => {
                let warnings = places(&compiled.warnings);
                if vector.compile_error.is_some() || vector.warnings.as_ref().is_some_and(|expected| *expected != warnings) {
                    failures.push(format!("the rulebook compiles with the warnings {warnings:?}"));
                }
                let fingerprint = &compiled.rulebook.fingerprint().0;
                lines.push(format!(r#"{{"fingerprint":"{fingerprint}","warnings":{}}}"#, json(&warnings)));
                rulebook = Some(compiled.rulebook);
            }
            Err(error) => {
                let found = places(error.diagnostics());
                if vector.compile_error.as_ref() != Some(&found) {
                    failures.push(format!("the rulebook does not compile: {error}"));
                }
                lines.push(format!(r#"{{"compile_error":{}}}"#, json(&found)));
                return lines;
            }
        }
    }
    let mut results: Vec<String> = Vec::new();
    for (index, call) in vector.calls.iter().enumerate() {
        let request = raw_text(&call.request).unwrap_or_else(|| substitute(&call.request, &results));
        let (line, result) = match wire::call_json(rulebook.as_ref(), &call.op, &request) {
            Ok(text) => {
                let value: Value = serde_json::from_str(&text).expect("a result is JSON");
                match &call.expect {
                    Some(expected) => differences(expected, &value, String::new(), failures, index),
                    None => failures.push(format!("call {index} succeeds: {text}")),
                }
                (text.clone(), text)
            }
            Err(text) => {
                let error: Error = serde_json::from_str(&text).expect("an error is JSON");
                let found = places(error.diagnostics());
                if call.error.as_ref() != Some(&found) {
                    failures.push(format!("call {index} fails: {error}"));
                }
                (format!(r#"{{"error":{}}}"#, json(&found)), "null".to_owned())
            }
        };
        lines.push(line);
        results.push(result);
    }
    lines
}

fn compile(rulebook: &RawValue, files: &Fields) -> Result<Compiled, Error> {
    let file_text = |raw: &RawValue| match serde_json::from_str(raw.get()).expect("a file is JSON") {
        Value::String(text) => text,
        Value::Array(lines) => lines.iter().map(|line| format!("{}\n", line.as_str().expect("a line is text"))).collect(),
        _ => panic!("a file is a string or a list of lines"),
    };
    let files: Sources = files.0.iter().map(|(name, raw)| (name.clone(), file_text(raw))).collect();
    wire::compile_json(&raw_text(rulebook).unwrap_or_else(|| rulebook.get().to_owned()), &files)
}

/// The text when the value is a string: it stands for raw JSON.
fn raw_text(raw: &RawValue) -> Option<String> {
    raw.get().starts_with('"').then(|| serde_json::from_str(raw.get()).expect("a string"))
}

/// The request with every `{"$result": pointer}` replaced by that part of an earlier result.
fn substitute(raw: &RawValue, results: &[String]) -> String {
    if raw.get().starts_with('[') {
        let entries: Vec<Box<RawValue>> = serde_json::from_str(raw.get()).expect("a list");
        let entries: Vec<String> = entries.iter().map(|entry| substitute(entry, results)).collect();
        return format!("[{}]", entries.join(","));
    }
    if !raw.get().starts_with('{') {
        return raw.get().to_owned();
    }
    let fields: Fields = serde_json::from_str(raw.get()).expect("an object");
    if let [(name, pointer)] = fields.0.as_slice()
        && name == "$result"
    {
        let pointer = raw_text(pointer).expect("a pointer is a string");
        let mut segments = pointer.split('/').skip(1);
        let call: usize = segments.next().and_then(|number| number.parse().ok()).expect("the number of a call");
        let whole = RawValue::from_string(results[call].clone()).expect("a result is JSON");
        return segments.fold(whole, |node, segment| part(&node, segment)).get().to_owned();
    }
    let fields: Vec<String> = fields.0.iter().map(|(name, value)| format!("{}:{}", json(name), substitute(value, results))).collect();
    format!("{{{}}}", fields.join(","))
}

fn part(node: &RawValue, segment: &str) -> Box<RawValue> {
    let found = if node.get().starts_with('[') {
        let entries: Vec<Box<RawValue>> = serde_json::from_str(node.get()).expect("a list");
        segment.parse().ok().and_then(|index: usize| entries.into_iter().nth(index))
    } else {
        let fields: Fields = serde_json::from_str(node.get()).expect("an object");
        fields.0.into_iter().find(|(name, _)| name == segment).map(|(_, value)| value)
    };
    found.unwrap_or_else(|| panic!("a result has no `{segment}`"))
}

/// Says where `found` lacks something that `expected` names.
fn differences(expected: &Value, found: &Value, path: String, failures: &mut Vec<String>, call: usize) {
    match (expected, found) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                match found.get(name) {
                    Some(part) => differences(value, part, format!("{path}/{name}"), failures, call),
                    None => failures.push(format!("call {call}: {path}/{name} is missing")),
                }
            }
        }
        (Value::Array(entries), Value::Array(parts)) if entries.len() == parts.len() => {
            for (index, (entry, part)) in entries.iter().zip(parts).enumerate() {
                differences(entry, part, format!("{path}/{index}"), failures, call);
            }
        }
        _ if expected == found => {}
        _ => failures.push(format!("call {call}: {path} is {found}, expected {expected}")),
    }
}

fn places(diagnostics: &[Diagnostic]) -> Vec<Place> {
    diagnostics.iter().map(|d| Place { code: d.code.as_str().to_owned(), path: d.path.clone() }).collect()
}

fn json(content: &impl serde::Serialize) -> String {
    serde_json::to_string(content).expect("plain content")
}
