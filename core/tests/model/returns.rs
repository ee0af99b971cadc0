//! Laws of lines whose quantity is below zero.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::generate::{Case, cases};
use super::laws::{answer, at_line_scope, money, shown, within_limits};
use super::rational::Rational;

/// Cases of which some take quantities below zero, and have some.
pub fn with_returns(cases: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    (cases, prop::option::weighted(0.4, (any::<bool>(), any::<[bool; 8]>()))).prop_map(|(mut case, returns)| {
        let Some((netted, back)) = returns else { return case };
        case.rulebook["negative_quantities"] = if netted { "netted" } else { "apart" }.into();
        let turned = turned(&case.request);
        let lines = case.request["lines"].as_array_mut().unwrap().iter_mut().zip(turned["lines"].as_array().unwrap());
        for ((line, turned), _) in lines.zip(back).filter(|(_, back)| *back) {
            line["quantity"] = turned["quantity"].clone();
        }
        case
    })
}

/// A rulebook in which every line is judged by itself, and whose products may all be sold.
fn line_by_line(case: &Case) -> Value {
    let mut rulebook = at_line_scope(&case.rulebook);
    for rule in rulebook.get_mut("adjustments").and_then(Value::as_array_mut).into_iter().flatten() {
        let rule = rule.as_object_mut().unwrap();
        if rule.get("when").and_then(Value::as_str).is_some_and(|when| when.contains("document.") || when.contains("lines")) {
            rule.remove("when");
        }
    }
    for product in rulebook["products"].as_array_mut().unwrap() {
        let product = product.as_object_mut().unwrap();
        ["status", "min_order_quantity", "order_multiple"].iter().for_each(|field| drop(product.remove(*field)));
    }
    rulebook
}

/// Every quantity with the other sign.
fn turned(request: &Value) -> Value {
    let mut request = request.clone();
    for line in request["lines"].as_array_mut().unwrap() {
        let quantity = line["quantity"].to_string();
        let quantity = quantity.trim_matches('"');
        let turned = quantity.strip_prefix('-').map_or_else(|| format!("-{quantity}"), str::to_owned);
        line["quantity"] = turned.into();
    }
    request
}

/// The amounts of a line and of its waterfall, by their names.
fn amounts(line: &Value) -> Vec<(String, Rational)> {
    let of = |holder: &Value, fields: &[&str], at: String| -> Vec<(String, Rational)> {
        fields.iter().filter(|field| holder.get(**field).is_some()).map(|field| (format!("{at}{field}"), money(&holder[*field]))).collect()
    };
    let mut all = of(line, &["quantity", "base_quantity", "list_amount", "net", "tax", "gross"], String::new());
    for (number, entry) in line["waterfall"].as_array().into_iter().flatten().enumerate() {
        all.extend(of(entry, &["base", "before", "delta", "after"], format!("{number}/{}/", entry["rule"])));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_back_is_the_mirror_of_what_is_sold(
        case in cases().prop_filter("a condition is too costly", within_limits), netted in any::<bool>(),
    ) {
        let mut rulebook = line_by_line(&case);
        rulebook["negative_quantities"] = if netted { "netted" } else { "apart" }.into();
        let mut request = case.request.clone();
        request["explain"] = "waterfall".into();
        for line in request["lines"].as_array_mut().unwrap() {
            if line["quantity"] == "0" || line["quantity"] == json!(0) {
                line["quantity"] = "1".into();
            }
        }
        let (sold, back) = (answer(&rulebook, &request), answer(&rulebook, &turned(&request)));
        for (sold, back) in sold["lines"].as_array().unwrap().iter().zip(back["lines"].as_array().unwrap()) {
            for field in ["list_price", "net_unit_price", "price_list", "tax_rate"] {
                prop_assert_eq!(sold.get(field), back.get(field), "{}", shown(&case));
            }
            let mirrored: Vec<(String, Rational)> =
                amounts(sold).into_iter().map(|(name, amount)| (name, Rational::ZERO - amount)).collect();
            prop_assert_eq!(mirrored, amounts(back), "{}", shown(&case));
        }
        for field in ["list", "discount", "net", "tax", "gross"] {
            prop_assert_eq!(Rational::ZERO - money(&sold["totals"][field]), money(&back["totals"][field]), "{} {}", field, shown(&case));
        }
    }

    #[test]
    fn what_comes_back_apart_changes_nothing_for_what_is_sold(
        case in cases().prop_filter("a condition is too costly", within_limits), back in prop::collection::vec((0_usize..8, 1_u32..40), 1..4),
    ) {
        let mut rulebook = case.rulebook.clone();
        rulebook["negative_quantities"] = "apart".into();
        // Rounded at the line, so that the taxes of lines do not depend on each other.
        for step in rulebook.get_mut("procedure").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(tax) = step.get_mut("tax") {
                tax["round_at"] = "line".into();
            }
        }
        let mut request = case.request.clone();
        let sold = |quote: &Value, count: usize| {
            let lines: Vec<Value> = quote["lines"].as_array().unwrap()[..count].to_vec();
            (lines, quote["charges"].clone(), quote["rejected"].clone())
        };
        let count = request["lines"].as_array().unwrap().len();
        let alone = answer(&rulebook, &request);
        for (number, (product, quantity)) in back.iter().enumerate() {
            let products = rulebook["products"].as_array().unwrap();
            let mut line = json!({"id": format!("back-{number}"), "quantity": -i64::from(*quantity)});
            line["product"] = products[product % products.len()]["id"].clone();
            request["lines"].as_array_mut().unwrap().push(line);
        }
        let beside = answer(&rulebook, &request);
        prop_assert_eq!(sold(&alone, count), sold(&beside, count), "{}", shown(&case));
    }
}
