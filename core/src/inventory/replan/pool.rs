//! What there is to be given: what lies free today, and what is expected later.

use super::super::compile::Inventory;
use super::super::removal::usable;
use super::super::reservation::Reservation;
use super::super::state::StockState;
use crate::id::{DemandId, LocationId, Map, ProductId, SupplyId};
use crate::quantity::Quantity;
use crate::sort;
use crate::time::{Date, Timestamp};

/// What can be given of all products that are planned.
pub(super) struct Pool<'s> {
    inventory: &'s Inventory,
    today: Date,
    /// What is left today, by product.
    now: Map<&'s ProductId, Now>,
    /// What is expected, by product, the earliest first.
    later: Map<&'s ProductId, Vec<Lot<'s>>>,
}

/// What is left of a product today.
#[derive(Debug, Default)]
struct Now {
    /// By the rank of the location; below zero where more is kept than may be given.
    free: Map<usize, Quantity>,
    /// What is left for all locations together, when the threshold is kept back.
    left: Quantity,
}

/// An expected supply.
struct Lot<'s> {
    id: &'s SupplyId,
    due: Date,
    rank: usize,
    /// For this demand only; none: for anyone.
    pegged_to: Option<&'s DemandId>,
    open: Quantity,
}

impl Lot<'_> {
    /// Takes up to `wanted`.
    fn take(&mut self, wanted: Quantity) -> Quantity {
        let taken = self.open.min(wanted).or_zero();
        self.open = self.open.saturating_sub(taken);
        taken
    }

    fn coming(&self, quantity: Quantity) -> Coming {
        Coming { on: self.due, quantity, supply: self.id.clone() }
    }
}

/// What was taken from a supply.
#[derive(Debug, Clone)]
pub(super) struct Coming {
    pub on: Date,
    pub quantity: Quantity,
    pub supply: SupplyId,
}

