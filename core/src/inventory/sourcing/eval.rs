//! From a demand to a plan.

use super::super::compile::Inventory;
use super::super::movement::check_terms;
use super::super::plan::not_positive;
use super::super::state::StockState;
use super::answer::answer;
use super::candidate::{Candidate, Occasion, candidates};
use super::compile::{Constraint, Policy};
use super::def::{Relax, SourcingStrategy, SplitDef};
use super::fill::Part;
use super::plan::SourcingPlan;
use super::problem::{Line, Place, Problem, Worth, draw};
use super::request::{PlanSourcingRequest, SourcingDemand, SourcingLine};
use super::search::{Found, search};
use super::slot::Slot;
use super::stock::{Bundle, KIT, Stock, find_stock};
use super::strategy::in_order;
use crate::id::{Set, SourcingId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, Path, QuoteCode, RulebookCode, ShapeCode, did_you_mean};

/// Plans which locations ship what of an order. Nothing is held by a plan.
///
/// # Errors
/// [`Error`] for a policy, location or default location that the rulebook does not declare, a quantity or multiple of zero or below, a
/// line or candidate that occurs twice, and facts that are missing or cannot be. A line that is short is not an error.
///
/// ```
/// use dealdesk::inventory::{InventoryDef, SourcingDemand, StockState, compile, plan_sourcing};
/// use dealdesk::report::{Diagnostics, Path};
/// let def: InventoryDef = serde_json::from_str(r#"{"locations": [{"id": "north", "priority": 1}, {"id": "south", "priority": 2}],
///     "sourcing": [{"id": "few shipments"}]}"#)?;
/// let inventory = compile(&def, &Path::ROOT, &mut Diagnostics::new());
/// let stock: StockState = serde_json::from_str(r#"{"positions": [
///     {"product": "P-100", "location": "north", "on_hand": "2"}, {"product": "P-100", "location": "south", "on_hand": "5"}]}"#)?;
/// let demand: SourcingDemand =
///     serde_json::from_str(r#"{"at": "2026-11-21T09:30:00Z", "lines": [{"id": "1", "product": "P-100", "quantity": "5"}]}"#)?;
/// let plan = plan_sourcing(&inventory, &stock, &demand)?;
/// let shipments: Vec<&str> = plan.shipments.iter().map(|shipment| shipment.location.as_str()).collect();
/// assert_eq!(shipments, ["south"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plan_sourcing(inventory: &Inventory, state: &StockState, demand: &SourcingDemand) -> Result<SourcingPlan, Error> {
    // 1. Refuse what cannot be judged.
    let (id, policy) = find_policy(inventory, demand)?;
    check(inventory, policy, state, demand)?;
    // 2. Find who may ship, and what each has.
    let candidates = candidates(inventory, demand)?;
    let occasion = Occasion::of(demand, policy);
    let (stock, bundles) = find_stock(inventory, policy, state, demand, &candidates)?;
    let sourcing = Order { state, id, policy, demand, candidates, occasion, stock, bundles };
    // 3. Plan with all soft constraints, then with fewer and fewer, until all is filled.
    let pass = sourcing.best_pass();
    // 4. Tell the plan.
    answer(&sourcing, &pass)
}

/// As [`plan_sourcing`], with paths from the whole request.
///
/// # Errors
/// As [`plan_sourcing`].
pub fn plan_sourcing_request(inventory: &Inventory, request: &PlanSourcingRequest) -> Result<SourcingPlan, Error> {
    plan_sourcing(inventory, &request.state, &request.demand).map_err(|error| error.below(&Path::ROOT.field("demand")))
}

/// An order that is sourced: all that does not change from pass to pass.
pub(super) struct Order<'r> {
    pub state: &'r StockState,
    pub id: &'r SourcingId,
    pub policy: &'r Policy,
    pub demand: &'r SourcingDemand,
    pub candidates: Vec<Candidate<'r>>,
    pub occasion: Occasion<'r>,
    pub stock: Stock<'r>,
    /// What is shipped whole: lines, and groups of lines.
    pub bundles: Vec<Bundle>,
}

/// A plan made with some of the soft constraints dropped.
pub(super) struct Pass {
    /// How many soft constraints were dropped.
    pub dropped: usize,
    /// The shipments that candidates could make which took part, in order of rank and day.
    pub places: Vec<usize>,
    pub worth: Worth,
    /// With places as slots.
    pub parts: Vec<Part>,
    pub search: Option<Found>,
}

