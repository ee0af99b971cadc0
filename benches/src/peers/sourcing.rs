//! Sourcing: the best set of warehouses, and a good one of many.

use std::cmp::Reverse;
use std::time::Duration;

use dealdesk::inventory::{
    Inventory, InventoryDef, SourcingCandidate, SourcingDemand, SourcingFactsDef, SourcingLine, SourcingPlan, StockState, compile,
    plan_sourcing,
};
use dealdesk::report::{Diagnostics, Path};

use crate::clock::fastest_pass;
use crate::report::Report;
use crate::workload::mix;
use crate::workload::sourcing::{LINES, SourcedOrder, Sourcing, sourcing};

/// What a plan is worth: what is missing, shipments, distance.
type Worth = (u32, u32, u32);

/// What a set of warehouses, in order, is worth.
fn judge(stock: &[Vec<u32>], order: &SourcedOrder, set: &[usize]) -> Worth {
    let missing = order.lines.iter().map(|(product, wanted)| {
        let there: u32 = set.iter().map(|place| stock[*product][*place]).sum();
        wanted.saturating_sub(there)
    });
    (missing.sum(), set.len() as u32, set.iter().map(|place| order.distances[*place]).sum())
}

/// Every set there is.
fn every_set(stock: &[Vec<u32>], order: &SourcedOrder) -> Worth {
    let warehouses = order.distances.len();
    let set = |mask: u32| (0..warehouses).filter(|place| mask >> place & 1 == 1).collect::<Vec<_>>();
    (0..1_u32 << warehouses).map(|mask| judge(stock, order, &set(mask))).min().expect("there is at least the empty set")
}

/// The warehouse that gives most, then the next, then without those that are not needed.
fn greedy(stock: &[Vec<u32>], order: &SourcedOrder) -> Worth {
    let mut set: Vec<usize> = Vec::new();
    let mut left: Vec<u32> = order.lines.iter().map(|(_, wanted)| *wanted).collect();
    loop {
        let gain = |place: usize| order.lines.iter().zip(&left).map(|((product, _), left)| stock[*product][place].min(*left)).sum::<u32>();
        let rated = (0..order.distances.len()).map(|place| (gain(place), Reverse(order.distances[place]), Reverse(place)));
        let Some((_, _, Reverse(place))) = rated.max().filter(|(gain, _, _)| *gain > 0) else { break };
        for ((product, _), left) in order.lines.iter().zip(&mut left) {
            *left = left.saturating_sub(stock[*product][place]);
        }
        set.push(place);
    }
    set.sort_unstable();
    for at in (0..set.len()).rev() {
        let mut without = set.clone();
        without.remove(at);
        if judge(stock, order, &without).0 == judge(stock, order, &set).0 {
            set = without;
        }
    }
    judge(stock, order, &set)
}

fn check(check: u32, (missing, shipments, distance): Worth) -> u32 {
    mix(check_greedy(check, (missing, shipments, distance)), distance)
}

/// Two good plans may differ in what comes last: which place is left out depends on what is asked of the plan without it.
fn check_greedy(check: u32, (missing, shipments, _): Worth) -> u32 {
    mix(mix(check, missing), shipments)
}

fn rulebook(warehouses: usize, max_evaluations: u32) -> Inventory {
    let locations: Vec<String> = (0..warehouses).map(|place| format!(r#"{{"id": "w{place:03}"}}"#)).collect();
    let text = format!(
        r#"{{"locations": [{}], "sourcing": [{{"id": "p", "objectives": ["unfilled", "shipments", "distance"], "max_evaluations": {max_evaluations}}}]}}"#,
        locations.join(", ")
    );
    let def: InventoryDef = serde_json::from_str(&text).expect("a stock policy");
    let mut diagnostics = Diagnostics::new();
    let inventory = compile(&def, &Path::ROOT, &mut diagnostics);
    diagnostics.finish().expect("no mistakes");
    inventory
}

fn state(stock: &[Vec<u32>]) -> StockState {
    let position = |(product, place, on_hand): (usize, usize, u32)| {
        format!(r#"{{"product": "P{product}", "location": "w{place:03}", "on_hand": {on_hand}}}"#)
    };
    let all = stock
        .iter()
        .enumerate()
        .flat_map(|(product, by_place)| by_place.iter().enumerate().map(move |(place, on_hand)| (product, place, *on_hand)));
    let positions: Vec<String> = all.map(position).collect();
    serde_json::from_str(&format!(r#"{{"positions": [{}]}}"#, positions.join(", "))).expect("a stock")
}

fn demand(order: &SourcedOrder) -> SourcingDemand {
    let line = |(index, (product, wanted)): (usize, &(usize, u32))| SourcingLine {
        id: index.to_string().parse().expect("an id"),
        product: format!("P{product}").parse().expect("an id"),
        quantity: (*wanted).into(),
        multiple: None,
        wanted_on: None,
        latest_on: None,
        removal: None,
        group: None,
    };
    let candidate = |(place, distance): (usize, &u32)| SourcingCandidate {
        location: format!("w{place:03}").parse().expect("an id"),
        cutoff: None,
        facts: Some(SourcingFactsDef { distance: Some((*distance).into()), ..SourcingFactsDef::default() }),
    };
    SourcingDemand {
        at: "2026-11-21T09:30:00Z".parse().expect("a moment"),
        policy: None,
        candidates: Some(order.distances.iter().enumerate().map(candidate).collect()),
        collection_point: None,
        default_location: None,
        amount: None,
        carriers: Vec::new(),
        replaces: Vec::new(),
        reserve: None,
        lines: order.lines.iter().enumerate().map(line).collect(),
    }
}

fn worth(plan: &SourcingPlan) -> Worth {
    let value = |index: usize| plan.objectives[index].value.to_whole().expect("whole numbers") as u32;
    (value(0), value(1), value(2))
}

type Naive = fn(&[Vec<u32>], &SourcedOrder) -> Worth;
type Check = fn(u32, Worth) -> u32;

/// Orders of 20 lines: exact over 12 warehouses, greedy over 500.
pub fn orders(naively: bool, ours: bool, report: &mut Report) {
    let kinds: [(&str, usize, u32, Naive, Check); 2] =
        [("sourcing exact", 12, 100_000, every_set, check), ("sourcing greedy", 500, 0, greedy, check_greedy)];
    for (workload, warehouses, max_evaluations, naive, check) in kinds {
        let Sourcing { stock, orders } = sourcing(warehouses);
        let pass = |orders: &mut dyn Iterator<Item = Worth>| orders.fold(0, check);
        let expected = pass(&mut orders.iter().map(|order| naive(&stock, order)));
        if naively {
            let found = fastest_pass(Duration::from_millis(300), || pass(&mut orders.iter().map(|order| naive(&stock, order))));
            report.documents(workload, "naive", LINES, orders.len(), found, expected);
        }
        if ours {
            let (inventory, state) = (rulebook(warehouses, max_evaluations), state(&stock));
            let demands: Vec<SourcingDemand> = orders.iter().map(demand).collect();
            let plan = |demand| plan_sourcing(&inventory, &state, demand).expect("an order that can be judged");
            let found = fastest_pass(Duration::from_millis(300), || pass(&mut demands.iter().map(|demand| worth(&plan(demand)))));
            report.documents(workload, "dealdesk", LINES, orders.len(), found, expected);
        }
    }
}
