//! Documents in another currency than the rulebook's own are what they are where it is the own one.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::generate::{Case, cases};
use super::laws::{answer, shown, within_limits};
use super::returns::with_returns;
use super::rich::rich_cases;
use super::stepped::stepped_cases;
use super::termed::termed_cases;

fn any_case() -> impl Strategy<Value = Case> {
    with_returns(prop_oneof![cases(), rich_cases(), stepped_cases(), termed_cases()])
        .prop_filter("a condition is too costly", within_limits)
}

/// Another currency, in which everything can be rounded that can be in that one: it has the most decimals of all.
fn other(currency: &Value) -> &'static str {
    if currency == "CLF" { "UYW" } else { "CLF" }
}

fn entries<'v>(holder: &'v mut Value, field: &str) -> impl Iterator<Item = &'v mut Value> {
    holder.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten()
}

/// Names the currencies of all that may be for documents in some only.
fn name(rulebook: &mut Value, currencies: &Value) {
    for field in ["adjustments", "promotions", "charges"] {
        for rule in entries(rulebook, field) {
            rule["currencies"] = currencies.clone();
        }
    }
    if let Some(tax) = rulebook.get_mut("tax") {
        for rate in entries(tax, "rates") {
            rate["currencies"] = currencies.clone();
        }
    }
    for step in entries(rulebook, "procedure") {
        for kind in ["guard", "statistical", "ending", "cash_rounding"] {
            if let Some(step) = step.get_mut(kind) {
                step["currencies"] = currencies.clone();
            }
        }
        for kind in ["stage", "promotion", "tax"] {
            let rounding = step.get_mut(kind).and_then(Value::as_object_mut).and_then(|step| step.remove("rounding"));
            if let Some(rounding) = rounding {
                step[kind]["currency_roundings"] = json!([{"currencies": currencies, "rounding": rounding}]);
            }
        }
    }
}

/// The rulebook with another currency of its own, whose lists, rules, rates and steps are for documents in the one that it had.
pub fn moved(rulebook: &Value) -> (Value, Value) {
    let mut rulebook = rulebook.clone();
    let currency = rulebook["currency"].clone();
    rulebook["currency"] = other(&currency).into();
    rulebook["currencies"] = json!([currency]);
    for list in entries(&mut rulebook, "price_lists").filter(|list| list.get("currency").is_none()) {
        list["currency"] = currency.clone();
    }
    for rate in entries(&mut rulebook, "exchange_rates") {
        rate["to"] = currency.clone();
    }
    name(&mut rulebook, &json!([currency]));
    (rulebook, currency)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_is_the_same_whichever_currency_is_the_rulebook_s_own(case in any_case()) {
        let (rulebook, currency) = moved(&case.rulebook);
        let mut request = case.request.clone();
        request["currency"] = currency;
        prop_assert_eq!(answer(&case.rulebook, &request), answer(&rulebook, &request), "{}", shown(&case));
    }

    #[test]
    fn another_currency_changes_nothing_for_documents_in_the_own_one(case in any_case()) {
        let mut rulebook = case.rulebook.clone();
        let (own, other) = (rulebook["currency"].clone(), other(&rulebook["currency"]));
        rulebook["currencies"] = json!([other]);
        name(&mut rulebook, &json!([own, other]));
        prop_assert_eq!(answer(&case.rulebook, &case.request), answer(&rulebook, &case.request), "{}", shown(&case));
    }
}
