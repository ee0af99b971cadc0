//! Prices that are found by one look into a table: lists all of whose records have the same terms, in the products' base units.
//!
//! That is what nearly all lists are on nearly every day. Those that a step asks one after the other are looked at together for each
//! line: whether a list has a line's price is as good as random, so that asking them in turn would be mostly guessing wrong.

use super::heads::{OpenLine, Opened};
use super::list::{PriceList, Terms};
use super::ranks::Ranks;
use super::{Covers, Found, Lines, PriceStep, Pricing, Query};
use crate::expr::{Facts, Slot};
use crate::id::{Ordinal, Symbol};
use crate::money::Decimal;
use crate::time::Date;

/// The lists that a step asks first, as far as they are plain and price single base units: lines may ask them one by one.
pub(crate) struct PlainLists<'l> {
    key: Slot,
    lists: Vec<Plain<'l>>,
}

impl Pricing {
    /// The lists that a step asks first, as far as they are plain; none where the first is not.
    pub(crate) fn plain_lists<F: Facts + ?Sized, L: Lines>(&self, step: &PriceStep, query: &Query<'_, F, L>) -> Option<PlainLists<'_>> {
        let mut key = None;
        let mut lists = Vec::with_capacity(step.access.len());
        for number in &step.access {
            let Some(list) = self.lists.get(*number).filter(|list| list.may_have_prices(query)) else { continue };
            // A tariff may have a price for a document whose section is not there: for another of several values of an attribute.
            if list.rules.is_some() {
                break;
            }
            let Some(opened) = list.heads.open(&list.keys, query.facts) else { continue };
            let plain = Plain::of(list, *number, opened, query.date).filter(|plain| plain.covers == Covers::Each);
            let Some(plain) = plain.filter(|_| key.is_none() || key == list.heads.line_key) else { break };
            key = list.heads.line_key;
            lists.push(plain);
        }
        Some(PlainLists { key: key?, lists })
    }
}

impl PlainLists<'_> {
    /// The attribute of lines by which all of them find a price.
    pub(crate) fn key(&self) -> Slot {
        self.key
    }

    /// Finds the prices of lines: each comes with the symbol that it has in the key's slot, and orders so many whole base units. Those that
    /// have none are left out; the others have a price for each base unit.
    ///
    /// The places of all prices are found first: what they hold is then asked of far memory for many lines at a time.
    #[inline]
    pub(crate) fn find<'p>(
        &'p self,
        lines: impl Iterator<Item = (usize, Symbol, i64)>,
        taken: &'p mut PlainPrices,
    ) -> impl Iterator<Item = (usize, i64, Found)> + 'p {
        let PlainPrices(taken) = taken;
        taken.clear();
        for (line, symbol, quantity) in lines {
            let place = of_whole(&self.lists, symbol.number(), quantity);
            if place.list < self.lists.len() {
                taken.push((quantity, Taken { line, place, digits: None }));
            }
        }
        read_digits(&self.lists, taken.iter_mut().map(|(_, taken)| taken));
        taken.iter().filter_map(|(quantity, taken)| Some((taken.line, *quantity, taken.found(&self.lists)?)))
    }
}

/// The quantities and prices that [`PlainLists`] found, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlainPrices(Vec<(i64, Taken)>);

/// Such a list.
pub(super) struct Plain<'l> {
    number: Ordinal,
    list: &'l PriceList,
    first_prices: &'l Ranks,
    terms: &'l Terms,
    covers: Covers,
    /// The least whole quantity that has a price.
    least: i64,
}

impl<'l> Plain<'l> {
    /// The list, when it is one on that day for the document whose section was opened.
    pub fn of(list: &'l PriceList, number: usize, opened: Opened, date: Date) -> Option<Self> {
        let (terms, first_prices) = list.heads.uniform(opened)?;
        let terms = list.terms(terms).filter(|terms| terms.offer.unit.is_none() && terms.offer.valid.contains(date))?;
        let (covers, least) = (Covers::units(terms.offer.per, None), *terms.from_whole.first()?);
        Some(Self { number: Ordinal::of(number), list, first_prices, terms, covers, least })
    }

