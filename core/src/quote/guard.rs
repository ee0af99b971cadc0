//! The guards of a quote: floors under lines and under the document.

use super::failure::{no_result, too_large};
use super::frame::Frame;
use super::outcome::Outcome;
use super::result::{Entry, Source};
use super::{stage, unrounded};
use crate::adjust::{Figure, Floor, FloorError, Guard, Otherwise, StageScope};
use crate::id::{LineId, Ordinal};
use crate::money::{AllocationMethod, AllocationShare, ArithmeticError, Currency, Decimal, Exact, Money, ZeroWeights, allocate};
use crate::report::{AdjustCode, Error, Finding, Severity};

/// Judges every line, or the document, by its floor. `entered` holds the lines' figures after the step since which the guard guards; what was
/// found as their price when absent.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    guard: &Guard,
    number: Ordinal,
    entered: Option<&[Figure]>,
    out: &mut Outcome,
) -> Result<(), Error> {
    stage::enter(frame)?;
    match guard.scope {
        StageScope::Line => guard_lines(frame, guard, number, entered, out),
        StageScope::Document => guard_document(frame, guard, number, entered, out),
    }
}

/// The floor of a line; none where the guard does not guard it.
pub(super) fn floor_of(frame: &Frame<'_>, guard: &Guard, index: usize, out: &Outcome) -> Result<Option<Floor>, Error> {
    let Some(line) = frame.lines.get(index).filter(|line| line.price.is_some()) else { return Ok(None) };
    if let Some(lines) = &guard.lines
        && !lines.test(frame, Some(index)).map_err(|error| no_result(&error, &guard.id, Some(index)))?
    {
        return Ok(None);
    }
    let quantity = line.ordered.map(|ordered| ordered.base_quantity()).unwrap_or_default();
    let cost = cost(guard, out).and_then(|figures| figures.lines.get(index).copied().flatten()).unwrap_or(0);
    let floor = guard.floor(frame, Some(index), quantity, cost, frame.parts.currency);
    floor.map(Some).map_err(|error| failed(error, guard, Some(index)))
}

/// The figures of the step that gives the cost.
fn cost<'o>(guard: &Guard, out: &'o Outcome) -> Option<&'o super::statistic::Figures> {
    let step = guard.margin?.cost;
    out.extras.figures.iter().find(|figures| figures.step.index() == step)
}

fn failed(error: FloorError, guard: &Guard, line: Option<usize>) -> Error {
    match error {
        FloorError::Formula(error) => no_result(&error, &guard.id, line),
        FloorError::Arithmetic(error) => too_large(error, &guard.id, line),
    }
}

fn guard_lines(frame: &mut Frame<'_>, guard: &Guard, number: Ordinal, entered: Option<&[Figure]>, out: &mut Outcome) -> Result<(), Error> {
    let mut below = Vec::new();
    for index in 0..frame.lines.len() {
        let Some(not_rounded) = floor_of(frame, guard, index, out)? else { continue };
        let floor = not_rounded.rounded;
        let currency = frame.parts.currency;
        let Some(line) = frame.lines.get_mut(index).filter(|line| line.figure.amount < floor) else { continue };
        let before = line.figure.amount;
        let entered = entered_amount(entered, index, line.price.map_or(0, |price| price.amount));
        let after = match guard.otherwise {
            Otherwise::Clamp | Otherwise::ClampAndRedistribute => before.max(floor.min(entered)),
            Otherwise::Reject | Otherwise::Flag | Otherwise::NeedsApproval => before,
        };
        if after > before {
            line.figure = Figure { amount: after, unit: None };
            let entry = Entry { step: number, source: Source::Step, base: floor, before, after, unit_price: None, next: None };
            if out.extras.unrounded.wanted
                && let Ok(exact) = lifted(not_rounded, before, entered, currency)
            {
                out.extras.unrounded.keep(index, &entry, exact);
            }
            out.record_step(line, entry);
        }
        if after < floor {
            below.push((line.id.clone(), after, floor));
        }
    }
    for (line, amount, floor) in below {
        report(frame, guard, Some(line), amount, floor, out);
    }
    Ok(())
}

/// How much a line is lifted to a floor that is not rounded, up to what it cost before.
fn lifted(floor: Floor, before: i64, entered: i64, currency: Currency) -> Result<Exact, ArithmeticError> {
    let less = |amount: i64| Money::new(amount, currency).to_exact()?.negated();
    let beyond = floor.exact()?.plus(less(entered)?)?;
    let reached = if beyond.is_positive() { Money::new(entered, currency).to_exact()? } else { floor.exact()? };
    let lifted = reached.plus(less(before)?)?;
    Ok(if lifted.is_negative() { Exact::ZERO } else { lifted })
}

fn entered_amount(entered: Option<&[Figure]>, line: usize, found: i64) -> i64 {
    entered.map_or(found, |figures| figures.get(line).map_or(0, |figure| figure.amount))
}

