//! A stage of adjustments: which rules match, and what becomes of each line where the lines can be judged one by one.

use std::num::NonZeroU32;

use super::frame::{Frame, QuoteScratch};
use super::ledger::Ledger;
use super::outcome::Outcome;
use super::request::Explain;
use super::result::{Entry, Rejected, RejectionReason, Source};
use super::{document, returns, tax, terms};
use crate::adjust::{Choice, Figure, Policy, Rule, Stage, StageScope, ThresholdBase};
use crate::expr::{EvalError, Expr, Facts, Leaf, Value};
use crate::id::Ordinal;
use crate::money::{ArithmeticError, Decimal};
use crate::report::{Diagnostic, Error, LimitCode, Path};

/// A stage at its place in the procedure.
pub(super) struct StageRun<'r> {
    pub(super) stage: &'r Stage,
    pub(super) step: Ordinal,
    /// The lines' figures after each step before it, where a stage names a base.
    pub(super) after: &'r [Vec<Figure>],
}

impl<'r> StageRun<'r> {
    /// The lines' figures that the rule's percentage is taken on, where the rule or the stage names a step.
    pub(super) fn base(&self, rule: &Rule) -> Option<&'r [Figure]> {
        let own = rule.terms.as_ref().and_then(|terms| terms.base);
        own.or(self.stage.base).and_then(|base| self.after.get(base)).map(Vec::as_slice)
    }
}

/// Runs a stage over the lines.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &mut Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    enter(frame)?;
    match run.stage.scope {
        StageScope::Line if run.stage.plain && ledger.is_blank() => apply_to_lines(frame, run, ledger, scratch, out),
        StageScope::Line => terms::apply_to_lines(frame, run, ledger, scratch, out),
        StageScope::Document => document::apply(frame, run, ledger, scratch, out),
    }
}

/// `line.amount` and `document.amount` are what enters the stage, whatever its rules make of it.
pub(super) fn enter(frame: &mut Frame<'_>) -> Result<(), Error> {
    let mut sum = 0_i64;
    for line in &mut frame.lines {
        line.entered = line.figure.amount;
        sum = sum.checked_add(line.entered).ok_or_else(too_large)?;
    }
    if frame.has_returns {
        sum = returns::counted(frame, |line| line.entered).ok_or_else(too_large)?;
    }
    let scale = u32::from(frame.parts.currency.minor_units());
    let amount = Decimal::from_parts(sum.into(), scale).map_err(|_| too_large())?;
    frame.set(frame.parts.attributes.document.amount, Value::Number(amount));
    if frame.parts.reads_tax_sides { tax::enter(frame, sum) } else { Ok(()) }
}

pub(super) fn too_large() -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), "the amounts of the lines are too large to add up").into()
}

fn apply_to_lines(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let StageRun { stage, step, .. } = *run;
    let base = stage.base.and_then(|base| run.after.get(base)).map(Vec::as_slice);
    // 1. Match.
    match_lines(frame, stage, scratch)?;
    // 2. Choose and apply, line by line.
    let mut start = 0;
    for (index, end) in scratch.ends.iter().enumerate() {
        let matched = scratch.matched.get(start..*end).unwrap_or_default();
        start = *end;
        let base = base.and_then(|figures| figures.get(index)).copied();
        let applied = apply_to_line(frame, stage, step, index, base, matched, out).map_err(|error| {
            let lines = Path::ROOT.field("lines");
            Error::from(Diagnostic::error(LimitCode::Overflow, &lines.index(index), format!("in the stage `{}`: {error}", stage.id)))
        })?;
        if out.explain == Explain::Candidates && frame.lines.get(index).is_some_and(|line| line.price.is_some()) {
            reject(frame, run, ledger, Some(index), &Judged { matched, applied, refused: &[], unmet: &[] }, out);
        }
    }
    Ok(())
}

