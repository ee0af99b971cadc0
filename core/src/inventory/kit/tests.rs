//! Laws of kits over random histories.

use proptest::prelude::*;

use super::super::tests::story::{Story, command, inventory, minute, product};
use super::super::{Reservation, StockState, availability, reconcile};
use super::stock::{enough_for, whole};
use crate::quantity::Quantity;
use crate::report::{Detail, Outcome};

/// SET (2 bolts, 1 seal) ships complete, PAIR (1 bolt, 3 tapes) apart; `in` is a part of north. Bolts may wait up to 6, seals without end.
fn shop() -> Story {
    let def = r#"{"locations": [{"id": "north", "priority": 1}, {"id": "in", "priority": 2, "parent": "north"}, {"id": "south", "priority": 3}],
        "hold_ttl_seconds": 600,
        "bills": [{"product": "SET", "components": [{"product": "bolt", "quantity": "2"}, {"product": "seal", "quantity": "1"}]},
                  {"product": "PAIR", "components": [{"product": "bolt", "quantity": "1"}, {"product": "tape", "quantity": "3"}]}],
        "kits": [{"product": "SET"}, {"product": "PAIR", "ships": "apart"}],
        "products": [{"product": "bolt", "sku_threshold": "1", "backorder": {"limit": "6"}}, {"product": "seal", "backorder": "unlimited"}],
        "safety_stock": [{"location": "south", "product": "seal", "quantity": "1"}],
        "sourcing": [{"id": "best"}, {"id": "sorted", "strategy": "location_sort_order"}, {"id": "whole", "split": {"allow_line_split": false}}],
        "quotas": [{"id": "q", "products": [{"product": "bolt"}, {"product": "tape"}], "others": {"caps": [{"period": "month", "quantity": "60"}]}}]}"#;
    let goods = ["bolt north 9", "bolt in 3", "bolt south 8", "seal north 4", "seal in 2", "seal south 5", "tape north 7", "tape south 8"];
    goods.iter().fold(Story::new(inventory(def)), |story, goods| story.and(&[&format!("receive {goods}")]))
}

fn words((verb, number, quantity, place): (u8, u8, u8, u8)) -> String {
    let kit = ["SET", "PAIR"][usize::from(number) % 2];
    let at = ["", " at north", " at south", " at in"][usize::from(place) % 4];
    let goods = ["bolt", "seal", "tape"][usize::from(quantity) % 3];
    let where_to = ["north", "south", "in"][usize::from(place) % 3];
    match verb {
        0..=2 => format!("reserve K-{number} {kit} {quantity}{at}"),
        3 => format!("reserve K-{number} {kit} {quantity}{at} partial"),
        4 => format!("reserve K-{number} {kit} {quantity} backorder"),
        5 => format!("reserve K-{number} {kit} {quantity} soft for D"),
        6 => format!("reserve R-{number} bolt {quantity}{at}"),
        7 => format!("commit K-{number} {quantity}{at}"),
        8 => format!("commit K-{number} {quantity} release"),
        9 => format!("release K-{number} {quantity}{at}"),
        10 => format!("release K-{number}"),
        11 => format!("update K-{number} to {quantity}"),
        12 => format!("update K-{number} to {quantity} backorder"),
        13 => format!("uncommit K-{number} {quantity}"),
        14 => format!("transfer K-{number} at {where_to}"),
        15 => format!("count {goods} {where_to} {quantity}"),
        16 => format!("fill {goods}"),
        17 => format!("receive {goods} {where_to} {quantity}"),
        _ => format!("firm K-{number}"),
    }
}

/// The parts of each reserved kit.
fn kits(state: &StockState) -> impl Iterator<Item = Vec<&Reservation>> {
    state.kits.values().map(|parts| parts.iter().filter_map(|part| state.reservation(part)).collect())
}

fn detail(refusal: &crate::report::Refusal, name: &str) -> Option<Quantity> {
    match refusal.details.get(name)? {
        Detail::Number(number) => (*number).try_into().ok(),
        _ => None,
    }
}

