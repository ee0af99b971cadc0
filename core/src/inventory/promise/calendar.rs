//! Counting working days.

use super::def::{CalendarDef, Weekday};
use crate::report::{Diagnostics, InventoryCode, Path};
use crate::sort;
use crate::time::{Date, TimeError};

/// A checked calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Monday first.
    weekdays: [bool; 7],
    closed: Vec<Date>,
    open: Vec<Date>,
}

/// More free days than this in a row are not counted one by one: such a calendar has come to its end.
const LONGEST_REST: i32 = 1_000;

impl Calendar {
    /// Checks a calendar; problems go to `diagnostics` with their place below `path`.
    pub fn compile(def: &CalendarDef, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut weekdays = [false; 7];
        for day in &def.weekdays {
            if let Some(slot) = weekdays.get_mut(number(*day)) {
                *slot = true;
            }
        }
        if def.weekdays.is_empty() {
            let message = format!("the calendar `{}` has no day of the week on which work is done; name at least one", def.id);
            diagnostics.error(InventoryCode::Calendar, &path.field("weekdays"), message);
        }
        for (index, day) in def.open.iter().enumerate().filter(|(_, day)| def.closed.contains(day)) {
            let message = format!("the calendar `{}` says of `{day}` that it is open and that it is closed; keep one of them", def.id);
            diagnostics.error(InventoryCode::Calendar, &path.field("open").index(index), message);
        }
        let (mut closed, mut open) = (def.closed.clone(), def.open.clone());
        sort::ascending(&mut closed);
        sort::ascending(&mut open);
        Self { weekdays, closed, open }
    }

    fn is_working_day(&self, day: Date) -> bool {
        if self.open.binary_search(&day).is_ok() {
            return true;
        }
        // 1970-01-01, day 0, was a Thursday.
        let weekday = day.day_number().saturating_add(3).rem_euclid(7);
        let works = usize::try_from(weekday).ok().and_then(|weekday| self.weekdays.get(weekday)).copied().unwrap_or(false);
        works && self.closed.binary_search(&day).is_err()
    }

    /// The next working day after `day` in a direction: 1 or -1.
    fn next(&self, day: Date, step: i32) -> Result<Date, TimeError> {
        let mut next = day.add_days(step)?;
        for _ in 0..LONGEST_REST {
            if self.is_working_day(next) {
                break;
            }
            next = next.add_days(step)?;
        }
        Ok(next)
    }
}

/// The day so many days after `day`, before it when below zero: working days of the calendar when there is one.
pub(super) fn shift(calendar: Option<&Calendar>, day: Date, days: i32) -> Result<Date, TimeError> {
    match calendar {
        None => day.add_days(days),
        Some(calendar) => (0..days.unsigned_abs()).try_fold(day, |day, _| calendar.next(day, days.signum())),
    }
}

const fn number(day: Weekday) -> usize {
    match day {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}
