//! What is free of the products of a plan, so that a line reads no more than it needs.
//!
//! Most products are plain: nothing of them is kept back for all locations together, and nobody waits for them. What they have free
//! is a row of numbers. One that a single line asks for is read where the state keeps it; one that several lines share gets a row of
//! its own, from which they take.

use std::ops::Range;

use indexmap::map::Entry;

use super::compile::Inventory;
use super::state::StockState;
use super::supply::Taken;
use crate::id::{Map, Ordinal};
use crate::quantity::Quantity;

/// A location that stock is taken from: its rank, and its index in a shelf if the ledger knows it.
pub(super) type Stop = (usize, Option<usize>);

/// The products that lines ask for, in the order in which they were first asked for.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By shelf.
    products: Map<usize, Product>,
    /// What is kept of every product at each location that the ledger knows; none where nothing may be taken.
    kept: Vec<Option<Quantity>>,
    /// Whether what the ledger has free may be taken everywhere.
    all_free: bool,
    /// The index that the ledger has for a location, by rank.
    places: Vec<Option<usize>>,
    /// How many locations may give, whether the ledger knows them or not.
    active: usize,
    /// Row after row: what is free at each location that the ledger knows, then the sum of what is above zero.
    numbers: Vec<Quantity>,
}

#[derive(Debug, Clone, Copy)]
struct Product {
    plain: bool,
    row: Option<Ordinal>,
}

/// A product that a line asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub shelf: usize,
    number: usize,
}

impl Rows {
    /// Knows the locations, and has room for so many products.
    pub fn lay(inventory: &Inventory, state: &StockState, products: usize) -> Self {
        let index = |(location, active)| if active { state.locations.get_index_of(location) } else { None };
        let places: Vec<Option<usize>> = inventory.locations().map(index).collect();
        let mut kept = vec![None; state.locations.len()];
        for (rank, place) in places.iter().enumerate() {
            if let Some(kept) = place.and_then(|place| kept.get_mut(place)) {
                *kept = Some(inventory.safety_at(None, rank));
            }
        }
        Self {
            products: Map::with_capacity_and_hasher(products.min(state.shelves.len()), foldhash::fast::FixedState::default()),
            all_free: kept.iter().all(|kept| kept.is_some_and(Quantity::is_zero)),
            kept,
            places,
            active: inventory.locations().filter(|(_, active)| *active).count(),
            numbers: Vec::new(),
        }
    }

    /// Asks for the product of a shelf, and says whether that was done before. It is plain when it is for all that ask.
    pub fn ask(&mut self, shelf: usize, plain: bool) -> (Asked, bool) {
        match self.products.entry(shelf) {
            Entry::Occupied(mut known) => {
                known.get_mut().plain &= plain;
                (Asked { shelf, number: known.index() }, true)
            }
            Entry::Vacant(new) => {
                let number = new.index();
                new.insert(Product { plain, row: None });
                (Asked { shelf, number }, false)
            }
        }
    }

    /// The product of a shelf, if it was asked for.
    pub fn asked(&self, shelf: usize) -> Option<Asked> {
        self.products.get_index_of(&shelf).map(|number| Asked { shelf, number })
    }

    pub fn is_plain(&self, asked: Asked) -> bool {
        self.products.get_index(asked.number).is_some_and(|(_, product)| product.plain)
    }

    /// Whether a product has to get a row of its own: lines share it, or the state says more free than may be taken.
    pub fn needs_row(&self, asked: Asked, shared: bool) -> bool {
        (shared || !self.all_free)
            && self.products.get_index(asked.number).is_some_and(|(_, product)| product.plain && product.row.is_none())
    }

