//! Evaluation: left to right, short-circuit, exact; no allocation.

use super::EvalError;
use super::ast::{Factor, Relation, Term};
use super::program::{Choice, Clamped, Cond, Day, Items, Lines, Lst, Num, Part, PartKind, Read, Rounded, Txt, Typed};
use super::value::{Counts, Facts, Text, Value};
use crate::money::{ArithmeticError, Decimal, Exact};
use crate::report::{Code, ExprCode, LimitCode, Span};
use crate::time::Date;

/// Why an evaluation ended without a value, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    pub kind: FaultKind,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    Missing,
    WrongType,
    DivisionByZero,
    Overflow,
    /// Days that are no whole number.
    NotWhole,
}

impl Fault {
    /// The error that a caller sees; `source` is the text of the expression.
    pub fn into_error(self, source: &str) -> EvalError {
        let span = self.span;
        let part: String = source.chars().skip(span.start).take(span.end.saturating_sub(span.start)).collect();
        let (code, message): (Code, String) = match self.kind {
            FaultKind::Missing => (ExprCode::Optional.into(), format!("`{part}` has no value here")),
            FaultKind::WrongType => (ExprCode::Type.into(), format!("`{part}` has a value of another type than it was declared with")),
            FaultKind::DivisionByZero => (ExprCode::DivisionByZero.into(), format!("`{part}` divides by zero")),
            FaultKind::Overflow => (LimitCode::Overflow.into(), format!("the result of `{part}` is too large to be held exactly")),
            FaultKind::NotWhole => (ExprCode::Type.into(), format!("`{part}` needs a whole number of days")),
        };
        EvalError { code, span, message }
    }
}

fn calculated(result: Result<Decimal, ArithmeticError>, span: Span) -> Result<Decimal, Fault> {
    result.map_err(|error| {
        let kind = if error == ArithmeticError::DivisionByZero { FaultKind::DivisionByZero } else { FaultKind::Overflow };
        Fault { kind, span }
    })
}

/// What an expression sees: the document, and the line at each level of macros.
pub(super) struct Env<'e, 'f, F: ?Sized> {
    pub facts: &'f F,
    pub line: Option<usize>,
    pub outer: Option<&'e Env<'e, 'f, F>>,
}

