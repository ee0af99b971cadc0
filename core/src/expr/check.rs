//! The check: every name is known, every type fits, every optional attribute is asked for first. Gives the compiled form.
//!
//! What is known to be present flows with the conditions: behind `has(x) &&`, behind `!has(x) ||`, and in the branch of a choice.

use std::collections::BTreeSet;

use super::ast::{Ast, Factor, Node, Over, OverKind, Relation, Term};
use super::eval::{Env, FaultKind, NoFacts};
use super::problems::Problems;
use super::program::{Chain, Choice, Comparison, Cond, Day, Lines, Lst, Num, Read, Txt, Typed};
use super::{Presence, Scope, Slot, Type, Vocabulary};
use crate::id::Symbols;
use crate::report::{ExprCode, Span};

/// Which reads have a value for sure, by slot and by level of macros.
pub(super) type Known = BTreeSet<(Slot, usize)>;

/// A checked part, and what is known to be present when it is true and when it is false.
pub(super) struct Lowered {
    pub typed: Typed,
    pub yes: Known,
    pub no: Known,
}

impl Lowered {
    pub fn new(typed: Typed, known: &Known) -> Self {
        Self { typed, yes: known.clone(), no: known.clone() }
    }
}

pub(super) struct Checker<'c, 'p> {
    pub vocabulary: &'c Vocabulary,
    pub symbols: &'c mut Symbols,
    pub problems: &'c mut Problems<'p>,
    pub source: &'c str,
    pub scope: Scope,
    /// The variables of the macros around this place, from the outside.
    pub variables: Vec<String>,
    /// Everything that is read.
    pub slots: BTreeSet<Slot>,
}

impl Checker<'_, '_> {
    /// The characters of a place, for a message.
    pub fn text_at(&self, span: Span) -> String {
        const LONGEST: usize = 60;
        let length = span.end.saturating_sub(span.start);
        let mut text: String = self.source.chars().skip(span.start).take(length.min(LONGEST)).collect();
        if length > LONGEST {
            text.push('…');
        }
        text
    }

    pub fn type_error(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        self.problems.error(ExprCode::Type, span, message, help.map(str::to_owned));
    }

    /// The type that a whole expression must have.
    pub fn expect(&mut self, typed: &Typed, expected: &Type, span: Span) {
        let found = typed.ty();
        if found != *expected {
            let message = format!("this gives {found}, but {expected} is needed here");
            self.type_error(span, message, None);
        }
    }

    pub fn lower(&mut self, node: &Node, known: &Known) -> Option<Lowered> {
        let typed = match &node.ast {
            Ast::Bool(value) => Typed::Bool(Cond::Constant(*value)),
            Ast::Number(value) => Typed::Number(Num::Constant(*value)),
            Ast::Text(text) => Typed::Text(Txt::Constant(self.symbols.intern(text), text.as_str().into())),
            Ast::Name(name) => self.read(name, node.span, known)?,
            Ast::Not(inner) => return self.not(inner, known),
            Ast::All(parts) => return self.chain(parts, node.span, known, true),
            Ast::Any(parts) => return self.chain(parts, node.span, known, false),
            Ast::Compare(relation, left, right) => self.compare(*relation, left, right, node.span, known)?,
            Ast::In(item, list) => self.membership(item, list, node.span, known)?,
            Ast::Choose(cases, otherwise) => return self.choose(cases, otherwise, known),
            Ast::Call(call) => return self.call(call, node.span, known),
            Ast::Negate(inner) => {
                let inner = self.number(inner, known)?;
                Typed::Number(self.fold(Num::Negate(Box::new(inner)), node.span)?)
            }
            Ast::Sum(first, rest) => self.sum(first, rest, node.span, known)?,
            Ast::Product(first, rest) => self.product(first, rest, node.span, known)?,
            Ast::Over(over) => self.over(over, node.span, known)?,
            Ast::List(items) => {
                for item in items {
                    self.lower(item, known);
                }
                self.type_error(node.span, "a list can stand to the right of `in` only", Some("write `name in ['a', 'b']`"));
                return None;
            }
            Ast::Broken(parts) => {
                for part in parts {
                    self.lower(part, known);
                }
                return None;
            }
        };
        Some(Lowered::new(typed, known))
    }

