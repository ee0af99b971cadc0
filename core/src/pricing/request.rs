//! What a host gives with a document besides its facts: where counters stand, and rates of exchange.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::CounterId;
use crate::money::{Currency, Decimal};

/// Where a counter stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterReading {
    /// The counter, as price lists name it.
    pub counter: CounterId,
    /// Of a list that counts by product or by an attribute, for which text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What was counted before this document.
    pub value: Decimal,
}

/// A rate of exchange: so much of `to` for one of `from`. It is never rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRate {
    /// The currency of the price.
    pub from: Currency,
    /// The currency of the document.
    pub to: Currency,
    /// How much of `to` one of `from` is, above zero.
    pub rate: Decimal,
}
