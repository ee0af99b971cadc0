//! A stage of adjustments: which rules match, and what becomes of each line where the lines can be judged one by one.

use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::ledger::Ledger;
use super::outcome::{Outcome, record};
use super::request::Explain;
use super::result::{Entry, Line, Rejected, RejectionReason, Source};
use super::{document, returns, tax, terms};
use crate::adjust::{Action, Choice, Figure, Policy, Rule, Stage, StageScope, ThresholdBase};
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
    let mut sum = Some(0_i64);
    frame.entered.clear();
    frame.entered.extend(frame.lines.iter().map(|line| {
        sum = sum.and_then(|sum| sum.checked_add(line.figure.amount));
        line.figure.amount
    }));
    if frame.has_returns {
        sum = returns::counted(frame, |line| line.figure.amount);
    }
    let sum = sum.ok_or_else(sum_too_large)?;
    let scale = u32::from(frame.parts.currency.minor_units());
    let amount = Decimal::from_parts(sum.into(), scale).map_err(|_| sum_too_large())?;
    frame.set(frame.parts.attributes.document.amount, Value::Number(amount));
    if frame.parts.reads_tax_sides { tax::enter(frame, sum) } else { Ok(()) }
}

/// Runs a stage whose lines are judged one by one, as they enter it.
#[inline(never)]
fn apply_to_lines(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    match_lines(frame, run.stage, scratch)?;
    if out.explain == Explain::Candidates {
        return apply_and_explain(frame, run, ledger, scratch, out);
    }
    apply_matching(frame, run, scratch, out).map(drop)
}