    // --- what is needed somewhere -------------------------------------------------------------------------------------------

    fn wrong(&mut self, typed: &Typed, needed: &Type, span: Span) {
        let found = typed.ty();
        let shown = self.text_at(span);
        let help = match (typed, needed) {
            (Typed::Text(Txt::Constant(_, text)), Type::Number) if text.parse::<crate::Decimal>().is_ok() => {
                Some(format!("write {text} without quotes"))
            }
            (Typed::Text(Txt::Constant(_, text)), Type::Date) => Some(format!("write `date('{text}')`")),
            _ => None,
        };
        self.type_error(span, format!("`{shown}` is {found}, but {needed} is needed here"), help.as_deref());
    }

    /// A condition, with what is known when it is true and when it is false.
    pub fn condition(&mut self, node: &Node, known: &Known) -> Option<(Cond, Known, Known)> {
        let Lowered { typed, yes, no } = self.lower(node, known)?;
        match typed {
            Typed::Bool(condition) => Some((condition, yes, no)),
            other => {
                self.wrong(&other, &Type::Bool, node.span);
                None
            }
        }
    }

    pub fn number(&mut self, node: &Node, known: &Known) -> Option<Num> {
        match self.lower(node, known)?.typed {
            Typed::Number(number) => Some(number),
            other => {
                let shown = self.text_at(node.span);
                match &other {
                    Typed::Date(_) => {
                        let message = format!("`{shown}` is a date: dates are not calculated with like numbers");
                        self.type_error(node.span, message, Some("write `addDays(date, 30)` or `daysBetween(from, to)`"));
                    }
                    _ => self.wrong(&other, &Type::Number, node.span),
                }
                None
            }
        }
    }

    pub fn text(&mut self, node: &Node, known: &Known) -> Option<Txt> {
        match self.lower(node, known)?.typed {
            Typed::Text(text) => Some(text),
            other => {
                self.wrong(&other, &Type::Text, node.span);
                None
            }
        }
    }

    pub fn date(&mut self, node: &Node, known: &Known) -> Option<Day> {
        match self.lower(node, known)?.typed {
            Typed::Date(date) => Some(date),
            other => {
                self.wrong(&other, &Type::Date, node.span);
                None
            }
        }
    }

    // --- names --------------------------------------------------------------------------------------------------------------

    fn read(&mut self, name: &str, span: Span, known: &Known) -> Option<Typed> {
        let (read, level) = self.resolve(name, span)?;
        let declared = self.vocabulary.name(read.slot)?;
        if declared.presence == Presence::Optional && !known.contains(&(read.slot, level)) {
            let help = format!("ask first: `has({name}) && ...`; or declare a default for it");
            self.problems.error(ExprCode::Optional, span, format!("`{name}` is optional and may have no value"), Some(help));
        }
        Some(typed_read(read, &declared.ty))
    }

    // --- conditions ---------------------------------------------------------------------------------------------------------

    fn not(&mut self, inner: &Node, known: &Known) -> Option<Lowered> {
        let (condition, yes, no) = self.condition(inner, known)?;
        let negated = match condition {
            Cond::Constant(value) => Cond::Constant(!value),
            Cond::Not(inner) => *inner,
            other => Cond::Not(Box::new(other)),
        };
        Some(Lowered { typed: Typed::Bool(negated), yes: no, no: yes })
    }

