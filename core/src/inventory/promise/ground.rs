//! What a promise is judged by: the days that count, and what comes and goes of a product.

use super::calendar::shift;
use super::compile::PromisePolicy;
use super::request::DatedDemand;
use super::timeline::{Delta, Origin, in_order};
use crate::id::{DemandId, LocationId, Ordinal, ProductId, ReservationId, Set};
use crate::inventory::compile::Inventory;
use crate::inventory::expected::{Due, ExpectSupply};
use crate::inventory::plan::not_positive;
use crate::inventory::removal::days_of_expiry;
use crate::inventory::state::StockState;
use crate::inventory::supply::Supply;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Diagnostics, Error, InventoryCode, LimitCode, Path};
use crate::time::{Date, TimeError, Timestamp, Workdays};

/// The stock, and what stands beside it in a request.
pub(super) struct Beside<'r> {
    pub state: &'r StockState,
    pub at: Timestamp,
    pub today: Option<Date>,
    pub replaces: &'r [ReservationId],
    pub supplies: &'r [ExpectSupply],
    pub demands: &'r [DatedDemand],
    /// Demands that are promised anew: what was promised to them does not count.
    pub anew: Set<&'r DemandId>,
}

/// What a promise is judged by.
pub(super) struct Ground<'r> {
    pub inventory: &'r Inventory,
    pub policy: &'r PromisePolicy,
    pub beside: Beside<'r>,
    pub today: Date,
    /// From this day on there is as much as anyone wants.
    pub horizon: Option<Date>,
    stock: Supply<'r>,
    /// By the number of a location in the state: its rank and that of the whole that it is a part of; none where it is not active.
    ranks: Vec<Option<Place>>,
    supply: Overdue,
    demand: Overdue,
}

/// A location, and the whole of which it is a part: itself when it is a part of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub rank: Ordinal,
    pub whole: Ordinal,
}

/// What becomes of what is overdue.
#[derive(Debug, Clone, Copy)]
struct Overdue {
    /// Earlier than this it does not count any more.
    from: Option<Date>,
    /// It is taken to be on this day.
    on: Date,
}

impl<'r> Ground<'r> {
    /// # Errors
    /// [`Error`] when a day lies outside the calendar.
    pub fn lay(inventory: &'r Inventory, beside: Beside<'r>, calendar: Option<&Workdays>) -> Result<Self, Error> {
        let policy = inventory.promise();
        let today = beside.today.unwrap_or_else(|| beside.at.date());
        let calendar = calendar.or(policy.calendar.as_ref());
        let day = |days: i32| shift(calendar, today, days).map_err(out_of_range);
        let fence = |days: Option<i32>| days.map(|days| day(days.saturating_neg())).transpose();
        Ok(Self {
            today,
            horizon: policy.infinite_supply_after.map(day).transpose()?,
            stock: Supply::at(inventory, beside.state, beside.at).without(beside.replaces),
            ranks: beside.state.locations.iter().map(|location| place(inventory, location)).collect(),
            supply: Overdue { from: fence(policy.backward_supply_fence)?, on: day(policy.delayed_supply_offset)? },
            demand: Overdue { from: fence(policy.backward_demand_fence)?, on: day(policy.delayed_demand_offset)? },
            inventory,
            policy,
            beside,
        })
    }

    /// What is wrong with what stands beside the state.
    pub fn check(&self, problems: &mut Diagnostics) {
        let path = Path::ROOT.field("supplies");
        for (index, supply) in self.beside.supplies.iter().enumerate() {
            let here = path.index(index);
            self.check_entry(supply.quantity, Some(&supply.location), &here, problems);
            let twice = self.beside.supplies.iter().take(index).any(|earlier| earlier.id == supply.id);
            if twice || self.beside.state.supply(&supply.id).is_some() {
                let message = format!("the supply `{}` is given twice, or stands in the state; keep one of them", supply.id);
                problems.error(InventoryCode::SupplyExists, &here.field("id"), message);
            }
        }
        let path = Path::ROOT.field("demands");
        for (index, demand) in self.beside.demands.iter().enumerate() {
            self.check_entry(demand.quantity, demand.location.as_ref(), &path.index(index), problems);
        }
    }

    pub fn check_entry(&self, quantity: Quantity, location: Option<&LocationId>, path: &Path<'_>, problems: &mut Diagnostics) {
        if !quantity.is_positive() {
            problems.push(not_positive(quantity, &path.field("quantity")));
        }
        if let Some(location) = location.filter(|location| self.inventory.rank(location).is_none()) {
            problems.push(self.inventory.unknown_location(location, &path.field("location")));
        }
    }

