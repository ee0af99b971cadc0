//! What the candidates have, and what of the order is shipped whole: kits, and groups of lines.

use super::super::compile::Inventory;
use super::super::kit::KitShipping;
use super::super::removal::{Ask, RemovalTerms};
use super::super::state::StockState;
use super::super::supply::Supply;
use super::candidate::Candidate;
use super::coming::{Coming, Expected};
use super::compile::Policy;
use super::problem::{draw, most_from};
use super::request::{SourcingDemand, SourcingLine};
use super::slot::{Slot, find_slots};
use crate::id::{Map, ProductId, ReservationId, ShipGroupId};
use crate::quantity::Quantity;
use crate::report::{Code, Error};
use crate::time::Date;

/// Lines that are shipped together from one location, or one line by itself.
pub(super) struct Bundle {
    pub lines: Vec<usize>,
    /// The pool of what it is.
    pub pool: usize,
    /// How much of it is one whole.
    pub unit: i64,
    /// What one whole takes of other pools; empty for single lines of what is no kit.
    pub needs: Vec<(usize, i64)>,
    /// Whether what it takes may come from here and there.
    pub apart: bool,
}

/// Stock that is there and may not be taken.
pub(super) struct Passed {
    pub pool: usize,
    pub candidate: usize,
    pub on_hand: Quantity,
    pub code: Code,
}

/// What the candidates have, in millionths, by pool and slot. Lines of the same product take from the same pool.
#[derive(Default)]
pub(super) struct Stock<'r> {
    /// The holds that the order's reservations take the place of, with their products.
    pub holds: Vec<(&'r ReservationId, &'r ProductId)>,
    /// By line.
    pub pools: Vec<usize>,
    /// What is in a kit: of which pool how much, by line; empty for what is none.
    pub needs: Vec<Vec<(usize, i64)>>,
    /// The components of kits that ship apart, in the order of what is in them, by line; none for others.
    pub apart: Vec<Vec<ProductId>>,
    /// When each candidate may ship.
    pub slots: Vec<Slot>,
    /// Whether some later days of candidates were left out, because there were too many.
    pub days_left_out: bool,
    /// When the first goods arrive that are on their way to a candidate and come too late for all lines, by candidate.
    pub too_late: Vec<Option<Date>>,
    pub quantities: Vec<Vec<i64>>,
    /// The pools that have a part of the same stock, by pool: those of the same product on other terms. What one line takes is counted
    /// against them: against those that have all of its stock and more; or against all, whichever lots it will be, where pools overlap.
    pub rivals: Vec<Vec<usize>>,
    /// The pools that have all of a pool's stock and more, by pool, where those of a product lie in each other or apart: what is left of a pool
    /// is not more than what is left of these. None where what one line takes is counted against all others.
    pub within: Vec<Vec<usize>>,
    /// What does not meet the terms of its line, by pool.
    pub passed_over: Vec<Passed>,
    /// What is on its way, by pool; nothing for kits and groups.
    pub coming: Vec<Vec<Coming>>,
    /// What all locations together may give, by pool.
    pub together: Vec<i64>,
    /// How much more may wait for stock, by pool.
    pub headroom: Vec<i64>,
    /// Whether any quantity can be taken, by pool.
    pub untracked: Vec<bool>,
}

/// Finds what the candidates have, and what is shipped whole.
pub(super) fn find_stock<'r>(
    inventory: &Inventory,
    policy: &Policy,
    state: &'r StockState,
    demand: &'r SourcingDemand,
    candidates: &[Candidate<'_>],
) -> Result<(Stock<'r>, Vec<Bundle>), Error> {
    let mut stock = Stock { holds: holds(state, demand), ..Stock::default() };
    let supply = Supply::at(inventory, state, demand.at).without(&demand.replaces).by_priority();
    let expected = Expected::of(inventory, policy, state, demand)?;
    let owners = owners(inventory, candidates);
    let (terms, known) = (Vec::new(), Map::default());
    let mut pools = Pools { inventory, supply, expected, owners, candidates: candidates.len(), terms, known };
    // 1. What is there, and what is on its way, of goods.
    for line in &demand.lines {
        pools.hear(policy, line);
    }
    for line in &demand.lines {
        pools.lay(line, &mut stock);
    }
    pools.relate(demand, &mut stock);
    // 2. When each candidate may ship, and what it has by then.
    find_slots(&mut stock, demand, candidates, |line| pools.inside(line));
    // 3. What is put together from goods.
    for line in &demand.lines {
        let (pool, needs) = pools.of(line, &mut stock);
        stock.pools.push(pool);
        stock.needs.push(needs);
        let apart = inventory.kit(&line.product).filter(|kit| kit.ships == KitShipping::Apart && policy.split.takes_apart());
        stock.apart.push(apart.into_iter().flat_map(|kit| &kit.components).map(|component| component.product.clone()).collect());
    }
    let bundles = bundles(demand, &mut stock);
    Ok((stock, bundles))
}

