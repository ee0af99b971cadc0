//! A line of the answer, as it is read and serialized.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::request::Explain;
use super::result::{Asked, Entry, Line, Quote, Source};
use super::statistic::{FigureList, MarginView};
use super::tax_view::LineTaxes;
use super::view::{AppliedView, RejectedRules, RejectedView, StepView};
use crate::adjust::StageScope;
use crate::id::PriceListId;
use crate::money::{Decimal, Money, Percent, UnitPrice};
use crate::rulebook::Step;
use crate::tax::Taxed;

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
    /// The list that the price is from; absent where it was set by hand, and, as all amounts, when there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_list: Option<&'q str>,
    /// The price per unit that was found, or set by hand where there was none.
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
    /// The rate that it is taxed at; absent when it is not taxed, or bears several taxes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<&'q str>,
    /// The percentage of that rate; 0 where the customer owes the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes, one by one, when the line bears several, or one that has a name or is no ordinary one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::tax_view::LineTaxView<'static>>>")]
    pub taxes: Option<LineTaxes<'q>>,
    /// The figures beside the price; absent where the procedure computes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::statistic::FigureView<'static>>>")]
    pub statistics: Option<FigureList<'q>>,
    /// What the line leaves over its cost; absent where no step gives the cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginView>,
    /// Every step from zero to the line's total, chained; absent when only totals are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<StepView<'static>>>")]
    pub waterfall: Option<Waterfall<'q>>,
    /// The rules that did not apply to the line; only when candidates are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<RejectedView<'static>>>")]
    pub rejected: Option<RejectedRules<'q>>,
}

/// The steps of a line's waterfall.
#[derive(Debug, Clone, Copy)]
pub struct Waterfall<'q>(QuoteLine<'q>);

impl<'q> IntoIterator for Waterfall<'q> {
    type Item = StepView<'q>;
    type IntoIter = Box<dyn Iterator<Item = StepView<'q>> + 'q>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.0.waterfall())
    }
}

impl Serialize for Waterfall<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.waterfall())
    }
}

/// A line of a quote: each figure is looked up when it is asked for, all of them by [`QuoteLine::view`].
///
/// ```
/// # use dealdesk::{Rulebook, RulebookDef, report::Sources};
/// # let def = RulebookDef::from_json(r#"{"schema_version": 1, "id": "acme", "currency": "EUR",
/// #     "units": [{"id": "piece"}], "products": [{"id": "P-100", "unit": "piece"}],
/// #     "price_lists": [{"id": "list", "keys": ["product.id"], "records": [{"key": ["P-100"], "price": "98.00"}]}]}"#)?;
/// # let rulebook = Rulebook::compile(def, &Sources::none())?.rulebook;
/// let request = serde_json::from_str(r#"{"date": "2026-11-21", "lines": [{"id": "1", "product": "P-100", "quantity": 12}]}"#).unwrap();
/// let quote = rulebook.quote(&request)?;
/// for line in quote.lines() {
///     assert_eq!((line.id(), line.product()), ("1", "P-100"));
///     assert_eq!(line.net().map(|net| net.to_string()).as_deref(), Some("1176.00"));
/// }
/// # Ok::<(), dealdesk::report::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct QuoteLine<'q> {
    quote: &'q Quote,
    number: usize,
    line: &'q Line,
}

impl<'q> QuoteLine<'q> {
    pub(super) fn new(quote: &'q Quote, number: usize, line: &'q Line) -> Self {
        Self { quote, number, line }
    }