    /// The number of the price of a symbol in the last of so many tiers.
    fn price(&self, symbol: u32, tiers: usize) -> Option<usize> {
        usize::try_from(self.first_prices.get(symbol)?).ok()?.checked_add(tiers.checked_sub(1)?)
    }
}

/// A line that has its price from one of such lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    line: usize,
    place: Place,
    /// The digits of its price.
    digits: Option<i64>,
}

impl Taken {
    /// Its price, whose digits are known.
    #[inline]
    fn found(&self, run: &[Plain<'_>]) -> Option<Found> {
        let Plain { number, list, covers, .. } = run.get(self.place.list)?;
        let price = list.prices.price(self.place.price, self.digits?, list.currency);
        Some(Found { list: *number, price, covers: *covers })
    }
}

/// Reads the digits of prices, in a loop that does nothing else, so that the memory is asked for many at a time.
fn read_digits<'t>(run: &[Plain<'_>], taken: impl Iterator<Item = &'t mut Taken>) {
    for Taken { place, digits, .. } in taken {
        *digits = run.get(place.list).and_then(|plain| plain.list.prices.digits(place.price));
    }
}

/// Where a price is. Two numbers, of which a function can give both in registers.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Which of the lists.
    list: usize,
    /// The number of the price.
    price: usize,
}

impl Place {
    /// In none of the lists.
    const NOWHERE: Self = Self { list: usize::MAX, price: usize::MAX };
}

/// Takes the lines whose prices one of the lists has out of the open ones: each has that of the first list that has one.
pub(super) fn take<L: Lines>(
    run: &mut Vec<Plain<'_>>,
    lines: &L,
    open: &mut Vec<OpenLine>,
    taken: &mut Vec<Taken>,
    found: &mut [Option<Found>],
) {
    if run.is_empty() {
        return;
    }
    // 1. Where the prices are.
    taken.clear();
    for line in open.iter() {
        let place = match line.whole {
            Some(whole) => of_whole(run, line.symbol, whole),
            None => lines.base_quantity(line.line).map_or(Place::NOWHERE, |quantity| of_fraction(run, line.symbol, quantity)),
        };
        if place.list < run.len() {
            taken.push(Taken { line: line.line, place, digits: None });
        }
    }
    // 2. The prices.
    read_digits(run, taken.iter_mut());
    for price in taken.iter() {
        if let Some(slot) = found.get_mut(price.line) {
            *slot = price.found(run);
        }
    }
    // 3. What is still open.
    if taken.len() == open.len() {
        open.clear();
    } else {
        let mut gone = taken.iter().peekable();
        open.retain(|line| gone.next_if(|taken| taken.line == line.line).is_none());
    }
    run.clear();
}

/// Where the price of a whole quantity is. Every list is looked at, from the last to the first, so that no branch has to be guessed.
#[inline]
fn of_whole(run: &[Plain<'_>], symbol: u32, quantity: i64) -> Place {
    let mut chosen = usize::MAX;
    for (number, plain) in run.iter().enumerate().rev() {
        let has = plain.first_prices.has(symbol) & (plain.least <= quantity);
        chosen = if has { number } else { chosen };
    }
    let price = run.get(chosen).and_then(|plain| plain.price(symbol, plain.terms.reached_by_whole(quantity)));
    price.map_or(Place::NOWHERE, |price| Place { list: chosen, price })
}

/// Where the price of another quantity is.
#[cold]
fn of_fraction(run: &[Plain<'_>], symbol: u32, quantity: Decimal) -> Place {
    let price = |plain: &Plain<'_>| plain.price(symbol, plain.terms.reached(quantity));
    let found = run.iter().enumerate().find_map(|(list, plain)| Some(Place { list, price: price(plain)? }));
    found.unwrap_or(Place::NOWHERE)
}
