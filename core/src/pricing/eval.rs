//! Finding the price of a line.

use super::compile::{PriceList, PriceStep, Pricing, Record, Terms};
use super::heads::Opened;
use crate::expr::Facts;
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

/// The lists that may have a price for a document, in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub struct OpenLists(Vec<(usize, Opened)>);

impl Pricing {
    /// Finds the lists of a step that may have prices for a document: of its currency, valid on its date, with records for it.
    pub fn open<F: Facts + ?Sized>(&self, step: &PriceStep, facts: &F, date: Date, currency: Currency, open: &mut OpenLists) {
        open.0.clear();
        for number in &step.access {
            let Some(list) = self.lists.get(*number).filter(|list| list.currency == currency && list.valid.contains(date)) else {
                continue;
            };
            open.0.extend(list.heads.open(&list.keys, facts).map(|opened| (*number, opened)));
        }
    }

    /// The price of a line: of the first list that has one.
    ///
    /// # Errors
    /// [`ArithmeticError`] when a quantity is too large to convert.
    pub fn find<F: Facts + ?Sized>(&self, open: &OpenLists, query: &Query<'_, F>) -> Result<Option<Found>, ArithmeticError> {
        for (number, opened) in &open.0 {
            let Some(list) = self.lists.get(*number) else { continue };
            let Some((record, terms)) = list.record(opened, query) else { continue };
            let Some(quantity) = (query.quantity_in)(terms.unit)? else { continue };
            let Some(price) = list.tier_price(*record, terms, quantity) else { continue };
            return Ok(Some(Found { list: *number, price, per: terms.per, unit: terms.unit, quantity }));
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
    /// What a record says besides its prices.
    pub(super) fn terms(&self, number: u32) -> Option<&Terms> {
        self.terms.get_index(usize::try_from(number).ok()?)
    }

    /// The record of the line's key that is valid on the day.
    fn record<F: Facts + ?Sized>(&self, opened: &Opened, query: &Query<'_, F>) -> Option<(&Record, &Terms)> {
        let first = self.heads.find(*opened, &self.keys, query.facts, query.line)?;
        for record in self.records.get(first..)? {
            let terms = self.terms(record.terms)?;
            if terms.valid.contains(query.date) {
                return Some((record, terms));
            }
            if record.last {
                return None;
            }
        }
        None
    }

    /// The price of the highest tier that the quantity reaches.
    fn tier_price(&self, record: Record, terms: &Terms, quantity: Decimal) -> Option<UnitPrice> {
        let tier = terms.from.iter().rposition(|from| *from <= quantity)?;
        let price = usize::try_from(record.first_price).ok()?.checked_add(tier)?;
        self.prices.get(price).copied()
    }
}
