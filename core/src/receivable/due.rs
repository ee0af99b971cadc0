//! When, and in which parts, an invoice is due.

use crate::money::{AllocationMethod, AllocationShare, ArithmeticError, Money, Rounding, ZeroWeights, allocate};
use crate::time::{Date, TimeError};

use super::compile::{Due, Terms};
use super::invoice::{CashDiscount, Instalment};

/// Why no due date can be given.
pub(super) enum DueError {
    /// The calendar ends before.
    Calendar,
    /// An amount does not fit.
    Amount,
}

impl From<TimeError> for DueError {
    fn from(_: TimeError) -> Self {
        Self::Calendar
    }
}

impl From<ArithmeticError> for DueError {
    fn from(_: ArithmeticError) -> Self {
        Self::Amount
    }
}

/// The parts in which `gross` is due, which sum to it; without terms it is due on its date.
pub(super) fn instalments(terms: Option<&Terms>, date: Date, gross: Money) -> Result<Vec<Instalment>, DueError> {
    let whole = |due: Date| Ok(vec![Instalment { due, amount: gross }]);
    match terms.map(|terms| &terms.due) {
        None => whole(date),
        Some(Due::NetDays(days)) => whole(date.add_days(*days)?),
        Some(Due::EndOfMonth { months }) => whole(date.add_months(*months)?.end_of_month()),
        Some(Due::FixedDay { day, months }) => whole(fixed_day(date, *day, *months)?),
        Some(Due::Instalments(parts)) => in_parts(parts, date, gross),
    }
}

fn fixed_day(date: Date, day: i8, months: i32) -> Result<Date, TimeError> {
    let in_month_of = |date: Date| {
        let last = date.end_of_month();
        Date::new(date.year(), date.month(), day.min(last.day()))
    };
    let first = in_month_of(date.add_months(months)?)?;
    if first >= date { Ok(first) } else { in_month_of(first.add_months(1)?) }
}

fn in_parts(parts: &[(u64, i32)], date: Date, gross: Money) -> Result<Vec<Instalment>, DueError> {
    let shares: Vec<AllocationShare> = parts.iter().map(|(weight, _)| AllocationShare::of(*weight)).collect();
    let mut amounts = Vec::with_capacity(parts.len());
    allocate(gross, &shares, AllocationMethod::RoundEachLastAbsorbs, ZeroWeights::EqualSplit, &mut amounts)?;
    let instalment =
        |((_, days), minor): (&(u64, i32), i64)| Ok(Instalment { due: date.add_days(*days)?, amount: Money::new(minor, gross.currency()) });
    parts.iter().zip(amounts).map(instalment).collect()
}

