//! Finding the prices of lines.

use super::compile::{PriceStep, Pricing};
use super::heads::{Head, KEY_WIDTH, Key, NO_KEY, OpenLine, Place, Placed};
use super::list::{Offer, PriceList, Terms};
use super::plain::{self, Plain};
use super::tariff::{Asked, Asking, CounterUse, Portion, Rules, TierSlice};
use super::{Covers, Found, Lines, NoPrice, PriceError, PriceTieBreak, Query};
use crate::expr::{Facts, Scope, Value};
use crate::id::{CounterId, Ordinal, PriceListId, Set, Symbol};
use crate::money::{ArithmeticError, Currency, Exact};
use crate::quantity::Factor;
use crate::sort;
use crate::time::{Date, Window};

/// The prices that were found, with the buffers of finding them, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub struct FoundPrices {
    /// By line.
    found: Vec<Option<Found>>,
    /// The lines that have no price yet.
    open: Vec<OpenLine>,
    /// Those of them whose prices the list has that is asked.
    placed: Vec<Placed>,
    /// Those of them whose prices lists have that are asked together.
    taken: Vec<plain::Taken>,
    /// What all lines have for the key that was read last.
    symbols: Vec<Option<Symbol>>,
    asked: Asked,
}

impl FoundPrices {
    /// The price of a line.
    #[must_use]
    pub fn of_line(&self, line: usize) -> Option<&Found> {
        self.found.get(line)?.as_ref()
    }

    /// Forgets the last document.
    pub(crate) fn start(&mut self) {
        self.found.clear();
        self.asked.clear();
    }

    /// Sets the price of a line.
    #[inline]
    pub(crate) fn set(&mut self, line: usize, price: Found) {
        if line >= self.found.len() {
            self.found.resize(line.saturating_add(1), None);
        }
        if let Some(place) = self.found.get_mut(line) {
            *place = Some(price);
        }
    }

    /// Whether a line has its price from a tariff, or from several lists.
    #[must_use]
    pub fn has_portions(&self) -> bool {
        !self.asked.portions.is_empty()
    }

    /// What lists charge for a line that has its price from a tariff, or from several lists.
    pub fn portions(&self, line: usize) -> impl Iterator<Item = &Portion> {
        self.asked.of_line(line).iter()
    }

    /// Whether a tariff has priced or counted anything.
    #[must_use]
    pub(crate) fn has_tariffs(&self) -> bool {
        !(self.asked.slices.is_empty() && self.asked.counters.is_empty())
    }

    /// The tiers in which such lines lie, in the order in which they were priced.
    #[must_use]
    pub fn slices(&self) -> &[TierSlice] {
        &self.asked.slices
    }

    /// Adds the prices of what comes back: what it would have added to counters is taken off them.
    ///
    /// # Errors
    /// [`ArithmeticError`] when a counter is too large.
    pub fn join_returns(&mut self, returns: Self) -> Result<(), ArithmeticError> {
        for (place, found) in self.found.iter_mut().zip(returns.found).filter(|(_, found)| found.is_some()) {
            *place = found;
        }
        self.asked.slices.extend(returns.asked.slices);
        self.asked.portions.extend(returns.asked.portions);
        sort::by(&mut self.asked.portions, |one, other| one.line.cmp(&other.line));
        for CounterUse { counter, group, opening, delta } in returns.asked.counters {
            self.asked.count(&counter, group.as_deref(), opening, delta.negated())?;
        }
        Ok(())
    }

    /// What the document adds to counters.
    #[must_use]
    pub fn counters(&self) -> &[CounterUse] {
        &self.asked.counters
    }
}

impl Pricing {
    /// Finds the prices of lines: each of the first list of the step that has one.
    ///
    /// The lines come with their quantities in base units where those are whole numbers.
    ///
    /// A list is asked for all lines before the next list is: looking up many keys at a time takes little longer than looking up
    /// one, because the memory is asked for all of them at once.
    ///
    /// # Errors
    /// The line that cannot be judged, with the reason.
    pub fn find<F: Facts + ?Sized, L: Lines>(
        &self,
        step: &PriceStep,
        query: &Query<'_, F, L>,
        lines: impl Iterator<Item = (usize, Option<i64>)>,
        prices: &mut FoundPrices,
    ) -> Result<(), (usize, PriceError)> {
        prices.start();
        self.find_others(step, query, lines, prices)
    }

