//! Picking: which stock gives what.

use std::cmp::Ordering;

use super::def::{ConsignedStock, RemovalStrategy, UndatedStock};
use super::packages::fewest_packages;
use super::survey::{Ask, Found, Judge, PassedOver};
use crate::id::Map;
use crate::inventory::dimensions::StockDimensions;
use crate::inventory::rows::Stop;
use crate::inventory::supply::{Free, KeptBack, Supply, Taken, adjust};
use crate::quantity::Quantity;
use crate::report::InventoryCode;
use crate::sort;

/// How much each location can still give, by rank.
pub(super) type Room = Map<usize, Quantity>;

/// How much of which of the stock that was found.
pub(super) type Picks = Vec<(usize, Quantity)>;

impl<'s> Supply<'s> {
    /// Takes up to `wanted` of a product along the route, as [`Supply::take`], from the stock that fits; `part` hears the rank of the
    /// location, the quantity, and what tells the stock apart, nothing for plain stock.
    pub fn pick(
        &mut self,
        ask: Ask<'_>,
        shelf: usize,
        wanted: Quantity,
        mut part: impl FnMut(usize, Quantity, Option<&StockDimensions>),
    ) -> Taken {
        if self.is_plain(ask, shelf) {
            return self.take(ask.product, shelf, wanted, |rank, quantity| part(rank, quantity, None));
        }
        self.pick_only(ask, shelf, wanted, |_| true, part)
    }

    /// The same, of the stock that is named alone; what is named does not widen the terms of the one who asks.
    pub fn pick_only(
        &mut self,
        ask: Ask<'_>,
        shelf: usize,
        wanted: Quantity,
        named: impl Fn(Option<&StockDimensions>) -> bool,
        mut part: impl FnMut(usize, Quantity, Option<&StockDimensions>),
    ) -> Taken {
        // 1. What there is, and what of it fits.
        let judge = Judge::of(self, ask);
        let found = self.survey(&judge, shelf);
        // 2. How much each location can give, and all together.
        let kept = self.kept_for(&judge, ask, shelf);
        let mut room = self.room(&judge, ask, &found, kept.as_ref());
        let available = obtainable(&found, &room, kept.as_ref());
        // 3. Which goes first.
        let mut fit: Vec<Found<'s>> = found.into_iter().filter(|found| found.fits() && named(found.stock)).collect();
        sort::by(&mut fit, |one, other| in_order(&judge, one, other));
        // 4. Take.
        let picks = pick_in_turn(&judge, &fit, &mut room, wanted.min(available));
        let mut taken = Taken { available, quantity: Quantity::ZERO };
        for (found, quantity) in picks.iter().filter_map(|(index, quantity)| Some((fit.get(*index)?, *quantity))) {
            taken.quantity = taken.quantity.saturating_add(quantity);
            part(found.rank, quantity, found.stock);
            self.remember(shelf, found, quantity);
        }
        taken
    }

    /// How much of the stock that fits the route has.
    pub fn available_for(&mut self, ask: Ask<'_>) -> Quantity {
        let shelf = self.state.shelves.get_index_of(ask.product);
        shelf.map_or(Quantity::ZERO, |shelf| self.pick(ask, shelf, Quantity::ZERO, |_, _, _| {}).available)
    }

    /// What can be taken at each location of the route on the terms of one who asks, and at all of them together.
    pub fn free_for(&self, ask: Ask<'_>) -> Free {
        let shelf = self.state.shelves.get_index_of(ask.product).filter(|shelf| !self.is_plain(ask, *shelf));
        let Some(shelf) = shelf.filter(|_| !self.is_untracked(ask.product)) else { return self.free_along(ask.product) };
        let judge = Judge::of(self, ask);
        let found = self.survey(&judge, shelf);
        let kept = self.kept_for(&judge, ask, shelf);
        let room = self.room(&judge, ask, &found, kept.as_ref());
        let fits = fitting(&found);
        let at = |(rank, _): &Stop| {
            let of = |room: &Room| room.get(rank).copied().unwrap_or_default();
            (*rank, of(&room).min(of(&fits)))
        };
        Free { at: self.route.iter().map(at).collect(), together: kept.as_ref().map(|kept| kept.left.saturating_add(besides(&found))) }
    }

