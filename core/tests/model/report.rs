//! Laws of the report of what rounding did.

use proptest::prelude::*;
use serde_json::Value;

use super::generate::{Case, cases};
use super::laws::{answer, money, shown, within_limits};
use super::rational::Rational;
use super::returns::with_returns;
use super::rich::rich_cases;
use super::stepped::stepped_cases;
use super::termed::termed_cases;

fn reported(case: &Case) -> Value {
    let mut request = case.request.clone();
    request["explain"] = "waterfall".into();
    request["rounding_report"] = true.into();
    answer(&case.rulebook, &request)
}

/// The only step whose exact result may not be known: where a price keeps the net amount that it has at home.
fn keeps_net(rulebook: &Value, step: &Value) -> bool {
    let steps = rulebook["procedure"].as_array().into_iter().flatten();
    steps.map(|known| &known["tax"]).any(|tax| tax["id"] == *step && tax["destination_price"].is_object())
}

/// Without what is reported of rounding.
fn without_report(mut quote: Value) -> Value {
    quote.as_object_mut().unwrap().remove("rounding");
    for line in quote["lines"].as_array_mut().unwrap() {
        for entry in line["waterfall"].as_array_mut().unwrap() {
            entry.as_object_mut().unwrap().remove("rounding");
        }
    }
    quote
}

/// Figures are shown to a millionth of a minor unit, so sums of them may differ by as many half millionths as there are.
fn nearly(one: Rational, other: Rational, figures: usize) -> bool {
    let difference = one - other;
    let bound = Rational::new(i128::try_from(figures).unwrap() + 1, 1_000_000);
    !(bound - difference).is_negative() && !(bound + difference).is_negative()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exact_figures_chain(case in with_returns(prop_oneof![cases(), rich_cases(), stepped_cases(), termed_cases()]).prop_filter("a condition is too costly", within_limits)) {
        let quote = reported(&case);
        let report = &quote["rounding"];
        // 1. Every exact result is known.
        for step in report["not_known"].as_array().unwrap() {
            prop_assert!(keeps_net(&case.rulebook, step), "{} is not known\n{}", step, shown(&case));
        }
        // 2. What a step came to is what it came to on the lines, and what it cost is what it cost before and what was changed.
        let entries: Vec<&Value> = quote["lines"].as_array().unwrap().iter().flat_map(|line| line["waterfall"].as_array().unwrap()).collect();
        let (mut rounded, mut difference) = (Rational::ZERO, Rational::ZERO);
        for step in report["steps"].as_array().unwrap() {
            let of_step: Vec<&Value> = entries.iter().copied().filter(|entry| entry["step"] == step["step"]).collect();
            rounded = rounded + of_step.iter().map(|entry| money(&entry["delta"])).sum::<Rational>();
            difference = difference + money(&step["difference"]);
            prop_assert_eq!(money(&step["rounded"]), rounded, "{}", shown(&case));
            prop_assert!(nearly(money(&step["exact"]), rounded - difference, entries.len()), "{}\n{}", report, shown(&case));
        }
        prop_assert_eq!(money(&report["rounded"]), rounded, "{}", shown(&case));
        prop_assert!(nearly(money(&report["exact"]), rounded - difference, entries.len()), "{}\n{}", report, shown(&case));
        // 3. Being asked changes nothing.
        let mut request = case.request.clone();
        request["explain"] = "waterfall".into();
        prop_assert_eq!(without_report(quote), answer(&case.rulebook, &request), "{}", shown(&case));
    }

    #[test]
    fn what_needs_no_rounding_is_exact(
        prices in prop::collection::vec(1_u32..500, 1..6),
        percents in prop::collection::vec(0_u32..=100, 1..3),
        cap in prop::option::of(1_u32..400),
        returned in any::<bool>(),
    ) {
        // Prices in hundreds and whole percentages, of the list each: nothing has more than two decimals.
        let quantity = if returned { -1 } else { 1 };
        let ids = || 0..prices.len();
        let products: Vec<Value> = ids().map(|id| serde_json::json!({"id": format!("P-{id}"), "unit": "piece", "tax": "all"})).collect();
        let records: Vec<Value> =
            ids().zip(&prices).map(|(id, price)| serde_json::json!({"key": [format!("P-{id}")], "price": price * 100})).collect();
        let lines: Vec<Value> =
            ids().map(|id| serde_json::json!({"id": id.to_string(), "product": format!("P-{id}"), "quantity": quantity})).collect();
        let rules: Vec<Value> = (0_usize..)
            .zip(&percents)
            .map(|(number, percent)| {
                let mut rule = serde_json::json!({"id": format!("r-{number}"), "stage": "sale", "effect": {"percent_off": percent}});
                if let Some(cap) = cap.filter(|_| !returned) {
                    rule["cap_amount"] = serde_json::json!({"amount": cap, "per": "line"});
                }
                rule
            })
            .collect();
        let rulebook = serde_json::json!({
            "schema_version": 1, "id": "whole", "currency": "EUR", "negative_quantities": "apart", "units": [{"id": "piece"}],
            "products": products, "price_lists": [{"id": "list", "keys": ["product.id"], "records": records}], "adjustments": rules,
            "procedure": [
                {"price": {"id": "price", "access": ["list"]}}, {"stage": {"id": "sale", "policy": "on_base", "tie_break": "id"}},
                {"guard": {"id": "floor", "at_least": "line.list_amount * 0.25", "otherwise": "clamp"}},
                {"tax": {"id": "vat"}}],
            "tax": {"categories": ["all"], "default_destination": "DE",
                "rates": [{"id": "all", "category": "all", "destination": "DE", "percent": 100}]},
        });
        let request = serde_json::json!({"date": "2026-11-21", "explain": "waterfall", "rounding_report": true, "lines": lines});
        let report = &answer(&rulebook, &request)["rounding"];
        prop_assert_eq!(&report["not_known"], &serde_json::json!([]));
        prop_assert_eq!(money(&report["exact"]), money(&report["rounded"]), "{}", report);
        prop_assert!(report["steps"].as_array().unwrap().iter().all(|step| money(&step["difference"]) == Rational::ZERO), "{}", report);
    }
}
