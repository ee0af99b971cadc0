//! Prices that are found by one look into a table: lists all of whose records have the same terms, in the products' base units.
//!
//! That is what nearly all lists are on nearly every day. Those that a step asks one after the other are looked at together for each
//! line: whether a list has a line's price is as good as random, so that asking them in turn would be mostly guessing wrong.

use super::heads::{OpenLine, Opened};
use super::list::{PriceList, Terms};
use super::ranks::Ranks;
use super::{Found, Lines};
use crate::id::Ordinal;
use crate::money::Decimal;
use crate::time::Date;

/// Such a list.
pub(super) struct Plain<'l> {
    number: Ordinal,
    list: &'l PriceList,
    first_prices: &'l Ranks,
    terms: &'l Terms,
    /// The least whole quantity that has a price.
    least: i64,
}

impl<'l> Plain<'l> {
    /// The list, when it is one on that day for the document whose section was opened.
    pub fn of(list: &'l PriceList, number: usize, opened: Opened, date: Date) -> Option<Self> {
        let (terms, first_prices) = list.heads.uniform(opened)?;
        let terms = list.terms(terms).filter(|terms| terms.offer.unit.is_none() && terms.offer.valid.contains(date))?;
        Some(Self { number: Ordinal::of(number), list, first_prices, least: *terms.from_whole.first()?, terms })
    }

    /// The number of the price of a symbol in the last of so many tiers.
    fn price(&self, symbol: u32, tiers: usize) -> Option<usize> {
        usize::try_from(self.first_prices.get(symbol)?).ok()?.checked_add(tiers.checked_sub(1)?)
    }

    fn found(&self, price: usize) -> Option<Found> {
        let price = self.list.prices.get(price, self.list.currency)?;
        Some(Found { list: self.number, price, per: self.terms.offer.per, unit: None, amount: None })
    }
}

/// A line that has its price from one of such lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    line: usize,
    /// Which of the lists.
    list: usize,
    /// The number of the price.
    price: usize,
}

/// Takes the lines whose prices one of the lists has out of the open ones: each has that of the first list that has one.
///
/// The prices are read in a loop of their own, so that the memory is asked for many at a time.
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
    taken.clear();
    open.retain(|line| {
        let place = match line.whole {
            Some(whole) => of_whole(run, line.symbol, whole),
            None => lines.base_quantity(line.line).and_then(|quantity| of_fraction(run, line.symbol, quantity)),
        };
        let Some((list, price)) = place else { return true };
        taken.push(Taken { line: line.line, list, price });
        false
    });
    for Taken { line, list, price } in taken.iter() {
        if let (Some(place), Some(plain)) = (found.get_mut(*line), run.get(*list)) {
            *place = plain.found(*price);
        }
    }
    run.clear();
}

/// Where the price of a whole quantity is. Every list is looked at, from the last to the first, so that no branch has to be guessed.
fn of_whole(run: &[Plain<'_>], symbol: u32, quantity: i64) -> Option<(usize, usize)> {
    let mut chosen = usize::MAX;
    for (number, plain) in run.iter().enumerate().rev() {
        let has = plain.first_prices.has(symbol) & (plain.least <= quantity);
        chosen = if has { number } else { chosen };
    }
    let plain = run.get(chosen)?;
    Some((chosen, plain.price(symbol, plain.terms.reached_by_whole(quantity))?))
}

/// Where the price of another quantity is.
#[cold]
fn of_fraction(run: &[Plain<'_>], symbol: u32, quantity: Decimal) -> Option<(usize, usize)> {
    run.iter().enumerate().find_map(|(number, plain)| Some((number, plain.price(symbol, plain.terms.reached(quantity))?)))
}
