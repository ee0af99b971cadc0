//! One check at a time, and the largest value that all of them would let pass.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compile::{Check, Rule};
use super::def::CheckSeverity;
use super::eval::{Figures, exposure_overflow};
use super::request::{AccountStatus, CreditBucket};
use crate::Money;
use crate::id::RuleId;
use crate::money::ArithmeticError;
use crate::report::{Code, CreditCode, Detail, Error};

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The exposure with the document against the limit.
    StaticLimit,
    /// The document's value.
    MaxDocumentValue,
    /// The sum of the overdue items.
    OverdueAmount,
    /// The age of the oldest open item.
    OldestOpenItem,
    /// The validity of the limit.
    LimitExpired,
    /// The status of the account.
    AccountStatus,
    /// One bucket against its own limit.
    BucketLimit,
}

/// One check with its figures, passed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckResult {
    /// The check; `bucket.open_orders` and so on for a bucket's own limit.
    pub id: RuleId,
    /// What was checked.
    pub kind: CheckKind,
    /// The reason when it fails; stable across versions.
    pub code: Code,
    /// What follows when it fails.
    pub severity: CheckSeverity,
    /// Whether it passed. A figure that equals its threshold passes.
    pub passed: bool,
    /// The figure: an amount, a number of days, a date, a status. Absent when there is none, such as the end of an endless limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Detail>,
    /// What the figure may be at most. Absent when there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Detail>,
    /// Why it failed, for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A result, and how the document's value bears on it.
pub(super) struct Judged {
    pub result: CheckResult,
    cap: Cap,
}

/// The largest value of the document that a check lets pass.
enum Cap {
    /// The value does not matter.
    Indifferent,
    UpTo(Money),
}

/// What one check finds.
struct Found {
    kind: CheckKind,
    code: CreditCode,
    passed: bool,
    actual: Option<Detail>,
    threshold: Option<Detail>,
    message: String,
    cap: Cap,
}

/// Judges one check.
pub(super) fn judge(check: &Check, figures: &Figures<'_>) -> Result<Judged, Error> {
    let found = match check.rule {
        Rule::StaticLimit => static_limit(figures).map_err(|_| exposure_overflow())?,
        Rule::MaxDocumentValue { minor } => max_document_value(figures, minor),
        Rule::BucketLimit { bucket, minor } => bucket_limit(figures, bucket, minor).map_err(|_| exposure_overflow())?,
        Rule::OverdueAmount { minor, grace_days } => overdue_amount(figures, minor, grace_days).map_err(|_| exposure_overflow())?,
        Rule::OldestOpenItem { days } => oldest_open_item(figures, days),
        Rule::LimitExpired => limit_expired(figures),
        Rule::Blocked => blocked(figures),
        Rule::CashOnly => cash_only(figures),
    };
    let result = CheckResult {
        id: check.id.clone(),
        kind: found.kind,
        code: found.code.into(),
        severity: check.severity,
        passed: found.passed,
        actual: found.actual,
        threshold: found.threshold,
        message: (!found.passed).then_some(found.message),
    };
    Ok(Judged { result, cap: found.cap })
}

/// The largest value that is neither held nor rejected; `None` when there is no bound, or nothing passes.
pub(super) fn largest_value(judged: &[Judged]) -> Option<Money> {
    let mut largest: Option<Money> = None;
    for judged in judged.iter().filter(|judged| judged.result.severity >= CheckSeverity::Hold) {
        match judged.cap {
            Cap::Indifferent if judged.result.passed => {}
            Cap::Indifferent => return None,
            Cap::UpTo(cap) if largest.is_none_or(|known| cap.minor() < known.minor()) => largest = Some(cap),
            Cap::UpTo(_) => {}
        }
    }
    largest.filter(|value| value.minor() >= 0)
}

fn static_limit(figures: &Figures<'_>) -> Result<Found, ArithmeticError> {
    let (after, limit) = (figures.exposure_after, figures.limit);
    Ok(Found {
        kind: CheckKind::StaticLimit,
        code: CreditCode::OverLimit,
        passed: limit.is_none_or(|limit| after.minor() <= limit.minor()),
        actual: Some(after.into()),
        threshold: limit.map(Detail::from),
        message: limit.map_or_else(String::new, |limit| format!("the exposure would be {after:?}, the limit is {limit:?}")),
        cap: match limit {
            None => Cap::Indifferent,
            Some(limit) => Cap::UpTo(limit.checked_sub(figures.exposure_before)?),
        },
    })
}