    /// Names the line.
    #[must_use]
    pub fn id(self) -> &'q str {
        self.line.id.as_str()
    }

    /// The product, as it was asked for.
    #[must_use]
    pub fn product(self) -> &'q str {
        match &self.line.product {
            Asked::Known(number) => self.quote.rulebook.parts().catalog.id(*number),
            Asked::Unknown(product) => product.as_str(),
        }
    }

    /// How much of it, in the unit it was ordered in.
    #[must_use]
    pub fn quantity(self) -> Decimal {
        self.line.quantity
    }

    /// The price per unit that was found; none when there is no price.
    #[inline]
    #[must_use]
    pub fn list_price(self) -> Option<UnitPrice> {
        self.line.price.map(|price| price.unit_price)
    }

    /// The price per unit after all stages, when all of them rounded at the unit.
    #[must_use]
    pub fn net_unit_price(self) -> Option<UnitPrice> {
        self.line.price.and(self.line.figure.unit)
    }

    /// The line without tax; none when there is no price.
    #[must_use]
    pub fn net(self) -> Option<Money> {
        self.amount(self.sides().net)
    }

    /// The line with tax; none when there is no price.
    #[must_use]
    pub fn gross(self) -> Option<Money> {
        self.amount(self.sides().gross)
    }

    fn sides(self) -> Taxed {
        self.quote.sides(self.number, self.line)
    }

    fn amount(self, minor: i64) -> Option<Money> {
        self.line.price.map(|_| self.quote.money(minor))
    }

    /// The adjustments of line scope and the promotions that applied, in the order in which they applied: whether or not waterfalls are asked for.
    #[inline]
    pub fn applied(self) -> impl Iterator<Item = AppliedView<'q>> {
        let quote = self.quote;
        let procedure = &quote.rulebook.parts().procedure;
        self.chain().filter_map(move |entry| match (entry.source, procedure.get(entry.step.index())) {
            (Source::Adjustment(number), Some(Step::Stage(stage))) if stage.scope == StageScope::Line => {
                let off = quote.money(entry.before.saturating_sub(entry.after));
                Some(AppliedView { step: stage.id.as_str(), rule: quote.adjustment_id(number), off, unit_price: entry.unit_price })
            }
            (Source::Promotion(_), _) => Some(quote.applied_step(entry)),
            _ => None,
        })
    }

    /// Every step from zero to the line's total, chained; when only totals were asked for, no more than [`QuoteLine::applied`].
    #[inline]
    pub fn waterfall(self) -> impl Iterator<Item = StepView<'q>> {
        let quote = self.quote;
        let Self { number, line, .. } = self;
        quote.entries_of(line).map(move |entry| quote.step_view(number, line, entry))
    }

    #[inline]
    fn chain(self) -> impl Iterator<Item = &'q Entry> {
        self.quote.entries_of(self.line)
    }

    /// The line as it is serialized.
    #[must_use]
    pub fn view(self) -> LineView<'q> {
        let Self { quote, line, number } = self;
        let parts = quote.rulebook.parts();
        let product = line.product_number().and_then(|number| parts.catalog.product(number));
        LineView {
            id: self.id(),
            product: self.product(),
            name: product.and_then(|product| product.name()),
            quantity: line.quantity,
            unit: line.ordered.map(|ordered| parts.symbols.text(ordered.unit)),
            base_quantity: line.ordered.map(|ordered| ordered.base_quantity()),
            base_unit: line.ordered.and(product).map(|product| parts.symbols.text(product.unit)),
            price_list: line.price.and_then(|price| parts.pricing.list_id(price.list.index())).map(PriceListId::as_str),
            list_price: self.list_price(),
            net_unit_price: self.net_unit_price(),
            list_amount: line.price.map(|price| quote.money(price.amount)),
            net: self.net(),
            tax: self.amount(self.sides().tax),
            gross: self.gross(),
            tax_category: self.quote.category_of(self.number),
            tax_rate: self.quote.only_rate(self.number).map(|rate| rate.id.as_str()),
            tax_percent: self.quote.percent_of(self.number),
            taxes: LineTaxes::of(self.quote, self.number, self.number.saturating_add(1)),
            statistics: quote.statistics_of(number),
            margin: quote.margin_of(number),
            waterfall: (quote.explain > Explain::Totals).then_some(Waterfall(self)),
            rejected: (quote.explain == Explain::Candidates).then_some(RejectedRules { quote, line: Some(number) }),
        }
    }
}