/// Whose stock the stock of a location is, by rank: its own, or that of the candidate that it is a part of.
fn owners(inventory: &Inventory, candidates: &[Candidate<'_>]) -> Vec<Option<usize>> {
    let mut candidate_at: Vec<Option<usize>> = vec![None; inventory.names().len()];
    for (index, candidate) in candidates.iter().enumerate() {
        if let Some(slot) = candidate_at.get_mut(candidate.rank) {
            *slot = Some(index);
        }
    }
    let at = |rank: usize| candidate_at.get(rank).copied().flatten();
    (0..candidate_at.len()).map(|rank| inventory.nearest(rank, |rank| at(rank).is_some()).and_then(at)).collect()
}

/// The holds that the reservations take the place of; a kit's are those of its components.
fn holds<'r>(state: &'r StockState, demand: &'r SourcingDemand) -> Vec<(&'r ReservationId, &'r ProductId)> {
    let product = |id: &'r ReservationId| {
        let first = state.held_as(id).next().and_then(|part| state.reservation(part))?;
        Some((id, first.kit.as_ref().map_or(&first.product, |kit| &kit.product)))
    };
    demand.replaces.iter().filter_map(product).collect()
}

/// A product, the number of the terms on which it is asked for, and the day, where that matters to its lots.
type Key = (ProductId, usize, Option<Date>);

/// Finds what the candidates have of products.
struct Pools<'r, 's> {
    inventory: &'r Inventory,
    supply: Supply<'s>,
    expected: Option<Expected<'s>>,
    owners: Vec<Option<usize>>,
    candidates: usize,
    /// The terms of lines, each once.
    terms: Vec<Option<&'r RemovalTerms>>,
    known: Map<Key, Pool>,
}

/// What is known of a pool while pools are found.
#[derive(Default)]
struct Pool {
    number: Option<usize>,
    /// The last day on which a line needs it.
    needed_on: Option<Date>,
}

