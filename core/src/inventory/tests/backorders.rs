//! Thresholds, backorders, products that are not tracked, and locations that are parts of others.

use super::super::*;
use super::story::{Story, inventory, minute};
use crate::report::{Diagnostics, Path};

/// Two locations; `P` keeps 2 back, up to 5 of `B` and any quantity of `U` may wait, `N` is not tracked.
fn shop() -> Story {
    Story::new(inventory(
        r#"{"locations": [{"id": "north", "priority": 1}, {"id": "south", "priority": 2}], "hold_ttl_seconds": 900,
        "products": [{"product": "P", "sku_threshold": "2"}, {"product": "B", "backorder": {"limit": "5"}},
            {"product": "U", "backorder": "unlimited"}, {"product": "N", "tracked": false}]}"#,
    ))
}

fn found(story: &Story, product: &str) -> Availability {
    availability(&story.inventory, &story.state, &product.parse().unwrap(), minute(0))
}

#[test]
fn example_21c_a_threshold_is_kept_back_once() {
    let stocked = || shop().and(&["receive P north 5", "receive P south 5"]);
    stocked().when("reserve R-1 P 8").then(&["reserved R-1 north 5, south 3"]);
    stocked()
        .when("reserve R-1 P 9")
        .refused("inventory.insufficient", "`P`: 9 asked for, 8 available; ask for 8, or allow a partial reservation")
        .when("reserve R-2 P 5 at north")
        .then(&["reserved R-2 north 5"])
        .when("reserve R-3 P 4 at south")
        .refused("inventory.insufficient", "`P` at `south`: 4 asked for, 3 available; ask for 3, or allow a partial reservation");
}

#[test]
fn example_11_threshold_zero_threshold_two_and_a_limit_of_five() {
    shop().and(&["receive Q north 3"]).when("reserve R-1 Q 5 partial").then(&["reserved R-1 north 3"]);
    shop().and(&["receive P north 3"]).when("reserve R-1 P 5 partial").then(&["reserved R-1 north 1"]);
    shop()
        .and(&["receive B north 3"])
        .when("reserve R-1 B 8 backorder")
        .then(&["reserved R-1 north 3, waiting 5"])
        .when("commit R-1 8")
        .refused("inventory.backordered", "the reservation `R-1` holds 3, and 5 wait for stock; commit at most 3, or fill it first")
        .when("reserve R-2 B 1 backorder")
        .refused("inventory.insufficient", "`B`: 1 asked for, 0 available, and 0 may be backordered");
    shop()
        .and(&["receive B north 3"])
        .when("reserve R-1 B 9 backorder")
        .refused("inventory.insufficient", "`B`: 9 asked for, 3 available, and 5 may be backordered; ask for 8");
}

#[test]
fn example_43_without_stock_any_quantity_may_wait() {
    let story = shop().when("reserve R-1 U 7 backorder").then(&["reserved R-1 waiting 7"]);
    let unlimited = found(&story, "U");
    assert_eq!((unlimited.available, unlimited.backordered, unlimited.sellable), (0.into(), 7.into(), Sellable::Unlimited));
    story.when("commit R-1").refused("inventory.backordered", "the reservation `R-1` holds 0, and 7 wait for stock; fill it first");
}

#[test]
fn what_comes_in_is_for_those_who_wait() {
    let waiting = || {
        shop().and(&[
            "reserve R-1 U 4 backorder",
            "reserve R-2 U 3 backorder urgent 5 on 2026-12-01",
            "reserve R-3 U 2 backorder urgent 5 on 2026-11-30",
            "receive U north 5",
        ])
    };
    let story = waiting();
    assert_eq!(found(&story, "U").available, 0.into());
    story
        .when("reserve R-4 U 1")
        .refused("inventory.insufficient", "`U`: 1 asked for, 0 available")
        .when("fill U")
        .then(&["filled R-1 north 4", "filled R-2 north 1", "given of U: 5, 4 waiting"])
        .when("commit R-2")
        .then(&["committed R-2 north 1"])
        .when("release R-2")
        .then(&["released R-2 waiting 2"]);
    waiting().when("fill U by priority").then(&["filled R-3 north 2", "filled R-2 north 3", "given of U: 5, 4 waiting"]);
    waiting().when("fill U by R-2").then(&["filled R-2 north 3", "given of U: 3, 6 waiting"]);
    waiting().when("fill U at south").then(&["given of U: 0, 9 waiting"]);
    waiting()
        .and(&["receive U north 6"])
        .when("reserve R-4 U 3 partial")
        .then(&["reserved R-4 north 2"])
        .when("fill U by R-4")
        .refused("inventory.exceeds_reservation", "the reservation `R-4` waits for nothing of `U`; leave it out");
    waiting().when("fill U by R-9").refused("inventory.unknown_reservation", "there is no reservation `R-9`");
}

