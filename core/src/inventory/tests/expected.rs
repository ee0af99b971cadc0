//! What is on its way: expecting it, moving it, and what comes in the end.

use super::super::StockState;
use super::story::given;

fn pegged() -> super::story::Story {
    given(&["expect S-1 P north 10 on 5 for O-1/1 needed 7"])
}

#[test]
fn a_supply_comes_in_parts() {
    let story = given(&["expect S-1 P north 10 on 5"])
        .when("receive P north 4 of S-1")
        .then(&["received P north 4", "came S-1 4: 10 -> 6"])
        .when("receive P south 6 of S-1")
        .then(&["received P south 6", "came S-1 6: 6 -> 0"]);
    let supply = story.state.supply(&"S-1".parse().unwrap()).unwrap();
    assert_eq!((supply.open, supply.received, supply.cancelled), (0.into(), 10.into(), 0.into()));
    assert_eq!(story.available("P", 0), "10");
}

#[test]
fn the_rest_is_kept_or_closed_and_more_is_taken() {
    given(&["expect S-1 P north 10 on 5"])
        .when("receive P north 4 of S-1 close")
        .then(&["received P north 4", "came S-1 4: 10 -> 0"])
        .when("reschedule S-1 on 9")
        .refused("inventory.supply_closed", "of the supply `S-1` nothing is expected any more: 4 came, 6 did not");
    let more =
        given(&["expect S-1 P north 10 on 5"]).when("receive P north 12 of S-1").then(&["received P north 12", "came S-1 12: 10 -> 0"]);
    assert_eq!(more.state.supply(&"S-1".parse().unwrap()).unwrap().received, 12.into());
    given(&["expect S-1 P north 10 on 5", "cancel S-1"])
        .when("receive P north 3 of S-1")
        .then(&["received P north 3", "came S-1 3: 0 -> 0"]);
}

#[test]
fn a_late_shipment_is_a_fact_and_says_what_it_breaks() {
    pegged().when("reschedule S-1 on 6").then(&["rescheduled S-1 5 -> 6 Firm"]);
    pegged()
        .when("reschedule S-1 on 9")
        .then(&["rescheduled S-1 5 -> 9 Firm", "O-1/1 misses 10 of S-1 until 9"])
        .when("reschedule S-1 on 8")
        .then(&["rescheduled S-1 9 -> 8 Firm"]);
    pegged().when("cancel S-1 4").then(&["cancelled S-1 4", "O-1/1 misses 4 of S-1"]);
    pegged().when("receive P north 7 of S-1 close").then(&["received P north 7", "came S-1 7: 10 -> 0", "O-1/1 misses 3 of S-1"]);
    given(&["expect S-1 P north 10 on 5 planned"]).when("reschedule S-1 on 20 firm").then(&["rescheduled S-1 5 -> 20 Firm"]);
}

#[test]
fn what_a_supply_cannot_do() {
    given(&["expect S-1 P north 10 on 5"])
        .when("expect S-1 Q north 1 on 5")
        .refused("inventory.supply_exists", "the supply `S-1` exists; reschedule it, or give the new one its own id")
        .when("cancel S-1 11")
        .refused("inventory.exceeds_supply", "the supply `S-1` is still expected with 10, not 11; cancel at most that")
        .when("cancel S-2")
        .refused("inventory.unknown_supply", "no supply `S-2` is expected; expect it first")
        .when("receive Q north 1 of S-1")
        .refused("inventory.supply_mismatch", "the supply `S-1` is of `P`, not of `Q`; receive it without the supply");
    given(&[]).when("expect S-1 P north 0 on 5").fails("inventory.quantity /action/expect/quantity: the quantity `0` is not above zero");
    given(&[])
        .when("expect S-1 P mars 1 on 5")
        .fails("inventory.unknown_location /action/expect/location: the location `mars` is not declared in the rulebook");
}

#[test]
fn a_supply_stands_in_a_state_once() {
    let twice = r#"{"supplies": [{"id": "S", "product": "P", "location": "a", "due": "2026-12-01", "open": 1},
        {"id": "S", "product": "P", "location": "a", "due": "2026-12-01", "open": 1}]}"#;
    assert_eq!(serde_json::from_str::<StockState>(twice).unwrap_err().to_string(), "the supply `S` stands in the state twice");
}
