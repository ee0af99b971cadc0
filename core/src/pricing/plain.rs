//! Prices that are found by one look into a table: lists all of whose records have the same terms, in the products' base units.
//!
//! That is what nearly all lists are on nearly every day. Those that a step asks one after the other are looked at together for each
//! line: whether a list has a line's price is as good as random, so that asking them in turn would be mostly guessing wrong.

use super::heads::{OpenLine, Opened};
use super::list::{PriceList, Terms, reached};
use super::ranks::Ranks;
use super::{Covers, Found, Lines, PriceStep, Pricing, Query};
use crate::expr::{Facts, Slot};
use crate::id::{Ordinal, Symbol};
use crate::money::{Decimal, UnitPrice};
use crate::time::Date;

/// The lists that a step asks first, as far as they are plain and price single base units: lines may ask them one by one.
pub(crate) struct PlainLists<'l> {
    key: Slot,
    lists: Vec<Plain<'l>>,
    /// From so many units on every list has a tier: then only which of them has the product is to be found out.
    least: i64,
}

impl Pricing {
    /// The lists that a step asks first, as far as they are plain; none where the first is not.
    #[inline(never)]
    pub(crate) fn plain_lists<F: Facts + ?Sized, L: Lines>(&self, step: &PriceStep, query: &Query<'_, F, L>) -> Option<PlainLists<'_>> {
        let (mut key, mut least) = (None, i64::MIN);
        let mut lists = Vec::with_capacity(step.access.len());
        for number in &step.access {
            let Some(list) = self.lists.get(*number).filter(|list| list.may_have_prices(query)) else { continue };
            // A tariff may have a price for a document whose section is not there: for another of several values of an attribute.
            if list.rules.is_some() {
                break;
            }
            let Some(opened) = list.heads.open(&list.keys, query.facts) else { continue };
            let Some(plain) = Plain::of(list, *number, opened, query.date) else { break };
            if !plain.terms.of_each || key.is_some() && key != list.heads.line_key {
                break;
            }
            (key, least) = (list.heads.line_key, plain.least.max(least));
            lists.push(plain);
        }
        Some(PlainLists { key: key?, lists, least })
    }
}

impl PlainLists<'_> {
    /// The attribute of lines by which all of them find a price.
    pub(crate) fn key(&self) -> Slot {
        self.key
    }

    /// Finds the prices of lines: each comes with the symbol that it has in the key's slot, and orders so many whole base units. Those that
    /// have none, or reach no tier in one of the lists, are left out; the others have a price for each base unit.
    ///
    /// The places of all prices are found first: what they hold is then asked of far memory for many lines at a time.
    #[inline]
    pub(crate) fn find<'p>(
        &'p self,
        lines: impl Iterator<Item = (usize, Symbol, i64)>,
        PlainPrices(taken): &'p mut PlainPrices,
    ) -> impl Iterator<Item = (usize, Ordinal, UnitPrice)> + 'p {
        self.place(lines, taken);
        read_digits(&self.lists, taken);
        taken.iter().filter_map(|taken| {
            let (plain, price) = taken.price(&self.lists)?;
            Some((taken.line, plain.number, price))
        })
    }

    /// Finds where the prices are. A function of its own, as the loops of the next steps are: so what each needs stays in registers.
    #[inline(never)]
    fn place(&self, lines: impl Iterator<Item = (usize, Symbol, i64)>, taken: &mut Vec<Taken>) {
        taken.clear();
        for (line, symbol, quantity) in lines {
            let symbol = symbol.number();
            let place = || placed(&self.lists, symbol, quantity, move |plain| plain.first_prices.has(symbol));
            if let Some(place) = (quantity >= self.least).then(place).flatten() {
                taken.push(Taken { line, place, digits: None });
            }
        }
    }
}

/// The prices that [`PlainLists`] found, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlainPrices(Vec<Taken>);

/// Such a list.
pub(super) struct Plain<'l> {
    number: Ordinal,
    list: &'l PriceList,
    first_prices: &'l Ranks,
    terms: &'l Terms,
    /// The tiers' least quantities, where they are as many as nearly all lists have.
    few: Option<&'l [i64; 4]>,
    /// The least whole quantity that has a price.
    least: i64,
}

