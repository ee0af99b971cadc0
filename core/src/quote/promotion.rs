//! The promotion steps of a quote: whose units may stand where, which promotions apply, and what that makes of the lines.

use super::frame::{Frame, QuoteScratch};
use super::ledger::{Ledger, Standing};
use super::outcome::Outcome;
use super::request::Explain;
use super::result::{Entry, ListPrice, Rejected, RejectionReason, Source};
use super::stage;
use crate::adjust::Figure;
use crate::adjust::promotion::{
    Combine, Entrant, Evaluation, Granted, Part, Promotion, PromotionStep, Proposed, Refusal, Refused, SearchReport, UnitLine,
};
use crate::expr::{EvalError, Expr, Leaf, Value};
use crate::id::Ordinal;
use crate::money::{ArithmeticError, Decimal};
use crate::report::{Diagnostic, Error, LimitCode, Path};
use crate::sort;

/// What the promotion steps of a quote came to, each with the number of its step.
#[derive(Debug, Clone)]
pub(super) struct PromotionResult {
    pub(super) granted: Vec<(Ordinal, Granted)>,
    pub(super) proposed: Vec<(Ordinal, Proposed)>,
    pub(super) searches: Vec<(Ordinal, SearchReport)>,
    /// What the lines would cost that are proposed, in their order; none where they have no price.
    pub(super) worth: Vec<Option<ListPrice>>,
}

impl PromotionResult {
    pub(super) const NONE: Self = Self { granted: Vec::new(), proposed: Vec::new(), searches: Vec::new(), worth: Vec::new() };
}

/// A promotion that may apply, with what it may do.
#[derive(Debug, Clone, Copy)]
struct Active {
    number: usize,
    standing: Standing,
}

/// A line that is good for a promotion, but for a rule that has applied to it.
#[derive(Debug, Clone, Copy)]
struct KeptOut {
    /// The promotion's number in the rulebook.
    promotion: Ordinal,
    line: usize,
}

/// Applies the promotions of a step to the units of the lines as they enter it.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    step: &PromotionStep,
    number: Ordinal,
    after: &[Vec<Figure>],
    ledger: &mut Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    stage::enter(frame)?;
    // 1. The promotions that are valid, whose conditions hold, and that may be used.
    let mut active = active(frame, step, number, ledger, out)?;
    // 2. The lines whose units may stand in a part, line by line in the order of their ids.
    let kept_out = match_parts(frame, step, &active, ledger, scratch)?;
    let bases = bases(frame, step, after);
    let lines = unit_lines(frame, scratch, &bases);
    // 3. What applies; without what overdraws a budget of which no part is given.
    let evaluation = loop {
        let evaluation = step.evaluate(&lines, &entrants(step, &active)).map_err(|error| too_large(step, error))?;
        let Some(overdrawn) = overdrawn(&evaluation, &mut active) else { break evaluation };
        let mut denied = active.remove(overdrawn);
        ledger.deny(&mut denied.standing);
        if let Some(promotion) = step.promotions.get(denied.number) {
            bar(promotion, number, RejectionReason::BudgetUsedUp, ledger, out);
        }
    };
    // 4. What that makes of the lines.
    let Evaluation { granted, refused, proposed, search } = evaluation;
    for granted in granted {
        take_off(frame, step, number, &granted, out);
        let promotion = step.promotions.get(granted.promotion);
        let standing = active.iter().find(|active| active.number == granted.promotion).map(|active| &active.standing);
        if let (Some(promotion), Some(standing)) = (promotion, standing) {
            ledger.redeem_rule(promotion, standing, out);
            for share in &granted.lines {
                ledger.mark(share.line, promotion);
            }
        }
        out.extras.promotions.granted.push((number, granted));
    }
    for refused in refused {
        let over_budget = active.iter_mut().find(|active| active.number == refused.promotion && refused.reason == Refusal::OverBudget);
        if let Some(denied) = over_budget {
            ledger.deny(&mut denied.standing);
        }
        refuse(step, number, refused, &kept_out, ledger, out);
    }
    out.extras.promotions.proposed.extend(proposed.into_iter().map(|proposed| (number, proposed)));
    out.extras.promotions.searches.extend(search.map(|search| (number, search)));
    Ok(())
}

fn entrants(step: &PromotionStep, active: &[Active]) -> Vec<Entrant> {
    let terms = |number: usize| step.promotions.get(number).and_then(|promotion| promotion.terms.as_deref());
    let searches = step.combine == Combine::Optimal;
    let entrant = |active: &Active| {
        let (terms, standing) = (terms(active.number), active.standing);
        Entrant { promotion: active.number, most: standing.most(terms), within: standing.within(terms).filter(|_| searches) }
    };
    active.iter().map(entrant).collect()
}

