//! The charge steps of a quote, and the rounding of what is to be paid.

use super::frame::{Frame, QuoteScratch};
use super::frozen;
use super::outcome::{ChargeResult, Outcome};
use super::request::{Explain, QuoteRequest};
use super::result::{Entry, Rejected, RejectionReason, Source};
use super::{stage, unrounded};
use crate::adjust::Figure;
use crate::charge::{CashRounding, CashStrategy, Charge, ChargeError, ChargeStep, Charged, ChargedLine, Placement, Spread};
use crate::expr::{EvalError, Expr, Leaf};
use crate::id::Ordinal;
use crate::money::{AllocationShare, ArithmeticError, Decimal, Exact, Money, Rounding, RoundingDef, RoundingMode, allocate};
use crate::report::{ChargeCode, Diagnostic, Error, Finding, LimitCode, Path, Severity};
use crate::tax::Taxed;
use crate::time::Window;

/// Computes the charges of a step, each from the lines as they enter it.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    step: &ChargeStep,
    number: Ordinal,
    request: &QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let parts = frame.parts;
    for (charge_number, charge) in step.charges.iter().filter_map(|number| Some((Ordinal::of(*number), parts.charges.get(*number)?))) {
        // 1. Whether it applies, and to which lines.
        stage::enter(frame)?;
        if let Some(stands) = out.frozen.as_ref().and_then(|frozen| frozen.charge(charge_number.index())) {
            if let Some(standing) = stands.cloned() {
                let lines = lines_of(frame, charge, out)?;
                frozen::add_charge((number, charge_number), standing, lines, out).map_err(|error| too_large(charge, error))?;
            }
            continue;
        }
        if !charge.valid.contains(request.date) || !Window::is_open(charge.valid_at, request.at) {
            reject(RejectionReason::NotValid, number, charge_number, Vec::new(), out);
            continue;
        }
        if let Some(when) = &charge.when
            && !test(frame, when, charge, None)?
        {
            let failed = if out.explain == Explain::Candidates { when.explain(frame, None) } else { Vec::new() };
            let failed = failed.into_iter().filter(|leaf| !leaf.passed).collect();
            reject(RejectionReason::Condition, number, charge_number, failed, out);
            continue;
        }
        let lines = lines_of(frame, charge, out)?;
        if lines.is_empty() {
            reject(RejectionReason::NoEligibleLine, number, charge_number, Vec::new(), out);
            continue;
        }
        // 2. How much it is.
        let mut earlier = out.extras.charges.iter().filter(|other| charge.base_includes.contains(&other.charge.index()));
        let base = earlier.try_fold(0_i64, |sum, other| sum.checked_add(other.charged.amount));
        let base = base.ok_or_else(|| too_large(charge, ArithmeticError::Overflow))?;
        let charged = match charge.compute(frame, &lines, base, parts.currency, &mut scratch.table) {
            Ok(Some(charged)) => charged,
            Ok(None) => {
                reject(RejectionReason::BelowScale, number, charge_number, Vec::new(), out);
                continue;
            }
            Err(ChargeError::NoRow(line)) => {
                no_row(charge, line, request, out);
                reject(RejectionReason::NoRow, number, charge_number, Vec::new(), out);
                continue;
            }
            Err(ChargeError::Expression(error)) => return Err(no_value(&error, charge, None)),
            Err(ChargeError::Arithmetic(error)) => return Err(too_large(charge, error)),
        };
        // 3. Where it stands.
        let before = out.allocated;
        if let Placement::Allocate(spread) = &charge.placement {
            let weights = weights(frame, charge, spread, &lines)?;
            to_lines(frame, number, charge_number, &charged, &lines, &weights, out).map_err(|error| too_large(charge, error))?;
        }
        let in_lines = out.allocated.saturating_sub(before);
        let lines = lines.into_iter().map(|line| line.line).collect();
        let taxed = Taxed::default();
        out.extras.charges.push(ChargeResult { charge: charge_number, step: number, charged, in_lines, lines, taxed, tax_lines: 0..0 });
    }
    Ok(())
}