    /// Whether there is nothing to choose from: the stock of the product is not told apart, and any will do.
    pub fn is_plain(&self, ask: Ask<'_>, shelf: usize) -> bool {
        ask.terms.is_none()
            && self.state.shelves.get_index(shelf).is_none_or(|(_, stock)| stock.details.is_none())
            && self.inventory.tracking(ask.product).is_none()
    }

    /// What is there along the route and was not taken because something stands against it; what is held for others last.
    pub fn passed_over(&self, ask: Ask<'_>) -> Vec<PassedOver> {
        let Some(shelf) = self.state.shelves.get_index_of(ask.product).filter(|shelf| !self.is_plain(ask, *shelf)) else {
            return Vec::new();
        };
        let found = self.survey(&Judge::of(self, ask), shelf);
        found.into_iter().filter_map(|found| self.explain(&found)).collect()
    }

    /// Which of the stock along the route meets the terms of one who asks, in an order that is the same for all who ask for the product.
    pub fn which_fit(&self, ask: Ask<'_>) -> Vec<bool> {
        let Some(shelf) = self.state.shelves.get_index_of(ask.product) else { return Vec::new() };
        let found = self.survey(&Judge::of(self, ask), shelf);
        found.iter().map(|found| found.fits() || found.objection == Some(InventoryCode::HeldForOthers)).collect()
    }

    fn explain(&self, found: &Found<'_>) -> Option<PassedOver> {
        Some(PassedOver {
            location: self.inventory.names().get(found.rank)?.clone(),
            stock: found.stock.cloned().unwrap_or_default(),
            on_hand: found.on_hand,
            free: found.free,
            expires_on: found.expires_on(),
            code: found.objection?.into(),
        })
    }

    /// What the threshold and the queue keep back from one who asks.
    fn kept_for(&self, judge: &Judge<'_>, ask: Ask<'_>, shelf: usize) -> Option<KeptBack> {
        let (_, stock) = self.state.shelves.get_index(shelf).filter(|_| !judge.asks_for_owner())?;
        self.kept_back(self.inventory.item(ask.product), shelf, stock)
    }

