//! A stage of adjustments: match, choose, apply, allocate.

use std::num::NonZeroU32;

use super::frame::{Frame, QuoteScratch};
use super::guard;
use super::outcome::Outcome;
use super::request::Explain;
use super::result::{DocumentEntry, Entry, Rejected, RejectionReason, Source};
use crate::adjust::{Choice, Figure, Policy, Rule, Stage, StageScope};
use crate::expr::{EvalError, Expr, Value};
use crate::id::Ordinal;
use crate::money::{AllocationShare, ArithmeticError, Decimal, Money, allocate};

use crate::report::{AdjustCode, Diagnostic, Error, Finding, LimitCode, Path, Severity};
use crate::rulebook::Step;

/// Runs a stage over the lines. `base` holds the lines' figures after the step that the stage names as its base.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    stage: &Stage,
    step: Ordinal,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    enter(frame)?;
    match stage.scope {
        StageScope::Line => apply_to_lines(frame, stage, step, base, scratch, out),
        StageScope::Document => apply_to_document(frame, stage, step, base, scratch, out),
    }
}

/// `line.amount` and `document.amount` are what enters the stage, whatever its rules make of it.
pub(super) fn enter(frame: &mut Frame<'_>) -> Result<(), Error> {
    let mut sum = 0_i64;
    for line in &mut frame.lines {
        line.entered = line.figure.amount;
        sum = sum.checked_add(line.entered).ok_or_else(too_large)?;
    }
    let scale = u32::from(frame.parts.currency.minor_units());
    let amount = Decimal::from_parts(sum.into(), scale).map_err(|_| too_large())?;
    frame.set(frame.parts.attributes.document.amount, Value::Number(amount));
    Ok(())
}

fn too_large() -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), "the amounts of the lines are too large to add up").into()
}

fn apply_to_lines(
    frame: &mut Frame<'_>,
    stage: &Stage,
    step: Ordinal,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
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
            reject(frame, stage, step, Some(index), &Judged { matched, applied, without_lines: &[] }, out);
        }
    }
    Ok(())
}