/// Counts what the promotions take off; the place of the first that overdraws its budget.
fn overdrawn(evaluation: &Evaluation, active: &mut [Active]) -> Option<usize> {
    let mut overdrawn = None;
    for (place, active) in active.iter_mut().enumerate() {
        let off = evaluation.granted.iter().find(|granted| granted.promotion == active.number).map_or(0, |granted| granted.off);
        let mut standing = active.standing;
        standing.take(off, Decimal::ZERO);
        if standing.overdrawn() && overdrawn.is_none() {
            overdrawn = Some(place);
        }
        active.standing.taken = off;
    }
    overdrawn
}

fn too_large(step: &PromotionStep, error: ArithmeticError) -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), format!("in the step `{}`: {error}", step.id)).into()
}

/// The promotions that are valid, whose conditions hold and that may be used. Of the others it is said why not, where that is asked for.
fn active(
    frame: &Frame<'_>,
    step: &PromotionStep,
    number: Ordinal,
    ledger: &mut Ledger<'_>,
    out: &mut Outcome,
) -> Result<Vec<Active>, Error> {
    let date = crate::expr::Facts::value(frame, frame.parts.attributes.document.date, None);
    let mut active = Vec::with_capacity(step.promotions.len());
    for (place, promotion) in step.promotions.iter().enumerate() {
        if let Value::Date(date) = date
            && !promotion.valid.contains(date)
        {
            reject(promotion, number, RejectionReason::NotValid, Vec::new(), out);
            continue;
        }
        if let Some(when) = &promotion.when
            && !test(frame, when, promotion, None)?
        {
            let leaves = if out.explain == Explain::Candidates { when.explain(frame, None) } else { Vec::new() };
            let failed = leaves.into_iter().filter(|leaf| !leaf.passed).collect();
            reject(promotion, number, RejectionReason::Condition, failed, out);
            continue;
        }
        let standing = ledger.standing(promotion);
        match standing.barred {
            Some(reason) => bar(promotion, number, reason, ledger, out),
            None => active.push(Active { number: place, standing }),
        }
    }
    Ok(active)
}

/// Says that a coupon is lacking, or a limit reached.
fn bar(promotion: &Promotion, step: Ordinal, reason: RejectionReason, ledger: &Ledger<'_>, out: &mut Outcome) {
    reject(promotion, step, reason, ledger.explain(promotion, None, reason), out);
}

fn test(frame: &Frame<'_>, condition: &Expr, promotion: &Promotion, line: Option<usize>) -> Result<bool, Error> {
    condition.test(frame, line).map_err(|error| no_result(&error, promotion, line))
}

/// An evaluation that has no result is about the request, and names the promotion.
fn no_result(error: &EvalError, promotion: &Promotion, line: Option<usize>) -> Error {
    let lines = Path::ROOT.field("lines");
    let place = line.map_or(Path::ROOT, |line| lines.index(line));
    let promotions = Path::ROOT.field("promotions");
    let message = format!("a condition of the promotion `{}` has no result here: {}", promotion.id, error.message);
    Diagnostic::error(error.code, &place, message)
        .related(&promotions.index(promotion.number.index()), "the promotion, in the rulebook")
        .into()
}

/// Finds the parts of active promotions that each line is good for.
fn match_parts(
    frame: &Frame<'_>,
    step: &PromotionStep,
    active: &[Active],
    ledger: &Ledger<'_>,
    scratch: &mut QuoteScratch,
) -> Result<Vec<KeptOut>, Error> {
    let QuoteScratch { index, matched, ends, .. } = scratch;
    let mut kept_out: Vec<KeptOut> = Vec::new();
    matched.clear();
    ends.clear();
    step.index.match_lines(frame, index, matched, ends);
    let mut parts: Vec<Option<(&Promotion, &Part)>> = step.parts().map(|_| None).collect();
    for promotion in active.iter().filter_map(|active| step.promotions.get(active.number)) {
        let first = usize::try_from(promotion.first_part).unwrap_or(usize::MAX);
        for (place, part) in parts.iter_mut().skip(first).zip(&promotion.parts) {
            *place = Some((promotion, part));
        }
    }
    // What the index cannot decide is evaluated; what does not hold is taken out.
    let (mut kept, mut start) = (0, 0);
    for (line, end) in ends.iter_mut().enumerate() {
        let numbers = start..*end;
        start = *end;
        for position in numbers {
            let Some(number) = matched.get(position).copied() else { break };
            let known = usize::try_from(number).ok().and_then(|number| parts.get(number).copied().flatten());
            let Some((promotion, part)) = known else { continue };
            if let Some(reason) = ledger.refuse(promotion, line) {
                if reason == RejectionReason::Excluded && good_for(frame, promotion, part, line)? {
                    kept_out.push(KeptOut { promotion: promotion.number, line });
                }
            } else if good_for(frame, promotion, part, line)?
                && let Some(place) = matched.get_mut(kept)
            {
                *place = number;
                kept = kept.saturating_add(1);
            }
        }
        *end = kept;
    }
    matched.truncate(kept);
    Ok(kept_out)
}

/// Whether a line is good for a part, of which the index has decided what it can.
fn good_for(frame: &Frame<'_>, promotion: &Promotion, part: &Part, line: usize) -> Result<bool, Error> {
    if part.is_indexed() {
        return Ok(true);
    }
    if let Some(product) = part.product {
        return Ok(frame.product(line).is_some_and(|known| known.id == product));
    }
    part.lines.as_ref().map_or(Ok(true), |lines| test(frame, lines, promotion, Some(line)))
}

