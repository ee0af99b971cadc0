//! Laws of quotas.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::tests::story::{Story, inventory as story_inventory};
use super::super::{Inventory, InventoryDef, StockState, reconcile};
use super::{CheckQuotaRequest, QuotaPlan, QuotaUse, check_quota};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};
use crate::time::Date;

/// One of 17 moves: what it does to which of five reservations, with how much.
type Step = (u8, u8, u32);

/// P and S share 10 a week and 16 a month, one S counts twice; T is not limited. Of each there is plenty, of S only 7.
fn shared() -> Story {
    let def = r#"{"locations": [{"id": "north"}], "hold_ttl_seconds": 600, "quotas": [{"id": "q", "products": [{"product": "P"}, {"product": "S", "factor": 2}],
        "others": {"caps": [{"period": "week", "quantity": 10}, {"period": "month", "quantity": 16}]}}]}"#;
    Story::new(story_inventory(def)).and(&["receive P north 99", "receive S north 7", "receive T north 9"])
}

fn words((verb, number, quantity): Step) -> String {
    let goods = ["P", "S", "T"][usize::from(number) % 3];
    match verb {
        0..=3 => format!("reserve R-{number} {goods} {quantity}"),
        4 => format!("reserve R-{number} {goods} {quantity} partial"),
        5 => format!("reserve R-{number} {goods} {quantity} soft for D"),
        6 => format!("reserve R-{number} {goods} {quantity} on 2026-11-30"),
        7 => format!("release R-{number}"),
        8 => format!("release R-{number} {quantity}"),
        9 => format!("commit R-{number} {quantity} release"),
        10 => format!("commit R-{number} {quantity}"),
        11 => format!("update R-{number} to {quantity}"),
        12 => format!("uncommit R-{number}"),
        13 => format!("update R-{number} on 2026-11-30"),
        14 => format!("update R-{number} on 2026-12-03"),
        15 => format!("update R-{number} to {quantity} on 2026-11-{:02}", 20 + quantity.min(10)),
        _ => format!("batch reserve B-{number} P {quantity}; release R-{number}; reserve C-{number} P 1"),
    }
}

/// What the reservations of a state say that they have consumed.
fn claimed(state: &StockState) -> Vec<QuotaUse> {
    let mut sums: BTreeMap<(Date, String), QuotaUse> = BTreeMap::new();
    for used in state.reservations().flat_map(|reservation| &reservation.quota).flat_map(super::QuotaClaim::uses) {
        let sum = sums.entry((used.on, used.quota.to_string())).or_insert(QuotaUse { quantity: Quantity::ZERO, ..used.clone() });
        sum.quantity = sum.quantity.saturating_add(used.quantity);
    }
    sums.into_values().collect()
}

/// A day of December 2026; the 1st is a Tuesday.
fn day(day: u32) -> Date {
    format!("2026-12-{day:02}").parse().unwrap()
}

fn inventory(day: u32, week: u32, month: u32, backward: u32, forward: u32, factor: u32) -> Inventory {
    let def = serde_json::json!({"quotas": [{"id": "q", "products": [{"product": "P", "factor": factor}], "by": ["region"],
        "window": {"backward": backward, "forward": forward},
        "groups": [{"id": "north", "values": {"region": "north"}, "caps": [
            {"period": "month", "quantity": month}, {"period": "day", "quantity": day}, {"period": "week", "quantity": week}]}]}]});
    let mut problems = Diagnostics::new();
    let def: InventoryDef = serde_json::from_value(def).unwrap();
    let inventory = super::super::compile(&def, &Path::ROOT, &mut problems);
    problems.finish().unwrap();
    inventory
}

fn ask(inventory: &Inventory, consumed: &[QuotaUse], quantity: u32, on: Date) -> QuotaPlan {
    let request = CheckQuotaRequest {
        consumed: consumed.to_vec(),
        lines: vec![
            serde_json::from_value(
                serde_json::json!({"id": "1", "product": "P", "quantity": quantity, "on": on, "characteristics": {"region": "north"}}),
            )
            .unwrap(),
        ],
    };
    check_quota(inventory, &request).unwrap()
}

fn sum(uses: &[QuotaUse], of: impl Fn(Date) -> bool) -> Quantity {
    uses.iter().filter(|used| of(used.on)).map(|used| used.quantity).sum()
}

/// The number of the week, from a Monday that is long past.
fn week(day: Date) -> i32 {
    (day.day_number() + 3).div_euclid(7)
}