/// Says why a charge does not apply, where that is asked for.
fn reject(reason: RejectionReason, step: Ordinal, charge: Ordinal, failed: Vec<Leaf>, out: &mut Outcome) {
    if out.explain == Explain::Candidates {
        out.extras.rejected.push(Rejected {
            line: None,
            step,
            source: Source::Charge(charge),
            reason,
            failed,
            missing: None,
            taken_by: None,
        });
    }
}

/// The lines that a charge is for. What is put into the amounts of lines is not put into those that stand.
fn lines_of(frame: &Frame<'_>, charge: &Charge, out: &Outcome) -> Result<Vec<ChargedLine>, Error> {
    let mut lines = Vec::with_capacity(frame.lines.len());
    let frozen = out.frozen.as_ref().filter(|_| matches!(charge.placement, Placement::Allocate(_)));
    for (line, state) in frame.lines.iter().enumerate().filter(|(_, state)| state.is_sold()) {
        if frozen.is_some_and(|frozen| frozen.holds(line)) {
            continue;
        }
        if charge.lines.as_ref().map_or(Ok(true), |condition| test(frame, condition, charge, Some(line)))? {
            lines.push(ChargedLine { line, amount: state.figure.amount });
        }
    }
    Ok(lines)
}

fn test(frame: &Frame<'_>, condition: &Expr, charge: &Charge, line: Option<usize>) -> Result<bool, Error> {
    condition.test(frame, line).map_err(|error| no_value(&error, charge, line))
}

/// An evaluation that has no result is about the request, and names the charge.
fn no_value(error: &EvalError, charge: &Charge, line: Option<usize>) -> Error {
    let lines = Path::ROOT.field("lines");
    let place = line.map_or(Path::ROOT, |line| lines.index(line));
    Diagnostic::error(error.code, &place, format!("the charge `{}` has no result here: {}", charge.id, error.message)).into()
}

fn too_large(charge: &Charge, error: ArithmeticError) -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), format!("in the charge `{}`: {error}", charge.id)).into()
}

fn no_row(charge: &Charge, line: Option<usize>, request: &QuoteRequest, out: &mut Outcome) {
    let message = format!("no row of the charge `{}` fits, so it is not known what is charged", charge.id);
    let finding = Finding::new(ChargeCode::NoRow, Severity::Error, message).detail("charge", charge.id.as_str());
    out.findings.push(match line.and_then(|line| request.lines.get(line)) {
        Some(line) => finding.line(line.id.clone()),
        None => finding,
    });
}

/// The weights of the lines: their amounts, or what the expression gives, down to a millionth and never below zero.
fn weights(frame: &Frame<'_>, charge: &Charge, spread: &Spread, lines: &[ChargedLine]) -> Result<Vec<u64>, Error> {
    const DIGITS: u8 = 6;
    let down = RoundingDef { mode: RoundingMode::Down, ..RoundingDef::default() };
    let down = Rounding::new(down, DIGITS).unwrap_or(Rounding::half_up(DIGITS));
    let mut weights = Vec::with_capacity(lines.len());
    for line in lines {
        weights.push(match &spread.by {
            None => line.amount.unsigned_abs(),
            Some(by) => {
                let weight: Decimal = by.number(frame, Some(line.line)).map_err(|error| no_value(&error, charge, Some(line.line)))?;
                let weight = Exact::from_decimal(weight).and_then(|weight| down.apply(weight)).map_err(|error| too_large(charge, error))?;
                u64::try_from(weight).unwrap_or(0)
            }
        });
    }
    Ok(weights)
}

