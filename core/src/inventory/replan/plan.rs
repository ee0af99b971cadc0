//! Replanning.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::action::StockAction;
use super::super::compile::Inventory;
use super::super::dimensions::StockDimensions;
use super::super::part::StockPart;
use super::super::removal::usable;
use super::super::reservation::ReservationStatus;
use super::apply::{ReallocateStock, ReallocatedPart, Reallocation};
use super::compile::{Segments, Subject, order};
use super::def::{ReplanSegmentDef, ReplanStrategy};
use super::pool::{Coming, Pool};
use super::request::{ReplanClaim, ReplanConfirmation, ReplanDemand, ReplanLine, ReplanPlan, ReplanRequest};
use super::told_apart::ToldApart;
use crate::id::{LocationId, Map, ProductId, ReservationId, Set, SupplyId};
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
    held: BTreeMap<Spot<'s>, Quantity>,
    coming: Vec<Coming>,
}

/// A location, and what tells stock there apart, where the product's is.
type Spot<'s> = (&'s LocationId, Option<StockDimensions>);

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
    // 2. Who is planned, in which order, and who stays as it is.
    let mut lines = gather(inventory, segments, request);
    line_up(&mut lines);
    // 3. What there is; what stays is kept, the others give all back.
    let products: Set<&ProductId> = lines.iter().map(|line| &line.subject.reservation.product).collect();
    let products: Vec<&ProductId> = products.into_iter().collect();
    let mut pool = Pool::of(inventory, &request.state, request.at, &products);
    let reserved = lines.iter().map(|line| line.subject.reservation);
    let mut told_apart = ToldApart::of(inventory, &request.state, request.at, reserved);
    lines.iter().for_each(|line| told_apart.give_back(line.subject.reservation));
    let mut findings = keep(&mut pool, &mut told_apart, &mut lines, request);
    let feasible = findings.is_empty();
    // 4. Serve, one after the other: first with what lies there, then with what is expected.
    for line in &mut lines {
        serve_now(&mut pool, &mut told_apart, line);
    }
    share_later(&mut pool, &mut lines);
    findings.extend(lines.iter().filter_map(exception));
    // 5. The difference, and the command that makes it so.
    let changed: Vec<ReplanLine> = lines.iter().filter_map(|line| difference(line, &mut told_apart)).collect();
    let unchanged = u32::try_from(lines.len().saturating_sub(changed.len())).unwrap_or(u32::MAX);
    let command = if feasible { command(&changed, &told_apart) } else { None };
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
            held: BTreeMap::new(),
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

    fn hold(&mut self, spot: Spot<'s>, quantity: Quantity) {
        let held = self.held.entry(spot).or_default();
        *held = held.saturating_add(quantity);
    }

    fn holds(&mut self, inventory: &'s Inventory, parts: Vec<StockPart>) {
        for part in parts.into_iter().filter(|part| part.quantity.is_positive()) {
            let location = inventory.rank(&part.location).and_then(|rank| inventory.names().get(rank));
            location.into_iter().for_each(|location| self.hold((location, part.dimensions()), part.quantity));
        }
    }
}

/// Who stays as it is, and who never loses, keeps what is held and what was promised. A finding for each place at which that is more
/// than there is.
fn keep<'s>(pool: &mut Pool<'s>, told_apart: &mut ToldApart<'s>, lines: &mut [Line<'s>], request: &'s ReplanRequest) -> Vec<Finding> {
    let (inventory, state) = (pool.inventory(), &request.state);
    let mut kept: BTreeMap<(&ProductId, &LocationId), Quantity> = BTreeMap::new();
    for line in lines.iter_mut().filter(|line| line.keeps() && !told_apart.has(&line.subject.reservation.product)) {
        let reservation = line.subject.reservation;
        for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
            line.hold((&part.location, None), part.open);
            pool.keep(&reservation.product, &part.location, part.open);
            let sum = kept.entry((&reservation.product, &part.location)).or_default();
            *sum = sum.saturating_add(part.open);
        }
    }
    pool.close();
    keep_promises(pool, lines, |line| line.keeps());
    let beyond = kept.into_iter().filter_map(|((product, location), held)| {
        let on_hand = usable(inventory, state, product, location, pool.today());
        (held > on_hand && inventory.rank(location).is_some()).then(|| violation(product, location, on_hand, held))
    });
    let mut findings: Vec<Finding> = beyond.collect();
    findings.extend(keep_told_apart(inventory, told_apart, lines));
    findings
}

