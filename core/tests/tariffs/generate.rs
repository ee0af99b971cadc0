//! Lists of tariffs and lines, small and rich in combinations. Every rulebook compiles.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::rational::Rational;

/// The smallest parts in which quantities of a product are counted: one of a piece, a hundredth of a metre.
pub const PRODUCTS: [(&str, &str, &str, i128); 4] =
    [("A", "piece", "red", 1), ("B", "piece", "red", 1), ("C", "piece", "blue", 1), ("D", "metre", "blue", 100)];

#[derive(Debug, Clone)]
pub struct Tier {
    pub from: i128,
    pub price: i128,
    pub flat: i128,
}

#[derive(Debug, Clone)]
pub struct Record {
    pub product: usize,
    pub tiers: Vec<Tier>,
    pub package: Option<(i128, &'static str)>,
    pub included: i128,
    pub minimum: Option<i128>,
    pub maximum: Option<i128>,
    pub cap: Option<(i128, &'static str, bool)>,
}

#[derive(Debug, Clone)]
pub struct List {
    pub mode: &'static str,
    pub upper: bool,
    pub together: &'static str,
    pub counter: Option<i128>,
    pub pay_min: bool,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub lists: Vec<List>,
    /// Product, and quantity in the smallest parts.
    pub lines: Vec<(usize, i128)>,
}

pub fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let tier = (1_i128..12, 0_i128..3_000, select(vec![0_i128, 0, 0, 250, 1_000]));
    (any::<bool>(), prop::collection::vec(tier, 1..4)).prop_map(|(zero, tiers)| {
        let mut from = if zero { 0 } else { 1 };
        let mut made = Vec::new();
        for (width, price, flat) in tiers {
            made.push(Tier { from, price, flat });
            from += width;
        }
        made
    })
}

/// Graduated tiers leave nothing before the first without a price.
pub fn begin(tiers: &mut [Tier], mode: &str, upper: bool) {
    if mode == "graduated" && upper {
        tiers[0].from = 0;
    }
}

pub fn record(product: usize) -> impl Strategy<Value = Record> {
    (
        tiers(),
        prop::option::weighted(0.25, (1_i128..6, select(vec!["up", "down", "exact"]))),
        prop_oneof![4 => Just(0_i128), 1 => 1_i128..6],
        (prop::option::weighted(0.15, 1_i128..3_000), prop::option::weighted(0.15, 3_000_i128..9_000)),
        prop::option::weighted(0.25, (1_i128..15, select(vec!["rest", "line"]), any::<bool>())),
    )
        .prop_map(move |(tiers, package, included, (minimum, maximum), cap)| Record {
            product,
            tiers,
            package,
            included,
            minimum,
            maximum,
            cap,
        })
}

pub fn list() -> impl Strategy<Value = List> {
    let records: Vec<_> = (0..PRODUCTS.len()).map(|product| prop::option::weighted(0.7, record(product))).collect();
    (
        select(vec!["volume", "volume", "graduated", "graduated", "block"]),
        any::<bool>(),
        select(vec!["line", "product", "record", "document", "brand"]),
        prop::option::weighted(0.3, 0_i128..20),
        prop::bool::weighted(0.3),
        records,
    )
        .prop_map(|(mode, upper, together, counter, pay_min, mut records)| {
            records.iter_mut().flatten().for_each(|record| begin(&mut record.tiers, mode, upper));
            (mode, upper, together, counter, pay_min, records)
        })
        .prop_map(|(mode, upper, together, counter, pay_min, records)| List {
            mode,
            upper,
            together,
            counter: counter.filter(|_| together == "document"),
            pay_min,
            records: records.into_iter().flatten().collect(),
        })
}

pub fn cases() -> impl Strategy<Value = Case> {
    let line = (0..PRODUCTS.len(), prop_oneof![1_i128..8, 1_i128..40]);
    (prop::collection::vec(list(), 1..3), prop::collection::vec(line, 1..6), 0_i128..100).prop_map(|(lists, lines, hundredths)| Case {
        lists,
        lines: lines
            .into_iter()
            .map(|(product, units)| (product, if PRODUCTS[product].3 == 100 { units * 30 + hundredths } else { units }))
            .collect(),
    })
}

/// A number of thousandths as text.
pub fn thousandths(number: i128) -> String {
    Rational::new(number, 1_000).text(3)
}

impl Case {
    pub fn rulebook(&self) -> Value {
        let products: Vec<Value> =
            PRODUCTS.iter().map(|(id, unit, brand, _)| json!({"id": id, "unit": unit, "facts": {"brand": brand}})).collect();
        let lists: Vec<Value> = self.lists.iter().enumerate().map(|(number, list)| list.build(number)).collect();
        json!({
            "schema_version": 1, "id": "tariffs", "currency": "EUR", "units": [{"id": "piece"}, {"id": "metre", "decimals": 2}],
            "products": products, "price_lists": lists,
        })
    }

    pub fn request(&self) -> Value {
        let line = |(number, (product, parts)): (usize, &(usize, i128))| {
            let (id, _, _, size) = PRODUCTS[*product];
            json!({"id": number.to_string(), "product": id, "quantity": Rational::new(*parts, size).text(0)})
        };
        let lines: Vec<Value> = self.lines.iter().enumerate().map(line).collect();
        let counters: Vec<Value> = self
            .lists
            .iter()
            .enumerate()
            .filter_map(|(number, list)| Some(json!({"counter": format!("list-{number}"), "value": list.counter?.to_string()})))
            .collect();
        json!({"date": "2026-11-21", "lines": lines, "counters": counters})
    }
}

impl List {
    fn build(&self, number: usize) -> Value {
        let records: Vec<Value> = self.records.iter().map(|record| record.build(self, number)).collect();
        let together = if self.together == "brand" { json!({"attribute": "product.brand"}) } else { self.together.into() };
        let mut json = json!({
            "id": format!("list-{number}"), "keys": ["product.id"], "tier_mode": self.mode, "aggregate_by": together, "pay_min": self.pay_min,
            "bound": if self.upper { "upper_inclusive" } else { "lower_inclusive" }, "records": records,
        });
        if self.counter.is_some() {
            json["counter"] = format!("list-{number}").into();
        }
        json
    }
}

impl Record {
    fn build(&self, list: &List, number: usize) -> Value {
        let tier = |tier: &Tier| {
            let mut json = json!({"from": tier.from.to_string()});
            if list.mode == "block" {
                json["flat"] = thousandths(tier.price + tier.flat).into();
                json["overage"] = thousandths(tier.flat).into();
            } else {
                json["price"] = thousandths(tier.price).into();
                if tier.flat != 0 {
                    json["flat"] = thousandths(tier.flat).into();
                }
            }
            json
        };
        let mut json = json!({"key": [PRODUCTS[self.product].0], "tiers": self.tiers.iter().map(tier).collect::<Vec<_>>()});
        if let Some((size, rounding)) = self.package {
            json["package"] = json!({"size": size.to_string(), "rounding": rounding});
        }
        json["included"] = self.included.to_string().into();
        if let Some(minimum) = self.minimum {
            json["minimum"] = thousandths(minimum).into();
        }
        if let Some(maximum) = self.maximum {
            json["maximum"] = thousandths(maximum).into();
        }
        if let Some((quantity, beyond, counted)) = self.cap {
            json["cap"] = json!({"quantity": quantity.to_string(), "beyond": beyond});
            if counted {
                json["cap"]["counter"] = format!("cap-{number}-{}", self.product).into();
            }
        }
        json
    }
}
