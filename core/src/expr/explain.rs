//! Why a condition holds or does not: every comparison with what it wanted and what it found.

use serde::Serialize;

use super::Expr;
use super::ast::Relation;
use super::eval::{Env, FaultKind};
use super::program::{Cond, Items, Typed};
use super::value::{Facts, Value};
use crate::report::{Detail, Span};
use crate::sort;

/// One comparison of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Leaf {
    /// The comparison as it was written; inside a negation, with the negation.
    pub text: String,
    /// Where it stands in the expression, without the negation.
    pub span: Span,
    /// Whether it holds.
    pub passed: bool,
    /// What it compares with; absent when that cannot be calculated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Detail>,
    /// What the document has; absent when it cannot be calculated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Detail>,
}

impl Expr {
    /// Every comparison of a condition, in the order in which they are written, also behind one that decided already.
    ///
    /// Left out are comparisons of a value that is missing (the `has()` in front of them is there and says so), and the branches
    /// of a choice that were not taken. An expression that is no condition has no comparisons.
    #[must_use]
    pub fn explain<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        if let Some(Typed::Bool(condition)) = self.typed() {
            let env = Env { facts, line, outer: None };
            Explainer { source: self.source(), leaves: &mut leaves }.walk(condition, &env, false);
        }
        leaves
    }
}

struct Explainer<'s> {
    source: &'s str,
    leaves: &'s mut Vec<Leaf>,
}

impl Explainer<'_> {
    fn walk<F: Facts + ?Sized>(&mut self, condition: &Cond, env: &Env<'_, '_, F>, negated: bool) {
        match condition {
            Cond::Constant(_) => {}
            Cond::Not(inner) => self.walk(inner, env, !negated),
            Cond::All(parts) | Cond::Any(parts) => {
                for part in parts {
                    self.walk(part, env, negated);
                }
            }
            Cond::Choose(choice) => {
                for (case, value) in &choice.cases {
                    self.walk(case, env, false);
                    match env.test(case) {
                        Ok(false) => {}
                        Ok(true) => return self.walk(value, env, negated),
                        Err(_) => return,
                    }
                }
                self.walk(&choice.otherwise, env, negated);
            }
            leaf => self.leaf(leaf, env, negated),
        }
    }

    fn leaf<F: Facts + ?Sized>(&mut self, leaf: &Cond, env: &Env<'_, '_, F>, negated: bool) {
        let Some(span) = leaf.span() else { return };
        let passed = match env.test(leaf) {
            Ok(value) => value != negated,
            Err(fault) if fault.kind == FaultKind::Missing => return,
            Err(_) => false,
        };
        let (expected, actual) = sides(leaf, env, negated);
        let written: String = self.source.chars().skip(span.start).take(span.end.saturating_sub(span.start)).collect();
        let text = match leaf {
            _ if !negated => written,
            Cond::Read(_) | Cond::Has(_) => format!("!{written}"),
            _ => format!("!({written})"),
        };
        self.leaves.push(Leaf { text, span, passed, expected, actual });
    }
}

/// What a comparison wants, and what it finds: of two sides the constant is what it wants.
fn sides<F: Facts + ?Sized>(leaf: &Cond, env: &Env<'_, '_, F>, negated: bool) -> (Option<Detail>, Option<Detail>) {
    use super::program::{Day, Num, Txt};
    let turned = |swap: bool, left: Option<Detail>, right: Option<Detail>| if swap { (left, right) } else { (right, left) };
    match leaf {
        Cond::Numbers(c) => {
            let side = |number| env.number(number).ok().map(Detail::Number);
            turned(matches!(c.left, Num::Constant(_)), side(&c.left), side(&c.right))
        }
        Cond::Dates(c) => {
            let side = |date| env.date(date).ok().map(Detail::Date);
            turned(matches!(c.left, Day::Constant(_)), side(&c.left), side(&c.right))
        }
        Cond::Texts(c) => {
            let side = |text| env.text(text).ok().map(|text| Detail::from(text.text));
            turned(matches!(c.left, Txt::Constant(..)), side(&c.left), side(&c.right))
        }
        Cond::Bools(c) => {
            let side = |condition| env.test(condition).ok();
            let (left, right) = (side(&c.left), side(&c.right));
            let wanted = right.map(|right| right == (c.relation == Relation::Equal));
            (wanted.map(Detail::Bool), left.map(Detail::Bool))
        }
        Cond::Part(part) => {
            let side = |text| env.text(text).ok().map(|text| Detail::from(text.text));
            (side(&part.part), side(&part.text))
        }
        Cond::In(membership) => items(&membership.items, env),
        other => (Some(Detail::Bool(!negated)), env.test(other).ok().map(Detail::Bool)),
    }
}

fn items<F: Facts + ?Sized>(items: &Items, env: &Env<'_, '_, F>) -> (Option<Detail>, Option<Detail>) {
    match items {
        Items::Numbers(item, list) => {
            let wanted = list.iter().copied().map(Detail::Number).collect();
            (Some(Detail::List(wanted)), env.number(item).ok().map(Detail::Number))
        }
        Items::Dates(item, list) => {
            let wanted = list.iter().copied().map(Detail::Date).collect();
            (Some(Detail::List(wanted)), env.date(item).ok().map(Detail::Date))
        }
        Items::Texts(item, list) => {
            // The list is sorted by symbol, which is the order in which the rulebook first names the texts.
            let mut texts: Vec<&str> = list.iter().map(|(_, text)| text).collect();
            sort::ascending(&mut texts);
            (Some(Detail::List(texts.into_iter().map(Detail::from).collect())), env.text(item).ok().map(|text| Detail::from(text.text)))
        }
        Items::List(item, list) => {
            let wanted = env.list(list).ok().map(|values| Detail::List(values.iter().filter_map(|value| detail(*value)).collect()));
            (wanted, env.typed(item).ok().and_then(detail))
        }
    }
}

fn detail(value: Value<'_>) -> Option<Detail> {
    Some(match value {
        Value::Missing => return None,
        Value::Bool(value) => Detail::Bool(value),
        Value::Number(value) => Detail::Number(value),
        Value::Text(value) => Detail::from(value.text),
        Value::Date(value) => Detail::Date(value),
        Value::List(values) => Detail::List(values.iter().filter_map(|value| detail(*value)).collect()),
    })
}