/// The same where stock is told apart: who never loses gets other stock that meets its terms for what is not there any more.
fn keep_told_apart<'s>(inventory: &'s Inventory, told_apart: &mut ToldApart<'s>, lines: &mut [Line<'s>]) -> Vec<Finding> {
    // 1. What of it is there.
    let mut gone: Vec<(usize, Vec<(&LocationId, Quantity)>)> = Vec::new();
    let mut short: BTreeMap<(&ProductId, &LocationId), (Quantity, Quantity)> = BTreeMap::new();
    for (place, line) in lines.iter_mut().enumerate() {
        let reservation = line.subject.reservation;
        if !line.keeps() || !told_apart.has(&reservation.product) {
            continue;
        }
        let parts = told_apart.keep(reservation);
        let mut missing = Vec::new();
        for (had, kept) in reservation.parts.iter().filter(|part| part.open.is_positive()).zip(&parts) {
            let (held, _) = short.entry((&reservation.product, &had.location)).or_default();
            *held = held.saturating_add(had.open);
            missing.push((&had.location, had.open.saturating_sub(kept.quantity)));
        }
        gone.push((place, missing));
        line.holds(inventory, parts);
    }
    // 2. Other stock for the rest.
    for (place, missing) in gone {
        let Some(line) = lines.get_mut(place) else { continue };
        let reservation = line.subject.reservation;
        let sum: Quantity = missing.iter().map(|(_, quantity)| *quantity).sum();
        if line.segment.is_some() && sum.is_positive() {
            let other = told_apart.take_any(reservation, sum);
            line.holds(inventory, other);
        }
        let mut left = reservation.open().saturating_sub(line.held());
        for (location, quantity) in missing.into_iter().rev() {
            let lacks = quantity.min(left);
            left = left.saturating_sub(lacks);
            let (_, lost) = short.entry((&reservation.product, location)).or_default();
            *lost = lost.saturating_add(lacks);
        }
    }
    let beyond = short.into_iter().filter(|(_, (_, lost))| lost.is_positive());
    beyond.map(|((product, location), (held, lost))| violation(product, location, held.saturating_sub(lost), held)).collect()
}

