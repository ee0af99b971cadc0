//! Amounts by a number of the document: its weight, its value.

use super::{EachDef, ScaleDef};
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::money::{ArithmeticError, Decimal, Exact, Rounding, RoundingDef, RoundingMode};
use crate::report::{ChargeCode, Diagnostic, Path};

/// A checked scale.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pub basis: Expr,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    from: Decimal,
    amount: Exact,
    each: Option<Each>,
}

#[derive(Debug, Clone, Copy)]
struct Each {
    amount: Exact,
    per: Exact,
    started: bool,
}

impl Scale {
    /// Checks that the steps ascend and count in units above zero.
    pub(super) fn compile(def: &ScaleDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        let before = cx.diagnostics.count();
        let place = path.field("steps");
        if def.steps.is_empty() {
            cx.diagnostics.error(ChargeCode::Scale, &place, "the scale has no steps; write at least one, from 0");
        }
        let mut steps = Vec::with_capacity(def.steps.len());
        let mut last: Option<Decimal> = None;
        for (position, step) in def.steps.iter().enumerate() {
            let at = place.index(position);
            if let Some(last) = last.filter(|last| *last >= step.from) {
                let message = format!("the step from `{}` does not come after the one from `{last}`", step.from);
                let problem = Diagnostic::error(ChargeCode::Scale, &at.field("from"), message);
                cx.diagnostics.push(problem.help("sort the steps by `from`, each higher than the one before"));
            }
            last = Some(step.from);
            if let Some(per) = step.each.and_then(|each| each.per).filter(|per| *per <= Decimal::ZERO) {
                let message = format!("`{per}` units of the basis cannot be counted; write a number above zero");
                cx.diagnostics.error(ChargeCode::Scale, &at.field("each").field("per"), message);
            }
            let each = step.each.map(|EachDef { amount, per, started }| {
                Some(Each {
                    amount: Exact::from_decimal(amount).ok()?,
                    per: Exact::from_decimal(per.unwrap_or(Decimal::ONE)).ok()?,
                    started,
                })
            });
            if let (Ok(amount), Some(each)) = (Exact::from_decimal(step.amount), each.map_or(Some(None), |each| each.map(Some))) {
                steps.push(Step { from: step.from, amount, each });
            }
        }
        let basis = Expr::compile(&def.basis, &Type::Number, Scope::Document, &path.field("basis"), cx)?;
        (cx.diagnostics.count() == before).then_some(Self { basis, steps })
    }

    /// The amount for a number; none below the first step.
    pub(super) fn amount(&self, basis: Decimal) -> Result<Option<Exact>, ArithmeticError> {
        let Some(step) = self.steps.iter().rev().find(|step| step.from <= basis) else { return Ok(None) };
        let Some(each) = step.each else { return Ok(Some(step.amount)) };
        let beyond = Exact::from_decimal(basis.checked_sub(step.from)?)?;
        let mut count = beyond.quotient(each.per)?;
        if each.started {
            let up = RoundingDef { mode: RoundingMode::Ceiling, ..RoundingDef::default() };
            let up = Rounding::new(up, 0).map_err(|_| ArithmeticError::Overflow)?;
            count = Exact::new(up.apply(count)?.into(), 1)?;
        }
        Ok(Some(step.amount.plus(each.amount.product(count)?)?.reduced()))
    }
}
