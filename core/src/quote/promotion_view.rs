//! The promotions of an answer, as they are read and serialized.

use schemars::JsonSchema;
use serde::Serialize;

use super::request::Explain;
use super::result::Quote;
use super::view::{PromotionSearches, Promotions, ProposedLines};
use crate::adjust::promotion::{LineShare, PromotionStep};
use crate::id::Ordinal;
use crate::money::{Decimal, Money, UnitPrice};
use crate::rulebook::Step;

/// A promotion that applied.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PromotionView<'q> {
    /// Names the promotion.
    pub id: &'q str,
    /// How people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'q str>,
    /// The step at which it applied.
    pub step: &'q str,
    /// How often it applied.
    pub applications: u64,
    /// What it took off.
    pub off: Money,
    /// How many units more make another application; only when candidates are asked for, and absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// The lines whose units took part.
    pub lines: Vec<PromotionLineView<'q>>,
}

/// What a promotion did to a line.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct PromotionLineView<'q> {
    /// The line.
    pub line: &'q str,
    /// How many of its units were bought for it, at their own price.
    pub bought: u64,
    /// How many of its units were rewarded.
    pub rewarded: u64,
    /// What was taken off the line.
    pub off: Money,
}

/// A line that a promotion proposes: the host asks the customer, adds it, and asks for the quote again.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ProposedLineView<'q> {
    /// The promotion that gives it.
    pub promotion: &'q str,
    /// The step at which it does.
    pub step: &'q str,
    /// The product.
    pub product: &'q str,
    /// How much of it, in the unit.
    pub quantity: Decimal,
    /// The product's base unit.
    pub unit: &'q str,
    /// What a unit will cost.
    pub price: Money,
    /// What a unit costs without the promotion, as prices are; absent where it has no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<UnitPrice>,
    /// What the quantity costs without the promotion; absent where it has no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_amount: Option<Money>,
    /// The product's tax category; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<&'q str>,
}

/// How the best combination of a step's promotions was looked for.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct PromotionSearchView<'q> {
    /// The step.
    pub step: &'q str,
    /// Whether no combination takes off more.
    pub optimal: bool,
    /// How many steps the search took.
    pub steps: u64,
    /// No combination takes off more than this; absent when what was found is the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Money>,
}

impl Quote {
    fn promotion_step(&self, step: Ordinal) -> Option<&PromotionStep> {
        match self.rulebook.parts().procedure.get(step.index()) {
            Some(Step::Promotion(step)) => Some(step),
            _ => None,
        }
    }

    /// The promotions that applied, in the order in which they applied.
    pub fn promotions(&self) -> impl Iterator<Item = PromotionView<'_>> {
        let candidates = self.explain == Explain::Candidates;
        self.extras.promotions.granted.iter().filter_map(move |(step, granted)| {
            let promotion = self.promotion_step(*step)?.promotions.get(granted.promotion)?;
            let line = |share: &LineShare| PromotionLineView {
                line: self.line_id(share.line),
                bought: share.bought,
                rewarded: share.rewarded,
                off: self.money(share.off),
            };
            Some(PromotionView {
                id: promotion.id.as_str(),
                name: self.rulebook.parts().promotions.get(promotion.number.index()).and_then(|def| def.name.as_deref()),
                step: self.step_id(*step),
                applications: granted.applications,
                off: self.money(granted.off),
                missing: granted.missing.filter(|_| candidates),
                lines: granted.lines.iter().map(line).collect(),
            })
        })
    }

    /// The lines that promotions propose.
    pub fn proposed_lines(&self) -> impl Iterator<Item = ProposedLineView<'_>> {
        let parts = self.rulebook.parts();
        let worth = self.extras.promotions.worth.iter().copied().chain(std::iter::repeat(None));
        self.extras.promotions.proposed.iter().zip(worth).filter_map(|((step, proposed), worth)| {
            let promotion = self.promotion_step(*step)?.promotions.get(proposed.promotion)?;
            let product = parts.symbols.text(promotion.gift?);
            let known = parts.catalog.find(product).and_then(|brief| parts.catalog.product(brief.number))?;
            Some(ProposedLineView {
                promotion: promotion.id.as_str(),
                step: self.step_id(*step),
                product,
                quantity: super::gift::quantity(parts, known, proposed.quantity)?,
                unit: parts.symbols.text(known.unit),
                price: self.money(0),
                list_price: worth.map(|worth| worth.unit_price),
                list_amount: worth.map(|worth| self.money(worth.amount)),
                tax_category: known.tax.map(|tax| parts.symbols.text(tax)),
            })
        })
    }

    /// How the best combinations were looked for.
    pub fn promotion_searches(&self) -> impl Iterator<Item = PromotionSearchView<'_>> {
        self.extras.promotions.searches.iter().map(|(step, search)| PromotionSearchView {
            step: self.step_id(*step),
            optimal: search.optimal,
            steps: search.steps,
            bound: (!search.optimal).then(|| self.money(search.bound)),
        })
    }

    pub(super) fn promotion_lists(&self) -> (Option<Promotions<'_>>, Option<ProposedLines<'_>>, Option<PromotionSearches<'_>>) {
        let super::promotion::PromotionResult { granted, proposed, searches, .. } = &self.extras.promotions;
        (
            (!granted.is_empty()).then_some(Promotions { quote: self }),
            (!proposed.is_empty()).then_some(ProposedLines { quote: self }),
            (!searches.is_empty()).then_some(PromotionSearches { quote: self }),
        )
    }
}

impl<'q> Promotions<'q> {
    pub(super) fn items(self) -> impl Iterator<Item = PromotionView<'q>> + use<'q> {
        self.quote.promotions()
    }
}

impl<'q> ProposedLines<'q> {
    pub(super) fn items(self) -> impl Iterator<Item = ProposedLineView<'q>> + use<'q> {
        self.quote.proposed_lines()
    }
}

impl<'q> PromotionSearches<'q> {
    pub(super) fn items(self) -> impl Iterator<Item = PromotionSearchView<'q>> + use<'q> {
        self.quote.promotion_searches()
    }
}
