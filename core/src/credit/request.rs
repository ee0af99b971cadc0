//! What a credit check is asked, and what it answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CheckResult;
use crate::id::{CreditAccountId, InvoiceId};
use crate::report::{Finding, Fingerprint};
use crate::{Currency, Date, Decimal, Money};

/// May this document be added to what the account owes, on this day?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditRequest {
    /// The day of the check.
    pub date: Date,
    /// Who will owe the money: the bill-to party's account.
    pub account: CreditAccount,
    /// What is to be added.
    pub document: CreditDocument,
}

/// A credit account and its figures on the day. All amounts are in the account's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditAccount {
    /// Names the account.
    pub id: CreditAccountId,
    /// The currency of the limit and of every amount.
    pub currency: Currency,
    /// What the account may owe; absent when nobody has set a limit, which the rulebook's `no_limit` judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Decimal>,
    /// The first day on which the limit is not valid any more; absent when it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_valid_until: Option<Date>,
    /// Whether the account may buy on account.
    #[serde(default)]
    pub status: AccountStatus,
    /// What the account owes and will owe, without this document unless `already_counted` says so.
    #[serde(default)]
    pub buckets: BucketAmounts,
    /// Payments and credit notes that are not yet applied, as an amount of zero or above.
    #[serde(default)]
    pub unapplied_credits: Decimal,
    /// What an insurer or a deposit covers, as an amount of zero or above.
    #[serde(default)]
    pub security: Decimal,
    /// The posted invoices that are not paid in full, for the checks of what is overdue.
    #[serde(default)]
    pub open_items: Vec<OpenItem>,
}

/// Whether an account may buy on account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may.
    #[default]
    Open,
    /// It must pay in advance.
    CashOnly,
    /// It may not buy.
    Blocked,
}

/// Amounts by bucket; a negative amount is a balance in the customer's favour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketAmounts {
    /// Confirmed and not delivered, tax included.
    #[serde(default)]
    pub open_orders: Decimal,
    /// Delivered and not invoiced, tax included.
    #[serde(default)]
    pub open_deliveries: Decimal,
    /// Invoiced as a draft, not posted.
    #[serde(default)]
    pub open_billing: Decimal,
    /// Posted and not paid. Absent in an account: the sum of its `open_items`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_items: Option<Decimal>,
}

/// A bucket of an exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditBucket {
    /// Confirmed and not delivered.
    #[default]
    OpenOrders,
    /// Delivered and not invoiced.
    OpenDeliveries,
    /// Invoiced as a draft, not posted.
    OpenBilling,
    /// Posted and not paid.
    OpenItems,
}

impl CreditBucket {
    /// All buckets, in the order in which a value moves through them.
    pub const ALL: [Self; 4] = [Self::OpenOrders, Self::OpenDeliveries, Self::OpenBilling, Self::OpenItems];

    /// The bucket as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenOrders => "open_orders",
            Self::OpenDeliveries => "open_deliveries",
            Self::OpenBilling => "open_billing",
            Self::OpenItems => "open_items",
        }
    }
}

impl BucketAmounts {
    /// The amount in a bucket; absent when open items are to be summed.
    #[must_use]
    pub const fn get(&self, bucket: CreditBucket) -> Option<Decimal> {
        match bucket {
            CreditBucket::OpenOrders => Some(self.open_orders),
            CreditBucket::OpenDeliveries => Some(self.open_deliveries),
            CreditBucket::OpenBilling => Some(self.open_billing),
            CreditBucket::OpenItems => self.open_items,
        }
    }
}

/// A posted invoice that is not paid in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenItem {
    /// The invoice's number.
    pub id: InvoiceId,
    /// The day on which it was to be paid; it is past due from the day after.
    pub due: Date,
    /// What is still open; a negative amount is a credit note and is never overdue.
    pub amount: Decimal,
}

/// The document that is to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditDocument {
    /// What it adds to the debt, tax included, without what is paid in advance.
    pub value: Decimal,
    /// Its currency, when the caller wants it compared with the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The bucket that its value goes to: `open_orders` for an order.
    #[serde(default)]
    pub bucket: CreditBucket,
    /// What of this same document the account's buckets hold already, so that it is not counted twice.
    #[serde(default)]
    pub already_counted: BucketAmounts,
}

/// What becomes of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditStatus {
    /// It goes on; at most remarks.
    Pass,
    /// It goes on, and someone should look.
    Warn,
    /// It waits until someone releases it.
    Hold,
    /// It is turned down.
    Reject,
}

impl CreditStatus {
    /// The status as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Reject => "reject",
        }
    }
}

/// The verdict on a document, with every check and every figure. A "no" is not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditDecision {
    /// The rulebook that decided.
    pub rulebook: Fingerprint,
    /// What becomes of the document: the worst severity of the checks that failed.
    pub status: CreditStatus,
    /// The account.
    pub account: CreditAccountId,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Every check, in the order of the rulebook, then the buckets' own limits.
    pub checks: Vec<CheckResult>,
    /// The exposure without the document.
    pub exposure_before: Money,
    /// The exposure with the document.
    pub exposure_after: Money,
    /// The limit that was applied; absent when the account may owe any amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// How much the limit leaves without the document; below zero when it is exceeded already. Absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headroom: Option<Money>,
    /// The largest value of this document that would be neither held nor rejected. Absent when every value would go on (the
    /// status is then `pass` or `warn`), and when none would (the status is then `hold` or `reject`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_document_value: Option<Money>,
    /// One remark for each check that failed.
    pub findings: Vec<Finding>,
}
