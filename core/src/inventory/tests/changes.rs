//! Own holds, firming, transfers, new totals, cancelled fulfilments, and batches.

use super::super::*;
use super::story::{Story, command, given, inventory};
use crate::report::{Fingerprint, Outcome};

#[test]
fn own_soft_holds_do_not_stand_in_the_way() {
    let held = || given(&["receive P north 10", "reserve cart P 10 soft for O-1"]);
    held().when("reserve order P 10 for O-1").then(&["released cart north 10 for order", "reserved order north 10"]);
    held().when("reserve again P 8 soft for O-1").then(&["released cart north 10 for again", "reserved again north 8"]);
    held().when("reserve other P 1 for O-2").refused("inventory.insufficient", "`P`: 1 asked for, 0 available");
    held()
        .when("reserve order P 11 for O-1")
        .then(&["refused inventory.insufficient"])
        .when("commit cart")
        .then(&["committed cart north 10"]);
    given(&["receive P north 10", "receive Q north 1", "reserve cart P 10 soft for O-1"])
        .when("reserve order Q 1 for O-1")
        .then(&["reserved order north 1"]);
    given(&["receive P north 10", "reserve first P 10 for O-1"])
        .when("reserve second P 1 for O-1")
        .refused("inventory.insufficient", "`P`: 1 asked for, 0 available");
    Story::new(inventory(r#"{"locations": [{"id": "north"}], "own_soft_holds": "count"}"#))
        .and(&["receive P north 10", "reserve cart P 10 soft for O-1"])
        .when("reserve order P 1 for O-1")
        .refused("inventory.insufficient", "`P`: 1 asked for, 0 available");
}

#[test]
fn a_soft_hold_becomes_hard_in_one_step() {
    let firm = given(&["receive P north 10", "reserve cart P 6 soft"]).when("@14 firm cart").then(&["firmed cart north 6"]);
    assert_eq!(firm.available("P", 99), "4");
    let position = &firm.state.positions()[0];
    assert_eq!((position.reserved_hard, position.reserved_soft), (6.into(), 0.into()));
    firm.when("@99 firm cart")
        .refused("inventory.already_firm", "the reservation `cart` is hard already; nothing is to be done")
        .when("@99 reserve again P 4 for order-of-cart")
        .then(&["reserved again north 4"]);
    given(&["receive P north 10", "reserve cart P 6 soft"])
        .when("@15 firm cart")
        .then(&["expired cart north 6", "refused inventory.expired"]);
}

#[test]
fn a_transfer_must_find_all_of_it_at_the_target() {
    let held = || given(&["receive P north 10", "receive P south 4", "reserve R-1 P 6"]);
    held()
        .when("transfer R-1 at south")
        .refused("inventory.insufficient", "`P` at `south`: 6 held, 4 available there for it; release 2 of it first")
        .when("receive P south 2")
        .then(&["received P south 2"])
        .when("transfer R-1 at south")
        .then(&["transferred R-1 north 6 to south 6"])
        .when("commit R-1")
        .then(&["committed R-1 south 6"]);
    // The part that is there already counts as its own.
    given(&["receive P north 4", "receive P south 6", "reserve R-1 P 6", "receive P south 0.5"])
        .when("transfer R-1 at south")
        .then(&["transferred R-1 north 4, south 2 to south 6"]);
    let story = held().when("transfer R-1 for O-9").then(&["transferred R-1  to  for O-9"]);
    assert_eq!(story.state.reservation(&"R-1".parse().unwrap()).unwrap().demand.as_str(), "O-9");
    held().when("transfer R-1").fails(
        "shape.invalid_value /action/transfer: nothing says where to, for whom or of which stock; write `location`, `demand` or `removal`",
    );
    held().when("transfer R-1 at old").refused("inventory.unknown_location", "nothing can be reserved at `old`, which is not active");
}

#[test]
fn a_new_total_is_compared_with_what_is_available() {
    let held = || given(&["receive P north 10", "reserve R-1 P 6", "reserve R-2 P 1"]);
    held()
        .when("update R-1 to 9")
        .then(&["updated R-1 north 3 urgent 0"])
        .when("update R-1 to 10")
        .refused("inventory.insufficient", "`P`: 1 asked for, 0 available");
    held().when("update R-1 to 20 partial").then(&["updated R-1 north 3 urgent 0"]);
    held().when("update R-1 to 2").then(&["released R-1 north 4"]);
    held().when("update R-1 urgent 3").then(&["updated R-1  urgent 3"]);
    held()
        .and(&["commit R-1 4"])
        .when("update R-1 to 4")
        .refused(
            "inventory.exceeds_reservation",
            "of the reservation `R-1` 4 have left already, so its total cannot be 4; release the rest",
        )
        .when("update R-1 to 5")
        .then(&["released R-1 north 1"]);
}

#[test]
fn a_cancelled_fulfilment_is_held_again() {
    let gone = || given(&["receive P north 10", "receive P south 5", "reserve R-1 P 13", "commit R-1"]);
    let back = gone().when("uncommit R-1").then(&["uncommitted R-1 north 10, south 3"]);
    assert_eq!(back.available("P", 0), "2");
    back.when("commit R-1 4").then(&["committed R-1 north 4"]).when("uncommit R-1 2").then(&["uncommitted R-1 north 2"]);
    gone()
        .when("uncommit R-1 4 at south")
        .refused("inventory.exceeds_reservation", "of the reservation `R-1` 3 have left from `south`; at most that can come back")
        .when("uncommit R-1 4")
        .then(&["uncommitted R-1 north 1, south 3"]);
    given(&["receive P north 1", "reserve R-1 P 1", "release R-1"])
        .when("uncommit R-1")
        .refused("inventory.already_released", "the reservation `R-1` was released; reserve anew");
}

#[test]
fn a_batch_happens_whole_or_not_at_all() {
    let stocked = || given(&["receive P north 10", "receive Q south 5"]);
    stocked().when("batch reserve R-1 P 6; reserve R-2 Q 5; commit R-1 2; reserve R-3 P 4").then(&[
        "reserved R-1 north 6",
        "reserved R-2 south 5",
        "committed R-1 north 2",
        "reserved R-3 north 4",
    ]);
    let mut story = stocked();
    let decision = story.tell("batch reserve R-1 P 11; reserve R-2 Q 5; reserve R-3 Q 1; release R-9").unwrap();
    let Outcome::Refused(refusals) = &decision.outcome else { panic!("accepted") };
    let told: Vec<String> = refusals.iter().map(|refusal| format!("{} {:?}", refusal.code, refusal.details)).collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].contains("insufficient") && told[1].contains("insufficient") && told[2].contains("unknown_reservation"));
    assert_eq!(decision.events.len(), 1);
    assert_eq!(story.state.reservations().count(), 0);
    stocked()
        .when("batch reserve R-1 P 0; receive Q mars 1")
        .fails("inventory.quantity /action/batch/0/reserve/quantity: the quantity `0` is not above zero");
    stocked().when("batch batch reserve R-1 P 1").fails(
        "shape.invalid_value /action/batch/0: a batch does not hold another batch, nor `expire` or `reconcile`, which are about all of the stock; write the actions themselves",
    );
    let mut empty = command("c", "expire");
    empty.action = StockAction::Batch(Vec::new());
    assert!(stocked().handle(&empty).is_err());
}

