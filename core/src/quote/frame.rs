//! The document as expressions see it, and the buffers of a quote.

use super::choice::Chosen;
use super::result::Line;
use crate::catalog::{FoundProducts, Product};
use crate::expr::{Constant, Counts, Facts, IndexScratch, Scope, Slot, Text, Value};
use crate::id::Symbol;
use crate::money::{AllocationShare, Decimal};
use crate::pricing::{FoundPrices, PlainPrices};
use crate::rulebook::{NegativeQuantities, Parts, SymbolColumn};
use crate::table::TableScratch;
use crate::time::Timestamp;

/// Buffers that a caller who quotes again and again may keep: nothing of one quote shows in the next.
#[derive(Debug, Default)]
pub struct QuoteScratch {
    /// The lines' products.
    pub(super) products: FoundProducts,
    pub(super) index: IndexScratch,
    /// The rules that match, line after line.
    pub(super) matched: Vec<u32>,
    /// Where each line's matches end.
    pub(super) ends: Vec<usize>,
    /// At the place of each line's first match its number.
    pub(super) firsts: Vec<usize>,
    /// What became of the rules of a stage of document scope.
    pub(super) chosen: Chosen,
    pub(super) prices: FoundPrices,
    pub(super) plain: PlainPrices,
    pub(super) table: TableScratch,
    pub(super) shares: Vec<AllocationShare>,
    pub(super) parts: Vec<i64>,
    pub(super) eligible: Vec<usize>,
    /// The lines' amounts as they entered a stage.
    pub(super) entered: Vec<i64>,
    /// What each line weighs when an amount is split; empty where that is what it costs.
    pub(super) weights: Vec<u64>,
    /// What each line must cost at least; empty where nothing guards them.
    pub(super) floors: Vec<i64>,
}

/// Values of lists, which stand somewhere so that a [`Value`] can point at them.
pub(super) type Lists<'q> = Vec<Box<[Value<'q>]>>;

/// The document: values by slot.
pub(super) struct Frame<'q> {
    pub(super) parts: &'q Parts,
    /// The time at which the request is made, when it says so.
    pub(super) at: Option<Timestamp>,
    pub(super) lines: Vec<Line>,
    /// The lines' amounts as they entered the stage that is running; none before the first.
    pub(super) entered: Vec<i64>,
    /// Whether the quantity of a line is below zero.
    pub(super) has_returns: bool,
    /// Whether the request names prior prices.
    pub(super) has_prior_prices: bool,
    /// By slot of the document.
    pub(super) document: Vec<Value<'q>>,
    /// The declared attributes of lines, line after line.
    pub(super) line_values: Vec<Value<'q>>,
    /// The lists of products that expressions read: line after line, in the order of `parts.product_lists`.
    pub(super) product_lists: &'q Lists<'q>,
}

/// The numbers of lines that are at hand in whole units.
#[derive(Debug, Clone, Copy)]
enum Held {
    Amount,
    ListAmount,
    Quantity,
}

impl<'q> Frame<'q> {
    /// Sets a value of the document.
    pub(super) fn set(&mut self, slot: Slot, value: Value<'q>) {
        if let Some(place) = self.document.get_mut(usize::from(slot.index)) {
            *place = value;
        }
    }

    /// Sets a declared attribute of a line.
    pub(super) fn set_on_line(&mut self, slot: Slot, line: usize, value: Value<'q>) {
        let place = self.parts.attributes.line_place(slot.index, line);
        if let Some(place) = place.and_then(|place| self.line_values.get_mut(place)) {
            *place = value;
        }
    }

    /// The number of a line's product.
    fn product_number(&self, line: usize) -> Option<u32> {
        self.lines.get(line)?.product_number()
    }

