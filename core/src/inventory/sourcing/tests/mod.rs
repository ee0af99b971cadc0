mod brute;
mod kits;
mod laws;
mod plans;

use serde_json::{Value, json};

use super::super::*;
use crate::report::{Diagnostics, Path};

/// A stock policy that has no mistakes.
pub fn inventory(def: &Value) -> Inventory {
    let def: InventoryDef = serde_json::from_value(def.clone()).unwrap();
    let mut diagnostics = Diagnostics::new();
    let inventory = compile(&def, &Path::ROOT, &mut diagnostics);
    assert_eq!(diagnostics.finish().unwrap(), []);
    inventory
}

/// The plan of a demand at nine in the morning of a Saturday.
pub fn plan(def: &Value, positions: &[(&str, &str, i64)], demand: &Value) -> SourcingPlan {
    plan_with(def, (positions, &[]), demand)
}

/// The same, of what is on its way too.
pub fn plan_with(def: &Value, stock: (&[(&str, &str, i64)], &[Value]), demand: &Value) -> SourcingPlan {
    let mut demand = demand.clone();
    demand["at"] = json!("2026-11-21T09:00:00Z");
    plan_sourcing(&inventory(def), &state(stock.0, stock.1), &serde_json::from_value(demand).unwrap()).unwrap()
}

/// What is there, and what is on its way.
pub fn state(positions: &[(&str, &str, i64)], supplies: &[Value]) -> StockState {
    let positions: Vec<Value> = positions
        .iter()
        .map(|(product, location, on_hand)| json!({"product": product, "location": location, "on_hand": on_hand}))
        .collect();
    serde_json::from_value(json!({"positions": positions, "supplies": supplies})).unwrap()
}

/// `north: 1 x 10, 2 x 3; south: 1 x 5`.
pub fn told(plan: &SourcingPlan) -> String {
    let shipments: Vec<String> = plan
        .shipments
        .iter()
        .map(|shipment| {
            let lines: Vec<String> = shipment.lines.iter().map(|line| format!("{} x {}", line.line, line.quantity)).collect();
            format!("{}: {}", shipment.location, lines.join(", "))
        })
        .collect();
    shipments.join("; ")
}