/// What each line came to after the steps on whose results percentages are taken; nothing where there are none.
fn bases(frame: &Frame<'_>, step: &PromotionStep, after: &[Vec<Figure>]) -> Vec<Vec<i64>> {
    if step.bases.is_empty() {
        return Vec::new();
    }
    let figure = |base: &usize, line: usize| after.get(*base).and_then(|figures| figures.get(line)).map_or(0, |figure| figure.amount);
    (0..frame.lines.len()).map(|line| step.bases.iter().map(|base| figure(base, line)).collect()).collect()
}

/// The lines that have a part to stand in, in the order of their ids: so it makes no difference in which order they were asked for.
fn unit_lines<'m>(frame: &Frame<'_>, scratch: &'m QuoteScratch, bases: &'m [Vec<i64>]) -> Vec<UnitLine<'m>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (number, (line, end)) in frame.lines.iter().zip(&scratch.ends).enumerate() {
        let parts = scratch.matched.get(start..*end).unwrap_or_default();
        start = *end;
        if let (false, Some(ordered)) = (parts.is_empty() || line.returned, line.ordered) {
            let bases = bases.get(number).map(Vec::as_slice).unwrap_or_default();
            let counted = frame.product(number).and_then(|product| frame.parts.catalog.counted_as_one(product.unit));
            let (amount, quantity) = (line.figure.amount, ordered.base_quantity());
            lines.push(UnitLine { line: number, amount, quantity, counted, bases, parts });
        }
    }
    let id = |unit: &UnitLine<'_>| frame.lines.get(unit.line).map(|line| (line.id.as_str().len(), line.id.as_str()));
    sort::by(&mut lines, |one, other| id(one).cmp(&id(other)));
    lines
}

/// Takes what a promotion grants off its lines.
fn take_off(frame: &mut Frame<'_>, step: &PromotionStep, number: Ordinal, granted: &Granted, out: &mut Outcome) {
    let Some(promotion) = step.promotions.get(granted.promotion) else { return };
    for share in &granted.lines {
        if share.off == 0 {
            let change = share.exact.and_then(|off| off.negated().ok());
            change.into_iter().for_each(|change| out.extras.unrounded.keep_elsewhere(number, change));
            continue;
        }
        let Some(line) = frame.lines.get_mut(share.line) else { continue };
        let before = line.figure.amount;
        let after = before.saturating_sub(share.off);
        line.figure = Figure { amount: after, unit: None };
        let source = Source::Promotion(promotion.number);
        out.record(line, Entry { step: number, source, base: share.base, before, after, unit_price: None, next: None });
    }
}

/// Says why a promotion does not apply for want of units.
fn refuse(step: &PromotionStep, number: Ordinal, refused: Refused, kept_out: &[KeptOut], ledger: &Ledger<'_>, out: &mut Outcome) {
    let Some(promotion) = step.promotions.get(refused.promotion).filter(|_| out.explain == Explain::Candidates) else { return };
    let by = |by: usize| step.promotions.get(by).map(|promotion| promotion.number);
    let excluded = kept_out.iter().find(|kept_out| kept_out.promotion == promotion.number);
    let mut failed = Vec::new();
    let (reason, missing, taken_by) = match refused.reason {
        Refusal::NoUnits if let Some(excluded) = excluded => {
            failed = ledger.explain(promotion, Some(excluded.line), RejectionReason::Excluded);
            (RejectionReason::Excluded, None, None)
        }
        Refusal::NoUnits => (RejectionReason::NoEligibleLine, None, None),
        Refusal::Excluded { by: other } => {
            failed = step.promotions.get(other).map(|other| ledger.explain_conflict(promotion, other)).unwrap_or_default();
            (RejectionReason::Excluded, None, by(other))
        }
        Refusal::NotEnough { missing } => (RejectionReason::NotEnoughUnits, Some(missing), None),
        Refusal::Taken { by: other, missing } => (RejectionReason::UnitsTaken, Some(missing), by(other)),
        Refusal::OverBudget => {
            failed = ledger.explain(promotion, None, RejectionReason::BudgetUsedUp);
            (RejectionReason::BudgetUsedUp, None, None)
        }
        Refusal::NoBenefit => (RejectionReason::NoBenefit, None, None),
        Refusal::NotChosen => (RejectionReason::NotChosen, None, None),
    };
    let source = Source::Promotion(promotion.number);
    out.extras.rejected.push(Rejected { line: None, step: number, source, reason, failed, missing, taken_by });
}

fn reject(promotion: &Promotion, step: Ordinal, reason: RejectionReason, failed: Vec<Leaf>, out: &mut Outcome) {
    if out.explain == Explain::Candidates {
        let source = Source::Promotion(promotion.number);
        out.extras.rejected.push(Rejected { line: None, step, source, reason, failed, missing: None, taken_by: None });
    }
}
