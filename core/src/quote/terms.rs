//! Stages of line scope whose rules come with terms, or that lines have left: coupons, limits, caps, exclusion by tags, running
//! thresholds, one choice for the whole document.

use super::choice::{Chosen, Ground};
use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::ledger::{Ledger, Marks, Standing};
use super::outcome::Outcome;
use super::request::Explain;
use super::result::{Entry, RejectionReason, Source};
use super::stage::{Judged, StageRun, enter, failing, holds_now, judged_at_entry, match_lines, reject};
use super::unrounded;
use crate::adjust::{Compare, Figure, Policy, Rule, Stage, ThresholdBase};
use crate::money::{ArithmeticError, Currency, Decimal, Exact};
use crate::report::{Diagnostic, Error, LimitCode, Path};

/// Runs a stage of line scope whose lines cannot be judged one by one.
pub(super) fn apply_to_lines(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &mut Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    // 1. What the document may use.
    let mut standings = ledger.standings(run.stage);
    standings.resize(run.stage.rules.len(), Standing::default());
    // 2. Which rules match which lines, by the figures that enter the stage.
    match_lines(frame, run.stage, scratch)?;
    // 3. Try; take out a rule that overdraws a budget of which no part is given; try again.
    let entered: Vec<Figure> = frame.lines.iter().map(|line| line.figure).collect();
    let trial = loop {
        let mut trial = Trial {
            run,
            ledger: &mut *ledger,
            standings: standings.clone(),
            entered: &entered,
            applied: Vec::new(),
            keeps_exact: out.extras.unrounded.wanted,
        };
        let marks = trial.ledger.marks.clone();
        let chosen = trial.run_stage(frame, scratch, out.explain)?;
        let overdrawn = trial.standings.iter().position(Standing::overdrawn);
        let Trial { standings: tried, applied, .. } = trial;
        let Some(rule) = overdrawn else { break Tried { standings: tried, applied, chosen } };
        if let Some(standing) = standings.get_mut(rule) {
            ledger.deny(standing);
        }
        undo(frame, &entered, ledger, marks);
    };
    // 4. Write down what applied, what was redeemed, and what did not apply.
    for Applied { line: index, entry, exact } in trial.applied {
        if let Some(exact) = exact {
            out.extras.unrounded.keep(index, &entry, exact);
        }
        if let Some(line) = frame.lines.get_mut(index) {
            out.record(line, entry);
        }
    }
    ledger.redeem(run.stage, &trial.standings, out);
    let told = if out.explain == Explain::Candidates { trial.chosen.as_slice() } else { &[] };
    for (line, judged) in told {
        let OnLine { matched, chosen } = judged;
        let judged = Judged { matched, applied: &chosen.applied, refused: &chosen.refused, unmet: &chosen.unmet };
        reject(frame, run, ledger, Some(*line), &judged, out);
    }
    Ok(())
}

/// A run of the stage that counts.
struct Tried {
    standings: Vec<Standing>,
    applied: Vec<Applied>,
    chosen: Vec<(usize, OnLine)>,
}

/// What a rule did to a line.
struct Applied {
    line: usize,
    entry: Entry,
    /// What it changes, not rounded.
    exact: Option<Exact>,
}

/// What became of the rules on a line.
#[derive(Default)]
struct OnLine {
    matched: Vec<u32>,
    chosen: Chosen,
}

fn undo(frame: &mut Frame<'_>, entered: &[Figure], ledger: &mut Ledger<'_>, marks: Vec<Marks>) {
    for (line, figure) in frame.lines.iter_mut().zip(entered) {
        line.figure = *figure;
    }
    ledger.marks = marks;
}

/// A run of the stage, which may have to be undone.
struct Trial<'t, 'q> {
    run: &'t StageRun<'t>,
    ledger: &'t mut Ledger<'q>,
    standings: Vec<Standing>,
    entered: &'t [Figure],
    applied: Vec<Applied>,
    /// Whether what is not rounded is reported.
    keeps_exact: bool,
}

