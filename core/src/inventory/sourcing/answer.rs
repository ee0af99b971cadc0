//! Telling a plan: lines with reasons, and candidates with what speaks against them.

use super::super::action::StockAction;
use super::super::part::StockPart;
use super::candidate::{Candidate, objection};
use super::compile::Constraint;
use super::components::{components, filled, kits_together};
use super::def::{SourcingObjective, SourcingStrategy};
use super::eval::{Order, Pass};
use super::fill::Part;
use super::plan::{CandidateVerdict, ObjectiveValue, SourcedLine, SourcingBound, SourcingObjection, SourcingPlan, SourcingSearch};
use super::problem::{draw, most_from};
use super::request::SourcingLine;
use super::reserve::reservations;
use super::shipment::{Supplied, shipments, supplied};
use super::slot::Slot;
use super::stock::KIT;
use crate::money::Decimal;
use crate::quantity::Quantity;
use crate::report::{Code, Detail, Details, Diagnostic, Error, Finding, InventoryCode, LimitCode, Path, Severity};

/// Tells what a pass has found.
pub(super) fn answer(order: &Order<'_>, pass: &Pass) -> Result<SourcingPlan, Error> {
    let supplied = supplied(order, pass);
    let mut headroom = headroom(order, &supplied);
    let lines: Vec<SourcedLine> = (0..order.demand.lines.len()).filter_map(|line| sourced(order, pass, line, &mut headroom)).collect();
    let findings: Vec<Finding> = lines.iter().zip(&order.demand.lines).filter_map(|(line, asked)| short(order, line, asked)).collect();
    let reserve = match &order.demand.reserve {
        Some(reserve) => reservations(order, reserve, pass, &lines)?,
        None => Vec::new(),
    };
    let picked_up = order.demand.collection_point.is_some();
    let asked = asked_of_pools(order);
    let verdict = |(index, candidate)| verdict(order, pass, &asked, index, candidate);
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
        shipments: shipments(order, pass, &supplied)?,
        action: (!reserve.is_empty()).then(|| StockAction::Batch(reserve.iter().cloned().map(StockAction::Reserve).collect())),
        reserve,
        lines,
        candidates: order.candidates.iter().enumerate().map(verdict).collect(),
        findings,
    })
}

/// How much more may wait for stock, beside what is on its way and taken.
fn headroom(order: &Order<'_>, supplied: &[Supplied]) -> Vec<i64> {
    let mut headroom = order.stock.headroom.clone();
    for taken in supplied {
        order.stock.each_of(taken.pool, |pool| {
            if let Some(left) = headroom.get_mut(pool) {
                *left = left.saturating_sub(taken.quantity);
            }
        });
    }
    headroom
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

pub(super) fn decimal(number: i128, scale: u32) -> Result<Decimal, Error> {
    Decimal::from_parts(number, scale).map(Decimal::normalize).map_err(|_| {
        let message = "the costs or distances of the plan have more digits than can be written; make them smaller";
        Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("candidates"), message).into()
    })
}

/// The parts that a line gets, or a location gives.
pub(super) fn parts<'p>(pass: &'p Pass, fits: impl Fn(&Part) -> bool + 'p) -> impl Iterator<Item = (&'p Part, Quantity)> {
    pass.parts.iter().filter(move |part| fits(part)).map(|part| (part, Quantity::from_millionths(part.quantity)))
}

