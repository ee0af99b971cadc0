//! What a rule author writes about credit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decimal;
use crate::id::RuleId;

/// The credit policy of a rulebook. Amounts are in the rulebook's currency.
///
/// ```
/// use dealdesk::credit::CreditDef;
/// let def: CreditDef = serde_json::from_str(r#"{
///     "buckets": {"open_billing": {"include": false}},
///     "checks": [
///         {"id": "limit", "check": "static_limit", "severity": "hold"},
///         {"id": "overdue", "check": {"overdue_amount": {"above": "0", "grace_days": 3}}, "severity": "warn"}
///     ]
/// }"#)?;
/// assert_eq!(def.checks.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditDef {
    /// Which amounts make up the exposure; all four unless told otherwise.
    #[serde(default)]
    pub buckets: BucketsDef,
    /// What is taken off the exposure; nothing unless told otherwise.
    #[serde(default)]
    pub deductions: DeductionsDef,
    /// What an account without a limit may owe.
    #[serde(default = "unlimited")]
    pub no_limit: LimitMeaning,
    /// What an account with a limit of zero may owe.
    #[serde(default = "no_credit")]
    pub zero_limit: LimitMeaning,
    /// The checks, all of which are judged. Without any, the exposure may not exceed the limit, or the document is held.
    #[serde(default)]
    pub checks: Vec<CheckDef>,
}

impl Default for CreditDef {
    fn default() -> Self {
        Self {
            buckets: BucketsDef::default(),
            deductions: DeductionsDef::default(),
            no_limit: unlimited(),
            zero_limit: no_credit(),
            checks: Vec::new(),
        }
    }
}

const fn unlimited() -> LimitMeaning {
    LimitMeaning::Unlimited
}

const fn no_credit() -> LimitMeaning {
    LimitMeaning::NoCredit
}

/// What a limit that is absent, or zero, means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitMeaning {
    /// The account may owe any amount.
    Unlimited,
    /// The account may owe nothing.
    NoCredit,
}

/// The four buckets of an exposure. A value stands in one of them at a time and moves on with the order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketsDef {
    /// Confirmed and not delivered.
    #[serde(default)]
    pub open_orders: BucketDef,
    /// Delivered and not invoiced.
    #[serde(default)]
    pub open_deliveries: BucketDef,
    /// Invoiced as a draft, not posted.
    #[serde(default)]
    pub open_billing: BucketDef,
    /// Posted and not paid.
    #[serde(default)]
    pub open_items: BucketDef,
}

/// How one bucket counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketDef {
    /// Whether it is part of the exposure.
    #[serde(default = "included")]
    pub include: bool,
    /// What this bucket alone may hold at most, whether or not it is part of the exposure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Decimal>,
    /// What follows when the bucket's own limit is exceeded.
    #[serde(default)]
    pub severity: CheckSeverity,
}

impl Default for BucketDef {
    fn default() -> Self {
        Self { include: true, limit: None, severity: CheckSeverity::default() }
    }
}

const fn included() -> bool {
    true
}

/// What is taken off the exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeductionsDef {
    /// Payments and credit notes that are not yet applied to an invoice.
    #[serde(default)]
    pub unapplied_credits: bool,
    /// What an insurer or a deposit covers.
    #[serde(default)]
    pub security: bool,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDef {
    /// Names the check in results.
    pub id: RuleId,
    /// What is checked.
    pub check: CheckRule,
    /// What follows when it fails.
    #[serde(default)]
    pub severity: CheckSeverity,
}

/// What a failed check means for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckSeverity {
    /// It is noted.
    Info,
    /// Someone should look; the document goes on.
    Warn,
    /// The document waits until someone releases it.
    #[default]
    Hold,
    /// The document is turned down.
    Reject,
}

/// What a check compares. A check fails only when the figure is strictly above the threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckRule {
    /// The exposure with the document against the account's limit.
    StaticLimit,
    /// The document's value against this amount.
    MaxDocumentValue(Decimal),
    /// The sum of the overdue items.
    OverdueAmount(OverdueAmount),
    /// How many days the oldest open item is past its due date.
    OldestOpenItem(OldestOpenItem),
    /// Whether the account's limit was still valid on the day.
    LimitExpired,
    /// Whether the account is blocked, or may only pay in advance.
    AccountStatus(BlockedStatus),
}

/// How much may be overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverdueAmount {
    /// The check fails when more than this is overdue.
    #[serde(default)]
    pub above: Decimal,
    /// How many days after its due date an item is not yet counted as overdue.
    #[serde(default)]
    pub grace_days: u32,
}

/// How old an open item may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OldestOpenItem {
    /// The check fails when an item is past its due date by more days than this.
    pub days: u32,
}

/// A status of an account that keeps it from buying on account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockedStatus {
    /// The check fails for a blocked account, whatever the document.
    Blocked,
    /// The check fails for an account that pays in advance, when the document adds to the exposure.
    CashOnly,
}
