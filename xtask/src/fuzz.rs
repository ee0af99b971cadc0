//! `cargo xtask fuzz [seconds]`: every fuzz target for that long, starting from what the vectors say.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::shell::{Outcome, cargo, shell};

const TARGETS: [&str; 4] = ["compile", "expression", "table_cell", "wire"];

/// Fuzzes each target in turn; what it finds stays in `target/fuzz`.
pub fn everything(root: &Path, seconds: &str) -> Outcome {
    if !cargo(&["fuzz", "--version"]).works() {
        cargo(&["install", "--locked", "cargo-fuzz"]).run()?;
    }
    for target in TARGETS {
        let corpus = root.join("target/fuzz/corpus").join(target);
        seed(root, target, &corpus)?;
        let time = format!("-max_total_time={seconds}");
        let artifacts = format!("-artifact_prefix={}/", root.join("target/fuzz").display());
        // Only nightly has the sanitizers; the pinned toolchain would be taken otherwise.
        let run = shell("rustup", &["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir", "core/fuzz", target]).with(&corpus);
        run.args(&["--", &time, &artifacts, "-max_len=16384", "-timeout=10"]).within(root).run()?;
    }
    Ok(())
}

/// Writes the rulebooks, conditions and requests of the vectors as the first inputs.
fn seed(root: &Path, target: &str, corpus: &Path) -> Outcome {
    fs::create_dir_all(corpus).map_err(|error| error.to_string())?;
    let mut number = 0_usize;
    for vector in vectors(&root.join("core/tests/vectors"))? {
        for input in inputs(&vector, target) {
            number += 1;
            fs::write(corpus.join(format!("vector-{number}")), input).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn inputs(vector: &Value, target: &str) -> Vec<Vec<u8>> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes();
    let rulebook = &vector["rulebook"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    match target {
        "compile" if !rulebook.is_null() => vec![text(rulebook)],
        "expression" => list(&rulebook["adjustments"]).iter().filter_map(|rule| rule.get("when")).map(text).collect(),
        // The first byte chooses the operation.
        "wire" => list(&vector["calls"]).iter().zip(0_u8..).map(|(call, op)| [vec![op], text(&call["request"])].concat()).collect(),
        _ => Vec::new(),
    }
}

fn vectors(folder: &Path) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            found.extend(vectors(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") && !path.to_string_lossy().ends_with(".out.json") {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            found.push(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    Ok(found)
}
