//! Rulebooks with several taxes on a line, charges, and rounding to the smallest coin, made of those that have none.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::{Case, cases};

#[derive(Debug, Clone)]
struct Rich {
    eco: Option<Eco>,
    step: TaxStep,
    /// Which rate the customer owes.
    owed: Option<prop::sample::Index>,
    /// Whether there are zones; then for which of them the rates of one country are, by category.
    zones: Option<[usize; 3]>,
    charges: Vec<Charge>,
    cash: Option<(usize, &'static str, &'static str)>,
}

/// A second tax, beside the one there is.
#[derive(Debug, Clone)]
struct Eco {
    kind: usize,
    /// Whether it enters the base of the first.
    in_base: bool,
    included: Option<bool>,
    places: [bool; 4],
    needed: bool,
}

#[derive(Debug, Clone)]
struct TaxStep {
    level: &'static str,
    target: &'static str,
    keep_net: bool,
    by_line: bool,
}

#[derive(Debug, Clone)]
struct Charge {
    amount: usize,
    placement: usize,
    tax: usize,
    /// Minimum, maximum and the value from which it is free.
    bounds: [Option<u32>; 3],
    includes_tax: Option<bool>,
    some_lines: bool,
    on_earlier: bool,
}

fn rich() -> impl Strategy<Value = Rich> {
    let eco = (0_usize..5, any::<bool>(), prop::option::weighted(0.3, any::<bool>()), any::<[bool; 4]>(), prop::bool::weighted(0.2))
        .prop_map(|(kind, in_base, included, places, needed)| Eco { kind, in_base, included, places, needed });
    let step = (
        select(vec!["unit", "line", "group", "document", "none"]),
        select(vec!["tax", "tax", "net"]),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(level, target, keep_net, by_line)| TaxStep { level, target, keep_net, by_line });
    let bound = || prop::option::weighted(0.2, 0_u32..20_000);
    let charge =
        (0_usize..8, 0_usize..5, 0_usize..5, [bound(), bound(), bound()], prop::option::weighted(0.2, any::<bool>()), any::<[bool; 2]>())
            .prop_map(|(amount, placement, tax, bounds, includes_tax, [some_lines, on_earlier])| Charge {
                amount,
                placement,
                tax,
                bounds,
                includes_tax,
                some_lines,
                on_earlier,
            });
    let cash = (0_usize..3, select(vec!["half_up", "down", "up", "half_even"]), select(vec!["line", "largest_tax", "payable"]));
    (
        prop::option::weighted(0.6, eco),
        step,
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
        prop::option::weighted(0.3, [0_usize..3, 0..3, 0..3]),
        prop::collection::vec(charge, 0..3),
        prop::option::weighted(0.3, cash),
    )
        .prop_map(|(eco, step, owed, zones, charges, cash)| Rich { eco, step, owed, zones, charges, cash })
}

/// Rulebooks with requests, where taxes and charges are as rich as they can be.
pub fn rich_cases() -> impl Strategy<Value = Case> {
    (cases(), rich()).prop_map(|(mut case, rich)| {
        rich.apply(&mut case.rulebook);
        case
    })
}

impl Rich {
    fn apply(&self, rulebook: &mut Value) {
        let minor: u32 = match rulebook["currency"].as_str() {
            Some("JPY") => 0,
            Some("KWD") => 3,
            _ => 2,
        };
        let has_tax = rulebook.get("tax").is_some_and(|tax| tax["rates"].as_array().is_some_and(|rates| !rates.is_empty()));
        if has_tax {
            self.enrich_tax(&mut rulebook["tax"]);
            self.add_zones(&mut rulebook["tax"]);
        }
        let home = rulebook.get("tax").and_then(|tax| tax["rates"].as_array()?.iter().find(|rate| rate["destination"] == "DE").cloned());
        let Some(steps) = rulebook.get_mut("procedure").and_then(Value::as_array_mut) else { return };
        for tax in steps.iter_mut().filter_map(|step| step.get_mut("tax")) {
            tax["round_at"] = self.step.level.into();
            tax["round_target"] = self.step.target.into();
            if self.step.level == "none" {
                tax.as_object_mut().unwrap().remove("rounding");
            }
            if self.step.keep_net && home.is_some() {
                tax["destination_price"] = json!({"keep_net": "DE"});
            }
            if self.step.by_line {
                tax["price_mode"] = json!({"gross_when": "line.rush"});
            }
        }
        if !self.charges.is_empty() {
            let at = steps.iter().position(|step| step.get("tax").is_some()).unwrap_or(steps.len());
            steps.insert(at, json!({"charge": {"id": "charges"}}));
        }
        if let Some((increment, mode, strategy)) = self.cash {
            let increment = amount([5, 10, 100][increment], minor);
            steps.push(json!({"cash_rounding": {"id": "cash", "increment": increment, "mode": mode, "strategy": strategy}}));
        }
        if !self.charges.is_empty() {
            let taxed = rulebook.get("tax").is_some();
            rulebook["charges"] = self.charges.iter().enumerate().map(|(number, charge)| charge.build(number, taxed, minor)).collect();
        }
    }