fn max_document_value(figures: &Figures<'_>, minor: i64) -> Found {
    let (value, most) = (figures.value, Money::new(minor, figures.currency));
    Found {
        kind: CheckKind::MaxDocumentValue,
        code: CreditCode::DocumentValue,
        passed: value.minor() <= minor,
        actual: Some(value.into()),
        threshold: Some(most.into()),
        message: format!("the document is worth {value:?}, one document may be worth {most:?} at most"),
        cap: Cap::UpTo(most),
    }
}

fn bucket_limit(figures: &Figures<'_>, bucket: CreditBucket, minor: i64) -> Result<Found, ArithmeticError> {
    let (before, most) = (figures.bucket(bucket), Money::new(minor, figures.currency));
    let receives = figures.request.document.bucket == bucket;
    let after = if receives { before.checked_add(figures.value)? } else { before };
    Ok(Found {
        kind: CheckKind::BucketLimit,
        code: CreditCode::BucketLimit,
        passed: after.minor() <= minor,
        actual: Some(after.into()),
        threshold: Some(most.into()),
        message: format!("`{}` would hold {after:?}, its own limit is {most:?}", bucket.as_str()),
        cap: if receives { Cap::UpTo(most.checked_sub(before)?) } else { Cap::Indifferent },
    })
}

fn overdue_amount(figures: &Figures<'_>, minor: i64, grace_days: u32) -> Result<Found, ArithmeticError> {
    let mut overdue = Money::zero(figures.currency);
    for (days, amount) in &figures.owed {
        if *days > i64::from(grace_days) {
            overdue = overdue.checked_add(*amount)?;
        }
    }
    let most = Money::new(minor, figures.currency);
    let grace = if grace_days == 0 { String::new() } else { format!(" by more than {}", days_text(grace_days.into())) };
    Ok(Found {
        kind: CheckKind::OverdueAmount,
        code: CreditCode::Overdue,
        passed: overdue.minor() <= minor,
        actual: Some(overdue.into()),
        threshold: Some(most.into()),
        message: format!("{overdue:?} are overdue{grace}, at most {most:?} may be"),
        cap: Cap::Indifferent,
    })
}

fn oldest_open_item(figures: &Figures<'_>, days: u32) -> Found {
    let oldest = figures.owed.iter().map(|(days, _)| *days).max().unwrap_or(0).max(0);
    Found {
        kind: CheckKind::OldestOpenItem,
        code: CreditCode::OldestItem,
        passed: oldest <= i64::from(days),
        actual: Some(oldest.into()),
        threshold: Some(i64::from(days).into()),
        message: format!("the oldest open item is {} past due, at most {days} may be", days_text(oldest)),
        cap: Cap::Indifferent,
    }
}

fn limit_expired(figures: &Figures<'_>) -> Found {
    let until = figures.request.account.limit_valid_until;
    let date = figures.request.date;
    Found {
        kind: CheckKind::LimitExpired,
        code: CreditCode::LimitExpired,
        passed: until.is_none_or(|until| date < until),
        actual: Some(date.into()),
        threshold: until.map(Detail::from),
        message: until.map_or_else(String::new, |until| format!("the limit was valid until {until}, excluding that day; renew it")),
        cap: Cap::Indifferent,
    }
}

fn blocked(figures: &Figures<'_>) -> Found {
    let account = &figures.request.account;
    Found {
        kind: CheckKind::AccountStatus,
        code: CreditCode::Blocked,
        passed: account.status != AccountStatus::Blocked,
        actual: Some(status_text(account.status).into()),
        threshold: None,
        message: format!("the account `{}` is blocked", account.id),
        cap: Cap::Indifferent,
    }
}

fn cash_only(figures: &Figures<'_>) -> Found {
    let account = &figures.request.account;
    let pays_first = account.status == AccountStatus::CashOnly;
    Found {
        kind: CheckKind::AccountStatus,
        code: CreditCode::CashOnly,
        passed: !pays_first || figures.value.minor() <= 0,
        actual: Some(status_text(account.status).into()),
        threshold: None,
        message: format!("the account `{}` pays in advance; {:?} of the document are not paid", account.id, figures.value),
        cap: if pays_first { Cap::UpTo(Money::zero(figures.currency)) } else { Cap::Indifferent },
    }
}

const fn status_text(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Open => "open",
        AccountStatus::CashOnly => "cash_only",
        AccountStatus::Blocked => "blocked",
    }
}

fn days_text(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}
