//! Routes of a real matrix, and the life of a case: given what happened, when a command comes, then this happens.

use proptest::prelude::*;

use super::*;
use crate::expr::{CompileContext, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use crate::id::Symbols;
use crate::limits::Limits;
use crate::report::{Command, Decision, Diagnostics, Error, Event, Fingerprint, Outcome, Path, Sources};

const MATRIX: &str = "id,document.discount_percent,document.net,customer.level,credit.status,level,role,note
discount-small,(8..15],-,-,-,1,sales_lead,
discount-large,> 15,-,-,-,1,sales_lead,
discount-large-director,> 15,-,-,-,2,sales_director,
large-order,-,>= 25000,-,-,2,sales_director,the director sees every large order
large-order-base,-,[8000..25000),base,-,1,sales_lead,
credit-hold,-,-,-,hold,1,credit_manager,
";

const DEF: &str = r#"{
    "matrix": {
        "inputs": [{"expr": "document.discount_percent"}, {"expr": "document.net"}, {"expr": "customer.level"}, {"expr": "credit.status"}],
        "outputs": [{"id": "level", "type": "number"}, {"id": "role", "type": "text"}],
        "rows_csv": "matrix.csv"
    },
    "roles": [{"id": "sales_lead", "name": "Sales lead"}, {"id": "sales_director"}, {"id": "credit_manager"}]
}"#;

/// Discount percent, net, level of the customer, credit status.
struct Document(&'static str, &'static str, &'static str, &'static str);

impl Facts for Document {
    fn value(&self, slot: Slot, _: Option<usize>) -> Value<'_> {
        let text = |text| Value::Text(Text { symbol: None, text });
        match slot.index {
            0 => Value::Number(self.0.parse().unwrap()),
            1 => Value::Number(self.1.parse().unwrap()),
            2 => text(self.2),
            _ => text(self.3),
        }
    }

    fn line_count(&self) -> usize {
        0
    }
}

