//! Products and their prices.

use super::Rng;

/// How many products there are.
const PRODUCTS: usize = 10_000;
/// The quantities from which the price breaks count.
const BREAKS: [u32; 4] = [1, 10, 50, 200];

/// A product; its price in cents.
#[derive(Clone)]
pub struct Product {
    pub category: u32,
    pub brand: u32,
    pub base: u32,
}

/// A price in cents from a quantity on, for one tier or region or for any.
#[derive(Clone, Copy)]
pub struct PriceEntry {
    pub product: u32,
    pub tier: Option<u32>,
    pub region: Option<u32>,
    pub from: u32,
    pub price: u32,
}

pub fn products() -> Vec<Product> {
    let mut rng = Rng::section(1);
    (0..PRODUCTS).map(|_| Product { category: rng.below(50), brand: rng.below(40), base: 100 + rng.below(99_900) }).collect()
}

pub fn prices(products: &[Product]) -> Vec<PriceEntry> {
    let mut rng = Rng::section(2);
    let mut entries = Vec::new();
    for (number, product) in (0..).zip(products) {
        let mut breaks = |tier, region, off, count| {
            let base = product.base * (100 - off) / 100;
            for (step, from) in (0..).zip(BREAKS).take(count) {
                entries.push(PriceEntry { product: number, tier, region, from, price: base * (100 - 3 * step) / 100 });
            }
        };
        let mut drawn = |rng: &mut Rng, one_in, most_off, tier, region, count| {
            let (there, off) = (rng.once_in(one_in), rng.below(most_off));
            if there {
                breaks(tier, region, off, count);
            }
        };
        for tier in 0..4 {
            for region in 0..8 {
                drawn(&mut rng, 4, 30, Some(tier), Some(region), 4);
            }
        }
        for tier in 0..4 {
            drawn(&mut rng, 2, 20, Some(tier), None, 4);
        }
        for region in 0..8 {
            drawn(&mut rng, 4, 10, None, Some(region), 1);
        }
        breaks(None, None, 0, 1);
    }
    entries
}
