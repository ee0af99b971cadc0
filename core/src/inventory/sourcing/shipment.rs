//! Telling the shipments of a plan, and what of them is on its way.

use super::answer::{decimal, parts};
use super::candidate::millionths;
use super::eval::{Order, Pass};
use super::fill::Part;
use super::plan::{FromSupply, PlannedShipment, ShipmentLine};
use crate::quantity::Quantity;
use crate::report::Error;
use crate::time::Date;

/// What a part of a line takes from a supply, in millionths.
pub(super) struct Supplied {
    /// The number of the part.
    part: usize,
    pub pool: usize,
    pub quantity: i64,
    supply: usize,
    day: Date,
}

/// Which supplies the parts take from: first what is there, then what comes first. What is there by a day is there on every later one, so
/// that the shipments that leave first have their choice.
pub(super) fn supplied(order: &Order<'_>, pass: &Pass) -> Vec<Supplied> {
    let mut supplied = Vec::new();
    if !order.has_days() {
        return supplied;
    }
    let mut coming = order.stock.coming.clone();
    let slot = |part: &Part| order.stock.slots.get(part.place);
    let mut there: Vec<Vec<i64>> = vec![vec![0; order.candidates.len()]; coming.len()];
    for (pool, there) in there.iter_mut().enumerate() {
        for (number, slot) in order.stock.slots.iter().enumerate().filter(|(_, slot)| slot.leaves_on.is_none()) {
            there.get_mut(slot.candidate).into_iter().for_each(|there| *there = order.stock.at(pool, number));
        }
    }
    let mut in_turn: Vec<(usize, &Part)> = pass.parts.iter().enumerate().collect();
    in_turn.sort_by_key(|(_, part)| slot(part).and_then(|slot| slot.leaves_on));
    for (number, part) in in_turn {
        let Some(slot) = slot(part) else { continue };
        order.draw(part, |pool, quantity| {
            let own = there_of(&mut there, pool, slot.candidate);
            let mut missing = own.map_or(quantity, |there| quantity.saturating_sub(take(there, quantity)));
            for rival in order.stock.rivals.get(pool).into_iter().flatten() {
                let there = there_of(&mut there, *rival, slot.candidate);
                there.into_iter().for_each(|there| *there = there.saturating_sub(quantity).max(0));
            }
            let due = coming.get_mut(pool).into_iter().flatten().filter(|due| due.candidate == slot.candidate);
            for due in due.filter(|due| slot.leaves_on.is_some_and(|day| due.day <= day)) {
                let quantity = take(&mut due.quantity, missing);
                missing = missing.saturating_sub(quantity);
                if quantity > 0 {
                    supplied.push(Supplied { part: number, pool, quantity, supply: due.supply, day: due.day });
                }
            }
        });
    }
    supplied
}

fn there_of(there: &mut [Vec<i64>], pool: usize, candidate: usize) -> Option<&mut i64> {
    there.get_mut(pool)?.get_mut(candidate)
}

/// Takes up to a quantity of what is left; gives what was taken.
fn take(left: &mut i64, quantity: i64) -> i64 {
    let taken = quantity.min(*left);
    *left = left.saturating_sub(taken);
    taken
}

/// What each location ships, by rank and day.
pub(super) fn shipments(order: &Order<'_>, pass: &Pass, supplied: &[Supplied]) -> Result<Vec<PlannedShipment>, Error> {
    let mut shipments = Vec::new();
    for (index, slot) in order.stock.slots.iter().enumerate() {
        let given: Vec<(&Part, Quantity)> = parts(pass, |part| part.place == index).collect();
        let Some(candidate) = order.candidates.get(slot.candidate).filter(|_| !given.is_empty()) else { continue };
        let quantity = given.iter().map(|(part, _)| i128::from(part.quantity)).fold(0, i128::saturating_add);
        let by_unit = i128::from(candidate.facts.cost_per_unit.unwrap_or(0)).saturating_mul(quantity);
        let from = |part: &Part| pass.parts.iter().position(|known| known == part);
        let line =
            |part: &Part, quantity| shipment_line(order, part, quantity, supplied.iter().filter(|taken| Some(taken.part) == from(part)));
        shipments.push(PlannedShipment {
            location: candidate.location.clone(),
            leaves_on: slot.leaves_on,
            arrives_on: slot.arrives_on,
            distance: candidate.facts.distance.map(millionths),
            cost: decimal(candidate.shipment_cost().saturating_add(by_unit), 12)?,
            lines: given.iter().filter_map(|(part, quantity)| line(part, *quantity)).collect(),
        });
    }
    Ok(shipments)
}

fn shipment_line<'s>(
    order: &Order<'_>,
    part: &Part,
    quantity: Quantity,
    supplied: impl Iterator<Item = &'s Supplied>,
) -> Option<ShipmentLine> {
    let line = order.demand.lines.get(part.line)?;
    let from = |taken: &Supplied| {
        let supply = order.state.supplies.numbered(taken.supply)?;
        let (id, product) = (supply.id.clone(), supply.product.clone());
        Some(FromSupply { supply: id, product, due: taken.day, quantity: Quantity::from_millionths(taken.quantity) })
    };
    let expected = supplied.filter_map(from).collect();
    let component = order.stock.apart.get(part.line).zip(part.component).and_then(|(components, at)| components.get(at));
    let product = component.unwrap_or(&line.product).clone();
    Some(ShipmentLine { line: line.id.clone(), product, quantity, expected })
}
