//! The answer as it is read and serialized: names resolved, amounts as money.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::comparison::ComparisonView;
use super::ladder::PriceLadder;
use super::prices::{CounterView, TierView};
use super::request::Explain;
use super::result::{Entry, LineResult, Quote, Rejected, RejectionReason, Source, Totals};
use crate::adjust::StageScope;
use crate::expr::Leaf;
use crate::money::{Currency, Decimal, Money, Percent, UnitPrice};
use crate::report::Finding;
use crate::rulebook::{SEMANTICS_VERSION, Step};
use crate::tax::TaxGroup;
use crate::time::Date;

/// Which rulebook made a result.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct RulebookView<'q> {
    /// The name that its author gave it.
    pub id: &'q str,
    /// Its identity.
    pub fingerprint: &'q str,
}

/// A priced document, as it is serialized.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct QuoteView<'q> {
    /// The rulebook that made it.
    pub rulebook: RulebookView<'q>,
    /// The version of the meaning of rulebooks: equal versions give equal results.
    pub semantics_version: u32,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The day whose prices, rules and rates applied.
    pub date: Date,
    /// Whether every line has a price, and no finding keeps the document from going on.
    pub complete: bool,
    /// The lines, in the order of the request.
    #[schemars(with = "Vec<LineView<'static>>")]
    pub lines: Lines<'q>,
    /// The sums.
    pub totals: Totals,
    /// The sums of each tax rate, in the order in which the rates first occur.
    #[schemars(with = "Vec<TaxGroupView<'static>>")]
    pub tax_breakdown: TaxGroups<'q>,
    /// The rules for the whole document that did not apply; only when candidates are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<RejectedView<'static>>>")]
    pub rejected: Option<RejectedRules<'q>>,
    /// The tiers in which lines lie that have their price from a tariff, or from several lists; absent when there are none, and when only
    /// totals are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<TierView<'static>>>")]
    pub tiers: Option<Tiers<'q>>,
    /// What lines cost beside a reference list's price or a prior one; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<ComparisonView<'static>>>")]
    pub comparisons: Option<Comparisons<'q>>,
    /// What each line costs at every quantity where its price changes; only when it is asked for.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub price_ladders: &'q [PriceLadder],
    /// What the document adds to counters; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<CounterView<'static>>>")]
    pub counter_deltas: Option<CounterDeltas<'q>>,
    /// Remarks about the document and its lines.
    pub findings: &'q [Finding],
}

/// A line of the answer.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct LineView<'q> {
    /// Names the line.
    pub id: &'q str,
    /// The product, as it was asked for.
    pub product: &'q str,
    /// How people call the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'q str>,
    /// How much of it, in the unit.
    pub quantity: Decimal,
    /// The unit; absent when the product or the unit is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'q str>,
    /// How much of it in the product's base unit, in which stock is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_quantity: Option<Decimal>,
    /// The product's base unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_unit: Option<&'q str>,
    /// The list that the price is from; absent, as all amounts, when there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_list: Option<&'q str>,
    /// The price per unit that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<UnitPrice>,
    /// The price per unit after all stages, when all of them rounded at the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_unit_price: Option<UnitPrice>,
    /// The line at the price that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_amount: Option<Money>,
    /// Without tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<Money>,
    /// The tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// With tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<Money>,
    /// The tax category of that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<&'q str>,
    /// The rate that it is taxed at; absent when it is not taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<&'q str>,
    /// The percentage of that rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// Every step from zero to the line's total, chained; absent when only totals are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<StepView<'static>>>")]
    pub waterfall: Option<Waterfall<'q>>,
    /// The rules that did not apply to the line; only when candidates are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<RejectedView<'static>>>")]
    pub rejected: Option<RejectedRules<'q>>,
}

/// A step of a line's waterfall. `before + delta = after`, and the next step's `before` is this one's `after`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct StepView<'q> {
    /// The step of the procedure.
    pub step: &'q str,
    /// The price list, the adjustment or the tax rate; absent where nothing is taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'q str>,
    /// The amount that the rule works on.
    pub base: Money,
    /// The line's amount before the step.
    pub before: Money,
    /// What the step changes.
    pub delta: Money,
    /// The line's amount after the step.
    pub after: Money,
    /// The price per unit after the step, when the step rounds at the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<UnitPrice>,
}

/// An adjustment that applied.
#[derive(Debug, Clone, Copy)]
pub struct AppliedView<'q> {
    /// The stage.
    pub step: &'q str,
    /// The adjustment.
    pub rule: &'q str,
    /// What it took off the amount of the line or of the document.
    pub off: Money,
    /// The price per unit after it, when the stage rounds at the unit.
    pub unit_price: Option<UnitPrice>,
}

/// A rule that did not apply.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct RejectedView<'q> {
    /// The stage.
    pub step: &'q str,
    /// The adjustment.
    pub rule: &'q str,
    /// Why.
    pub reason: RejectionReason,
    /// The comparisons that failed, with what they found.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub failed: &'q [Leaf],
}