impl<'l> Plain<'l> {
    /// The list, when it is one on that day for the document whose section was opened.
    #[inline]
    pub fn of(list: &'l PriceList, number: usize, opened: Opened, date: Date) -> Option<Self> {
        let (terms, first_prices) = list.heads.uniform(opened)?;
        let terms = list.terms(terms)?;
        if terms.offer.unit.is_some() || !terms.offer.valid.contains(date) {
            return None;
        }
        let few = <&[i64; 4]>::try_from(&*terms.from_whole).ok();
        Some(Self { number: Ordinal::of(number), list, first_prices, terms, few, least: *terms.from_whole.first()? })
    }

    /// The number of the price of a symbol in the last of so many tiers.
    #[inline]
    fn place(&self, symbol: u32, tiers: usize) -> Option<usize> {
        usize::try_from(self.first_prices.get(symbol)?).ok()?.checked_add(tiers.checked_sub(1)?)
    }

    /// How many tiers a whole quantity reaches.
    #[inline]
    fn reached(&self, quantity: i64) -> usize {
        match self.few {
            Some(from) => reached(from, quantity).min(self.terms.from.len()),
            None => self.terms.reached_by_whole(quantity),
        }
    }
}

/// A line that has its price from one of such lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// The digits of its price.
    digits: Option<i64>,
    place: Place,
    line: usize,
}

impl Taken {
    /// Its list and its price, whose digits are known.
    #[inline]
    fn price<'p, 'l>(&self, run: &'p [Plain<'l>]) -> Option<(&'p Plain<'l>, UnitPrice)> {
        let plain = run.get(self.place.list)?;
        let price = match plain.list.zero {
            Some(zero) => zero.with_digits(self.digits?),
            None => plain.list.prices.price(self.place.price, self.digits?, plain.list.currency),
        };
        Some((plain, price))
    }
}

/// Reads the digits of prices, in a loop that does nothing else, so that the memory is asked for many at a time.
#[inline(never)]
fn read_digits(run: &[Plain<'_>], taken: &mut [Taken]) {
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
            None => lines.base_quantity(line.line).and_then(|quantity| of_fraction(run, line.symbol, quantity)),
        };
        taken.extend(place.map(|place| Taken { line: line.line, place, digits: None }));
    }
    // 2. The prices.
    read_digits(run, taken);
    for taken in taken.iter() {
        let (Some(slot), Some((plain, price))) = (found.get_mut(taken.line), taken.price(run)) else { continue };
        let covers = if plain.terms.of_each { Covers::Each } else { Covers::units(plain.terms.offer.per, None) };
        *slot = Some(Found { list: plain.number, price, covers });
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

/// Where the price of a whole quantity is.
#[inline]
fn of_whole(run: &[Plain<'_>], symbol: u32, quantity: i64) -> Option<Place> {
    placed(run, symbol, quantity, |plain| plain.first_prices.has(symbol) & (plain.least <= quantity))
}

/// Where the price of a whole quantity is: in the first list that has it. Every list is looked at, from the last to the first, so that no
/// branch has to be guessed.
#[inline]
fn placed(run: &[Plain<'_>], symbol: u32, quantity: i64, has: impl Fn(&Plain<'_>) -> bool) -> Option<Place> {
    let (mut number, mut list) = (run.len(), usize::MAX);
    for plain in run.iter().rev() {
        number = number.wrapping_sub(1);
        list = if has(plain) { number } else { list };
    }
    let plain = run.get(list)?;
    Some(Place { list, price: plain.place(symbol, plain.reached(quantity))? })
}

/// Where the price of another quantity is.
#[cold]
fn of_fraction(run: &[Plain<'_>], symbol: u32, quantity: Decimal) -> Option<Place> {
    let price = |plain: &Plain<'_>| plain.place(symbol, plain.terms.reached(quantity));
    run.iter().enumerate().find_map(|(list, plain)| Some(Place { list, price: price(plain)? }))
}