#[test]
fn who_waits_for_one_place_gets_what_comes_in_there() {
    let story = shop().and(&["receive U north 10", "reserve R-1 U 3 backorder at south", "receive U south 2"]);
    assert_eq!(found(&story, "U").available, 10.into());
    story
        .when("reserve R-2 U 1 at south")
        .refused("inventory.insufficient", "`U` at `south`: 1 asked for, 0 available")
        .when("fill U")
        .then(&["filled R-1 south 2", "given of U: 2, 1 waiting"]);
}

#[test]
fn what_waits_ends_with_its_reservation() {
    let story = shop().and(&["receive B north 1", "reserve R-1 B 6 backorder soft"]);
    assert_eq!(found(&story, "B").sellable, Sellable::UpTo(0.into()));
    let later = availability(&story.inventory, &story.state, &"B".parse().unwrap(), minute(15));
    assert_eq!((later.available, later.backordered, later.sellable), (1.into(), 0.into(), Sellable::UpTo(6.into())));
    story
        .when("@15 reserve R-2 B 6 backorder")
        .then(&["expired R-1 north 1, waiting 5", "reserved R-2 north 1, waiting 5"])
        .when("release R-2 5")
        .then(&["released R-2 waiting 5"])
        .when("release R-2")
        .then(&["released R-2 north 1"]);
    shop()
        .and(&["receive B north 1", "reserve cart B 6 backorder soft"])
        .when("reserve order B 6 backorder replacing cart")
        .then(&["released cart north 1, waiting 5 for order", "reserved order north 1, waiting 5"])
        .when("commit order release")
        .then(&["committed order north 1; free waiting 5"]);
}

#[test]
fn a_part_is_no_less_than_its_least_and_a_whole_multiple() {
    let stocked = || shop().and(&["receive Q north 20", "receive Q south 7"]);
    stocked().when("reserve R-1 Q 40 partial multiple 12").then(&["reserved R-1 north 20, south 4"]);
    stocked().when("reserve R-1 Q 40 partial min 25 multiple 12").refused("inventory.insufficient", "`Q`: 40 asked for, 27 available");
    stocked().when("reserve R-1 Q 26 partial min 25 multiple 12").then(&["reserved R-1 north 20, south 6"]);
    stocked()
        .when("reserve R-1 Q 26 partial min 0")
        .fails("inventory.quantity /action/reserve/allow/partial/min: the quantity `0` is not above zero");
}

