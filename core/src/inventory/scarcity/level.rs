//! Proportional shares between a least and a most, as water finds its level in vessels with a bottom and a lid.

use super::count::Claim;
use crate::money::{AllocationMethod, AllocationShare, ArithmeticError, ZeroWeights, allocate_whole};

/// What one claim gets, in whole multiples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Part {
    pub given: i64,
    /// Whether the last multiple was left by the rounding down.
    pub rounded_up: bool,
}

/// Shares out `supply`, which lies between the sum of the minima and the sum of what is asked. Equal remainders go by the order of the
/// claims.
pub(super) fn proportional(claims: &[Claim], supply: i64) -> Result<Vec<Part>, ArithmeticError> {
    let mut parts = vec![Part::default(); claims.len()];
    let mut free: Vec<usize> = (0..claims.len()).collect();
    let mut left = supply;
    loop {
        // 1. The level of those that are free, as if there were neither a least nor a most.
        let level = Level::of(claims, &free, left)?;
        // 2. Who would get less than the least, and who more than the most.
        let mut total = 0_i128;
        let mut beyond = Vec::with_capacity(free.len());
        for &index in &free {
            let violation = claims.get(index).map_or(Ok(0), |claim| level.violation(claim))?;
            total = total.checked_add(violation).ok_or(ArithmeticError::Overflow)?;
            beyond.push(violation);
        }
        // 3. Settle those that weigh more: at their least when too little is given, at their most when too much.
        let settled = |violation: i128| violation != 0 && (total == 0 || violation.signum() == total.signum());
        let before = free.len();
        let mut still = Vec::with_capacity(before);
        for (&index, &violation) in free.iter().zip(&beyond) {
            let (Some(claim), true) = (claims.get(index), settled(violation)) else {
                still.push(index);
                continue;
            };
            let given = if violation > 0 { claim.minimum } else { claim.asked };
            left = left.checked_sub(given).ok_or(ArithmeticError::Overflow)?;
            if let Some(part) = parts.get_mut(index) {
                part.given = given;
            }
        }
        free = still;
        if total == 0 || free.len() == before {
            break;
        }
    }
    // 4. The others are at the same level: split what is left over them.
    split(claims, &free, left, &mut parts)?;
    Ok(parts)
}

/// How high everything stands: a claim gets `pool * weight / weights` less what it has.
struct Level {
    pool: i128,
    weights: i128,
    alike: bool,
}

impl Level {
    fn of(claims: &[Claim], free: &[usize], left: i64) -> Result<Self, ArithmeticError> {
        let mut level = Self { pool: i128::from(left), weights: 0, alike: false };
        for claim in free.iter().filter_map(|index| claims.get(*index)) {
            level.pool = level.pool.checked_add(i128::from(claim.stock)).ok_or(ArithmeticError::Overflow)?;
            level.weights = level.weights.checked_add(i128::from(claim.weight)).ok_or(ArithmeticError::Overflow)?;
        }
        if level.weights == 0 {
            level.alike = true;
            level.weights = i128::try_from(free.len()).map_err(|_| ArithmeticError::Overflow)?;
        }
        Ok(level)
    }

    /// How much is missing to the claim's least (above zero), or how much is beyond its most (below zero), in parts of `weights`.
    fn violation(&self, claim: &Claim) -> Result<i128, ArithmeticError> {
        let weight = if self.alike { 1 } else { i128::from(claim.weight) };
        let scaled = |count: i64| i128::from(count).checked_mul(self.weights).ok_or(ArithmeticError::Overflow);
        let height = self.pool.checked_mul(weight).ok_or(ArithmeticError::Overflow)?;
        let share = height.checked_sub(scaled(claim.stock)?).ok_or(ArithmeticError::Overflow)?;
        let (least, most) = (scaled(claim.minimum)?, scaled(claim.asked)?);
        share.max(least).min(most).checked_sub(share).ok_or(ArithmeticError::Overflow)
    }
}

fn split(claims: &[Claim], free: &[usize], left: i64, parts: &mut [Part]) -> Result<(), ArithmeticError> {
    let level = Level::of(claims, free, left)?;
    let shares: Vec<AllocationShare> =
        free.iter().filter_map(|index| claims.get(*index)).map(|claim| AllocationShare::of(claim.weight)).collect();
    let pool = i64::try_from(level.pool).map_err(|_| ArithmeticError::Overflow)?;
    let mut split = Vec::new();
    allocate_whole(pool, &shares, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut split)?;
    for (&index, height) in free.iter().zip(split) {
        let (Some(claim), Some(part)) = (claims.get(index), parts.get_mut(index)) else { continue };
        let weight = if level.alike { 1 } else { i128::from(claim.weight) };
        let exact = level.pool.checked_mul(weight).ok_or(ArithmeticError::Overflow)?;
        let given = i128::from(height).checked_mul(level.weights).ok_or(ArithmeticError::Overflow)?;
        *part = Part { given: height.saturating_sub(claim.stock), rounded_up: given > exact };
    }
    Ok(())
}
