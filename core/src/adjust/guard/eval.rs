//! How high a floor is.

use super::compile::Guard;
use crate::expr::{EvalError, Expr, Facts};
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Rounding, RoundingDef, RoundingMode};

/// Why a floor is not known.
#[derive(Debug)]
pub enum FloorError {
    /// The formula has no result.
    Formula(EvalError),
    /// The floor has more digits than an amount can hold.
    Arithmetic(ArithmeticError),
}

impl From<EvalError> for FloorError {
    fn from(error: EvalError) -> Self {
        Self::Formula(error)
    }
}

impl From<ArithmeticError> for FloorError {
    fn from(error: ArithmeticError) -> Self {
        Self::Arithmetic(error)
    }
}

/// A floor.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    /// In minor units, rounded up.
    pub rounded: i64,
    /// By the formula, and by the margin, not rounded: the higher one counts.
    exact: [Exact; 2],
}

impl Floor {
    /// The floor, not rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn exact(&self) -> Result<Exact, ArithmeticError> {
        let [one, other] = self.exact;
        Ok(if one.plus(other.negated()?)?.is_negative() { other } else { one })
    }
}

impl Guard {
    /// The least that a line, or the document where `line` is none, may cost. `quantity` is in base units, 1 for
    /// the document; `cost` is what the step of the margin gives.
    ///
    /// # Errors
    /// [`FloorError`].
    pub fn floor<F: Facts + ?Sized>(
        &self,
        facts: &F,
        line: Option<usize>,
        quantity: Decimal,
        cost: i64,
        currency: Currency,
    ) -> Result<Floor, FloorError> {
        let up = RoundingDef { mode: RoundingMode::Ceiling, ..RoundingDef::default() };
        let up = Rounding::new(up, currency.minor_units()).unwrap_or(Rounding::half_up(currency.minor_units()));
        let by_formula = |formula: &Expr| -> Result<Exact, FloorError> {
            let each = Exact::from_decimal(formula.number(facts, line)?)?;
            Ok(each.product(Exact::from_decimal(quantity)?)?)
        };
        let by_margin =
            |(above, below): (i128, i128)| -> Result<Exact, FloorError> { Ok(Money::new(cost, currency).to_exact()?.times(below, above)?) };
        let at_least = self.at_least.as_ref().map_or(Ok(Exact::ZERO), by_formula)?;
        let margin = self.margin.map_or(Ok(Exact::ZERO), |margin| by_margin(margin.left.ratio()))?;
        let rounded = up.apply(at_least)?.max(up.apply(margin)?);
        Ok(Floor { rounded, exact: [at_least, margin] })
    }
}
