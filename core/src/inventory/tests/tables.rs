//! What each command does and when it is refused.

use super::super::*;
use super::story::{Story, command, given, inventory, minute, three_warehouses};
use crate::report::{Diagnostics, Outcome, Path};

#[test]
fn example_13_a_split_takes_no_more_than_is_asked_for() {
    given(&["receive P north 10", "receive P south 15"]).when("reserve R-1 P 13").then(&["reserved R-1 north 10, south 3"]);
}

#[test]
fn example_15_a_location_below_zero_takes_nothing_from_the_others() {
    let mut story = Story::new(three_warehouses());
    story.state = serde_json::from_str(
        r#"{"positions": [{"product": "P", "location": "north", "on_hand": "-4"}, {"product": "P", "location": "south", "on_hand": "3"}]}"#,
    )
    .unwrap();
    assert_eq!(story.available("P", 0), "3");
    story.when("reserve R-1 P 3").then(&["reserved R-1 south 3"]);
}

#[test]
fn example_19_what_there_is_when_less_will_do() {
    given(&["receive P north 2"]).when("reserve R-1 P 3 partial").then(&["reserved R-1 north 2"]);
    given(&["receive P north 2"])
        .when("reserve R-1 P 3")
        .refused("inventory.insufficient", "`P`: 3 asked for, 2 available; ask for 2, or allow a partial reservation")
        .when("reserve R-1 P 3 at west partial")
        .refused("inventory.insufficient", "`P` at `west`: 3 asked for, 0 available");
}

#[test]
fn example_21_stock_of_several_locations_adds_up() {
    for (north, south, west, asked, expected) in [
        (2, 3, 0, 5, vec!["north 2", "south 3"]),
        (3, 3, 3, 8, vec!["north 3", "south 3", "west 2"]),
        (2, 2, 2, 4, vec!["north 2", "south 2"]),
    ] {
        let mut story = Story::new(three_warehouses());
        for (location, quantity) in [("north", north), ("south", south), ("west", west)] {
            if quantity > 0 {
                story.tell(&format!("receive P {location} {quantity}")).unwrap();
            }
        }
        story.when(&format!("reserve R-1 P {asked}")).then(&[&format!("reserved R-1 {}", expected.join(", "))]);
    }
    given(&["receive P north 1", "receive P south 1"])
        .when("reserve R-1 P 5")
        .refused("inventory.insufficient", "`P`: 5 asked for, 2 available; ask for 2, or allow a partial reservation");
}

#[test]
fn example_23_reserve_then_commit_in_two_phases() {
    let held = || given(&["receive P north 200", "reserve R-1 P 123"]);
    let story = held().when("commit R-1 100 release").then(&["committed R-1 north 100; free north 23"]);
    assert_eq!(story.available("P", 0), "100");
    story.when("commit R-1 1").refused("inventory.already_committed", "the reservation `R-1` was committed; nothing of it is left");
    held().when("commit R-1 124").refused("inventory.exceeds_reservation", "the reservation `R-1` still holds 123, not 124");
    let kept = held().when("commit R-1 100").then(&["committed R-1 north 100"]);
    assert_eq!(kept.available("P", 0), "77");
    kept.when("commit R-1").then(&["committed R-1 north 23"]);
}

#[test]
fn example_41_held_stock_is_not_for_others() {
    let story = given(&["receive P north 50", "reserve R-1 P 30", "reserve R-2 P 20", "release R-1"]);
    assert_eq!(story.state.positions()[0].reserved_hard, 20.into());
    story
        .when("issue P north 31")
        .refused("inventory.insufficient", "`P` at `north`: 50 there, 20 held for others; at most 30 can leave")
        .when("issue P north 30")
        .then(&["issued P north 30"]);
}