impl<'s> Pool<'s> {
    /// The stock of products at a moment, without what is held at all.
    pub fn of(inventory: &'s Inventory, state: &'s StockState, at: Timestamp, products: &[&'s ProductId]) -> Self {
        let mut pool = Self { inventory, today: at.date(), now: Map::default(), later: Map::default() };
        for product in products {
            let mut now = Now::default();
            for (rank, (location, active)) in inventory.locations().enumerate() {
                if active {
                    let usable = usable(inventory, state, product, location, pool.today).or_zero();
                    now.free.insert(rank, usable.saturating_sub(inventory.safety_stock(product, location)));
                }
            }
            pool.now.insert(product, now);
            let mut lots: Vec<Lot<'s>> = state.expected(product).filter_map(|supply| pool.lot(supply)).collect();
            sort::by(&mut lots, |one, other| (one.due, one.id).cmp(&(other.due, other.id)));
            pool.later.insert(product, lots);
        }
        pool
    }

    fn lot(&self, supply: &'s super::super::expected::ExpectedSupply) -> Option<Lot<'s>> {
        let rank = self.inventory.rank(&supply.location)?;
        let pegged_to = supply.pegged_to.as_ref().map(|peg| &peg.demand);
        // What is overdue has not come: it may come today at the earliest.
        let due = supply.due.max(self.today);
        self.inventory.is_active(&supply.location).then_some(Lot { id: &supply.id, due, rank, pegged_to, open: supply.open })
    }

    pub const fn inventory(&self) -> &'s Inventory {
        self.inventory
    }

    pub const fn today(&self) -> Date {
        self.today
    }

    /// What is held stays held.
    pub fn keep(&mut self, product: &ProductId, location: &LocationId, quantity: Quantity) {
        let Some(rank) = self.inventory.rank(location) else { return };
        if let Some(free) = self.now.get_mut(product).and_then(|now| now.free.get_mut(&rank)) {
            *free = free.saturating_sub(quantity);
        }
    }

    /// All is kept that will be; what is left is shared out, less the threshold of each product.
    pub fn close(&mut self) {
        for (product, now) in &mut self.now {
            let free: Quantity = now.free.values().map(|free| free.or_zero()).sum();
            now.left = free.saturating_sub(self.inventory.sku_threshold(product)).or_zero();
        }
    }

    /// Takes up to `wanted` of what lies at a location.
    pub fn take_at(&mut self, product: &ProductId, rank: usize, wanted: Quantity) -> Quantity {
        let Some(now) = self.now.get_mut(product) else { return Quantity::ZERO };
        let Some(free) = now.free.get_mut(&rank) else { return Quantity::ZERO };
        let taken = free.or_zero().min(now.left).min(wanted).or_zero();
        *free = free.saturating_sub(taken);
        now.left = now.left.saturating_sub(taken);
        taken
    }

    /// Where a reservation may take stock from, in order of preference: where it has some already, then by priority.
    pub fn route(&self, reservation: &Reservation) -> Vec<usize> {
        let own = reservation.parts.iter().filter(|part| part.open.is_positive()).filter_map(|part| self.inventory.rank(&part.location));
        let mut route: Vec<usize> = own.collect();
        for rank in 0..self.inventory.names().len() {
            if !route.contains(&rank) {
                route.push(rank);
            }
        }
        route.retain(|rank| self.may_come_from(reservation, *rank));
        route
    }

    fn may_come_from(&self, reservation: &Reservation, rank: usize) -> bool {
        let Some(whole) = &reservation.location else { return true };
        self.inventory.rank(whole).is_some_and(|whole| self.inventory.is_within(rank, whole))
    }

    /// Takes up to `missing` of what is expected until a day, of one supply only where one is named. What nobody else may have goes
    /// first, then what comes last: what comes early is of use to more of the others.
    pub fn take_until(&mut self, reservation: &Reservation, on: Date, supply: Option<&SupplyId>, missing: Quantity) -> Vec<Coming> {
        let named = |lot: &Lot<'_>| supply.is_none_or(|supply| lot.id == supply);
        let mut lots: Vec<&mut Lot<'s>> = self.lots_for(reservation).filter(|lot| lot.due <= on && named(lot)).collect();
        sort::by(&mut lots, |one, other| (other.pegged_to.is_some(), other.due).cmp(&(one.pegged_to.is_some(), one.due)));
        let mut coming = Vec::new();
        let mut missing = missing;
        for lot in lots {
            let quantity = lot.take(missing);
            missing = missing.saturating_sub(quantity);
            if quantity.is_positive() {
                coming.push(lot.coming(quantity));
            }
        }
        coming
    }

    /// Takes up to `wanted(day)` of what is expected, the earliest first; of one day, first as much of each supply as the demand `had`
    /// of it. `wanted` is asked with the day of each supply and what was taken before it.
    pub fn take_later(
        &mut self,
        reservation: &Reservation,
        had: impl Fn(&SupplyId) -> Quantity,
        wanted: impl Fn(Date, Quantity) -> Quantity,
    ) -> Vec<Coming> {
        let mut lots: Vec<(&mut Lot<'s>, Quantity)> = self.lots_for(reservation).map(|lot| (lot, Quantity::ZERO)).collect();
        let mut before = Quantity::ZERO;
        for day in lots.chunk_by_mut(|(one, _), (other, _)| one.due == other.due) {
            for own in [true, false] {
                for (lot, sum) in day.iter_mut() {
                    let missing = wanted(lot.due, before);
                    let taken = lot.take(if own { missing.min(had(lot.id)) } else { missing });
                    before = before.saturating_add(taken);
                    *sum = sum.saturating_add(taken);
                }
            }
        }
        lots.into_iter().filter(|(_, sum)| sum.is_positive()).map(|(lot, sum)| lot.coming(sum)).collect()
    }

    /// The supplies that a reservation may take from, the earliest first.
    fn lots_for(&mut self, reservation: &Reservation) -> impl Iterator<Item = &mut Lot<'s>> {
        let inventory = self.inventory;
        let whole = reservation.location.as_ref().map(|whole| inventory.rank(whole));
        // Which lot or whose goods will come is not known.
        let any_will_do = reservation.removal.as_deref().is_none_or(|terms| !terms.names_stock());
        let fits = move |lot: &Lot<'_>| {
            let place = whole.is_none_or(|whole| whole.is_some_and(|whole| inventory.is_within(lot.rank, whole)));
            any_will_do && place && lot.pegged_to.is_none_or(|demand| *demand == reservation.demand)
        };
        self.later.get_mut(&reservation.product).into_iter().flatten().filter(move |lot| fits(lot))
    }

    /// Gives back what was taken from supplies.
    pub fn give_back(&mut self, product: &ProductId, coming: &[Coming]) {
        for back in coming {
            if let Some(lot) = self.later.get_mut(product).into_iter().flatten().find(|lot| *lot.id == back.supply) {
                lot.open = lot.open.saturating_add(back.quantity);
            }
        }
    }

    /// The name of a location.
    pub fn name(&self, rank: usize) -> Option<&'s LocationId> {
        self.inventory.names().get(rank)
    }
}
