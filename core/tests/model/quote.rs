//! The naive quote: lists are scanned, nothing is prepared, every figure is a fraction until it is rounded.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::adjust::AdjustmentDef;
use dealdesk::catalog::{ProductDef, ProductStatus};
use dealdesk::fact::Fact;
use dealdesk::pricing::{PriceListDef, PriceRecordDef, Several};
use dealdesk::quote::{Explain, QuoteLineRequest, QuoteRequest};
use dealdesk::rulebook::{NegativeQuantities, StepDef};
use dealdesk::time::Period;
use dealdesk::{Date, Decimal, RulebookDef};
use serde_json::{Value, json};

use super::charge::ModelCharge;
use super::condition::{Condition, Facts};
use super::rational::Rational;
use super::steps::Figures;

/// The attribute of customers that may have several values.
const GROUPS: &str = "customer.groups";

/// A document on its way.
pub struct Model<'m> {
    pub def: &'m RulebookDef,
    pub request: &'m QuoteRequest,
    pub conditions: &'m BTreeMap<String, Condition>,
    pub lines: Vec<Line<'m>>,
    pub findings: Vec<Value>,
    pub rejected: Vec<Value>,
    pub charges: Vec<ModelCharge<'m>>,
    pub redemptions: Vec<Value>,
    /// The coupons that are used up.
    pub used_up: BTreeSet<String>,
    pub figures: Vec<Figures>,
    /// What persons have set, with the line.
    pub overrides: Vec<(Option<usize>, Value)>,
    /// What `line.amount` and `document.amount` are: the amounts as they enter the stage.
    pub entered: Vec<Rational>,
}

#[derive(Clone)]
pub struct Line<'m> {
    pub request: &'m QuoteLineRequest,
    pub product: Option<&'m ProductDef>,
    pub ordered: Option<Ordered>,
    /// Without its sign where the goods come back.
    pub quantity: Rational,
    pub returned: bool,
    pub price: Option<Price<'m>>,
    pub figure: Figure,
    /// The figures after each step, by the step's id.
    pub after: BTreeMap<String, Figure>,
    pub waterfall: Vec<Value>,
    pub rejected: Vec<Value>,
    /// The rules that have applied, as far as they keep others out.
    pub marks: Vec<&'m AdjustmentDef>,
}

#[derive(Clone)]
pub struct Ordered {
    pub unit: String,
    pub base: Rational,
}

#[derive(Clone)]
pub struct Price<'m> {
    pub list: &'m PriceListDef,
    pub unit_price: Rational,
    pub amount: Rational,
}

#[derive(Clone, Copy)]
pub struct Figure {
    pub amount: Rational,
    pub unit: Option<Rational>,
}

