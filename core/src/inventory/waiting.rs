//! What reserving would do beside taking: leave out the soft holds of the same demand, and let what is missing wait for stock.

use std::borrow::Cow;

use super::compile::Inventory;
use super::plan::{Demand, DemandLine, ReservationPlan};
use super::state::StockState;
use super::supply::Supply;
use crate::id::{Map, ProductId, ReservationId, Set};
use crate::quantity::Quantity;

/// The holds that do not count for a demand: those that it names, and the soft holds of what it is for, of the products of its lines.
pub(super) fn own_holds<'d>(inventory: &Inventory, state: &StockState, demand: &'d Demand) -> Cow<'d, [ReservationId]> {
    if demand.demands.is_empty() || !inventory.replaces_own_soft_holds() {
        return Cow::Borrowed(&demand.replaces);
    }
    let products: Set<&ProductId> = demand.lines.iter().map(|line| &line.product).collect();
    let soft = demand.demands.iter().flat_map(|id| state.soft_holds_of(id));
    // A part of a kit goes with its kit.
    let soft = soft.filter(|hold| hold.kit.is_none() && products.contains(&hold.product)).map(|hold| &hold.id);
    demand.replaces.iter().chain(soft).cloned().collect()
}

impl ReservationPlan {
    /// Lets what lines miss wait for stock, line by line: all that a line misses, as far as the rulebook allows, or nothing of it.
    pub(super) fn let_wait(&mut self, lines: &[DemandLine], supply: &Supply<'_>) {
        let mut used: Map<&ProductId, Quantity> = Map::default();
        let mut findings = std::mem::take(&mut self.findings).into_iter();
        for (number, line) in lines.iter().enumerate() {
            let missing = self.missing(number);
            if !missing.is_positive() {
                continue;
            }
            let finding = findings.next();
            let used = used.entry(&line.product).or_default();
            match supply.headroom(&line.product).map(|headroom| headroom.saturating_sub(*used)) {
                Some(headroom) if missing > headroom => {
                    let sellable = line.quantity.saturating_sub(missing).saturating_add(headroom);
                    let figures =
                        finding.map(|finding| finding.detail("headroom", headroom.to_decimal()).detail("sellable", sellable.to_decimal()));
                    self.findings.extend(figures);
                }
                _ => {
                    *used = used.saturating_add(missing);
                    self.waits.insert(number, missing);
                }
            }
        }
    }
}
