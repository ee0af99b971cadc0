//! Any text as the request of any operation, on a rulebook that has everything: an answer or an error, both JSON.
//!
//! The first byte chooses the operation.
#![no_main]

use std::sync::LazyLock;

use dealdesk::Rulebook;
use dealdesk::report::Sources;
use dealdesk::wire::{self, OPS};
use libfuzzer_sys::fuzz_target;

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files: Sources = [
        file("products.csv", include_str!("../../../examples/pump-maker/products.csv")),
        file("contract-prices.csv", include_str!("../../../examples/pump-maker/contract-prices.csv")),
        file("level-prices.csv", include_str!("../../../examples/pump-maker/level-prices.csv")),
        file("list-prices.csv", include_str!("../../../examples/pump-maker/list-prices.csv")),
        file("approval-matrix.csv", include_str!("../../../examples/pump-maker/approval-matrix.csv")),
    ]
    .into_iter()
    .collect();
    wire::compile_json(include_str!("../../../examples/pump-maker/rulebook.json"), &files).expect("the example compiles").rulebook
});

fuzz_target!(|input: (u8, &str)| {
    let (op, request) = input;
    let op = OPS[usize::from(op) % OPS.len()];
    let answer = wire::call_json(Some(&RULEBOOK), op.as_str(), request);
    let text = answer.unwrap_or_else(|error| error);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
});
