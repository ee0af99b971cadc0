//! Policies with mistakes, and what a promise says in words.

use super::super::{PromiseRequest, promise};
use crate::inventory::{Inventory, InventoryDef, compile};
use crate::report::{Diagnostics, Path};

fn inventory(promise: &str) -> Inventory {
    let def: InventoryDef = serde_json::from_str(&format!(r#"{{"locations": [{{"id": "north"}}], "promise": {promise}}}"#)).unwrap();
    let mut diagnostics = Diagnostics::new();
    let inventory = compile(&def, &Path::ROOT.field("inventory"), &mut diagnostics);
    diagnostics.finish().unwrap();
    inventory
}

#[test]
fn a_policy_with_problems_reports_all_of_them() {
    let def: InventoryDef = serde_json::from_str(
        r#"{"promise": {"delayed_supply_offset": -1, "infinite_supply_after": 4000, "supply": ["firm", "firm"], "calendar": "wrk",
            "calendars": [{"id": "work", "weekdays": []}, {"id": "work", "closed": ["2026-12-25"], "open": ["2026-12-25"]}]}}"#,
    )
    .unwrap();
    let mut diagnostics = Diagnostics::new();
    compile(&def, &Path::ROOT.field("inventory"), &mut diagnostics);
    insta::assert_snapshot!(diagnostics.finish().unwrap_err().to_string(), @r"
    error[rulebook.unknown_reference] /inventory/promise/calendar: the calendar `wrk` is not declared; declare it in `calendars`
      help: did you mean `work`?
    error[inventory.calendar] /inventory/promise/calendars/0/weekdays: the calendar `work` has no day of the week on which work is done; name at least one
    error[rulebook.duplicate_id] /inventory/promise/calendars/1/id: the calendar `work` is declared twice; give each calendar its own id
    error[inventory.calendar] /inventory/promise/calendars/1/open/0: the calendar `work` says of `2026-12-25` that it is open and that it is closed; keep one of them
    error[inventory.days] /inventory/promise/delayed_supply_offset: `-1` is not a number of days from 0 to 3660
    error[inventory.days] /inventory/promise/infinite_supply_after: `4000` is not a number of days from 0 to 3660
    error[rulebook.duplicate_id] /inventory/promise/supply/1: this kind of supply is named twice; keep one of them
    ");
}

#[test]
fn a_remark_says_what_would_have_passed() {
    let request: PromiseRequest = serde_json::from_str(
        r#"{"at": "2026-12-01T09:00:00Z", "confirm": "one_date", "state": {"positions": [{"product": "P", "location": "north", "on_hand": 4}],
            "supplies": [{"id": "S", "product": "P", "location": "north", "due": "2026-12-08", "open": 6}]},
            "lines": [{"id": "1", "product": "P", "quantity": 9}, {"id": "2", "product": "P", "quantity": 20}]}"#,
    )
    .unwrap();
    let plan = promise(&inventory("{}"), &request).unwrap();
    let said: Vec<&str> = plan.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        said,
        ["`P`: of 9 for 2026-12-01 4 can be confirmed; all of it can be had on 2026-12-08", "`P`: of 20 for 2026-12-01 0 can be confirmed"]
    );
}

#[test]
fn days_are_counted_by_the_calendar() {
    // 2026-12-04 is a Friday; the fourth working day after it, with the 8th closed, is Friday the 11th.
    let calendar = r#"{"infinite_supply_after": 4, "calendars": [{"id": "work", "closed": ["2026-12-08"]}], "calendar": "work"}"#;
    let request: PromiseRequest =
        serde_json::from_str(r#"{"at": "2026-12-04T09:00:00Z", "state": {}, "lines": [{"id": "1", "product": "P", "quantity": 9}]}"#)
            .unwrap();
    let date = |policy: &str| promise(&inventory(policy), &request).unwrap().date.unwrap().to_string();
    assert_eq!((date(calendar).as_str(), date(r#"{"infinite_supply_after": 4}"#).as_str()), ("2026-12-11", "2026-12-08"));
}
