//! Says what was confirmed, and from where it comes.

use super::answer::{Nearest, Peg, PegSource, Promisable, PromisePlan, PromisedComponent, PromisedLine, ScheduleLine};
use super::confirm::{Confirmed, Desk};
use super::ground::Ground;
use super::kit::KitTurn;
use super::offer::Part;
use super::pegging::{self, peg};
use super::request::PromiseLine;
use super::timeline::{Delta, Origin};
use crate::id::{DemandId, LineId, LocationId, Map, Ordinal, ProductId, SupplyId};
use crate::inventory::expected::Due;
use crate::quantity::Quantity;
use crate::report::{Finding, InventoryCode, Severity};
use crate::time::Date;

/// The answer for all lines.
pub(super) fn promise(desk: &mut Desk<'_>, confirmed: Vec<Confirmed>, explain: bool) -> PromisePlan {
    let products = pegged_products(desk);
    let desk = &*desk;
    let mut schedules = schedules(desk, &confirmed, &products);
    let mut components = components(desk, &confirmed, &products);
    let pegging = explain.then(|| explain_pegging(desk, &confirmed, &products));
    let lines: Vec<PromisedLine> = desk
        .lines
        .iter()
        .zip(confirmed)
        .zip(schedules.iter_mut().zip(&mut components))
        .map(|((line, confirmed), (schedule, inside))| say_line(desk, line, confirmed, std::mem::take(schedule), std::mem::take(inside)))
        .collect();
    let complete = lines.iter().all(|line| line.reason.is_none());
    PromisePlan {
        complete,
        date: lines.iter().filter_map(|line| line.date).max().filter(|_| complete),
        findings: lines.iter().filter_map(finding).collect(),
        lines,
        pegging,
    }
}

/// A product of the request, with all that comes and goes of it, and who takes what.
struct Pegged<'r> {
    product: &'r ProductId,
    /// What is on its way of it.
    due: &'r [Due],
    deltas: Vec<Delta>,
    pegs: Vec<pegging::Peg>,
}

fn pegged_products<'r>(desk: &mut Desk<'r>) -> Vec<Pegged<'r>> {
    let (ground, lines) = (desk.ground, desk.lines);
    let mut products: Map<&'r ProductId, ()> = Map::default();
    for line in lines {
        match ground.inventory.kit(&line.product) {
            None => products.extend([(&line.product, ())]),
            Some(kit) => products.extend(kit.components.iter().map(|component| (&component.product, ()))),
        }
    }
    let pegged = products.into_keys().map(|product| {
        let deltas = std::mem::take(desk.deltas(product, ground.today));
        let pegs = peg(&deltas, desk.ground.policy.overcommitted);
        Pegged { product, due: ground.due(product), deltas, pegs }
    });
    pegged.collect()
}

/// By line: what it gets when, and from where, in order of day.
fn schedules(desk: &Desk<'_>, confirmed: &[Confirmed], products: &[Pegged<'_>]) -> Vec<Vec<ScheduleLine>> {
    let mut schedules: Vec<Vec<ScheduleLine>> = desk
        .lines
        .iter()
        .zip(confirmed)
        .enumerate()
        .map(|(number, (line, confirmed))| match desk.kits.get(&number) {
            None => confirmed.parts.iter().flat_map(|part| apart(desk.ground, &line.product, part)).collect(),
            Some(turn) => confirmed.parts.iter().map(|part| of_kits(desk, turn, part)).collect(),
        })
        .collect();
    for product in products {
        for pegs in product.pegs.chunk_by(|one, next| one.demand == next.demand) {
            let demand = pegs.first().and_then(|peg| product.deltas.get(peg.demand));
            let Some(Delta { day, origin: Origin::Line(line), .. }) = demand else { continue };
            let Some(schedule) = schedules.get_mut(line.index()).filter(|_| !desk.kits.contains_key(&line.index())) else { continue };
            schedule.extend(pegs.iter().map(|peg| Source::of(desk.ground, product, peg).schedule_line(*day, peg.quantity)));
        }
    }
    for schedule in &mut schedules {
        crate::sort::by(schedule, |one, other| one.date.cmp(&other.date));
    }
    schedules
}

