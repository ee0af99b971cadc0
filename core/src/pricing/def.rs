//! What an author writes about prices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CalculateDef, CapDef, PackageDef, PriceRecords};
use crate::id::{AttributeId, CounterId, PriceListId, StepId, UnitId};
use crate::money::{Currency, Decimal, Percent};
use crate::time::{Period, Window};

/// How tiers are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// All units have the price of the tier that the quantity reaches.
    #[default]
    Volume,
    /// Every unit has the price of the tier that it lies in: the first ones that of the first tier, the next ones that of the next.
    Graduated,
    /// The tier that the quantity reaches has one price for all, its `flat`, and `overage` for each unit above where it starts.
    Block,
}

/// To which of two neighbouring tiers a bound belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `from` belongs to the tier: from 10 on, the tenth is the first of the tier.
    #[default]
    LowerInclusive,
    /// `from` belongs to the tier before: above 10, the tenth is the last of that one.
    UpperInclusive,
}

/// What selects the tier, and what its bounds count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The quantity, in the record's unit.
    #[default]
    Quantity,
    /// The quantity at the price of the first tier.
    Amount,
    /// A number of the line or its product for each base unit, such as `product.weight`, times the quantity.
    PerUnit(AttributeId),
    /// A number of the line, such as `line.transaction_volume`, whatever the quantity.
    Attribute(AttributeId),
}

/// Which lines count together towards a tier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AggregateBy {
    /// Each line alone.
    #[default]
    Line,
    /// The lines of the same product.
    Product,
    /// The lines with the same text, such as `product.category` or `product.template`.
    Attribute(AttributeId),
    /// The lines that have their price from the same record.
    Record,
    /// All lines that have their price from this list.
    Document,
}

/// Which of several records counts that are valid on the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceTieBreak {
    /// The one at which the line costs least.
    Lowest,
    /// The one at which the line costs most.
    Highest,
    /// The one that began last; one without beginning counts as the first. Two that began on the same day are refused.
    LatestValidFrom,
}

/// Which record counts when an attribute has several values, such as a customer's groups or a product's categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// The one at which the line costs least.
    Best,
    /// That of the first value that has one; a product's categories begin with its own and go up.
    First,
}

/// For which units of an order a record counts that names a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitMatch {
    /// For all that the product is sold in: the quantity is converted.
    #[default]
    Convert,
    /// Only for lines that are ordered in it.
    Exact,
}

/// What a price of zero says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZeroPrice {
    /// It costs nothing.
    #[default]
    Free,
    /// There is no price; the next list is asked.
    NotSet,
}

/// A price list: records found by their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceListDef {
    /// Names the list.
    pub id: PriceListId,
    /// The attributes of text whose values find a record, such as `customer.level`, `product.id`; one to four. One may be a list of
    /// texts, such as `customer.groups` or `product.categories`; then `several` says which of its values counts.
    pub keys: Vec<AttributeId>,
    /// The currency of its prices; the rulebook's when absent. A list of another currency than the document's has no price, unless it is
    /// to `convert`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Whether its prices are converted to the document's currency, unrounded, by the rate that the request gives, or else the rulebook.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub convert: bool,
    /// When the list is valid; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Period>,
    /// From which time to which the list is valid, where days are not fine enough. It then has prices only for requests that say `at` which
    /// time they are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_at: Option<Window>,
    /// How its tiers are used.
    #[serde(default)]
    pub tier_mode: TierMode,
    /// To which tier a bound belongs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bound: Bound,
    /// What selects the tier.
    #[serde(default, skip_serializing_if = "is_default")]
    pub basis: Basis,
    /// Which lines count together towards a tier. Their order is that of the document: in graduated tiers the next line goes on where the
    /// one before ended.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aggregate_by: AggregateBy,
    /// Names a count that the host keeps over several documents. The request gives where it stands, the lines go on from there, and the
    /// answer says what to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterId>,
    /// Where a larger quantity would cost less in total, that total is paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pay_min: bool,
    /// Whether the first tier's `flat` is due for a quantity of zero.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flat_at_zero: bool,
    /// Which of several records of a key counts on a day; without it they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie_break: Option<PriceTieBreak>,
    /// Which record counts when a key's attribute has several values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub several: Option<Several>,
    /// For which units of an order a record counts that names a unit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unit_match: UnitMatch,
    /// What a price of zero says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zero_price: ZeroPrice,
    /// The list whose price is shown beside this one's, with what is saved against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<PriceListId>,
    /// Its records.
    #[serde(default, skip_serializing_if = "PriceRecords::is_empty")]
    pub records: PriceRecords,
    /// The name of a CSV file with more records: a column for each key, then `price`, and as needed `from`, `unit`, `per`,
    /// `valid_from`, `valid_until`; of tiers `flat`, `percent`, `overage`; of records `package`, `package_rounding`, `included`, `minimum`,
    /// `maximum`, `cap`, `cap_counter`, `cap_beyond`. Rows with the same key and validity and different `from` are the tiers of one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_csv: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A price of a list: for all quantities, by tiers, or calculated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRecordDef {
    /// The values of the list's keys, in their order.
    pub key: Vec<String>,
    /// The price for all quantities; absent when there are tiers or it is calculated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    /// The price for all quantities, calculated from another list's or by a formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculate: Option<CalculateDef>,
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
    /// What is sold in packages: then prices are per package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageDef>,
    /// How many units cost nothing; they come first, and tiers count only what comes after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub included: Option<Decimal>,
    /// The least amount that is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Decimal>,
    /// The largest amount that is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Decimal>,
    /// Up to which quantity the record counts, as in a contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<CapDef>,
}

/// A tier: what is charged from a quantity on. It has at least one of `price`, `calculate`, `percent` and `flat`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierDef {
    /// Where the tier begins; `bound` says to which tier it belongs.
    pub from: Decimal,
    /// Where the tier ends; where the next tier starts when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Decimal>,
    /// The price per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    /// The price per unit, calculated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calculate: Option<CalculateDef>,
    /// A percentage of what the tiers count, which is then an amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// An amount for the tier, whatever the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat: Option<Decimal>,
    /// In block mode, the price of each unit above where the tier starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overage: Option<Decimal>,
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
