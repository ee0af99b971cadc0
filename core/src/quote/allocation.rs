//! How what is taken off the document is split: weights that are not the amounts, floors, and the order of the lines.

use super::failure::{no_result, too_large};
use super::frame::{Frame, QuoteScratch};
use super::stage;
use crate::adjust::{Allocate, Figure, ShareOrder, Weights};
use crate::expr::Expr;
use crate::id::StepId;
use crate::money::{AllocationShare, ArithmeticError, Decimal, Exact, Money, Rounding, RoundingDef, RoundingMode, allocate};
use crate::report::Error;

/// Finds what every line weighs where that is not what it costs; `after` holds the figures that the steps left. Where the lines weigh what
/// they cost there are no weights.
#[inline]
pub(super) fn weigh(
    frame: &mut Frame<'_>,
    allocate: &Allocate,
    step: &StepId,
    after: &[Vec<Figure>],
    scratch: &mut QuoteScratch,
) -> Result<(), Error> {
    scratch.weights.clear();
    if matches!(allocate.weights, Weights::Amount) { Ok(()) } else { find_weights(frame, allocate, step, after, &mut scratch.weights) }
}

fn find_weights(
    frame: &mut Frame<'_>,
    allocate: &Allocate,
    step: &StepId,
    after: &[Vec<Figure>],
    weights: &mut Vec<u64>,
) -> Result<(), Error> {
    if allocate.expression().is_some() {
        stage::enter(frame)?;
    }
    let lines = frame.lines.iter();
    match &allocate.weights {
        Weights::Amount => {}
        Weights::ListAmount => weights.extend(lines.map(|line| line.price.map_or(0, |price| price.amount.unsigned_abs()))),
        Weights::Step(number) => weights.extend(after.get(*number).into_iter().flatten().map(|figure| figure.amount.unsigned_abs())),
        Weights::Even => weights.extend(lines.map(|_| 1)),
        Weights::Quantity => {
            for (index, line) in lines.enumerate() {
                let quantity = line.ordered.map(|ordered| ordered.base_quantity()).unwrap_or_default();
                weights.push(whole(quantity).map_err(|error| too_large(error, step, Some(index)))?);
            }
        }
        Weights::Formula(formula) => {
            for (index, line) in lines.enumerate() {
                weights.push(if line.price.is_some() { weight(frame, formula, step, index)? } else { 0 });
            }
        }
    }
    Ok(())
}

fn weight(frame: &Frame<'_>, formula: &Expr, step: &StepId, line: usize) -> Result<u64, Error> {
    let number = formula.number(frame, Some(line)).map_err(|error| no_result(&error, step, Some(line)))?;
    whole(number).map_err(|error| too_large(error, step, Some(line)))
}

/// A weight in millionths; nothing below zero.
fn whole(number: Decimal) -> Result<u64, ArithmeticError> {
    const DIGITS: u8 = 6;
    let down = RoundingDef { mode: RoundingMode::Down, ..RoundingDef::default() };
    let down = Rounding::new(down, DIGITS).unwrap_or(Rounding::half_up(DIGITS));
    Ok(u64::try_from(down.apply(Exact::from_decimal(number)?)?).unwrap_or(0))
}

/// Splits an amount over the eligible lines, whose shares hold what each weighs by itself, and what it can give at most. The parts stand in the scratch,
/// in the order of the eligible lines; what no line can take is returned.
pub(super) fn split(frame: &Frame<'_>, how: &Allocate, total: Money, scratch: &mut QuoteScratch) -> Result<Money, ArithmeticError> {
    let QuoteScratch { shares, eligible, weights, floors, parts, .. } = scratch;
    // 1. What a line must keep, and what it weighs.
    if !floors.is_empty() {
        for (index, share) in eligible.iter().zip(&mut *shares) {
            let room =
                frame.lines.get(*index).map_or(0, |line| line.figure.amount.saturating_sub(floors.get(*index).copied().unwrap_or(0)));
            share.cap = share.cap.map(|cap| cap.min(room.max(0).unsigned_abs()));
        }
    }
    if !weights.is_empty() {
        for (index, share) in eligible.iter().zip(&mut *shares) {
            share.weight = weights.get(*index).copied().unwrap_or(0);
        }
    }
    // 2. The parts.
    if how.order == ShareOrder::Lines {
        return allocate(total, shares, how.method, how.zero_weights, parts);
    }
    let id = |place: usize| eligible.get(place).and_then(|index| frame.lines.get(*index)).map(|line| line.id.as_str());
    let mut places: Vec<usize> = (0..eligible.len()).collect();
    places.sort_by(|one, other| id(*one).cmp(&id(*other)));
    let sorted: Vec<AllocationShare> = places.iter().filter_map(|place| shares.get(*place).copied()).collect();
    let mut of_sorted = Vec::new();
    let rest = allocate(total, &sorted, how.method, how.zero_weights, &mut of_sorted)?;
    parts.clear();
    parts.resize(eligible.len(), 0);
    for (place, part) in places.into_iter().zip(of_sorted) {
        if let Some(slot) = parts.get_mut(place) {
            *slot = part;
        }
    }
    Ok(rest)
}
