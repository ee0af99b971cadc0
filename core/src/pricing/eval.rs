//! Finding the price of a line.

use super::compile::{PriceStep, Pricing};
use super::heads::Head;
use super::list::{Offer, PriceList, Terms};
use crate::expr::Facts;
use crate::id::{PriceListId, Symbol};
use crate::money::{ArithmeticError, Currency, Decimal, UnitPrice};
use crate::time::Date;

/// What prices are asked for.
pub struct Query<'q, F: ?Sized, Q> {
    /// The document, where the keys are read.
    pub facts: &'q F,
    /// The day that decides which lists and records are valid.
    pub date: Date,
    /// The document's currency.
    pub currency: Currency,
    /// The quantity of a line in a unit; base units for `None`. No quantity when the product does not convert to the unit.
    pub quantity_in: Q,
}

/// How a [`Query`] knows the quantity of a line in a unit.
pub trait QuantityIn: Fn(usize, Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError> {}

impl<Q: Fn(usize, Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError>> QuantityIn for Q {}

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
    /// The lines that have no price yet, each with the record of its key in the list that is asked.
    open: Vec<(usize, Option<Head>)>,
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
    pub fn find<F: Facts + ?Sized, Q: QuantityIn>(
        &self,
        step: &PriceStep,
        query: &Query<'_, F, Q>,
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
            for (line, head) in open.iter_mut() {
                *head = list.heads.find(opened, &list.keys, query.facts, *line);
            }
            open.retain(|(line, head)| {
                let price = head.map_or(Ok(None), |head| list.find(*number, *line, head, query));
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
    fn terms(&self, number: u32) -> Option<&Terms> {
        self.terms.get(usize::try_from(number).ok()?)
    }

    /// Whether the list is of the document's currency and valid on its date.
    fn may_have_prices<F: ?Sized, Q>(&self, query: &Query<'_, F, Q>) -> bool {
        self.currency == query.currency && self.valid.contains(query.date)
    }

    /// The price of a line, whose key has that record.
    fn find<F: ?Sized, Q: QuantityIn>(
        &self,
        number: usize,
        line: usize,
        head: Head,
        query: &Query<'_, F, Q>,
    ) -> Result<Option<Found>, ArithmeticError> {
        let Some((first, terms)) = self.record(head, query.date) else { return Ok(None) };
        let Offer { unit, per, .. } = terms.offer;
        let Some(quantity) = (query.quantity_in)(line, unit)? else { return Ok(None) };
        let price = terms.tier(quantity).and_then(|tier| self.prices.get(first.checked_add(tier)?, self.currency));
        Ok(price.map(|price| Found { list: number, price, per, unit, quantity }))
    }

    /// Of the records of a key the one that is valid on the day: where its prices begin, and its terms.
    fn record(&self, head: Head, date: Date) -> Option<(usize, &Terms)> {
        let first = usize::try_from(head.first).ok()?;
        if !head.is_several() {
            let terms = self.terms(head.terms)?;
            return terms.offer.valid.contains(date).then_some((first, terms));
        }
        for record in self.several.get(first..)? {
            let terms = self.terms(record.head.terms)?;
            if terms.offer.valid.contains(date) {
                return Some((usize::try_from(record.head.first).ok()?, terms));
            }
            if record.last {
                return None;
            }
        }
        None
    }
}
