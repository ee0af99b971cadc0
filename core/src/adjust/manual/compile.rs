//! From definition to checked override steps.

use super::def::{LimitDef, OverrideDef, Overstepped};
use crate::adjust::{Allocate, Spread, StageScope};
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::id::{RoleId, StepId};
use crate::money::Percent;
use crate::report::{AdjustCode, Diagnostic, Path};

/// A checked step at which a person may set prices.
#[derive(Debug, Clone)]
pub struct Override {
    /// Names the step.
    pub id: StepId,
    /// What is set.
    pub scope: StageScope,
    /// The number of the step from whose result percentages and amounts are taken off.
    pub base: Option<usize>,
    /// What becomes of an override beyond the limit.
    pub otherwise: Overstepped,
    /// Whether the price of a line that has none may be set.
    pub price_on_request: bool,
    /// How what is set for the lines together is split.
    pub allocate: Allocate,
    pub(super) limits: Vec<ActorLimit>,
}

/// A limit, with whom and what it is for; everyone and everything where nothing is said.
#[derive(Debug, Clone)]
pub(super) struct ActorLimit {
    pub role: Option<RoleId>,
    pub when: Option<Expr>,
    pub limit: Limit,
}

/// How far an override may go from where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Below.
    pub percent_off: Option<Percent>,
    /// Above.
    pub percent_on: Option<Percent>,
}

/// What an override step needs to know around it.
#[derive(Debug, Clone, Copy)]
pub struct OverridePlace<'a> {
    /// The number of the step that it names as its base.
    pub base: Option<usize>,
    /// The ids of the steps before it.
    pub before: &'a [StepId],
    /// The roles that the rulebook declares; any will do when there are none.
    pub roles: &'a [&'a str],
}

impl Override {
    /// Checks the step; none when a condition cannot be used.
    pub fn compile(def: &OverrideDef, place: OverridePlace<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        // 1. Settings that the scope does not use.
        match def.scope {
            StageScope::Line if def.allocate.is_some() => {
                let message = "only an override with the scope `document` allocates; leave `allocate` out";
                cx.diagnostics.error(AdjustCode::Override, &path.field("allocate"), message);
            }
            StageScope::Document if def.price_on_request => {
                let message = "an override with the scope `document` sets no price of a line; leave `price_on_request` out";
                cx.diagnostics.error(AdjustCode::Override, &path.field("price_on_request"), message);
            }
            _ => {}
        }
        if def.allocate.as_ref().is_some_and(|allocate| allocate.spread == Spread::Each) {
            let message = "what is set for all lines together is split; leave `spread` out";
            cx.diagnostics.error(AdjustCode::Override, &path.field("allocate").field("spread"), message);
        }
        let allocate = def.allocate.as_ref().map(|allocate| Allocate::compile(allocate, place.before.iter(), &path.field("allocate"), cx));
        // 2. The limits.
        let scope = if def.scope == StageScope::Line { Scope::Line } else { Scope::Document };
        let (mut limits, mut usable) = (Vec::with_capacity(def.limits.len().saturating_add(1)), true);
        let list = path.field("limits");
        for (index, entry) in def.limits.iter().enumerate() {
            let at = list.index(index);
            if entry.role.is_none() && entry.when.is_none() {
                let problem = Diagnostic::error(AdjustCode::Override, &at, "this limit is for everyone, so none after it counts");
                cx.diagnostics.push(problem.help("write it as `limit`, or give it a `role` or a condition `when`"));
            }
            if let Some(role) = entry.role.as_ref().filter(|role| !place.roles.is_empty() && !place.roles.contains(&role.as_str())) {
                cx.diagnostics.unknown(&at.field("role"), "role", role.as_str(), place.roles.iter().copied());
            }
            let limit = LimitDef { percent_off: entry.percent_off, percent_on: entry.percent_on };
            let limit = check_limit(limit, &at, cx);
            let when = entry.when.as_ref().map(|text| Expr::compile(text, &Type::Bool, scope, &at.field("when"), cx));
            usable &= !matches!(when, Some(None));
            limits.push(ActorLimit { role: entry.role.clone(), when: when.flatten(), limit });
        }
        if let Some(limit) = def.limit {
            limits.push(ActorLimit { role: None, when: None, limit: check_limit(limit, &path.field("limit"), cx) });
        }
        usable.then(|| Self {
            id: def.id.clone(),
            scope: def.scope,
            base: place.base,
            otherwise: def.otherwise,
            price_on_request: def.price_on_request,
            allocate: allocate.unwrap_or_default(),
            limits,
        })
    }

    /// Every condition of the step.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.limits.iter().filter_map(|limit| limit.when.as_ref()).chain(self.allocate.expression())
    }
}

fn check_limit(limit: LimitDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Limit {
    let LimitDef { percent_off, percent_on } = limit;
    if percent_off.is_none() && percent_on.is_none() {
        let message = "the limit has no bound; write `percent_off`, `percent_on` or both";
        cx.diagnostics.error(AdjustCode::Override, path, message);
    }
    let outside = |percent: &Percent, most: bool| {
        let number = percent.to_decimal();
        number.is_negative() || most && number > crate::money::Decimal::HUNDRED
    };
    if let Some(percent) = percent_off.filter(|percent| outside(percent, true)) {
        let message = format!("`{}` is not between 0 and 100 percent", percent.to_decimal());
        cx.diagnostics.error(AdjustCode::PercentRange, &path.field("percent_off"), message);
    }
    if let Some(percent) = percent_on.filter(|percent| outside(percent, false)) {
        cx.diagnostics.error(AdjustCode::PercentRange, &path.field("percent_on"), format!("`{}` is below zero", percent.to_decimal()));
    }
    Limit { percent_off, percent_on }
}
