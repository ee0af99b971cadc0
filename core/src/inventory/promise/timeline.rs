//! What comes and goes of a product day by day, and what of it can be promised.
//!
//! Each place first serves the demands that name it. What it can spare by a day is the least that it will have from that day on; the
//! sum of what all places can spare serves the demands that take from anywhere, and what can be promised is again the least from a day on.

use std::cmp::Ordering;

use super::def::{Overcommitted, PromiseMethod};
use super::ground::Place;
use crate::id::Ordinal;
use crate::quantity::Quantity;
use crate::sort;
use crate::time::Date;

/// A quantity that comes or goes on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delta {
    pub day: Date,
    place: Ordinal,
    at: Ordinal,
    /// Above zero: it comes; below zero: it goes.
    pub quantity: Quantity,
    pub origin: Origin,
}

/// What comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// What is there and free; below zero when more is held or kept back than is there.
    Stock,
    /// The supply of that number among those of the product that are on their way.
    Expected(Ordinal),
    /// The supply of that number in the request.
    Supply(Ordinal),
    /// The reservation of that number in the state, which waits for stock.
    Waiting(Ordinal),
    /// The demand of that number in the request.
    Demand(Ordinal),
    /// The line of that number in the request.
    Line(Ordinal),
}

/// What can be promised of a product, for demands of one place or of all.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    /// From today on, each day on which something comes or goes.
    pub days: Vec<Date>,
    /// By day: the most that can be promised for it, with what was promised before.
    pub promisable: Vec<Quantity>,
    /// By day: the number of the day of the receipt that it is promised from; nothing when it is promised from all that has come.
    pub receipt: Vec<usize>,
}

/// How a timeline is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing {
    pub today: Date,
    /// How many locations there are.
    pub places: usize,
    /// The one that the line names.
    pub place: Option<usize>,
    pub overcommitted: Overcommitted,
    pub method: PromiseMethod,
}

impl Delta {
    /// What comes to or goes from a whole location, or is taken from anywhere.
    pub fn new(day: Date, place: Option<usize>, quantity: Quantity, origin: Origin) -> Self {
        Self { day, place: place.map_or(Ordinal::NONE, Ordinal::of), at: Ordinal::NONE, quantity, origin }
    }

    /// What comes to a location, which may be a part of the whole.
    pub fn at(day: Date, place: Place, quantity: Quantity, origin: Origin) -> Self {
        Self { day, place: place.whole, at: place.rank, quantity, origin }
    }

    /// The rank of the location that is not a part of another; none for a demand that takes from anywhere.
    pub fn place(&self) -> Option<usize> {
        rank(self.place)
    }

    /// The rank of the location itself, where that may be a part of another.
    pub fn location(&self) -> Option<usize> {
        rank(self.at)
    }

    /// What comes on a day stands before what goes.
    fn turn(&self, other: &Self) -> Ordering {
        self.day.cmp(&other.day).then_with(|| other.comes().cmp(&self.comes()))
    }

    fn comes(&self) -> bool {
        !self.quantity.is_negative()
    }
}

fn rank(ordinal: Ordinal) -> Option<usize> {
    if ordinal == Ordinal::NONE { None } else { Some(ordinal.index()) }
}

/// Puts what comes and goes in order.
pub(super) fn in_order(deltas: &mut [Delta]) {
    // Most are: supplies are kept by day.
    let in_turn = |one: &Delta, other: &Delta| one.day < other.day || (one.day == other.day && (one.comes() || !other.comes()));
    if !deltas.is_sorted_by(in_turn) {
        sort::by(deltas, Delta::turn);
    }
}

/// Puts one more among those that [`in_order`] has put in order, after its equals.
pub(super) fn insert(deltas: &mut Vec<Delta>, delta: Delta) {
    let place = deltas.partition_point(|known| known.turn(&delta).is_le());
    deltas.insert(place, delta);
}

