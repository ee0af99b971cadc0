//! Replanning.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::action::StockAction;
use super::super::compile::Inventory;
use super::super::event::StockPart;
use super::super::reservation::ReservationStatus;
use super::super::state::StockState;
use super::apply::{ReallocateStock, ReallocatedPart, Reallocation};
use super::compile::{Segments, Subject, order};
use super::def::{ReplanSegmentDef, ReplanStrategy};
use super::pool::{Coming, Pool};
use super::request::{ReplanClaim, ReplanConfirmation, ReplanDemand, ReplanLine, ReplanPlan, ReplanRequest};
use crate::id::{LocationId, Map, ProductId, ReservationId, Set};
use crate::quantity::Quantity;
use crate::report::{Diagnostics, Error, Finding, InventoryCode, Path, Severity};
use crate::sort;
use crate::time::Date;

/// A demand while it is planned.
struct Line<'s> {
    subject: Subject<'s>,
    /// None when it stays as it is.
    segment: Option<(usize, &'s ReplanSegmentDef)>,
    promised: &'s [ReplanConfirmation],
    held: Map<&'s LocationId, Quantity>,
    coming: Vec<Coming>,
}

/// Plans anew who holds how much, and who gets what is expected: segment by segment, strategy by strategy. Changes nothing.
///
/// # Errors
/// [`Error`] with every problem of the request: a reservation that is not there or stands there twice, a fact that no segment asks for,
/// a promise of nothing.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, compile, replan};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north"}], "replan": [{"id": "all", "strategy": "redistribute"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let plan = replan(&inventory, &serde_json::from_str(r#"{"at": "2026-12-01T08:00:00Z", "state": {
///     "positions": [{"product": "P", "location": "north", "on_hand": "6", "reserved_hard": "10"}],
///     "reservations": [
///         {"id": "R-1", "demand": "O-1", "product": "P", "kind": "hard", "status": "open", "parts": [{"location": "north", "open": "5"}]},
///         {"id": "R-2", "demand": "O-2", "product": "P", "kind": "hard", "status": "open", "priority": 1, "parts": [{"location": "north", "open": "5"}]}]}}"#)?)?;
/// assert_eq!(plan.lines[0].reservation.as_str(), "R-1");
/// assert_eq!(plan.lines[0].after.held.to_string(), "1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replan(inventory: &Inventory, request: &ReplanRequest) -> Result<ReplanPlan, Error> {
    let segments = inventory.segments();
    // 1. Refuse what cannot be judged.
    check(segments, request)?;
    // 2. Who is planned, and who stays as it is.
    let mut lines = gather(inventory, segments, request);
    // 3. What there is; what stays is kept, the others give all back.
    let products: Set<&ProductId> = lines.iter().map(|line| &line.subject.reservation.product).collect();
    let products: Vec<&ProductId> = products.into_iter().collect();
    let mut pool = Pool::of(inventory, &request.state, request.at, &products);
    let mut findings = keep(&mut pool, &mut lines, inventory, &request.state);
    let feasible = findings.is_empty();
    // 4. Serve, one after the other.
    line_up(&mut lines);
    for line in &mut lines {
        serve(&mut pool, line);
        findings.extend(exception(line));
    }
    // 5. The difference, and the command that makes it so.
    let changed: Vec<ReplanLine> = lines.iter().filter_map(difference).collect();
    let unchanged = u32::try_from(lines.len().saturating_sub(changed.len())).unwrap_or(u32::MAX);
    let command = if feasible { command(&changed) } else { None };
    Ok(ReplanPlan { feasible, lines: changed, unchanged, command, findings })
}