#[test]
fn safety_stock_is_not_reserved_and_can_be_issued() {
    given(&["receive S north 10", "receive S south 1"])
        .when("reserve R-1 S 10")
        .refused("inventory.insufficient", "`S`: 10 asked for, 9 available; ask for 9, or allow a partial reservation")
        .when("reserve R-1 S 9")
        .then(&["reserved R-1 north 8, south 1"])
        .when("issue S north 2")
        .then(&["issued S north 2"]);
}

#[test]
fn the_most_special_safety_stock_counts() {
    let inventory = inventory(
        r#"{"locations": [{"id": "a"}, {"id": "b"}], "safety_stock": [
            {"quantity": "1"}, {"location": "b", "quantity": "2"}, {"product": "P", "quantity": "3"},
            {"location": "a", "product": "P", "quantity": "4"}]}"#,
    );
    let safety = |product: &str, location: &str| inventory.safety_stock(&product.parse().unwrap(), &location.parse().unwrap()).to_string();
    assert_eq!(["1", "2", "4", "3"], [("Q", "a"), ("Q", "b"), ("P", "a"), ("P", "b")].map(|(product, location)| safety(product, location)));
}

#[test]
fn an_inactive_location_keeps_its_stock() {
    given(&["receive P old 10"])
        .when("reserve R-1 P 1")
        .refused("inventory.insufficient", "`P`: 1 asked for, 0 available")
        .when("reserve R-1 P 1 at old")
        .refused("inventory.unknown_location", "nothing can be reserved at `old`, which is not active")
        .when("issue P old 10")
        .then(&["issued P old 10"]);
}

#[test]
fn a_count_is_always_accepted_and_says_what_is_short() {
    let story = given(&["receive P north 10", "reserve R-1 P 8"])
        .when("count P north 5")
        .then(&["counted P north 10 -> 5", "shortage north: 8 held, 5 there, 3 short"]);
    let found = availability(&story.inventory, &story.state, &"P".parse().unwrap(), minute(0));
    let north = found.locations.iter().find(|location| location.location.as_str() == "north").unwrap();
    assert_eq!((north.over_reserved, north.available), (3.into(), 0.into()));
    story
        .when("commit R-1")
        .refused("inventory.insufficient", "`P` at `north`: 8 held by `R-1`, but only 5 are there; commit at most that, or count again")
        .when("commit R-1 5 release")
        .then(&["committed R-1 north 5; free north 3"]);
    given(&[]).when("count P north 7").then(&["counted P north 0 -> 7"]);
    given(&["receive P north 10", "@0 reserve R-1 P 8 soft"])
        .when("@15 count P north 5")
        .then(&["expired R-1 north 8", "counted P north 10 -> 5"]);
}

#[test]
fn a_soft_hold_ends_by_itself_at_the_very_moment() {
    let held = || given(&["receive P north 10", "reserve R-1 P 10 soft"]);
    assert_eq!((held().available("P", 14), held().available("P", 15)), ("0".into(), "10".into()));
    held()
        .when("@14 reserve R-2 P 1")
        .refused("inventory.insufficient", "`P`: 1 asked for, 0 available")
        .when("@15 reserve R-3 P 1")
        .then(&["expired R-1 north 10", "reserved R-3 north 1"])
        .when("@15 commit R-1")
        .refused("inventory.expired", "the reservation `R-1` has ended at 2026-11-21T09:15:00Z; reserve anew");
    held().when("@15 commit R-1").then(&["expired R-1 north 10", "refused inventory.expired"]);
    held().when("@15 expire").then(&["expired R-1 north 10", "swept 1"]).when("@16 expire").then(&["swept 0"]);
    given(&["receive P north 10", "reserve R-1 P 10"]).when("@99999 expire").then(&["swept 0"]);
}

