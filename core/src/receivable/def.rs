//! What a rulebook says about receivables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::TermsId;
use crate::money::Decimal;

/// The terms of payment of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivableDef {
    /// The terms, each with an id.
    #[serde(default)]
    pub terms: Vec<TermsDef>,
    /// The terms of an invoice that names none. Without them such an invoice is due on its own date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_terms: Option<TermsId>,
}

/// Terms of payment: `{"id": "net30", "due": {"net_days": 30}, "cash_discount": {"percent": "2", "net_days": 10}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsDef {
    /// The name under which orders and customers refer to the terms.
    pub id: TermsId,
    /// When the invoice is due.
    pub due: DueDef,
    /// What may be taken off for early payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_discount: Option<CashDiscountDef>,
}

/// When an invoice is due, counted from its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DueDef {
    /// So many days later; 0 is the invoice's own date.
    NetDays(u32),
    /// The last day of a month.
    EndOfMonth(EndOfMonthDef),
    /// A fixed day of a month.
    FixedDay(FixedDayDef),
    /// In parts.
    Instalments(Vec<InstalmentDef>),
}

/// The last day of the month that many months after the invoice's month; 0 is the invoice's own month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndOfMonthDef {
    /// Months after the invoice's month.
    #[serde(default)]
    pub months: u32,
}

/// A fixed day of the month that many months after the invoice's month. In a shorter month it is that month's last day; when it would
/// lie before the invoice's date it is that day of the next month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixedDayDef {
    /// The day of the month, 1 to 31.
    pub day: u32,
    /// Months after the invoice's month.
    #[serde(default)]
    pub months: u32,
}

/// One part of an invoice that is paid in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstalmentDef {
    /// The part of the gross amount. All parts sum to 100; what rounding leaves over goes to the last.
    pub percent: Decimal,
    /// Days after the invoice's date.
    pub net_days: u32,
}

/// What may be taken off the gross amount by who pays early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CashDiscountDef {
    /// The percentage of the gross amount, above 0 and up to 100.
    pub percent: Decimal,
    /// The last day on which it may be taken, in days after the invoice's date.
    pub net_days: u32,
}
