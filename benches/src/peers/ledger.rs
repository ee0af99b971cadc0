//! The ledger itself: reading and writing a large stock, and deciding and keeping single commands on it.

use std::time::Duration;

use dealdesk::inventory::{Demand, Inventory, StockAction, StockState, decide, evolve, plan_reservation};
use dealdesk::report::{Command, Fingerprint, Outcome};
use serde_json::json;

use super::dealdesk_stock::{inventory, product, state};
use crate::clock::fastest_from;
use crate::report::Report;
use crate::workload::stock::Stock;

const PEER: &str = "dealdesk";
/// Commands of a pass: as many reservations, then as many that commit them.
const COMMANDS: usize = 1_000;

fn command(number: usize, action: serde_json::Value) -> Command<StockAction> {
    let command = json!({"id": format!("c-{number}"), "at": "2026-11-21T09:30:00Z", "actor": "bench", "action": action});
    serde_json::from_value(command).expect("the shape of a command")
}

fn commands() -> Vec<Command<StockAction>> {
    let reserve = |number: usize| {
        let reserve = json!({"id": format!("r-{number}"), "demand": format!("d-{number}"), "product": product(number * 7), "quantity": 2});
        command(number, json!({"reserve": reserve}))
    };
    let commit = |number: usize| command(COMMANDS + number, json!({"commit": {"id": format!("r-{number}")}}));
    (0..COMMANDS).map(reserve).chain((0..COMMANDS).map(commit)).collect()
}

/// Runs each command on what those before it have made; the state, and how many were accepted.
fn handle(inventory: &Inventory, mut state: StockState, commands: &[Command<StockAction>]) -> (StockState, usize) {
    let mut accepted = 0;
    for command in commands {
        let decision = decide(inventory, &Fingerprint::default(), &state, command).expect("a command that can be judged");
        accepted += usize::from(decision.outcome == Outcome::Accepted);
        state = decision.events.iter().fold(state, evolve);
    }
    (state, accepted)
}

/// One order alone, as `plan_reservation` is asked for it.
fn demand(stock: &Stock, number: usize) -> Demand {
    let lines = stock.orders[number].lines.iter().enumerate();
    let lines: Vec<_> =
        lines.map(|(index, line)| json!({"id": index.to_string(), "product": product(line.product), "quantity": line.quantity})).collect();
    serde_json::from_value(json!({"at": "2026-11-21T09:30:00Z", "lines": lines})).expect("the shape of a demand")
}

pub fn ledger(stock: &Stock, report: &mut Report) {
    let (inventory, state) = (inventory(), state(stock));
    let positions = state.positions().len();
    let text = serde_json::to_string(&state).expect("a stock can be written");
    // 1. Reading and writing all of it.
    let (time, read) = fastest_from(Duration::from_millis(300), || (), |()| serde_json::from_str::<StockState>(&text).expect("a stock"));
    report.single("stock read", PEER, positions, time, read == state, String::new());
    let (time, written) = fastest_from(Duration::from_millis(300), || (), |()| serde_json::to_string(&state).expect("a text"));
    report.single("stock write", PEER, positions, time, written == text, String::new());
    // 2. Single commands: a reservation and what commits it.
    let commands = commands();
    let (time, (after, accepted)) =
        fastest_from(Duration::from_millis(300), || state.clone(), |state| handle(&inventory, state, &commands));
    let right = accepted == commands.len() && after.version() == commands.len() as u64;
    report.single("stock command", PEER, positions, time / commands.len() as u32, right, "decided and kept".into());
    // 3. An order alone.
    let demands: Vec<Demand> = (0..stock.orders.len()).map(|number| demand(stock, number)).collect();
    let plan_all =
        |()| demands.iter().map(|demand| plan_reservation(&inventory, &state, demand).expect("a plan").lines().len()).sum::<usize>();
    let (time, lines) = fastest_from(Duration::from_millis(300), || (), plan_all);
    report.single("stock order", PEER, 100, time / demands.len() as u32, lines == demands.len() * 100, String::new());
}