impl<'r> Pools<'r, '_> {
    fn terms_of(&self, line: &SourcingLine) -> usize {
        self.terms.iter().position(|known| *known == line.removal.as_deref()).unwrap_or_default()
    }

    /// Hears on which terms and for when a line asks for goods.
    fn hear(&mut self, policy: &Policy, line: &'r SourcingLine) {
        if !self.terms.contains(&line.removal.as_deref()) {
            self.terms.push(line.removal.as_deref());
        }
        let terms = self.terms_of(line);
        let latest = line.latest_on.filter(|_| !policy.supply.is_empty());
        for (product, _) in self.goods(line) {
            let day = self.day_of(&product, line);
            let pool = self.known.entry((product, terms, day)).or_default();
            pool.needed_on = pool.needed_on.max(line.wanted_on).max(latest);
        }
    }

    /// The day for which a line asks, where the lots of a product have dates and all of it is there.
    fn day_of(&self, product: &ProductId, line: &SourcingLine) -> Option<Date> {
        line.wanted_on.filter(|_| self.expected.is_none() && self.supply.state.details(product).is_some())
    }

    /// The goods that one of what a line asks for takes.
    fn goods(&self, line: &SourcingLine) -> Vec<(ProductId, i64)> {
        match self.inventory.kit(&line.product) {
            None => vec![(line.product.clone(), KIT)],
            Some(kit) => kit.components.iter().map(|component| (component.product.clone(), component.quantity.millionths())).collect(),
        }
    }

    /// Finds what there is of a product, or of what a kit holds.
    fn lay(&mut self, line: &SourcingLine, stock: &mut Stock<'_>) {
        let terms = self.terms_of(line);
        let goods = self.goods(line);
        // Kits wait whole, so that each component must be allowed to.
        let may_wait = |product: &ProductId| self.supply.is_untracked(product) || self.supply.headroom(product).is_none();
        let waits = self.inventory.kit(&line.product).is_none() || goods.iter().all(|(product, _)| may_wait(product));
        for (product, _) in goods {
            let day = self.day_of(&product, line);
            self.lay_goods((product, terms, day), waits && line.removal.is_none(), stock);
        }
    }

    /// Finds which pools of a product have parts of the same stock: where they lie in each other or apart, and in what anyone may have, it is
    /// exact what one line leaves for the others.
    fn relate(&mut self, demand: &SourcingDemand, stock: &mut Stock<'_>) {
        if self.terms.len() < 2 && self.known.keys().all(|(_, _, day)| day.is_none()) {
            return;
        }
        let mut products: Map<ProductId, Vec<(Key, usize)>> = Map::default();
        for (key, pool) in &self.known {
            products.entry(key.0.clone()).or_default().extend(pool.number.map(|number| (key.clone(), number)));
        }
        for (product, mut pools) in products.into_iter().filter(|(_, pools)| pools.len() > 1) {
            let any = (product.clone(), ANY, None);
            let is_grouped = |line: &SourcingLine| line.group.is_some() && self.goods(line).iter().any(|(goods, _)| *goods == product);
            let known: Vec<(usize, Vec<bool>)> = pools.iter().map(|(key, number)| (*number, self.which_fit(key))).collect();
            let all = self.which_fit(&any);
            let lie_in = self.expected.is_none() && !demand.lines.iter().any(is_grouped) && lie_in_each_other(&known, &all);
            if lie_in {
                self.known.entry(any.clone()).or_default();
                self.lay_goods(any.clone(), false, stock);
                pools.extend(self.known.get(&any).and_then(|pool| pool.number).map(|number| (any, number)));
            }
            for (key, number) in &pools {
                let own = self.which_fit(key);
                let others = pools.iter().filter(|(_, other)| other != number);
                let has_more = |other: &Key| !lie_in || lies_in(&own, &self.which_fit(other));
                let rivals: Vec<usize> = others.filter(|(other, _)| has_more(other)).map(|(_, number)| *number).collect();
                if let (true, Some(within)) = (lie_in, stock.within.get_mut(*number)) {
                    within.clone_from(&rivals);
                }
                if let Some(slot) = stock.rivals.get_mut(*number) {
                    *slot = rivals;
                }
            }
        }
    }

    fn which_fit(&self, key: &Key) -> Vec<bool> {
        self.supply.which_fit(self.ask(key))
    }

    fn ask<'k>(&self, key: &'k Key) -> Ask<'k>
    where
        'r: 'k,
    {
        let wanted_on = self.known.get(key).and_then(|pool| pool.needed_on);
        Ask { product: &key.0, terms: self.terms.get(key.1).copied().flatten(), wanted_on }
    }

    fn lay_goods(&mut self, key: Key, waits: bool, stock: &mut Stock<'_>) {
        let next = stock.quantities.len();
        let pool = self.known.entry(key.clone()).or_default();
        if pool.number.is_some() {
            return;
        }
        pool.number = Some(next);
        let ask = Ask { product: &key.0, terms: self.terms.get(key.1).copied().flatten(), wanted_on: pool.needed_on };
        let free = self.supply.free_for(ask);
        let mut quantities = vec![0_i64; self.candidates];
        for (rank, free) in &free.at {
            if let Some(slot) = self.owners.get(*rank).copied().flatten().and_then(|owner| quantities.get_mut(owner)) {
                *slot = slot.saturating_add(free.millionths());
            }
        }
        let mut together = free.together.map_or(i64::MAX, Quantity::millionths);
        let coming =
            self.expected.as_ref().filter(|_| waits).map(|expected| expected.coming(ask.product, &self.owners)).unwrap_or_default();
        if !coming.is_empty() {
            keep_back(&mut quantities, together);
            together = i64::MAX;
        }
        let passed_over = if key.1 == ANY { Vec::new() } else { self.supply.passed_over(ask) };
        for passed in passed_over {
            let candidate = self.inventory.rank(&passed.location).and_then(|rank| self.owners.get(rank).copied().flatten());
            stock.passed_over.extend(candidate.map(|candidate| Passed {
                pool: next,
                candidate,
                on_hand: passed.on_hand,
                code: passed.code,
            }));
        }
        stock.untracked.push(self.supply.is_untracked(ask.product));
        stock.headroom.push(self.supply.headroom(ask.product).map_or(i64::MAX, Quantity::millionths));
        stock.rivals.push(Vec::new());
        stock.within.push(Vec::new());
        stock.quantities.push(quantities);
        stock.coming.push(coming);
        stock.together.push(together);
    }

    /// The goods that one of what a line asks for takes, by pool.
    fn inside(&self, line: &SourcingLine) -> Vec<(usize, i64)> {
        let terms = self.terms_of(line);
        let pool = |product: ProductId| {
            let day = self.day_of(&product, line);
            self.known.get(&(product, terms, day)).and_then(|pool| pool.number)
        };
        self.goods(line).into_iter().filter_map(|(product, each)| Some((pool(product)?, each))).collect()
    }

    /// The pool of what a line asks for, and for a kit what of which pool one of it takes.
    fn of(&mut self, line: &SourcingLine, stock: &mut Stock<'_>) -> (usize, Vec<(usize, i64)>) {
        let inside = self.inside(line);
        if self.inventory.kit(&line.product).is_none() {
            return (inside.first().map_or(0, |(pool, _)| *pool), Vec::new());
        }
        let dated = self.goods(line).iter().find_map(|(product, _)| self.day_of(product, line));
        let key = (line.product.clone(), self.terms_of(line), dated);
        let pool = self.known.entry(key).or_default();
        let number = *pool.number.get_or_insert(stock.quantities.len());
        if number == stock.quantities.len() {
            stock.put_together(KIT, &inside);
        }
        (number, inside)
    }
}