proptest! {
    #[test]
    fn kits_are_held_and_resolved_whole(history in prop::collection::vec((0_u8..19, 0_u8..4, 1_u8..9, 0_u8..4), 1..30)) {
        let mut story = shop();
        for (turn, step) in history.into_iter().enumerate() {
            let text = words(step);
            let before = story.state.clone();
            let decision = story.tell(&format!("@{} {text}", turn * 2)).unwrap();
            // Counters and reservations say the same, and so does the state from the wire.
            prop_assert!(reconcile(&story.state, Some(&story.events), true).balanced, "{text}");
            let wire: StockState = serde_json::from_str(&serde_json::to_string(&story.state).unwrap()).unwrap();
            prop_assert_eq!(&wire, &story.state);
            // Every component holds, and has given away, the same number of kits.
            for parts in kits(&story.state) {
                let of = |part: &Reservation, quantity: Quantity| {
                    let each = part.kit.as_ref().unwrap().quantity;
                    (quantity.millionths() % each.millionths() == 0).then(|| enough_for(quantity, each)).unwrap()
                };
                let open: Vec<i64> = parts.iter().map(|part| of(part, part.outstanding())).collect();
                let gone: Vec<i64> = parts.iter().map(|part| of(part, part.committed())).collect();
                prop_assert!(open.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {open:?}");
                prop_assert!(gone.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {gone:?}");
            }
            // Nothing is held twice: what is held is there, unless a count has found less.
            let counted = story.events.iter().any(|event| matches!(event.what, super::super::StockEvent::Counted { .. }));
            for position in story.state.positions() {
                prop_assert!(counted || position.reserved_hard.saturating_add(position.reserved_soft) <= position.on_hand, "{text}");
            }
            // A refusal names how many kits pass, and they do.
            let Outcome::Refused(refusals) = &decision.outcome else { continue };
            let short = ["inventory.insufficient", "inventory.quota_exceeded", "inventory.exceeds_reservation", "inventory.backordered"];
            let refusal = &refusals[0];
            let whole_kit = (text.starts_with("reserve K") || text.starts_with("commit K") || text.starts_with("release K")) && !text.ends_with("partial");
            if whole_kit && short.contains(&refusal.code.as_str()) {
                let names = if refusal.code.as_str() == "inventory.quota_exceeded" { ["kits", "kits"] } else { ["sellable", "available"] };
                let passes = names.iter().find_map(|name| detail(refusal, name)).unwrap();
                let asked = detail(refusal, "requested").unwrap();
                prop_assert!(passes < asked || text.starts_with("commit"), "{text}: {passes} of {asked}");
                if passes.is_positive() {
                    let fewer = with_quantity(&text, whole(passes));
                    let mut again = shop();
                    again.state = before.clone();
                    let outcome = again.handle(&command("again", &format!("@{} {fewer}", turn * 2))).unwrap().outcome;
                    prop_assert_eq!(outcome, Outcome::Accepted, "{} instead of {}", fewer, text);
                }
            }
        }
        let free = availability(&story.inventory, &story.state, &product("SET"), minute(0)).available;
        prop_assert!(!free.is_negative());
    }
}

/// Lines of kits and of what is in them; those of a group are shipped together.
fn lines() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec((0_u8..5, 1_u8..7, 0_u8..4), 1..6)
}

fn asked(lines: &[(u8, u8, u8)]) -> Vec<serde_json::Value> {
    let line = |(number, (goods, quantity, group)): (usize, &(u8, u8, u8))| {
        let product = ["SET", "PAIR", "bolt", "seal", "tape"][usize::from(*goods)];
        let group = (*group == 0).then_some("g");
        serde_json::json!({"id": number.to_string(), "product": product, "quantity": quantity, "group": group})
    };
    lines.iter().enumerate().map(line).collect()
}

proptest! {
    #[test]
    fn what_is_sourced_can_be_reserved_at_once(lines in lines(), strategy in 0_usize..3, counts in prop::collection::vec((0_u8..3, 0_u8..3, 0_u8..9), 0..4)) {
        let mut story = shop();
        for (goods, place, counted) in counts {
            let (goods, place) = (["bolt", "seal", "tape"][usize::from(goods)], ["north", "in", "south"][usize::from(place)]);
            story = story.and(&[&format!("count {goods} {place} {counted}")]);
        }
        let policy = ["best", "sorted", "whole"][strategy];
        let demand = serde_json::json!({"at": "2026-11-21T09:00:00Z", "policy": policy, "lines": asked(&lines), "reserve": {"order": "O"}});
        let plan = super::super::plan_sourcing(&story.inventory, &story.state, &serde_json::from_value(demand).unwrap()).unwrap();
        for (line, sourced) in lines.iter().zip(&plan.lines) {
            let kits = sourced.parts.iter().all(|part| part.quantity.millionths() % 1_000_000 == 0);
            prop_assert!(kits || line.0 > 1, "{sourced:?}");
            let in_full = sourced.sourced == sourced.requested || sourced.sourced.is_zero();
            let grouped = lines.iter().filter(|line| line.2 == 0).count() > 1;
            prop_assert!(line.2 != 0 || !grouped || in_full && sourced.parts.len() <= 1, "{sourced:?}");
        }
        if let Some(action) = plan.action {
            let outcome = story.handle(&crate::report::Command { action, ..command("plan", "expire") }).unwrap().outcome;
            prop_assert_eq!(outcome, Outcome::Accepted);
        }
    }

    /// What a plan takes is what reservations in the order of its lines take, of kits and of what is in them.
    #[test]
    fn what_is_planned_is_reserved_so(lines in lines(), backorder in any::<bool>(), counts in prop::collection::vec((0_u8..3, 0_u8..3, 0_u8..9), 0..4)) {
        let mut story = shop();
        for (goods, place, counted) in counts {
            let (goods, place) = (["bolt", "seal", "tape"][usize::from(goods)], ["north", "in", "south"][usize::from(place)]);
            story = story.and(&[&format!("count {goods} {place} {counted}")]);
        }
        let mut asked = asked(&lines);
        asked.iter_mut().for_each(|line| { line.as_object_mut().unwrap().remove("group"); });
        let demand = serde_json::json!({"at": minute(0), "lines": asked, "backorder": backorder});
        let plan = super::super::plan_reservation(&story.inventory, &story.state, &serde_json::from_value(demand).unwrap()).unwrap();
        let mut held = Vec::new();
        for (line, asked) in plan.lines().zip(&asked) {
            let (product, number, id) = (asked["product"].as_str().unwrap(), asked["quantity"].as_i64().unwrap(), line.id());
            let (held_now, waits) = (line.reserved(), line.backordered());
            prop_assert_eq!(held_now.saturating_add(waits).saturating_add(line.short()), crate::quantity::Quantity::from_millionths(number * 1_000_000));
            if held_now.saturating_add(waits).is_zero() {
                continue;
            }
            let reserve = if waits.is_zero() { format!("{held_now}") } else { format!("{number} backorder") };
            let outcome = story.tell(&format!("reserve L-{id} {product} {reserve}")).unwrap().outcome;
            prop_assert_eq!(outcome, Outcome::Accepted, "{:?}", line);
            let planned: Vec<(String, Vec<super::super::StockPart>)> = match line.components() {
                [] => vec![(format!("L-{id}"), line.stock_parts().collect())],
                components => components.iter().map(|part| (format!("L-{id}/{}", part.product), part.parts.clone())).collect(),
            };
            held.extend(planned);
        }
        for (id, planned) in held {
            let reservation = story.state.reservation(&id.parse().unwrap()).unwrap();
            let parts: Vec<_> = reservation.parts.iter().map(|part| (part.location.clone(), part.open)).collect();
            let planned: Vec<_> = planned.into_iter().map(|part| (part.location, part.quantity)).collect();
            prop_assert_eq!(parts, planned, "{}", id);
        }
    }

    #[test]
    fn what_is_promised_for_today_can_be_reserved_at_once(lines in lines(), one_date in any::<bool>()) {
        let mut story = shop();
        let confirm = if one_date { "one_date" } else { "schedule" };
        let request = serde_json::json!({"at": "2026-11-21T09:00:00Z", "confirm": confirm, "together": "line", "lines": asked(&lines), "state": story.state,
            "supplies": [{"id": "PO-1", "product": "bolt", "location": "south", "due": "2026-11-30", "quantity": "5"},
                         {"id": "PO-2", "product": "tape", "location": "south", "due": "2026-11-25", "quantity": "4"}]});
        let promised = super::super::promise(&story.inventory, &serde_json::from_value(request).unwrap()).unwrap();
        let today = minute(0).date();
        let reserves = promised.lines.iter().flat_map(|line| {
            let now = line.schedule_lines.iter().filter(|part| part.date == today);
            let quantity: Quantity = now.clone().map(|part| part.quantity).sum();
            let place = now.clone().find_map(|part| part.location.as_ref()).filter(|_| line.product.as_str() == "SET");
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            quantity.is_positive().then(|| format!("reserve L-{} {} {quantity}{place}", line.id, line.product))
        });
        let mut reserves: Vec<String> = reserves.collect();
        // Who may take from anywhere leaves a place to those who need it.
        reserves.sort_by_key(|reserve| !reserve.contains(" at "));
        if !reserves.is_empty() {
            let outcome = story.tell(&format!("batch {}", reserves.join("; "))).unwrap().outcome;
            prop_assert_eq!(outcome, Outcome::Accepted, "{:?}", reserves);
        }
    }
}

/// The same command with another quantity.
fn with_quantity(text: &str, quantity: i64) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let place = if words[0] == "reserve" { 3 } else { 2 };
    if words.get(place).is_some_and(|word| word.parse::<u32>().is_ok()) {
        words[place] = quantity.to_string();
    } else {
        words.insert(place, quantity.to_string());
    }
    words.join(" ")
}
