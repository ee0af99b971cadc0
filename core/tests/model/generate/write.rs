//! What was generated, written as a rulebook and a request.

use super::*;

/// Sets a field when there is a value.
fn set(object: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object[field] = value.into();
    }
}

impl Spec {
    fn minor(&self) -> u32 {
        match self.currency {
            "JPY" => 0,
            "KWD" => 3,
            _ => 2,
        }
    }

    pub(super) fn build(&self) -> Case {
        let mut conditions = BTreeMap::new();
        let mut level = json!({"id": "customer.level", "type": {"one_of": LEVELS}});
        if !self.level_required {
            level["optional"] = true.into();
        }
        let mut rulebook = json!({
            "schema_version": 1, "id": "model", "currency": self.currency,
            "attributes": [
                level,
                {"id": "customer.size", "type": "number", "default": "3"},
                {"id": "customer.groups", "type": {"list": "text"}, "default": []},
                {"id": "document.project", "type": "text", "optional": true},
                {"id": "line.rush", "type": "bool", "default": false},
                {"id": "line.weight", "type": "number", "optional": true},
                {"id": "product.brand", "type": "text", "optional": true},
                {"id": "product.cost", "type": "number", "optional": true},
            ],
            "units": [{"id": "piece"}, {"id": "metre", "decimals": 2}, {"id": "box"}, {"id": "pallet", "decimals": 1}],
            "categories": [{"id": "pump", "parent": "tool"}, {"id": "tool"}, {"id": "seal", "parent": "part"}, {"id": "part"}],
            "products": self.products.iter().enumerate().map(|(number, product)| product.build(number)).collect::<Vec<_>>(),
            "price_lists": self.price_lists(),
        });
        if self.default_procedure {
            rulebook["adjustments"] =
                self.rules.iter().enumerate().map(|(number, rule)| self.rule(rule, number, &mut conditions)).collect();
        } else {
            rulebook["procedure"] = self.procedure();
            if !self.stages.is_empty() {
                rulebook["adjustments"] =
                    self.rules.iter().enumerate().map(|(number, rule)| self.rule(rule, number, &mut conditions)).collect();
            }
        }
        set(&mut rulebook, "tax", self.tax.as_ref().map(Tax::build));
        Case { rulebook, request: self.request(), conditions }
    }

    fn price_lists(&self) -> Value {
        let mut lists: Vec<Value> = self
            .lists
            .iter()
            .enumerate()
            .map(|(number, list)| list.build(&format!("l-{number}"), self.products.len(), self.currency))
            .collect();
        let records: Vec<Record> = self
            .list_prices
            .iter()
            .enumerate()
            .filter_map(|(product, record)| {
                let mut record = record.clone()?;
                record.key[0] = product;
                (product < self.products.len()).then_some(record)
            })
            .collect();
        let list = List { keys: &["product.id"], several: "best", other_currency: false, valid: None, records };
        lists.push(list.build("list", self.products.len(), self.currency));
        lists.into()
    }

    fn procedure(&self) -> Value {
        let access: Vec<String> = (0..self.lists.len()).map(|number| format!("l-{number}")).rev().chain(["list".to_owned()]).collect();
        let mut steps = vec![json!({"price": {"id": "price", "access": access}})];
        let mut ids = vec!["price".to_owned()];
        let mut lines_rounded = false;
        for (number, stage) in self.stages.iter().enumerate() {
            let id = format!("s-{number}");
            let unit = stage.unit && !stage.document && !lines_rounded;
            lines_rounded |= !unit;
            let mut step = json!({"id": id, "policy": stage.policy});
            if stage.document {
                step["scope"] = "document".into();
                set(&mut step, "allocate", stage.allocate.map(|(method, zero)| json!({"method": method, "zero_weights": zero})));
            }
            if unit {
                step["round_at"] = "unit".into();
            }
            set(&mut step, "base", stage.base.map(|base| base.get(&ids).as_str()));
            set(&mut step, "rounding", stage.rounding.as_ref().map(|rounding| rounding.build(self.minor(), unit)));
            if self.ties(number) {
                step["tie_break"] = "id".into();
            }
            steps.push(json!({"stage": step}));
            ids.push(id);
        }
        if let Some(tax) = self.tax.as_ref().filter(|tax| tax.step) {
            let mut step = json!({"id": "vat", "round_at": tax.level, "price_mode": if tax.gross { "gross" } else { "net" }});
            set(&mut step, "rounding", tax.rounding.as_ref().map(|rounding| rounding.build(self.minor(), false)));
            steps.push(json!({"tax": step}));
        }
        steps.into()
    }

