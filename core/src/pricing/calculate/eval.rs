//! What a calculated price is.

use super::{CalculateStep, Calculation, Start};
use crate::expr::{Counts, Expr, Facts, Slot, Value};
use crate::id::Symbol;
use crate::money::{ArithmeticError, Decimal, Exact};
use crate::pricing::tariff::is_below;
use crate::pricing::{Lines, PriceError, Pricing, Query};

/// The document as formulas see it: with the price as the step before left it.
struct WithPrice<'f, F: ?Sized> {
    facts: &'f F,
    slot: Slot,
    price: Decimal,
}

impl<F: Facts + ?Sized> Facts for WithPrice<'_, F> {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        if slot == self.slot { Value::Number(self.price) } else { self.facts.value(slot, line) }
    }

    fn symbol(&self, slot: Slot, line: Option<usize>) -> Option<Symbol> {
        self.facts.symbol(slot, line)
    }

    fn line_count(&self) -> usize {
        self.facts.line_count()
    }

    fn takes_part(&self, line: usize) -> bool {
        self.facts.takes_part(line)
    }

    fn counts(&self, line: usize) -> Counts {
        self.facts.counts(line)
    }
}

impl Calculation {
    /// The price of a line per `unit`, the product's base unit when none; none when the list where it starts has none.
    pub fn price<F: Facts + ?Sized, L: Lines>(
        &self,
        pricing: &Pricing,
        query: &Query<'_, F, L>,
        line: usize,
        unit: Option<Symbol>,
    ) -> Result<Option<Exact>, PriceError> {
        let number = |formula: &Expr, price: Exact| self.number(formula, price, query, line);
        let mut price = match &self.start {
            Start::Price(price) => Exact::from_decimal(*price)?,
            Start::Formula(formula) => number(formula, Exact::ZERO)?,
            Start::List(list) => match pricing.unit_price(*list, query, line, unit)? {
                Some(price) => price,
                None => return Ok(None),
            },
        };
        for step in &self.steps {
            price = match step {
                CalculateStep::Keep(percent) => percent.of(price)?,
                CalculateStep::Margin(left) => {
                    let (above, below) = left.ratio();
                    price.times(below, above)?
                }
                CalculateStep::Add(formula) => price.plus(number(formula, price)?)?,
                CalculateStep::Formula(formula) => number(formula, price)?,
                CalculateStep::Round(rounding) => {
                    let units = rounding.apply(price)?;
                    Exact::from_decimal(Decimal::from_parts(units.into(), rounding.scale().into())?)?
                }
                CalculateStep::Clamp { at_least, at_most } => {
                    let mut bounded = price;
                    if let Some(least) = at_least {
                        let least = number(least, price)?;
                        bounded = if is_below(bounded, least)? { least } else { bounded };
                    }
                    if let Some(most) = at_most {
                        let most = number(most, price)?;
                        bounded = if is_below(most, bounded)? { most } else { bounded };
                    }
                    bounded
                }
            };
        }
        Ok(Some(if price.is_negative() { Exact::ZERO } else { price }))
    }

    fn number<F: Facts + ?Sized, L>(
        &self,
        formula: &Expr,
        price: Exact,
        query: &Query<'_, F, L>,
        line: usize,
    ) -> Result<Exact, PriceError> {
        let facts = WithPrice { facts: query.facts, slot: self.price, price: decimal(price)? };
        let number = formula.number(&facts, Some(line)).map_err(|error| PriceError::Formula(Box::new(error)))?;
        Ok(Exact::from_decimal(number)?)
    }
}

/// The value as a formula reads it: to 28 digits where its decimals never end.
pub fn decimal(value: Exact) -> Result<Decimal, ArithmeticError> {
    match value.to_decimal() {
        Err(ArithmeticError::Inexact) => {
            let (above, below) = value.lowest_terms();
            Decimal::from_parts(above, 0)?.checked_div(Decimal::from_parts(below, 0)?)
        }
        decimal => decimal,
    }
}