    /// Dates are promised by whole locations, not by their parts.
    pub fn check_location(&self, location: Option<&LocationId>, path: &Path<'_>, problems: &mut Diagnostics) {
        let Some(location) = location else { return };
        let Some(rank) = self.inventory.rank(location) else {
            problems.push(self.inventory.unknown_location(location, &path.field("location")));
            return;
        };
        let whole = self.inventory.names().get(self.inventory.whole(rank)).filter(|whole| *whole != location);
        if let Some(whole) = whole {
            let message = format!("`{location}` is a part of `{whole}`, and dates are promised by whole locations; write `{whole}`");
            problems.error(InventoryCode::PartOfLocation, &path.field("location"), message);
        }
    }

    /// The rank of the whole that a location is, or is a part of; none when it is not active.
    pub fn whole(&self, location: &LocationId) -> Option<usize> {
        place(self.inventory, location).map(|place| place.whole.index())
    }

    /// The active locations that are a part of no other, by rank.
    pub fn wholes(&self) -> impl Iterator<Item = usize> {
        let named = self.inventory.locations().filter_map(|(location, _)| place(self.inventory, location));
        named.filter(|place| place.rank == place.whole).map(|place| place.rank.index())
    }

    pub fn places(&self) -> usize {
        self.inventory.names().len()
    }

    /// What comes and goes of a product but for the lines, in order. Of what is there only that counts which has not expired on a day.
    pub fn deltas(&self, product: &ProductId, on: Date) -> Vec<Delta> {
        let due = self.due(product);
        let mut deltas = Vec::with_capacity(due.len().saturating_add(self.places()));
        // 1. What is there and free, location by location.
        deltas.extend(self.free(product, on));
        // 2. What is on its way for anyone.
        self.push_expected(due, &mut deltas);
        let given = self.beside.supplies.iter().enumerate().filter(|(_, supply)| supply.product == *product && supply.pegged_to.is_none());
        deltas.extend(given.filter_map(|(number, supply)| self.given(number, supply)));
        // 3. What others need of it.
        self.push_demands(product, &mut deltas);
        in_order(&mut deltas);
        deltas
    }

    /// The days after today from which lots of a product do not count any more, in order.
    pub fn days_of_expiry(&self, product: &ProductId) -> Vec<Date> {
        let mut days = days_of_expiry(self.inventory, self.beside.state, product);
        days.retain(|day| *day > self.today && self.horizon.is_none_or(|horizon| *day < horizon));
        days
    }

    /// Whether a product has stock that may expire.
    pub fn has_lots(&self, product: &ProductId) -> bool {
        self.beside.state.details(product).is_some()
    }

    fn free<'g>(&'g self, product: &'g ProductId, on: Date) -> impl Iterator<Item = Delta> + 'g {
        let places = self.inventory.locations().filter_map(|(location, _)| Some((location, place(self.inventory, location)?)));
        let free = places.map(move |(location, place)| {
            let free = self.stock.balance_on(product, location, on).saturating_sub(self.inventory.safety_stock(product, location));
            // What is missing at one part of a whole is not taken from the others.
            let quantity = if place.rank == place.whole { free } else { free.or_zero() };
            Delta::at(self.today, place, quantity, Origin::Stock)
        });
        let kept_back = self.inventory.sku_threshold(product).negated();
        let kept_back = Delta::new(self.today, None, kept_back, Origin::Stock);
        free.chain([kept_back]).filter(|delta| !delta.quantity.is_zero())
    }

    /// What is on its way for anyone: `due` is in order of day, so that only what is overdue is judged one by one.
    fn push_expected(&self, due: &[Due], deltas: &mut Vec<Delta>) {
        let overdue = due.partition_point(|due| due.day < self.today);
        for (number, due) in due.iter().enumerate().take(overdue).filter(|(_, due)| !due.pegged) {
            deltas.extend(self.expected(number, due));
        }
        let too_early = self.supply.from.map_or(0, |from| due.partition_point(|due| due.day < from));
        let in_time = self.horizon.map_or(due.len(), |horizon| due.partition_point(|due| due.day < horizon));
        let first = overdue.max(too_early);
        for (number, due) in (first..in_time).zip(due.get(first..in_time).unwrap_or_default()) {
            let Some(Some(place)) = self.ranks.get(due.location) else { continue };
            if !due.pegged && self.policy.counts(due.kind) {
                deltas.push(Delta::at(due.day, *place, due.quantity, Origin::Expected(Ordinal::of(number))));
            }
        }
    }

