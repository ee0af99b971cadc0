//! The reference workload: integers only, the same on every machine. All draws are made in this order, used or not.

pub mod approvals;
mod orders;
mod prices;
pub mod promise;
mod rng;
mod rules;
pub mod sourcing;
pub mod stock;

pub use orders::{Line, Order, SIZES};
pub use prices::{PriceEntry, Product};
pub use rng::Rng;
pub use rules::{Effect, Rule, extra_rules};

/// Everything that W1 needs.
pub struct Data {
    /// The products, by number.
    pub products: Vec<Product>,
    /// The prices of all products.
    pub prices: Vec<PriceEntry>,
    /// The rules, by number.
    pub rules: Vec<Rule>,
}

impl Data {
    /// Draws them.
    pub fn generate() -> Self {
        let products = prices::products();
        let prices = prices::prices(&products);
        Self { prices, products, rules: rules::rules() }
    }
}

/// The orders of a size, with the expected checksum of all quotes.
pub struct Batch {
    /// Lines of an order.
    pub lines: usize,
    /// The orders.
    pub orders: Vec<Order>,
    /// The expected checksum.
    pub expected: u32,
}

/// The batches of W1.
pub fn batches() -> impl Iterator<Item = Batch> {
    SIZES.into_iter().map(|(lines, count, expected)| Batch { lines, orders: orders::orders(lines, count), expected })
}

/// Adds a number to a checksum.
pub fn mix(check: u32, number: u32) -> u32 {
    check.wrapping_mul(31).wrapping_add(number)
}
