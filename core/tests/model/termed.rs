//! Rulebooks whose rules have terms, and whose stages have all their settings, made of those that have none.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::{Case, cases};

const TAGS: [&str; 3] = ["sale", "loyal", "once"];
const CODES: [&str; 3] = ["A1", "B2", "C3"];

#[derive(Debug, Clone)]
struct Settings {
    stages: Vec<Stage>,
    rules: Vec<Rule>,
    problems: [&'static str; 3],
    coupons: Vec<&'static str>,
    usage: Vec<Usage>,
}

#[derive(Debug, Clone)]
struct Stage {
    worst: bool,
    compare: u8,
    running: bool,
    discount: bool,
    restate: bool,
}

#[derive(Debug, Clone)]
struct Rule {
    base: Option<prop::sample::Index>,
    adds: bool,
    stops: bool,
    tags: Vec<&'static str>,
    excludes: Vec<&'static str>,
    codes: Vec<&'static str>,
    limit: [Option<u64>; 3],
    budget: Option<(u32, bool)>,
    cap_amount: Option<(u32, bool)>,
    cap_units: Option<(&'static str, bool)>,
}

#[derive(Debug, Clone)]
struct Usage {
    rule: prop::sample::Index,
    of: u8,
    uses: u64,
    amount: u32,
}

fn stage() -> impl Strategy<Value = Stage> {
    (prop::bool::weighted(0.4), 0_u8..4, prop::bool::weighted(0.3), prop::bool::weighted(0.25), prop::bool::weighted(0.15))
        .prop_map(|(worst, compare, running, discount, restate)| Stage { worst, compare, running, discount, restate })
}

fn rule() -> impl Strategy<Value = Rule> {
    let rarely = prop::bool::weighted(0.15);
    let tags = || prop::collection::vec(select(&TAGS[..]), 0..2);
    let limit = || prop::option::weighted(0.12, 0_u64..3);
    let amount = || prop::option::weighted(0.15, (prop_oneof![1 => Just(0_u32), 8 => 1_u32..400], any::<bool>()));
    (
        (prop::option::weighted(0.25, any::<prop::sample::Index>()), rarely, prop::bool::weighted(0.1)),
        (tags(), tags(), prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(select(&CODES[..]), 1..3)]),
        [limit(), limit(), limit()],
        (amount(), amount(), prop::option::weighted(0.15, (select(vec!["1", "2", "2.5", "10"]), any::<bool>()))),
    )
        .prop_map(|((base, adds, stops), (tags, excludes, codes), limit, (budget, cap_amount, cap_units))| Rule {
            base,
            adds,
            stops,
            tags,
            excludes,
            codes,
            limit,
            budget,
            cap_amount,
            cap_units,
        })
}

fn settings() -> impl Strategy<Value = Settings> {
    let problem = || select(vec!["error", "warning", "ignore"]);
    let usage =
        (any::<prop::sample::Index>(), 0_u8..3, 0_u64..3, 0_u32..300).prop_map(|(rule, of, uses, amount)| Usage { rule, of, uses, amount });
    (
        prop::collection::vec(stage(), 5),
        prop::collection::vec(rule(), 8),
        [problem(), problem(), problem()],
        prop::collection::vec(select(vec!["A1", "B2", "C3", "X9"]), 0..4),
        prop::collection::vec(usage, 0..6),
    )
        .prop_map(|(stages, rules, problems, coupons, usage)| Settings { stages, rules, problems, coupons, usage })
}

/// Rulebooks with requests, where rules have terms.
pub fn termed_cases() -> impl Strategy<Value = Case> {
    (cases(), settings()).prop_map(|(mut case, settings)| {
        settings.apply(&mut case);
        case
    })
}

impl Settings {
    fn apply(&self, case: &mut Case) {
        let mut steps: Vec<String> = Vec::new();
        let mut stages = self.stages.iter();
        for step in case.rulebook.get_mut("procedure").and_then(Value::as_array_mut).into_iter().flatten() {
            let (_, step) = step.as_object_mut().unwrap().iter_mut().next().unwrap();
            steps.push(step["id"].as_str().unwrap().to_owned());
            if step.get("policy").is_some() {
                stages.next().unwrap().apply(step);
            }
        }
        if steps.is_empty() {
            steps = vec!["price".to_owned(), "discount".to_owned()];
        }
        let procedure = case.rulebook.get("procedure").cloned().unwrap_or_default();
        let of_document = |stage: &str| {
            procedure.as_array().into_iter().flatten().any(|step| step["stage"]["id"] == stage && step["stage"]["scope"] == "document")
        };
        let Some(rules) = case.rulebook.get_mut("adjustments").and_then(Value::as_array_mut) else { return };
        let known: BTreeSet<&str> = self.rules.iter().take(rules.len()).flat_map(|rule| rule.tags.iter().copied()).collect();
        for (json, rule) in rules.iter_mut().zip(&self.rules) {
            let stage = json["stage"].as_str().unwrap().to_owned();
            let before: Vec<&String> = steps.iter().take_while(|step| **step != stage).collect();
            rule.apply(json, of_document(&stage), &before, &known);
        }
        let ids: Vec<String> = rules.iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
        let [unknown, unmet, used_up] = self.problems;
        case.rulebook["coupons"] = json!({"unknown": unknown, "unmet": unmet, "used_up": used_up});
        self.ask(&mut case.request, &ids);
    }

