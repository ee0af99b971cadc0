//! Working days: which days count when a time is given in them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Date, TimeError};

/// Which days are working days, as a host or a rulebook writes it.
///
/// ```
/// use dealdesk::time::{WorkCalendarDef, Workdays};
/// let def: WorkCalendarDef = serde_json::from_str(r#"{"closed": ["2026-12-25"]}"#)?;
/// let days = Workdays::new(&def)?;
/// assert_eq!(days.after("2026-12-24".parse()?, 1)?.to_string(), "2026-12-28");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendarDef {
    /// The days of the week on which work is done; Monday to Friday when absent.
    #[serde(default = "monday_to_friday")]
    pub weekdays: Vec<Weekday>,
    /// Days on which no work is done although it is done on that day of the week: holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Date>,
    /// Days on which work is done in any case: a Saturday before a feast. Counts for more than `closed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Date>,
}

impl Default for WorkCalendarDef {
    fn default() -> Self {
        Self { weekdays: monday_to_friday(), closed: Vec::new(), open: Vec::new() }
    }
}

fn monday_to_friday() -> Vec<Weekday> {
    vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday]
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// By the day number modulo seven: 1970-01-01 was a Thursday.
const WEEK: [Weekday; 7] =
    [Weekday::Thursday, Weekday::Friday, Weekday::Saturday, Weekday::Sunday, Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday];

impl Date {
    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        let place = usize::try_from(self.day_number().rem_euclid(7)).unwrap_or_default();
        WEEK.get(place).copied().unwrap_or(Weekday::Thursday)
    }
}

/// A checked calendar of working days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workdays {
    weekdays: BTreeSet<Weekday>,
    closed: BTreeSet<Date>,
    open: BTreeSet<Date>,
}

/// Monday to Friday, without holidays.
impl Default for Workdays {
    fn default() -> Self {
        Self { weekdays: monday_to_friday().into_iter().collect(), closed: BTreeSet::new(), open: BTreeSet::new() }
    }
}

impl Workdays {
    /// Checks a calendar.
    ///
    /// # Errors
    /// [`TimeError::NoWorkingDay`] when no day of the week is a working day.
    pub fn new(def: &WorkCalendarDef) -> Result<Self, TimeError> {
        let weekdays: BTreeSet<Weekday> = def.weekdays.iter().copied().collect();
        if weekdays.is_empty() {
            return Err(TimeError::NoWorkingDay);
        }
        Ok(Self { weekdays, closed: def.closed.iter().copied().collect(), open: def.open.iter().copied().collect() })
    }

    /// Whether work is done on a day.
    #[must_use]
    pub fn is_working(&self, day: Date) -> bool {
        self.open.contains(&day) || (self.weekdays.contains(&day.weekday()) && !self.closed.contains(&day))
    }

    /// The day itself when it is a working day, otherwise the next one.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn at_or_after(&self, mut day: Date) -> Result<Date, TimeError> {
        while !self.is_working(day) {
            day = day.add_days(1)?;
        }
        Ok(day)
    }

    /// The day itself when it is a working day, otherwise the last one before it.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar begins after that.
    pub fn at_or_before(&self, mut day: Date) -> Result<Date, TimeError> {
        while !self.is_working(day) {
            day = day.add_days(-1)?;
        }
        Ok(day)
    }

    /// The day on which so many working days after a day are over; the day itself for none.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn after(&self, day: Date, count: u32) -> Result<Date, TimeError> {
        (0..count).try_fold(day, |day, _| self.at_or_after(day.add_days(1)?))
    }

    /// The last working day after which there are so many working days up to and with a day.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar begins after that.
    pub fn before(&self, day: Date, count: u32) -> Result<Date, TimeError> {
        let last = self.at_or_before(day)?;
        (0..count).try_fold(last, |day, _| self.at_or_before(day.add_days(-1)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> Date {
        Date::of_day_number(number).unwrap()
    }

    fn calendar(closed: &[i32], open: &[i32]) -> Workdays {
        let days = |numbers: &[i32]| numbers.iter().map(|number| day(*number)).collect();
        Workdays::new(&WorkCalendarDef { closed: days(closed), open: days(open), ..WorkCalendarDef::default() }).unwrap()
    }

    #[test]
    fn knows_the_days_of_the_week() {
        for (date, weekday) in [("1970-01-01", Weekday::Thursday), ("2026-11-22", Weekday::Sunday), ("1969-12-29", Weekday::Monday)] {
            assert_eq!(date.parse::<Date>().unwrap().weekday(), weekday, "{date}");
        }
        assert_eq!(Workdays::new(&WorkCalendarDef { weekdays: Vec::new(), ..WorkCalendarDef::default() }), Err(TimeError::NoWorkingDay));
    }

    proptest! {
        #[test]
        fn the_latest_start_is_in_time_and_the_next_day_is_too_late(
            at in 20_000_i32..20_400, count in 0_u32..20, closed in prop::collection::vec(20_000_i32..20_400, 0..30),
            open in prop::collection::vec(20_000_i32..20_400, 0..10),
        ) {
            let days = calendar(&closed, &open);
            let start = days.before(day(at), count).unwrap();
            prop_assert!(days.is_working(start) && days.after(start, count).unwrap() <= day(at));
            let next = days.at_or_after(start.add_days(1).unwrap()).unwrap();
            prop_assert!(days.after(next, count).unwrap() > day(at));
        }
    }
}