fn check(segments: &Segments, request: &ReplanRequest) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    let list = Path::ROOT.field("demands");
    let mut seen = Set::default();
    for (index, demand) in request.demands.iter().enumerate() {
        let path = list.index(index);
        if !seen.insert(&demand.reservation) {
            problems.duplicate(&path.field("reservation"), "demand", demand.reservation.as_str());
        }
        if request.state.reservation(&demand.reservation).is_none() {
            let message = format!("there is no reservation `{}`; leave it out", demand.reservation);
            problems.error(InventoryCode::UnknownReservation, &path.field("reservation"), message);
        }
        for name in demand.facts.keys().filter(|name| !segments.facts.contains(*name)) {
            let known = segments.facts.iter().map(crate::id::AttributeId::as_str);
            problems.unknown(&path.field("facts").field(name.as_str()), "fact of a segment", name.as_str(), known);
        }
        for (number, promise) in demand.confirmed.iter().enumerate().filter(|(_, promise)| !promise.quantity.is_positive()) {
            let message = format!("the quantity `{}` is not above zero; leave it out", promise.quantity);
            problems.error(InventoryCode::Quantity, &path.field("confirmed").index(number).field("quantity"), message);
        }
    }
    problems.finish().map(|_| ())
}

/// Every open reservation of the products, with its segment. What is not tracked holds nothing and is left out.
fn gather<'s>(inventory: &'s Inventory, segments: &'s Segments, request: &'s ReplanRequest) -> Vec<Line<'s>> {
    let known: Map<&ReservationId, &ReplanDemand> = request.demands.iter().map(|demand| (&demand.reservation, demand)).collect();
    let wanted: Set<&ProductId> = request.products.iter().collect();
    let today = request.at.date();
    let mut lines = Vec::new();
    for (place, reservation) in request.state.reservations().enumerate() {
        let product = &reservation.product;
        let planned = (wanted.is_empty() || wanted.contains(product)) && inventory.is_tracked(product);
        if !planned || reservation.status_at(request.at) != ReservationStatus::Open {
            continue;
        }
        let demand = known.get(&reservation.id).copied();
        let subject = Subject { reservation, facts: demand.map(|demand| &demand.facts), place };
        let segment = segments.of(&subject, today).and_then(|place| Some((place, segments.segments.get(place)?)));
        let stays = demand.is_some_and(|demand| demand.frozen);
        lines.push(Line {
            subject,
            segment: segment.filter(|(_, segment)| !stays && segment.strategy != ReplanStrategy::Skip),
            promised: demand.map(|demand| demand.confirmed.as_slice()).unwrap_or_default(),
            held: Map::default(),
            coming: Vec::new(),
        });
    }
    lines
}

impl<'s> Line<'s> {
    fn keeps(&self) -> bool {
        self.segment.is_none_or(|(_, segment)| segment.strategy.keeps())
    }

    fn strategy(&self) -> ReplanStrategy {
        self.segment.map_or(ReplanStrategy::Skip, |(_, segment)| segment.strategy)
    }

    fn wanted(&self) -> Quantity {
        self.subject.reservation.outstanding()
    }

    fn held(&self) -> Quantity {
        self.held.values().copied().sum()
    }

    fn held_before(&self) -> Quantity {
        self.subject.reservation.open()
    }

    /// What it had been promised until a day, what was held included.
    fn promised_until(&self, day: Date) -> Quantity {
        let later: Quantity = self.promised.iter().filter(|promise| promise.on <= day).map(|promise| promise.quantity).sum();
        self.held_before().saturating_add(later).min(self.wanted())
    }

    fn hold(&mut self, location: &'s LocationId, quantity: Quantity) {
        let held = self.held.entry(location).or_default();
        *held = held.saturating_add(quantity);
    }
}

/// Who stays as it is, and who never loses, keeps what is held and what was promised. A finding for each place at which that is more
/// than there is.
fn keep<'s>(pool: &mut Pool<'s>, lines: &mut [Line<'s>], inventory: &Inventory, state: &StockState) -> Vec<Finding> {
    let mut kept: BTreeMap<(&ProductId, &LocationId), Quantity> = BTreeMap::new();
    for line in lines.iter_mut().filter(|line| line.keeps()) {
        let reservation = line.subject.reservation;
        for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
            line.hold(&part.location, part.open);
            pool.keep(&reservation.product, &part.location, part.open);
            let sum = kept.entry((&reservation.product, &part.location)).or_default();
            *sum = sum.saturating_add(part.open);
        }
    }
    pool.close();
    for line in lines.iter_mut().filter(|line| line.keeps()) {
        for promise in line.promised {
            let coming = pool.take_later(line.subject.reservation, Some(promise.on), |_, before| promise.quantity.saturating_sub(before));
            line.coming.extend(coming);
        }
    }
    let beyond = kept.into_iter().filter_map(|((product, location), held)| {
        let on_hand = state.counters(product, location).on_hand;
        let short = held.saturating_sub(on_hand);
        (short.is_positive() && inventory.rank(location).is_some()).then(|| violation(product, location, on_hand, held))
    });
    beyond.collect()
}

