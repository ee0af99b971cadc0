//! From a definition to locations in order of preference and safety stock that is found at once.

use std::sync::Arc;

use super::def::{Backorder, InventoryDef, LocationDef, OwnSoftHolds, SafetyStockDef};
use super::dimensions::Tracking;
use super::item::{ItemPolicy, compile_items};
use super::kit::{self, Kits};
use super::promise::{self, PromiseDef, PromisePolicy};
use super::quota::{self, Quotas};
use super::removal::RemovalPolicy;
use super::replan::{self, Segments};
use super::replenish::{Replenish, compile_replenish};
use super::scarcity::{self, Sharing};
use super::scope::compile_parents;
use super::sourcing::{Facts, Sourcing, compile_facts, compile_policies};
use super::substitute::{self, Substitutes};
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
    /// The rank of each location's parent, by rank; empty when no location has one.
    parents: Vec<Option<usize>>,
    safety: Safety,
    sku_threshold: Quantity,
    backorder: Backorder,
    /// What is special about single products.
    items: Map<ProductId, ItemPolicy>,
    /// Whether any of them is not tracked.
    some_untracked: bool,
    /// Whether the stock of any of them is told apart.
    some_tracking: bool,
    removal: RemovalPolicy,
    on_hand_not_below_held: bool,
    own_soft_holds: OwnSoftHolds,
    hold_ttl_seconds: Option<u32>,
    sharing: Sharing,
    promise: PromisePolicy,
    quotas: Quotas,
    segments: Segments,
    substitutes: Substitutes,
    replenish: Replenish,
    kits: Kits,
    sourcing: Sourcing,
}

#[derive(Debug, Clone, Default)]
struct Safety {
    anywhere: Quantity,
    /// By rank.
    locations: Vec<Option<Quantity>>,
}

impl Inventory {
    /// The locations, in the order in which stock is taken from them, and whether each is active.
    pub fn locations(&self) -> impl Iterator<Item = (&LocationId, bool)> {
        self.locations.iter().map(|(id, active)| (id, *active))
    }

    /// Whether the location is declared and active, and every location that it is a part of.
    #[must_use]
    pub fn is_active(&self, location: &LocationId) -> bool {
        self.locations.get(location).copied().unwrap_or(false)
    }

    /// How much of a product is not for sale at a location; zero where the location is not declared.
    #[must_use]
    pub fn safety_stock(&self, product: &ProductId, location: &LocationId) -> Quantity {
        let rank = self.rank(location);
        rank.map_or(Quantity::ZERO, |rank| self.safety_at(self.item(product), rank))
    }

    /// How much of a product is not for sale at all locations together.
    #[must_use]
    pub fn sku_threshold(&self, product: &ProductId) -> Quantity {
        self.threshold_of(self.item(product))
    }

    /// Whether more of a product may be reserved than is available.
    #[must_use]
    pub fn backorder(&self, product: &ProductId) -> Backorder {
        self.item(product).and_then(|item| item.backorder).unwrap_or(self.backorder)
    }

    /// Whether the stock of a product is kept.
    #[must_use]
    pub fn is_tracked(&self, product: &ProductId) -> bool {
        !self.some_untracked || self.item(product).is_none_or(|item| !item.untracked)
    }

    /// What the stock of a product is told apart by.
    #[must_use]
    pub fn tracking(&self, product: &ProductId) -> Option<Tracking> {
        if self.some_tracking { self.item(product)?.tracking } else { None }
    }

    /// How stock of a product is taken.
    pub(super) fn removal_of(&self, product: &ProductId) -> RemovalPolicy {
        self.removal_by(self.item(product))
    }

    /// The same, of a product whose own settings are at hand.
    pub(super) fn removal_by(&self, item: Option<&ItemPolicy>) -> RemovalPolicy {
        item.and_then(|item| item.removal).unwrap_or(self.removal)
    }

    /// Whether nothing of a product is kept for all locations together, and nothing is said of it alone.
    pub(super) fn is_plain(&self, product: &ProductId) -> bool {
        self.sku_threshold.is_zero() && self.item(product).is_none()
    }

    /// The ranks of a location and of its parts, in order of preference.
    pub(super) fn ranks_within(&self, whole: usize) -> impl Iterator<Item = usize> {
        let ranks = if self.parents.is_empty() { whole..whole.saturating_add(1) } else { 0..self.locations.len() };
        ranks.filter(move |rank| self.is_within(*rank, whole))
    }

    pub(super) fn rank(&self, location: &LocationId) -> Option<usize> {
        self.locations.get_index_of(location)
    }

    /// The nearest of a location and the locations that it is a part of for which `wanted` holds, by rank.
    pub(super) fn nearest(&self, rank: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let parent = |rank: &usize| self.parents.get(*rank).copied().flatten();
        std::iter::successors(Some(rank), parent).find(|rank| wanted(*rank))
    }

    /// Whether the location of a rank is that of another, or a part of it.
    pub(super) fn is_within(&self, rank: usize, whole: usize) -> bool {
        let parent = |rank: &usize| self.parents.get(*rank).copied().flatten();
        std::iter::successors(Some(rank), parent).any(|rank| rank == whole)
    }

    /// The outermost location that the one of a rank is a part of: itself when it is a part of none.
    pub(super) fn whole(&self, rank: usize) -> usize {
        let parent = |rank: &usize| self.parents.get(*rank).copied().flatten();
        std::iter::successors(Some(rank), parent).last().unwrap_or(rank)
    }

    pub(super) const fn promise(&self) -> &PromisePolicy {
        &self.promise
    }