impl Facts for Model<'_> {
    fn text(&self, name: &str, line: Option<usize>) -> Option<String> {
        let fact = |fact: Option<&Fact>| match fact {
            Some(Fact::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let product = || self.lines[line?].product;
        match name {
            "customer.id" => fact(self.request.customer.get("id")),
            "customer.level" => fact(self.request.customer.get("level")),
            "destination.country" => fact(self.request.destination.get("country"))
                .or_else(|| self.def.tax.as_ref().and_then(|tax| tax.default_destination.clone())),
            "document.project" => fact(self.request.document.get("project")),
            "channel" => self.request.channel.clone(),
            "currency" => Some(self.def.currency.to_string()),
            "product.id" => product().map(|product| product.id.to_string()),
            "product.category" => product()?.category.as_ref().map(ToString::to_string),
            "product.unit" => product().map(|product| product.unit.to_string()),
            "product.brand" => fact(product()?.facts.get("brand")),
            "line.unit" => self.lines[line?].ordered.as_ref().map(|ordered| ordered.unit.clone()),
            _ => None,
        }
    }

    fn number(&self, name: &str, line: Option<usize>) -> Option<Rational> {
        let fact = |fact: Option<&Fact>| match fact {
            Some(Fact::Text(text)) => Some(text.parse::<Decimal>().unwrap().into()),
            Some(Fact::Number(number)) => Some((*number).into()),
            _ => None,
        };
        match name {
            "customer.size" => fact(self.request.customer.get("size")).or(Some(Rational::whole(3))),
            "document.line_count" => Some(Rational::whole(self.lines.iter().filter(|line| !line.returned).count() as i128)),
            "document.quantity" => {
                Some(self.counted(|line| self.lines[line].ordered.as_ref().map_or(Rational::ZERO, |ordered| ordered.base)))
            }
            "document.list_amount" => {
                Some(self.counted(|line| self.lines[line].price.as_ref().map_or(Rational::ZERO, |price| price.amount)))
            }
            "document.amount" => Some(self.counted(|line| self.entered[line])),
            "document.net_amount" => Some(self.tax_side(false)),
            "document.gross_amount" => Some(self.tax_side(true)),
            "line.quantity" => self.lines[line?].ordered.as_ref().map(|ordered| ordered.base),
            "line.list_price" => self.lines[line?].price.as_ref().map(|price| price.unit_price),
            "line.list_amount" => self.lines[line?].price.as_ref().map(|price| price.amount),
            "line.amount" => Some(self.entered[line?]),
            "line.weight" => fact(self.lines[line?].request.attributes.get("weight")),
            "product.cost" => fact(self.lines[line?].product?.facts.get("cost")),
            _ => None,
        }
    }

    fn rush(&self, line: Option<usize>) -> bool {
        self.lines[line.unwrap()].request.attributes.get("rush") == Some(&Fact::Bool(true))
    }

    fn categories(&self, line: Option<usize>) -> Vec<String> {
        let mut all = Vec::new();
        let mut at = self.lines[line.unwrap()].product.and_then(|product| product.category.clone());
        while let Some(category) = at {
            all.push(category.to_string());
            at = self.def.categories.iter().find(|def| def.id == category).and_then(|def| def.parent.clone());
        }
        all
    }

    fn date(&self) -> Date {
        self.request.date
    }

    fn lines(&self) -> Vec<usize> {
        self.sold()
    }

    fn taken_off(&self) -> Vec<usize> {
        let netted = self.def.negative_quantities == NegativeQuantities::Netted;
        self.priced().into_iter().filter(|line| netted && self.lines[*line].returned).collect()
    }
}

impl<'m> Model<'m> {
    pub fn new(def: &'m RulebookDef, request: &'m QuoteRequest, conditions: &'m BTreeMap<String, Condition>) -> Self {
        let zero = Figure { amount: Rational::ZERO, unit: None };
        let lines = request.lines.iter().map(|request| Line {
            request,
            product: def.products.iter().find(|product| product.id == request.product),
            ordered: None,
            quantity: request.quantity.into(),
            returned: false,
            price: None,
            figure: zero,
            after: BTreeMap::new(),
            waterfall: Vec::new(),
            rejected: Vec::new(),
            marks: Vec::new(),
        });
        let lines = lines.collect();
        Self {
            def,
            request,
            conditions,
            lines,
            findings: Vec::new(),
            rejected: Vec::new(),
            charges: Vec::new(),
            redemptions: Vec::new(),
            used_up: BTreeSet::new(),
            figures: Vec::new(),
            overrides: Vec::new(),
            entered: Vec::new(),
        }
    }

    pub fn digits(&self) -> u32 {
        self.def.currency.minor_units().into()
    }

    pub fn priced(&self) -> Vec<usize> {
        (0..self.lines.len()).filter(|line| self.lines[*line].price.is_some()).collect()
    }

    /// The lines that take part in what is done to all lines together.
    pub fn sold(&self) -> Vec<usize> {
        self.priced().into_iter().filter(|line| !self.lines[*line].returned).collect()
    }

    /// The sum over what is sold, less what comes back where that is netted.
    pub fn counted(&self, amount: impl Fn(usize) -> Rational) -> Rational {
        let netted = self.def.negative_quantities == NegativeQuantities::Netted;
        let of = |line: usize| match self.lines[line].returned {
            false => amount(line),
            true if netted => Rational::ZERO - amount(line),
            true => Rational::ZERO,
        };
        (0..self.lines.len()).map(of).sum()
    }

    /// -1 for what comes back.
    pub fn sign(&self, line: usize) -> Rational {
        if self.lines[line].returned { Rational::ZERO - Rational::ONE } else { Rational::ONE }
    }

    pub fn find(&mut self, code: &str, severity: &str, line: Option<usize>) {
        let line = line.map(|line| self.request.lines[line].id.to_string());
        self.findings.push(json!({"code": code, "severity": severity, "line": line}));
    }

    pub fn valid(&self, period: Option<Period>) -> bool {
        let Some(Period { from, until }) = period else { return true };
        from.is_none_or(|from| from <= self.request.date) && until.is_none_or(|until| self.request.date < until)
    }

    pub fn holds(&self, text: Option<&String>, line: Option<usize>) -> bool {
        text.is_none_or(|text| self.conditions[text].holds(self, line))
    }

    /// The whole quote, as far as it is compared.
    pub fn quote(mut self) -> Value {
        for line in 0..self.lines.len() {
            self.order(line);
        }
        let steps = self.procedure();
        for step in &steps {
            match step {
                StepDef::Price(price) => {
                    for line in 0..self.lines.len() {
                        self.price(line, &price.access.iter().map(ToString::to_string).collect::<Vec<_>>(), price.id.as_str());
                    }
                }
                StepDef::Stage(stage) => self.stage(stage),
                StepDef::Charge(step) => self.charge_step(step),
                StepDef::Subtotal(step) => self.subtotal(step.id.as_str()),
                StepDef::Statistical(step) => self.statistical(step),
                StepDef::Override(step) => self.override_step(step),
                StepDef::Guard(step) => self.guard(step),
                StepDef::Ending(step) => self.ending(step),
                StepDef::Promotion(_) | StepDef::BetterOf(_) => unreachable!("no generated procedure has one"),
                StepDef::Tax(_) | StepDef::CashRounding(_) => {}
            }
            let id = step.id().to_string();
            for line in &mut self.lines {
                line.after.insert(id.clone(), line.figure);
            }
        }
        let tax = steps.iter().find_map(|step| if let StepDef::Tax(step) = step { Some(step.clone()) } else { None });
        let cash = steps.iter().find_map(|step| if let StepDef::CashRounding(step) = step { Some(step.clone()) } else { None });
        self.finish(tax.as_ref(), cash.as_ref())
    }

    pub fn procedure(&self) -> Vec<StepDef> {
        if !self.def.procedure.is_empty() {
            return self.def.procedure.clone();
        }
        let access: Vec<&str> = self.def.price_lists.iter().map(|list| list.id.as_str()).collect();
        let mut steps = vec![json!({"price": {"id": "price", "access": access}})];
        if !self.def.adjustments.is_empty() {
            steps.push(json!({"stage": {"id": "discount", "policy": "compound"}}));
        }
        if !self.def.charges.is_empty() {
            steps.push(json!({"charge": {"id": "charges"}}));
        }
        if self.def.tax.is_some() {
            steps.push(json!({"tax": {"id": "tax"}}));
        }
        serde_json::from_value(steps.into()).unwrap()
    }

    /// How many base units one of the unit holds.
    fn factor(product: &ProductDef, unit: &str) -> Option<Rational> {
        if product.unit.as_str() == unit {
            return Some(Rational::ONE);
        }
        let (above, below) = product.packaging.iter().find(|packaging| packaging.unit.as_str() == unit)?.factor.parts();
        Some(Rational::new(above.into(), below.into()))
    }

    fn order(&mut self, line: usize) {
        let request = self.lines[line].request;
        let Some(product) = self.lines[line].product else { return self.find("catalog.unknown_product", "error", Some(line)) };
        let quantity = Rational::from(request.quantity);
        let returned = quantity.is_negative() && self.def.negative_quantities != NegativeQuantities::Refuse;
        if returned {
            self.lines[line].returned = true;
            self.lines[line].quantity = Rational::ZERO - quantity;
        }
        match product.status {
            _ if returned => {}
            ProductStatus::Active => {}
            ProductStatus::PhasedOut => self.find("catalog.phased_out", "warning", Some(line)),
            ProductStatus::Discontinued => return self.find("catalog.discontinued", "error", Some(line)),
        }
        let quantity = self.lines[line].quantity;
        if quantity <= Rational::ZERO {
            return self.find("quote.quantity", "error", Some(line));
        }
        let unit = request.unit.as_ref().map_or(product.unit.as_str(), |unit| unit.as_str());
        let Some(factor) = Self::factor(product, unit) else { return self.find("catalog.unknown_unit", "error", Some(line)) };
        let allowed = self.def.units.iter().find(|def| def.id.as_str() == unit).unwrap().decimals;
        let base = quantity * factor;
        if quantity.decimals().unwrap() > allowed.into() || base.decimals().is_none() {
            return self.find("catalog.quantity_decimals", "error", Some(line));
        }
        self.lines[line].ordered = Some(Ordered { unit: unit.to_owned(), base });
        if returned {
            return;
        }
        if product.min_order_quantity.is_some_and(|minimum| base < minimum.into()) {
            self.find("catalog.below_minimum", "error", Some(line));
        } else if product.order_multiple.is_some_and(|multiple| (base / multiple.into()).below != 1) {
            self.find("catalog.not_multiple", "error", Some(line));
        }
    }

    fn price(&mut self, line: usize, access: &[String], step: &str) {
        let (Some(product), Some(ordered)) = (self.lines[line].product, self.lines[line].ordered.clone()) else { return };
        let digits = self.digits();
        let quantity = self.lines[line].quantity;
        for list in access.iter().map(|id| self.def.price_lists.iter().find(|list| list.id.as_str() == id).unwrap()) {
            if list.currency.is_some_and(|currency| currency != self.def.currency) || !self.valid(list.valid) {
                continue;
            }
            // The price of one ordered unit.
            let price = |record: &PriceRecordDef| {
                let unit = record.unit.as_ref().map_or(product.unit.as_str(), |unit| unit.as_str());
                let factor = Self::factor(product, unit)?;
                let price = reached(record, ordered.base / factor)?;
                Some(price / record.per.map_or(Rational::ONE, Rational::from) * Self::factor(product, &ordered.unit).unwrap() / factor)
            };
            // Of several groups in the order in which the customer has them.
            let mut prices = self.groups(list).into_iter().filter_map(|group| {
                let record = list.records.iter().find(|record| self.fits(list, record, line, group.as_deref()))?;
                price(&record)
            });
            let found = if list.several == Some(Several::Best) { prices.min() } else { prices.next() };
            let Some(exact) = found else { continue };
            let unit_price = if exact.decimals().is_some_and(|decimals| decimals <= 12) { exact } else { exact.rounded(None, digits + 4) };
            let amount = (exact * quantity).rounded(None, digits);
            let place = &mut self.lines[line];
            place.price = Some(Price { list, unit_price, amount });
            place.figure = Figure { amount, unit: Some(unit_price) };
            let figure = place.figure;
            self.enter(line, step, Some(list.id.as_str()), amount, Rational::ZERO, figure);
            return;
        }
        self.find("pricing.no_price", "error", Some(line));
    }

    fn fits(&self, list: &PriceListDef, record: &PriceRecordDef, line: usize, group: Option<&str>) -> bool {
        let fits = |key: &str, value: &String| match group.filter(|_| key == GROUPS) {
            Some(group) => group == value,
            None => self.text(key, Some(line)).as_ref() == Some(value),
        };
        self.valid(record.valid) && list.keys.iter().zip(&record.key).all(|(key, value)| fits(key.as_str(), value))
    }

    /// The groups by which a list is asked: those of the customer, or none in particular.
    fn groups(&self, list: &PriceListDef) -> Vec<Option<String>> {
        if list.keys.iter().all(|key| key.as_str() != GROUPS) {
            return vec![None];
        }
        let Some(Fact::List(groups)) = self.request.customer.get("groups") else { return Vec::new() };
        let text = |group: &Fact| if let Fact::Text(text) = group { Some(text.clone()) } else { None };
        groups.iter().map(text).collect()
    }

    /// Adds a step to a line's waterfall.
    pub fn enter(&mut self, line: usize, step: &str, rule: Option<&str>, base: Rational, before: Rational, after: Figure) {
        let digits = self.digits();
        let sign = self.sign(line);
        let mut entry = json!({
            "step": step,
            "base": (base * sign).text(digits),
            "before": (before * sign).text(digits),
            "delta": ((after.amount - before) * sign).text(digits),
            "after": (after.amount * sign).text(digits),
        });
        if let Some(rule) = rule {
            entry["rule"] = rule.into();
        }
        if let Some(unit) = after.unit {
            entry["unit_price"] = unit.text(digits).into();
        }
        self.lines[line].waterfall.push(entry);
    }

    pub fn shown(&self, line: &Line<'_>) -> Value {
        let digits = self.digits();
        let sign = if line.returned { Rational::ZERO - Rational::ONE } else { Rational::ONE };
        let mut shown = json!({
            "id": line.request.id,
            "product": line.request.product,
            "quantity": Rational::from(line.request.quantity).text(0),
        });
        if let Some(ordered) = &line.ordered {
            shown["unit"] = ordered.unit.clone().into();
            shown["base_quantity"] = (ordered.base * sign).text(0).into();
            shown["base_unit"] = line.product.unwrap().unit.to_string().into();
        }
        if let Some(price) = &line.price {
            shown["price_list"] = price.list.id.to_string().into();
            shown["list_price"] = price.unit_price.text(digits).into();
            shown["list_amount"] = (price.amount * sign).text(digits).into();
            if let Some(unit) = line.figure.unit {
                shown["net_unit_price"] = unit.text(digits).into();
            }
        }
        if self.request.explain >= Explain::Waterfall {
            shown["waterfall"] = line.waterfall.clone().into();
        }
        if self.request.explain == Explain::Candidates {
            shown["rejected"] = line.rejected.clone().into();
        }
        shown
    }
}

/// The price of the tier that the quantity reaches.
fn reached(record: &PriceRecordDef, quantity: Rational) -> Option<Rational> {
    let tier = record.tiers.iter().filter(|tier| Rational::from(tier.from) <= quantity).max_by_key(|tier| Rational::from(tier.from));
    record.price.or(tier.and_then(|tier| tier.price)).map(Rational::from)
}