    /// Whether two rules of the stage have the same priority.
    fn ties(&self, stage: usize) -> bool {
        let of_stage = self.rules.iter().filter(|rule| rule.stage.index(self.stages.len()) == stage);
        let priorities: Vec<i32> = of_stage.map(|rule| rule.priority).collect();
        priorities.iter().collect::<BTreeSet<_>>().len() < priorities.len()
    }

    fn rule(&self, rule: &Rule, number: usize, conditions: &mut BTreeMap<String, Condition>) -> Value {
        let (stage, place) = match self.stages.get(if self.stages.is_empty() { 0 } else { rule.stage.index(self.stages.len()) }) {
            Some(stage) if !self.default_procedure => (Some(stage), format!("s-{}", rule.stage.index(self.stages.len()))),
            _ => (None, "discount".to_owned()),
        };
        // Ids that run against the order in the file.
        let mut json = json!({"id": format!("a-{}", 9 - number), "stage": place});
        json["priority"] = if stage.is_some() { rule.priority.into() } else { (rule.priority * 10 + number as i32).into() };
        let document = stage.is_some_and(|stage| stage.document);
        let mut write = |field: &str, condition: &Option<Condition>| {
            if let Some(condition) = condition {
                let text = condition.render(None);
                json[field] = text.clone().into();
                conditions.insert(text, condition.clone());
            }
        };
        if document {
            write("when", &rule.document_when);
            write("lines", &rule.line_when);
        } else {
            write("when", &rule.line_when);
        }
        set(&mut json, "valid", rule.valid.map(Valid::build));
        let policy = stage.map_or("compound", |stage| stage.policy);
        if rule.exclusive && policy == "exclusive" {
            json["exclusive"] = true.into();
        }
        if rule.stop && ["compound", "exclusive"].contains(&policy) {
            json["stop"] = "stage".into();
        }
        const PERCENTS: [&str; 12] = ["10", "5", "100", "0", "25", "33.3333", "9", "12.5", "50", "99.99", "7.5", "2"];
        const AMOUNTS: [&str; 12] = ["1", "5", "0.01", "10", "2.99", "100", "0", "20", "1000", "7.125", "33.33", "0.5"];
        json["effect"] = match rule.effect.0 {
            0..=3 => json!({"percent_off": PERCENTS[rule.effect.1]}),
            4 => json!({"amount_off": {"amount": AMOUNTS[rule.effect.1]}}),
            5 if !document => json!({"amount_off": {"amount": AMOUNTS[rule.effect.1], "per": "unit"}}),
            6 | 7 if !document => json!({"fixed_price": AMOUNTS[rule.effect.1]}),
            _ => json!({"amount_off": {"amount": AMOUNTS[rule.effect.1]}}),
        };
        json
    }

    fn request(&self) -> Value {
        let asked = &self.request;
        let mut request = json!({"date": asked.date, "explain": asked.explain});
        let mut part = |scope: &str, facts: &[(&str, Option<Value>)]| {
            let facts: Map<String, Value> = facts.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect();
            if !facts.is_empty() {
                request[scope] = facts.into();
            }
        };
        let level = asked.level.or(self.level_required.then_some("base"));
        let text = |text: Option<&str>| text.map(Value::from);
        part(
            "customer",
            &[
                ("id", text(asked.customer)),
                ("level", text(level)),
                ("size", asked.size.map(Value::from)),
                ("groups", asked.groups.map(Value::from)),
            ],
        );
        part("destination", &[("country", text(asked.country))]);
        part("document", &[("project", text(asked.project))]);
        set(&mut request, "channel", asked.channel);
        request["lines"] = asked.lines.iter().enumerate().map(|(number, line)| line.build(number, self.products.len())).collect();
        request
    }
}

impl Product {
    fn build(&self, number: usize) -> Value {
        let mut json = json!({"id": format!("P-{number}"), "unit": self.unit, "status": self.status});
        let packaging: Vec<Value> = [("box", self.boxes), ("pallet", self.pallets)]
            .iter()
            .filter_map(|(unit, factor)| Some(json!({"unit": unit, "factor": (*factor)?})))
            .collect();
        json["packaging"] = packaging.into();
        set(&mut json, "min_order_quantity", self.minimum);
        set(&mut json, "order_multiple", self.multiple);
        set(&mut json, "category", self.category);
        set(&mut json, "tax", self.tax);
        let mut facts = json!({});
        set(&mut facts, "brand", self.brand);
        set(&mut facts, "cost", self.cost);
        json["facts"] = facts;
        json
    }
}

impl List {
    fn of_groups(&self) -> bool {
        self.keys.contains(&"customer.groups")
    }