/// A part of a line of kits.
fn of_kits(desk: &Desk<'_>, turn: &KitTurn<'_>, part: &Part) -> ScheduleLine {
    let location = turn.place.and_then(|rank| desk.ground.inventory.names().get(rank));
    Source { from: PegSource::Components, location, supply: None }.schedule_line(part.day, part.quantity())
}

/// By line: of kits, what each component gives when, and from where, in order of day.
fn components(desk: &Desk<'_>, confirmed: &[Confirmed], products: &[Pegged<'_>]) -> Vec<Vec<PromisedComponent>> {
    let mut components: Vec<Vec<PromisedComponent>> = confirmed.iter().map(|_| Vec::new()).collect();
    for (number, turn) in desk.kits.iter().filter(|(number, _)| confirmed.get(**number).is_some_and(|line| !line.parts.is_empty())) {
        let inside = turn.components().map(|(product, parts)| {
            let apart = parts.iter().flat_map(|part| apart(desk.ground, product, part));
            let pegged = products.iter().find(|pegged| pegged.product == product).into_iter();
            let pegged = pegged.flat_map(|pegged| pegged.pegs.iter().map(move |peg| (pegged, peg))).filter_map(|(pegged, peg)| {
                let demand = pegged.deltas.get(peg.demand).filter(|demand| demand.origin == Origin::Line(Ordinal::of(*number)))?;
                Some(Source::of(desk.ground, pegged, peg).schedule_line(demand.day, peg.quantity))
            });
            let mut schedule_lines: Vec<ScheduleLine> = apart.chain(pegged).collect();
            crate::sort::by(&mut schedule_lines, |one, other| one.date.cmp(&other.date));
            PromisedComponent { product: product.clone(), schedule_lines }
        });
        if let Some(slot) = components.get_mut(*number) {
            *slot = inside.collect();
        }
    }
    components
}

/// What of a part does not come from what is there for all.
fn apart<'g>(ground: &'g Ground<'_>, product: &'g ProductId, part: &'g Part) -> impl Iterator<Item = ScheduleLine> + 'g {
    let due = ground.due(product);
    let own = part.own.iter().map(move |(delta, quantity)| Source::of_delta(ground, due, delta).schedule_line(part.day, *quantity));
    let from = if ground.inventory.is_tracked(product) { PegSource::Replenishment } else { PegSource::Untracked };
    let anew = part.anew.is_positive().then(|| Source::nowhere(from).schedule_line(part.day, part.anew));
    own.chain(anew)
}

/// Where something comes from.
struct Source<'g> {
    from: PegSource,
    location: Option<&'g LocationId>,
    supply: Option<&'g SupplyId>,
}

impl<'g> Source<'g> {
    const fn nowhere(from: PegSource) -> Self {
        Self { from, location: None, supply: None }
    }

    fn of(ground: &'g Ground<'_>, product: &Pegged<'g>, peg: &pegging::Peg) -> Self {
        match peg.supply.and_then(|supply| product.deltas.get(supply)) {
            Some(delta) => Self::of_delta(ground, product.due, delta),
            None => Self::nowhere(PegSource::Nothing),
        }
    }

    fn of_delta(ground: &'g Ground<'_>, due: &'g [Due], delta: &Delta) -> Self {
        let supply = match delta.origin {
            Origin::Expected(number) => due.get(number.index()).map(|due| &due.id),
            Origin::Supply(number) => ground.beside.supplies.get(number.index()).map(|supply| &supply.id),
            Origin::Stock | Origin::Waiting(_) | Origin::Demand(_) | Origin::Line(_) => None,
        };
        let location = delta.location().and_then(|rank| ground.inventory.names().get(rank));
        Self { from: if supply.is_some() { PegSource::Supply } else { PegSource::Stock }, location, supply }
    }

    fn schedule_line(&self, date: Date, quantity: Quantity) -> ScheduleLine {
        ScheduleLine { date, quantity, from: self.from, location: self.location.cloned(), supply: self.supply.cloned() }
    }
}

