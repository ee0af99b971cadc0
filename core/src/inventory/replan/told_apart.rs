//! What can be given of products whose stock is told apart, or of which a reservation takes special stock: to each reservation what meets its
//! terms.

use super::super::compile::Inventory;
use super::super::part::StockPart;
use super::super::removal::{Ask, PassedOver};
use super::super::reservation::Reservation;
use super::super::state::StockState;
use super::super::supply::Supply;
use crate::id::{LocationId, ProductId, Set};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// The stock as reservations take from it one after the other.
pub(super) struct ToldApart<'s> {
    /// Along the locations of one reservation at a time.
    supply: Supply<'s>,
    products: Set<&'s ProductId>,
}

fn ask(reservation: &Reservation) -> Ask<'_> {
    Ask { product: &reservation.product, terms: reservation.removal.as_deref(), wanted_on: reservation.wanted_on }
}

impl<'s> ToldApart<'s> {
    /// The products that need it of those that are reserved; what is held is still held.
    pub fn of(inventory: &'s Inventory, state: &'s StockState, at: Timestamp, reserved: impl Iterator<Item = &'s Reservation>) -> Self {
        let mut supply = Supply::at(inventory, state, at).past_queue();
        let mut products = Set::default();
        for reservation in reserved {
            let Some(shelf) = state.shelves.get_index_of(&reservation.product) else { continue };
            let is_special = reservation.parts.iter().any(|part| part.dimensions().is_some());
            if (is_special || !supply.is_plain(ask(reservation), shelf)) && products.insert(&reservation.product) {
                supply.share(shelf);
            }
        }
        Self { supply, products }
    }

    pub fn has(&self, product: &ProductId) -> bool {
        self.products.contains(product)
    }

    /// What a reservation holds is free.
    pub fn give_back(&mut self, reservation: &Reservation) {
        let parts: Vec<StockPart> = reservation.parts.iter().map(|part| part.with(part.open)).collect();
        if self.has(&reservation.product) {
            self.supply.give_back(&reservation.product, &parts);
        }
    }

    /// Holds again what a reservation holds, as far as it is there; what that is, on its terms or not.
    pub fn keep(&mut self, reservation: &Reservation) -> Vec<StockPart> {
        let mut kept = Vec::new();
        for part in reservation.parts.iter().filter(|part| part.open.is_positive()) {
            let stock = part.dimensions().unwrap_or_default();
            let counters = self.supply.state.counters_of(&reservation.product, &part.location, &stock);
            let held = self.supply.held_of(&reservation.product, &part.location, &stock);
            let there = part.open.min(counters.on_hand.saturating_sub(held)).or_zero();
            self.supply.give_back(&reservation.product, &[part.with(there.negated())]);
            kept.push(part.with(there));
        }
        kept
    }

    /// Takes up to so much of the very stock that a reservation held, as far as it meets its terms.
    pub fn take_again(&mut self, reservation: &Reservation, most: Quantity) -> Vec<StockPart> {
        let mut taken = Vec::new();
        let mut missing = most;
        for part in &reservation.parts {
            self.look(|supply| supply.at_one(&part.location));
            self.keep_within(reservation.location.as_ref());
            let stock = part.dimensions();
            let again = self.take(reservation, missing.min(part.open), Some(stock.as_ref()));
            missing = missing.saturating_sub(again.iter().map(|part| part.quantity).sum());
            taken.extend(again);
        }
        taken
    }

    /// Takes up to so much of what meets the terms of a reservation.
    pub fn take_any(&mut self, reservation: &Reservation, most: Quantity) -> Vec<StockPart> {
        self.look(|supply| supply.within(reservation.location.as_ref()));
        self.take(reservation, most, None)
    }

    /// What is there where a reservation may take from, and was not taken.
    pub fn passed_over(&mut self, reservation: &Reservation) -> Vec<PassedOver> {
        if !self.has(&reservation.product) {
            return Vec::new();
        }
        self.look(|supply| supply.within(reservation.location.as_ref()));
        self.supply.passed_over(ask(reservation))
    }

    fn take(
        &mut self,
        reservation: &Reservation,
        most: Quantity,
        only: Option<Option<&super::super::dimensions::StockDimensions>>,
    ) -> Vec<StockPart> {
        let mut taken = Vec::new();
        let Some(shelf) = self.supply.state.shelves.get_index_of(&reservation.product) else { return taken };
        let names = self.supply.inventory.names();
        let named = |stock: Option<&_>| only.is_none_or(|only| stock == only);
        self.supply.pick_only(ask(reservation), shelf, most.or_zero(), named, |rank, quantity, stock| {
            taken.extend(names.get(rank).map(|location| StockPart::of(location.clone(), quantity, stock)));
        });
        taken
    }

    fn look(&mut self, along: impl FnOnce(Supply<'s>) -> Supply<'s>) {
        let Supply { inventory, state, at, .. } = self.supply;
        let supply = std::mem::replace(&mut self.supply, Supply::at(inventory, state, at));
        self.supply = along(supply);
    }

    fn keep_within(&mut self, whole: Option<&LocationId>) {
        let Some(whole) = whole else { return };
        let inventory = self.supply.inventory;
        let whole = inventory.rank(whole);
        self.supply.route.retain(|(rank, _)| whole.is_some_and(|whole| inventory.is_within(*rank, whole)));
    }
}