    /// `a && b && c` or `a || b || c`. All parts are looked at, also behind a broken one.
    fn chain(&mut self, parts: &[Node], span: Span, known: &Known, all: bool) -> Option<Lowered> {
        let mut lowered = Vec::with_capacity(parts.len());
        let mut going_on = known.clone();
        let mut stopping: Option<Known> = None;
        for part in parts {
            self.warn_literal(part);
            let Some((condition, yes, no)) = self.condition(part, &going_on) else { continue };
            let (next, stop) = if all { (yes, no) } else { (no, yes) };
            going_on = next;
            stopping = Some(match stopping {
                Some(before) => before.intersection(&stop).copied().collect(),
                None => stop,
            });
            lowered.push(condition);
        }
        if lowered.len() < parts.len() {
            return None;
        }
        self.warn_contradiction(&lowered, span, all);
        let (yes, no) = if all { (going_on, stopping.unwrap_or_default()) } else { (stopping.unwrap_or_default(), going_on) };
        let parts = lowered.into_boxed_slice();
        let condition = if all { Cond::All(parts) } else { Cond::Any(parts) };
        Some(Lowered { typed: Typed::Bool(condition), yes, no })
    }

    /// `true` as a part of a condition says nothing.
    fn warn_literal(&mut self, node: &Node) {
        if let Ast::Bool(value) = node.ast {
            self.warn_constant(node.span, value);
        }
    }

    pub fn warn_constant(&mut self, span: Span, value: bool) {
        let message = format!("`{}` is always {value}", self.text_at(span));
        self.problems.warning(ExprCode::Constant, span, message, None);
    }

    fn compare(&mut self, relation: Relation, left: &Node, right: &Node, span: Span, known: &Known) -> Option<Typed> {
        let (one, other) = (self.lower(left, known), self.lower(right, known));
        let (one, other) = (one?.typed, other?.typed);
        let condition = match (one, other) {
            (Typed::Number(left), Typed::Number(right)) => Cond::Numbers(Box::new(Comparison { relation, left, right, span })),
            (Typed::Date(left), Typed::Date(right)) => Cond::Dates(Box::new(Comparison { relation, left, right, span })),
            (Typed::Text(one), Typed::Text(other)) => {
                self.no_order(relation, span, "texts")?;
                self.check_one_of(&one, &other, right.span);
                self.check_one_of(&other, &one, left.span);
                Cond::Texts(Box::new(Comparison { relation, left: one, right: other, span }))
            }
            (Typed::Bool(one), Typed::Bool(other)) => {
                self.no_order(relation, span, "conditions")?;
                compare_conditions(relation, one, other, span)
            }
            (Typed::List(_), Typed::List(_)) => {
                self.type_error(span, "lists are not compared as a whole", Some("ask for an element: `'a' in list`"));
                return None;
            }
            (one, other) => {
                self.mismatch(&one, left.span, &other, right.span, span);
                return None;
            }
        };
        Some(Typed::Bool(self.fold_condition(condition, span)))
    }

    fn no_order(&mut self, relation: Relation, span: Span, what: &str) -> Option<()> {
        if relation.is_order() {
            self.type_error(span, format!("{what} have no order: compare them with `==` or `!=`"), None);
            return None;
        }
        Some(())
    }

    fn mismatch(&mut self, one: &Typed, one_at: Span, other: &Typed, other_at: Span, span: Span) {
        let constant = |typed: &Typed| matches!(typed, Typed::Text(Txt::Constant(..)));
        if constant(other) && matches!(one, Typed::Number(_) | Typed::Date(_)) {
            return self.wrong(other, &one.ty(), other_at);
        }
        if constant(one) && matches!(other, Typed::Number(_) | Typed::Date(_)) {
            return self.wrong(one, &other.ty(), one_at);
        }
        let help = matches!(other, Typed::List(_)).then_some("write `value in list`");
        let message =
            format!("`{}` is {} and `{}` is {}: they are never equal", self.text_at(one_at), one.ty(), self.text_at(other_at), other.ty());
        self.type_error(span, message, help);
    }

