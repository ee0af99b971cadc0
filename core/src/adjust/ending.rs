//! Price endings: prices rounded to what they are to end in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Figure, RoundAt};
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::id::StepId;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Rounding, RoundingDef, UnitPrice};
use crate::report::{Path, RulebookCode};

/// A step that rounds what lines cost: to an increment, or to an ending such as .99.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndingDef {
    /// Names the step.
    pub id: StepId,
    /// The currencies of the documents that it is for, in each of which its amounts are; the rulebook's when it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// Which lines it rounds; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// What is rounded: the price per `unit`, which is multiplied again, or the amount of the `line`. Where the amount was rounded before, the
    /// price per unit is the amount divided by the quantity.
    #[serde(default)]
    pub round_at: RoundAt,
    /// To what. Nothing falls below zero, and what costs nothing goes on costing nothing.
    pub rounding: RoundingDef,
}

/// The checked step.
#[derive(Debug, Clone)]
pub struct Ending {
    /// Names the step.
    pub id: StepId,
    /// Which lines it rounds.
    pub lines: Option<Expr>,
    round_at: RoundAt,
    rounding: Rounding,
}

impl Ending {
    /// Checks the step; none when its condition cannot be used.
    pub fn compile(def: &EndingDef, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        let minor = currency.minor_units();
        let scale = match def.round_at {
            RoundAt::Unit => UnitPrice::rounding_scale(def.rounding, currency),
            RoundAt::Line => minor,
        };
        let rounding = Rounding::new(def.rounding, scale).unwrap_or_else(|error| {
            cx.diagnostics.error(RulebookCode::Rounding, &path.field("rounding"), error.to_string());
            Rounding::half_up(minor)
        });
        let condition = def.lines.as_ref().map(|text| Expr::compile(text, &Type::Bool, Scope::Line, &path.field("lines"), cx));
        let lines = match condition {
            Some(None) => return None,
            other => other.flatten(),
        };
        Some(Self { id: def.id.clone(), lines, round_at: def.round_at, rounding })
    }

    /// What a line costs after it; `quantity` is in the unit of the order.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn apply(&self, figure: Figure, quantity: Decimal, currency: Currency) -> Result<Figure, ArithmeticError> {
        let amount = Money::new(figure.amount, currency).to_exact()?;
        match self.round_at {
            RoundAt::Line => Ok(Figure { amount: self.rounding.apply(amount)?, unit: None }),
            RoundAt::Unit if quantity.is_zero() => Ok(figure),
            RoundAt::Unit => {
                let exact = match figure.unit {
                    Some(unit) => unit.to_exact()?,
                    None => amount.quotient(Exact::from_decimal(quantity)?)?,
                };
                let unit = UnitPrice::rounded(exact, &self.rounding, currency)?;
                let amount = unit.amount(quantity, &Rounding::half_up(currency.minor_units()))?;
                Ok(Figure { amount, unit: Some(unit) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::RoundingMode;

    fn ended(round_at: RoundAt, increment: &str, offset: Option<&str>, mode: RoundingMode, price: &str, quantity: &str) -> i64 {
        let euro: Currency = "EUR".parse().unwrap();
        let def = RoundingDef { mode, increment: Some(increment.parse().unwrap()), offset: offset.map(|offset| offset.parse().unwrap()) };
        let ending = Ending { id: "ending".parse().unwrap(), lines: None, round_at, rounding: Rounding::new(def, 2).unwrap() };
        let unit = UnitPrice::new(price.parse().unwrap(), euro).unwrap();
        let quantity: Decimal = quantity.parse().unwrap();
        let amount = unit.amount(quantity, &Rounding::half_up(2)).unwrap();
        ending.apply(Figure { amount, unit: Some(unit) }, quantity, euro).unwrap().amount
    }

    #[test]
    fn worked_example_51_ends_the_amount_as_asked() {
        // 25 * 3.783325 = 94.583125.
        let of = |increment, offset, mode| ended(RoundAt::Line, increment, offset, mode, "3.783325", "25");
        assert_eq!(of("0.01", None, RoundingMode::HalfUp), 9458);
        assert_eq!(of("0.5", None, RoundingMode::Ceiling), 9500);
        assert_eq!(of("1", Some("-0.01"), RoundingMode::Ceiling), 9499);
    }

    #[test]
    fn a_unit_ends_before_it_is_multiplied_and_nothing_ends_below_zero() {
        // Worked example 35: round 10, then -0.01, on 10 is 9.99; three of them 29.97.
        assert_eq!(ended(RoundAt::Unit, "10", Some("-0.01"), RoundingMode::HalfUp, "10", "3"), 2997);
        assert_eq!(ended(RoundAt::Unit, "10", Some("-0.01"), RoundingMode::HalfUp, "0", "3"), 0);
        assert_eq!(ended(RoundAt::Line, "10", Some("-0.01"), RoundingMode::HalfUp, "0.02", "1"), 0);
    }
}
