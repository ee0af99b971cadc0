//! Finding the price of a line.

use super::compile::{PriceList, PriceStep, Pricing, Record, Terms};
use crate::expr::Facts;
use crate::id::{PriceListId, Symbol};
use crate::money::{ArithmeticError, Currency, Decimal, UnitPrice};
use crate::time::Date;

/// What prices are asked for.
pub struct Query<'q, F: ?Sized> {
    /// The document, where the keys are read.
    pub facts: &'q F,
    /// The day that decides which lists and records are valid.
    pub date: Date,
    /// The document's currency.
    pub currency: Currency,
    /// The quantity of a line in a unit; base units for `None`. No quantity when the product does not convert to the unit.
    pub quantity_in: &'q dyn Fn(usize, Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError>,
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

/// The prices that were found, with the buffers of finding them, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub struct FoundPrices {
    /// By line.
    found: Vec<Result<Option<Found>, ArithmeticError>>,
    /// The lines that have no price yet, each with the first record of its key in the list that is asked.
    open: Vec<(usize, Option<usize>)>,
}

impl FoundPrices {
    /// The price of a line.
    ///
    /// # Errors
    /// [`ArithmeticError`] when a quantity is too large to convert.
    pub fn of_line(&self, line: usize) -> Result<Option<Found>, ArithmeticError> {
        self.found.get(line).copied().unwrap_or(Ok(None))
    }
}

impl Pricing {
    /// Finds the prices of lines: each of the first list of the step that has one.
    ///
    /// A list is asked for all lines before the next list is: looking up many keys at a time takes little longer than looking up
    /// one, because the memory is asked for all of them at once.
    pub fn find<F: Facts + ?Sized>(
        &self,
        step: &PriceStep,
        query: &Query<'_, F>,
        lines: impl Iterator<Item = usize>,
        prices: &mut FoundPrices,
    ) {
        let FoundPrices { found, open } = prices;
        found.clear();
        found.resize(query.facts.line_count(), Ok(None));
        open.clear();
        open.extend(lines.map(|line| (line, None)));
        for number in &step.access {
            let Some(list) = self.lists.get(*number).filter(|list| list.may_have_prices(query)) else { continue };
            let Some(opened) = list.heads.open(&list.keys, query.facts) else { continue };
            for (line, first) in open.iter_mut() {
                *first = list.heads.find(opened, &list.keys, query.facts, *line);
            }
            open.retain(|(line, first)| {
                let price = first.map_or(Ok(None), |first| list.find(*number, *line, first, query));
                let goes_on = price == Ok(None);
                if let Some(place) = found.get_mut(*line) {
                    *place = price;
                }
                goes_on
            });
        }
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

    /// Whether the list is of the document's currency and valid on its date.
    fn may_have_prices<F: ?Sized>(&self, query: &Query<'_, F>) -> bool {
        self.currency == query.currency && self.valid.contains(query.date)
    }

    /// The price of a line, whose key has its first record there.
    fn find<F: ?Sized>(&self, number: usize, line: usize, first: usize, query: &Query<'_, F>) -> Result<Option<Found>, ArithmeticError> {
        let Some((record, terms)) = self.record(first, query.date) else { return Ok(None) };
        let Some(quantity) = (query.quantity_in)(line, terms.unit)? else { return Ok(None) };
        let price = self.tier_price(*record, terms, quantity);
        Ok(price.map(|price| Found { list: number, price, per: terms.per, unit: terms.unit, quantity }))
    }

    /// Of the records of a key the one that is valid on the day.
    fn record(&self, first: usize, date: Date) -> Option<(&Record, &Terms)> {
        for record in self.records.get(first..)? {
            let terms = self.terms(record.terms)?;
            if terms.valid.contains(date) {
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