    fn choose(&mut self, cases: &[(Node, Node)], otherwise: &Node, known: &Known) -> Option<Lowered> {
        let mut lowered: Vec<Option<(Cond, Lowered, Span)>> = Vec::new();
        let mut going_on = known.clone();
        for (condition, value) in cases {
            self.warn_literal(condition);
            let judged = self.condition(condition, &going_on);
            let (yes, no) = judged.as_ref().map_or((&going_on, &going_on), |(_, yes, no)| (yes, no));
            let value_lowered = self.lower(value, yes);
            going_on = no.clone();
            lowered.push(judged.zip(value_lowered).map(|((condition, ..), value_lowered)| (condition, value_lowered, value.span)));
        }
        let last = self.lower(otherwise, &going_on)?;
        let lowered = lowered.into_iter().collect::<Option<Vec<_>>>()?;
        let needed = last.typed.ty();
        for (_, value, span) in &lowered {
            if value.typed.ty() != needed {
                let message = format!(
                    "both values of a choice must have one type: `{}` is {}, the last is {needed}",
                    self.text_at(*span),
                    value.typed.ty()
                );
                self.type_error(*span, message, None);
                return None;
            }
        }
        let meet = |one: Known, other: &Known| -> Known { one.intersection(other).copied().collect() };
        let yes = lowered.iter().fold(last.yes, |yes, (_, value, _)| meet(yes, &value.yes));
        let no = lowered.iter().fold(last.no, |no, (_, value, _)| meet(no, &value.no));
        let cases = lowered.into_iter().map(|(condition, value, _)| (condition, value.typed)).collect();
        Some(Lowered { typed: choice(cases, last.typed)?, yes, no })
    }

    // --- numbers ------------------------------------------------------------------------------------------------------------

    fn sum(&mut self, first: &Node, rest: &[(Term, Node)], span: Span, known: &Known) -> Option<Typed> {
        let head = self.number(first, known);
        let rest: Vec<_> = rest.iter().map(|(term, node)| Some((*term, self.number(node, known)?))).collect();
        let rest = rest.into_iter().collect::<Option<_>>()?;
        self.fold(Num::Sum(Box::new(Chain { first: head?, rest, span })), span).map(Typed::Number)
    }

    fn product(&mut self, first: &Node, rest: &[(Factor, Node)], span: Span, known: &Known) -> Option<Typed> {
        let head = self.number(first, known);
        let mut parts = Vec::new();
        let mut broken = false;
        for (factor, node) in rest {
            let Some(number) = self.number(node, known) else {
                broken = true;
                continue;
            };
            if *factor != Factor::Times && matches!(number, Num::Constant(value) if value.is_zero()) {
                let message = format!("`{}` divides by zero", self.text_at(span));
                self.problems.error(ExprCode::DivisionByZero, span, message, None);
                broken = true;
            }
            parts.push((*factor, number));
        }
        let first = head.filter(|_| !broken)?;
        self.fold(Num::Product(Box::new(Chain { first, rest: parts.into(), span })), span).map(Typed::Number)
    }

    /// Calculates what is constant.
    pub fn fold(&mut self, number: Num, span: Span) -> Option<Num> {
        if !number.has_constant_parts() {
            return Some(number);
        }
        let env = Env { facts: &NoFacts, line: None, outer: None };
        match env.number(&number) {
            Ok(value) => Some(Num::Constant(value)),
            Err(fault) => {
                let error = fault.into_error(self.source);
                debug_assert!(fault.kind != FaultKind::Missing, "constant parts read nothing");
                self.problems.error(error.code, span, error.message, None);
                None
            }
        }
    }

    /// Decides a comparison of constants, and says that it is always the same.
    pub fn fold_condition(&mut self, condition: Cond, span: Span) -> Cond {
        if !condition.has_constant_parts() {
            return condition;
        }
        let env = Env { facts: &NoFacts, line: None, outer: None };
        match env.test(&condition) {
            Ok(value) => {
                self.warn_constant(span, value);
                Cond::Constant(value)
            }
            Err(_) => condition,
        }
    }