fn sourced(order: &Order<'_>, pass: &Pass, index: usize, headroom: &mut [i64]) -> Option<SourcedLine> {
    let line = order.demand.lines.get(index)?;
    let mut given: Vec<(&Part, Quantity)> = parts(pass, |part| part.line == index).collect();
    if order.keeps_rank() {
        given.sort_by_key(|(part, _)| part.place);
    }
    let sourced = filled(order, pass, index);
    let short = line.quantity.saturating_sub(sourced);
    let waits = order.policy.strategy == SourcingStrategy::OnHandFirstThenBackorder && order.demand.collection_point.is_none();
    let backordered = if waits { wait(order, index, short, headroom) } else { Quantity::ZERO };
    let slot = |part: &Part| order.stock.slots.get(part.place);
    let untracked = order.stock.pools.get(index).and_then(|pool| order.stock.untracked.get(*pool)).copied().unwrap_or(false);
    Some(SourcedLine {
        id: line.id.clone(),
        requested: line.quantity,
        sourced,
        backordered,
        remainder: short.saturating_sub(backordered),
        reason: short.is_positive().then(|| reason(order, pass, index, sourced)),
        late: given.iter().any(|(part, _)| slot(part).is_some_and(|slot| slot.is_late(line))),
        components: components(order, pass, index),
        parts: given
            .iter()
            .filter(|(part, _)| part.component.is_none())
            .filter_map(|(part, quantity)| {
                let location = order.candidate(part.place)?.location.clone();
                Some(StockPart { untracked, ..StockPart::plain(location, *quantity) })
            })
            .collect(),
    })
}

/// How much of what is missing may wait for stock. Kits wait whole, and groups do not.
fn wait(order: &Order<'_>, index: usize, short: Quantity, headroom: &mut [i64]) -> Quantity {
    let grouped = order.bundles.iter().any(|bundle| bundle.lines.len() > 1 && bundle.lines.contains(&index));
    let (Some(pool), Some(needs)) = (order.stock.pools.get(index).filter(|_| !grouped), order.stock.needs.get(index)) else {
        return Quantity::ZERO;
    };
    let most = most_from(*pool, KIT, needs, |pool| order.stock.least(pool, |pool| headroom.get(pool).copied().unwrap_or(0)));
    let waiting = short.min(Quantity::from_millionths(most)).or_zero();
    draw(*pool, KIT, needs, waiting.millionths(), |pool, quantity| {
        order.stock.each_of(pool, |pool| {
            if let Some(left) = headroom.get_mut(pool) {
                *left = left.saturating_sub(quantity);
            }
        });
    });
    waiting
}

/// What of a pool all lines take, in those shipments that fit.
fn taken(order: &Order<'_>, pass: &Pass, pool: usize, fits: impl Fn(usize) -> bool) -> i64 {
    let mut taken = 0_i64;
    for part in pass.parts.iter().filter(|part| fits(part.place)) {
        order.draw(part, |drawn, quantity| {
            order.stock.each_of(drawn, |drawn| {
                if drawn == pool {
                    taken = taken.saturating_add(quantity);
                }
            });
        });
    }
    taken
}

/// What is left of a pool at a slot: no more than on any later day of the same candidate.
fn left_at(order: &Order<'_>, pass: &Pass, pool: usize, slot: usize) -> i64 {
    let slots = &order.stock.slots;
    let candidate = slots.get(slot).map(|slot| slot.candidate);
    let own = |other: usize| slots.get(other).map(|slot| slot.candidate) == candidate;
    let later = (slot..slots.len()).take_while(|day| own(*day));
    let left =
        |pool: usize, day: usize| order.stock.at(pool, day).saturating_sub(taken(order, pass, pool, |place| place <= day && own(place)));
    later.map(|day| order.stock.least(pool, |pool| left(pool, day))).min().unwrap_or(0)
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
    let together = |pool: usize| {
        order.stock.least(pool, |pool| {
            let all = order.stock.together.get(pool).copied().unwrap_or(i64::MAX);
            all.saturating_sub(taken(order, pass, pool, |_| true))
        })
    };
    if most_from(*pool, KIT, needs, together) < multiple.millionths() {
        return InventoryCode::Insufficient.into();
    }
    let left = |slot: usize| most_from(*pool, KIT, needs, |pool| left_at(order, pass, pool, slot)) >= multiple.millionths();
    let concerns = |slot: &usize| order.stock.slots.get(*slot).is_some_and(|slot| slot.leaves_on.is_none() || slot.serves(line));
    let open = |slot: &usize| pass.places.contains(slot) && !kept_off(order, pass, *slot, line);
    let grouped = order.bundles.iter().any(|bundle| bundle.lines.len() > 1 && bundle.lines.contains(&index));
    let with_stock: Vec<usize> = (0..order.stock.slots.len()).filter(|slot| concerns(slot) && left(*slot)).collect();
    let (mut is_open, mut is_none) = (with_stock.iter().any(open), with_stock.is_empty());
    if order.comes_apart(index) {
        let enough =
            |slots: &[usize]| kits_together(order, index, slots, |pool, slot| left_at(order, pass, pool, slot)) >= multiple.millionths();
        let all: Vec<usize> = (0..order.stock.slots.len()).filter(concerns).collect();
        is_none &= !enough(&all);
        is_open |= enough(&all.into_iter().filter(open).collect::<Vec<_>>());
    }
    match (is_open, is_none) {
        (true, _) if grouped => InventoryCode::GroupIncomplete.into(),
        (true, _) => InventoryCode::SplitLimit.into(),
        (false, false) => InventoryCode::LocationsRejected.into(),
        (false, true) => InventoryCode::Insufficient.into(),
    }
}