/// What may be taken off for early payment, rounded half-up to the currency's minor unit.
pub(super) fn cash_discount(terms: Option<&Terms>, date: Date, gross: Money) -> Result<Option<CashDiscount>, DueError> {
    let Some((percent, days)) = terms.and_then(|terms| terms.cash_discount) else { return Ok(None) };
    let currency = gross.currency();
    let amount = Money::rounded(percent.of(gross.to_exact()?)?, &Rounding::half_up(currency.minor_units()), currency)?;
    Ok(Some(CashDiscount { percent, last_day: date.add_days(days)?, amount }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::receivable::{ReceivableDef, Receivables, compile};
    use crate::report::{Diagnostics, Path};

    fn terms(due: &str) -> Receivables {
        let text = format!(r#"{{"terms": [{{"id": "t", "due": {due}, "cash_discount": {{"percent": "2.5", "net_days": 10}}}}]}}"#);
        let def: ReceivableDef = serde_json::from_str(&text).unwrap();
        let mut diagnostics = Diagnostics::new();
        let compiled = compile(def, &Path::ROOT, &mut diagnostics);
        diagnostics.finish().unwrap();
        compiled
    }

    fn due(written: &str, date: &str, minor: i64) -> Vec<(String, i64)> {
        let compiled = terms(written);
        let gross = Money::new(minor, "EUR".parse().unwrap());
        let Ok(parts) = instalments(compiled.terms.get("t"), date.parse().unwrap(), gross) else { return Vec::new() };
        parts.into_iter().map(|part| (part.due.to_string(), part.amount.minor())).collect()
    }

    #[test]
    fn due_dates_follow_worked_example_39_and_clamp_to_the_month() {
        let table = [
            (r#"{"net_days": 30}"#, "2016-01-22", "2016-02-21"),
            (r#"{"net_days": 0}"#, "2016-01-22", "2016-01-22"),
            (r#"{"end_of_month": {"months": 1}}"#, "2016-01-22", "2016-02-29"),
            (r#"{"end_of_month": {"months": 1}}"#, "2017-01-31", "2017-02-28"),
            (r#"{"end_of_month": {}}"#, "2017-04-01", "2017-04-30"),
            (r#"{"fixed_day": {"day": 15, "months": 1}}"#, "2026-01-31", "2026-02-15"),
            (r#"{"fixed_day": {"day": 31, "months": 1}}"#, "2026-01-10", "2026-02-28"),
            // In the invoice's own month, unless that day has passed.
            (r#"{"fixed_day": {"day": 15}}"#, "2026-01-15", "2026-01-15"),
            (r#"{"fixed_day": {"day": 15}}"#, "2026-01-16", "2026-02-15"),
            (r#"{"fixed_day": {"day": 31}}"#, "2026-02-28", "2026-02-28"),
        ];
        for (written, date, expected) in table {
            assert_eq!(due(written, date, 100), [(expected.to_owned(), 100)], "{written} from {date}");
        }
    }

    #[test]
    fn the_last_instalment_takes_what_rounding_leaves() {
        // 100.01: 30 % is 30.003, so 30.00 twice; the last takes 40.01.
        let written =
            r#"{"instalments": [{"percent": "30", "net_days": 0}, {"percent": "30", "net_days": 30}, {"percent": "40", "net_days": 60}]}"#;
        let expected = [("2026-01-31", 3000), ("2026-03-02", 3000), ("2026-04-01", 4001)];
        assert_eq!(due(written, "2026-01-31", 10_001), expected.map(|(day, minor)| (day.to_owned(), minor)));
    }

    #[test]
    fn a_cash_discount_is_rounded_half_up_and_has_a_last_day() {
        let compiled = terms(r#"{"net_days": 30}"#);
        let gross = Money::new(10_060, "EUR".parse().unwrap());
        // 2.5 % of 100.60 is 2.515.
        let Ok(Some(discount)) = cash_discount(compiled.terms.get("t"), "2026-11-21".parse().unwrap(), gross) else {
            panic!("there is a cash discount")
        };
        assert_eq!((discount.amount.minor(), discount.last_day.to_string().as_str()), (252, "2026-12-01"));
    }

    proptest! {
        #[test]
        fn instalments_sum_to_the_gross_amount(minor in -10_000_000_i64..10_000_000, first in 1_i64..99) {
            let written = format!(
                r#"{{"instalments": [{{"percent": "{first}", "net_days": 0}}, {{"percent": "{}.5", "net_days": 9}}, {{"percent": "0.5", "net_days": 9}}]}}"#,
                99 - first
            );
            let parts = due(&written, "2026-01-31", minor);
            prop_assert_eq!(parts.len(), 3);
            prop_assert_eq!(parts.iter().map(|(_, part)| part).sum::<i64>(), minor);
        }

        #[test]
        fn a_due_date_is_never_before_the_invoice(day in 1_u32..=31, months in 0_u32..3, offset in 0_i32..1500) {
            let date = "2023-01-01".parse::<Date>().unwrap().add_days(offset).unwrap();
            for written in [format!(r#"{{"fixed_day": {{"day": {day}, "months": {months}}}}}"#), format!(r#"{{"end_of_month": {{"months": {months}}}}}"#)] {
                let parts = due(&written, &date.to_string(), 1);
                prop_assert!(parts[0].0 >= date.to_string());
            }
        }
    }
}