#[test]
fn a_hold_is_extended_only_while_it_is_held() {
    let held = || given(&["receive P north 10", "reserve R-1 P 10 soft until 20"]);
    let longer = held().when("@19 extend R-1 until 40").then(&["extended R-1 to 2026-11-21T09:40:00Z"]);
    assert_eq!((longer.available("P", 39), longer.available("P", 40)), ("0".into(), "10".into()));
    held().when("@20 extend R-1 until 40").then(&["expired R-1 north 10", "refused inventory.expired"]);
    held().when("@20 extend R-1 until 20").fails(
        "shape.invalid_value /action/extend/expires_at: `2026-11-21T09:20:00Z` is not after the command's own time \
         `2026-11-21T09:20:00Z`; the hold would be over at once",
    );
}

#[test]
fn the_order_takes_the_place_of_the_cart() {
    given(&["receive P north 10", "reserve cart P 10 soft"])
        .when("reserve order P 10 replacing cart")
        .then(&["released cart north 10 for order", "reserved order north 10"])
        .when("commit cart")
        .refused("inventory.already_released", "the reservation `cart` was released; reserve anew");
    given(&["receive P north 10", "reserve cart P 10 soft"])
        .when("reserve order P 11 replacing cart")
        .then(&["refused inventory.insufficient"])
        .when("commit cart")
        .then(&["committed cart north 10"]);
    given(&["receive P north 10", "reserve cart P 10 soft"])
        .when("@15 reserve order P 10 replacing cart")
        .then(&["expired cart north 10", "reserved order north 10"]);
    given(&["receive P north 10"])
        .when("reserve order P 10 replacing cart")
        .refused("inventory.unknown_reservation", "there is no reservation `cart` to be replaced");
}

#[test]
fn a_reservation_of_two_locations_is_resolved_place_by_place() {
    let held = || given(&["receive P north 10", "receive P south 10", "reserve R-1 P 15"]);
    held()
        .when("commit R-1 3 at south")
        .then(&["committed R-1 south 3"])
        .when("commit R-1 at north")
        .then(&["committed R-1 north 10"])
        .when("commit R-1 1 at north")
        .refused("inventory.exceeds_reservation", "the reservation `R-1` still holds 0 at `north`, not 1")
        .when("release R-1")
        .then(&["released R-1 south 2"])
        .when("release R-1")
        .refused("inventory.already_released", "the reservation `R-1` was released; reserve anew");
    held().when("commit R-1 12 release").then(&["committed R-1 north 10, south 2; free south 3"]);
    held().when("release R-1 6").then(&["released R-1 north 1, south 5"]);
    held()
        .when("commit R-1 2 at south release")
        .then(&["committed R-1 south 2; free south 3"])
        .when("commit R-1")
        .then(&["committed R-1 north 10"]);
    held().when("commit R-1 at west").refused("inventory.exceeds_reservation", "the reservation `R-1` holds nothing at `west`");
}

#[test]
fn an_id_names_one_reservation_for_ever() {
    given(&["receive P north 10", "reserve R-1 P 1", "release R-1"])
        .when("reserve R-1 P 1")
        .refused("inventory.reservation_exists", "the reservation `R-1` exists; give the new one its own id")
        .when("release R-9")
        .refused("inventory.unknown_reservation", "there is no reservation `R-9`");
}

#[test]
fn a_command_given_twice_does_one_thing() {
    let mut story = given(&["receive P north 10"]);
    for (text, refused) in [("reserve R-1 P 4", None), ("reserve R-2 P 7", Some("inventory.insufficient"))] {
        let first = story.handle(&command("mine", text)).unwrap();
        assert_eq!(first.outcome == Outcome::Accepted, refused.is_none());
        let before = story.state.clone();
        let mut again = command("mine", &format!("@5 {text}"));
        again.expected_version = Some(1);
        let second = story.handle(&again).unwrap();
        assert_eq!(second.events, []);
        let Outcome::AlreadyHandled { refused: known } = second.outcome else { panic!("handled anew") };
        assert_eq!(known.map(|code| code.as_str()), refused);
        assert_eq!(story.state, before);
        let other = story.handle(&command("mine", "receive P north 1")).unwrap();
        let Outcome::Refused(refusals) = other.outcome else { panic!("accepted") };
        assert_eq!(refusals[0].code.as_str(), "inventory.command_conflict");
        assert_eq!(other.events, []);
        story = given(&["receive P north 4"]);
    }
}

