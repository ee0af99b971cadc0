//! Orders.

use super::Rng;

/// Lines of an order, how many orders, and the expected checksum of their quotes.
pub const SIZES: [(usize, usize, u32); 4] =
    [(1, 2000, 417_373_932), (10, 500, 2_632_643_367), (100, 100, 1_530_482_437), (1000, 20, 2_475_742_375)];

/// A line: which product, how many.
#[derive(Clone, Copy)]
pub struct Line {
    pub product: u32,
    pub quantity: u32,
}

/// An order.
#[derive(Clone)]
pub struct Order {
    pub tier: u32,
    pub region: u32,
    pub channel: u32,
    pub day: u32,
    /// The higher, the earlier it is served when stock is given out.
    pub priority: u32,
    pub lines: Vec<Line>,
}

pub fn orders(lines: usize, count: usize) -> Vec<Order> {
    let mut rng = Rng::section(0x100 + lines as u64);
    (0..count)
        .map(|_| {
            let (tier, region, channel, day) = (rng.below(4), rng.below(8), rng.below(3), rng.below(365));
            let priority = rng.below(10);
            Order { tier, region, channel, day, priority, lines: (0..lines).map(|_| line(&mut rng)).collect() }
        })
        .collect()
}

fn line(rng: &mut Rng) -> Line {
    let (product, large, quantity) = (rng.below(10_000), rng.once_in(4), rng.below(400));
    Line { product, quantity: if large { 1 + quantity } else { 1 + quantity % 20 } }
}