    fn expected(&self, number: usize, due: &Due) -> Option<Delta> {
        let place = self.ranks.get(due.location).copied().flatten()?;
        let day = self.day_of_supply(due.day, due.kind)?;
        Some(Delta::at(day, place, due.quantity, Origin::Expected(Ordinal::of(number))))
    }

    fn given(&self, number: usize, supply: &ExpectSupply) -> Option<Delta> {
        let place = place(self.inventory, &supply.location)?;
        let day = self.day_of_supply(supply.due, supply.kind)?;
        Some(Delta::at(day, place, supply.quantity, Origin::Supply(Ordinal::of(number))))
    }

    fn day_of_supply(&self, due: Date, kind: crate::inventory::SupplyKind) -> Option<Date> {
        if self.policy.counts(kind) { self.day(due, self.supply) } else { None }
    }

    /// The day on which something counts, if it does.
    fn day(&self, day: Date, overdue: Overdue) -> Option<Date> {
        let counts = overdue.from.is_none_or(|from| from <= day);
        let day = if day < self.today { overdue.on } else { day };
        (counts && self.horizon.is_none_or(|horizon| day < horizon)).then_some(day)
    }

    fn push_demands(&self, product: &ProductId, deltas: &mut Vec<Delta>) {
        for reservation in self.stock.waiting(product) {
            let wanted_on = reservation.wanted_on.unwrap_or(self.today);
            let needed =
                Needed { id: &reservation.demand, quantity: reservation.backordered, wanted_on, location: reservation.location.as_ref() };
            deltas.extend(self.needed(product, needed, || {
                self.beside.state.reservation_number(&reservation.id).map(|number| Origin::Waiting(Ordinal::of(number)))
            }));
        }
        for (number, demand) in self.beside.demands.iter().enumerate().filter(|(_, demand)| demand.product == *product) {
            let DatedDemand { id, quantity, wanted_on, location, .. } = demand;
            let needed = Needed { id, quantity: *quantity, wanted_on: *wanted_on, location: location.as_ref() };
            deltas.extend(self.needed(product, needed, || Some(Origin::Demand(Ordinal::of(number)))));
        }
    }

    /// What a demand takes of what is there for all: what comes for it alone does not count, nor what is promised anew.
    fn needed(&self, product: &ProductId, needed: Needed<'_>, origin: impl Fn() -> Option<Origin>) -> Option<Delta> {
        if self.beside.anew.contains(needed.id) {
            return None;
        }
        let day = self.day(needed.wanted_on, self.demand)?;
        let place = match needed.location {
            None => None,
            Some(location) => Some(self.whole(location)?),
        };
        let covered = self.pegged(product, needed.id).map(|pegged| pegged.quantity).sum();
        let quantity = needed.quantity.saturating_sub(covered).or_zero().negated();
        if quantity.is_zero() { None } else { Some(Delta::new(day, place, quantity, origin()?)) }
    }

    /// What is on its way for one demand alone, in order of day.
    pub fn pegged<'g>(&'g self, product: &'g ProductId, demand: &'g DemandId) -> impl Iterator<Item = Delta> + 'g {
        let is_for = move |peg: &Option<crate::inventory::SupplyPeg>| peg.as_ref().is_some_and(|peg| peg.demand == *demand);
        let state = self.due(product).iter().enumerate().filter(|(_, due)| due.pegged);
        let supply = |due: &Due| self.beside.state.supplies.numbered(due.supply);
        let state = state.filter(move |(_, due)| supply(due).is_some_and(|supply| is_for(&supply.pegged_to)));
        let given = self.beside.supplies.iter().enumerate();
        let given = given.filter(move |(_, supply)| supply.product == *product && is_for(&supply.pegged_to));
        state.filter_map(|(number, due)| self.expected(number, due)).chain(given.filter_map(|(number, supply)| self.given(number, supply)))
    }

    /// What is on its way of a product, in order of day.
    pub fn due(&self, product: &ProductId) -> &'r [Due] {
        self.beside.state.supplies.open(product)
    }
}

/// What a demand needs.
struct Needed<'d> {
    id: &'d DemandId,
    quantity: Quantity,
    wanted_on: Date,
    location: Option<&'d LocationId>,
}

/// Where a location stands; none when it is not active.
fn place(inventory: &Inventory, location: &LocationId) -> Option<Place> {
    let rank = inventory.rank(location).filter(|_| inventory.is_active(location))?;
    Some(Place { rank: Ordinal::of(rank), whole: Ordinal::of(inventory.whole(rank)) })
}

fn out_of_range(error: TimeError) -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("today"), error.to_string()).into()
}
