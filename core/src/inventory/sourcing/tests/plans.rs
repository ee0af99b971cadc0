//! Plans as tables.

use serde_json::{Value, json};

use super::{plan, told};

fn three(policy: Value) -> Value {
    json!({"locations": [{"id": "a", "priority": 1}, {"id": "b", "priority": 2}, {"id": "c", "priority": 3}], "sourcing": [policy]})
}

fn five() -> Value {
    json!({"lines": [{"id": "1", "product": "P", "quantity": 5}]})
}

#[test]
fn the_fewest_shipments_and_the_order_of_locations_differ() {
    let stock = [("P", "a", 2), ("P", "b", 5)];
    assert_eq!(told(&plan(&three(json!({"id": "p"})), &stock, &five())), "b: 1 x 5");
    assert_eq!(told(&plan(&three(json!({"id": "p", "strategy": "location_sort_order"})), &stock, &five())), "a: 1 x 2; b: 1 x 3");
}

#[test]
fn what_is_dominated_is_not_looked_at_twice() {
    let locations: Vec<Value> = (0..60).map(|index| json!({"id": format!("w{index:02}")})).collect();
    let def = json!({"locations": locations, "sourcing": [{"id": "p"}]});
    let names: Vec<String> = (0..60).map(|index| format!("w{index:02}")).collect();
    let stock: Vec<(&str, &str, i64)> = names.iter().map(|name| ("P", name.as_str(), 1)).collect();
    let found = plan(&def, &stock, &json!({"lines": [{"id": "1", "product": "P", "quantity": 9}]}));
    let search = found.search.unwrap();
    assert!(search.optimal && search.evaluated < 500, "{search:?}");
    assert_eq!(found.shipments.len(), 9);
}

#[test]
fn what_the_budget_does_not_reach_is_said() {
    let names: Vec<String> = (0..40).map(|index| format!("w{index:02}")).collect();
    let locations: Vec<Value> = names.iter().enumerate().map(|(index, name)| json!({"id": name, "priority": index})).collect();
    let def = json!({"locations": locations, "sourcing": [{"id": "p", "objectives": ["unfilled", "cost"], "max_evaluations": 50}]});
    let stock: Vec<(&str, &str, i64)> = names.iter().enumerate().map(|(index, name)| ("P", name.as_str(), 1 + index as i64 % 7)).collect();
    let facts: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, name)| json!({"location": name, "facts": {"cost_per_shipment": 5 + index * 7 % 11, "cost_per_unit": index * 5 % 13}}))
        .collect();
    let found = plan(&def, &stock, &json!({"candidates": facts, "lines": [{"id": "1", "product": "P", "quantity": 30}]}));
    let search = found.search.unwrap();
    assert!(!search.optimal && search.evaluated <= 50, "{search:?}");
    let bound = search.bound.unwrap();
    assert_eq!((bound.unfilled.to_string(), found.complete), ("0".to_owned(), true));
}