impl Timeline {
    /// Draws the timeline of what [`in_order`] has put in order; nothing in it is before today.
    pub fn draw(deltas: &[Delta], drawing: Drawing) -> Self {
        let resell = drawing.overcommitted == Overcommitted::Resell;
        // 1. The days, and what comes and goes on each, place by place.
        let (days, changes) = changes(deltas, drawing.today);
        // 2. What each place has after that.
        let after = balances(&changes, drawing.places, resell);
        // 3. What each place can spare, day by day.
        let spare = Spare::of(&changes, &after, days.len(), drawing);
        // 4. What those who take from anywhere leave of it.
        let free = free_for_all(&changes, spare.more, resell);
        // 5. What can be promised without breaking what was promised.
        let mut promisable = match drawing.place {
            None => least_from(free),
            Some(_) => promisable_at_place(&spare.at_place, &free, &least_from(free.clone())),
        };
        promisable.iter_mut().for_each(|quantity| *quantity = quantity.or_zero());
        let (promisable, receipt) = match drawing.method {
            PromiseMethod::CumulativeLookahead => (promisable, Vec::new()),
            PromiseMethod::Discrete => since_last_receipt(&changes, &promisable, drawing.place),
        };
        Self { days, promisable, receipt }
    }

    /// The number of the last day that is not after `day`.
    pub fn number(&self, day: Date) -> Option<usize> {
        self.days.partition_point(|known| *known <= day).checked_sub(1)
    }

    /// Lists a day too; there is as much as on the day before it.
    pub fn know(&mut self, day: Date) {
        let Err(place) = self.days.binary_search(&day) else { return };
        let before = place.checked_sub(1);
        self.days.insert(place, day);
        self.promisable.insert(place, before.and_then(|before| self.promisable.get(before)).copied().unwrap_or_default());
        if let Some(receipt) = before.and_then(|before| self.receipt.get(before)).copied() {
            self.receipt.insert(place, receipt);
        }
    }
}

/// What comes to and goes from a place on a day, taken together: what comes stands first, so that in between the place never has less
/// than in the end, nor misses what comes later.
struct Change {
    /// The number of the day.
    day: usize,
    /// None: what is taken from anywhere.
    place: Option<usize>,
    quantity: Quantity,
    /// Whether something comes.
    comes: bool,
}

fn changes(deltas: &[Delta], today: Date) -> (Vec<Date>, Vec<Change>) {
    let (mut days, mut number) = (vec![today], 0_usize);
    let mut changes = Vec::new();
    for together in deltas.chunk_by(|one, next| one.day == next.day && one.place == next.place) {
        let Some(first) = together.first() else { continue };
        if days.last().is_some_and(|last| first.day > *last) {
            days.push(first.day);
            number = number.saturating_add(1);
        }
        let quantity = together.iter().map(|delta| delta.quantity).sum();
        changes.push(Change { day: number, place: first.place(), quantity, comes: first.quantity.is_positive() });
    }
    (days, changes)
}

/// What a place has after each change of its own.
fn balances(changes: &[Change], places: usize, resell: bool) -> Vec<Quantity> {
    let mut running = vec![Quantity::ZERO; places];
    let balance = |change: &Change| {
        let Some(balance) = change.place.and_then(|place| running.get_mut(place)) else { return Quantity::ZERO };
        *balance = balance.saturating_add(change.quantity);
        if resell {
            *balance = balance.or_zero();
        }
        *balance
    };
    changes.iter().map(balance).collect()
}

/// What places can spare.
struct Spare {
    /// By day: how much more all places together can spare than on the day before.
    more: Vec<Quantity>,
    /// By day: what the named place can spare.
    at_place: Vec<Quantity>,
}

/// A place, seen from its last day backwards.
#[derive(Clone, Copy, Default)]
struct Outlook {
    /// The day that was looked at last, and what can be spared on it.
    seen: Option<(usize, Quantity)>,
    least: Quantity,
}

impl Spare {
    fn of(changes: &[Change], after: &[Quantity], days: usize, drawing: Drawing) -> Self {
        let mut outlooks = vec![Outlook::default(); drawing.places];
        let mut spare = Self { more: vec![Quantity::ZERO; days], at_place: Vec::new() };
        let mut here = drawing.place.map(|_| vec![Quantity::ZERO; days]);
        for (change, after) in changes.iter().zip(after).rev() {
            let Some(place) = change.place else { continue };
            let Some(outlook) = outlooks.get_mut(place) else { continue };
            let here = if drawing.place == Some(place) { here.as_mut() } else { None };
            spare.look_back(outlook, change.day, *after, here);
        }
        for (place, outlook) in outlooks.iter().enumerate() {
            let here = if drawing.place == Some(place) { here.as_mut() } else { None };
            spare.add(*outlook, Quantity::ZERO, here);
        }
        if let Some(mut here) = here {
            let mut sum = Quantity::ZERO;
            for more in &mut here {
                sum = sum.saturating_add(*more);
                *more = sum;
            }
            spare.at_place = here;
        }
        spare
    }

