//! Promises: on which day so many can be had.

use std::time::Duration;

use dealdesk::inventory::{Inventory, InventoryDef, PromiseRequest, compile, promise};
use dealdesk::report::{Diagnostics, Path};
use dealdesk::time::Date;
use serde_json::{Value, json};

use crate::clock::fastest_pass;
use crate::report::Report;
use crate::workload::mix;
use crate::workload::promise::{SUPPLIES, Supply, Wanted, promise as workload};

const TODAY: &str = "2026-11-22";

fn today() -> Date {
    TODAY.parse().expect("a day")
}

/// Sorts the supplies and adds them up for each request.
fn scan(supplies: &[Supply], wanted: &Wanted) -> u32 {
    let mut sorted: Vec<&Supply> = supplies.iter().collect();
    sorted.sort_by_key(|supply| supply.day);
    let mut there = 0;
    let reached = sorted.into_iter().find(|supply| {
        there += supply.quantity;
        there >= wanted.quantity
    });
    reached.expect("enough comes").day.max(wanted.day)
}

/// Knows the sums already.
fn limit(sums: &[(u32, u32)], wanted: &Wanted) -> u32 {
    let at = sums.partition_point(|(_, sum)| *sum < wanted.quantity);
    sums[at].0.max(wanted.day)
}

fn sums(supplies: &[Supply]) -> Vec<(u32, u32)> {
    let mut days: Vec<(u32, u32)> = supplies.iter().map(|supply| (supply.day, supply.quantity)).collect();
    days.sort_unstable();
    let mut sum = 0;
    for (_, quantity) in &mut days {
        sum += *quantity;
        *quantity = sum;
    }
    days
}

fn inventory() -> Inventory {
    let def: InventoryDef = serde_json::from_value(json!({"locations": [{"id": "north"}]})).expect("the shape of a policy");
    compile(&def, &Path::ROOT, &mut Diagnostics::new())
}

fn request(supplies: &[Supply], wanted: &Wanted) -> PromiseRequest {
    let day = |day: u32| today().add_days(day as i32).expect("a day").to_string();
    let supply = |(number, supply): (usize, &Supply)| json!({"id": number.to_string(), "product": "P", "location": "north", "due": day(supply.day), "kind": "firm", "open": supply.quantity});
    let coming: Vec<Value> = supplies.iter().enumerate().map(supply).collect();
    let request = json!({
        "at": format!("{TODAY}T09:30:00Z"), "state": {"supplies": coming}, "confirm": "complete",
        "lines": [{"id": "1", "product": "P", "quantity": wanted.quantity, "wanted_on": day(wanted.day)}],
    });
    serde_json::from_value(request).expect("the shape of a request")
}

/// One line against 1,000 dated supplies.
pub fn promises(peer: impl Fn(&str) -> bool, report: &mut Report) {
    let (supplies, requests) = workload();
    let sums = sums(&supplies);
    let expected = requests.iter().fold(0, |check, wanted| mix(check, scan(&supplies, wanted)));
    let mut measure = |name: &str, pass: &mut dyn FnMut() -> u32| {
        let found = fastest_pass(Duration::from_millis(300), pass);
        report.single("promise", name, SUPPLIES as usize, found.0 / requests.len() as u32, found.1 == expected, String::new());
    };
    if peer("limit") {
        measure("limit", &mut || requests.iter().fold(0, |check, wanted| mix(check, limit(&sums, wanted))));
    }
    if peer("scan") {
        measure("rust_scan", &mut || requests.iter().fold(0, |check, wanted| mix(check, scan(&supplies, wanted))));
    }
    if peer("dealdesk") {
        let inventory = inventory();
        let asked: Vec<PromiseRequest> = requests.iter().map(|wanted| request(&supplies, wanted)).collect();
        let day = |request: &PromiseRequest| {
            let plan = promise(&inventory, request).expect("a request that can be judged");
            (plan.date.expect("enough comes").day_number() - today().day_number()) as u32
        };
        measure("dealdesk", &mut || asked.iter().fold(0, |check, request| mix(check, day(request))));
    }
}
