//! W3: the stock of 20 warehouses, and orders that are served from it one after the other.

use super::orders::{Order, orders};
use super::{Rng, mix};

/// The expected checksum of all rows.
pub const EXPECTED: u32 = 3_231_444_343;
/// How many rows there are: a line may take from several warehouses.
pub const ROWS: usize = 50_539;
/// How many warehouses there are.
pub const WAREHOUSES: usize = 20;
/// How many products there are.
pub const PRODUCTS: usize = 10_000;
/// Lines of an order.
pub const LINES: usize = 100;
const ORDERS: usize = 200;

/// What a line takes from a warehouse.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub line: u32,
    pub warehouse: u32,
    pub quantity: u32,
}

/// What there is, where an order looks first, and the orders in the order in which they are served.
pub struct Stock {
    /// By warehouse, then by product.
    pub on_hand: Vec<Vec<u32>>,
    /// By region: the warehouses, the preferred one first.
    pub preferences: Vec<Vec<u32>>,
    /// The orders, of the highest priority first.
    pub orders: Vec<Order>,
}

impl Stock {
    /// Draws it.
    pub fn generate() -> Self {
        let mut rng = Rng::section(7);
        let mut position = || {
            let (none, quantity) = (rng.once_in(4), rng.below(60));
            if none { 0 } else { quantity }
        };
        let on_hand = (0..WAREHOUSES).map(|_| (0..PRODUCTS).map(|_| position()).collect()).collect();
        let mut rng = Rng::section(8);
        let preferences = (0..8).map(|_| shuffled(&mut rng)).collect();
        let mut orders = orders(LINES, ORDERS);
        orders.sort_by_key(|order| std::cmp::Reverse(order.priority));
        Self { on_hand, preferences, orders }
    }
}

fn shuffled(rng: &mut Rng) -> Vec<u32> {
    let mut warehouses: Vec<u32> = (0..WAREHOUSES as u32).collect();
    for last in (1..WAREHOUSES).rev() {
        let other = rng.below(last as u32 + 1) as usize;
        warehouses.swap(last, other);
    }
    warehouses
}

/// The checksum of some rows, after that of the rows before them.
pub fn check(check: u32, row: Row) -> u32 {
    mix(mix(mix(check, row.line), row.warehouse), row.quantity)
}
