//! Worked examples of the field, each check at its threshold, and laws.

use proptest::prelude::*;

use super::*;
use crate::report::{Code, CreditCode, Diagnostics, Fingerprint, Path};
use crate::{Currency, Money};

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, euro())
}

fn policy(json: &str) -> Credit {
    let def: CreditDef = serde_json::from_str(json).unwrap();
    let mut diagnostics = Diagnostics::new();
    let credit = compile(&def, euro(), &Path::ROOT.field("credit"), &mut diagnostics);
    assert_eq!(diagnostics.finish().unwrap(), []);
    credit
}

fn request(account: &str, document: &str) -> CreditRequest {
    let json = format!(r#"{{"date": "2026-11-21", "account": {{"id": "C-7", "currency": "EUR", {account}}}, "document": {{{document}}}}}"#);
    serde_json::from_str(&json).unwrap()
}

fn ask(credit: &Credit, account: &str, document: &str) -> CreditDecision {
    check(credit, &Fingerprint::default(), &request(account, document)).unwrap()
}

fn problems(error: &crate::report::Error) -> Vec<String> {
    error.diagnostics().iter().map(|d| format!("{} {}: {}", d.code, d.path, d.message)).collect()
}

#[test]
fn example_25_an_order_of_115_exceeds_a_limit_of_99() {
    let verdict = ask(&Credit::default(), r#""limit": "99""#, r#""value": "115""#);
    assert_eq!(verdict.status, CreditStatus::Hold);
    assert_eq!(verdict.checks[0].code, CreditCode::OverLimit.into());
    assert_eq!((verdict.headroom, verdict.max_document_value), (Some(money(9_900)), Some(money(9_900))));
    insta::assert_snapshot!(verdict.findings[0].message, @"the exposure would be 115.00 EUR, the limit is 99.00 EUR");
}

#[test]
fn example_25_a_second_order_exceeds_the_limit_of_its_bucket() {
    let credit = policy(r#"{"buckets": {"open_orders": {"limit": "150", "severity": "reject"}}}"#);
    let first = ask(&credit, r#""limit": "1000""#, r#""value": "115""#);
    assert_eq!(first.status, CreditStatus::Pass);
    let second = ask(&credit, r#""limit": "1000", "buckets": {"open_orders": "115"}"#, r#""value": "115""#);
    assert_eq!(second.status, CreditStatus::Reject);
    assert_eq!(second.exposure_after, money(23_000));
    // 150 - 115
    assert_eq!(second.max_document_value, Some(money(3_500)));
    assert_eq!(second.checks[1].id.as_str(), "bucket.open_orders");
    assert_eq!(second.findings.len(), 1);
}

#[test]
fn example_29_an_order_and_its_draft_invoice_count_once() {
    let counted = r#""value": "100", "bucket": "open_billing", "already_counted": {"open_orders": "100"}"#;
    let verdict = ask(&Credit::default(), r#""limit": "100", "buckets": {"open_orders": "100"}"#, counted);
    assert_eq!((verdict.exposure_before, verdict.exposure_after), (money(0), money(10_000)));
    assert_eq!(verdict.status, CreditStatus::Pass);
}

#[test]
fn example_31_the_exposure_is_the_sum_of_the_buckets() {
    let account = r#""buckets": {"open_orders": "100", "open_deliveries": "400", "open_billing": "500", "open_items": "200"}"#;
    let verdict = ask(&Credit::default(), account, r#""value": "0""#);
    assert_eq!(verdict.exposure_after, money(120_000));
    let without = policy(r#"{"buckets": {"open_billing": {"include": false}}}"#);
    assert_eq!(ask(&without, account, r#""value": "0""#).exposure_after, money(70_000));
}

#[test]
fn no_limit_and_a_limit_of_zero_mean_what_the_rulebook_says() {
    for (json, account, status, limit) in [
        ("{}", "", CreditStatus::Pass, None),
        (r#"{"no_limit": "no_credit"}"#, "", CreditStatus::Hold, Some(money(0))),
        ("{}", r#""limit": "0","#, CreditStatus::Hold, Some(money(0))),
        (r#"{"zero_limit": "unlimited"}"#, r#""limit": "0","#, CreditStatus::Pass, None),
    ] {
        let verdict = ask(&policy(json), &format!(r#"{account} "security": "0""#), r#""value": "0.01""#);
        assert_eq!((verdict.status, verdict.limit, verdict.headroom), (status, limit, limit), "{json} {account}");
    }
}

#[test]
fn deductions_count_only_when_the_rulebook_says_so() {
    let account = r#""limit": "50", "buckets": {"open_items": "100"}, "unapplied_credits": "30", "security": "20""#;
    let ask_with = |json: &str| ask(&policy(json), account, r#""value": "0""#).exposure_after;
    assert_eq!(ask_with("{}"), money(10_000));
    assert_eq!(ask_with(r#"{"deductions": {"unapplied_credits": true}}"#), money(7_000));
    assert_eq!(ask_with(r#"{"deductions": {"unapplied_credits": true, "security": true}}"#), money(5_000));
}

const ALL_CHECKS: &str = r#"{"checks": [
    {"id": "limit", "check": "static_limit", "severity": "hold"},
    {"id": "large", "check": {"max_document_value": "500"}, "severity": "reject"},
    {"id": "overdue", "check": {"overdue_amount": {"above": "100", "grace_days": 3}}, "severity": "warn"},
    {"id": "old", "check": {"oldest_open_item": {"days": 30}}, "severity": "hold"},
    {"id": "expired", "check": "limit_expired", "severity": "info"},
    {"id": "blocked", "check": {"account_status": "blocked"}, "severity": "reject"},
    {"id": "cash", "check": {"account_status": "cash_only"}, "severity": "hold"}]}"#;

/// The ids of the checks that fail.
fn failed(account: &str, document: &str) -> (CreditStatus, Vec<String>) {
    let verdict = ask(&policy(ALL_CHECKS), account, document);
    assert_eq!(verdict.checks.len(), 7, "every check is judged");
    assert_eq!(verdict.findings.len(), verdict.checks.iter().filter(|check| !check.passed).count());
    (verdict.status, verdict.checks.iter().filter(|check| !check.passed).map(|check| check.id.to_string()).collect())
}

#[test]
fn a_figure_that_equals_its_threshold_passes_and_one_above_fails() {
    use CreditStatus::{Hold, Pass, Reject, Warn};
    let item = |due: &str, amount: &str| format!(r#""open_items": [{{"id": "R-1", "due": "{due}", "amount": "{amount}"}}]"#);
    for (account, value, status, ids) in [
        (r#""limit": "300""#.to_owned(), "300", Pass, vec![]),
        (r#""limit": "300""#.to_owned(), "300.01", Hold, vec!["limit"]),
        (r#""limit": "1000""#.to_owned(), "500", Pass, vec![]),
        (r#""limit": "1000""#.to_owned(), "500.01", Reject, vec!["large"]),
        // due on the 18th: 3 days past due on the 21st, within the days of grace
        (item("2026-11-18", "999"), "1", Pass, vec![]),
        (item("2026-11-17", "100"), "1", Pass, vec![]),
        (item("2026-11-17", "100.01"), "1", Warn, vec!["overdue"]),
        (item("2026-11-17", "-999"), "1", Pass, vec![]),
        // 22 October to 21 November: 30 days
        (item("2026-10-22", "1"), "1", Pass, vec![]),
        (item("2026-10-21", "1"), "1", Hold, vec!["old"]),
        (r#""limit_valid_until": "2026-11-22""#.to_owned(), "1", Pass, vec![]),
        (r#""limit_valid_until": "2026-11-21""#.to_owned(), "1", Pass, vec!["expired"]),
        (r#""status": "blocked""#.to_owned(), "0", Reject, vec!["blocked"]),
        (r#""status": "cash_only""#.to_owned(), "0", Pass, vec![]),
        (r#""status": "cash_only""#.to_owned(), "0.01", Hold, vec!["cash"]),
    ] {
        let (found, failing) = failed(&account, &format!(r#""value": "{value}""#));
        assert_eq!((found, failing.iter().map(String::as_str).collect()), (status, ids), "{account} {value}");
    }
}

#[test]
fn all_failing_checks_are_reported_and_the_worst_decides() {
    let account = r#""limit": "10", "limit_valid_until": "2026-01-01", "status": "blocked",
        "open_items": [{"id": "R-1", "due": "2026-01-01", "amount": "200"}]"#;
    let (status, ids) = failed(account, r#""value": "600""#);
    assert_eq!((status, ids.join(" ")), (CreditStatus::Reject, "limit large overdue old expired blocked".to_owned()));
    let verdict = ask(&policy(ALL_CHECKS), account, r#""value": "600""#);
    assert_eq!(verdict.max_document_value, None, "a blocked account buys nothing");
    let messages: Vec<&str> = verdict.findings.iter().map(|finding| finding.message.as_str()).collect();
    insta::assert_snapshot!(messages.join("\n"), @r"
    the exposure would be 800.00 EUR, the limit is 10.00 EUR
    the document is worth 600.00 EUR, one document may be worth 500.00 EUR at most
    200.00 EUR are overdue by more than 3 days, at most 100.00 EUR may be
    the oldest open item is 324 days past due, at most 30 may be
    the limit was valid until 2026-01-01, excluding that day; renew it
    the account `C-7` is blocked
    ");
}

#[test]
fn the_decision_on_the_wire() {
    let verdict = ask(&Credit::default(), r#""limit": "99""#, r#""value": "115""#);
    insta::assert_snapshot!(serde_json::to_string_pretty(&verdict).unwrap(), @r#"
    {
      "rulebook": "",
      "status": "hold",
      "account": "C-7",
      "currency": "EUR",
      "checks": [
        {
          "id": "static_limit",
          "kind": "static_limit",
          "code": "credit.over_limit",
          "severity": "hold",
          "passed": false,
          "actual": "115.00",
          "threshold": "99.00",
          "message": "the exposure would be 115.00 EUR, the limit is 99.00 EUR"
        }
      ],
      "exposure_before": "0.00",
      "exposure_after": "115.00",
      "limit": "99.00",
      "headroom": "99.00",
      "max_document_value": "99.00",
      "findings": [
        {
          "code": "credit.over_limit",
          "severity": "error",
          "message": "the exposure would be 115.00 EUR, the limit is 99.00 EUR",
          "details": {
            "check": "static_limit",
            "actual": "115.00",
            "threshold": "99.00"
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_request_that_cannot_be_judged_says_all_that_is_wrong() {
    let account = r#""limit": "-1", "buckets": {"open_orders": "0.001"}, "security": "-2",
        "open_items": [{"id": "R-1", "due": "2026-01-01", "amount": "1"}, {"id": "R-1", "due": "2026-01-01", "amount": "1"}]"#;
    let error = check(&Credit::default(), &Fingerprint::default(), &request(account, r#""value": "1", "currency": "USD""#)).unwrap_err();
    insta::assert_snapshot!(problems(&error).join("\n"), @r"
    credit.amount /account/buckets/open_orders: the amount `0.001` has more decimals than EUR has (2); round it first
    credit.amount /account/limit: the amount `-1` is below zero; write zero or more
    rulebook.duplicate_id /account/open_items/1/id: the open item `R-1` stands here twice; give each item once
    credit.amount /account/security: the amount `-2` is below zero; write zero or more
    credit.currency /document/currency: the document is in `USD`, the account in `EUR`; convert the value to `EUR` first
    ");
}

#[test]
fn amounts_of_checks_bind_the_account_s_currency() {
    let mut dollars = request(r#""limit": "10""#, r#""value": "1""#);
    dollars.account.currency = "USD".parse().unwrap();
    assert_eq!(check(&Credit::default(), &Fingerprint::default(), &dollars).unwrap().status, CreditStatus::Pass);
    let none_overdue = policy(r#"{"checks": [{"id": "overdue", "check": {"overdue_amount": {}}}]}"#);
    assert_eq!(check(&none_overdue, &Fingerprint::default(), &dollars).unwrap().status, CreditStatus::Pass);
    let error = check(&policy(ALL_CHECKS), &Fingerprint::default(), &dollars).unwrap_err();
    assert_eq!(error.code(), Some(Code::from(CreditCode::Currency)));
    assert_eq!(error.diagnostics()[0].path, "/account/currency");
}

#[test]
fn overflow_is_an_error_with_a_path() {
    let most = "90000000000000000";
    let account = format!(r#""buckets": {{"open_orders": "{most}", "open_billing": "{most}"}}"#);
    let error = check(&Credit::default(), &Fingerprint::default(), &request(&account, r#""value": "1""#)).unwrap_err();
    assert_eq!(problems(&error), ["limit.overflow /account: the exposure is too large; amounts have at most 18 digits"]);
}

#[test]
fn a_definition_with_problems_reports_all_of_them() {
    let def: CreditDef = serde_json::from_str(
        r#"{"buckets": {"open_items": {"limit": "-5"}}, "checks": [
            {"id": "a", "check": "static_limit"},
            {"id": "a", "check": "limit_expired"},
            {"id": "b", "check": {"max_document_value": "1.005"}},
            {"id": "c", "check": {"overdue_amount": {"above": "-1"}}}]}"#,
    )
    .unwrap();
    let mut diagnostics = Diagnostics::new();
    compile(&def, euro(), &Path::ROOT.field("credit"), &mut diagnostics);
    insta::assert_snapshot!(problems(&diagnostics.finish().unwrap_err()).join("\n"), @r"
    credit.amount /credit/buckets/open_items/limit: the amount `-5` is below zero; write zero or more
    rulebook.duplicate_id /credit/checks/1/id: the check id `a` is used twice; give each check its own
    credit.amount /credit/checks/2/check/max_document_value: the amount `1.005` has more decimals than EUR has (2); round it first
    credit.amount /credit/checks/3/check/overdue_amount/above: the amount `-1` is below zero; write zero or more
    ");
}

#[test]
fn an_empty_definition_is_the_default() {
    assert_eq!(serde_json::from_str::<CreditDef>("{}").unwrap(), CreditDef::default());
}

#[test]
fn unknown_fields_and_kinds_are_refused() {
    for json in [
        r#"{"check": []}"#,
        r#"{"no_limit": "none"}"#,
        r#"{"checks": [{"id": "a", "check": "static"}]}"#,
        r#"{"checks": [{"id": "a", "check": {"overdue_amount": {"over": "1"}}}]}"#,
        r#"{"checks": [{"id": "a", "check": {"max_document_value": 1.5}}]}"#,
    ] {
        assert!(serde_json::from_str::<CreditDef>(json).is_err(), "{json}");
    }
}

proptest! {
    /// The largest value passes, and one cent more does not.
    #[test]
    fn the_largest_value_is_the_nearest_change_that_passes(limit in 1_i64..5_000, open in 0_i64..6_000, value in 0_i64..5_000, cap in 0_i64..4_000) {
        let cents = |minor: i64| money(minor).to_decimal();
        let mut credit = policy(r#"{"checks": [{"id": "l", "check": "static_limit"}, {"id": "m", "check": {"max_document_value": "1"}}]}"#);
        credit.checks[1].rule = super::compile::Rule::MaxDocumentValue { minor: cap };
        let mut request = request(r#""limit": "1""#, r#""value": "1""#);
        request.account.limit = Some(cents(limit));
        request.account.buckets.open_deliveries = cents(open);
        request.document.value = cents(value);
        let verdict = check(&credit, &Fingerprint::default(), &request).unwrap();
        let largest = (limit - open).min(cap);
        prop_assert_eq!(verdict.max_document_value, (largest >= 0).then(|| money(largest)));
        prop_assert_eq!(verdict.status == CreditStatus::Pass, value <= largest);
    }

    /// Moving value from bucket to bucket changes nothing, and a document that is counted already changes nothing.
    #[test]
    fn a_value_counts_once_wherever_it_stands(parts in proptest::array::uniform4(-1_000_i64..1_000), from in 0_usize..4, to in 0_usize..4, moved in 0_i64..500) {
        let amounts = |parts: [i64; 4]| BucketAmounts {
            open_orders: money(parts[0]).to_decimal(),
            open_deliveries: money(parts[1]).to_decimal(),
            open_billing: money(parts[2]).to_decimal(),
            open_items: Some(money(parts[3]).to_decimal()),
        };
        let mut request = request(r#""limit": "5""#, r#""value": "0""#);
        request.account.buckets = amounts(parts);
        let before = check(&Credit::default(), &Fingerprint::default(), &request).unwrap();
        let mut after_move = parts;
        after_move[from] -= moved;
        after_move[to] += moved;
        request.account.buckets = amounts(after_move);
        prop_assert_eq!(&before, &check(&Credit::default(), &Fingerprint::default(), &request).unwrap());
        let mut counted = [0; 4];
        counted[to] = moved;
        request.document.value = money(moved).to_decimal();
        request.document.already_counted = amounts(counted);
        let again = check(&Credit::default(), &Fingerprint::default(), &request).unwrap();
        prop_assert_eq!(before.exposure_after, again.exposure_after);
    }
}
