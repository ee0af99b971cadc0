//! What is probably not meant: larger quantities that cost less, prices in units in which nothing is ordered.

use super::Bound;
use super::calculate::decimal;
use super::compile::Units;
use super::list::{Draft, Entry, Place, Terms};
use super::tariff::{Band, Measure, Price, Rate, Rules, Schedule, Span, Tariff, is_below};
use crate::expr::CompileContext;
use crate::id::Symbol;
use crate::money::{Decimal, Exact, UnitPrice};
use crate::report::{CatalogCode, Diagnostic, Path, PricingCode};

/// A quantity that costs less in total than a smaller one.
struct Cliff {
    quantity: Decimal,
    costs: Decimal,
    less: Decimal,
    less_costs: Decimal,
}

/// Warns, once for the list, of tiers that are cheaper in total than one unit less in the tier before.
pub(super) fn warn_non_monotone(draft: &Draft, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut first: Option<(&Entry, Cliff)> = None;
    let mut count = 0_usize;
    for entry in &draft.entries {
        let Some((terms, prices)) = draft.of_entry(entry).filter(|(_, prices)| prices.len() > 1) else { continue };
        for lower in 0..prices.len().saturating_sub(1) {
            let Some(cliff) = cliff(terms, prices, lower) else { continue };
            count = count.saturating_add(1);
            first = first.or(Some((entry, cliff)));
        }
    }
    let Some((entry, cliff)) = first else { return };
    let all = how_many(count, "tiers");
    let Cliff { quantity, costs, less, less_costs } = cliff;
    let message =
        format!("the tier from `{quantity}` on makes `{quantity}` cost `{costs}`, less than `{less}`, which cost `{less_costs}`{all}");
    let problem = Diagnostic::warning(PricingCode::NonMonotone, path, message)
        .help("a buyer of the smaller quantity is better off with the larger one; leave it so if that is meant")
        .related(&Path::pointer(&entry.place.pointer(path)), "the first of them");
    cx.diagnostics.push(problem);
}

/// Warns, once for the list, of tariffs at which more costs less.
pub(super) fn warn_tariffs(draft: &Draft, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let Some(rules) = draft.list.rules.as_deref().filter(|rules| !rules.pay_min && rules.basis == Measure::Quantity) else { return };
    for entry in &draft.entries {
        let tariff = usize::try_from(entry.first_price).ok().and_then(|number| draft.list.tariffs.get(number));
        let (Some(tariff), Some((terms, _))) = (tariff, draft.of_entry(entry)) else { continue };
        let Some(Cliff { quantity, costs, less, less_costs }) = tariff.cliff(rules, terms.offer.per) else { continue };
        let message = format!("the tier at `{quantity}` makes `{quantity}` cost `{costs}`, less than `{less}`, which cost `{less_costs}`");
        let problem = Diagnostic::warning(PricingCode::NonMonotone, path, message)
            .help("write `\"pay_min\": true` to charge the smaller quantity no more; leave it so if that is meant")
            .related(&Path::pointer(&entry.place.pointer(path)), "the first of them");
        cx.diagnostics.push(problem);
        return;
    }
}

/// Warns, once for the list, of records in a unit in which their product is not ordered: they never have a price.
pub(super) fn warn_units(draft: &Draft, units: Units<'_>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let product = cx.vocabulary.find("product.id").map(|name| name.slot);
    let Some(key) = draft.list.keys.iter().position(|slot| Some(*slot) == product) else { return };
    let mut first: Option<(&Entry, Symbol, Symbol, Vec<Symbol>)> = None;
    let mut count = 0_usize;
    for entry in &draft.entries {
        let Some(unit) = draft.of_entry(entry).and_then(|(terms, _)| terms.offer.unit) else { continue };
        let Some(product) = entry.key.get(key).map(|number| Symbol::of(*number)) else { continue };
        let ordered_in = (units.of_product)(cx.symbols.text(product));
        if !ordered_in.is_empty() && !ordered_in.contains(&unit) {
            count = count.saturating_add(1);
            first = first.or(Some((entry, product, unit, ordered_in)));
        }
    }
    let Some((entry, product, unit, ordered_in)) = first else { return };
    let (product, unit) = (cx.symbols.text(product), cx.symbols.text(unit));
    let all = how_many(count, "records");
    let message = format!("the price of `{product}` is per `{unit}`, in which it is not ordered: it never counts{all}");
    let known: Vec<String> = ordered_in.iter().map(|unit| format!("`{}`", cx.symbols.text(*unit))).collect();
    let help = format!("`{product}` is ordered in {}; name one of them, or add `{unit}` to its `packaging`", known.join(", "));
    let place = entry.place.pointer(path);
    let problem = match entry.place {
        Place::Record(_) => Diagnostic::warning(CatalogCode::UnknownUnit, &Path::pointer(&place).field("unit"), message),
        Place::Line { line, .. } => {
            Diagnostic::warning(CatalogCode::UnknownUnit, &Path::pointer(&place), format!("line {line}: {message}"))
        }
    };
    cx.diagnostics.push(problem.help(help));
}

