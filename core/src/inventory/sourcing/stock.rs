//! What the candidates have, and what of the order is shipped whole: kits, and groups of lines.

use super::super::compile::Inventory;
use super::super::state::StockState;
use super::super::supply::Supply;
use super::candidate::Candidate;
use super::problem::{draw, most_from};
use super::request::SourcingDemand;
use crate::id::{Map, ProductId, ReservationId, ShipGroupId};
use crate::quantity::Quantity;

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

/// What the candidates have, in millionths, by pool and candidate. Lines of the same product take from the same pool.
#[derive(Default)]
pub(super) struct Stock<'r> {
    /// The holds that the order's reservations take the place of, with their products.
    pub holds: Vec<(&'r ReservationId, &'r ProductId)>,
    /// By line.
    pub pools: Vec<usize>,
    /// What is in a kit: of which pool how much, by line; empty for what is none.
    pub needs: Vec<Vec<(usize, i64)>>,
    pub quantities: Vec<Vec<i64>>,
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
    state: &'r StockState,
    demand: &'r SourcingDemand,
    candidates: &[Candidate<'_>],
) -> (Stock<'r>, Vec<Bundle>) {
    let supply = Supply::at(inventory, state, demand.at).without(&demand.replaces).by_priority();
    // Whose stock the stock of a location is: its own, or that of the candidate that it is a part of.
    let mut candidate_at: Vec<Option<usize>> = vec![None; inventory.names().len()];
    for (index, candidate) in candidates.iter().enumerate() {
        if let Some(slot) = candidate_at.get_mut(candidate.rank) {
            *slot = Some(index);
        }
    }
    let at = |rank: usize| candidate_at.get(rank).copied().flatten();
    let owners: Vec<Option<usize>> =
        (0..candidate_at.len()).map(|rank| inventory.nearest(rank, |rank| at(rank).is_some()).and_then(at)).collect();
    let mut stock = Stock { holds: holds(state, demand), ..Stock::default() };
    let mut pools = Pools { inventory, supply, owners, candidates: candidates.len(), known: Map::default() };
    for line in &demand.lines {
        let (pool, needs) = pools.of(&line.product, &mut stock);
        stock.pools.push(pool);
        stock.needs.push(needs);
    }
    let bundles = bundles(demand, &mut stock);
    (stock, bundles)
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
    owners: Vec<Option<usize>>,
    candidates: usize,
    known: Map<ProductId, usize>,
}

impl Pools<'_, '_> {
    /// The pool of a product, and for a kit what of which pool one of it takes.
    fn of(&mut self, product: &ProductId, stock: &mut Stock<'_>) -> (usize, Vec<(usize, i64)>) {
        let Some(kit) = self.inventory.kit(product) else { return (self.of_goods(product, stock), Vec::new()) };
        let inside = kit.components.iter().map(|component| (self.of_goods(&component.product, stock), component.quantity.millionths()));
        let needs: Vec<(usize, i64)> = inside.collect();
        let next = stock.quantities.len();
        let pool = *self.known.entry(product.clone()).or_insert(next);
        if pool == next {
            stock.put_together(KIT, &needs);
        }
        (pool, needs)
    }

    fn of_goods(&mut self, product: &ProductId, stock: &mut Stock<'_>) -> usize {
        let next = stock.quantities.len();
        let pool = *self.known.entry(product.clone()).or_insert(next);
        if pool < next {
            return pool;
        }
        let free = self.supply.free_along(product);
        let mut quantities = vec![0_i64; self.candidates];
        for (rank, free) in &free.at {
            if let Some(slot) = self.owners.get(*rank).copied().flatten().and_then(|owner| quantities.get_mut(owner)) {
                *slot = slot.saturating_add(free.millionths());
            }
        }
        stock.quantities.push(quantities);
        stock.together.push(free.together.map_or(i64::MAX, Quantity::millionths));
        stock.untracked.push(self.supply.is_untracked(product));
        stock.headroom.push(self.supply.headroom(product).map_or(i64::MAX, Quantity::millionths));
        pool
    }
}

/// One kit, in millionths.
pub(super) const KIT: i64 = 1_000_000;

impl Stock<'_> {
    /// Adds a pool of what is put together from others at one location; gives its number.
    fn put_together(&mut self, unit: i64, needs: &[(usize, i64)]) -> usize {
        let next = self.quantities.len();
        let most = |of: &dyn Fn(usize) -> i64| most_from(next, unit, needs, of);
        let count = self.quantities.first().map_or(0, Vec::len);
        let at = |candidate: usize| most(&|pool| self.quantities.get(pool).and_then(|stock| stock.get(candidate)).copied().unwrap_or(0));
        let quantities = (0..count).map(at).collect();
        let together = most(&|pool| self.together.get(pool).copied().unwrap_or(i64::MAX));
        let headroom = most(&|pool| if self.is_untracked(pool) { i64::MAX } else { self.headroom.get(pool).copied().unwrap_or(0) });
        let untracked = needs.iter().all(|(pool, _)| self.is_untracked(*pool));
        self.quantities.push(quantities);
        self.together.push(together);
        self.headroom.push(headroom);
        self.untracked.push(untracked);
        next
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
