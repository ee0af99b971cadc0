//! The answer as it is read and serialized: names resolved, amounts as money.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::approval::ApprovalFactsView;
use super::better::BetterOfView;
use super::charge_view::{CashRoundingView, ChargeList};
use super::comparison::ComparisonView;
use super::frozen_view::FrozenView;
use super::ladder::PriceLadder;
use super::line::{LineView, QuoteLine};
use super::manual_view::OverrideList;
use super::prices::{CounterView, TierView};
use super::promotion_view::{PromotionSearchView, PromotionView, ProposedLineView};
use super::redemption::RedemptionView;
use super::request::Explain;
use super::result::{Entry, Line, Quote, Rejected, RejectionReason, Source, Totals};
use super::rounding::{RoundingReport, RoundingView};
use super::statistic::{FigureList, MarginView};
use super::tax_view::{TaxGroupView, TaxRoundingView};
use super::unit_parts::UnitParts;
use crate::expr::Leaf;
use crate::id::Ordinal;
use crate::money::{Currency, Decimal, Money, UnitPrice};
use crate::pricing::Exchanged;
use crate::report::Finding;
use crate::rulebook::{SEMANTICS_VERSION, Step};
use crate::tax::Taxed;
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
    /// What the document costs beside its goods, in the order in which it is computed; absent when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::charge_view::ChargeView<'static>>>")]
    pub charges: Option<ChargeList<'q>>,
    /// The promotions that applied, in the order in which they did; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<PromotionView<'static>>>")]
    pub promotions: Option<Promotions<'q>>,
    /// What promotions give and the document lacks; absent when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<ProposedLineView<'static>>>")]
    pub proposed_lines: Option<ProposedLines<'q>>,
    /// How the best combinations of promotions were looked for; absent where no step combines `optimal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<PromotionSearchView<'static>>>")]
    pub promotion_searches: Option<PromotionSearches<'q>>,
    /// The choices between two sides of the procedure, with what each side takes off; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<BetterOfView<'static>>>")]
    pub better_of: Option<Choices<'q>>,
    /// The sums.
    pub totals: Totals,
    /// What rounding to the smallest coin came to; absent where the procedure does not do that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_rounding: Option<CashRoundingView<'q>>,
    /// What persons have set by hand, beside what was computed; absent when nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::manual_view::OverrideView<'static>>>")]
    pub overrides: Option<OverrideList<'q>>,
    /// The figures beside the price, summed over the lines; absent where the procedure computes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::statistic::FigureView<'static>>>")]
    pub statistics: Option<FigureList<'q>>,
    /// What the goods leave over their cost; absent where no step gives the cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginView>,
    /// What the approval matrix asks about; only where the procedure has steps whose outcome may need an approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::rulebook::ApprovalFacts>")]
    pub approval_facts: Option<ApprovalFactsView<'q>>,
    /// What is taxed alike, in the order in which it first occurs.
    #[schemars(with = "Vec<TaxGroupView<'static>>")]
    pub tax_breakdown: TaxGroups<'q>,
    /// What rounding did to the tax; absent when only totals are asked for, or nothing is taxed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rounding: Option<TaxRoundingView>,
    /// What rounding did to the lines; only when it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<RoundingView<'static>>")]
    pub rounding: Option<RoundingReport<'q>>,
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
    /// What the document uses of rules with a coupon, a limit or a budget, to be counted when it is placed; absent when it uses none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<RedemptionView<'static>>>")]
    pub redemptions: Option<Redemptions<'q>>,
    /// What has been determined, in the form in which a later request takes it; only when it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<FrozenView<'q>>,
    /// Remarks about the document and its lines.
    pub findings: &'q [Finding],
}

/// A step of a line's waterfall. `before + delta = after`, and the next step's `before` is this one's `after`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct StepView<'q> {
    /// The step of the procedure.
    pub step: &'q str,
    /// The price list, the adjustment, the promotion, the charge or the tax rate; absent where the step needs none, nothing is taxed, or several taxes are
    /// added.
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
    /// The rate by which the list's prices were converted; absent where they are in the document's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchanged>,
    /// How `delta` is split over the line's units; only where the stage says how, and for whole quantities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<super::unit_parts::UnitPart>>")]
    pub units: Option<UnitParts>,
    /// How much more `after` is than without rounding, on the figures shown here; only where that is asked for and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Decimal>,
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
    /// The stage, or the step that applies promotions or charges.
    pub step: &'q str,
    /// The adjustment, the promotion or the charge.
    pub rule: &'q str,
    /// Why.
    pub reason: RejectionReason,
    /// The comparisons that failed, with what they found.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub failed: &'q [Leaf],
    /// How many more units the promotion takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// The promotion that took its units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<&'q str>,
}