impl Trial<'_, '_> {
    /// What became of the rules, on every line that has a price.
    fn run_stage(&mut self, frame: &mut Frame<'_>, scratch: &QuoteScratch, explain: Explain) -> Result<Vec<(usize, OnLine)>, Error> {
        let stage = self.run.stage;
        let mut lines: Vec<(usize, OnLine)> = Vec::new();
        let mut start = 0;
        for (index, (line, end)) in frame.lines.iter().zip(&scratch.ends).enumerate() {
            let matched = scratch.matched.get(start..*end).unwrap_or_default();
            start = *end;
            if line.price.is_some() {
                lines.push((index, OnLine { matched: matched.to_vec(), chosen: Chosen::default() }));
            }
        }
        if stage.threshold_base == ThresholdBase::Running {
            self.one_rule_after_the_other(frame, &mut lines, explain)?;
            return Ok(lines);
        }
        let only = if stage.compare == Compare::Document { self.preferred(frame, &lines)? } else { None };
        for (index, on_line) in &mut lines {
            let mut ground = OneLine { trial: self, frame, line: *index };
            match only {
                None if stage.compare == Compare::Document => {}
                None => on_line.chosen.choose(stage, &on_line.matched, &mut ground)?,
                Some(only) if on_line.matched.contains(&only) => {
                    on_line.chosen.try_rule(only, &mut ground)?;
                }
                Some(_) => {}
            }
            // What could not apply in any case is told as such, not as a worse choice.
            if explain == Explain::Candidates && stage.compare == Compare::Document {
                let barred = on_line.matched.iter().filter_map(|number| Some((*number, self.standing(*number)?.barred?)));
                on_line.chosen.refused.extend(barred.filter(|(number, _)| Some(*number) != only));
            }
        }
        Ok(lines)
    }

    fn standing(&self, number: u32) -> Option<&Standing> {
        self.standings.get(usize::try_from(number).ok()?)
    }

    /// The rule that leaves what the policy prefers of all lines together, each tried alone.
    fn preferred(&mut self, frame: &mut Frame<'_>, lines: &[(usize, OnLine)]) -> Result<Option<u32>, Error> {
        let stage = self.run.stage;
        let mut best: Option<(u32, Figure)> = None;
        for (number, _) in (0_u32..).zip(&stage.rules) {
            let (kept, marks) = (self.standings.clone(), self.ledger.marks.clone());
            let mut chosen = Chosen::default();
            for (line, _) in lines.iter().filter(|(_, on_line)| on_line.matched.contains(&number)) {
                chosen.try_rule(number, &mut OneLine { trial: self, frame, line: *line })?;
            }
            let overdrawn = self.standing(number).is_some_and(Standing::overdrawn);
            let sold = frame.lines.iter().filter(|line| !line.returned);
            let left = sold.map(|line| line.figure.amount).try_fold(0_i64, i64::checked_add).ok_or_else(sum_too_large)?;
            // The trial leaves nothing behind.
            undo(frame, self.entered, self.ledger, marks);
            self.standings = kept;
            self.applied.clear();
            let left = Figure { amount: left, unit: None };
            if !chosen.applied.is_empty() && !overdrawn && best.is_none_or(|(_, best)| stage.prefers(left, best)) {
                best = Some((number, left));
            }
        }
        Ok(best.map(|(number, _)| number))
    }

    /// Each rule, when its turn comes, on all lines that its condition then fits.
    fn one_rule_after_the_other(&mut self, frame: &mut Frame<'_>, lines: &mut [(usize, OnLine)], explain: Explain) -> Result<(), Error> {
        let stage = self.run.stage;
        for (index, on_line) in lines.iter_mut() {
            on_line.matched.retain(|number| stage.rule(*number).is_some_and(|rule| judged_at_entry(stage, rule)));
            let mut ground = OneLine { trial: self, frame, line: *index };
            for number in &on_line.matched {
                if on_line.chosen.try_rule(*number, &mut ground)? {
                    break;
                }
            }
        }
        let mut ended: Vec<bool> = lines.iter().map(|(_, on_line)| !on_line.chosen.applied.is_empty()).collect();
        for (number, rule) in (0_u32..).zip(&stage.rules).filter(|(_, rule)| !judged_at_entry(stage, rule)) {
            enter(frame)?;
            for ((index, on_line), ended) in lines.iter_mut().zip(&mut ended) {
                if !holds_now(frame, rule, Some(*index))? {
                    if explain == Explain::Candidates {
                        on_line.chosen.unmet.push((number, failing(frame, rule, Some(*index))));
                    }
                    continue;
                }
                on_line.matched.push(number);
                if !*ended && on_line.chosen.try_rule(number, &mut OneLine { trial: self, frame, line: *index })? {
                    *ended = rule.stop;
                }
            }
        }
        Ok(())
    }
}