/// The sums of a tax rate.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TaxGroupView<'q> {
    /// The rate; absent for what is not taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<&'q str>,
    /// The tax category; absent for what is not taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'q str>,
    /// The percentage; absent for what is not taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

macro_rules! sequences {
    ($($(#[$doc:meta])* $name:ident { $($line:ident)? } => $item:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'q> {
            quote: &'q Quote,
            $(
                /// The line it belongs to; none for the document.
                $line: Option<usize>,
            )?
        }

        impl<'q> IntoIterator for $name<'q> {
            type Item = $item<'q>;
            type IntoIter = Box<dyn Iterator<Item = $item<'q>> + 'q>;
            fn into_iter(self) -> Self::IntoIter {
                Box::new(self.items())
            }
        }

        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.items())
            }
        }
    )*};
}

sequences! {
    /// The lines of a quote.
    Lines {} => LineView;
    /// The steps of a line's waterfall.
    Waterfall { line } => StepView;
    /// Rules that did not apply.
    RejectedRules { line } => RejectedView;
    /// The sums of the tax rates.
    TaxGroups {} => TaxGroupView;
    /// The tiers in which lines lie.
    Tiers {} => TierView;
    /// What is added to counters.
    CounterDeltas {} => CounterView;
    /// What lines cost beside other prices.
    Comparisons {} => ComparisonView;
}

impl<'q> Comparisons<'q> {
    fn items(self) -> impl Iterator<Item = ComparisonView<'q>> + use<'q> {
        self.quote.comparisons()
    }
}

impl<'q> Tiers<'q> {
    fn items(self) -> impl Iterator<Item = TierView<'q>> + use<'q> {
        self.quote.tiers()
    }
}

impl<'q> CounterDeltas<'q> {
    fn items(self) -> impl Iterator<Item = CounterView<'q>> + use<'q> {
        self.quote.counter_deltas()
    }
}

impl<'q> Lines<'q> {
    fn items(self) -> impl Iterator<Item = LineView<'q>> + use<'q> {
        self.quote.lines()
    }
}

impl<'q> Waterfall<'q> {
    fn items(self) -> impl Iterator<Item = StepView<'q>> + use<'q> {
        let quote = self.quote;
        self.line.into_iter().flat_map(|line| quote.chain(line)).map(|entry| quote.step_view(entry))
    }
}

impl<'q> RejectedRules<'q> {
    fn items(self) -> impl Iterator<Item = RejectedView<'q>> + use<'q> {
        let quote = self.quote;
        quote.rejected.iter().filter(move |rejected| rejected.line == self.line).map(move |rejected| quote.rejected_view(rejected))
    }
}

impl<'q> TaxGroups<'q> {
    fn items(self) -> impl Iterator<Item = TaxGroupView<'q>> + use<'q> {
        let quote = self.quote;
        quote.groups.iter().map(move |group| quote.group_view(group))
    }
}

