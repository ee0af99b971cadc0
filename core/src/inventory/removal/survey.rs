//! What there is of a product along a route, lot by lot, and what stands against taking it.

use schemars::JsonSchema;
use serde::Serialize;

use super::compile::RemovalPolicy;
use super::def::{ConsignedStock, ExpiredLots, LotMatch, RemovalStrategy, RemovalTerms, UndatedStock};
use crate::id::{LocationId, Map, OwnerId, ProductId};
use crate::inventory::compile::Inventory;
use crate::inventory::dimensions::{StockDimensions, StockStatus, Tracking};
use crate::inventory::item::ItemPolicy;
use crate::inventory::lot::{Details, LotFacts};
use crate::inventory::state::{Counters, Shelf, StockState};
use crate::inventory::supply::Supply;
use crate::quantity::Quantity;
use crate::report::{Code, InventoryCode};
use crate::sort;
use crate::time::Date;

/// What is asked of a product's stock.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Ask<'a> {
    pub product: &'a ProductId,
    /// Which stock is taken, where it is special.
    pub terms: Option<&'a RemovalTerms>,
    pub wanted_on: Option<Date>,
}

impl<'a> Ask<'a> {
    /// Any stock of a product.
    pub const fn any(product: &'a ProductId) -> Self {
        Self { product, terms: None, wanted_on: None }
    }
}

/// Stock that was not taken although it is there, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PassedOver {
    /// Where.
    pub location: LocationId,
    /// What tells it apart.
    #[serde(flatten)]
    pub stock: StockDimensions,
    /// How much is there.
    pub on_hand: Quantity,
    /// How much of it could be had if nothing stood against it.
    pub free: Quantity,
    /// The last day on which it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// What stands against it.
    pub code: Code,
}

/// Stock at a place of the route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'s> {
    pub rank: usize,
    /// Its place in the route.
    pub step: usize,
    /// The place in the route of the first part of the whole that its location belongs to.
    pub whole: usize,
    /// Its index in a shelf.
    pub location: usize,
    /// `None` for plain stock.
    pub stock: Option<&'s StockDimensions>,
    pub facts: Option<&'s LotFacts>,
    pub on_hand: Quantity,
    /// What is not held of it; never below zero.
    pub free: Quantity,
    /// Whether it counts as available to anyone.
    pub counts: bool,
    /// What stands against taking it.
    pub objection: Option<InventoryCode>,
}

impl Found<'_> {
    pub fn expires_on(&self) -> Option<Date> {
        self.facts.and_then(|facts| facts.expires_on)
    }

    pub fn fits(&self) -> bool {
        self.objection.is_none()
    }
}

/// How the stock of a product is judged for one who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub policy: RemovalPolicy,
    pub terms: Option<&'a RemovalTerms>,
    pub strategy: RemovalStrategy,
    pub today: Date,
    pub ships_on: Date,
    /// Until when a lot must be usable; `None`: longer than the calendar.
    needed_until: Option<Date>,
    tracking: Option<Tracking>,
}

impl<'a> Judge<'a> {
    pub fn of(supply: &Supply<'_>, ask: Ask<'a>) -> Self {
        let (policy, today) = (supply.inventory.removal_of(ask.product), supply.at.date());
        let terms = ask.terms;
        let ships_on = terms.and_then(|terms| terms.ships_on).or(ask.wanted_on).map_or(today, |day| day.max(today));
        let mut judge = Self {
            policy,
            terms,
            strategy: terms.and_then(|terms| terms.strategy).unwrap_or(policy.strategy),
            today,
            ships_on,
            needed_until: None,
            tracking: supply.inventory.tracking(ask.product),
        };
        judge.needed_until = i32::try_from(judge.shelf_life_days()).ok().and_then(|days| ships_on.add_days(days).ok());
        judge
    }

    /// For how many days after it ships a lot must be usable.
    pub fn shelf_life_days(&self) -> u32 {
        self.terms.and_then(|terms| terms.min_shelf_life_days).unwrap_or(self.policy.min_shelf_life_days)
    }

    /// Whether stock of one owner is asked for, to whom one's own safety stock is nothing.
    pub fn asks_for_owner(&self) -> bool {
        self.terms.is_some_and(|terms| terms.owner.is_some())
    }

