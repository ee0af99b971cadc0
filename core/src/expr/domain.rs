//! Conditions that exclude each other, or that leave nothing out.

use super::Type;
use super::ast::Relation;
use super::atoms::Claim;
use super::atoms::What;
use super::check::Checker;
use super::program::Cond;
use super::value::Literal;
use crate::report::{ExprCode, Span};

/// A claim, the part of the chain that it stands in, and its text.
struct Said {
    part: usize,
    claim: Claim,
    text: String,
}

impl Checker<'_, '_> {
    /// Warns when the parts of `a && b` can never all hold (`all`), or when one of the parts of `a || b` always holds.
    pub(super) fn warn_contradiction(&mut self, parts: &[Cond], span: Span, all: bool) {
        let mut claims: Vec<Said> = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            for leaf in leaves(part, all) {
                let Some(claim) = Claim::of(leaf) else { continue };
                let claim = if all { claim } else { claim.negated() };
                claims.push(Said { part: number, claim, text: self.shown(leaf, span) });
            }
        }
        let mut done: Vec<&Said> = Vec::new();
        for said in &claims {
            if done.iter().any(|before| before.claim.read.same(&said.claim.read)) {
                continue;
            }
            done.push(said);
            let group: Vec<&Said> = claims.iter().filter(|other| other.claim.read.same(&said.claim.read)).collect();
            // What stands in one part alone was looked at when that part was.
            let of_one_part = group.iter().all(|other| other.part == said.part);
            if !of_one_part && !self.possible(&group) {
                return self.report_contradiction(&group, span, all);
            }
        }
    }

    fn shown(&self, leaf: &Cond, whole: Span) -> String {
        let text = self.text_at(leaf.span().unwrap_or(whole));
        match leaf {
            Cond::Not(inner) if matches!(**inner, Cond::Read(_)) => format!("`!{text}`"),
            Cond::Not(_) => format!("`!({text})`"),
            _ => format!("`{text}`"),
        }
    }

    fn report_contradiction(&mut self, group: &[&Said], span: Span, all: bool) {
        let pair = pairs(group).find(|(one, other)| !self.possible(&[one, other]));
        let about = pair.map_or_else(|| group.to_vec(), |(one, other)| vec![one, other]);
        let about = about.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(", ");
        let message = if all {
            format!("this can never be true: {about} exclude each other")
        } else {
            format!("this is always true: {about} leave nothing out")
        };
        self.problems.warning(ExprCode::Constant, span, message, None);
    }

    /// Whether some value fulfils all claims.
    fn possible(&self, said: &[&Said]) -> bool {
        let claims: Vec<&Claim> = said.iter().map(|said| &said.claim).collect();
        let declared = claims.first().and_then(|claim| self.vocabulary.name(claim.read.slot));
        let mut allowed: Option<Vec<Literal>> = match declared.map(|name| (&name.ty, name.one_of.as_deref())) {
            Some((Type::Bool, _)) => Some(vec![Literal::Bool(true), Literal::Bool(false)]),
            Some((_, Some(values))) => Some(values.iter().copied().map(Literal::Text).collect()),
            _ => None,
        };
        for claim in &claims {
            if let What::OneOf(values) = &claim.what {
                allowed = Some(match allowed {
                    Some(before) => before.into_iter().filter(|value| values.contains(value)).collect(),
                    None => values.clone(),
                });
            }
        }
        match allowed {
            Some(values) => values.iter().any(|value| claims.iter().all(|claim| fulfils(*value, claim))),
            None => range_is_possible(&claims),
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