/// Whether a shipment does not serve a line because its goods would be late.
fn kept_off(order: &Order<'_>, pass: &Pass, slot: usize, line: &SourcingLine) -> bool {
    let Some(slot) = order.stock.slots.get(slot) else { return true };
    let on_time = || order.constraints(pass.dropped).any(|constraint| constraint == Constraint::OnTime);
    !slot.serves(line) || (slot.is_late(line) && on_time())
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
    let index = order.demand.lines.iter().position(|known| known.id == asked.id).unwrap_or_default();
    let pool = order.stock.pools.get(index).copied().unwrap_or_default();
    let together = order.stock.together.get(pool).copied().unwrap_or(i64::MAX);
    let most = |candidate| most_at(order, &order.stock.slots_of(candidate).collect::<Vec<_>>(), pool, asked);
    let there = (0..order.candidates.len()).map(most).fold(0, i64::saturating_add);
    let slots: Vec<usize> = (0..order.stock.slots.len()).collect();
    let apart = if order.comes_apart(index) { kits_together(order, index, &slots, |pool, slot| order.stock.at(pool, slot)) } else { 0 };
    let available = there.max(apart).min(together);
    let finding = Finding::new(code, severity, message)
        .line(line.id.clone())
        .detail("product", product.as_str())
        .detail("requested", requested.to_decimal())
        .detail("available", Quantity::from_millionths(available).to_decimal())
        .detail("sourced", sourced.to_decimal())
        .detail("short", requested.saturating_sub(sourced).to_decimal());
    Some(finding)
}

/// The most that a candidate, whose slots are given, has for a line, at once or on the days that serve it.
fn most_at(order: &Order<'_>, slots: &[(usize, &Slot)], pool: usize, line: &SourcingLine) -> i64 {
    let serves = slots.iter().filter(|(_, slot)| slot.leaves_on.is_none() || slot.serves(line));
    serves.map(|(slot, _)| order.stock.at(pool, *slot)).max().unwrap_or(0)
}

/// What the lines of a pool ask for: the same of every candidate.
#[derive(Default)]
struct AskedOf<'o> {
    lines: Vec<&'o SourcingLine>,
    wanted: i64,
}

/// By pool.
fn asked_of_pools<'o>(order: &'o Order<'_>) -> Vec<AskedOf<'o>> {
    let mut asked: Vec<AskedOf<'o>> = order.stock.quantities.iter().map(|_| AskedOf::default()).collect();
    for (line, pool) in order.demand.lines.iter().zip(&order.stock.pools) {
        if let Some(of_pool) = asked.get_mut(*pool) {
            of_pool.lines.push(line);
            of_pool.wanted = of_pool.wanted.saturating_add(line.quantity.millionths());
        }
    }
    asked
}

