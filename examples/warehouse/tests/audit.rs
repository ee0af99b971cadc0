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
        ("too-much", json!({"reserve": {"id": "R-2", "demand": "O-2", "product": "P-1", "quantity": 1}})),
    ] {
        let answer = desk.give(&order(id, action), || Ok("2026-11-22T08:00:00Z".parse()?)).unwrap();
        told.answers.insert(answer.order, answer.refused);
    }
    assert_eq!(told.answers["too-much"], ["inventory.insufficient"], "two of the ten are safety stock");
    rusqlite::Connection::open(&file).unwrap().execute_batch(spoil).unwrap();
    audit(store::open(&address).unwrap().as_mut(), &told, &desk::rulebook().unwrap()).unwrap().problems
}

fn order(id: &str, action: Value) -> Order {
    let action = serde_json::from_value(action).unwrap();
    Order { id: id.to_owned(), actor: "ann".to_owned(), actions: vec![("P-1".parse().unwrap(), action)] }
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
    finds("DELETE FROM event WHERE seq = 2", "the shelf is not what its events make of it");
    finds("DELETE FROM event WHERE seq = 2", "event 3 stands where 2 should");
    finds("DELETE FROM event WHERE seq = 3", "`too-much`: was answered, and no event says so");
}

#[test]
fn a_counter_that_has_drifted_is_found() {
    finds("UPDATE shelf SET body = replace(body, '\"on_hand\":\"10\"', '\"on_hand\":\"11\"')", "StockDifference");
}

#[test]
fn more_held_than_there_is_is_found() {
    finds("UPDATE event SET body = replace(body, '\"quantity\":\"8\"', '\"quantity\":\"9\"') WHERE seq = 2", "more held than there is");
}

#[test]
fn an_answer_that_the_books_deny_is_found() {
    finds("UPDATE event SET body = replace(body, '\"too-much\"', '\"another\"') WHERE seq = 3", "nobody was answered");
    let refused =
        "UPDATE event SET body = json_set(body, '$.what', json('{\"refused\": {\"codes\": [\"inventory.insufficient\"]}}')) WHERE seq = 1";
    finds(refused, "`in`: was told [], the events of");
}