    /// Why stock cannot be taken, whoever else holds of it.
    pub fn objection(&self, stock: Option<&StockDimensions>, facts: Option<&LotFacts>) -> Option<InventoryCode> {
        let status = stock.map(|stock| stock.status).unwrap_or_default();
        if status != StockStatus::Usable {
            return Some(InventoryCode::NotUsable);
        }
        if !self.may_be_of(stock.and_then(|stock| stock.owner.as_ref())) {
            return Some(InventoryCode::OtherOwner);
        }
        if self.terms.is_some_and(|terms| !self.is_named(terms, stock)) {
            return Some(InventoryCode::OtherLot);
        }
        match facts.and_then(|facts| facts.expires_on) {
            Some(expires_on) if expires_on < self.ships_on && !self.takes_expired() => Some(InventoryCode::LotExpired),
            Some(expires_on) if self.shelf_life_days() > 0 && self.needed_until.is_none_or(|needed| expires_on < needed) => {
                Some(InventoryCode::ShelfLife)
            }
            None if self.undated_is_excluded() => Some(InventoryCode::LotUndated),
            _ => None,
        }
    }

    fn may_be_of(&self, owner: Option<&OwnerId>) -> bool {
        match self.terms.and_then(|terms| terms.owner.as_ref()) {
            Some(wanted) => owner == Some(wanted),
            None => owner.is_none() || self.policy.consigned != ConsignedStock::Excluded,
        }
    }

    fn is_named(&self, terms: &RemovalTerms, stock: Option<&StockDimensions>) -> bool {
        let lot = stock.and_then(|stock| stock.lot.as_ref());
        let serial = stock.and_then(|stock| stock.serial.as_ref());
        let without = lot.is_none() && self.policy.lot_match == LotMatch::LotOrUntracked;
        let of_lot = terms.lot.is_none() || lot == terms.lot.as_ref() || without;
        of_lot && (terms.serials.is_empty() || serial.is_some_and(|serial| terms.serials.contains(serial)))
    }

    fn takes_expired(&self) -> bool {
        match self.policy.expired {
            ExpiredLots::Allow => true,
            ExpiredLots::Confirm => self.terms.is_some_and(|terms| terms.confirm_expired),
            ExpiredLots::Never => false,
        }
    }

    fn undated_is_excluded(&self) -> bool {
        self.tracking.is_some() && self.strategy == RemovalStrategy::Fefo && self.policy.undated == UndatedStock::Excluded
    }
}

/// Whether stock is available to anyone on a day.
pub(super) fn counts(policy: RemovalPolicy, stock: &StockDimensions, facts: Option<&LotFacts>, today: Date) -> bool {
    stock.status == StockStatus::Usable
        && (stock.owner.is_none() || policy.consigned != ConsignedStock::Excluded)
        && facts.and_then(|facts| facts.expires_on).is_none_or(|expires_on| lasts(policy, expires_on, today))
}

/// Whether a lot that expires on a day has not expired today, and stays usable for as long as it has to.
fn lasts(policy: RemovalPolicy, expires_on: Date, today: Date) -> bool {
    let days = policy.min_shelf_life_days;
    let needed = i32::try_from(days).ok().and_then(|days| today.add_days(days).ok());
    (expires_on >= today || policy.expired == ExpiredLots::Allow) && (days == 0 || needed.is_some_and(|needed| expires_on >= needed))
}

/// The days from which lots of a product that are there do not count any more, in order.
pub(in crate::inventory) fn days_of_expiry(inventory: &Inventory, state: &StockState, product: &ProductId) -> Vec<Date> {
    let Some(details) = state.details(product) else { return Vec::new() };
    let policy = inventory.removal_of(product);
    let lots = details.positions.iter().filter(|(_, counters)| counters.on_hand.is_positive());
    let ends = lots.filter_map(|((_, stock), _)| details.facts(stock)?.expires_on);
    let days = 1_i32.saturating_sub(i32::try_from(policy.min_shelf_life_days).unwrap_or(i32::MAX));
    let mut days: Vec<Date> = ends.filter_map(|end| end.add_days(days).ok().filter(|day| !lasts(policy, end, *day))).collect();
    sort::ascending(&mut days);
    days.dedup();
    days
}

