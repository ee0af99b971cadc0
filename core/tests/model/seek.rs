//! Goal seek against trying every value.

use dealdesk::quote::{SeekTarget, SeekTargetRequest};
use dealdesk::report::Sources;
use dealdesk::{Decimal, Rulebook, RulebookDef};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn rulebook(prices: &[u32], document: bool, increment: &str) -> Rulebook {
    let cents = |cents: u32| super::rational::Rational::new(cents.into(), 100).text(2);
    let products: Vec<Value> =
        (0..prices.len()).map(|number| json!({"id": format!("P-{number}"), "unit": "piece", "tax": "standard"})).collect();
    let records: Vec<Value> =
        prices.iter().enumerate().map(|(number, price)| json!({"key": [format!("P-{number}")], "price": cents(*price)})).collect();
    let rulebook = json!({
        "schema_version": 1, "id": "seek", "currency": "EUR", "units": [{"id": "piece"}], "products": products,
        "price_lists": [{"id": "list", "keys": ["product.id"], "records": records}],
        "procedure": [
            {"price": {"id": "price", "access": ["list"]}},
            {"override": {"id": "manual", "scope": if document { "document" } else { "line" }}},
            {"tax": {"id": "vat", "rounding": {"mode": "half_up", "increment": increment}}}],
        "tax": {"categories": ["standard"], "default_destination": "DE",
            "rates": [{"id": "de-19", "category": "standard", "destination": "DE", "percent": "19"}]},
    });
    let def = RulebookDef::from_json(&rulebook.to_string()).unwrap();
    Rulebook::compile(def, &Sources::none()).unwrap().rulebook
}

fn request(quantities: &[u32], value: Option<(&str, bool, Decimal)>) -> Value {
    let mut lines: Vec<Value> = quantities
        .iter()
        .enumerate()
        .map(|(number, quantity)| json!({"id": number.to_string(), "product": format!("P-{number}"), "quantity": quantity}))
        .collect();
    let mut request = json!({"date": "2026-11-21", "explain": "totals"});
    if let Some((by, document, value)) = value {
        let mut set = json!({"step": "manual", "reason": "sought", "actor": "ann"});
        set[by] = value.to_string().into();
        if document {
            request["overrides"] = json!([set]);
        } else {
            lines[0]["overrides"] = json!([set]);
        }
    }
    request["lines"] = lines.into();
    request
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_reaches_the_target_and_nothing_nearer_does(
        lines in prop::collection::vec((1_u32..3_000, 1_u32..12), 1..4),
        document in any::<bool>(),
        (by, decimals, last) in select(vec![("percent_off", 0_u8, 100_i64), ("percent_off", 1, 300), ("amount_off", 2, 400), ("amount", 2, 400)]),
        gross in any::<bool>(),
        share in 0_u64..=100,
        increment in select(vec!["0.01", "0.05"]),
    ) {
        let (prices, quantities): (Vec<u32>, Vec<u32>) = lines.into_iter().unzip();
        let rulebook = rulebook(&prices, document, increment);
        let figure = |value: Option<Decimal>| -> Decimal {
            let request = serde_json::from_value(request(&quantities, value.map(|value| (by, document, value)))).unwrap();
            let totals = *rulebook.quote(&request).unwrap().totals();
            if gross { totals.gross } else { totals.net }.to_decimal()
        };
        let value_of = |place: i64| Decimal::from_parts(place.into(), decimals.into()).unwrap();
        let all: Vec<(Decimal, Decimal)> = (0..=last).map(|place| (value_of(place), figure(Some(value_of(place))))).collect();
        // Somewhere between the least and the greatest that there is, in whole cents.
        let (least, most) = (all.iter().map(|(_, figure)| *figure).min().unwrap(), all.iter().map(|(_, figure)| *figure).max().unwrap());
        let cents = |amount: Decimal| amount.mantissa_at(2).unwrap();
        let target = Decimal::from_parts((cents(least) + (cents(most) - cents(least)) * i64::try_from(share).unwrap() / 100).into(), 2).unwrap();
        let asked: SeekTargetRequest = serde_json::from_value(json!({
            "quote": request(&quantities, None),
            "vary": {"step": "manual", "line": if document { Value::Null } else { "0".into() }, "by": by, "decimals": decimals,
                "to": value_of(last).to_string(), "reason": "sought", "actor": "ann"},
            "target": {"of": if gross { "gross" } else { "net" }, "value": target.to_string()},
        })).unwrap();
        let SeekTarget { reached, start, found, below, above, exhaustive, .. } = rulebook.seek_target(&asked).unwrap();
        prop_assert_eq!(start, Some(figure(None)));
        // Of several values the least.
        let first = |wanted: Option<Decimal>| wanted.and_then(|wanted| all.iter().find(|(_, figure)| *figure == wanted)).copied();
        let shown = |sought: Option<dealdesk::quote::Sought>| sought.map(|sought| (sought.value, sought.figure));
        prop_assert_eq!(reached, all.iter().any(|(_, figure)| *figure == target));
        prop_assert_eq!(shown(found), first(Some(target)));
        if !reached {
            prop_assert!(exhaustive);
            prop_assert_eq!(shown(below), first(all.iter().map(|(_, figure)| *figure).filter(|figure| *figure < target).max()));
            prop_assert_eq!(shown(above), first(all.iter().map(|(_, figure)| *figure).filter(|figure| *figure > target).min()));
        }
    }
}
