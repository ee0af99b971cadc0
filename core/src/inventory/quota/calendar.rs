//! Periods of the calendar.

use super::def::QuotaPeriod;
use crate::time::Date;

const DAYS_OF_WEEK: i32 = 7;
/// 1970-01-01, the day of number 0, was a Thursday: three days after a Monday.
const AFTER_MONDAY: i32 = 3;

impl QuotaPeriod {
    /// The first day of the period that a day belongs to; none at the end of the calendar.
    pub(super) fn start(self, day: Date) -> Option<Date> {
        let month = |month: i8| Date::new(day.year(), month, 1).ok();
        match self {
            Self::Day => Some(day),
            Self::Week => {
                let after = day.day_number().saturating_add(AFTER_MONDAY).rem_euclid(DAYS_OF_WEEK);
                day.add_days(after.saturating_neg()).ok()
            }
            Self::Month => month(day.month()),
            Self::Quarter => {
                let after = day.month().saturating_sub(1).rem_euclid(3);
                month(day.month().saturating_sub(after))
            }
            Self::Year => month(1),
        }
    }

    /// The first day of the period that comes so many periods later, or earlier when below zero.
    pub(super) fn shifted(self, start: Date, by: i32) -> Option<Date> {
        match self {
            Self::Day => start.add_days(by).ok(),
            Self::Week => start.add_days(by.checked_mul(DAYS_OF_WEEK)?).ok(),
            Self::Month => start.add_months(by).ok(),
            Self::Quarter => start.add_months(by.checked_mul(3)?).ok(),
            Self::Year => start.add_months(by.checked_mul(12)?).ok(),
        }
    }
}
