//! What is free of the products of a plan, so that a line reads no more than it needs.
//!
//! Most products are plain: nothing of them is kept back for all locations together, and nobody waits for them. What they have free
//! is a row of numbers, from which the lines that share a product take. The rows of a document are laid beside each other before its
//! lines are served: that is mostly waiting for memory, which a loop that does little else asks for many rows at a time.

use std::ops::Range;

use super::compile::Inventory;
use super::state::{Shelf, StockState};
use super::supply::Taken;
use crate::id::{Map, Ordinal};
use crate::quantity::Quantity;

/// A location that stock is taken from: its rank, and its index in a shelf if the ledger knows it.
pub(super) type Stop = (usize, Option<usize>);

/// The products that lines ask for, in the order in which they were first asked for.
#[derive(Debug, Default)]
pub(super) struct Rows<'s> {
    numbers: Numbers,
    products: Vec<Product<'s>>,
    /// What is kept of every product at each location that the ledger knows; none where nothing may be taken.
    kept: Vec<Option<Quantity>>,
    /// Whether all that the ledger has free may be taken.
    all_free: bool,
    /// How many locations may give, whether the ledger knows them or not.
    active: usize,
    /// Row after row: what is free at each location that the ledger knows, then the sum of what is above zero.
    rows: Vec<Quantity>,
}

/// The products that were asked for, by shelf.
#[derive(Debug)]
enum Numbers {
    /// The number of each shelf: for plans that ask for a good part of what there is.
    Listed(Vec<Ordinal>),
    Found(Map<usize, Ordinal>),
}

#[derive(Debug, Clone, Copy)]
struct Product<'s> {
    shelf: usize,
    /// What the ledger has free of it, by the index of the location, and the sum of what is above zero.
    free: &'s [Quantity],
    sum: Quantity,
    plain: bool,
    /// Where its row begins.
    row: Option<Ordinal>,
}

/// A product that a line asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked(Ordinal);

impl Default for Numbers {
    fn default() -> Self {
        Self::Found(Map::default())
    }
}

impl Numbers {
    /// Room for so many of some shelves.
    fn with_room(products: usize, shelves: usize) -> Self {
        if products.saturating_mul(16) >= shelves {
            return Self::Listed(vec![Ordinal::NONE; shelves]);
        }
        Self::Found(Map::with_capacity_and_hasher(products, foldhash::fast::FixedState::default()))
    }

    fn get(&self, shelf: usize) -> Option<Ordinal> {
        match self {
            Self::Listed(numbers) => numbers.get(shelf).copied().filter(|number| *number != Ordinal::NONE),
            Self::Found(numbers) => numbers.get(&shelf).copied(),
        }
    }

    fn set(&mut self, shelf: usize, number: Ordinal) {
        match self {
            Self::Listed(numbers) => numbers.get_mut(shelf).into_iter().for_each(|slot| *slot = number),
            Self::Found(numbers) => {
                numbers.insert(shelf, number);
            }
        }
    }
}

impl<'s> Rows<'s> {
    /// Knows the locations, and has room for the products of so many lines.
    pub fn new(inventory: &Inventory, state: &StockState, lines: usize) -> Self {
        let mut kept = vec![None; state.locations.len()];
        let mut active = 0_usize;
        for (rank, (location, _)) in inventory.locations().enumerate().filter(|(_, (_, active))| *active) {
            active = active.saturating_add(1);
            if let Some(kept) = state.locations.get_index_of(location).and_then(|place| kept.get_mut(place)) {
                *kept = Some(inventory.safety_at(None, rank));
            }
        }
        let shelves = state.shelves.len();
        Self {
            numbers: Numbers::with_room(lines, shelves),
            products: Vec::with_capacity(lines.min(shelves)),
            all_free: kept.iter().all(|kept| kept.is_some_and(Quantity::is_zero)),
            kept,
            active,
            rows: Vec::new(),
        }
    }

    /// Asks for the product of a shelf, and says whether that was done before. It is plain when it is for all that ask.
    pub fn ask(&mut self, shelf: usize, stock: &'s Shelf, plain: bool) -> (Asked, bool) {
        let known = self.numbers.get(shelf);
        if let Some((number, product)) = known.and_then(|number| Some((number, self.products.get_mut(number.index())?))) {
            product.plain &= plain;
            return (Asked(number), true);
        }
        let number = Ordinal::of(self.products.len());
        self.numbers.set(shelf, number);
        self.products.push(Product { shelf, free: &stock.free, sum: stock.sum, plain, row: None });
        (Asked(number), false)
    }

    /// The product of a shelf, if it was asked for.
    pub fn asked(&self, shelf: usize) -> Option<Asked> {
        self.numbers.get(shelf).map(Asked)
    }