impl<'f, F: Facts + ?Sized> Env<'_, 'f, F> {
    fn value(&self, read: &Read) -> Value<'f> {
        let mut env = self;
        for _ in 0..read.hops {
            let Some(outer) = env.outer else { break };
            env = outer;
        }
        env.facts.value(read.slot, env.line)
    }

    pub fn typed<'v>(&self, typed: &'v Typed) -> Result<Value<'v>, Fault>
    where
        'f: 'v,
    {
        Ok(match typed {
            Typed::Bool(condition) => Value::Bool(self.test(condition)?),
            Typed::Number(number) => Value::Number(self.number(number)?),
            Typed::Text(text) => Value::Text(self.text(text)?),
            Typed::Date(date) => Value::Date(self.date(date)?),
            Typed::List(list) => Value::List(self.list(list)?),
        })
    }

    pub fn test(&self, condition: &Cond) -> Result<bool, Fault> {
        match condition {
            Cond::Constant(value) => Ok(*value),
            Cond::Read(read) => self.bool(read),
            Cond::Has(read) => Ok(self.value(read) != Value::Missing),
            Cond::Not(inner) => Ok(!self.test(inner)?),
            Cond::All(parts) => {
                for part in parts {
                    if !self.test(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Cond::Any(parts) => {
                for part in parts {
                    if self.test(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Cond::Numbers(c) => Ok(c.relation.holds(self.number(&c.left)?.cmp(&self.number(&c.right)?))),
            Cond::Dates(c) => Ok(c.relation.holds(self.date(&c.left)?.cmp(&self.date(&c.right)?))),
            Cond::Texts(c) => Ok((self.text(&c.left)? == self.text(&c.right)?) == (c.relation == Relation::Equal)),
            Cond::Bools(c) => Ok((self.test(&c.left)? == self.test(&c.right)?) == (c.relation == Relation::Equal)),
            Cond::In(membership) => self.contains(&membership.items),
            Cond::Part(part) => self.part(part),
            Cond::Choose(choice) => self.test(self.chosen(choice)?),
            Cond::Exists(lines) => self.any_line(lines, true),
            Cond::Every(lines) => self.any_line(lines, false).map(|found| !found),
        }
    }

    fn bool(&self, read: &Read) -> Result<bool, Fault> {
        match self.value(read) {
            Value::Bool(value) => Ok(value),
            other => Err(unusable(other, read)),
        }
    }

    fn contains(&self, items: &Items) -> Result<bool, Fault> {
        Ok(match items {
            Items::Numbers(item, list) => list.binary_search(&self.number(item)?).is_ok(),
            Items::Dates(item, list) => list.binary_search(&self.date(item)?).is_ok(),
            Items::Texts(item, list) => list.contains(self.text(item)?),
            Items::List(item, list) => {
                let item = self.typed(item)?;
                self.list(list)?.contains(&item)
            }
        })
    }

    fn part(&self, part: &Part) -> Result<bool, Fault> {
        let (text, piece) = (self.text(&part.text)?.text, self.text(&part.part)?.text);
        Ok(match part.kind {
            PartKind::Starts => text.starts_with(piece),
            PartKind::Ends => text.ends_with(piece),
            PartKind::Contains => text.contains(piece),
        })
    }

    pub fn chosen<'c, T>(&self, choice: &'c Choice<T>) -> Result<&'c T, Fault> {
        for (condition, value) in &choice.cases {
            if self.test(condition)? {
                return Ok(value);
            }
        }
        Ok(&choice.otherwise)
    }

    fn counted_lines(&self) -> impl Iterator<Item = usize> {
        (0..self.facts.line_count()).filter(|line| self.facts.counts(*line) == Counts::Once)
    }

    fn at_line(&self, line: usize) -> Env<'_, 'f, F> {
        Env { facts: self.facts, line: Some(line), outer: Some(self) }
    }

    /// The sum over the lines that count, less that of those that are taken off.
    fn total(&self, lines: &Lines<Num>) -> Result<Decimal, Fault> {
        let mut total = Decimal::ZERO;
        for line in 0..self.facts.line_count() {
            let number = |env: &Self| env.at_line(line).number(&lines.body);
            let sum = match self.facts.counts(line) {
                Counts::No => continue,
                Counts::Once => total.checked_add(number(self)?),
                Counts::TakenOff => total.checked_sub(number(self)?),
            };
            total = calculated(sum, lines.span)?;
        }
        Ok(total)
    }

    /// Calls `each` with every line until it says stop.
    fn over_lines(&self, mut each: impl FnMut(&Env<'_, 'f, F>) -> Result<bool, Fault>) -> Result<(), Fault> {
        for line in self.counted_lines() {
            let stop = each(&self.at_line(line))?;
            if stop {
                break;
            }
        }
        Ok(())
    }

    /// Whether the condition has this outcome for some line.
    fn any_line(&self, lines: &Lines<Cond>, outcome: bool) -> Result<bool, Fault> {
        let mut found = false;
        self.over_lines(|line| {
            found = line.test(&lines.body)? == outcome;
            Ok(found)
        })?;
        Ok(found)
    }

    pub fn number(&self, number: &Num) -> Result<Decimal, Fault> {
        match number {
            Num::Constant(value) => Ok(*value),
            Num::Read(read) => match self.value(read) {
                Value::Number(value) => Ok(value),
                other => Err(unusable(other, read)),
            },
            Num::Negate(inner) => self.number(inner).map(Decimal::negated),
            Num::Sum(chain) => chain.rest.iter().try_fold(self.number(&chain.first)?, |sum, (term, next)| {
                let next = self.number(next)?;
                let result = match term {
                    Term::Plus => sum.checked_add(next),
                    Term::Minus => sum.checked_sub(next),
                };
                calculated(result, chain.span)
            }),
            Num::Product(chain) => chain.rest.iter().try_fold(self.number(&chain.first)?, |product, (factor, next)| {
                let next = self.number(next)?;
                let result = match factor {
                    Factor::Times => product.checked_mul(next),
                    Factor::Over => product.checked_div(next),
                    Factor::Modulo => product.checked_rem(next),
                };
                calculated(result, chain.span)
            }),
            Num::Min(numbers) => self.extreme(numbers, Decimal::min),
            Num::Max(numbers) => self.extreme(numbers, Decimal::max),
            Num::Abs(inner) => self.number(inner).map(Decimal::abs),
            Num::Round(rounded) => self.rounded(rounded),
            Num::Clamp(clamped) => self.clamped(clamped),
            Num::TextSize(text) => Ok(count(self.text(text)?.text.chars().count())),
            Num::ListSize(list) => Ok(count(self.list(list)?.len())),
            Num::LineCount => Ok(count(self.counted_lines().count())),
            Num::DaysBetween(days) => {
                let (from, to) = (self.date(&days.0)?.day_number(), self.date(&days.1)?.day_number());
                Ok(Decimal::from(i64::from(to).saturating_sub(i64::from(from))))
            }
            Num::Choose(choice) => self.number(self.chosen(choice)?),
            Num::Count(lines) => {
                let mut found = 0_usize;
                self.over_lines(|line| {
                    found = found.saturating_add(usize::from(line.test(&lines.body)?));
                    Ok(false)
                })?;
                Ok(count(found))
            }
            Num::Total(lines) => self.total(lines),
        }
    }

    fn extreme(&self, numbers: &[Num], better: fn(Decimal, Decimal) -> Decimal) -> Result<Decimal, Fault> {
        let mut best = None;
        for number in numbers {
            let next = self.number(number)?;
            best = Some(best.map_or(next, |best| better(best, next)));
        }
        Ok(best.unwrap_or_default())
    }

    fn rounded(&self, rounded: &Rounded) -> Result<Decimal, Fault> {
        let value = self.number(&rounded.value)?;
        let scale = u32::from(rounded.rounding.scale());
        let result = Exact::from_decimal(value)
            .and_then(|exact| rounded.rounding.apply(exact))
            .and_then(|units| Decimal::from_parts(i128::from(units), scale));
        calculated(result, rounded.span)
    }

    fn clamped(&self, clamped: &Clamped) -> Result<Decimal, Fault> {
        let (value, low, high) = (self.number(&clamped.value)?, self.number(&clamped.low)?, self.number(&clamped.high)?);
        Ok(value.min(high).max(low))
    }

    pub fn text<'v>(&self, text: &'v Txt) -> Result<Text<'v>, Fault>
    where
        'f: 'v,
    {
        match text {
            Txt::Constant(symbol, text) => Ok(Text { symbol: Some(*symbol), text }),
            Txt::Read(read) => match self.value(read) {
                Value::Text(text) => Ok(text),
                other => Err(unusable(other, read)),
            },
            Txt::Choose(choice) => self.text(self.chosen(choice)?),
        }
    }

    pub fn date(&self, date: &Day) -> Result<Date, Fault> {
        match date {
            Day::Constant(date) => Ok(*date),
            Day::Read(read) => match self.value(read) {
                Value::Date(date) => Ok(date),
                other => Err(unusable(other, read)),
            },
            Day::Add(parts) => {
                let (date, days, span) = &**parts;
                add_days(self.date(date)?, self.number(days)?, *span)
            }
            Day::Choose(choice) => self.date(self.chosen(choice)?),
        }
    }

    pub fn list<'v>(&self, list: &'v Lst) -> Result<&'v [Value<'v>], Fault>
    where
        'f: 'v,
    {
        match list {
            Lst::Read(read, _) => match self.value(read) {
                Value::List(values) => Ok(values),
                other => Err(unusable(other, read)),
            },
            Lst::Choose(choice) => self.list(self.chosen(choice)?),
        }
    }

    /// The value of a name that may be missing.
    pub fn optional<'v>(&self, read: &'v Read) -> Value<'v>
    where
        'f: 'v,
    {
        self.value(read)
    }
}

