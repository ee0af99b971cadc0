//! Splitting a rounded amount over the exact amounts that it is the sum of.

use crate::money::{
    AllocationMethod, AllocationShare, ArithmeticError, Currency, Exact, Money, Rounding, RoundingDef, RoundingMode, ZeroWeights, allocate,
};

/// Splits `total` over `exact` in proportion, by largest remainder and ties in the order given; the parts sum to it.
///
/// Where some amounts are below zero, they get theirs first, half up together, and the others what that leaves.
pub(super) fn spread(total: i64, exact: &[Exact], currency: Currency) -> Result<Vec<i64>, ArithmeticError> {
    let negative: Vec<bool> = exact.iter().map(|amount| amount.is_negative()).collect();
    if !negative.contains(&true) || !exact.iter().any(|amount| amount.is_positive()) {
        return split(total, exact, |_| true, currency);
    }
    let below = exact.iter().filter(|amount| amount.is_negative()).try_fold(Exact::ZERO, |sum, amount| Ok(sum.plus(*amount)?.reduced()))?;
    let below = Rounding::half_up(currency.minor_units()).apply(below)?;
    let above = total.checked_sub(below).ok_or(ArithmeticError::Overflow)?;
    let of_negative = split(below, exact, Exact::is_negative, currency)?;
    let of_positive = split(above, exact, |amount| !amount.is_negative(), currency)?;
    let pick = |((one, other), negative): ((i64, i64), bool)| if negative { one } else { other };
    Ok(of_negative.into_iter().zip(of_positive).zip(negative).map(pick).collect())
}

fn split(total: i64, exact: &[Exact], takes_part: impl Fn(Exact) -> bool, currency: Currency) -> Result<Vec<i64>, ArithmeticError> {
    let weighed: Vec<Exact> = exact.iter().map(|amount| if takes_part(*amount) { *amount } else { Exact::ZERO }).collect();
    let weights = match whole_weights(&weighed) {
        Some(weights) => weights,
        None => fine_weights(&weighed, currency)?,
    };
    let shares: Vec<AllocationShare> = weights.into_iter().map(AllocationShare::of).collect();
    let mut parts = Vec::new();
    allocate(Money::new(total, currency), &shares, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut parts)?;
    Ok(parts)
}

/// Whole numbers that stand to each other as the amounts do: over a common denominator. None when they have too many digits.
fn whole_weights(amounts: &[Exact]) -> Option<Vec<u64>> {
    let whole = |number: i128| u64::try_from(number.unsigned_abs()).ok();
    let first = amounts.iter().find(|amount| amount.is_positive() || amount.is_negative());
    let alike =
        |amount: &Exact| !amount.is_positive() && !amount.is_negative() || first.is_some_and(|first| first.same_denominator(*amount));
    let weights: Vec<u64> = if amounts.iter().all(alike) {
        // What bears the same taxes is over one denominator already.
        amounts.iter().map(|amount| whole(amount.numerator())).collect::<Option<_>>()?
    } else {
        let terms: Vec<(i128, i128)> = amounts.iter().map(|amount| amount.lowest_terms()).collect();
        let mut common = 1_i128;
        for (_, denominator) in &terms {
            let (shortened, _) = Exact::new(common, *denominator).ok()?.lowest_terms();
            common = shortened.checked_mul(*denominator)?;
        }
        let weight = |(numerator, denominator): &(i128, i128)| whole(numerator.checked_mul(common.checked_div(*denominator)?)?);
        terms.iter().map(weight).collect::<Option<_>>()?
    };
    let sum = weights.iter().try_fold(0_u64, |sum, weight| sum.checked_add(*weight))?;
    (i64::try_from(sum).is_ok()).then_some(weights)
}

/// The amounts down to a millionth of the smallest unit.
fn fine_weights(amounts: &[Exact], currency: Currency) -> Result<Vec<u64>, ArithmeticError> {
    const EXTRA_DIGITS: u8 = 6;
    let fine = RoundingDef { mode: RoundingMode::Down, ..RoundingDef::default() };
    let fine = Rounding::new(fine, currency.minor_units().saturating_add(EXTRA_DIGITS)).map_err(|_| ArithmeticError::Overflow)?;
    amounts.iter().map(|amount| Ok(fine.apply(*amount)?.unsigned_abs())).collect()
}
