//! What may be done to a document without changing what it costs: freezing it, splitting its lines, other units of money.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::cases;
use super::laws::{answer, money, shown, within_limits};
use super::rational::Rational;
use super::rich::rich_cases;
use super::stepped::stepped_cases;
use super::termed::termed_cases;

/// The amounts of an answer, without how they came about.
fn amounts(quote: &Value) -> Value {
    let of = |holder: &Value, fields: &[&str]| -> Value { fields.iter().map(|field| holder[*field].clone()).collect() };
    let each =
        |holders: &Value, fields: &[&str]| -> Value { holders.as_array().into_iter().flatten().map(|holder| of(holder, fields)).collect() };
    let line = ["id", "price_list", "list_price", "net_unit_price", "list_amount", "net", "tax", "gross", "tax_rate", "taxes"];
    json!({
        "totals": quote["totals"], "tax_breakdown": quote["tax_breakdown"], "cash_rounding": quote["cash_rounding"],
        "lines": each(&quote["lines"], &line),
        "charges": each(&quote["charges"], &["id", "step", "placement", "base", "amount", "net", "tax", "gross", "tax_rate", "taxes"]),
    })
}

/// The request without what persons set by hand: in the frozen prices it is set already.
fn without_overrides(request: &Value) -> Value {
    let mut request = request.clone();
    request.as_object_mut().unwrap().remove("overrides");
    for line in request["lines"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().remove("overrides");
    }
    request
}

/// A rulebook whose prices, rules and taxes ask for no quantity of one line, and round no line by itself; and a line to be split.
#[derive(Debug, Clone)]
struct Splitting {
    rulebook: Value,
    lines: Vec<(usize, u32)>,
    which: usize,
    first: u32,
}

