//! Telling a plan: shipments, lines with reasons, candidates with what speaks against them, reservations.

use std::str::FromStr;

use super::super::action::{ReserveAllow, ReserveStock, StockAction};
use super::super::part::StockPart;
use super::candidate::{Candidate, millionths, objection};
use super::compile::Constraint;
use super::def::{SourcingObjective, SourcingStrategy};
use super::eval::{Order, Pass};
use super::fill::Part;
use super::plan::{
    CandidateVerdict, ObjectiveValue, PlannedShipment, ShipmentLine, SourcedLine, SourcingBound, SourcingObjection, SourcingPlan,
    SourcingSearch,
};
use super::problem::{draw, most_from};
use super::request::{SourcingLine, SourcingReserve};
use super::stock::KIT;
use crate::id::{IdError, ReservationId, Set};
use crate::money::Decimal;
use crate::quantity::Quantity;
use crate::report::{Code, Detail, Diagnostic, Error, Finding, InventoryCode, LimitCode, Path, Severity, ShapeCode};

/// Tells what a pass has found.
pub(super) fn answer(order: &Order<'_>, pass: &Pass) -> Result<SourcingPlan, Error> {
    let mut headroom = order.stock.headroom.clone();
    let lines: Vec<SourcedLine> = (0..order.demand.lines.len()).filter_map(|line| sourced(order, pass, line, &mut headroom)).collect();
    let findings: Vec<Finding> = lines.iter().zip(&order.demand.lines).filter_map(|(line, asked)| short(order, line, asked)).collect();
    let reserve = match &order.demand.reserve {
        Some(reserve) => reservations(order, reserve, &lines, &pass.places)?,
        None => Vec::new(),
    };
    let picked_up = order.demand.collection_point.is_some();
    Ok(SourcingPlan {
        policy: order.id.clone(),
        strategy: (!picked_up).then_some(order.policy.strategy),
        complete: findings.is_empty(),
        search: pass.search.as_ref().map(|found| SourcingSearch {
            optimal: found.optimal,
            evaluated: found.evaluated,
            bound: (!found.optimal).then(|| SourcingBound {
                unfilled: Quantity::from_millionths(i64::try_from(found.least_unfilled).unwrap_or(i64::MAX)),
                shipments: found.searched_below.and_then(|size| u64::try_from(size).ok()).unwrap_or(1),
            }),
        }),
        relaxed: order.policy.soft.iter().take(pass.dropped).map(|(_, name)| (*name).to_owned()).collect(),
        objectives: order.policy.objectives.iter().map(|objective| value(pass, *objective)).collect::<Result<_, _>>()?,
        shipments: shipments(order, pass)?,
        action: (!reserve.is_empty()).then(|| StockAction::Batch(reserve.iter().cloned().map(StockAction::Reserve).collect())),
        reserve,
        lines,
        candidates: order.candidates.iter().enumerate().map(|(index, candidate)| verdict(order, pass, index, candidate)).collect(),
        findings,
    })
}

fn value(pass: &Pass, objective: SourcingObjective) -> Result<ObjectiveValue, Error> {
    let number = pass.worth.get(objective);
    let value = match objective {
        SourcingObjective::Unfilled | SourcingObjective::Distance => decimal(number, 6),
        SourcingObjective::Cost => decimal(number, 12),
        SourcingObjective::Shipments | SourcingObjective::LateLines | SourcingObjective::Priority => decimal(number, 0),
    };
    Ok(ObjectiveValue { objective, value: value? })
}

fn decimal(number: i128, scale: u32) -> Result<Decimal, Error> {
    Decimal::from_parts(number, scale).map(Decimal::normalize).map_err(|_| {
        let message = "the costs or distances of the plan have more digits than can be written; make them smaller";
        Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("candidates"), message).into()
    })
}

/// The parts that a line gets, or a location gives.
fn parts<'p>(pass: &'p Pass, fits: impl Fn(&Part) -> bool + 'p) -> impl Iterator<Item = (&'p Part, Quantity)> {
    pass.parts.iter().filter(move |part| fits(part)).map(|part| (part, Quantity::from_millionths(part.quantity)))
}