    /// The product of a line.
    pub(super) fn product(&self, line: usize) -> Option<&'q Product> {
        self.parts.catalog.product(self.product_number(line)?)
    }

    /// The symbols of all products in a slot, when it holds texts of products.
    pub(super) fn product_symbols(&self, slot: Slot) -> Option<SymbolColumn<'q>> {
        let of_product = slot.scope == Scope::Line && slot.index < self.parts.attributes.product_slots;
        if of_product { self.parts.product_symbols.column(slot.index) } else { None }
    }

    /// Which number of a line it is, where the lines hold it in whole units of that scale.
    fn held(&self, slot: Slot, scale: u32) -> Option<Held> {
        let own = &self.parts.attributes.line;
        let in_money = scale == u32::from(self.parts.currency.minor_units());
        match slot {
            _ if slot == own.amount && in_money => Some(Held::Amount),
            _ if slot == own.list_amount && in_money => Some(Held::ListAmount),
            _ if slot == own.quantity && scale == 0 => Some(Held::Quantity),
            _ => None,
        }
    }

    /// Shows every line with its number.
    #[inline]
    fn each_line(&self, mut see: impl FnMut(usize, &Line)) {
        self.lines.iter().zip(0..self.lines.len()).for_each(|(line, number)| see(number, line));
    }

    /// The amount of a line as it entered the stage that is running.
    fn entered(&self, line: usize) -> i64 {
        self.entered.get(line).copied().unwrap_or_default()
    }

    fn money(&self, minor: i64) -> Value<'q> {
        let scale = u32::from(self.parts.currency.minor_units());
        Decimal::from_parts(i128::from(minor), scale).map_or(Value::Missing, Value::Number)
    }

    fn product_value(&self, slot: u16, line: usize) -> Value<'q> {
        let Some(product) = self.product(line) else { return Value::Missing };
        let own = &self.parts.attributes.product;
        let maybe = |symbol: Option<Symbol>| symbol.map_or(Value::Missing, |symbol| known(self.parts, symbol));
        match slot {
            _ if slot == own.category.index => maybe(product.category),
            _ if slot == own.id.index => known(self.parts, product.id),
            _ if slot == own.unit.index => known(self.parts, product.unit),
            _ if slot == own.tax_category.index => maybe(product.tax),
            _ => match product.fact(slot) {
                Some(Constant::List(_)) => self.product_list(slot, line),
                Some(fact) => fact.value(&self.parts.symbols),
                None if slot == own.categories.index => self.product_list(slot, line),
                None => self.product_default(slot, line),
            },
        }
    }

    fn product_list(&self, slot: u16, line: usize) -> Value<'q> {
        let slots = &self.parts.product_lists;
        let place = slots.iter().position(|known| *known == slot).and_then(|position| line.checked_mul(slots.len())?.checked_add(position));
        place.and_then(|place| self.product_lists.get(place)).map_or(Value::Missing, |list| Value::List(list))
    }

    /// The declared default of an attribute of products.
    fn product_default(&self, slot: u16, line: usize) -> Value<'q> {
        let found = self.parts.attributes.defaults.iter().find(|(known, _)| *known == Slot { scope: Scope::Line, index: slot });
        match found {
            Some((_, Constant::List(_))) => self.product_list(slot, line),
            Some((_, constant)) => constant.value(&self.parts.symbols),
            None => Value::Missing,
        }
    }

    /// The list that a line's price is from.
    fn price_list(&self, state: &Line) -> Value<'q> {
        let Some(price) = state.price else { return Value::Missing };
        // A price that was set by hand is from no list.
        text(self.parts, self.parts.pricing.list_id(price.list.index()).map_or("", |list| list.as_str()))
    }

    fn line_value(&self, slot: u16, line: usize) -> Value<'q> {
        let Some(state) = self.lines.get(line) else { return Value::Missing };
        let own = &self.parts.attributes.line;
        match slot {
            _ if slot == own.quantity.index => state.ordered.map_or(Value::Missing, |ordered| Value::Number(ordered.base_quantity())),
            _ if slot == own.amount.index => self.money(self.entered(line)),
            _ if slot == own.list_amount.index => self.money(state.price.map_or(0, |price| price.amount)),
            _ if slot == own.list_price.index => state.price.map_or(Value::Missing, |price| Value::Number(price.unit_price.to_decimal())),
            _ if slot == own.price_list.index => self.price_list(state),
            _ if slot == own.is_return.index => Value::Bool(state.returned),
            _ if slot == own.unit.index => state.ordered.map_or(Value::Missing, |ordered| known(self.parts, ordered.unit)),
            _ => {
                let place = self.parts.attributes.line_place(slot, line);
                place.and_then(|place| self.line_values.get(place)).copied().unwrap_or(Value::Missing)
            }
        }
    }
}

