//! What would pass, when stock does not fit because of its date.

use super::def::RemovalTerms;
use super::survey::{Ask, Judge};
use crate::inventory::supply::Supply;
use crate::quantity::Quantity;
use crate::report::{Detail, InventoryCode, Refusal};
use crate::sort;
use crate::time::Date;

/// The nearest terms on which all that is wanted could be had.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nearest {
    /// It ships on this day at the latest.
    ships_by: Option<Date>,
    /// Or it need not stay usable for more days than this.
    shelf_life_days: Option<u32>,
    /// Or somebody confirms that it has expired.
    if_confirmed: bool,
}

/// What there is that was not taken, and on which terms it would be.
pub(in crate::inventory) fn explain_refusal(supply: &mut Supply<'_>, ask: Ask<'_>, wanted: Quantity, refusal: Refusal) -> Refusal {
    // 1. Which lots were passed over, and why.
    let passed_over = supply.passed_over(ask);
    let named = passed_over.iter().filter_map(|passed| {
        let name =
            passed.stock.lot.as_ref().map(crate::id::LotId::as_str).or(passed.stock.serial.as_ref().map(crate::id::SerialId::as_str))?;
        Some((Detail::from(name), Detail::from(passed.code.as_str())))
    });
    let (lots, reasons): (Vec<Detail>, Vec<Detail>) = named.unzip();
    if lots.is_empty() {
        return refusal;
    }
    let refusal = refusal.detail("passed_over", lots).detail("reasons", reasons);
    // 2. What would pass.
    let nearest = nearest(supply, ask, wanted);
    say(nearest, refusal)
}

fn say(nearest: Nearest, mut refusal: Refusal) -> Refusal {
    let mut ways = Vec::new();
    if let Some(day) = nearest.ships_by {
        ways.push(format!("when it ships by {day}"));
        refusal = refusal.detail("ships_by", day);
    }
    if let Some(days) = nearest.shelf_life_days {
        ways.push(format!("with a shelf life of {days} days"));
        refusal = refusal.detail("min_shelf_life_days", crate::Decimal::from(u64::from(days)));
    }
    if nearest.if_confirmed {
        ways.push("with `confirm_expired`".to_owned());
        refusal = refusal.detail("confirm_expired", true);
    }
    if !ways.is_empty() {
        refusal.message.push_str(&format!("; all of it can be had {}", ways.join(", or ")));
    }
    refusal
}

fn nearest(supply: &mut Supply<'_>, ask: Ask<'_>, wanted: Quantity) -> Nearest {
    let judge = Judge::of(supply, ask);
    let Some(last) = last_expiry_needed(supply, &judge, ask, wanted) else { return Nearest::default() };
    let (terms, days) = (ask.terms.cloned().unwrap_or_default(), judge.shelf_life_days());
    let mut passes = |terms: &RemovalTerms| supply.available_for(Ask { terms: Some(terms), wanted_on: None, ..ask }) >= wanted;
    // 1. On an earlier day.
    let ships_by = i32::try_from(days).ok().and_then(|days| last.add_days(days.saturating_neg()).ok());
    let ships_by = ships_by.filter(|day| *day >= judge.today && *day < judge.ships_on);
    let ships_by = ships_by.filter(|day| passes(&RemovalTerms { ships_on: Some(*day), ..terms.clone() }));
    // 2. With less to go.
    let left = u32::try_from(last.day_number().saturating_sub(judge.ships_on.day_number())).ok();
    let on_the_day = RemovalTerms { ships_on: Some(judge.ships_on), ..terms };
    let shelf_life_days =
        left.filter(|left| *left < days && passes(&RemovalTerms { min_shelf_life_days: Some(*left), ..on_the_day.clone() }));
    // 3. Expired as it is.
    let if_confirmed = last < judge.ships_on
        && passes(&RemovalTerms { confirm_expired: true, min_shelf_life_days: Some(0), ..on_the_day.clone() })
        && days == 0;
    Nearest { ships_by, shelf_life_days, if_confirmed }
}

/// The earliest of the dates of expiry that have to do, when those that last longest are taken.
fn last_expiry_needed(supply: &Supply<'_>, judge: &Judge<'_>, ask: Ask<'_>, wanted: Quantity) -> Option<Date> {
    let found = supply.survey(judge, supply.state.shelves.get_index_of(ask.product)?);
    let fits: Quantity = found.iter().filter(|found| found.fits()).map(|found| found.free).sum();
    let by_date = |code| matches!(code, Some(InventoryCode::LotExpired | InventoryCode::ShelfLife));
    let mut dated: Vec<(Date, Quantity)> =
        found.iter().filter(|found| by_date(found.objection)).filter_map(|found| Some((found.expires_on()?, found.free))).collect();
    sort::by(&mut dated, |one, other| other.0.cmp(&one.0));
    let mut sum = fits;
    dated.into_iter().find_map(|(expires_on, free)| {
        sum = sum.saturating_add(free);
        (sum >= wanted).then_some(expires_on)
    })
}
