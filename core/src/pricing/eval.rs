//! Finding the price of a line.

use super::compile::{KEY_WIDTH, NO_KEY, PriceList, PriceStep, Pricing, Record};
use crate::expr::{Facts, Value};
use crate::id::{PriceListId, Symbol};
use crate::money::{ArithmeticError, Currency, Decimal, UnitPrice};
use crate::time::Date;

/// What a price is asked for.
pub struct Query<'q, F: ?Sized> {
    /// The document, where the keys are read.
    pub facts: &'q F,
    /// The line, counted from 0.
    pub line: usize,
    /// The day that decides which records are valid.
    pub date: Date,
    /// The document's currency.
    pub currency: Currency,
    /// The quantity in a unit; base units for `None`. No quantity when the product does not convert to the unit.
    pub quantity_in: &'q dyn Fn(Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError>,
}

/// A price that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The list's number in the order of the rulebook.
    pub list: usize,
    /// The price.
    pub price: UnitPrice,
    /// For how many units it is.
    pub per: Decimal,
    /// The unit it is for; the product's base unit when none.
    pub unit: Option<Symbol>,
    /// The quantity in that unit.
    pub quantity: Decimal,
}

impl Pricing {
    /// The price of a line: the first list of the step's access sequence that has one.
    ///
    /// # Errors
    /// [`ArithmeticError`] when a quantity is too large to convert.
    pub fn find<F: Facts + ?Sized>(&self, step: &PriceStep, query: &Query<'_, F>) -> Result<Option<Found>, ArithmeticError> {
        for list_number in &step.access {
            let Some(list) = self.lists.get(*list_number) else { continue };
            if list.currency != query.currency || !list.valid.contains(query.date) {
                continue;
            }
            let Some(record) = list.record(query) else { continue };
            let Some(quantity) = (query.quantity_in)(record.unit)? else { continue };
            let Some(price) = list.tier(record, quantity) else { continue };
            return Ok(Some(Found { list: *list_number, price, per: record.per, unit: record.unit, quantity }));
        }
        Ok(None)
    }

    /// The id of a list.
    #[must_use]
    pub fn list_id(&self, number: usize) -> Option<&PriceListId> {
        self.lists.get(number).map(|list| &list.id)
    }
}

impl PriceList {
    /// The record of the line's key that is valid on the day.
    fn record<F: Facts + ?Sized>(&self, query: &Query<'_, F>) -> Option<&Record> {
        let mut key = [NO_KEY; KEY_WIDTH];
        for (part, slot) in key.iter_mut().zip(&self.keys) {
            let Value::Text(text) = query.facts.value(*slot, Some(query.line)) else { return None };
            *part = text.symbol?.number();
        }
        let (start, count) = *self.heads.get(&key)?;
        let records = self.records.get(start..start.saturating_add(count)).unwrap_or_default();
        records.iter().find(|record| record.valid.contains(query.date))
    }

    /// The price of the highest tier that the quantity reaches.
    fn tier(&self, record: &Record, quantity: Decimal) -> Option<UnitPrice> {
        let tiers = self.tiers.get(record.tiers.0..record.tiers.1).unwrap_or_default();
        tiers.iter().rev().find(|tier| tier.from <= quantity).map(|tier| tier.price)
    }
}