#[test]
fn a_product_that_is_not_tracked_is_there_in_any_quantity() {
    let story = shop()
        .when("reserve R-1 N 1000000")
        .then(&["reserved R-1 north 1000000 untracked"])
        .when("commit R-1 1")
        .then(&["committed R-1 north 1 untracked"])
        .when("reserve R-2 N 5 at south")
        .then(&["reserved R-2 south 5 untracked"])
        .when("release R-2 2")
        .then(&["released R-2 south 2 untracked"]);
    assert_eq!(story.state.positions(), []);
    assert!(reconcile(&story.state, Some(&story.events), true).balanced);
    let free = found(&story, "N");
    assert_eq!((free.tracked, free.sellable), (false, Sellable::Unlimited));
    let demand = r#"{"at": "2026-11-21T09:00:00Z", "lines": [{"id": "1", "product": "N", "quantity": "9"}]}"#;
    let plan = plan_reservation(&story.inventory, &story.state, &serde_json::from_str(demand).unwrap()).unwrap();
    assert!(plan.complete());
    let closed = inventory(r#"{"locations": [{"id": "north", "active": false}], "products": [{"product": "N", "tracked": false}]}"#);
    Story::new(closed)
        .when("reserve R-1 N 1")
        .refused("inventory.unknown_location", "`N` has no location to come from: none is active; activate one");
}

#[test]
fn a_location_gives_with_its_parts_and_what_is_not_active_gives_nothing() {
    let parts = inventory(
        r#"{"locations": [{"id": "bin-1", "priority": 1, "parent": "north"}, {"id": "bin-2", "priority": 2, "parent": "north", "active": false},
            {"id": "north", "priority": 3, "parent": "region"}, {"id": "region", "priority": 9}, {"id": "far", "priority": 0},
            {"id": "old", "active": false}, {"id": "bin-3", "parent": "old"}]}"#,
    );
    let receive = ["receive P bin-1 3", "receive P bin-2 5", "receive P north 4", "receive P far 9", "receive P bin-3 9"];
    let story = Story::new(parts).and(&receive);
    assert_eq!(story.available("P", 0), "16");
    story
        .when("reserve R-1 P 6 at region")
        .then(&["reserved R-1 bin-1 3, north 3"])
        .when("reserve R-2 P 2 at north")
        .refused("inventory.insufficient", "`P` at `north`: 2 asked for, 1 available; ask for 1, or allow a partial reservation")
        .when("reserve R-2 P 2 at bin-3")
        .refused("inventory.unknown_location", "nothing can be reserved at `bin-3`, which is not active");
}

#[test]
fn held_goods_may_leave_otherwise_where_the_rulebook_lets_them() {
    let lax = inventory(r#"{"locations": [{"id": "north"}], "on_hand_not_below_held": false}"#);
    Story::new(lax)
        .and(&["receive P north 10", "reserve R-1 P 8"])
        .when("issue P north 5")
        .then(&["issued P north 5", "shortage north: 8 held, 5 there, 3 short"])
        .when("issue P north 6")
        .refused("inventory.insufficient", "`P` at `north`: 5 there, 0 held for others; at most 5 can leave");
}

#[test]
fn mistakes_in_what_is_said_of_products_and_parts() {
    let def: InventoryDef = serde_json::from_str(
        r#"{"locations": [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "d"}], "sku_threshold": "-1",
        "backorder": {"limit": "0"}, "products": [{"product": "P"}, {"product": "P"}, {"product": "Q", "sku_threshold": "-2"},
            {"product": "N", "tracked": false, "backorder": "unlimited"}]}"#,
    )
    .unwrap();
    let mut diagnostics = Diagnostics::new();
    compile(&def, &Path::ROOT.field("inventory"), &mut diagnostics);
    insta::assert_snapshot!(diagnostics.finish().unwrap_err().to_string(), @r"
    error[inventory.quantity] /inventory/backorder/limit: a backorder limit of `0` lets nothing be ordered; write a number above zero, or `denied`
    error[rulebook.cycle] /inventory/locations/1/parent: the location `b` would be a part of itself; give one of them another parent
    error[rulebook.unknown_reference] /inventory/locations/2/parent: the location `d` is not declared in the rulebook
      help: known are `a`, `b`, `c`
    error[rulebook.duplicate_id] /inventory/products/1/product: the stock of `P` is described twice; write one entry for each product
    error[inventory.quantity] /inventory/products/2/sku_threshold: the threshold `-2` is below zero; write zero or more, and what may be sold beyond the stock as `backorder`
    error[inventory.untracked] /inventory/products/3: `N` is not tracked, so it has no threshold and no backorders; leave out `sku_threshold` and `backorder`, or track it
    error[inventory.quantity] /inventory/sku_threshold: the threshold `-1` is below zero; write zero or more, and what may be sold beyond the stock as `backorder`
    ");
}