fn compiled(def: &str) -> (Approval, String) {
    let (mut vocabulary, mut symbols, mut diagnostics) = (Vocabulary::new(), Symbols::default(), Diagnostics::new());
    let mut one_of = |texts: &[&str]| Some(texts.iter().map(|text| symbols.intern(text)).collect::<Vec<_>>());
    let names = [
        ("document.discount_percent", Type::Number, None),
        ("document.net", Type::Number, None),
        ("customer.level", Type::Text, one_of(&["gold", "silver", "base"])),
        ("credit.status", Type::Text, one_of(&["pass", "warn", "hold", "reject"])),
    ];
    for (name, ty, one_of) in names {
        vocabulary.declare(name, ty, Scope::Document, Presence::Always, one_of).unwrap();
    }
    let sources = Sources::none().with("matrix.csv", MATRIX);
    let mut cx = CompileContext {
        vocabulary: &vocabulary,
        symbols: &mut symbols,
        sources: &sources,
        limits: &Limits::default(),
        diagnostics: &mut diagnostics,
    };
    let approval = compile(&serde_json::from_str(def).unwrap(), &Path::ROOT.field("approval"), &mut cx);
    let found = match diagnostics.finish() {
        Ok(warnings) => warnings,
        Err(error) => error.diagnostics().to_vec(),
    };
    (approval, found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn approval() -> Approval {
    let (approval, found) = compiled(DEF);
    assert_eq!(found, "");
    approval
}

fn shown(route: &Route) -> String {
    let rows = |needed: &Requirement| needed.rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    route.requirements.iter().map(|needed| format!("{} {} ({})", needed.level, needed.role, rows(needed))).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_route_names_each_level_and_role_once_with_the_rows_that_ask() {
    let approval = approval();
    for (document, expected) in [
        (Document("8", "100", "gold", "pass"), ""),
        (Document("8.5", "100", "gold", "warn"), "1 sales_lead (discount-small)"),
        (
            Document("15.01", "25000", "base", "hold"),
            "1 credit_manager (credit-hold); 1 sales_lead (discount-large); 2 sales_director (discount-large-director, large-order)",
        ),
        (Document("15", "24999.99", "base", "pass"), "1 sales_lead (discount-small, large-order-base)"),
    ] {
        assert_eq!(shown(&route(&approval, &document).unwrap()), expected);
    }
    let asked = DEF.replace("\"roles\": [", r#""no_match": {"require": [{"level": 3, "role": "sales_lead"}]}, "roles": ["#);
    assert_eq!(shown(&route(&compiled(&asked).0, &Document("0", "1", "gold", "pass")).unwrap()), "3 sales_lead ()");
}

#[test]
fn an_explanation_says_why_the_other_rows_do_not_ask() {
    let reports = explain(&approval(), &Document("9", "9000", "gold", "hold")).unwrap();
    let told: Vec<String> = reports
        .iter()
        .map(|report| {
            let failed: Vec<String> = report.failed.iter().map(|cell| format!("{} {}", cell.input, cell.expected)).collect();
            format!("{}: {}", report.row, if report.passed { "asks".to_owned() } else { failed.join(", ") })
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
        discount-small: asks
        discount-large: document.discount_percent > 15
        discount-large-director: document.discount_percent > 15
        large-order: document.net >= 25000
        large-order-base: customer.level base
        credit-hold: asks
        "#);
}

#[test]
fn what_a_matrix_must_not_be() {
    let broken = r#"{
        "matrix": {
            "inputs": [{"expr": "document.netto"}],
            "outputs": [{"id": "level", "type": "text"}, {"id": "approver", "type": "text", "default": "x"}],
            "hit_policy": "collect_count",
            "rows": [{"when": ["-"], "then": ["1", "a"]}]
        },
        "roles": [{"id": "lead"}, {"id": "lead"}],
        "no_match": {"require": [{"level": 0, "role": "leed"}]}
    }"#;
    let rows = r#"{
        "matrix": {
            "inputs": [{"expr": "document.net"}],
            "outputs": [{"id": "level", "type": "number"}, {"id": "role", "type": "text"}],
            "rows": [{"when": ["-"], "then": ["1.5", "lead"]}, {"when": ["-"], "then": ["0", "led"]}, {"when": ["-"], "then": ["1", "lead"]}]
        },
        "roles": [{"id": "lead"}]
    }"#;
    insta::assert_snapshot!(format!("{}\n\n{}", compiled(broken).1, compiled(rows).1), @r#"
        error[table.hit_policy] /approval/matrix/hit_policy: `collect_count` makes one number of the rows, but every row asks for an approval of its own
          help: use `collect`
        error[expr.unknown_name] /approval/matrix/inputs/0/expr: `document.netto` is not known
          help: did you mean `document.net`?
        error[approval.outputs] /approval/matrix/outputs: the matrix has no output `role`
          help: it needs the outputs `level` and `role`
        error[table.output_value] /approval/matrix/outputs/0: `level` has no default, but another output has
          help: give every output a `default`, or none
        error[approval.outputs] /approval/matrix/outputs/0/type: the output `level` is not of type `number`
          help: write `number`
        error[approval.outputs] /approval/matrix/outputs/1: an approval has no `approver`
          help: the matrix has the outputs `level` and `role`, and no others
        error[approval.outputs] /approval/matrix/outputs/1/default: the output `approver` has a default
          help: say in `no_match` what is needed when no row fires
        error[approval.level] /approval/no_match/require/0/level: `0` is not a level; levels are whole numbers from 1
        error[approval.unknown_role] /approval/no_match/require/0/role: there is no role `leed`
          help: did you mean `lead`?
        error[rulebook.duplicate_id] /approval/roles/1/id: the role `lead` is listed twice

        error[approval.level] /approval/matrix/rows/0/then/0: `1.5` is not a level
          help: levels are whole numbers from 1
        error[approval.level] /approval/matrix/rows/1/then/0: `0` is not a level
          help: levels are whole numbers from 1
        error[approval.unknown_role] /approval/matrix/rows/1/then/1: there is no role `led`
          help: did you mean `lead`?
        "#);
}

/// A case with what it is decided by.
#[derive(Default)]
struct Story {
    approval: Approval,
    state: CaseState,
    history: Vec<Event<ApprovalEvent>>,
}

const ROUTE: &str =
    r#"{"requirements": [{"level": 1, "role": "lead", "rows": ["r1"]}, {"level": 1, "role": "credit"}, {"level": 3, "role": "director"}]}"#;

fn open(requester: &str, route: &str) -> String {
    format!(r#"{{"open": {{"subject": {{"document": "Q-1", "content": "f00d"}}, "requester": "{requester}", "route": {route}}}}}"#)
}

impl Story {
    fn decide(&self, command: &Command<ApprovalAction>) -> Result<Decision<ApprovalEvent>, Error> {
        decide(&self.approval, &Fingerprint("f".to_owned()), &self.state, command)
    }

    fn take(&mut self, decision: &Decision<ApprovalEvent>) {
        self.state = decision.events.iter().fold(std::mem::take(&mut self.state), evolve);
        self.history.extend(decision.events.iter().cloned());
    }

    /// Gives a command, takes its events, and tells in one line what became of it.
    fn when(&mut self, who: &str, action: &str) -> String {
        let id = format!("c{}", self.history.len());
        self.when_again(&id, who, action)
    }

    fn when_again(&mut self, id: &str, who: &str, action: &str) -> String {
        match self.decide(&command(id, who, serde_json::from_str(action).unwrap())) {
            Err(error) => error.to_string(),
            Ok(decision) => {
                self.take(&decision);
                let outcome = match &decision.outcome {
                    Outcome::Accepted => "accepted".to_owned(),
                    Outcome::Refused(reasons) => {
                        let reasons: Vec<String> = reasons.iter().map(|reason| format!("{}: {}", reason.code, reason.message)).collect();
                        format!("refused {}", reasons.join(" | "))
                    }
                    Outcome::AlreadyHandled { refused } => format!("already handled {}", refused.map_or("", |code| code.as_str())),
                };
                let events: Vec<String> = decision.events.iter().map(|event| told(&event.what)).collect();
                format!("{outcome} -> {}", events.join(", "))
            }
        }
    }
}

fn told(event: &ApprovalEvent) -> String {
    match event {
        ApprovalEvent::Opened { requirements, .. } => format!("opened {}", requirements.len()),
        ApprovalEvent::LevelOpened { level } => format!("level {level} opened"),
        ApprovalEvent::Approved { level, role, .. } => format!("approved {level} {role}"),
        ApprovalEvent::Rejected { level, role, .. } => format!("rejected {level} {role}"),
        ApprovalEvent::Recalled { .. } => "recalled".to_owned(),
        ApprovalEvent::Closed { status } => format!("closed {}", status.as_str()),
        ApprovalEvent::Refused { codes } => format!("noted {}", codes[0]),
    }
}

/// `bob` acts for himself, `bob/ann` for Ann.
fn command(id: &str, who: &str, action: ApprovalAction) -> Command<ApprovalAction> {
    let (actor, on_behalf_of) = who.split_once('/').map_or((who, None), |(actor, other)| (actor, Some(other.parse().unwrap())));
    Command {
        id: id.parse().unwrap(),
        at: "2026-11-21T09:30:00Z".parse().unwrap(),
        actor: actor.parse().unwrap(),
        on_behalf_of,
        expected_version: None,
        action,
    }
}

fn approve(roles: &str) -> String {
    format!(r#"{{"approve": {{"roles": [{roles}]}}}}"#)
}

#[test]
fn levels_follow_each_other_and_roles_of_a_level_stand_side_by_side() {
    let mut story = Story::default();
    let told = [
        story.when("sam", &open("ann", ROUTE)),
        story.when("dora", &approve(r#""director""#)),
        story.when("dora", r#"{"approve": {"level": 3, "roles": ["director"]}}"#),
        story.when("carl", &approve(r#""credit""#)),
        story.when("carl", &approve(r#""credit""#)),
        story.when("bob", r#"{"approve": {"level": 1, "roles": ["lead", "other"], "comment": "fine"}}"#),
        story.when("bob", r#"{"approve": {"level": 1, "roles": ["lead"]}}"#),
        story.when("dora", &approve(r#""director""#)),
        story.when("dora", &approve(r#""director""#)),
        story.when("ann", r#"{"recall": {}}"#),
        story.when("sam", &open("ann", ROUTE)),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
        accepted -> opened 3, level 1 opened
        refused approval.not_entitled: level 1 needs the role `credit` or `lead` -> noted approval.not_entitled
        refused approval.level_not_open: level 3 is not open; level 1 comes first | approval.not_entitled: level 1 needs the role `credit` or `lead` -> noted approval.level_not_open
        accepted -> approved 1 credit
        refused approval.not_entitled: level 1 needs the role `lead` -> noted approval.not_entitled
        accepted -> approved 1 lead, level 3 opened
        refused approval.level_not_open: level 1 is decided; level 3 is open | approval.not_entitled: level 3 needs the role `director` -> noted approval.level_not_open
        accepted -> approved 3 director, closed approved
        refused approval.closed: the case is approved; nothing can be decided in it any more -> noted approval.closed
        refused approval.closed: the case is approved; nothing can be decided in it any more -> noted approval.closed
        refused approval.already_open: the case is approved already; open another case for another request -> noted approval.already_open
        "#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&story.state.rounds[0].requirements[1]).unwrap(), @r#"
        {
          "level": 1,
          "role": "lead",
          "rows": [
            "r1"
          ],
          "status": "approved",
          "decided": {
            "actor": "bob",
            "at": "2026-11-21T09:30:00Z",
            "comment": "fine"
          }
        }
        "#);
}

#[test]
fn who_asked_does_not_decide_and_a_rejection_ends_the_round() {
    let mut story = Story::default();
    let told = [
        story.when("bob", &approve(r#""lead""#)),
        story.when("sam", &open("ann", ROUTE)),
        story.when("ann", &approve(r#""lead""#)),
        story.when("bob/ann", &approve(r#""lead""#)),
        story.when("ann/bob", r#"{"approve": {"level": 3, "roles": []}}"#),
        story.when("bob", r#"{"recall": {}}"#),
        story.when("bob", r#"{"reject": {"roles": ["lead", "credit"], "reason": "too cheap"}}"#),
        story.when("carl", &approve(r#""credit""#)),
        story.when("sam", &open("ann", ROUTE)),
        story.when("ann", r#"{"recall": {"reason": "changed my mind"}}"#),
        story.when("sam", &open("ann", r#"{"requirements": []}"#)),
        story.when("sam", &open("ann", ROUTE)),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
        refused approval.not_opened: the case was not opened; open it with a route first -> noted approval.not_opened
        accepted -> opened 3, level 1 opened
        refused approval.self_approval: `ann` asked for the approval and cannot decide on it -> noted approval.self_approval
        refused approval.self_approval: `ann` asked for the approval and cannot decide on it -> noted approval.self_approval
        refused approval.level_not_open: level 3 is not open; level 1 comes first | approval.self_approval: `ann` asked for the approval and cannot decide on it | approval.not_entitled: level 1 needs the role `credit` or `lead` -> noted approval.level_not_open
        refused approval.not_entitled: only `ann`, who asked, can take the request back -> noted approval.not_entitled
        accepted -> rejected 1 credit, rejected 1 lead, closed rejected
        refused approval.closed: the case is rejected; nothing can be decided in it any more -> noted approval.closed
        accepted -> opened 3, level 1 opened
        accepted -> recalled, closed recalled
        accepted -> opened 0, closed approved
        refused approval.already_open: the case is approved already; open another case for another request -> noted approval.already_open
        "#);
    let rounds: Vec<String> = story.state.rounds.iter().map(|round| round.status.as_str().to_owned()).collect();
    assert_eq!(rounds, ["rejected", "recalled", "approved"]);
    let mut alone = Story { approval: Approval { requester_may_approve: true, ..Approval::default() }, ..Story::default() };
    alone.when("ann", &open("ann", ROUTE));
    assert_eq!(alone.when("ann", &approve(r#""lead", "credit""#)), "accepted -> approved 1 credit, approved 1 lead, level 3 opened");
}

#[test]
fn repeats_conflicts_versions_and_what_cannot_be_judged() {
    let mut story = Story { approval: approval(), ..Story::default() };
    let route = r#"{"requirements": [{"level": 1, "role": "sales_lead"}]}"#;
    let told = [
        story.when_again("a", "sam", &open("ann", route)),
        story.when_again("a", "sam", &open("ann", route)),
        story.when_again("a", "sam", &open("bob", route)),
        story.when_again("b", "sam", &open("ann", route)),
        story.when_again("b", "sam", &open("ann", route)),
        story.when_again("c", "sam", &open("ann", r#"{"requirements": [{"level": 0, "role": "sales_leed"}, {"level": 2, "role": "sales_lead"}, {"level": 2, "role": "sales_lead"}]}"#)),
        story.when_again("d", "bob", r#"{"reject": {"roles": ["sales_lead"], "reason": " "}}"#),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
        accepted -> opened 1, level 1 opened
        already handled  -> 
        refused approval.command_conflict: the command `a` was given before with other content; give the new command its own id -> 
        refused approval.already_open: the case is pending already; open another case for another request -> noted approval.already_open
        already handled approval.already_open -> 
        error[approval.level] /action/open/route/requirements/0/level: `0` is not a level; levels are whole numbers from 1
        error[approval.unknown_role] /action/open/route/requirements/0/role: there is no role `sales_leed`
          help: did you mean `sales_lead`?
        error[approval.repeated] /action/open/route/requirements/2: the role `sales_lead` is asked twice at level 2; ask once
        error[shape.invalid_value] /action/reject/reason: a rejection needs a reason; say what would have to change
        "#);
    let stale = Command { expected_version: Some(1), ..command("e", "bob", serde_json::from_str(&approve(r#""sales_lead""#)).unwrap()) };
    let decision = story.decide(&stale).unwrap();
    assert!(decision.events.is_empty());
    assert!(
        matches!(&decision.outcome, Outcome::Refused(reasons) if reasons[0].message == "the case is at version 3, not 1; read it again")
    );
}

fn any_action() -> impl Strategy<Value = ApprovalAction> {
    let roles = || proptest::sample::subsequence(vec!["lead", "credit", "director"], 0..3);
    let ids = |roles: Vec<&str>| roles.into_iter().map(|role| role.parse().unwrap()).collect::<Vec<crate::id::RoleId>>();
    let level = || proptest::option::weighted(0.3, 1..4_u32);
    let needed = proptest::collection::btree_set((1..4_u32, proptest::sample::select(vec!["lead", "credit", "director"])), 0..4);
    prop_oneof![
        1 => (needed, proptest::sample::select(vec!["ann", "bob"])).prop_map(|(needed, requester)| ApprovalAction::Open {
            subject: Subject { document: "Q-1".parse().unwrap(), content: None },
            requester: requester.parse().unwrap(),
            route: Route {
                requirements: needed
                    .into_iter()
                    .rev()
                    .map(|(level, role)| Requirement { level, role: role.parse().unwrap(), rows: Vec::new() })
                    .collect()
            },
        }),
        4 => (level(), roles()).prop_map(move |(level, roles)| ApprovalAction::Approve(Vote { level, roles: ids(roles), comment: None })),
        1 => (level(), roles()).prop_map(move |(level, roles)| ApprovalAction::Reject { level, roles: ids(roles), reason: "no".to_owned() }),
        1 => Just(ApprovalAction::Recall { reason: None }),
    ]
}

fn check_laws(state: &CaseState) {
    for round in &state.rounds {
        let levels: Vec<u32> = round.requirements.iter().map(|needed| needed.level).collect();
        assert!(levels.is_sorted());
        for needed in &round.requirements {
            let earlier_done = round
                .requirements
                .iter()
                .filter(|other| other.level < needed.level)
                .all(|other| other.status == RequirementStatus::Approved);
            let asked = !matches!(needed.status, RequirementStatus::Waiting | RequirementStatus::Skipped);
            assert!(!asked || earlier_done, "{round:?}");
            assert_eq!(needed.decided.is_some(), matches!(needed.status, RequirementStatus::Approved | RequirementStatus::Rejected));
            assert!(
                needed
                    .decided
                    .as_ref()
                    .is_none_or(|decided| decided.actor != round.requester && decided.on_behalf_of.as_ref() != Some(&round.requester))
            );
        }
        let all = |status| round.requirements.iter().all(|needed| needed.status == status);
        assert_eq!(round.status == CaseStatus::Approved, all(RequirementStatus::Approved) && round.status != CaseStatus::Recalled);
        assert_eq!(round.status == CaseStatus::Pending, round.pending().next().is_some());
        assert_eq!(round.status == CaseStatus::Pending, round.closed_at.is_none());
        assert_eq!(
            round.status == CaseStatus::Rejected,
            round.requirements.iter().any(|needed| needed.status == RequirementStatus::Rejected)
        );
    }
}

proptest! {
    #[test]
    fn a_case_keeps_its_laws_whatever_comes(
        commands in proptest::collection::vec((any_action(), proptest::sample::select(vec!["ann", "bob", "carl", "carl/ann", "dora/bob"]), 0..25_usize), 1..40),
    ) {
        let mut story = Story::default();
        for (action, who, id) in commands {
            let command = command(&format!("c{id}"), who, action);
            let decision = story.decide(&command).unwrap();
            story.take(&decision);
            check_laws(&story.state);
            prop_assert_eq!(story.state.version, u64::try_from(story.history.len()).unwrap());
            // The same command again changes nothing and gets the same answer.
            let again = story.decide(&command).unwrap();
            prop_assert!(again.events.is_empty());
            match (&decision.outcome, &again.outcome) {
                (Outcome::Accepted, Outcome::AlreadyHandled { refused: None }) => {}
                (Outcome::Refused(reasons), Outcome::AlreadyHandled { refused }) => prop_assert_eq!(*refused, Some(reasons[0].code)),
                (before, after) => prop_assert_eq!(before, after),
            }
        }
        // Stored as JSON and read back, the history makes the same state.
        let history: Vec<Event<ApprovalEvent>> = serde_json::from_str(&serde_json::to_string(&story.history).unwrap()).unwrap();
        prop_assert_eq!(&history.iter().fold(CaseState::default(), evolve), &story.state);
        let stored: CaseState = serde_json::from_str(&serde_json::to_string(&story.state).unwrap()).unwrap();
        prop_assert_eq!(stored, story.state);
        // Folding goes on whatever the events are.
        let _ = history.iter().rev().fold(CaseState::default(), evolve);
    }
}

#[test]
fn a_new_case_is_an_empty_object() {
    assert_eq!(serde_json::from_str::<CaseState>("{}").unwrap(), CaseState::default());
}
