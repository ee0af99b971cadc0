//! What charges are taxed as.

use super::frame::Frame;
use super::outcome::{ChargeResult, Outcome};
use super::tax::{Buyer, country};
use crate::charge::{Charge, ChargeTax, Placement};
use crate::money::{AllocationMethod, AllocationShare, ArithmeticError, Decimal, Money, ZeroWeights, allocate};
use crate::report::{Finding, Severity, TaxCode};
use crate::tax::{MissingRate, PriceMode, Tax, TaxLine, TaxStep};

/// Whether a charge stands beside the lines; otherwise it is in their amounts.
pub(super) fn stands_alone(frame: &Frame<'_>, charge: &ChargeResult) -> bool {
    frame.parts.charges.get(charge.charge.index()).is_some_and(|charge| !matches!(charge.placement, Placement::Allocate(_)))
}

/// Appends the charges to the lines that are taxed: each as one, or one for each rate that it is split over.
pub(super) fn add(
    frame: &Frame<'_>,
    tax: &Tax,
    step: &TaxStep,
    buyer: &Buyer,
    lines: &mut Vec<TaxLine>,
    out: &mut Outcome,
) -> Result<(), ArithmeticError> {
    let Outcome { extras, findings, .. } = out;
    for result in extras.charges_mut().filter(|charge| stands_alone(frame, charge)) {
        let Some(charge) = frame.parts.charges.get(result.charge.index()) else { continue };
        let parts = taxed_as(frame, tax, buyer, charge, result, lines, findings)?;
        let stated = charge.includes_tax.map(|gross| if gross { PriceMode::Gross } else { PriceMode::Net });
        let mode = stated.or(step.price_mode()).unwrap_or_default();
        let start = lines.len();
        lines.extend(parts.into_iter().map(|(amount, stack)| TaxLine {
            amount,
            mode,
            stack: stack.filter(|_| amount != 0),
            home: None,
            quantity: Decimal::ONE,
            units: Decimal::ZERO,
            returned: false,
            counts: amount != 0,
        }));
        result.tax_lines = start..lines.len();
    }
    Ok(())
}

/// The parts of a charge, each with what it bears.
fn taxed_as(
    frame: &Frame<'_>,
    tax: &Tax,
    buyer: &Buyer,
    charge: &Charge,
    result: &ChargeResult,
    lines: &[TaxLine],
    findings: &mut Vec<Finding>,
) -> Result<Vec<(i64, Option<usize>)>, ArithmeticError> {
    let amount = result.charged.amount;
    Ok(match charge.tax {
        ChargeTax::Untaxed => vec![(amount, None)],
        ChargeTax::Category(category) => {
            let found = buyer.find(tax, category);
            if !found.is_some_and(|found| found.complete) && country(frame).is_some() && tax.missing_rate() == MissingRate::Refuse {
                let (category, country) = (frame.parts.symbols.text(category), country(frame).unwrap_or_default());
                let message = format!("a tax rate is missing for the charge `{}`, category `{category}`, in `{country}`", charge.id);
                let finding = Finding::new(TaxCode::MissingRate, Severity::Error, message).detail("charge", charge.id.as_str());
                findings.push(finding.detail("category", category).detail("destination", country));
            }
            vec![(amount, found.map(|found| found.number))]
        }
        ChargeTax::HighestRate => {
            let stacks = worth_by_stack(result, lines)?.into_iter().map(|(stack, _)| stack);
            vec![(amount, tax.highest(stacks)?)]
        }
        ChargeTax::MainRate => {
            let mut main: Option<(usize, i64)> = None;
            for (stack, worth) in worth_by_stack(result, lines)? {
                if main.is_none_or(|(_, most)| worth > most) {
                    main = Some((stack, worth));
                }
            }
            vec![(amount, main.map(|(stack, _)| stack))]
        }
        ChargeTax::Split => {
            let worth = worth_by_stack(result, lines)?;
            let weights: Vec<AllocationShare> = worth.iter().map(|(_, worth)| AllocationShare::of(worth.unsigned_abs())).collect();
            let mut parts = Vec::new();
            let total = Money::new(amount, frame.parts.currency);
            let rest = allocate(total, &weights, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut parts)?;
            // Where no line is taxed, neither is the charge.
            let untaxed = (!rest.is_zero()).then_some((rest.minor(), None));
            worth.iter().zip(parts).map(|((stack, _), part)| (part, Some(*stack))).chain(untaxed).collect()
        }
    })
}

/// What the lines of a charge are worth by what they bear, in the order in which that first occurs; lines that bear no tax are left out.
fn worth_by_stack(result: &ChargeResult, lines: &[TaxLine]) -> Result<Vec<(usize, i64)>, ArithmeticError> {
    let mut worth: Vec<(usize, i64)> = Vec::new();
    for line in result.lines.iter().filter_map(|line| lines.get(*line)) {
        let Some(stack) = line.stack else { continue };
        match worth.iter_mut().find(|(known, _)| *known == stack) {
            Some((_, sum)) => *sum = sum.checked_add(line.amount).ok_or(ArithmeticError::Overflow)?,
            None => worth.push((stack, line.amount)),
        }
    }
    Ok(worth)
}
