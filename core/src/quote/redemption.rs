//! Coupons and uses: what a request brings of them, and what the document redeems, for a host to count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::request::QuoteRequest;
use super::result::Quote;
use crate::adjust::Termed;
use crate::id::{CouponCode, CustomerId, DocumentId, Ordinal, RuleId};
use crate::money::{Decimal, Money};
use crate::report::{Diagnostic, Diagnostics, Path, QuoteCode, content_hash, did_you_mean};
use crate::rulebook::Parts;

/// How often a rule was used, or how much it has taken off, before this document: of the rule, or of one code or one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageReading {
    /// The adjustment or the promotion.
    pub rule: RuleId,
    /// Of this code only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CouponCode>,
    /// Of this customer only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// How often it was used; 0 when absent.
    #[serde(default)]
    pub uses: u64,
    /// How much it has taken off; 0 when absent. Only of the rule as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
}

/// Whose uses are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageOf {
    /// The rule's, by all together.
    Rule,
    /// Those with the code.
    Code,
    /// Those of the customer.
    Customer,
}

/// Where a count stood when the quote was made, and how far it may go. A host adds to it only if it still stands there, or if it does not
/// go too far by it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExpectedUsage {
    /// Whose uses are counted.
    pub of: UsageOf,
    /// How often it had been used.
    pub uses: u64,
    /// How often it may be used; absent when that is not limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// How much it had taken off; absent when there is no budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How much it may take off; absent when there is no budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Money>,
}

/// A use of a rule with a coupon, a limit or a budget, which a host is to count when the document is placed.
#[derive(Debug, Clone)]
pub(super) struct Redemption {
    pub(super) rule: Ordinal,
    pub(super) code: Option<CouponCode>,
    pub(super) customer: Option<String>,
    pub(super) amount: i64,
    pub(super) key: Option<String>,
    pub(super) expected: Vec<ExpectedUsage>,
}

/// A use of a rule with a coupon, a limit or a budget. It is to be counted only when the document is placed, and once for each `key`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct RedemptionView<'q> {
    /// The same for the same document, rule and code, whenever it is quoted; absent when the request does not name the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'q str>,
    /// The adjustment or the promotion.
    pub rule: &'q str,
    /// The code by which it applies; absent when it asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'q str>,
    /// The customer, when the request names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<&'q str>,
    /// How many uses are to be added: 1.
    pub uses: u64,
    /// What it takes off the document, to be added to what it has taken off.
    pub amount: Money,
    /// The counts that the quote relies on; empty when nothing is limited.
    pub expected: &'q [ExpectedUsage],
}

impl Quote {
    /// What the document redeems: the uses of rules with a coupon, a limit or a budget.
    pub fn redemptions(&self) -> impl Iterator<Item = RedemptionView<'_>> {
        self.extras.redemptions.iter().map(|redemption| RedemptionView {
            key: redemption.key.as_deref(),
            rule: self.adjustment_id(redemption.rule),
            code: redemption.code.as_ref().map(CouponCode::as_str),
            customer: redemption.customer.as_deref(),
            uses: 1,
            amount: self.money(redemption.amount),
            expected: &redemption.expected,
        })
    }
}

/// Readings are of rules whose uses are counted, each once.
#[inline(never)]
pub(super) fn check_usage(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) {
    let place = Path::ROOT.field("usage");
    for (index, reading) in request.usage.iter().enumerate() {
        let at = place.index(index);
        if !parts.rules.contains(&reading.rule) {
            let message = format!("there is no adjustment or promotion `{}`", reading.rule);
            let help = did_you_mean(reading.rule.as_str(), parts.rules.iter().map(RuleId::as_str));
            diagnostics.push(Diagnostic::error(QuoteCode::Usage, &at.field("rule"), message).maybe_help(help));
        }
        if reading.code.is_some() && reading.customer.is_some() {
            let problem = Diagnostic::error(QuoteCode::Usage, &at, "a reading is of a code or of a customer, not of both");
            diagnostics.push(problem.help("give one reading for the code and one for the customer"));
        }
        if let Some(amount) = reading.amount {
            check_amount(parts, reading, amount, &at.field("amount"), diagnostics);
        }
        let same = |other: &UsageReading| (&other.rule, &other.code, &other.customer) == (&reading.rule, &reading.code, &reading.customer);
        if request.usage.iter().take(index).any(same) {
            diagnostics.error(QuoteCode::Usage, &at, format!("there is another reading of `{}` before this one", reading.rule));
        }
    }
}

fn check_amount(parts: &Parts, reading: &UsageReading, amount: Decimal, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let message = if amount.is_negative() {
        format!("`{amount}` is below zero; what was taken off is written without a sign")
    } else if amount.mantissa_at(parts.currency.minor_units().into()).is_err() {
        format!("`{amount}` is no amount of `{}`", parts.currency)
    } else if reading.code.is_some() || reading.customer.is_some() {
        "only the amount of a rule as a whole is counted; leave it out for a code or a customer".to_owned()
    } else {
        return;
    };
    diagnostics.error(QuoteCode::Usage, path, message);
}

impl Redemption {
    /// The use of a rule in this document.
    pub(super) fn new(ledger: &Ledger<'_>, rule: &dyn Termed, code: Option<&CouponCode>, amount: i64) -> Self {
        let key = |document: &DocumentId| content_hash(&(document, rule.id(), code));
        Self {
            rule: rule.rule_number(),
            code: code.cloned(),
            customer: ledger.customer().map(str::to_owned),
            amount,
            key: ledger.document().map(key),
            expected: ledger.expected(rule, code),
        }
    }
}