fn violation(product: &ProductId, location: &LocationId, on_hand: Quantity, held: Quantity) -> Finding {
    let short = held.saturating_sub(on_hand);
    let message = format!(
        "`{product}` at `{location}`: reservations that must keep what they have hold {held}, {on_hand} there; let {short} of it lose"
    );
    Finding::new(InventoryCode::ReplanInfeasible, Severity::Error, message)
        .detail("product", product.as_str())
        .detail("location", location.as_str())
        .detail("on_hand", on_hand.to_decimal())
        .detail("held", held.to_decimal())
        .detail("short", short.to_decimal())
}

/// By strategy, then in the order of the segments, then by the keys of the segment.
fn line_up(lines: &mut [Line<'_>]) {
    let place = |line: &Line<'_>| (line.strategy(), line.segment.map(|(place, _)| place));
    sort::by(lines, |one, other| {
        let by_keys = || one.segment.map_or(Ordering::Equal, |(_, segment)| order(segment, &one.subject, &other.subject));
        place(one).cmp(&place(other)).then_with(by_keys)
    });
}

/// What a demand gets of what is left.
fn serve<'s>(pool: &mut Pool<'s>, line: &mut Line<'s>) {
    let reservation = line.subject.reservation;
    match line.strategy() {
        ReplanStrategy::Skip | ReplanStrategy::Lose => return,
        // What never loses trades what was promised for later against what is there now.
        ReplanStrategy::Win | ReplanStrategy::Gain | ReplanStrategy::Improve => {
            pool.give_back(&reservation.product, &line.coming);
            line.coming.clear();
        }
        ReplanStrategy::Redistribute | ReplanStrategy::Fill => {}
    }
    // 1. What lies there today.
    let most = if line.strategy() == ReplanStrategy::Fill { line.held_before() } else { line.wanted() };
    for own in [true, false] {
        take_now(pool, line, most, own);
    }
    // 2. What is expected.
    let (held, wanted) = (line.held(), line.wanted());
    let fill = line.strategy() == ReplanStrategy::Fill;
    let limit = |day: Date| if fill { line.promised_until(day) } else { wanted };
    line.coming = pool.take_later(reservation, None, |day, before| limit(day).saturating_sub(held).saturating_sub(before));
}

/// Takes what lies there: first where the demand has some already and no more than that, then anywhere.
fn take_now<'s>(pool: &mut Pool<'s>, line: &mut Line<'s>, most: Quantity, own: bool) {
    let reservation = line.subject.reservation;
    for rank in pool.route(reservation) {
        let Some(location) = pool.name(rank) else { continue };
        let missing = most.saturating_sub(line.held()).or_zero();
        let has = line.held.get(location).copied().unwrap_or_default();
        let had: Quantity = reservation.parts.iter().filter(|part| part.location == *location).map(|part| part.open).sum();
        let wanted = if own { missing.min(had.saturating_sub(has).or_zero()) } else { missing };
        let taken = pool.take_at(&reservation.product, rank, wanted);
        if taken.is_positive() {
            line.hold(location, taken);
        }
    }
}

