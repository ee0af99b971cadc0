//! How much promotions may take off while a combination is looked for: budgets and caps.

use super::eval::Entrant;
use super::units::FINE;

/// How much a promotion may still take off, in parts of a minor unit; any amount where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Room {
    /// What is above counts no more.
    counts: Option<i128>,
    /// What is above is not allowed.
    allows: Option<i128>,
}

/// The room of each contestant; empty where nothing bounds any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rooms(Vec<Room>);

impl Rooms {
    /// What these promotions may take off.
    pub fn of(entrants: &[Entrant]) -> Self {
        let fine = |minor: i64| i128::from(minor.max(0)).saturating_mul(FINE);
        let room = |entrant: &Entrant| Room { counts: entrant.most.map(fine), allows: entrant.within.map(fine) };
        let rooms: Vec<Room> = entrants.iter().map(room).collect();
        if rooms.iter().all(|room| *room == Room::default()) { Self::default() } else { Self(rooms) }
    }

    fn get(&self, number: usize) -> Room {
        self.0.get(number).copied().unwrap_or_default()
    }

    /// What counts of what so many applications would take off, one like the other; nothing when it is not allowed.
    pub fn grant(&self, number: usize, off: i128) -> i128 {
        let room = self.get(number);
        let counted = room.counts.map_or(off, |left| off.min(left));
        if room.allows.is_some_and(|left| counted > left) { 0 } else { counted }
    }

    /// How often an application may be repeated so that each time something counts and all is allowed.
    pub fn repeats(&self, number: usize, off: i128) -> u64 {
        let room = self.get(number);
        let times = |left: i128, more: i128| {
            let times = left.saturating_add(more).checked_div(off).unwrap_or(i128::MAX);
            u64::try_from(times).unwrap_or(u64::MAX)
        };
        let counts = room.counts.map(|left| times(left, off.saturating_sub(1)));
        let allows = room.allows.filter(|allowed| room.counts.is_none_or(|counted| counted > *allowed)).map(|left| times(left, 0));
        [counts, allows].into_iter().flatten().min().unwrap_or(u64::MAX)
    }

    /// Takes what counts out of the room.
    pub fn spend(&mut self, number: usize, granted: i128) {
        if let Some(room) = self.0.get_mut(number) {
            room.counts = room.counts.map(|left| left.saturating_sub(granted));
            room.allows = room.allows.map(|left| left.saturating_sub(granted));
        }
    }

    /// The most that a promotion can still come to, of what it could take off without a bound.
    pub fn reach(&self, number: usize, off: i128) -> i128 {
        let room = self.get(number);
        [room.counts, room.allows].into_iter().flatten().fold(off, i128::min)
    }
}
