//! What a rule author writes about quotas.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::def::is_default;
use crate::id::{AttributeId, ProductId, QuotaGroupId, QuotaId};
use crate::quantity::Quantity;
use crate::time::Date;

/// How much of a product, or of several together, each group of customers may take in a period.
///
/// ```
/// use dealdesk::inventory::{QuotaDef, QuotaOthers};
/// let def: QuotaDef = serde_json::from_str(r#"{
///     "id": "pumps", "products": [{"product": "P-100"}], "by": ["region"], "window": {"backward": 1},
///     "groups": [{"id": "north", "values": {"region": "north"}, "caps": [{"period": "month", "quantity": "100"}]}],
///     "others": {"caps": [{"period": "month", "quantity": "20"}]}
/// }"#)?;
/// assert!(matches!(def.others, QuotaOthers::Caps(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaDef {
    /// Names the quota.
    pub id: QuotaId,
    /// The products that draw on it together. Empty: every product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<QuotaProductDef>,
    /// The characteristics of a demand that its groups are told apart by: the customer's group, a region, a channel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<AttributeId>,
    /// From which periods besides its own a demand may draw.
    #[serde(default)]
    pub window: QuotaWindow,
    /// The groups; a demand belongs to the first that fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<QuotaGroupDef>,
    /// What everybody else may take, all together.
    #[serde(default)]
    pub others: QuotaOthers,
    /// What draws on it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub drawn_by: QuotaDrawnBy,
}

/// What draws on a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaDrawnBy {
    /// Reservations, soft and hard: they are refused beyond it, and what is released or expires is given back.
    #[default]
    Reservations,
    /// The host alone, which keeps the book and asks `check_quota`; reservations pass.
    Host,
}

/// A product that draws on a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaProductDef {
    /// The product.
    pub product: ProductId,
    /// How much one unit of the product consumes; above zero. With 2, a quantity of 100 consumes 200.
    #[serde(default = "one")]
    pub factor: Quantity,
}

fn one() -> Quantity {
    Quantity::from(1)
}

/// From which periods a demand may draw. Periods are those of its group's shortest cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaWindow {
    /// How many periods before its own; what is left there is taken next, the nearest first.
    #[serde(default)]
    pub backward: u32,
    /// How many periods after its own; taken last, the nearest first.
    #[serde(default)]
    pub forward: u32,
}

/// A group of customers and what it may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaGroupDef {
    /// Names the group.
    pub id: QuotaGroupId,
    /// The values of the characteristics by which a demand belongs to it. A characteristic that is left out may have any value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<AttributeId, String>,
    /// What it may take; every cap holds.
    pub caps: Vec<QuotaCapDef>,
}

/// What demands may take that belong to no group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaOthers {
    /// Any quantity: the quota is for its groups only.
    #[default]
    Unlimited,
    /// Nothing: the quota is all that there is.
    Nothing,
    /// Up to these caps, all of them together.
    Caps(Vec<QuotaCapDef>),
}

/// The most that may be taken in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaCapDef {
    /// How long a period is.
    pub period: QuotaPeriod,
    /// How much may be taken in each; zero or above.
    pub quantity: Quantity,
    /// Periods in which it is another quantity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dated: Vec<QuotaDatedDef>,
}

/// A period in which a cap is another quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaDatedDef {
    /// Any day of the period.
    pub on: Date,
    /// How much may be taken in it; zero or above.
    pub quantity: Quantity,
}

/// How long a period is, the shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A year of the calendar.
    Year,
}
