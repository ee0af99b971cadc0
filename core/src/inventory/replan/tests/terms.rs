//! Reservations that take special stock are planned onto such stock only.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{apply, inventory};
use crate::inventory::{ReplanPlan, ReplanRequest, ReplanStrategy, StockPart, StockState, replan};
use crate::quantity::Quantity;

/// Where stock lies, of which lot, and whose it is. The first lot expires on the 10th, the others on the 30th of December; today is the 1st.
const CELLS: [(&str, Option<&str>, Option<&str>); 7] = [
    ("a", None, None),
    ("a", Some("X"), None),
    ("a", Some("Y"), None),
    ("a", Some("Z"), Some("O")),
    ("b", Some("X"), None),
    ("b", Some("Y"), None),
    ("b", None, None),
];

/// One reservation: its class, what it holds in two cells, what waits, its priority, its terms.
type Draft = (usize, [(usize, i64); 2], i64, u32, usize);

fn terms(which: usize) -> Value {
    [json!(null), json!({"lot": "X"}), json!({"lot": "Y"}), json!({"min_shelf_life_days": 15}), json!({"owner": "O"})][which].clone()
}

fn meets(which: usize, (_, lot, owner): (&str, Option<&str>, Option<&str>)) -> bool {
    match which {
        0 => owner.is_none(),
        1 => owner.is_none() && lot.is_none_or(|lot| lot == "X"),
        2 => owner.is_none() && lot.is_none_or(|lot| lot == "Y"),
        3 => owner.is_none() && lot != Some("X"),
        _ => owner == Some("O"),
    }
}

fn cell_of(part: &StockPart) -> usize {
    let (lot, owner) = (part.lot.as_ref().map(|lot| lot.as_str()), part.owner.as_ref().map(|owner| owner.as_str()));
    CELLS.iter().position(|cell| *cell == (part.location.as_str(), lot, owner)).unwrap()
}

fn parts(draft: &Draft) -> BTreeMap<usize, i64> {
    let mut parts = BTreeMap::new();
    for (cell, open) in draft.1.iter().filter(|(_, open)| *open > 0) {
        *parts.entry(*cell).or_default() += open;
    }
    parts
}

fn state(on_hand: &[i64; 7], drafts: &[Draft]) -> StockState {
    let dims = |value: &mut Value, cell: usize| {
        let (_, lot, owner) = CELLS[cell];
        if let Some(lot) = lot {
            value["lot"] = json!(lot);
        }
        if let Some(owner) = owner {
            value["owner"] = json!(owner);
        }
    };
    let held = |cell: usize| drafts.iter().filter_map(|draft| parts(draft).get(&cell).copied()).sum::<i64>();
    let positions: Vec<Value> = (0..CELLS.len())
        .map(|cell| {
            let mut position = json!({"product": "P", "location": CELLS[cell].0, "on_hand": on_hand[cell], "reserved_hard": held(cell)});
            dims(&mut position, cell);
            position
        })
        .collect();
    let reservation = |(number, draft): (usize, &Draft)| {
        let held: Vec<Value> = parts(draft)
            .iter()
            .map(|(cell, open)| {
                let mut part = json!({"location": CELLS[*cell].0, "open": open});
                dims(&mut part, *cell);
                part
            })
            .collect();
        json!({"id": format!("r{number}"), "demand": format!("d{number}"), "product": "P", "kind": "hard", "status": "open",
            "priority": draft.3, "backordered": draft.2, "removal": terms(draft.4), "parts": held})
    };
    let lots: Vec<Value> = [("X", "2026-12-10"), ("Y", "2026-12-30"), ("Z", "2026-12-30")]
        .map(|(lot, day)| json!({"product": "P", "lot": lot, "facts": {"expires_on": day}}))
        .into();
    serde_json::from_value(json!({"positions": positions, "lots": lots,
        "products": [{"product": "P", "version": 1, "backordered": drafts.iter().map(|draft| draft.2).sum::<i64>()}],
        "reservations": drafts.iter().enumerate().map(reservation).collect::<Vec<_>>()}))
    .unwrap()
}

fn planned(strategies: [usize; 3], keeps: (u32, u32), state: &StockState, drafts: &[Draft]) -> (super::Inventory, ReplanPlan) {
    let inventory = inventory_of(strategies, keeps);
    let demands: Vec<Value> = drafts
        .iter()
        .enumerate()
        .map(|(number, draft)| json!({"reservation": format!("r{number}"), "facts": {"class": draft.0.to_string()}}))
        .collect();
    let request: ReplanRequest = serde_json::from_value(json!({"state": state, "at": "2026-12-01T08:00:00Z", "demands": demands})).unwrap();
    let plan = replan(&inventory, &request).unwrap();
    (inventory, plan)
}

