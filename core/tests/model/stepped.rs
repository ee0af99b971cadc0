//! Rulebooks with overrides, guards, endings, figures beside the price and all ways to split, made of those that have none.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::generate::{Case, cases};
use super::steps::{COST, DOCUMENT_FLOOR, LINE_FLOOR, WEIGHT};

#[derive(Debug, Clone)]
struct Stepped {
    cost: Option<u8>,
    steps: Vec<Extra>,
    splits: Vec<Split>,
    overrides: Vec<Asked>,
}

#[derive(Debug, Clone)]
struct Extra {
    kind: usize,
    place: Index,
    /// The step that it looks back to.
    back: Option<Index>,
    document: bool,
    otherwise: &'static str,
    margin: bool,
    some_lines: bool,
    ending: usize,
    split: Split,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    weights: usize,
    each: bool,
    drop: bool,
    method: &'static str,
}

#[derive(Debug, Clone)]
struct Asked {
    step: Index,
    line: Index,
    value: usize,
    lead: bool,
}

fn split() -> impl Strategy<Value = Split> {
    let method = select(vec![
        "largest_remainder",
        "round_half_down_then_remainder_to_first",
        "round_each_last_absorbs",
        "round_each_largest_absorbs",
        "floor_then_remainder_to_first",
    ]);
    (0_usize..6, prop::bool::weighted(0.2), any::<bool>(), method).prop_map(|(weights, each, drop, method)| Split {
        weights,
        each,
        drop,
        method,
    })
}

fn stepped() -> impl Strategy<Value = Stepped> {
    let otherwise = select(vec!["clamp", "clamp", "clamp_and_redistribute", "clamp_and_redistribute", "reject", "flag", "needs_approval"]);
    let extra = (
        (0_usize..5, any::<Index>(), prop::option::weighted(0.4, any::<Index>())),
        (prop::bool::weighted(0.3), otherwise, any::<bool>(), prop::bool::weighted(0.3)),
        (0_usize..5, split()),
    )
        .prop_map(|((kind, place, back), (document, otherwise, margin, some_lines), (ending, split))| Extra {
            kind,
            place,
            back,
            document,
            otherwise,
            margin,
            some_lines,
            ending,
            split,
        });
    let asked =
        (any::<Index>(), any::<Index>(), 0_usize..8, any::<bool>()).prop_map(|(step, line, value, lead)| Asked { step, line, value, lead });
    (
        prop::option::weighted(0.6, 0_u8..4),
        prop::collection::vec(extra, 1..5),
        prop::collection::vec(split(), 5),
        prop::collection::vec(asked, 0..5),
    )
        .prop_map(|(cost, steps, splits, overrides)| Stepped { cost, steps, splits, overrides })
}

/// Rulebooks with requests, with all kinds of steps before charges and tax.
pub fn stepped_cases() -> impl Strategy<Value = Case> {
    (cases(), stepped()).prop_map(|(mut case, stepped)| {
        stepped.apply(&mut case);
        case
    })
}

fn kind(step: &Value) -> &str {
    step.as_object().unwrap().keys().next().unwrap()
}

fn id(step: &Value) -> &str {
    step[kind(step)]["id"].as_str().unwrap()
}

fn is_document_stage(step: &Value) -> bool {
    step.get("stage").is_some_and(|stage| stage["scope"] == "document")
}

impl Stepped {
    fn apply(&self, case: &mut Case) {
        let gross = case.rulebook["procedure"].as_array().into_iter().flatten().any(|step| step["tax"]["price_mode"] == "gross");
        let minor: u32 = match case.rulebook["currency"].as_str() {
            Some("JPY") => 0,
            Some("KWD") => 3,
            _ => 2,
        };
        let Some(steps) = case.rulebook.get_mut("procedure").and_then(Value::as_array_mut) else { return };
        // 1. The steps, before what ends the procedure.
        if let Some(decimals) = self.cost {
            steps.insert(1, json!({"statistical": {"id": "cost", "amount": COST, "margin": {"decimals": decimals}}}));
        }
        for (number, extra) in self.steps.iter().enumerate() {
            let end = steps.iter().position(|step| step.get("tax").is_some()).unwrap_or(steps.len());
            let first = if self.cost.is_some() { 2 } else { 1 };
            let at = first + extra.place.index(end - first + 1);
            let step = extra.build(&format!("x-{number}"), &steps[..at], self.cost.is_some() && !gross, minor);
            steps.insert(at, step);
        }
        // 2. What a later insertion has made wrong.
        let mut rounded = false;
        for at in 0..steps.len() {
            if steps[at].get("guard").is_some() {
                mend_guard(steps, at);
            }
            let step = &mut steps[at];
            rounded |= step.get("guard").is_some() || step.get("override").is_some() || step.get("ending").is_some();
            if let Some(stage) = step.get_mut("stage").and_then(Value::as_object_mut)
                && rounded
                && stage.get("round_at").is_some()
            {
                stage.remove("round_at");
                stage.remove("rounding");
            }
        }
        // 3. How discounts of the document are split.
        let stages = steps.iter_mut().filter(|step| is_document_stage(step));
        for (step, split) in stages.zip(&self.splits) {
            step["stage"]["allocate"] = split.build(true);
        }
        // 4. What persons set.
        let steps = case.rulebook["procedure"].as_array().unwrap();
        let of: Vec<&Value> = steps.iter().filter_map(|step| step.get("override")).collect();
        if of.is_empty() {
            return;
        }
        for asked in &self.overrides {
            let step = of[asked.step.index(of.len())];
            let document = step["scope"] == "document";
            let place = if document {
                &mut case.request
            } else {
                let lines = case.request["lines"].as_array_mut().unwrap();
                let line = asked.line.index(lines.len());
                &mut lines[line]
            };
            if place.get("overrides").is_none() {
                place["overrides"] = json!([]);
            }
            let list = place["overrides"].as_array_mut().unwrap();
            if list.iter().all(|other| other["step"] != step["id"]) {
                list.push(asked.build(&step["id"], document, minor));
            }
        }
    }
}

