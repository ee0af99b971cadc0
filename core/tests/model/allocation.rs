//! Splitting an amount, naively.

use dealdesk::money::AllocationMethod;

use super::rational::Rational;

/// Splits an amount over weights in whole units; who would take more than the cap takes the cap, and the others share the rest.
pub fn allocate(
    total: Rational,
    weights: &[Rational],
    caps: Option<&[Rational]>,
    method: AllocationMethod,
    unit: Rational,
) -> Vec<Rational> {
    let all_zero = weights.iter().all(|weight| *weight == Rational::ZERO);
    let weight = |share: &usize| if all_zero { Rational::ONE } else { weights[*share] };
    let mut parts = vec![Rational::ZERO; weights.len()];
    let mut open: Vec<usize> = (0..weights.len()).filter(|share| weight(share) > Rational::ZERO).collect();
    let mut rest = total;
    while rest > Rational::ZERO && !open.is_empty() {
        let open_weights: Vec<Rational> = open.iter().map(weight).collect();
        let tried = split(rest / unit, &open_weights, method);
        let over = |position: usize| caps.is_some_and(|caps| tried[position] * unit > caps[open[position]]);
        let capped: Vec<usize> = (0..open.len()).filter(|position| over(*position)).collect();
        if capped.is_empty() {
            for (share, part) in open.iter().zip(&tried) {
                parts[*share] = *part * unit;
            }
            break;
        }
        for position in &capped {
            let share = open[*position];
            parts[share] = caps.unwrap()[share];
            rest = rest - parts[share];
        }
        open = (0..open.len()).filter(|position| !capped.contains(position)).map(|position| open[position]).collect();
    }
    parts
}

/// Whole parts that sum to the total, which is whole.
fn split(total: Rational, weights: &[Rational], method: AllocationMethod) -> Vec<Rational> {
    let sum: Rational = weights.iter().copied().sum();
    let exact: Vec<Rational> = weights.iter().map(|weight| total * *weight / sum).collect();
    let half = Rational::new(1, 2);
    let mut parts: Vec<i128> = match method {
        AllocationMethod::LargestRemainder | AllocationMethod::FloorThenRemainderToFirst => exact.iter().map(|part| part.floor()).collect(),
        AllocationMethod::RoundEachLastAbsorbs | AllocationMethod::RoundEachLargestAbsorbs => {
            exact.iter().map(|part| (*part + half).floor()).collect()
        }
        AllocationMethod::RoundHalfDownThenRemainderToFirst => exact.iter().map(|part| -(half - *part).floor()).collect(),
    };
    let mut left = total.floor() - parts.iter().sum::<i128>();
    match method {
        AllocationMethod::LargestRemainder => {
            while left > 0 {
                let remainder = |share: &usize| exact[*share] - Rational::whole(parts[*share]);
                let winner = (0..parts.len()).rev().max_by_key(remainder).unwrap();
                parts[winner] += 1;
                left -= 1;
            }
        }
        AllocationMethod::RoundEachLastAbsorbs => {
            for part in parts.iter_mut().rev() {
                let change = left.max(-*part);
                *part += change;
                left -= change;
            }
        }
        AllocationMethod::RoundEachLargestAbsorbs => {
            let mut largest: Vec<usize> = (0..parts.len()).collect();
            largest.sort_by(|one, other| weights[*other].cmp(&weights[*one]));
            for share in largest {
                let change = left.max(-parts[share]);
                parts[share] += change;
                left -= change;
            }
        }
        _ => {
            while left != 0 {
                for part in &mut parts {
                    let step = left.signum();
                    if *part + step >= 0 && left != 0 {
                        *part += step;
                        left -= step;
                    }
                }
            }
        }
    }
    parts.into_iter().map(Rational::whole).collect()
}
