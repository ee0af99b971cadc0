//! How many whole kits there are.

use super::super::action::ComponentFrom;
use super::super::compile::Inventory;
use super::super::removal::{Ask, RemovalTerms};
use super::super::supply::Supply;
use super::compile::{Component, Kit};
use super::def::KitShipping;
use crate::id::{LocationId, Map, ProductId};
use crate::quantity::Quantity;
use crate::time::Date;

/// Where kits are asked for, which stock of their components, and for when.
pub(in super::super) type Asked<'a> = (Option<&'a LocationId>, Option<&'a RemovalTerms>, Option<Date>);

const MILLION: i64 = 1_000_000;

/// So many kits as a quantity.
pub(in super::super) const fn as_quantity(kits: i64) -> Quantity {
    Quantity::from_millionths(kits.saturating_mul(MILLION))
}

/// How many whole kits a quantity of kits is.
pub(in super::super) fn whole(quantity: Quantity) -> i64 {
    quantity.millionths().checked_div(MILLION).unwrap_or_default()
}

/// For how many whole kits a quantity of a component is enough.
pub(in super::super) fn enough_for(quantity: Quantity, each: Quantity) -> i64 {
    quantity.or_zero().millionths().checked_div(each.millionths()).unwrap_or_default()
}

/// How much of a component so many kits hold.
pub(in super::super) const fn times(each: Quantity, kits: i64) -> Quantity {
    Quantity::from_millionths(each.millionths().saturating_mul(kits))
}

/// How many whole kits a supply has.
pub(in super::super) struct KitStock<'k> {
    /// Where, and how many; a kit that ships apart comes from anywhere on the route.
    pub places: Vec<(Option<LocationId>, i64)>,
    /// In all.
    pub kits: i64,
    /// The component of which there is the least.
    pub scarce: Option<&'k ProductId>,
    /// From where the components come, when the one who asks says so.
    pub from: &'k [ComponentFrom],
}

impl<'k> KitStock<'k> {
    /// What the route of a supply has on the terms and for the day of one who asks. `location` is the one that was asked for.
    pub fn of(inventory: &Inventory, kit: &'k Kit, supply: &mut Supply<'_>, asked: Asked<'_>) -> Self {
        let (location, terms, wanted_on) = asked;
        // 1. For how many kits there is enough of each component, wherever it lies.
        let mut together = i64::MAX;
        let mut scarce = None;
        for component in &kit.components {
            let ask = Ask { product: &component.product, terms, wanted_on };
            let available = if supply.is_untracked(ask.product) { Quantity::MAX } else { supply.available_for(ask) };
            let kits = enough_for(available, component.quantity);
            if kits < together {
                (together, scarce) = (kits, Some(&component.product));
            }
        }
        // 2. For how many at each place.
        let places = match kit.ships {
            KitShipping::Apart => vec![(location.cloned(), together)],
            KitShipping::Complete => complete_at(inventory, kit, supply, asked),
        };
        let sum = places.iter().map(|(_, kits)| *kits).fold(0, i64::saturating_add);
        Self { places, kits: sum.min(together), scarce, from: &[] }
    }

    /// From where so many kits take a component, and how much of it.
    pub fn spread_component(&self, component: &Component, kits: i64) -> Vec<(Option<LocationId>, Quantity)> {
        let mut missing = times(component.quantity, kits);
        if self.from.is_empty() {
            let spread = self.spread(kits).into_iter();
            return spread.map(|(location, kits)| (location, times(component.quantity, kits))).collect();
        }
        let of_component = self.from.iter().filter(|from| from.product == component.product);
        let take = |from: &ComponentFrom| {
            let quantity = missing.min(from.quantity);
            missing = missing.saturating_sub(quantity);
            (Some(from.location.clone()), quantity)
        };
        of_component.map(take).filter(|(_, quantity)| quantity.is_positive()).collect()
    }

    /// From where so many kits come, the first place first.
    pub fn spread(&self, mut kits: i64) -> Vec<(Option<LocationId>, i64)> {
        let mut spread = Vec::new();
        for (place, there) in &self.places {
            let taken = kits.min(*there);
            kits = kits.saturating_sub(taken);
            if taken > 0 {
                spread.push((place.clone(), taken));
            }
        }
        spread
    }
}

/// The places of a route at which all components of at least one kit lie, in the order of the route.
fn complete_at(inventory: &Inventory, kit: &Kit, supply: &Supply<'_>, asked: Asked<'_>) -> Vec<(Option<LocationId>, i64)> {
    let (location, terms, wanted_on) = asked;
    let asked = location.and_then(|location| inventory.rank(location));
    let place_of = |rank: usize| asked.unwrap_or_else(|| inventory.whole(rank));
    let mut kits: Map<usize, i64> = Map::default();
    for (index, component) in kit.components.iter().enumerate() {
        let mut there: Map<usize, Quantity> = Map::default();
        for (rank, free) in supply.free_for(Ask { product: &component.product, terms, wanted_on }).at {
            let sum = there.entry(place_of(rank)).or_default();
            *sum = sum.saturating_add(free);
        }
        let enough = |place: &usize| enough_for(there.get(place).copied().unwrap_or_default(), component.quantity);
        if index == 0 {
            kits = there.keys().map(|place| (*place, enough(place))).collect();
        } else {
            kits.iter_mut().for_each(|(place, kits)| *kits = enough(place).min(*kits));
        }
    }
    let named = kits.into_iter().filter(|(_, kits)| *kits > 0);
    named.filter_map(|(place, kits)| Some((Some(inventory.names().get(place)?.clone()), kits))).collect()
}
