//! A choice between two sides of the procedure: both are tried, the better one for the customer counts, and the other is told.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::outcome::Outcome;
use super::procedure::Run;
use super::request::Explain;
use super::result::{Line, Quote, Rejected, RejectionReason, Source, entries_of};
use crate::adjust::{BetterOf, StageScope};
use crate::id::Ordinal;
use crate::money::Money;
use crate::report::Error;
use crate::rulebook::Step;

/// What became of a choice.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) step: Ordinal,
    /// Whether the second side counts.
    pub(super) second: bool,
    /// What each side takes off, in minor units.
    pub(super) off: [i64; 2],
}

/// A choice between two sides of the procedure.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct BetterOfView<'q> {
    /// The choice.
    pub step: &'q str,
    /// The side that counts.
    #[schemars(with = "SideView<'static>")]
    pub chosen: SideView<'q>,
    /// The side that does not.
    #[schemars(with = "SideView<'static>")]
    pub other: SideView<'q>,
}

/// A side of a choice.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct SideView<'q> {
    /// Its steps.
    #[schemars(with = "Vec<String>")]
    pub steps: SideSteps<'q>,
    /// What it takes off all lines.
    pub off: Money,
}

/// The steps of a side.
#[derive(Debug, Clone, Copy)]
pub struct SideSteps<'q> {
    quote: &'q Quote,
    first: usize,
    count: usize,
}

impl Serialize for SideSteps<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = self.first..self.first.saturating_add(self.count);
        serializer.collect_seq(numbers.map(|number| self.quote.step_id(Ordinal::of(number))))
    }
}

/// Everything that a side changes.
#[derive(Clone)]
struct State<'q> {
    lines: Vec<Line>,
    out: Outcome,
    run: Run<'q>,
}

impl<'q> State<'q> {
    fn of(frame: &Frame<'q>, run: &Run<'q>, out: &Outcome) -> Self {
        Self { lines: frame.lines.clone(), out: out.clone(), run: run.clone() }
    }

    fn put_back(self, frame: &mut Frame<'q>, run: &mut Run<'q>, out: &mut Outcome) {
        (frame.lines, *out, *run) = (self.lines, self.out, self.run);
    }
}

/// Tries both sides of a choice, which follow it, and keeps the better one.
pub(super) fn apply<'q>(
    frame: &mut Frame<'q>,
    choice: &BetterOf,
    number: usize,
    run: &mut Run<'q>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    let first = number.saturating_add(1)..number.saturating_add(1).saturating_add(choice.first);
    let second = first.end..first.end.saturating_add(choice.second);
    let before = sum(frame)?;
    // 1. One side, then the other, each on the lines as they stand now.
    let entered = State::of(frame, run, out);
    run.steps(frame, first.clone(), scratch, out)?;
    run.skip(frame, second.clone());
    let off_first = before.saturating_sub(sum(frame)?);
    let of_first = State::of(frame, run, out);
    entered.clone().put_back(frame, run, out);
    run.skip(frame, first.clone());
    run.steps(frame, second.clone(), scratch, out)?;
    let off_second = before.saturating_sub(sum(frame)?);
    // 2. The better one is kept.
    let takes_second = off_second > off_first;
    let (lost, lost_steps) = if takes_second {
        (of_first, first)
    } else {
        let lost = State::of(frame, run, out);
        of_first.put_back(frame, run, out);
        (lost, second)
    };
    // 3. What the other would have done is told.
    if out.explain == Explain::Candidates {
        tell(frame, &entered.out, &lost, &lost_steps, out);
    }
    out.extras.chosen.push(Chosen { step: Ordinal::of(number), second: takes_second, off: [off_first, off_second] });
    Ok(())
}

fn sum(frame: &Frame<'_>) -> Result<i64, Error> {
    let sold = frame.lines.iter().filter(|line| !line.returned);
    let sum = sold.map(|line| line.figure.amount).try_fold(0_i64, i64::checked_add);
    sum.ok_or_else(sum_too_large)
}

/// Says of every rule of the side that does not count why: what refused it there, or that the other side takes off more.
fn tell(frame: &Frame<'_>, entered: &Outcome, lost: &State<'_>, steps: &Range<usize>, out: &mut Outcome) {
    let of_side = |step: Ordinal| steps.contains(&step.index());
    let told = |line: Option<usize>, step: Ordinal, source: Source| Rejected {
        line,
        step,
        source,
        reason: RejectionReason::OtherSide,
        failed: Vec::new(),
        missing: None,
        taken_by: None,
    };
    let State { lines, out: lost, .. } = lost;
    out.extras.rejected.extend(lost.extras.rejected.iter().skip(entered.extras.rejected.len()).cloned());
    let of_document = lost.of_document.iter().filter(|entry| of_side(entry.step));
    out.extras.rejected.extend(of_document.map(|entry| told(None, entry.step, Source::Adjustment(entry.adjustment))));
    for (step, granted) in lost.extras.promotions.granted.iter().filter(|(step, _)| of_side(*step)) {
        let Some(Step::Promotion(promotions)) = frame.parts.procedure.get(step.index()) else { continue };
        let promotion = promotions.promotions.get(granted.promotion);
        out.extras.rejected.extend(promotion.map(|promotion| told(None, *step, Source::Promotion(promotion.number))));
    }
    for (number, line) in lines.iter().enumerate() {
        for entry in entries_of(&lost.entries, line).filter(|entry| of_side(entry.step)) {
            let by_line =
                matches!(frame.parts.procedure.get(entry.step.index()), Some(Step::Stage(stage)) if stage.scope == StageScope::Line);
            if by_line {
                out.extras.rejected.push(told(Some(number), entry.step, entry.source));
            }
        }
    }
}

impl Quote {
    /// The choices between two sides of the procedure, in their order.
    pub fn better_of(&self) -> impl Iterator<Item = BetterOfView<'_>> {
        self.extras.chosen.iter().filter_map(|chosen| {
            let Some(Step::BetterOf(choice)) = self.rulebook.parts().procedure.get(chosen.step.index()) else { return None };
            let first = chosen.step.index().saturating_add(1);
            let side =
                |first: usize, count: usize, off: i64| SideView { steps: SideSteps { quote: self, first, count }, off: self.money(off) };
            let [off_first, off_second] = chosen.off;
            let one = side(first, choice.first, off_first);
            let two = side(first.saturating_add(choice.first), choice.second, off_second);
            let (winner, other) = if chosen.second { (two, one) } else { (one, two) };
            Some(BetterOfView { step: self.step_id(chosen.step), chosen: winner, other })
        })
    }
}
