//! When and how much of a product is ordered to keep it in stock: the policies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;
use crate::report::{Diagnostics, InventoryCode, Path, Severity, ShapeCode};

/// When a product is ordered anew, and how much. What is available already leaves the safety stock out.
///
/// ```
/// use dealdesk::inventory::ReorderDef;
/// let policy: ReorderDef = serde_json::from_str(r#"{"min_max": {"minimum": "10", "maximum": "40"}}"#)?;
/// assert!(matches!(policy, ReorderDef::MinMax(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReorderDef {
    /// When the projected stock of a day is below the minimum, an order for that day fills it up to the maximum.
    MinMax(MinMaxDef),
    /// When the projected stock falls below the point, an order starts on that day; the point lasts for the lead time.
    ReorderPoint(ReorderPointDef),
    /// What a day is short of is ordered for that day.
    LotForLot {},
    /// When a day is short, an order for that day covers so many days.
    Periodic(PeriodicDef),
}

/// Minimum and maximum, in the product's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MinMaxDef {
    /// What there shall be at the least; zero or more.
    pub minimum: Quantity,
    /// Up to how much is ordered; above zero, and not below the minimum.
    pub maximum: Quantity,
}

/// A reorder point, in the product's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderPointDef {
    /// Below this much a new order starts; above zero.
    pub point: Quantity,
    /// How much is ordered at the least; above zero. Absent: what is missing to the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// Orders for periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodicDef {
    /// How many days of the calendar an order covers, from the first that is short; 1 or more.
    pub days: u32,
}

/// A level of stock below which somebody is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockAlertDef {
    /// Below how much available stock, in the product's unit; above zero.
    pub below: Quantity,
    /// How bad that is.
    #[serde(default = "warning")]
    pub severity: Severity,
}

const fn warning() -> Severity {
    Severity::Warning
}

impl ReorderDef {
    /// Below how much projected stock something is ordered.
    pub(super) const fn threshold(self) -> Quantity {
        match self {
            Self::MinMax(levels) => levels.minimum,
            Self::ReorderPoint(level) => level.point,
            Self::LotForLot {} | Self::Periodic(_) => Quantity::ZERO,
        }
    }

    pub(super) fn check(self, path: &Path<'_>, diagnostics: &mut Diagnostics) {
        match self {
            Self::MinMax(MinMaxDef { minimum, maximum }) => {
                let here = path.field("min_max");
                if minimum.is_negative() {
                    let message = format!("the minimum `{minimum}` is below zero; write zero or more");
                    diagnostics.error(InventoryCode::Quantity, &here.field("minimum"), message);
                }
                if !maximum.is_positive() || maximum < minimum {
                    let message = format!("the maximum `{maximum}` must be above zero and not below the minimum `{minimum}`");
                    diagnostics.error(InventoryCode::Quantity, &here.field("maximum"), message);
                }
            }
            Self::ReorderPoint(ReorderPointDef { point, quantity }) => {
                let here = path.field("reorder_point");
                for (name, quantity) in [("point", Some(point)), ("quantity", quantity)] {
                    if let Some(quantity) = quantity.filter(|quantity| !quantity.is_positive()) {
                        let message = format!("`{quantity}` orders nothing; write a quantity above zero");
                        diagnostics.error(InventoryCode::Quantity, &here.field(name), message);
                    }
                }
            }
            Self::Periodic(PeriodicDef { days: 0 }) => {
                let message = "a period of `0` days covers nothing; write at least 1";
                diagnostics.error(ShapeCode::InvalidValue, &path.field("periodic").field("days"), message);
            }
            Self::Periodic(_) | Self::LotForLot {} => {}
        }
    }
}

pub(super) fn check_alerts(alerts: &[StockAlertDef], path: &Path<'_>, diagnostics: &mut Diagnostics) {
    for (index, alert) in alerts.iter().enumerate() {
        if !alert.below.is_positive() {
            let message = format!("stock is never below `{}`; write a quantity above zero", alert.below);
            diagnostics.error(InventoryCode::Quantity, &path.index(index).field("below"), message);
        }
    }
}
