//! The taxes of a line or charge one by one, and the tax breakdown of an invoice.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::amounts::{Amounts, cumulative, money};
use super::invoice::{InvoiceCharge, InvoiceLine};
use crate::id::{TaxCategoryId, TaxId, TaxRateId};
use crate::money::{ArithmeticError, Currency, Decimal, Money, Percent};

/// The treatment of what the customer owes himself: such a tax stands twice, charged and taken back.
const REVERSE_CHARGE: &str = "reverse_charge";

/// One tax of a line or charge, as a quote gives it under `taxes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceTax")]
#[serde(deny_unknown_fields)]
pub struct InvoiceTax<M = Money> {
    /// The tax; absent where the rulebook declares none by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxId>,
    /// The tax category.
    pub category: TaxCategoryId,
    /// The rate.
    pub rate: TaxRateId,
    /// The percentage of the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The amount for each base unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Decimal>,
    /// The percentage of the amount that contains the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_of_gross: Option<Percent>,
    /// What the rate means to the tax office; absent for an ordinary rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<String>,
    /// Why no tax is charged, as the invoice must state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the price includes it.
    pub included: bool,
    /// What it is computed on: the net amount, and the taxes that enter its base.
    pub base: M,
    /// The tax. Those of a line or charge sum to its tax.
    pub amount: M,
}

/// The sums of an invoice for what is taxed alike: one tax, category, treatment and percentage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceTaxGroup")]
#[serde(deny_unknown_fields)]
pub struct InvoiceTaxGroup<M = Money> {
    /// The tax; absent where the rulebook declares none by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<TaxId>,
    /// The tax category.
    pub category: TaxCategoryId,
    /// The tax percentage; absent for other kinds of tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The amount for each base unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Decimal>,
    /// The percentage of the amount that contains the tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_of_gross: Option<Percent>,
    /// What it means to the tax office; absent for an ordinary rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<String>,
    /// Why no tax is charged, as the invoice must state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the tax is computed on.
    pub net: M,
    /// The tax. Those of all entries sum to the invoice's tax.
    pub tax: M,
    /// Both together.
    pub gross: M,
    /// What the customer owes to the tax office: charged and taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse_charge: Option<M>,
}

/// What entries of the breakdown are told apart and sorted by.
type Key<'t> = (&'t TaxCategoryId, Option<&'t TaxId>, [Option<Decimal>; 3], [Option<&'t str>; 2]);

impl InvoiceTax<Decimal> {
    /// The tax with amounts of a currency.
    pub(crate) fn in_currency(self, currency: Currency) -> Result<InvoiceTax, String> {
        let named = |problem: String| format!("tax `{}`: {problem}", self.rate);
        let (base, amount) = (money(self.base, currency).map_err(named)?, money(self.amount, currency).map_err(named)?);
        let InvoiceTax { tax, category, rate, percent, per_unit, percent_of_gross, treatment, reason, included, .. } = self;
        Ok(InvoiceTax { tax, category, rate, percent, per_unit, percent_of_gross, treatment, reason, included, base, amount })
    }
}

impl InvoiceTaxGroup<Decimal> {
    /// The sums with amounts of a currency.
    pub(super) fn in_currency(self, currency: Currency) -> Result<InvoiceTaxGroup, String> {
        let Amounts { net, tax, gross } = Amounts { net: self.net, tax: self.tax, gross: self.gross }.in_currency(currency)?;
        let reverse_charge = self.reverse_charge.map(|owed| money(owed, currency)).transpose()?;
        let InvoiceTaxGroup { tax_id, category, percent, per_unit, percent_of_gross, treatment, reason, .. } = self;
        Ok(InvoiceTaxGroup { tax_id, category, percent, per_unit, percent_of_gross, treatment, reason, net, tax, gross, reverse_charge })
    }
}

impl InvoiceTax {
    fn key(&self) -> Key<'_> {
        let numbers = [self.percent.map(Percent::to_decimal), self.per_unit, self.percent_of_gross.map(Percent::to_decimal)];
        (&self.category, self.tax.as_ref(), numbers, [self.treatment.as_deref(), self.reason.as_deref()])
    }

    /// What belongs to the units after the first `before`, up to `until`, of `all` units: as [`Amounts::share`].
    fn share(&self, before: Decimal, until: Decimal, all: Decimal) -> Result<Self, ArithmeticError> {
        let part = |whole: Money| cumulative(whole, until, all)?.checked_sub(cumulative(whole, before, all)?);
        Ok(Self { base: part(self.base)?, amount: part(self.amount)?, ..self.clone() })
    }
}

