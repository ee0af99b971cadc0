//! What rules may still do in a document, naively: coupons, limits, budgets, caps; and what rules that applied keep out.

use dealdesk::adjust::{AdjustmentDef, CapPer, CouponProblem, Partial, Stop};
use serde_json::{Value, json};

use super::quote::Model;
use super::rational::Rational;

/// What a rule may still do in this document.
#[derive(Clone, Default)]
pub struct Standing {
    pub barred: Option<&'static str>,
    pub code: Option<String>,
    pub budget: Option<Rational>,
    pub cap: Option<Rational>,
    pub units: Option<Rational>,
    pub taken: Rational,
}

impl Default for Rational {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Standing {
    /// How many of a line's units the rule reaches.
    pub fn reach(&self, rule: &AdjustmentDef, quantity: Rational) -> Rational {
        let of_line = rule.cap_units.filter(|cap| cap.per == CapPer::Line).map(|cap| Rational::from(cap.units));
        of_line.into_iter().chain(self.units).fold(quantity, Ord::min)
    }

    /// What the rule may take off of what it wants to.
    pub fn grant(&self, rule: &AdjustmentDef, wanted: Rational) -> Result<Rational, &'static str> {
        if wanted <= Rational::ZERO {
            return Ok(wanted);
        }
        let of_line = rule.cap_amount.filter(|cap| cap.per == CapPer::Line).map(|cap| Rational::from(cap.amount));
        let capped = of_line.into_iter().chain(self.cap).fold(wanted, Ord::min);
        if capped <= Rational::ZERO {
            return Err("cap_reached");
        }
        let in_parts = rule.budget.is_some_and(|budget| budget.partial == Partial::Allow);
        let granted = self.budget.filter(|_| in_parts).map_or(capped, |left| left.min(capped));
        if granted <= Rational::ZERO { Err("budget_used_up") } else { Ok(granted) }
    }

    pub fn take(&mut self, off: Rational, units: Rational) {
        self.taken = self.taken + off;
        self.budget = self.budget.map(|left| left - off);
        self.cap = self.cap.map(|left| left - off);
        self.units = self.units.map(|left| left - units);
    }

    pub fn overdrawn(&self) -> bool {
        self.barred.is_none() && self.budget.is_some_and(Rational::is_negative)
    }
}

impl<'m> Model<'m> {
    fn uses(&self, rule: &AdjustmentDef, code: Option<&str>, customer: Option<&str>) -> u64 {
        let mut readings = self.request.usage.iter().filter(|reading| {
            reading.rule == rule.id
                && reading.code.as_ref().map(|code| code.as_str()) == code
                && reading.customer.as_ref().map(|customer| customer.as_str()) == customer
        });
        readings.next().map_or(0, |reading| reading.uses)
    }

    fn spent(&self, rule: &AdjustmentDef) -> Rational {
        let of_rule =
            |reading: &&dealdesk::quote::UsageReading| reading.rule == rule.id && reading.code.is_none() && reading.customer.is_none();
        self.request.usage.iter().find(of_rule).and_then(|reading| reading.amount).map_or(Rational::ZERO, Rational::from)
    }

    fn customer(&self) -> Option<String> {
        use super::condition::Facts;
        self.text("customer.id", None)
    }

    pub fn standing(&mut self, rule: &AdjustmentDef) -> Standing {
        let mut standing = Standing {
            budget: rule.budget.map(|budget| Rational::from(budget.amount) - self.spent(rule)),
            cap: rule.cap_amount.filter(|cap| cap.per == CapPer::Document).map(|cap| cap.amount.into()),
            units: rule.cap_units.filter(|cap| cap.per == CapPer::Document).map(|cap| cap.units.into()),
            ..Standing::default()
        };
        if let Some(coupon) = &rule.coupon {
            standing.barred = Some("coupon_missing");
            for code in self.request.coupons.iter().filter(|code| coupon.codes.contains(code)) {
                let limit = rule.limit.and_then(|limit| limit.uses_per_code);
                if limit.is_some_and(|limit| self.uses(rule, Some(code.as_str()), None) >= limit) {
                    standing.barred = Some("limit_reached");
                    self.used_up.insert(code.to_string());
                } else {
                    standing.barred = None;
                    standing.code = Some(code.to_string());
                    break;
                }
            }
        }
        let of_customer = rule.limit.and_then(|limit| limit.uses_per_customer).and_then(|limit| match self.customer() {
            None => Some("no_customer"),
            Some(customer) => (self.uses(rule, None, Some(&customer)) >= limit).then_some("limit_reached"),
        });
        let exhausted = match rule.limit.and_then(|limit| limit.uses) {
            Some(limit) if self.uses(rule, None, None) >= limit => Some("limit_reached"),
            _ => of_customer.or(standing.budget.filter(|left| *left <= Rational::ZERO).map(|_| "budget_used_up")),
        };
        if let (Some(code), Some(_)) = (&standing.code, exhausted) {
            self.used_up.insert(code.clone());
        }
        standing.barred = standing.barred.or(exhausted);
        standing
    }

