//! Why each row fired or did not.

use serde::Serialize;

use super::compile::{Row, Table};
use crate::expr::{EvalError, Facts, Value};
use crate::id::RuleId;
use crate::report::Detail;

/// What became of one row for an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "TableRowReport")]
pub struct RowReport {
    /// The row.
    pub row: RuleId,
    /// Whether all its tests passed.
    pub passed: bool,
    /// The tests that did not.
    pub failed: Vec<FailedCell>,
}

/// A test that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "TableFailedCell")]
pub struct FailedCell {
    /// The column, by label or expression.
    pub input: String,
    /// The cell as it was written; for `-` what the input's `values` allow.
    pub expected: String,
    /// The value that the input had; absent when it had none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Detail>,
}

impl Table {
    /// Says for every row, from top to bottom, whether its tests pass and which do not. The hit policy plays no part in it.
    ///
    /// # Errors
    /// [`EvalError`] when an input has no value (a division by zero, an overflow).
    pub fn explain<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Result<Vec<RowReport>, EvalError> {
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let value = column.expr.evaluate(facts, line)?;
            values.push((column.axis.class_of(&value), detail(&value)));
        }
        let reports = self.rows.iter().map(|row| {
            let failed = self.failed(row, &values);
            RowReport { row: row.id.clone(), passed: failed.is_empty(), failed }
        });
        Ok(reports.collect())
    }

    fn failed(&self, row: &Row, values: &[(Option<u32>, Option<Detail>)]) -> Vec<FailedCell> {
        let cells = self.columns.iter().zip(&row.classes).zip(&row.cells).zip(values);
        let failed = cells.filter(|(((_, classes), _), (class, _))| !class.is_some_and(|class| classes.contains(class)));
        failed
            .map(|(((column, _), cell), (_, actual))| FailedCell {
                input: column.title.to_string(),
                expected: if &**cell == "-" { column.any.to_string() } else { cell.to_string() },
                actual: actual.clone(),
            })
            .collect()
    }
}

fn detail(value: &Value<'_>) -> Option<Detail> {
    match value {
        Value::Missing => None,
        Value::Bool(value) => Some(Detail::Bool(*value)),
        Value::Number(value) => Some(Detail::Number(*value)),
        Value::Text(value) => Some(Detail::Text(value.text.to_owned())),
        Value::Date(value) => Some(Detail::Date(*value)),
        Value::List(values) => Some(Detail::List(values.iter().filter_map(detail).collect())),
    }
}