pub(super) fn match_lines(frame: &Frame<'_>, stage: &Stage, scratch: &mut QuoteScratch) -> Result<(), Error> {
    let QuoteScratch { index, matched, ends, .. } = scratch;
    matched.clear();
    ends.clear();
    stage.index.match_lines(frame, index, matched, ends);
    if stage.fully_indexed {
        return Ok(());
    }
    // What the index cannot decide is evaluated; what does not hold is taken out.
    let (mut kept, mut start) = (0, 0);
    for (line, end) in ends.iter_mut().enumerate() {
        let rules = start..*end;
        start = *end;
        for position in rules {
            let Some(number) = matched.get(position).copied() else { break };
            if holds(frame, stage, Some(line), number)?
                && let Some(place) = matched.get_mut(kept)
            {
                *place = number;
                kept = kept.saturating_add(1);
            }
        }
        *end = kept;
    }
    matched.truncate(kept);
    Ok(())
}

/// Whether a rule's condition holds, of which the index has decided what it can.
pub(super) fn holds(frame: &Frame<'_>, stage: &Stage, line: Option<usize>, number: u32) -> Result<bool, Error> {
    let Some(rule) = stage.rule(number) else { return Ok(false) };
    if rule.indexed {
        return Ok(true);
    }
    rule.when.as_ref().map_or(Ok(true), |when| test(frame, when, rule, "when", line))
}

/// Whether a rule is valid and its condition holds, by the figures that the frame shows now.
pub(super) fn holds_now(frame: &Frame<'_>, rule: &Rule, line: Option<usize>) -> Result<bool, Error> {
    let valid = match Facts::value(frame, frame.parts.attributes.document.date, None) {
        Value::Date(date) => rule.valid.contains(date),
        _ => true,
    };
    Ok(valid && rule.when.as_ref().map_or(Ok(true), |when| test(frame, when, rule, "when", line))?)
}

pub(super) fn test(frame: &Frame<'_>, condition: &Expr, rule: &Rule, field: &str, line: Option<usize>) -> Result<bool, Error> {
    condition.test(frame, line).map_err(|error| evaluation_error(error, rule, field, line))
}

/// An evaluation that has no result is about the request's line, and names the rule.
fn evaluation_error(error: EvalError, rule: &Rule, field: &str, line: Option<usize>) -> Error {
    let lines = Path::ROOT.field("lines");
    let place = line.map_or(Path::ROOT, |line| lines.index(line));
    let rules = Path::ROOT.field("adjustments");
    let message = format!("the condition of the adjustment `{}` has no result here: {}", rule.id, error.message);
    Diagnostic::error(error.code, &place, message)
        .related(&rules.index(rule.number.index()).field(field), "the condition, in the rulebook")
        .into()
}

/// Applies the rules that the policy chooses among those that match, and returns them.
fn apply_to_line<'m>(
    frame: &mut Frame<'_>,
    stage: &Stage,
    step: Ordinal,
    index: usize,
    base: Option<Figure>,
    matched: &'m [u32],
    out: &mut Outcome,
) -> Result<&'m [u32], ArithmeticError> {
    let currency = frame.parts.currency;
    let Some(line) = frame.lines.get_mut(index) else { return Ok(&[]) };
    let quantity = line.quantity;
    let whole = line.ordered.as_ref().filter(|ordered| ordered.in_base_unit).and_then(|ordered| ordered.whole);
    let entry_figure = line.figure;
    // What percentages are taken on: the named step, the amount as it entered (on_base), or what the rule before left.
    let base = if stage.policy == Policy::OnBase { base.or(Some(entry_figure)) } else { base };
    let effect = |number: u32, running: Figure| stage.line_effect(number, quantity, currency, running, base.unwrap_or(running));
    // Where the end is found on the way, it need not be looked for.
    let choice = if stage.policy == Policy::Compound { Choice::All(matched) } else { stage.choose(matched) };
    let chosen: &'m [u32] = match choice {
        Choice::All(all) => all,
        Choice::One(candidates) => {
            let mut lowest: Option<(i64, usize)> = None;
            for (position, number) in candidates.iter().enumerate() {
                let amount = effect(*number, entry_figure)?.amount;
                if lowest.is_none_or(|(best, _)| amount < best) {
                    lowest = Some((amount, position));
                }
            }
            lowest.and_then(|(_, position)| candidates.get(position..=position)).unwrap_or_default()
        }
    };
    let first = u32::try_from(out.entries.len()).unwrap_or(u32::MAX);
    let (mut next, mut running) = (first, entry_figure);
    for number in chosen {
        let Some(action) = stage.action(*number) else { break };
        let after = match whole.and_then(|whole| stage.whole_effect(action, whole, running)) {
            Some(after) => after,
            None => effect(*number, running)?,
        };
        next = next.saturating_add(1);
        out.entries.push(Entry {
            step,
            source: Source::Adjustment(action.number),
            base: base.unwrap_or(running).amount,
            before: running.amount,
            after: after.amount,
            unit_price: after.unit,
            // To the next one, if there is one.
            next: NonZeroU32::new(next),
        });
        running = after;
        if action.stop {
            break;
        }
    }
    line.figure = running;
    if next == first {
        return Ok(&[]);
    }
    if let Some(end) = out.entries.last_mut() {
        end.next = None;
    }
    out.link(line, first, next.saturating_sub(1));
    let applied = usize::try_from(next.saturating_sub(first)).unwrap_or(usize::MAX);
    Ok(chosen.get(..applied).unwrap_or(chosen))
}