impl Quote {
    /// The answer as it is serialized.
    #[must_use]
    pub fn view(&self) -> QuoteView<'_> {
        let candidates = self.explain == Explain::Candidates;
        QuoteView {
            rulebook: RulebookView { id: self.rulebook.id().as_str(), fingerprint: &self.rulebook.fingerprint().0 },
            semantics_version: SEMANTICS_VERSION,
            currency: self.currency,
            date: self.date,
            complete: self.complete,
            lines: Lines { quote: self },
            totals: self.totals,
            tax_breakdown: TaxGroups { quote: self },
            rejected: candidates.then_some(RejectedRules { quote: self, line: None }),
            tiers: Some(Tiers { quote: self }).filter(|_| self.explain > Explain::Totals && !self.has_no_tiers()),
            comparisons: Some(Comparisons { quote: self }).filter(|_| !self.has_no_comparisons()),
            price_ladders: &self.ladders,
            counter_deltas: Some(CounterDeltas { quote: self }).filter(|_| !self.has_no_counters()),
            findings: &self.findings,
        }
    }

    /// The lines, in the order of the request.
    pub fn lines(&self) -> impl Iterator<Item = LineView<'_>> {
        let starts = std::iter::once(0).chain(self.lines.iter().map(|line| line.product_end));
        self.lines.iter().zip(starts).enumerate().map(|(number, (line, start))| self.line_view(line, start, number))
    }

    /// The sums of each tax rate.
    pub fn tax_breakdown(&self) -> impl Iterator<Item = TaxGroupView<'_>> {
        self.groups.iter().map(|group| self.group_view(group))
    }

    /// The adjustments of line scope that applied to a line, which is counted from 0, in the order in which they applied: whether
    /// or not waterfalls are asked for.
    pub fn applied_to_line(&self, line: usize) -> impl Iterator<Item = AppliedView<'_>> {
        let procedure = &self.rulebook.parts().procedure;
        let of_lines = |step: usize| matches!(procedure.get(step), Some(Step::Stage(stage)) if stage.scope == StageScope::Line);
        self.chain(line).filter_map(move |entry| match entry.source {
            Source::Adjustment(number) if of_lines(entry.step) => {
                Some(self.applied_view(entry.step, number, entry.before.saturating_sub(entry.after), entry.unit_price))
            }
            _ => None,
        })
    }

    /// The adjustments of document scope that applied, in the order in which they applied.
    pub fn applied_to_document(&self) -> impl Iterator<Item = AppliedView<'_>> {
        self.of_document.iter().map(|entry| self.applied_view(entry.step, entry.adjustment, entry.off, None))
    }

    fn applied_view(&self, step: usize, adjustment: usize, off: i64, unit_price: Option<UnitPrice>) -> AppliedView<'_> {
        let rule = self.rulebook.parts().adjustments.get(adjustment).map_or("", crate::id::RuleId::as_str);
        AppliedView { step: self.step_id(step), rule, off: self.money(off), unit_price }
    }

    /// The id of a line, which is counted from 0.
    pub(super) fn line_id(&self, line: usize) -> &str {
        let start = line.checked_sub(1).and_then(|before| self.lines.get(before)).map_or(0, |before| before.product_end);
        self.lines.get(line).and_then(|line| self.texts.get(start..line.id_end)).unwrap_or_default()
    }

    /// The entries of a line, in order.
    fn chain(&self, line: usize) -> impl Iterator<Item = &Entry> {
        let entry = |number: usize| self.entries.get(number);
        let first = self.lines.get(line).and_then(|line| line.first_entry).and_then(entry);
        std::iter::successors(first, move |last| last.next.and_then(entry))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    fn line_view<'q>(&'q self, line: &'q LineResult, start: usize, number: usize) -> LineView<'q> {
        let parts = self.rulebook.parts();
        let text = |from: usize, to: usize| self.texts.get(from..to).unwrap_or_default();
        let product = line.product.and_then(|number| parts.catalog.product(number));
        let rate = line.rate.and_then(|rate| parts.tax.as_ref()?.rates().get(rate));
        let price = line.price.as_ref();
        LineView {
            id: text(start, line.id_end),
            product: text(line.id_end, line.product_end),
            name: product.and_then(|product| product.name.as_deref()),
            quantity: line.quantity,
            unit: line.unit.map(|unit| parts.symbols.text(unit)),
            base_quantity: line.base_quantity,
            base_unit: line.base_quantity.and(product).map(|product| parts.symbols.text(product.unit)),
            price_list: price.and_then(|price| parts.pricing.list_id(price.list)).map(crate::id::PriceListId::as_str),
            list_price: price.map(|price| price.unit_price),
            net_unit_price: price.and_then(|price| price.net_unit_price),
            list_amount: price.map(|price| self.money(price.list_amount)),
            net: price.map(|_| self.money(line.taxed.net)),
            tax: price.map(|_| self.money(line.taxed.tax)),
            gross: price.map(|_| self.money(line.taxed.gross)),
            tax_category: rate.map(|rate| rate.category.as_str()),
            tax_rate: rate.map(|rate| rate.id.as_str()),
            tax_percent: rate.map(|rate| rate.percent),
            waterfall: (self.explain > Explain::Totals).then_some(Waterfall { quote: self, line: Some(number) }),
            rejected: (self.explain == Explain::Candidates).then_some(RejectedRules { quote: self, line: Some(number) }),
        }
    }

    fn step_view<'q>(&'q self, entry: &'q Entry) -> StepView<'q> {
        let parts = self.rulebook.parts();
        let rule = match entry.source {
            Source::List(list) => parts.pricing.list_id(list).map(crate::id::PriceListId::as_str),
            Source::Adjustment(number) => parts.adjustments.get(number).map(crate::id::RuleId::as_str),
            Source::TaxRate(rate) => rate.and_then(|rate| parts.tax.as_ref()?.rates().get(rate)).map(|rate| rate.id.as_str()),
        };
        StepView {
            step: self.step_id(entry.step),
            rule,
            base: self.money(entry.base),
            before: self.money(entry.before),
            delta: self.money(entry.after.saturating_sub(entry.before)),
            after: self.money(entry.after),
            unit_price: entry.unit_price,
        }
    }

    fn step_id(&self, step: usize) -> &str {
        self.rulebook.parts().procedure.get(step).map_or("", |step: &Step| step.id().as_str())
    }

    fn rejected_view<'q>(&'q self, rejected: &'q Rejected) -> RejectedView<'q> {
        let rule = self.rulebook.parts().adjustments.get(rejected.adjustment).map_or("", crate::id::RuleId::as_str);
        RejectedView { step: self.step_id(rejected.step), rule, reason: rejected.reason, failed: &rejected.failed }
    }

    fn group_view<'q>(&'q self, group: &TaxGroup) -> TaxGroupView<'q> {
        let rate = group.rate.and_then(|rate| self.rulebook.parts().tax.as_ref()?.rates().get(rate));
        TaxGroupView {
            rate: rate.map(|rate| rate.id.as_str()),
            category: rate.map(|rate| rate.category.as_str()),
            percent: rate.map(|rate| rate.percent),
            net: self.money(group.sum.net),
            tax: self.money(group.sum.tax),
            gross: self.money(group.sum.gross),
        }
    }
}

impl Serialize for Quote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

impl schemars::JsonSchema for Quote {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quote".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        QuoteView::json_schema(generator)
    }
}
