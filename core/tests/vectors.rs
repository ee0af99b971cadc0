//! The vectors in Rust. `cargo xtask vectors --bless` sets `DEALDESK_BLESS` to keep new answers.

mod runner;

use std::collections::BTreeSet;

use dealdesk::wire::OPS;

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
