use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::expr::{CompileContext, Facts, Presence, Scope, Slot, Type, Value, Vocabulary};
use crate::id::Symbols;
use crate::limits::Limits;
use crate::money::{Currency, Decimal, Money};
use crate::report::{Diagnostics, Path, Sources};
use crate::table::TableScratch;

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

/// A document that weighs so much; a line is worth its number in euros, from 1.
struct Document {
    weight: Decimal,
}

impl Facts for Document {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        match (slot.scope, line) {
            (Scope::Document, _) => Value::Number(self.weight),
            (Scope::Line, Some(line)) => Value::Number(Decimal::from(i64::try_from(line).unwrap() + 1)),
            (Scope::Line, None) => Value::Missing,
        }
    }

    fn line_count(&self) -> usize {
        3
    }
}

/// The charges, and what is wrong with them.
fn charges(defs: Json) -> (Charges, Vec<String>) {
    let defs: Vec<ChargeDef> = serde_json::from_value(defs).unwrap();
    let mut vocabulary = Vocabulary::new();
    vocabulary.declare("document.weight", Type::Number, Scope::Document, Presence::Always, None).unwrap();
    vocabulary.declare("line.worth", Type::Number, Scope::Line, Presence::Always, None).unwrap();
    let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
    let mut cx = CompileContext {
        vocabulary: &vocabulary,
        symbols: &mut symbols,
        sources: &Sources::none(),
        limits: &Limits::default(),
        diagnostics: &mut diagnostics,
    };
    let charges = Charges::compile(&defs, |_| (euro(), true), false, &Path::ROOT.field("charges"), &mut cx);
    let problems = diagnostics.finish().unwrap_or_else(|error| error.diagnostics().to_vec());
    (charges, problems.iter().map(|problem| format!("{} {}", problem.code, problem.path)).collect())
}

/// The first charge for three lines of 1.00, 2.00 and 3.00.
fn compute(charge: Json, weight: &str) -> Result<Option<Charged>, ChargeError> {
    let (charges, problems) = charges(json!([charge]));
    assert!(problems.is_empty(), "{problems:?}");
    let lines = [1, 2, 3].map(|euros: i64| ChargedLine { line: usize::try_from(euros).unwrap() - 1, amount: euros * 100 });
    let document = Document { weight: weight.parse().unwrap() };
    charges.get(0).unwrap().compute(&document, &lines, 400, euro(), &mut TableScratch::default())
}

fn amount(charge: Json, weight: &str) -> Option<i64> {
    compute(charge, weight).unwrap().map(|charged| charged.amount)
}

#[test]
fn a_step_of_a_scale_is_reached_at_its_from() {
    let scale = |each: Json| {
        let steps = json!([{"from": "1", "amount": "4.90"}, {"from": "10", "amount": "8.90", "each": each}]);
        json!({"id": "c", "amount": {"scale": {"basis": "document.weight", "steps": steps}}})
    };
    let started = scale(json!({"amount": "0.75", "per": "5", "started": true}));
    let table = [
        ("0.999", None),
        ("1", Some(490)),
        ("9.999", Some(490)),
        ("10", Some(890)),
        ("10.001", Some(965)),
        ("15", Some(965)),
        ("15.1", Some(1040)),
    ];
    for (weight, expected) in table {
        assert_eq!(amount(started.clone(), weight), expected, "{weight}");
    }
    // 0.75 for 5 are 0.15 for one: 8.90 + 0.1 * 0.15 = 8.915 -> 8.92.
    assert_eq!(amount(scale(json!({"amount": "0.75", "per": "5"})), "10.1"), Some(892));
}