    /// Goes back to an earlier change of a place; of one day only the last balance counts.
    fn look_back(&mut self, outlook: &mut Outlook, day: usize, after: Quantity, here: Option<&mut Vec<Quantity>>) {
        let least = match outlook.seen {
            Some((seen, _)) if seen == day => return,
            Some(_) => outlook.least.min(after),
            None => after,
        };
        self.add(*outlook, least.or_zero(), here);
        *outlook = Outlook { seen: Some((day, least.or_zero())), least };
    }

    /// What can be spared more on the day that was looked at than before it.
    fn add(&mut self, outlook: Outlook, before: Quantity, here: Option<&mut Vec<Quantity>>) {
        let Some((day, spare)) = outlook.seen else { return };
        let more = spare.saturating_sub(before);
        for list in [Some(&mut self.more), here].into_iter().flatten() {
            if let Some(slot) = list.get_mut(day) {
                *slot = slot.saturating_add(more);
            }
        }
    }
}

/// By day: what all places can spare, less what is taken from anywhere.
fn free_for_all(changes: &[Change], more: Vec<Quantity>, resell: bool) -> Vec<Quantity> {
    let mut free = more;
    for change in changes.iter().filter(|change| change.place.is_none()) {
        if let Some(slot) = free.get_mut(change.day) {
            *slot = slot.saturating_add(change.quantity);
        }
    }
    let mut sum = Quantity::ZERO;
    for slot in &mut free {
        sum = sum.saturating_add(*slot);
        if resell {
            sum = sum.or_zero();
        }
        *slot = sum;
    }
    free
}

/// By day: the least from that day on.
fn least_from(free: Vec<Quantity>) -> Vec<Quantity> {
    let mut least = free;
    let mut after = None;
    for slot in least.iter_mut().rev() {
        *slot = after.map_or(*slot, |after: Quantity| after.min(*slot));
        after = Some(*slot);
    }
    least
}

/// What a demand that names a place can be promised: what the place can spare; not more than is free for all from that day on; and
/// before that day not so much that those who take from anywhere miss what they were promised.
fn promisable_at_place(at_place: &[Quantity], free: &[Quantity], least: &[Quantity]) -> Vec<Quantity> {
    let mut slack: Option<Quantity> = None;
    let promisable = |((spare, free), least): ((&Quantity, &Quantity), &Quantity)| {
        let before = slack.map(|slack| slack.saturating_add(*spare));
        let elsewhere = free.saturating_sub(*spare);
        slack = Some(slack.map_or(elsewhere, |slack| slack.min(elsewhere)));
        spare.min(least).min(before.as_ref().unwrap_or(spare)).to_owned()
    };
    at_place.iter().zip(free).zip(least).map(promisable).collect()
}

/// By day: what can be promised of the last receipt alone, and the number of its day.
fn since_last_receipt(changes: &[Change], promisable: &[Quantity], place: Option<usize>) -> (Vec<Quantity>, Vec<usize>) {
    let mut receives = vec![false; promisable.len()];
    for change in changes {
        let comes = change.comes && (place.is_none() || change.place == place);
        if let Some(slot) = receives.get_mut(change.day).filter(|_| comes) {
            *slot = true;
        }
    }
    let (mut before, mut last, mut receipt) = (Quantity::ZERO, Quantity::ZERO, 0);
    let of_last = |((day, promisable), receives): ((usize, &Quantity), bool)| {
        let more = promisable.saturating_sub(before);
        before = *promisable;
        (last, receipt) = if receives { (more, day) } else { (last.saturating_add(more), receipt) };
        (last, receipt)
    };
    promisable.iter().enumerate().zip(receives).map(of_last).unzip()
}
