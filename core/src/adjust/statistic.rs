//! Figures beside the price: statistical steps, subtotals, and the margin over a cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::formula::formula;
use crate::expr::{CompileContext, Expr, Scope};
use crate::id::StepId;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Rounding, RoundingDef};
use crate::report::{AdjustCode, Path, RulebookCode};

/// A step that computes a figure of each line and changes no price: a cost, a commission, a weight in money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticalDef {
    /// Names the step.
    pub id: StepId,
    /// The currencies of the documents that it is for, in each of which its amounts are; the rulebook's when it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<Currency>,
    /// The figure of a line, in the document's currency: a number such as `product.cost * line.quantity`.
    pub amount: String,
    /// How it is rounded; half-up to the currency's minor unit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingDef>,
    /// The figure is a cost: what the net amount leaves over it is reported as the margin. Only for one step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginDef>,
}

/// How the margin is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarginDef {
    /// How many decimals its percentage has, up to 6; 2 when absent.
    #[serde(default = "two", skip_serializing_if = "is_two")]
    pub decimals: u8,
}

fn two() -> u8 {
    2
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_two(decimals: &u8) -> bool {
    *decimals == 2
}

/// A step that gives what the lines cost there a name: for the answer, and as the `base` of later steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubtotalDef {
    /// Names the step.
    pub id: StepId,
}

/// A checked figure beside the price.
#[derive(Debug, Clone)]
pub struct Statistic {
    /// Names the step.
    pub id: StepId,
    /// The figure of a line; what the line costs there when absent.
    pub amount: Option<Expr>,
    /// How many decimals the percentage of the margin has, where the figure is the cost.
    pub margin: Option<u8>,
    rounding: Rounding,
}

impl Statistic {
    const MOST_DECIMALS: u8 = 6;

    /// Checks a statistical step; none when its formula cannot be used.
    pub fn compile(def: &StatisticalDef, currency: Currency, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        let rounding = def.rounding.map_or(Ok(Rounding::half_up(currency.minor_units())), |def| Rounding::new(def, currency.minor_units()));
        let rounding = rounding.unwrap_or_else(|error| {
            cx.diagnostics.error(RulebookCode::Rounding, &path.field("rounding"), error.to_string());
            Rounding::half_up(currency.minor_units())
        });
        let margin = def.margin.map(|margin| margin.decimals);
        if let Some(decimals) = margin.filter(|decimals| *decimals > Self::MOST_DECIMALS) {
            let message = format!("`{decimals}` decimals are too many for a percentage; write at most {}", Self::MOST_DECIMALS);
            cx.diagnostics.error(AdjustCode::PercentRange, &path.field("margin").field("decimals"), message);
        }
        let amount = formula(&def.amount, Scope::Line, &path.field("amount"), cx)?;
        Some(Self { id: def.id.clone(), amount: Some(amount), margin, rounding })
    }

    /// A subtotal.
    #[must_use]
    pub fn subtotal(def: &SubtotalDef) -> Self {
        Self { id: def.id.clone(), amount: None, margin: None, rounding: Rounding::half_up(0) }
    }

    /// The figure as an amount, in minor units.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn rounded(&self, figure: Decimal) -> Result<i64, ArithmeticError> {
        self.rounding.apply(Exact::from_decimal(figure)?)
    }
}
