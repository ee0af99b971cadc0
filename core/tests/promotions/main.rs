//! Promotions against a naive model of them, and the laws that they keep.
//!
//! `DEALDESK_MODEL_CASES` sets the number of cases.

mod generate;
mod model;

use dealdesk::report::Sources;
use dealdesk::{Rulebook, RulebookDef};
use generate::{Case, PRODUCTS, by_priority, optimal};
use model::{Model, Offer, PARTS};
use proptest::prelude::*;
use serde_json::{Value, json};

fn compiled(case: &Case) -> Rulebook {
    Rulebook::compile(RulebookDef::from_json(&case.rulebook().to_string()).unwrap(), &Sources::none()).unwrap().rulebook
}

/// The quote of lines with these ids.
fn quote(rulebook: &Rulebook, lines: &[(String, usize, usize)]) -> Value {
    let line = |(id, product, quantity): &(String, usize, usize)| json!({"id": id, "product": PRODUCTS[*product], "quantity": quantity});
    let request = json!({"date": "2026-11-21", "lines": lines.iter().map(line).collect::<Vec<_>>()});
    serde_json::to_value(rulebook.quote(&serde_json::from_value(request).unwrap()).unwrap()).unwrap()
}

fn lines(case: &Case) -> Vec<(String, usize, usize)> {
    case.lines.iter().enumerate().map(|(number, (product, quantity))| (number.to_string(), *product, *quantity)).collect()
}

fn money(value: &Value) -> i128 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// How often each offer applied, and what it took off.
fn applied(case: &Case, quote: &Value) -> Vec<(u64, i128)> {
    let promotions = quote.get("promotions").and_then(Value::as_array).cloned().unwrap_or_default();
    let of = |number: usize| {
        let id = format!("offer-{number}");
        let found = promotions.iter().find(|promotion| promotion["id"] == id.as_str());
        found.map_or((0, 0), |found| (found["applications"].as_u64().unwrap(), money(&found["off"])))
    };
    (0..case.offers.len()).map(of).collect()
}

/// What the step of promotions takes off.
fn promoted(quote: &Value) -> i128 {
    let steps = quote["lines"].as_array().unwrap().iter().flat_map(|line| line["waterfall"].as_array().unwrap());
    steps.filter(|step| step["step"] == "promotions").map(|step| -money(&step["delta"])).sum()
}

fn shown(case: &Case) -> String {
    format!("rulebook {}\nlines {:?}", case.rulebook(), case.lines)
}

/// An offer with all its amounts ten times as large.
fn tenfold(offer: &Value) -> Value {
    match offer {
        Value::Object(fields) => {
            let is_amount = |field: &str| ["amount", "fixed_price", "set_total", "total"].contains(&field);
            let scaled = |(field, value): (&String, &Value)| match value {
                Value::String(_) if is_amount(field) => (field.clone(), generate::cents(money(value) * 10).into()),
                other => (field.clone(), tenfold(other)),
            };
            fields.iter().map(scaled).collect()
        }
        Value::Array(items) => items.iter().map(tenfold).collect(),
        other => other.clone(),
    }
}

/// An offer that may take off ten times as much.
fn with_tenfold_room(offer: &Offer) -> Offer {
    Offer { most: offer.most.map(|(most, whole)| (most * 10, whole)), ..offer.clone() }
}

fn cases_wanted() -> u32 {
    std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256)
}

