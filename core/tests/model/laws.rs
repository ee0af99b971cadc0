//! Laws that every quote keeps, whatever the rulebook.

use dealdesk::quote::{Quote, QuoteScratch};
use dealdesk::report::{LimitCode, Sources};
use dealdesk::{Rulebook, RulebookDef};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::{Case, cases};
use super::rational::Rational;
use super::rich::rich_cases;
use super::stepped::stepped_cases;
use super::termed::termed_cases;

fn compiled(rulebook: &Value) -> Rulebook {
    let def = RulebookDef::from_json(&rulebook.to_string()).unwrap();
    Rulebook::compile(def, &Sources::none()).unwrap_or_else(|error| panic!("{error}\n{rulebook}")).rulebook
}

/// A condition may be made that no rulebook may have; such cases are left out.
pub fn within_limits(case: &Case) -> bool {
    let refused = Rulebook::compile(case.def(), &Sources::none()).err().and_then(|error| error.code());
    refused != Some(LimitCode::TooCostly.into())
}

/// Rules without and with terms.
fn any_rules() -> impl Strategy<Value = Case> {
    prop_oneof![2 => cases(), 1 => termed_cases()].prop_filter("a condition is too costly", within_limits)
}

fn plain_rules() -> impl Strategy<Value = Case> {
    cases().prop_filter("a condition is too costly", within_limits)
}

fn quoted(rulebook: &Value, request: &Value) -> Quote {
    compiled(rulebook).quote(&serde_json::from_value(request.clone()).unwrap()).unwrap()
}

/// The quote as it is serialized, without the rulebook's identity.
pub fn answer(rulebook: &Value, request: &Value) -> Value {
    let mut json = serde_json::to_value(quoted(rulebook, request)).unwrap();
    json.as_object_mut().unwrap().remove("rulebook");
    json
}

pub fn money(value: &Value) -> Rational {
    value.as_str().unwrap_or("0").parse::<dealdesk::Decimal>().unwrap().into()
}

fn sum<'v>(holders: &'v Value, field: &'v str) -> Rational {
    holders.as_array().unwrap().iter().map(|holder| money(&holder[field])).sum()
}

/// The entries in another order, which the seed decides.
fn shuffled(entries: &mut Value, mut seed: u64) {
    let Some(entries) = entries.as_array_mut() else { return };
    for last in (1..entries.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        entries.swap(last, (seed >> 33) as usize % (last + 1));
    }
}

/// The steps before tax, and those from tax on; none when the procedure is the default one.
fn steps(rulebook: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
    let steps = rulebook["procedure"].as_array()?;
    Some(steps.iter().cloned().partition(|step| step.get("tax").is_none()))
}

/// The rulebook with every stage at line scope.
pub fn at_line_scope(rulebook: &Value) -> Value {
    let mut rulebook = rulebook.clone();
    for step in rulebook.get_mut("procedure").and_then(Value::as_array_mut).into_iter().flatten() {
        for field in ["scope", "allocate"] {
            step.get_mut("stage").and_then(Value::as_object_mut).map(|stage| stage.remove(field));
        }
        if let Some(tax) = step.get_mut("tax") {
            tax["round_at"] = "line".into();
        }
    }
    for rule in rulebook.get_mut("adjustments").and_then(Value::as_array_mut).into_iter().flatten() {
        rule.as_object_mut().unwrap().remove("lines");
    }
    rulebook
}

