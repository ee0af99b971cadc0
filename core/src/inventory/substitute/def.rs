//! What a rule author writes about substitutes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::ProductId;
use crate::quantity::Quantity;
use crate::time::Period;

/// A product that may be delivered in the place of another when that is not there. Substitutes of a substitute may be delivered, too.
///
/// ```
/// use dealdesk::inventory::{SubstituteDef, SubstitutePrice};
/// let def: SubstituteDef = serde_json::from_str(r#"{"from": "BOLT-10", "to": "BOLT-5", "ratio": {"from": "1", "to": "2"}, "needs_consent": true}"#)?;
/// assert_eq!(def.price, SubstitutePrice::KeepOriginal);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubstituteDef {
    /// What is ordered.
    pub from: ProductId,
    /// What may be delivered instead.
    pub to: ProductId,
    /// How much of one replaces how much of the other.
    #[serde(default)]
    pub ratio: SubstituteRatio,
    /// Of several substitutes the lowest number is tried first; of equal numbers the one whose product has the smaller id.
    #[serde(default)]
    pub priority: u32,
    /// When it may be delivered, by the day of the plan; absent: always.
    #[serde(default = "always", skip_serializing_if = "is_always")]
    pub valid: Period,
    /// Whether the customer must agree to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_consent: bool,
    /// What it costs the customer.
    #[serde(default)]
    pub price: SubstitutePrice,
}

const fn always() -> Period {
    Period::ALWAYS
}

fn is_always(period: &Period) -> bool {
    *period == Period::ALWAYS
}

/// So much of the original is replaced by so much of the substitute. Only whole sets are replaced: with 2 and 3, five of the original
/// are four and one, and the four are replaced by six.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubstituteRatio {
    /// How much of the original, in its unit; above zero.
    pub from: Quantity,
    /// How much of the substitute, in its unit; above zero.
    pub to: Quantity,
}

impl Default for SubstituteRatio {
    fn default() -> Self {
        Self { from: Quantity::from(1), to: Quantity::from(1) }
    }
}

/// What a substitute costs the customer; the host prices the line accordingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubstitutePrice {
    /// What the original costs, for the quantity of the original that is replaced.
    #[default]
    KeepOriginal,
    /// What the substitute costs, for the quantity that is delivered.
    PriceOfSubstitute,
}