/// What became of a stage's rules, by their numbers.
pub(super) struct Judged<'a> {
    /// Those whose conditions hold.
    pub(super) matched: &'a [u32],
    /// Those of them that applied.
    pub(super) applied: &'a [u32],
    /// Those whose conditions hold and that something else refused.
    pub(super) refused: &'a [(u32, RejectionReason)],
    /// Those whose conditions were not met when their turn came, with what failed then.
    pub(super) unmet: &'a [(u32, Vec<Leaf>)],
}

/// Whether a rule is judged by what enters a stage even where thresholds run: an exclusive one, because whether it keeps the others out
/// depends on no other.
pub(super) fn judged_at_entry(stage: &Stage, rule: &Rule) -> bool {
    stage.threshold_base == ThresholdBase::StageInput || stage.policy == Policy::Exclusive && rule.exclusive
}

/// The comparisons of a rule's condition that fail, by the figures that the frame shows now.
pub(super) fn failing(frame: &Frame<'_>, rule: &Rule, line: Option<usize>) -> Vec<Leaf> {
    let leaves = rule.when.as_ref().map(|when| when.explain(frame, line)).unwrap_or_default();
    leaves.into_iter().filter(|leaf| !leaf.passed).collect()
}

/// Says of every rule of the stage that does not apply, why, where that is asked for: the document's date, the condition, the policy,
/// the lines, or the terms on which it applies.
pub(super) fn reject(
    frame: &Frame<'_>,
    run: &StageRun<'_>,
    ledger: &Ledger<'_>,
    line: Option<usize>,
    judged: &Judged<'_>,
    out: &mut Outcome,
) {
    if out.explain != Explain::Candidates {
        return;
    }
    let date = frame.parts.attributes.document.date;
    for (number, rule) in (0_u32..).zip(&run.stage.rules) {
        let (reason, failed) = if judged.applied.contains(&number) {
            continue;
        } else if let Some((_, reason)) = judged.refused.iter().find(|(refused, _)| *refused == number) {
            (*reason, ledger.explain(rule, line, *reason))
        } else if judged.matched.contains(&number) {
            (RejectionReason::NotChosen, Vec::new())
        } else if let Value::Date(date) = Facts::value(frame, date, None)
            && !rule.valid.contains(date)
        {
            (RejectionReason::NotValid, Vec::new())
        } else {
            let unmet = judged.unmet.iter().find(|(unmet, _)| *unmet == number).map(|(_, failed)| failed.clone());
            (RejectionReason::Condition, unmet.unwrap_or_else(|| failing(frame, rule, line)))
        };
        out.rejected.push(Rejected {
            line,
            step: run.step,
            source: Source::Adjustment(rule.number),
            reason,
            failed,
            missing: None,
            taken_by: None,
        });
    }
}