fn sourced(order: &Order<'_>, pass: &Pass, index: usize, headroom: &mut [i64]) -> Option<SourcedLine> {
    let line = order.demand.lines.get(index)?;
    let mut given: Vec<(&Part, Quantity)> = parts(pass, |part| part.line == index).collect();
    if order.policy.strategy == SourcingStrategy::Objectives {
        given.sort_by_key(|(part, _)| part.place);
    }
    let sourced: Quantity = given.iter().map(|(_, quantity)| *quantity).sum();
    let short = line.quantity.saturating_sub(sourced);
    let waits = order.policy.strategy == SourcingStrategy::OnHandFirstThenBackorder && order.demand.collection_point.is_none();
    let backordered = if waits { wait(order, index, short, headroom) } else { Quantity::ZERO };
    let candidate = |part: &Part| order.candidates.get(part.place);
    let untracked = order.stock.pools.get(index).and_then(|pool| order.stock.untracked.get(*pool)).copied().unwrap_or(false);
    Some(SourcedLine {
        id: line.id.clone(),
        requested: line.quantity,
        sourced,
        backordered,
        remainder: short.saturating_sub(backordered),
        reason: short.is_positive().then(|| reason(order, pass, index, sourced)),
        late: given
            .iter()
            .any(|(part, _)| candidate(part).zip(line.wanted_on).is_some_and(|(candidate, wanted)| candidate.arrives_on > wanted)),
        parts: given
            .iter()
            .filter_map(|(part, quantity)| Some(StockPart { untracked, ..StockPart::plain(candidate(part)?.location.clone(), *quantity) }))
            .collect(),
    })
}

/// How much of what is missing may wait for stock. Kits wait whole, and groups do not.
fn wait(order: &Order<'_>, index: usize, short: Quantity, headroom: &mut [i64]) -> Quantity {
    let grouped = order.bundles.iter().any(|bundle| bundle.lines.len() > 1 && bundle.lines.contains(&index));
    let (Some(pool), Some(needs)) = (order.stock.pools.get(index).filter(|_| !grouped), order.stock.needs.get(index)) else {
        return Quantity::ZERO;
    };
    let most = most_from(*pool, KIT, needs, |pool| headroom.get(pool).copied().unwrap_or(0));
    let waiting = short.min(Quantity::from_millionths(most)).or_zero();
    draw(*pool, KIT, needs, waiting.millionths(), |pool, quantity| {
        if let Some(left) = headroom.get_mut(pool) {
            *left = left.saturating_sub(quantity);
        }
    });
    waiting
}

/// What of a pool all lines take, at one candidate or at all.
fn taken(order: &Order<'_>, pass: &Pass, pool: usize, candidate: Option<usize>) -> i64 {
    let mut taken = 0_i64;
    for part in pass.parts.iter().filter(|part| candidate.is_none_or(|candidate| part.place == candidate)) {
        let (Some(own), Some(needs)) = (order.stock.pools.get(part.line), order.stock.needs.get(part.line)) else { continue };
        draw(*own, KIT, needs, part.quantity, |drawn, quantity| {
            if drawn == pool {
                taken = taken.saturating_add(quantity);
            }
        });
    }
    taken
}

/// Why a line does not get all.
fn reason(order: &Order<'_>, pass: &Pass, index: usize, sourced: Quantity) -> Code {
    let Some((line, pool)) = order.demand.lines.get(index).zip(order.stock.pools.get(index)) else {
        return InventoryCode::Insufficient.into();
    };
    let needs = order.stock.needs.get(index).map(Vec::as_slice).unwrap_or_default();
    let least = if needs.is_empty() { 1 } else { KIT };
    let multiple = line.multiple.unwrap_or(Quantity::from_millionths(least)).max(Quantity::from_millionths(least));
    if line.quantity.saturating_sub(sourced) < multiple {
        return InventoryCode::WholeMultiples.into();
    }
    let together = |pool: usize| order.stock.together.get(pool).copied().unwrap_or(i64::MAX).saturating_sub(taken(order, pass, pool, None));
    if most_from(*pool, KIT, needs, together) < multiple.millionths() {
        return InventoryCode::Insufficient.into();
    }
    let open = |candidate: &usize| pass.places.contains(candidate) && !kept_off(order, pass, *candidate, line);
    let left = |candidate: usize| {
        let stock = |pool: usize| order.stock.quantities.get(pool).and_then(|stock| stock.get(candidate)).copied().unwrap_or(0);
        let left = |pool: usize| stock(pool).saturating_sub(taken(order, pass, pool, Some(candidate)));
        most_from(*pool, KIT, needs, left) >= multiple.millionths()
    };
    let grouped = order.bundles.iter().any(|bundle| bundle.lines.len() > 1 && bundle.lines.contains(&index));
    let with_stock: Vec<usize> = (0..order.candidates.len()).filter(|candidate| left(*candidate)).collect();
    match (with_stock.iter().any(open), with_stock.is_empty()) {
        (true, _) if grouped => InventoryCode::GroupIncomplete.into(),
        (true, _) => InventoryCode::SplitLimit.into(),
        (false, false) => InventoryCode::LocationsRejected.into(),
        (false, true) => InventoryCode::Insufficient.into(),
    }
}

