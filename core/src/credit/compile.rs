//! From a definition to checks that can be judged.

use super::def::{BlockedStatus, BucketDef, CheckRule, CheckSeverity, CreditDef, DeductionsDef, LimitMeaning};
use super::request::CreditBucket;
use crate::id::{RuleId, Set};
use crate::money::ArithmeticError;
use crate::report::{CreditCode, Diagnostic, Diagnostics, Path, RulebookCode};
use crate::{Currency, Decimal, Money};

/// A checked credit policy.
#[derive(Debug, Clone)]
pub struct Credit {
    /// The currency of the amounts in `checks`; absent when there are none.
    pub(super) currency: Option<Currency>,
    pub(super) included: Vec<CreditBucket>,
    pub(super) deductions: DeductionsDef,
    pub(super) no_limit: LimitMeaning,
    pub(super) zero_limit: LimitMeaning,
    pub(super) checks: Vec<Check>,
}

#[derive(Debug, Clone)]
pub(super) struct Check {
    pub id: RuleId,
    pub severity: CheckSeverity,
    pub rule: Rule,
}

/// A check with its amounts in minor units of the policy's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    StaticLimit,
    MaxDocumentValue { minor: i64 },
    OverdueAmount { minor: i64, grace_days: u32 },
    OldestOpenItem { days: u32 },
    LimitExpired,
    Blocked,
    CashOnly,
    BucketLimit { bucket: CreditBucket, minor: i64 },
}

impl Rule {
    /// Whether the check compares with an amount that means something in one currency only.
    pub fn has_amount(self) -> bool {
        match self {
            Self::MaxDocumentValue { minor } | Self::OverdueAmount { minor, .. } | Self::BucketLimit { minor, .. } => minor != 0,
            Self::StaticLimit | Self::OldestOpenItem { .. } | Self::LimitExpired | Self::Blocked | Self::CashOnly => false,
        }
    }
}

impl Default for Credit {
    /// The policy of a rulebook that says nothing about credit: hold what exceeds the account's limit.
    fn default() -> Self {
        Self {
            currency: None,
            included: CreditBucket::ALL.to_vec(),
            deductions: DeductionsDef::default(),
            no_limit: LimitMeaning::Unlimited,
            zero_limit: LimitMeaning::NoCredit,
            checks: default_check().into_iter().collect(),
        }
    }
}

fn default_check() -> Option<Check> {
    let id = RuleId::new("static_limit").ok()?;
    Some(Check { id, severity: CheckSeverity::Hold, rule: Rule::StaticLimit })
}

/// Checks a credit policy whose amounts are in `currency`. Problems go to `diagnostics` with their place below `path`; what has
/// problems is left out of the result.
pub fn compile(def: &CreditDef, currency: Currency, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Credit {
    let mut compiler = Compiler { currency, ids: Set::default(), checks: Vec::new(), diagnostics };
    compiler.declared_checks(def, &path.field("checks"));
    if def.checks.is_empty() {
        compiler.checks.extend(default_check());
    }
    let mut included = Vec::new();
    for bucket in CreditBucket::ALL {
        let bucket_def = bucket_def(def, bucket);
        if bucket_def.include {
            included.push(bucket);
        }
        compiler.bucket_limit(bucket, bucket_def, &path.field("buckets").field(bucket.as_str()));
    }
    Credit {
        currency: Some(currency),
        included,
        deductions: def.deductions,
        no_limit: def.no_limit,
        zero_limit: def.zero_limit,
        checks: compiler.checks,
    }
}

const fn bucket_def(def: &CreditDef, bucket: CreditBucket) -> &BucketDef {
    match bucket {
        CreditBucket::OpenOrders => &def.buckets.open_orders,
        CreditBucket::OpenDeliveries => &def.buckets.open_deliveries,
        CreditBucket::OpenBilling => &def.buckets.open_billing,
        CreditBucket::OpenItems => &def.buckets.open_items,
    }
}

struct Compiler<'d> {
    currency: Currency,
    ids: Set<RuleId>,
    checks: Vec<Check>,
    diagnostics: &'d mut Diagnostics,
}