fn verdict(order: &Order<'_>, pass: &Pass, asked: &[AskedOf<'_>], index: usize, candidate: &Candidate<'_>) -> CandidateVerdict {
    let slots: Vec<(usize, &Slot)> = order.stock.slots_of(index).collect();
    let give = |(pool, asked): (usize, &AskedOf<'_>)| {
        asked.lines.iter().map(|line| most_at(order, &slots, pool, line)).max().unwrap_or(0).min(asked.wanted)
    };
    let could_give = asked.iter().enumerate().map(give).fold(0, i64::saturating_add);
    CandidateVerdict {
        location: candidate.location.clone(),
        ships: pass.parts.iter().any(|part| order.stock.slots.get(part.place).is_some_and(|slot| slot.candidate == index)),
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
    let first = order.stock.slots_of(index).next().map_or(0, |(slot, _)| slot);
    let late: Vec<&SourcingLine> = order.demand.lines.iter().filter(|line| kept_off(order, pass, first, line)).collect();
    if !late.is_empty() {
        let arrives = candidate.arrives_on;
        let lines = late.iter().map(|line| Detail::from(line.id.as_str())).collect::<Vec<_>>();
        let message = format!("arrives on {arrives}, after the day on which lines are wanted");
        objections.push(objection(InventoryCode::Late, message).with("actual", arrives).with("lines", lines));
    }
    let has_nothing = could_give == 0 && !has_components(order, index);
    let too_late = order.stock.too_late.get(index).copied().flatten().filter(|_| has_nothing && objections.is_empty());
    if let Some(arrives) = too_late {
        let message = format!("what is on its way there arrives on {arrives} at the earliest, after the day on which it is wanted");
        objections.push(objection(InventoryCode::Late, message).with("actual", arrives));
    }
    if has_nothing && objections.is_empty() {
        objections.extend(passed_over(order, index));
    }
    if has_nothing && objections.is_empty() {
        objections.push(objection(InventoryCode::NothingThere, "nothing that the order asks for is available there".to_owned()));
    }
    objections
}

/// Whether a candidate has something for kits that ship apart.
fn has_components(order: &Order<'_>, candidate: usize) -> bool {
    let slots: Vec<usize> = order.stock.slots_of(candidate).map(|(slot, _)| slot).collect();
    let has = |pool: usize| slots.iter().any(|slot| order.stock.at(pool, *slot) > 0);
    let lines = (0..order.demand.lines.len()).filter(|line| order.comes_apart(*line)).filter_map(|line| order.stock.needs.get(line));
    lines.flatten().any(|(pool, _)| has(*pool))
}

/// Why what is there may not be taken, each reason once.
fn passed_over(order: &Order<'_>, candidate: usize) -> Vec<SourcingObjection> {
    let mut reasons: Vec<(Code, Quantity, Vec<Detail>)> = Vec::new();
    for passed in order.stock.passed_over.iter().filter(|passed| passed.candidate == candidate) {
        let lines = order.demand.lines.iter().zip(&order.stock.pools).zip(&order.stock.needs);
        let asks = lines.filter(|((_, pool), needs)| **pool == passed.pool || needs.iter().any(|(pool, _)| *pool == passed.pool));
        let lines = asks.map(|((line, _), _)| Detail::from(line.id.as_str())).collect::<Vec<_>>();
        match reasons.iter_mut().find(|(code, _, known)| *code == passed.code && *known == lines) {
            Some((_, on_hand, _)) => *on_hand = on_hand.saturating_add(passed.on_hand),
            None => reasons.push((passed.code, passed.on_hand, lines)),
        }
    }
    let told = |(code, on_hand, lines): (Code, Quantity, Vec<Detail>)| {
        let message = format!("{on_hand} there may not be taken on the terms of the lines");
        SourcingObjection { code, message, details: Details::default() }.with("actual", on_hand.to_decimal()).with("lines", lines)
    };
    reasons.into_iter().map(told).collect()
}
