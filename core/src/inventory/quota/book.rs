//! What was consumed of every cap, and drawing on it.

use super::compile::{Group, Quotas};
use super::request::QuotaUse;
use crate::id::Map;
use crate::quantity::Quantity;
use crate::time::Date;

/// What was consumed, by quota, group, cap and first day of the period.
pub(super) struct Book<'q> {
    quotas: &'q Quotas,
    consumed: Map<(usize, usize, usize, Date), Quantity>,
    looks: u64,
}

/// A part of a quota: which one, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pot {
    pub quota: usize,
    pub group: usize,
}

impl<'q> Book<'q> {
    pub fn new(quotas: &'q Quotas) -> Self {
        Self { quotas, consumed: Map::default(), looks: 0 }
    }

    pub const fn quotas(&self) -> &'q Quotas {
        self.quotas
    }

    /// Adds what was consumed before. What names a quota or a group that is not there any more limits nobody.
    pub fn enter(&mut self, used: &QuotaUse) {
        for (place, quota) in self.quotas.quotas.iter().enumerate().filter(|(_, quota)| quota.id == used.quota) {
            if let Some(group) = quota.group_named(used.group.as_ref()) {
                self.add(Pot { quota: place, group }, used.on, used.quantity);
            }
        }
    }

    /// Counts a quantity against every cap, or gives it back when it is below zero.
    pub fn add(&mut self, pot: Pot, on: Date, quantity: Quantity) {
        let Some(group) = self.group(pot) else { return };
        for (place, cap) in group.caps.iter().enumerate() {
            if let Some(start) = cap.period.start(on) {
                let slot = self.consumed.entry((pot.quota, pot.group, place, start)).or_default();
                *slot = slot.saturating_add(quantity);
            }
        }
    }

    fn group(&self, pot: Pot) -> Option<&'q Group> {
        self.quotas.quotas.get(pot.quota)?.groups.get(pot.group)
    }

    /// What every cap leaves on a day.
    fn free(&self, pot: Pot, on: Date) -> Quantity {
        let left = |(place, cap): (usize, &super::compile::Cap)| {
            let start = cap.period.start(on)?;
            let consumed = self.consumed.get(&(pot.quota, pot.group, place, start)).copied().unwrap_or_default();
            Some(cap.quantity(start).saturating_sub(consumed).or_zero())
        };
        let caps = self.group(pot).map(|group| group.caps.as_slice()).unwrap_or_default();
        caps.iter().enumerate().filter_map(left).min().unwrap_or_default()
    }

    /// Draws up to `wanted` from the periods of the window: the demand's own, then those before it, then those after it, the nearest
    /// first.
    pub fn draw(&mut self, pot: Pot, on: Date, wanted: Quantity) -> Vec<(Date, Quantity)> {
        let mut drawn = Vec::new();
        let mut left = wanted;
        for start in self.window(pot, on) {
            if !left.is_positive() {
                break;
            }
            self.looks = self.looks.saturating_add(1);
            let quantity = self.free(pot, start).min(left);
            if quantity.is_positive() {
                self.add(pot, start, quantity);
                left = left.saturating_sub(quantity);
                drawn.push((start, quantity));
            }
        }
        drawn
    }

    /// The first days of the periods that a demand may draw from, the preferred first.
    fn window(&self, pot: Pot, on: Date) -> impl Iterator<Item = Date> + use<> {
        let window = self.quotas.quotas.get(pot.quota).map(|quota| quota.window).unwrap_or_default();
        let shortest = self.group(pot).and_then(|group| group.caps.first()).map(|cap| cap.period);
        let own = shortest.and_then(|period| Some((period, period.start(on)?)));
        let backward = (1..=i64::from(window.backward)).map(i64::wrapping_neg);
        let offsets = std::iter::once(0).chain(backward).chain(1..=i64::from(window.forward));
        offsets.filter_map(move |by| {
            let (period, start) = own?;
            period.shifted(start, i32::try_from(by).ok()?)
        })
    }

    /// Gives everything back that was drawn.
    pub fn give_back(&mut self, pot: Pot, drawn: &mut Vec<(Date, Quantity)>) {
        for (on, quantity) in drawn.drain(..) {
            self.add(pot, on, quantity.negated());
        }
    }

    /// How many periods were looked at so far.
    pub const fn looks(&self) -> u64 {
        self.looks
    }

    /// The first day of the next period of the group's shortest cap.
    pub fn next_period(&self, pot: Pot, on: Date) -> Option<Date> {
        let period = self.group(pot)?.caps.first()?.period;
        period.shifted(period.start(on)?, 1)
    }
}