/// Whether a location does not serve a line because its goods would be late.
fn kept_off(order: &Order<'_>, pass: &Pass, candidate: usize, line: &SourcingLine) -> bool {
    let arrives = order.candidates.get(candidate).map(|candidate| candidate.arrives_on);
    let late = line.wanted_on.zip(arrives).is_some_and(|(wanted, arrives)| arrives > wanted);
    late && order.constraints(pass.dropped).any(|constraint| constraint == Constraint::OnTime)
}

fn short(order: &Order<'_>, line: &SourcedLine, asked: &SourcingLine) -> Option<Finding> {
    let code = line.reason?;
    let (product, requested, sourced) = (&asked.product, line.requested, line.sourced);
    let why = match code {
        Code::Inventory(InventoryCode::GroupIncomplete) => "no location has all of the lines that are shipped with it",
        Code::Inventory(InventoryCode::SplitLimit) => "more is there, but the policy does not split so far",
        Code::Inventory(InventoryCode::LocationsRejected) => "more is at locations that were rejected",
        Code::Inventory(InventoryCode::WholeMultiples) => "the rest is not a whole multiple",
        _ => "no more is available",
    };
    let message = format!("`{product}`: {requested} asked for, {sourced} sourced; {why}");
    let severity = if line.remainder.is_zero() { Severity::Warning } else { Severity::Error };
    let lines = order.demand.lines.iter().position(|known| known.id == asked.id);
    let pool = lines.and_then(|index| order.stock.pools.get(index)).and_then(|pool| order.stock.quantities.get(*pool));
    let together = lines.and_then(|index| order.stock.pools.get(index)).and_then(|pool| order.stock.together.get(*pool));
    let available = pool.map_or(0, |stock| stock.iter().copied().fold(0, i64::saturating_add)).min(together.copied().unwrap_or(i64::MAX));
    let finding = Finding::new(code, severity, message)
        .line(line.id.clone())
        .detail("product", product.as_str())
        .detail("requested", requested.to_decimal())
        .detail("available", Quantity::from_millionths(available).to_decimal())
        .detail("sourced", sourced.to_decimal())
        .detail("short", requested.saturating_sub(sourced).to_decimal());
    Some(finding)
}

fn shipments(order: &Order<'_>, pass: &Pass) -> Result<Vec<PlannedShipment>, Error> {
    let mut shipments = Vec::new();
    for (index, candidate) in order.candidates.iter().enumerate() {
        let given: Vec<(&Part, Quantity)> = parts(pass, |part| part.place == index).collect();
        if given.is_empty() {
            continue;
        }
        let quantity = given.iter().map(|(part, _)| i128::from(part.quantity)).fold(0, i128::saturating_add);
        let by_unit = i128::from(candidate.facts.cost_per_unit.unwrap_or(0)).saturating_mul(quantity);
        shipments.push(PlannedShipment {
            location: candidate.location.clone(),
            arrives_on: candidate.arrives_on,
            distance: candidate.facts.distance.map(millionths),
            cost: decimal(candidate.shipment_cost().saturating_add(by_unit), 12)?,
            lines: given.iter().filter_map(|(part, quantity)| shipment_line(order, part, *quantity)).collect(),
        });
    }
    Ok(shipments)
}

fn shipment_line(order: &Order<'_>, part: &Part, quantity: Quantity) -> Option<ShipmentLine> {
    let line = order.demand.lines.get(part.line)?;
    Some(ShipmentLine { line: line.id.clone(), product: line.product.clone(), quantity })
}

