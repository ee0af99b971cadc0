//! The audit finds what is wrong: a ledger is made, spoilt in one place, and read.

use std::collections::BTreeMap;

use dealdesk_warehouse::audit::audit;
use dealdesk_warehouse::desk::{self, Desk, Order};
use dealdesk_warehouse::store;
use dealdesk_warehouse::storm::Told;
use serde_json::{Value, json};

/// Goods come in and are reserved; then `spoil` is done to the file.
fn problems(spoil: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stock.sqlite");
    let address = format!("sqlite:{}", file.display());
    let mut desk = Desk::new(store::open(&address).unwrap()).unwrap();
    let mut told = Told { answers: BTreeMap::new(), ..Told::default() };
    for (id, action) in [
        ("in", json!({"receive": {"product": "P-1", "location": "north", "quantity": 10}})),
        ("hold", json!({"reserve": {"id": "R-1", "demand": "O-1", "product": "P-1", "quantity": 8}})),
        (
            "in-kits",
            json!({"batch": [{"receive": {"product": "P-48", "location": "north", "quantity": 9}},
            {"receive": {"product": "P-49", "location": "north", "quantity": 9}}]}),
        ),
        ("hold-kits", json!({"reserve": {"id": "K-1", "demand": "O-3", "product": "SET", "quantity": 3}})),
        ("in-lot", json!({"receive": {"product": "P-00", "location": "north", "quantity": 9, "lot": "L-1"}})),
        ("hold-lot", json!({"reserve": {"id": "L-1", "demand": "O-4", "product": "P-00", "quantity": 5, "removal": {"lot": "L-1"}}})),
        ("in-scarce", json!({"receive": {"product": "P-47", "location": "north", "quantity": 99}})),
        ("hold-scarce", json!({"reserve": {"id": "Q-1", "demand": "O-5", "product": "P-47", "quantity": 40}})),
        ("too-scarce", json!({"reserve": {"id": "Q-2", "demand": "O-6", "product": "P-47", "quantity": 1}})),
        ("too-much", json!({"reserve": {"id": "R-2", "demand": "O-2", "product": "P-1", "quantity": 1}})),
    ] {
        let answer = desk.give(&order(id, action), || Ok("2026-11-22T08:00:00Z".parse()?)).unwrap();
        told.answers.insert(answer.order, answer.refused);
    }
    let refused: Vec<_> = told.answers.iter().filter(|(_, refused)| !refused.is_empty()).map(|(id, _)| id.as_str()).collect();
    assert_eq!(refused, ["too-much", "too-scarce"]);
    assert_eq!(told.answers["too-scarce"], ["inventory.quota_exceeded"]);
    assert_eq!(told.answers["too-much"], ["inventory.insufficient"], "two of the ten are safety stock");
    rusqlite::Connection::open(&file).unwrap().execute_batch(spoil).unwrap();
    audit(store::open(&address).unwrap().as_mut(), &told, &desk::rulebook().unwrap()).unwrap().problems
}

fn order(id: &str, action: Value) -> Order {
    let shelf = match id.split_once('-').map(|(_, what)| what) {
        Some("kits") => "SET",
        Some("lot") => "P-00",
        Some("scarce") => "P-47",
        _ => "P-1",
    };
    let action = serde_json::from_value(action).unwrap();
    Order { id: id.to_owned(), actor: "ann".to_owned(), actions: vec![(shelf.parse().unwrap(), action)] }
}

fn finds(spoil: &str, what: &str) {
    let problems = problems(spoil);
    assert!(problems.iter().any(|problem| problem.contains(what)), "`{what}` is not among {problems:#?}");
}

#[test]
fn sound_books_have_no_problems() {
    assert_eq!(problems(""), Vec::<String>::new());
}

#[test]
fn a_lost_event_is_found() {
    finds("DELETE FROM event WHERE product = 'P-1' AND seq = 2", "the shelf is not what its events make of it");
    finds("DELETE FROM event WHERE product = 'P-1' AND seq = 2", "event 3 stands where 2 should");
    finds("DELETE FROM event WHERE product = 'P-1' AND seq = 3", "`too-much`: was answered, and no event says so");
}

#[test]
fn a_counter_that_has_drifted_is_found() {
    finds("UPDATE shelf SET body = replace(body, '\"on_hand\":\"10\"', '\"on_hand\":\"11\"')", "StockDifference");
}

#[test]
fn more_held_than_there_is_is_found() {
    finds(
        "UPDATE event SET body = replace(body, '\"quantity\":\"8\"', '\"quantity\":\"9\"') WHERE product = 'P-1' AND seq = 2",
        "more held than there is",
    );
}

#[test]
fn an_answer_that_the_books_deny_is_found() {
    finds("UPDATE event SET body = replace(body, '\"too-much\"', '\"another\"') WHERE product = 'P-1' AND seq = 3", "nobody was answered");
    let refused = "UPDATE event SET body = json_set(body, '$.what', json('{\"refused\": {\"codes\": [\"inventory.insufficient\"]}}')) WHERE product = 'P-1' AND seq = 1";
    finds(refused, "`in`: was told [], the events of");
}

#[test]
fn a_kit_that_is_not_whole_is_found() {
    let spoil = "UPDATE shelf SET body = replace(body, '\"open\":\"3\"', '\"open\":\"2\"') WHERE product = 'SET'";
    finds(spoil, "the kits of `K-1` are not whole");
}

#[test]
fn more_of_a_lot_held_than_there_is_is_found() {
    let spoil = "UPDATE event SET body = replace(body, '\"quantity\":\"5\"', '\"quantity\":\"10\"') WHERE product = 'P-00'";
    finds(spoil, "more held than there is");
}

#[test]
fn a_quota_that_is_overdrawn_is_found() {
    let spoil = "UPDATE event SET body = replace(body, '\"quantity\":\"40\"', '\"quantity\":\"41\"') WHERE product = 'P-47' AND seq = 2";
    finds(spoil, "41 of the quota `scarce`");
    finds("UPDATE shelf SET body = replace(body, '\"quantity\":\"40\"', '\"quantity\":\"39\"') WHERE product = 'P-47'", "QuotaDifference");
}
