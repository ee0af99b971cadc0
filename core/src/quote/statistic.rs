//! Figures beside the price, and the margin over the cost among them.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::failure::{no_result, too_large};
use super::frame::Frame;
use super::outcome::Outcome;
use super::result::Quote;
use super::stage;
use crate::adjust::Statistic;
use crate::id::Ordinal;
use crate::money::{ArithmeticError, Decimal, Exact, Money, Rounding};
use crate::report::Error;
use crate::rulebook::Step;

/// The figures of a statistical step or a subtotal.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    pub(super) step: Ordinal,
    /// Of each line; none where it has no price.
    pub(super) lines: Vec<Option<i64>>,
    /// Of the document.
    pub(super) sum: i64,
}

/// Computes the figure of every line that has a price.
pub(super) fn apply(frame: &mut Frame<'_>, step: &Statistic, number: Ordinal, out: &mut Outcome) -> Result<(), Error> {
    stage::enter(frame)?;
    let (mut lines, mut sum) = (Vec::with_capacity(frame.lines.len()), 0_i64);
    for (index, line) in frame.lines.iter().enumerate() {
        let figure = match &step.amount {
            _ if line.price.is_none() => None,
            None => Some(line.figure.amount),
            Some(amount) => {
                let figure = amount.number(frame, Some(index)).map_err(|error| no_result(&error, &step.id, Some(index)))?;
                Some(step.rounded(figure).map_err(|error| too_large(error, &step.id, Some(index)))?)
            }
        };
        let counted = figure.filter(|_| !line.returned).unwrap_or(0);
        sum = sum.checked_add(counted).ok_or_else(|| too_large(ArithmeticError::Overflow, &step.id, None))?;
        lines.push(figure);
    }
    out.extras.figures.push(Figures { step: number, lines, sum });
    Ok(())
}

/// A figure beside the price: no part of it.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct FigureView<'q> {
    /// The statistical step or the subtotal.
    pub step: &'q str,
    /// The figure, of the line or summed over the lines.
    pub amount: Money,
}

/// What is left of the net amount over the cost. Only a report: no price depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MarginView {
    /// The cost.
    pub cost: Money,
    /// The net amount after everything, less the cost.
    pub amount: Money,
    /// That in percent of the net amount; absent where that is zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
}

/// The figures of a line, or of the document.
#[derive(Debug, Clone, Copy)]
pub struct FigureList<'q> {
    quote: &'q Quote,
    line: Option<usize>,
}

impl<'q> FigureList<'q> {
    fn items(self) -> impl Iterator<Item = FigureView<'q>> + use<'q> {
        let Self { quote, line } = self;
        quote.extras.figures.iter().filter_map(move |figures| {
            let amount = match line {
                None => figures.sum,
                Some(line) => figures.lines.get(line).copied().flatten()?,
            };
            Some(FigureView { step: quote.step_id(figures.step), amount: quote.money(amount) })
        })
    }
}

impl<'q> IntoIterator for FigureList<'q> {
    type Item = FigureView<'q>;
    type IntoIter = Box<dyn Iterator<Item = FigureView<'q>> + 'q>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.items())
    }
}

impl Serialize for FigureList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items())
    }
}

impl Quote {
    /// The figures beside the price, summed over the lines; none where the procedure computes none.
    #[must_use]
    pub fn statistics(&self) -> Option<FigureList<'_>> {
        (!self.extras.figures.is_empty()).then_some(FigureList { quote: self, line: None })
    }

    /// The figures beside a line's price; none where it has none.
    pub(super) fn statistics_of(&self, line: usize) -> Option<FigureList<'_>> {
        let any = self.extras.figures.iter().any(|figures| figures.lines.get(line).copied().flatten().is_some());
        any.then_some(FigureList { quote: self, line: Some(line) })
    }

    /// What the goods leave over their cost, where a step of the procedure gives it. Charges beside the lines are no part of it.
    #[must_use]
    pub fn margin(&self) -> Option<MarginView> {
        let (figures, decimals) = self.cost()?;
        let net = self.lines.iter().enumerate().try_fold(0_i64, |sum, (number, line)| sum.checked_add(self.sides(number, line).net))?;
        self.margin_over(figures.sum, net, decimals)
    }

    /// What a line leaves over its cost.
    pub(super) fn margin_of(&self, line: usize) -> Option<MarginView> {
        let (figures, decimals) = self.cost()?;
        let cost = figures.lines.get(line).copied().flatten()?;
        self.margin_over(cost, self.sides(line, self.lines.get(line)?).net, decimals)
    }

    /// The figures that are the cost, and how many decimals the percentage of the margin has.
    fn cost(&self) -> Option<(&Figures, u8)> {
        let procedure = &self.rulebook.parts().procedure;
        self.extras.figures.iter().find_map(|figures| match procedure.get(figures.step.index()) {
            Some(Step::Statistic(step)) => step.margin.map(|decimals| (figures, decimals)),
            _ => None,
        })
    }

    fn margin_over(&self, cost: i64, net: i64, decimals: u8) -> Option<MarginView> {
        let amount = net.checked_sub(cost)?;
        let share = Exact::new(i128::from(amount).checked_mul(100)?, i128::from(net)).ok();
        let percent = share.and_then(|share| Rounding::half_up(decimals).apply(share).ok());
        let percent = percent.and_then(|percent| Decimal::from_parts(percent.into(), decimals.into()).ok());
        Some(MarginView { cost: self.money(cost), amount: self.money(amount), percent })
    }
}