/// Adds a charge to its lines; an allowance takes no line below zero.
fn to_lines(
    frame: &mut Frame<'_>,
    step: Ordinal,
    charge: Ordinal,
    charged: &Charged,
    lines: &[ChargedLine],
    weights: &[u64],
    out: &mut Outcome,
) -> Result<(), ArithmeticError> {
    let parts = frame.parts;
    let Some((definition, Placement::Allocate(spread))) = parts.charges.get(charge.index()).map(|charge| (charge, &charge.placement))
    else {
        return Ok(());
    };
    let takes_off = charged.amount < 0;
    let share = |(line, weight): (&ChargedLine, &u64)| AllocationShare {
        weight: *weight,
        cap: takes_off.then(|| line.amount.max(0).unsigned_abs()),
    };
    let shares: Vec<AllocationShare> = lines.iter().zip(weights).map(share).collect();
    let mut amounts = Vec::new();
    let total = Money::new(charged.amount, parts.currency);
    let rest = allocate(total, &shares, spread.method, spread.zero_weights, &mut amounts)?;
    if !rest.is_zero() {
        let message = format!(
            "`{rest}` of the charge `{}` belong to no line: the weights of its lines are zero, or they are worth no more",
            definition.id
        );
        let finding = Finding::new(ChargeCode::Unallocated, Severity::Warning, message).detail("charge", definition.id.as_str());
        out.findings.push(finding.detail("amount", rest));
    }
    let exact = charged.exact.filter(|_| out.extras.unrounded.wanted);
    let exact = exact.and_then(|total| unrounded::parts(total, &shares, spread.zero_weights, parts.currency));
    let mut exact = exact.into_iter().flatten();
    for (line, amount) in lines.iter().zip(amounts) {
        let exact = exact.next();
        let Some(state) = frame.lines.get_mut(line.line) else { continue };
        let before = state.figure.amount;
        let after = before.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
        state.figure = Figure { amount: after, unit: None };
        out.allocated = out.allocated.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
        let entry = Entry { step, source: Source::Charge(charge), base: charged.base, before, after, unit_price: None, next: None };
        if let Some(exact) = exact {
            out.extras.unrounded.keep(line.line, &entry, exact);
        }
        out.record_step(state, entry);
    }
    Ok(())
}

/// What rounding to the smallest coin came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct CashResult {
    pub(super) step: Ordinal,
    /// Where the difference went.
    pub(super) strategy: CashStrategy,
    pub(super) difference: i64,
}

/// Rounds what is to be paid.
pub(super) fn round_cash(frame: &mut Frame<'_>, step: &CashRounding, number: Ordinal, out: &mut Outcome) -> Result<(), Error> {
    let overflow =
        || Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), "the total is too large to be rounded"));
    let sides = frame
        .lines
        .iter()
        .enumerate()
        .map(|(number, line)| out.sides(number, line))
        .chain(out.extras.charges.iter().map(|charge| charge.taxed));
    let gross = sides.map(|taxed| taxed.gross).try_fold(0_i64, i64::checked_add).ok_or_else(overflow)?;
    let difference = step.difference(Money::new(gross, frame.parts.currency)).map_err(|_| overflow())?;
    let mut strategy = step.strategy;
    if strategy == CashStrategy::LargestTax && difference != 0 {
        let parts = out.extras.tax.add_to_largest(difference).map_err(|_| overflow())?;
        if parts.is_empty() {
            strategy = CashStrategy::Payable;
        }
        for (at, part) in parts {
            let taxed = out.extras.tax.taxed.get(at).copied().unwrap_or_default();
            let before = taxed.gross.checked_sub(part).ok_or_else(overflow)?;
            if let Some(line) = frame.lines.get_mut(at) {
                let source = Source::TaxRate(None);
                let entry = Entry { step: number, source, base: gross, before, after: taxed.gross, unit_price: None, next: None };
                out.record_step(line, entry);
            } else if let Some(charge) = out.extras.charges.iter_mut().find(|charge| charge.tax_lines.contains(&at)) {
                let added = Taxed { net: 0, tax: part, gross: part };
                charge.taxed = charge.taxed.plus(added).map_err(|_| overflow())?;
            }
        }
    }
    out.extras.cash = Some(CashResult { step: number, strategy, difference });
    Ok(())
}