    /// [`Pricing::find`] for some lines, where the prices of the others were [set](FoundPrices::set).
    ///
    /// # Errors
    /// As [`Pricing::find`].
    pub(crate) fn find_others<F: Facts + ?Sized, L: Lines>(
        &self,
        step: &PriceStep,
        query: &Query<'_, F, L>,
        lines: impl Iterator<Item = (usize, Option<i64>)>,
        prices: &mut FoundPrices,
    ) -> Result<(), (usize, PriceError)> {
        let FoundPrices { found, open, placed, taken, symbols, asked } = prices;
        found.resize(query.facts.line_count(), None);
        open.clear();
        open.extend(lines.map(|(line, whole)| OpenLine::new(line, whole)));
        let (mut symbols_of, mut run) = (None, Vec::new());
        for number in &step.access {
            let Some(list) = self.lists.get(*number).filter(|list| list.may_have_prices(query)) else { continue };
            if list.rules.is_some() {
                plain::take(&mut run, query.lines, open, taken, found);
                let priced = Asking { list: *number, query, asked }.run(self, open.iter().map(|line| line.line))?;
                open.retain(|line| !priced.contains(&line.line));
                for (line, price) in asked.linear.drain(..) {
                    if let Some(place) = found.get_mut(line) {
                        *place = Some(price);
                    }
                }
                continue;
            }
            let Some(opened) = list.heads.open(&list.keys, query.facts) else { continue };
            let key = list.heads.line_key;
            if let Some(slot) = key.filter(|_| key != symbols_of) {
                plain::take(&mut run, query.lines, open, taken, found);
                symbols.clear();
                query.facts.each_symbol(slot, |_, symbol| symbols.push(symbol));
                for line in open.iter_mut() {
                    line.symbol = symbols.get(line.line).copied().flatten().map_or(NO_KEY, Symbol::number);
                }
                symbols_of = key;
            }
            if let Some(list) = Plain::of(list, *number, opened, query.date).filter(|_| !asked.has_cuts()) {
                run.push(list);
                continue;
            }
            plain::take(&mut run, query.lines, open, taken, found);
            list.heads.find(opened, &list.keys, query.facts, open);
            list.take(query, asked, open, placed)?;
            for Placed { line, place } in placed.iter() {
                let Some(price) = list.found(Ordinal::of(*number), *place) else { continue };
                if asked.is_cut(*line) {
                    add_part(query, *line, &price, asked).map_err(|error| (*line, error))?;
                } else if let Some(found) = found.get_mut(*line) {
                    *found = Some(price);
                }
            }
        }
        plain::take(&mut run, query.lines, open, taken, found);
        finish(query, prices)
    }

    /// The id of a list.
    #[must_use]
    pub fn list_id(&self, number: usize) -> Option<&PriceListId> {
        self.lists.get(number).map(|list| &list.id)
    }

    /// The number of a list.
    #[must_use]
    pub fn list_number(&self, id: &PriceListId) -> Option<usize> {
        self.lists.iter().position(|list| list.id == *id)
    }

    /// Whether a list charges something for a quantity of zero.
    #[must_use]
    pub fn charges_at_zero(&self) -> bool {
        self.lists.iter().any(|list| list.rules.as_ref().is_some_and(|rules| rules.flat_at_zero))
    }

    /// The list whose price is shown beside that of another.
    #[must_use]
    pub fn reference(&self, number: usize) -> Option<usize> {
        self.lists.get(number)?.reference
    }

    /// Every counter that a list names.
    pub fn counters(&self) -> impl Iterator<Item = &CounterId> {
        let caps = self.lists.iter().flat_map(|list| &list.tariffs).filter_map(|tariff| tariff.cap.as_ref()?.counter.as_ref());
        self.lists.iter().filter_map(|list| list.rules.as_ref()?.counter.as_ref()).chain(caps)
    }

