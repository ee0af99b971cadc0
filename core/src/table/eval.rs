//! Which rows fire for an input, and what they give.

use super::axis::{index, number};
use super::compile::{Row, Table};
use super::index::{all_rows, ones};
use super::{HitPolicy, Scalar};
use crate::Decimal;
use crate::expr::{EvalError, Facts};
use crate::id::RuleId;
use crate::report::{Code, LimitCode, Span};

/// Memory that evaluations reuse, so that they allocate nothing. One scratch serves any number of tables, one after the other.
#[derive(Debug, Clone, Default)]
pub struct TableScratch {
    rows: Vec<u64>,
    spare: Vec<u64>,
    fired: Vec<u32>,
}

/// The rows that count for an input, in the order that the hit policy gives them.
#[derive(Debug, Clone, Copy)]
pub struct Hits<'t> {
    table: &'t Table,
    fired: &'t [u32],
    aggregate: Option<Decimal>,
}

/// A row that fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'t> {
    /// The row's number, from 0 at the top.
    pub row: usize,
    /// The row's name.
    pub id: &'t RuleId,
    /// What it gives, in the order of the outputs.
    pub outputs: &'t [Scalar],
}

impl Table {
    /// Evaluates the input expressions, each once, and finds the rows that count. `line` is the line that the expressions read.
    ///
    /// # Errors
    /// [`EvalError`] when an input has no value (a division by zero, an overflow), or when a sum is too large.
    pub fn evaluate<'s, F: Facts + ?Sized>(
        &'s self,
        facts: &F,
        line: Option<usize>,
        scratch: &'s mut TableScratch,
    ) -> Result<Hits<'s>, EvalError> {
        all_rows(self.rows.len(), &mut scratch.rows);
        scratch.spare.resize(scratch.rows.len(), 0);
        for column in &self.columns {
            match column.axis.class_of(&column.expr.evaluate(facts, line)?) {
                Some(class) => column.index.retain(class, &mut scratch.rows, &mut scratch.spare),
                None => scratch.rows.fill(0),
            }
        }
        self.select(&scratch.rows, &mut scratch.fired);
        let aggregate = self.aggregate(&scratch.fired)?;
        Ok(Hits { table: self, fired: &scratch.fired, aggregate })
    }

    /// Picks the rows that count by the hit policy. Where it allows one, no two with different outputs fire: the compilation proves it.
    fn select(&self, rows: &[u64], fired: &mut Vec<u32>) {
        fired.clear();
        match self.policy {
            HitPolicy::First | HitPolicy::Unique | HitPolicy::Any => fired.extend(ones(rows).next()),
            HitPolicy::Priority => fired.extend(ones(rows).min_by_key(|row| self.rank(*row))),
            HitPolicy::OutputOrder => {
                fired.extend(ones(rows));
                fired.sort_unstable_by_key(|row| self.rank(*row));
            }
            _ => fired.extend(ones(rows)),
        }
    }

    fn row(&self, row: u32) -> Option<&Row> {
        self.rows.get(index(row))
    }

    fn rank(&self, row: u32) -> u32 {
        self.row(row).map_or(u32::MAX, |row| row.rank)
    }

    fn aggregate(&self, fired: &[u32]) -> Result<Option<Decimal>, EvalError> {
        let default = || self.default.as_deref().and_then(<[Scalar]>::first).and_then(as_number);
        let mut numbers = fired.iter().filter_map(|row| self.row(*row)?.outputs.first().and_then(as_number));
        Ok(match self.policy {
            HitPolicy::CollectCount => Some(number(fired.len()).into()),
            HitPolicy::CollectMin => numbers.min().or_else(default),
            HitPolicy::CollectMax => numbers.max().or_else(default),
            HitPolicy::CollectSum if fired.is_empty() => default().or(Some(Decimal::ZERO)),
            HitPolicy::CollectSum => {
                let sum = numbers.try_fold(Decimal::ZERO, Decimal::checked_add);
                Some(sum.map_err(|_| failed(LimitCode::Overflow, "the sum of the rows that fire is too large".to_owned()))?)
            }
            _ => None,
        })
    }
}

fn as_number(value: &Scalar) -> Option<Decimal> {
    if let Scalar::Number(number) = value { Some(*number) } else { None }
}

fn failed(code: impl Into<Code>, message: String) -> EvalError {
    EvalError { code: code.into(), span: Span { start: 0, end: 0 }, message }
}

impl<'t> Hits<'t> {
    /// The rows that count, in the order of the hit policy; at most one for `unique`, `any`, `first` and `priority`.
    pub fn rows(&self) -> impl Iterator<Item = Hit<'t>> + use<'t> {
        let table = self.table;
        self.fired.iter().filter_map(move |row| {
            let found = table.row(*row)?;
            Some(Hit { row: index(*row), id: &found.id, outputs: &found.outputs })
        })
    }

    /// What the rows give, in the same order; the defaults, once, when no row fires and the table has some.
    pub fn outputs(&self) -> impl Iterator<Item = &'t [Scalar]> + use<'t> {
        let default = self.table.default.as_deref().filter(|_| self.fired.is_empty());
        self.rows().map(|hit| hit.outputs).chain(default)
    }

    /// The first of [`Hits::outputs`].
    #[must_use]
    pub fn first(&self) -> Option<&'t [Scalar]> {
        self.outputs().next()
    }

    /// The sum, minimum, maximum or count, when the hit policy makes one; a minimum or maximum of nothing is none.
    #[must_use]
    pub const fn aggregate(&self) -> Option<Decimal> {
        self.aggregate
    }

    /// Whether no row fired.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fired.is_empty()
    }
}
