//! Orders that are shipped from warehouses.

use super::Rng;

/// Products that lie in the warehouses.
const PRODUCTS: u32 = 200;
/// Lines of an order.
pub const LINES: usize = 20;
/// Orders of a pass.
const ORDERS: usize = 50;

/// An order: products with quantities, and how far away each warehouse is.
pub struct SourcedOrder {
    pub lines: Vec<(usize, u32)>,
    pub distances: Vec<u32>,
}

/// Warehouses and orders.
pub struct Sourcing {
    /// What each warehouse has of each product, by product.
    pub stock: Vec<Vec<u32>>,
    pub orders: Vec<SourcedOrder>,
}

/// About every second product lies in each warehouse, and a line often needs two of them.
pub fn sourcing(warehouses: usize) -> Sourcing {
    let mut rng = Rng::section(0x400 + warehouses as u64);
    let mut on_hand = |_| if rng.once_in(2) { 1 + rng.below(15) } else { 0 };
    let stock = (0..PRODUCTS).map(|_| (0..warehouses).map(&mut on_hand).collect()).collect();
    let orders = (0..ORDERS)
        .map(|_| {
            let first = rng.below(PRODUCTS);
            let lines = (0..LINES as u32).map(|line| (((first + line * 7) % PRODUCTS) as usize, 1 + rng.below(20))).collect();
            SourcedOrder { lines, distances: (0..warehouses).map(|_| 1 + rng.below(1000)).collect() }
        })
        .collect();
    Sourcing { stock, orders }
}
