//! What is on its way to candidates, and how much of it an order may have.

use super::super::compile::Inventory;
use super::super::state::StockState;
use super::super::supply::Supply;
use super::compile::Policy;
use super::request::SourcingDemand;
use crate::id::{DemandId, ProductId};
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, LimitCode, Path};
use crate::sort;
use crate::time::Date;

/// A part of a supply that an order may have, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coming {
    /// The day on which it is there to be shipped.
    pub day: Date,
    pub candidate: usize,
    pub quantity: i64,
    /// Its number among all supplies.
    pub supply: usize,
}

/// Which supply counts, and the stock as those see it who wait.
pub(super) struct Expected<'s> {
    policy: &'s Policy,
    supply: Supply<'s>,
    today: Date,
    /// What is overdue by more does not count; what is overdue by less comes on this day.
    overdue: (Option<Date>, Date),
}

/// A supply while those that wait take from it.
struct Due {
    day: Date,
    rank: usize,
    quantity: Quantity,
    supply: usize,
}

impl<'s> Expected<'s> {
    /// `None` where only what is there counts.
    pub fn of(
        inventory: &'s Inventory,
        policy: &'s Policy,
        state: &'s StockState,
        demand: &'s SourcingDemand,
    ) -> Result<Option<Self>, Error> {
        if policy.supply.is_empty() {
            return Ok(None);
        }
        let today = demand.at.date();
        let overdue = inventory
            .promise()
            .overdue_supply(today)
            .map_err(|error| Error::from(Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("at"), error.to_string())))?;
        let supply = Supply::at(inventory, state, demand.at).without(&demand.replaces).past_queue().by_priority();
        Ok(Some(Self { policy, supply, today, overdue }))
    }

    /// What comes of a product to the candidates that the locations belong to, the earliest first.
    pub fn coming(&self, product: &ProductId, owners: &[Option<usize>]) -> Vec<Coming> {
        // 1. What is on its way for anyone.
        let mut due = self.due(product);
        if due.is_empty() {
            return Vec::new();
        }
        // 2. Less what those who wait will get of it, and what is kept back.
        self.serve_those_who_wait(product, &mut due);
        // 3. What may be held of it: it waits until it is there.
        let mut headroom = self.supply.headroom(product).unwrap_or(Quantity::MAX);
        let owned = due.into_iter().filter_map(|due| {
            let candidate = owners.get(due.rank).copied().flatten()?;
            let quantity = due.quantity.min(headroom);
            headroom = headroom.saturating_sub(quantity);
            quantity.is_positive().then_some(Coming { day: due.day, candidate, quantity: quantity.millionths(), supply: due.supply })
        });
        owned.collect()
    }

    fn due(&self, product: &ProductId) -> Vec<Due> {
        let Supply { inventory, state, .. } = self.supply;
        let open = state.supplies.open(product).iter().filter(|due| !due.pegged && self.policy.supply.contains(&due.kind));
        let due = |due: &super::super::expected::Due| {
            let location = state.locations.get_index(due.location).filter(|location| inventory.is_active(location))?;
            Some(Due { day: self.day(due.day)?, rank: inventory.rank(location)?, quantity: due.quantity, supply: due.supply })
        };
        let mut due: Vec<Due> = open.filter_map(due).collect();
        sort::by(&mut due, |one, other| one.day.cmp(&other.day));
        due
    }

    /// The day on which a supply counts, if it does.
    fn day(&self, due: Date) -> Option<Date> {
        let (from, on) = self.overdue;
        let counts = from.is_none_or(|from| from <= due);
        counts.then_some(if due < self.today { on } else { due })
    }

    /// What comes first is for those who wait already, where they wait for it; then for what is kept back for all locations together.
    fn serve_those_who_wait(&self, product: &ProductId, due: &mut [Due]) {
        let Supply { inventory, .. } = self.supply;
        let mut free = self.supply.free_along(product).at;
        let mut anywhere = inventory.sku_threshold(product);
        for waiting in self.supply.waiting(product) {
            let covered = self.pegged(product, &waiting.demand);
            let Some(whole) = waiting.location.as_ref().and_then(|location| inventory.rank(location)) else {
                anywhere = anywhere.saturating_add(waiting.backordered.saturating_sub(covered).or_zero());
                continue;
            };
            let within = |rank: usize| inventory.is_within(rank, whole);
            let there = free.iter_mut().filter(|(rank, _)| within(*rank)).map(|(_, free)| free);
            let missing = drain(there, waiting.backordered).saturating_sub(covered).or_zero();
            drain(due.iter_mut().filter(|due| within(due.rank)).map(|due| &mut due.quantity), missing);
        }
        let missing = drain(free.iter_mut().map(|(_, free)| free), anywhere);
        drain(due.iter_mut().map(|due| &mut due.quantity), missing);
    }

    /// What is on its way for one demand alone.
    fn pegged(&self, product: &ProductId, demand: &DemandId) -> Quantity {
        let expected = self.supply.state.expected(product);
        expected.filter(|supply| supply.pegged_to.as_ref().is_some_and(|peg| peg.demand == *demand)).map(|supply| supply.open).sum()
    }
}

/// Takes a quantity from one after the other; gives what is missing then.
fn drain<'q>(from: impl Iterator<Item = &'q mut Quantity>, quantity: Quantity) -> Quantity {
    let mut missing = quantity;
    for there in from {
        let taken = missing.min(there.or_zero());
        *there = there.saturating_sub(taken);
        missing = missing.saturating_sub(taken);
    }
    missing
}
