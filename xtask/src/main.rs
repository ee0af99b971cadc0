//! The project's own commands: `cargo xtask <command>`. What CI runs is what a laptop runs.

mod api;
mod bindings;
mod ci;
mod demo;
mod floors;
mod fuzz;
mod setup;
mod shell;
mod source;
mod test;
mod types;
mod vectors;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "cargo xtask <command>
  setup              what the other commands need beyond Rust, Python 3 and Node, and the bindings
  demo               a company's orders from quote to cash, in every language
  test               every test in every language
  types [--check]    the types of Python and TypeScript, from the engine's schemas
  vectors [--bless]  the vectors in Rust; with --bless new answers are kept
  floors             whether every module keeps to its floor
  api [--check]      the public API of the core as one text; --check says whether it has changed
  fuzz [seconds]     every fuzz target for that long, a minute by default; needs a nightly toolchain
  bench [workload]   the reference workloads beside hand-tuned code; --zen adds another engine, --memory counts what loading takes
  ci                 everything that must hold before a change is taken";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root();
    let outcome = match words.as_slice() {
        ["setup"] => setup::everything(&root).and_then(|tools| bindings::everything(&root, &tools)),
        ["demo"] => demo::everything(&root),
        ["test"] => test::everything(&root),
        ["types"] => types::generate(&root, false),
        ["types", "--check"] => types::generate(&root, true),
        ["vectors"] => vectors::in_rust(&root, false),
        ["vectors", "--bless"] => vectors::in_rust(&root, true),
        ["floors"] => floors::check(&root),
        ["api"] => api::snapshot(&root, false),
        ["api", "--check"] => api::snapshot(&root, true),
        ["fuzz"] => fuzz::everything(&root, "60"),
        ["fuzz", seconds] => fuzz::everything(&root, seconds),
        ["bench", wanted @ ..] => bench(&root, wanted),
        ["ci"] => ci::everything(&root),
        _ => shell::fail(USAGE),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the benches; with zen-engine beside us when it is asked for, because it brings several hundred crates, and with an allocator that
/// counts when it is asked for, because it slows everything.
fn bench(root: &Path, wanted: &[&str]) -> shell::Outcome {
    let (features, workloads): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|word| word.starts_with("--"));
    let features: Vec<&str> = features.iter().flat_map(|feature| ["--features", feature.trim_start_matches('-')]).collect();
    let run = shell::cargo(&["run", "--quiet", "--release", "--package", "benches"]).args(&features).args(&["--"]);
    run.args(&workloads).within(root).run()
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}
