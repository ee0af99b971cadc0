//! Promising kits: the day on which the last of their components can be had.

use super::confirm::Desk;
use super::ground::Ground;
use super::offer::{Offer, Part};
use super::request::PromiseLine;
use super::timeline::{Delta, Origin, Timeline};
use crate::id::{Ordinal, ProductId};
use crate::inventory::KitShipping;
use crate::inventory::kit::{Kit, as_quantity, enough_for, times, whole};
use crate::quantity::Quantity;
use crate::time::Date;

/// A line that asks for kits, while it is served.
pub(super) struct KitTurn<'r> {
    kit: &'r Kit,
    /// The place that all components come from; none when they come from anywhere.
    pub place: Option<usize>,
    /// By component.
    offers: Vec<Offer>,
    /// What each component gives, by component.
    pub parts: Vec<Vec<Part>>,
}

impl<'r> KitTurn<'r> {
    /// What can be offered of kits, from the place that has all of what is wanted first; of those that never have it, from that which
    /// has most in the end.
    pub fn of(desk: &mut Desk<'r>, line: &PromiseLine, kit: &'r Kit, (wanted, on): (Date, Date)) -> (Self, Offer) {
        let ground = desk.ground;
        let mut from = |place: Option<Option<usize>>| {
            let offers: Vec<Offer> =
                kit.components.iter().map(|component| desk.offer(&component.product, place, line.demand.as_ref(), on)).collect();
            let offer = together(ground, kit, &offers);
            (Self { kit, place: place.flatten(), offers, parts: Vec::new() }, offer)
        };
        match (&line.location, kit.ships) {
            (Some(location), _) => from(Some(ground.whole(location))),
            (None, KitShipping::Apart) => from(None),
            (None, KitShipping::Complete) => {
                let rated = ground.wholes().map(|place| {
                    let (turn, offer) = from(Some(Some(place)));
                    let (first, most) = (offer.first_day(line.quantity, wanted), offer.most());
                    ((first.is_none(), first, std::cmp::Reverse(most), place), (turn, offer))
                });
                rated.min_by_key(|(rank, _)| *rank).map_or_else(|| from(Some(None)), |(_, found)| found)
            }
        }
    }

    /// Takes the components of what the line gets; gives what of each product that leaves for others.
    pub fn take(&mut self, number: usize, parts: &[Part]) -> Vec<(usize, Delta)> {
        let mut taken = Vec::new();
        self.parts.clear();
        for (index, (component, offer)) in self.kit.components.iter().zip(&self.offers).enumerate() {
            let (mut own, mut of_component) = (Quantity::ZERO, Vec::with_capacity(parts.len()));
            for kits in parts {
                let part = offer.part(times(component.quantity, whole(kits.quantity())), kits.day, own);
                own = part.own.iter().fold(own, |own, (_, quantity)| own.saturating_add(*quantity));
                if part.shared.is_positive() {
                    let (day, place, quantity) = (kits.day, self.place, part.shared.negated());
                    taken.push((index, Delta::new(day, place, quantity, Origin::Line(Ordinal::of(number)))));
                }
                of_component.push(part);
            }
            self.parts.push(of_component);
        }
        taken
    }

    /// The components, each with what it gives.
    pub fn components(&self) -> impl Iterator<Item = (&'r ProductId, &[Part])> {
        let products = self.kit.components.iter().map(|component| &component.product);
        products.zip(self.parts.iter().map(Vec::as_slice))
    }
}

/// How many kits can be had on each day, when so much of each component can.
fn together(ground: &Ground<'_>, kit: &Kit, offers: &[Offer]) -> Offer {
    let mut days: Vec<Date> = offers.iter().flat_map(Offer::row).map(|(day, _)| day).collect();
    days.push(ground.today);
    crate::sort::ascending(&mut days);
    days.dedup();
    let kits = |day: &Date| {
        let pairs = kit.components.iter().zip(offers);
        pairs.filter_map(|(component, offer)| Some(enough_for(offer.quantity(*day)?, component.quantity))).min()
    };
    let horizon = days.iter().position(|day| kits(day).is_none());
    let unlimited_from = horizon.and_then(|at| days.get(at)).copied();
    days.truncate(horizon.unwrap_or(days.len()));
    let promisable = days.iter().map(|day| as_quantity(kits(day).unwrap_or_default())).collect();
    Offer::new(Timeline { days, promisable, receipt: Vec::new() }, Vec::new(), unlimited_from)
}
