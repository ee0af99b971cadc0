//! How many kits can be reserved.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::availability::{Availability, LocationAvailability, Sellable};
use super::super::compile::Inventory;
use super::super::removal::usable;
use super::super::state::StockState;
use super::super::supply::Supply;
use super::compile::{Component, Kit};
use super::def::KitShipping;
use super::stock::{KitStock, as_quantity, enough_for};
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// What is in a kit, and of what there is the least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KitAvailability {
    /// Whether the components of one kit come from one place.
    pub ships: KitShipping,
    /// The components, in the order of the bill.
    pub components: Vec<KitComponent>,
}

/// A component of a kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KitComponent {
    /// The component.
    pub product: ProductId,
    /// How much of it one kit holds.
    pub quantity: Quantity,
    /// How much of it can be reserved, wherever it lies; absent for one that is not tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<Quantity>,
    /// For how many whole kits that is enough; absent for one that is not tracked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kits: Option<Quantity>,
}

/// The same as for other products, in whole kits.
pub(in super::super) fn kits_available(
    inventory: &Inventory,
    state: &StockState,
    product: &ProductId,
    kit: &Kit,
    at: Timestamp,
) -> Availability {
    let mut supply = Supply::at(inventory, state, at).by_priority();
    let components: Vec<KitComponent> = kit.components.iter().map(|component| inside(&mut supply, component)).collect();
    let stock = KitStock::of(inventory, kit, &mut supply, (None, None, None));
    let tracked = components.iter().any(|component| component.kits.is_some());
    let waiting = |component: &Component| enough_for(supply.backordered(&component.product), component.quantity);
    let headroom = |component: &Component| {
        let headroom = supply.headroom(&component.product).filter(|_| !supply.is_untracked(&component.product));
        headroom.map(|headroom| enough_for(headroom, component.quantity))
    };
    let headroom = kit.components.iter().filter_map(headroom).min();
    let available = if tracked { as_quantity(stock.kits) } else { Quantity::ZERO };
    Availability {
        product: product.clone(),
        tracked,
        available,
        sku_threshold: Quantity::ZERO,
        backordered: as_quantity(kit.components.iter().map(waiting).max().unwrap_or_default()),
        sellable: headroom.map_or(Sellable::Unlimited, |headroom| Sellable::UpTo(as_quantity(stock.kits.saturating_add(headroom)))),
        locations: inventory.locations().map(|(location, active)| at_location(&supply, inventory, state, kit, location, active)).collect(),
        kit: Some(KitAvailability { ships: kit.ships, components }),
    }
}

fn inside(supply: &mut Supply<'_>, component: &Component) -> KitComponent {
    let Component { product, quantity } = component.clone();
    let available = (!supply.is_untracked(&product)).then(|| supply.available(&product));
    let kits = available.map(|available| as_quantity(enough_for(available, quantity)));
    KitComponent { product, quantity, available, kits }
}

/// How many kits could be put together at a location alone: of all that is there, less those that what is held there takes away, less those
/// that the safety stock does.
fn at_location(
    supply: &Supply<'_>,
    inventory: &Inventory,
    state: &StockState,
    kit: &Kit,
    location: &LocationId,
    active: bool,
) -> LocationAvailability {
    let (mut there, mut not_held, mut free) = (i64::MAX, i64::MAX, i64::MAX);
    for Component { product, quantity } in kit.components.iter().filter(|component| inventory.is_tracked(&component.product)) {
        let on_hand = usable(inventory, state, product, location, supply.at.date());
        let left = supply.balance(product, location);
        let safe = left.saturating_sub(inventory.safety_stock(product, location));
        there = there.min(enough_for(on_hand, *quantity));
        not_held = not_held.min(enough_for(left, *quantity));
        free = free.min(enough_for(safe, *quantity));
    }
    let known = |kits: i64| if kits == i64::MAX { Quantity::ZERO } else { as_quantity(kits) };
    LocationAvailability {
        location: location.clone(),
        active,
        on_hand: known(there),
        held: known(there).saturating_sub(known(not_held)),
        safety_stock: known(not_held).saturating_sub(known(free)),
        available: if active { known(free) } else { Quantity::ZERO },
        over_reserved: Quantity::ZERO,
        unusable: Quantity::ZERO,
        lots: Vec::new(),
    }
}
