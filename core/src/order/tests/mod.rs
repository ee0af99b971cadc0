//! Given events, when a command, then events: one row per step of an order and per reason to refuse one.

mod refusals;

use super::*;
use crate::limits::Limits;
use crate::receivable::{ReceivableDef, Receivables, compile};
use crate::report::{Command, Decision, Diagnostics, Error, Event, Fingerprint, Outcome, Path};

/// An order with what it is decided by.
pub(super) struct Story {
    pub policy: OrderPolicy,
    receivables: Receivables,
    limits: Limits,
    pub state: OrderState,
    pub history: Vec<Event<OrderFact>>,
    commands: usize,
}

pub(super) const DOCUMENT: &str = r#"{"id": "O-1", "customer": "C-7", "date": "2026-11-20", "currency": "EUR", "rulebook": "f00d", "complete": true,
    "lines": [
        {"id": "1", "product": "P-100", "quantity": "3", "unit": "piece", "net": "10.00", "tax": "1.90", "gross": "11.90", "tax_category": "standard", "tax_percent": "19"},
        {"id": "2", "product": "P-200", "quantity": "2.5", "unit": "metre", "net": "7.00", "tax": "0.49", "gross": "7.49", "tax_category": "reduced", "tax_percent": "7"}],
    "totals": {"net": "17.00", "tax": "2.39", "gross": "19.39"}}"#;

