//! What is given, as a line of its own: how much it is, and what it would cost.

use super::frame::Frame;
use super::list_price::list_price;
use super::outcome::Outcome;
use super::prices::{OrderedLines, query};
use super::promotion::PromotionResult;
use super::request::QuoteRequest;
use super::result::{Asked, Line, ListPrice};
use crate::catalog::{Ordered, Product};
use crate::expr::{Constant, Scope, Value};
use crate::money::Decimal;
use crate::pricing::{FoundPrices, PriceStep};
use crate::rulebook::{Parts, Step};

/// So many units of a product, in base units.
pub(super) fn quantity(parts: &Parts, product: &Product, units: u64) -> Option<Decimal> {
    let counted = parts.catalog.counted_as_one(product.unit);
    counted.map_or(Some(units.into()), |counted| counted.checked_mul(units.into()).ok())
}

/// Finds what the proposed lines would cost.
#[inline(never)]
pub(super) fn value(frame: &mut Frame<'_>, request: &QuoteRequest, out: &mut Outcome) {
    let parts = frame.parts;
    let Some(Step::Price(prices)) = parts.procedure.first() else { return };
    let PromotionResult { proposed, worth, .. } = &mut out.extras.promotions;
    for (step, proposed) in proposed {
        let Some(Step::Promotion(step)) = parts.procedure.get(step.index()) else { continue };
        let gift = step.promotions.get(proposed.promotion).and_then(|promotion| promotion.gift);
        let found = gift.and_then(|gift| parts.catalog.find(parts.symbols.text(gift)));
        worth.push(found.and_then(|brief| {
            let product = parts.catalog.product(brief.number)?;
            let quantity = quantity(parts, product, proposed.quantity)?;
            price(frame, prices, request, brief.number, Ordered::new(product.unit, true, quantity))
        }));
    }
}

/// The price of a line that is not there; none when it has none, or needs facts of the line that only a host can give.
fn price(frame: &mut Frame<'_>, step: &PriceStep, request: &QuoteRequest, product: u32, ordered: Ordered) -> Option<ListPrice> {
    let id = frame.lines.first()?.id.clone();
    let (place, values) = (frame.lines.len(), frame.line_values.len());
    let line = Line::asking(id, ordered.base_quantity(), Asked::Known(product), Some(ordered));
    frame.lines.push(line);
    add_defaults(frame);
    let mut prices = FoundPrices::default();
    let found = {
        let lines = OrderedLines(frame);
        frame.parts.pricing.find(step, &query(&lines, request), lines.ordered(|line| !line.returned), &mut prices)
    };
    let price = found.ok().and_then(|()| list_price(frame, place, prices.of_line(place)?).ok()?);
    frame.lines.truncate(place);
    frame.line_values.truncate(values);
    price
}

/// The declared attributes of the new line, as their defaults have them.
fn add_defaults(frame: &mut Frame<'_>) {
    if frame.line_values.is_empty() {
        return;
    }
    let parts = frame.parts;
    let line = frame.lines.len().saturating_sub(1);
    let end = frame.line_values.len().saturating_add(parts.attributes.line_width());
    frame.line_values.resize(end, Value::Missing);
    for (slot, default) in parts.attributes.defaults.iter().filter(|(slot, _)| slot.scope == Scope::Line) {
        if !matches!(default, Constant::List(_)) {
            frame.set_on_line(*slot, line, default.value(&parts.symbols));
        }
    }
}
