//! What an answer gives to be frozen: the same that a request takes.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::result::Quote;
use crate::id::PriceListId;
use crate::money::{Currency, Decimal, Money, UnitPrice};

/// What has been determined, for a later request whose `frozen` it is to be.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct FrozenView<'q> {
    /// The fingerprint of the rulebook whose prices these are: of the one that made the answer, unless all its prices were frozen before.
    pub rulebook: &'q str,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The lines that have a price.
    #[schemars(with = "Vec<FrozenLineView<'static>>")]
    pub lines: FrozenLines<'q>,
    /// The charges.
    #[schemars(with = "Vec<FrozenChargeView<'static>>")]
    pub charges: FrozenCharges<'q>,
}

/// A line's price as it can be frozen.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct FrozenLineView<'q> {
    /// The line.
    pub line: &'q str,
    /// The product that the price is for.
    pub product: &'q str,
    /// The quantity that the price is for.
    pub quantity: Decimal,
    /// Its unit.
    pub unit: &'q str,
    /// The list that the price was from; absent where it was set by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_list: Option<&'q str>,
    /// The price per unit that was found.
    pub list_price: UnitPrice,
    /// The line at the price that was found.
    pub list_amount: Money,
    /// The price per unit after all stages, where they rounded at the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_unit_price: Option<UnitPrice>,
    /// What the line costs after every step before tax: with tax where prices include it.
    pub amount: Money,
}

/// A charge as it can be frozen.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct FrozenChargeView<'q> {
    /// The charge.
    pub charge: &'q str,
    /// What percentages were taken on.
    pub base: Money,
    /// What is charged.
    pub amount: Money,
    /// What of it is in the amounts of the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_lines: Option<Money>,
}

/// The lines of a [`FrozenView`].
#[derive(Debug, Clone, Copy)]
pub struct FrozenLines<'q>(&'q Quote);

/// The charges of a [`FrozenView`].
#[derive(Debug, Clone, Copy)]
pub struct FrozenCharges<'q>(&'q Quote);

impl Serialize for FrozenLines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.frozen_lines())
    }
}

impl Serialize for FrozenCharges<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.frozen_charges())
    }
}

impl Quote {
    /// What has been determined, where it was asked for: put into a later request it stands.
    #[must_use]
    pub fn frozen(&self) -> Option<FrozenView<'_>> {
        let rulebook = &self.extras.frozen_by.as_ref()?.0;
        Some(FrozenView { rulebook, currency: self.currency, lines: FrozenLines(self), charges: FrozenCharges(self) })
    }

    fn frozen_lines(&self) -> impl Iterator<Item = FrozenLineView<'_>> {
        let parts = self.rulebook.parts();
        self.lines.iter().zip(self.lines()).filter_map(move |(line, view)| {
            let (price, ordered) = (line.price?, line.ordered?);
            Some(FrozenLineView {
                line: view.id(),
                product: view.product(),
                quantity: line.quantity,
                unit: parts.symbols.text(ordered.unit),
                price_list: parts.pricing.list_id(price.list.index()).map(PriceListId::as_str),
                list_price: price.unit_price,
                list_amount: self.money(price.amount),
                net_unit_price: line.figure.unit,
                amount: self.money(line.figure.amount),
            })
        })
    }

    fn frozen_charges(&self) -> impl Iterator<Item = FrozenChargeView<'_>> {
        self.extras.charges.iter().filter_map(|result| {
            let charge = self.rulebook.parts().charges.get(result.charge.index())?;
            let (base, amount) = (self.money(result.charged.base), self.money(result.charged.amount));
            let in_lines = (result.in_lines != 0).then(|| self.money(result.in_lines));
            Some(FrozenChargeView { charge: charge.id.as_str(), base, amount, in_lines })
        })
    }
}