macro_rules! sequences {
    ($($(#[$doc:meta])* $name:ident { $($line:ident)? } => $item:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'q> {
            pub(super) quote: &'q Quote,
            $(
                /// The line it belongs to; none for the document.
                pub(super) $line: Option<usize>,
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
    /// The promotions that applied.
    Promotions {} => PromotionView;
    /// What promotions propose.
    ProposedLines {} => ProposedLineView;
    /// How the best combinations of promotions were looked for.
    PromotionSearches {} => PromotionSearchView;
    /// The choices between two sides.
    Choices {} => BetterOfView;
    /// What the document redeems.
    Redemptions {} => RedemptionView;
}

impl<'q> Choices<'q> {
    fn items(self) -> impl Iterator<Item = BetterOfView<'q>> + use<'q> {
        self.quote.better_of()
    }
}

impl<'q> Redemptions<'q> {
    fn items(self) -> impl Iterator<Item = RedemptionView<'q>> + use<'q> {
        self.quote.redemptions()
    }
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
        self.quote.lines().map(QuoteLine::view)
    }
}

impl<'q> RejectedRules<'q> {
    fn items(self) -> impl Iterator<Item = RejectedView<'q>> + use<'q> {
        let quote = self.quote;
        quote.extras.rejected.iter().filter(move |rejected| rejected.line == self.line).map(move |rejected| quote.rejected_view(rejected))
    }
}

impl<'q> TaxGroups<'q> {
    fn items(self) -> impl Iterator<Item = TaxGroupView<'q>> + use<'q> {
        let quote = self.quote;
        quote.extras.tax.groups.iter().map(move |group| quote.group_view(group))
    }
}

impl Quote {
    /// The answer as it is serialized.
    #[must_use]
    pub fn view(&self) -> QuoteView<'_> {
        let candidates = self.explain == Explain::Candidates;
        let (promotions, proposed_lines, promotion_searches) = self.promotion_lists();
        QuoteView {
            rulebook: RulebookView { id: self.rulebook.id().as_str(), fingerprint: &self.rulebook.fingerprint().0 },
            semantics_version: SEMANTICS_VERSION,
            currency: self.currency,
            date: self.date,
            complete: self.complete,
            lines: Lines { quote: self },
            charges: (!self.extras.charges.is_empty()).then_some(ChargeList { quote: self }),
            promotions,
            proposed_lines,
            promotion_searches,
            better_of: (!self.extras.chosen.is_empty()).then_some(Choices { quote: self }),
            totals: self.totals,
            cash_rounding: self.cash_rounding(),
            overrides: self.overrides(),
            statistics: self.statistics(),
            margin: self.margin(),
            approval_facts: self.asks_for_approval().then_some(ApprovalFactsView { quote: self }),
            tax_breakdown: TaxGroups { quote: self },
            tax_rounding: self.tax_rounding(),
            rounding: self.reports_rounding().then_some(RoundingReport(self)),
            rejected: candidates.then_some(RejectedRules { quote: self, line: None }),
            tiers: Some(Tiers { quote: self }).filter(|_| self.explain > Explain::Totals && !self.has_no_tiers()),
            comparisons: Some(Comparisons { quote: self }).filter(|_| !self.has_no_comparisons()),
            price_ladders: &self.extras.ladders,
            counter_deltas: Some(CounterDeltas { quote: self }).filter(|_| !self.has_no_counters()),
            redemptions: Some(Redemptions { quote: self }).filter(|_| !self.extras.redemptions.is_empty()),
            frozen: self.frozen(),
            findings: &self.findings,
        }
    }

    /// The lines, in the order of the request.
    #[inline]
    pub fn lines(&self) -> impl ExactSizeIterator<Item = QuoteLine<'_>> {
        self.lines.iter().enumerate().map(|(number, line)| QuoteLine::new(self, number, line))
    }

    /// The sums of each tax rate.
    pub fn tax_breakdown(&self) -> impl Iterator<Item = TaxGroupView<'_>> {
        self.extras.tax.groups.iter().map(|group| self.group_view(group))
    }

    /// The adjustments of document scope that applied, in the order in which they applied.
    pub fn applied_to_document(&self) -> impl Iterator<Item = AppliedView<'_>> {
        self.of_document.iter().map(|entry| AppliedView {
            step: self.step_id(entry.step),
            rule: self.adjustment_id(entry.adjustment),
            off: self.money(entry.off),
            unit_price: None,
        })
    }

    /// A promotion that applied to a line.
    pub(super) fn applied_step<'q>(&'q self, entry: &'q Entry) -> AppliedView<'q> {
        let off = self.money(entry.before.saturating_sub(entry.after));
        AppliedView { step: self.step_id(entry.step), rule: self.rule_id(entry.source).unwrap_or_default(), off, unit_price: None }
    }

    /// The id of a line, which is counted from 0.
    pub(super) fn line_id(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |line| line.id.as_str())
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// A line without tax and with it.
    pub(super) fn sides(&self, number: usize, line: &Line) -> Taxed {
        self.extras.tax.taxed.get(number).copied().unwrap_or(Taxed::untaxed(line.figure.amount))
    }

    /// The steps of a line's waterfall.
    #[inline]
    pub(super) fn entries_of<'q>(&'q self, line: &Line) -> impl Iterator<Item = &'q Entry> + use<'q> {
        super::result::entries_of(&self.entries, line)
    }

    /// Whether roundings were asked for, and waterfalls with them.
    pub(super) fn reports_rounding(&self) -> bool {
        self.rounding_report && self.explain > Explain::Totals
    }

    // Inlined, so that the view is made where it is read.
    #[inline]
    pub(super) fn step_view<'q>(&'q self, number: usize, line: &Line, entry: &'q Entry) -> StepView<'q> {
        let rule = self.rule_id(entry.source);
        let delta = entry.after.saturating_sub(entry.before);
        let step = self.rulebook.parts().procedure.get(entry.step.index());
        let splits = matches!(step, Some(Step::Stage(stage)) if stage.allocate.unit_split.is_some());
        StepView {
            step: step.map_or("", |step| step.id().as_str()),
            rule,
            base: self.money(entry.base),
            before: self.money(entry.before),
            delta: self.money(delta),
            after: self.money(entry.after),
            unit_price: entry.unit_price,
            exchange: if let Source::List(list) = entry.source { self.exchanged(list.index()) } else { None },
            units: if splits { UnitParts::of(delta, line.quantity.abs(), self.currency) } else { None },
            rounding: if self.reports_rounding() { self.step_rounding(number, line, entry) } else { None },
        }
    }

    /// The id of the rule that an entry comes from.
    #[inline]
    fn rule_id(&self, source: Source) -> Option<&str> {
        let parts = self.rulebook.parts();
        match source {
            Source::List(list) => parts.pricing.list_id(list.index()).map(crate::id::PriceListId::as_str),
            Source::Adjustment(number) => Some(self.adjustment_id(number)),
            Source::Promotion(number) => self.promotion_id(number),
            Source::Charge(number) => parts.charges.get(number.index()).map(|charge| charge.id.as_str()),
            Source::Step => None,
            Source::TaxRate(rate) => rate.and_then(|rate| parts.tax.as_ref()?.rates().get(rate.index())).map(|rate| rate.id.as_str()),
        }
    }

    #[inline]
    pub(super) fn adjustment_id(&self, number: Ordinal) -> &str {
        self.rulebook.parts().rules.get(number.index()).map_or("", crate::id::RuleId::as_str)
    }

    fn promotion_id(&self, number: Ordinal) -> Option<&str> {
        self.rulebook.parts().promotions.get(number.index()).map(|promotion| promotion.id.as_str())
    }

    pub(super) fn step_id(&self, step: Ordinal) -> &str {
        self.rulebook.parts().procedure.get(step.index()).map_or("", |step: &Step| step.id().as_str())
    }

    fn rejected_view<'q>(&'q self, rejected: &'q Rejected) -> RejectedView<'q> {
        let rule = self.rule_id(rejected.source).unwrap_or_default();
        RejectedView {
            step: self.step_id(rejected.step),
            rule,
            reason: rejected.reason,
            failed: &rejected.failed,
            missing: rejected.missing,
            taken_by: rejected.taken_by.and_then(|by| self.promotion_id(by)),
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
