//! What the answer shows of taxes and charges, and the totals, naively.

use dealdesk::Decimal;
use dealdesk::charge::{CashRoundingDef, CashStrategy};
use dealdesk::money::RoundingDef;
use dealdesk::quote::Explain;
use dealdesk::tax::TaxRateDef;
use serde_json::{Value, json};

use super::quote::{Figure, Model};
use super::rational::Rational;
use super::tax::{Bearing, TaxedThing, is_owed, key};

impl<'m> Model<'m> {
    fn breakdown(&self, taxed: &[TaxedThing<'m>]) -> (Vec<Value>, Option<Rational>) {
        let money = |amount: Rational| amount.text(self.digits());
        let mut order: Vec<Option<String>> = Vec::new();
        for thing in taxed.iter().filter(|thing| !thing.bears.is_empty() || thing.counts) {
            let keys: Vec<Option<String>> =
                if thing.bears.is_empty() { vec![None] } else { thing.bears.iter().map(|bearing| Some(key(bearing.rate))).collect() };
            for key in keys {
                if !order.contains(&key) {
                    order.push(key);
                }
            }
        }
        let groups = order.into_iter().map(|name| {
            let Some(name) = name else {
                let net: Rational = taxed.iter().filter(|thing| thing.bears.is_empty() && thing.counts).map(|thing| thing.net).sum();
                return json!({"net": money(net), "tax": money(Rational::ZERO), "gross": money(net)});
            };
            let bears: Vec<&Bearing<'_>> =
                taxed.iter().flat_map(|thing| &thing.bears).filter(|bearing| key(bearing.rate) == name).collect();
            let first = bears[0].rate;
            let net: Rational = bears.iter().map(|bearing| bearing.base).sum();
            let amount: Rational = bears.iter().map(|bearing| bearing.amount).sum();
            let tax = if is_owed(first) { Rational::ZERO } else { amount };
            let mut group = json!({"net": money(net), "tax": money(tax), "gross": money(net + tax)});
            if is_owed(first) {
                group["reverse_charge"] = money(amount).into();
            }
            self.describe(first, &mut group);
            group.as_object_mut().unwrap().remove("included");
            if let Some(id) = group.as_object_mut().unwrap().remove("tax_name") {
                group["tax_id"] = id;
            }
            if let Some(reason) = first.treatment.reason() {
                group["reason"] = reason.into();
            }
            if bears.iter().any(|bearing| bearing.rate.id != first.id) {
                group.as_object_mut().unwrap().retain(|field, _| field != "rate" && field != "category");
            }
            group
        });
        let groups: Vec<Value> = groups.collect();
        let all = || taxed.iter().flat_map(|thing| &thing.bears);
        let exact = all().filter(|bearing| !bearing.owed()).map(|bearing| bearing.exact).sum();
        (groups, all().next().map(|_| exact))
    }

    /// The fields that say what a rate is.
    fn describe(&self, rate: &TaxRateDef, shown: &mut Value) {
        shown["rate"] = rate.id.to_string().into();
        shown["category"] = rate.category.to_string().into();
        let number = |number: Option<Decimal>| number.map(|number| number.to_string());
        let fields = [
            ("percent", number(rate.percent.map(|percent| percent.to_decimal()))),
            ("per_unit", number(rate.per_unit)),
            ("percent_of_gross", number(rate.percent_of_gross.map(|percent| percent.to_decimal()))),
            ("tax_name", rate.tax.as_ref().map(ToString::to_string)),
            ("treatment", (!rate.treatment.is_standard()).then(|| rate.treatment.as_str().to_owned())),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                shown[field] = value.into();
            }
        }
    }