#[test]
fn a_batch_takes_the_place_of_carts_and_fills_what_waits() {
    let waiting = inventory(r#"{"locations": [{"id": "north"}], "backorder": "unlimited", "hold_ttl_seconds": 900}"#);
    Story::new(waiting)
        .and(&["reserve R-1 P 4 backorder", "receive Q north 3", "reserve cart Q 3 soft for O-1"])
        .when("batch receive P north 5; fill P; reserve R-2 Q 3 for O-1")
        .then(&[
            "received P north 5",
            "filled R-1 north 4",
            "given of P: 4, 0 waiting",
            "released cart north 3 for R-2",
            "reserved R-2 north 3",
        ]);
}

#[test]
fn a_decision_says_what_it_has_read() {
    let mut story = given(&["receive P north 10", "receive Q north 10", "receive S north 9", "reserve R-1 P 1", "reserve cart S 1 soft"]);
    let decision = story.tell("@1 batch reserve R-2 Q 1; commit R-1").unwrap();
    let read: Vec<String> = decision.reads.products.iter().map(|read| format!("{} {}", read.product, read.version)).collect();
    assert_eq!(read, ["P 2", "Q 1"]);
    assert_eq!(decision.reads.reservations.iter().map(ToString::to_string).collect::<Vec<_>>(), ["R-1", "R-2"]);
    // What ends with it is read too.
    let decision = story.tell("@15 receive P north 1").unwrap();
    let read: Vec<String> = decision.reads.products.iter().map(|read| format!("{} {}", read.product, read.version)).collect();
    assert_eq!(read, ["P 3", "S 2"]);
}

#[test]
fn what_another_product_does_is_no_conflict() {
    let mut story = given(&["receive P north 10", "receive Q north 10"]);
    let seen = ProductVersion { product: "P".parse().unwrap(), version: 1 };
    story.tell("receive Q north 1").unwrap();
    let order = command("mine", "reserve R-1 P 1");
    let decide =
        |story: &Story| decide_on(&story.inventory, &Fingerprint::default(), &story.state, &order, std::slice::from_ref(&seen)).unwrap();
    assert_eq!(decide(&story).outcome, Outcome::Accepted);
    story.tell("receive P north 1").unwrap();
    let Outcome::Refused(refusals) = decide(&story).outcome else { panic!("accepted") };
    assert_eq!(refusals[0].message, "the stock of `P` is at version 2, not 1; read it again");
    assert!(decide(&story).events.is_empty());
}

#[test]
fn a_position_stands_in_a_state_once() {
    let position = |product: &str, location: &str| format!(r#"{{"product": "{product}", "location": "{location}", "on_hand": 1}}"#);
    let read = |positions: &[String]| serde_json::from_str::<StockState>(&format!(r#"{{"positions": [{}]}}"#, positions.join(", ")));
    let (a, b, c) = (position("P", "a"), position("P", "b"), position("Q", "a"));
    // In the order in which they are written, and in any other.
    assert_eq!(read(&[a.clone(), b.clone(), c.clone()]).unwrap(), read(&[c.clone(), a.clone(), b.clone()]).unwrap());
    for twice in [[a.clone(), a.clone(), b.clone()], [b.clone(), a.clone(), b.clone()]] {
        let problem = read(&twice).unwrap_err().to_string();
        assert!(problem.ends_with("stands in the state twice"), "{problem}");
    }
    assert_eq!(read(&[b, a.clone(), a]).unwrap_err().to_string(), "the position of `P` at `a` stands in the state twice");
}
