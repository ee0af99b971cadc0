//! What an author writes: a decision table, its columns, its rows.

use serde::{Deserialize, Serialize};

use crate::id::{RuleId, TableId};

/// A decision table in the manner of DMN: each row tests every input and, when all its tests pass, gives its outputs.
///
/// ```
/// use dealdesk::table::{HitPolicy, TableDef};
/// let table: TableDef = serde_json::from_str(r#"{
///     "inputs": [{"expr": "document.net"}, {"expr": "customer.level"}],
///     "outputs": [{"id": "percent", "type": "number", "default": "0"}],
///     "hit_policy": "first",
///     "rows": [
///         {"when": [">= 1000", "gold"], "then": ["10"]},
///         {"id": "large", "when": [">= 1000", "-"], "then": ["5"], "note": "whoever it is"}
///     ]}"#)?;
/// assert_eq!(table.hit_policy, Some(HitPolicy::First));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableDef {
    /// The table's name, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TableId>,
    /// The columns that are tested, from left to right.
    pub inputs: Vec<InputDef>,
    /// The columns that are given.
    pub outputs: Vec<OutputDef>,
    /// What happens when several rows fire; `unique` when absent, unless the place where the table stands says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit_policy: Option<HitPolicy>,
    /// The rows, from top to bottom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowDef>,
    /// The file that holds the rows, in place of `rows`. Its header names the inputs (by expression or label) and the outputs (by
    /// id), and may have the columns `id` and `note`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_csv: Option<String>,
}

/// A column that is tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "TableInputDef")]
#[serde(deny_unknown_fields)]
pub struct InputDef {
    /// The expression whose value the cells test: a number, a text, a date, or true and false.
    pub expr: String,
    /// A title for people, which a CSV header may use too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The values that can occur, written like a cell: `>= 0`. No row fires for another value, and nothing is a gap outside of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
}

/// A column that is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "TableOutputDef")]
#[serde(deny_unknown_fields)]
pub struct OutputDef {
    /// The output's name.
    pub id: TableId,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: OutputType,
    /// The values it may have. Their order is their rank, the first is the highest, for `priority` and `output_order`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// Its value when no row fires. Either every output has one or none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// What the values of an output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "TableOutputType")]
#[serde(rename_all = "snake_case")]
pub enum OutputType {
    /// Decimal numbers.
    Number,
    /// Texts.
    Text,
    /// True and false.
    Bool,
    /// Dates.
    Date,
}

/// What happens when several rows fire: the hit policies of DMN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "TableHitPolicy")]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// At most one row fires for any input; two that can fire together are an error of the table.
    #[default]
    Unique,
    /// Several rows may fire, but they have the same outputs; two that differ are an error of the table.
    Any,
    /// The first row from the top counts.
    First,
    /// The row with the highest-ranked outputs counts; between equals the upper one.
    Priority,
    /// All rows that fire count, from top to bottom.
    RuleOrder,
    /// All rows that fire count, by the rank of their outputs; between equals the upper one first.
    OutputOrder,
    /// All rows that fire count, in no meaningful order (they are given from top to bottom).
    Collect,
    /// The sum of the one output over all rows that fire; 0 when none does.
    CollectSum,
    /// The smallest value of the one output over all rows that fire.
    CollectMin,
    /// The largest value of the one output over all rows that fire.
    CollectMax,
    /// How many rows fire.
    CollectCount,
}

impl HitPolicy {
    /// The policy as an author writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::Any => "any",
            Self::First => "first",
            Self::Priority => "priority",
            Self::RuleOrder => "rule_order",
            Self::OutputOrder => "output_order",
            Self::Collect => "collect",
            Self::CollectSum => "collect_sum",
            Self::CollectMin => "collect_min",
            Self::CollectMax => "collect_max",
            Self::CollectCount => "collect_count",
        }
    }

    /// Whether the policy makes one number of the rows that fire.
    #[must_use]
    pub const fn aggregates(self) -> bool {
        matches!(self, Self::CollectSum | Self::CollectMin | Self::CollectMax | Self::CollectCount)
    }

    /// Whether an input for which no row fires leaves the caller without an answer.
    #[must_use]
    pub const fn needs_a_row(self) -> bool {
        matches!(self, Self::Unique | Self::Any | Self::First | Self::Priority | Self::CollectMin | Self::CollectMax)
    }

    /// Whether the policy compares rows by the rank of their outputs.
    #[must_use]
    pub const fn ranks(self) -> bool {
        matches!(self, Self::Priority | Self::OutputOrder)
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "TableRowDef")]
#[serde(deny_unknown_fields)]
pub struct RowDef {
    /// The row's name in results; its number, counted from 1, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RuleId>,
    /// One test per input: `-`, `< 1000`, `[10..20)`, `"gold", "silver"`, `not("gold")`.
    pub when: Vec<String>,
    /// One value per output.
    pub then: Vec<String>,
    /// A remark for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
