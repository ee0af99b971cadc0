//! Carrying a plan out where stock is told apart: a plan says how much is held where, and here it is chosen of which lots.

use std::collections::BTreeMap;

use super::super::decide::Ground;
use super::super::dimensions::StockDimensions;
use super::super::part::StockPart;
use super::super::removal::Ask;
use super::super::reservation::{Reservation, ReservationPart};
use super::apply::{Move, ReallocateStock, inactive, insufficient};
use crate::id::{LocationId, ProductId, Set};
use crate::quantity::Quantity;
use crate::report::Refusal;

/// How much of each lot is there for the reservations of a plan, whatever they hold of it now.
pub(super) struct Backed<'g> {
    ground: &'g Ground<'g>,
    planned: Vec<&'g Reservation>,
    left: BTreeMap<(ProductId, LocationId, StockDimensions), Quantity>,
}

impl<'g> Backed<'g> {
    pub fn of(ground: &'g Ground<'_>, action: &ReallocateStock) -> Self {
        let planned = action.reservations.iter().filter_map(|moved| ground.state.reservation(&moved.id)).collect();
        Self { ground, planned, left: BTreeMap::new() }
    }

    /// What of a quantity a reservation keeps of a part: of a lot not more than is there. Plain stock is all the same.
    pub fn keep(&mut self, reservation: &Reservation, part: &ReservationPart, wanted: Quantity) -> Quantity {
        let Some(stock) = part.dimensions() else { return wanted };
        let there = self.there(&reservation.product, &part.location, &stock);
        let left = self.left.entry((reservation.product.clone(), part.location.clone(), stock)).or_insert(there);
        let kept = wanted.min(left.or_zero());
        *left = left.saturating_sub(kept);
        kept
    }

    /// What is there of a lot, less what others hold of it.
    fn there(&self, product: &ProductId, location: &LocationId, stock: &StockDimensions) -> Quantity {
        let on_hand = self.ground.state.counters_of(product, location, stock).on_hand;
        let held = self.ground.supply().held_of(product, location, stock);
        let is_of = |part: &&ReservationPart| part.location == *location && part.dimensions().as_ref() == Some(stock);
        let planned = self.planned.iter().filter(|planned| planned.product == *product);
        let own: Quantity = planned.flat_map(|planned| &planned.parts).filter(is_of).map(|part| part.open).sum();
        on_hand.saturating_sub(held).saturating_add(own)
    }
}

/// Which lots are taken, where stock is told apart: from what is there when all has been given back.
pub(super) fn choose_lots<'s>(ground: &Ground<'s>, moves: Vec<Move<'s>>) -> Result<Vec<Move<'s>>, Refusal> {
    let mut supply = ground.supply().past_queue();
    let mut exact: Set<&ProductId> = Set::default();
    for change in &moves {
        let product = &change.reservation.product;
        supply.give_back(product, &change.loses);
        if change.exact {
            exact.insert(product);
            ground.state.shelves.get_index_of(product).into_iter().for_each(|shelf| supply.share(shelf));
        }
    }
    let mut chosen = Vec::with_capacity(moves.len());
    for change in moves {
        let Reservation { product, removal, wanted_on, .. } = change.reservation;
        let ask = Ask { product, terms: removal.as_deref(), wanted_on: *wanted_on };
        let shelf = ground.state.shelves.get_index_of(product);
        let Some(shelf) = shelf.filter(|shelf| exact.contains(product) || !supply.is_plain(ask, *shelf)) else {
            chosen.push(change);
            continue;
        };
        let mut gains = Vec::new();
        for wanted in change.gains {
            let location = wanted.location.clone();
            if !ground.inventory.is_active(&location) {
                return Err(inactive(&location));
            }
            supply = supply.at_one(&location);
            let named = wanted.dimensions();
            let taken = supply.pick_only(
                ask,
                shelf,
                wanted.quantity,
                |stock| !change.exact || stock == named.as_ref(),
                |_, quantity, stock| gains.push(StockPart::of(location.clone(), quantity, stock)),
            );
            if taken.quantity < wanted.quantity {
                return Err(insufficient(product, &wanted, if change.exact { taken.quantity } else { taken.available }));
            }
        }
        chosen.push(Move { gains, ..change });
    }
    Ok(chosen)
}