/// How many there are of what is warned about once, where that is more than one.
fn how_many(count: usize, what: &str) -> String {
    if count > 1 { format!("; the list has {count} such {what}") } else { String::new() }
}

impl Tariff {
    /// The first quantity at a bound that costs less than one unit less, when all prices are known.
    fn cliff(&self, rules: &Rules, per: Decimal) -> Option<Cliff> {
        let exact = |number: Option<Decimal>| Exact::from_decimal(number.unwrap_or_default()).ok();
        let (above, below) = Exact::from_decimal(per).ok()?.lowest_terms();
        let rate = |band: &Band| {
            let price = match &band.price {
                Price::None => Decimal::ZERO,
                Price::Fixed(price) => *price,
                Price::Calculated(_) => return None,
            };
            let unit = exact(Some(price))?.times(below, above).ok()?;
            let overage = band.overage.map(|overage| exact(Some(overage)));
            Some(Rate { from: band.from, unit, percent: Exact::ZERO, flat: exact(band.flat)?, overage: overage.flatten() })
        };
        let rates: Vec<Rate> = self.bands.iter().map(rate).collect::<Option<_>>()?;
        let bound = |number: Option<Decimal>| number.map(Exact::from_decimal).transpose().ok();
        let (minimum, maximum) = (bound(self.minimum)?, bound(self.maximum)?);
        let schedule = Schedule { rules, rates: &rates, package: self.package, included: self.included, minimum, maximum, counted: true };
        let cost = |total: Decimal| schedule.amount(Span { start: Decimal::ZERO, end: total, first: true, total }).ok().flatten();
        for band in self.bands.iter().skip(1) {
            let at = band.from.checked_add(self.included).ok()?;
            let (less, quantity) = match rules.bound {
                Bound::LowerInclusive => (at.checked_sub(Decimal::ONE).ok()?, at),
                Bound::UpperInclusive => (at, at.checked_add(Decimal::ONE).ok()?),
            };
            let (Some(costs), Some(less_costs)) = (cost(quantity), cost(less)) else { continue };
            if is_below(costs, less_costs).ok()? {
                return Some(Cliff { quantity, costs: decimal(costs).ok()?, less, less_costs: decimal(less_costs).ok()? });
            }
        }
        None
    }
}

/// Whether the first quantity of a tier costs less than one unit less in the tier before, which is that of the number.
fn cliff(terms: &Terms, prices: &[UnitPrice], lower: usize) -> Option<Cliff> {
    let upper = lower.checked_add(1)?;
    let (low, high) = (*prices.get(lower)?, *prices.get(upper)?);
    let (from, quantity) = (*terms.from.get(lower)?, *terms.from.get(upper)?);
    // Prices of one scale and whole quantities, as nearly all are, need no decimals.
    if low.scale() == high.scale() && quantity.scale() == 0 {
        let quantity = quantity.mantissa();
        let costs = i128::from(high.mantissa()).checked_mul(quantity)?;
        if i128::from(low.mantissa()).checked_mul(quantity.checked_sub(1)?)? <= costs {
            return None;
        }
    }
    let less = quantity.checked_sub(Decimal::ONE).ok()?;
    let cost = |price: UnitPrice, quantity: Decimal| price.to_decimal().checked_mul(quantity)?.checked_div(terms.offer.per);
    let (costs, less_costs) = (cost(high, quantity).ok()?, cost(low, less).ok()?);
    (less >= from && less_costs > costs).then_some(Cliff { quantity, costs, less, less_costs })
}