fn guard_document(
    frame: &mut Frame<'_>,
    guard: &Guard,
    number: Ordinal,
    entered: Option<&[Figure]>,
    out: &mut Outcome,
) -> Result<(), Error> {
    let overflow = |error: ArithmeticError| too_large(error, &guard.id, None);
    // 1. How much is missing.
    let priced = || frame.lines.iter().enumerate().filter(|(_, line)| line.is_sold());
    let sum = |sum: i64, amount: i64| sum.checked_add(amount).ok_or(ArithmeticError::Overflow);
    let total = priced().try_fold(0_i64, |all, (_, line)| sum(all, line.figure.amount)).map_err(overflow)?;
    let cost = cost(guard, out).map_or(0, |figures| figures.sum);
    let currency = frame.parts.currency;
    let not_rounded = guard.floor(frame, None, Decimal::ONE, cost, currency).map_err(|error| failed(error, guard, None))?;
    let floor = not_rounded.rounded;
    let missing = floor.checked_sub(total).ok_or(ArithmeticError::Overflow).map_err(overflow)?;
    if missing <= 0 {
        return Ok(());
    }
    // 2. Every line gives back of what was taken off it.
    let mut lifted = total;
    if guard.otherwise == Otherwise::Clamp {
        let taken = priced().map(|(index, line)| {
            let found = line.price.map_or(0, |price| price.amount);
            (index, entered_amount(entered, index, found).saturating_sub(line.figure.amount).max(0))
        });
        let taken: Vec<(usize, i64)> = taken.filter(|(_, taken)| *taken > 0).collect();
        let share = |taken: i64| AllocationShare { weight: taken.unsigned_abs(), cap: Some(taken.unsigned_abs()) };
        let shares: Vec<AllocationShare> = taken.iter().map(|(_, taken)| share(*taken)).collect();
        let mut parts = Vec::new();
        let missing = Money::new(missing, currency);
        let exact = if out.extras.unrounded.wanted { given_back(not_rounded, total, &shares, currency) } else { None };
        let mut exact = exact.into_iter().flatten();
        let rest = allocate(missing, &shares, AllocationMethod::LargestRemainder, ZeroWeights::Drop, &mut parts).map_err(overflow)?;
        lifted = floor.saturating_sub(rest.minor());
        for ((index, _), part) in taken.iter().zip(parts) {
            let exact = exact.next();
            if part == 0 {
                exact.into_iter().for_each(|exact| out.extras.unrounded.keep_elsewhere(number, exact));
                continue;
            }
            let Some(line) = frame.lines.get_mut(*index) else { continue };
            let before = line.figure.amount;
            let after = sum(before, part).map_err(overflow)?;
            line.figure = Figure { amount: after, unit: None };
            let entry = Entry { step: number, source: Source::Step, base: floor, before, after, unit_price: None, next: None };
            if let Some(exact) = exact {
                out.extras.unrounded.keep(*index, &entry, exact);
            }
            out.record_step(line, entry);
        }
    }
    // 3. What is still missing.
    if lifted < floor {
        report(frame, guard, None, lifted, floor, out);
    }
    Ok(())
}

/// What each line gives back of what is missing to a floor that is not rounded, at most all that was taken off it.
fn given_back(floor: Floor, total: i64, shares: &[AllocationShare], currency: Currency) -> Option<Vec<Exact>> {
    let missing = floor.exact().ok()?.plus(Money::new(total, currency).to_exact().ok()?.negated().ok()?).ok()?;
    unrounded::parts(missing, shares, ZeroWeights::Drop, currency)
}

/// Says that a line, or the document, costs less than its floor.
fn report(frame: &Frame<'_>, guard: &Guard, line: Option<LineId>, amount: i64, floor: i64, out: &mut Outcome) {
    let money = |minor| Money::new(minor, frame.parts.currency);
    let missing = money(floor.saturating_sub(amount));
    let (amount, floor) = (money(amount), money(floor));
    let (code, severity) = match guard.otherwise {
        Otherwise::Reject => (AdjustCode::BelowFloor, Severity::Error),
        Otherwise::NeedsApproval => (AdjustCode::NeedsApproval, Severity::Warning),
        Otherwise::Flag | Otherwise::Clamp | Otherwise::ClampAndRedistribute => (AdjustCode::BelowFloor, Severity::Warning),
    };
    let what = if line.is_some() { "the line costs" } else { "the lines cost" };
    let message = format!("{what} `{amount}`, `{missing}` less than the guard `{}` allows", guard.id);
    let finding = Finding::new(code, severity, message).detail("step", guard.id.as_str());
    let finding = finding.detail("amount", amount).detail("at_least", floor).detail("missing", missing);
    out.findings.push(match line {
        Some(line) => finding.line(line),
        None => finding,
    });
}