    /// Takes out a rule of which no part of the budget is given.
    pub fn deny(&mut self, standing: &mut Standing) {
        standing.barred = Some("budget_used_up");
        self.used_up.extend(standing.code.clone());
    }

    /// Why a line cannot have a rule beside those that applied to it.
    pub fn refused(&self, rule: &AdjustmentDef, line: usize) -> Option<&'static str> {
        let marks = &self.lines[line].marks;
        if marks.iter().any(|other| other.stop == Some(Stop::All)) {
            return Some("stopped");
        }
        let excludes = |one: &AdjustmentDef, other: &AdjustmentDef| one.exclusive_with.iter().any(|tag| other.tags.contains(tag));
        marks.iter().any(|other| excludes(rule, other) || excludes(other, rule)).then_some("excluded")
    }

    pub fn redeem(&mut self, rules: &[&'m AdjustmentDef], standings: &[Standing]) {
        let digits = self.digits();
        for (rule, standing) in rules.iter().zip(standings) {
            if standing.taken == Rational::ZERO || rule.coupon.is_none() && rule.limit.is_none() && rule.budget.is_none() {
                continue;
            }
            let mut expected = Vec::new();
            let limit = rule.limit;
            let of_rule = limit.and_then(|limit| limit.uses);
            if of_rule.is_some() || rule.budget.is_some() {
                let mut entry = json!({"of": "rule", "uses": self.uses(rule, None, None)});
                if let Some(limit) = of_rule {
                    entry["limit"] = limit.into();
                }
                if let Some(budget) = rule.budget {
                    entry["amount"] = self.spent(rule).text(digits).into();
                    entry["budget"] = Rational::from(budget.amount).text(digits).into();
                }
                expected.push(entry);
            }
            if let (Some(limit), Some(code)) = (limit.and_then(|limit| limit.uses_per_code), &standing.code) {
                expected.push(json!({"of": "code", "uses": self.uses(rule, Some(code), None), "limit": limit}));
            }
            if let Some(limit) = limit.and_then(|limit| limit.uses_per_customer) {
                expected.push(json!({"of": "customer", "uses": self.uses(rule, None, self.customer().as_deref()), "limit": limit}));
            }
            let mut redemption = json!({"rule": rule.id, "uses": 1, "amount": standing.taken.text(digits), "expected": expected});
            if let Some(code) = &standing.code {
                redemption["code"] = code.clone().into();
            }
            if let Some(customer) = self.customer() {
                redemption["customer"] = customer.into();
            }
            self.redemptions.push(redemption);
        }
    }

    /// Says of every coupon that took nothing off, why.
    pub fn report_coupons(&mut self) {
        let policy = self.def.coupons.unwrap_or_default();
        let mut seen: Vec<&str> = Vec::new();
        for code in self.request.coupons.iter().map(|code| code.as_str()) {
            if seen.contains(&code) {
                continue;
            }
            seen.push(code);
            if self.redemptions.iter().any(|redemption| redemption["code"] == code) {
                continue;
            }
            let asks =
                |rule: &AdjustmentDef| rule.coupon.as_ref().is_some_and(|coupon| coupon.codes.iter().any(|known| known.as_str() == code));
            let (problem, finding) = match () {
                () if !self.def.adjustments.iter().any(asks) => (policy.unknown, "adjust.unknown_coupon"),
                () if self.used_up.contains(code) => (policy.used_up, "adjust.coupon_used_up"),
                () => (policy.unmet, "adjust.coupon_unmet"),
            };
            match problem {
                CouponProblem::Error => self.find(finding, "error", None),
                CouponProblem::Warning => self.find(finding, "warning", None),
                CouponProblem::Ignore => {}
            }
        }
    }

    /// What became of the rules that did not apply.
    pub fn rejections(&self, step: &str, rules: &[&AdjustmentDef], judged: &Judged<'_>) -> Vec<Value> {
        let has = |list: &[&AdjustmentDef], rule: &AdjustmentDef| list.iter().any(|other| other.id == rule.id);
        let left = rules.iter().filter(|rule| !has(&judged.applied, rule));
        let reason = |rule: &AdjustmentDef| match judged.refused.iter().find(|(other, _)| other.id == rule.id) {
            Some((_, reason)) => *reason,
            None if has(&judged.matched, rule) => "not_chosen",
            None if !self.valid(rule.valid) => "not_valid",
            None => "condition",
        };
        left.map(|rule| json!({"step": step, "rule": rule.id, "reason": reason(rule)})).collect()
    }
}

/// What became of the rules of a stage, on a line or on the document.
#[derive(Clone, Default)]
pub struct Judged<'m> {
    pub matched: Vec<&'m AdjustmentDef>,
    pub applied: Vec<&'m AdjustmentDef>,
    pub refused: Vec<(&'m AdjustmentDef, &'static str)>,
}