#[test]
fn a_refusal_stays_what_it_was_when_holds_have_ended_with_it() {
    let mut story = given(&["receive P north 10", "reserve R-1 P 10 soft"]);
    let first = story.handle(&command("mine", "@15 commit R-1")).unwrap();
    assert_eq!(first.events.len(), 2);
    let again = story.handle(&command("mine", "@16 commit R-1")).unwrap();
    assert_eq!(again.outcome, Outcome::AlreadyHandled { refused: Some(crate::report::InventoryCode::Expired.into()) });
}

#[test]
fn a_version_that_has_moved_on_is_refused_and_not_remembered() {
    let mut story = given(&["receive P north 10"]);
    let mut late = command("mine", "reserve R-1 P 4");
    late.expected_version = Some(0);
    let Outcome::Refused(refusals) = story.handle(&late).unwrap().outcome else { panic!("accepted") };
    assert_eq!(
        (refusals[0].code.as_str(), refusals[0].message.as_str()),
        ("inventory.version_conflict", "the stock is at version 1, not 0; read it again")
    );
    late.expected_version = Some(1);
    assert_eq!(story.handle(&late).unwrap().outcome, Outcome::Accepted);
}

#[test]
fn what_cannot_be_judged_has_a_path() {
    for (text, expected) in [
        ("receive P north 0", "inventory.quantity /action/receive/quantity: the quantity `0` is not above zero"),
        ("issue P north -1", "inventory.quantity /action/issue/quantity: the quantity `-1` is not above zero"),
        ("reserve R-1 P 0", "inventory.quantity /action/reserve/quantity: the quantity `0` is not above zero"),
        ("commit R-1 0", "inventory.quantity /action/commit/quantity: the quantity `0` is not above zero"),
        ("count P north -1", "inventory.quantity /action/count/quantity: a count of `-1` is below zero; write what was found"),
        ("receive P nord 1", "inventory.unknown_location /action/receive/location: the location `nord` is not declared in the rulebook"),
        ("reserve R-1 P 1 at x", "inventory.unknown_location /action/reserve/location: the location `x` is not declared in the rulebook"),
    ] {
        given(&[]).when(text).fails(expected);
    }
    given(&["receive P north 999999999999.999999"]).when("receive P north 0.000001").fails(
        "limit.overflow /action/receive/quantity: `0.000001` would be more stock than can be counted; at most 999999999999.999999 can",
    );
}

#[test]
fn a_definition_with_problems_reports_all_of_them() {
    let def: InventoryDef = serde_json::from_str(
        r#"{"locations": [{"id": "north"}, {"id": "north"}], "hold_ttl_seconds": 0, "safety_stock": [
            {"location": "nort", "quantity": "1"}, {"quantity": "-1"}, {"product": "P", "quantity": "1"}, {"product": "P", "quantity": "2"}]}"#,
    )
    .unwrap();
    let mut diagnostics = Diagnostics::new();
    compile(&def, &Path::ROOT.field("inventory"), &mut diagnostics);
    let error = diagnostics.finish().unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r"
    error[shape.invalid_value] /inventory/hold_ttl_seconds: a soft hold of `0` seconds is over before it begins; write at least 1, or leave it out
    error[rulebook.duplicate_id] /inventory/locations/1/id: the location `north` is declared twice; give each location its own id
    error[rulebook.unknown_reference] /inventory/safety_stock/0/location: the location `nort` is not declared in the rulebook
      help: did you mean `north`?
    error[inventory.quantity] /inventory/safety_stock/1/quantity: the safety stock `-1` is below zero; write zero or more
    error[rulebook.duplicate_id] /inventory/safety_stock/3: the safety stock of this location and product is given twice; keep one of them
    ");
}

