//! Lines whose quantity is below zero: goods that come back.
//!
//! Until the figures are settled such a line is computed as the one that orders as much, and steps that work on all lines together leave it
//! out. Then its figures get the other sign. Its taxes have it from the start, because they may be rounded with those of other lines.

use super::extras::ExtraParts;
use super::frame::Frame;
use super::frozen::Frozen;
use super::outcome::Outcome;
use super::prices::{OrderedLines, price_error, query};
use super::request::QuoteRequest;
use super::result::{Entry, Line};
use crate::catalog::Ordered;
use crate::expr::{Counts, Facts, Value};
use crate::money::{ArithmeticError, Decimal};
use crate::pricing::{FoundPrices, PriceStep};
use crate::report::Error;
use crate::rulebook::NegativeQuantities;

/// What the lines that are sold come to, less what comes back where that is netted: as conditions of the document see it.
pub(super) fn counted(frame: &Frame<'_>, amount: impl Fn(&Line) -> i64) -> Option<i64> {
    let netted = frame.parts.negative_quantities == NegativeQuantities::Netted;
    frame.lines.iter().try_fold(0_i64, |sum, line| match line.returned {
        false => sum.checked_add(amount(line)),
        true if netted => sum.checked_sub(amount(line)),
        true => Some(sum),
    })
}

/// The quantity of all lines as conditions of the document see it.
pub(super) fn counted_quantity(frame: &Frame<'_>) -> Result<Decimal, ArithmeticError> {
    let netted = frame.parts.negative_quantities == NegativeQuantities::Netted;
    let ordered = frame.lines.iter().filter_map(|line| Some((line.returned, line.ordered?.base_quantity())));
    ordered.into_iter().try_fold(Decimal::ZERO, |sum, (returned, quantity)| match returned {
        false => sum.checked_add(quantity),
        true if netted => sum.checked_sub(quantity),
        true => Ok(sum),
    })
}

/// Counts the lines that are sold, for `document.line_count`.
pub(super) fn count_lines(frame: &mut Frame<'_>, frozen: Option<&Frozen>) {
    let is_held = |line: usize| frozen.is_some_and(|frozen| frozen.holds(line));
    let sold = frame.lines.iter().enumerate().filter(|(number, line)| !line.returned && !is_held(*number)).count();
    frame.set(frame.parts.attributes.document.line_count, Value::Number(u64::try_from(sold).unwrap_or(u64::MAX).into()));
}

/// Finds the prices of what comes back. It counts together with nothing that is sold.
pub(super) fn look_up_prices(frame: &Frame<'_>, step: &PriceStep, request: &QuoteRequest, prices: &mut FoundPrices) -> Result<(), Error> {
    let mut of_returns = FoundPrices::default();
    let lines = OrderedLines(frame);
    frame.parts.pricing.find(step, &query(&lines, request), lines.ordered(|line| line.returned), &mut of_returns).map_err(price_error)?;
    prices.join_returns(of_returns).map_err(|error| price_error((0, error.into())))
}

/// Whether a line counts for nothing in what conditions ask of the document.
pub(super) fn is_apart(frame: &Frame<'_>, line: usize) -> bool {
    frame.counts(line) == Counts::No
}

/// Gives the figures of what comes back the other sign.
pub(super) fn settle(lines: &mut [Line], out: &mut Outcome) {
    for (number, line) in lines.iter_mut().enumerate().filter(|(_, line)| line.returned) {
        *line = line.mirrored();
        let mut next = Some(line.chain.first);
        while let Some(entry) = next.and_then(|next| out.entries.get_mut(usize::try_from(next).ok()?)) {
            *entry = entry.mirrored();
            next = entry.next.map(std::num::NonZeroU32::get);
        }
        if let Some(extras) = out.extras.any_mut() {
            extras.mirror(number);
        }
    }
}

impl ExtraParts {
    /// Gives what belongs to a line the other sign.
    fn mirror(&mut self, number: usize) {
        for figures in &mut self.figures {
            if let Some(Some(figure)) = figures.lines.get_mut(number) {
                *figure = figure.saturating_neg();
                figures.sum = figures.sum.saturating_add(*figure);
            }
        }
        for applied in self.manual.iter_mut().filter(|manual| manual.line == Some(number)).filter_map(|manual| manual.applied.as_mut()) {
            for amount in [&mut applied.computed.amount, &mut applied.start, &mut applied.set.amount] {
                *amount = amount.saturating_neg();
            }
        }
        self.tariffs.mirror(number);
        self.unrounded.mirror(number);
        for other in self.others.iter_mut().filter(|other| other.line == number) {
            other.amount = other.amount.saturating_neg();
        }
    }
}

impl Line {
    /// The line with the other sign; what it bears of taxes has it already.
    pub(super) fn mirrored(&self) -> Self {
        let mut line = self.clone();
        line.quantity = line.quantity.negated();
        line.figure.amount = line.figure.amount.saturating_neg();
        if let Some(price) = &mut line.price {
            price.amount = price.amount.saturating_neg();
        }
        line.ordered = line.ordered.map(Ordered::negated);
        line
    }
}

impl Entry {
    /// The entry with the other sign.
    pub(super) fn mirrored(self) -> Self {
        let Self { base, before, after, .. } = self;
        Self { base: base.saturating_neg(), before: before.saturating_neg(), after: after.saturating_neg(), ..self }
    }
}
