//! The verdict on a document.

use super::compile::{Credit, any_amount, not_negative, overflow};
use super::def::{CheckSeverity, LimitMeaning};
use super::judge::{CheckResult, judge, largest_value};
use super::request::{CreditBucket, CreditDecision, CreditRequest, CreditStatus};
use crate::id::{InvoiceId, Set};
use crate::money::ArithmeticError;
use crate::report::{CreditCode, Detail, Diagnostic, Diagnostics, Error, Finding, Fingerprint, Path, RulebookCode, Severity};
use crate::{Currency, Date, Decimal, Money};

/// Judges whether a document may be added to what an account owes.
///
/// # Errors
/// [`Error`] for figures that cannot be judged: a currency that is not the account's, an amount with more decimals than the
/// currency, a limit below zero, an open item twice, an overflow. A document that may not go on is not an error.
///
/// ```
/// use dealdesk::credit::{self, Credit, CreditRequest, CreditStatus};
/// use dealdesk::report::Fingerprint;
/// let request: CreditRequest = serde_json::from_str(r#"{
///     "date": "2026-11-21",
///     "account": {"id": "C-7", "currency": "EUR", "limit": "99", "buckets": {"open_items": "40"}},
///     "document": {"value": "115"}
/// }"#)?;
/// let decision = credit::check(&Credit::default(), &Fingerprint::default(), &request)?;
/// assert_eq!(decision.status, CreditStatus::Hold);
/// assert_eq!(decision.exposure_after.to_string(), "155.00");
/// assert_eq!(decision.max_document_value.map(|value| value.to_string()), Some("59.00".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(credit: &Credit, rulebook: &Fingerprint, request: &CreditRequest) -> Result<CreditDecision, Error> {
    // 1. Read the amounts.
    let read = read_figures(credit, request)?;
    // 2. Add up the exposure.
    let figures = add_up(credit, request, read)?;
    // 3. Judge every check.
    let judged: Vec<_> = credit.checks.iter().map(|check| judge(check, &figures)).collect::<Result<_, _>>()?;
    // 4. Conclude.
    let largest = largest_value(&judged);
    let checks: Vec<CheckResult> = judged.into_iter().map(|judged| judged.result).collect();
    Ok(CreditDecision {
        rulebook: rulebook.clone(),
        status: status(&checks),
        account: request.account.id.clone(),
        currency: figures.currency,
        findings: checks.iter().filter(|check| !check.passed).map(finding).collect(),
        checks,
        exposure_before: figures.exposure_before,
        exposure_after: figures.exposure_after,
        limit: figures.limit,
        headroom: figures.headroom()?,
        max_document_value: largest,
    })
}

/// Every figure that a check may look at, in one currency.
pub(super) struct Figures<'r> {
    pub request: &'r CreditRequest,
    pub currency: Currency,
    pub value: Money,
    pub limit: Option<Money>,
    pub exposure_before: Money,
    pub exposure_after: Money,
    /// The buckets without the document, in the order of [`CreditBucket::ALL`].
    pub buckets: [Money; 4],
    /// The items that are owed, with their days past due (below zero when they are not due yet).
    pub owed: Vec<(i64, Money)>,
}

impl Figures<'_> {
    pub fn bucket(&self, bucket: CreditBucket) -> Money {
        let entry = CreditBucket::ALL.iter().zip(self.buckets).find(|(known, _)| **known == bucket);
        entry.map_or_else(|| Money::zero(self.currency), |(_, amount)| amount)
    }

    fn headroom(&self) -> Result<Option<Money>, Error> {
        self.limit.map(|limit| limit.checked_sub(self.exposure_before)).transpose().map_err(|_| exposure_overflow())
    }
}

pub(super) fn exposure_overflow() -> Error {
    overflow("the exposure", &Path::ROOT.field("account")).into()
}

/// The amounts of the request, as they stand there.
struct Amounts {
    value: Money,
    limit: Option<Money>,
    buckets: [Option<Money>; 4],
    already_counted: [Money; 4],
    unapplied_credits: Money,
    security: Money,
    items: Vec<(i64, Money)>,
}

fn read_figures(credit: &Credit, request: &CreditRequest) -> Result<Amounts, Error> {
    let mut reader = Reader { currency: request.account.currency, problems: Diagnostics::new() };
    let (account, document) = (Path::ROOT.field("account"), Path::ROOT.field("document"));
    reader.same_currency(credit, request);
    let (buckets, counted) = (account.field("buckets"), document.field("already_counted"));
    let amounts = Amounts {
        value: reader.any(request.document.value, &document.field("value")),
        limit: request.account.limit.map(|limit| reader.not_negative(limit, &account.field("limit"))),
        buckets: CreditBucket::ALL
            .map(|bucket| request.account.buckets.get(bucket).map(|amount| reader.any(amount, &buckets.field(bucket.as_str())))),
        already_counted: CreditBucket::ALL.map(|bucket| {
            let amount = request.document.already_counted.get(bucket).unwrap_or_default();
            reader.any(amount, &counted.field(bucket.as_str()))
        }),
        unapplied_credits: reader.not_negative(request.account.unapplied_credits, &account.field("unapplied_credits")),
        security: reader.not_negative(request.account.security, &account.field("security")),
        items: reader.items(request, &account.field("open_items")),
    };
    reader.problems.finish().map(|_| amounts)
}

/// Reads amounts and keeps the problems, so that all of them are reported.
struct Reader {
    currency: Currency,
    problems: Diagnostics,
}

