//! What a rule author writes about approvals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::RoleId;
use crate::table::TableDef;

/// Who must approve what.
///
/// ```
/// use dealdesk::approval::{ApprovalDef, NoMatch};
/// let def: ApprovalDef = serde_json::from_str(r#"{
///     "roles": [{"id": "sales_lead"}, {"id": "director"}],
///     "matrix": {
///         "inputs": [{"expr": "document.discount_percent"}, {"expr": "document.net"}],
///         "outputs": [{"id": "level", "type": "number"}, {"id": "role", "type": "text"}],
///         "rows": [
///             {"id": "discount", "when": ["> 8", "-"], "then": ["1", "sales_lead"]},
///             {"id": "large", "when": ["-", ">= 25000"], "then": ["2", "director"]}
///         ]
///     }
/// }"#)?;
/// assert_eq!(def.no_match, NoMatch::AutoApprove);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDef {
    /// Which approvals a document needs: a decision table with the outputs `level` (a whole number from 1) and `role`. Every row
    /// that fires asks for one, unless the table has another hit policy than `collect`.
    pub matrix: TableDef,
    /// In which currency the matrix judges what a document comes to.
    #[serde(default, skip_serializing_if = "ApprovalAmounts::is_default")]
    pub amounts: ApprovalAmounts,
    /// What a document needs for which no row fires.
    #[serde(default)]
    pub no_match: NoMatch,
    /// The roles that approve, so that a misspelt one is found. Any role will do when none is listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleDef>,
    /// Whether the person who asks may also approve.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub requester_may_approve: bool,
}

/// In which currency a matrix judges what a document comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalAmounts {
    /// In the rulebook's own: the amounts of documents in others are converted, unrounded, by the rate that the request gives, or else by the
    /// one that the rulebook declares for the document's date.
    #[default]
    OwnCurrency,
    /// In the document's: the matrix tests `currency` too, and has an amount for each.
    DocumentCurrency,
}

impl ApprovalAmounts {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A role that approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRoleDef")]
#[serde(deny_unknown_fields)]
pub struct RoleDef {
    /// The role, as the matrix names it.
    pub id: RoleId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a document needs for which no row of the matrix fires.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalNoMatch")]
#[serde(rename_all = "snake_case")]
pub enum NoMatch {
    /// Nobody's approval.
    #[default]
    AutoApprove,
    /// These approvals.
    Require(Vec<RequiredDef>),
}

/// An approval that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ApprovalRequiredDef")]
#[serde(deny_unknown_fields)]
pub struct RequiredDef {
    /// The level, from 1. A level is asked when the one before it has approved.
    pub level: u32,
    /// The role that approves.
    pub role: RoleId,
}
