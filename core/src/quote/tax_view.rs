//! The taxes of an answer, as they are read and serialized.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::request::Explain;
use super::result::Quote;
use crate::charge::CashStrategy;
use crate::money::{Decimal, Exact, Money, Percent, Rounding};
use crate::receivable::InvoiceTax;
use crate::tax::{RateAmount, Tax, TaxGroup, TaxRate, TaxShare, Treatment};

/// One tax of a line or charge that bears several.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct LineTaxView<'q> {
    /// The tax; absent where the rulebook declares none by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<&'q str>,
    /// The tax category.
    pub category: &'q str,
    /// The rate.
    pub rate: &'q str,
    /// The percentage of the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The amount for each base unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Decimal>,
    /// The percentage of the amount that contains the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent_of_gross: Option<Percent>,
    /// What the rate means to the tax office; absent for an ordinary rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treatment: Option<&'static str>,
    /// Why no tax is charged, as the invoice must state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'q str>,
    /// Whether the price includes it.
    pub included: bool,
    /// What it is computed on.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// An entry of the tax breakdown: what is taxed alike. EN 16931 asks for one for each treatment and percentage.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TaxGroupView<'q> {
    /// The tax; absent where the rulebook declares none by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<&'q str>,
    /// The rate; absent for what is not taxed, and where several rates are alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<&'q str>,
    /// The tax category of products; absent for what is not taxed, and where several rates are alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'q str>,
    /// The percentage of the net amount; absent for what is not taxed, and for other kinds of tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The amount for each base unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Decimal>,
    /// The percentage of the amount that contains the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent_of_gross: Option<Percent>,
    /// What it means to the tax office; absent for an ordinary rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treatment: Option<&'static str>,
    /// Why no tax is charged, as the invoice must state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'q str>,
    /// What the tax is computed on: the net amount, and the taxes that enter its base.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// Both together.
    pub gross: Money,
    /// What the customer owes to the tax office: charged and taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse_charge: Option<Money>,
}

/// What rounding did to the tax of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TaxRoundingView {
    /// The tax before it was rounded; with six digits more than the currency where its decimals do not end.
    pub exact: Decimal,
    /// The tax of the document, before cash rounding.
    pub rounded: Money,
    /// `rounded` less `exact`.
    pub difference: Decimal,
}

/// The taxes of a line or charge, in the order in which they are computed: what the customer owes stands twice, charged and taken back.
#[derive(Debug, Clone, Copy)]
pub struct LineTaxes<'q> {
    quote: &'q Quote,
    /// Where it stands among what is taxed.
    start: usize,
    end: usize,
}

impl<'q> LineTaxes<'q> {
    /// The taxes; none where there is none, or one without name and treatment, which stands in the line itself.
    pub(super) fn of(quote: &'q Quote, start: usize, end: usize) -> Option<Self> {
        let shares = || (start..end).flat_map(|line| quote.extras.tax.of_line(line));
        let rates = quote.tax_slice().map(Tax::rates).unwrap_or_default();
        let says_more = |share: &TaxShare| rates.get(share.rate).is_some_and(|rate| rate.levy.is_some() || !rate.treatment.is_standard());
        (shares().count() > 1 || shares().any(says_more)).then_some(Self { quote, start, end })
    }

    /// The taxes as an order and its invoices take them.
    #[must_use]
    pub fn to_invoice(self) -> Vec<InvoiceTax> {
        let of = |view: LineTaxView<'q>| {
            Some(InvoiceTax {
                // Ids of a rulebook are read as they are written.
                tax: view.tax.and_then(|tax| tax.parse().ok()),
                category: view.category.parse().ok()?,
                rate: view.rate.parse().ok()?,
                percent: view.percent,
                per_unit: view.per_unit,
                percent_of_gross: view.percent_of_gross,
                treatment: view.treatment.map(str::to_owned),
                reason: view.reason.map(str::to_owned),
                included: view.included,
                base: view.base,
                amount: view.amount,
            })
        };
        self.items().filter_map(of).collect()
    }

    fn items(self) -> impl Iterator<Item = LineTaxView<'q>> + use<'q> {
        let Self { quote, start, end } = self;
        (start..end).flat_map(|line| quote.extras.tax.of_line(line)).flat_map(move |share| {
            let charged = share.amount;
            let taken_back = share.reverse.then(|| charged.saturating_neg());
            std::iter::once(charged).chain(taken_back).filter_map(move |amount| quote.line_tax(share, amount))
        })
    }
}

impl<'q> IntoIterator for LineTaxes<'q> {
    type Item = LineTaxView<'q>;
    type IntoIter = Box<dyn Iterator<Item = LineTaxView<'q>> + 'q>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.items())
    }
}

impl Serialize for LineTaxes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items())
    }
}

/// What a rate takes, kind by kind.
struct Amounts {
    percent: Option<Percent>,
    per_unit: Option<Decimal>,
    percent_of_gross: Option<Percent>,
}

