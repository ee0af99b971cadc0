//! `cargo xtask ci`: the look of the sources, the generated files, the public API, the types, and all tests.

use std::path::Path;

use crate::setup::{self, Tools};
use crate::shell::{Outcome, cargo, shell};
use crate::{api, bindings, test, types};

/// Everything that must hold before a change is taken.
pub fn everything(root: &Path) -> Outcome {
    let tools = setup::everything(root)?;
    cargo(&["fmt", "--all", "--check"]).within(root).run()?;
    cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]).within(root).run()?;
    types::generate(root, true)?;
    api::snapshot(root, true)?;
    bindings::everything(root, &tools)?;
    type_checks(root, &tools)?;
    test::everything(root)
}

/// What a user's type checker says of the bindings.
fn type_checks(root: &Path, tools: &Tools) -> Outcome {
    shell(&tools.python, &["-m", "mypy"]).within(root.join("bindings-python")).run()?;
    let tsc = shell("node", &[]).with(tools.node.join("typescript/bin/tsc"));
    tsc.args(&["--project", "bindings-node/tests/tsconfig.json"]).within(root).run()
}