    // --- the lines of the document ------------------------------------------------------------------------------------------

    fn over(&mut self, over: &Over, span: Span, known: &Known) -> Option<Typed> {
        if super::vocabulary::RESERVED.contains(&over.variable.as_str()) {
            let message = format!("`{}` is a word of the language and cannot name a line", over.variable);
            self.problems.error(ExprCode::Syntax, span, message, Some("write `l`".to_owned()));
            return None;
        }
        self.variables.push(over.variable.clone());
        let body = match over.kind {
            OverKind::Sum => self.number(&over.body, known).map(Typed::Number),
            _ => self.condition(&over.body, known).map(|(condition, ..)| Typed::Bool(condition)),
        };
        self.variables.pop();
        match (over.kind, body?) {
            (OverKind::Sum, Typed::Number(body)) => Some(Typed::Number(Num::Total(Box::new(Lines { body, span })))),
            (OverKind::Count, Typed::Bool(body)) => Some(Typed::Number(Num::Count(Box::new(Lines { body, span })))),
            (OverKind::Exists, Typed::Bool(body)) => Some(Typed::Bool(Cond::Exists(Box::new(Lines { body, span })))),
            (OverKind::All, Typed::Bool(body)) => Some(Typed::Bool(Cond::Every(Box::new(Lines { body, span })))),
            _ => None,
        }
    }
}

fn typed_read(read: Read, ty: &Type) -> Typed {
    match ty {
        Type::Bool => Typed::Bool(Cond::Read(read)),
        Type::Number => Typed::Number(Num::Read(read)),
        Type::Text => Typed::Text(Txt::Read(read)),
        Type::Date => Typed::Date(Day::Read(read)),
        Type::List(_) => Typed::List(Lst::Read(read, ty.clone())),
    }
}

/// `a == b` of conditions; with a constant it is the other side, or its negation.
fn compare_conditions(relation: Relation, left: Cond, right: Cond, span: Span) -> Cond {
    let as_is = |value: bool| value == (relation == Relation::Equal);
    match (left, right) {
        (Cond::Constant(one), Cond::Constant(other)) => {
            Cond::Bools(Box::new(Comparison { relation, left: Cond::Constant(one), right: Cond::Constant(other), span }))
        }
        (Cond::Constant(value), inner) | (inner, Cond::Constant(value)) if as_is(value) => inner,
        (Cond::Constant(_), inner) | (inner, Cond::Constant(_)) => Cond::Not(Box::new(inner)),
        (left, right) => Cond::Bools(Box::new(Comparison { relation, left, right, span })),
    }
}

/// The choice in the form of its type; all values have one type.
fn choice(cases: Vec<(Cond, Typed)>, otherwise: Typed) -> Option<Typed> {
    fn pick<T>(cases: Vec<(Cond, Typed)>, otherwise: T, take: fn(Typed) -> Option<T>) -> Option<Box<Choice<T>>> {
        let cases = cases.into_iter().map(|(condition, value)| Some((condition, take(value)?))).collect::<Option<_>>()?;
        Some(Box::new(Choice { cases, otherwise }))
    }
    macro_rules! of {
        ($kind:ident) => {
            |typed| match typed {
                Typed::$kind(value) => Some(value),
                _ => None,
            }
        };
    }
    Some(match otherwise {
        Typed::Bool(last) => Typed::Bool(Cond::Choose(pick(cases, last, of!(Bool))?)),
        Typed::Number(last) => Typed::Number(Num::Choose(pick(cases, last, of!(Number))?)),
        Typed::Text(last) => Typed::Text(Txt::Choose(pick(cases, last, of!(Text))?)),
        Typed::Date(last) => Typed::Date(Day::Choose(pick(cases, last, of!(Date))?)),
        Typed::List(last) => Typed::List(Lst::Choose(pick(cases, last, of!(List))?)),
    })
}
