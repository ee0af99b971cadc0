//! Allocation: the other place where a digit may be lost, and none is.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::{ArithmeticError, Money};

/// How whole minor units are found for each share, and who takes the remainder. Every method's parts sum to the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllocationMethod {
    /// Round down, then one unit each to the largest remainders; ties in the order given. As Vendure does.
    #[default]
    LargestRemainder,
    /// Round half towards zero, then correct by one unit each from the first share on. As Sylius does.
    RoundHalfDownThenRemainderToFirst,
    /// Round half up; the last share takes what is left. As Saleor does.
    RoundEachLastAbsorbs,
    /// Round half up; the share with the largest weight takes what is left, the first of several. As SAP does.
    RoundEachLargestAbsorbs,
    /// Round down, then one unit each from the first share on.
    FloorThenRemainderToFirst,
}

/// What happens when every weight is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZeroWeights {
    /// The amount is split equally.
    #[default]
    EqualSplit,
    /// Nothing is allocated; the amount is reported as unallocated.
    Drop,
}

/// One receiver of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationShare {
    /// The weight, usually the line's amount in minor units.
    pub weight: u64,
    /// The most that this share can take, in minor units and without sign; what it cannot take goes to the others.
    pub cap: Option<u64>,
}

impl AllocationShare {
    /// A share without a cap.
    #[must_use]
    pub const fn of(weight: u64) -> Self {
        Self { weight, cap: None }
    }
}

/// Splits `total` over the shares in proportion to their weights, and returns what no share could take.
///
/// The parts, written to `parts` in the order of `shares` and in minor units, sum to `total` minus the rest that is returned. The
/// rest is zero unless the caps together are smaller than the total, the shares are none, or all weights are zero and are to be
/// dropped. No part has the other sign. Shares at their cap give the excess to the others in proportion ("water filling").
///
/// ```
/// use dealdesk::money::{allocate, AllocationMethod, AllocationShare, Money, ZeroWeights};
/// let discount = Money::new(299, "EUR".parse()?);
/// let lines = [4300, 1400, 2300].map(AllocationShare::of);
/// let mut parts = Vec::new();
/// let rest = allocate(discount, &lines, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut parts)?;
/// assert_eq!((parts.as_slice(), rest.minor()), ([161, 52, 86].as_slice(), 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ArithmeticError::Overflow`] when the weights sum to more than 18 digits.
pub fn allocate(
    total: Money,
    shares: &[AllocationShare],
    method: AllocationMethod,
    zero_weights: ZeroWeights,
    parts: &mut Vec<i64>,
) -> Result<Money, ArithmeticError> {
    let rest = allocate_whole(total.minor(), shares, method, zero_weights, parts)?;
    Ok(Money::new(rest, total.currency()))
}

/// As [`allocate`], for anything that is counted in whole numbers, such as packs of goods.
///
/// # Errors
/// As [`allocate`].
pub fn allocate_whole(
    total: i64,
    shares: &[AllocationShare],
    method: AllocationMethod,
    zero_weights: ZeroWeights,
    parts: &mut Vec<i64>,
) -> Result<i64, ArithmeticError> {
    parts.clear();
    if method == AllocationMethod::LargestRemainder && plain_largest_remainder(total, shares, parts).is_some() {
        return Ok(0);
    }
    parts.clear();
    parts.resize(shares.len(), 0);
    let negative = total < 0;
    let mut rest = total.unsigned_abs();

    // 1. Weigh: the weights as given, or all alike when they are all zero.
    let all_zero = shares.iter().all(|share| share.weight == 0);
    if all_zero && zero_weights == ZeroWeights::Drop {
        return Ok(total);
    }
    let mut open = Vec::with_capacity(shares.len());
    for (index, share) in shares.iter().enumerate() {
        let weight = if all_zero { 1 } else { share.weight };
        if weight > 0 {
            open.push(Open { index, weight, cap: share.cap.unwrap_or(u64::MAX), part: 0 });
        }
    }

    // 2. Split; fix every share that would take more than its cap at the cap; split what is left over the others.
    while rest > 0 && !open.is_empty() {
        split(rest, &mut open, method)?;
        let capped = |share: &Open| share.part > share.cap;
        let any_capped = open.iter().any(capped);
        for share in &open {
            if any_capped && !capped(share) {
                continue;
            }
            let part = share.part.min(share.cap);
            rest = rest.checked_sub(part).ok_or(ArithmeticError::Overflow)?;
            let signed = i64::try_from(part).map_err(|_| ArithmeticError::Overflow)?;
            if let Some(slot) = parts.get_mut(share.index) {
                *slot = if negative { signed.checked_neg().ok_or(ArithmeticError::Overflow)? } else { signed };
            }
        }
        if !any_capped {
            break;
        }
        open.retain(|share| !capped(share));
    }

    // 3. Report what nobody could take.
    let unallocated = i64::try_from(rest).map_err(|_| ArithmeticError::Overflow)?;
    if negative { unallocated.checked_neg().ok_or(ArithmeticError::Overflow) } else { Ok(unallocated) }
}