#[test]
fn the_state_and_its_events_on_the_wire() {
    let story = given(&["receive P south 3", "receive P north 2", "reserve R-1 P 4 soft", "commit R-1 1"]);
    insta::assert_snapshot!(serde_json::to_string(&story.state.positions()).unwrap(), @r#"[{"product":"P","location":"north","on_hand":"1","reserved_hard":"0","reserved_soft":"1"},{"product":"P","location":"south","on_hand":"3","reserved_hard":"0","reserved_soft":"2"}]"#);
    insta::assert_snapshot!(serde_json::to_string(&story.state.reservations().collect::<Vec<_>>()).unwrap(), @r#"[{"id":"R-1","demand":"order of R-1","product":"P","kind":"soft","status":"open","expires_at":"2026-11-21T09:15:00Z","parts":[{"location":"north","open":"1","committed":"1","released":"0"},{"location":"south","open":"2","committed":"0","released":"0"}]}]"#);
    insta::assert_snapshot!(serde_json::to_string(&story.events[3].what).unwrap(), @r#"{"committed":{"id":"R-1","product":"P","kind":"soft","parts":[{"location":"north","quantity":"1"}]}}"#);
    let text = serde_json::to_string(&story.state).unwrap();
    let read: StockState = serde_json::from_str(&text).unwrap();
    assert_eq!(read, story.state);
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    for twice in [
        r#"{"positions": [{"product": "P", "location": "a"}, {"product": "P", "location": "a"}]}"#,
        r#"{"positions": [{"product": "P", "location": "a", "colour": 1}]}"#,
    ] {
        assert!(serde_json::from_str::<StockState>(twice).is_err());
    }
}

#[test]
fn reconciling_finds_a_counter_that_has_drifted() {
    let story = given(&["receive P north 10", "reserve R-1 P 4"]);
    assert!(reconcile(&story.state, Some(&story.events), true).balanced);
    let drifted = serde_json::to_string(&story.state)
        .unwrap()
        .replace(r#""on_hand":"10","reserved_hard":"4""#, r#""on_hand":"9","reserved_hard":"5""#);
    let found = reconcile(&serde_json::from_str(&drifted).unwrap(), Some(&story.events), true);
    let told: Vec<String> =
        found.differences.iter().map(|d| format!("{:?} {} not {} ({:?})", d.counter, d.counted, d.expected, d.source)).collect();
    assert_eq!(told, ["OnHand 9 not 10 (Ledger)", "ReservedHard 5 not 4 (Reservations)", "ReservedHard 5 not 4 (Ledger)"]);
    assert_eq!(found.corrections, []);
}

#[test]
fn reconciling_puts_a_counter_right_that_has_drifted() {
    let mut story = given(&["receive P north 10", "reserve R-1 P 4"]);
    let drifted = serde_json::to_string(&story.state).unwrap().replace(r#""reserved_hard":"4""#, r#""reserved_hard":"5""#);
    story.state = serde_json::from_str(&drifted).unwrap();
    assert_eq!(story.available("P", 0), "5");
    assert_eq!(reconcile(&story.state, None, true).corrections.len(), 1);
    let story = story.when("reconcile").then(&["corrected ReservedHard 5 -> 4", "reconciled 1"]);
    assert_eq!(story.available("P", 0), "6");
    assert!(reconcile(&story.state, None, true).balanced);
    story.when("reconcile").then(&["reconciled 0"]);
}

#[test]
fn requests_report_paths_from_their_own_root() {
    let request: DecideStockRequest = serde_json::from_str(
        r#"{"state": {}, "command": {"id": "c", "at": "2026-11-21T09:00:00Z", "actor": "ann",
            "action": {"receive": {"product": "P", "location": "mars", "quantity": 1}}}}"#,
    )
    .unwrap();
    let error = decide_request(&three_warehouses(), &crate::report::Fingerprint::default(), &request).unwrap_err();
    assert_eq!(error.diagnostics()[0].path, "/command/action/receive/location");
}
