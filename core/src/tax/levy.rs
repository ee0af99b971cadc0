//! Checking the taxes that a line may bear, and what each rate takes.

use super::compile::RateAmount;
use super::{LevyDef, TaxDef, TaxRateDef, Treatment};
use crate::expr::CompileContext;
use crate::id::{Set, TaxId};
use crate::money::{Decimal, Percent};
use crate::report::{Diagnostic, Path, RulebookCode, TaxCode};

/// A checked tax.
#[derive(Debug, Clone)]
pub(super) struct Levy {
    pub id: TaxId,
    pub included: Option<bool>,
    /// The numbers of the taxes that enter its base.
    pub base: Vec<usize>,
    pub optional: bool,
    /// How many taxes enter a base one after the other before this one: a stack is solved from the lowest on.
    pub depth: usize,
}

/// Checks the taxes: ids, references, cycles, and nothing twice in a base.
pub(super) fn compile(defs: &[LevyDef], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<Levy> {
    let mut levies: Vec<Levy> = Vec::with_capacity(defs.len());
    for (number, def) in defs.iter().enumerate() {
        let place = path.index(number);
        if defs.iter().take(number).any(|other| other.id == def.id) {
            cx.diagnostics.duplicate(&place, "tax", def.id.as_str());
        }
        let base = read_base(defs, def, &place, cx);
        levies.push(Levy { id: def.id.clone(), included: def.included, base, optional: def.optional, depth: 0 });
    }
    set_depths(&mut levies, path, cx);
    levies
}

fn read_base(defs: &[LevyDef], def: &LevyDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<usize> {
    let mut base: Set<usize> = Set::default();
    let list = path.field("base_includes");
    for (position, id) in def.base_includes.iter().enumerate() {
        let place = list.index(position);
        let Some(other) = defs.iter().position(|other| other.id == *id) else {
            cx.diagnostics.unknown(&place, "tax", id.as_str(), defs.iter().map(|other| other.id.as_str()));
            continue;
        };
        if !base.insert(other) {
            let message = format!("the tax `{id}` enters the base of `{}` twice; name it once", def.id);
            cx.diagnostics.error(TaxCode::IncludedTwice, &place, message);
        }
        let in_price = |def: Option<&LevyDef>| def.and_then(|def| def.included);
        if in_price(Some(def)) == Some(true) && in_price(defs.get(other)) == Some(false) {
            let message = format!("prices include `{}`, but not the tax `{id}` that enters its base", def.id);
            let problem = Diagnostic::error(TaxCode::Included, &place, message);
            cx.diagnostics.push(problem.help(format!("let prices include `{id}` too, or take it out of the base")));
        }
    }
    base.into_iter().collect()
}

/// Finds how deep each base goes; a tax that comes back to itself is an error, and its base is emptied.
fn set_depths(levies: &mut [Levy], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    // As many rounds as there are taxes: whatever still grows then runs in a circle.
    for _ in 0..levies.len() {
        for number in 0..levies.len() {
            let depth = depth_of(levies, number);
            if let Some(levy) = levies.get_mut(number) {
                levy.depth = depth;
            }
        }
    }
    let cyclic: Vec<usize> = (0..levies.len()).filter(|number| reaches(levies, *number, *number)).collect();
    for number in cyclic {
        let Some(levy) = levies.get_mut(number) else { continue };
        let message = format!("the base of the tax `{}` includes the tax itself, by way of the taxes in it", levy.id);
        let problem = Diagnostic::error(RulebookCode::Cycle, &path.index(number).field("base_includes"), message);
        cx.diagnostics.push(problem.help("taxes of one gross amount are written as `percent_of_gross`, without naming each other"));
        levy.base.clear();
    }
}

fn depth_of(levies: &[Levy], number: usize) -> usize {
    let base = levies.get(number).map(|levy| levy.base.as_slice()).unwrap_or_default();
    base.iter().filter_map(|other| levies.get(*other)).map(|other| other.depth.saturating_add(1)).max().unwrap_or(0)
}

fn reaches(levies: &[Levy], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen: Set<usize> = Set::default();
    while let Some(number) = open.pop() {
        for other in levies.get(number).map(|levy| levy.base.as_slice()).unwrap_or_default() {
            if *other == to {
                return true;
            }
            if seen.insert(*other) {
                open.push(*other);
            }
        }
    }
    false
}

/// The tax that a rate is of: where taxes are declared it names one, where there is only one it names none.
pub(super) fn of_rate(def: &TaxDef, rate: &TaxRateDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<usize> {
    let Some(id) = &rate.tax else {
        if !def.taxes.is_empty() {
            let message = format!("the rate `{}` does not say which tax it is a rate of", rate.id);
            let names: Vec<String> = def.taxes.iter().map(|tax| format!("`{}`", tax.id)).collect();
            cx.diagnostics
                .push(Diagnostic::error(TaxCode::RateTax, path, message).help(format!("write under `tax` one of {}", names.join(", "))));
        }
        return None;
    };
    let found = def.taxes.iter().position(|tax| tax.id == *id);
    if found.is_none() {
        cx.diagnostics.unknown(&path.field("tax"), "tax", id.as_str(), def.taxes.iter().map(|tax| tax.id.as_str()));
    }
    found
}

/// What a rate takes: exactly one of the three kinds, in its range, and fitting its treatment.
pub(super) fn amount(rate: &TaxRateDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> RateAmount {
    let kinds = [rate.percent.is_some(), rate.per_unit.is_some(), rate.percent_of_gross.is_some()];
    if kinds.iter().filter(|kind| **kind).count() != 1 {
        let message = format!("the rate `{}` needs one of `percent`, `per_unit` and `percent_of_gross`", rate.id);
        let help = if kinds.contains(&true) { "keep one of them" } else { "write `\"percent\": \"0\"` where nothing is charged" };
        cx.diagnostics.push(Diagnostic::error(TaxCode::RateKind, path, message).help(help));
        return RateAmount::Percent(Percent::ZERO);
    }
    // A rate that is out of range counts as none, so that it is reported once and not with every rate that it meets.
    let mut out_of_range = |field: &str, message: String| {
        cx.diagnostics.error(TaxCode::RateRange, &path.field(field), message);
        RateAmount::Percent(Percent::ZERO)
    };
    let amount = if let Some(percent) = rate.percent {
        let number = percent.to_decimal();
        if number < Decimal::from(-100) || number > Decimal::HUNDRED {
            return out_of_range("percent", format!("the rate `{number}` is not between -100 and 100 percent"));
        }
        RateAmount::Percent(percent)
    } else if let Some(amount) = rate.per_unit {
        if amount.is_negative() {
            return out_of_range("per_unit", format!("the amount `{amount}` for a unit is below zero; write 0 or more"));
        }
        RateAmount::PerUnit(amount)
    } else {
        let percent = rate.percent_of_gross.unwrap_or(Percent::ZERO);
        let number = percent.to_decimal();
        if number < Decimal::ZERO || number >= Decimal::HUNDRED {
            return out_of_range(
                "percent_of_gross",
                format!("`{number}` percent of the gross are not between 0 and 100; 100 would leave no net amount"),
            );
        }
        RateAmount::PercentOfGross(percent)
    };
    check_treatment(rate, amount, path, cx);
    amount
}

/// What exempts has no percentage, and says why.
fn check_treatment(rate: &TaxRateDef, amount: RateAmount, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let treatment = rate.treatment.as_str();
    let path = path.field("treatment");
    let wanted = match rate.treatment {
        Treatment::Standard => return,
        Treatment::ReverseCharge(_) => match amount {
            RateAmount::Percent(percent) if percent.to_decimal() >= Decimal::ZERO => None,
            _ => Some("a percentage that is not below zero: the one that the customer owes"),
        },
        _ => (amount != RateAmount::Percent(Percent::ZERO)).then_some("the percentage 0"),
    };
    if let Some(wanted) = wanted {
        let problem =
            Diagnostic::error(TaxCode::Treatment, &path, format!("the rate `{}` is `{treatment}`, which needs {wanted}", rate.id));
        cx.diagnostics.push(problem.help("correct the rate, or leave `treatment` out"));
    }
    if rate.treatment.reason().is_some_and(|reason| reason.trim().is_empty()) {
        let message = format!("the reason for `{treatment}` is empty; write what the invoice must state");
        cx.diagnostics.error(TaxCode::Treatment, &path.field(treatment), message);
    }
}