/// The parts by largest remainder in one go over the shares, where nobody can reach a cap and all numbers are short, as those of nearly
/// every document are; none where it takes the long way.
fn plain_largest_remainder(total: i64, shares: &[AllocationShare], parts: &mut Vec<i64>) -> Option<()> {
    if let [only] = shares {
        let takes_all = only.weight > 0 && only.cap.is_none_or(|cap| cap >= total.unsigned_abs());
        return takes_all.then(|| parts.push(total));
    }
    let total = u64::try_from(total).ok()?;
    let (mut sum, mut free) = (0_u64, true);
    for share in shares {
        sum = sum.checked_add(share.weight)?;
        // A part is never above the weight when the total is not above the sum.
        free &= share.cap.is_none_or(|cap| cap >= share.weight);
    }
    // A remainder is below the sum; beside it there is room for the place of the share, from behind.
    let last = u64::try_from(shares.len()).ok()?;
    let bits = u64::BITS.saturating_sub(last.leading_zeros());
    if !free || total > sum || sum.leading_zeros() < bits {
        return None;
    }
    let sum = Divisor::new(NonZeroU64::new(sum)?);
    let mut left = total;
    let mut remainders = vec![0_u64; shares.len()];
    parts.resize(shares.len(), 0);
    for ((part, remainder), (share, place)) in parts.iter_mut().zip(&mut remainders).zip(shares.iter().zip((0..last).rev())) {
        let product = total.checked_mul(share.weight)?;
        let (whole, rest) = sum.divide(product);
        left = left.checked_sub(whole)?;
        *part = i64::try_from(whole).ok()?;
        *remainder = rest.checked_shl(bits)? | place;
    }
    let Some(least) = nth_largest(&remainders, usize::try_from(left).ok()?) else { return Some(()) };
    for (part, remainder) in parts.iter_mut().zip(&remainders) {
        *part = part.checked_add(i64::from(*remainder >= least))?;
    }
    Some(())
}

/// A number by which many are divided: two multiplications take less than a division, and whether a product is short, on which a division
/// depends, need not be guessed.
#[derive(Debug, Clone, Copy)]
struct Divisor {
    number: u64,
    inverse: u64,
}

impl Divisor {
    fn new(number: NonZeroU64) -> Self {
        let number = number.get();
        // At most one less than 2^64 divided by the number.
        Self { number, inverse: u64::MAX.checked_div(number).unwrap_or_default() }
    }

    /// The quotient and the remainder.
    #[inline]
    fn divide(self, dividend: u64) -> (u64, u64) {
        // What the inverse lacks is less than 1 for any dividend: the quotient, or one less than it.
        let high = u128::from(dividend).wrapping_mul(u128::from(self.inverse)) >> u64::BITS;
        let quotient = u64::try_from(high).unwrap_or_default();
        let rest = dividend.wrapping_sub(quotient.wrapping_mul(self.number));
        let more = rest >= self.number;
        (quotient.wrapping_add(u64::from(more)), rest.wrapping_sub(if more { self.number } else { 0 }))
    }
}