#[test]
fn bounds_and_thresholds() {
    // 10 % of 6.00 goods and 4.00 of earlier charges.
    let percent = |more: Json| {
        let mut charge = json!({"id": "c", "amount": {"percent": "10"}});
        charge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        charge
    };
    assert_eq!(amount(percent(json!({})), "1"), Some(100));
    assert_eq!(amount(percent(json!({"minimum": "1.50"})), "1"), Some(150));
    assert_eq!(amount(percent(json!({"maximum": "0.50"})), "1"), Some(50));
    let free = compute(percent(json!({"free_from": "6"})), "1").unwrap().unwrap();
    assert_eq!((free.amount, free.waived, free.missing), (0, 100, None));
    let near = compute(percent(json!({"free_from": "6.01"})), "1").unwrap().unwrap();
    assert_eq!((near.amount, near.waived, near.missing, near.base), (100, 0, Some(1), 1000));
}

#[test]
fn tables_on_the_document_and_on_lines() {
    let table = |kind: &str, expr: &str| {
        let outputs = json!([{"id": "percent", "type": "number"}, {"id": "amount", "type": "number"}]);
        let rows =
            json!([{"id": "light", "when": ["< 2"], "then": ["10", "0.05"]}, {"id": "heavy", "when": ["[2..3]"], "then": ["0", "1"]}]);
        json!({"id": "c", "amount": {kind: {"inputs": [{"expr": expr, "values": "[0..3]"}], "outputs": outputs, "rows": rows}}})
    };
    // Of the document: 10 % of 10.00 and 0.05; the row has a name.
    let light = compute(table("table", "document.weight"), "1").unwrap().unwrap();
    assert_eq!((light.amount, light.row.unwrap().to_string()), (105, "light".to_owned()));
    assert_eq!(compute(table("table", "document.weight"), "4").unwrap_err(), ChargeError::NoRow(None));
    // Of each line: 10 % of 1.00 and 0.05, then twice 1.00.
    assert_eq!(amount(table("line_table", "line.worth"), "1"), Some(215));
}

#[test]
fn a_base_is_told_where_it_is_named() {
    let (charges, problems) = charges(json!([
        {"id": "a", "amount": {"fixed": "1"}, "base_includes": ["a", "b", "b", "z"]}, {"id": "b", "amount": {"fixed": "1"}}
    ]));
    assert_eq!(charges.len(), 2);
    let places = [("charge.base", 0), ("charge.base", 2), ("rulebook.unknown_reference", 3)];
    assert_eq!(problems, places.map(|(code, place)| format!("{code} /charges/0/base_includes/{place}")));
}

proptest! {
    /// What is paid in cash is a multiple of the coin, and nearer to the total than another coin.
    #[test]
    fn cash_is_counted_in_coins(total in -1_000_000_i64..1_000_000, coin in prop::sample::select(vec!["0.05", "0.10", "1"]), up in any::<bool>()) {
        let mode = if up { "up" } else { "half_up" };
        let def: CashRoundingDef =
            serde_json::from_value(json!({"id": "cash", "increment": coin, "mode": mode, "strategy": "payable"})).unwrap();
        let step = CashRounding::compile(&def, euro(), &Path::ROOT, &mut Diagnostics::new());
        let difference = step.difference(Money::new(total, euro())).unwrap();
        let cents = Money::from_decimal(coin.parse().unwrap(), euro()).unwrap().minor();
        prop_assert_eq!((total + difference) % cents, 0);
        prop_assert!(difference.abs() * 2 <= cents || up && difference.abs() < cents);
    }

    /// A dearer step never makes less, and bounds hold.
    #[test]
    fn a_percentage_grows_with_its_base(base in 0_i64..1_000_000, more in 0_i64..1_000, minimum in 0_i64..500, maximum in 500_i64..5_000) {
        let cents = |cents: i64| Decimal::from_parts(cents.into(), 2).unwrap();
        let (charges, _) = charges(json!([
            {"id": "c", "amount": {"percent": "2.5"}, "minimum": cents(minimum).to_string(), "maximum": cents(maximum).to_string()}
        ]));
        let of = |amount: i64| {
            let lines = [ChargedLine { line: 0, amount }];
            let document = Document { weight: Decimal::ONE };
            charges.get(0).unwrap().compute(&document, &lines, 0, euro(), &mut TableScratch::default()).unwrap().unwrap().amount
        };
        prop_assert!(of(base) <= of(base + more));
        prop_assert!((minimum..=maximum).contains(&of(base)));
    }
}
