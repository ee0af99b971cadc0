//! The frozen quote that an order is placed on.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{CustomerId, LineId, OrderId, ProductId, TaxCategoryId, UnitId};
use crate::money::{Currency, Decimal, Money, Percent};
use crate::receivable::{Amounts, InvoiceCharge, InvoiceTax, taxes_add_up, taxes_in_currency};
use crate::report::{Diagnostics, Fingerprint, LimitCode, OrderCode, Path, QuoteCode};
use crate::time::Date;

/// What is ordered, at which amounts. It never changes after the order is submitted: an order is not priced again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDocument")]
#[serde(deny_unknown_fields)]
pub struct OrderDocument<M = Money> {
    /// The order's own number.
    pub id: OrderId,
    /// Who orders.
    pub customer: CustomerId,
    /// The date of the quote.
    pub date: Date,
    /// The currency of every amount.
    pub currency: Currency,
    /// The fingerprint of the rulebook that made the quote.
    pub rulebook: Fingerprint,
    /// Whether every line of the quote has a price.
    pub complete: bool,
    /// The lines.
    pub lines: Vec<OrderLine<M>>,
    /// What is charged beside the lines; the first invoice charges it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<InvoiceCharge<M>>,
    /// The sums of the lines and charges.
    pub totals: Amounts<M>,
}

/// A line of an order as the quote froze it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderLine")]
#[serde(deny_unknown_fields)]
pub struct OrderLine<M = Money> {
    /// The line's name within the order.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much of it, above zero.
    pub quantity: Decimal,
    /// The unit of the quantity.
    pub unit: UnitId,
    /// The amount without tax.
    pub net: M,
    /// The tax.
    pub tax: M,
    /// The amount with tax: net plus tax.
    pub gross: M,
    /// The tax category; absent when the line was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategoryId>,
    /// The tax percentage; absent when the line was not taxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// The taxes one by one, as the quote gives them; they sum to the tax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<InvoiceTax<M>>,
}

impl OrderDocument<Decimal> {
    fn checked(self) -> Result<OrderDocument, String> {
        let currency = self.currency;
        let line = |line: OrderLine<Decimal>| {
            let amounts = Amounts { net: line.net, tax: line.tax, gross: line.gross }.in_currency(currency);
            let Amounts { net, tax, gross } = amounts.map_err(|problem| format!("line `{}`: {problem}", line.id))?;
            let taxes = taxes_in_currency(line.taxes, currency).map_err(|problem| format!("line `{}`: {problem}", line.id))?;
            let OrderLine { id, product, quantity, unit, tax_category, tax_percent, .. } = line;
            Ok(OrderLine { id, product, quantity, unit, net, tax, gross, tax_category, tax_percent, taxes })
        };
        Ok(OrderDocument {
            id: self.id,
            customer: self.customer,
            date: self.date,
            currency,
            rulebook: self.rulebook,
            complete: self.complete,
            lines: self.lines.into_iter().map(line).collect::<Result<_, String>>()?,
            charges: self.charges.into_iter().map(|charge| charge.in_currency(currency)).collect::<Result<_, String>>()?,
            totals: self.totals.in_currency(currency)?,
        })
    }
}

impl<'de> Deserialize<'de> for OrderDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        OrderDocument::<Decimal>::deserialize(deserializer)?.checked().map_err(D::Error::custom)
    }
}

impl OrderLine {
    pub(super) const fn amounts(&self) -> Amounts {
        Amounts { net: self.net, tax: self.tax, gross: self.gross }
    }
}

impl OrderDocument {
    /// What keeps the document from being an order at all: no lines, too many, twice the same, amounts that do not add up.
    pub(super) fn check(&self, most_lines: usize, path: &Path<'_>, problems: &mut Diagnostics) {
        let lines = path.field("lines");
        if self.lines.is_empty() {
            problems.error(QuoteCode::NoLines, &lines, "an order needs at least one line");
        }
        if self.lines.len() > most_lines {
            let message = format!("the order has {} lines; at most {most_lines} are possible", self.lines.len());
            problems.error(LimitCode::TooMany, &lines, message);
            return;
        }
        let mut seen = BTreeSet::new();
        let mut sum = Some(Amounts::zero(self.currency));
        for (line, index) in self.lines.iter().zip(0_usize..) {
            let at = lines.index(index);
            if !seen.insert(&line.id) {
                problems.error(
                    QuoteCode::DuplicateLine,
                    &at.field("id"),
                    format!("the line `{}` occurs twice; rename one of them", line.id),
                );
            }
            if line.quantity <= Decimal::ZERO {
                let message = format!("the quantity `{}` cannot be ordered; write one above zero", line.quantity);
                problems.error(OrderCode::Quantity, &at.field("quantity"), message);
            }
            if Amounts::of(line.net, line.tax).ok() != Some(line.amounts()) {
                let message = format!(
                    "the gross amount `{}` is not `{}` net plus `{}` tax; copy all three from the quote",
                    line.gross, line.net, line.tax
                );
                problems.error(OrderCode::Totals, &at.field("gross"), message);
            }
            check_taxes(&line.taxes, line.tax, &at, problems);
            sum = sum.and_then(|sum| sum.plus(line.amounts()).ok());
        }
        for (charge, index) in self.charges.iter().zip(0_usize..) {
            if Amounts::of(charge.net, charge.tax).ok() != Some(charge.amounts()) {
                let message = format!(
                    "the gross amount `{}` is not `{}` net plus `{}` tax; copy all three from the quote",
                    charge.gross, charge.net, charge.tax
                );
                problems.error(OrderCode::Totals, &path.field("charges").index(index).field("gross"), message);
            }
            check_taxes(&charge.taxes, charge.tax, &path.field("charges").index(index), problems);
            sum = sum.and_then(|sum| sum.plus(charge.amounts()).ok());
        }
        self.check_totals(sum, &path.field("totals"), problems);
    }

    fn check_totals(&self, sum: Option<Amounts>, path: &Path<'_>, problems: &mut Diagnostics) {
        let Some(sum) = sum else {
            problems.error(LimitCode::Overflow, path, "the lines and charges sum to more than 18 digits");
            return;
        };
        let Amounts { net, tax, gross } = self.totals;
        for (field, said, is) in [("net", net, sum.net), ("tax", tax, sum.tax), ("gross", gross, sum.gross)] {
            if said != is {
                let message = format!("the lines and charges sum to `{is}`, not to `{said}`; copy the totals from the quote");
                problems.error(OrderCode::Totals, &path.field(field), message);
            }
        }
    }
}

fn check_taxes(taxes: &[InvoiceTax], tax: Money, path: &Path<'_>, problems: &mut Diagnostics) {
    if !taxes_add_up(taxes, tax) {
        let message = format!("the taxes do not sum to the tax, `{tax}`; copy them from the quote");
        problems.error(OrderCode::Totals, &path.field("taxes"), message);
    }
}
