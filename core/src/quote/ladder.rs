//! The price ladder of a line: what it costs at every quantity where its price changes, and what a little more would save.

use schemars::JsonSchema;
use serde::Serialize;

use super::frame::Frame;
use super::list_price::list_price;
use super::prices::{OrderedLines, price_error, query};
use super::request::QuoteRequest;
use crate::catalog::Ordered;
use crate::money::{ArithmeticError, Decimal, Exact, Money, Rounding, RoundingDef, RoundingMode, UnitPrice};
use crate::pricing::{Break, FoundPrices, PriceError, PriceStep};
use crate::report::Error;
use crate::sort;

/// What a line costs at every quantity where its price changes, the other lines as they are, before discounts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PriceLadder {
    /// The line.
    pub line: String,
    /// The breaks, from the smallest quantity on.
    pub breaks: Vec<LadderStep>,
    /// The larger quantities at which every unit is cheaper, the nearest first.
    pub near_misses: Vec<NearMiss>,
}

/// What a line costs at a quantity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LadderStep {
    /// The quantity, in the unit of the line.
    pub quantity: Decimal,
    /// The price of a unit, on average.
    pub unit_price: UnitPrice,
    /// The line.
    pub amount: Money,
    /// What one more unit adds.
    pub marginal: Money,
}

/// A larger quantity at which every unit is cheaper.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NearMiss {
    /// How many more units.
    pub more: Decimal,
    /// The quantity then.
    pub quantity: Decimal,
    /// The price of a unit then, on average.
    pub unit_price: UnitPrice,
    /// How much cheaper every unit is.
    pub cheaper_by: Decimal,
    /// The line then.
    pub amount: Money,
    /// Whether the line as a whole costs less than now.
    pub total_is_lower: bool,
}

/// The ladders of all lines that have a price.
pub(super) fn ladders(
    frame: &mut Frame<'_>,
    step: &PriceStep,
    request: &QuoteRequest,
    prices: &FoundPrices,
) -> Result<Vec<PriceLadder>, Error> {
    let mut ladders = Vec::new();
    for (line, asked) in request.lines.iter().enumerate() {
        let of_line = |error: PriceError| price_error((line, error));
        let sold = frame.lines.get(line).is_some_and(|line| !line.returned);
        let Some(found) = prices.of_line(line).filter(|_| sold) else { continue };
        let breaks = {
            let lines = OrderedLines(frame);
            frame.parts.pricing.breaks(found.list.index(), &query(&lines, request), line, prices).map_err(of_line)?
        };
        let mut climb = Climb { frame, step, request, line };
        let quantities = climb.quantities(&breaks).map_err(|error| of_line(error.into()))?;
        let Some(now) = climb.price(climb.ordered())? else { continue };
        let mut steps = Vec::with_capacity(quantities.len());
        for quantity in quantities {
            let more = quantity.checked_add(climb.one()).map_err(|error| of_line(error.into()))?;
            let (Some(at), Some(next)) = (climb.price(quantity)?, climb.price(more)?) else { continue };
            steps.push((quantity, at, next));
        }
        let currency = climb.frame.parts.currency;
        let ordered = climb.ordered();
        let (breaks, near_misses) = describe(&steps, ordered, now, currency).map_err(|error| of_line(error.into()))?;
        ladders.push(PriceLadder { line: asked.id.to_string(), breaks, near_misses });
    }
    Ok(ladders)
}

/// A price of a unit, and the amount of a line.
type Priced = (UnitPrice, i64);

fn describe(
    steps: &[(Decimal, Priced, Priced)],
    ordered: Decimal,
    now: Priced,
    currency: crate::money::Currency,
) -> Result<(Vec<LadderStep>, Vec<NearMiss>), ArithmeticError> {
    let (mut breaks, mut near) = (Vec::new(), Vec::new());
    for (quantity, (unit_price, amount), (_, next)) in steps {
        let marginal = next.checked_sub(*amount).ok_or(ArithmeticError::Overflow)?;
        breaks.push(LadderStep {
            quantity: quantity.normalize(),
            unit_price: *unit_price,
            amount: Money::new(*amount, currency),
            marginal: Money::new(marginal, currency),
        });
        let cheaper_by = now.0.to_decimal().checked_sub(unit_price.to_decimal())?;
        if *quantity > ordered && cheaper_by > Decimal::ZERO {
            near.push(NearMiss {
                more: quantity.checked_sub(ordered)?.normalize(),
                quantity: quantity.normalize(),
                unit_price: *unit_price,
                cheaper_by: cheaper_by.normalize(),
                amount: Money::new(*amount, currency),
                total_is_lower: *amount < now.1,
            });
        }
    }
    Ok((breaks, near))
}