/// Some laws are about some of the cases only: as many more may be passed over for each that is wanted.
fn config() -> ProptestConfig {
    let cases = cases_wanted();
    ProptestConfig { cases, max_global_rejects: cases.saturating_mul(8), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn by_priority_the_engine_takes_the_units_that_the_model_takes(case in by_priority()) {
        let quote = quote(&compiled(&case), &lines(&case));
        let naive: Vec<(u64, i128)> =
            Model::new(case.units(), case.offers()).by_priority().into_iter().map(|done| (u64::try_from(done.times).unwrap(), done.off)).collect();
        prop_assert_eq!(applied(&case, &quote), naive, "{}", shown(&case));
    }

    #[test]
    fn the_best_combination_is_the_best_of_all(case in optimal()) {
        let quote = quote(&compiled(&case), &lines(&case));
        let best = Model::new(case.units(), case.offers()).optimal();
        let search = &quote["promotion_searches"][0];
        let off = promoted(&quote) * PARTS;
        if search["optimal"] == true {
            prop_assert_eq!(off, best, "{}", shown(&case));
        } else {
            prop_assert!(off <= best && best <= money(&search["bound"]) * PARTS, "{off} {best} {}", shown(&case));
        }
    }

    /// Whatever is taken off, lines and promotions add up, and nothing falls below zero.
    #[test]
    fn what_is_taken_off_adds_up(case in prop_oneof![by_priority(), optimal()]) {
        let quote = quote(&compiled(&case), &lines(&case));
        let mut all = 0;
        for promotion in quote.get("promotions").and_then(Value::as_array).into_iter().flatten() {
            let off: i128 = promotion["lines"].as_array().unwrap().iter().map(|line| money(&line["off"])).sum();
            prop_assert_eq!(off, money(&promotion["off"]), "{}", shown(&case));
            all += off;
        }
        prop_assert_eq!(all, promoted(&quote));
        for line in quote["lines"].as_array().unwrap() {
            prop_assert!(money(&line["net"]) >= 0);
            let mut before = 0;
            for step in line["waterfall"].as_array().unwrap() {
                prop_assert_eq!(money(&step["before"]), before);
                before = money(&step["after"]);
            }
            prop_assert_eq!(before, money(&line["net"]));
        }
    }

    /// Of two sides the one counts that leaves the lower total, and it does what it does alone.
    #[test]
    fn the_better_side_counts(case in by_priority(), percent in 1_u32..60) {
        let rulebook = |procedure: &[Value], with_cart: bool| {
            let mut rulebook = case.rulebook();
            let steps = rulebook["procedure"].as_array_mut().unwrap();
            let promotions = steps.pop().unwrap();
            steps.extend(procedure.iter().map(|step| if step.is_null() { promotions.clone() } else { step.clone() }));
            if with_cart {
                rulebook["adjustments"].as_array_mut().unwrap().push(json!({"id": "cart", "stage": "cart", "effect": {"percent_off": percent}}));
            }
            if !procedure.contains(&Value::Null) {
                rulebook["promotions"] = json!([]);
            }
            Rulebook::compile(RulebookDef::from_json(&rulebook.to_string()).unwrap(), &Sources::none()).unwrap().rulebook
        };
        let cart = json!({"stage": {"id": "cart", "scope": "document", "policy": "compound"}});
        let choice = json!({"better_of": {"id": "deal", "first": ["promotions"], "second": ["cart"]}});
        let of = |rulebook: &Rulebook| quote(rulebook, &lines(&case));
        let (one, two) = (of(&rulebook(&[Value::Null], false)), of(&rulebook(std::slice::from_ref(&cart), true)));
        let both = of(&rulebook(&[choice, Value::Null, cart], true));
        let better = if money(&two["totals"]["net"]) < money(&one["totals"]["net"]) { two } else { one };
        prop_assert_eq!(&both["totals"], &better["totals"], "{}", shown(&case));
        prop_assert_eq!(&both["lines"], &better["lines"], "{}", shown(&case));
        prop_assert_eq!(&both["promotions"], &better["promotions"], "{}", shown(&case));
    }

    /// In which order lines are asked for changes no line.
    #[test]
    fn the_order_of_lines_makes_no_difference(case in prop_oneof![by_priority(), optimal()], seed in any::<prop::sample::Index>()) {
        let rulebook = compiled(&case);
        let straight = lines(&case);
        let mut turned = straight.clone();
        turned.rotate_left(seed.index(straight.len()));
        turned.reverse();
        let by_id = |quote: Value| {
            let mut lines = quote["lines"].as_array().unwrap().clone();
            lines.sort_by_key(|line| line["id"].as_str().unwrap().to_owned());
            (lines, quote["promotions"].clone(), quote["totals"].clone())
        };
        prop_assert_eq!(by_id(quote(&rulebook, &straight)), by_id(quote(&rulebook, &turned)), "{}", shown(&case));
    }

    /// Splitting a line into two of its product changes no promotion.
    #[test]
    fn splitting_a_line_makes_no_difference(case in prop_oneof![by_priority(), optimal()], which in any::<prop::sample::Index>()) {
        prop_assume!(case.is_alike_by_unit());
        let rulebook = compiled(&case);
        let whole = lines(&case);
        let mut split = whole.clone();
        let which = which.index(whole.len());
        split[which].2 -= 1;
        split.push(("split".to_owned(), split[which].1, 1));
        split.retain(|line| line.2 > 0);
        let (whole, split) = (quote(&rulebook, &whole), quote(&rulebook, &split));
        prop_assert_eq!(applied(&case, &whole), applied(&case, &split), "{}", shown(&case));
        prop_assert_eq!(&whole["totals"], &split["totals"], "{}", shown(&case));
    }

    /// Whole prices, and so no rounding: ten times all amounts take ten times as much off.
    #[test]
    fn ten_times_the_amounts_take_ten_times_as_much_off(case in optimal()) {
        let ten = Case {
            list: case.list.iter().map(|price| price * 10).collect(),
            prices: case.prices.iter().map(|price| price * 10).collect(),
            offers: case.offers.iter().map(|(offer, model)| (tenfold(offer), with_tenfold_room(model))).collect(),
            ..case.clone()
        };
        let (small, large) = (quote(&compiled(&case), &lines(&case)), quote(&compiled(&ten), &lines(&ten)));
        for side in ["list", "discount", "net", "gross"] {
            prop_assert_eq!(money(&small["totals"][side]) * 10, money(&large["totals"][side]), "{}", shown(&case));
        }
        let times_ten: Vec<(u64, i128)> = applied(&case, &small).into_iter().map(|(times, off)| (times, off * 10)).collect();
        prop_assert_eq!(times_ten, applied(&ten, &large), "{}", shown(&case));
    }

    /// A thousand times the basket costs no more steps than the basket: what is alike is counted, not listed.
    #[test]
    fn large_quantities_are_counted(case in by_priority()) {
        let many: Vec<_> = lines(&case).into_iter().map(|(id, product, quantity)| (id, product, quantity * 1_000_000)).collect();
        let quote = quote(&compiled(&case), &many);
        for promotion in quote.get("promotions").and_then(Value::as_array).into_iter().flatten() {
            let used = |line: &Value| line["bought"].as_u64().unwrap() + line["rewarded"].as_u64().unwrap();
            let units: u64 = promotion["lines"].as_array().unwrap().iter().map(used).sum();
            prop_assert!(units <= many.iter().map(|(_, _, quantity)| *quantity as u64).sum::<u64>());
        }
    }
}