fn find_policy<'r>(inventory: &'r Inventory, demand: &SourcingDemand) -> Result<(&'r SourcingId, &'r Policy), Error> {
    let policies = &inventory.sourcing().policies;
    let path = Path::ROOT.field("policy");
    let Some(wanted) = &demand.policy else {
        let only = policies.iter().next().filter(|_| policies.len() == 1);
        return only.ok_or_else(|| {
            let problem = if policies.is_empty() {
                Diagnostic::error(RulebookCode::NotDeclared, &path, "the rulebook declares no sourcing policy")
                    .help("add one to `inventory.sourcing`")
            } else {
                let names: Vec<String> = policies.keys().map(|id| format!("`{id}`")).collect();
                Diagnostic::error(ShapeCode::MissingField, &path, "the rulebook has several sourcing policies, and none is named")
                    .help(format!("name one of {}", names.join(", ")))
            };
            problem.into()
        });
    };
    policies.get_key_value(wanted).ok_or_else(|| {
        let help = did_you_mean(wanted.as_str(), policies.keys().map(SourcingId::as_str));
        let message = format!("the rulebook declares no sourcing policy `{wanted}`");
        Diagnostic::error(RulebookCode::NotDeclared, &path, message).maybe_help(help).into()
    })
}

fn check(inventory: &Inventory, policy: &Policy, state: &StockState, demand: &SourcingDemand) -> Result<(), Error> {
    let mut problems = Diagnostics::new();
    for (location, field) in [(&demand.collection_point, "collection_point"), (&demand.default_location, "default_location")] {
        if let Some(location) = location.as_ref().filter(|location| inventory.rank(location).is_none()) {
            problems.push(inventory.unknown_location(location, &Path::ROOT.field(field)));
        }
    }
    if policy.split.no_split_below_amount.is_some() && demand.amount.is_none() && demand.collection_point.is_none() {
        let message = "whether the order may be split depends on its amount; give it as `amount`";
        problems.error(ShapeCode::MissingField, &Path::ROOT.field("amount"), message);
    }
    let asks_for_default = policy.strategy == SourcingStrategy::DefaultLocationFirstThenPosition;
    if asks_for_default && policy.default_location.is_none() && demand.default_location.is_none() {
        let message = "the strategy begins with a default location; give it here or in the policy";
        problems.error(ShapeCode::MissingField, &Path::ROOT.field("default_location"), message);
    }
    let mut seen = Set::default();
    for (index, line) in demand.lines.iter().enumerate() {
        let here = Path::ROOT.field("lines");
        let here = here.index(index);
        if !seen.insert(&line.id) {
            let message = format!("the line `{}` occurs twice; rename one of them", line.id);
            problems.error(QuoteCode::DuplicateLine, &here.field("id"), message);
        }
        if !line.quantity.is_positive() {
            problems.push(not_positive(line.quantity, &here.field("quantity")));
        }
        if let Some((wanted, latest)) = line.wanted_on.zip(line.latest_on).filter(|(wanted, latest)| latest < wanted) {
            let message =
                format!("the last day `{latest}` is before `{wanted}`, on which the goods are wanted; write that day or a later one");
            problems.error(ShapeCode::InvalidValue, &here.field("latest_on"), message);
        }
        let whole = |quantity: Quantity| quantity.millionths().checked_rem(KIT) == Some(0);
        for (field, quantity) in [("quantity", Some(line.quantity)), ("multiple", line.multiple)] {
            if let Some(quantity) = quantity.filter(|quantity| inventory.kit(&line.product).is_some() && !whole(*quantity)) {
                let message = format!("`{quantity}` kits are no whole number of them; write a whole number");
                problems.error(InventoryCode::Quantity, &here.field(field), message);
            }
        }
        if let Some(multiple) = line.multiple.filter(|multiple| !multiple.is_positive()) {
            problems.error(InventoryCode::Quantity, &here.field("multiple"), format!("the multiple `{multiple}` is not above zero"));
        }
    }
    problems.finish()?;
    for (index, line) in demand.lines.iter().enumerate() {
        check_line_terms(inventory, state, line, &Path::ROOT.field("lines").index(index))?;
    }
    Ok(())
}

/// The terms of a line, and of a kit those of its components.
fn check_line_terms(inventory: &Inventory, state: &StockState, line: &SourcingLine, path: &Path<'_>) -> Result<(), Error> {
    let terms = line.removal.as_deref();
    match inventory.kit(&line.product) {
        None => check_terms((inventory, state), &line.product, terms, path),
        Some(kit) => kit.components.iter().try_for_each(|component| check_terms((inventory, state), &component.product, terms, path)),
    }
}

