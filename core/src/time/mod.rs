//! Dates, timestamps and half-open periods. Time is always an argument; nothing here reads a clock.

mod calendar;
mod window;
mod workdays;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use window::Window;
pub use workdays::{Weekday, WorkCalendarDef, Workdays};

/// The name under which a [`Date`] crosses a serializer, so that a binding may make it a native date.
pub const DATE_TOKEN: &str = "dealdesk::Date";
/// The name under which a [`Timestamp`] crosses a serializer, so that a binding may make it a native timestamp.
pub const TIMESTAMP_TOKEN: &str = "dealdesk::Timestamp";

/// Why a text is not a date or a timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not `YYYY-MM-DD`, or no such day.
    #[error("`{0}` is not a date; write it as `2026-11-21`")]
    Date(String),
    /// Not RFC 3339 with an offset.
    #[error("`{0}` is not a timestamp; write it in UTC as `2026-11-21T09:30:00Z`")]
    Timestamp(String),
    /// The result lies outside the years -9999 to 9999.
    #[error("the date lies outside the years -9999 to 9999")]
    OutOfRange,
    /// No day of the week is a working day.
    #[error("a calendar without working days never gets anything done; name at least one day of the week")]
    NoWorkingDay,
}

/// A calendar day of the Gregorian calendar, without a time zone. Written `YYYY-MM-DD`.
///
/// ```
/// use dealdesk::Date;
/// let day: Date = "2026-01-31".parse()?;
/// assert_eq!(day.add_months(1)?.to_string(), "2026-02-28");
/// # Ok::<(), dealdesk::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(
    /// Year, month and day, from the highest byte to the lowest, so that dates compare as one number.
    i32,
);

impl Date {
    fn of(year: i16, month: i8, day: i8) -> Self {
        let ([century, year], [month], [day]) = (year.to_be_bytes(), month.to_be_bytes(), day.to_be_bytes());
        Self(i32::from_be_bytes([century, year, month, day]))
    }

    /// The day of a year, a month (1 to 12) and a day of the month.
    ///
    /// # Errors
    /// [`TimeError::Date`] when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        Self::checked(year, month, day).ok_or_else(|| TimeError::Date(format!("{year:04}-{month:02}-{day:02}")))
    }

    fn checked(year: i16, month: i8, day: i8) -> Option<Self> {
        let month_is_right = calendar::YEARS.contains(&year) && (1..=12).contains(&month);
        (month_is_right && (1..=calendar::month_length(year, month)).contains(&day)).then(|| Self::of(year, month, day))
    }

    fn of_day_number(number: i32) -> Result<Self, TimeError> {
        calendar::date_of(number).map(|(year, month, day)| Self::of(year, month, day)).ok_or(TimeError::OutOfRange)
    }

    /// Days since 1970-01-01, which is day 0.
    #[must_use]
    pub fn day_number(self) -> i32 {
        calendar::day_number(self.year(), self.month(), self.day())
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        let [century, year, _, _] = self.0.to_be_bytes();
        i16::from_be_bytes([century, year])
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        let [_, _, month, _] = self.0.to_be_bytes();
        i8::from_be_bytes([month])
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        let [_, _, _, day] = self.0.to_be_bytes();
        i8::from_be_bytes([day])
    }

    /// The day `days` later; earlier when negative.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn add_days(self, days: i32) -> Result<Self, TimeError> {
        self.day_number().checked_add(days).ok_or(TimeError::OutOfRange).and_then(Self::of_day_number)
    }

    /// The same day of the month `months` later, or that month's last day when it is shorter.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn add_months(self, months: i32) -> Result<Self, TimeError> {
        let count = i32::from(self.year()).saturating_mul(12).saturating_add(i32::from(self.month())).saturating_sub(1);
        let count = count.checked_add(months).ok_or(TimeError::OutOfRange)?;
        let year = i16::try_from(count.div_euclid(12)).ok().filter(|year| calendar::YEARS.contains(year)).ok_or(TimeError::OutOfRange)?;
        let month = i8::try_from(count.rem_euclid(12).saturating_add(1)).unwrap_or(12);
        Ok(Self::of(year, month, self.day().min(calendar::month_length(year, month))))
    }

    /// The last day of this date's month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        Self::of(self.year(), self.month(), calendar::month_length(self.year(), self.month()))
    }
}

