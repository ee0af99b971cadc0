//! What holds for every order, whatever is asked of it.

use proptest::prelude::*;

use super::tests::{Story, submit};
use super::*;
use crate::money::Decimal;
use crate::receivable::Amounts;
use crate::report::{Code, Event, OrderCode, Outcome};

fn policy() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{}",
        r#"{"invoice_when": "confirmed"}"#,
        r#"{"cancel_allowed": "before_confirmed", "close_when": "shipped"}"#,
        r#"{"credit_hold_blocks": ["ship"], "approval_hold_blocks": ["confirm"]}"#,
    ])
}

/// A part of a line, in halves; sometimes more than there is, sometimes of a line that there is not.
fn part() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["1", "1", "1", "2", "2", "2", "3"]), 1_u32..8)
        .prop_map(|(line, halves)| format!(r#""line": "{line}", "quantity": "{}.{}""#, halves / 2, halves % 2 * 5))
}

fn parts(more: Vec<&'static str>) -> impl Strategy<Value = String> {
    let one = (part(), prop::sample::select(more)).prop_map(|(part, more)| format!("{{{part}{more}}}"));
    prop::collection::vec(one, 1..3).prop_map(|lines| lines.join(", "))
}

fn action() -> impl Strategy<Value = String> {
    let named = vec![r#", "reservation": "R1""#, r#", "reservation": "R2""#];
    let perhaps_named = vec!["", "", r#", "reservation": "R1""#, r#", "reservation": "R9""#];
    let fixed = |texts: &[&str]| prop::sample::select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    prop_oneof![
        2 => prop::sample::select(vec![
            submit(""),
            submit(r#", "credit": {"status": "hold"}"#),
            submit(r#", "approval": {"requirements": 2, "case": "A"}"#),
            submit(r#", "credit": {"status": "reject"}"#),
        ]),
        3 => fixed(&[r#"{"confirm": {}}"#]),
        1 => fixed(&[r#"{"close": {}}"#, r#"{"cancel": {}}"#, r#"{"cancel_remainder": {}}"#, r#"{"reject": {}}"#]),
        1 => fixed(&[r#"{"approval_granted": {"case": "A"}}"#, r#"{"approval_denied": {}}"#]),
        2 => fixed(&[
            r#"{"place_hold": {"id": "h", "kind": "manual", "blocks": ["ship", "invoice"], "reason": "r"}}"#,
            r#"{"release_hold": {"id": "h", "reason": "r"}}"#,
            r#"{"release_hold": {"id": "credit", "reason": "r"}}"#,
            r#"{"release_hold": {"id": "shipped_after_cancel", "reason": "r"}}"#,
        ]),
        3 => parts(named.clone()).prop_map(|lines| format!(r#"{{"reserved": {{"lines": [{lines}]}}}}"#)),
        1 => parts(named).prop_map(|lines| format!(r#"{{"unreserved": {{"lines": [{lines}]}}}}"#)),
        4 => parts(perhaps_named).prop_map(|lines| format!(r#"{{"ship": {{"lines": [{lines}]}}}}"#)),
        2 => (0_u32..50).prop_map(|id| format!(r#"{{"invoice": {{"id": "I-{id}", "date": "2026-11-22"}}}}"#)),
        2 => (0_u32..50, parts(vec![""]))
            .prop_map(|(id, lines)| format!(r#"{{"invoice": {{"id": "I-{id}", "date": "2026-11-22", "lines": [{lines}]}}}}"#)),
    ]
}

/// The buckets of each line add up, none is below zero, and the reservations hold what is reserved.
fn conserved(state: &OrderState) -> Result<(), TestCaseError> {
    for line in &state.lines {
        let buckets = [line.open, line.reserved, line.shipped, line.cancelled];
        prop_assert!(buckets.iter().all(|quantity| *quantity >= Decimal::ZERO), "{line:?}");
        let sum = |quantities: &[Decimal]| quantities.iter().try_fold(Decimal::ZERO, |sum, next| sum.checked_add(*next)).unwrap();
        prop_assert_eq!(sum(&buckets), line.ordered);
        let held: Vec<Decimal> = line.reservations.iter().map(|held| held.quantity).collect();
        prop_assert_eq!(sum(&held), line.reserved);
        prop_assert!(line.invoiced <= line.ordered && (line.invoiced <= line.shipped || line.cancelled.is_zero()));
    }
    Ok(())
}

/// Gives a command and checks all that must hold of the answer.
fn give(story: &mut Story, id: &str, text: &str) -> Result<(), TestCaseError> {
    let command = Story::command(id, serde_json::from_str(text).unwrap());
    let before = story.state.clone();
    let Ok(decision) = story.decide(&command) else { return Ok(()) };
    story.take(&decision);
    conserved(&story.state)?;

    // What was refused has changed nothing but the memory of it.
    if let Outcome::Refused(refusals) = &decision.outcome {
        prop_assert!(refusals.windows(2).all(|pair| pair[0].code <= pair[1].code));
        let forgetful = OrderState { memory: before.memory.clone(), version: before.version, ..story.state.clone() };
        prop_assert_eq!(&forgetful, &before);
    }
    prop_assert!(!decision.events.is_empty());

    // The same command again changes nothing; another one with its id is a conflict.
    let again = story.decide(&command).unwrap();
    let handled = matches!(again.outcome, Outcome::AlreadyHandled { .. });
    prop_assert!(handled && again.events.is_empty());
    let other = Story::command(id, serde_json::from_str(r#"{"cancel": {"reason": "another"}}"#).unwrap());
    let conflict = story.decide(&other).unwrap();
    let Outcome::Refused(refusals) = conflict.outcome else { return Err(TestCaseError::fail("a conflict was not seen")) };
    prop_assert_eq!(refusals[0].code, Code::from(OrderCode::CommandConflict));
    prop_assert!(conflict.events.is_empty());
    Ok(())
}

/// What the invoices of the history charge, by line.
fn invoiced(history: &[Event<OrderFact>], line: &str) -> Option<Amounts> {
    let invoices = history.iter().filter_map(|event| if let OrderFact::Invoiced(invoice) = &event.what { Some(invoice) } else { None });
    let lines = invoices.flat_map(|invoice| &invoice.lines).filter(|charged| charged.line.as_str() == line);
    lines.map(|line| Amounts { net: line.net, tax: line.tax, gross: line.gross }).reduce(|sum, next| sum.plus(next).unwrap())
}

proptest! {
    #[test]
    fn whatever_is_asked_the_books_balance(
        policy in policy(),
        confirmed in any::<bool>(),
        actions in prop::collection::vec(action(), 1..40),
    ) {
        let mut story = Story::new(policy);
        let begin = [submit(""), r#"{"confirm": {}}"#.to_owned()].into_iter().filter(|_| confirmed);
        for (number, text) in begin.chain(actions).enumerate() {
            give(&mut story, &format!("c{number}"), &text)?;
        }
        // Replay equals live, also over the wire.
        let replayed = evolve_all(EvolveOrderRequest { state: OrderState::default(), events: story.history.clone() });
        prop_assert_eq!(&replayed, &story.state);
        let text = serde_json::to_string(&story.state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<OrderState>(&text).unwrap(), &story.state);
    }

    #[test]
    fn an_order_that_is_invoiced_whole_sums_to_the_quote(policy in policy(), actions in prop::collection::vec(action(), 0..25)) {
        let mut story = Story::new(policy);
        let begin = [submit(""), r#"{"confirm": {}}"#.to_owned()];
        let harmless = actions.into_iter().filter(|text| !text.contains("cancel") && !text.contains("close") && !text.contains("reject"));
        for (number, text) in begin.into_iter().chain(harmless).enumerate() {
            give(&mut story, &format!("c{number}"), &text)?;
        }
        // Ship and invoice what is left.
        give(&mut story, "release", r#"{"release_hold": {"id": "h", "reason": "r"}}"#)?;
        for line in story.state.lines.clone() {
            let rest = line.open.checked_add(line.reserved).unwrap();
            give(&mut story, &format!("ship {}", line.line), &format!(r#"{{"ship": {{"lines": [{{"line": "{}", "quantity": "{rest}"}}]}}}}"#, line.line))?;
        }
        give(&mut story, "last", r#"{"invoice": {"id": "last", "date": "2026-12-01"}}"#)?;
        give(&mut story, "close", r#"{"close": {}}"#)?;
        prop_assert_eq!(story.state.header, OrderHeader::Closed);
        for line in &story.state.document.as_ref().unwrap().lines {
            prop_assert_eq!(invoiced(&story.history, line.id.as_str()), Some(line.amounts()));
        }
        prop_assert_eq!((story.state.status.fulfillment, story.state.status.billing), (FulfillmentStatus::Shipped, BillingStatus::Invoiced));
    }

    #[test]
    fn events_in_any_order_fold_without_failing(
        actions in prop::collection::vec(action(), 1..25),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
    ) {
        let mut story = Story::new("{}");
        for (number, text) in actions.iter().enumerate() {
            give(&mut story, &format!("c{number}"), text)?;
        }
        prop_assume!(!story.history.is_empty());
        let shuffled = order.iter().zip(1..).map(|(index, seq)| Event { seq, ..index.get(&story.history).clone() });
        let state = shuffled.fold(OrderState::default(), |state, event| evolve(state, &event));
        prop_assert_eq!(state.version, u64::try_from(order.len()).unwrap());
    }
}