pub(super) fn submit(more: &str) -> String {
    format!(r#"{{"submit": {{"order": {DOCUMENT}{more}}}}}"#)
}

impl Story {
    pub fn new(policy: &str) -> Self {
        let terms =
            r#"{"terms": [{"id": "net30", "due": {"net_days": 30}}, {"id": "cash", "due": {"net_days": 0}}], "default_terms": "net30"}"#;
        let def: ReceivableDef = serde_json::from_str(terms).unwrap();
        Self {
            policy: OrderPolicy::compile(serde_json::from_str(policy).unwrap(), &Path::ROOT, &mut Diagnostics::new()),
            receivables: compile(def, &Path::ROOT, &mut Diagnostics::new()),
            limits: Limits::default(),
            state: OrderState::default(),
            history: Vec::new(),
            commands: 0,
        }
    }

    /// The order after commands that are all accepted.
    fn given(policy: &str, actions: &[&str]) -> Self {
        let mut story = Self::new(policy);
        for action in actions {
            let told = story.when(action);
            assert!(!told.contains("refused") && !told.contains("error"), "{action}: {told}");
        }
        story
    }

    pub fn decide(&self, command: &Command<OrderAction>) -> Result<Decision<OrderFact>, Error> {
        let fingerprint = Fingerprint("f00d".to_owned());
        let rules = OrderRules { policy: &self.policy, receivables: &self.receivables, fingerprint: &fingerprint, limits: &self.limits };
        decide(&rules, &self.state, command)
    }

    pub fn command(id: &str, action: OrderAction) -> Command<OrderAction> {
        let (id, actor) = (id.parse().unwrap(), "clerk".parse().unwrap());
        Command { id, at: "2026-11-21T09:30:00Z".parse().unwrap(), actor, on_behalf_of: None, expected_version: None, action }
    }

    /// Takes the events of a decision; the state that they make.
    pub fn take(&mut self, decision: &Decision<OrderFact>) {
        self.state = decision.events.iter().fold(std::mem::take(&mut self.state), evolve);
        self.history.extend(decision.events.iter().cloned());
    }

    /// Gives a command with a new id, takes its events, and tells in one line what became of it.
    fn when(&mut self, action: &str) -> String {
        self.commands += 1;
        self.when_again(&format!("c{}", self.commands), action)
    }

    fn when_again(&mut self, id: &str, action: &str) -> String {
        let action = serde_json::from_str(action).unwrap_or_else(|error| panic!("{action}: {error}"));
        match self.decide(&Self::command(id, action)) {
            Err(error) => error.to_string(),
            Ok(decision) => {
                self.take(&decision);
                tell(&decision)
            }
        }
    }

    fn lines(&self) -> String {
        let line = |line: &LineProgress| {
            format!(
                "{}: {} open {} reserved {} shipped {} cancelled, {} invoiced",
                line.line, line.open, line.reserved, line.shipped, line.cancelled, line.invoiced
            )
        };
        self.state.lines.iter().map(line).collect::<Vec<_>>().join("; ")
    }
}

fn tell(decision: &Decision<OrderFact>) -> String {
    let outcome = match &decision.outcome {
        Outcome::Accepted => String::new(),
        Outcome::Refused(refusals) => {
            let told: Vec<String> = refusals.iter().map(|refusal| format!("{} ({})", refusal.code, refusal.message)).collect();
            return format!("refused: {}", told.join(", "));
        }
        Outcome::AlreadyHandled { refused } => format!("already handled {refused:?}"),
    };
    let facts: Vec<String> = decision.events.iter().map(|event| tell_fact(&event.what)).collect();
    format!("{outcome}{}", facts.join(", "))
}

fn tell_fact(fact: &OrderFact) -> String {
    let json = serde_json::to_value(fact).unwrap();
    let name = json.as_object().unwrap().keys().next().unwrap().clone();
    match fact {
        OrderFact::QuantityMoved(moved) => {
            let reservation = moved.reservation.as_ref().map_or(String::new(), |id| format!(" of {id}"));
            format!("{} of {} {:?} -> {:?}{reservation}", moved.quantity, moved.line, moved.from, moved.to)
        }
        OrderFact::HoldPlaced(hold) => format!("hold {} blocks {:?}: {}", hold.id, hold.blocks, hold.reason),
        OrderFact::HoldReleased { id, .. } => format!("hold {id} released"),
        OrderFact::Invoiced(invoice) => {
            let lines: Vec<String> =
                invoice.lines.iter().map(|line| format!("{} of {} {} + {}", line.quantity, line.line, line.net, line.tax)).collect();
            format!("invoice {} [{}] {} due {}", invoice.id, lines.join(", "), invoice.totals.gross, invoice.instalments[0].due)
        }
        _ => name,
    }
}

const CONFIRM: &str = r#"{"confirm": {}}"#;
const CLOSE: &str = r#"{"close": {}}"#;
const CANCEL: &str = r#"{"cancel": {}}"#;
const RESERVE: &str = r#"{"reserved": {"lines": [{"line": "1", "quantity": "2", "reservation": "R1"}, {"line": "1", "quantity": "1", "reservation": "R2"}]}}"#;
const SHIP_ONE: &str = r#"{"ship": {"lines": [{"line": "1", "quantity": "1"}]}}"#;
const SHIP_ALL: &str = r#"{"ship": {"lines": [{"line": "1", "quantity": "3"}, {"line": "2", "quantity": "2.5"}]}}"#;

fn invoice(id: &str) -> String {
    format!(r#"{{"invoice": {{"id": "{id}", "date": "2026-11-22"}}}}"#)
}

#[test]
fn an_order_goes_from_quote_to_cash() {
    let mut story = Story::new("{}");
    let told: Vec<String> = [
        submit("").as_str(),
        CONFIRM,
        RESERVE,
        SHIP_ONE,
        &invoice("I-1"),
        SHIP_ONE,
        r#"{"ship": {"lines": [{"line": "2", "quantity": "2.5"}, {"line": "1", "quantity": "1"}]}}"#,
        &invoice("I-2"),
        CLOSE,
    ]
    .iter()
    .map(|action| story.when(action))
    .collect();
    // Line 1 is 10.00 + 1.90 for three: the first is 3.33 + 0.63, the other two together 6.67 + 1.27.
    insta::assert_snapshot!(told.join("\n"), @r#"
    submitted
    confirmed
    2 of 1 Open -> Reserved of R1, 1 of 1 Open -> Reserved of R2
    1 of 1 Reserved -> Shipped of R1
    invoice I-1 [1 of 1 3.33 + 0.63] 3.96 due 2026-12-22
    1 of 1 Reserved -> Shipped of R1
    2.5 of 2 Open -> Shipped, 1 of 1 Reserved -> Shipped of R2
    invoice I-2 [2 of 1 6.67 + 1.27, 2.5 of 2 7.00 + 0.49] 15.43 due 2026-12-22
    closed
    "#);
    assert_eq!(story.state.header, OrderHeader::Closed);
    assert_eq!(
        serde_json::to_string(&story.state.status).unwrap(),
        r#"{"fulfillment":"shipped","billing":"invoiced","approval":"not_required","credit":"not_checked","blocked":[]}"#
    );
    let gross: i64 = story.state.invoices.iter().map(|invoice| invoice.totals.gross.minor()).sum();
    assert_eq!(gross, 1939);
}

#[test]
fn holds_of_credit_and_approval_must_go_before_the_order_is_confirmed() {
    let mut story = Story::new(r#"{"approval_hold_blocks": ["confirm"]}"#);
    let submitted =
        submit(r#", "credit": {"status": "hold", "codes": ["credit.over_limit"]}, "approval": {"requirements": 2, "case": "A-1"}"#);
    let told: Vec<String> = [
        submitted.as_str(),
        CONFIRM,
        RESERVE,
        r#"{"release_hold": {"id": "approval", "reason": "in a hurry"}}"#,
        r#"{"approval_granted": {"case": "A-2"}}"#,
        r#"{"approval_granted": {"case": "A-1"}}"#,
        r#"{"approval_granted": {}}"#,
        r#"{"release_hold": {"id": "crdit", "reason": "paid today"}}"#,
        r#"{"release_hold": {"id": "credit", "reason": "paid today"}}"#,
        r#"{"place_hold": {"id": "address", "kind": "address", "blocks": ["ship", "ship"], "reason": "no house number"}}"#,
        r#"{"place_hold": {"id": "address", "kind": "manual", "reason": "again"}}"#,
        CONFIRM,
        SHIP_ONE,
    ]
    .iter()
    .map(|action| story.when(action))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    submitted, hold credit blocks [Confirm, Reserve, Ship]: the credit check holds it: credit.over_limit, hold approval blocks [Confirm]: it needs 2 approvals
    refused: order.held (the hold `credit` does not let the order confirm: the credit check holds it: credit.over_limit), order.held (the hold `approval` does not let the order confirm: it needs 2 approvals)
    refused: order.held (the hold `credit` does not let the order reserve: the credit check holds it: credit.over_limit)
    refused: order.hold_kind (the hold `approval` waits for an approval; only `approval_granted` releases it)
    refused: order.other_case (the order waits for the approval case `A-1`, not for `A-2`)
    approval_granted, hold approval released
    refused: order.unknown_hold (the order does not wait for an approval)
    refused: order.unknown_hold (no hold `crdit` is in force)
    hold credit released
    hold address blocks [Ship]: no house number
    refused: order.hold_exists (a hold `address` is in force already; give this one another id)
    confirmed
    refused: order.held (the hold `address` does not let the order ship: no house number)
    "#);
    assert_eq!(
        serde_json::to_string(&story.state.status).unwrap(),
        r#"{"fulfillment":"unfulfilled","billing":"not_invoiced","approval":"granted","credit":"released","blocked":["ship"]}"#
    );
}

#[test]
fn reservations_are_taken_first_made_first_or_by_name_and_given_back() {
    let mut story = Story::given("{}", &[&submit(""), CONFIRM, RESERVE]);
    let told: Vec<String> = [
        r#"{"ship": {"lines": [{"line": "1", "quantity": "1", "reservation": "R2"}]}}"#,
        r#"{"unreserved": {"lines": [{"line": "1", "quantity": "1", "reservation": "R1"}]}}"#,
        r#"{"ship": {"lines": [{"line": "1", "quantity": "2"}]}}"#,
    ]
    .iter()
    .map(|action| story.when(action))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    1 of 1 Reserved -> Shipped of R2
    1 of 1 Reserved -> Open of R1
    1 of 1 Reserved -> Shipped of R1, 1 of 1 Open -> Shipped
    "#);
    assert_eq!(
        story.lines(),
        "1: 0 open 0 reserved 3 shipped 0 cancelled, 0 invoiced; 2: 2.5 open 0 reserved 0 shipped 0 cancelled, 0 invoiced"
    );
    assert_eq!(story.state.status.fulfillment, FulfillmentStatus::PartiallyShipped);
}

#[test]
fn goods_that_leave_after_a_cancellation_are_recorded_and_not_invoiced_until_someone_has_looked() {
    let mut story = Story::given("{}", &[&submit(""), CONFIRM, RESERVE]);
    let told: Vec<String> = [
        r#"{"cancel": {"reason": "the customer called"}}"#,
        SHIP_ONE,
        &invoice("I-1"),
        SHIP_ONE,
        r#"{"release_hold": {"id": "shipped_after_cancel", "reason": "the customer keeps it"}}"#,
        &invoice("I-1"),
        r#"{"ship": {"lines": [{"line": "1", "quantity": "2"}]}}"#,
    ]
    .iter()
    .map(|action| story.when(action))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    2 of 1 Reserved -> Cancelled of R1, 1 of 1 Reserved -> Cancelled of R2, 2.5 of 2 Open -> Cancelled, cancelled
    1 of 1 Cancelled -> Shipped, shipped_after_cancel, hold shipped_after_cancel blocks [Invoice]: goods left although they had been cancelled
    refused: order.held (the hold `shipped_after_cancel` does not let the order invoice: goods left although they had been cancelled)
    1 of 1 Cancelled -> Shipped, shipped_after_cancel
    hold shipped_after_cancel released
    invoice I-1 [2 of 1 6.67 + 1.27] 7.94 due 2026-12-22
    refused: order.exceeds_open (`2` of line `1` are asked for, but at most `1` can be shipped)
    "#);
    assert_eq!(story.state.header, OrderHeader::Cancelled);
    assert_eq!(
        story.lines(),
        "1: 0 open 0 reserved 2 shipped 1 cancelled, 2 invoiced; 2: 0 open 0 reserved 0 shipped 2.5 cancelled, 0 invoiced"
    );
}

#[test]
fn the_remainder_of_a_partly_shipped_order_can_be_cancelled_and_the_order_closed() {
    let mut story = Story::given("{}", &[&submit(""), CONFIRM, RESERVE, SHIP_ONE]);
    let told: Vec<String> =
        [CANCEL, r#"{"cancel_remainder": {}}"#, CLOSE, &invoice("I-1"), CLOSE].iter().map(|action| story.when(action)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    refused: order.already_shipped (`1` of line `1` are shipped; use `cancel_remainder` for the rest)
    1 of 1 Reserved -> Cancelled of R1, 1 of 1 Reserved -> Cancelled of R2, 2.5 of 2 Open -> Cancelled, remainder_cancelled
    refused: order.still_open (`1` of line `1` are still to be invoiced)
    invoice I-1 [1 of 1 3.33 + 0.63] 3.96 due 2026-12-22
    closed
    "#);
    assert_eq!((story.state.status.fulfillment, story.state.status.billing), (FulfillmentStatus::Shipped, BillingStatus::Invoiced));
}

#[test]
fn a_denied_approval_rejects_an_order_that_is_not_confirmed_and_frees_its_stock() {
    let submitted = submit(r#", "approval": {"requirements": 1}"#);
    let mut story = Story::given(r#"{"approval_hold_blocks": ["confirm"]}"#, &[&submitted, RESERVE]);
    insta::assert_snapshot!(story.when(r#"{"approval_denied": {"reason": "margin"}}"#), @"approval_denied, 2 of 1 Reserved -> Cancelled of R1, 1 of 1 Reserved -> Cancelled of R2, 2.5 of 2 Open -> Cancelled, rejected");
    assert_eq!((story.state.header, story.state.status.approval), (OrderHeader::Rejected, ApprovalStatus::Denied));
    // A confirmed order that waits for an approval stays on hold.
    let hold = r#"{"place_hold": {"id": "second-look", "kind": "approval", "blocks": ["ship"], "reason": "new owner"}}"#;
    let mut story = Story::given("{}", &[&submit(""), CONFIRM, hold]);
    assert_eq!(story.when(r#"{"approval_denied": {}}"#), "approval_denied");
    assert_eq!((story.state.header, story.state.status.blocked.as_slice()), (OrderHeader::Confirmed, [OrderStep::Ship].as_slice()));
}

#[test]
fn settings_change_what_is_allowed() {
    let mut before_confirmed = Story::given(r#"{"cancel_allowed": "before_confirmed"}"#, &[&submit(""), CONFIRM]);
    assert_eq!(
        before_confirmed.when(CANCEL),
        "refused: order.wrong_state (the order is confirmed; only a draft or submitted one can be cancelled)"
    );

    let mut at_confirmation = Story::given(r#"{"invoice_when": "confirmed"}"#, &[&submit(r#", "terms": "cash""#), CONFIRM]);
    assert_eq!(at_confirmation.when(&invoice("I-1")), "invoice I-1 [3 of 1 10.00 + 1.90, 2.5 of 2 7.00 + 0.49] 19.39 due 2026-11-22");
    insta::assert_snapshot!(at_confirmation.when(CANCEL), @"refused: order.already_invoiced (`3` of line `1` are invoiced, but only `0` are shipped; a credit note must come first), order.already_invoiced (`2.5` of line `2` are invoiced, but only `0` are shipped; a credit note must come first)");

    let mut shipped_is_enough = Story::given(r#"{"close_when": "shipped"}"#, &[&submit(""), CONFIRM, SHIP_ALL]);
    assert_eq!(shipped_is_enough.when(CLOSE), "closed");
    assert!(shipped_is_enough.when(&invoice("I-1")).starts_with("invoice I-1"));

    let mut credit_stops_goods =
        Story::given(r#"{"credit_hold_blocks": ["ship"]}"#, &[&submit(r#", "credit": {"status": "hold"}"#), CONFIRM]);
    assert_eq!(
        credit_stops_goods.when(SHIP_ONE),
        "refused: order.held (the hold `credit` does not let the order ship: the credit check holds it)"
    );
}

#[test]
fn an_order_that_has_moved_on_is_not_decided_blindly() {
    let mut story = Story::given("{}", &[&submit("")]);
    let action: OrderAction = serde_json::from_str(CONFIRM).unwrap();
    let stale = Command { expected_version: Some(0), ..Story::command("late", action.clone()) };
    assert_eq!(
        tell(&story.decide(&stale).unwrap()),
        "refused: order.version_conflict (the order is at version 1, not 0; read it again and decide anew)"
    );
    // A conflict is not remembered, and a repeat of what was done is answered whatever version it expects.
    let fresh = Command { expected_version: Some(1), ..Story::command("late", action) };
    let decision = story.decide(&fresh).unwrap();
    story.take(&decision);
    assert_eq!(tell(&story.decide(&stale).unwrap()), "already handled None");
}

#[test]
fn refusals_carry_their_figures() {
    let story = Story::given("{}", &[&submit(""), CONFIRM]);
    let action = r#"{"ship": {"lines": [{"line": "2", "quantity": "4"}]}}"#;
    let decision = story.decide(&Story::command("x", serde_json::from_str(action).unwrap())).unwrap();
    assert_eq!(
        serde_json::to_string(&decision.outcome).unwrap(),
        r#"{"refused":[{"code":"order.exceeds_open","message":"`4` of line `2` are asked for, but at most `2.5` can be shipped","details":{"line":"2","asked":"4","most":"2.5"}}]}"#
    );
    assert_eq!(serde_json::to_string(&decision.events[0].what).unwrap(), r#"{"refused":{"codes":["order.exceeds_open"]}}"#);
}

#[test]
fn state_and_events_survive_the_wire() {
    let held = submit(
        r#", "credit": {"status": "warn", "codes": ["credit.overdue"]}, "approval": {"requirements": 1, "case": "A"}, "terms": "cash""#,
    );
    let story = Story::given("{}", &[&held, r#"{"approval_granted": {"case": "A"}}"#, CONFIRM, RESERVE, SHIP_ONE, &invoice("I-1")]);
    let state = serde_json::to_string(&story.state).unwrap();
    assert_eq!(serde_json::from_str::<OrderState>(&state).unwrap(), story.state);
    let events = serde_json::to_string(&story.history).unwrap();
    let history: Vec<Event<OrderFact>> = serde_json::from_str(&events).unwrap();
    let replayed = evolve_all(EvolveOrderRequest { state: OrderState::default(), events: history });
    assert_eq!(serde_json::to_string(&replayed).unwrap(), state);
    // An event that arrives twice changes nothing.
    let twice = story.history.iter().fold(story.state.clone(), evolve);
    assert_eq!(twice, story.state);
}

#[test]
fn commands_events_and_decisions_have_schemas_of_their_own_name() {
    let mut generator = schemars::SchemaGenerator::default();
    generator.subschema_for::<DecideOrderRequest>();
    generator.subschema_for::<Decision<OrderFact>>();
    let names = generator.take_definitions(true);
    for name in ["CommandOfOrderAction", "DecisionOfOrderFact", "EventOfOrderFact"] {
        assert!(names.contains_key(name), "{name} is not among {:?}", names.keys().collect::<Vec<_>>());
    }
}