impl Compiler<'_> {
    fn declared_checks(&mut self, def: &CreditDef, path: &Path<'_>) {
        for (index, check) in def.checks.iter().enumerate() {
            let here = path.index(index);
            let rule = self.rule(&check.check, &here.field("check"));
            self.push(check.id.clone(), check.severity, rule, &here.field("id"));
        }
    }

    fn bucket_limit(&mut self, bucket: CreditBucket, def: &BucketDef, path: &Path<'_>) {
        let Some(limit) = def.limit else { return };
        let rule = self.amount(limit, &path.field("limit")).map(|minor| Rule::BucketLimit { bucket, minor });
        if let Ok(id) = RuleId::new(format!("bucket.{}", bucket.as_str())) {
            self.push(id, def.severity, rule, &path.field("limit"));
        }
    }

    fn push(&mut self, id: RuleId, severity: CheckSeverity, rule: Option<Rule>, path: &Path<'_>) {
        if !self.ids.insert(id.clone()) {
            let message = format!("the check id `{id}` is used twice; give each check its own");
            self.diagnostics.error(RulebookCode::DuplicateId, path, message);
        } else if let Some(rule) = rule {
            self.checks.push(Check { id, severity, rule });
        }
    }

    fn rule(&mut self, rule: &CheckRule, path: &Path<'_>) -> Option<Rule> {
        Some(match rule {
            CheckRule::StaticLimit => Rule::StaticLimit,
            CheckRule::LimitExpired => Rule::LimitExpired,
            CheckRule::AccountStatus(BlockedStatus::Blocked) => Rule::Blocked,
            CheckRule::AccountStatus(BlockedStatus::CashOnly) => Rule::CashOnly,
            CheckRule::OldestOpenItem(oldest) => Rule::OldestOpenItem { days: oldest.days },
            CheckRule::MaxDocumentValue(value) => {
                let minor = self.amount(*value, &path.field("max_document_value"))?;
                Rule::MaxDocumentValue { minor }
            }
            CheckRule::OverdueAmount(overdue) => {
                let minor = self.amount(overdue.above, &path.field("overdue_amount").field("above"))?;
                Rule::OverdueAmount { minor, grace_days: overdue.grace_days }
            }
        })
    }

    fn amount(&mut self, amount: Decimal, path: &Path<'_>) -> Option<i64> {
        match not_negative(amount, self.currency, path) {
            Ok(money) => Some(money.minor()),
            Err(problem) => {
                self.diagnostics.push(*problem);
                None
            }
        }
    }
}

/// An amount of zero or above.
pub(super) fn not_negative(amount: Decimal, currency: Currency, path: &Path<'_>) -> Result<Money, Box<Diagnostic>> {
    if amount.is_negative() {
        let message = format!("the amount `{amount}` is below zero; write zero or more");
        return Err(Box::new(Diagnostic::error(CreditCode::Amount, path, message)));
    }
    any_amount(amount, currency, path)
}

/// An amount that the currency can hold.
pub(super) fn any_amount(amount: Decimal, currency: Currency, path: &Path<'_>) -> Result<Money, Box<Diagnostic>> {
    let problem = |error| match error {
        ArithmeticError::Inexact => {
            let digits = currency.minor_units();
            let message = format!("the amount `{amount}` has more decimals than {currency} has ({digits}); round it first");
            Diagnostic::error(CreditCode::Amount, path, message)
        }
        _ => overflow(&format!("the amount `{amount}`"), path),
    };
    Money::from_decimal(amount, currency).map_err(|error| Box::new(problem(error)))
}

pub(super) fn overflow(what: &str, path: &Path<'_>) -> Diagnostic {
    Diagnostic::error(crate::report::LimitCode::Overflow, path, format!("{what} is too large; amounts have at most 18 digits"))
}