/// A demand of `win` that does not get all on time, and one that never loses whose promise cannot be kept.
fn exception(line: &Line<'_>) -> Option<Finding> {
    let reservation = line.subject.reservation;
    let until = reservation.wanted_on;
    let coming = |until: Option<Date>| -> Quantity {
        line.coming.iter().filter(|coming| until.is_none_or(|until| coming.on <= until)).map(|coming| coming.quantity).sum()
    };
    let in_time = line.held().saturating_add(coming(until));
    let missing = line.wanted().saturating_sub(in_time);
    let broken = line.promised.iter().any(|promise| line.held().saturating_add(coming(Some(promise.on))) < line.promised_until(promise.on));
    let late = line.strategy() == ReplanStrategy::Win && missing.is_positive();
    if !(late || (broken && line.keeps())) {
        return None;
    }
    let what = if late { "does not get all on time" } else { "loses a promise that cannot be kept" };
    let message = format!("`{}` for `{}` {what}: {in_time} of {}", reservation.id, reservation.demand, line.wanted());
    let finding = Finding::new(InventoryCode::ReplanException, Severity::Warning, message)
        .detail("reservation", reservation.id.as_str())
        .detail("demand", reservation.demand.as_str())
        .detail("product", reservation.product.as_str())
        .detail("requested", line.wanted().to_decimal())
        .detail("in_time", in_time.to_decimal())
        .detail("short", missing.to_decimal());
    Some(match line.coming.last().filter(|_| line.held().saturating_add(coming(None)) >= line.wanted()) {
        Some(last) => finding.detail("complete_on", last.on),
        None => finding,
    })
}

fn difference(line: &Line<'_>) -> Option<ReplanLine> {
    let ((_, segment), reservation) = (line.segment?, line.subject.reservation);
    let mut parts: BTreeMap<&LocationId, Quantity> = BTreeMap::new();
    for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
        let sum = parts.entry(&part.location).or_default();
        *sum = sum.saturating_add(part.open);
    }
    let held: BTreeMap<&LocationId, Quantity> = line.held.iter().map(|(location, quantity)| (*location, *quantity)).collect();
    let coming = line.coming.iter().map(|coming| ReplanConfirmation {
        on: coming.on,
        quantity: coming.quantity,
        supply: Some(coming.supply.clone()),
    });
    let before = claim(&parts, line.promised.to_vec(), line.wanted());
    let after = claim(&held, coming.collect(), line.wanted());
    let same = before.parts == after.parts && by_day(&before.confirmed) == by_day(&after.confirmed);
    (!same).then(|| ReplanLine {
        reservation: reservation.id.clone(),
        demand: reservation.demand.clone(),
        product: reservation.product.clone(),
        segment: segment.id.clone(),
        strategy: segment.strategy,
        before,
        after,
    })
}

fn claim(parts: &BTreeMap<&LocationId, Quantity>, confirmed: Vec<ReplanConfirmation>, wanted: Quantity) -> ReplanClaim {
    let held: Quantity = parts.values().copied().sum();
    let later: Quantity = confirmed.iter().map(|confirmation| confirmation.quantity).sum();
    let part = |(location, quantity): (&&LocationId, &Quantity)| StockPart {
        location: (*location).clone(),
        quantity: *quantity,
        untracked: false,
    };
    ReplanClaim {
        held,
        parts: parts.iter().map(part).collect(),
        confirmed,
        unconfirmed: wanted.saturating_sub(held).saturating_sub(later).or_zero(),
    }
}

fn by_day(confirmed: &[ReplanConfirmation]) -> BTreeMap<Date, Quantity> {
    let mut days: BTreeMap<Date, Quantity> = BTreeMap::new();
    for confirmation in confirmed {
        let sum = days.entry(confirmation.on).or_default();
        *sum = sum.saturating_add(confirmation.quantity);
    }
    days
}

/// What the reservations that change hold from now on; none when only promises for later change.
fn command(lines: &[ReplanLine]) -> Option<StockAction> {
    let part = |part: &StockPart| ReallocatedPart { location: part.location.clone(), quantity: part.quantity };
    let moved = lines.iter().filter(|line| line.before.parts != line.after.parts);
    let reservations: Vec<Reallocation> =
        moved.map(|line| Reallocation { id: line.reservation.clone(), parts: line.after.parts.iter().map(part).collect() }).collect();
    (!reservations.is_empty()).then_some(StockAction::Reallocate(ReallocateStock { reservations }))
}
