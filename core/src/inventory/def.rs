//! What a rule author writes about stock.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dimensions::Tracking;
use super::kit::KitDef;
use super::promise::PromiseDef;
use super::quota::QuotaDef;
use super::removal::RemovalDef;
use super::replan::ReplanSegmentDef;
use super::replenish::{BillDef, ReplenishDef};
use super::scarcity::SharingDef;
use super::sourcing::{SourcingDef, SourcingFactsDef};
use super::substitute::SubstituteDef;
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;

/// The stock policy of a rulebook.
///
/// ```
/// use dealdesk::inventory::InventoryDef;
/// let def: InventoryDef = serde_json::from_str(r#"{
///     "locations": [{"id": "north", "priority": 1}, {"id": "south", "priority": 2}],
///     "safety_stock": [{"location": "north", "product": "P-100", "quantity": "5"}],
///     "hold_ttl_seconds": 900
/// }"#)?;
/// assert!(def.locations[1].active);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InventoryDef {
    /// Where stock lies.
    #[serde(default)]
    pub locations: Vec<LocationDef>,
    /// What is kept back. Of several entries that fit, the most special counts: location and product, then product, then location,
    /// then the one that names neither.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub safety_stock: Vec<SafetyStockDef>,
    /// After how many seconds a soft hold ends that names no end of its own. Without it, such a hold does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_ttl_seconds: Option<u32>,
    /// How much of each product is not for sale at all locations together, in the product's unit: kept back once, wherever it lies.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sku_threshold: Quantity,
    /// Whether more may be reserved than is available.
    #[serde(default)]
    pub backorder: Backorder,
    /// What is special about single products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductStockDef>,
    /// Whether goods that are held for others may not leave without their reservation. When `false`, they may, and what is missing
    /// then is reported as a shortage.
    #[serde(default = "yes")]
    pub on_hand_not_below_held: bool,
    /// Policies by which a scarce quantity is shared out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<SharingDef>,
    /// What becomes of the soft holds of a demand that reserves again.
    #[serde(default)]
    pub own_soft_holds: OwnSoftHolds,
    /// Which stock is taken first, and which is not taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removal: RemovalDef,
    /// How dates are promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Box<PromiseDef>>,
    /// How much of products each group of customers may take in a period. Every quota of a product holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<QuotaDef>,
    /// How demands are treated when stock is planned anew, because there is less than was promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replan: Vec<ReplanSegmentDef>,
    /// Products that may be delivered in the place of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<SubstituteDef>,
    /// What products are made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bills: Vec<BillDef>,
    /// How products are obtained when stock does not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replenish: Vec<ReplenishDef>,
    /// Products that are sold whole and held as their components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kits: Vec<KitDef>,
    /// Policies by which orders are spread over locations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sourcing: Vec<SourcingDef>,
}

/// What becomes of the soft holds of a demand when something is reserved for it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnSoftHolds {
    /// Those of the same product do not count, and are released when the new reservation is accepted.
    #[default]
    Replace,
    /// They count like those of others.
    Count,
}

impl Default for InventoryDef {
    fn default() -> Self {
        Self {
            locations: Vec::new(),
            safety_stock: Vec::new(),
            hold_ttl_seconds: None,
            sku_threshold: Quantity::ZERO,
            backorder: Backorder::Denied,
            products: Vec::new(),
            on_hand_not_below_held: true,
            removal: RemovalDef::default(),
            sharing: Vec::new(),
            promise: None,
            own_soft_holds: OwnSoftHolds::Replace,
            quotas: Vec::new(),
            replan: Vec::new(),
            substitutes: Vec::new(),
            bills: Vec::new(),
            replenish: Vec::new(),
            kits: Vec::new(),
            sourcing: Vec::new(),
        }
    }
}

/// What is special about the stock of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductStockDef {
    /// The product.
    pub product: ProductId,
    /// How much of it is not for sale at all locations together; absent: as for all products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku_threshold: Option<Quantity>,
    /// Whether more of it may be reserved than is available; absent: as for all products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backorder: Option<Backorder>,
    /// Whether its stock is kept. Of a product that is not tracked any quantity can be reserved, and its levels do not change by
    /// reservations.
    #[serde(default = "yes")]
    pub tracked: bool,
    /// What its stock is told apart by; absent: by nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<Tracking>,
    /// Which of its stock is taken first, and which is not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<RemovalDef>,
}

/// A place where stock lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationDef {
    /// Names the location.
    pub id: LocationId,
    /// Its name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Stock is taken from the lowest number first; of equal numbers from the smaller id.
    #[serde(default)]
    pub priority: u32,
    /// Whether stock may be reserved here. What an inactive location has is not available; it can still be received, counted,
    /// issued and committed.
    #[serde(default = "yes")]
    pub active: bool,
    /// The location that it is a part of: a bin of a warehouse, a warehouse of a region. What is asked of the parent is taken from
    /// itself and from its parts; parts of a location that is not active are not active either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LocationId>,
    /// What sourcing knows about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sourcing: Option<SourcingFactsDef>,
}

const fn yes() -> bool {
    true
}

/// Whether a value is the one that stands for itself when it is left out.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How much of the stock is not for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SafetyStockDef {
    /// At this location; absent: at every location.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// Of this product; absent: of every product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// How much is kept back at each location, in the product's unit.
    pub quantity: Quantity,
}

/// Whether more may be reserved than is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Backorder {
    /// No: what is reserved is there.
    #[default]
    Denied,
    /// Up to this quantity of a product, all reservations together.
    Limit(Quantity),
    /// Any quantity.
    Unlimited,
}
