//! What is probably not meant: larger quantities that cost less.

use super::list::{Draft, Entry, Terms};
use crate::expr::CompileContext;
use crate::money::{Decimal, UnitPrice};
use crate::report::{Diagnostic, Path, PricingCode};

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
    let more = if count > 1 { format!("; {} more tiers of the list are such", count.saturating_sub(1)) } else { String::new() };
    let Cliff { quantity, costs, less, less_costs } = cliff;
    let message =
        format!("the tier from `{quantity}` on makes `{quantity}` cost `{costs}`, less than `{less}`, which cost `{less_costs}`{more}");
    let problem = Diagnostic::warning(PricingCode::NonMonotone, path, message)
        .help("a buyer of the smaller quantity is better off with the larger one; leave it so if that is meant")
        .related(&Path::pointer(&entry.place.pointer(path)), "the first of them");
    cx.diagnostics.push(problem);
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
