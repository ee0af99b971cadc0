//! Charges, naively.

use std::ops::Range;

use dealdesk::charge::{ChargeAmountDef, ChargeDef, ChargeStepDef, ChargeTaxDef, PlacementDef};
use dealdesk::money::{AllocationMethod, ZeroWeights};
use dealdesk::tax::{MissingRate, PriceModeDef, TaxRateDef, TaxStepDef};
use serde_json::{Value, json};

use super::allocation::allocate;
use super::condition::Facts;
use super::quote::{Figure, Model};
use super::rational::Rational;
use super::tax::{Taxable, is_owed};

/// A charge that applied.
pub struct ModelCharge<'m> {
    def: &'m ChargeDef,
    pub amount: Rational,
    pub allocated: bool,
    /// What of it is in the amounts of lines.
    pub in_lines: Rational,
    lines: Vec<usize>,
    /// Where it stands among what is taxed.
    pub taxed: Range<usize>,
    /// What the answer shows of it, without its taxes.
    pub shown: Value,
}

impl<'m> Model<'m> {
    pub fn charge_step(&mut self, step: &ChargeStepDef) {
        let all: Vec<&'m ChargeDef> = if step.charges.is_empty() {
            self.def.charges.iter().collect()
        } else {
            step.charges.iter().map(|id| self.def.charges.iter().find(|charge| charge.id == *id).unwrap()).collect()
        };
        for def in all {
            self.charge(step, def);
        }
    }

    fn charge(&mut self, step: &ChargeStepDef, def: &'m ChargeDef) {
        assert!(def.when.is_none());
        if !self.valid(def.valid) {
            return self.reject_charge(step, def, "not_valid");
        }
        let takes_part = |line: &usize| match def.lines.as_deref() {
            None => true,
            Some("line.rush") => self.rush(Some(*line)),
            Some(other) => panic!("the model does not know the condition {other}"),
        };
        let lines: Vec<usize> = self.sold().into_iter().filter(takes_part).collect();
        if lines.is_empty() {
            return self.reject_charge(step, def, "no_eligible_line");
        }
        let goods: Rational = lines.iter().map(|line| self.lines[*line].figure.amount).sum();
        let earlier: Rational =
            self.charges.iter().filter(|charge| def.base_includes.contains(&charge.def.id)).map(|charge| charge.amount).sum();
        let base = goods + earlier;
        let Some(exact) = self.charge_amount(def, base) else { return self.reject_charge(step, def, "below_scale") };
        let mut amount = exact.rounded(def.rounding, self.digits());
        amount = def.minimum.map_or(amount, |minimum| amount.max(minimum.into()));
        amount = def.maximum.map_or(amount, |maximum| amount.min(maximum.into()));
        let money = |amount: Rational| amount.text(self.digits());
        let placement = match &def.placement {
            PlacementDef::Document => "document",
            PlacementDef::Line => "line",
            PlacementDef::Allocate(_) => "allocate",
        };
        let mut shown = json!({"id": def.id, "step": step.id, "placement": placement, "base": money(base)});
        if let Some(from) = def.free_from {
            if goods >= from.into() {
                if amount != Rational::ZERO {
                    shown["waived"] = money(amount).into();
                }
                amount = Rational::ZERO;
            } else {
                shown["missing"] = money(Rational::from(from) - goods).into();
            }
        }
        shown["amount"] = money(amount).into();
        let mut in_lines = Rational::ZERO;
        if let PlacementDef::Allocate(spread) = &def.placement {
            let weight = |line: &usize| match spread.by.as_deref() {
                None => self.lines[*line].figure.amount,
                Some("line.quantity") => self.lines[*line].ordered.as_ref().unwrap().base,
                Some(other) => panic!("the model does not know the weight {other}"),
            };
            let weights: Vec<Rational> = lines.iter().map(weight).collect();
            let nothing = weights.iter().all(|weight| *weight == Rational::ZERO);
            let parts = if nothing && spread.zero_weights == ZeroWeights::Drop {
                vec![Rational::ZERO; lines.len()]
            } else if amount.is_negative() {
                let worth: Vec<Rational> = lines.iter().map(|line| self.lines[*line].figure.amount).collect();
                let off = allocate(Rational::ZERO - amount, &weights, Some(&worth), spread.method, self.minor());
                off.into_iter().map(|part| Rational::ZERO - part).collect()
            } else {
                allocate(amount, &weights, None, spread.method, self.minor())
            };
            in_lines = parts.iter().copied().sum();
            if in_lines != amount {
                self.find("charge.unallocated", "warning", None);
            }
            for (line, part) in lines.iter().zip(parts) {
                let before = self.lines[*line].figure.amount;
                let after = Figure { amount: before + part, unit: None };
                self.enter(*line, step.id.as_str(), Some(def.id.as_str()), base, before, after);
                self.lines[*line].figure = after;
            }
        }
        let allocated = matches!(def.placement, PlacementDef::Allocate(_));
        self.charges.push(ModelCharge { def, amount, allocated, in_lines, lines, taxed: 0..0, shown });
    }

    fn reject_charge(&mut self, step: &ChargeStepDef, def: &ChargeDef, reason: &str) {
        self.rejected.push(json!({"step": step.id, "rule": def.id, "reason": reason}));
    }

    fn charge_amount(&self, def: &ChargeDef, base: Rational) -> Option<Rational> {
        Some(match &def.amount {
            ChargeAmountDef::Fixed(amount) => (*amount).into(),
            ChargeAmountDef::Percent(percent) => base * percent.to_decimal().into() / Rational::whole(100),
            ChargeAmountDef::Formula(text) => {
                assert_eq!(text, "document.quantity * 2");
                self.number("document.quantity", None).unwrap() * Rational::whole(2)
            }
            ChargeAmountDef::Scale(scale) => {
                let basis = match scale.basis.as_str() {
                    "document.amount" => self.counted(|line| self.lines[line].figure.amount),
                    "document.quantity" => self.number("document.quantity", None).unwrap(),
                    other => panic!("the model does not know the basis {other}"),
                };
                let step = scale.steps.iter().rev().find(|step| Rational::from(step.from) <= basis)?;
                let mut amount = Rational::from(step.amount);
                if let Some(each) = step.each {
                    let count = (basis - step.from.into()) / each.per.map_or(Rational::ONE, Rational::from);
                    let begun = Rational::whole(-(Rational::ZERO - count).floor());
                    amount = amount + Rational::from(each.amount) * if each.started { begun } else { count };
                }
                amount
            }
            other => panic!("the model does not know {other:?}"),
        })
    }

    /// Appends the charges to what is taxed.
    pub fn taxable_charges(&mut self, step: &TaxStepDef, things: &mut Vec<Taxable<'m>>) {
        let tax = self.def.tax.as_ref().unwrap();
        let country = self.text("destination.country", None);
        for at in 0..self.charges.len() {
            if self.charges[at].allocated {
                continue;
            }
            let (def, amount) = (self.charges[at].def, self.charges[at].amount);
            // What its lines are worth by what they bear.
            let mut worth: Vec<(Vec<&'m TaxRateDef>, Rational)> = Vec::new();
            for line in &self.charges[at].lines {
                let Taxable { rates, amount, .. } = &things[*line];
                let same = |known: &Vec<&TaxRateDef>| known.iter().map(|rate| &rate.id).eq(rates.iter().map(|rate| &rate.id));
                match worth.iter_mut().find(|(known, _)| same(known)) {
                    _ if rates.is_empty() => {}
                    Some((_, sum)) => *sum = *sum + *amount,
                    None => worth.push((rates.clone(), *amount)),
                }
            }
            let mut parts: Vec<(Rational, Vec<&'m TaxRateDef>)> = match def.tax.as_ref().unwrap() {
                ChargeTaxDef::Untaxed => vec![(amount, Vec::new())],
                ChargeTaxDef::Category(category) => {
                    let (rates, complete) = country.as_ref().map_or((Vec::new(), true), |country| self.stack(category.as_str(), country));
                    if !complete && tax.missing_rate == MissingRate::Refuse {
                        self.find("tax.missing_rate", "error", None);
                    }
                    vec![(amount, rates)]
                }
                ChargeTaxDef::HighestRate => {
                    let height = |(rates, _): &(Vec<&'m TaxRateDef>, Rational)| -> Rational {
                        let taxes = self.without_price(rates, Rational::ONE);
                        rates.iter().zip(taxes).filter(|(rate, _)| !is_owed(rate)).map(|(_, tax)| tax).sum()
                    };
                    let highest = worth.iter().rev().max_by_key(|worth| height(worth)).map(|(rates, _)| rates.clone());
                    vec![(amount, highest.unwrap_or_default())]
                }
                ChargeTaxDef::MainRate => {
                    let main = worth.iter().rev().max_by_key(|(_, worth)| *worth).map(|(rates, _)| rates.clone());
                    vec![(amount, main.unwrap_or_default())]
                }
                ChargeTaxDef::Split if worth.is_empty() => vec![(amount, Vec::new())],
                ChargeTaxDef::Split => {
                    let weights: Vec<Rational> = worth.iter().map(|(_, worth)| *worth).collect();
                    let sign = if amount.is_negative() { Rational::ZERO - Rational::ONE } else { Rational::ONE };
                    let split = allocate(amount * sign, &weights, None, AllocationMethod::LargestRemainder, self.minor());
                    split.into_iter().zip(worth).map(|(part, (rates, _))| (part * sign, rates)).collect()
                }
            };
            if amount == Rational::ZERO && matches!(def.tax, Some(ChargeTaxDef::Split)) && parts.iter().all(|(_, rates)| rates.is_empty()) {
                parts.clear();
            }
            let gross = def.includes_tax.unwrap_or(step.price_mode == PriceModeDef::Gross);
            let start = things.len();
            for (amount, rates) in parts {
                let zero = amount == Rational::ZERO;
                things.push(Taxable {
                    amount,
                    gross,
                    rates: if zero { Vec::new() } else { rates },
                    home: Vec::new(),
                    quantity: Rational::ONE,
                    units: Rational::ZERO,
                    returned: false,
                    counts: !zero,
                });
            }
            self.charges[at].taxed = start..things.len();
        }
    }
}
