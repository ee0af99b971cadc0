//! Promises against supply that is on its way.

use super::Rng;

/// Supplies on their way, seven on a day.
pub const SUPPLIES: u32 = 1_000;
/// Requests of a pass.
const REQUESTS: usize = 200;

/// A quantity that comes on a day, counted from today.
pub struct Supply {
    pub day: u32,
    pub quantity: u32,
}

/// What is asked: so many on a day, counted from today.
pub struct Wanted {
    pub day: u32,
    pub quantity: u32,
}

/// The supplies in the order in which they were announced, and the requests.
pub fn promise() -> (Vec<Supply>, Vec<Wanted>) {
    let mut rng = Rng::section(0x500);
    // 7 divides 1,001: every seventh day seven times, far from each other in the list.
    let supplies = (1..=SUPPLIES).map(|number| Supply { day: number * 7 % (SUPPLIES + 1), quantity: 1 + rng.below(40) }).collect();
    let requests = (0..REQUESTS).map(|_| Wanted { day: rng.below(SUPPLIES), quantity: 1 + rng.below(15_000) }).collect();
    (supplies, requests)
}
