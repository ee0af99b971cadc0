//! Who must approve a document, and why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compile::{Approval, Matrix};
use crate::expr::{EvalError, Facts};
use crate::id::{RoleId, RuleId};
use crate::table::{RowReport, TableScratch};

/// The approvals that a document needs, each level after the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// One entry per level and role, levels ascending, then by role. None is needed when it is empty.
    pub requirements: Vec<Requirement>,
}

/// One approval that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRequirement")]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The level, from 1. Requirements of one level are asked side by side.
    pub level: u32,
    /// The role that approves.
    pub role: RoleId,
    /// The rows of the matrix that ask for it, from top to bottom; empty when the policy asks because no row fired.
    #[serde(default)]
    pub rows: Vec<RuleId>,
}

/// Finds the approvals that a document needs. Rows that ask for the same level and role ask for one approval.
///
/// # Errors
/// [`EvalError`] when an input of the matrix has no value: a division by zero, an overflow.
pub fn route<F: Facts + ?Sized>(approval: &Approval, facts: &F) -> Result<Route, EvalError> {
    let mut asked: BTreeMap<(u32, &RoleId), Vec<RuleId>> = BTreeMap::new();
    if let Some(Matrix { table, asked: by_row }) = &approval.matrix {
        for hit in table.evaluate(facts, None, &mut TableScratch::default())?.rows() {
            if let Some((level, role)) = by_row.get(hit.row) {
                asked.entry((*level, role)).or_default().push(hit.id.clone());
            }
        }
    }
    if asked.is_empty() {
        asked.extend(approval.no_match.iter().map(|required| ((required.level, &required.role), Vec::new())));
    }
    let requirement = |((level, role), rows): ((u32, &RoleId), Vec<RuleId>)| Requirement { level, role: role.clone(), rows };
    Ok(Route { requirements: asked.into_iter().map(requirement).collect() })
}

/// Says for every row of the matrix whether it fires for the document, and which of its tests do not pass.
///
/// # Errors
/// As [`route`].
pub fn explain<F: Facts + ?Sized>(approval: &Approval, facts: &F) -> Result<Vec<RowReport>, EvalError> {
    approval.matrix.as_ref().map_or_else(|| Ok(Vec::new()), |matrix| matrix.table.explain(facts, None))
}
