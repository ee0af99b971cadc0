//! The vectors in Rust. `cargo xtask vectors --bless` sets `DEALDESK_BLESS` to keep new answers.

mod runner;

use std::collections::BTreeSet;

use dealdesk::report::Code;
use dealdesk::wire::OPS;
use serde_json::Value;

#[test]
fn every_vector_holds() {
    let bless = std::env::var_os("DEALDESK_BLESS").is_some();
    let report = runner::run(&runner::load(&runner::folder()), bless);
    println!("vectors rust: {} vectors, {} calls, {} failed", report.vectors, report.calls, report.failures.len());
    assert!(report.failures.is_empty(), "\n{}", report.failures.join("\n"));
    assert!(report.vectors > 0);
}

#[test]
fn every_operation_stands_in_a_vector() {
    let vectors = runner::load(&runner::folder());
    let called: BTreeSet<&str> = vectors.iter().flat_map(|vector| &vector.calls).map(|call| call.op.as_str()).collect();
    let missing: Vec<&str> = OPS.iter().map(|op| op.as_str()).filter(|op| !called.contains(op)).collect();
    assert!(missing.is_empty(), "no vector calls {missing:?}");
}

#[test]
fn every_code_stands_in_a_vector() {
    let vectors = runner::load(&runner::folder());
    let mut expected: BTreeSet<String> = BTreeSet::new();
    for vector in &vectors {
        let diagnostics =
            vector.compile_error.iter().chain(&vector.warnings).chain(vector.calls.iter().filter_map(|call| call.error.as_ref()));
        expected.extend(diagnostics.flatten().map(|place| place.code.clone()));
        vector.calls.iter().filter_map(|call| call.expect.as_ref()).for_each(|value| codes(value, &mut expected));
    }
    let missing: Vec<&str> = Code::all().map(Code::as_str).filter(|code| !expected.contains(*code)).collect();
    assert!(missing.is_empty(), "no vector expects {missing:?}");
}

/// Every `code` that an expected result names.
fn codes(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| codes(entry, found)),
        Value::Object(fields) => {
            found.extend(fields.get("code").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| codes(field, found));
        }
        _ => {}
    }
}
