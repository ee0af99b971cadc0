//! Checks segments, and finds the one that a demand belongs to.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::super::reservation::Reservation;
use super::def::{ReplanCondition, ReplanSegmentDef, ReplanSort};
use crate::id::{AttributeId, Set};
use crate::report::{Diagnostic, Diagnostics, InventoryCode, Path};
use crate::time::Date;

/// The checked segments.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Segments {
    pub(super) segments: Vec<ReplanSegmentDef>,
    /// Every fact that a segment asks for.
    pub(super) facts: Set<AttributeId>,
}

/// A demand as segments see it.
pub(super) struct Subject<'s> {
    pub reservation: &'s Reservation,
    pub facts: Option<&'s BTreeMap<AttributeId, String>>,
    /// Its place among all reservations: who reserved first has the lowest.
    pub place: usize,
}

impl Subject<'_> {
    fn fact(&self, name: &AttributeId) -> Option<&String> {
        self.facts?.get(name)
    }

    fn fulfils(&self, condition: &ReplanCondition, today: Date) -> bool {
        match condition {
            ReplanCondition::Fact { name, one_of } => self.fact(name).is_some_and(|value| one_of.contains(value)),
            ReplanCondition::Priority { at_least, at_most } => {
                let priority = self.reservation.priority;
                at_least.is_none_or(|least| priority >= least) && at_most.is_none_or(|most| priority <= most)
            }
            ReplanCondition::Product { one_of } => one_of.contains(&self.reservation.product),
            ReplanCondition::Kind(kind) => self.reservation.kind == *kind,
            ReplanCondition::WantedWithin { days } => {
                let away = |on: Date| i64::from(on.day_number()).saturating_sub(today.day_number().into());
                self.reservation.wanted_on.is_some_and(|on| away(on) <= i64::from(*days))
            }
        }
    }

    fn compare(&self, other: &Self, key: &ReplanSort) -> Ordering {
        let day = |subject: &Self| (subject.reservation.wanted_on.is_none(), subject.reservation.wanted_on);
        match key {
            ReplanSort::Priority => other.reservation.priority.cmp(&self.reservation.priority),
            ReplanSort::WantedOn => day(self).cmp(&day(other)),
            ReplanSort::FirstCome => self.place.cmp(&other.place),
            ReplanSort::SmallestFirst => self.reservation.outstanding().cmp(&other.reservation.outstanding()),
            ReplanSort::LargestFirst => other.reservation.outstanding().cmp(&self.reservation.outstanding()),
            ReplanSort::Fact { name, order } => {
                let rank = |subject: &Self| {
                    let value = subject.fact(name);
                    order.iter().position(|known| Some(known) == value).unwrap_or(usize::MAX)
                };
                rank(self).cmp(&rank(other))
            }
        }
    }
}

impl Segments {
    /// The place of the segment that a demand belongs to.
    pub(super) fn of(&self, subject: &Subject<'_>, today: Date) -> Option<usize> {
        self.segments.iter().position(|segment| segment.when.iter().all(|condition| subject.fulfils(condition, today)))
    }
}

/// Who of one segment is served first.
pub(super) fn order(segment: &ReplanSegmentDef, one: &Subject<'_>, other: &Subject<'_>) -> Ordering {
    const USUAL: &[ReplanSort] = &[ReplanSort::Priority, ReplanSort::WantedOn];
    let keys = if segment.sort.is_empty() { USUAL } else { segment.sort.as_slice() };
    let by_keys = keys.iter().map(|key| one.compare(other, key)).find(|order| order.is_ne());
    by_keys.unwrap_or_else(|| one.place.cmp(&other.place))
}

/// Checks the segments. Problems go to `diagnostics`.
pub(in super::super) fn compile(defs: &[ReplanSegmentDef], path: &Path<'_>, diagnostics: &mut Diagnostics) -> Segments {
    let mut segments = Segments::default();
    let mut seen = Set::default();
    for (index, def) in defs.iter().enumerate() {
        let here = path.index(index);
        if !seen.insert(&def.id) {
            diagnostics.duplicate(&here.field("id"), "segment", def.id.as_str());
        }
        if let Some(all) = segments.segments.iter().find(|before| before.when.is_empty()) {
            let message = format!("no demand can belong to `{}`: every demand belongs to `{}` before it", def.id, all.id);
            let problem = Diagnostic::error(InventoryCode::SegmentUnreachable, &here, message);
            diagnostics.push(problem.help("put the segment without conditions last"));
        }
        for (number, condition) in def.when.iter().enumerate() {
            check_condition(condition, &here.field("when").index(number), diagnostics);
            if let ReplanCondition::Fact { name, .. } = condition {
                segments.facts.insert(name.clone());
            }
        }
        for (number, key) in def.sort.iter().enumerate() {
            check_sort(key, def.sort.get(..number).unwrap_or_default(), &here.field("sort").index(number), diagnostics);
            if let ReplanSort::Fact { name, .. } = key {
                segments.facts.insert(name.clone());
            }
        }
        segments.segments.push(def.clone());
    }
    segments
}

fn check_condition(condition: &ReplanCondition, path: &Path<'_>, diagnostics: &mut Diagnostics) {
    let problem = match condition {
        ReplanCondition::Fact { one_of, .. } if one_of.is_empty() => Some("no demand has one of no values; name the values"),
        ReplanCondition::Product { one_of } if one_of.is_empty() => Some("no demand is for one of no products; name the products"),
        ReplanCondition::Priority { at_least: None, at_most: None } => Some("every priority will do; write `at_least` or `at_most`"),
        ReplanCondition::Priority { at_least: Some(least), at_most: Some(most) } if least > most => {
            Some("no priority is in this range; `at_least` must not be above `at_most`")
        }
        _ => None,
    };
    if let Some(message) = problem {
        diagnostics.error(InventoryCode::SegmentCondition, path, message);
    }
}

fn check_sort(key: &ReplanSort, before: &[ReplanSort], path: &Path<'_>, diagnostics: &mut Diagnostics) {
    if before.contains(key) {
        diagnostics.error(InventoryCode::SegmentCondition, path, "this key stands in the list before; the second changes nothing");
    }
    if let ReplanSort::Fact { order, .. } = key
        && order.is_empty()
    {
        diagnostics.error(InventoryCode::SegmentCondition, path, "an order of no values puts nobody first; name the values");
    }
}
