//! What a rule author writes about promising.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::CalendarId;
use crate::inventory::SupplyKind;
use crate::time::{Date, Weekday, WorkCalendarDef};

/// How dates are promised.
///
/// ```
/// use dealdesk::inventory::{PromiseDef, PromiseMethod};
/// let def: PromiseDef = serde_json::from_str(r#"{"supply": ["firm", "planned"], "infinite_supply_after": 30}"#)?;
/// assert_eq!(def.method, PromiseMethod::CumulativeLookahead);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PromiseDef {
    /// How what is available on a day is calculated.
    pub method: PromiseMethod,
    /// What happens when more was promised than there is.
    pub overcommitted: Overcommitted,
    /// Which expected supply counts. Nothing named: only what is there.
    pub supply: Vec<SupplyKind>,
    /// What a line may be given.
    pub confirm: ConfirmationRule,
    /// Which lines are confirmed together or not at all.
    pub together: PromiseScope,
    /// Supply that is overdue is taken to come so many days from today.
    pub delayed_supply_offset: i32,
    /// Demand that is overdue is taken to be met so many days from today.
    pub delayed_demand_offset: i32,
    /// Supply that is overdue by more than so many days does not count any more; absent: all of it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backward_supply_fence: Option<i32>,
    /// Demand that is overdue by more than so many days does not count any more; absent: all of it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backward_demand_fence: Option<i32>,
    /// From so many days after today there is as much as anyone wants: the time in which anything can be bought or made. Absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infinite_supply_after: Option<i32>,
    /// Calendars of working days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarDef>,
    /// The calendar by which the days of the settings above are counted; absent: every day counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
}

impl Default for PromiseDef {
    fn default() -> Self {
        Self {
            method: PromiseMethod::default(),
            overcommitted: Overcommitted::default(),
            supply: vec![SupplyKind::Firm],
            confirm: ConfirmationRule::default(),
            together: PromiseScope::default(),
            delayed_supply_offset: 0,
            delayed_demand_offset: 0,
            backward_supply_fence: None,
            backward_demand_fence: None,
            infinite_supply_after: None,
            calendars: Vec::new(),
            calendar: None,
        }
    }
}

/// How what is available on a day is calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseMethod {
    /// Of all that has come by a day, what no demand of that day or a later one needs.
    #[default]
    CumulativeLookahead,
    /// Of the last receipt before a day, what the demands before the next receipt leave. What earlier receipts leave does not roll on.
    Discrete,
}

/// What happens when more was promised than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overcommitted {
    /// The next receipts serve the backlog first.
    #[default]
    CarryForward,
    /// The backlog stays as it is; the next receipts are for those who ask.
    Resell,
}

/// What a line may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationRule {
    /// As much as can be had on each day, from the day that is wanted.
    #[default]
    Schedule,
    /// As much as can be had on the day that is wanted, and nothing later.
    OneDate,
    /// All of it on the earliest day on which all of it can be had.
    Complete,
}

/// Which lines are confirmed together or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseScope {
    /// Each line for itself.
    #[default]
    Line,
    /// The lines of a ship group. Lines without a group stand for themselves.
    ShipGroup,
    /// All lines of the request.
    Order,
}

/// The days on which work is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDef {
    /// Names the calendar.
    pub id: CalendarId,
    /// The days of the week on which work is done.
    #[serde(default = "monday_to_friday")]
    pub weekdays: Vec<Weekday>,
    /// Days on which no work is done: holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Date>,
    /// Days on which work is done although the week says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Date>,
}

fn monday_to_friday() -> Vec<Weekday> {
    WorkCalendarDef::default().weekdays
}
