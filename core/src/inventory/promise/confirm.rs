//! Confirming lines: each for itself, or a group of them together.

use super::def::{ConfirmationRule, PromiseScope};
use super::ground::Ground;
use super::kit::KitTurn;
use super::offer::{Offer, Part};
use super::request::PromiseLine;
use super::timeline::{Delta, Drawing, Origin, Timeline, insert};
use crate::id::{DemandId, Map, Ordinal, ProductId, ShipGroupId};
use crate::quantity::Quantity;
use crate::report::InventoryCode;
use crate::time::Date;

/// The lines of a request, and what they were promised so far.
pub(super) struct Desk<'r> {
    pub ground: &'r Ground<'r>,
    pub lines: &'r [PromiseLine],
    rule: ConfirmationRule,
    /// What lines take of what is there for all; of a line of kits, by the number of the component.
    taken: Vec<(usize, Option<usize>, Delta)>,
    /// The lines of kits, by their number.
    pub kits: Map<usize, KitTurn<'r>>,
    /// What comes and goes of each product, in order, with what the lines take so far; of lots those that have not expired on a day.
    deltas: Map<&'r ProductId, (Date, Vec<Delta>)>,
}

/// What became of a line.
#[derive(Debug, Clone)]
pub(super) struct Confirmed {
    pub parts: Vec<Part>,
    /// What could be had when it was the line's turn.
    pub offer: Offer,
    /// Why it does not get all of it.
    pub reason: Option<InventoryCode>,
}

impl<'r> Desk<'r> {
    pub fn new(ground: &'r Ground<'r>, lines: &'r [PromiseLine], rule: ConfirmationRule) -> Self {
        Self { ground, lines, rule, taken: Vec::new(), kits: Map::default(), deltas: Map::default() }
    }

    /// Confirms all lines, in their order; a group stands where its first line stands.
    pub fn confirm(&mut self, together: PromiseScope) -> Vec<Confirmed> {
        let mut confirmed: Vec<Option<Confirmed>> = self.lines.iter().map(|_| None).collect();
        for group in groups(self.lines, together) {
            let of_group = match (together, group.as_slice()) {
                (PromiseScope::Line, _) | (PromiseScope::ShipGroup, [_]) => group.iter().map(|line| self.confirm_line(*line)).collect(),
                _ => self.confirm_group(&group),
            };
            for (line, result) in group.iter().zip(of_group) {
                if let Some(slot) = confirmed.get_mut(*line) {
                    *slot = Some(result);
                }
            }
        }
        confirmed.into_iter().flatten().collect()
    }

    fn confirm_line(&mut self, number: usize) -> Confirmed {
        let (mut offer, quantity, wanted) = self.turn_of(number, self.ground.today);
        if self.rule == ConfirmationRule::Complete {
            offer = self.lasting(number, offer, quantity, wanted);
        }
        let parts = match self.rule {
            ConfirmationRule::Schedule => offer.take_in_parts(quantity, wanted),
            ConfirmationRule::OneDate => offer.take_on(offer.quantity(wanted).map_or(quantity, |there| there.min(quantity)), wanted),
            ConfirmationRule::Complete => offer.first_day(quantity, wanted).map(|day| offer.take_on(quantity, day)).unwrap_or_default(),
        };
        let confirmed: Quantity = parts.iter().map(Part::quantity).sum();
        let reason = (confirmed < quantity).then(|| self.why_not(&offer, quantity, wanted));
        self.remember(number, &parts);
        Confirmed { parts, offer, reason }
    }

    /// What can be offered in full, without the lots that will have expired by the day on which that is.
    fn lasting(&mut self, number: usize, mut offer: Offer, quantity: Quantity, wanted: Date) -> Offer {
        let has_lots = self.lines.get(number).is_some_and(|line| self.has_lots(&line.product));
        let mut counted = wanted;
        while let Some(day) = offer.first_day(quantity, wanted).filter(|day| has_lots && *day > counted) {
            counted = day;
            offer = self.turn_of(number, day).0;
        }
        offer
    }

    /// Whether a product, or a component of it, has stock that may expire.
    fn has_lots(&self, product: &ProductId) -> bool {
        let kit = self.ground.inventory.kit(product);
        let of_kit = kit.is_some_and(|kit| kit.components.iter().any(|component| self.ground.has_lots(&component.product)));
        of_kit || self.ground.has_lots(product)
    }