/// Whether all of one stock is among another.
fn lies_in(one: &[bool], other: &[bool]) -> bool {
    one.iter().zip(other).all(|(one, other)| !one || *other)
}

/// Whether pools lie in each other or apart, and all of them in what anyone may have.
fn lie_in_each_other(pools: &[(usize, Vec<bool>)], all: &[bool]) -> bool {
    let apart = |one: &[bool], other: &[bool]| one.iter().zip(other).all(|(one, other)| !(*one && *other));
    let pairs =
        pools.iter().enumerate().flat_map(|(index, one)| pools.iter().skip(index.saturating_add(1)).map(move |other| (&one.1, &other.1)));
    let mut pairs = pairs.map(|(one, other)| lies_in(one, other) || lies_in(other, one) || apart(one, other));
    pools.iter().all(|(_, fits)| lies_in(fits, all)) && pairs.all(|related| related)
}

/// What is kept back of a product wherever it lies is kept at the last locations.
fn keep_back(quantities: &mut [i64], together: i64) {
    let mut left = together;
    for quantity in quantities {
        *quantity = left.min(*quantity);
        left = left.saturating_sub(*quantity);
    }
}

/// The number of no terms at all: what anyone may have today.
const ANY: usize = usize::MAX;

/// One kit, in millionths.
pub(super) const KIT: i64 = 1_000_000;