    fn ask(&self, request: &mut Value, rules: &[String]) {
        request["coupons"] = self.coupons.clone().into();
        let mut seen = BTreeSet::new();
        let mut readings = Vec::new();
        for usage in self.usage.iter().filter(|_| !rules.is_empty()) {
            let rule = usage.rule.get(rules);
            let mut reading = json!({"rule": rule, "uses": usage.uses});
            match usage.of {
                0 => reading["amount"] = usage.amount.to_string().into(),
                1 => reading["code"] = CODES[usage.uses as usize].into(),
                _ => reading["customer"] = super::condition::CUSTOMERS[usage.uses as usize % 2].into(),
            }
            if seen.insert((rule, reading["code"].to_string(), reading["customer"].to_string())) {
                readings.push(reading);
            }
        }
        request["usage"] = readings.into();
    }
}

impl Stage {
    fn apply(&self, step: &mut Value) {
        let (document, unit) = (step["scope"] == "document", step["round_at"] == "unit");
        if self.worst && step["policy"] == "best" {
            step["policy"] = "worst".into();
        }
        if self.discount {
            step["round"] = "discount".into();
        }
        if self.restate && !document && !unit {
            step["restate_unit"] = true.into();
        }
        let policy = step["policy"].as_str().unwrap().to_owned();
        if self.running && ["compound", "on_base", "exclusive"].contains(&policy.as_str()) {
            step["threshold_base"] = "running".into();
        }
        let has_unit = unit || step.get("restate_unit").is_some();
        if ["best", "worst"].contains(&policy.as_str()) {
            match self.compare {
                1 if has_unit => step["compare"] = "unit_price".into(),
                2 if !document => step["compare"] = "document".into(),
                _ => {}
            }
        }
    }
}

impl Rule {
    fn apply(&self, json: &mut Value, document: bool, before: &[&String], known: &BTreeSet<&str>) {
        let percent = json["effect"].get("percent_off").cloned();
        let amount = json["effect"].get("amount_off").cloned();
        let adds = self.adds && (percent.is_some() || amount.is_some());
        match (&percent, &amount) {
            (Some(percent), _) if adds => json["effect"] = json!({"percent_on": percent}),
            (_, Some(amount)) if adds => json["effect"] = json!({"amount_on": amount}),
            _ => {}
        }
        if let Some(base) = self.base.as_ref().filter(|_| percent.is_some()) {
            json["base"] = base.get(before).as_str().into();
        }
        if self.stops {
            json["stop"] = "all".into();
        }
        json["tags"] = self.tags.clone().into();
        json["exclusive_with"] = self.excludes.iter().filter(|tag| known.contains(*tag)).copied().collect();
        let codes: BTreeSet<&str> = self.codes.iter().copied().collect();
        if !codes.is_empty() {
            json["coupon"] = json!({"codes": codes});
        }
        let [uses, per_code, per_customer] = self.limit;
        let fields = [("uses", uses), ("uses_per_code", per_code.filter(|_| !codes.is_empty())), ("uses_per_customer", per_customer)];
        for (field, limit) in fields {
            if let Some(limit) = limit {
                json["limit"][field] = limit.into();
            }
        }
        let per = |line: bool| if line && !document { "line" } else { "document" };
        if let Some((amount, in_parts)) = self.budget.filter(|_| !adds) {
            json["budget"] = json!({"amount": amount.to_string(), "partial": if in_parts { "allow" } else { "deny" }});
        }
        if let Some((amount, line)) = self.cap_amount.filter(|_| !adds) {
            json["cap_amount"] = json!({"amount": amount.to_string(), "per": per(line)});
        }
        if let Some((units, line)) = self.cap_units.filter(|_| !document) {
            json["cap_units"] = json!({"units": units, "per": per(line)});
        }
    }
}
