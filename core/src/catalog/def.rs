//! What an author writes about units, categories and products.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fact::Facts;
use crate::id::{CategoryId, ProductId, TaxCategoryId, UnitId};
use crate::money::Decimal;
use crate::quantity::Factor;

/// A unit of measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitDef {
    /// Names the unit, such as `piece`.
    pub id: UnitId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many decimals a quantity in this unit may have, 0 to 6; 0 when absent.
    #[serde(default)]
    pub decimals: u8,
    /// How much of it promotions count as one unit, above zero: half a kilogram. 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Decimal>,
}

/// A category of products. Categories form a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryDef {
    /// Names the category.
    pub id: CategoryId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The category above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CategoryId>,
}

/// Whether a product is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// It is sold.
    #[default]
    Active,
    /// It is sold while stocks last; a finding names the successor.
    PhasedOut,
    /// It is not sold any more; a line with it is not priced.
    Discontinued,
}

/// A unit in which a product may be ordered besides its base unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackagingDef {
    /// The unit, such as `box`.
    pub unit: UnitId,
    /// How many base units one of it holds: `"10"`, or `"1/3"`.
    pub factor: Factor,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductDef {
    /// Names the product (article, SKU).
    pub id: ProductId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Its base unit: what stock is counted in and prices are per, unless they say otherwise.
    pub unit: UnitId,
    /// Whether it is sold.
    #[serde(default)]
    pub status: ProductStatus,
    /// What takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<ProductId>,
    /// The least that may be ordered, in base units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_order_quantity: Option<Decimal>,
    /// Only whole multiples of this may be ordered, in base units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_multiple: Option<Decimal>,
    /// Other units in which it may be ordered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packaging: Vec<PackagingDef>,
    /// Its tax category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxCategoryId>,
    /// Values that expressions may read, without their prefix: `cost` is `product.cost`. An attribute that is not declared has the type
    /// that all products' values have.
    #[serde(default, skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}
