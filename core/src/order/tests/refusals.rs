//! What is refused, and what is an error.

use super::*;

#[test]
fn what_speaks_against_an_order_is_said_at_once_in_the_declared_order() {
    let mut story = Story::new("{}");
    let bad = submit(r#", "credit": {"status": "reject", "codes": ["credit.blocked"]}"#).replace("f00d", "beef").replace("true", "false");
    insta::assert_snapshot!(story.when(&bad), @"refused: order.incomplete_quote (the quote is not complete: a line has no price; complete it before the order is submitted), order.rulebook_mismatch (the quote was made with another rulebook; quote again with this one), order.credit_rejected (the credit check turned the order down: credit.blocked)");
    assert_eq!(story.state.header, OrderHeader::Draft);
    // The same command again is refused as it was, whatever has changed since.
    assert_eq!(story.when_again("c1", &bad), "already handled Some(Order(IncompleteQuote))");
    assert_eq!(
        story.when_again("c1", CONFIRM),
        "refused: order.command_conflict (the command id `c1` was used before for something else; give this command a new id)"
    );
}

#[test]
fn an_order_that_does_not_add_up_is_an_error() {
    let mut story = Story::new("{}");
    let bad = submit(r#", "terms": "net3""#)
        .replace(r#""gross": "7.49""#, r#""gross": "7.50""#)
        .replace(r#""quantity": "3""#, r#""quantity": "0""#)
        .replace(r#""id": "2""#, r#""id": "1""#);
    insta::assert_snapshot!(story.when(&bad), @r#"
    error[order.quantity] /command/action/submit/order/lines/0/quantity: the quantity `0` cannot be ordered; write one above zero
    error[order.totals] /command/action/submit/order/lines/1/gross: the gross amount `7.50` is not `7.00` net plus `0.49` tax; copy all three from the quote
    error[quote.duplicate_line] /command/action/submit/order/lines/1/id: the line `1` occurs twice; rename one of them
    error[order.totals] /command/action/submit/order/totals/gross: the lines and charges sum to `19.40`, not to `19.39`; copy the totals from the quote
    error[receivable.unknown_terms] /command/action/submit/terms: there are no terms of payment `net3` in the rulebook
      help: did you mean `net30`?
    "#);
    assert_eq!(story.state, OrderState::default());
    let none = r#"{"ship": {"lines": []}}"#;
    assert_eq!(story.when(none), "error[quote.no_lines] /command/action/ship/lines: give at least one line");
    let zero = r#"{"ship": {"lines": [{"line": "1", "quantity": "-1"}]}}"#;
    assert_eq!(
        story.when(zero),
        "error[order.quantity] /command/action/ship/lines/0/quantity: `-1` is not a quantity; write one above zero"
    );
    let no_step = r#"{"place_hold": {"id": "h", "kind": "manual", "blocks": [], "reason": "?"}}"#;
    assert!(story.when(no_step).starts_with("error[order.blocks_nothing] /command/action/place_hold/blocks: "));
    let terms = r#"{"invoice": {"id": "I", "date": "2026-01-01", "terms": "cach"}}"#;
    assert_eq!(
        story.when(terms),
        "error[receivable.unknown_terms] /command/action/invoice/terms: there are no terms of payment `cach` in the rulebook\n  help: did you mean `cash`?"
    );
}

#[test]
fn every_step_is_refused_in_the_states_that_it_does_not_fit() {
    let steps = [
        ("submit", submit("")),
        ("place_hold", r#"{"place_hold": {"id": "h", "kind": "manual", "reason": "r"}}"#.to_owned()),
        ("release_hold", r#"{"release_hold": {"id": "none", "reason": "r"}}"#.to_owned()),
        ("approval_granted", r#"{"approval_granted": {}}"#.to_owned()),
        ("approval_denied", r#"{"approval_denied": {}}"#.to_owned()),
        ("confirm", CONFIRM.to_owned()),
        ("reject", r#"{"reject": {}}"#.to_owned()),
        ("reserved", RESERVE.to_owned()),
        ("unreserved", RESERVE.replace("reserved", "unreserved")),
        ("ship", SHIP_ONE.to_owned()),
        ("invoice", invoice("I-9")),
        ("close", CLOSE.to_owned()),
        ("cancel", CANCEL.to_owned()),
        ("cancel_remainder", r#"{"cancel_remainder": {}}"#.to_owned()),
    ];
    let states: [(&str, &[&str]); 6] = [
        ("draft", &[]),
        ("submitted", &[&submit("")]),
        ("confirmed", &[&submit(""), CONFIRM]),
        ("closed", &[&submit(""), CONFIRM, SHIP_ALL, &invoice("I-1"), CLOSE]),
        ("cancelled", &[&submit(""), CANCEL]),
        ("rejected", &[&submit(""), r#"{"reject": {}}"#]),
    ];
    let mut table = String::new();
    for (name, step) in &steps {
        let refused: Vec<&str> = states
            .iter()
            .filter(|(_, given)| Story::given("{}", given).when(step).starts_with("refused: order.wrong_state"))
            .map(|(state, _)| *state)
            .collect();
        table.push_str(&format!("{name}: {}\n", refused.join(" ")));
    }
    insta::assert_snapshot!(table, @r#"
    submit: submitted confirmed closed cancelled rejected
    place_hold: draft closed cancelled rejected
    release_hold: draft
    approval_granted: draft closed cancelled rejected
    approval_denied: draft closed cancelled rejected
    confirm: draft confirmed closed cancelled rejected
    reject: draft confirmed closed cancelled rejected
    reserved: draft closed cancelled rejected
    unreserved: draft closed cancelled rejected
    ship: draft submitted
    invoice: draft submitted
    close: draft submitted closed cancelled rejected
    cancel: closed cancelled rejected
    cancel_remainder: draft submitted closed cancelled rejected
    "#);
    assert_eq!(Story::new("{}").when(CONFIRM), "refused: order.wrong_state (the order is draft; only a submitted one can be confirmed)");
}

#[test]
fn quantities_and_names_that_are_not_there_are_refused_with_figures() {
    let mut story = Story::given("{}", &[&submit(""), CONFIRM, RESERVE]);
    let told: Vec<String> = [
        r#"{"reserved": {"lines": [{"line": "2", "quantity": "2", "reservation": "R3"}, {"line": "2", "quantity": "1", "reservation": "R4"}, {"line": "3", "quantity": "1", "reservation": "R4"}]}}"#,
        r#"{"unreserved": {"lines": [{"line": "1", "quantity": "3", "reservation": "R1"}, {"line": "1", "quantity": "1", "reservation": "R9"}]}}"#,
        r#"{"ship": {"lines": [{"line": "2", "quantity": "2"}, {"line": "2", "quantity": "1"}]}}"#,
        r#"{"ship": {"lines": [{"line": "1", "quantity": "2", "reservation": "R2"}]}}"#,
        &invoice("I-1"),
        r#"{"invoice": {"id": "I-1", "date": "2026-11-22", "lines": [{"line": "1", "quantity": "1"}, {"line": "x", "quantity": "1"}]}}"#,
        CLOSE,
        SHIP_ONE,
        &invoice("I-1"),
        SHIP_ONE,
        &invoice("I-1"),
        CANCEL,
    ]
    .iter()
    .map(|action| story.when(action))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    refused: order.unknown_line (the order has no line `3`), order.exceeds_open (`1` of line `2` are asked for, but at most `0.5` can be reserved)
    refused: order.unknown_reservation (the line `1` has no reservation `R9`), order.exceeds_open (`3` of line `1` are asked for, but at most `2` can be given back)
    refused: order.exceeds_open (`1` of line `2` are asked for, but at most `0.5` can be shipped)
    refused: order.exceeds_open (`2` of line `1` are asked for, but at most `1` can be shipped)
    refused: receivable.nothing (there is nothing to invoice)
    refused: order.unknown_line (the order has no line `x`), order.exceeds_open (`1` of line `1` are asked for, but at most `0` can be invoiced)
    refused: order.still_open (`3` of line `1` are still to be shipped), order.still_open (`2.5` of line `2` are still to be shipped)
    1 of 1 Reserved -> Shipped of R1
    invoice I-1 [1 of 1 3.33 + 0.63] 3.96 due 2026-12-22
    1 of 1 Reserved -> Shipped of R1
    refused: order.invoice_exists (the order has an invoice `I-1` already; give this one another number)
    refused: order.already_shipped (`2` of line `1` are shipped; use `cancel_remainder` for the rest)
    "#);
}
