//! What is asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frozen::FrozenPrices;
use super::redemption::UsageReading;
use crate::fact::Facts;
use crate::id::{ActorId, CouponCode, DocumentId, LineId, ProductId, RoleId, StepId, UnitId};
use crate::money::{Currency, Decimal, Percent};
use crate::pricing::{CounterReading, ExchangeRate};
use crate::time::{Date, Timestamp};

/// How much of the explanation is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Explain {
    /// Lines and totals, without the waterfalls.
    Totals,
    /// The waterfall of every line too.
    #[default]
    Waterfall,
    /// For every line also the rules that did not apply, each with its reason.
    Candidates,
}

/// A document to be priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// Names the document, so that what it redeems can be told from what other documents do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DocumentId>,
    /// The day whose prices, rules and rates apply.
    pub date: Date,
    /// The moment of the request, for price lists that are valid for a time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The currency; the rulebook's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What is known of the customer: `id`, and the declared attributes that begin with `customer.`, without that prefix.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub customer: Facts,
    /// Where it goes: `country`, and the declared attributes that begin with `destination.`.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub destination: Facts,
    /// How it was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The declared attributes that begin with `document.`.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub document: Facts,
    /// Where the counters of price lists stand; at zero when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<CounterReading>,
    /// The codes of the coupons that the customer has given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// How often rules with a limit were used before, and how much those with a budget have taken off; nothing when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<UsageReading>,
    /// Rates of exchange, for price lists of other currencies that are to be converted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange_rates: Vec<ExchangeRate>,
    /// Whether to say what each line costs at every quantity where its price changes, and what a little more would save.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub price_ladder: bool,
    /// Whether to say what rounding did, step by step and in all; with the waterfalls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rounding_report: bool,
    /// What persons set for all lines together, at override steps with the scope `document`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideRequest>,
    /// Prices that an earlier quote has determined, as its answer gave them with `freeze`: they stand, and what comes after them is
    /// computed. No rule changes or counts their lines. All are priced anew when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Box<FrozenPrices>>,
    /// Whether to give the prices in a form that can be frozen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub freeze: bool,
    /// How much of the explanation is wanted; the waterfall when absent.
    #[serde(default)]
    pub explain: Explain,
    /// The lines.
    pub lines: Vec<QuoteLineRequest>,
}

/// A line to be priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteLineRequest {
    /// Names the line; different from all others.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much of it, in the unit; above zero, or below where the rulebook takes returns.
    pub quantity: Decimal,
    /// The unit; the product's base unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The lowest price of a unit that the law asks to be named beside a reduced one; the engine reports what the line costs beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_price: Option<Decimal>,
    /// The declared attributes that begin with `line.`.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub attributes: Facts,
    /// What persons set for the line, at override steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideRequest>,
}

/// What a person sets by hand: one of the four values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideRequest {
    /// The override step.
    pub step: StepId,
    /// The price of a unit, in the line's unit. Only for a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Decimal>,
    /// The amount of the line, of one that comes back without its sign, or of all lines together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    /// This percentage off what the step begins with, up to 100; below zero for a surcharge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<Percent>,
    /// This amount off what the step begins with, but never below zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_off: Option<Decimal>,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: ActorId,
    /// The roles of the actor, by which the step's limits differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleId>,
}
