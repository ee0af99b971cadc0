//! What the guide says about vectors: those that it names are there, and no row of its table of coverage is left open.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The rows of the table, by section: how many there are.
const ROWS: [(char, usize); 6] = [('A', 14), ('B', 13), ('C', 12), ('D', 15), ('F', 6), ('H', 2)];

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn guide(page: &str) -> String {
    fs::read_to_string(tests().join("../../docs").join(page)).expect("the page is there")
}

/// The names of vectors in a text: words in backticks that are a folder and a file.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|word| word.ends_with(".json") && word.split('/').count() == 2)
}

/// The rows of all tables of the page, without their heads and rules.
fn rows(page: &str) -> impl Iterator<Item = &str> {
    let body = |line: &&str| {
        line.starts_with("| ") && !line.starts_with("| row ") && !line.starts_with("| switch ") && !line.starts_with("| example ")
    };
    page.lines().filter(body)
}

#[test]
fn every_vector_that_the_guide_names_is_there() {
    for page in ["coverage.md", "presets.md"] {
        let text = guide(page);
        let missing: Vec<&str> = named(&text).filter(|name| !tests().join("vectors").join(name).is_file()).collect();
        assert!(missing.is_empty(), "{page} names {missing:?}");
        assert!(named(&text).count() > 10, "{page} names vectors");
    }
}

#[test]
fn every_row_of_the_coverage_names_a_vector_or_says_that_there_is_none_yet() {
    let page = guide("coverage.md");
    let open: Vec<&str> = rows(&page).filter(|row| named(row).next().is_none() && !row.contains("not yet")).collect();
    assert!(open.is_empty(), "{open:#?}");
    for (section, count) in ROWS {
        let is_there = |number: &usize| rows(&page).any(|row| row.starts_with(&format!("| {section}{number} ")));
        let missing: Vec<usize> = (1..=count).filter(|number| !is_there(number)).collect();
        assert!(missing.is_empty(), "no row for {section}{missing:?}");
    }
}

#[test]
fn every_preset_stands_on_its_page() {
    let page = guide("presets.md");
    let files = fs::read_dir(tests().join("vectors/presets")).expect("the folder is there");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    let missing: Vec<String> = names.filter(|name| !name.ends_with(".out.json") && !page.contains(&format!("`presets/{name}`"))).collect();
    assert!(missing.is_empty(), "presets.md does not name {missing:?}");
}

#[test]
fn the_settings_of_a_preset_are_those_of_its_vector() {
    let page = guide("presets.md");
    let mut compared = 0;
    for section in page.split("\n## ").skip(1) {
        let shown = section.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("settings");
        let name = named(section).find(|name| name.starts_with("presets/")).expect("a vector");
        let vector = fs::read_to_string(tests().join("vectors").join(name)).expect("the vector is there");
        let vector: Value = serde_json::from_str(&vector).expect("JSON");
        let shown: Value = serde_json::from_str(shown).expect("JSON");
        assert!(is_part_of(&shown, &vector["rulebook"]), "the settings of {name} are not those that presets.md shows: {shown}");
        compared += 1;
    }
    assert_eq!(compared, 8);
}

/// Whether every field that is shown is there with that value. A list is shown whole.
fn is_part_of(shown: &Value, whole: &Value) -> bool {
    match (shown, whole) {
        (Value::Object(shown), Value::Object(whole)) => {
            shown.iter().all(|(name, value)| whole.get(name).is_some_and(|there| is_part_of(value, there)))
        }
        (Value::Array(shown), Value::Array(whole)) => shown.len() == whole.len() && shown.iter().zip(whole).all(|(a, b)| is_part_of(a, b)),
        _ => shown == whole,
    }
}