impl Extra {
    fn build(&self, id: &str, before: &[Value], with_margin: bool, minor: u32) -> Value {
        let back = |field: &str, step: &mut Value| {
            let prices: Vec<&Value> = before.iter().filter(|step| step.get("statistical").is_none()).collect();
            if let Some(back) = &self.back {
                step[field] = self::id(prices[back.index(prices.len())]).into();
            }
        };
        match self.kind {
            0 => json!({"subtotal": {"id": id}}),
            1 => {
                let (increment, offset, mode) =
                    [(5, 0, "half_up"), (10, -1, "ceiling"), (100, -1, "half_up"), (100, 0, "down"), (1, 0, "half_even")][self.ending];
                let amount = |units: i128| super::rational::Rational::new(units, 10_i128.pow(minor)).text(minor);
                let mut rounding = json!({"increment": amount(increment), "mode": mode});
                if offset != 0 {
                    rounding["offset"] = amount(offset).into();
                }
                let mut step = json!({"id": id, "rounding": rounding, "round_at": if self.document { "unit" } else { "line" }});
                if self.some_lines {
                    step["lines"] = "line.rush".into();
                }
                json!({"ending": step})
            }
            2 => {
                let limits = json!([{"role": "lead", "percent_off": "25", "percent_on": "20"}]);
                let mut step = json!({"id": id, "limit": {"percent_off": "15", "percent_on": "5"}, "limits": limits});
                if self.otherwise == "reject" {
                    step["otherwise"] = "reject".into();
                }
                if self.document {
                    step["scope"] = "document".into();
                    step["allocate"] = self.split.build(false);
                }
                back("base", &mut step);
                json!({"override": step})
            }
            _ => {
                let mut step = json!({"id": id, "otherwise": self.otherwise});
                back("since", &mut step);
                if self.document {
                    step["scope"] = "document".into();
                } else if self.some_lines {
                    step["lines"] = "line.rush".into();
                }
                if self.margin && with_margin {
                    step["min_margin"] = "20".into();
                }
                if !self.margin || !with_margin || self.some_lines {
                    step["at_least"] = if self.document { DOCUMENT_FLOOR } else { LINE_FLOOR }.into();
                }
                json!({"guard": step})
            }
        }
    }
}

/// A guard guards something, and redistributes only what stages of document scope take off.
fn mend_guard(steps: &mut [Value], at: usize) {
    let since = steps[at]["guard"].get("since").and_then(Value::as_str).map(str::to_owned);
    let from = since.map_or(0, |since| steps.iter().position(|step| id(step) == since).unwrap());
    let between = &steps[from + 1..at];
    let guards = between.iter().any(|step| !["subtotal", "statistical"].contains(&kind(step)));
    // What a stage takes off, only one guard redistributes.
    let earlier = steps[..at].iter().any(|step| step["guard"]["otherwise"] == "clamp_and_redistribute");
    let redistributes = !earlier && between.iter().any(is_document_stage) && steps[at]["guard"]["scope"] != "document";
    if !guards {
        steps[at] = json!({"subtotal": {"id": id(&steps[at])}});
    } else if !redistributes && steps[at]["guard"]["otherwise"] == "clamp_and_redistribute" {
        steps[at]["guard"]["otherwise"] = "clamp".into();
    }
}

impl Split {
    fn build(self, may_be_each: bool) -> Value {
        let mut json = json!({"method": self.method, "zero_weights": if self.drop { "drop" } else { "equal_split" }});
        if self.each && may_be_each {
            json["spread"] = "each".into();
            return json;
        }
        json["weights"] = match self.weights {
            0 => "amount".into(),
            1 => "list_amount".into(),
            2 => json!({"step": "price"}),
            3 => "quantity".into(),
            4 => "even".into(),
            _ => json!({"formula": WEIGHT}),
        };
        json
    }
}

impl Asked {
    fn build(&self, step: &Value, document: bool, minor: u32) -> Value {
        let amount = |units: i128| super::rational::Rational::new(units, 10_i128.pow(minor)).text(minor);
        let mut json = json!({"step": step, "reason": "as agreed", "actor": "ann"});
        let (field, value) = match self.value {
            0 if !document => ("unit_price", amount(1999)),
            1 => ("amount", amount(10_000)),
            2 => ("amount", amount(0)),
            3 => ("percent_off", "12.5".to_owned()),
            4 => ("percent_off", "-10".to_owned()),
            5 => ("percent_off", "100".to_owned()),
            6 => ("amount_off", amount(333)),
            _ => ("amount_off", amount(1)),
        };
        json[field] = value.into();
        if self.lead {
            json["roles"] = json!(["lead"]);
        }
        json
    }
}
