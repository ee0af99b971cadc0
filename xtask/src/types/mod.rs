//! `cargo xtask types`: the types of every language and the operations' few lines of glue, from the engine's JSON Schemas.

mod model;
mod python;
mod typescript;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::shell::{Outcome, cargo, fail};

/// Writes the generated files, or with `check` only says which are not what they should be.
pub fn generate(root: &Path, check: bool) -> Outcome {
    let text = cargo(&["run", "--quiet", "--package", "dealdesk", "--example", "schemas"]).within(root).read()?;
    let schemas: Value = serde_json::from_str(&text).map_err(|error| format!("the schemas are not JSON: {error}"))?;
    let model = model::model(&schemas)?;
    let files = [
        ("bindings-python/python/dealdesk/types.py", python::definitions(&model)),
        ("bindings-python/python/dealdesk/_ops.py", python::operations(&model)),
        ("bindings-node/types.d.ts", typescript::definitions(&model)),
        ("bindings-node/ops.d.ts", typescript::signatures(&model)),
        ("bindings-node/ops.js", typescript::script(&model)),
        ("docs/rulebook.schema.json", format!("{:#}\n", schemas["rulebook"])),
    ];
    let mut stale = Vec::new();
    for (name, content) in &files {
        let path = root.join(name);
        if fs::read_to_string(&path).is_ok_and(|kept| kept == *content) {
            continue;
        }
        stale.push(*name);
        if !check {
            let folder = path.parent().unwrap_or(root);
            fs::create_dir_all(folder).and_then(|()| fs::write(&path, content)).map_err(|error| format!("{name}: {error}"))?;
            println!("wrote {name}");
        }
    }
    if check && !stale.is_empty() {
        return fail(format!("not generated from what the engine is now: {}; run `cargo xtask types`", stale.join(", ")));
    }
    println!("types: {} files, {} definitions, {} operations", files.len(), model.definitions.len(), model.ops.len());
    Ok(())
}
