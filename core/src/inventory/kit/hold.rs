//! A kit that is reserved: its components, seen as whole kits place by place.

use super::super::compile::Inventory;
use super::super::decide::{Ground, refuse};
use super::super::reservation::{Reservation, ReservationPart, ReservationStatus, resolved};
use super::def::{KitPart, KitShipping};
use super::stock::{as_quantity, enough_for, times};
use crate::id::{LocationId, Map, ProductId, ReservationId};
use crate::quantity::Quantity;
use crate::report::{InventoryCode, Refusal};

/// A reserved kit.
pub(super) struct Hold<'s> {
    pub id: &'s ReservationId,
    pub product: &'s ProductId,
    ships: KitShipping,
    inventory: &'s Inventory,
    /// The reservations of its components, and how much of each one kit holds.
    pub parts: Vec<(&'s Reservation, Quantity)>,
}

/// Where kits lie: a place of its own, or anywhere for those that ship apart.
type Place<'p> = Option<&'p LocationId>;

impl<'s> Hold<'s> {
    /// The reserved kit of that id, whatever became of it.
    pub fn find(ground: &Ground<'s>, id: &ReservationId) -> Option<Self> {
        let (id, parts) = ground.state.kits.get_key_value(id)?;
        let parts = parts.iter().filter_map(|part| ground.state.reservation(part));
        let parts: Vec<(&Reservation, &KitPart)> = parts.filter_map(|part| Some((part, part.kit.as_deref()?))).collect();
        let product = parts.first().map(|(_, kit)| &kit.product)?;
        let ships = ground.inventory.kit(product).map(|kit| kit.ships).unwrap_or_default();
        let parts = parts.into_iter().map(|(part, kit)| (part, kit.quantity)).collect();
        Some(Self { id, product, ships, inventory: ground.inventory, parts })
    }

    /// Why nothing of it can be resolved any more: already committed, already released, expired.
    pub fn closed(&self, ground: &Ground<'_>) -> Option<Refusal> {
        let open = self.parts.iter().any(|(part, _)| part.status_at(ground.at) == ReservationStatus::Open);
        let (first, _) = self.parts.first().filter(|_| !open)?;
        resolved(self.id, first, as_quantity(self.committed()), ground.at)
    }

    /// How many kits have left.
    pub fn committed(&self) -> i64 {
        self.parts.iter().map(|(part, each)| enough_for(part.committed(), *each)).min().unwrap_or_default()
    }

    /// How many kits are held or wait.
    pub fn outstanding(&self) -> i64 {
        self.parts.iter().map(|(part, each)| enough_for(part.outstanding(), *each)).min().unwrap_or_default()
    }

    /// How many whole kits lie where, by what `measure` takes of each part: all parts, or those at one location.
    pub fn at(&self, location: Option<&'s LocationId>, measure: fn(&ReservationPart) -> Quantity) -> Vec<(Place<'s>, i64)> {
        let mut kits: Map<Place<'s>, i64> = Map::default();
        for (index, (part, each)) in self.parts.iter().enumerate() {
            let mut sums: Map<Place<'s>, Quantity> = Map::default();
            for part in self.within(part, location) {
                let sum = sums.entry(self.place(part, location)).or_default();
                *sum = sum.saturating_add(measure(part));
            }
            let enough = |place: &Place<'s>| enough_for(sums.get(place).copied().unwrap_or_default(), *each);
            if index == 0 {
                kits = sums.keys().map(|place| (*place, enough(place))).collect();
            } else {
                kits.iter_mut().for_each(|(place, kits)| *kits = enough(place).min(*kits));
            }
        }
        kits.into_iter().filter(|(_, kits)| *kits > 0).collect()
    }

    fn within(
        &self,
        reservation: &'s Reservation,
        location: Option<&'s LocationId>,
    ) -> impl Iterator<Item = &'s ReservationPart> + use<'s> {
        reservation.parts.iter().filter(move |part| location.is_none_or(|location| part.location == *location))
    }

    /// The place that a part belongs to: for a kit that ships complete the location that is a part of no other.
    fn place(&self, part: &'s ReservationPart, location: Option<&'s LocationId>) -> Place<'s> {
        match (self.ships, location) {
            (KitShipping::Apart, None) => None,
            (_, Some(location)) => Some(location),
            (KitShipping::Complete, None) => {
                let whole = self.inventory.rank(&part.location).map(|rank| self.inventory.whole(rank));
                whole.and_then(|whole| self.inventory.names().get(whole)).or(Some(&part.location))
            }
        }
    }

    /// How much of a component to take from which of its locations, so that so many kits are taken at each place.
    pub fn take(
        &self,
        reservation: &'s Reservation,
        each: Quantity,
        kits: &[(Place<'s>, i64)],
        measure: fn(&ReservationPart) -> Quantity,
    ) -> Vec<(&'s LocationId, Quantity)> {
        let mut taken: Map<&LocationId, Quantity> = Map::default();
        for (place, kits) in kits {
            let mut missing = times(each, *kits);
            // At one named location, which may be a part of a place.
            let named = place.filter(|place| reservation.parts.iter().all(|part| self.place(part, None) != Some(*place)));
            for part in self.within(reservation, named).filter(|part| named.is_some() || self.place(part, None) == *place) {
                let quantity = missing.min(measure(part));
                missing = missing.saturating_sub(quantity);
                if quantity.is_positive() {
                    let sum = taken.entry(&part.location).or_default();
                    *sum = sum.saturating_add(quantity);
                }
            }
        }
        taken.into_iter().collect()
    }

    /// More kits than there are.
    pub fn exceeds(&self, code: InventoryCode, asked: i64, there: i64, location: Option<&LocationId>) -> Refusal {
        let place = location.map(|location| format!(" at `{location}`")).unwrap_or_default();
        let advice = if there > 0 { format!("; ask for at most {there}") } else { String::new() };
        let message = match code {
            InventoryCode::Backordered => {
                format!("of the kits of `{}` {there} are held whole{place}, the others wait for stock{advice}", self.id)
            }
            InventoryCode::Insufficient => {
                format!("of the kits of `{}` only {there} are there whole{place}; commit at most that, or count again", self.id)
            }
            _ => format!("`{}` has {there} whole kits{place}, not {asked}{advice}", self.id),
        };
        refuse(code, message)
            .detail("reservation", self.id.as_str())
            .detail("product", self.product.as_str())
            .detail("requested", as_quantity(asked).to_decimal())
            .detail("available", as_quantity(there).to_decimal())
    }
}