/// A line whose quantity is changed and changed back.
struct Climb<'c, 'q> {
    frame: &'c mut Frame<'q>,
    step: &'c PriceStep,
    request: &'c QuoteRequest,
    line: usize,
}

impl Climb<'_, '_> {
    fn ordered(&self) -> Decimal {
        self.frame.lines.get(self.line).map_or(Decimal::ZERO, |line| line.quantity)
    }

    /// How many decimals the ordered unit has.
    fn decimals(&self) -> u8 {
        let lines = OrderedLines(self.frame);
        crate::pricing::Lines::decimals(&lines, self.line, crate::pricing::Lines::unit(&lines, self.line))
    }

    fn one(&self) -> Decimal {
        Decimal::ONE
    }

    /// The breaks as quantities of the ordered unit: the least that reach them.
    fn quantities(&self, breaks: &[Break]) -> Result<Vec<Decimal>, ArithmeticError> {
        let lines = OrderedLines(self.frame);
        let decimals = self.decimals();
        let up = RoundingDef { mode: RoundingMode::Ceiling, ..RoundingDef::default() };
        let rounding = Rounding::new(up, decimals).map_err(|_| ArithmeticError::Overflow)?;
        let least = Decimal::from_parts(1, decimals.into())?;
        let mut quantities = Vec::with_capacity(breaks.len());
        for place in breaks {
            let unit = crate::pricing::Lines::unit(&lines, self.line);
            let Some(quantity) = crate::pricing::Lines::convert(&lines, self.line, place.base_quantity, unit)? else { continue };
            let rounded = Decimal::from_parts(rounding.apply(Exact::from_decimal(quantity)?)?.into(), decimals.into())?;
            quantities.push(if place.above && rounded == quantity { rounded.checked_add(least)? } else { rounded });
        }
        sort::ascending(&mut quantities);
        quantities.dedup();
        Ok(quantities)
    }

    /// What the line costs at a quantity; none when it has no price there.
    fn price(&mut self, quantity: Decimal) -> Result<Option<Priced>, Error> {
        let index = self.line;
        let of_line = |error: ArithmeticError| price_error((index, error.into()));
        let Some(kept) = self.frame.lines.get(index).map(|line| (line.quantity, line.ordered)) else { return Ok(None) };
        let changed = self.base_of(quantity).map_err(of_line)?;
        if let Some(line) = self.frame.lines.get_mut(index) {
            line.quantity = quantity;
            line.ordered = line.ordered.zip(changed).map(|(ordered, base)| Ordered::new(ordered.unit, ordered.in_base_unit, base));
        }
        let priced = self.find();
        if let Some(line) = self.frame.lines.get_mut(index) {
            (line.quantity, line.ordered) = kept;
        }
        priced
    }

    fn base_of(&self, quantity: Decimal) -> Result<Option<Decimal>, ArithmeticError> {
        let lines = OrderedLines(self.frame);
        let unit = crate::pricing::Lines::unit(&lines, self.line);
        let Some(factor) = unit.and_then(|unit| crate::pricing::Lines::factor(&lines, self.line, unit)) else { return Ok(None) };
        factor.apply(quantity)?.to_decimal().map(Some)
    }

    fn find(&self) -> Result<Option<Priced>, Error> {
        let mut prices = FoundPrices::default();
        let lines = OrderedLines(self.frame);
        self.frame
            .parts
            .pricing
            .find(self.step, &query(&lines, self.request), lines.ordered(|_| true), &mut prices)
            .map_err(price_error)?;
        let Some(found) = prices.of_line(self.line) else { return Ok(None) };
        let price = list_price(self.frame, self.line, found).map_err(|error| price_error((self.line, error.into())))?;
        Ok(price.map(|price| (price.unit_price, price.amount)))
    }
}
