//! What holds for any order.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::brute::{cases, cases_with_supply};
use super::{inventory, plan, plan_with, state};
use crate::inventory::{SourcingPlan, StockAction, decide, evolve};
use crate::report::{Command, Fingerprint};

fn shuffled(mut value: Value, field: &str, seed: usize) -> Value {
    if let Some(list) = value[field].as_array_mut() {
        let by = seed % list.len().max(1);
        list.rotate_left(by);
        if seed % 2 == 1 {
            list.reverse();
        }
    }
    value
}

/// What a plan says, whatever the order of its lines.
fn in_order(plan: &SourcingPlan) -> (Vec<String>, Vec<String>) {
    let mut lines: Vec<String> = plan.lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
    lines.sort();
    (lines, plan.objectives.iter().map(|objective| objective.value.to_string()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_plan_is_better_than_the_optimal_one(case in cases()) {
        let found = plan(&case.def(100_000), &case.stock(), &case.demand());
        prop_assert!(found.search.as_ref().is_some_and(|search| search.optimal));
        prop_assert_eq!(case.judged(&found), case.best());
    }

    #[test]
    fn a_greedy_plan_is_allowed_and_not_better_than_the_exact_one(case in cases()) {
        let exact = plan(&case.def(100_000), &case.stock(), &case.demand());
        let greedy = plan(&case.def(0), &case.stock(), &case.demand());
        prop_assert!(case.judged(&exact) <= case.judged(&greedy));
        let search = greedy.search.unwrap();
        prop_assert!(!search.optimal);
        prop_assert!(search.bound.unwrap().unfilled.to_decimal() <= exact.objectives[0].value);
    }

    #[test]
    fn no_plan_is_better_than_the_optimal_one_when_something_is_on_its_way(case in cases_with_supply()) {
        let supplies = case.supplies();
        let found = plan_with(&case.def(100_000), (&case.stock(), &supplies), &case.demand());
        prop_assert!(found.search.as_ref().is_some_and(|search| search.optimal));
        prop_assert_eq!(case.judged(&found), case.best());
        let greedy = plan_with(&case.def(0), (&case.stock(), &supplies), &case.demand());
        prop_assert!(case.judged(&found) <= case.judged(&greedy));
    }

    /// Lines of one product share what is on its way, and what others wait for is not taken.
    #[test]
    fn what_is_sourced_of_what_is_on_its_way_can_be_reserved_at_once(
        case in cases_with_supply(), waiting in prop::option::of((1_i64..4, prop::option::of(0_usize..2))), threshold in 0_i64..3,
    ) {
        let mut def = case.def(100_000);
        def["sku_threshold"] = json!(threshold);
        let mut state = state(&case.stock(), &case.supplies());
        let inventory = inventory(&def);
        let mut happen = |action: Value, id: &str| {
            let command: Command<StockAction> = serde_json::from_value(json!({"id": id, "at": "2026-11-21T09:00:00Z", "actor": "x", "action": action})).unwrap();
            let decision = decide(&inventory, &Fingerprint::default(), &state, &command).unwrap();
            for event in &decision.events {
                state = evolve(state.clone(), event);
            }
            (state.clone(), decision)
        };
        let at = |place: &super::brute::Place| place.stock[0] + place.comes.map_or(0, |(quantities, _)| quantities[0]);
        let before = waiting.map_or(0, |(quantity, place)| place.and_then(|place| case.places.get(place)).map_or(quantity, |place| quantity.min(at(place))));
        let (state, _) = match waiting {
            None => happen(json!({"fill": {"product": "P"}}), "w"),
            Some((quantity, place)) => {
                let location = place.filter(|place| *place < case.places.len()).map(|place| format!("w{place}"));
                happen(json!({"reserve": {"id": "W", "demand": "W", "product": "P", "quantity": quantity, "allow": "backorder", "location": location}}), "w")
            }
        };
        let mut demand = case.demand();
        demand["at"] = json!("2026-11-21T09:00:00Z");
        demand["reserve"] = json!({"order": "O"});
        demand["lines"][0]["product"] = json!("P");
        if let Some(second) = demand["lines"].get_mut(1) {
            second["product"] = json!("P");
        }
        let found = crate::inventory::plan_sourcing(&inventory, &state, &serde_json::from_value(demand).unwrap()).unwrap();
        // 1. No more is taken of a supply than is on its way, nor in all than is left by those who were first.
        let there: i64 = case.places.iter().map(at).sum();
        let sourced: i64 = found.lines.iter().map(|line| line.sourced.to_string().parse::<i64>().unwrap()).sum();
        prop_assert!(sourced <= (there - before - threshold).max(0), "{sourced} of {there}");
        for supply in state.supplies() {
            let taken: crate::quantity::Quantity = found.shipments.iter().flat_map(|shipment| &shipment.lines).flat_map(|line| &line.expected)
                .filter(|taken| taken.supply == supply.id).map(|taken| taken.quantity).sum();
            prop_assert!(taken <= supply.open);
        }
        // 2. The plan is carried out as it is.
        if let Some(action) = &found.action {
            let (after, decision) = happen(serde_json::to_value(action).unwrap(), "r");
            prop_assert!(!decision.events.is_empty(), "{:?}", decision.outcome);
            let expected: crate::quantity::Quantity = found.shipments.iter().flat_map(|shipment| &shipment.lines).flat_map(|line| &line.expected)
                .map(|taken| taken.quantity).sum();
            let waits: crate::quantity::Quantity = after.reservations().filter(|known| known.demand.as_str() != "W").map(|known| known.backordered).sum();
            prop_assert!(waits <= expected, "{waits} > {expected}");
        }
    }

    #[test]
    fn a_larger_budget_is_never_worse_and_an_unused_one_does_not_matter(case in cases(), budget in 0_u32..40) {
        let short = plan(&case.def(budget), &case.stock(), &case.demand());
        let long = plan(&case.def(100_000), &case.stock(), &case.demand());
        prop_assert!(case.judged(&long) <= case.judged(&short));
        if short.search.as_ref().is_some_and(|search| search.optimal) {
            prop_assert_eq!(short, long);
        }
    }

    #[test]
    fn neither_the_order_of_candidates_nor_that_of_lines_matters(case in cases(), seed in 0_usize..12) {
        let candidates: Vec<Value> = (0..case.places.len()).map(|index| json!({"location": format!("w{index}")})).collect();
        let mut demand = case.demand();
        demand["candidates"] = json!(candidates);
        let found = plan(&case.def(100_000), &case.stock(), &demand);
        let other = plan(&shuffled(case.def(100_000), "locations", seed), &case.stock(), &shuffled(demand.clone(), "candidates", seed));
        prop_assert_eq!(&found, &other);
        let turned = plan(&case.def(100_000), &case.stock(), &shuffled(demand, "lines", seed));
        prop_assert_eq!(in_order(&found), in_order(&turned));
    }

    #[test]
    fn every_strategy_takes_what_is_there_and_adds_up(case in cases(), which in 0_usize..5) {
        let mut def = case.def(0);
        let policy = &mut def["sourcing"][0];
        let names = ["location_sort_order", "default_location_first_then_position", "highest_stock_first", "closest_location",
            "on_hand_first_then_backorder"];
        policy["strategy"] = json!(names[which]);
        for field in ["objectives", "max_evaluations"] {
            policy.as_object_mut().unwrap().remove(field);
        }
        let mut demand = case.demand();
        demand["default_location"] = json!("w0");
        let found = plan(&def, &case.stock(), &demand);
        let mut judged = case.clone();
        judged.objectives = vec!["unfilled", "shipments", "priority"];
        judged.judged(&found);
        for line in &found.lines {
            let parts = line.parts.iter().map(|part| part.quantity).sum::<crate::quantity::Quantity>();
            prop_assert_eq!(parts, line.sourced);
            prop_assert_eq!(line.sourced.saturating_add(line.backordered).saturating_add(line.remainder), line.requested);
            prop_assert_eq!(line.reason.is_none(), line.sourced == line.requested);
        }
    }

    /// Several lines of one product, whole numbers or not, never take more than there is, and fill what can be filled.
    #[test]
    fn lines_of_one_product_share_what_there_is(stock in prop::collection::vec(0_i64..9, 3), asked in prop::collection::vec(1_i64..9, 1..5)) {
        let def = json!({"locations": [{"id": "w0"}, {"id": "w1"}, {"id": "w2"}], "sourcing": [{"id": "p"}]});
        let positions: Vec<_> = ["w0", "w1", "w2"].into_iter().zip(&stock).map(|(place, stock)| ("P", place, *stock)).collect();
        let lines: Vec<Value> = asked.iter().enumerate()
            .map(|(index, asked)| json!({"id": index.to_string(), "product": "P", "quantity": format!("{asked}.25")})).collect();
        let found = plan(&def, &positions, &json!({"lines": lines}));
        let there: crate::quantity::Quantity = stock.iter().map(|stock| stock.to_string().parse().unwrap()).sum();
        let wanted: crate::quantity::Quantity = asked.iter().map(|asked| format!("{asked}.25").parse().unwrap()).sum();
        let sourced: crate::quantity::Quantity = found.lines.iter().map(|line| line.sourced).sum();
        prop_assert_eq!(sourced, there.min(wanted));
        prop_assert!(found.search.unwrap().optimal);
        for (index, stock) in stock.iter().enumerate() {
            let taken: crate::quantity::Quantity = found.shipments.iter().filter(|shipment| shipment.location.as_str() == format!("w{index}"))
                .flat_map(|shipment| shipment.lines.iter().map(|line| line.quantity)).sum();
            prop_assert!(taken <= stock.to_string().parse().unwrap());
        }
    }

    /// Lines that say which stock they take: a plan counts no lot twice, and is carried out as it is.
    #[test]
    fn what_is_sourced_on_terms_can_be_reserved_at_once(
        lots in prop::collection::vec((1_i64..6, 0_usize..3, prop::option::of(0_i64..8), prop::option::of(0_usize..2)), 1..6),
        lines in prop::collection::vec((1_i64..7, prop::option::of(0_i64..4), 0_usize..5, any::<bool>()), 1..5),
        (threshold, safety, strategy) in (0_i64..3, 0_i64..2, 0_usize..3),
    ) {
        let day = |days: i64| format!("2026-11-{}", 21 + days);
        let strategy = ["fifo", "fefo", "least_packages"][strategy];
        let def = json!({"locations": [{"id": "w0"}, {"id": "w1"}], "sku_threshold": threshold, "safety_stock": [{"location": "w1", "quantity": safety}],
            "products": [{"product": "P", "tracking": "lot", "removal": {"strategy": strategy, "consigned": "last"}}],
            "bills": [{"product": "SET", "components": [{"product": "P", "quantity": 2}]}], "kits": [{"product": "SET"}], "sourcing": [{"id": "p"}]});
        let inventory = inventory(&def);
        let positions: Vec<Value> = lots.iter().enumerate().map(|(number, (quantity, place, _, owner))| {
            let owner = owner.map(|owner| format!("F{owner}"));
            json!({"product": "P", "location": format!("w{}", place % 2), "lot": format!("L{number}"), "owner": owner, "on_hand": quantity})
        }).collect();
        let known: Vec<Value> = lots.iter().enumerate().filter_map(|(number, (_, _, expires, _))|
            expires.map(|days| json!({"product": "P", "lot": format!("L{number}"), "facts": {"expires_on": day(days)}}))).collect();
        let state: crate::inventory::StockState = serde_json::from_value(json!({"positions": positions, "lots": known})).unwrap();
        let terms = [json!(null), json!({"lot": "L0"}), json!({"lot": "L1"}), json!({"min_shelf_life_days": 3}), json!({"owner": "F0"})];
        let lines: Vec<Value> = lines.iter().enumerate().map(|(number, (quantity, wanted, which, kit))| {
            let wanted = wanted.map(day);
            let (product, terms) = (if *kit { "SET" } else { "P" }, &terms[*which]);
            json!({"id": number.to_string(), "product": product, "quantity": quantity, "wanted_on": wanted, "removal": terms})
        }).collect();
        let demand = json!({"at": "2026-11-21T09:00:00Z", "reserve": {"order": "O"}, "lines": lines});
        let found = crate::inventory::plan_sourcing(&inventory, &state, &serde_json::from_value(demand).unwrap()).unwrap();
        if let Some(action) = &found.action {
            let command = Command { id: "r".parse().unwrap(), at: "2026-11-21T09:00:00Z".parse().unwrap(), actor: "x".parse().unwrap(), action: action.clone(), on_behalf_of: None, expected_version: None };
            let decision = decide(&inventory, &Fingerprint::default(), &state, &command).unwrap();
            prop_assert!(!decision.events.is_empty() && matches!(decision.outcome, crate::report::Outcome::Accepted), "{:?}", decision.outcome);
        }
        // One line alone gets all that there is on its terms.
        if let [only] = lines.as_slice() {
            let sourced = found.lines[0].sourced;
            let more = json!({"id": "r", "at": "2026-11-21T09:00:00Z", "actor": "x", "action": {"reserve": {"id": "R", "demand": "D", "product": only["product"], "quantity": 50,
                "wanted_on": only["wanted_on"], "removal": only["removal"], "allow": {"partial": {}}}}});
            let decision = decide(&inventory, &Fingerprint::default(), &state, &serde_json::from_value(more).unwrap()).unwrap();
            let each = if only["product"] == "SET" { 2 } else { 1 };
            let held: i64 = decision.events.iter().fold(state.clone(), evolve).reservations()
                .flat_map(|known| &known.parts).map(|part| part.open.millionths() / each).sum();
            prop_assert_eq!(sourced.millionths(), held.min(only["quantity"].as_i64().unwrap() * 1_000_000));
        }
    }

    /// Lots of one product, and lines that take what lasts, or one of the lots: together they get all that they can get in any way.
    #[test]
    fn lines_on_terms_get_all_that_can_be_shared_out(
        lots in prop::collection::vec((1_i64..6, 0_usize..2, prop::option::of(0_i64..8)), 1..5),
        lines in prop::collection::vec((1_i64..7, prop::option::of(0_i64..4), 0_usize..5), 1..5),
    ) {
        let day = |days: i64| format!("2026-11-{}", 21 + days);
        let def = json!({"locations": [{"id": "w0"}, {"id": "w1"}], "products": [{"product": "P", "tracking": "lot"}], "sourcing": [{"id": "p"}]});
        let positions: Vec<Value> = lots.iter().enumerate()
            .map(|(number, (quantity, place, _))| json!({"product": "P", "location": format!("w{place}"), "lot": format!("L{number}"), "on_hand": quantity})).collect();
        let known: Vec<Value> = lots.iter().enumerate().filter_map(|(number, (_, _, expires))|
            expires.map(|days| json!({"product": "P", "lot": format!("L{number}"), "facts": {"expires_on": day(days)}}))).collect();
        let state: crate::inventory::StockState = serde_json::from_value(json!({"positions": positions, "lots": known})).unwrap();
        let terms = [json!(null), json!({"lot": "L0"}), json!({"lot": "L1"}), json!({"min_shelf_life_days": 3}), json!({"min_shelf_life_days": 1})];
        let asked: Vec<Value> = lines.iter().enumerate().map(|(number, (quantity, wanted, which))|
            json!({"id": number.to_string(), "product": "P", "quantity": quantity, "wanted_on": wanted.map(day), "removal": terms[*which]})).collect();
        let demand = json!({"at": "2026-11-21T09:00:00Z", "reserve": {"order": "O"}, "lines": asked});
        let inventory = inventory(&def);
        let found = crate::inventory::plan_sourcing(&inventory, &state, &serde_json::from_value(demand).unwrap()).unwrap();
        // 1. No set of lines is short by more than its lots lack: that is how much can be had.
        let fits = |(_, wanted, which): &(i64, Option<i64>, usize), lot: usize| {
            let (_, _, expires) = lots[lot];
            let days = [0, 0, 0, 3, 1][*which];
            let lasts = expires.is_none_or(|expires| expires >= wanted.unwrap_or(0) + days);
            lasts && [None, Some(0), Some(1), None, None][*which].is_none_or(|named| named == lot)
        };
        let most = (0_u32..1 << lines.len()).map(|set| {
            let (chosen, others): (Vec<_>, Vec<_>) = lines.iter().enumerate().partition(|(line, _)| set >> line & 1 == 1);
            let there: i64 = (0..lots.len()).filter(|lot| chosen.iter().any(|(_, line)| fits(line, *lot))).map(|lot| lots[lot].0).sum();
            there + others.iter().map(|(_, line)| line.0).sum::<i64>()
        }).min().unwrap();
        let sourced: i64 = found.lines.iter().map(|line| line.sourced.millionths() / 1_000_000).sum();
        prop_assert_eq!(sourced, most);
        // 2. And all of it can be reserved at once.
        if let Some(action) = &found.action {
            let command = json!({"id": "r", "at": "2026-11-21T09:00:00Z", "actor": "x", "action": action});
            let decision = decide(&inventory, &Fingerprint::default(), &state, &serde_json::from_value(command).unwrap()).unwrap();
            prop_assert!(matches!(decision.outcome, crate::report::Outcome::Accepted), "{:?}", decision.outcome);
        }
    }
}