    fn build(&self, id: &str, products: usize, currency: &str) -> Value {
        let mut records = Vec::new();
        let mut seen = BTreeSet::new();
        for record in &self.records {
            let key: Vec<String> = self.keys.iter().zip(record.key).map(|(key, number)| key_value(key, number, products)).collect();
            // Prices for several groups are compared as they stand: for one base unit each.
            let record = if self.of_groups() { Record { unit: None, per: None, ..record.clone() } } else { record.clone() };
            if seen.insert(key.clone()) {
                record.build(&key, &mut records);
            }
        }
        let mut json = json!({"id": id, "keys": self.keys, "records": records});
        if self.of_groups() {
            json["several"] = self.several.into();
        }
        if self.other_currency {
            json["currency"] = if currency == "EUR" { "USD" } else { "EUR" }.into();
        }
        set(&mut json, "valid", self.valid.map(Valid::build));
        json
    }
}

fn key_value(key: &str, number: usize, products: usize) -> String {
    let of = |pool: &[&str]| pool[number % pool.len()].to_owned();
    match key {
        "product.id" => format!("P-{}", number % products),
        "customer.id" => of(&CUSTOMERS[..2]),
        "customer.level" => of(&LEVELS),
        "customer.groups" => of(&GROUPS),
        "product.category" => of(&CATEGORIES),
        "destination.country" => of(&COUNTRIES[..2]),
        "channel" => of(&CHANNELS),
        "product.brand" => of(&BRANDS),
        "line.unit" => of(&condition::UNITS),
        _ => of(&["alpha", "beta"]),
    }
}

impl Record {
    /// One record, or two that follow each other in time.
    fn build(&self, key: &[String], records: &mut Vec<Value>) {
        let halves: &[(usize, Option<Valid>)] = match self.until {
            None => &[(0, None)],
            Some(day) => &[(0, Some(Valid { from: None, until: Some(day) })), (2, Some(Valid { from: Some(day), until: None }))],
        };
        for (first, valid) in halves {
            let price = |number: usize| {
                let (mantissa, scale) = self.prices[number];
                dealdesk::Decimal::from_parts(mantissa.into(), scale).unwrap().to_string()
            };
            let mut json = json!({"key": key});
            if self.tiers {
                let from = if self.per.is_some() { "1" } else { "0" };
                json["tiers"] = json!([{"from": from, "price": price(*first)}, {"from": "10", "price": price(first + 1)}]);
            } else {
                json["price"] = price(*first).into();
            }
            set(&mut json, "unit", self.unit);
            set(&mut json, "per", self.per);
            set(&mut json, "valid", valid.map(Valid::build));
            records.push(json);
        }
    }
}

impl Valid {
    fn build(self) -> Value {
        let mut json = json!({});
        set(&mut json, "from", self.from);
        set(&mut json, "until", self.until);
        json
    }
}

impl Round {
    fn build(&self, minor: u32, unit: bool) -> Value {
        let shown = |number: i64, scale: u32| dealdesk::Decimal::from_parts(number.into(), scale).unwrap().to_string();
        let mut json = json!({"mode": self.mode});
        if let Some((steps, fine)) = self.increment {
            let scale = if unit && fine { minor + 2 } else { minor };
            json["increment"] = shown(steps.into(), scale).into();
            if steps > 1 && self.offset != 0 {
                json["offset"] = shown(self.offset.into(), scale).into();
            }
        }
        json
    }
}

impl Tax {
    fn build(&self) -> Value {
        let places = ["standard", "reduced", "exempt"].into_iter().flat_map(|category| [(category, "DE"), (category, "FR")]);
        let mut rates = Vec::new();
        for ((category, destination), rate) in places.zip(&self.rates) {
            let Some((percent, split)) = rate else { continue };
            let id = format!("{destination}-{category}");
            let mut rate = json!({"id": id, "category": category, "destination": destination, "percent": percent});
            if let Some(day) = split {
                let mut before = rate.clone();
                before["id"] = format!("{id}-old").into();
                before["percent"] = "3".into();
                before["valid"] = json!({"until": day});
                rate["valid"] = json!({"from": day});
                rates.push(before);
            }
            rates.push(rate);
        }
        let default = (self.default && rates.iter().any(|rate| rate["destination"] == "DE")).then_some("DE");
        let mut json = json!({"categories": ["standard", "reduced", "exempt"], "rates": rates});
        set(&mut json, "default_destination", default);
        if self.untaxed {
            json["missing_rate"] = "untaxed".into();
        }
        json
    }
}

impl Line {
    fn build(&self, number: usize, products: usize) -> Value {
        let product = if self.unknown { "P-X".to_owned() } else { format!("P-{}", self.product.index(products)) };
        let mut json = json!({"id": format!("{}", number + 1), "product": product, "quantity": self.quantity});
        set(&mut json, "unit", self.unit);
        let mut facts = json!({});
        set(&mut facts, "rush", self.rush);
        set(&mut facts, "weight", self.weight);
        json["attributes"] = facts;
        json
    }
}
