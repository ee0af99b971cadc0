//! Stock at a location as `availability` shows it.

use super::survey::{Ask, Judge, counts};
use crate::id::{LocationId, ProductId};
use crate::inventory::availability::{AvailabilityQuery, LotAvailability};
use crate::inventory::dimensions::StockDimensions;
use crate::inventory::supply::Supply;
use crate::quantity::Quantity;

/// What lies at a location besides plain stock.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::inventory) struct Beside {
    pub on_hand: Quantity,
    pub held: Quantity,
    /// What of it nobody may have.
    pub unusable: Quantity,
    /// By how much lots are held beyond what is there of them.
    pub over_reserved: Quantity,
}

impl Supply<'_> {
    pub fn beside_plain(&self, product: &ProductId, location: &LocationId) -> Beside {
        let mut sums = Beside::default();
        let Some((details, place)) = self.state.details(product).zip(self.state.locations.get_index_of(location)) else { return sums };
        let (policy, today) = (self.inventory.removal_of(product), self.at.date());
        for (stock, counters) in details.at(place) {
            let held = self.held_of(product, location, stock);
            sums.on_hand = sums.on_hand.saturating_add(counters.on_hand);
            sums.held = sums.held.saturating_add(held);
            sums.over_reserved = sums.over_reserved.saturating_add(held.saturating_sub(counters.on_hand).or_zero());
            if !counts(policy, stock, details.facts(stock), today) {
                sums.unusable = sums.unusable.saturating_add(counters.on_hand);
            }
        }
        sums
    }

    /// What lies at a location lot by lot, plain stock first.
    pub fn lots_at(&self, query: AvailabilityQuery<'_>, location: &LocationId) -> Vec<LotAvailability> {
        let AvailabilityQuery { product, removal: terms, .. } = query;
        let judge = Judge::of(self, Ask { product, terms, wanted_on: None });
        let details = self.state.details(product).zip(self.state.locations.get_index_of(location));
        let told_apart = details.into_iter().flat_map(|(details, place)| details.at(place));
        let told_apart = told_apart.map(|(stock, counters)| (stock.clone(), counters));
        let plain = (StockDimensions::default(), self.state.counters(product, location));
        let lot = |(stock, counters): (StockDimensions, crate::inventory::state::Counters)| {
            let facts = self.state.details(product).and_then(|details| details.facts(&stock));
            let held = self.held_of(product, location, &stock);
            let code = judge.objection(Some(&stock), facts);
            let free = counters.on_hand.saturating_sub(held).or_zero();
            LotAvailability {
                stock,
                on_hand: counters.on_hand,
                held,
                available: if code.is_none() { free } else { Quantity::ZERO },
                facts: facts.cloned().unwrap_or_default(),
                code: code.map(Into::into),
            }
        };
        let there = |lot: &LotAvailability| !lot.on_hand.is_zero() || !lot.held.is_zero();
        std::iter::once(plain).chain(told_apart).map(lot).filter(there).collect()
    }
}