/// What was promised stays promised: from the supply that it was promised from; and where that does not come in time, from another.
fn keep_promises(pool: &mut Pool<'_>, lines: &mut [Line<'_>], whose: impl Fn(&Line<'_>) -> bool) {
    let mut broken: Vec<(usize, &ReplanConfirmation, Quantity)> = Vec::new();
    for (place, line) in lines.iter_mut().enumerate().filter(|(_, line)| whose(line)) {
        for promise in line.promised {
            let named = promise.supply.as_ref();
            let kept =
                named.map_or_else(Vec::new, |supply| pool.take_until(line.subject.reservation, promise.on, Some(supply), promise.quantity));
            let sum: Quantity = kept.iter().map(|coming| coming.quantity).sum();
            line.coming.extend(kept);
            broken.push((place, promise, promise.quantity.saturating_sub(sum)));
        }
    }
    // Only now, so that nobody takes from under another what that one was promised.
    for (place, promise, missing) in broken {
        if let Some(line) = lines.get_mut(place) {
            line.coming.extend(pool.take_until(line.subject.reservation, promise.on, None, missing));
        }
    }
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

/// Who stays as it is first; then by strategy, then in the order of the segments, then by the keys of the segment.
fn line_up(lines: &mut [Line<'_>]) {
    let place = |line: &Line<'_>| line.segment.map(|(place, segment)| (segment.strategy, place));
    sort::by(lines, |one, other| {
        let by_keys = || one.segment.map_or(Ordering::Equal, |(_, segment)| order(segment, &one.subject, &other.subject));
        place(one).cmp(&place(other)).then_with(by_keys)
    });
}

/// What a demand gets of what lies there today.
fn serve_now<'s>(pool: &mut Pool<'s>, told_apart: &mut ToldApart<'s>, line: &mut Line<'s>) {
    let most = match line.strategy() {
        ReplanStrategy::Skip | ReplanStrategy::Lose => return,
        ReplanStrategy::Fill => line.held_before(),
        ReplanStrategy::Win | ReplanStrategy::Gain | ReplanStrategy::Redistribute | ReplanStrategy::Improve => line.wanted(),
    };
    let reservation = line.subject.reservation;
    if told_apart.has(&reservation.product) {
        let had = if line.keeps() { Vec::new() } else { told_apart.take_again(reservation, most) };
        line.holds(pool.inventory(), had);
        let more = told_apart.take_any(reservation, most.saturating_sub(line.held()));
        line.holds(pool.inventory(), more);
        return;
    }
    for own in [true, false] {
        take_now(pool, line, most, own);
    }
}

/// What each demand gets of what is expected. One that never loses gives up a promise only for something earlier, and what it gives up
/// may be what one before it waits for: so all are served again, knowing what was promised by then, until nothing is given up. This
/// ends: with every round each of them has on every day at least what it had, and what is given up comes later each time.
fn share_later<'s>(pool: &mut Pool<'s>, lines: &mut [Line<'s>]) {
    loop {
        let mut given_up = false;
        for line in lines.iter_mut() {
            given_up |= serve_later(pool, line);
        }
        if !given_up {
            return;
        }
        for line in lines.iter_mut().filter(|line| line.segment.is_none() || !line.keeps()) {
            pool.give_back(&line.subject.reservation.product, &line.coming);
            line.coming.clear();
        }
        keep_promises(pool, lines, |line| line.segment.is_none());
    }
}

/// What a demand gets of what is expected; whether it gives up something that it was promised.
fn serve_later(pool: &mut Pool<'_>, line: &mut Line<'_>) -> bool {
    let strategy = line.strategy();
    if matches!(strategy, ReplanStrategy::Skip | ReplanStrategy::Lose) {
        return false;
    }
    let reservation = line.subject.reservation;
    let (held, wanted) = (line.held(), line.wanted());
    let kept = std::mem::take(&mut line.coming);
    pool.give_back(&reservation.product, &kept);
    let promised = |supply: &SupplyId| -> Quantity {
        line.promised.iter().filter(|promise| promise.supply.as_ref() == Some(supply)).map(|promise| promise.quantity).sum()
    };
    let had = |supply: &SupplyId| if strategy.keeps() { coming_from(&kept, supply) } else { promised(supply) };
    let limit = |day: Date| if strategy == ReplanStrategy::Fill { line.promised_until(day) } else { wanted };
    line.coming = pool.take_later(reservation, had, |day, before| limit(day).saturating_sub(held).saturating_sub(before));
    strategy.keeps() && gives_up(&kept, &line.coming)
}

/// Whether less is taken from some supply than before.
fn gives_up(before: &[Coming], after: &[Coming]) -> bool {
    before.iter().any(|coming| coming_from(after, &coming.supply) < coming_from(before, &coming.supply))
}

fn coming_from(list: &[Coming], supply: &SupplyId) -> Quantity {
    list.iter().filter(|coming| coming.supply == *supply).map(|coming| coming.quantity).sum()
}

/// Takes what lies there: first where the demand has some already and no more than that, then anywhere.
fn take_now<'s>(pool: &mut Pool<'s>, line: &mut Line<'s>, most: Quantity, own: bool) {
    let reservation = line.subject.reservation;
    for rank in pool.route(reservation) {
        let Some(location) = pool.name(rank) else { continue };
        let missing = most.saturating_sub(line.held()).or_zero();
        let has = line.held.get(&(location, None)).copied().unwrap_or_default();
        let had: Quantity = reservation.parts.iter().filter(|part| part.location == *location).map(|part| part.open).sum();
        let wanted = if own { missing.min(had.saturating_sub(has).or_zero()) } else { missing };
        let taken = pool.take_at(&reservation.product, rank, wanted);
        if taken.is_positive() {
            line.hold((location, None), taken);
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

fn difference<'s>(line: &Line<'s>, told_apart: &mut ToldApart<'s>) -> Option<ReplanLine> {
    let ((_, segment), reservation) = (line.segment?, line.subject.reservation);
    let mut parts: BTreeMap<Spot<'_>, Quantity> = BTreeMap::new();
    for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
        let sum = parts.entry((&part.location, part.dimensions())).or_default();
        *sum = sum.saturating_add(part.open);
    }
    let coming = line.coming.iter().map(|coming| ReplanConfirmation {
        on: coming.on,
        quantity: coming.quantity,
        supply: Some(coming.supply.clone()),
    });
    let before = claim(&parts, line.promised.to_vec(), line.wanted());
    let after = claim(&line.held, coming.collect(), line.wanted());
    let same = before.parts == after.parts && same_promises(&before.confirmed, &after.confirmed);
    let is_short = line.held() < line.wanted();
    (!same).then(|| ReplanLine {
        passed_over: if is_short { told_apart.passed_over(reservation) } else { Vec::new() },
        reservation: reservation.id.clone(),
        demand: reservation.demand.clone(),
        product: reservation.product.clone(),
        segment: segment.id.clone(),
        strategy: segment.strategy,
        before,
        after,
    })
}

fn claim(parts: &BTreeMap<Spot<'_>, Quantity>, confirmed: Vec<ReplanConfirmation>, wanted: Quantity) -> ReplanClaim {
    let held: Quantity = parts.values().copied().sum();
    let later: Quantity = confirmed.iter().map(|confirmation| confirmation.quantity).sum();
    let part = |((location, stock), quantity): (&Spot<'_>, &Quantity)| StockPart::of((*location).clone(), *quantity, stock.as_ref());
    ReplanClaim {
        held,
        parts: parts.iter().map(part).collect(),
        confirmed,
        unconfirmed: wanted.saturating_sub(held).saturating_sub(later).or_zero(),
    }
}

/// The same quantity on every day; from the same supplies, where they were named.
fn same_promises(before: &[ReplanConfirmation], after: &[ReplanConfirmation]) -> bool {
    let named = before.iter().all(|promise| promise.supply.is_some());
    by_day(before, named) == by_day(after, named)
}

fn by_day(confirmed: &[ReplanConfirmation], named: bool) -> BTreeMap<(Date, Option<&SupplyId>), Quantity> {
    let mut days: BTreeMap<(Date, Option<&SupplyId>), Quantity> = BTreeMap::new();
    for confirmation in confirmed {
        let supply = confirmation.supply.as_ref().filter(|_| named);
        let sum = days.entry((confirmation.on, supply)).or_default();
        *sum = sum.saturating_add(confirmation.quantity);
    }
    days
}

/// What the reservations that change hold from now on; none when only promises for later change.
fn command(lines: &[ReplanLine], told_apart: &ToldApart<'_>) -> Option<StockAction> {
    let moved = lines.iter().filter(|line| line.before.parts != line.after.parts);
    let reallocation = |line: &ReplanLine| Reallocation {
        id: line.reservation.clone(),
        parts: line.after.parts.iter().map(ReallocatedPart::from).collect(),
        exact: told_apart.has(&line.product),
    };
    let reservations: Vec<Reallocation> = moved.map(reallocation).collect();
    (!reservations.is_empty()).then_some(StockAction::Reallocate(ReallocateStock { reservations }))
}
