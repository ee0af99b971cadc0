//! A decision table whose cells are the lines of any text, in an approval matrix: it compiles or is refused, and what compiles routes.
#![no_main]

use dealdesk::report::Sources;
use dealdesk::wire;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let mut cells = text.lines();
    let mut cell = || cells.next().unwrap_or("-");
    let rows: Vec<serde_json::Value> = (0..4)
        .map(|_| json!({"when": [cell(), cell(), cell()], "then": ["1", "sales_lead"]}))
        .collect();
    let rulebook = json!({
        "schema_version": 1, "id": "cells", "currency": "EUR",
        "attributes": [{"id": "customer.level", "type": {"one_of": ["gold", "silver"]}, "default": "gold"}],
        "approval": {"matrix": {
            "inputs": [{"expr": "document.net"}, {"expr": "customer.level"}, {"expr": "date"}],
            "outputs": [{"id": "level", "type": "number"}, {"id": "role", "type": "text"}],
            "hit_policy": "collect", "rows": rows}},
    });
    if let Ok(compiled) = wire::compile_json(&rulebook.to_string(), &Sources::none()) {
        let totals = json!({"list": "100", "discount": "1", "net": "99", "tax": "0", "gross": "99"});
        let request = json!({"date": "2026-11-21", "totals": totals, "line_count": 1, "explain": true});
        let _ = wire::call_json(Some(&compiled.rulebook), "route_approval", &request.to_string());
    }
});