    pub(super) const fn names(&self) -> &Arc<[LocationId]> {
        &self.names
    }

    pub(super) const fn replenish(&self) -> &Replenish {
        &self.replenish
    }

    pub(super) const fn kits(&self) -> &Kits {
        &self.kits
    }

    pub(super) const fn sourcing(&self) -> &Sourcing {
        &self.sourcing
    }

    pub(super) const fn hold_ttl_seconds(&self) -> Option<u32> {
        self.hold_ttl_seconds
    }

    pub(super) const fn on_hand_not_below_held(&self) -> bool {
        self.on_hand_not_below_held
    }

    pub(super) const fn segments(&self) -> &Segments {
        &self.segments
    }

    pub(super) const fn substitutes(&self) -> &Substitutes {
        &self.substitutes
    }

    pub(super) const fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    pub(super) const fn sharing(&self) -> &Sharing {
        &self.sharing
    }

    pub(super) fn replaces_own_soft_holds(&self) -> bool {
        self.own_soft_holds == OwnSoftHolds::Replace
    }

    pub(super) fn item(&self, product: &ProductId) -> Option<&ItemPolicy> {
        if self.items.is_empty() { None } else { self.items.get(product) }
    }

    pub(super) fn threshold_of(&self, item: Option<&ItemPolicy>) -> Quantity {
        item.and_then(|item| item.sku_threshold).unwrap_or(self.sku_threshold)
    }

    pub(super) fn safety_at(&self, item: Option<&ItemPolicy>, rank: usize) -> Quantity {
        let special = item.and_then(|item| item.safety_at(rank));
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
        parents: Vec::new(),
        safety: Safety { locations: vec![None; locations.len()], ..Safety::default() },
        sku_threshold: def.sku_threshold,
        backorder: def.backorder,
        items: Map::default(),
        some_untracked: def.products.iter().any(|product| !product.tracked),
        some_tracking: def.products.iter().any(|product| product.tracking.is_some()),
        removal: RemovalPolicy::default().with(&def.removal),
        on_hand_not_below_held: def.on_hand_not_below_held,
        own_soft_holds: def.own_soft_holds,
        locations,
        hold_ttl_seconds: def.hold_ttl_seconds,
        sharing: scarcity::compile(&def.sharing, &path.field("sharing"), diagnostics),
        promise: promise::compile(def.promise.as_deref().unwrap_or(&PromiseDef::default()), &path.field("promise"), diagnostics),
        quotas: quota::compile(&def.quotas, &path.field("quotas"), diagnostics),
        segments: replan::compile(&def.replan, &path.field("replan"), diagnostics),
        substitutes: substitute::compile(&def.substitutes, &path.field("substitutes"), diagnostics),
        replenish: Replenish::default(),
        kits: Kits::default(),
        sourcing: Sourcing::default(),
    };
    inventory.parents = compile_parents(&def.locations, &inventory, &path.field("locations"), diagnostics);
    inventory.close_parts_of_inactive();
    inventory.items = compile_items(def, path, diagnostics);
    inventory.replenish = compile_replenish(&def.bills, &def.replenish, &def.kits, &inventory.locations, path, diagnostics);
    inventory.kits = kit::compile(def, &inventory.replenish, path, diagnostics);
    inventory.sourcing = compile_sourcing(def, &inventory, path, diagnostics);
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

/// The sourcing policies, and what is known about each location.
fn compile_sourcing(def: &InventoryDef, inventory: &Inventory, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Sourcing {
    let mut facts = vec![Facts::default(); inventory.locations.len()];
    for (index, location) in def.locations.iter().enumerate() {
        let here = path.field("locations");
        let known = location.sourcing.clone().unwrap_or_default();
        let compiled = compile_facts(&known, location.priority, &here.index(index).field("sourcing"), diagnostics);
        if let Some(slot) = inventory.rank(&location.id).and_then(|rank| facts.get_mut(rank)) {
            *slot = compiled;
        }
    }
    let of_products = def.products.iter().filter_map(|product| product.backorder);
    let may_wait = of_products.chain([def.backorder]).any(|backorder| backorder != Backorder::Denied);
    let policies = compile_policies(&def.sourcing, (&inventory.locations, may_wait), &path.field("sourcing"), diagnostics);
    Sourcing { policies, facts }
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
            Ok(rank) => inventory.set_safety(rank, def),
            Err(location) => {
                let mut problem = inventory.unknown_location(location, &here.field("location"));
                problem.code = RulebookCode::UnknownReference.into();
                diagnostics.push(problem);
            }
        }
    }
}

impl Inventory {
    /// Parts of a location that is not active are not active either.
    fn close_parts_of_inactive(&mut self) {
        let closed: Vec<bool> = self.locations.values().map(|active| !active).collect();
        let within_closed = |rank: usize| closed.iter().enumerate().any(|(whole, closed)| *closed && self.is_within(rank, whole));
        let active: Vec<bool> = (0..closed.len()).map(|rank| !within_closed(rank)).collect();
        for (slot, active) in self.locations.values_mut().zip(active) {
            *slot = active;
        }
    }

    fn set_safety(&mut self, rank: Option<usize>, def: &SafetyStockDef) {
        match (rank, &def.product) {
            (None, None) => self.safety.anywhere = def.quantity,
            (Some(rank), None) => {
                if let Some(slot) = self.safety.locations.get_mut(rank) {
                    *slot = Some(def.quantity);
                }
            }
            (rank, Some(product)) => self.items.entry(product.clone()).or_default().set_safety(rank, def.quantity),
        }
    }
}
