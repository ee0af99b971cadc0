//! Dates, timestamps and half-open periods. Time is always an argument; nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
pub struct Date(jiff::civil::Date);

impl Date {
    /// The day of a year, a month (1 to 12) and a day of the month.
    ///
    /// # Errors
    /// [`TimeError::Date`] when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| TimeError::Date(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// Days since 1970-01-01, which is day 0.
    #[must_use]
    pub fn day_number(self) -> i32 {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        self.0.since(epoch).map(|span| span.get_days()).unwrap_or_default()
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The day `days` later; earlier when negative.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn add_days(self, days: i32) -> Result<Self, TimeError> {
        let span = jiff::Span::new().try_days(days).map_err(|_| TimeError::OutOfRange)?;
        self.add(span)
    }

    /// The same day of the month `months` later, or that month's last day when it is shorter.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when the calendar ends before that.
    pub fn add_months(self, months: i32) -> Result<Self, TimeError> {
        let span = jiff::Span::new().try_months(months).map_err(|_| TimeError::OutOfRange)?;
        self.add(span)
    }

    /// The last day of this date's month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }

    fn add(self, span: jiff::Span) -> Result<Self, TimeError> {
        self.0.checked_add(span).map(Self).map_err(|_| TimeError::OutOfRange)
    }
}

impl FromStr for Date {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::Date(text.chars().take(40).collect());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else {
            return Err(refused());
        };
        let digits = |part: &str, width: usize| part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return Err(refused());
        }
        let parsed = (year.parse(), month.parse(), day.parse());
        let (Ok(year), Ok(month), Ok(day)) = parsed else {
            return Err(refused());
        };
        Self::new(year, month, day).map_err(|_| refused())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A moment, in UTC, to the nanosecond. Written as RFC 3339: `2026-11-21T09:30:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The calendar day of this moment in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.0.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The moment `seconds` later; earlier when negative.
    ///
    /// # Errors
    /// [`TimeError::OutOfRange`] when time ends before that.
    pub fn add_seconds(self, seconds: i64) -> Result<Self, TimeError> {
        let span = jiff::SignedDuration::from_secs(seconds);
        self.0.checked_add(span).map(Self).map_err(|_| TimeError::OutOfRange)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse().map(Self).map_err(|_| TimeError::Timestamp(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_half_open() {
        let spring = Period { from: Some(day("2026-03-01")), until: Some(day("2026-06-01")) };
        assert!(spring.contains(day("2026-03-01")) && spring.contains(day("2026-05-31")));
        assert!(!spring.contains(day("2026-02-28")) && !spring.contains(day("2026-06-01")));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let a = Period { from: None, until: Some(day("2026-06-01")) };
        let b = Period { from: Some(day("2026-06-01")), until: None };
        assert!(!a.overlaps(&b) && a.overlaps(&Period::ALWAYS));
    }

    #[test]
    fn month_ends_are_clamped() {
        assert_eq!(day("2024-01-31").add_months(1).unwrap(), day("2024-02-29"));
        assert_eq!(day("2026-02-10").end_of_month(), day("2026-02-28"));
    }

    #[test]
    fn day_numbers_count_from_1970() {
        assert_eq!(day("1970-01-01").day_number(), 0);
        assert_eq!(day("2000-03-01").day_number(), 11_017);
        assert_eq!(day("1969-12-31").day_number(), -1);
    }

    #[test]
    fn refuses_other_writings_and_missing_days() {
        for text in ["2026-2-1", "20260201", "2026-02-30", "2026-02-01T00:00:00Z", "", "+026-01-01"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2026-02-01T10:00:00".parse::<Timestamp>().is_err());
        assert_eq!("2026-02-01T10:00:00+02:00".parse::<Timestamp>().unwrap().to_string(), "2026-02-01T08:00:00Z");
    }
}
