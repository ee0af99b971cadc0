//! The invoice as a document.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::amounts::{Amounts, money};
use super::taxes::{self, InvoiceTax, InvoiceTaxGroup};
use crate::id::{ChargeId, InvoiceId, LineId, OrderId, ProductId, TaxCategoryId, TermsId, UnitId};
use crate::money::{Currency, Decimal, Money, Percent};
use crate::time::Date;

/// An invoice: what was charged, for what, and when it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Invoice")]
#[serde(deny_unknown_fields)]
pub struct Invoice<M = Money> {
    /// The invoice's own number.
    pub id: InvoiceId,
    /// The order that it charges.
    pub order: OrderId,
    /// The day of the invoice, from which due dates are counted.
    pub date: Date,
    /// The currency of every amount.
    pub currency: Currency,
    /// The terms of payment; absent when neither the request nor the rulebook names any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsId>,
    /// What is charged, line by line.
    pub lines: Vec<InvoiceLine<M>>,
    /// What is charged beside the lines: freight, fees, allowances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<InvoiceCharge<M>>,
    /// The sums of the lines and charges.
    pub totals: Amounts<M>,
    /// The sums of what is taxed alike, sorted by category, tax and percentage; what is not taxed is left out.
    pub tax_breakdown: Vec<InvoiceTaxGroup<M>>,
    /// The parts in which the gross amount is due, in the order of the terms; they sum to it.
    pub instalments: Vec<Instalment<M>>,
    /// What may be taken off for early payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_discount: Option<CashDiscount<M>>,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceLine")]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine<M = Money> {
    /// The line of the order.
    pub line: LineId,
    /// The product.
    pub product: ProductId,
    /// How much of it is charged by this invoice.
    pub quantity: Decimal,
    /// The unit of the quantity.
    pub unit: UnitId,
    /// Without tax.
    pub net: M,
    /// The tax.
    pub tax: M,
    /// With tax: net plus tax.
    pub gross: M,
    /// The tax category; absent when the line was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategoryId>,
    /// The tax percentage; absent when the line was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes one by one, where it bears several, or one with a name or a treatment; they sum to the tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<InvoiceTax<M>>,
}

/// What is charged beside the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InvoiceCharge")]
#[serde(deny_unknown_fields)]
pub struct InvoiceCharge<M = Money> {
    /// The charge; one that is split over tax rates occurs once for each.
    pub charge: ChargeId,
    /// Without tax.
    pub net: M,
    /// The tax.
    pub tax: M,
    /// With tax: net plus tax.
    pub gross: M,
    /// The tax category; absent when the charge was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategoryId>,
    /// The tax percentage; absent when the charge was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes one by one, where it bears several, or one with a name or a treatment; they sum to the tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<InvoiceTax<M>>,
}

/// A part of an invoice that is due on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Instalment")]
#[serde(deny_unknown_fields)]
pub struct Instalment<M = Money> {
    /// The day.
    pub due: Date,
    /// The amount.
    pub amount: M,
}

/// What may be taken off an invoice by who pays early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CashDiscount")]
#[serde(deny_unknown_fields)]
pub struct CashDiscount<M = Money> {
    /// The percentage of the gross amount.
    pub percent: Percent,
    /// The last day on which it may be taken.
    pub last_day: Date,
    /// The amount.
    pub amount: M,
}

impl InvoiceLine {
    pub(super) const fn amounts(&self) -> Amounts {
        Amounts { net: self.net, tax: self.tax, gross: self.gross }
    }
}

impl InvoiceCharge {
    /// Net, tax and gross.
    pub(crate) const fn amounts(&self) -> Amounts {
        Amounts { net: self.net, tax: self.tax, gross: self.gross }
    }
}

impl InvoiceCharge<Decimal> {
    /// The charge with amounts of a currency.
    pub(crate) fn in_currency(self, currency: Currency) -> Result<InvoiceCharge, String> {
        let amounts = Amounts { net: self.net, tax: self.tax, gross: self.gross }.in_currency(currency);
        let Amounts { net, tax, gross } = amounts.map_err(|problem| format!("charge `{}`: {problem}", self.charge))?;
        let InvoiceCharge { charge, tax_category, tax_percent, taxes, .. } = self;
        let taxes = taxes::in_currency(taxes, currency).map_err(|problem| format!("charge `{charge}`: {problem}"))?;
        Ok(InvoiceCharge { charge, net, tax, gross, tax_category, tax_percent, taxes })
    }
}

impl Invoice<Decimal> {
    fn checked(self) -> Result<Invoice, String> {
        let currency = self.currency;
        let line = |line: InvoiceLine<Decimal>| {
            let Amounts { net, tax, gross } = Amounts { net: line.net, tax: line.tax, gross: line.gross }.in_currency(currency)?;
            let InvoiceLine { line, product, quantity, unit, tax_category, tax_percent, taxes, .. } = line;
            let taxes = taxes::in_currency(taxes, currency)?;
            Ok(InvoiceLine { line, product, quantity, unit, net, tax, gross, tax_category, tax_percent, taxes })
        };
        let instalment = |part: Instalment<Decimal>| Ok(Instalment { due: part.due, amount: money(part.amount, currency)? });
        let discount = |discount: CashDiscount<Decimal>| {
            let CashDiscount { percent, last_day, amount } = discount;
            money(amount, currency).map(|amount| CashDiscount { percent, last_day, amount })
        };
        Ok(Invoice {
            id: self.id,
            order: self.order,
            date: self.date,
            currency,
            terms: self.terms,
            lines: self.lines.into_iter().map(line).collect::<Result<_, String>>()?,
            charges: self.charges.into_iter().map(|charge| charge.in_currency(currency)).collect::<Result<_, String>>()?,
            totals: self.totals.in_currency(currency)?,
            tax_breakdown: self.tax_breakdown.into_iter().map(|group| group.in_currency(currency)).collect::<Result<_, String>>()?,
            instalments: self.instalments.into_iter().map(instalment).collect::<Result<_, String>>()?,
            cash_discount: self.cash_discount.map(discount).transpose()?,
        })
    }
}

impl<'de> Deserialize<'de> for Invoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Invoice::<Decimal>::deserialize(deserializer)?.checked().map_err(D::Error::custom)
    }
}