/// The price list as a file.
fn csv(list: &Value) -> String {
    let keys: Vec<&str> = list["keys"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut text = format!("{},from,price,unit,per,valid_from,valid_until\n", keys.join(","));
    for record in list["records"].as_array().unwrap() {
        let key: Vec<&str> = record["key"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let cell = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rest = [&record["unit"], &record["per"], &record["valid"]["from"], &record["valid"]["until"]].map(cell).join(",");
        let tiers = record["tiers"].as_array().cloned().unwrap_or_else(|| vec![json!({"price": record["price"]})]);
        for tier in tiers {
            text.push_str(&format!("{},{},{},{rest}\n", key.join(","), cell(&tier["from"]), cell(&tier["price"])));
        }
    }
    text
}

fn check_sums(quote: &Value) -> Result<(), TestCaseError> {
    for side in ["net", "tax", "gross"] {
        prop_assert_eq!(sum(&quote["lines"], side), money(&quote["totals"][side]));
        if quote["tax_breakdown"].as_array().is_some_and(|groups| !groups.is_empty()) {
            prop_assert_eq!(sum(&quote["tax_breakdown"], side), money(&quote["totals"][side]));
        }
    }
    let lines = quote["lines"].as_array().unwrap();
    let holders = lines.iter().chain(quote["tax_breakdown"].as_array().unwrap()).chain([&quote["totals"]]);
    for holder in holders {
        prop_assert_eq!(money(&holder["net"]) + money(&holder["tax"]), money(&holder["gross"]));
        for amount in ["net", "tax", "gross"] {
            prop_assert!(!money(&holder[amount]).is_negative(), "{} is below zero: {}", amount, holder);
        }
    }
    Ok(())
}

/// From zero to the line's gross amount, or its net amount where tax is included or not computed.
fn check_waterfalls(quote: &Value) -> Result<(), TestCaseError> {
    for line in quote["lines"].as_array().unwrap() {
        let mut at = Rational::ZERO;
        for entry in line["waterfall"].as_array().unwrap() {
            prop_assert_eq!(money(&entry["before"]), at);
            at = at + money(&entry["delta"]);
            prop_assert_eq!(money(&entry["after"]), at);
        }
        prop_assert_eq!(money(&line["gross"]), at);
    }
    Ok(())
}

pub fn shown(case: &Case) -> String {
    format!("rulebook {}\nrequest {}", case.rulebook, case.request)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_adds_up_and_nothing_is_below_zero(case in any_rules()) {
        let mut request = case.request.clone();
        request["explain"] = "waterfall".into();
        let quote = answer(&case.rulebook, &request);
        check_sums(&quote)?;
        check_waterfalls(&quote)?;
    }

    #[test]
    fn guards_and_overrides_add_up(case in stepped_cases().prop_filter("a condition is too costly", within_limits)) {
        let mut request = case.request.clone();
        request["explain"] = "waterfall".into();
        let quote = answer(&case.rulebook, &request);
        check_sums(&quote)?;
        check_waterfalls(&quote)?;
    }

    #[test]
    fn charges_and_several_taxes_add_up(case in rich_cases().prop_filter("a condition is too costly", within_limits), seed in any::<u64>()) {
        let mut request = case.request.clone();
        request["explain"] = "waterfall".into();
        let quote = answer(&case.rulebook, &request);
        check_waterfalls(&quote)?;
        let beside: Vec<&Value> = quote["charges"].as_array().into_iter().flatten().filter(|charge| charge.get("net").is_some()).collect();
        let cash = quote["cash_rounding"]["strategy"] == "line";
        let coin = if cash { money(&quote["cash_rounding"]["amount"]) } else { Rational::ZERO };
        for (side, coin) in [("net", coin), ("tax", Rational::ZERO), ("gross", coin)] {
            let of_charges: Rational = beside.iter().map(|charge| money(&charge[side])).sum();
            prop_assert_eq!(sum(&quote["lines"], side) + of_charges + coin, money(&quote["totals"][side]), "{} {}", side, shown(&case));
        }
        if quote["tax_breakdown"].as_array().is_some_and(|groups| !groups.is_empty()) {
            prop_assert_eq!(sum(&quote["tax_breakdown"], "tax"), money(&quote["totals"]["tax"]), "{}", shown(&case));
        }
        // What the charges come to stands in the totals once, and is no discount.
        if quote.get("charges").is_some() {
            prop_assert_eq!(sum(&quote["charges"], "amount"), money(&quote["totals"]["charges"]));
        }
        for line in quote["lines"].as_array().unwrap().iter().filter(|line| line.get("taxes").is_some()) {
            prop_assert_eq!(sum(&line["taxes"], "amount"), money(&line["tax"]), "{}", shown(&case));
        }
        // The order of rates in the file changes nothing.
        let mut other = case.rulebook.clone();
        if other.get("tax").is_some() {
            shuffled(&mut other["tax"]["rates"], seed);
        }
        prop_assert_eq!(answer(&case.rulebook, &case.request).to_string(), answer(&other, &case.request).to_string(), "{}", shown(&case));
    }

    #[test]
    fn the_order_in_the_file_does_not_matter(case in any_rules(), seed in any::<u64>()) {
        let mut other = case.rulebook.clone();
        for collection in ["adjustments", "products", "attributes", "units", "categories"] {
            if other.get(collection).is_some() {
                shuffled(&mut other[collection], seed);
            }
        }
        other["price_lists"].as_array_mut().unwrap().iter_mut().for_each(|list| shuffled(&mut list["records"], seed));
        if other.get("procedure").is_some() {
            shuffled(&mut other["price_lists"], seed);
        }
        if other.get("tax").is_some() {
            shuffled(&mut other["tax"]["rates"], seed);
        }
        prop_assert_eq!(answer(&case.rulebook, &case.request).to_string(), answer(&other, &case.request).to_string(), "{}", shown(&case));
    }

    #[test]
    fn at_line_scope_the_order_of_lines_does_not_matter(case in plain_rules(), seed in any::<u64>()) {
        let rulebook = at_line_scope(&case.rulebook);
        let mut request = case.request.clone();
        shuffled(&mut request["lines"], seed);
        let sorted = |request: &Value| {
            let mut quote = answer(&rulebook, request);
            let lines = quote["lines"].as_array_mut().unwrap();
            lines.sort_by_key(|line| line["id"].as_str().unwrap().to_owned());
            (quote["lines"].clone(), quote["totals"].clone())
        };
        prop_assert_eq!(sorted(&case.request), sorted(&request), "{}", shown(&case));
    }

    #[test]
    fn all_off_is_exactly_nothing(case in plain_rules(), document in any::<bool>(), mode in 0_usize..7) {
        let Some((mut before, tax)) = steps(&case.rulebook) else { return Ok(()) };
        let mode = ["half_up", "half_even", "half_down", "up", "down", "ceiling", "floor"][mode];
        let scope = if document { "document" } else { "line" };
        let rounding = json!({"mode": mode, "increment": "10", "offset": "1"});
        before.push(json!({"stage": {"id": "gift", "policy": "best", "scope": scope, "rounding": rounding}}));
        let mut rulebook = case.rulebook.clone();
        rulebook["procedure"] = before.into_iter().chain(tax).collect();
        let gift = json!({"id": "gift", "stage": "gift", "effect": {"percent_off": "100"}});
        match rulebook.get_mut("adjustments").and_then(Value::as_array_mut) {
            Some(rules) => rules.push(gift),
            None => rulebook["adjustments"] = json!([gift]),
        }
        let quote = answer(&rulebook, &case.request);
        for side in ["net", "tax", "gross"] {
            prop_assert_eq!(money(&quote["totals"][side]), Rational::ZERO, "{}", shown(&case));
            prop_assert!(quote["lines"].as_array().unwrap().iter().all(|line| money(&line[side]) == Rational::ZERO));
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes(case in any_rules()) {
        let bytes = |rulebook: &Value| serde_json::to_string(&quoted(rulebook, &case.request)).unwrap();
        let def = RulebookDef::from_json(&case.rulebook.to_string()).unwrap();
        let written_again = serde_json::to_value(&def).unwrap();
        prop_assert_eq!(bytes(&case.rulebook), bytes(&case.rulebook));
        prop_assert_eq!(bytes(&case.rulebook), bytes(&written_again));
    }

    #[test]
    fn explaining_changes_no_amount(case in any_rules()) {
        let with = |explain: &str| {
            let mut request = case.request.clone();
            request["explain"] = explain.into();
            let mut quote = answer(&case.rulebook, &request);
            for field in ["rejected", "tax_rounding"] {
                quote.as_object_mut().unwrap().remove(field);
            }
            for line in quote["lines"].as_array_mut().unwrap() {
                for field in ["waterfall", "rejected"] {
                    line.as_object_mut().unwrap().remove(field);
                }
            }
            quote
        };
        prop_assert_eq!(with("totals"), with("waterfall"));
        prop_assert_eq!(with("totals"), with("candidates"));
    }

    #[test]
    fn a_used_scratch_quotes_as_a_fresh_one(several in prop::collection::vec(any_rules(), 2..5)) {
        let mut scratch = QuoteScratch::default();
        for case in &several {
            let rulebook = compiled(&case.rulebook);
            let request = case.quote_request();
            let fresh = serde_json::to_string(&rulebook.quote(&request).unwrap()).unwrap();
            let reused = serde_json::to_string(&rulebook.quote_with(&request, &mut scratch).unwrap()).unwrap();
            prop_assert_eq!(fresh, reused);
        }
    }

    #[test]
    fn a_list_in_a_file_is_the_list_in_the_rulebook(case in any_rules()) {
        let mut rulebook = case.rulebook.clone();
        let mut files = Sources::none();
        for list in rulebook["price_lists"].as_array_mut().unwrap() {
            let name = format!("{}.csv", list["id"].as_str().unwrap());
            files = files.with(name.clone(), csv(list));
            list.as_object_mut().unwrap().remove("records");
            list["records_csv"] = name.into();
        }
        let def = RulebookDef::from_json(&rulebook.to_string()).unwrap();
        let from_files = Rulebook::compile(def, &files).unwrap().rulebook.quote(&case.quote_request()).unwrap();
        let mut from_files = serde_json::to_value(from_files).unwrap();
        from_files.as_object_mut().unwrap().remove("rulebook");
        prop_assert_eq!(from_files, answer(&case.rulebook, &case.request), "{}", shown(&case));
    }

    #[test]
    fn the_parts_of_a_discount_sum_to_the_whole(
        prices in prop::collection::vec(0_u32..5_000, 1..8),
        off in 0_u32..20_000,
        method in select(vec![
            "largest_remainder", "round_half_down_then_remainder_to_first", "round_each_last_absorbs", "round_each_largest_absorbs",
            "floor_then_remainder_to_first",
        ]),
        weights in select(vec!["amount", "list_amount", "quantity", "even"]),
        seed in any::<u64>(),
    ) {
        let cents = |cents: u32| Rational::new(cents.into(), 100).text(2);
        let products: Vec<Value> = (0..prices.len()).map(|number| json!({"id": format!("P-{number}"), "unit": "piece"})).collect();
        let records: Vec<Value> =
            prices.iter().enumerate().map(|(number, price)| json!({"key": [format!("P-{number}")], "price": cents(*price)})).collect();
        let lines: Vec<Value> =
            (0..prices.len()).map(|number| json!({"id": number.to_string(), "product": format!("P-{number}"), "quantity": 1})).collect();
        let rulebook = json!({
            "schema_version": 1, "id": "parts", "currency": "EUR", "units": [{"id": "piece"}], "products": products,
            "price_lists": [{"id": "list", "keys": ["product.id"], "records": records}],
            "procedure": [
                {"price": {"id": "price", "access": ["list"]}},
                {"stage": {"id": "order", "scope": "document", "policy": "first", "allocate": {"method": method, "weights": weights, "order": "ids"}}}],
            "adjustments": [{"id": "off", "stage": "order", "effect": {"amount_off": {"amount": cents(off)}}}],
        });
        let quote = answer(&rulebook, &json!({"date": "2026-11-21", "rounding_report": true, "lines": lines}));
        // The parts that are not rounded do so too.
        prop_assert_eq!((&quote["rounding"]["difference"], &quote["rounding"]["not_known"]), (&json!("0"), &json!([])));
        let list: u32 = prices.iter().sum();
        let given = quote["lines"].as_array().unwrap().iter().map(|line| money(&line["waterfall"][1]["delta"])).sum::<Rational>();
        prop_assert_eq!(Rational::ZERO - given, Rational::new(off.min(list).into(), 100));
        prop_assert_eq!(money(&quote["totals"]["discount"]), Rational::new(off.min(list).into(), 100));
        // By the ids of the lines, the order of the request changes nothing.
        let mut other = json!(lines);
        shuffled(&mut other, seed);
        let other = answer(&rulebook, &json!({"date": "2026-11-21", "rounding_report": true, "lines": other}));
        let sorted = |quote: &Value| {
            let mut lines = quote["lines"].as_array().unwrap().clone();
            lines.sort_by_key(|line| line["id"].to_string());
            lines
        };
        prop_assert_eq!(sorted(&quote), sorted(&other));
    }
}
