//! The overrides of an answer, as they are read and serialized.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::manual::{Applied, Manual};
use super::result::Quote;
use crate::money::{Decimal, Exact, Money, Percent, Rounding, UnitPrice};

/// What a person has set by hand, beside what was computed.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct OverrideView<'q> {
    /// The step.
    pub step: &'q str,
    /// The line; absent for all lines together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<&'q str>,
    /// What was computed before the step; absent where there was no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<Money>,
    /// The price per unit that was computed, as long as the amount was nothing but price times quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed_unit_price: Option<UnitPrice>,
    /// What was set; absent, as all that follows but reason and actor, where the override did not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The price per unit that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<UnitPrice>,
    /// How much less it is than where the step begins, in percent of that and rounded to two decimals; below zero when it is more. Only a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<Decimal>,
    /// The percentage that it oversteps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond_limit: Option<Percent>,
    /// Why.
    pub reason: &'q str,
    /// Who.
    pub actor: &'q str,
}

/// The overrides of a quote.
#[derive(Debug, Clone, Copy)]
pub struct OverrideList<'q> {
    quote: &'q Quote,
}

impl<'q> OverrideList<'q> {
    fn items(self) -> impl Iterator<Item = OverrideView<'q>> + use<'q> {
        let quote = self.quote;
        quote.extras.manual.iter().map(move |manual| quote.override_view(manual))
    }
}

impl<'q> IntoIterator for OverrideList<'q> {
    type Item = OverrideView<'q>;
    type IntoIter = Box<dyn Iterator<Item = OverrideView<'q>> + 'q>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.items())
    }
}

impl Serialize for OverrideList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items())
    }
}

impl Quote {
    /// What persons have set by hand: those for all lines together first, then line by line; none when nobody has.
    #[must_use]
    pub fn overrides(&self) -> Option<OverrideList<'_>> {
        (!self.extras.manual.is_empty()).then_some(OverrideList { quote: self })
    }

    fn override_view<'q>(&'q self, manual: &'q Manual) -> OverrideView<'q> {
        let applied = manual.applied;
        let computed = applied.filter(|applied| applied.priced).map(|applied| applied.computed);
        let set = applied.map(|applied| applied.set);
        OverrideView {
            step: self.step_id(manual.step),
            line: manual.line.map(|line| self.line_id(line)),
            computed: computed.map(|figure| self.money(figure.amount)),
            computed_unit_price: computed.and_then(|figure| figure.unit),
            amount: set.map(|figure| self.money(figure.amount)),
            unit_price: set.and_then(|figure| figure.unit),
            percent_off: applied.filter(|applied| applied.priced).and_then(percent_off),
            beyond_limit: applied.and_then(|applied| applied.beyond),
            reason: &manual.reason,
            actor: manual.actor.as_str(),
        }
    }
}

fn percent_off(applied: Applied) -> Option<Decimal> {
    let off = applied.start.checked_sub(applied.set.amount)?;
    let share = Exact::new(i128::from(off).checked_mul(100)?, i128::from(applied.start)).ok()?;
    Decimal::from_parts(Rounding::half_up(2).apply(share).ok()?.into(), 2).ok()
}
