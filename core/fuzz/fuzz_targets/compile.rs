//! Any text as a rulebook: it compiles, or every problem is named. A rulebook that compiles prices a line of its first products.
#![no_main]

use dealdesk::report::Sources;
use dealdesk::{Rulebook, RulebookDef};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let files = Sources::none().with("a.csv", "product.id,price,from\nP-100,10,1\nP-100,9,10\n").with("b.csv", "id,unit\nP-100,piece\n");
    let compiled = RulebookDef::from_json(text).and_then(|def| {
        let products: Vec<String> = def.products.iter().take(3).map(|product| product.id.to_string()).collect();
        Ok((Rulebook::compile(def, &files)?.rulebook, products))
    });
    match compiled {
        Ok((rulebook, products)) => {
            let line = |(number, product): (usize, String)| serde_json::json!({"id": number.to_string(), "product": product, "quantity": "2"});
            let lines: Vec<serde_json::Value> = products.into_iter().enumerate().map(line).collect();
            let request = serde_json::json!({"date": "2026-11-21", "customer": {"id": "C-7"}, "explain": "candidates", "lines": lines});
            let _ = dealdesk::wire::call_json(Some(&rulebook), "quote", &request.to_string());
        }
        Err(error) => assert!(error.code().is_some()),
    }
});