impl Stock<'_> {
    /// The shipments that a candidate could make, with their numbers: of those of all candidates, which may be many, they stand together.
    pub fn slots_of(&self, candidate: usize) -> impl Iterator<Item = (usize, &Slot)> {
        let first = self.slots.partition_point(|slot| slot.candidate < candidate);
        self.slots.iter().enumerate().skip(first).take_while(move |(_, slot)| slot.candidate == candidate)
    }

    /// Adds a pool of what is put together from others in one shipment; gives its number.
    fn put_together(&mut self, unit: i64, needs: &[(usize, i64)]) -> usize {
        let next = self.quantities.len();
        let most = |of: &dyn Fn(usize) -> i64| most_from(next, unit, needs, of);
        let at = |slot: usize| most(&|pool| self.at(pool, slot));
        let quantities = (0..self.slots.len()).map(at).collect();
        let together = most(&|pool| self.together.get(pool).copied().unwrap_or(i64::MAX));
        let headroom = most(&|pool| if self.is_untracked(pool) { i64::MAX } else { self.headroom.get(pool).copied().unwrap_or(0) });
        let untracked = needs.iter().all(|(pool, _)| self.is_untracked(*pool));
        self.quantities.push(quantities);
        self.rivals.push(Vec::new());
        self.within.push(Vec::new());
        self.coming.push(Vec::new());
        self.together.push(together);
        self.headroom.push(headroom);
        self.untracked.push(untracked);
        next
    }

    /// Tells a pool, and those that have a part of the same stock.
    pub fn each_of(&self, pool: usize, mut tell: impl FnMut(usize)) {
        tell(pool);
        self.rivals.get(pool).into_iter().flatten().for_each(|rival| tell(*rival));
    }

    /// In how many others a pool lies.
    pub fn depth(&self, pool: usize) -> usize {
        self.within.get(pool).map_or(0, Vec::len)
    }

    /// The least of a pool and of those that it lies in.
    pub fn least(&self, pool: usize, of: impl Fn(usize) -> i64) -> i64 {
        let more = self.within.get(pool).into_iter().flatten().map(|more| of(*more)).min();
        of(pool).min(more.unwrap_or(i64::MAX))
    }

    /// What there is of a pool at a slot.
    pub fn at(&self, pool: usize, slot: usize) -> i64 {
        self.quantities.get(pool).and_then(|stock| stock.get(slot)).copied().unwrap_or(0)
    }

    pub fn is_untracked(&self, pool: usize) -> bool {
        self.untracked.get(pool).copied().unwrap_or(false)
    }
}

/// The lines by themselves, and those of a group as one that is shipped whole.
fn bundles(demand: &SourcingDemand, stock: &mut Stock<'_>) -> Vec<Bundle> {
    let mut places: Map<&ShipGroupId, usize> = Map::default();
    let mut bundles: Vec<Bundle> = Vec::with_capacity(demand.lines.len());
    for (index, line) in demand.lines.iter().enumerate() {
        let place = line.group.as_ref().map(|group| *places.entry(group).or_insert(bundles.len()));
        match place.and_then(|place| bundles.get_mut(place)) {
            Some(bundle) => bundle.lines.push(index),
            None => {
                let pool = stock.pools.get(index).copied().unwrap_or_default();
                let needs = stock.needs.get(index).cloned().unwrap_or_default();
                let apart = stock.apart.get(index).is_some_and(|components| !components.is_empty());
                bundles.push(Bundle { lines: vec![index], pool, unit: KIT, needs, apart });
            }
        }
    }
    for bundle in bundles.iter_mut().filter(|bundle| bundle.lines.len() > 1) {
        let mut needs: Map<usize, i64> = Map::default();
        (bundle.unit, bundle.apart) = (0, false);
        for index in &bundle.lines {
            let (Some(line), Some(pool), Some(inside)) = (demand.lines.get(*index), stock.pools.get(*index), stock.needs.get(*index))
            else {
                continue;
            };
            bundle.unit = bundle.unit.saturating_add(line.quantity.millionths());
            draw(*pool, KIT, inside, line.quantity.millionths(), |pool, quantity| {
                let sum = needs.entry(pool).or_default();
                *sum = sum.saturating_add(quantity);
            });
        }
        // Of one product on several terms each of its pools must have all.
        let of_same = |pool: &usize| stock.rivals.get(*pool).into_iter().flatten().filter_map(|rival| needs.get(rival)).sum::<i64>();
        bundle.needs = needs.iter().map(|(pool, each)| (*pool, each.saturating_add(of_same(pool)))).collect();
        bundle.pool = stock.put_together(bundle.unit, &bundle.needs);
    }
    bundles
}
