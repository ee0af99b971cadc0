//! How much of a product can be reserved at a moment.

use schemars::JsonSchema;
use serde::Serialize;

use super::compile::Inventory;
use super::kit::{KitAvailability, kits_available};
use super::state::StockState;
use super::supply::Supply;
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// How much of a product can be reserved, in all and at each location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Availability {
    /// The product.
    pub product: ProductId,
    /// Whether its stock is kept.
    pub tracked: bool,
    /// What can be reserved and is there: the sum over the active locations of what each has, never below zero (a location that has
    /// too little takes nothing from the others), less the threshold, less what others wait for.
    pub available: Quantity,
    /// What is kept back once, wherever it lies.
    pub sku_threshold: Quantity,
    /// What reservations wait for at that moment.
    pub backordered: Quantity,
    /// What can be reserved in all, with what may wait for stock.
    pub sellable: Sellable,
    /// The locations of the rulebook, in the order in which stock is taken from them.
    pub locations: Vec<LocationAvailability>,
    /// For a kit: what is in it. All quantities above are whole kits then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kit: Option<KitAvailability>,
}

/// How much can be reserved in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sellable {
    /// So much.
    UpTo(Quantity),
    /// Any quantity.
    Unlimited,
}

/// How much of a product can be reserved at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LocationAvailability {
    /// Where.
    pub location: LocationId,
    /// Whether stock may be reserved here.
    pub active: bool,
    /// What is there.
    pub on_hand: Quantity,
    /// What is held at that moment, hard and soft.
    pub held: Quantity,
    /// What is kept back.
    pub safety_stock: Quantity,
    /// What can be reserved: on hand less held less safety stock, never below zero; zero at an inactive location.
    pub available: Quantity,
    /// By how much what is held exceeds what is there; zero when it does not.
    pub over_reserved: Quantity,
}

/// How much of a product can be reserved at a moment: holds that have ended by then do not count.
#[must_use]
pub fn availability(inventory: &Inventory, state: &StockState, product: &ProductId, at: Timestamp) -> Availability {
    if let Some(kit) = inventory.kit(product) {
        return kits_available(inventory, state, product, kit, at);
    }
    let mut supply = Supply::at(inventory, state, at).by_priority();
    let available = supply.available(product);
    let tracked = inventory.is_tracked(product);
    let headroom = supply.headroom(product).filter(|_| tracked);
    Availability {
        product: product.clone(),
        tracked,
        available,
        sku_threshold: inventory.sku_threshold(product),
        backordered: supply.backordered(product),
        sellable: headroom.map_or(Sellable::Unlimited, |headroom| Sellable::UpTo(available.saturating_add(headroom))),
        locations: inventory
            .locations()
            .map(|(location, active)| at_location(&supply, inventory, state, product, location, active))
            .collect(),
        kit: None,
    }
}

fn at_location(
    supply: &Supply<'_>,
    inventory: &Inventory,
    state: &StockState,
    product: &ProductId,
    location: &LocationId,
    active: bool,
) -> LocationAvailability {
    let on_hand = state.counters(product, location).on_hand;
    let held = supply.held(product, location);
    let safety_stock = inventory.safety_stock(product, location);
    let balance = on_hand.saturating_sub(held).saturating_sub(safety_stock);
    LocationAvailability {
        location: location.clone(),
        active,
        on_hand,
        held,
        safety_stock,
        available: if active { balance.or_zero() } else { Quantity::ZERO },
        over_reserved: held.saturating_sub(on_hand).or_zero(),
    }
}