fn say_line(
    desk: &Desk<'_>,
    line: &PromiseLine,
    confirmed: Confirmed,
    schedule_lines: Vec<ScheduleLine>,
    components: Vec<PromisedComponent>,
) -> PromisedLine {
    let wanted_on = desk.wanted_on(line);
    let quantity: Quantity = confirmed.parts.iter().map(Part::quantity).sum();
    let offer = &confirmed.offer;
    PromisedLine {
        id: line.id.clone(),
        product: line.product.clone(),
        wanted_on,
        requested: line.quantity,
        confirmed: quantity,
        unconfirmed: line.quantity.saturating_sub(quantity),
        reason: confirmed.reason.map(Into::into),
        date: confirmed.parts.last().map(|part| part.day).filter(|_| confirmed.reason.is_none()),
        schedule_lines,
        components,
        nearest: Nearest {
            quantity: offer.quantity(wanted_on).map_or(line.quantity, |there| there.min(line.quantity)),
            date: offer.first_day(line.quantity, wanted_on),
        },
        promisable: offer.row().into_iter().map(|(date, quantity)| Promisable { date, quantity }).collect(),
    }
}

fn finding(line: &PromisedLine) -> Option<Finding> {
    let code = line.reason?;
    let PromisedLine { product, requested, confirmed, wanted_on, nearest, .. } = line;
    let advice = match nearest.date {
        Some(day) => format!("; all of it can be had on {day}"),
        None if nearest.quantity.is_positive() => format!("; ask for {}", nearest.quantity),
        None => String::new(),
    };
    let because = if code == InventoryCode::GroupIncomplete.into() { ", because lines that go with it cannot" } else { "" };
    let message = format!("`{product}`: of {requested} for {wanted_on} {confirmed} can be confirmed{because}{advice}");
    let finding = Finding::new(code, Severity::Warning, message)
        .line(line.id.clone())
        .detail("product", product.as_str())
        .detail("requested", requested.to_decimal())
        .detail("confirmed", confirmed.to_decimal())
        .detail("nearest_quantity", nearest.quantity.to_decimal());
    Some(match nearest.date {
        Some(day) => finding.detail("nearest_date", day.to_string()),
        None => finding,
    })
}

/// Which demand takes which supply, product by product.
fn explain_pegging(desk: &Desk<'_>, confirmed: &[Confirmed], products: &[Pegged<'_>]) -> Vec<Peg> {
    let ground = desk.ground;
    let mut pegging = Vec::new();
    for product in products {
        let of_product = desk.lines.iter().zip(confirmed).filter(|(line, _)| line.product == *product.product);
        for (line, confirmed) in of_product {
            let apart = confirmed.parts.iter().flat_map(|part| apart(ground, product.product, part));
            pegging.extend(apart.map(|part| explain(product.product, Some(&line.id), None, part)));
        }
        for peg in &product.pegs {
            let Some(delta) = product.deltas.get(peg.demand) else { continue };
            let line = if let Origin::Line(line) = delta.origin { desk.lines.get(line.index()).map(|line| &line.id) } else { None };
            let demand = match delta.origin {
                Origin::Demand(number) => ground.beside.demands.get(number.index()).map(|demand| &demand.id),
                Origin::Waiting(number) => ground.beside.state.numbered_reservation(number.index()).map(|reservation| &reservation.demand),
                Origin::Stock | Origin::Expected(_) | Origin::Supply(_) | Origin::Line(_) => None,
            };
            let part = Source::of(ground, product, peg).schedule_line(delta.day, peg.quantity);
            pegging.push(explain(product.product, line, demand, part));
        }
    }
    pegging
}

fn explain(product: &ProductId, line: Option<&LineId>, demand: Option<&DemandId>, part: ScheduleLine) -> Peg {
    let ScheduleLine { date, quantity, from, location, supply } = part;
    Peg { product: product.clone(), line: line.cloned(), demand: demand.cloned(), date, quantity, from, location, supply }
}