    fn add_zones(&self, tax: &mut Value) {
        let Some(zones) = self.zones else { return };
        tax["zones"] = json!([{"id": "union", "countries": ["FR", "DE", "IT"]}, {"id": "world", "elsewhere": true}]);
        for rate in tax["rates"].as_array_mut().unwrap().iter_mut().filter(|rate| rate["destination"] == "FR") {
            let of_category = ["standard", "reduced", "exempt"].iter().position(|category| rate["category"] == *category).unwrap_or(0);
            rate["destination"] = ["FR", "union", "world"][zones[of_category]].into();
        }
    }

    fn enrich_tax(&self, tax: &mut Value) {
        let rates = tax["rates"].as_array_mut().unwrap();
        if let Some(owed) = &self.owed {
            let at = owed.index(rates.len());
            rates[at]["treatment"] = json!({"reverse_charge": "the customer owes the tax"});
        }
        let Some(eco) = &self.eco else { return };
        for rate in rates.iter_mut() {
            rate["tax"] = "vat".into();
        }
        let places = [("standard", "DE"), ("reduced", "DE"), ("standard", "FR"), ("exempt", "FR")];
        for ((category, destination), _) in places.iter().zip(eco.places).filter(|(_, there)| *there) {
            let mut rate =
                json!({"id": format!("eco-{destination}-{category}"), "tax": "eco", "category": category, "destination": destination});
            let (field, value) =
                [("per_unit", "1"), ("percent", "5"), ("percent", "-10"), ("percent_of_gross", "20"), ("per_unit", "0.25")][eco.kind];
            rate[field] = value.into();
            rates.push(rate);
        }
        let mut vat = json!({"id": "vat"});
        let mut other = json!({"id": "eco", "optional": !eco.needed});
        if eco.in_base {
            vat["base_includes"] = json!(["eco"]);
        }
        // A tax in the price on one that is not is refused.
        if let Some(included) = eco.included.filter(|included| *included || !eco.in_base) {
            other["included"] = included.into();
        }
        tax["taxes"] = json!([vat, other]);
    }
}

impl Charge {
    fn build(&self, number: usize, taxed: bool, minor: u32) -> Value {
        let tier = |from: &str, cents: i64, each: Value| {
            let mut step = json!({"from": from, "amount": amount(cents, minor)});
            if !each.is_null() {
                step["each"] = each;
            }
            step
        };
        let scale =
            |basis: &str, each: Value| json!({"scale": {"basis": basis, "steps": [tier("0", 490, Value::Null), tier("10", 890, each)]}});
        let mut charge = json!({"id": format!("c-{number}")});
        charge["amount"] = match self.amount {
            0 => json!({"fixed": amount(990, minor)}),
            1 => json!({"fixed": amount(-250, minor)}),
            2 => json!({"percent": "2.5"}),
            3 => json!({"percent": "33"}),
            4 => scale("document.quantity", json!({"amount": amount(75, minor), "per": "3", "started": true})),
            5 => scale("document.amount", json!({"amount": amount(5, minor)})),
            6 => json!({"scale": {"basis": "document.quantity", "steps": [tier("5", 700, Value::Null)]}}),
            _ => json!({"formula": "document.quantity * 2"}),
        };
        let allocated = self.placement > 2;
        charge["placement"] = match self.placement {
            0 | 1 => "document".into(),
            2 => "line".into(),
            3 => json!({"allocate": {}}),
            _ => json!({"allocate": {"by": "line.quantity", "zero_weights": "drop"}}),
        };
        if taxed && !allocated {
            charge["tax"] = match self.tax {
                0 => "untaxed".into(),
                1 => json!({"category": "standard"}),
                2 => "highest_rate".into(),
                3 => "main_rate".into(),
                _ => "split".into(),
            };
        }
        let [minimum, maximum, free] = self.bounds;
        for (field, bound) in [("minimum", minimum), ("maximum", maximum.max(minimum).filter(|_| maximum.is_some())), ("free_from", free)] {
            if let Some(bound) = bound {
                charge[field] = amount(bound.into(), minor).into();
            }
        }
        if let Some(includes_tax) = self.includes_tax.filter(|_| !allocated) {
            charge["includes_tax"] = includes_tax.into();
        }
        if self.some_lines {
            charge["lines"] = "line.rush".into();
        }
        if self.on_earlier && number > 0 {
            charge["base_includes"] = json!(["c-0"]);
        }
        charge
    }
}

/// So many of the smallest unit, as text.
fn amount(units: i64, minor: u32) -> String {
    super::rational::Rational::new(units.into(), 10_i128.pow(minor)).text(minor)
}
