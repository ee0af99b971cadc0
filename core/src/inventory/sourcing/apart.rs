//! Kits that ship apart: their components come from here and there, in whole kits.

use super::fill::{Filler, Offer, Part};
use super::problem::{Line, Problem};

impl Filler<'_> {
    /// Fills a line of kits: of what is there its components, each from wherever they are; or whole kits, also of what is on its way, where
    /// that is better.
    pub fn fill_apart(&mut self, index: usize, line: &Line, set: &[usize]) {
        let first = self.parts.len();
        self.take_components(index, line, set);
        if !self.problem.places.iter().any(|place| place.waits) {
            return;
        }
        let apart: Vec<Part> = self.parts.drain(first..).collect();
        self.find_offers(line, set);
        self.pour(index, line);
        let whole = self.parts.get(first..).unwrap_or_default();
        if self.worth_of(line, &apart) <= self.worth_of(line, whole) {
            self.parts.truncate(first);
            self.parts.extend(apart);
        }
    }

    fn take_components(&mut self, index: usize, line: &Line, set: &[usize]) {
        // 1. What the places have of each component.
        let mut offers: Vec<Vec<Offer>> = Vec::with_capacity(line.components.len());
        for component in &line.components {
            self.find_offers(component, set);
            offers.push(std::mem::take(&mut self.offers));
        }
        // 2. For how many kits that is enough; from places in time alone, if that counts more.
        let kits = most_kits(line, |at| offered(offers.get(at), true));
        let some_late = self.late_first && offers.iter().flatten().any(|offer| offer.late);
        if some_late && most_kits(line, |at| offered(offers.get(at), false)) == kits {
            offers.iter_mut().for_each(|offers| offers.retain(|offer| !offer.late));
        }
        // 3. That much of each.
        for (at, (component, offers)) in line.components.iter().zip(offers).enumerate() {
            self.offers = offers;
            self.pour_out(Part { line: index, component: Some(at), place: 0, quantity: component.in_kits(kits) }, component);
        }
    }

    /// What is not filled by parts of a line, then the two objectives of a line in their order.
    fn worth_of(&self, line: &Line, parts: &[Part]) -> (i64, i128, i128) {
        let of_place = |part: &Part| self.problem.places.get(part.place).map_or(0, |place| i128::from(place.unit_cost));
        let costs = parts.iter().map(|part| of_place(part).saturating_mul(part.quantity.into()));
        let cost = if self.counts_cost { costs.fold(0, i128::saturating_add) } else { 0 };
        let late = i128::from(self.counts_late && parts.iter().any(|part| line.is_late(part.place)));
        let rest = line.wanted.saturating_sub(filled(line, parts));
        if self.late_first { (rest, late, cost) } else { (rest, cost, late) }
    }

    /// How many kits the parts come to that are components.
    pub fn put_together(&self) -> i128 {
        let lines = self.problem.lines.iter().enumerate().filter(|(_, line)| !line.components.is_empty());
        let kits = lines.map(|(index, line)| kits_in(line, self.parts.iter().filter(|part| part.line == index)));
        kits.map(i128::from).fold(0, i128::saturating_add)
    }
}

/// How much of a line its parts fill.
pub(super) fn filled(line: &Line, parts: &[Part]) -> i64 {
    let whole = parts.iter().filter(|part| part.component.is_none()).map(|part| part.quantity).fold(0, i64::saturating_add);
    whole.saturating_add(kits_in(line, parts.iter()))
}

/// How many kits the components come to that are among the parts of a line.
fn kits_in<'p>(line: &Line, parts: impl Iterator<Item = &'p Part>) -> i64 {
    let of_first = parts.filter(|part| part.component == Some(0)).map(|part| part.quantity).fold(0, i64::saturating_add);
    line.components.first().map_or(0, |component| component.kits_of(of_first))
}

/// What the offers come to: of components, one for each location.
fn offered(offers: Option<&Vec<Offer>>, late: bool) -> i64 {
    let offers = offers.into_iter().flatten().filter(|offer| late || !offer.late);
    offers.map(|offer| offer.quantity).fold(0, i64::saturating_add)
}

/// For how many kits there is enough, by what there is of each component.
fn most_kits(line: &Line, of: impl Fn(usize) -> i64) -> i64 {
    let kits = line.components.iter().enumerate().map(|(at, component)| component.kits_of(of(at)));
    line.whole(kits.min().unwrap_or(0).min(line.wanted))
}

/// What the places of an order give to a line of kits, as long as another shipment is allowed; `room` is for how many, beside those that
/// are used.
pub(super) fn components_in_order(
    problem: &Problem<'_>,
    filler: &Filler<'_>,
    (index, line): (usize, &Line),
    order: &[usize],
    (used, room): (&[usize], usize),
) -> Vec<Part> {
    // 1. The places that have something of it.
    let there = |component: &Line, place: usize| filler.room(component, place, &[]).max(0);
    let mut opened = 0_usize;
    let has_some = |place: &usize| line.components.iter().any(|component| there(component, *place) > 0);
    let open = |place: &usize| {
        let is_new = !used.contains(place);
        opened = opened.saturating_add(usize::from(is_new));
        !is_new || opened <= room
    };
    let waits = |place: &usize| problem.places.get(*place).is_some_and(|place| place.waits);
    let places: Vec<usize> = order.iter().copied().filter(|place| !waits(place)).filter(has_some).filter(open).collect();
    // 2. For how many kits that is enough.
    let sum = |component: &Line| places.iter().map(|place| there(component, *place)).fold(0, i64::saturating_add);
    let kits = most_kits(line, |at| line.components.get(at).map_or(0, sum));
    // 3. What each gives.
    let mut parts = Vec::new();
    for (at, component) in line.components.iter().enumerate() {
        let mut missing = component.in_kits(kits);
        for place in &places {
            let quantity = missing.min(there(component, *place));
            missing = missing.saturating_sub(quantity);
            if quantity > 0 {
                parts.push(Part { line: index, component: Some(at), place: *place, quantity });
            }
        }
    }
    parts
}