fn match_lines(frame: &Frame<'_>, stage: &Stage, scratch: &mut QuoteScratch) -> Result<(), Error> {
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
fn holds(frame: &Frame<'_>, stage: &Stage, line: Option<usize>, number: u32) -> Result<bool, Error> {
    let Some(rule) = stage.rule(number) else { return Ok(false) };
    if rule.indexed {
        return Ok(true);
    }
    rule.when.as_ref().map_or(Ok(true), |when| test(frame, when, rule, "when", line))
}

fn test(frame: &Frame<'_>, condition: &Expr, rule: &Rule, field: &str, line: Option<usize>) -> Result<bool, Error> {
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
    let entry_figure = line.figure;
    // What percentages are taken on: the named step, the amount as it entered (on_base), or what the rule before left.
    let base_of = |running: Figure| base.unwrap_or(if stage.policy == Policy::OnBase { entry_figure } else { running });
    let effect = |number: u32, running: Figure| stage.line_effect(number, quantity, currency, running, base_of(running));
    let chosen: &'m [u32] = match stage.choose(matched) {
        Choice::All(all) => all,
        Choice::Lowest(candidates) => {
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
    let (mut last, mut running) = (first, entry_figure);
    for (entry, number) in (first..).zip(chosen) {
        let after = effect(*number, running)?;
        last = entry;
        out.entries.push(Entry {
            step,
            source: Source::Adjustment(stage.action(*number).map_or(Ordinal::of(0), |action| action.number)),
            base: base_of(running).amount,
            before: running.amount,
            after: after.amount,
            unit_price: after.unit,
            // To the next one, if there is one.
            next: NonZeroU32::new(entry.saturating_add(1)),
        });
        running = after;
    }
    line.figure = running;
    if !chosen.is_empty() {
        if let Some(end) = out.entries.last_mut() {
            end.next = None;
        }
        out.link(line, first, last);
    }
    Ok(chosen)
}

fn apply_to_document(
    frame: &mut Frame<'_>,
    stage: &Stage,
    step: Ordinal,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    // 1. Match; a rule in which no line takes part does not apply.
    scratch.matched.clear();
    stage.index.header(frame, &mut scratch.index);
    stage.index.matches(frame, None, &mut scratch.index, &mut scratch.matched);
    let mut failed = None;
    scratch.matched.retain(|number| {
        holds(frame, stage, None, *number).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            false
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let without_lines = retain_with_lines(frame, stage, &mut scratch.matched)?;
    let matched = std::mem::take(&mut scratch.matched);
    floors(frame, stage, scratch, out)?;
    // 2. Choose and apply, each over the lines that take part in it.
    let entry: Option<Vec<Figure>> = (stage.policy == Policy::OnBase).then(|| frame.lines.iter().map(|line| line.figure).collect());
    let fixed_base = base.or(entry.as_deref());
    let chosen: &[u32] = match stage.choose(&matched) {
        Choice::All(all) => all,
        Choice::Lowest(candidates) => {
            let mut best: Option<(i64, usize)> = None;
            for (position, rule) in candidates.iter().enumerate().filter_map(|(p, number)| Some((p, stage.rule(*number)?))) {
                let DocumentOff { wanted, running, .. } = document_off(frame, stage, rule, fixed_base, scratch)?;
                let off = wanted.min(running);
                if best.is_none_or(|(most, _)| off > most) {
                    best = Some((off, position));
                }
            }
            best.and_then(|(_, position)| candidates.get(position..=position)).unwrap_or_default()
        }
    };
    for rule in chosen.iter().filter_map(|number| stage.rule(*number)) {
        take_off(frame, stage, step, rule, fixed_base, scratch, out)?;
    }
    if out.explain == Explain::Candidates {
        reject(frame, stage, step, None, &Judged { matched: &matched, applied: chosen, without_lines: &without_lines }, out);
    }
    scratch.matched = matched;
    Ok(())
}

/// What the lines must cost at least, where a guard asks the stage to heed it; otherwise there are no floors.
fn floors(frame: &Frame<'_>, stage: &Stage, scratch: &mut QuoteScratch, out: &Outcome) -> Result<(), Error> {
    scratch.floors.clear();
    let guard = stage.guard.and_then(|number| frame.parts.procedure.get(number));
    if let Some(Step::Guard(guard)) = guard {
        for line in 0..frame.lines.len() {
            scratch.floors.push(guard::floor_of(frame, guard, line, out)?.unwrap_or(0));
        }
    }
    Ok(())
}

/// Takes out the rules in which no line takes part, and returns them.
fn retain_with_lines(frame: &Frame<'_>, stage: &Stage, matched: &mut Vec<u32>) -> Result<Vec<u32>, Error> {
    let mut without = Vec::new();
    for number in matched.iter() {
        let Some(rule) = stage.rule(*number) else { continue };
        let mut lines = 0..frame.lines.len();
        let any = loop {
            match lines.next() {
                Some(line) if takes_part(frame, rule, line)? => break true,
                Some(_) => {}
                None => break false,
            }
        };
        if !any {
            without.push(*number);
        }
    }
    if without.is_empty() {
        return Ok(without);
    }
    matched.retain(|number| !without.contains(number));
    Ok(without)
}

/// Whether a line takes part in a document rule: it has a price, and the rule's `lines` holds for it.
fn takes_part(frame: &Frame<'_>, rule: &Rule, line: usize) -> Result<bool, Error> {
    let priced = frame.lines.get(line).is_some_and(|line| line.price.is_some());
    Ok(priced && rule.lines.as_ref().map_or(Ok(true), |lines| test(frame, lines, rule, "lines", Some(line)))?)
}

/// What a document rule would take off, and the sums that it works on.
struct DocumentOff {
    /// May be more than the lines have.
    wanted: i64,
    running: i64,
    base: i64,
}

/// Finds the eligible lines and their shares (into the scratch), and what the rule would take off them.
fn document_off(
    frame: &Frame<'_>,
    stage: &Stage,
    rule: &Rule,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
) -> Result<DocumentOff, Error> {
    scratch.eligible.clear();
    scratch.shares.clear();
    let (mut running, mut base_sum) = (0_i64, 0_i64);
    for (index, line) in frame.lines.iter().enumerate().filter(|(_, line)| line.price.is_some()) {
        if rule.lines.is_some() && !takes_part(frame, rule, index)? {
            continue;
        }
        let amount = line.figure.amount;
        let weight = amount.unsigned_abs();
        scratch.eligible.push(index);
        scratch.shares.push(AllocationShare { weight, cap: Some(weight) });
        running = running.checked_add(amount).ok_or_else(too_large)?;
        base_sum = base_sum
            .checked_add(base.and_then(|figures| figures.get(index)).map_or(amount, |figure| figure.amount))
            .ok_or_else(too_large)?;
    }
    let wanted = stage.document_effect(rule, base_sum, frame.parts.currency).map_err(|_| too_large())?;
    Ok(DocumentOff { wanted, running, base: base_sum })
}

/// Takes a document rule's amount off the eligible lines, to the last minor unit and never below zero.
fn take_off(
    frame: &mut Frame<'_>,
    stage: &Stage,
    step: Ordinal,
    rule: &Rule,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let DocumentOff { wanted, base, .. } = document_off(frame, stage, rule, base, scratch)?;
    let currency = frame.parts.currency;
    if !scratch.floors.is_empty() {
        for (index, share) in scratch.eligible.iter().zip(&mut scratch.shares) {
            let floor = scratch.floors.get(*index).map_or(0, |floor| floor.unsigned_abs());
            share.cap = Some(share.weight.saturating_sub(floor));
        }
    }
    let total = Money::new(wanted, currency);
    let unallocated = allocate(total, &scratch.shares, stage.allocate.method, stage.allocate.zero_weights, &mut scratch.parts);
    let unallocated = unallocated.map_err(|_| too_large())?;
    let off = wanted.saturating_sub(unallocated.minor());
    out.of_document.push(DocumentEntry { step, adjustment: rule.number, off });
    if !unallocated.is_zero() {
        let why = if scratch.floors.is_empty() { "are worth no more" } else { "may not cost less" };
        let message = format!(
            "`{unallocated}` of the `{total}` that the adjustment `{}` takes off are lost: the lines that take part {why}",
            rule.id
        );
        let finding = Finding::new(AdjustCode::Unallocated, Severity::Warning, message);
        out.findings.push(finding.detail("rule", rule.id.as_str()).detail("wanted", total).detail("amount", unallocated));
    }
    for (index, part) in scratch.eligible.iter().zip(&scratch.parts) {
        let Some(line) = frame.lines.get_mut(*index) else { continue };
        let before = line.figure.amount;
        let after = before.checked_sub(*part).ok_or_else(too_large)?;
        line.figure = Figure { amount: after, unit: None };
        let entry = Entry { step, source: Source::Adjustment(rule.number), base, before, after, unit_price: None, next: None };
        out.record_step(line, entry);
    }
    Ok(())
}

/// What became of a stage's rules, by their numbers.
struct Judged<'a> {
    /// Those whose conditions hold and in which a line takes part.
    matched: &'a [u32],
    /// Those of them that the policy chose.
    applied: &'a [u32],
    /// Those whose conditions hold, but in which no line takes part.
    without_lines: &'a [u32],
}

/// Says of every rule of the stage that does not apply, why: the document's date, the condition, the policy, or the lines.
fn reject(frame: &Frame<'_>, stage: &Stage, step: Ordinal, line: Option<usize>, judged: &Judged<'_>, out: &mut Outcome) {
    let date = frame.parts.attributes.document.date;
    for (number, rule) in (0_u32..).zip(&stage.rules) {
        let (reason, failed) = if judged.without_lines.contains(&number) {
            (RejectionReason::NoEligibleLine, Vec::new())
        } else if judged.applied.contains(&number) {
            continue;
        } else if judged.matched.contains(&number) {
            (RejectionReason::NotChosen, Vec::new())
        } else if let Value::Date(date) = crate::expr::Facts::value(frame, date, None)
            && !rule.valid.contains(date)
        {
            (RejectionReason::NotValid, Vec::new())
        } else {
            let leaves = rule.when.as_ref().map(|when| when.explain(frame, line)).unwrap_or_default();
            (RejectionReason::Condition, leaves.into_iter().filter(|leaf| !leaf.passed).collect())
        };
        out.rejected.push(Rejected { line, step, source: Source::Adjustment(rule.number), reason, failed });
    }
}
