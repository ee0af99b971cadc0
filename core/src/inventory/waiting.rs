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

/// How much of which product the lines so far wait for.
pub(super) type Awaited = Map<ProductId, Quantity>;

impl ReservationPlan {
    /// Lets what the last line misses wait for stock: all of it, as far as the rulebook allows, or nothing. What is there of what it waits
    /// for, such as the components of kits that lack another one, is kept from the lines after it, as it is from reservations.
    pub(super) fn let_wait(&mut self, line: &DemandLine, awaited: &mut Awaited, supply: &mut Supply<'_>) {
        let (number, missing) = self.missing();
        if !missing.is_positive() {
            return;
        }
        // 1. One of a kit waits as all of its components.
        let kit = supply.inventory.kit(&line.product);
        let headroom = |(product, each): (&ProductId, Quantity)| {
            let used = awaited.get(product).copied().unwrap_or_default();
            let headroom = supply.headroom(product).filter(|_| kit.is_none() || !supply.is_untracked(product))?.saturating_sub(used);
            Some(if kit.is_some() { kit::as_quantity(kit::enough_for(headroom, each)) } else { headroom })
        };
        let headroom = match kit {
            None => headroom((&line.product, kit::as_quantity(1))),
            Some(kit) => kit.components.iter().filter_map(|component| headroom((&component.product, component.quantity))).min(),
        };
        // 2. It does not wait where so much may not.
        if let Some(headroom) = headroom.filter(|headroom| missing > *headroom) {
            let sellable = line.quantity.saturating_sub(missing).saturating_add(headroom);
            if let Some(finding) = self.findings.pop() {
                self.findings.push(finding.detail("headroom", headroom.to_decimal()).detail("sellable", sellable.to_decimal()));
            }
            return;
        }
        // 3. It does.
        self.findings.pop();
        self.waits.insert(number, missing);
        match kit {
            None => wait_for(&line.product, missing, awaited, supply),
            Some(kit) => {
                for component in &kit.components {
                    wait_for(&component.product, kit::times(component.quantity, kit::whole(missing)), awaited, supply);
                }
            }
        }
    }
}

fn wait_for(product: &ProductId, quantity: Quantity, awaited: &mut Awaited, supply: &mut Supply<'_>) {
    let sum = awaited.entry(product.clone()).or_default();
    *sum = sum.saturating_add(quantity);
    supply.keep_for_those_who_wait(product, quantity);
}