/// The value that is the `nth` of the largest; none for `nth` zero, or where there are fewer.
///
/// Sorting guesses at every comparison which of two is larger, and is mostly wrong. Counting how many lie in each of a few ranges guesses
/// nothing, and leaves few to be sorted.
fn nth_largest(values: &[u64], nth: usize) -> Option<u64> {
    const RANGES: usize = 64;
    let all = values.iter().fold(0, |all, value| all | value);
    let shift = u64::BITS.saturating_sub(all.leading_zeros()).saturating_sub(RANGES.trailing_zeros());
    let range = |value: u64| usize::try_from(value.wrapping_shr(shift)).unwrap_or(usize::MAX);
    // 1. How many lie in each range.
    let mut counts = [0_usize; RANGES];
    for value in values {
        if let Some(count) = counts.get_mut(range(*value)) {
            *count = count.saturating_add(1);
        }
    }
    // 2. In which of them the value lies, and how many are above.
    let mut behind = nth.checked_sub(1)?;
    let mut wanted = RANGES.checked_sub(1)?;
    while let Some(below) = behind.checked_sub(*counts.get(wanted)?) {
        behind = below;
        wanted = wanted.checked_sub(1)?;
    }
    // 3. Which of those that lie there it is.
    let mut among: Vec<u64> = values.iter().copied().filter(|value| range(*value) == wanted).collect();
    let (_, found, _) = among.select_nth_unstable_by(behind, |one, other| other.cmp(one));
    Some(*found)
}

/// A share that still takes part in the split.
struct Open {
    index: usize,
    weight: u64,
    cap: u64,
    part: u64,
}

/// Fills in the parts of one split; they sum to `total`.
fn split(total: u64, open: &mut [Open], method: AllocationMethod) -> Result<(), ArithmeticError> {
    let mut sum: u64 = 0;
    for share in open.iter() {
        sum = sum.checked_add(share.weight).ok_or(ArithmeticError::Overflow)?;
    }
    match method {
        AllocationMethod::LargestRemainder => largest_remainder(total, sum, open),
        AllocationMethod::FloorThenRemainderToFirst => {
            let left = floors(total, sum, open, |_, _| false)?;
            first_take(left, open)
        }
        AllocationMethod::RoundHalfDownThenRemainderToFirst => {
            let left = floors(total, sum, open, |rest, sum| rest > sum.saturating_sub(rest))?;
            first_take(left, open)
        }
        AllocationMethod::RoundEachLastAbsorbs => {
            let left = floors(total, sum, open, |rest, sum| rest >= sum.saturating_sub(rest))?;
            absorb(left, open.iter_mut().rev())
        }
        AllocationMethod::RoundEachLargestAbsorbs => {
            let left = floors(total, sum, open, |rest, sum| rest >= sum.saturating_sub(rest))?;
            let mut largest: Vec<&mut Open> = open.iter_mut().collect();
            largest.sort_by_key(|share| std::cmp::Reverse(share.weight));
            absorb(left, largest.into_iter())
        }
    }
}

/// Gives each share its proportional part rounded down, or up where `up(remainder, sum)` says so; returns what is left of the
/// total, negative when too much was given.
fn floors(total: u64, sum: u64, open: &mut [Open], up: impl Fn(u64, u64) -> bool) -> Result<i64, ArithmeticError> {
    let mut left = i64::try_from(total).map_err(|_| ArithmeticError::Overflow)?;
    for share in open {
        let (quotient, rest) = proportion(total, share.weight, sum)?;
        share.part = if rest > 0 && up(rest, sum) { quotient.checked_add(1).ok_or(ArithmeticError::Overflow)? } else { quotient };
        let part = i64::try_from(share.part).map_err(|_| ArithmeticError::Overflow)?;
        left = left.checked_sub(part).ok_or(ArithmeticError::Overflow)?;
    }
    Ok(left)
}

/// `total * weight / sum` as quotient and remainder.
fn proportion(total: u64, weight: u64, sum: u64) -> Result<(u64, u64), ArithmeticError> {
    if let Some(product) = total.checked_mul(weight) {
        let pair = (product.checked_div(sum), product.checked_rem(sum));
        return if let (Some(quotient), Some(rest)) = pair { Ok((quotient, rest)) } else { Err(ArithmeticError::DivisionByZero) };
    }
    let product = u128::from(total).checked_mul(u128::from(weight)).ok_or(ArithmeticError::Overflow)?;
    let sum = u128::from(sum);
    let narrow = |value: Option<u128>| value.and_then(|v| u64::try_from(v).ok()).ok_or(ArithmeticError::Overflow);
    Ok((narrow(product.checked_div(sum))?, narrow(product.checked_rem(sum))?))
}

