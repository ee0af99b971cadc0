use proptest::prelude::*;

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

#[test]
fn only_rfc_3339_is_a_timestamp() {
    for (text, read) in [
        ("2026-02-01t23:30:00.120-01:30", "2026-02-02T01:00:00.12Z"),
        ("2026-12-31 23:59:60z", "2026-12-31T23:59:59Z"),
        ("0000-01-01T00:00:00+00:01", "-000001-12-31T23:59:00Z"),
    ] {
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), read);
    }
    for text in [
        "2026-02-01T24:00:00Z",
        "2026-02-01T10:60:00Z",
        "2026-02-01T10:00Z",
        "2026-02-01T10:00:00.Z",
        "2026-02-01T10:00:00.0000000001Z",
        "2026-02-01T10:00:00+2:00",
        "2026-02-01T10:00:00+02:00x",
        "2026-02-01T10:00:00Z[UTC]",
        "2026-02-01T1\u{e9}:00:00Z",
        "9999-12-31T23:59:59-00:01",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn days_are_those_of_another_calendar(number in -4_371_587..=2_932_896_i32, days in any::<i32>(), months in -300_000..300_000_i32) {
        let ours = Date::of_day_number(number).unwrap();
        let theirs = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(number);
        prop_assert_eq!(ours.to_string(), theirs.to_string());
        prop_assert_eq!(ours.day_number(), number);
        prop_assert_eq!(ours.end_of_month().to_string(), theirs.last_of_month().to_string());
        let later = |span: Result<jiff::Span, jiff::Error>| span.and_then(|span| theirs.checked_add(span)).ok().map(|date| date.to_string());
        prop_assert_eq!(ours.add_days(days).ok().map(|date| date.to_string()), later(jiff::Span::new().try_days(days)));
        prop_assert_eq!(ours.add_months(months).ok().map(|date| date.to_string()), later(jiff::Span::new().try_months(months)));
    }

    #[test]
    fn timestamps_are_those_of_another_calendar(second in -62_167_000_000..253_000_000_000_i64, nanosecond in 0..1_000_000_000_i32, minutes in -1439..1440_i32) {
        let theirs = jiff::Timestamp::new(second, nanosecond).unwrap();
        let zone = jiff::tz::Offset::from_seconds(minutes * 60).unwrap();
        let local = theirs.display_with_offset(zone).to_string();
        let ours: Timestamp = theirs.to_string().parse().unwrap();
        prop_assert_eq!(ours.to_string(), theirs.to_string());
        prop_assert_eq!(local.parse::<Timestamp>().unwrap(), ours);
    }
}
