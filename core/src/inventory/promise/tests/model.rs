//! A slow and plain second implementation: single units of demand are matched with single units of supply, with augmenting paths.

/// What comes: a place, a day, a quantity.
pub type Supply = (usize, u32, u32);

/// What goes: a place or any, a day, a quantity.
pub type Demand = (Option<usize>, u32, u32);

/// Whether every unit of demand has a unit of supply of its place, on its day or before.
pub fn feasible(supplies: &[Supply], demands: &[Demand]) -> bool {
    let units = |list: &[(usize, u32, u32)]| -> Vec<(usize, u32)> {
        list.iter().flat_map(|(place, day, quantity)| (0..*quantity).map(move |_| (*place, *day))).collect()
    };
    let supply = units(supplies);
    let demand: Vec<(Option<usize>, u32)> =
        demands.iter().flat_map(|(place, day, quantity)| (0..*quantity).map(move |_| (*place, *day))).collect();
    let mut taken_by: Vec<Option<usize>> = vec![None; supply.len()];
    (0..demand.len()).all(|unit| augment(unit, &supply, &demand, &mut taken_by, &mut vec![false; supply.len()]))
}

fn augment(
    unit: usize,
    supply: &[(usize, u32)],
    demand: &[(Option<usize>, u32)],
    taken_by: &mut Vec<Option<usize>>,
    tried: &mut Vec<bool>,
) -> bool {
    for number in 0..supply.len() {
        let fits = demand[unit].0.is_none_or(|place| place == supply[number].0) && supply[number].1 <= demand[unit].1;
        if !fits || std::mem::replace(&mut tried[number], true) {
            continue;
        }
        if taken_by[number].is_none_or(|other| augment(other, supply, demand, taken_by, tried)) {
            taken_by[number] = Some(unit);
            return true;
        }
    }
    false
}

/// The most that one more demand can ask for, when all others are still met.
pub fn promisable(supplies: &[Supply], demands: &[Demand], place: Option<usize>, day: u32) -> u32 {
    let with = |quantity: u32| {
        let mut all = demands.to_vec();
        all.push((place, day, quantity));
        feasible(supplies, &all)
    };
    let all: u32 = supplies.iter().map(|supply| supply.2).sum();
    (1..=all).take_while(|quantity| with(*quantity)).last().unwrap_or(0)
}

/// Backward pegging at one place: each demand takes the nearest receipt before it; gives what is left of the receipts up to a day.
pub fn pegging_leaves(supplies: &[Supply], demands: &[Demand], until: u32) -> u32 {
    let mut left: Vec<(u32, u32)> = supplies.iter().map(|(_, day, quantity)| (*day, *quantity)).collect();
    left.sort_unstable();
    for (_, day, quantity) in demands {
        let mut missing = *quantity;
        for receipt in left.iter_mut().rev().filter(|receipt| receipt.0 <= *day) {
            let take = receipt.1.min(missing);
            receipt.1 -= take;
            missing -= take;
        }
    }
    left.iter().filter(|receipt| receipt.0 <= until).map(|receipt| receipt.1).sum()
}

/// The formula of the semantics page at one place: the least of all that came less all that went, from a day on.
pub fn least_from(supplies: &[Supply], demands: &[Demand], day: u32, last: u32) -> i64 {
    let balance = |on: u32| -> i64 {
        let came: u32 = supplies.iter().filter(|supply| supply.1 <= on).map(|supply| supply.2).sum();
        let went: u32 = demands.iter().filter(|demand| demand.1 <= on).map(|demand| demand.2).sum();
        i64::from(came) - i64::from(went)
    };
    (day..=last).map(balance).min().unwrap_or(0).max(0)
}

/// The same, where a backlog is not served any more.
pub fn least_when_resold(supplies: &[Supply], demands: &[Demand], day: u32, last: u32) -> i64 {
    let mut balance = 0_i64;
    let balances: Vec<i64> = (0..=last)
        .map(|on| {
            balance += supplies.iter().filter(|supply| supply.1 == on).map(|supply| i64::from(supply.2)).sum::<i64>();
            balance -= demands.iter().filter(|demand| demand.1 == on).map(|demand| i64::from(demand.2)).sum::<i64>();
            balance = balance.max(0);
            balance
        })
        .collect();
    balances.into_iter().skip(day as usize).min().unwrap_or(0)
}
