//! `cargo xtask test`: everything that can fail, in every language.

use std::path::Path;

use crate::setup::{self, Tools};
use crate::shell::{Outcome, Shell, cargo, fail, shell};
use crate::{bindings, demo, floors, vectors};

/// The runtimes whose counts of vectors must be equal.
const RUNTIMES: [&str; 5] = ["rust", "hostile host", "python", "node", "chromium"];

/// Sets up what is missing, builds, and runs all tests.
pub fn everything(root: &Path) -> Outcome {
    let tools = setup::everything(root)?;
    setup::postgresql();
    floors::check(root)?;
    bindings::everything(root, &tools)?;
    let mut tally = Tally::default();
    rust(root, &mut tally)?;
    languages(root, &tools, &mut tally)?;
    tally.close()
}

fn rust(root: &Path, tally: &mut Tally) -> Outcome {
    let packages = ["--package", "dealdesk", "--package", "dealdesk-demo", "--package", "dealdesk-warehouse", "--package", "xtask"];
    tally.run(cargo(&["test", "--no-fail-fast"]).args(&packages).within(root))?;
    tally
        .run(cargo(&["test", "--quiet", "--package", "dealdesk", "--test", "vectors", "--", "--nocapture", "every_vector"]).within(root))?;
    // A workspace of its own, so that its features do not reach ours; the artefacts go below our target folder all the same.
    let hostile = cargo(&["run", "--quiet", "--locked", "--manifest-path", "core/tests/hostile-host/Cargo.toml"]);
    tally.run(hostile.within(root).env("CARGO_TARGET_DIR", root.join("target/hostile-host")))
}

fn languages(root: &Path, tools: &Tools, tally: &mut Tally) -> Outcome {
    tally.run(shell(&tools.python, &["-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"]).within(root.join("bindings-python")))?;
    tally.run(shell("node", &["--test", "tests/"]).within(root.join("bindings-node")))?;
    tally.run(shell("node", &["bindings-wasm/tests/browser.mjs"]).with(&tools.chromium).within(root))?;
    tally.run(demo::comparison(root, tools))
}

/// What the test programs have printed, counted.
#[derive(Default)]
pub struct Tally {
    printed: String,
    broken: Vec<String>,
}

impl Tally {
    /// Runs a test program and goes on when it fails.
    fn run(&mut self, program: Shell) -> Outcome {
        let (text, outcome) = program.tee()?;
        self.printed.push_str(&text);
        self.broken.extend(outcome.err());
        Ok(())
    }

    /// The closing lines: the counts of the vectors, and of the tests.
    fn close(self) -> Outcome {
        println!();
        let equal = vectors::all_equal(&vectors::counts(&self.printed), &RUNTIMES);
        let (passed, failed) = passed_and_failed(&self.printed);
        println!("{passed} passed, {failed} failed");
        let mut problems = self.broken;
        problems.extend(equal.err());
        if problems.is_empty() && failed == 0 { Ok(()) } else { fail(problems.join("\n")) }
    }
}

/// Sums what cargo (`12 passed; 0 failed`), pytest (`23 passed, 1 failed`) and node (`# pass 4`) say.
fn passed_and_failed(printed: &str) -> (usize, usize) {
    let mut sums = (0, 0);
    for line in printed.lines() {
        let words: Vec<&str> = line.split([' ', ';', ',']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            match *pair {
                [number, "passed"] => sums.0 += number.parse().unwrap_or(0),
                [number, "failed"] if !line.contains("vectors ") => sums.1 += number.parse().unwrap_or(0),
                ["pass", number] if line.starts_with("# ") => sums.0 += number.parse().unwrap_or(0),
                ["fail", number] if line.starts_with("# ") => sums.1 += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_program_is_counted() {
        let printed = "test result: ok. 44 passed; 1 failed; 0 ignored\n23 passed, 2 failed in 0.08s\n# pass 4\n# fail 3\nvectors node: 2 vectors, 10 calls, 9 failed\n";
        assert_eq!(passed_and_failed(printed), (71, 6));
    }
}
