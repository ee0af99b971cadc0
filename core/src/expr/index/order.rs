//! The order in which rules are laid out.

use std::collections::BTreeMap;

use super::super::{Literal, Scope, Slot};
use super::demand::{Demand, Kind};
use crate::sort;

/// What a rule demands first of a slot of values.
fn value(demands: &BTreeMap<Slot, Demand>, slot: Slot) -> Option<Literal> {
    if let Some(Demand::Values(values)) = demands.get(&slot) { values.first().copied() } else { None }
}

/// The slots of which rules demand values: those of the document first, and of either scope those with many values first.
pub(super) fn widest_first(by_rule: &[BTreeMap<Slot, Demand>], keys: &[(Slot, Kind)]) -> Vec<Slot> {
    let count = |slot: Slot| {
        let mut distinct: Vec<Literal> = by_rule.iter().filter_map(|demands| value(demands, slot)).collect();
        sort::ascending(&mut distinct);
        distinct.dedup();
        distinct.len()
    };
    let of_values = keys.iter().filter(|(_, kind)| *kind == Kind::Values);
    let mut slots: Vec<(bool, std::cmp::Reverse<usize>, Slot)> =
        of_values.map(|(slot, _)| (slot.scope == Scope::Line, std::cmp::Reverse(count(*slot)), *slot)).collect();
    sort::ascending(&mut slots);
    slots.into_iter().map(|(_, _, slot)| slot).collect()
}

/// The rules in an order that makes neighbours of those with equal values, slot by slot. A document has one value of each of its slots, so
/// that its rules lie in few places, and each of these begins with those of its lines' values that are for it.
pub(super) fn clustered(by_rule: &[BTreeMap<Slot, Demand>], slots: &[Slot]) -> Vec<usize> {
    // Rules without a demand stand behind the others, so that they are neighbours too.
    let key = |demands: &BTreeMap<Slot, Demand>| -> Vec<(bool, Option<Literal>)> {
        slots.iter().map(|slot| value(demands, *slot)).map(|value| (value.is_none(), value)).collect()
    };
    let mut order: Vec<_> = by_rule.iter().map(key).zip(0..).collect();
    sort::ascending(&mut order);
    order.into_iter().map(|(_, rule)| rule).collect()
}
