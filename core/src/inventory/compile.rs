//! From a definition to locations in order of preference and safety stock that is found at once.

use std::sync::Arc;

use super::def::{InventoryDef, LocationDef, SafetyStockDef};
use crate::id::{LocationId, Map, ProductId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path, RulebookCode, ShapeCode, did_you_mean};
use crate::sort;

/// A checked stock policy.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// Whether stock may be reserved there, by location, in order of preference. A location's index is its rank.
    locations: Map<LocationId, bool>,
    /// The locations by rank, to be shared with results.
    names: Arc<[LocationId]>,
    safety: Safety,
    hold_ttl_seconds: Option<u32>,
}

#[derive(Debug, Clone, Default)]
struct Safety {
    anywhere: Quantity,
    /// By rank.
    locations: Vec<Option<Quantity>>,
    products: Map<ProductId, ProductSafety>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ProductSafety {
    everywhere: Option<Quantity>,
    /// By rank.
    locations: Map<usize, Quantity>,
}

impl Inventory {
    /// The locations, in the order in which stock is taken from them, and whether each is active.
    pub fn locations(&self) -> impl Iterator<Item = (&LocationId, bool)> {
        self.locations.iter().map(|(id, active)| (id, *active))
    }

    /// Whether the location is declared and active.
    #[must_use]
    pub fn is_active(&self, location: &LocationId) -> bool {
        self.locations.get(location).copied().unwrap_or(false)
    }

    /// How much of a product is not for sale at a location; zero where the location is not declared.
    #[must_use]
    pub fn safety_stock(&self, product: &ProductId, location: &LocationId) -> Quantity {
        let rank = self.rank(location);
        rank.map_or(Quantity::ZERO, |rank| self.safety_at(self.product_safety(product), rank))
    }

    pub(super) fn rank(&self, location: &LocationId) -> Option<usize> {
        self.locations.get_index_of(location)
    }

    pub(super) fn names(&self) -> &Arc<[LocationId]> {
        &self.names
    }

    pub(super) const fn hold_ttl_seconds(&self) -> Option<u32> {
        self.hold_ttl_seconds
    }

    pub(super) fn product_safety(&self, product: &ProductId) -> Option<&ProductSafety> {
        if self.safety.products.is_empty() { None } else { self.safety.products.get(product) }
    }

    pub(super) fn safety_at(&self, product: Option<&ProductSafety>, rank: usize) -> Quantity {
        let special = product.and_then(|product| product.locations.get(&rank).copied().or(product.everywhere));
        special.or_else(|| self.safety.locations.get(rank).copied().flatten()).unwrap_or(self.safety.anywhere)
    }

    pub(super) fn unknown_location(&self, location: &LocationId, path: &Path<'_>) -> Diagnostic {
        let message = format!("the location `{location}` is not declared in the rulebook");
        let known = self.locations.keys().map(LocationId::as_str);
        Diagnostic::error(InventoryCode::UnknownLocation, path, message).maybe_help(did_you_mean(location.as_str(), known))
    }
}

/// Checks a stock policy. Problems go to `diagnostics` with their place below `path`; what has problems is left out of the result.
pub fn compile(def: &InventoryDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Inventory {
    let locations = compile_locations(&def.locations, &path.field("locations"), diagnostics);
    let mut inventory = Inventory {
        names: locations.keys().cloned().collect(),
        safety: Safety { locations: vec![None; locations.len()], ..Safety::default() },
        locations,
        hold_ttl_seconds: def.hold_ttl_seconds,
    };
    compile_safety(&def.safety_stock, &mut inventory, &path.field("safety_stock"), diagnostics);
    if def.hold_ttl_seconds == Some(0) {
        let message = "a soft hold of `0` seconds is over before it begins; write at least 1, or leave it out";
        diagnostics.error(ShapeCode::InvalidValue, &path.field("hold_ttl_seconds"), message);
    }
    inventory
}

fn compile_locations(defs: &[LocationDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Map<LocationId, bool> {
    let mut seen = Set::default();
    let mut sorted: Vec<&LocationDef> = Vec::with_capacity(defs.len());
    for (index, location) in defs.iter().enumerate() {
        if seen.insert(&location.id) {
            sorted.push(location);
        } else {
            let message = format!("the location `{}` is declared twice; give each location its own id", location.id);
            diagnostics.error(RulebookCode::DuplicateId, &path.index(index).field("id"), message);
        }
    }
    sort::by(&mut sorted, |a, b| (a.priority, &a.id).cmp(&(b.priority, &b.id)));
    sorted.into_iter().map(|location| (location.id.clone(), location.active)).collect()
}

fn compile_safety(defs: &[SafetyStockDef], inventory: &mut Inventory, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let mut seen = Set::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        if def.quantity.is_negative() {
            let message = format!("the safety stock `{}` is below zero; write zero or more", def.quantity);
            diagnostics.error(InventoryCode::Quantity, &here.field("quantity"), message);
            continue;
        }
        if !seen.insert((&def.location, &def.product)) {
            let message = "the safety stock of this location and product is given twice; keep one of them";
            diagnostics.error(RulebookCode::DuplicateId, &here, message);
            continue;
        }
        let rank = def.location.as_ref().map(|location| inventory.rank(location).ok_or(location));
        match rank.transpose() {
            Ok(rank) => inventory.safety.set(rank, def),
            Err(location) => {
                let mut problem = inventory.unknown_location(location, &here.field("location"));
                problem.code = RulebookCode::UnknownReference.into();
                diagnostics.push(problem);
            }
        }
    }
}

impl Safety {
    fn set(&mut self, rank: Option<usize>, def: &SafetyStockDef) {
        match (rank, &def.product) {
            (None, None) => self.anywhere = def.quantity,
            (Some(rank), None) => {
                if let Some(slot) = self.locations.get_mut(rank) {
                    *slot = Some(def.quantity);
                }
            }
            (None, Some(product)) => self.products.entry(product.clone()).or_default().everywhere = Some(def.quantity),
            (Some(rank), Some(product)) => {
                self.products.entry(product.clone()).or_default().locations.insert(rank, def.quantity);
            }
        }
    }
}
