//! What lines took of tariffs, and of what the host counts.

use crate::id::{CounterId, Ordinal};
use crate::money::{ArithmeticError, Decimal, Exact, Rounding, UnitPrice};
use crate::pricing::{Covers, Found, Lines, PriceError, Query};

/// What lines took of tariffs, in the order in which they were priced; to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What is left of lines that a cap cut, in base units.
    rests: Vec<(usize, Decimal)>,
    /// Lines that need nothing but a price per unit.
    pub linear: Vec<(usize, Found)>,
    /// What lists charged for lines.
    pub portions: Vec<Portion>,
    /// The tiers in which those lie.
    pub slices: Vec<TierSlice>,
    /// What counters moved.
    pub counters: Vec<CounterUse>,
}

/// What a list charges for a line, or for the part of it that it takes.
#[derive(Debug, Clone, Copy)]
pub struct Portion {
    /// The line, counted from 0.
    pub line: usize,
    /// The list's number in the order of the rulebook.
    pub list: usize,
    /// The amount before it is rounded.
    pub exact: Exact,
    /// The amount in minor units.
    pub amount: i64,
}

/// A part of a line that lies in one tier.
#[derive(Debug, Clone, Copy)]
pub struct TierSlice {
    /// The line, counted from 0.
    pub line: usize,
    /// The list's number in the order of the rulebook.
    pub list: usize,
    /// Where the tier begins.
    pub from: Decimal,
    /// Where the next one begins.
    pub until: Option<Decimal>,
    /// How much of the line lies in it.
    pub quantity: Decimal,
    /// The price of a unit or of a package.
    pub unit_price: Option<UnitPrice>,
    /// Whether the tier's flat amount is in it.
    pub flat: bool,
    /// The amount in minor units.
    pub amount: i64,
}

/// What a document adds to a counter.
#[derive(Debug, Clone)]
pub struct CounterUse {
    /// The counter.
    pub counter: CounterId,
    /// For which text of a product or an attribute it counts.
    pub group: Option<String>,
    /// Where it stood before the document.
    pub opening: Decimal,
    /// What the document adds.
    pub delta: Decimal,
}

impl Asked {
    /// Forgets the document before.
    pub fn clear(&mut self) {
        self.rests.clear();
        self.linear.clear();
        self.portions.clear();
        self.slices.clear();
        self.counters.clear();
    }

    /// How much of a line is to be priced, in base units.
    pub fn base_quantity<L: Lines>(&self, line: usize, lines: &L) -> Option<Decimal> {
        let rest = || self.rests.iter().find(|(known, _)| *known == line).map(|(_, rest)| *rest);
        if self.rests.is_empty() { lines.base_quantity(line) } else { rest().or_else(|| lines.base_quantity(line)) }
    }

    /// Leaves so much of a line for the lists that are asked next, in base units.
    pub fn cut(&mut self, line: usize, rest: Decimal) {
        match self.rests.iter_mut().find(|(known, _)| *known == line) {
            Some((_, known)) => *known = rest,
            None => self.rests.push((line, rest)),
        }
    }

    /// Whether a cap cut any line.
    pub fn has_cuts(&self) -> bool {
        !self.rests.is_empty()
    }

    /// Whether a cap cut the line.
    pub fn is_cut(&self, line: usize) -> bool {
        self.rests.iter().any(|(known, _)| *known == line)
    }

    /// Takes a part of a line to its price, for which it needs no tiers; the quantity is in the price's unit.
    pub fn add_linear(&mut self, line: usize, found: &Found, quantity: Decimal, minor_units: u8) -> Result<(), PriceError> {
        let (per, _) = found.covers.measure();
        let (above, below) = Exact::from_decimal(per)?.lowest_terms();
        let exact = found.price.times(quantity)?.times(below, above)?;
        let amount = Rounding::half_up(minor_units).apply(exact)?;
        let list = found.list.index();
        self.portions.push(Portion { line, list, exact, amount });
        let slice =
            TierSlice { line, list, from: Decimal::ZERO, until: None, quantity, unit_price: Some(found.price), flat: false, amount };
        self.slices.push(slice);
        Ok(())
    }

    /// What lists charge for a line, once all lists were asked.
    pub fn of_line(&self, line: usize) -> &[Portion] {
        let start = self.portions.partition_point(|portion| portion.line < line);
        let end = self.portions.partition_point(|portion| portion.line <= line);
        self.portions.get(start..end).unwrap_or_default()
    }

    /// What a line costs whose parts were priced one by one: the average price of an ordered unit, and the sum.
    pub fn total<F: ?Sized, L: Lines>(&self, line: usize, query: &Query<'_, F, L>) -> Result<Option<Found>, PriceError> {
        let portions = || self.of_line(line).iter();
        let Some(first) = portions().next() else { return Ok(None) };
        let (mut exact, mut amount) = (Exact::ZERO, 0_i64);
        for portion in portions() {
            exact = exact.plus(portion.exact)?;
            amount = amount.checked_add(portion.amount).ok_or(ArithmeticError::Overflow)?;
        }
        let quantity = query.lines.quantity(line);
        let each = if quantity.is_zero() {
            Exact::ZERO
        } else {
            let (above, below) = Exact::from_decimal(quantity)?.lowest_terms();
            exact.times(below, above)?
        };
        let price = shown_price(each, query)?;
        Ok(Some(Found { list: Ordinal::of(first.list), price, covers: Covers::Line { amount } }))
    }

    /// How much of a counter was used before this document, and in it.
    pub fn used(&self, counter: &CounterId, group: Option<&str>, opening: Decimal) -> Result<Decimal, ArithmeticError> {
        let known = self.counters.iter().find(|used| used.counter == *counter && used.group.as_deref() == group);
        opening.checked_add(known.map_or(Decimal::ZERO, |used| used.delta))
    }

    pub fn count(&mut self, counter: &CounterId, group: Option<&str>, opening: Decimal, delta: Decimal) -> Result<(), ArithmeticError> {
        let known = self.counters.iter_mut().find(|used| used.counter == *counter && used.group.as_deref() == group);
        match known {
            Some(used) => used.delta = used.delta.checked_add(delta)?,
            None => {
                let group = group.map(str::to_owned);
                self.counters.push(CounterUse { counter: counter.clone(), group, opening, delta });
            }
        }
        Ok(())
    }
}

/// A price as it is shown: with four digits more than the currency's where its decimals never end.
pub fn shown_price<F: ?Sized, L>(price: Exact, query: &Query<'_, F, L>) -> Result<UnitPrice, ArithmeticError> {
    let minor_units = query.currency.minor_units();
    match price.to_decimal().and_then(|price| UnitPrice::new(price, query.currency)) {
        Ok(price) => Ok(price),
        Err(_) => UnitPrice::rounded(price, &Rounding::half_up(minor_units.saturating_add(4)), query.currency),
    }
}
