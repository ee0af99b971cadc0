//! Counting days, in working days where there is a calendar.

use super::def::CalendarDef;
use crate::report::{Diagnostics, InventoryCode, Path};
use crate::time::{Date, TimeError, WorkCalendarDef, Workdays};

/// Checks a calendar; problems go to `diagnostics` with their place below `path`.
pub(super) fn compile(def: &CalendarDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Workdays {
    let CalendarDef { id, weekdays, closed, open } = def;
    for (index, day) in open.iter().enumerate().filter(|(_, day)| closed.contains(day)) {
        let message = format!("the calendar `{id}` says of `{day}` that it is open and that it is closed; keep one of them");
        diagnostics.error(InventoryCode::Calendar, &path.field("open").index(index), message);
    }
    let days = WorkCalendarDef { weekdays: weekdays.clone(), closed: closed.clone(), open: open.clone() };
    Workdays::new(&days).unwrap_or_else(|_| {
        let message = format!("the calendar `{id}` has no day of the week on which work is done; name at least one");
        diagnostics.error(InventoryCode::Calendar, &path.field("weekdays"), message);
        Workdays::default()
    })
}

/// The day so many days after `day`, before it when below zero: working days of the calendar when there is one.
pub(super) fn shift(calendar: Option<&Workdays>, day: Date, days: i32) -> Result<Date, TimeError> {
    match calendar {
        None => day.add_days(days),
        Some(calendar) if days < 0 => (0..days.unsigned_abs()).try_fold(day, |day, _| calendar.at_or_before(day.add_days(-1)?)),
        Some(calendar) => calendar.after(day, days.unsigned_abs()),
    }
}
