//! What a promise says.

use schemars::JsonSchema;
use serde::Serialize;

use crate::id::{DemandId, LineId, LocationId, ProductId, SupplyId};
use crate::inventory::def::is_default;
use crate::quantity::Quantity;
use crate::report::{Code, Finding};
use crate::time::Date;

/// When each line can be had. It holds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromisePlan {
    /// Whether every line gets all that it asks for.
    pub complete: bool,
    /// The day on which the last of it can be had; absent when not all can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The lines, in the order of the request.
    pub lines: Vec<PromisedLine>,
    /// Which demand takes which supply, product by product, when the request asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pegging: Option<Vec<Peg>>,
    /// One remark for each line that does not get all that it asks for.
    pub findings: Vec<Finding>,
}

/// When one line can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromisedLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product: ProductId,
    /// The day on which it is wanted; never before today.
    pub wanted_on: Date,
    /// What it asks for.
    pub requested: Quantity,
    /// What it gets.
    pub confirmed: Quantity,
    /// What it does not get.
    pub unconfirmed: Quantity,
    /// Why it does not get all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Code>,
    /// The day on which the last of it can be had; absent when not all can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// How much can be had when, and from where.
    pub schedule_lines: Vec<ScheduleLine>,
    /// For kits: where their components come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<PromisedComponent>,
    /// What would have passed.
    pub nearest: Nearest,
    /// What could be promised when it was the line's turn, from today on: the days on which that changes.
    pub promisable: Vec<Promisable>,
}

/// Where a component of the kits of a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PromisedComponent {
    /// The component.
    pub product: ProductId,
    /// How much of it is taken when, and from where.
    pub schedule_lines: Vec<ScheduleLine>,
}

/// A quantity that a line gets on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScheduleLine {
    /// The day.
    pub date: Date,
    /// How much.
    pub quantity: Quantity,
    /// What it comes from.
    pub from: PegSource,
    /// Where it is, or will be; absent when it has yet to be bought or made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// The expected supply that it comes with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyId>,
}

/// What a demand is met from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PegSource {
    /// It is there.
    Stock,
    /// It is on its way.
    Supply,
    /// It has yet to be bought or made: there is time enough for that.
    Replenishment,
    /// Its stock is not kept: there is always some.
    Untracked,
    /// Of a kit: its components, each from wherever the line's `components` say.
    Components,
    /// Nothing: more was promised than there is.
    Nothing,
}

/// The quantity and the day that are nearest to what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Nearest {
    /// How much of what is asked can be had on the day that is wanted.
    pub quantity: Quantity,
    /// The first day on which all that is asked can be had at once; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// How much can be promised from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Promisable {
    /// The day.
    pub date: Date,
    /// How much; absent: as much as anyone wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// A quantity that a demand takes from a supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Peg {
    /// The product.
    pub product: ProductId,
    /// The line of the request that takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The demand that takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandId>,
    /// The day on which it is taken. Neither a line nor a demand: today's reservations and safety stock beyond what is there.
    pub date: Date,
    /// How much.
    pub quantity: Quantity,
    /// What it comes from.
    pub from: PegSource,
    /// Where it is, or will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// The expected supply that it comes with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyId>,
}

/// What of a product can be promised, day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Projection {
    /// The product.
    pub product: ProductId,
    /// From today on, each day on which something comes or goes.
    pub days: Vec<ProjectionDay>,
    /// From this day on there is as much as anyone wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlimited_from: Option<Date>,
}

/// A product on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProjectionDay {
    /// The day.
    pub date: Date,
    /// What comes; today also what is there and free.
    pub supply: Quantity,
    /// What goes; today also what is held or kept back beyond what is there.
    pub demand: Quantity,
    /// What is there and free today and expires before this day, if nobody has taken it by then; left out when there is none.
    #[serde(skip_serializing_if = "is_default")]
    pub expired: Quantity,
    /// What will be there at the end of the day: all that came less all that went and expired; below zero when more was promised than there is.
    pub projected: Quantity,
    /// What can be promised for this day.
    pub promisable: Quantity,
}