fn verdict(order: &Order<'_>, pass: &Pass, index: usize, candidate: &Candidate<'_>) -> CandidateVerdict {
    let own = |pool: usize| order.stock.quantities.get(pool).and_then(|stock| stock.get(index)).copied().unwrap_or(0);
    let give = |pool: usize| {
        let lines = order.demand.lines.iter().zip(&order.stock.pools).filter(|(_, of)| **of == pool);
        let wanted = lines.map(|(line, _)| line.quantity.millionths()).fold(0, i64::saturating_add);
        own(pool).min(wanted)
    };
    let could_give = (0..order.stock.quantities.len()).map(give).fold(0, i64::saturating_add);
    CandidateVerdict {
        location: candidate.location.clone(),
        ships: pass.parts.iter().any(|part| part.place == index),
        could_give: Quantity::from_millionths(could_give),
        rejected: objections(order, pass, index, candidate, could_give),
    }
}

fn objections(order: &Order<'_>, pass: &Pass, index: usize, candidate: &Candidate<'_>, could_give: i64) -> Vec<SourcingObjection> {
    if let Some(unfit) = candidate.unfit(&order.occasion) {
        return vec![unfit];
    }
    let broken = order.constraints(pass.dropped).filter(|constraint| candidate.breaks(*constraint, &order.occasion));
    let mut objections: Vec<SourcingObjection> = broken.map(|constraint| candidate.objection(constraint, &order.occasion)).collect();
    let late: Vec<&SourcingLine> = order.demand.lines.iter().filter(|line| kept_off(order, pass, index, line)).collect();
    if !late.is_empty() {
        let arrives = candidate.arrives_on;
        let lines = late.iter().map(|line| Detail::from(line.id.as_str())).collect::<Vec<_>>();
        let message = format!("arrives on {arrives}, after the day on which lines are wanted");
        objections.push(objection(InventoryCode::Late, message).with("actual", arrives).with("lines", lines));
    }
    if could_give == 0 && objections.is_empty() {
        objections.push(objection(InventoryCode::NothingThere, "nothing that the order asks for is available there".to_owned()));
    }
    objections
}

/// One reservation for each part of a line, all or nothing, and one for what waits.
fn reservations(order: &Order<'_>, reserve: &SourcingReserve, lines: &[SourcedLine], places: &[usize]) -> Result<Vec<ReserveStock>, Error> {
    let mut reservations: Vec<ReserveStock> = Vec::new();
    let mut replaced: Set<&ReservationId> = Set::default();
    let first = places.first().and_then(|place| order.candidates.get(*place)).map(|candidate| candidate.location);
    for (line, asked) in lines.iter().zip(&order.demand.lines) {
        let parts = line.parts.iter().map(|part| (Some(&part.location), part.quantity, ReserveAllow::FullOnly));
        // Where there is nothing more anywhere, it waits for stock of any place; else only where the order may come from.
        let place = first.filter(|_| line.reason != Some(InventoryCode::Insufficient.into()));
        let waiting = line.backordered.is_positive().then_some((place, line.backordered, ReserveAllow::Backorder));
        for (number, (location, quantity, allow)) in parts.chain(waiting).enumerate() {
            let own = order.stock.holds.iter().filter(|(_, product)| **product == asked.product).map(|(id, _)| *id);
            let replaces = own.filter(|id| replaced.insert(*id)).cloned().collect();
            reservations.push(ReserveStock {
                id: name(&format!("{}/{}/{}", reserve.order, line.id, number.saturating_add(1)))?,
                demand: name(&format!("{}/{}", reserve.order, line.id))?,
                product: asked.product.clone(),
                quantity,
                location: location.cloned(),
                kind: reserve.kind,
                wanted_on: asked.wanted_on,
                priority: 0,
                expires_at: reserve.expires_at,
                allow,
                characteristics: reserve.characteristics.clone(),
                instead_of: None,
                replaces,
                removal: None,
            });
        }
    }
    Ok(reservations)
}

fn name<T: FromStr<Err = IdError>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|error| {
        let message = format!("`{text}` cannot name a reservation: {error}; give the order a shorter name");
        Diagnostic::error(ShapeCode::InvalidValue, &Path::ROOT.field("reserve").field("order"), message).into()
    })
}
