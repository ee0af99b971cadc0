//! The quote against a naive second implementation of it, on generated rulebooks and requests.
//!
//! `DEALDESK_MODEL_CASES` sets the number of cases.

mod allocation;
mod charge;
mod condition;
mod currencies;
mod document_stage;
mod generate;
mod invariance;
mod laws;
mod quote;
mod rational;
mod report;
mod returns;
mod rich;
mod seek;
mod stage;
mod stepped;
mod steps;
mod tax;
mod termed;
mod terms;
mod totals;

use dealdesk::Rulebook;
use dealdesk::report::{Error, LimitCode, Sources};
use generate::{Case, cases};
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use quote::Model;
use returns::with_returns;
use rich::rich_cases;
use serde_json::Value;
use stepped::stepped_cases;
use termed::termed_cases;

/// The quote as JSON, without what the model does not say: names of things, messages, leaves of conditions.
fn engine(case: &Case) -> Result<Value, Error> {
    let quote = Rulebook::compile(case.def(), &Sources::none())?.rulebook.quote(&case.quote_request())?;
    let mut json = serde_json::to_value(&quote).unwrap();
    let fields = json.as_object_mut().unwrap();
    fields.remove("rulebook");
    fields.remove("semantics_version");
    for redemption in fields.get_mut("redemptions").and_then(Value::as_array_mut).into_iter().flatten() {
        redemption.as_object_mut().unwrap().remove("key");
    }
    fields.remove("approval_facts");
    let strip_rejected = |holder: &mut Value| {
        for rejected in holder.get_mut("rejected").and_then(Value::as_array_mut).into_iter().flatten() {
            rejected.as_object_mut().unwrap().remove("failed");
        }
    };
    strip_rejected(&mut json);
    for finding in json["findings"].as_array_mut().unwrap() {
        let line = finding.get("line").cloned();
        *finding = serde_json::json!({"code": finding["code"], "severity": finding["severity"], "line": line});
    }
    json["lines"].as_array_mut().unwrap().iter_mut().for_each(strip_rejected);
    Ok(json)
}

fn naive(case: &Case) -> Value {
    let (def, request) = (case.def(), case.quote_request());
    Model::new(&def, &request, &case.conditions).quote()
}

/// The same document for the engine, whose rulebook has another currency of its own.
fn in_another_currency(case: &Case) -> Case {
    let mut case = case.clone();
    let (rulebook, currency) = currencies::moved(&case.rulebook);
    case.request["currency"] = currency;
    Case { rulebook, ..case }
}

/// The first place where they differ.
fn difference(engine: &Value, naive: &Value, path: &str) -> Option<String> {
    match (engine, naive) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            keys.into_iter().find_map(|key| {
                difference(left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null), &format!("{path}/{key}"))
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(index, (left, right))| difference(left, right, &format!("{path}/{index}")))
        }
        _ if engine == naive => None,
        _ => Some(format!("{path}: the engine says {engine}, the model {naive}")),
    }
}

#[test]
fn the_engine_quotes_as_the_model_does() {
    let cases_wanted = std::env::var("DEALDESK_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let config = ProptestConfig {
        cases: cases_wanted,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    };
    let drawn = with_returns(prop_oneof![cases(), rich_cases(), stepped_cases(), termed_cases()]);
    // One in four is a document in another currency than the rulebook's own.
    let outcome = TestRunner::new(config).run(&(drawn, prop::bool::weighted(0.25)), |(case, elsewhere)| {
        let difference = match engine(&if elsewhere { in_another_currency(&case) } else { case.clone() }) {
            Ok(engine) => difference(&engine, &naive(&case), ""),
            // A condition may be made that no rulebook may have; there is nothing to compare.
            Err(error) if error.code() == Some(LimitCode::TooCostly.into()) => {
                return Err(TestCaseError::reject("a condition is too costly"));
            }
            Err(error) => Some(error.to_string()),
        };
        prop_assert!(difference.is_none(), "{}\nrulebook {}\nrequest {}", difference.unwrap(), case.rulebook, case.request);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{}", error.to_string().split("minimal failing input").next().unwrap_or_default());
    }
}