    /// The slots that keys and formulas read.
    pub fn slots(&self) -> impl Iterator<Item = crate::expr::Slot> {
        let of_formulas = |list: &PriceList| -> Vec<crate::expr::Slot> {
            list.calculations()
                .flat_map(super::calculate::Calculation::formulas)
                .flat_map(|formula| formula.slots().iter().copied())
                .collect()
        };
        self.lists.iter().flat_map(move |list| list.keys.iter().copied().chain(of_formulas(list)))
    }

    /// What the formulas of each list read, with the list's number and currency.
    pub fn formula_slots(&self) -> impl Iterator<Item = (usize, Currency, crate::expr::Slot)> {
        self.lists.iter().enumerate().flat_map(|(number, list)| {
            let formulas = list.calculations().flat_map(super::calculate::Calculation::formulas);
            let slots: Vec<_> = formulas.flat_map(|formula| formula.slots().iter().copied()).collect();
            slots.into_iter().map(move |slot| (number, list.currency, slot))
        })
    }

    /// Why a list has no price for a line.
    pub fn why_none<F: Facts + ?Sized, L: Lines>(&self, number: usize, query: &Query<'_, F, L>, line: usize) -> NoPrice {
        let Some(list) = self.lists.get(number) else { return NoPrice::NoRecord };
        if list.currency != query.currency && !list.convert {
            return NoPrice::Currency;
        }
        if !matches!(query.rate(list.currency), Ok(Some(_))) {
            return NoPrice::NoRate;
        }
        if !list.is_valid(query) {
            return NoPrice::NotValid;
        }
        let heads = list.heads_of(query.facts, line);
        match heads.iter().any(|head| !list.records(*head, query.date).is_empty()) {
            true => NoPrice::NoTier,
            false if heads.is_empty() => NoPrice::NoRecord,
            false => NoPrice::NotValid,
        }
    }

    /// The price of a line in a list, per `unit`: where calculated prices start. In the list's currency when that is the document's, else
    /// converted.
    pub(crate) fn unit_price<F: Facts + ?Sized, L: Lines>(
        &self,
        number: usize,
        query: &Query<'_, F, L>,
        line: usize,
        unit: Option<Symbol>,
    ) -> Result<Option<Exact>, PriceError> {
        let mut asked = Asked::default();
        let Some(list) = self.lists.get(number).filter(|list| list.may_have_prices(query)) else { return Ok(None) };
        if list.rules.is_some() {
            Asking { list: number, query, asked: &mut asked }.run(self, std::iter::once(line)).map_err(|(_, error)| error)?;
        } else if let Some(head) = list.heads_of(query.facts, line).first() {
            let place = list.place(line, *head, query, &asked)?;
            asked.linear.extend(place.and_then(|place| list.found(Ordinal::of(number), place)).map(|price| (line, price)));
        }
        let (exact, of_unit) = match (asked.linear.first(), asked.portions.first()) {
            (Some((_, found)), _) => {
                let (per, unit) = found.covers.measure();
                let (above, below) = Exact::from_decimal(per)?.lowest_terms();
                (found.price.to_exact()?.times(below, above)?, unit)
            }
            // What is more than a price per unit was refused, but a price whose decimals never end is charged as an amount.
            (None, Some(portion)) => {
                let Some(base) = query.lines.base_quantity(line).filter(|base| !base.is_zero()) else { return Ok(None) };
                let (above, below) = Exact::from_decimal(base)?.lowest_terms();
                (portion.exact.times(below, above)?, None)
            }
            (None, None) => return Ok(None),
        };
        let factor = |unit: Option<Symbol>| unit.map_or(Some(Factor::ONE), |unit| query.lines.factor(line, unit));
        let (Some(from), Some(to)) = (factor(of_unit), factor(unit)) else { return Ok(None) };
        let (above, below) = to.times(from.inverse())?.parts();
        Ok(Some(exact.times(above.into(), below.into())?))
    }
}

