//! Conditions that exclude each other, or that leave nothing out.

use super::ast::Relation;
use super::atoms::Claim;
use super::atoms::What;
use super::check::Checker;
use super::program::Cond;
use super::value::Literal;
use super::{Slot, Type};
use crate::report::{ExprCode, Span};

impl Checker<'_, '_> {
    /// Warns when the parts of `a && b` can never all hold (`all`), or when one of the parts of `a || b` always holds.
    pub(super) fn warn_contradiction(&mut self, parts: &[Cond], span: Span, all: bool) {
        let mut claims: Vec<(usize, Claim, Span)> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            for leaf in leaves(part, all) {
                let Some(claim) = Claim::of(leaf) else { continue };
                let claim = if all { claim } else { claim.negated() };
                let at = leaf.span().unwrap_or(span);
                claims.push((number, claim, at));
            }
        }
        let mut done: Vec<Claim> = Vec::new();
        for (_, claim, _) in &claims {
            if done.iter().any(|before| before.read.same(&claim.read)) {
                continue;
            }
            done.push(claim.clone());
            let group: Vec<&(usize, Claim, Span)> = claims.iter().filter(|(_, other, _)| other.read.same(&claim.read)).collect();
            // What stands in one part alone was looked at when that part was.
            let of_one_part = group.iter().all(|(number, ..)| group.first().is_some_and(|(first, ..)| first == number));
            if !of_one_part && !self.possible(claim.read.slot, &group.iter().map(|(_, claim, _)| claim).collect::<Vec<_>>()) {
                self.report_contradiction(&group, span, all);
                return;
            }
        }
    }

    fn report_contradiction(&mut self, group: &[&(usize, Claim, Span)], span: Span, all: bool) {
        let pair = pairs(group).find(|(one, other)| !self.possible(one.1.read.slot, &[&one.1, &other.1]));
        let about = match pair {
            Some((one, other)) => format!("`{}` and `{}`", self.text_at(one.2), self.text_at(other.2)),
            None => format!("the conditions of `{}`", self.text_at(span)),
        };
        let message = if all {
            format!("this can never be true: {about} exclude each other")
        } else {
            format!("this is always true: {about} leave nothing out")
        };
        self.problems.warning(ExprCode::Constant, span, message, None);
    }

    /// Whether some value fulfils all claims.
    fn possible(&self, slot: Slot, claims: &[&Claim]) -> bool {
        let declared = self.vocabulary.name(slot);
        let mut allowed: Option<Vec<Literal>> = match declared.map(|name| (&name.ty, name.one_of.as_deref())) {
            Some((Type::Bool, _)) => Some(vec![Literal::Bool(true), Literal::Bool(false)]),
            Some((_, Some(values))) => Some(values.iter().copied().map(Literal::Text).collect()),
            _ => None,
        };
        for claim in claims {
            if let What::OneOf(values) = &claim.what {
                allowed = Some(match allowed {
                    Some(before) => before.into_iter().filter(|value| values.contains(value)).collect(),
                    None => values.clone(),
                });
            }
        }
        match allowed {
            Some(values) => values.iter().any(|value| claims.iter().all(|claim| fulfils(*value, claim))),
            None => range_is_possible(claims),
        }
    }
}

fn pairs<T>(list: &[T]) -> impl Iterator<Item = (&T, &T)> {
    list.iter().enumerate().flat_map(move |(number, one)| list.iter().skip(number.saturating_add(1)).map(move |other| (one, other)))
}

/// The parts of the same kind of chain, inner ones opened.
fn leaves(condition: &Cond, all: bool) -> Vec<&Cond> {
    match condition {
        Cond::All(parts) if all => parts.iter().flat_map(|part| leaves(part, all)).collect(),
        Cond::Any(parts) if !all => parts.iter().flat_map(|part| leaves(part, all)).collect(),
        other => vec![other],
    }
}

fn fulfils(value: Literal, claim: &Claim) -> bool {
    match &claim.what {
        What::OneOf(values) => values.contains(&value),
        What::NoneOf(values) => !values.contains(&value),
        What::Bound(relation, bound) => match (value, bound) {
            (Literal::Number(value), Literal::Number(bound)) => relation.holds(value.cmp(bound)),
            (Literal::Date(value), Literal::Date(bound)) => relation.holds(value.cmp(bound)),
            _ => true,
        },
    }
}

/// Whether the bounds leave room: numbers lie dense, and of dates only neighbours could be missed, which costs a warning at most.
fn range_is_possible(claims: &[&Claim]) -> bool {
    let bounds = || {
        claims.iter().filter_map(|claim| match &claim.what {
            What::Bound(relation, bound) => Some((*relation, *bound)),
            _ => None,
        })
    };
    let lows = || bounds().filter(|(relation, _)| matches!(relation, Relation::AtLeast | Relation::Greater));
    let highs = || bounds().filter(|(relation, _)| matches!(relation, Relation::AtMost | Relation::Less));
    lows().all(|(low_relation, low)| {
        highs().all(|(high_relation, high)| match low.cmp(&high) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => {
                let closed = low_relation == Relation::AtLeast && high_relation == Relation::AtMost;
                closed && claims.iter().all(|claim| fulfils(low, claim))
            }
        })
    })
}
