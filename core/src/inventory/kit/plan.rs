//! Taking kits apart in a plan: whole kits from each place, and which stock of each component.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::compile::Inventory;
use super::super::part::StockPart;
use super::super::removal::{Ask, RemovalTerms};
use super::super::supply::Supply;
use super::compile::{Component, Kit};
use super::stock::{KitStock, as_quantity, times, whole};
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path};

/// What a plan takes of a component of a kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlannedComponent {
    /// The component.
    pub product: ProductId,
    /// How much, in its own unit.
    pub quantity: Quantity,
    /// From where.
    pub parts: Vec<StockPart>,
}

/// What a line of kits gets.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct TakenKits {
    /// How many kits there were.
    pub available: i64,
    pub kits: i64,
    /// How many come from which place; nothing for kits that ship apart.
    pub places: Vec<(LocationId, i64)>,
    pub components: Vec<PlannedComponent>,
    /// The component of which there was the least.
    pub scarce: Option<ProductId>,
}

/// What a line of kits asks for.
#[derive(Clone, Copy)]
pub(in super::super) struct KitsWanted<'l> {
    pub kit: &'l Kit,
    pub terms: Option<&'l RemovalTerms>,
    pub kits: i64,
}

/// Remembers what is taken of the components of a kit.
pub(in super::super) fn share_components(kit: &Kit, supply: &mut Supply<'_>) {
    for component in &kit.components {
        supply.ask_in_common(&component.product);
    }
}

/// Takes up to so many kits along the route, of components that are shared by [`share_components`].
pub(in super::super) fn take_kits(inventory: &Inventory, wanted: KitsWanted<'_>, supply: &mut Supply<'_>) -> TakenKits {
    let KitsWanted { kit, terms, kits } = wanted;
    // 1. How many there are, and where.
    let stock = KitStock::of(inventory, kit, supply, (None, terms, None));
    let spread = stock.spread(kits.min(stock.kits));
    // 2. What each place gives of each component.
    let take = |component: &Component| {
        let mut parts = Vec::new();
        for (place, kits) in &spread {
            parts.extend(take_at(inventory, component, place.as_ref(), (terms, *kits), supply));
        }
        let quantity = parts.iter().map(|part: &StockPart| part.quantity).sum();
        PlannedComponent { product: component.product.clone(), quantity, parts }
    };
    let components = kit.components.iter().map(take).collect();
    let kits = spread.iter().map(|(_, kits)| *kits).fold(0, i64::saturating_add);
    let places = spread.into_iter().filter_map(|(place, kits)| Some((place?, kits))).collect();
    TakenKits { available: stock.kits, kits, places, components, scarce: stock.scarce.cloned() }
}

/// Takes a component of so many kits at a place, or anywhere on the route.
fn take_at(
    inventory: &Inventory,
    component: &Component,
    place: Option<&LocationId>,
    (terms, kits): (Option<&RemovalTerms>, i64),
    supply: &mut Supply<'_>,
) -> Vec<StockPart> {
    let (names, product, wanted) = (inventory.names(), &component.product, times(component.quantity, kits));
    let route = supply.route.clone();
    if let Some(whole) = place.and_then(|place| inventory.rank(place)) {
        supply.route.retain(|(rank, _)| inventory.is_within(*rank, whole));
    }
    let mut parts = Vec::new();
    if supply.is_untracked(product) {
        let location = supply.first().and_then(|rank| names.get(rank)).cloned();
        parts.extend(location.map(|location| StockPart::untracked(location, wanted)));
    } else if let Some(shelf) = supply.state.shelves.get_index_of(product) {
        supply.pick(Ask { product, terms, wanted_on: None }, shelf, wanted, |rank, quantity, stock| {
            parts.extend(names.get(rank).map(|location| StockPart::of(location.clone(), quantity, stock)));
        });
    }
    supply.route = route;
    parts
}

/// Reports lines that ask for a part of a kit.
pub(in super::super) fn check_whole<'l>(
    inventory: &Inventory,
    lines: impl Iterator<Item = (&'l ProductId, Quantity)>,
    path: &Path<'_>,
    problems: &mut Diagnostics,
) {
    if inventory.kits().is_empty() {
        return;
    }
    for (index, (product, quantity)) in lines.enumerate() {
        if inventory.kit(product).is_some() && as_quantity(whole(quantity)) != quantity {
            let message = format!("`{quantity}` kits are no whole number of them; write a whole number");
            problems.error(InventoryCode::Quantity, &path.field("lines").index(index).field("quantity"), message);
        }
    }
}