/// Takes the part of a line that a cap left to its price.
fn add_part<F: ?Sized, L: Lines>(query: &Query<'_, F, L>, line: usize, price: &Found, asked: &mut Asked) -> Result<(), PriceError> {
    let base = asked.base_quantity(line, query.lines).unwrap_or_default();
    let (_, unit) = price.covers.measure();
    let quantity = query.lines.convert(line, base, unit)?.unwrap_or_default();
    asked.add_linear(line, price, quantity, query.currency.minor_units())
}

/// Lines that were priced in parts have the sum of them; where a part has no price, the line has none.
fn finish<F: ?Sized, L: Lines>(query: &Query<'_, F, L>, prices: &mut FoundPrices) -> Result<(), (usize, PriceError)> {
    let FoundPrices { found, open, asked, .. } = prices;
    if asked.portions.is_empty() {
        return Ok(());
    }
    let open: Set<usize> = open.iter().map(|line| line.line).collect();
    asked.portions.retain(|portion| !open.contains(&portion.line));
    asked.slices.retain(|slice| !open.contains(&slice.line));
    sort::by(&mut asked.portions, |one, other| one.line.cmp(&other.line));
    let mut lines: Vec<usize> = asked.portions.iter().map(|portion| portion.line).collect();
    lines.dedup();
    for line in lines {
        let total = asked.total(line, query).map_err(|error| (line, error))?;
        if let Some(place) = found.get_mut(line) {
            *place = total;
        }
    }
    Ok(())
}

impl PriceList {
    pub(super) fn terms(&self, number: u32) -> Option<&Terms> {
        self.terms.get(usize::try_from(number).ok()?)
    }

    /// Whether the list is of the document's currency or converted to it, and valid on the day.
    pub(super) fn may_have_prices<F: ?Sized, L>(&self, query: &Query<'_, F, L>) -> bool {
        (self.currency == query.currency || self.convert) && self.is_valid(query)
    }

    /// The terms of the record of a key that has that offer.
    pub(super) fn terms_of(&self, head: Head, offer: Offer) -> Option<&Terms> {
        if !head.is_several() {
            return self.terms(head.terms);
        }
        let records = self.several.get(usize::try_from(head.first).ok()?..)?;
        records.iter().filter_map(|record| self.terms(record.head.terms)).find(|terms| terms.offer == offer)
    }

    /// Whether the list is valid on the day and at the time.
    fn is_valid<F: ?Sized, L>(&self, query: &Query<'_, F, L>) -> bool {
        self.valid.contains(query.date) && Window::is_open(self.valid_at, query.at)
    }

    /// Takes the lines whose prices the list has out of the open ones, whose records were found. The prices themselves are read
    /// afterwards, so that the memory is asked for many at a time.
    fn take<F: ?Sized, L: Lines>(
        &self,
        query: &Query<'_, F, L>,
        asked: &Asked,
        open: &mut Vec<OpenLine>,
        placed: &mut Vec<Placed>,
    ) -> Result<(), (usize, PriceError)> {
        placed.clear();
        let mut failed = None;
        open.retain(|line| {
            let place = if line.head.is_some() { self.place(line.line, line.head, query, asked) } else { Ok(None) };
            let place = place.unwrap_or_else(|error| {
                failed.get_or_insert((line.line, error.into()));
                None
            });
            placed.extend(place.map(|place| Placed { line: line.line, place }));
            place.is_none()
        });
        failed.map_or(Ok(()), Err)
    }

    /// The price at a place.
    fn found(&self, list: Ordinal, place: Place) -> Option<Found> {
        let Offer { unit, per, .. } = self.terms(place.terms)?.offer;
        let price = self.prices.get(place.price, self.currency)?;
        Some(Found { list, price, covers: Covers::units(per, unit) })
    }

    /// Where the price of a line stands, whose key has that record.
    fn place<F: ?Sized, L: Lines>(
        &self,
        line: usize,
        head: Head,
        query: &Query<'_, F, L>,
        asked: &Asked,
    ) -> Result<Option<Place>, ArithmeticError> {
        let Some((first, number)) = self.record(head, query.date) else { return Ok(None) };
        let Some(terms) = self.terms(number) else { return Ok(None) };
        let Some(base) = asked.base_quantity(line, query.lines) else { return Ok(None) };
        let Some(quantity) = query.lines.convert(line, base, terms.offer.unit)? else { return Ok(None) };
        Ok(terms.tier(quantity).and_then(|tier| Some(Place { price: first.checked_add(tier)?, terms: number })))
    }