/// Chooses among the rules that match and applies what is chosen; where candidates are asked for, what applied is returned as
/// [`apply_chosen`] does.
#[inline]
fn apply_matching(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<Vec<(usize, u32)>, Error> {
    let base = run.stage.base.and_then(|base| run.after.get(base)).map(Vec::as_slice);
    if !matches!(run.stage.policy, Policy::Compound | Policy::OnBase) {
        choose(frame, run.stage, base, scratch).map_err(|(line, error)| too_large_in(run.stage, line, error))?;
    }
    // Percentages are taken on the named step, the amount as it entered (on_base), or what the rule before left.
    let entered: Option<Vec<Figure>> = (run.stage.policy == Policy::OnBase).then(|| frame.lines.iter().map(|line| line.figure).collect());
    let base = base.or(entered.as_deref());
    apply_chosen(frame, run, base, scratch, out).map_err(|(line, error)| too_large_in(run.stage, line, error))
}

/// [`apply_matching`], which says why the other rules did not apply.
#[inline(never)]
fn apply_and_explain(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let (matched, ends) = (scratch.matched.clone(), scratch.ends.clone());
    let applied = apply_matching(frame, run, scratch, out)?;
    let (mut start, mut applied) = (0, applied.into_iter().peekable());
    for (index, end) in ends.iter().enumerate() {
        let matched = matched.get(start..*end).unwrap_or_default();
        start = *end;
        let of_line = std::iter::from_fn(|| applied.next_if(|(line, _)| *line == index));
        let applied: Vec<u32> = of_line.map(|(_, rule)| rule).collect();
        if frame.lines.get(index).is_some_and(|line| line.price.is_some()) {
            reject(frame, run, ledger, Some(index), &Judged { matched, applied: &applied, refused: &[], unmet: &[] }, out);
        }
    }
    Ok(())
}

fn too_large_in(stage: &Stage, line: usize, error: ArithmeticError) -> Error {
    let lines = Path::ROOT.field("lines");
    Diagnostic::error(LimitCode::Overflow, &lines.index(line), format!("in the stage `{}`: {error}", stage.id)).into()
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

/// Keeps of the rules that match each line those that the policy chooses.
#[inline(never)]
fn choose(frame: &Frame<'_>, stage: &Stage, base: Option<&[Figure]>, scratch: &mut QuoteScratch) -> Result<(), (usize, ArithmeticError)> {
    let QuoteScratch { matched, ends, .. } = scratch;
    let mut chosen = Vec::with_capacity(matched.len());
    let mut start = 0;
    for (index, (line, end)) in frame.lines.iter().zip(ends).enumerate() {
        let of_line = matched.get(start..*end).unwrap_or_default();
        start = *end;
        match stage.choose(of_line) {
            Choice::All(all) => chosen.extend_from_slice(all),
            Choice::One(candidates) => {
                let base = base.and_then(|figures| figures.get(index)).copied().unwrap_or(line.figure);
                let effect = |number: u32| stage.line_effect(number, line.quantity, frame.parts.currency, line.figure, base);
                let mut preferred: Option<(Figure, u32)> = None;
                for number in candidates {
                    let after = effect(*number).map_err(|error| (index, error))?;
                    if preferred.is_none_or(|(best, _)| stage.prefers(after, best)) {
                        preferred = Some((after, *number));
                    }
                }
                chosen.extend(preferred.map(|(_, number)| number));
            }
        }
        *end = chosen.len();
    }
    *matched = chosen;
    Ok(())
}

/// Applies the chosen rules, each line's up to and with the first that stops; where candidates are asked for, those that applied are
/// returned with their lines.
///
/// How many rules a line has is as good as random: so all rules of all lines are one loop, whose end need not be guessed line by line.
fn apply_chosen(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<Vec<(usize, u32)>, (usize, ArithmeticError)> {
    let StageRun { stage, step, .. } = *run;
    let currency = frame.parts.currency;
    let QuoteScratch { matched, ends, firsts, .. } = scratch;
    first_rules(ends, matched.len(), firsts);
    let told = out.explain == Explain::Candidates;
    let mut applied = Vec::new();
    let mut turn = Turn { next: 0, line: 0, stopped: usize::MAX };
    loop {
        if base.is_none() && !told {
            apply_short(stage, step, matched, firsts, &mut frame.lines, &mut out.entries, &mut turn);
        }
        let (Some(number), Some(first)) = (matched.get(turn.next), firsts.get(turn.next)) else { break };
        let index = turn.line.max(*first);
        (turn.line, turn.next) = (index, turn.next.saturating_add(1));
        let (Some(line), Some(action)) = (frame.lines.get_mut(index), stage.action(*number)) else { continue };
        if turn.stopped == index {
            continue;
        }
        let running = line.figure;
        let base = base.and_then(|figures| figures.get(index)).copied().unwrap_or(running);
        let after = stage.line_effect(*number, line.quantity, currency, running, base).map_err(|error| (index, error))?;
        line.figure = after;
        out.record(line, adjusted(step, action, base.amount, running, after));
        if told {
            applied.push((index, *number));
        }
        turn.stopped = if action.stop { index } else { turn.stopped };
    }
    Ok(applied)
}

/// How far the rules of all lines have been applied.
struct Turn {
    /// The place of the next rule among those that match.
    next: usize,
    /// The line of the last one.
    line: usize,
    /// The last line on which a rule has stopped the others.
    stopped: usize,
}

/// Applies rules up to the first of which whole numbers do not say what it leaves: what is ordered in whole base units, at prices in the
/// currency's digits, as nearly all is.
///
/// A function of its own, so that what its loop needs stays in registers.
#[inline(never)]
fn apply_short(
    stage: &Stage,
    step: Ordinal,
    matched: &[u32],
    firsts: &[usize],
    lines: &mut [Line],
    entries: &mut Vec<Entry>,
    turn: &mut Turn,
) {
    let Turn { next, line: mut last, mut stopped } = *turn;
    let rules = matched.get(next..).unwrap_or_default().iter().zip(firsts.get(next..).unwrap_or_default());
    let mut applied = 0_usize;
    for (number, first) in rules {
        let index = last.max(*first);
        let (Some(line), Some(action)) = (lines.get_mut(index), stage.action(*number)) else { break };
        if stopped != index {
            let running = line.figure;
            let Some(after) = line.whole_as_ordered().and_then(|whole| stage.whole_effect(action, whole, running)) else { break };
            line.figure = after;
            record(entries, line, adjusted(step, action, running.amount, running, after));
            stopped = if action.stop { index } else { stopped };
        }
        (applied, last) = (applied.wrapping_add(1), index);
    }
    *turn = Turn { next: next.saturating_add(applied), line: last, stopped };
}

/// What a rule has done to a line.
#[inline]
fn adjusted(step: Ordinal, action: &Action, base: i64, running: Figure, after: Figure) -> Entry {
    let source = Source::Adjustment(action.number);
    Entry { step, source, base, before: running.amount, after: after.amount, unit_price: after.unit, next: None }
}

/// The number of the line whose first rule stands at each place of the list that `ends` divides; zero at the other places.
fn first_rules(ends: &[usize], count: usize, firsts: &mut Vec<usize>) {
    firsts.clear();
    firsts.resize(count, 0);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    for (line, start) in starts.take(ends.len()).enumerate() {
        // A line without rules gives way to the next.
        if let Some(first) = firsts.get_mut(start) {
            *first = line;
        }
    }
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

/// Says of every rule of the stage that does not apply, why: the document's date, the condition, the policy,
/// the lines, or the terms on which it applies.
pub(super) fn reject(
    frame: &Frame<'_>,
    run: &StageRun<'_>,
    ledger: &Ledger<'_>,
    line: Option<usize>,
    judged: &Judged<'_>,
    out: &mut Outcome,
) {
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
        out.extras.rejected.push(Rejected {
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
