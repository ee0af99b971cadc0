//! What a rule author writes about stock.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
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
    /// Whether more may be reserved than is available.
    #[serde(default)]
    pub backorder: Backorder,
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
    #[serde(default = "active")]
    pub active: bool,
}

const fn active() -> bool {
    true
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
}
