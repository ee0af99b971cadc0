//! What the line stage needs of a rule for every line, in few bytes.

use super::{Effect, Per, Policy, RoundAt, RoundWhat, Rule, Stage};
use crate::id::Ordinal;
use crate::money::{Currency, Rounding, UnitPrice};

/// What happens when a rule of line scope applies.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The rule's number among the adjustments.
    pub number: Ordinal,
    /// Keeps all others out.
    pub exclusive: bool,
    /// No rule of the stage applies after it.
    pub stop: bool,
    plain: Option<Plain>,
}

/// A change of a price per unit in the currency's digits: `digits * numerator / denominator`, rounded, less `off`, at least zero and
/// at most `most`. Percentages, amounts and fixed prices alike, so that rules of different kinds cost no branch.
#[derive(Debug, Clone, Copy)]
struct Plain {
    numerator: i64,
    denominator: i64,
    off: i64,
    most: i64,
}

impl Action {
    /// The action of a rule; `stage` without its actions yet.
    pub(super) fn of(rule: &Rule, stage: &Stage, currency: Currency) -> Self {
        Self { number: rule.number, exclusive: rule.exclusive, stop: rule.stop, plain: Plain::of(rule, stage, currency) }
    }

    /// What is left of a price per unit, where whole numbers say so; none where it takes the long way.
    #[inline]
    pub(super) fn price(&self, running: UnitPrice, rounding: &Rounding) -> Option<UnitPrice> {
        let plain = self.plain.filter(|_| running.scale() == rounding.scale())?;
        let product = running.mantissa().checked_mul(plain.numerator)?;
        let rest = rounding.apply_plain(product, plain.denominator)?.checked_sub(plain.off)?;
        Some(running.with_digits(rest.max(0).min(plain.most)))
    }
}

impl Plain {
    fn of(rule: &Rule, stage: &Stage, currency: Currency) -> Option<Self> {
        let in_digits = |price: &UnitPrice| price.scale() == currency.minor_units();
        // The whole as a percentage, so that all rules divide alike.
        let same = Self { numerator: 100, denominator: 100, off: 0, most: i64::MAX };
        if stage.round_at != RoundAt::Unit || !stage.rounding.is_plain() || stage.rounding.scale() != currency.minor_units() {
            return None;
        }
        // Of the price as it runs, not of another base; and the price is what is rounded.
        let based = stage.base.is_some() || stage.policy == Policy::OnBase || rule.terms.as_ref().is_some_and(|terms| terms.base.is_some());
        match &rule.effect {
            Effect::PercentOff { left: part } | Effect::PercentOn { whole: part } if !based && stage.round == RoundWhat::Price => {
                let (numerator, denominator) = part.narrow_ratio();
                Some(Self { numerator, denominator: denominator?, ..same })
            }
            Effect::AmountOff { amount, per: Per::Unit } if in_digits(amount) => Some(Self { off: amount.mantissa(), ..same }),
            Effect::AmountOn { amount, per: Per::Unit } if in_digits(amount) => {
                Some(Self { off: amount.mantissa().checked_neg()?, ..same })
            }
            Effect::FixedPrice(price) if in_digits(price) => Some(Self { most: price.mantissa(), ..same }),
            Effect::PercentOff { .. }
            | Effect::PercentOn { .. }
            | Effect::AmountOff { .. }
            | Effect::AmountOn { .. }
            | Effect::FixedPrice(_) => None,
        }
    }
}
