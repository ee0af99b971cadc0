//! What an author writes about prices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AttributeId, PriceListId, StepId, UnitId};
use crate::money::{Currency, Decimal};
use crate::time::Period;

/// How tiers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// All units have the price of the tier that the quantity reaches.
    #[default]
    Volume,
}

/// A price list: records found by their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceListDef {
    /// Names the list.
    pub id: PriceListId,
    /// The attributes of text whose values find a record, such as `customer.level`, `product.id`; one to four.
    pub keys: Vec<AttributeId>,
    /// The currency of its prices; the rulebook's when absent. A list of another currency than the document's has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// When the list is valid; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
    /// How its tiers are used.
    #[serde(default)]
    pub tier_mode: TierMode,
    /// Its records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<PriceRecordDef>,
    /// The name of a CSV file with more records: a column for each key, then `price`, and as needed `from`, `unit`, `per`,
    /// `valid_from`, `valid_until`. Rows with the same key and validity and different `from` are the tiers of one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_csv: Option<String>,
}

/// A price of a list: for all quantities, or by tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRecordDef {
    /// The values of the list's keys, in their order.
    pub key: Vec<String>,
    /// The price for all quantities; absent when there are tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    /// Prices by quantity, from the lowest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierDef>,
    /// The unit that the price and the tiers are in; the product's base unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// For how many units the price is; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Decimal>,
    /// When the record is valid; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
}

/// A tier: the price from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierDef {
    /// The least quantity of the tier, which belongs to it.
    pub from: Decimal,
    /// The first quantity that does not belong to it; where the next tier starts when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Decimal>,
    /// The price per unit.
    pub price: Decimal,
}

/// The step of the procedure that finds the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceStepDef {
    /// Names the step.
    pub id: StepId,
    /// The lists in the order in which they are asked; the first that has a price wins.
    pub access: Vec<PriceListId>,
}
