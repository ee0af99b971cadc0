//! The steps of a quote that round what lines cost.

use super::failure::{no_result, too_large};
use super::frame::Frame;
use super::outcome::Outcome;
use super::result::{Entry, Source};
use super::stage;
use crate::adjust::Ending;
use crate::id::Ordinal;
use crate::report::Error;

/// Rounds every line that the step is for.
pub(super) fn apply(frame: &mut Frame<'_>, step: &Ending, number: Ordinal, out: &mut Outcome) -> Result<(), Error> {
    if step.lines.is_some() {
        stage::enter(frame)?;
    }
    for index in 0..frame.lines.len() {
        if let Some(lines) = &step.lines
            && !lines.test(frame, Some(index)).map_err(|error| no_result(&error, &step.id, Some(index)))?
        {
            continue;
        }
        let currency = frame.parts.currency;
        let Some(line) = frame.lines.get_mut(index).filter(|line| line.price.is_some()) else { continue };
        let before = line.figure.amount;
        let figure = step.apply(line.figure, line.quantity, currency).map_err(|error| too_large(error, &step.id, Some(index)))?;
        line.figure = figure;
        let entry =
            Entry { step: number, source: Source::Step, base: before, before, after: figure.amount, unit_price: figure.unit, next: None };
        out.record_step(line, entry);
    }
    Ok(())
}