fn inventory_of(strategies: [usize; 3], (safety, threshold): (u32, u32)) -> super::Inventory {
    let mut def = super::policy(strategies, safety, threshold);
    def["products"] = json!([{"product": "P", "tracking": "lot", "removal": {"lot_match": "lot_or_untracked"}}]);
    inventory(&def)
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let part = (0_usize..7, 0_i64..4);
    let draft = (0_usize..3, [part.clone(), part], 0_i64..5, 0_u32..3, 0_usize..5);
    prop::collection::vec(draft, 1..6)
        .prop_map(|drafts| drafts.into_iter().filter(|draft| draft.2 + parts(draft).values().sum::<i64>() > 0).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(super::cases()))]

    #[test]
    fn stock_is_given_on_the_terms_of_each_reservation(
        strategies in [0_usize..7, 0..7, 0..7], keeps in (0_u32..2, 0_u32..2), on_hand in [0_i64..7, 0..7, 0..7, 0..7, 0..7, 0..7, 0..7], drafts in drafts(),
    ) {
        let before = state(&on_hand, &drafts);
        let (inventory, plan) = planned(strategies, keeps, &before, &drafts);
        let after = plan.command.as_ref().map_or_else(|| before.clone(), |command| apply(&inventory, &before, command));
        for line in &plan.lines {
            let number: usize = line.reservation.as_str()[1..].parse().unwrap();
            let had = parts(&drafts[number]);
            // 1. What is planned is what is done, lot by lot.
            if plan.feasible {
                let open: BTreeMap<usize, Quantity> = after.reservation(&line.reservation).unwrap().parts.iter()
                    .filter(|part| part.open.is_positive()).map(|part| (cell_of(&part.with(part.open)), part.open)).collect();
                prop_assert_eq!(open, line.after.parts.iter().map(|part| (cell_of(part), part.quantity)).collect());
            }
            // 2. It gains what meets its terms only, and keeps what does not where it never loses.
            for part in &line.after.parts {
                let more = part.quantity > Quantity::from(had.get(&cell_of(part)).copied().unwrap_or(0) as u32);
                prop_assert!(meets(drafts[number].4, CELLS[cell_of(part)]) || (line.strategy.keeps() && !more));
            }
            prop_assert!(!plan.feasible || !line.strategy.keeps() || line.after.held >= line.before.held);
        }
        // 3. No lot is held beyond what is there, unless it was before.
        let held = |state: &StockState, cell: usize| -> Quantity {
            let open = state.reservations().flat_map(|reservation| &reservation.parts).filter(|part| part.open.is_positive());
            open.filter(|part| cell_of(&part.with(part.open)) == cell).map(|part| part.open).sum()
        };
        for (cell, on_hand) in on_hand.iter().enumerate().filter(|_| plan.feasible) {
            prop_assert!(held(&after, cell) <= Quantity::from(*on_hand as u32).max(held(&before, cell)));
        }
        // 4. Nothing is left that someone waits for who may gain it.
        for reservation in after.reservations().filter(|reservation| plan.feasible && keeps == (0, 0) && reservation.backordered.is_positive()) {
            let draft = &drafts[reservation.id.as_str()[1..].parse::<usize>().unwrap()];
            let gains = ["win", "gain", "redistribute", "improve"].contains(&super::STRATEGIES[strategies[draft.0]]);
            for (cell, on_hand) in on_hand.iter().enumerate().filter(|(cell, _)| gains && meets(draft.4, CELLS[*cell])) {
                prop_assert!(held(&after, cell) >= Quantity::from(*on_hand as u32), "{} of {:?} is free", on_hand, CELLS[cell]);
            }
        }
        // 5. A second plan changes nothing.
        if plan.feasible {
            let (_, again) = planned(strategies, keeps, &after, &drafts);
            prop_assert!(again.lines.is_empty(), "{:?}", again.lines);
        }
    }
}

/// r0 takes lot X only, r1 what lasts 15 days. 2 of X are gone: r0 loses them although 4 of Y are there, and is told so.
#[test]
fn who_loses_is_told_what_is_there() {
    let drafts = [(0, [(1, 3), (0, 0)], 0, 0, 1), (0, [(1, 1), (0, 0)], 0, 0, 3)];
    let before = state(&[0, 1, 4, 0, 0, 0, 0], &drafts);
    let (_, plan) = planned([2, 2, 2], (0, 0), &before, &drafts);
    let told: Vec<String> = plan
        .lines
        .iter()
        .map(|line| {
            let parts: Vec<String> =
                line.after.parts.iter().map(|part| format!("{} {}", part.quantity, CELLS[cell_of(part)].1.unwrap())).collect();
            let passed: Vec<String> =
                line.passed_over.iter().map(|over| format!("{} {}", over.stock.lot.as_ref().unwrap(), over.code.as_str())).collect();
            format!("{}: {} ({})", line.reservation, parts.join(", "), passed.join(", "))
        })
        .collect();
    assert_eq!(told, ["r0: 1 X (X inventory.held_for_others, Y inventory.other_lot)", "r1: 1 Y ()"]);
    assert!(plan.lines.iter().all(|line| line.strategy == ReplanStrategy::Redistribute));
}