impl Reader {
    fn any(&mut self, amount: Decimal, path: &Path<'_>) -> Money {
        let read = any_amount(amount, self.currency, path);
        self.keep(read)
    }

    fn not_negative(&mut self, amount: Decimal, path: &Path<'_>) -> Money {
        let read = not_negative(amount, self.currency, path);
        self.keep(read)
    }

    fn keep(&mut self, read: Result<Money, Box<Diagnostic>>) -> Money {
        read.unwrap_or_else(|problem| {
            self.problems.push(*problem);
            Money::zero(self.currency)
        })
    }

    /// Nothing is converted here: the caller knows the rate, and the amounts are the account's.
    fn same_currency(&mut self, credit: &Credit, request: &CreditRequest) {
        let account = request.account.currency;
        if let Some(document) = request.document.currency.filter(|document| *document != account) {
            let message = format!("the document is in `{document}`, the account in `{account}`; convert the value to `{account}` first");
            self.problems.error(CreditCode::Currency, &Path::ROOT.field("document").field("currency"), message);
        }
        let has_amounts = credit.checks.iter().any(|check| check.rule.has_amount());
        if let Some(policy) = credit.currency.filter(|policy| has_amounts && *policy != account) {
            let message = format!("the amounts of the credit checks are in `{policy}`, the account is in `{account}`");
            let problem = Diagnostic::error(CreditCode::Currency, &Path::ROOT.field("account").field("currency"), message);
            self.problems.push(problem.help(format!("keep the account in `{policy}`, or use checks without amounts of their own")));
        }
    }

    fn items(&mut self, request: &CreditRequest, path: &Path<'_>) -> Vec<(i64, Money)> {
        let mut seen: Set<&InvoiceId> = Set::default();
        let mut items = Vec::with_capacity(request.account.open_items.len());
        for (index, item) in request.account.open_items.iter().enumerate() {
            let here = path.index(index);
            if !seen.insert(&item.id) {
                let message = format!("the open item `{}` stands here twice; give each item once", item.id);
                self.problems.error(RulebookCode::DuplicateId, &here.field("id"), message);
            }
            items.push((days_past_due(item.due, request.date), self.any(item.amount, &here.field("amount"))));
        }
        items
    }
}

fn days_past_due(due: Date, date: Date) -> i64 {
    i64::from(date.day_number()).saturating_sub(i64::from(due.day_number()))
}

fn add_up<'r>(credit: &Credit, request: &'r CreditRequest, amounts: Amounts) -> Result<Figures<'r>, Error> {
    let currency = request.account.currency;
    let sums = || -> Result<(Money, Money, [Money; 4]), ArithmeticError> {
        let mut buckets = [Money::zero(currency); 4];
        let mut before = Money::zero(currency);
        let pairs = amounts.buckets.iter().zip(amounts.already_counted);
        for ((bucket, slot), (given, counted)) in CreditBucket::ALL.into_iter().zip(&mut buckets).zip(pairs) {
            let given = given.map_or_else(|| sum(&amounts.items, currency), Ok)?;
            *slot = given.checked_sub(counted)?;
            if credit.included.contains(&bucket) {
                before = before.checked_add(*slot)?;
            }
        }
        if credit.deductions.unapplied_credits {
            before = before.checked_sub(amounts.unapplied_credits)?;
        }
        if credit.deductions.security {
            before = before.checked_sub(amounts.security)?;
        }
        Ok((before, before.checked_add(amounts.value)?, buckets))
    };
    let (exposure_before, exposure_after, buckets) = sums().map_err(|_| exposure_overflow())?;
    let owed = amounts.items.into_iter().filter(|(_, amount)| amount.minor() > 0).collect();
    let limit = effective_limit(credit, amounts.limit, currency);
    Ok(Figures { request, currency, value: amounts.value, limit, exposure_before, exposure_after, buckets, owed })
}

fn sum(items: &[(i64, Money)], currency: Currency) -> Result<Money, ArithmeticError> {
    items.iter().try_fold(Money::zero(currency), |total, (_, amount)| total.checked_add(*amount))
}

/// The limit that counts; `None` when the account may owe any amount.
fn effective_limit(credit: &Credit, limit: Option<Money>, currency: Currency) -> Option<Money> {
    let meaning = match limit {
        None => credit.no_limit,
        Some(limit) if limit.is_zero() => credit.zero_limit,
        Some(limit) => return Some(limit),
    };
    match meaning {
        LimitMeaning::Unlimited => None,
        LimitMeaning::NoCredit => Some(Money::zero(currency)),
    }
}

fn status(checks: &[CheckResult]) -> CreditStatus {
    let worst = checks.iter().filter(|check| !check.passed).map(|check| check.severity).max();
    match worst {
        None | Some(CheckSeverity::Info) => CreditStatus::Pass,
        Some(CheckSeverity::Warn) => CreditStatus::Warn,
        Some(CheckSeverity::Hold) => CreditStatus::Hold,
        Some(CheckSeverity::Reject) => CreditStatus::Reject,
    }
}

fn finding(check: &CheckResult) -> Finding {
    let severity = match check.severity {
        CheckSeverity::Info => Severity::Info,
        CheckSeverity::Warn => Severity::Warning,
        CheckSeverity::Hold | CheckSeverity::Reject => Severity::Error,
    };
    let message = check.message.clone().unwrap_or_default();
    let mut finding = Finding::new(check.code, severity, message).detail("check", Detail::Text(check.id.to_string()));
    for (name, figure) in [("actual", &check.actual), ("threshold", &check.threshold)] {
        if let Some(figure) = figure {
            finding = finding.detail(name, figure.clone());
        }
    }
    finding
}
