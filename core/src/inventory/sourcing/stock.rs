//! What the candidates have, and what of the order is shipped whole: kits, and groups of lines.

use super::super::compile::Inventory;
use super::super::state::StockState;
use super::super::supply::Supply;
use super::candidate::Candidate;
use super::coming::{Coming, Expected};
use super::compile::Policy;
use super::problem::{draw, most_from};
use super::request::SourcingDemand;
use super::slot::{Slot, find_slots};
use crate::id::{Map, ProductId, ReservationId, ShipGroupId};
use crate::quantity::Quantity;
use crate::report::Error;
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
    /// When each candidate may ship.
    pub slots: Vec<Slot>,
    /// Whether some later days of candidates were left out, because there were too many.
    pub days_left_out: bool,
    /// When the first goods arrive that are on their way to a candidate and come too late for all lines, by candidate.
    pub too_late: Vec<Option<Date>>,
    pub quantities: Vec<Vec<i64>>,
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
    let mut pools = Pools { inventory, supply, expected, owners, candidates: candidates.len(), known: Map::default() };
    // 1. What is there, and what is on its way, of goods.
    for line in &demand.lines {
        pools.lay(&line.product, &mut stock);
    }
    // 2. When each candidate may ship, and what it has by then.
    find_slots(&mut stock, demand, candidates, |line| pools.inside(&line.product));
    // 3. What is put together from goods.
    for line in &demand.lines {
        let (pool, needs) = pools.of(&line.product, &mut stock);
        stock.pools.push(pool);
        stock.needs.push(needs);
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

/// Finds what the candidates have of products.
struct Pools<'r, 's> {
    inventory: &'r Inventory,
    supply: Supply<'s>,
    expected: Option<Expected<'s>>,
    owners: Vec<Option<usize>>,
    candidates: usize,
    known: Map<ProductId, usize>,
}

impl Pools<'_, '_> {
    /// Finds what there is of a product, or of what a kit holds.
    fn lay(&mut self, product: &ProductId, stock: &mut Stock<'_>) {
        let inventory = self.inventory;
        match inventory.kit(product) {
            None => self.lay_goods(product, true, stock),
            Some(kit) => {
                let inside = || kit.components.iter().map(|component| &component.product);
                // Kits wait whole, so that each component must be allowed to.
                let waits = inside().all(|product| self.supply.is_untracked(product) || self.supply.headroom(product).is_none());
                inside().for_each(|product| self.lay_goods(product, waits, stock));
            }
        }
    }

    fn lay_goods(&mut self, product: &ProductId, waits: bool, stock: &mut Stock<'_>) {
        let next = stock.quantities.len();
        if *self.known.entry(product.clone()).or_insert(next) < next {
            return;
        }
        let free = self.supply.free_along(product);
        let mut quantities = vec![0_i64; self.candidates];
        for (rank, free) in &free.at {
            if let Some(slot) = self.owners.get(*rank).copied().flatten().and_then(|owner| quantities.get_mut(owner)) {
                *slot = slot.saturating_add(free.millionths());
            }
        }
        let mut together = free.together.map_or(i64::MAX, Quantity::millionths);
        let coming = self.expected.as_ref().filter(|_| waits).map(|expected| expected.coming(product, &self.owners)).unwrap_or_default();
        if !coming.is_empty() {
            keep_back(&mut quantities, together);
            together = i64::MAX;
        }
        stock.quantities.push(quantities);
        stock.coming.push(coming);
        stock.together.push(together);
        stock.untracked.push(self.supply.is_untracked(product));
        stock.headroom.push(self.supply.headroom(product).map_or(i64::MAX, Quantity::millionths));
    }

    /// The goods that one of a product takes, by pool.
    fn inside(&self, product: &ProductId) -> Vec<(usize, i64)> {
        let pool = |product: &ProductId| self.known.get(product).copied().unwrap_or_default();
        match self.inventory.kit(product) {
            None => vec![(pool(product), KIT)],
            Some(kit) => kit.components.iter().map(|component| (pool(&component.product), component.quantity.millionths())).collect(),
        }
    }

    /// The pool of a product, and for a kit what of which pool one of it takes.
    fn of(&mut self, product: &ProductId, stock: &mut Stock<'_>) -> (usize, Vec<(usize, i64)>) {
        let inside = self.inside(product);
        if self.inventory.kit(product).is_none() {
            return (inside.first().map_or(0, |(pool, _)| *pool), Vec::new());
        }
        let next = stock.quantities.len();
        let pool = *self.known.entry(product.clone()).or_insert(next);
        if pool == next {
            stock.put_together(KIT, &inside);
        }
        (pool, inside)
    }
}

/// What is kept back of a product wherever it lies is kept at the last locations.
fn keep_back(quantities: &mut [i64], together: i64) {
    let mut left = together;
    for quantity in quantities {
        *quantity = left.min(*quantity);
        left = left.saturating_sub(*quantity);
    }
}

/// One kit, in millionths.
pub(super) const KIT: i64 = 1_000_000;

impl Stock<'_> {
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
        self.coming.push(Vec::new());
        self.together.push(together);
        self.headroom.push(headroom);
        self.untracked.push(untracked);
        next
    }

    /// What there is of a pool at a slot.
    pub fn at(&self, pool: usize, slot: usize) -> i64 {
        self.quantities.get(pool).and_then(|stock| stock.get(slot)).copied().unwrap_or(0)
    }

    fn is_untracked(&self, pool: usize) -> bool {
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
                bundles.push(Bundle { lines: vec![index], pool, unit: KIT, needs: stock.needs.get(index).cloned().unwrap_or_default() });
            }
        }
    }
    for bundle in bundles.iter_mut().filter(|bundle| bundle.lines.len() > 1) {
        let mut needs: Map<usize, i64> = Map::default();
        bundle.unit = 0;
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
        bundle.needs = needs.into_iter().collect();
        bundle.pool = stock.put_together(bundle.unit, &bundle.needs);
    }
    bundles
}
