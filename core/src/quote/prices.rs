//! What is ordered, as prices need it, and what became of tariffs and counters, as it is read.

use schemars::JsonSchema;
use serde::Serialize;

use super::frame::Frame;
use super::request::QuoteRequest;
use super::result::{Line, Quote};
use crate::id::Symbol;
use crate::money::{ArithmeticError, Decimal, Exact, Money, Rounding, RoundingDef, RoundingMode, UnitPrice};
use crate::pricing::{CounterUse, Exchanged, FoundPrices, Lines, PriceError, Query, TierSlice};
use crate::quantity::Factor;
use crate::report::{Detail, Diagnostic, Diagnostics, Error, LimitCode, Path, QuoteCode, did_you_mean};
use crate::rulebook::Parts;

/// The lines of a frame as prices need them.
pub(super) struct OrderedLines<'f, 'q>(pub &'f Frame<'q>);

impl OrderedLines<'_, '_> {
    /// Those of some lines that order a quantity, each with it where it is a whole number of base units.
    #[inline]
    pub(super) fn ordered(&self, which: impl Fn(&Line) -> bool) -> impl Iterator<Item = (usize, Option<i64>)> {
        let lines = self.0.lines.iter().enumerate().filter(move |(_, line)| which(line));
        lines.filter_map(|(number, line)| Some((number, line.ordered.as_ref()?.whole())))
    }
}

impl Lines for OrderedLines<'_, '_> {
    fn base_quantity(&self, line: usize) -> Option<Decimal> {
        Some(self.0.lines.get(line)?.ordered?.base_quantity())
    }

    fn convert(&self, line: usize, base: Decimal, unit: Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError> {
        let Some(unit) = unit else { return Ok(Some(base)) };
        let Some(product) = self.0.product(line) else { return Ok(None) };
        if unit == product.unit {
            return Ok(Some(base));
        }
        let Some(factor) = product.factor(unit) else { return Ok(None) };
        let exact = factor.inverse().apply(base)?;
        match exact.to_decimal() {
            Ok(quantity) => Ok(Some(quantity)),
            // A quantity that is no decimal in the price's unit, such as a third of a box, still reaches a tier: rounded down.
            Err(ArithmeticError::Inexact) => floor_to_12(exact).map(Some),
            Err(error) => Err(error),
        }
    }

    fn quantity(&self, line: usize) -> Decimal {
        self.0.lines.get(line).map_or(Decimal::ZERO, |line| line.quantity)
    }

    fn unit(&self, line: usize) -> Option<Symbol> {
        Some(self.0.lines.get(line)?.ordered?.unit)
    }

    fn base_unit(&self, line: usize) -> Option<Symbol> {
        self.0.product(line).map(|product| product.unit)
    }

    fn factor(&self, line: usize, unit: Symbol) -> Option<Factor> {
        self.0.product(line)?.factor(unit)
    }

    fn decimals(&self, line: usize, unit: Option<Symbol>) -> u8 {
        let Some(product) = self.0.product(line) else { return 0 };
        match unit.filter(|unit| *unit != product.unit) {
            Some(unit) => self.0.parts.catalog.decimals(unit),
            None => product.decimals,
        }
    }
}

fn floor_to_12(value: Exact) -> Result<Decimal, ArithmeticError> {
    const SCALE: u8 = 12;
    let def = RoundingDef { mode: RoundingMode::Floor, ..RoundingDef::default() };
    let rounding = Rounding::new(def, SCALE).map_err(|_| ArithmeticError::Overflow)?;
    Decimal::from_parts(rounding.apply(value)?.into(), SCALE.into())
}

/// What prices are asked for.
pub(super) fn query<'f, 'q>(lines: &'f OrderedLines<'f, 'q>, request: &'f QuoteRequest) -> Query<'f, Frame<'q>, OrderedLines<'f, 'q>> {
    Query {
        facts: lines.0,
        date: request.date,
        at: request.at,
        currency: lines.0.parts.currency,
        lines,
        counters: &request.counters,
        rates: &request.exchange_rates,
        own_rates: lines.0.parts.pricing.rates(),
    }
}

/// The lists that were asked in vain for a line, and why each has no price.
pub(super) fn searched(frame: &Frame<'_>, access: &[usize], line: usize, request: &QuoteRequest) -> (Vec<Detail>, Vec<Detail>) {
    let lines = OrderedLines(frame);
    let query = query(&lines, request);
    let pricing = &frame.parts.pricing;
    let ids = access.iter().filter_map(|list| pricing.list_id(*list)).map(|id| Detail::from(id.as_str())).collect();
    let reasons = access.iter().map(|list| Detail::from(pricing.why_none(*list, &query, line).as_str())).collect();
    (ids, reasons)
}

/// A price that cannot be found, as an error about the line.
pub(super) fn price_error((line, error): (usize, PriceError)) -> Error {
    let lines = Path::ROOT.field("lines");
    let place = lines.index(line);
    match error {
        PriceError::Arithmetic(error) => Diagnostic::error(LimitCode::Overflow, &place.field("quantity"), error.to_string()).into(),
        PriceError::Formula(error) => {
            let message = format!("a formula of a price list has no result here: {}", error.message);
            Diagnostic::error(error.code, &place, message).into()
        }
    }
}

/// Counters are those of price lists, and rates are above zero.
#[inline(never)]
pub(super) fn check_given(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) {
    let place = Path::ROOT.field("counters");
    for (index, reading) in request.counters.iter().enumerate() {
        let at = place.index(index);
        if !parts.pricing.counters().any(|known| *known == reading.counter) {
            let message = format!("no price list counts `{}`", reading.counter);
            let help = did_you_mean(reading.counter.as_str(), parts.pricing.counters().map(crate::id::CounterId::as_str));
            diagnostics.push(Diagnostic::error(QuoteCode::UnknownCounter, &at.field("counter"), message).maybe_help(help));
        }
        if reading.value.is_negative() {
            let message = format!("the counter stands at `{}`; it cannot be below zero", reading.value);
            diagnostics.error(QuoteCode::Quantity, &at.field("value"), message);
        }
    }
    let place = Path::ROOT.field("exchange_rates");
    for (index, rate) in request.exchange_rates.iter().enumerate() {
        if rate.rate <= Decimal::ZERO {
            let message = format!("the rate `{}` must be above zero", rate.rate);
            diagnostics.error(QuoteCode::Quantity, &place.index(index).field("rate"), message);
        }
    }
}

/// What tariffs charged and counted.
#[derive(Debug, Clone)]
pub(super) struct TariffResult {
    slices: Vec<TierSlice>,
    counters: Vec<CounterUse>,
    /// The rates by which lists were converted.
    exchanged: Vec<Exchanged>,
}

impl TariffResult {
    pub(super) const NONE: Self = Self { slices: Vec::new(), counters: Vec::new(), exchanged: Vec::new() };

