//! The steps of the procedure, one after the other.

use std::ops::Range;

use super::allocation;
use super::better;
use super::charge;
use super::ending;
use super::frame::{Frame, QuoteScratch};
use super::gift;
use super::guard;
use super::ledger::Ledger;
use super::list_price::find_prices;
use super::manual;
use super::outcome::Outcome;
use super::promotion;
use super::request::QuoteRequest;
use super::stage::{self, StageRun};
use super::statistic;
use super::tax;
use crate::adjust::Figure;
use crate::id::Ordinal;
use crate::report::Error;
use crate::rulebook::Step;

/// Runs every step of the procedure over the lines.
#[inline(never)]
pub(super) fn run<'q>(
    frame: &mut Frame<'q>,
    request: &'q QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let parts = frame.parts;
    let mut run = Run { request, after: Vec::new(), keeps: parts.keeps_figures, ledger: Ledger::new(parts, request) };
    run.steps(frame, 0..parts.procedure.len(), scratch, out)?;
    if !out.taxed {
        thaw(frame, out)?;
        tax::none(frame, out);
    }
    run.ledger.report(out);
    if !out.extras.promotions.proposed.is_empty() {
        gift::value(frame, request, out);
    }
    Ok(())
}

/// The procedure as it runs.
#[derive(Clone)]
pub(super) struct Run<'q> {
    request: &'q QuoteRequest,
    /// The figures as each step left them, for steps that name a base.
    after: Vec<Vec<Figure>>,
    /// Whether a step does.
    keeps: bool,
    ledger: Ledger<'q>,
}

impl<'q> Run<'q> {
    /// Runs steps one after the other.
    pub(super) fn steps(
        &mut self,
        frame: &mut Frame<'q>,
        steps: Range<usize>,
        scratch: &mut QuoteScratch,
        out: &mut Outcome,
    ) -> Result<(), Error> {
        let parts = frame.parts;
        let mut next = steps.start;
        while let Some(step) = parts.procedure.get(next).filter(|_| next < steps.end) {
            let number = next;
            next = next.saturating_add(1);
            if let Step::BetterOf(choice) = step {
                self.keep(frame);
                better::apply(frame, choice, number, self, scratch, out)?;
                next = next.saturating_add(choice.first).saturating_add(choice.second);
                continue;
            }
            self.step(frame, step, Ordinal::of(number), scratch, out)?;
            self.keep(frame);
        }
        Ok(())
    }

    /// Leaves steps out: their figures are those of the lines as they stand.
    pub(super) fn skip(&mut self, frame: &Frame<'q>, steps: Range<usize>) {
        steps.for_each(|_| self.keep(frame));
    }

    #[inline]
    fn keep(&mut self, frame: &Frame<'q>) {
        if self.keeps {
            self.after.push(frame.lines.iter().map(|line| line.figure).collect());
        }
    }

    /// Runs a step: here those that all documents have.
    #[inline]
    fn step(
        &mut self,
        frame: &mut Frame<'q>,
        step: &'q Step,
        number: Ordinal,
        scratch: &mut QuoteScratch,
        out: &mut Outcome,
    ) -> Result<(), Error> {
        match step {
            Step::Price(step) => find_prices(frame, step, number, self.request, scratch, out),
            Step::Stage(stage) => {
                stage::apply(frame, &StageRun { stage, step: number, after: &self.after }, &mut self.ledger, scratch, out)
            }
            _ => self.other_step(frame, step, number, scratch, out),
        }
    }

    /// [`Run::step`] for those that some have.
    #[inline(never)]
    fn other_step(
        &mut self,
        frame: &mut Frame<'q>,
        step: &'q Step,
        number: Ordinal,
        scratch: &mut QuoteScratch,
        out: &mut Outcome,
    ) -> Result<(), Error> {
        let Self { request, after, ledger, .. } = self;
        match step {
            Step::Override(step) => {
                let base = step.base.and_then(|base| after.get(base)).map(Vec::as_slice);
                allocation::weigh(frame, &step.allocate, &step.id, after, scratch)?;
                manual::apply(frame, step, number, base, request, scratch, out)
            }
            Step::Guard(step) => {
                let base = step.since.and_then(|since| after.get(since)).map(Vec::as_slice);
                guard::apply(frame, step, number, base, out)
            }
            Step::Promotion(step) => promotion::apply(frame, step, number, after, ledger, scratch, out),
            // The sides of a choice are run by the choice; the first two stand above.
            Step::Price(_) | Step::Stage(_) | Step::BetterOf(_) | Step::LeftOut(_) => Ok(()),
            Step::Statistic(step) => with_frozen(frame, out, |frame, out| statistic::apply(frame, step, number, out)),
            Step::Ending(step) => ending::apply(frame, step, number, out),
            Step::Charge(step) => with_frozen(frame, out, |frame, out| charge::apply(frame, step, number, request, scratch, out)),
            Step::Tax(step) => {
                thaw(frame, out)?;
                tax::apply(frame, step, number, request, out)
            }
            Step::CashRounding(step) => {
                thaw(frame, out)?;
                if !out.taxed {
                    tax::none(frame, out);
                }
                charge::round_cash(frame, step, number, out)
            }
        }
    }
}

/// Runs a step that reads all lines and changes none that stands.
fn with_frozen<'q>(
    frame: &mut Frame<'q>,
    out: &mut Outcome,
    step: impl FnOnce(&mut Frame<'q>, &mut Outcome) -> Result<(), Error>,
) -> Result<(), Error> {
    if let Some(frozen) = &out.frozen {
        frozen.put(frame);
    }
    step(frame, out)?;
    if let Some(frozen) = &out.frozen {
        frozen.take(frame);
    }
    Ok(())
}

/// Gives the lines back whose prices stand: what follows is computed for all of them.
#[inline]
fn thaw(frame: &mut Frame<'_>, out: &mut Outcome) -> Result<(), Error> {
    match out.frozen.take() {
        Some(frozen) => {
            frozen.thaw(frame, out);
            stage::enter(frame)
        }
        None => Ok(()),
    }
}
