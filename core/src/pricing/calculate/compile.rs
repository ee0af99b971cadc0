//! From the definition of a calculated price to its checked form.

use super::{CalculateDef, CalculateStep, CalculateStepDef, Calculation, Start, StartDef};
use crate::expr::{CompileContext, Expr, Scope, Slot, Type};
use crate::id::PriceListId;
use crate::money::{Currency, Decimal, Percent, Rounding};
use crate::pricing::list::PriceList;
use crate::pricing::tariff::Aggregate;
use crate::pricing::{Draft, PriceListDef, TierMode};
use crate::report::{Diagnostic, ExprCode, LimitCode, Path, PricingCode, RulebookCode};

/// The name of the price as the step before left it.
pub const PRICE: &str = "price";

impl Calculation {
    /// Checks a calculation; `ids` are the lists of the rulebook in their order.
    pub fn compile(
        def: &CalculateDef,
        ids: &[PriceListId],
        currency: Currency,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Self> {
        let place = path.field("start");
        let start = match &def.start {
            StartDef::List(id) => match ids.iter().position(|known| known == id) {
                Some(list) => Some(Start::List(list)),
                None => {
                    cx.diagnostics.unknown(&place.field("list"), "price list", id.as_str(), ids.iter().map(PriceListId::as_str));
                    None
                }
            },
            StartDef::Formula(text) => formula(text, &place.field("formula"), cx).map(Start::Formula),
            StartDef::Price(price) if price.is_negative() => {
                let message = format!("the price `{price}` is below zero; start at 0 or more");
                cx.diagnostics.error(PricingCode::NegativePrice, &place.field("price"), message);
                None
            }
            StartDef::Price(price) => Some(Start::Price(*price)),
        };
        let place = path.field("steps");
        let mut steps = Vec::with_capacity(def.steps.len());
        for (index, step) in def.steps.iter().enumerate() {
            steps.push(compile_step(step, currency, &place.index(index), cx));
        }
        let steps: Option<Vec<CalculateStep>> = steps.into_iter().collect();
        let price = cx.vocabulary.find(PRICE).map(|name| name.slot)?;
        Some(Self { start: start?, steps: steps?, price })
    }

    /// The formulas.
    pub fn formulas(&self) -> impl Iterator<Item = &Expr> {
        let start = if let Start::Formula(formula) = &self.start { Some(formula) } else { None };
        let steps = self.steps.iter().flat_map(|step| match step {
            CalculateStep::Add(formula) | CalculateStep::Formula(formula) => [Some(formula), None],
            CalculateStep::Clamp { at_least, at_most } => [at_least.as_ref(), at_most.as_ref()],
            _ => [None, None],
        });
        start.into_iter().chain(steps.flatten())
    }
}

fn compile_step(def: &CalculateStepDef, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<CalculateStep> {
    match def {
        CalculateStepDef::Discount(off) => {
            let place = path.field("discount");
            let left = off.complement().ok().filter(|left| !left.to_decimal().is_negative());
            if left.is_none() {
                out_of_range(off.to_decimal(), "a discount is at most 100 percent", &place, cx);
            }
            left.map(CalculateStep::Keep)
        }
        CalculateStepDef::Markup(up) => {
            let place = path.field("markup");
            let kept = up.to_decimal().checked_add(Decimal::HUNDRED).ok().filter(|kept| !kept.is_negative());
            if kept.is_none() {
                out_of_range(up.to_decimal(), "a markup is at least -100 percent", &place, cx);
            }
            Percent::new(kept?).ok().map(CalculateStep::Keep)
        }
        CalculateStepDef::Margin(margin) => {
            let left = margin.complement().ok().filter(|left| left.to_decimal() > Decimal::ZERO);
            if left.is_none() {
                out_of_range(margin.to_decimal(), "a margin is below 100 percent of the price", &path.field("margin"), cx);
            }
            left.map(CalculateStep::Margin)
        }
        CalculateStepDef::Add(text) => formula(text, &path.field("add"), cx).map(CalculateStep::Add),
        CalculateStepDef::Formula(text) => formula(text, &path.field("formula"), cx).map(CalculateStep::Formula),
        CalculateStepDef::Round(def) => match Rounding::new(*def, currency.minor_units().saturating_add(4)) {
            // What names no increment rounds to the minor unit.
            Ok(_) if def.increment.is_none() => Rounding::new(*def, currency.minor_units()).ok().map(CalculateStep::Round),
            Ok(rounding) => Some(CalculateStep::Round(rounding)),
            Err(error) => {
                cx.diagnostics.error(RulebookCode::Rounding, &path.field("round"), error.to_string());
                None
            }
        },
        CalculateStepDef::Clamp(def) => {
            let place = path.field("clamp");
            if def.at_least.is_none() && def.at_most.is_none() {
                cx.diagnostics.error(PricingCode::Calculate, &place, "the clamp has no bound; write `at_least`, `at_most` or both");
            }
            let at_least = def.at_least.as_ref().map(|text| formula(text, &place.field("at_least"), cx));
            let at_most = def.at_most.as_ref().map(|text| formula(text, &place.field("at_most"), cx));
            Some(CalculateStep::Clamp {
                at_least: at_least.map_or(Some(None), |bound| bound.map(Some))?,
                at_most: at_most.map_or(Some(None), |bound| bound.map(Some))?,
            })
        }
    }
}

fn out_of_range(percent: Decimal, rule: &str, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    cx.diagnostics.error(PricingCode::Calculate, path, format!("`{percent}` percent is out of range: {rule}"));
}

/// A formula over what is known before there is a price.
fn formula(text: &str, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Expr> {
    const LATER: [&str; 7] = [
        "line.list_price",
        "line.list_amount",
        "line.amount",
        "document.list_amount",
        "document.amount",
        "document.net_amount",
        "document.gross_amount",
    ];
    let compiled = Expr::compile(text, &Type::Number, Scope::Line, path, cx)?;
    if compiled.may_divide_by_zero() {
        let problem =
            Diagnostic::warning(ExprCode::DivisionByZero, path, format!("`{text}` may divide by zero; then the line cannot be priced"));
        cx.diagnostics.push(problem.help("keep the divisor above zero with `max`, or ask: `x == 0 ? 0 : y / x`"));
    }
    let later = |slot: &Slot| cx.vocabulary.name(*slot).map(|name| &*name.name).filter(|name| LATER.contains(name));
    let Some(name) = compiled.slots().iter().find_map(later) else { return Some(compiled) };
    let message = format!("`{name}` is known only when prices are found");
    let problem = Diagnostic::error(PricingCode::Calculate, path, message);
    cx.diagnostics.push(problem.help("use `price`, which is the price as the step before left it"));
    None
}

/// No list may depend on itself, nor stand on too many others, nor on one whose price is no price per unit.
pub fn check_chains(defs: &[PriceListDef], drafts: &[Draft], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let edges: Vec<Vec<usize>> = drafts.iter().map(|draft| draft.list.starts().collect()).collect();
    let mut depths: Vec<Option<usize>> = vec![None; drafts.len()];
    for list in 0..drafts.len() {
        let mut chain = Vec::new();
        let depth = depth(list, &edges, &mut depths, &mut chain, defs, path, cx);
        if depth > cx.limits.price_list_depth {
            let message = format!(
                "the list `{}` stands on {depth} lists, one on the other; at most {} are followed",
                defs.get(list).map_or("", |def| def.id.as_str()),
                cx.limits.price_list_depth
            );
            cx.diagnostics.error(LimitCode::TooDeep, &path.index(list), message);
        }
        for start in edges.get(list).into_iter().flatten() {
            check_start(list, *start, defs, drafts, path, cx);
        }
    }
}

/// How many lists lie below one; a chain that comes back is reported once, at the list where it was entered.
fn depth(
    list: usize,
    edges: &[Vec<usize>],
    depths: &mut [Option<usize>],
    chain: &mut Vec<usize>,
    defs: &[PriceListDef],
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> usize {
    if let Some(known) = depths.get(list).copied().flatten() {
        return known;
    }
    if let Some(begin) = chain.iter().position(|known| *known == list) {
        let names = chain.iter().skip(begin).chain([&list]).filter_map(|list| defs.get(*list)).map(|def| format!("`{}`", def.id));
        let message = format!("the prices of a list depend on themselves: {}", names.collect::<Vec<_>>().join(" starts at "));
        let problem = Diagnostic::error(RulebookCode::Cycle, &path.index(list), message);
        cx.diagnostics.push(problem.help("let one of them start at a price or a formula"));
        return 0;
    }
    chain.push(list);
    let mut below = 0_usize;
    for start in edges.get(list).into_iter().flatten() {
        below = below.max(depth(*start, edges, depths, chain, defs, path, cx).saturating_add(1));
    }
    chain.pop();
    if let Some(place) = depths.get_mut(list) {
        *place = Some(below);
    }
    below
}

fn check_start(list: usize, start: usize, defs: &[PriceListDef], drafts: &[Draft], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let (Some(def), Some(other)) = (defs.get(list), drafts.get(start).map(|draft| &draft.list)) else { return };
    if other.has_unit_prices() {
        return;
    }
    let message = format!("`{}` starts at the list `{}`, whose tariffs are more than a price per unit", def.id, other.id);
    let problem = Diagnostic::error(PricingCode::Calculate, &path.index(list), message);
    cx.diagnostics.push(problem.help(
        "start at a list in volume mode with prices per unit, where lines count alone, without packages, caps, flat amounts and bounds",
    ));
}

impl PriceList {
    /// The lists at which its calculated prices start, each once.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        let mut lists: Vec<usize> = Vec::new();
        for calculation in self.calculations() {
            if let Start::List(list) = calculation.start
                && !lists.contains(&list)
            {
                lists.push(list);
            }
        }
        lists.into_iter()
    }

    /// Whether every price is one per unit, so that other prices may start at it.
    fn has_unit_prices(&self) -> bool {
        let plain = |tariff: &crate::pricing::tariff::Tariff| {
            let bands = || tariff.bands.iter();
            tariff.package.is_none()
                && tariff.included.is_zero()
                && tariff.minimum.is_none()
                && tariff.maximum.is_none()
                && tariff.cap.is_none()
                && bands().all(|band| band.flat.is_none() && band.percent.is_none() && band.overage.is_none())
        };
        let rules = self.rules.as_ref();
        rules.is_none_or(|rules| rules.mode == TierMode::Volume && rules.aggregate == Aggregate::Line && !rules.pay_min)
            && self.tariffs.iter().all(plain)
    }
}
