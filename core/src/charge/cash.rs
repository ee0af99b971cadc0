//! Cash rounding: what is to be paid in the smallest coin.

use super::{CashRoundingDef, CashStrategy};
use crate::id::StepId;
use crate::money::{ArithmeticError, Currency, Money, Rounding, RoundingDef};
use crate::report::{Diagnostics, Path, RulebookCode};

/// The checked step.
#[derive(Debug, Clone)]
pub struct CashRounding {
    /// Names the step.
    pub id: StepId,
    /// Where the difference goes.
    pub strategy: CashStrategy,
    rounding: Rounding,
}

impl CashRounding {
    /// Checks the step.
    pub fn compile(def: &CashRoundingDef, currency: Currency, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Self {
        let rounding = RoundingDef { mode: def.mode, increment: Some(def.increment), offset: None };
        let rounding = Rounding::new(rounding, currency.minor_units()).unwrap_or_else(|error| {
            diagnostics.error(RulebookCode::Rounding, &path.field("increment"), error.to_string());
            Rounding::half_up(currency.minor_units())
        });
        Self { id: def.id.clone(), strategy: def.strategy, rounding }
    }

    /// What has to be added to a total, in minor units, so that it can be paid.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn difference(&self, total: Money) -> Result<i64, ArithmeticError> {
        self.rounding.apply(total.to_exact()?)?.checked_sub(total.minor()).ok_or(ArithmeticError::Overflow)
    }
}