impl Order<'_> {
    fn best_pass(&self) -> Pass {
        let soft = if self.demand.collection_point.is_some() { 0 } else { self.policy.soft.len() };
        let mut best = self.pass(0);
        let mut dropped = 0;
        while dropped < soft && best.worth.unfilled > 0 {
            dropped = match self.policy.relax {
                Relax::OneByOne => dropped.saturating_add(1),
                Relax::AllAtOnce => soft,
            };
            let next = self.pass(dropped);
            // What does not help is not dropped.
            if next.worth.unfilled < best.worth.unfilled {
                best = next;
            }
        }
        best
    }

    /// The constraints that count after so many soft ones were dropped.
    pub fn constraints(&self, dropped: usize) -> impl Iterator<Item = Constraint> {
        let soft = self.policy.soft.iter().skip(dropped).map(|(constraint, _)| *constraint);
        let all = self.policy.hard.iter().copied().chain(soft);
        all.filter(|_| self.demand.collection_point.is_none())
    }

    fn pass(&self, dropped: usize) -> Pass {
        let ships = |candidate: &Candidate<'_>| {
            let broken = || self.constraints(dropped).any(|constraint| candidate.breaks(constraint, &self.occasion));
            candidate.unfit(&self.occasion).is_none() && !broken()
        };
        let ships: Vec<bool> = self.candidates.iter().map(ships).collect();
        let may = |(_, slot): &(usize, &Slot)| ships.get(slot.candidate).copied().unwrap_or(false);
        let places: Vec<usize> = self.stock.slots.iter().enumerate().filter(may).map(|(index, _)| index).collect();
        let problem = self.problem(&places, self.constraints(dropped).any(|constraint| constraint == Constraint::OnTime));
        let mut found = self.solve(&problem);
        for part in &mut found.1 {
            part.place = places.get(part.place).copied().unwrap_or_default();
        }
        let parts = self.by_line(&found.1);
        Pass { dropped, places, worth: found.0, parts, search: found.2 }
    }

    /// What each line gets of what is shipped whole, in the order of the demand.
    fn by_line(&self, parts: &[Part]) -> Vec<Part> {
        let mut by_line: Vec<Part> = Vec::with_capacity(parts.len());
        for part in parts {
            let lines = self.bundles.get(part.line).map(|bundle| bundle.lines.as_slice()).unwrap_or_default();
            let whole = |line: &usize| self.demand.lines.get(*line).map_or(0, |line| line.quantity.millionths());
            let quantity = |line: &usize| if lines.len() == 1 { part.quantity } else { whole(line) };
            by_line.extend(lines.iter().map(|line| Part { line: *line, quantity: quantity(line), ..*part }));
        }
        by_line.sort_by_key(|part| part.line);
        by_line
    }

    fn solve(&self, problem: &Problem<'_>) -> (Worth, Vec<Part>, Option<Found>) {
        if self.demand.collection_point.is_some() || self.policy.strategy != SourcingStrategy::Objectives {
            let default = self.demand.default_location.as_ref().or(self.policy.default_location.as_ref());
            let is_default = |place: &Place| self.candidate(place.slot).map(|candidate| candidate.location) == default;
            let first = problem.places.iter().position(is_default);
            let (worth, parts) = in_order(problem, self.policy.strategy, first);
            return (worth, parts, None);
        }
        let mut found = search(problem);
        found.optimal &= !self.stock.days_left_out;
        let parts = std::mem::take(&mut found.parts);
        (found.worth, parts, Some(found))
    }

    fn problem<'p>(&'p self, places: &[usize], on_time: bool) -> Problem<'p> {
        let users = self.users();
        let mut lines: Vec<Line> = self.bundles.iter().map(|bundle| self.line(bundle, places, &users)).collect();
        // What is kept back of a product, wherever it lies, is kept from its last lines.
        let mut together = self.stock.together.clone();
        if self.stock.within.iter().any(|within| !within.is_empty()) {
            // Who comes first may have what there is; where it comes from is seen to later.
            for (together, stock) in together.iter_mut().zip(&self.stock.quantities) {
                let there = places.iter().filter_map(|place| stock.get(*place)).fold(0, |sum: i64, stock| sum.saturating_add(*stock));
                *together = there.min(*together);
            }
        }
        for line in &mut lines {
            let left = line.most_from(|pool| self.stock.least(pool, |pool| together.get(pool).copied().unwrap_or(i64::MAX)));
            line.wanted = line.whole(line.wanted.min(left.max(0)));
            line.draw(line.wanted, |pool, quantity| {
                self.stock.each_of(pool, |pool| {
                    if let Some(left) = together.get_mut(pool) {
                        *left = left.saturating_sub(quantity);
                    }
                });
            });
        }
        for line in &mut lines {
            let wanted = line.wanted;
            line.components.iter_mut().for_each(|component| component.wanted = component.in_kits(wanted));
        }
        let mut wanted = vec![0_i64; self.stock.quantities.len()];
        for line in &lines {
            let mut add = |pool: usize, quantity: i64| {
                if let Some(sum) = wanted.get_mut(pool) {
                    *sum = sum.saturating_add(quantity);
                }
            };
            line.draw(line.wanted, |pool, quantity| self.stock.each_of(pool, |pool| add(pool, quantity)));
            if !line.needs.is_empty() {
                add(line.pool, line.wanted);
            }
        }
        let pick = |stock: &Vec<i64>, most: i64| places.iter().map(|place| stock.get(*place).map_or(0, |stock| most.min(*stock))).collect();
        let stock = self.stock.quantities.iter().zip(&wanted).map(|(stock, wanted)| pick(stock, *wanted)).collect();
        let mut of_candidate: Vec<Option<(usize, usize)>> = vec![None; self.candidates.len()];
        for (index, slot) in places.iter().enumerate() {
            let candidate = self.stock.slots.get(*slot).and_then(|slot| of_candidate.get_mut(slot.candidate));
            let end = index.saturating_add(1);
            candidate.into_iter().for_each(|own| *own = Some((own.map_or(index, |(first, _)| first), end)));
        }
        let place = |index: usize| {
            let slot = self.stock.slots.get(index)?;
            let found = self.candidates.get(slot.candidate)?;
            Some(Place {
                slot: index,
                own: of_candidate.get(slot.candidate).copied().flatten()?,
                waits: slot.leaves_on.is_some(),
                shipment_cost: found.shipment_cost(),
                unit_cost: found.facts.cost_per_unit.unwrap_or(0),
                distance: found.facts.distance.unwrap_or(0),
                priority: found.facts.priority,
            })
        };
        Problem {
            policy: self.policy,
            places: places.iter().filter_map(|slot| place(*slot)).collect(),
            turns: self.turns(&lines),
            takes_apart: lines.iter().any(|line| !line.components.is_empty()),
            lines,
            stock,
            rivals: &self.stock.rivals,
            within: &self.stock.within,
            on_time,
            most_shipments: self.most_shipments(),
        }
    }

    /// Whether the parts of a line are told by rank, not in the order of a strategy.
    pub fn keeps_rank(&self) -> bool {
        self.policy.strategy == SourcingStrategy::Objectives
    }

    /// Whether candidates may ship on later days too.
    pub fn has_days(&self) -> bool {
        self.stock.slots.len() > self.candidates.len()
    }

    /// Whether a line is a kit whose components may come from here and there.
    pub fn comes_apart(&self, line: usize) -> bool {
        self.bundles.iter().any(|bundle| bundle.apart && bundle.lines.contains(&line))
    }

    /// What of which pool a part of a line takes.
    pub fn draw(&self, part: &Part, mut take: impl FnMut(usize, i64)) {
        let (Some(pool), Some(needs)) = (self.stock.pools.get(part.line), self.stock.needs.get(part.line)) else { return };
        match part.component.and_then(|component| needs.get(component)) {
            Some((pool, _)) => take(*pool, part.quantity),
            None => draw(*pool, KIT, needs, part.quantity, take),
        }
    }

    /// The candidate that a slot is of.
    pub fn candidate(&self, slot: usize) -> Option<&Candidate<'_>> {
        self.candidates.get(self.stock.slots.get(slot)?.candidate)
    }

    /// How many lines and groups take from each pool.
    fn users(&self) -> Vec<usize> {
        let mut users = vec![0_usize; self.stock.quantities.len()];
        for bundle in &self.bundles {
            draw(bundle.pool, bundle.unit, &bundle.needs, bundle.unit, |pool, _| {
                self.stock.each_of(pool, |pool| {
                    if let Some(count) = users.get_mut(pool) {
                        *count = count.saturating_add(1);
                    }
                });
            });
        }
        users
    }

    fn line(&self, bundle: &Bundle, places: &[usize], users: &[usize]) -> Line {
        let lines = || bundle.lines.iter().filter_map(|line| self.demand.lines.get(*line));
        let is_group = bundle.lines.len() > 1;
        let own = lines().next().and_then(|line| line.multiple).map_or(1, Quantity::millionths);
        // A group is shipped whole; kits are.
        let multiple = if is_group {
            bundle.unit
        } else if bundle.needs.is_empty() {
            own
        } else {
            own.max(KIT)
        };
        let requested = lines().map(|line| line.quantity.millionths()).fold(0, i64::saturating_add);
        let judged = |judge: &dyn Fn(&Slot, &SourcingLine) -> bool| -> Vec<bool> {
            places.iter().map(|slot| self.stock.slots.get(*slot).is_some_and(|slot| lines().any(|line| judge(slot, line)))).collect()
        };
        let late = if lines().all(|line| line.wanted_on.is_none()) { Vec::new() } else { judged(&Slot::is_late) };
        let is_open = !self.has_days() && lines().all(|line| line.latest_on.is_none());
        let closed = if is_open { Vec::new() } else { judged(&|slot, line| !slot.serves(line)) };
        let Bundle { pool, unit, needs, .. } = bundle;
        let (wanted, needs, unit, pool) = (requested, needs.clone(), *unit, *pool);
        let line = Line { requested, wanted, multiple, least: 0, pool, needs, unit, components: Vec::new(), shared: false, late, closed };
        let shared = line.pools().any(|pool| self.is_shared(pool, users));
        let least = if is_group { 0 } else { least_part(&self.policy.split, &line) };
        let components = if bundle.apart { self.components(&line, places, users) } else { Vec::new() };
        Line { wanted: line.whole(requested), least, components, shared, ..line }
    }

    fn turns(&self, lines: &[Line]) -> Vec<usize> {
        let mut turns: Vec<usize> = (0..lines.len()).collect();
        if self.stock.within.iter().any(|within| !within.is_empty()) {
            let depth = |line: &usize| lines.get(*line).and_then(|line| line.pools().map(|pool| self.stock.depth(pool)).max());
            turns.sort_by_key(|line| std::cmp::Reverse(depth(line)));
        }
        turns
    }

    /// Whether several lines take from a pool, or from one that it lies in.
    fn is_shared(&self, pool: usize, users: &[usize]) -> bool {
        let within = self.stock.within.get(pool).into_iter().flatten();
        std::iter::once(&pool).chain(within).any(|pool| users.get(*pool).is_some_and(|users| *users > 1))
    }

    /// What is in a kit that ships apart, as lines that take what is there.
    fn components(&self, line: &Line, places: &[usize], users: &[usize]) -> Vec<Line> {
        let waits = |slot: &usize| self.stock.slots.get(*slot).is_some_and(|slot| slot.leaves_on.is_some());
        let closed: Vec<bool> = places.iter().enumerate().map(|(place, slot)| waits(slot) || line.is_closed(place)).collect();
        let component = |(pool, each): &(usize, i64)| Line {
            requested: 0,
            wanted: 0,
            multiple: 1,
            least: 0,
            pool: *pool,
            needs: Vec::new(),
            unit: *each,
            components: Vec::new(),
            shared: self.is_shared(*pool, users),
            late: line.late.clone(),
            closed: closed.clone(),
        };
        line.needs.iter().map(component).collect()
    }

    fn most_shipments(&self) -> usize {
        let split = &self.policy.split;
        let small = split.no_split_below_amount.zip(self.demand.amount).is_some_and(|(least, amount)| amount < least);
        if self.demand.collection_point.is_some() || small || !split.allow_order_split {
            return 1;
        }
        split.max_splits.and_then(|splits| usize::try_from(splits).ok()).map_or(usize::MAX, |splits| splits.saturating_add(1))
    }
}

/// The least part of a line that is split, as a whole multiple; zero when any part will do.
fn least_part(split: &SplitDef, line: &Line) -> i64 {
    let of_quantity = split.min_split_qty.map_or(0, Quantity::millionths);
    let of_percent = split.min_split_percent.map_or(0, |percent| {
        let (numerator, denominator) = percent.ratio();
        let parts = numerator.saturating_mul(line.requested.into());
        let whole = parts.checked_div(denominator).unwrap_or(0);
        let up = whole.saturating_add(i128::from(whole.saturating_mul(denominator) < parts));
        i64::try_from(up).unwrap_or(i64::MAX)
    });
    let least = of_quantity.max(of_percent);
    let whole = line.whole(least);
    if whole < least { whole.saturating_add(line.multiple) } else { whole }
}
