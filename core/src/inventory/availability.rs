//! How much of a product can be reserved at a moment.

use schemars::JsonSchema;
use serde::Serialize;

use super::compile::Inventory;
use super::def::is_default;
use super::dimensions::StockDimensions;
use super::kit::{KitAvailability, kits_available};
use super::lot::LotFacts;
use super::removal::{Ask, RemovalTerms};
use super::state::StockState;
use super::supply::Supply;
use crate::id::{LocationId, ProductId};
use crate::quantity::Quantity;
use crate::report::Code;
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
    /// How much of what is there nobody may have: in quarantine, damaged, expired, or somebody else's.
    #[serde(skip_serializing_if = "is_default")]
    pub unusable: Quantity,
    /// What is there, lot by lot, when it was asked for; stock that is not told apart has no lot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<LotAvailability>,
}

/// How much of a lot, or of a unit, can be reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LotAvailability {
    /// What tells it apart.
    #[serde(flatten)]
    pub stock: StockDimensions,
    /// What is there.
    pub on_hand: Quantity,
    /// What is held at that moment, hard and soft.
    pub held: Quantity,
    /// What can be reserved of it on the terms that were asked for, safety stock and threshold left aside.
    pub available: Quantity,
    /// What is known of it.
    pub facts: LotFacts,
    /// Why nothing of it can be reserved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// What is asked about the availability of a product.
#[derive(Debug, Clone, Copy)]
pub struct AvailabilityQuery<'a> {
    /// The product.
    pub product: &'a ProductId,
    /// The moment: holds that have ended by then do not count, nor lots that have expired.
    pub at: Timestamp,
    /// On which terms it is to be taken, where they are special.
    pub removal: Option<&'a RemovalTerms>,
    /// Whether it is asked for lot by lot.
    pub lots: bool,
}

/// How much of a product can be reserved at a moment: holds that have ended by then do not count, nor lots that have expired.
#[must_use]
pub fn availability(inventory: &Inventory, state: &StockState, product: &ProductId, at: Timestamp) -> Availability {
    availability_of(inventory, state, AvailabilityQuery { product, at, removal: None, lots: false })
}

/// The same on special terms, or lot by lot.
#[must_use]
pub fn availability_of(inventory: &Inventory, state: &StockState, query: AvailabilityQuery<'_>) -> Availability {
    let AvailabilityQuery { product, at, removal, .. } = query;
    if let Some(kit) = inventory.kit(product) {
        return kits_available(inventory, state, product, kit, at);
    }
    let mut supply = Supply::at(inventory, state, at).by_priority();
    let available = supply.available_for(Ask { product, terms: removal, wanted_on: None });
    let tracked = inventory.is_tracked(product);
    let headroom = supply.headroom(product).filter(|_| tracked);
    Availability {
        product: product.clone(),
        tracked,
        available,
        sku_threshold: inventory.sku_threshold(product),
        backordered: supply.backordered(product),
        sellable: headroom.map_or(Sellable::Unlimited, |headroom| Sellable::UpTo(available.saturating_add(headroom))),
        locations: inventory.locations().map(|(location, active)| at_location(&supply, query, location, active)).collect(),
        kit: None,
    }
}

fn at_location(supply: &Supply<'_>, query: AvailabilityQuery<'_>, location: &LocationId, active: bool) -> LocationAvailability {
    let (inventory, state, product) = (supply.inventory, supply.state, query.product);
    let plain = state.counters(product, location).on_hand;
    let beside = supply.beside_plain(product, location);
    let safety_stock = inventory.safety_stock(product, location);
    let balance = supply.balance(product, location).saturating_sub(safety_stock);
    let held = supply.held(product, location);
    LocationAvailability {
        location: location.clone(),
        active,
        on_hand: plain.saturating_add(beside.on_hand),
        held: held.saturating_add(beside.held),
        safety_stock,
        available: if active { balance.or_zero() } else { Quantity::ZERO },
        over_reserved: held.saturating_sub(plain).or_zero().saturating_add(beside.over_reserved),
        unusable: beside.unusable,
        lots: if query.lots { supply.lots_at(query, location) } else { Vec::new() },
    }
}
