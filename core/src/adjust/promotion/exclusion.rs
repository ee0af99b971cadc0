//! Promotions of a step that exclude each other: they never apply to one line together.

use super::compile::Promotion;
use crate::adjust::Tags;

/// How many contestants one word tells apart.
const WORD: usize = 64;

/// Which contestants exclude each other, whichever of two names the other. A promotion does not exclude itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Conflicts {
    /// By contestant the set of those that it never meets; empty when all go together.
    of: Vec<Vec<u64>>,
    lines: usize,
}

/// The sets of contestants that have applied to each line; empty when all go together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Applied(Vec<Vec<u64>>);

/// What two promotions exclude each other by.
pub(super) fn conflict(one: &Promotion, other: &Promotion) -> Tags {
    match (&one.terms, &other.terms) {
        (Some(one), Some(other)) => one.conflict(other.tags, other.excludes),
        _ => Tags::default(),
    }
}

impl Conflicts {
    /// The conflicts of promotions over so many lines.
    pub fn of(promotions: &[&Promotion], lines: usize) -> Self {
        let pairs = |(number, one): (usize, &&Promotion)| {
            let others = promotions.iter().enumerate().filter(move |(other, _)| *other != number);
            others.filter(|(_, other)| !conflict(one, other).is_empty()).fold(Vec::new(), |mut set, (other, _)| {
                insert(&mut set, other);
                set
            })
        };
        // Few promotions have tags, and few rulebooks have promotions that do.
        let tagged = |promotion: &&Promotion| promotion.terms.as_ref().is_some_and(|terms| !terms.excludes.is_empty());
        if !promotions.iter().any(tagged) {
            return Self::default();
        }
        let of: Vec<Vec<u64>> = promotions.iter().enumerate().map(pairs).collect();
        if of.iter().all(Vec::is_empty) { Self::default() } else { Self { of, lines } }
    }

    /// Whether units are to be kept apart by line.
    pub fn any(&self) -> bool {
        !self.of.is_empty()
    }

    /// The lines before anything has applied.
    pub fn nobody(&self) -> Applied {
        Applied(if self.any() { vec![Vec::new(); self.lines] } else { Vec::new() })
    }

    /// Whether one has applied to the line that a contestant does not meet.
    pub fn bar(&self, number: usize, line: usize, applied: &Applied) -> bool {
        let (Some(never), Some(on_line)) = (self.of.get(number), applied.0.get(line)) else { return false };
        never.iter().zip(on_line).any(|(one, other)| one & other != 0)
    }

    /// Whether two contestants never meet.
    pub fn between(&self, one: usize, other: usize) -> bool {
        let word = |set: &Vec<u64>| set.get(other.checked_div(WORD)?).copied();
        self.of.get(one).and_then(word).is_some_and(|word| word & bit(other) != 0)
    }
}

impl Applied {
    /// Whether all go together, so that nothing is noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that a contestant has applied to a line.
    pub fn add(&mut self, number: usize, line: usize) {
        if let Some(set) = self.0.get_mut(line) {
            insert(set, number);
        }
    }

    /// Nothing is noted any more, and nothing will be.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

fn insert(set: &mut Vec<u64>, number: usize) {
    let word = number.checked_div(WORD).unwrap_or(0);
    if set.len() <= word {
        set.resize(word.saturating_add(1), 0);
    }
    if let Some(place) = set.get_mut(word) {
        *place |= bit(number);
    }
}

fn bit(number: usize) -> u64 {
    let place = number.checked_rem(WORD).and_then(|place| u32::try_from(place).ok());
    place.and_then(|place| 1_u64.checked_shl(place)).unwrap_or(0)
}
