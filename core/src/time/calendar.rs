//! The Gregorian calendar by arithmetic: days and seconds counted from 1970, and the parts of their texts.
//!
//! A calendar of our own, because one that knows time zones and speaks of its errors is several times the size, and every browser
//! would load it. The tests hold it against `jiff`.

/// The years that there are.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = -9999..=9999;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i32 = 719_468;
/// Days of 400 years, after which the calendar repeats itself.
const ERA: i32 = 146_097;

/// The length of a month, which is 1 to 12.
pub(super) fn month_length(year: i16, month: i8) -> i8 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. A year begins in March here, so that the leap day is its last.
pub(super) fn day_number(year: i16, month: i8, day: i8) -> i32 {
    let (month, day) = (i32::from(month), i32::from(day));
    let year = i32::from(year).saturating_sub(i32::from(month <= 2));
    let in_era = year.rem_euclid(400);
    let from_march = month.saturating_add(9).rem_euclid(12);
    let in_year = from_march.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day).saturating_sub(1);
    let leap_days = in_era.div_euclid(4).saturating_sub(in_era.div_euclid(100));
    let eras = year.div_euclid(400).saturating_mul(ERA);
    eras.saturating_add(in_era.saturating_mul(365)).saturating_add(leap_days).saturating_add(in_year).saturating_sub(EPOCH)
}

/// The year, month and day of a day number; none outside the years that there are.
pub(super) fn date_of(day_number: i32) -> Option<(i16, i8, i8)> {
    let shifted = day_number.checked_add(EPOCH)?;
    let in_era = shifted.rem_euclid(ERA);
    // Without the leap days that went by, of 4 years, of 100 and of 400.
    let without = in_era.saturating_sub(in_era.div_euclid(1460)).saturating_add(in_era.div_euclid(36_524));
    let year_in_era = without.saturating_sub(in_era.div_euclid(146_096)).div_euclid(365);
    let before = year_in_era.saturating_mul(365).saturating_add(year_in_era.div_euclid(4)).saturating_sub(year_in_era.div_euclid(100));
    let in_year = in_era.saturating_sub(before);
    let from_march = in_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = in_year.saturating_sub(from_march.saturating_mul(153).saturating_add(2).div_euclid(5)).saturating_add(1);
    let month = from_march.saturating_add(2).rem_euclid(12).saturating_add(1);
    let years = shifted.div_euclid(ERA).saturating_mul(400).saturating_add(year_in_era);
    let year = i16::try_from(years.saturating_add(i32::from(month <= 2))).ok().filter(|year| YEARS.contains(year))?;
    Some((year, i8::try_from(month).ok()?, i8::try_from(day).ok()?))
}

/// Takes a number of exactly so many digits off the front.
pub(super) fn digits(text: &str, width: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(width)?;
    let all = number.bytes().all(|byte| byte.is_ascii_digit());
    if all { number.parse().ok().map(|number| (number, rest)) } else { None }
}

/// Takes one of the letters off the front.
pub(super) fn letter<'t>(text: &'t str, letters: &[char]) -> Option<&'t str> {
    text.strip_prefix(letters)
}

/// Takes hours, minutes and seconds off the front: the seconds of the day. A leap second counts as the second before it.
pub(super) fn time_of_day(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(letter(rest, &[':'])?, 2)?;
    let (second, rest) = digits(letter(rest, &[':'])?, 2)?;
    (hour < 24 && minute < 60 && second <= 60).then_some(())?;
    let minutes = hour.saturating_mul(60).saturating_add(minute);
    Some((i64::from(minutes.saturating_mul(60).saturating_add(second.min(59))), rest))
}

/// Takes a fraction of a second off the front, if there is one: nanoseconds.
pub(super) fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = letter(text, &['.']) else { return Some((0, text)) };
    let width = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = digits(rest, width)?;
    let missing = u32::try_from(width).ok().filter(|width| (1..=9).contains(width)).and_then(|width| 9_u32.checked_sub(width))?;
    Some((number.checked_mul(10_u32.checked_pow(missing)?)?, rest))
}

/// The seconds by which an offset lies ahead of UTC, which is all of the text: `Z` or `+02:00`.
pub(super) fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (hour, rest) = digits(letter(text, &['+', '-'])?, 2)?;
    let (minute, rest) = digits(letter(rest, &[':'])?, 2)?;
    (rest.is_empty() && hour < 24 && minute < 60).then_some(())?;
    let seconds = i64::from(hour.saturating_mul(60).saturating_add(minute)).saturating_mul(60);
    Some(if text.starts_with('-') { seconds.saturating_neg() } else { seconds })
}