    pub(super) fn of(prices: &FoundPrices, frame: &Frame<'_>, request: &QuoteRequest) -> Self {
        let lines = OrderedLines(frame);
        let exchanged = frame.parts.pricing.exchanged(&query(&lines, request));
        Self { slices: prices.slices().to_vec(), counters: prices.counters().to_vec(), exchanged }
    }

    /// Gives the tiers of a line the other sign.
    pub(super) fn mirror(&mut self, line: usize) {
        for slice in self.slices.iter_mut().filter(|slice| slice.line == line) {
            (slice.quantity, slice.amount) = (slice.quantity.negated(), slice.amount.saturating_neg());
        }
    }
}

/// A part of a line that lies in one tier of a tariff. The parts of a line sum to its amount before discounts.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TierView<'q> {
    /// The line.
    pub line: &'q str,
    /// The price list.
    pub list: &'q str,
    /// Where the tier begins.
    pub from: Decimal,
    /// Where the next one begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Decimal>,
    /// How much of the line lies in it.
    pub quantity: Decimal,
    /// The price of a unit or of a package, without the tier's flat amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<UnitPrice>,
    /// Whether the tier's flat amount is in it; it is charged once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub flat: bool,
    /// What it costs.
    pub amount: Money,
}

/// What the document adds to a count that the host keeps. It is to be added only when the document is placed.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct CounterView<'q> {
    /// The counter, as price lists name it.
    pub counter: &'q str,
    /// Of a list that counts by product or by an attribute, for which text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'q str>,
    /// Where it stood when the prices were found.
    pub opening: Decimal,
    /// What is to be added.
    pub delta: Decimal,
}

impl Quote {
    /// The tiers in which lines lie that have their price from a tariff.
    pub fn tiers(&self) -> impl Iterator<Item = TierView<'_>> {
        self.extras.tariffs.slices.iter().map(|slice| TierView {
            line: self.line_id(slice.line),
            list: self.rulebook.parts().pricing.list_id(slice.list).map_or("", crate::id::PriceListId::as_str),
            from: slice.from,
            until: slice.until,
            quantity: slice.quantity,
            unit_price: slice.unit_price,
            flat: slice.flat,
            amount: Money::new(slice.amount, self.currency),
        })
    }

    /// The rate by which a list's prices were converted; none where they need none.
    pub(super) fn exchanged(&self, list: usize) -> Option<Exchanged> {
        let from = self.rulebook.parts().pricing.currency_of(list).filter(|from| *from != self.currency)?;
        self.extras.tariffs.exchanged.iter().find(|exchanged| exchanged.from == from).copied()
    }

    /// What the document adds to counters.
    pub fn counter_deltas(&self) -> impl Iterator<Item = CounterView<'_>> {
        self.extras.tariffs.counters.iter().map(|used| CounterView {
            counter: used.counter.as_str(),
            group: used.group.as_deref(),
            opening: used.opening,
            delta: used.delta,
        })
    }

    /// Whether no line has its price from a tariff.
    pub(super) fn has_no_tiers(&self) -> bool {
        self.extras.tariffs.slices.is_empty()
    }

    /// Whether nothing was counted.
    pub(super) fn has_no_counters(&self) -> bool {
        self.extras.tariffs.counters.is_empty()
    }
}
