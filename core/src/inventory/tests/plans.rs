//! Plans: which location gives what.

use super::super::*;
use super::story::{given, minute};
use crate::report::Error;

fn plan(story: &super::story::Story, demand: &str, minutes: i64) -> Result<ReservationPlan, Error> {
    let json = format!(r#"{{"at": "{}", {demand}}}"#, minute(minutes));
    plan_reservation(&story.inventory, &story.state, &serde_json::from_str(&json).unwrap())
}

/// `1: north 10, south 3; short 0 of 25`.
fn told(plan: &ReservationPlan) -> Vec<String> {
    plan.lines()
        .map(|line| {
            let parts: Vec<String> = line.parts().map(|(location, quantity)| format!("{location} {quantity}")).collect();
            format!("{}: {}; short {} of {}", line.id(), parts.join(", "), line.short(), line.available())
        })
        .collect()
}

#[test]
fn lines_of_one_product_share_what_there_is() {
    let story = given(&["receive P north 10", "receive P south 15", "receive Q west 1"]);
    let lines = r#""lines": [{"id": "1", "product": "P", "quantity": "13"}, {"id": "2", "product": "Q", "quantity": "1"},
        {"id": "3", "product": "P", "quantity": "13"}, {"id": "4", "product": "none", "quantity": "1"}]"#;
    let plan = plan(&story, lines, 0).unwrap();
    assert_eq!(
        told(&plan),
        ["1: north 10, south 3; short 0 of 25", "2: west 1; short 0 of 1", "3: south 12; short 1 of 12", "4: ; short 1 of 0"]
    );
    assert!(!plan.complete());
    let findings: Vec<&str> = plan.findings().iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(findings, ["`P`: 13 asked for, 12 available", "`none`: 1 asked for, 0 available"]);
}

#[test]
fn a_route_of_one_s_own_leaves_out_what_it_does_not_name() {
    let story = given(&["receive P north 10", "receive P south 15", "receive P old 9", "receive P west 1"]);
    let route = r#""locations": ["west", "old", "north", "west"], "lines": [{"id": "1", "product": "P", "quantity": "12"}]"#;
    assert_eq!(told(&plan(&story, route, 0).unwrap()), ["1: west 1, north 10; short 1 of 11"]);
    let error = plan(&story, r#""locations": ["nort"], "lines": [{"id": "1", "product": "P", "quantity": "0"}]"#, 0).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r"
    error[inventory.quantity] /lines/0/quantity: the quantity `0` is not above zero
    error[inventory.unknown_location] /locations/0: the location `nort` is not declared in the rulebook
      help: did you mean `north`?
    ");
}

#[test]
fn holds_that_are_over_or_one_s_own_do_not_count() {
    let story = given(&["receive P north 10", "reserve cart P 6 soft", "reserve other P 4"]);
    let mine = r#""replaces": ["cart", "cart", "unknown"], "lines": [{"id": "1", "product": "P", "quantity": "10"}]"#;
    let theirs = r#""lines": [{"id": "1", "product": "P", "quantity": "10"}]"#;
    assert_eq!(told(&plan(&story, mine, 0).unwrap()), ["1: north 6; short 4 of 6"]);
    assert_eq!(told(&plan(&story, mine, 15).unwrap()), ["1: north 6; short 4 of 6"]);
    assert_eq!(told(&plan(&story, theirs, 14).unwrap()), ["1: ; short 10 of 0"]);
    assert_eq!(told(&plan(&story, theirs, 15).unwrap()), ["1: north 6; short 4 of 6"]);
}

#[test]
fn a_plan_on_the_wire() {
    let story = given(&["receive P north 1"]);
    let plan = plan(&story, r#""lines": [{"id": "1", "product": "P", "quantity": "2"}]"#, 0).unwrap();
    insta::assert_snapshot!(serde_json::to_string(&plan).unwrap(), @r#"{"complete":false,"lines":[{"id":"1","requested":"2","reserved":"1","short":"1","available":"1","parts":[{"location":"north","quantity":"1"}]}],"findings":[{"code":"inventory.insufficient","severity":"error","line":"1","message":"`P`: 2 asked for, 1 available","details":{"product":"P","requested":"2","available":"1","short":"1"}}]}"#);
}