    /// What a line or a charge shows of its taxes.
    fn show_taxes(&self, things: &[TaxedThing<'m>], shown: &mut Value) {
        let money = |amount: Rational| amount.text(self.digits());
        if let [thing] = things {
            if let Some(bearing) = thing.bears.first() {
                shown["tax_category"] = bearing.rate.category.to_string().into();
            }
            if let [bearing] = thing.bears.as_slice() {
                shown["tax_rate"] = bearing.rate.id.to_string().into();
                let percent = bearing.rate.percent.map(|percent| percent.to_decimal().to_string());
                if let Some(percent) = if bearing.owed() { Some("0".to_owned()) } else { percent } {
                    shown["tax_percent"] = percent.into();
                }
            }
        }
        let bears: Vec<&Bearing<'_>> = things.iter().flat_map(|thing| &thing.bears).collect();
        let says_more = |rate: &TaxRateDef| rate.tax.is_some() || !rate.treatment.is_standard();
        if bears.len() < 2 && !bears.iter().any(|bearing| says_more(bearing.rate)) {
            return;
        }
        let mut list = Vec::new();
        for bearing in bears {
            let mut entry = json!({"included": bearing.included, "base": money(bearing.base), "amount": money(bearing.amount)});
            self.describe(bearing.rate, &mut entry);
            if let Some(id) = entry.as_object_mut().unwrap().remove("tax_name") {
                entry["tax"] = id;
            }
            if let Some(reason) = bearing.rate.treatment.reason() {
                entry["reason"] = reason.into();
            }
            list.push(entry.clone());
            if bearing.owed() {
                entry["amount"] = money(Rational::ZERO - bearing.amount).into();
                list.push(entry);
            }
        }
        shown["taxes"] = list.into();
    }

    pub fn total(&mut self, mut taxed: Vec<TaxedThing<'m>>, has_tax: bool, cash: Option<&CashRoundingDef>) -> Value {
        let digits = self.digits();
        let money = |amount: Rational| amount.text(digits);
        let (_, exact) = self.breakdown(&taxed);
        let rounded: Rational = taxed.iter().map(|thing| thing.gross - thing.net).sum();
        let gross: Rational = taxed.iter().map(|thing| thing.gross).sum();
        // Cash.
        let mut payable = None;
        if let Some(cash) = cash {
            let def = RoundingDef { mode: cash.mode, increment: Some(cash.increment), offset: None };
            let difference = gross.rounded(Some(def), digits) - gross;
            let mut strategy = cash.strategy;
            if strategy == CashStrategy::LargestTax && difference != Rational::ZERO && !self.add_to_largest(cash, &mut taxed, difference) {
                strategy = CashStrategy::Payable;
            }
            payable = Some((strategy, difference));
        }
        let (groups, _) = if has_tax { self.breakdown(&taxed) } else { (Vec::new(), None) };
        let sides = |things: &[TaxedThing<'_>]| {
            let (net, gross): (Rational, Rational) =
                (things.iter().map(|thing| thing.net).sum(), things.iter().map(|thing| thing.gross).sum());
            (net, gross)
        };
        let side_fields = |things: &[TaxedThing<'_>]| {
            let (net, gross) = sides(things);
            json!({"net": money(net), "tax": money(gross - net), "gross": money(gross)})
        };
        let all = self.priced();
        let (mut net, mut gross) = sides(&taxed);
        let tax = gross - net;
        let mut quote = json!({});
        let list: Rational = all.iter().map(|line| self.lines[*line].price.as_ref().unwrap().amount * self.sign(*line)).sum();
        let left: Rational = all.iter().map(|line| self.lines[*line].figure.amount * self.sign(*line)).sum();
        let allocated: Rational = self.charges.iter().map(|charge| charge.in_lines).sum();
        if let Some((strategy, difference)) = payable {
            if strategy == CashStrategy::Line {
                (net, gross) = (net + difference, gross + difference);
            }
            quote["cash_rounding"] = json!({"step": cash.unwrap().id, "strategy": strategy, "amount": money(difference)});
        }
        let mut totals = json!({
            "list": money(list), "discount": money(list - (left - allocated)), "net": money(net), "tax": money(tax), "gross": money(gross),
        });
        if let Some((strategy, difference)) = payable {
            totals["payable"] = money(if strategy == CashStrategy::Payable { gross + difference } else { gross }).into();
        }
        if !self.charges.is_empty() {
            totals["charges"] = money(self.charges.iter().map(|charge| charge.amount).sum()).into();
            let shown = self.charges.iter().map(|charge| {
                let mut shown = charge.shown.clone();
                if !charge.allocated {
                    shown.as_object_mut().unwrap().extend(side_fields(&taxed[charge.taxed.clone()]).as_object().unwrap().clone());
                }
                self.show_taxes(&taxed[charge.taxed.clone()], &mut shown);
                shown
            });
            quote["charges"] = shown.collect::<Vec<_>>().into();
        }
        let lines: Vec<Value> = self
            .lines
            .iter()
            .zip(&taxed)
            .map(|(line, thing)| {
                let mut shown = self.shown(line);
                if line.price.is_some() {
                    shown.as_object_mut().unwrap().extend(side_fields(std::slice::from_ref(thing)).as_object().unwrap().clone());
                }
                self.show_taxes(std::slice::from_ref(thing), &mut shown);
                shown
            })
            .collect();
        if let Some(exact) = exact.filter(|_| has_tax && self.request.explain > Explain::Totals) {
            let exact = exact.rounded(None, digits + 6);
            quote["tax_rounding"] = json!({"exact": exact.text(0), "rounded": money(rounded), "difference": (rounded - exact).text(0)});
        }
        self.report_coupons();
        quote["complete"] = (all.len() == self.lines.len() && self.findings.iter().all(|finding| finding["severity"] != "error")).into();
        quote["currency"] = self.def.currency.to_string().into();
        quote["date"] = self.request.date.to_string().into();
        quote["lines"] = lines.into();
        quote["totals"] = totals;
        quote["tax_breakdown"] = groups.into();
        quote["findings"] = self.findings.clone().into();
        self.show_steps(&mut quote);
        if !self.redemptions.is_empty() {
            quote["redemptions"] = self.redemptions.clone().into();
        }
        if self.request.explain == Explain::Candidates {
            quote["rejected"] = self.rejected.clone().into();
        }
        quote
    }

    /// Adds to the largest tax, on what bears most of it.
    fn add_to_largest(&mut self, cash: &CashRoundingDef, taxed: &mut [TaxedThing<'m>], difference: Rational) -> bool {
        let mut groups: Vec<(String, Rational)> = Vec::new();
        for bearing in taxed.iter().flat_map(|thing| &thing.bears) {
            let amount = if bearing.owed() { Rational::ZERO } else { bearing.amount };
            match groups.iter_mut().find(|(name, _)| *name == key(bearing.rate)) {
                Some((_, sum)) => *sum = *sum + amount,
                None => groups.push((key(bearing.rate), amount)),
            }
        }
        let Some((name, tax)) = groups.into_iter().filter(|(_, sum)| *sum > Rational::ZERO).rev().max_by_key(|(_, sum)| *sum) else {
            return false;
        };
        if (tax + difference).is_negative() {
            return false;
        }
        let places = taxed
            .iter()
            .enumerate()
            .flat_map(|(at, thing)| thing.bears.iter().enumerate().map(move |(place, bearing)| (at, place, bearing)));
        let of_group = places.filter(|(_, _, bearing)| key(bearing.rate) == name).map(|(at, place, bearing)| (at, place, bearing.amount));
        let mut of_group: Vec<(usize, usize, Rational)> = of_group.collect();
        of_group.sort_by(|(.., one), (.., other)| other.cmp(one));
        let total: Rational = taxed.iter().map(|thing| thing.gross).sum();
        // From the one that bears most on, none below zero.
        let mut left = difference;
        for (at, place, amount) in of_group {
            let part = if left.is_negative() { left.max(Rational::ZERO - amount.max(Rational::ZERO)) } else { left };
            if part == Rational::ZERO {
                break;
            }
            let before = taxed[at].gross;
            taxed[at].bears[place].amount = amount + part;
            taxed[at].gross = before + part;
            left = left - part;
            if at < self.lines.len() {
                self.enter(at, cash.id.as_str(), None, total, before, Figure { amount: before + part, unit: None });
            }
        }
        true
    }
}