/// A line on which rules with terms are to apply.
struct OneLine<'l, 't, 'q, 'f> {
    trial: &'l mut Trial<'t, 'q>,
    frame: &'l mut Frame<'f>,
    line: usize,
}

impl OneLine<'_, '_, '_, '_> {
    /// What percentages are taken on: the step that the rule or the stage names, the amount as it entered, or what was left before.
    fn base(&self, rule: &Rule, running: Figure) -> Figure {
        let named = self.trial.run.base(rule).and_then(|figures| figures.get(self.line)).copied();
        let entered = || if self.trial.run.stage.policy == Policy::OnBase { self.trial.entered.get(self.line).copied() } else { None };
        named.or_else(entered).unwrap_or(running)
    }
}

impl Ground for OneLine<'_, '_, '_, '_> {
    fn judge(&mut self, number: u32) -> Result<Result<Figure, RejectionReason>, Error> {
        let stage = self.trial.run.stage;
        let (Some(rule), Some(line)) = (stage.rule(number), self.frame.lines.get(self.line)) else {
            return Ok(Err(RejectionReason::NotChosen));
        };
        let standing = self.trial.standing(number).copied().unwrap_or_default();
        if let Some(reason) = standing.barred.or_else(|| self.trial.ledger.refuse(rule, self.line)) {
            return Ok(Err(reason));
        }
        if line.returned && rule.terms.as_ref().is_some_and(|terms| terms.is_bounded()) {
            return Ok(Err(RejectionReason::Returned));
        }
        let units = standing.reach(rule, line.quantity);
        if units <= Decimal::ZERO && line.quantity > Decimal::ZERO {
            return Ok(Err(RejectionReason::CapReached));
        }
        let (running, currency) = (line.figure, self.frame.parts.currency);
        let base = self.base(rule, running);
        let after = stage.part_effect(number, (line.quantity, units), currency, running, base);
        let after = after.map_err(|error| on_line(stage, self.line, error))?;
        Ok(granted(rule, standing, running, after))
    }

    fn apply(&mut self, number: u32, after: Figure) -> Result<(), Error> {
        let (stage, step) = (self.trial.run.stage, self.trial.run.step);
        let Some(rule) = stage.rule(number) else { return Ok(()) };
        let Some(running) = self.frame.lines.get(self.line).map(|line| line.figure) else { return Ok(()) };
        let base = self.base(rule, running).amount;
        let currency = self.frame.parts.currency;
        let Some(line) = self.frame.lines.get_mut(self.line) else { return Ok(()) };
        line.figure = after;
        let source = Source::Adjustment(rule.number);
        let entry = Entry { step, source, base, before: running.amount, after: after.amount, unit_price: after.unit, next: None };
        let mut applied = Applied { line: self.line, entry, exact: None };
        if let Some(standing) = usize::try_from(number).ok().and_then(|number| self.trial.standings.get_mut(number)) {
            let units = standing.reach(rule, line.quantity);
            if self.trial.keeps_exact {
                applied.exact = exact_change(rule, standing, &entry, (line.quantity, units), currency).ok();
            }
            standing.take(running.amount.saturating_sub(after.amount), units);
        }
        self.trial.applied.push(applied);
        self.trial.ledger.mark(self.line, rule);
        Ok(())
    }
}

/// What a rule changes of a line, not rounded: of what it would take off, what a cap or a budget leaves.
fn exact_change(
    rule: &Rule,
    standing: &Standing,
    entry: &Entry,
    reach: (Decimal, Decimal),
    currency: Currency,
) -> Result<Exact, ArithmeticError> {
    let change = unrounded::of_line(rule, entry, reach, currency)?;
    if change.is_negative() { unrounded::within(change.negated()?, standing.room(rule), currency)?.negated() } else { Ok(change) }
}

/// The line after what the rule may take off of what it would.
fn granted(rule: &Rule, standing: Standing, running: Figure, after: Figure) -> Result<Figure, RejectionReason> {
    let wanted = running.amount.saturating_sub(after.amount);
    let granted = standing.grant(rule, wanted)?;
    Ok(if granted == wanted { after } else { Figure { amount: running.amount.saturating_sub(granted), unit: None } })
}

fn on_line(stage: &Stage, line: usize, error: ArithmeticError) -> Error {
    let lines = Path::ROOT.field("lines");
    Diagnostic::error(LimitCode::Overflow, &lines.index(line), format!("in the stage `{}`: {error}", stage.id)).into()
}
