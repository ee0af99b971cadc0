//! What a line costs beside another price: that of a reference list, or the one that it had before.

use schemars::JsonSchema;
use serde::Serialize;

use super::frame::Frame;
use super::prices::{OrderedLines, price_error, query};
use super::request::QuoteRequest;
use super::result::Quote;
use crate::money::{ArithmeticError, Decimal, Exact, Money, Rounding, UnitPrice};
use crate::pricing::FoundPrices;
use crate::report::Error;

/// Against what a price is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The list that the line's price list names as its reference.
    Reference,
    /// The prior price that the request gives.
    Prior,
}

/// A price to be compared with, before it is known what the line costs in the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Other {
    pub(super) line: usize,
    against: Against,
    list: Option<usize>,
    unit_price: UnitPrice,
    pub(super) amount: i64,
}

/// What a line costs beside another price. Only a report: no price depends on it.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ComparisonView<'q> {
    /// The line.
    pub line: &'q str,
    /// Against what.
    pub against: Against,
    /// The reference list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<&'q str>,
    /// The other price of a unit.
    pub unit_price: UnitPrice,
    /// The line at the other price.
    pub amount: Money,
    /// How much less the line costs after all stages; below zero when it costs more than before. A price above that of a reference list is
    /// not reported at all.
    pub saved: Money,
    /// That in percent of the other amount, to two decimals.
    pub percent: Decimal,
}

/// The other prices of all lines that have one.
pub(super) fn others(frame: &Frame<'_>, request: &QuoteRequest, prices: &FoundPrices) -> Result<Vec<Other>, Error> {
    let pricing = &frame.parts.pricing;
    let mut others = Vec::new();
    let lines = OrderedLines(frame);
    let query = query(&lines, request);
    let currency = frame.parts.currency;
    for (line, asked) in request.lines.iter().enumerate() {
        let of_line = |error: ArithmeticError| price_error((line, error.into()));
        let (Some(found), Some(state)) = (prices.of_line(line), frame.lines.get(line)) else { continue };
        let mut push = |against, list, each: Exact| -> Result<(), ArithmeticError> {
            let (above, below) = Exact::from_decimal(state.quantity)?.lowest_terms();
            let amount = Rounding::half_up(currency.minor_units()).apply(each.times(above, below)?)?;
            let unit_price = query.shown(each)?;
            others.push(Other { line, against, list, unit_price, amount });
            Ok(())
        };
        if let Some(list) = pricing.reference(found.list.index()) {
            let unit = crate::pricing::Lines::unit(&lines, line);
            let each = pricing.unit_price(list, &query, line, unit).map_err(|error| price_error((line, error)))?;
            if let Some(each) = each {
                push(Against::Reference, Some(list), each).map_err(of_line)?;
            }
        }
        if let Some(prior) = asked.prior_price {
            Exact::from_decimal(prior).and_then(|prior| push(Against::Prior, None, prior)).map_err(of_line)?;
        }
    }
    Ok(others)
}

impl Quote {
    /// What lines cost beside other prices.
    pub fn comparisons(&self) -> impl Iterator<Item = ComparisonView<'_>> {
        self.extras.others.iter().filter_map(|other| self.compare(other))
    }

    fn compare(&self, other: &Other) -> Option<ComparisonView<'_>> {
        let now = self.line_amount(other.line)?;
        let saved = other.amount.checked_sub(now)?;
        if other.against == Against::Reference && saved.signum() != other.amount.signum() {
            return None;
        }
        let share = Exact::new(i128::from(saved).checked_mul(100)?, i128::from(other.amount)).ok()?;
        let percent = Rounding::half_up(2).apply(share).ok()?;
        Some(ComparisonView {
            line: self.line_id(other.line),
            against: other.against,
            list: other.list.and_then(|list| self.rulebook.parts().pricing.list_id(list)).map(crate::id::PriceListId::as_str),
            unit_price: other.unit_price,
            amount: Money::new(other.amount, self.currency),
            saved: Money::new(saved, self.currency),
            percent: Decimal::from_parts(percent.into(), 2).ok()?.normalize(),
        })
    }

    /// Whether no line is compared.
    pub(super) fn has_no_comparisons(&self) -> bool {
        self.extras.others.is_empty()
    }

    /// What a line costs after all stages, in the price mode of the procedure.
    fn line_amount(&self, line: usize) -> Option<i64> {
        self.lines.get(line).filter(|line| line.price.is_some()).map(|line| line.figure.amount)
    }
}