    /// The shelf of a product.
    pub fn shelf(&self, asked: Asked) -> Option<usize> {
        self.product(asked).map(|product| product.shelf)
    }

    pub fn is_plain(&self, asked: Asked) -> bool {
        self.product(asked).is_some_and(|product| product.plain)
    }

    fn product(&self, asked: Asked) -> Option<&Product<'s>> {
        self.products.get(asked.0.index())
    }

    /// Whether a product is plain and has no row yet.
    pub fn needs_row(&self, asked: Asked) -> bool {
        self.product(asked).is_some_and(|product| product.plain && product.row.is_none())
    }

    /// Lays the row of a product: what the ledger has free of it, and what is free beside that.
    pub fn lay_row(&mut self, asked: Asked, beside: &[Quantity]) {
        let (start, length) = (self.rows.len(), self.kept.len().saturating_add(1));
        if start == 0 {
            self.rows.reserve(self.products.len().saturating_mul(length));
        }
        let Some(product) = self.products.get_mut(asked.0.index()) else { return };
        product.row = Some(Ordinal::of(start));
        // 1. What the ledger has.
        self.rows.extend_from_slice(product.free);
        self.rows.resize(start.saturating_add(self.kept.len()), Quantity::ZERO);
        if self.all_free && beside.is_empty() {
            self.rows.push(product.sum);
            return;
        }
        // 2. Less what is kept, with what is free beside.
        let row = self.rows.get_mut(start..).unwrap_or_default();
        for (free, kept) in row.iter_mut().zip(&self.kept) {
            *free = kept.map_or(Quantity::ZERO, |kept| free.saturating_sub(kept));
        }
        for ((free, kept), beside) in row.iter_mut().zip(&self.kept).zip(beside) {
            if kept.is_some() {
                *free = free.saturating_add(*beside);
            }
        }
        // 3. The sum.
        let sum = row.iter().map(|free| free.or_zero()).sum();
        self.rows.push(sum);
    }

    /// So much more of the product of a shelf is free at a location, if it has its row already.
    pub fn give(&mut self, shelf: usize, place: usize, quantity: Quantity) {
        let product = self.asked(shelf).and_then(|asked| self.product(asked));
        let Some(own) = product.and_then(|product| product.row).map(|row| self.range(row)) else { return };
        let Some((sum, row)) = self.rows.get_mut(own).and_then(<[Quantity]>::split_last_mut) else { return };
        let open = self.kept.get(place).is_some_and(Option::is_some);
        if let Some(free) = row.get_mut(place).filter(|_| open) {
            let before = free.or_zero();
            *free = free.saturating_add(quantity);
            *sum = sum.saturating_add(free.or_zero()).saturating_sub(before);
        }
    }

    /// Takes up to `wanted` of a product along a route, when it is plain. To `parts` goes the rank and the quantity of each location that
    /// gives.
    pub fn take(&mut self, asked: Asked, route: &[Stop], wanted: Quantity, parts: &mut Vec<(usize, Quantity)>) -> Option<Taken> {
        // 1. Find its row.
        let row = self.product(asked).filter(|product| product.plain)?.row?;
        let range = self.range(row);
        let (sum, row) = self.rows.get_mut(range)?.split_last_mut()?;
        // 2. What there is for the line. The sum is what all locations have.
        let available = if route.len() == self.active { *sum } else { all_along(route, row) };
        // 3. Take, and leave the rest to those after it.
        let quantity = walk(route, row, wanted, parts);
        *sum = sum.saturating_sub(quantity);
        Some(Taken { available, quantity })
    }

    fn range(&self, row: Ordinal) -> Range<usize> {
        let start = row.index();
        start..start.saturating_add(self.kept.len()).saturating_add(1)
    }
}

/// What all stops have together.
fn all_along(route: &[Stop], row: &[Quantity]) -> Quantity {
    route.iter().filter_map(|(_, place)| row.get((*place)?)).map(|free| free.or_zero()).sum()
}

/// Takes up to `wanted`, stop by stop, and says how much that was.
fn walk(route: &[Stop], row: &mut [Quantity], wanted: Quantity, parts: &mut Vec<(usize, Quantity)>) -> Quantity {
    let mut left = wanted;
    for (rank, place) in route {
        let Some(free) = place.and_then(|place| row.get_mut(place)).filter(|free| free.is_positive()) else { continue };
        let quantity = left.min(*free);
        *free = free.saturating_sub(quantity);
        left = left.saturating_sub(quantity);
        parts.push((*rank, quantity));
        if left.is_zero() {
            break;
        }
    }
    wanted.saturating_sub(left)
}