fn largest_remainder(total: u64, sum: u64, open: &mut [Open]) -> Result<(), ArithmeticError> {
    let mut left = total;
    let mut remainders: Vec<(u64, usize)> = Vec::with_capacity(open.len());
    for (share, position) in open.iter_mut().zip(0_usize..) {
        let (quotient, rest) = proportion(total, share.weight, sum)?;
        share.part = quotient;
        left = left.checked_sub(quotient).ok_or(ArithmeticError::Overflow)?;
        remainders.push((rest, position));
    }
    let winners = usize::try_from(left).map_err(|_| ArithmeticError::Overflow)?;
    if winners == 0 {
        return Ok(());
    }
    if winners < remainders.len() {
        remainders.select_nth_unstable_by(winners, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    for (_, position) in remainders.into_iter().take(winners) {
        if let Some(share) = open.get_mut(position) {
            share.part = share.part.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        }
    }
    Ok(())
}

/// Corrects by one unit each from the first share on; a share without a part gives none back.
fn first_take(mut left: i64, open: &mut [Open]) -> Result<(), ArithmeticError> {
    let step = left.signum();
    while left != 0 {
        for share in open.iter_mut() {
            let Some(part) = share.part.checked_add_signed(step).filter(|_| left != 0) else { continue };
            share.part = part;
            left = left.checked_sub(step).ok_or(ArithmeticError::Overflow)?;
        }
    }
    Ok(())
}

/// The first of these shares takes what is left; what it would have to give back beyond its part, the next ones give.
fn absorb<'o>(mut left: i64, shares: impl Iterator<Item = &'o mut Open>) -> Result<(), ArithmeticError> {
    for share in shares {
        if left == 0 {
            break;
        }
        let part = i64::try_from(share.part).map_err(|_| ArithmeticError::Overflow)?;
        let absorbed = part.checked_add(left).ok_or(ArithmeticError::Overflow)?;
        share.part = u64::try_from(absorbed.max(0)).map_err(|_| ArithmeticError::Overflow)?;
        left = absorbed.min(0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const METHODS: [AllocationMethod; 5] = [
        AllocationMethod::LargestRemainder,
        AllocationMethod::RoundHalfDownThenRemainderToFirst,
        AllocationMethod::RoundEachLastAbsorbs,
        AllocationMethod::RoundEachLargestAbsorbs,
        AllocationMethod::FloorThenRemainderToFirst,
    ];

    fn split_up(total: i64, weights: &[u64], method: AllocationMethod) -> Vec<i64> {
        let shares: Vec<_> = weights.iter().copied().map(AllocationShare::of).collect();
        let mut parts = Vec::new();
        let total = Money::new(total, "EUR".parse().unwrap());
        let rest = allocate(total, &shares, method, ZeroWeights::EqualSplit, &mut parts).unwrap();
        assert!(rest.is_zero());
        parts
    }

    #[test]
    fn largest_remainder_gives_the_figures_of_worked_example_25() {
        let table: [(&[u64], i64, &[i64]); 6] = [
            (&[4300, 1400, 2300], 299, &[161, 52, 86]),
            (&[1000, 1000, 1000], 299, &[100, 100, 99]),
            (&[10, 20, 10, 30, 50, 20, 10, 40], 93, &[5, 10, 5, 15, 24, 10, 5, 19]),
            (&[10, 0], 40, &[40, 0]),
            (&[0, 0], 10, &[5, 5]),
            (&[100, 100], -20, &[-10, -10]),
        ];
        for (weights, total, expected) in table {
            assert_eq!(split_up(total, weights, AllocationMethod::LargestRemainder), expected);
        }
    }

    #[test]
    fn the_methods_differ_in_who_takes_the_remainder() {
        // 10.00 over three equal lines: 3.333.. each.
        assert_eq!(split_up(1000, &[1, 1, 1], AllocationMethod::RoundEachLastAbsorbs), [333, 333, 334]);
        assert_eq!(split_up(1000, &[1, 1, 1], AllocationMethod::LargestRemainder), [334, 333, 333]);
        // 166.67, 166.67 and 666.67 sum to 1000.01: the largest gives the cent back, wherever it stands.
        assert_eq!(split_up(100_000, &[1, 4, 1], AllocationMethod::RoundEachLargestAbsorbs), [16_667, 66_666, 16_667]);
        assert_eq!(split_up(1000, &[1, 1, 1], AllocationMethod::RoundEachLargestAbsorbs), [334, 333, 333]);
        // 0.05 over two: 2.5 each; half-down gives 2 and 2, and the first takes the missing one; half-up gives 3 and 3.
        assert_eq!(split_up(5, &[1, 1], AllocationMethod::RoundHalfDownThenRemainderToFirst), [3, 2]);
        assert_eq!(split_up(5, &[1, 1], AllocationMethod::RoundEachLastAbsorbs), [3, 2]);
        // 1000 over 1, 1, 4: 166.67, 166.67, 666.67; floor leaves 2 for the first two, remainders are equal.
        assert_eq!(split_up(1000, &[1, 1, 4], AllocationMethod::FloorThenRemainderToFirst), [167, 167, 666]);
    }

    #[test]
    fn caps_send_the_excess_to_the_others() {
        // Worked example 27: 100, 40, 40 with the first capped at 10 and 27 to give: 10, 8.50, 8.50.
        let shares = [AllocationShare { weight: 10_000, cap: Some(1000) }, AllocationShare::of(4000), AllocationShare::of(4000)];
        let mut parts = Vec::new();
        let total = Money::new(2700, "EUR".parse().unwrap());
        let rest = allocate(total, &shares, AllocationMethod::LargestRemainder, ZeroWeights::Drop, &mut parts).unwrap();
        assert_eq!((parts.as_slice(), rest.minor()), ([1000, 850, 850].as_slice(), 0));
    }

    #[test]
    fn zero_weights_may_be_dropped() {
        let mut parts = Vec::new();
        let total = Money::new(10, "EUR".parse().unwrap());
        let rest = allocate(total, &[AllocationShare::of(0)], AllocationMethod::LargestRemainder, ZeroWeights::Drop, &mut parts).unwrap();
        assert_eq!((parts.as_slice(), rest.minor()), ([0].as_slice(), 10));
    }

    proptest! {
        #[test]
        fn a_divisor_divides_as_division_does(number in 1..=u64::MAX, shift in 0..64_u32, dividend in any::<u64>(), near in 0_u64..3) {
            let number = (number >> shift).max(1);
            let multiple = (dividend / number * number).wrapping_sub(1).wrapping_add(near);
            let divisor = Divisor::new(NonZeroU64::new(number).unwrap());
            for dividend in [dividend, multiple, dividend >> shift, 0, u64::MAX] {
                prop_assert_eq!(divisor.divide(dividend), (dividend / number, dividend % number));
            }
        }

        #[test]
        fn the_nth_largest_is_where_sorting_puts_it(values in proptest::collection::vec(any::<u64>(), 0..200), bits in 0_u32..64, nth in 0_usize..210) {
            let values: Vec<u64> = values.into_iter().map(|value| value >> bits).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(|one, other| other.cmp(one));
            let expected = nth.checked_sub(1).and_then(|behind| sorted.get(behind)).copied();
            prop_assert_eq!(nth_largest(&values, nth), expected);
        }

        #[test]
        fn parts_sum_to_the_whole_and_stay_within_their_caps(
            total in -1_000_000_i64..1_000_000,
            shares in prop::collection::vec((0_u64..100_000, prop::option::of(0_u64..50_000)), 0..12),
            method in 0_usize..5,
        ) {
            let shares: Vec<_> = shares.into_iter().map(|(weight, cap)| AllocationShare { weight, cap }).collect();
            let mut parts = Vec::new();
            let money = Money::new(total, "EUR".parse().unwrap());
            let rest = allocate(money, &shares, METHODS[method], ZeroWeights::EqualSplit, &mut parts).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>() + rest.minor(), total);
            for (part, share) in parts.iter().zip(&shares) {
                prop_assert!(part.unsigned_abs() <= share.cap.unwrap_or(u64::MAX));
                prop_assert!(*part == 0 || part.signum() == total.signum());
            }
            // Something is left over only when everyone who could take more is full.
            if rest.minor() != 0 {
                let all_zero = shares.iter().all(|share| share.weight == 0);
                let full = shares.iter().zip(&parts).all(|(s, p)| (s.weight == 0 && !all_zero) || s.cap == Some(p.unsigned_abs()));
                prop_assert!(full);
            }
        }
    }
}