    /// How much each location can give: what is free of all that counts, less what is kept back there.
    fn room(&self, judge: &Judge<'_>, ask: Ask<'_>, found: &[Found<'_>], kept: Option<&KeptBack>) -> Room {
        let mut room = Room::default();
        for found in found.iter().filter(|found| found.counts || found.fits()) {
            let sum = room.entry(found.rank).or_default();
            *sum = sum.saturating_add(found.free);
        }
        if judge.asks_for_owner() {
            return room;
        }
        let item = self.inventory.item(ask.product);
        for (rank, room) in &mut room {
            let claimed = kept.map_or(Quantity::ZERO, |kept| kept.claimed_at(*rank));
            *room = room.saturating_sub(self.inventory.safety_at(item, *rank)).or_zero().saturating_sub(claimed).or_zero();
        }
        room
    }

    fn remember(&mut self, shelf: usize, found: &Found<'_>, quantity: Quantity) {
        match found.stock {
            None => adjust(self.adjusted.entry(shelf).or_default(), found.location, quantity.negated()),
            Some(stock) => self.adjust_special(shelf, (found.location, stock.clone()), quantity.negated()),
        }
    }
}

/// How much of what fits can be had at all locations together.
fn obtainable(found: &[Found<'_>], room: &Room, kept: Option<&KeptBack>) -> Quantity {
    let fits = fitting(found);
    let sum: Quantity = fits.iter().map(|(rank, free)| room.get(rank).copied().unwrap_or_default().min(*free)).sum();
    kept.map_or(sum, |kept| sum.min(kept.left.saturating_add(besides(found))))
}

/// What fits although it does not count for others: nothing of it is kept back.
fn besides(found: &[Found<'_>]) -> Quantity {
    found.iter().filter(|found| found.fits() && !found.counts).map(|found| found.free).sum()
}

/// What fits, by the rank of its location.
fn fitting(found: &[Found<'_>]) -> Room {
    let mut fits = Room::default();
    for found in found.iter().filter(|found| found.fits()) {
        let sum = fits.entry(found.rank).or_default();
        *sum = sum.saturating_add(found.free);
    }
    fits
}

/// Takes from what stands in order.
fn pick_in_turn(judge: &Judge<'_>, fit: &[Found<'_>], room: &mut Room, wanted: Quantity) -> Picks {
    if judge.strategy == RemovalStrategy::LeastPackages {
        return fewest_packages(fit, |one, other| class(judge, one) == class(judge, other), room, wanted);
    }
    let (mut picks, mut missing) = (Picks::new(), wanted);
    for (index, found) in fit.iter().enumerate() {
        let quantity = missing.min(found.free).min(room.get(&found.rank).copied().unwrap_or_default());
        if quantity.is_positive() {
            missing = missing.saturating_sub(quantity);
            give(room, found.rank, quantity);
            picks.push((index, quantity));
        }
    }
    picks
}

/// A location has given a quantity.
pub(super) fn give(room: &mut Room, rank: usize, quantity: Quantity) {
    if let Some(room) = room.get_mut(&rank) {
        *room = room.saturating_sub(quantity);
    }
}

/// What goes before all strategies: the lot that was asked for, one's own stock, the locations in their order.
fn class(judge: &Judge<'_>, found: &Found<'_>) -> (bool, bool, usize) {
    let lot = found.stock.and_then(|stock| stock.lot.as_ref());
    let is_other = judge.terms.is_some_and(|terms| terms.lot.is_some()) && lot.is_none();
    let is_consigned = found.stock.is_some_and(|stock| stock.owner.is_some());
    let place = match judge.strategy {
        RemovalStrategy::Closest => found.step,
        RemovalStrategy::LocationPriority => found.rank,
        _ => found.whole,
    };
    (is_other, is_consigned && judge.policy.consigned == ConsignedStock::Last, place)
}

fn in_order(judge: &Judge<'_>, one: &Found<'_>, other: &Found<'_>) -> Ordering {
    let by_strategy = || match judge.strategy {
        RemovalStrategy::Lifo => largest_first(received(one), received(other)),
        RemovalStrategy::Fefo => by_expiry(judge, one, other),
        RemovalStrategy::LowestCost => known_first(cost(one), cost(other)),
        RemovalStrategy::HighestCost => largest_first(cost(one), cost(other)),
        _ => Ordering::Equal,
    };
    let lot = |found: &Found<'_>| found.stock.map(|stock| (stock.lot.clone(), stock.serial.clone()));
    class(judge, one)
        .cmp(&class(judge, other))
        .then_with(by_strategy)
        .then_with(|| known_first(received(one), received(other)))
        .then_with(|| known_first(lot(one), lot(other)))
        .then_with(|| (one.step, one.stock).cmp(&(other.step, other.stock)))
}

/// What has no date stands where the policy says.
fn by_expiry(judge: &Judge<'_>, one: &Found<'_>, other: &Found<'_>) -> Ordering {
    if judge.policy.undated == UndatedStock::First {
        return one.expires_on().cmp(&other.expires_on());
    }
    known_first(one.expires_on(), other.expires_on())
}

fn received(found: &Found<'_>) -> Option<crate::time::Date> {
    found.facts.and_then(|facts| facts.received_on)
}

fn cost(found: &Found<'_>) -> Option<crate::money::Decimal> {
    found.facts.and_then(|facts| facts.unit_cost)
}

/// The smaller first; what is not known last.
fn known_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    one.is_none().cmp(&other.is_none()).then_with(|| one.cmp(&other))
}

/// The larger first; what is not known last.
fn largest_first<T: Ord>(one: Option<T>, other: Option<T>) -> Ordering {
    one.is_none().cmp(&other.is_none()).then_with(|| other.cmp(&one))
}