impl<'s> Supply<'s> {
    /// What there is along the route, in its order.
    pub(super) fn survey(&self, judge: &Judge<'_>, shelf: usize) -> Vec<Found<'s>> {
        let mut found = Vec::new();
        let Some((_, stock)) = self.state.shelves.get_index(shelf) else { return found };
        let mut wholes: Map<usize, usize> = Map::default();
        for (step, (rank, location)) in self.route.iter().enumerate() {
            let whole = *wholes.entry(self.inventory.whole(*rank)).or_insert(step);
            let Some(location) = *location else { continue };
            let mut look = |stock: Option<&'s StockDimensions>, facts, counters: Counters, correction| {
                let free = counters.on_hand.saturating_sub(counters.held()).saturating_add(correction).or_zero();
                let counts = stock.is_none_or(|stock| counts(judge.policy, stock, facts, judge.today));
                let objection = judge.objection(stock, facts).or_else(|| free.is_zero().then_some(InventoryCode::HeldForOthers));
                let on_hand = counters.on_hand;
                found.push(Found { rank: *rank, step, whole, location, stock, facts, on_hand, free, counts, objection });
            };
            let plain = stock.positions.get(location).copied().unwrap_or_default();
            look(None, None, plain, self.plain_correction(shelf, location));
            for (dimensions, counters) in stock.details.iter().flat_map(|details| details.at(location)) {
                let facts = stock.details.as_ref().and_then(|details| details.facts(dimensions));
                look(Some(dimensions), facts, counters, self.special_correction(shelf, location, dimensions));
            }
        }
        found.retain(|found| found.on_hand.is_positive());
        found
    }

    /// As [`Self::balance_at`], by the names of the product and the location.
    pub fn balance(&self, product: &ProductId, location: &LocationId) -> Quantity {
        self.balance_on(product, location, self.at.date())
    }

    /// The same, of lots that have not expired on a day.
    pub fn balance_on(&self, product: &ProductId, location: &LocationId, day: Date) -> Quantity {
        let place = self.state.shelves.get_index_of(product).zip(self.state.locations.get_index_of(location));
        let stock = place.and_then(|(shelf, location)| Some((shelf, self.state.shelves.get_index(shelf)?.1, location)));
        stock.map_or(Quantity::ZERO, |(shelf, stock, location)| self.balance_of(self.inventory.item(product), shelf, stock, location, day))
    }

    /// What is not held of a product at a location, of what anyone may have; below zero when more plain stock is held than is there.
    pub fn balance_at(&self, item: Option<&ItemPolicy>, shelf: usize, stock: &Shelf, location: usize) -> Quantity {
        self.balance_of(item, shelf, stock, location, self.at.date())
    }

    fn balance_of(&self, item: Option<&ItemPolicy>, shelf: usize, stock: &Shelf, location: usize, day: Date) -> Quantity {
        let counters = stock.positions.get(location).copied().unwrap_or_default();
        let plain = counters.on_hand.saturating_sub(counters.held()).saturating_add(self.plain_correction(shelf, location));
        match &stock.details {
            None => plain,
            Some(details) => beside(plain, self.told_apart(item, shelf, details, location, day)),
        }
    }

    /// What is not held of stock that is told apart, of what anyone may have.
    fn told_apart(&self, item: Option<&ItemPolicy>, shelf: usize, details: &Details, location: usize, day: Date) -> Quantity {
        let policy = self.inventory.removal_by(item);
        let usable = details.at(location).filter(|(stock, _)| counts(policy, stock, details.facts(stock), day));
        let free = usable.map(|(stock, counters)| {
            let correction = self.special_correction(shelf, location, stock);
            counters.on_hand.saturating_sub(counters.held()).saturating_add(correction).or_zero()
        });
        free.sum()
    }
}

/// Lots never net with each other, nor with plain stock: what is missing of that takes nothing from them.
fn beside(plain: Quantity, lots: Quantity) -> Quantity {
    if lots.is_zero() { plain } else { plain.or_zero().saturating_add(lots) }
}

/// What is there of a product at a location of what anyone may have, held or not.
pub(in crate::inventory) fn usable(
    inventory: &Inventory,
    state: &StockState,
    product: &ProductId,
    location: &LocationId,
    today: Date,
) -> Quantity {
    let plain = state.counters(product, location).on_hand;
    let Some((details, place)) = state.details(product).zip(state.locations.get_index_of(location)) else { return plain };
    let policy = inventory.removal_of(product);
    let usable = details.at(place).filter(|(stock, _)| counts(policy, stock, details.facts(stock), today));
    beside(plain, usable.map(|(_, counters)| counters.on_hand.or_zero()).sum())
}