impl FromStr for Date {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        date(text).and_then(|(date, rest)| rest.is_empty().then_some(date)).ok_or_else(|| TimeError::Date(text.chars().take(40).collect()))
    }
}

/// Takes a date off the front.
fn date(text: &str) -> Option<(Date, &str)> {
    let (year, rest) = calendar::digits(text, 4)?;
    let (month, rest) = calendar::digits(calendar::letter(rest, &['-'])?, 2)?;
    let (day, rest) = calendar::digits(calendar::letter(rest, &['-'])?, 2)?;
    let date = Date::checked(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)?;
    Some((date, rest))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Years before 0 have a sign and six digits, as ISO 8601 has them.
        let (sign, width) = if self.year() < 0 { ("-", 6) } else { ("", 4) };
        write!(f, "{sign}{:0width$}-{:02}-{:02}", self.year().unsigned_abs(), self.month(), self.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A moment, in UTC, to the nanosecond. Written as RFC 3339: `2026-11-21T09:30:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Its day.
    date: Date,
    /// Seconds of that day.
    second: i32,
    /// Nanoseconds of that second.
    nanosecond: u32,
}

impl Timestamp {
    /// The calendar day of this moment in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        self.date
    }

    /// The moment `seconds` later; earlier when negative.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when time ends before that.
    pub fn add_seconds(self, seconds: i64) -> Result<Self, TimeError> {
        let second = i64::from(self.second).checked_add(seconds).ok_or(TimeError::OutOfRange)?;
        let days = i32::try_from(second.div_euclid(calendar::DAY)).map_err(|_| TimeError::OutOfRange)?;
        let second = i32::try_from(second.rem_euclid(calendar::DAY)).map_err(|_| TimeError::OutOfRange)?;
        Ok(Self { date: self.date.add_days(days)?, second, ..self })
    }

    /// From RFC 3339, with any offset.
    fn read(text: &str) -> Option<Self> {
        let (date, rest) = date(text)?;
        let (second, rest) = calendar::time_of_day(calendar::letter(rest, &['T', 't', ' '])?)?;
        let (nanosecond, rest) = calendar::fraction(rest)?;
        let moment = Self { date, second: i32::try_from(second).ok()?, nanosecond };
        moment.add_seconds(calendar::offset(rest)?.saturating_neg()).ok()
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::read(text).ok_or_else(|| TimeError::Timestamp(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.second.div_euclid(60);
        write!(f, "{}T{:02}:{:02}:{:02}", self.date, minute.div_euclid(60), minute.rem_euclid(60), self.second.rem_euclid(60))?;
        if self.nanosecond > 0 {
            let digits = format!("{:09}", self.nanosecond);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! time_on_the_wire {
    ($name:ident, $token:expr, $format:literal, $what:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct($token, &format_args!("{self}"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<$name, D::Error> {
                        inner.deserialize_str(self)
                    }
                }
                deserializer.deserialize_newtype_struct($token, Visitor)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "format": $format, "description": $what})
            }
        }
    };
}

time_on_the_wire!(Date, DATE_TOKEN, "date", "a date as text, such as \"2026-11-21\"");
time_on_the_wire!(Timestamp, TIMESTAMP_TOKEN, "date-time", "a timestamp as text in UTC, such as \"2026-11-21T09:30:00Z\"");

/// A half-open period `[from, until)`: `from` belongs to it, `until` does not; a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day that belongs to the period; absent when it has always begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The first day that does not belong to it any more; absent when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Period {
    /// The period without ends.
    pub const ALWAYS: Self = Self { from: None, until: None };

    /// Whether the day belongs to the period.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    /// Whether no day can belong to the period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }

    /// Whether some day belongs to both periods.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_before = |a: &Self, b: &Self| match (a.from, b.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        !self.is_empty() && !other.is_empty() && begins_before(self, other) && begins_before(other, self)
    }
}

#[cfg(test)]
mod tests;