impl From<RateAmount> for Amounts {
    fn from(amount: RateAmount) -> Self {
        let none = Self { percent: None, per_unit: None, percent_of_gross: None };
        match amount {
            RateAmount::Percent(percent) => Self { percent: Some(percent), ..none },
            RateAmount::PerUnit(amount) => Self { per_unit: Some(amount), ..none },
            RateAmount::PercentOfGross(percent) => Self { percent_of_gross: Some(percent), ..none },
        }
    }
}

fn treatment(rate: &TaxRate) -> Option<&'static str> {
    (!rate.treatment.is_standard()).then(|| rate.treatment.as_str())
}

impl Quote {
    fn tax_slice(&self) -> Option<&Tax> {
        self.rulebook.parts().tax.as_ref()
    }

    /// The rate of a line or charge that bears one tax.
    pub(super) fn only_rate(&self, line: usize) -> Option<&TaxRate> {
        let [share] = self.extras.tax.of_line(line) else { return None };
        self.tax_slice()?.rates().get(share.rate)
    }

    /// The tax category of a line that is taxed.
    pub(super) fn category_of(&self, line: usize) -> Option<&str> {
        let share = self.extras.tax.of_line(line).first()?;
        self.tax_slice()?.rates().get(share.rate).map(|rate| rate.category.as_str())
    }

    /// The percentage of the tax that a line bears alone; zero where the customer owes it.
    pub(super) fn percent_of(&self, line: usize) -> Option<Percent> {
        let rate = self.only_rate(line)?;
        match (&rate.treatment, rate.amount) {
            (Treatment::ReverseCharge(_), _) => Some(Percent::ZERO),
            (_, RateAmount::Percent(percent)) => Some(percent),
            _ => None,
        }
    }

    fn line_tax(&self, share: &TaxShare, amount: i64) -> Option<LineTaxView<'_>> {
        let tax = self.tax_slice()?;
        let rate = tax.rates().get(share.rate)?;
        let Amounts { percent, per_unit, percent_of_gross } = rate.amount.into();
        Some(LineTaxView {
            tax: tax.tax_id(rate),
            category: rate.category.as_str(),
            rate: rate.id.as_str(),
            percent,
            per_unit,
            percent_of_gross,
            treatment: treatment(rate),
            reason: rate.treatment.reason(),
            included: share.included,
            base: Money::new(share.base, self.currency),
            amount: Money::new(amount, self.currency),
        })
    }

    pub(super) fn group_view(&self, group: &TaxGroup) -> TaxGroupView<'_> {
        let tax = self.tax_slice();
        let rate = group.rate.and_then(|rate| tax?.rates().get(rate));
        let alone = rate.filter(|_| group.single);
        let Amounts { percent, per_unit, percent_of_gross } =
            rate.map_or(Amounts { percent: None, per_unit: None, percent_of_gross: None }, |rate| rate.amount.into());
        let money = |minor| Money::new(minor, self.currency);
        let owed = rate.is_some_and(|rate| matches!(rate.treatment, Treatment::ReverseCharge(_)));
        TaxGroupView {
            tax_id: rate.and_then(|rate| tax?.tax_id(rate)),
            rate: alone.map(|rate| rate.id.as_str()),
            category: alone.map(|rate| rate.category.as_str()),
            percent,
            per_unit,
            percent_of_gross,
            treatment: rate.and_then(treatment),
            reason: rate.and_then(|rate| rate.treatment.reason()),
            net: money(group.sum.net),
            tax: money(group.sum.tax),
            gross: money(group.sum.gross),
            reverse_charge: owed.then(|| money(group.reverse)),
        }
    }

    /// What rounding did to the tax: where waterfalls are asked for, and anything is taxed.
    #[must_use]
    pub fn tax_rounding(&self) -> Option<TaxRoundingView> {
        if self.explain == Explain::Totals || self.extras.tax.groups.iter().all(|group| group.rate.is_none()) {
            return None;
        }
        let exact = shown(self.extras.tax.exact_tax().ok()?, self.currency.minor_units())?;
        // What cash rounding added to a tax is no rounding of the tax.
        let cash = self.extras.cash.filter(|cash| cash.strategy == CashStrategy::LargestTax).map_or(0, |cash| cash.difference);
        let taxes = self.extras.tax.groups.iter().try_fold(0_i64, |sum, group| sum.checked_add(group.sum.tax))?;
        let rounded = Money::new(taxes.checked_sub(cash)?, self.currency);
        Some(TaxRoundingView { exact, rounded, difference: rounded.to_decimal().checked_sub(exact).ok()?.normalize() })
    }
}

/// An exact amount as a decimal: with six digits more than the currency has where its decimals do not end.
pub(super) fn shown(exact: Exact, minor_units: u8) -> Option<Decimal> {
    const EXTRA_DIGITS: u8 = 6;
    let scale = minor_units.saturating_add(EXTRA_DIGITS);
    let rounded = Rounding::half_up(scale).apply(exact).ok()?;
    Some(Decimal::from_parts(rounded.into(), scale.into()).ok()?.normalize())
}