fn whole_of(value: Value<'_>, scale: u32) -> Option<i64> {
    if let Value::Number(number) = value { number.mantissa_at(scale).ok() } else { None }
}

fn symbol_of(value: Value<'_>) -> Option<Symbol> {
    if let Value::Text(text) = value { text.symbol } else { None }
}

/// A text of the rulebook.
pub(super) fn known(parts: &Parts, symbol: Symbol) -> Value<'_> {
    Value::Text(Text { symbol: Some(symbol), text: parts.symbols.text(symbol) })
}

/// A text of the request, with its symbol when the rulebook knows it.
pub(super) fn text<'q>(parts: &Parts, text: &'q str) -> Value<'q> {
    Value::Text(Text { symbol: parts.symbols.find(text), text })
}

impl Facts for Frame<'_> {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        match (slot.scope, line) {
            (Scope::Document, _) => self.document.get(usize::from(slot.index)).copied().unwrap_or(Value::Missing),
            (Scope::Line, Some(line)) if slot.index < self.parts.attributes.product_slots => self.product_value(slot.index, line),
            (Scope::Line, Some(line)) => self.line_value(slot.index, line),
            (Scope::Line, None) => Value::Missing,
        }
    }

    #[inline]
    fn symbol(&self, slot: Slot, line: Option<usize>) -> Option<Symbol> {
        if slot.scope == Scope::Document {
            return self.document.get(usize::from(slot.index)).and_then(|value| symbol_of(*value));
        }
        match (line.and_then(|line| self.lines.get(line)), self.product_symbols(slot)) {
            (Some(line), Some(column)) => column.of_product(line.product_number()?),
            _ => symbol_of(self.value(slot, line)),
        }
    }

    #[inline]
    fn each_symbol(&self, slot: Slot, mut see: impl FnMut(usize, Option<Symbol>)) {
        // A loop for each way, so that no line asks which it is.
        match self.product_symbols(slot) {
            Some(column) => {
                self.each_line(|number, line| see(number, line.product_number().and_then(|product| column.of_product(product))))
            }
            None => self.each_line(|number, _| see(number, symbol_of(self.value(slot, Some(number))))),
        }
    }

    fn whole(&self, slot: Slot, line: Option<usize>, scale: u32) -> Option<i64> {
        if slot.scope == Scope::Document {
            return self.document.get(usize::from(slot.index)).and_then(|value| whole_of(*value, scale));
        }
        let (Some(number), Some(held)) = (line, self.held(slot, scale)) else { return whole_of(self.value(slot, line), scale) };
        match held {
            Held::Amount => Some(self.entered(number)),
            Held::ListAmount => self.lines.get(number).map(Line::list_amount),
            Held::Quantity => self.lines.get(number)?.whole_quantity(),
        }
    }

    #[inline]
    fn each_whole(&self, slot: Slot, scale: u32, mut see: impl FnMut(usize, Option<i64>)) {
        match self.held(slot, scale) {
            Some(Held::Amount) => self.each_line(|number, _| see(number, Some(self.entered(number)))),
            Some(Held::ListAmount) => self.each_line(|number, line| see(number, Some(line.list_amount()))),
            Some(Held::Quantity) => self.each_line(|number, line| see(number, line.whole_quantity())),
            None => self.each_line(|number, _| see(number, whole_of(self.value(slot, Some(number)), scale))),
        }
    }

    fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// A line without a price has findings and no figures; no rule counts it.
    fn takes_part(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(|line| line.price.is_some())
    }

    fn counts(&self, line: usize) -> Counts {
        match self.lines.get(line).filter(|line| line.price.is_some()) {
            None => Counts::No,
            Some(line) if !line.returned => Counts::Once,
            Some(_) if self.parts.negative_quantities == NegativeQuantities::Netted => Counts::TakenOff,
            Some(_) => Counts::No,
        }
    }
}