    /// All lines of a group in full, or none of them.
    fn confirm_group(&mut self, group: &[usize]) -> Vec<Confirmed> {
        let before = self.taken.len();
        let confirmed = match self.rule {
            ConfirmationRule::Schedule => group.iter().map(|line| self.confirm_line(*line)).collect(),
            ConfirmationRule::OneDate => self.confirm_on(group, self.day_of(group)).unwrap_or_else(|confirmed| confirmed),
            ConfirmationRule::Complete => self.confirm_early(group),
        };
        if confirmed.iter().all(|line| line.reason.is_none()) {
            return confirmed;
        }
        self.give_back(before);
        let nothing = |line: Confirmed| Confirmed {
            parts: Vec::new(),
            reason: Some(line.reason.unwrap_or(InventoryCode::GroupIncomplete)),
            offer: line.offer,
        };
        confirmed.into_iter().map(nothing).collect()
    }

    /// On the first day on which every line can be had in full.
    fn confirm_early(&mut self, group: &[usize]) -> Vec<Confirmed> {
        let mut day = self.day_of(group);
        loop {
            let later = match self.confirm_on(group, day) {
                Ok(confirmed) => return confirmed,
                Err(confirmed) => {
                    let next = group.iter().zip(&confirmed).filter(|(_, line)| line.reason.is_some()).filter_map(|(number, line)| {
                        let quantity = self.lines.get(*number)?.quantity;
                        line.offer.first_day(quantity, day)
                    });
                    match next.max().filter(|next| *next > day) {
                        Some(next) => next,
                        None => return confirmed,
                    }
                }
            };
            day = later;
        }
    }

    /// Every line in full on a day; `Err` holds what became of them when one cannot.
    fn confirm_on(&mut self, group: &[usize], day: Date) -> Result<Vec<Confirmed>, Vec<Confirmed>> {
        let before = self.taken.len();
        let mut complete = true;
        let confirmed = group
            .iter()
            .map(|number| {
                let (offer, quantity, _) = self.turn_of(*number, day);
                let enough = offer.quantity(day).is_none_or(|there| there >= quantity);
                complete &= enough;
                let parts = if enough { offer.take_on(quantity, day) } else { Vec::new() };
                let reason = (!enough).then(|| self.why_not(&offer, quantity, day));
                self.remember(*number, &parts);
                Confirmed { parts, offer, reason }
            })
            .collect();
        if complete {
            return Ok(confirmed);
        }
        self.give_back(before);
        Err(confirmed)
    }

    /// The day on which the last line of a group is wanted.
    fn day_of(&self, group: &[usize]) -> Date {
        let wanted = group.iter().filter_map(|number| self.lines.get(*number)).map(|line| self.wanted_on(line));
        wanted.max().unwrap_or(self.ground.today)
    }

    /// The day on which a line is wanted; never in the past.
    pub fn wanted_on(&self, line: &PromiseLine) -> Date {
        line.wanted_on.unwrap_or(self.ground.today).max(self.ground.today)
    }

    fn why_not(&self, offer: &Offer, quantity: Quantity, wanted: Date) -> InventoryCode {
        match self.rule {
            ConfirmationRule::OneDate if offer.first_day(quantity, wanted).is_some() => InventoryCode::NotInTime,
            _ => InventoryCode::NotExpected,
        }
    }

    /// What can be offered to a line after those before it, how much it wants, and when. Lots count that have not expired by `on`, nor
    /// by the day on which it is wanted.
    fn turn_of(&mut self, number: usize, on: Date) -> (Offer, Quantity, Date) {
        let (ground, lines) = (self.ground, self.lines);
        let Some(line) = lines.get(number) else {
            return (Offer::new(Timeline::default(), Vec::new(), None), Quantity::ZERO, ground.today);
        };
        let wanted = self.wanted_on(line);
        if let Some(kit) = ground.inventory.kit(&line.product) {
            let (turn, offer) = KitTurn::of(self, line, kit, (wanted, on.max(wanted)));
            self.kits.insert(number, turn);
            return (offer, line.quantity, wanted);
        }
        let place = line.location.as_ref().map(|location| ground.whole(location));
        (self.offer(&line.product, place, line.demand.as_ref(), on.max(wanted)), line.quantity, wanted)
    }