/// All taxes with amounts of a currency.
pub(crate) fn in_currency(taxes: Vec<InvoiceTax<Decimal>>, currency: Currency) -> Result<Vec<InvoiceTax>, String> {
    taxes.into_iter().map(|tax| tax.in_currency(currency)).collect()
}

/// Whether taxes that are given one by one sum to the tax; they do where none are given.
pub(crate) fn add_up(taxes: &[InvoiceTax], tax: Money) -> bool {
    taxes.is_empty() || sum(taxes, tax.currency()).is_ok_and(|sum| sum == tax)
}

/// The taxes of a part of the units, and what they sum to; none where the line has none one by one.
pub(super) fn part(
    taxes: &[InvoiceTax],
    units: (Decimal, Decimal, Decimal),
    currency: Currency,
) -> Result<Option<(Vec<InvoiceTax>, Money)>, ArithmeticError> {
    if taxes.is_empty() {
        return Ok(None);
    }
    let (before, until, all) = units;
    let parts: Vec<InvoiceTax> = taxes.iter().map(|tax| tax.share(before, until, all)).collect::<Result<_, _>>()?;
    let tax = sum(&parts, currency)?;
    Ok(Some((parts, tax)))
}

fn sum(taxes: &[InvoiceTax], currency: Currency) -> Result<Money, ArithmeticError> {
    taxes.iter().try_fold(Money::zero(currency), |sum, tax| sum.checked_add(tax.amount))
}

/// An entry of the breakdown while it grows.
struct Group {
    percent: [Option<Percent>; 2],
    sum: Amounts,
    owed: Option<Money>,
}

/// The entries of the breakdown: what bears no tax is left out.
pub(super) fn break_down(
    lines: &[InvoiceLine],
    charges: &[InvoiceCharge],
    currency: Currency,
) -> Result<Vec<InvoiceTaxGroup>, ArithmeticError> {
    let mut groups: BTreeMap<Key<'_>, Group> = BTreeMap::new();
    let of_lines = lines.iter().map(|line| (&line.taxes, &line.tax_category, line.tax_percent, line.amounts()));
    let of_charges = charges.iter().map(|charge| (&charge.taxes, &charge.tax_category, charge.tax_percent, charge.amounts()));
    for (taxes, category, percent, amounts) in of_lines.chain(of_charges) {
        if let (true, Some(category), Some(percent)) = (taxes.is_empty(), category, percent) {
            let group = groups.entry((category, None, [Some(percent.to_decimal()), None, None], [None; 2]));
            let group = group.or_insert(Group { percent: [Some(percent), None], sum: Amounts::zero(currency), owed: None });
            group.sum = group.sum.plus(amounts)?;
        }
        let mut taken_back = false;
        for tax in taxes {
            let owed = tax.treatment.as_deref() == Some(REVERSE_CHARGE);
            // Of what is charged and taken back the first counts.
            taken_back ^= owed;
            if owed && !taken_back {
                continue;
            }
            let zero = Money::zero(currency);
            let group = groups.entry(tax.key()).or_insert(Group {
                percent: [tax.percent, tax.percent_of_gross],
                sum: Amounts::zero(currency),
                owed: owed.then_some(zero),
            });
            group.sum = group.sum.plus(Amounts::of(tax.base, if owed { zero } else { tax.amount })?)?;
            group.owed = group.owed.map(|sum| sum.checked_add(tax.amount)).transpose()?;
        }
    }
    let entry = |((category, tax_id, [_, per_unit, _], [treatment, reason]), group): (Key<'_>, Group)| {
        let Group { percent: [percent, percent_of_gross], sum: Amounts { net, tax, gross }, owed: reverse_charge } = group;
        let [treatment, reason] = [treatment, reason].map(|text| text.map(str::to_owned));
        let (category, tax_id) = (category.clone(), tax_id.cloned());
        InvoiceTaxGroup { tax_id, category, percent, per_unit, percent_of_gross, treatment, reason, net, tax, gross, reverse_charge }
    };
    Ok(groups.into_iter().map(entry).collect())
}
