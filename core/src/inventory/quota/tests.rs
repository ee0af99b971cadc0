//! Laws of quotas.

use proptest::prelude::*;

use super::super::{Inventory, InventoryDef};
use super::{CheckQuotaRequest, QuotaPlan, QuotaUse, check_quota};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Path};
use crate::time::Date;

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
