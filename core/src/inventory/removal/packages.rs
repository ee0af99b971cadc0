//! Taking so that the fewest packages are opened or taken.

use super::pick::{Picks, Room, give};
use super::survey::Found;
use crate::quantity::Quantity;

/// Packages of the same contents.
#[derive(Debug, Clone, Copy)]
struct Packages {
    /// Which of the stock that was found.
    index: usize,
    rank: usize,
    contents: Quantity,
    count: i64,
}

/// Takes from one class after the other, and within a class so that the fewest packages are touched: the smallest that has all that is
/// missing, or else the largest there is. What lies loose comes after all packages of its class.
pub(super) fn fewest_packages(
    fit: &[Found<'_>],
    same_class: impl Fn(&Found<'_>, &Found<'_>) -> bool,
    room: &mut Room,
    wanted: Quantity,
) -> Picks {
    let mut picks = Picks::new();
    let mut missing = wanted;
    let mut start = 0;
    for class in fit.chunk_by(|one, other| same_class(one, other)) {
        let (packed, loose): (Vec<_>, Vec<_>) = class.iter().enumerate().partition(|(_, found)| package(found).is_some());
        let number = |(place, found)| (start_of(start, place), found);
        let mut packages: Vec<Packages> = packed.into_iter().map(number).flat_map(|(index, found)| pack(index, found)).collect();
        while missing.is_positive() {
            let Some(next) = next(&packages, room, missing) else { break };
            let Some(taken) = packages.get_mut(next) else { break };
            let quantity = taken.take(room, missing);
            missing = missing.saturating_sub(quantity);
            add(&mut picks, taken.index, quantity);
        }
        for (index, found) in loose.into_iter().map(number) {
            let quantity = missing.min(found.free).min(left(room, found.rank));
            if quantity.is_positive() {
                missing = missing.saturating_sub(quantity);
                give(room, found.rank, quantity);
                add(&mut picks, index, quantity);
            }
        }
        start = start_of(start, class.len());
    }
    picks
}

fn start_of(start: usize, place: usize) -> usize {
    start.saturating_add(place)
}

fn package(found: &Found<'_>) -> Option<Quantity> {
    found.facts.and_then(|facts| facts.package).filter(|package| package.is_positive())
}

fn left(room: &Room, rank: usize) -> Quantity {
    room.get(&rank).copied().unwrap_or_default()
}

/// The full packages of what was found, and the one that is broken.
fn pack(index: usize, found: &Found<'_>) -> impl Iterator<Item = Packages> {
    let contents = package(found).unwrap_or_default();
    let full = found.free.whole_multiple_of(contents);
    let broken = found.free.saturating_sub(full);
    let count = full.millionths().checked_div(contents.millionths()).unwrap_or(0);
    let rank = found.rank;
    let of = move |contents, count| Packages { index, rank, contents, count };
    [of(contents, count), of(broken, 1)].into_iter().filter(|packages| packages.count > 0 && packages.contents.is_positive())
}

/// The smallest package that has all that is missing, or else the largest; of equal ones the first.
fn next(packages: &[Packages], room: &Room, missing: Quantity) -> Option<usize> {
    let usable = |packages: &Packages| if packages.count > 0 { packages.contents.min(left(room, packages.rank)) } else { Quantity::ZERO };
    let has = || packages.iter().enumerate().filter(|(_, packages)| usable(packages).is_positive());
    let whole = has().filter(|(_, packages)| usable(packages) >= missing).min_by_key(|(place, packages)| (packages.contents, *place));
    let largest = || has().min_by_key(|(place, packages)| (usable(packages).negated(), *place));
    whole.or_else(largest).map(|(place, _)| place)
}

impl Packages {
    /// Takes as many whole packages as are missing, or what is missing of one.
    fn take(&mut self, room: &mut Room, missing: Quantity) -> Quantity {
        let most = missing.min(left(room, self.rank));
        let fit = most.millionths().checked_div(self.contents.millionths()).unwrap_or(0).min(self.count);
        let (count, quantity) = if fit > 0 {
            (fit, Quantity::from_millionths(self.contents.millionths().saturating_mul(fit)))
        } else {
            (1, most.min(self.contents))
        };
        self.count = self.count.saturating_sub(count);
        give(room, self.rank, quantity);
        quantity
    }
}

fn add(picks: &mut Picks, index: usize, quantity: Quantity) {
    match picks.iter_mut().find(|(known, _)| *known == index) {
        Some((_, sum)) => *sum = sum.saturating_add(quantity),
        None => picks.push((index, quantity)),
    }
}
