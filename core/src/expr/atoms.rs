//! Atoms: what a condition says about single slots and constants, so that an index can answer it.

use super::ast::Relation;
use super::program::{Cond, Day, Items, Num, Read, Txt};
use super::value::{Facts, Literal, Value};
use super::{Scope, Slot};

/// One part of a conjunction that compares a slot with constants. A missing value fulfils no atom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// The value equals the literal.
    Equals {
        /// What is compared.
        slot: Slot,
        /// What it must be.
        value: Literal,
    },
    /// The value equals one of the literals.
    In {
        /// What is compared.
        slot: Slot,
        /// What it may be.
        values: Box<[Literal]>,
    },
    /// The value is the bound or more. Bounds are numbers or dates.
    AtLeast {
        /// What is compared.
        slot: Slot,
        /// The smallest value that will do.
        bound: Literal,
    },
    /// The value is more than the bound.
    Above {
        /// What is compared.
        slot: Slot,
        /// The value that must be exceeded.
        bound: Literal,
    },
    /// The value is the bound or less.
    AtMost {
        /// What is compared.
        slot: Slot,
        /// The largest value that will do.
        bound: Literal,
    },
    /// The value is less than the bound.
    Below {
        /// What is compared.
        slot: Slot,
        /// The value that must not be reached.
        bound: Literal,
    },
}

impl Atom {
    /// The slot that is compared.
    #[must_use]
    pub fn slot(&self) -> Slot {
        match self {
            Self::Equals { slot, .. }
            | Self::In { slot, .. }
            | Self::AtLeast { slot, .. }
            | Self::Above { slot, .. }
            | Self::AtMost { slot, .. }
            | Self::Below { slot, .. } => *slot,
        }
    }

    /// Whether the atom holds: the slow and obvious way, for one atom at a time.
    #[must_use]
    pub fn holds<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> bool {
        let slot = self.slot();
        if slot.scope == Scope::Line && line.is_none() {
            return false;
        }
        let value = facts.value(slot, line);
        match self {
            Self::Equals { value: wanted, .. } => Literal::of(value) == Some(*wanted),
            Self::In { values, .. } => Literal::of(value).is_some_and(|value| values.contains(&value)),
            Self::AtLeast { bound, .. } => compared(value, *bound, Relation::AtLeast),
            Self::Above { bound, .. } => compared(value, *bound, Relation::Greater),
            Self::AtMost { bound, .. } => compared(value, *bound, Relation::AtMost),
            Self::Below { bound, .. } => compared(value, *bound, Relation::Less),
        }
    }
}

fn compared(value: Value<'_>, bound: Literal, relation: Relation) -> bool {
    match (value, bound) {
        (Value::Number(value), Literal::Number(bound)) => relation.holds(value.cmp(&bound)),
        (Value::Date(value), Literal::Date(bound)) => relation.holds(value.cmp(&bound)),
        _ => false,
    }
}

/// What one comparison says about one read.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub read: Read,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    OneOf(Vec<Literal>),
    NoneOf(Vec<Literal>),
    /// An order, never equality.
    Bound(Relation, Literal),
}

impl Claim {
    /// What a condition claims, when it is about one read and constants.
    pub fn of(condition: &Cond) -> Option<Self> {
        match condition {
            Cond::Read(read) => Some(Self { read: *read, what: What::OneOf(vec![Literal::Bool(true)]) }),
            Cond::Not(inner) => Self::of(inner).map(Self::negated),
            Cond::Numbers(c) => match (&c.left, &c.right) {
                (Num::Read(read), Num::Constant(value)) => Some(Self::compared(read, c.relation, Literal::Number(*value))),
                (Num::Constant(value), Num::Read(read)) => Some(Self::compared(read, c.relation.mirrored(), Literal::Number(*value))),
                _ => None,
            },
            Cond::Dates(c) => match (&c.left, &c.right) {
                (Day::Read(read), Day::Constant(value)) => Some(Self::compared(read, c.relation, Literal::Date(*value))),
                (Day::Constant(value), Day::Read(read)) => Some(Self::compared(read, c.relation.mirrored(), Literal::Date(*value))),
                _ => None,
            },
            Cond::Texts(c) => match (&c.left, &c.right) {
                (Txt::Read(read), Txt::Constant(symbol, _)) | (Txt::Constant(symbol, _), Txt::Read(read)) => {
                    Some(Self::compared(read, c.relation, Literal::Text(*symbol)))
                }
                _ => None,
            },
            Cond::In(membership) => {
                let (read, values) = match &membership.items {
                    Items::Numbers(Num::Read(read), list) => (read, list.iter().copied().map(Literal::Number).collect()),
                    Items::Dates(Day::Read(read), list) => (read, list.iter().copied().map(Literal::Date).collect()),
                    Items::Texts(Txt::Read(read), list) => (read, list.iter().map(|(symbol, _)| Literal::Text(symbol)).collect()),
                    _ => return None,
                };
                Some(Self { read: *read, what: What::OneOf(values) })
            }
            _ => None,
        }
    }

    fn compared(read: &Read, relation: Relation, value: Literal) -> Self {
        let what = match relation {
            Relation::Equal => What::OneOf(vec![value]),
            Relation::NotEqual => What::NoneOf(vec![value]),
            order => What::Bound(order, value),
        };
        Self { read: *read, what }
    }

    pub fn negated(self) -> Self {
        let flipped = |values: &[Literal]| match values {
            [Literal::Bool(value)] => Some(What::OneOf(vec![Literal::Bool(!value)])),
            _ => None,
        };
        let what = match self.what {
            What::OneOf(values) => flipped(&values).unwrap_or(What::NoneOf(values)),
            What::NoneOf(values) => flipped(&values).unwrap_or(What::OneOf(values)),
            What::Bound(relation, value) => What::Bound(relation.negated(), value),
        };
        Self { read: self.read, what }
    }

    /// The atom that an index can use; to be none of something is not one.
    fn atom(self) -> Option<Atom> {
        let slot = self.read.slot;
        match self.what {
            What::OneOf(values) => Some(match values.as_slice() {
                [value] => Atom::Equals { slot, value: *value },
                _ => Atom::In { slot, values: values.into() },
            }),
            What::NoneOf(_) => None,
            What::Bound(relation, bound) => Some(match relation {
                Relation::AtLeast => Atom::AtLeast { slot, bound },
                Relation::Greater => Atom::Above { slot, bound },
                Relation::AtMost => Atom::AtMost { slot, bound },
                Relation::Less => Atom::Below { slot, bound },
                Relation::Equal | Relation::NotEqual => return None,
            }),
        }
    }
}

/// The parts of a conjunction, its inner conjunctions opened.
pub(super) fn conjuncts(condition: &Cond) -> Vec<&Cond> {
    match condition {
        Cond::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// The atoms of a condition's top-level conjunction, and whether they say all that the condition says.
pub(super) fn atoms(condition: &Cond) -> (Vec<Atom>, bool) {
    let parts = conjuncts(condition);
    let atoms: Vec<Atom> = parts.iter().filter_map(|part| Claim::of(part).and_then(Claim::atom)).collect();
    let covered = |part: &Cond| match part {
        Cond::Constant(value) => *value,
        // A missing value fulfils no atom, so that an atom of the same slot asks for presence too.
        Cond::Has(read) => atoms.iter().any(|atom| atom.slot() == read.slot),
        other => Claim::of(other).and_then(Claim::atom).is_some(),
    };
    let complete = parts.iter().all(|part| covered(part));
    (atoms, complete)
}
