//! W3 as a wave of orders in dealdesk.

use std::time::Duration;

use dealdesk::inventory::{Inventory, StockState, Wave, WavePlan, compile, plan_wave};
use dealdesk::report::{Diagnostics, Path};
use serde_json::{Value, json};

use crate::clock::fastest_from;
use crate::report::Report;
use crate::workload::Order;
use crate::workload::stock::{Row, Stock, WAREHOUSES};

const PEER: &str = "dealdesk";

fn warehouse(number: impl std::fmt::Display) -> String {
    format!("W{number}")
}

pub fn product(number: impl std::fmt::Display) -> String {
    format!("P{number}")
}

pub fn inventory() -> Inventory {
    let locations: Vec<Value> = (0..WAREHOUSES).map(|number| json!({"id": warehouse(number)})).collect();
    let def = serde_json::from_value(json!({ "locations": locations })).expect("the shape of a policy");
    compile(&def, &Path::ROOT, &mut Diagnostics::new())
}

pub fn state(stock: &Stock) -> StockState {
    let positions = stock.on_hand.iter().enumerate().flat_map(|(number, products)| {
        let there = products.iter().enumerate().filter(|(_, quantity)| **quantity > 0);
        there.map(move |(item, quantity)| json!({"product": product(item), "location": warehouse(number), "on_hand": quantity}))
    });
    serde_json::from_value(json!({"positions": positions.collect::<Vec<_>>()})).expect("the shape of a stock")
}

fn wave(stock: &Stock) -> Wave {
    let order = |(number, order): (usize, &Order)| {
        let preference = &stock.preferences[order.region as usize];
        let lines = order.lines.iter().enumerate();
        let lines =
            lines.map(|(index, line)| json!({"id": index.to_string(), "product": product(line.product), "quantity": line.quantity}));
        json!({
            "id": number.to_string(), "priority": order.priority, "lines": lines.collect::<Vec<_>>(),
            "locations": preference.iter().map(warehouse).collect::<Vec<_>>(),
        })
    };
    let orders: Vec<Value> = stock.orders.iter().enumerate().map(order).collect();
    serde_json::from_value(json!({"at": "2026-11-21T09:30:00Z", "orders": orders})).expect("the shape of a wave")
}

fn rows(plan: &WavePlan) -> Vec<Row> {
    let lines = plan.orders.iter().flat_map(|order| order.plan.lines().zip(0..));
    let number = |location: &dealdesk::id::LocationId| location.as_str()[1..].parse().expect("the number of a warehouse");
    let rows = lines.flat_map(|(line, index)| {
        line.parts().map(move |(location, quantity)| {
            let quantity = quantity.to_string().parse().expect("a whole number of pieces");
            Row { line: index, warehouse: number(location), quantity }
        })
    });
    rows.collect()
}

pub fn reservations(stock: &Stock, report: &mut Report) {
    let (inventory, state, wave) = (inventory(), state(stock), wave(stock));
    let (time, plan) =
        fastest_from(Duration::from_millis(500), || (), |()| plan_wave(&inventory, &state, &wave).expect("a wave that can be judged"));
    report.reservations(PEER, stock, time, rows(&plan));
}
