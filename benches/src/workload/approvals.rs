//! W2: an approval matrix and the requests that are asked of it.

use std::ops::Range;

use super::Rng;

/// The expected checksum of all requests.
pub const EXPECTED: u32 = 1_121_163_276;
/// The amounts between which the rows' ranges lie, and the discounts in percent.
pub const AMOUNTS: [u32; 7] = [0, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000_000];
/// The discounts between which the rows' ranges lie, in percent.
pub const DISCOUNTS: [u32; 7] = [0, 5, 10, 15, 20, 30, 101];

/// A row of the matrix; what is none demands nothing.
pub struct Row {
    pub amount: Range<u32>,
    pub discount: Range<u32>,
    pub region: Option<u32>,
    pub family: Option<u32>,
    pub risk: Option<u32>,
    pub level: u32,
    pub role: u32,
}

/// What is to be approved.
pub struct Request {
    pub amount: u32,
    pub discount: u32,
    pub region: u32,
    pub family: u32,
    pub risk: u32,
}

impl Row {
    /// Level and role as one number.
    pub fn code(&self) -> u32 {
        self.level * 8 + self.role
    }

    /// Whether the row asks for an approval.
    pub fn fits(&self, request: &Request) -> bool {
        self.amount.contains(&request.amount)
            && self.discount.contains(&request.discount)
            && self.region.is_none_or(|region| region == request.region)
            && self.family.is_none_or(|family| family == request.family)
            && self.risk.is_none_or(|risk| risk == request.risk)
    }
}

/// The 200 rows; the last one asks whatever is asked of it.
pub fn rows() -> Vec<Row> {
    let mut rng = Rng::section(5);
    let range = |rng: &mut Rng, steps: [u32; 7]| {
        let low = rng.below(6);
        let high = low + 1 + rng.below(6 - low);
        steps[low as usize]..steps[high as usize]
    };
    let mut rows: Vec<Row> = (0..200)
        .map(|_| {
            let (amount, discount) = (range(&mut rng, AMOUNTS), range(&mut rng, DISCOUNTS));
            let mut maybe = |n| {
                let (there, value) = (rng.once_in(2), rng.below(n));
                there.then_some(value)
            };
            let (region, family, risk) = (maybe(8), maybe(10), maybe(5));
            Row { amount, discount, region, family, risk, level: 1 + rng.below(5), role: rng.below(8) }
        })
        .collect();
    if let Some(last) = rows.last_mut() {
        *last = Row { amount: 0..1_000_000_000, discount: 0..101, region: None, family: None, risk: None, level: 1, role: 0 };
    }
    rows
}

/// The requests.
pub fn requests() -> Vec<Request> {
    let mut rng = Rng::section(6);
    (0..2000)
        .map(|_| {
            let most = [2_000, 20_000, 200_000][rng.below(3) as usize];
            Request { amount: rng.below(most), discount: rng.below(40), region: rng.below(8), family: rng.below(10), risk: rng.below(5) }
        })
        .collect()
}
