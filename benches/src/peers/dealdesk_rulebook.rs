//! The rulebook of W1, as an author would write it: JSON, with CSV files or with everything inside.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::workload::{Data, Effect, PriceEntry, Rule};
use dealdesk::report::Sources;

/// The day that the workload counts from.
pub const FIRST_DAY: &str = "2026-01-01";

/// The day of that number.
pub fn day(number: u32) -> dealdesk::Date {
    let first: dealdesk::Date = FIRST_DAY.parse().expect("a date");
    first.add_days(number as i32).expect("a date")
}

/// Cents as a decimal.
fn euro(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The text of a rule's condition.
fn condition(rule: &Rule) -> String {
    let mut parts = Vec::new();
    let mut text = |name: &str, prefix: &str, value: Option<u32>| parts.extend(value.map(|value| format!("{name} == '{prefix}{value}'")));
    text("product.category", "C", rule.category);
    text("product.brand", "B", rule.brand);
    text("customer.tier", "T", rule.tier);
    text("destination.region", "R", rule.region);
    text("document.channel", "CH", rule.channel);
    let mut bound = |name: &str, text: String, there: bool| parts.extend(there.then(|| format!("{name} >= {text}")));
    bound("line.quantity", rule.quantity.to_string(), rule.quantity > 0);
    bound("line.list_amount", euro(rule.line_amount), rule.line_amount > 0);
    let order_amount = if rule.of_line { "document.list_amount" } else { "document.amount" };
    bound(order_amount, euro(rule.order_amount), rule.order_amount > 0);
    parts.join(" && ")
}

fn adjustment(rule: &Rule) -> Value {
    let per = if rule.of_line { json!("unit") } else { Value::Null };
    let mut effect = match rule.effect {
        Effect::Percent(percent) => json!({"percent_off": percent.to_string()}),
        Effect::AmountOff(off) => json!({"amount_off": {"amount": euro(off), "per": per}}),
        Effect::Fixed(fixed) => json!({"fixed_price": euro(fixed)}),
    };
    if let Some(amount_off) = effect.get_mut("amount_off").and_then(Value::as_object_mut) {
        amount_off.retain(|_, value| !value.is_null());
    }
    let mut adjustment = json!({
        "id": format!("r{:05}", rule.id),
        "stage": if rule.of_line { "line" } else { "order" },
        "priority": rule.priority,
        "valid": {"from": day(rule.from).to_string(), "until": day(rule.to + 1).to_string()},
        "effect": effect,
        "stop": rule.last.then_some("stage"),
    });
    let when = condition(rule);
    if !when.is_empty() {
        adjustment["when"] = json!(when);
    }
    adjustment
}

/// The four price lists, from the most special to the most general.
const LISTS: [(&str, &[&str]); 4] = [
    ("tier-region", &["customer.tier", "destination.region", "product.id"]),
    ("tier", &["customer.tier", "product.id"]),
    ("region", &["destination.region", "product.id"]),
    ("list", &["product.id"]),
];

fn list_of(entry: &PriceEntry) -> usize {
    match (entry.tier, entry.region) {
        (Some(_), Some(_)) => 0,
        (Some(_), None) => 1,
        (None, Some(_)) => 2,
        (None, None) => 3,
    }
}

fn key(entry: &PriceEntry) -> Vec<String> {
    let named = |prefix: &str, value: Option<u32>| value.map(|value| format!("{prefix}{value}"));
    [named("T", entry.tier), named("R", entry.region), Some(product(entry.product))].into_iter().flatten().collect()
}

/// The id of a product.
pub fn product(number: u32) -> String {
    format!("P{number:05}")
}

/// Everything but products and prices; so many categories are declared.
fn frame(rules: &[Rule], categories: u32) -> Value {
    let one_of = |prefix: &str, count: u32| json!({"one_of": (0..count).map(|value| format!("{prefix}{value}")).collect::<Vec<_>>()});
    json!({
        "schema_version": 1, "id": "w1", "currency": "EUR",
        "attributes": [
            {"id": "customer.tier", "type": one_of("T", 5)},
            {"id": "destination.region", "type": one_of("R", 8)},
            {"id": "document.channel", "type": one_of("CH", 3)},
            {"id": "product.brand", "type": one_of("B", 40)},
        ],
        "units": [{"id": "piece"}],
        "categories": (0..categories).map(|category| json!({"id": format!("C{category}")})).collect::<Vec<_>>(),
        "procedure": [
            {"price": {"id": "price", "access": LISTS.map(|(id, _)| id)}},
            {"stage": {"id": "line", "scope": "line", "policy": "compound", "round_at": "unit", "tie_break": "id"}},
            {"stage": {"id": "order", "scope": "document", "policy": "compound", "tie_break": "id"}},
        ],
        "adjustments": rules.iter().map(adjustment).collect::<Vec<_>>(),
    })
}

/// A rulebook as text, with the files that it names.
pub struct Written {
    pub json: String,
    pub files: Sources,
}

impl Written {
    /// Products and prices in CSV files.
    pub fn with_files(data: &Data, rules: &[Rule], categories: u32) -> Self {
        let mut json = frame(rules, categories);
        json["products_csv"] = json!("products.csv");
        let lists = LISTS.map(|(id, keys)| json!({"id": id, "keys": keys, "records_csv": format!("{id}.csv")}));
        json["price_lists"] = json!(lists);
        let mut prices = LISTS.map(|(_, keys)| format!("{},from,price\n", keys.join(",")));
        for entry in &data.prices {
            let file = &mut prices[list_of(entry)];
            let _ = writeln!(file, "{},{},{}", key(entry).join(","), entry.from, euro(entry.price));
        }
        let mut products = "id,category,unit,fact.brand\n".to_owned();
        for (number, of) in (0..).zip(&data.products) {
            let _ = writeln!(products, "{},C{},piece,B{}", product(number), of.category, of.brand);
        }
        let files = LISTS.iter().map(|(id, _)| format!("{id}.csv")).zip(prices).collect::<Sources>().with("products.csv", products);
        Self { json: json.to_string(), files }
    }

    /// Everything in the JSON.
    pub fn whole(data: &Data, rules: &[Rule], categories: u32) -> Self {
        let mut json = frame(rules, categories);
        let product = |(number, of): (u32, &crate::workload::Product)| {
            let facts = json!({"brand": format!("B{}", of.brand)});
            json!({"id": product(number), "category": format!("C{}", of.category), "unit": "piece", "facts": facts})
        };
        json["products"] = (0..).zip(&data.products).map(product).collect();
        let mut records: [Vec<Value>; 4] = Default::default();
        for entries in data.prices.chunk_by(|a, b| (a.product, a.tier, a.region) == (b.product, b.tier, b.region)) {
            let tiers: Vec<Value> =
                entries.iter().map(|entry| json!({"from": entry.from.to_string(), "price": euro(entry.price)})).collect();
            records[list_of(&entries[0])].push(json!({"key": key(&entries[0]), "tiers": tiers}));
        }
        let list = |((id, keys), records): ((&str, &[&str]), Vec<Value>)| json!({"id": id, "keys": keys, "records": records});
        json["price_lists"] = LISTS.into_iter().zip(records).map(list).collect();
        Self { json: json.to_string(), files: Sources::none() }
    }
}
