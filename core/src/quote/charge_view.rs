//! The charges of an answer, as they are read and serialized.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::outcome::ChargeResult;
use super::result::Quote;
use super::tax_view::LineTaxes;
use crate::charge::{CashStrategy, Placement};
use crate::money::{Money, Percent};

/// What a document costs beside its goods.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ChargeView<'q> {
    /// Names the charge.
    pub id: &'q str,
    /// How people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'q str>,
    /// The step that charges it.
    pub step: &'q str,
    /// Where it stands: `document`, `line`, or `allocate` when it is in the amounts of its lines.
    pub placement: &'static str,
    /// The row of its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<&'q str>,
    /// What percentages are taken on: its lines, and the charges that its base includes.
    pub base: Money,
    /// The charge: zero when it is free.
    pub amount: Money,
    /// What it would be if it were not free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Money>,
    /// How much more its lines would have to be worth for it to be free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Money>,
    /// Without tax; absent, as all that follows, when it is in the amounts of its lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Money>,
    /// The tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// With tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<Money>,
    /// The tax category that it is taxed by; absent when it is not taxed, or by several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<&'q str>,
    /// The rate that it is taxed at; absent when it is not taxed, or bears several taxes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<&'q str>,
    /// The percentage of that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes, one by one, when it bears several: each with the part of the charge that it is computed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::tax_view::LineTaxView<'static>>>")]
    pub taxes: Option<LineTaxes<'q>>,
}

/// What rounding to the smallest coin came to.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct CashRoundingView<'q> {
    /// The step.
    pub step: &'q str,
    /// Where the difference went: `line`, `largest_tax` or `payable`.
    pub strategy: CashStrategy,
    /// What was added to the total, or taken off.
    pub amount: Money,
}

/// The charges of a quote.
#[derive(Debug, Clone, Copy)]
pub struct ChargeList<'q> {
    pub(super) quote: &'q Quote,
}

impl<'q> ChargeList<'q> {
    fn items(self) -> impl Iterator<Item = ChargeView<'q>> + use<'q> {
        let quote = self.quote;
        quote.extras.charges.iter().map(move |charge| quote.charge_view(charge))
    }
}

impl<'q> IntoIterator for ChargeList<'q> {
    type Item = ChargeView<'q>;
    type IntoIter = Box<dyn Iterator<Item = ChargeView<'q>> + 'q>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.items())
    }
}

impl Serialize for ChargeList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items())
    }
}

impl Quote {
    /// The charges, in the order in which they were computed.
    pub fn charges(&self) -> impl Iterator<Item = ChargeView<'_>> {
        self.extras.charges.iter().map(|charge| self.charge_view(charge))
    }

    /// What rounding to the smallest coin came to, where the procedure does that.
    #[must_use]
    pub fn cash_rounding(&self) -> Option<CashRoundingView<'_>> {
        let cash = self.extras.cash?;
        Some(CashRoundingView {
            step: self.step_id(cash.step),
            strategy: cash.strategy,
            amount: Money::new(cash.difference, self.currency),
        })
    }

    fn charge_view<'q>(&'q self, result: &'q ChargeResult) -> ChargeView<'q> {
        let charge = self.rulebook.parts().charges.get(result.charge.index());
        let money = |minor| Money::new(minor, self.currency);
        let placement = charge.map(|charge| &charge.placement);
        let alone = (result.tax_lines.len() == 1).then_some(result.tax_lines.start);
        let taxed = (!matches!(placement, Some(Placement::Allocate(_)))).then_some(result.taxed);
        ChargeView {
            id: charge.map_or("", |charge| charge.id.as_str()),
            name: charge.and_then(|charge| charge.name.as_deref()),
            step: self.step_id(result.step),
            placement: match placement {
                Some(Placement::Allocate(_)) => "allocate",
                Some(Placement::Line) => "line",
                _ => "document",
            },
            row: result.charged.row.as_ref().map(crate::id::RuleId::as_str),
            base: money(result.charged.base),
            amount: money(result.charged.amount),
            waived: (result.charged.waived != 0).then(|| money(result.charged.waived)),
            missing: result.charged.missing.map(money),
            net: taxed.map(|taxed| money(taxed.net)),
            tax: taxed.map(|taxed| money(taxed.tax)),
            gross: taxed.map(|taxed| money(taxed.gross)),
            tax_category: alone.and_then(|line| self.category_of(line)),
            tax_rate: alone.and_then(|line| self.only_rate(line)).map(|rate| rate.id.as_str()),
            tax_percent: alone.and_then(|line| self.percent_of(line)),
            taxes: LineTaxes::of(self, result.tax_lines.start, result.tax_lines.end),
        }
    }
}