proptest! {
    #[test]
    fn reservations_never_exceed_a_quota_and_it_counts_what_they_hold_or_have_taken(steps in prop::collection::vec((0_u8..17, 0_u8..6, 1_u32..14), 1..30)) {
        let mut story = shared();
        for (turn, step) in steps.into_iter().enumerate() {
            let before = story.state.clone();
            let decision = story.tell(&format!("@{} {}", turn * 3, words(step))).unwrap();
            prop_assert_eq!(story.state.consumed().collect::<Vec<_>>(), claimed(&story.state));
            for reservation in story.state.reservations().filter(|reservation| !reservation.quota.is_empty()) {
                let units = reservation.outstanding().saturating_add(reservation.committed());
                let factor = if reservation.product.as_str() == "S" { 2 } else { 1 };
                let claimed: Quantity = reservation.quota.iter().flat_map(super::QuotaClaim::uses).map(|used| used.quantity).sum();
                prop_assert_eq!(claimed.millionths(), units.millionths() * factor);
            }
            prop_assert!(reconcile(&story.state, Some(&story.events), true).balanced);
            for used in story.state.consumed() {
                prop_assert!(used.quantity <= 10.into(), "{used:?}");
            }
            // Who compares the keys sees every other change.
            if before.quotas != story.state.quotas {
                prop_assert!(!decision.reads.quotas.is_empty());
                prop_assert!(story.state.quotas.version(&"q".parse().unwrap()) > before.quotas.version(&"q".parse().unwrap()));
            }
            let wire: StockState = serde_json::from_str(&serde_json::to_string(&story.state).unwrap()).unwrap();
            prop_assert_eq!(&wire, &story.state);
        }
    }

    #[test]
    fn no_cap_is_ever_exceeded_and_what_passes_is_what_is_consumed(
        caps in (1_u32..12, 5_u32..40, 10_u32..120), window in (0_u32..5, 0_u32..5), factor in 1_u32..4,
        asks in prop::collection::vec((1_u32..40, 1_u32..32), 1..12),
    ) {
        let inventory = inventory(caps.0, caps.1, caps.2, window.0, window.1, factor);
        let mut consumed: Vec<QuotaUse> = Vec::new();
        for (quantity, on) in asks {
            let on = day(on);
            let plan = ask(&inventory, &consumed, quantity, on);
            let line = &plan.lines[0];
            let used: Quantity = plan.consumed.iter().map(|used| used.quantity).sum();
            prop_assert_eq!(used.millionths(), line.granted.millionths() * i64::from(factor));
            prop_assert_eq!(line.granted.saturating_add(line.short), Quantity::from(quantity));
            let reach = plan.consumed.iter().all(|used| {
                let away = used.on.day_number() - on.day_number();
                -i64::from(window.0) <= i64::from(away) && i64::from(away) <= i64::from(window.1)
            });
            prop_assert!(reach, "{:?}", plan.consumed);
            consumed.extend(plan.consumed);
            for number in 1..=31 {
                let this = day(number);
                prop_assert!(sum(&consumed, |on| on == this) <= caps.0.into());
                prop_assert!(sum(&consumed, |on| week(on) == week(this)) <= caps.1.into());
                prop_assert!(sum(&consumed, |on| (on.year(), on.month()) == (this.year(), this.month())) <= caps.2.into());
            }
        }
    }

    #[test]
    fn the_nearest_quantity_and_the_nearest_day_pass(
        caps in (1_u32..12, 5_u32..40, 10_u32..120), window in (0_u32..5, 0_u32..5), quantity in 1_u32..60, first in 1_u32..60, on in 1_u32..28,
    ) {
        let inventory = inventory(caps.0, caps.1, caps.2, window.0, window.1, 1);
        let consumed = ask(&inventory, &[], first, day(10)).consumed;
        let plan = ask(&inventory, &consumed, quantity, day(on));
        let line = &plan.lines[0];
        prop_assert_eq!(plan.complete, line.short.is_zero());
        if line.granted.is_positive() {
            let nearest = u32::try_from(line.granted.millionths() / 1_000_000).unwrap();
            prop_assert!(ask(&inventory, &consumed, nearest, day(on)).complete);
            prop_assert!(line.short.is_zero() || !ask(&inventory, &consumed, nearest + 1, day(on)).complete);
        }
        if let Some(next) = line.next_on {
            prop_assert!(ask(&inventory, &consumed, quantity, next).complete);
            let before = next.add_days(-1).unwrap();
            prop_assert!(before == day(on) || !ask(&inventory, &consumed, quantity, before).complete);
        }
    }
}

/// 10 a week. 6 are drawn for the week of the 16th of November, 7 for that of the 30th.
#[test]
fn who_moves_to_another_day_draws_on_its_quota() {
    let story = || shared().and(&["reserve R-1 P 6", "reserve R-2 P 7 on 2026-11-30"]);
    let told = |story: &Story| story.state.consumed().map(|used| format!("{} {}", used.on, used.quantity)).collect::<Vec<_>>();
    // 1. 3 are left there: 6 do not pass, 3 do, and 6 do a week later.
    let mut moved = story();
    let refused = moved.tell("update R-1 on 2026-12-02").unwrap();
    let crate::report::Outcome::Refused(refusals) = &refused.outcome else { panic!("{:?}", refused.outcome) };
    let detail = |name: &str| serde_json::to_value(&refusals[0].details).unwrap()[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (refusals[0].code.as_str(), detail("available"), detail("next_on")),
        ("inventory.quota_exceeded", "3".into(), "2026-12-07".into())
    );
    assert_eq!(told(&moved), ["2026-11-16 6", "2026-11-30 7"]);
    // 2. What has left stays where it was drawn.
    let moved = story().and(&["commit R-1 4", "update R-1 on 2026-12-02"]);
    assert_eq!(told(&moved), ["2026-11-16 4", "2026-11-30 9"]);
    // 3. The nearest quantity and the nearest day pass.
    assert_eq!(told(&story().and(&["update R-1 to 3 on 2026-12-02"])), ["2026-11-30 10"]);
    assert_eq!(told(&story().and(&["update R-1 on 2026-12-07"])), ["2026-11-30 7", "2026-12-07 6"]);
}