fn unusable(value: Value<'_>, read: &Read) -> Fault {
    let kind = if value == Value::Missing { FaultKind::Missing } else { FaultKind::WrongType };
    Fault { kind, span: read.span }
}

fn count(number: usize) -> Decimal {
    Decimal::from(u64::try_from(number).unwrap_or(u64::MAX))
}

fn add_days(date: Date, days: Decimal, span: Span) -> Result<Date, Fault> {
    let days = days.mantissa_at(0).map_err(|error| match error {
        ArithmeticError::Inexact => Fault { kind: FaultKind::NotWhole, span },
        _ => Fault { kind: FaultKind::Overflow, span },
    })?;
    let overflow = Fault { kind: FaultKind::Overflow, span };
    date.add_days(i32::try_from(days).map_err(|_| overflow)?).map_err(|_| overflow)
}

/// A document with nothing in it: what constant parts are evaluated with.
pub(super) struct NoFacts;

impl Facts for NoFacts {
    fn value(&self, _: super::Slot, _: Option<usize>) -> Value<'_> {
        Value::Missing
    }

    fn line_count(&self) -> usize {
        0
    }
}

/// The value of a date that reads nothing.
pub(super) fn constant_date(date: &Day) -> Result<Date, Fault> {
    Env { facts: &NoFacts, line: None, outer: None }.date(date)
}
