//! Lead times: from a start to the day on which goods can be used, and back.

use super::def::LeadTime;
use crate::time::{Date, TimeError, Workdays};

impl LeadTime {
    /// The first day, not before this one, on which an order can start.
    pub(super) fn start_at(self, day: Date, calendar: &Workdays) -> Result<Date, TimeError> {
        match self {
            Self::Days(_) => Ok(day),
            Self::WorkingDays(_) => calendar.at_or_after(day),
        }
    }

    /// The day on which the goods of an order that starts on a day can be used.
    pub(super) fn due(self, start: Date, calendar: &Workdays) -> Result<Date, TimeError> {
        match self {
            Self::Days(days) => start.add_days(signed(days)),
            Self::WorkingDays(days) => calendar.after(start, days),
        }
    }

    /// The last day on which an order can start whose goods are needed on a day.
    pub(super) fn start_for(self, needed_on: Date, calendar: &Workdays) -> Result<Date, TimeError> {
        match self {
            Self::Days(days) => needed_on.add_days(signed(days).saturating_neg()),
            Self::WorkingDays(days) => calendar.before(needed_on, days),
        }
    }
}

fn signed(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}
