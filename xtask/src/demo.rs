//! `cargo xtask demo`: the pump maker's orders from quote to cash, and the same story from every language.

use std::path::Path;

use crate::bindings;
use crate::setup::{self, Tools};
use crate::shell::{Outcome, Shell, cargo, shell};

/// A day of the pump maker in Rust, with its state in `target/demo`; the next run goes on where this one ends. Then the same from
/// Python, Node and a page in a browser, compared.
pub fn everything(root: &Path) -> Outcome {
    let tools = setup::everything(root)?;
    bindings::everything(root, &tools)?;
    cargo(&["run", "--quiet", "--package", "dealdesk-demo"]).within(root).run()?;
    println!();
    comparison(root, &tools).run()?;
    println!("state: target/demo/rust.sqlite; screenshot: target/demo/page.png; the page itself: node examples/web/serve.mjs");
    Ok(())
}

/// The program that runs the story in all four languages and compares what they say; it checks the types of the hosts too.
pub fn comparison(root: &Path, tools: &Tools) -> Shell {
    let program = shell("node", &["examples/check.mjs"]).within(root);
    program.env("PYTHON", &tools.python).env("CHROMIUM", &tools.chromium)
}
