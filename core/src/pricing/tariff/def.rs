//! What an author writes about packages and contracts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::CounterId;
use crate::money::Decimal;

/// What is sold in packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageDef {
    /// How many units a package holds, above zero.
    pub size: Decimal,
    /// What is charged for a package that is not full.
    #[serde(default)]
    pub rounding: PackageRounding,
}

/// What is charged for a package that is not full. In graduated tiers packages are counted within each tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackageRounding {
    /// All of it: a package that is begun is charged in full.
    #[default]
    Up,
    /// Nothing.
    Down,
    /// Its share.
    Exact,
}

/// Up to which quantity a record counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapDef {
    /// The quantity, in the record's unit, above zero.
    pub quantity: Decimal,
    /// Names the count of what was taken already, which the host keeps; without it the cap is for each document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterId>,
    /// What becomes of a line that goes beyond the cap.
    #[serde(default)]
    pub beyond: Beyond,
}

/// What becomes of a line that goes beyond a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// What goes beyond has the price of the next list, as if it were a line of its own.
    #[default]
    Rest,
    /// The whole line has the price of the next list.
    Line,
}
