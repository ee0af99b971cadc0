//! What reserving would do beside taking: leave out the soft holds of the same demand, and let what is missing wait for stock.

use std::borrow::Cow;

use super::compile::Inventory;
use super::kit;
use super::plan::{Demand, DemandLine, ReservationPlan};
use super::reservation::Reservation;
use super::state::StockState;
use super::supply::Supply;
use crate::id::{Map, ProductId, ReservationId, Set};
use crate::quantity::Quantity;

/// The holds that do not count for a demand: those that it names, and the soft holds of what it is for, of the products of its lines.
pub(super) fn own_holds<'d>(inventory: &Inventory, state: &'d StockState, demand: &'d Demand) -> Cow<'d, [ReservationId]> {
    if demand.demands.is_empty() || !inventory.replaces_own_soft_holds() {
        return Cow::Borrowed(&demand.replaces);
    }
    let products: Set<&ProductId> = demand.lines.iter().map(|line| &line.product).collect();
    let soft = demand.demands.iter().flat_map(|id| state.soft_holds_of(id));
    // A part of a kit goes with its kit.
    let product = |hold: &'d Reservation| hold.kit.as_deref().map_or(&hold.product, |kit| &kit.product);
    let soft = soft.filter(|hold| products.contains(product(hold))).map(|hold| &hold.id);
    demand.replaces.iter().chain(soft).cloned().collect()
}

impl ReservationPlan {
    /// Lets what lines miss wait for stock, line by line: all that a line misses, as far as the rulebook allows, or nothing of it.
    pub(super) fn let_wait<'l>(&mut self, lines: &'l [DemandLine], supply: &Supply<'l>) {
        let mut used: Map<&ProductId, Quantity> = Map::default();
        let mut findings = std::mem::take(&mut self.findings).into_iter();
        for (number, line) in lines.iter().enumerate() {
            let missing = self.missing(number);
            if !missing.is_positive() {
                continue;
            }
            let finding = findings.next();
            // One of a kit waits as all of its components.
            let inside: Vec<(&ProductId, Quantity)> = match supply.inventory.kit(&line.product) {
                None => vec![(&line.product, kit::as_quantity(1))],
                Some(kit) => kit.components.iter().map(|component| (&component.product, component.quantity)).collect(),
            };
            let is_kit = self.kits.contains_key(&number);
            let headroom = |(product, each): &(&'l ProductId, Quantity)| {
                let used = used.get(product).copied().unwrap_or_default();
                let headroom = supply.headroom(product).filter(|_| !is_kit || !supply.is_untracked(product))?.saturating_sub(used);
                Some(if is_kit { kit::as_quantity(kit::enough_for(headroom, *each)) } else { headroom })
            };
            match inside.iter().filter_map(headroom).min() {
                Some(headroom) if missing > headroom => {
                    let sellable = line.quantity.saturating_sub(missing).saturating_add(headroom);
                    let figures =
                        finding.map(|finding| finding.detail("headroom", headroom.to_decimal()).detail("sellable", sellable.to_decimal()));
                    self.findings.extend(figures);
                }
                _ => {
                    for (product, each) in inside {
                        let used = used.entry(product).or_default();
                        *used = used.saturating_add(if is_kit { kit::times(each, kit::whole(missing)) } else { missing });
                    }
                    self.waits.insert(number, missing);
                }
            }
        }
    }
}