    /// Gives a product its row: what the ledger has free of it, and what is free beside that.
    pub fn part(&mut self, asked: Asked, free: &[Quantity], beside: &[Quantity]) {
        let (start, length) = (self.numbers.len(), self.kept.len().saturating_add(1));
        let Some((_, product)) = self.products.get_index_mut(asked.number) else { return };
        product.row = start.checked_div(length).map(Ordinal::of);
        if start == 0 {
            self.numbers.reserve(self.products.capacity().saturating_mul(length));
        }
        // 1. What the ledger has.
        self.numbers.extend_from_slice(free);
        self.numbers.resize(start.saturating_add(self.kept.len()), Quantity::ZERO);
        let row = self.numbers.get_mut(start..).unwrap_or_default();
        // 2. Less what is kept, with what is free beside.
        if !self.all_free {
            for (free, kept) in row.iter_mut().zip(&self.kept) {
                *free = kept.map_or(Quantity::ZERO, |kept| free.saturating_sub(kept));
            }
        }
        for ((free, kept), beside) in row.iter_mut().zip(&self.kept).zip(beside) {
            if kept.is_some() {
                *free = free.saturating_add(*beside);
            }
        }
        // 3. The sum.
        let sum = self.numbers.get(start..).unwrap_or_default().iter().map(|free| free.or_zero()).sum();
        self.numbers.push(sum);
    }

    /// So much more of the product of a shelf is free at a location, if it has a row of its own.
    pub fn give(&mut self, shelf: usize, place: usize, quantity: Quantity) {
        let Some(own) = self.products.get(&shelf).and_then(|product| product.row).map(|row| self.range(row)) else { return };
        let Some((sum, row)) = self.numbers.get_mut(own).and_then(<[Quantity]>::split_last_mut) else { return };
        let open = self.kept.get(place).is_some_and(Option::is_some);
        if let Some(free) = row.get_mut(place).filter(|_| open) {
            let before = free.or_zero();
            *free = free.saturating_add(quantity);
            *sum = sum.saturating_add(free.or_zero()).saturating_sub(before);
        }
    }

    /// Takes up to `wanted` of a plain product along a route. To `parts` goes the rank and the quantity of each location that gives.
    pub fn take(
        &mut self,
        asked: Asked,
        state: &StockState,
        route: &[Stop],
        wanted: Quantity,
        parts: &mut Vec<(usize, Quantity)>,
    ) -> Taken {
        let Some((shelf, product)) = self.products.get_index(asked.number) else { return Taken::default() };
        let Some(own) = product.row.map(|row| self.range(row)) else {
            let free = state.shelves.get_index(*shelf).map(|(_, stock)| stock.free.as_slice());
            return walk(free.unwrap_or_default(), route, wanted, parts, None);
        };
        let Some((sum, row)) = self.numbers.get_mut(own).and_then(<[Quantity]>::split_last_mut) else { return Taken::default() };
        // 1. Take what there is for the line. The sum is what all locations have.
        let first = parts.len();
        let taken = walk(row, route, wanted, parts, (route.len() == self.active).then_some(*sum));
        // 2. Leave the rest to those after it.
        *sum = sum.saturating_sub(taken.quantity);
        for (rank, quantity) in parts.get(first..).unwrap_or_default() {
            let place = self.places.get(*rank).copied().flatten();
            if let Some(free) = place.and_then(|place| row.get_mut(place)) {
                *free = free.saturating_sub(*quantity);
            }
        }
        taken
    }

    fn range(&self, row: Ordinal) -> Range<usize> {
        let length = self.kept.len().saturating_add(1);
        let start = row.index().saturating_mul(length);
        start..start.saturating_add(length)
    }
}

/// Takes up to `wanted` of what is free, stop by stop; `available` is what all stops have, when it is known.
fn walk(free: &[Quantity], route: &[Stop], wanted: Quantity, parts: &mut Vec<(usize, Quantity)>, available: Option<Quantity>) -> Taken {
    let free_at = |place: Option<usize>| place.and_then(|place| free.get(place)).copied().unwrap_or_default().or_zero();
    let (mut passed, mut left, mut stops) = (Quantity::ZERO, wanted, route.iter());
    // 1. Take until there is enough.
    while left.is_positive() {
        let Some((rank, place)) = stops.next() else { break };
        let free = free_at(*place);
        let quantity = free.min(left);
        if quantity.is_positive() {
            parts.push((*rank, quantity));
            left = left.saturating_sub(quantity);
            passed = passed.saturating_add(free);
        }
    }
    // 2. See what the stops after that have.
    let all = || stops.fold(passed, |sum, (_, place)| sum.saturating_add(free_at(*place)));
    Taken { available: available.unwrap_or_else(all), quantity: wanted.saturating_sub(left) }
}
