//! What a rule author writes about how goods are obtained.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::def::is_default;
use super::reorder::{ReorderDef, StockAlertDef};
use crate::id::{LocationId, ProductId};
use crate::money::Percent;
use crate::quantity::Quantity;

/// A bill of materials: what a product is made of.
///
/// ```
/// use dealdesk::inventory::BillDef;
/// let bill: BillDef = serde_json::from_str(r#"{"product": "pump", "components": [
///     {"product": "motor", "quantity": "1"}, {"product": "bolt", "quantity": "8", "scrap_percent": "5", "round_up_to": "1"}]}"#)?;
/// assert_eq!(bill.makes, 1.into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BillDef {
    /// The product that is made.
    pub product: ProductId,
    /// How much of the product the components are for, in the product's unit; above zero.
    #[serde(default = "one")]
    pub makes: Quantity,
    /// What goes into it.
    pub components: Vec<BillComponentDef>,
}

fn one() -> Quantity {
    Quantity::from(1)
}

/// One component of a bill of materials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BillComponentDef {
    /// The product that goes in.
    pub product: ProductId,
    /// How much of it, in its own unit; above zero.
    pub quantity: Quantity,
    /// How much more is needed because some is spoilt, in percent of the quantity, 0 to 100: 5 makes 100 into 105.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrap_percent: Option<Percent>,
    /// The need of an order is rounded up to a whole multiple of this, such as 1 for pieces; absent: to the last digit of a quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_up_to: Option<Quantity>,
}

/// How a product is obtained when stock does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplenishDef {
    /// The product.
    pub product: ProductId,
    /// Whether it is bought or made.
    pub method: SupplyMethod,
    /// From the start of an order to the day on which its goods can be used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lead_time: LeadTime,
    /// How much may be ordered at a time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lot: LotDef,
    /// Where the goods arrive; absent: at the active location with the lowest priority number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// How it is kept in stock; absent: it is obtained for demands only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder: Option<ReorderDef>,
    /// How many days of the calendar before the stock is short an order of a reorder policy shall be there; not for reorder points.
    #[serde(default, skip_serializing_if = "is_default")]
    pub safety_days: u32,
    /// Below which levels of available stock somebody is to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<StockAlertDef>,
}

/// How a product is obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyMethod {
    /// Bought. Needs of the same day share an order.
    Buy,
    /// Made from its bill, an order for each demand; components that are missing are ordered for that demand alone.
    MakeToOrder,
    /// Put together from its bill, an order for each demand; components are kept in stock, and those that are missing are ordered for
    /// all who need them on that day.
    AssembleToOrder,
    /// Its components are taken in its place: no order of its own, and no time.
    Phantom,
}

/// How long something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadTime {
    /// So many days of the calendar.
    Days(u32),
    /// So many working days of the request's calendar: an order starts on a working day, and is done when so many more are over.
    WorkingDays(u32),
}

impl Default for LeadTime {
    fn default() -> Self {
        Self::Days(0)
    }
}

/// How much may be ordered at a time, in the product's unit. A need is rounded up to the multiple, after the minimum; what is more than
/// the maximum becomes several orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LotDef {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// Only whole multiples of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<Quantity>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Quantity>,
}
