//! What is known of lots and serial numbers, and the stock that is told apart by them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dimensions::StockDimensions;
use super::ledger::StockCounter;
use super::state::{Counters, StockState};
use crate::id::{LocationId, LotId, ProductId, SerialId};
use crate::money::Decimal;
use crate::quantity::Quantity;
use crate::sort;
use crate::time::Date;

/// What is known of a lot, or of a unit with a serial number that belongs to no lot; what is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotFacts {
    /// The day on which it came in. Of a lot that comes in several times the earliest counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_on: Option<Date>,
    /// The last day on which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
    /// What a unit of it has cost, in the currency in which the host keeps its costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<Decimal>,
    /// How much one of its packages holds, in the product's unit; above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Quantity>,
}

impl LotFacts {
    /// These facts, and of what they leave open what was known before.
    pub fn over(&self, known: &Self) -> Self {
        Self {
            received_on: self.received_on.or(known.received_on),
            expires_on: self.expires_on.or(known.expires_on),
            unit_cost: self.unit_cost.or(known.unit_cost),
            package: self.package.or(known.package),
        }
    }
}

/// A lot, or a unit with a serial number that belongs to no lot, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockLot {
    /// The product.
    pub product: ProductId,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number, of a unit that belongs to no lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// What is known of it.
    #[serde(default)]
    pub facts: LotFacts,
}

/// What facts are known of: a lot, or a unit that belongs to none.
pub(super) type LotKey = (Option<LotId>, Option<SerialId>);

/// The stock of a product that is not plain, and what is known of its lots.
#[derive(Debug, Clone, Default)]
pub(super) struct Details {
    /// By the index of the location, and by what tells the stock apart. What is all zero is left out.
    pub positions: BTreeMap<(usize, StockDimensions), Counters>,
    pub facts: BTreeMap<LotKey, LotFacts>,
}

impl Details {
    /// The stock at a location.
    pub fn at(&self, location: usize) -> impl Iterator<Item = (&StockDimensions, Counters)> {
        let from = (location, StockDimensions::default());
        let until = (location.saturating_add(1), StockDimensions::default());
        self.positions.range(from..until).map(|((_, dimensions), counters)| (dimensions, *counters))
    }

    pub fn counters(&self, location: usize, dimensions: &StockDimensions) -> Counters {
        self.positions.get(&(location, dimensions.clone())).copied().unwrap_or_default()
    }

    pub fn facts(&self, dimensions: &StockDimensions) -> Option<&LotFacts> {
        self.facts.get(&key_of(dimensions))
    }

    pub fn post(&mut self, location: usize, dimensions: StockDimensions, counter: StockCounter, quantity: Quantity) {
        let key = (location, dimensions);
        let counters = self.positions.entry(key.clone()).or_default();
        if let Some(slot) = counters.get_mut(counter) {
            *slot = slot.saturating_add(quantity);
        }
        if *counters == Counters::default() {
            self.positions.remove(&key);
        }
    }

    /// Where a unit with a serial number is.
    pub fn places_of_serials(&self) -> BTreeMap<&SerialId, (usize, &StockDimensions)> {
        let there = self.positions.iter().filter(|(_, counters)| counters.on_hand.is_positive());
        there.filter_map(|((location, dimensions), _)| Some((dimensions.serial.as_ref()?, (*location, dimensions)))).collect()
    }
}

/// What the facts of stock are kept by.
pub(super) fn key_of(dimensions: &StockDimensions) -> LotKey {
    match &dimensions.lot {
        Some(lot) => (Some(lot.clone()), None),
        None => (None, dimensions.serial.clone()),
    }
}

impl StockState {
    /// The counters of stock that is told apart.
    pub(super) fn counters_of(&self, product: &ProductId, location: &LocationId, dimensions: &StockDimensions) -> Counters {
        if dimensions.is_plain() {
            return self.counters(product, location);
        }
        let details = self.details(product).zip(self.locations.get_index_of(location));
        details.map(|(details, location)| details.counters(location, dimensions)).unwrap_or_default()
    }

    /// The stock of a product that is not plain.
    pub(super) fn details(&self, product: &ProductId) -> Option<&Details> {
        self.shelves.get(product).and_then(|shelf| shelf.details.as_deref())
    }

    /// Every lot, and every unit that belongs to none, of which something is known, in order of product, lot and serial number.
    #[must_use]
    pub fn lots(&self) -> Vec<StockLot> {
        let known = self.shelves.iter().filter_map(|(product, shelf)| Some((product, &shelf.details.as_ref()?.facts)));
        let lots = known.flat_map(|(product, facts)| {
            facts.iter().map(|((lot, serial), facts)| {
                let (product, lot, serial) = (product.clone(), lot.clone(), serial.clone());
                StockLot { product, lot, serial, facts: facts.clone() }
            })
        });
        let mut lots: Vec<StockLot> = lots.collect();
        sort::by(&mut lots, |a, b| a.product.cmp(&b.product));
        lots
    }

    pub(super) fn describe(&mut self, product: &ProductId, key: LotKey, facts: LotFacts) {
        self.shelf_mut(product).details.get_or_insert_default().facts.insert(key, facts);
    }
}
