//! Tariffs against a naive model of them: every unit is laid on the number line by itself and charged by itself.
//!
//! `DEALDESK_MODEL_CASES` sets the number of cases.

mod generate;
mod model;
#[path = "../model/rational.rs"]
mod rational;
mod steps;

use dealdesk::report::Sources;
use dealdesk::{Rulebook, RulebookDef};
use generate::{Case, List, Record, Tier, begin, cases, thousandths, tiers};
use model::naive;
use proptest::prelude::*;
use rational::Rational;
use serde_json::{Value, json};
use steps::{Step, step};

fn quote(case: &Case) -> Value {
    let def = RulebookDef::from_json(&case.rulebook().to_string()).unwrap();
    let rulebook = Rulebook::compile(def, &Sources::none()).unwrap().rulebook;
    let mut request = case.request();
    if case.lists.iter().all(|list| list.counter.is_none()) {
        request.as_object_mut().unwrap().remove("counters");
    }
    serde_json::to_value(rulebook.quote(&serde_json::from_value(request).unwrap()).unwrap()).unwrap()
}

fn money(value: &Value) -> Rational {
    Rational::from(value.as_str().unwrap().parse::<dealdesk::Decimal>().unwrap())
}

fn shown(case: &Case) -> String {
    format!("rulebook {}\nrequest {}", case.rulebook(), case.request())
}

fn cases_wanted() -> u32 {
    std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_wanted(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tariffs_charge_as_the_model_does(case in cases()) {
        let quote = quote(&case);
        for (number, naive) in naive(&case).into_iter().enumerate() {
            let line = &quote["lines"][number];
            let engine = line.get("list_amount").map(money);
            prop_assert!(engine == naive, "line {}: the engine says {:?}, the model {:?}\n{}", number, engine, naive, shown(&case));
        }
    }

    #[test]
    fn the_slices_of_a_line_sum_to_its_amount(case in cases()) {
        let quote = quote(&case);
        for line in quote["lines"].as_array().unwrap() {
            let slices: Vec<&Value> =
                quote["tiers"].as_array().into_iter().flatten().filter(|slice| slice["line"] == line["id"]).collect();
            if !slices.is_empty() {
                let sum: Rational = slices.iter().map(|slice| money(&slice["amount"])).sum();
                prop_assert_eq!(sum, money(&line["list_amount"]), "{}", shown(&case));
            }
        }
    }

    /// Graduated lines that count together cost what one line of all of them costs.
    #[test]
    fn lines_end_to_end_sum_to_the_whole(mut tiers in tiers(), upper in any::<bool>(), quantities in prop::collection::vec(1_i128..20, 1..6)) {
        begin(&mut tiers, "graduated", upper);
        let record = Record { product: 0, tiers, package: None, included: 0, minimum: None, maximum: None, cap: None };
        let list = List { mode: "graduated", upper, together: "document", counter: None, pay_min: false, records: vec![record] };
        let lines = |quantities: &[i128]| Case { lists: vec![list.clone()], lines: quantities.iter().map(|parts| (0, *parts)).collect() };
        let (apart, whole) = (lines(&quantities), lines(&[quantities.iter().sum()]));
        prop_assert_eq!(money(&quote(&apart)["totals"]["list"]), money(&quote(&whole)["totals"]["list"]), "{}", shown(&apart));
    }

    /// A counter goes on where the document before ended: two documents cost what one costs, but for the rounding of each.
    #[test]
    fn two_documents_with_a_counter_cost_what_one_costs(mut tiers in tiers(), upper in any::<bool>(), first in 1_i128..20, second in 1_i128..20) {
        begin(&mut tiers, "graduated", upper);
        let record = |tiers: &[Tier]| {
            let whole = |tier: &Tier| Tier { price: tier.price * 10, flat: tier.flat * 10, ..tier.clone() };
            Record { product: 0, tiers: tiers.iter().map(whole).collect(), package: None, included: 0, minimum: None, maximum: None, cap: None }
        };
        let case = |counter: i128, parts: i128| Case {
            lists: vec![List {
                mode: "graduated", upper, together: "document", counter: Some(counter), pay_min: false, records: vec![record(&tiers)],
            }],
            lines: vec![(0, parts)],
        };
        let total = |case: &Case| money(&quote(case)["totals"]["list"]);
        prop_assert_eq!(total(&case(0, first)) + total(&case(first, second)), total(&case(0, first + second)));
    }

    /// Calculated prices against fractions, step by step; the second list starts at the first.
    #[test]
    fn calculations_do_what_their_steps_say(start in 0_i128..20_000, steps in prop::collection::vec(step(), 0..5), more in prop::collection::vec(step(), 0..4), quantity in 1_i128..50) {
        let json = |start: Value, steps: &[Step]| json!({"start": start, "steps": steps.iter().map(Step::build).collect::<Vec<_>>()});
        let rulebook = json!({
            "schema_version": 1, "id": "steps", "currency": "EUR", "units": [{"id": "piece"}], "products": [{"id": "A", "unit": "piece"}],
            "procedure": [{"price": {"id": "price", "access": ["second"]}}],
            "price_lists": [
                {"id": "first", "keys": ["product.id"], "records": [{"key": ["A"], "calculate": json(json!({"price": thousandths(start)}), &steps)}]},
                {"id": "second", "keys": ["product.id"], "records": [{"key": ["A"], "calculate": json(json!({"list": "first"}), &more)}]}],
        });
        let apply = |price: Rational, steps: &[Step]| steps.iter().fold(price, |price, step| step.apply(price)).max(Rational::ZERO);
        let price = apply(apply(Rational::new(start, 1_000), &steps), &more);
        let rulebook = Rulebook::compile(RulebookDef::from_json(&rulebook.to_string()).unwrap(), &Sources::none()).unwrap().rulebook;
        let request = json!({"date": "2026-11-21", "lines": [{"id": "1", "product": "A", "quantity": quantity.to_string()}]});
        let quote = serde_json::to_value(rulebook.quote(&serde_json::from_value(request).unwrap()).unwrap()).unwrap();
        let amount = (price * Rational::whole(quantity)).rounded(None, 2);
        prop_assert_eq!(money(&quote["lines"][0]["list_amount"]), amount, "{:?} {:?} from {}", steps, more, start);
    }
}
