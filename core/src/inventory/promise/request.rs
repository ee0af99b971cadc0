//! What is asked: dates for the lines of a document, or what is available of a product day by day.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::{CalendarDef, ConfirmationRule, PromiseScope};
use crate::id::{DemandId, LineId, LocationId, ProductId, ReservationId, ShipGroupId};
use crate::inventory::{ExpectSupply, StockState};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// The stock, and the lines that want a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
    /// The host's calendar day; absent: the day of `at` in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Date>,
    /// The lines, the first served first.
    pub lines: Vec<PromiseLine>,
    /// What a line may be given; absent: as the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<ConfirmationRule>,
    /// Which lines are confirmed together; absent: as the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<PromiseScope>,
    /// Reservations that these lines take the place of; they do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// Expected supply that the state does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<ExpectSupply>,
    /// Demand that the state does not know: orders, forecasts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<DatedDemand>,
    /// The calendar by which days are counted; absent: as the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDef>,
    /// Whether to say which demand takes which supply.
    #[serde(default)]
    pub pegging: bool,
}

/// A line that wants a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The day on which it is wanted; absent, or in the past: today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// From this location only; absent: from any active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// The lines with which it is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ShipGroupId>,
    /// What it is: supply that is pegged to this demand is for it, and a demand of this id does not count against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandId>,
}

/// Demand of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedDemand {
    /// Names it: a line of an order, a forecast.
    pub id: DemandId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The day on which it is wanted.
    pub wanted_on: Date,
    /// From this location only; absent: from any active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
}

/// The stock, and a product that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionRequest {
    /// The stock.
    pub state: StockState,
    /// The moment: holds that have ended by then do not count.
    pub at: Timestamp,
    /// The host's calendar day; absent: the day of `at` in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Date>,
    /// The product.
    pub product: ProductId,
    /// At this location only; absent: at all active ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// Expected supply that the state does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<ExpectSupply>,
    /// Demand that the state does not know: orders, forecasts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<DatedDemand>,
    /// The calendar by which days are counted; absent: as the rulebook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDef>,
}