    /// Of the records of a key the one that is valid on the day: where its prices begin, and its terms.
    fn record(&self, head: Head, date: Date) -> Option<(usize, u32)> {
        let first = usize::try_from(head.first).ok()?;
        if !head.is_several() {
            let terms = self.terms(head.terms)?;
            return terms.offer.valid.contains(date).then_some((first, head.terms));
        }
        for record in self.several.get(first..)? {
            let terms = self.terms(record.head.terms)?;
            if terms.offer.valid.contains(date) {
                return Some((usize::try_from(record.head.first).ok()?, record.head.terms));
            }
            if record.last {
                return None;
            }
        }
        None
    }

    /// All records of a key that are valid on the day.
    pub(super) fn records(&self, head: Head, date: Date) -> Vec<(usize, Offer)> {
        let mut records = self.all_records(head);
        records.retain(|(_, offer)| offer.valid.contains(date));
        records
    }

    /// All records of a key.
    pub(super) fn all_records(&self, head: Head) -> Vec<(usize, Offer)> {
        self.heads_of_key(head)
            .filter_map(|head| usize::try_from(head.first).ok().zip(self.terms(head.terms).map(|terms| terms.offer)))
            .collect()
    }

    /// The heads of a key's records: its own one where it has one record, otherwise those that stand together.
    pub(super) fn heads_of_key(&self, head: Head) -> impl Iterator<Item = Head> + '_ {
        let together = usize::try_from(head.first).ok().filter(|_| head.is_several()).and_then(|first| self.several.get(first..));
        let together = together.unwrap_or_default();
        let count = together.iter().position(|record| record.last).map_or(together.len(), |last| last.saturating_add(1));
        let own = (!head.is_several()).then_some(head);
        own.into_iter().chain(together.iter().take(count).map(|record| record.head))
    }

    /// The records that may count for a line, in the order in which they do: their numbers and offers.
    pub(super) fn candidates<F: Facts + ?Sized, L>(&self, rules: &Rules, query: &Query<'_, F, L>, line: usize) -> Vec<(usize, Offer)> {
        let mut all = Vec::new();
        for head in self.heads_of(query.facts, line) {
            let mut of_key = self.records(head, query.date);
            if rules.tie_break == Some(PriceTieBreak::LatestValidFrom) {
                sort::by(&mut of_key, |(_, one), (_, other)| other.valid.from.cmp(&one.valid.from));
                of_key.truncate(1);
            }
            all.extend(of_key);
        }
        all
    }

    /// The heads of a line's keys: of several where an attribute has several values, in their order.
    pub(super) fn heads_of<F: Facts + ?Sized>(&self, facts: &F, line: usize) -> Vec<Head> {
        let mut keys: Vec<Key> = vec![[NO_KEY; KEY_WIDTH]];
        for (part, slot) in self.keys.iter().enumerate() {
            let place = (slot.scope == Scope::Line).then_some(line);
            let values: Vec<u32> = match facts.value(*slot, place) {
                Value::List(items) => items.iter().filter_map(|item| symbol(*item)).collect(),
                _ => facts.symbol(*slot, place).map(Symbol::number).into_iter().collect(),
            };
            let with = |key: &Key, value: u32| {
                let mut key = *key;
                if let Some(part) = key.get_mut(part) {
                    *part = value;
                }
                key
            };
            keys = keys.iter().flat_map(|key| values.iter().map(move |value| with(key, *value))).take(self.most_keys).collect();
        }
        // A value that a host gives twice counts once.
        let heads: Set<Head> = keys.iter().filter_map(|key| self.heads.of_key(&self.keys, key)).collect();
        heads.into_iter().collect()
    }
}

fn symbol(value: Value<'_>) -> Option<u32> {
    if let Value::Text(text) = value { text.symbol.map(Symbol::number) } else { None }
}
