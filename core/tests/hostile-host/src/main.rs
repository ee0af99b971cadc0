//! Runs the vectors in a host whose features would change the numbers of a less careful crate; demands the same bytes.

#[path = "../../runner/mod.rs"]
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Without this the features would not be on, and nothing would be shown.
    let float = serde_json::to_string(&rust_decimal::Decimal::new(110, 2)).expect("a decimal is JSON");
    assert_eq!(float, "1.1", "rust_decimal writes floats in this host");
    let report = runner::run(&runner::load(&runner::folder()), false);
    println!("vectors hostile host: {} vectors, {} calls, {} failed", report.vectors, report.calls, report.failures.len());
    for failure in &report.failures {
        eprintln!("{failure}");
    }
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
