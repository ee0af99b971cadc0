//! What a line can be offered, and what it takes of that.

use super::timeline::{Delta, Timeline};
use crate::quantity::Quantity;
use crate::time::Date;

/// What can be promised to one line, day by day.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    timeline: Timeline,
    /// What comes for this line alone, in order of day.
    own: Vec<Delta>,
    /// From this day on there is as much as anyone wants.
    horizon: Option<Date>,
}

/// A quantity that a line gets on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub day: Date,
    /// What was on its way for this line alone.
    pub own: Vec<(Delta, Quantity)>,
    /// What is taken from what is there for all.
    pub shared: Quantity,
    /// What is bought or made anew.
    pub anew: Quantity,
}

impl Part {
    pub fn quantity(&self) -> Quantity {
        let own: Quantity = self.own.iter().map(|(_, quantity)| *quantity).sum();
        own.saturating_add(self.shared).saturating_add(self.anew)
    }
}

impl Offer {
    pub fn new(mut timeline: Timeline, mut own: Vec<Delta>, horizon: Option<Date>) -> Self {
        super::timeline::in_order(&mut own);
        own.iter().for_each(|delta| timeline.know(delta.day));
        Self { timeline, own, horizon }
    }

    /// The days on which more can be had than before, and how much; no quantity: as much as anyone wants.
    pub fn row(&self) -> Vec<(Date, Option<Quantity>)> {
        let mut row: Vec<(Date, Option<Quantity>)> = Vec::with_capacity(self.timeline.days.len().saturating_add(1));
        for (day, quantity) in self.steps() {
            if row.last().is_none_or(|(_, before)| *before != Some(quantity)) {
                row.push((day, Some(quantity)));
            }
        }
        row.extend(self.horizon.map(|day| (day, None)));
        row
    }

    /// How much can be had on a day; none: as much as anyone wants.
    pub fn quantity(&self, day: Date) -> Option<Quantity> {
        if self.is_unlimited(day) { None } else { Some(self.on(day)) }
    }

    fn is_unlimited(&self, day: Date) -> bool {
        self.horizon.is_some_and(|horizon| horizon <= day)
    }

    fn on(&self, day: Date) -> Quantity {
        self.shared(day).saturating_add(self.own_until(day))
    }

    fn shared(&self, day: Date) -> Quantity {
        self.timeline.number(day).and_then(|number| self.timeline.promisable.get(number)).copied().unwrap_or_default()
    }

    /// The receipt that a day is promised from, when it is one alone.
    fn receipt(&self, day: Date) -> Option<usize> {
        self.timeline.number(day).and_then(|number| self.timeline.receipt.get(number)).copied()
    }

    fn own_until(&self, day: Date) -> Quantity {
        self.own.iter().take_while(|delta| delta.day <= day).map(|delta| delta.quantity).sum()
    }

    /// The days on which something changes, in order, and how much can be had from then on.
    fn steps(&self) -> impl Iterator<Item = (Date, Quantity)> {
        let mut own = self.own.iter().peekable();
        let mut of_own = Quantity::ZERO;
        self.timeline.days.iter().zip(&self.timeline.promisable).map(move |(day, of_all)| {
            while let Some(delta) = own.next_if(|delta| delta.day <= *day) {
                of_own = of_own.saturating_add(delta.quantity);
            }
            (*day, of_all.saturating_add(of_own))
        })
    }

    /// The first day, not before `from`, on which so much can be had.
    pub fn first_day(&self, quantity: Quantity, from: Date) -> Option<Date> {
        let enough = |day: Date| self.is_unlimited(day) || self.on(day) >= quantity;
        if enough(from) {
            return Some(from);
        }
        let known = self.steps().find(|(day, there)| *day > from && (*there >= quantity || self.is_unlimited(*day)));
        known.map(|(day, _)| day).into_iter().chain(self.horizon.filter(|day| *day > from)).min()
    }

    /// All of it on one day.
    pub fn take_on(&self, quantity: Quantity, day: Date) -> Vec<Part> {
        if quantity.is_positive() { vec![self.part(quantity, day, Quantity::ZERO)] } else { Vec::new() }
    }

    /// As much as can be had on each day, not before `from`.
    pub fn take_in_parts(&self, quantity: Quantity, from: Date) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let (mut left, mut own, mut shared, mut receipt) = (quantity, Quantity::ZERO, Quantity::ZERO, None);
        let later = self.steps().map(|(day, _)| day).filter(|day| *day > from).chain(self.horizon.filter(|day| *day > from));
        for day in std::iter::once(from).chain(later) {
            let unlimited = self.is_unlimited(day);
            if receipt != self.receipt(day) {
                (receipt, shared) = (self.receipt(day), Quantity::ZERO);
            }
            let now = self.shared(day).saturating_sub(shared).or_zero().saturating_add(self.own_until(day).saturating_sub(own));
            let give = if unlimited { left } else { now.min(left) };
            if give.is_positive() {
                let part = self.part(give, day, own);
                own = part.own.iter().fold(own, |own, (_, quantity)| own.saturating_add(*quantity));
                shared = shared.saturating_add(part.shared);
                left = left.saturating_sub(give);
                parts.push(part);
            }
            if left.is_zero() {
                break;
            }
        }
        parts
    }

    /// What can be had in the end.
    pub fn most(&self) -> Quantity {
        self.row().last().map_or(Quantity::ZERO, |(_, quantity)| quantity.unwrap_or(Quantity::MAX))
    }

    /// What comes for the line alone is taken first; `taken` of it is gone already.
    pub fn part(&self, quantity: Quantity, day: Date, mut taken: Quantity) -> Part {
        let (mut own, mut left) = (Vec::new(), quantity);
        for delta in self.own.iter().take_while(|delta| delta.day <= day) {
            let gone = taken.min(delta.quantity);
            taken = taken.saturating_sub(gone);
            let give = delta.quantity.saturating_sub(gone).min(left);
            if give.is_positive() {
                left = left.saturating_sub(give);
                own.push((*delta, give));
            }
        }
        let (shared, anew) = if self.is_unlimited(day) { (Quantity::ZERO, left) } else { (left, Quantity::ZERO) };
        Part { day, own, shared, anew }
    }
}
