//! What each rule demands of each slot: its atoms, put together.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::atoms::Atom;
use super::super::{Literal, Slot};
use crate::sort;

/// An end of a range, and whether it belongs to it.
pub(super) type End = (Literal, bool);

/// The values between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Range {
    pub low: Option<End>,
    pub high: Option<End>,
}

/// What one rule demands of one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Demand {
    /// One of these values; an empty list can never be fulfilled.
    Values(Vec<Literal>),
    Range(Range),
}

/// The kind of an index column: a slot may have one of each, when its rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Values,
    Numbers,
    Dates,
}

impl Demand {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Values(_) => Kind::Values,
            Self::Range(range) => match range.low.or(range.high) {
                Some((Literal::Date(_), _)) => Kind::Dates,
                _ => Kind::Numbers,
            },
        }
    }
}

/// The demands of one rule, by slot.
pub(super) fn demands(atoms: &[Atom]) -> BTreeMap<Slot, Demand> {
    let mut demands: BTreeMap<Slot, Demand> = BTreeMap::new();
    for atom in atoms {
        let new = demand(atom);
        let both = match demands.remove(&atom.slot()) {
            Some(before) => met(before, new),
            None => new,
        };
        demands.insert(atom.slot(), both);
    }
    demands
}

fn demand(atom: &Atom) -> Demand {
    let range = |low: Option<End>, high: Option<End>| {
        let usable = low.or(high).is_some_and(|(bound, _)| matches!(bound, Literal::Number(_) | Literal::Date(_)));
        // Texts and conditions have no order, so that such an atom never holds.
        if usable { Demand::Range(Range { low, high }) } else { Demand::Values(Vec::new()) }
    };
    match atom {
        Atom::Equals { value, .. } => Demand::Values(vec![*value]),
        Atom::In { values, .. } => {
            let mut values = values.to_vec();
            sort::ascending(&mut values);
            values.dedup();
            Demand::Values(values)
        }
        Atom::AtLeast { bound, .. } => range(Some((*bound, true)), None),
        Atom::Above { bound, .. } => range(Some((*bound, false)), None),
        Atom::AtMost { bound, .. } => range(None, Some((*bound, true))),
        Atom::Below { bound, .. } => range(None, Some((*bound, false))),
    }
}

/// What fulfils both demands.
fn met(one: Demand, other: Demand) -> Demand {
    match (one, other) {
        (Demand::Values(one), Demand::Values(other)) => Demand::Values(one.into_iter().filter(|value| other.contains(value)).collect()),
        (Demand::Values(values), Demand::Range(range)) | (Demand::Range(range), Demand::Values(values)) => {
            Demand::Values(values.into_iter().filter(|value| range.contains(*value)).collect())
        }
        (Demand::Range(one), Demand::Range(other)) => {
            if Demand::Range(one).kind() != Demand::Range(other).kind() {
                return Demand::Values(Vec::new());
            }
            let low = tighter(one.low, other.low, Ordering::Greater);
            let high = tighter(one.high, other.high, Ordering::Less);
            Demand::Range(Range { low, high })
        }
    }
}

fn tighter(one: Option<End>, other: Option<End>, wins: Ordering) -> Option<End> {
    let (Some(a), Some(b)) = (one, other) else { return one.or(other) };
    Some(match a.0.cmp(&b.0) {
        Ordering::Equal => (a.0, a.1 && b.1),
        ordering if ordering == wins => a,
        _ => b,
    })
}

impl Range {
    fn contains(&self, value: Literal) -> bool {
        let same_kind = |bound: Literal| std::mem::discriminant(&bound) == std::mem::discriminant(&value);
        let low = self.low.is_none_or(|(bound, closed)| same_kind(bound) && (bound < value || closed && bound == value));
        let high = self.high.is_none_or(|(bound, closed)| same_kind(bound) && (value < bound || closed && bound == value));
        low && high
    }
}
