//! From definition to checked guards.

use super::def::{GuardDef, Otherwise};
use crate::adjust::StageScope;
use crate::adjust::formula::formula;
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::id::StepId;
use crate::money::{Decimal, Percent};
use crate::report::{AdjustCode, Diagnostic, Path};

/// A checked guard.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Names the step.
    pub id: StepId,
    /// What is guarded.
    pub scope: StageScope,
    /// The number of the step after which it guards; none for the price step.
    pub since: Option<usize>,
    /// Which lines it guards.
    pub lines: Option<Expr>,
    /// The least margin.
    pub margin: Option<MarginFloor>,
    /// What becomes of what costs less.
    pub otherwise: Otherwise,
    pub(super) at_least: Option<Expr>,
}

/// A least margin, over the cost that a step gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarginFloor {
    /// The number of the step.
    pub cost: usize,
    /// How much of the price the cost may be: 80 for a margin of 20.
    pub left: Percent,
}

/// What a guard needs to know of the steps before it.
#[derive(Debug, Clone, Copy)]
pub struct GuardPlace {
    /// The number of the step that it names with `since`.
    pub since: Option<usize>,
    /// The number of the step that gives the cost.
    pub cost: Option<usize>,
    /// Whether a step between changes prices.
    pub guards_something: bool,
    /// The number of the first guarded stage of document scope.
    pub document_stage: Option<usize>,
    /// Whether all prices include tax.
    pub gross: bool,
}

impl Guard {
    /// Checks the step; none when a formula or condition cannot be used.
    pub fn compile(def: &GuardDef, place: GuardPlace, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        // 1. Whether there is anything to guard, and a floor.
        if !place.guards_something {
            let message = format!("no step that the guard `{}` looks back on changes a price, so there is nothing to guard", def.id);
            let problem = Diagnostic::error(AdjustCode::Guard, path, message);
            cx.diagnostics.push(problem.help("put it behind the stages that it guards, and `since` before them"));
        }
        if def.at_least.is_none() && def.min_margin.is_none() {
            cx.diagnostics.error(AdjustCode::Guard, path, "the guard has no floor; write `at_least`, `min_margin` or both");
        }
        if def.lines.is_some() && def.scope == StageScope::Document {
            let message = "a guard with the scope `document` guards all lines together; leave `lines` out";
            cx.diagnostics.error(AdjustCode::Guard, &path.field("lines"), message);
        }
        // 2. Its formulas.
        let margin = def.min_margin.and_then(|percent| margin_floor(percent, place, &path.field("min_margin"), cx));
        if def.otherwise == Otherwise::ClampAndRedistribute {
            check_redistribution(def, place, margin, path, cx);
        }
        let scope = if def.scope == StageScope::Line { Scope::Line } else { Scope::Document };
        let at_least = def.at_least.as_ref().map(|text| formula(text, scope, &path.field("at_least"), cx));
        let lines = def.lines.as_ref().map(|text| Expr::compile(text, &Type::Bool, Scope::Line, &path.field("lines"), cx));
        if matches!(at_least, Some(None)) || matches!(lines, Some(None)) {
            return None;
        }
        Some(Self {
            id: def.id.clone(),
            scope: def.scope,
            since: place.since,
            lines: lines.flatten(),
            margin,
            otherwise: def.otherwise,
            at_least: at_least.flatten(),
        })
    }

    /// Every expression of the step.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.lines.iter().chain(&self.at_least)
    }
}

fn margin_floor(percent: Percent, place: GuardPlace, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<MarginFloor> {
    let number = percent.to_decimal();
    if number.is_negative() || number >= Decimal::HUNDRED {
        let message = format!("`{number}` is not between 0 and below 100 percent: a margin is a part of the price");
        cx.diagnostics.error(AdjustCode::PercentRange, path, message);
        return None;
    }
    if place.gross {
        let problem = Diagnostic::error(AdjustCode::Guard, path, "prices include tax here, so what they leave over the cost is no margin");
        cx.diagnostics.push(problem.help("write the floor with its tax in `at_least`"));
    }
    let Some(cost) = place.cost else {
        let problem = Diagnostic::error(AdjustCode::Margin, path, "no step before the guard gives the cost");
        cx.diagnostics.push(problem.help("put a `statistical` step with `margin` before it"));
        return None;
    };
    Some(MarginFloor { cost, left: percent.complement().ok()? })
}

/// What document stages take off can only be kept above a floor that is known before them.
fn check_redistribution(def: &GuardDef, place: GuardPlace, margin: Option<MarginFloor>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut refuse = |message: &str| cx.diagnostics.error(AdjustCode::Guard, &path.field("otherwise"), message);
    if def.scope == StageScope::Document {
        return refuse("a guard with the scope `document` has no other lines to take it from; write `clamp`");
    }
    let Some(stage) = place.document_stage else {
        return refuse("no stage of document scope is guarded, so there is nothing to take from other lines; write `clamp`");
    };
    if margin.is_some_and(|margin| margin.cost > stage) {
        refuse("the step that gives the cost comes after a guarded stage of document scope; put it before");
    }
}
