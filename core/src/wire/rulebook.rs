//! Rulebooks through the door.

use std::collections::BTreeSet;

use serde::Deserializer;
use serde_json::Value;

use crate::limits::Limits;
use crate::report::{Error, Sources, from_json, read};
use crate::rulebook::{Compiled, Rulebook, RulebookDef};

/// The end of the name of every field that names a file.
const FILE_FIELD: &str = "_csv";

/// Reads the definition of a rulebook from any serde deserializer; `make` is called again when the first reading fails, to find
/// every problem.
///
/// # Errors
/// [`Error`] with the shape problems of the definition, sorted by path.
pub fn read_rulebook<'de, D: Deserializer<'de>>(make: impl Fn() -> D) -> Result<RulebookDef, Error> {
    read(make)
}

/// Compiles a rulebook from its JSON text; `files` holds the texts of the files that it names.
///
/// # Errors
/// [`Error`] with every problem of the rulebook, sorted by path.
pub fn compile_json(text: &str, files: &Sources) -> Result<Compiled, Error> {
    Rulebook::compile(RulebookDef::from_json(text)?, files)
}

/// The names of the files that the JSON text of a rulebook asks for, sorted; a host reads them and hands them to
/// [`compile_json`]. A field that names a file ends in `_csv`.
///
/// ```
/// let names = dealdesk::wire::named_files(r#"{"products_csv": "products.csv"}"#)?;
/// assert_eq!(names, ["products.csv"]);
/// # Ok::<(), dealdesk::report::Error>(())
/// ```
///
/// # Errors
/// [`Error`] when the text is not JSON.
pub fn named_files(text: &str) -> Result<Vec<String>, Error> {
    let tree: Value = from_json(text, Limits::default().text_bytes)?;
    let mut names = BTreeSet::new();
    let mut open = vec![&tree];
    while let Some(node) = open.pop() {
        match node {
            Value::Array(entries) => open.extend(entries),
            Value::Object(fields) => {
                for (field, value) in fields {
                    match value {
                        Value::String(name) if field.ends_with(FILE_FIELD) => {
                            names.insert(name.clone());
                        }
                        _ => open.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    Ok(names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_wherever_they_are_named() {
        let text = r#"{"products_csv": "b.csv", "price_lists": [{"records_csv": "a.csv"}, {"records_csv": "a.csv"}], "id": "c.csv"}"#;
        assert_eq!(named_files(text).unwrap(), ["a.csv", "b.csv"]);
        assert!(named_files("{").is_err());
    }
}