fn splitting() -> impl Strategy<Value = Splitting> {
    let percent = || select(vec!["0", "3", "12.5", "33.3333", "50", "100"]);
    let lines = prop::collection::vec((0_usize..3, 2_u32..40), 1..5);
    (
        [1_u32..9_999, 1..9_999, 1..9_999],
        (percent(), percent(), 0_u32..3_000, 1_u32..500),
        (select(vec!["none", "percent", "amount"]), select(vec!["group", "document"]), any::<bool>(), any::<bool>()),
        (lines, any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    )
        .prop_map(|(prices, (one, two, fixed, off), (of_document, round_at, gross, tiers), (lines, which, first))| {
            let which = which.index(lines.len());
            let first = u32::try_from(first.index(lines[which].1 as usize - 1)).unwrap() + 1;
            Splitting {
                rulebook: split_rulebook(prices, (one, two, fixed, off), of_document, (round_at, gross, tiers)),
                lines,
                which,
                first,
            }
        })
}

fn split_rulebook(
    prices: [u32; 3],
    (one, two, fixed, off): (&str, &str, u32, u32),
    of_document: &str,
    (round_at, gross, tiers): (&str, bool, bool),
) -> Value {
    let cents = |cents: u32| Rational::new(cents.into(), 100).text(2);
    let product =
        |number: usize| json!({"id": format!("P-{number}"), "unit": "piece", "tax": if number == 2 { "reduced" } else { "standard" }});
    let record = |(number, price): (usize, &u32)| {
        let key = json!([format!("P-{number}")]);
        let more = json!([{"from": 1, "price": cents(*price)}, {"from": 20, "price": cents(*price / 2)}]);
        if tiers { json!({"key": key, "tiers": more}) } else { json!({"key": key, "price": cents(*price)}) }
    };
    let mut steps = vec![
        json!({"price": {"id": "price", "access": ["list"]}}),
        json!({"stage": {"id": "units", "policy": "compound", "round_at": "unit"}}),
    ];
    let mut rules = vec![
        json!({"id": "one", "stage": "units", "priority": 3, "when": "product.id != 'P-1'", "effect": {"percent_off": one}}),
        json!({"id": "two", "stage": "units", "priority": 2, "when": "document.quantity > 12", "effect": {"percent_off": two}}),
        json!({"id": "off", "stage": "units", "priority": 1, "effect": {"amount_off": {"amount": cents(off), "per": "unit"}}}),
        json!({"id": "fixed", "stage": "units", "when": "product.id == 'P-0'", "effect": {"fixed_price": cents(fixed)}}),
    ];
    // What is taken off the document is split over its lines to the cent, so their taxes are the same only at one rate.
    let one_rate = of_document != "none";
    if one_rate {
        steps.push(json!({"stage": {"id": "order", "policy": "first", "scope": "document"}}));
        let effect = if of_document == "percent" { json!({"percent_off": two}) } else { json!({"amount_off": {"amount": cents(off)}}) };
        rules.push(json!({"id": "order", "stage": "order", "when": "document.amount >= 10", "effect": effect}));
    }
    steps.push(json!({"tax": {"id": "vat", "round_at": round_at, "price_mode": if gross { "gross" } else { "net" }}}));
    json!({
        "schema_version": 1, "id": "splitting", "currency": "EUR", "units": [{"id": "piece"}], "products": (0..3).map(product).collect::<Vec<_>>(),
        "price_lists": [{"id": "list", "keys": ["product.id"], "aggregate_by": "product", "records": prices.iter().enumerate().map(record).collect::<Vec<_>>()}],
        "procedure": steps, "adjustments": rules,
        "tax": {"categories": ["standard", "reduced"], "default_destination": "DE", "rates": [
            {"id": "de-19", "category": "standard", "destination": "DE", "percent": "19"},
            {"id": "de-7", "category": "reduced", "destination": "DE", "percent": if one_rate { "19" } else { "7" }}]},
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_price_of_a_frozen_quote_is_the_frozen_quote(
        case in prop_oneof![cases(), rich_cases(), stepped_cases(), termed_cases()].prop_filter("a condition is too costly", within_limits),
    ) {
        let mut request = case.request.clone();
        request["freeze"] = true.into();
        let first = answer(&case.rulebook, &request);
        let mut request = without_overrides(&request);
        request["explain"] = "waterfall".into();
        request["frozen"] = first["frozen"].clone();
        let again = answer(&case.rulebook, &request);
        prop_assert_eq!(amounts(&first), amounts(&again), "{}", shown(&case));
        prop_assert_eq!(&first["frozen"], &again["frozen"]);
        for line in again["lines"].as_array().unwrap() {
            let gross = line["waterfall"].as_array().unwrap().last().map_or(Rational::ZERO, |last| money(&last["after"]));
            prop_assert_eq!(gross, money(&line["gross"]));
        }
    }

    /// A line that is frozen stays as it is, and for the rules it is as if it were not there: the others cost what they cost without it.
    #[test]
    fn frozen_lines_do_not_touch_the_others(
        case in cases().prop_filter("a condition is too costly", within_limits), which in any::<prop::sample::Index>(),
    ) {
        let mut request = case.request.clone();
        request["freeze"] = true.into();
        let first = answer(&case.rulebook, &request)["frozen"].clone();
        let lines = first["lines"].as_array().unwrap();
        if lines.is_empty() || request["lines"].as_array().unwrap().len() < 2 {
            return Ok(());
        }
        let kept = lines[which.index(lines.len())].clone();
        let mut without = request.clone();
        without["lines"].as_array_mut().unwrap().retain(|line| line["id"] != kept["line"]);
        request["frozen"] = json!({"rulebook": first["rulebook"], "currency": first["currency"], "lines": [kept.clone()]});
        let mut both = answer(&case.rulebook, &request)["frozen"]["lines"].as_array().unwrap().clone();
        let stays = both.iter().position(|line| line["line"] == kept["line"]).map(|at| both.remove(at));
        prop_assert_eq!(stays, Some(kept), "{}", shown(&case));
        prop_assert_eq!(Value::Array(both), answer(&case.rulebook, &without)["frozen"]["lines"].clone(), "{}", shown(&case));
    }

    #[test]
    fn splitting_a_line_changes_nothing(Splitting { rulebook, lines, which, first } in splitting()) {
        let line = |(id, product, quantity): &(String, usize, u32)| json!({"id": id, "product": format!("P-{product}"), "quantity": quantity});
        let whole: Vec<(String, usize, u32)> = lines.iter().enumerate().map(|(number, (product, quantity))| (number.to_string(), *product, *quantity)).collect();
        let mut split = whole.clone();
        split[which].2 -= first;
        split.insert(which, ("part".to_owned(), whole[which].1, first));
        let quote = |lines: &[(String, usize, u32)]| {
            let request = json!({"date": "2026-11-21", "lines": lines.iter().map(line).collect::<Vec<_>>()});
            answer(&rulebook, &request)
        };
        let (whole, split) = (quote(&whole), quote(&split));
        prop_assert_eq!(&whole["totals"], &split["totals"], "{}", rulebook);
        prop_assert_eq!(&whole["tax_breakdown"], &split["tax_breakdown"], "{}", rulebook);
    }

    /// Whole hundreds, two stages of whole percents and one rate: all amounts are exact to the cent.
    #[test]
    fn ten_times_the_prices_are_ten_times_the_amounts(
        hundreds in prop::collection::vec(1_u32..500, 1..6), first in 0_u32..=100, second in 0_u32..=100, document in any::<bool>(),
    ) {
        let with = |factor: u32| {
            let products: Vec<Value> = (0..hundreds.len()).map(|number| json!({"id": format!("P-{number}"), "unit": "piece", "tax": "all"})).collect();
            let price = |(number, price): (usize, &u32)| json!({"key": [format!("P-{number}")], "price": price * 10_000 * factor});
            let records: Vec<Value> = hundreds.iter().enumerate().map(price).collect();
            let rulebook = json!({
                "schema_version": 1, "id": "tenfold", "currency": "EUR", "units": [{"id": "piece"}], "products": products,
                "price_lists": [{"id": "list", "keys": ["product.id"], "records": records}],
                "procedure": [
                    {"price": {"id": "price", "access": ["list"]}},
                    {"stage": {"id": "one", "policy": "first"}},
                    {"stage": {"id": "two", "policy": "first", "scope": if document { "document" } else { "line" }}},
                    {"tax": {"id": "vat", "round_at": "group"}}],
                "adjustments": [
                    {"id": "first", "stage": "one", "effect": {"percent_off": first}},
                    {"id": "second", "stage": "two", "effect": {"percent_off": second}}],
                "tax": {"categories": ["all"], "default_destination": "DE",
                    "rates": [{"id": "de", "category": "all", "destination": "DE", "percent": "19"}]},
            });
            let line = |number: usize| json!({"id": number.to_string(), "product": format!("P-{number}"), "quantity": 3});
            answer(&rulebook, &json!({"date": "2026-11-21", "lines": (0..hundreds.len()).map(line).collect::<Vec<_>>()}))
        };
        let (one, ten) = (with(1), with(10));
        let tenfold = |small: &Value, large: &Value| money(small) * Rational::whole(10) == money(large);
        for side in ["list", "discount", "net", "tax", "gross"] {
            prop_assert!(tenfold(&one["totals"][side], &ten["totals"][side]), "{} {}", one, ten);
        }
        for (small, large) in one["lines"].as_array().unwrap().iter().zip(ten["lines"].as_array().unwrap()) {
            prop_assert!(["list_amount", "net", "tax", "gross"].iter().all(|side| tenfold(&small[*side], &large[*side])));
        }
    }
}
