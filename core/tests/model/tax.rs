//! Tax and totals, naively.

use dealdesk::money::AllocationMethod;
use dealdesk::tax::{MissingRate, PriceMode, TaxRateDef, TaxRoundAt, TaxStepDef};
use serde_json::{Value, json};

use super::allocation::allocate;
use super::condition::Facts;
use super::quote::{Figure, Model};
use super::rational::Rational;

impl<'m> Model<'m> {
    /// Taxes the lines and adds everything up.
    pub fn finish(mut self, step: Option<&TaxStepDef>) -> Value {
        let mut breakdown = Vec::new();
        if let Some(step) = step {
            self.find_rates();
            breakdown = self.tax(step);
        }
        self.total(step, &breakdown)
    }

    fn find_rates(&mut self) {
        let def = self.def.tax.as_ref().unwrap();
        let Some(country) = self.text("destination.country", None) else { return self.find("tax.no_destination", "error", None) };
        for line in self.priced() {
            let category = self.lines[line].product.unwrap().tax.as_ref();
            let fits = |rate: &&TaxRateDef| Some(&rate.category) == category && rate.destination == country && self.valid(rate.valid);
            let rate = def.rates.iter().find(fits);
            self.lines[line].rate = rate;
            if rate.is_none() && def.missing_rate == MissingRate::Refuse {
                self.find("tax.missing_rate", "error", Some(line));
            }
        }
    }

    /// Sets the lines' taxes; returns the rates with their lines, in the order in which they first occur.
    fn tax(&mut self, step: &TaxStepDef) -> Vec<(Option<&'m TaxRateDef>, Vec<usize>)> {
        let mut groups: Vec<(Option<&'m TaxRateDef>, Vec<usize>)> = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            match groups.iter_mut().find(|(rate, _)| rate.map(|rate| &rate.id) == line.rate.map(|rate| &rate.id)) {
                Some((_, members)) => members.push(number),
                None => groups.push((line.rate, vec![number])),
            }
        }
        let amount = |lines: &[usize]| -> Rational { lines.iter().map(|line| self.lines[*line].figure.amount).sum() };
        let exact = |rate: Option<&TaxRateDef>, amount: Rational| {
            let percent = rate.map_or(Rational::ZERO, |rate| rate.percent.to_decimal().into());
            let hundred = Rational::whole(100);
            amount * percent / if step.price_mode == PriceMode::Gross { hundred + percent } else { hundred }
        };
        let rounded = |tax: Rational| tax.rounded(step.rounding, self.digits());
        let unit = Rational::new(1, 10_i128.pow(self.digits()));
        let share = |tax: Rational, weights: &[Rational]| allocate(tax, weights, None, AllocationMethod::LargestRemainder, unit);
        let exact_taxes: Vec<Rational> = groups.iter().map(|(rate, lines)| exact(*rate, amount(lines))).collect();
        let group_taxes: Vec<Rational> = match step.round_at {
            TaxRoundAt::Line => Vec::new(),
            TaxRoundAt::Group => exact_taxes.into_iter().map(rounded).collect(),
            TaxRoundAt::Document => share(rounded(exact_taxes.iter().copied().sum()), &exact_taxes),
        };
        let mut taxes = vec![Rational::ZERO; self.lines.len()];
        for (group, (rate, lines)) in groups.iter().enumerate() {
            let weights: Vec<Rational> = lines.iter().map(|line| self.lines[*line].figure.amount).collect();
            let parts = match group_taxes.get(group) {
                Some(tax) => share(*tax, &weights),
                None => weights.iter().map(|amount| rounded(exact(*rate, *amount))).collect(),
            };
            for (line, tax) in lines.iter().zip(parts) {
                taxes[*line] = tax;
            }
        }
        for (line, tax) in taxes.into_iter().enumerate() {
            self.lines[line].tax = tax;
        }
        for line in self.priced() {
            let (net, gross) = self.sides(line, Some(step));
            let rate = self.lines[line].rate.map(|rate| rate.id.to_string());
            let before = self.lines[line].figure.amount;
            self.enter(line, step.id.as_str(), rate.as_deref(), net, before, Figure { amount: gross, unit: None });
        }
        groups
    }

    fn sides(&self, line: usize, step: Option<&TaxStepDef>) -> (Rational, Rational) {
        let (amount, tax) = (self.lines[line].figure.amount, self.lines[line].tax);
        match step.map(|step| step.price_mode) {
            Some(PriceMode::Gross) => (amount - tax, amount),
            _ => (amount, amount + tax),
        }
    }

    fn total(&self, step: Option<&TaxStepDef>, breakdown: &[(Option<&TaxRateDef>, Vec<usize>)]) -> Value {
        let money = |amount: Rational| amount.text(self.digits());
        let all = self.priced();
        let sums = |lines: &[usize]| {
            let net: Rational = lines.iter().map(|line| self.sides(*line, step).0).sum();
            let gross: Rational = lines.iter().map(|line| self.sides(*line, step).1).sum();
            json!({"net": money(net), "tax": money(gross - net), "gross": money(gross)})
        };
        let mut totals = sums(&all);
        let list: Rational = all.iter().map(|line| self.lines[*line].price.as_ref().unwrap().amount).sum();
        let left: Rational = all.iter().map(|line| self.lines[*line].figure.amount).sum();
        totals["list"] = money(list).into();
        totals["discount"] = money(list - left).into();
        let mut groups = Vec::new();
        for (rate, lines) in breakdown {
            let priced: Vec<usize> = lines.iter().copied().filter(|line| all.contains(line)).collect();
            if priced.is_empty() {
                continue;
            }
            let mut group = sums(&priced);
            if let Some(rate) = rate {
                group["rate"] = rate.id.to_string().into();
                group["category"] = rate.category.to_string().into();
                group["percent"] = rate.percent.to_decimal().to_string().into();
            }
            groups.push(group);
        }
        let lines: Vec<Value> = self
            .lines
            .iter()
            .enumerate()
            .map(|(number, line)| {
                let mut shown = self.shown(line);
                if line.price.is_some() {
                    let sides = sums(&[number]);
                    for side in ["net", "tax", "gross"] {
                        shown[side] = sides[side].clone();
                    }
                }
                if let Some(rate) = line.rate {
                    shown["tax_category"] = rate.category.to_string().into();
                    shown["tax_rate"] = rate.id.to_string().into();
                    shown["tax_percent"] = rate.percent.to_decimal().to_string().into();
                }
                shown
            })
            .collect();
        let complete = all.len() == self.lines.len() && self.findings.iter().all(|finding| finding["severity"] != "error");
        let mut quote = json!({
            "currency": self.def.currency.to_string(),
            "date": self.request.date.to_string(),
            "complete": complete,
            "lines": lines,
            "totals": totals,
            "tax_breakdown": groups,
            "findings": self.findings,
        });
        if self.request.explain == dealdesk::quote::Explain::Candidates {
            quote["rejected"] = self.rejected.clone().into();
        }
        quote
    }
}