    /// What can be offered of a product at a place, or anywhere, of lots that have not expired on a day; the place may be one that is not
    /// active.
    pub fn offer(&mut self, product: &'r ProductId, place: Option<Option<usize>>, demand: Option<&DemandId>, on: Date) -> Offer {
        let ground = self.ground;
        let own = demand.into_iter().flat_map(|demand| ground.pegged(product, demand));
        let own = own.filter(|delta| place.is_none_or(|place| place == delta.place())).collect();
        let timeline = match place {
            Some(None) => Timeline { days: vec![ground.today], promisable: vec![Quantity::ZERO], receipt: Vec::new() },
            place => self.timeline(product, place.flatten(), on),
        };
        let horizon = if ground.inventory.is_tracked(product) { ground.horizon } else { Some(ground.today) };
        Offer::new(timeline, own, horizon)
    }

    fn timeline(&mut self, product: &'r ProductId, place: Option<usize>, on: Date) -> Timeline {
        let ground = self.ground;
        let drawing = Drawing {
            today: ground.today,
            places: ground.places(),
            place,
            overcommitted: ground.policy.overcommitted,
            method: ground.policy.method,
        };
        Timeline::draw(self.deltas(product, on), drawing)
    }

    /// What comes and goes of a product, in order, with what the lines take so far; of lots those that have not expired on a day.
    pub fn deltas(&mut self, product: &'r ProductId, on: Date) -> &mut Vec<Delta> {
        let on = if self.ground.has_lots(product) { on } else { self.ground.today };
        if self.deltas.get(product).is_none_or(|(known, _)| *known != on) {
            let mut deltas = self.ground.deltas(product, on);
            let taken = self.taken.iter().filter(|(number, component, _)| self.product_of(*number, *component) == Some(product));
            taken.for_each(|(_, _, delta)| insert(&mut deltas, *delta));
            self.deltas.insert(product, (on, deltas));
        }
        let (_, deltas) = self.deltas.entry(product).or_insert_with(|| (on, Vec::new()));
        deltas
    }

    /// The product that a line takes, or of a line of kits a component.
    fn product_of(&self, number: usize, component: Option<usize>) -> Option<&'r ProductId> {
        let (ground, lines) = (self.ground, self.lines);
        let product = &lines.get(number)?.product;
        match component {
            None => Some(product),
            Some(index) => Some(&ground.inventory.kit(product)?.components.get(index)?.product),
        }
    }

    fn remember(&mut self, number: usize, parts: &[Part]) {
        if let Some(turn) = self.kits.get_mut(&number) {
            for (component, delta) in turn.take(number, parts) {
                self.note(number, Some(component), delta);
            }
            return;
        }
        let place = self.lines.get(number).and_then(|line| line.location.as_ref()).and_then(|location| self.ground.whole(location));
        for part in parts.iter().filter(|part| part.shared.is_positive()) {
            let delta = Delta::new(part.day, place, part.shared.negated(), Origin::Line(Ordinal::of(number)));
            self.note(number, None, delta);
        }
    }

    fn note(&mut self, number: usize, component: Option<usize>, delta: Delta) {
        self.taken.push((number, component, delta));
        let product = self.product_of(number, component);
        if let Some((_, deltas)) = product.and_then(|product| self.deltas.get_mut(product)) {
            insert(deltas, delta);
        }
    }

    /// Takes back what lines took after so many.
    fn give_back(&mut self, kept: usize) {
        self.taken.truncate(kept);
        self.deltas.clear();
    }
}

/// The lines that are confirmed together, by their numbers.
fn groups(lines: &[PromiseLine], together: PromiseScope) -> Vec<Vec<usize>> {
    let all = 0..lines.len();
    match together {
        PromiseScope::Line => all.map(|line| vec![line]).collect(),
        PromiseScope::Order => vec![all.collect()],
        PromiseScope::ShipGroup => {
            let mut places: Map<&ShipGroupId, usize> = Map::default();
            let mut groups: Vec<Vec<usize>> = Vec::new();
            for (number, line) in lines.iter().enumerate() {
                let place = line.group.as_ref().map(|group| *places.entry(group).or_insert(groups.len()));
                match place.and_then(|place| groups.get_mut(place)) {
                    Some(group) => group.push(number),
                    None => groups.push(vec![number]),
                }
            }
            groups
        }
    }
}
