//! What a document may use and has used up: coupons, uses, budgets; and what the rules that applied have left on the lines.

use super::outcome::Outcome;
use super::redemption::{ExpectedUsage, Redemption, UsageOf, UsageReading};
use super::request::QuoteRequest;
use super::result::RejectionReason;
use crate::adjust::{Budget, CapPer, CouponProblem, Partial, Rule, Stage, Tags, Termed, Terms};
use crate::expr::Leaf;
use crate::fact::Fact;
use crate::id::{CouponCode, DocumentId};
use crate::money::{Decimal, Money};
use crate::report::{AdjustCode, Detail, Finding, Span};
use crate::rulebook::Parts;
use crate::time::Window;

/// The coupons and readings of a request, and the marks on its lines.
#[derive(Clone)]
pub(super) struct Ledger<'q> {
    parts: &'q Parts,
    request: &'q QuoteRequest,
    /// The coupons, each once, and whether one is used up.
    coupons: Vec<(&'q CouponCode, bool)>,
    /// The marks of each line; empty as long as there is none.
    pub(super) marks: Vec<Marks>,
}

/// What the rules that applied to a line have left on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    tags: Tags,
    excludes: Tags,
    stopped: bool,
}

impl Marks {
    /// Why a rule cannot apply beside those that did.
    fn refuse(self, rule: &dyn Termed) -> Option<RejectionReason> {
        if self.stopped {
            return Some(RejectionReason::Stopped);
        }
        let excluded = rule.terms().is_some_and(|terms| !terms.conflict(self.tags, self.excludes).is_empty());
        excluded.then_some(RejectionReason::Excluded)
    }

    fn add(&mut self, terms: &Terms) {
        self.tags = self.tags.with(terms.tags);
        self.excludes = self.excludes.with(terms.excludes);
        self.stopped |= terms.stops_all;
    }
}

/// What a rule may still do in this document.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// Why no line can have it.
    pub(super) barred: Option<RejectionReason>,
    /// Which of the coupons it applies by.
    coupon: Option<usize>,
    /// What is left of its budget, in minor units.
    budget: Option<i64>,
    /// What is left of its cap for the document, in minor units.
    cap: Option<i64>,
    /// How many units it still reaches, of all lines together.
    units: Option<Decimal>,
    /// What it has taken off.
    pub(super) taken: i64,
}

impl Standing {
    /// How many of a line's units the rule reaches.
    pub(super) fn reach(&self, rule: &Rule, quantity: Decimal) -> Decimal {
        let cap = rule.terms.as_ref().and_then(|terms| terms.limits.cap_units);
        let of_line = cap.filter(|cap| cap.per == CapPer::Line).map(|cap| cap.units);
        [of_line, self.units].into_iter().flatten().fold(quantity, Decimal::min)
    }

    /// What the rule may take off of what it would take off, or why it is nothing.
    pub(super) fn grant(&self, rule: &Rule, wanted: i64) -> Result<i64, RejectionReason> {
        let Some(terms) = rule.terms.as_ref().filter(|_| wanted > 0) else { return Ok(wanted) };
        let of_line = terms.limits.cap_amount.filter(|cap| cap.per == CapPer::Line).map(|cap| cap.amount);
        let capped = [of_line, self.cap].into_iter().flatten().fold(wanted, i64::min);
        if capped <= 0 {
            return Err(RejectionReason::CapReached);
        }
        let allowed = terms.limits.budget.is_some_and(|budget| budget.partial == Partial::Allow);
        let granted = self.budget.filter(|_| allowed).map_or(capped, |left| left.min(capped));
        if granted <= 0 { Err(RejectionReason::BudgetUsedUp) } else { Ok(granted) }
    }

    /// What a cap or a budget leaves of what the rule may take off; none where none does.
    pub(super) fn room(&self, rule: &Rule) -> Option<i64> {
        self.grant(rule, i64::MAX).map_or(Some(0), |room| (room < i64::MAX).then_some(room))
    }

    /// Whether it takes off more than a budget of which no part is given. One that was used up before takes nothing.
    pub(super) fn overdrawn(&self) -> bool {
        self.barred.is_none() && self.budget.is_some_and(|left| left < 0)
    }

    /// The most that a promotion may take off; any amount when there is none.
    pub(super) fn most(&self, terms: Option<&Terms>) -> Option<i64> {
        let part = terms.and_then(|terms| terms.limits.budget).is_some_and(|budget| budget.partial == Partial::Allow);
        [self.cap, self.budget.filter(|_| part)].into_iter().flatten().min()
    }

    /// The most that a promotion may take off of which no part is given; any amount when there is none.
    pub(super) fn within(&self, terms: Option<&Terms>) -> Option<i64> {
        let whole = terms.and_then(|terms| terms.limits.budget).is_some_and(|budget| budget.partial == Partial::Deny);
        self.budget.filter(|_| whole)
    }

    /// Counts what the rule takes off a line, or off the document.
    pub(super) fn take(&mut self, off: i64, units: Decimal) {
        self.taken = self.taken.saturating_add(off);
        self.budget = self.budget.map(|left| left.saturating_sub(off));
        self.cap = self.cap.map(|left| left.saturating_sub(off));
        self.units = self.units.map(|left| left.checked_sub(units).unwrap_or_default());
    }
}

impl<'q> Ledger<'q> {
    pub(super) fn new(parts: &'q Parts, request: &'q QuoteRequest) -> Self {
        let coupons = if request.coupons.is_empty() { Vec::new() } else { each_once(&request.coupons) };
        Self { parts, request, coupons, marks: Vec::new() }
    }

    pub(super) fn customer(&self) -> Option<&'q str> {
        match self.request.customer.get("id") {
            Some(Fact::Text(id)) => Some(id.as_str()),
            _ => None,
        }
    }

    pub(super) fn document(&self) -> Option<&'q DocumentId> {
        self.request.id.as_ref()
    }

    /// Whether no rule has left anything on a line.
    pub(super) fn is_blank(&self) -> bool {
        self.marks.is_empty()
    }

    /// Why a line cannot have a rule beside those that applied to it.
    pub(super) fn refuse(&self, rule: &dyn Termed, line: usize) -> Option<RejectionReason> {
        self.marks.get(line).and_then(|marks| marks.refuse(rule))
    }

    /// Marks a line with a rule that applied to it.
    pub(super) fn mark(&mut self, line: usize, rule: &dyn Termed) {
        let Some(terms) = rule.terms() else { return };
        if terms.tags.is_empty() && terms.excludes.is_empty() && !terms.stops_all {
            return;
        }
        if self.marks.is_empty() {
            self.marks.resize(self.request.lines.len(), Marks::default());
        }
        if let Some(marks) = self.marks.get_mut(line) {
            marks.add(terms);
        }
    }

    /// What each rule of a stage may still do; nothing to say of a stage whose rules have no terms.
    #[inline]
    pub(super) fn standings(&mut self, stage: &Stage) -> Vec<Standing> {
        if stage.with_terms { self.standings_of(&stage.rules) } else { Vec::new() }
    }

    fn standings_of(&mut self, rules: &[Rule]) -> Vec<Standing> {
        rules.iter().map(|rule| self.standing(rule)).collect()
    }

    /// What a rule may still do.
    pub(super) fn standing(&mut self, rule: &dyn Termed) -> Standing {
        let Some(terms) = rule.terms() else { return Standing::default() };
        if !Window::is_open(terms.valid_at, self.request.at) {
            return Standing { barred: Some(RejectionReason::NotValid), ..Standing::default() };
        }
        let limits = &terms.limits;
        let (uses, spent) = self.read(rule, None, None).map_or((0, 0), |reading| (reading.uses, self.spent(reading)));
        let mut standing = Standing {
            budget: limits.budget.map(|budget| budget.amount.saturating_sub(spent)),
            cap: limits.cap_amount.filter(|cap| cap.per == CapPer::Document).map(|cap| cap.amount),
            units: limits.cap_units.filter(|cap| cap.per == CapPer::Document).map(|cap| cap.units),
            ..Standing::default()
        };
        if terms.coupon {
            match self.coupon_of(rule, limits.uses_per_code) {
                Ok(coupon) => standing.coupon = Some(coupon),
                Err(reason) => standing.barred = Some(reason),
            }
        }
        let of_customer = |ledger: &Self, limit: u64| match ledger.customer() {
            None => Some(RejectionReason::NoCustomer),
            Some(customer) => (ledger.uses(rule, None, Some(customer)) >= limit).then_some(RejectionReason::LimitReached),
        };
        let exhausted = limits.uses.filter(|limit| uses >= *limit).map(|_| RejectionReason::LimitReached);
        let exhausted = exhausted.or_else(|| limits.uses_per_customer.and_then(|limit| of_customer(self, limit)));
        let exhausted = exhausted.or(standing.budget.filter(|left| *left <= 0).map(|_| RejectionReason::BudgetUsedUp));
        standing.barred = standing.barred.or(exhausted);
        if let (Some(coupon), Some(_)) = (standing.coupon, exhausted) {
            self.use_up(coupon);
        }
        standing
    }

    /// The first of the coupons by which the rule applies and that is not used up.
    fn coupon_of(&mut self, rule: &dyn Termed, limit: Option<u64>) -> Result<usize, RejectionReason> {
        let mut reason = RejectionReason::CouponMissing;
        for coupon in 0..self.coupons.len() {
            let Some((code, _)) = self.coupons.get(coupon).copied() else { continue };
            if !self.parts.coupons.rules(code).contains(&rule.rule_number()) {
                continue;
            }
            if limit.is_some_and(|limit| self.uses(rule, Some(code), None) >= limit) {
                reason = RejectionReason::LimitReached;
                self.use_up(coupon);
            } else {
                return Ok(coupon);
            }
        }
        Err(reason)
    }

    fn use_up(&mut self, coupon: usize) {
        if let Some((_, used_up)) = self.coupons.get_mut(coupon) {
            *used_up = true;
        }
    }

    /// Bars a rule whose budget gives no part and would be overdrawn.
    pub(super) fn deny(&mut self, standing: &mut Standing) {
        standing.barred = Some(RejectionReason::BudgetUsedUp);
        if let Some(coupon) = standing.coupon {
            self.use_up(coupon);
        }
    }

    fn read(&self, rule: &dyn Termed, code: Option<&CouponCode>, customer: Option<&str>) -> Option<&'q UsageReading> {
        let of = |reading: &&UsageReading| {
            reading.rule == *rule.id()
                && reading.code.as_ref() == code
                && reading.customer.as_ref().map(crate::id::CustomerId::as_str) == customer
        };
        self.request.usage.iter().find(of)
    }

    fn uses(&self, rule: &dyn Termed, code: Option<&CouponCode>, customer: Option<&str>) -> u64 {
        self.read(rule, code, customer).map_or(0, |reading| reading.uses)
    }

    fn spent(&self, reading: &UsageReading) -> i64 {
        let scale = self.parts.currency.minor_units().into();
        // An amount that the currency cannot hold was refused with the request.
        reading.amount.and_then(|amount| amount.mantissa_at(scale).ok()).unwrap_or(0)
    }

    /// Where the counts stand that limit a rule.
    pub(super) fn expected(&self, rule: &dyn Termed, code: Option<&CouponCode>) -> Vec<ExpectedUsage> {
        let Some(terms) = rule.terms() else { return Vec::new() };
        let (limits, currency) = (&terms.limits, self.parts.currency);
        let mut expected = Vec::new();
        if limits.uses.is_some() || limits.budget.is_some() {
            let reading = self.read(rule, None, None);
            expected.push(ExpectedUsage {
                of: UsageOf::Rule,
                uses: reading.map_or(0, |reading| reading.uses),
                limit: limits.uses,
                amount: limits.budget.map(|_| Money::new(reading.map_or(0, |reading| self.spent(reading)), currency)),
                budget: limits.budget.map(|Budget { amount, .. }| Money::new(amount, currency)),
            });
        }
        let mut count = |of: UsageOf, uses: u64, limit: Option<u64>| {
            if limit.is_some() {
                expected.push(ExpectedUsage { of, uses, limit, amount: None, budget: None });
            }
        };
        count(UsageOf::Code, self.uses(rule, code, None), limits.uses_per_code.filter(|_| code.is_some()));
        count(UsageOf::Customer, self.uses(rule, None, self.customer()), limits.uses_per_customer);
        expected
    }

    /// Writes down what the rules of a stage have redeemed.
    pub(super) fn redeem(&self, stage: &Stage, standings: &[Standing], out: &mut Outcome) {
        for (rule, standing) in stage.rules.iter().zip(standings) {
            if standing.taken != 0 {
                self.redeem_rule(rule, standing, out);
            }
        }
    }

    /// Writes down that a rule has applied.
    pub(super) fn redeem_rule(&self, rule: &dyn Termed, standing: &Standing, out: &mut Outcome) {
        if rule.terms().is_some_and(Terms::is_redeemed) {
            let code = standing.coupon.and_then(|coupon| self.coupons.get(coupon)).map(|(code, _)| *code);
            out.extras.redemptions.push(Redemption::new(self, rule, code, standing.taken));
        }
    }

    /// What refused a rule, as a comparison that failed.
    pub(super) fn explain(&self, rule: &dyn Termed, line: Option<usize>, reason: RejectionReason) -> Vec<Leaf> {
        let Some(terms) = rule.terms() else { return Vec::new() };
        let limits = &terms.limits;
        let count = |count: u64| Detail::Number(count.into());
        let reached = |text: &str, limit: Option<u64>, uses: u64| {
            limit.filter(|limit| uses >= *limit).map(|limit| failed(text, Some(count(limit)), Some(count(uses))))
        };
        match reason {
            RejectionReason::LimitReached => reached("limit.uses", limits.uses, self.uses(rule, None, None))
                .or_else(|| reached("limit.uses_per_customer", limits.uses_per_customer, self.uses(rule, None, self.customer())))
                .or_else(|| {
                    let of_rule = self.coupons.iter().filter(|(code, _)| self.parts.coupons.rules(code).contains(&rule.rule_number()));
                    let uses = of_rule.map(|(code, _)| self.uses(rule, Some(code), None)).max().unwrap_or(0);
                    reached("limit.uses_per_code", limits.uses_per_code, uses)
                })
                .unwrap_or_default(),
            RejectionReason::BudgetUsedUp => {
                let spent = self.read(rule, None, None).map_or(0, |reading| self.spent(reading));
                let money = |minor: i64| Detail::Money(Money::new(minor, self.parts.currency));
                failed("budget", limits.budget.map(|budget| money(budget.amount)), Some(money(spent)))
            }
            RejectionReason::Excluded => {
                let marks = line.and_then(|line| self.marks.get(line)).copied().unwrap_or_default();
                self.tags(terms.conflict(marks.tags, marks.excludes))
            }
            _ => Vec::new(),
        }
    }

    /// The tags by which rules exclude each other, as a comparison that failed.
    fn tags(&self, tags: Tags) -> Vec<Leaf> {
        let tags: Vec<Detail> = tags.numbers().filter_map(|tag| self.parts.tags.get(tag)).map(|tag| tag.as_str().into()).collect();
        if tags.is_empty() { Vec::new() } else { failed("exclusive_with", None, Some(Detail::List(tags))) }
    }

    /// Why two rules never apply to a line together.
    pub(super) fn explain_conflict(&self, rule: &dyn Termed, other: &dyn Termed) -> Vec<Leaf> {
        let (Some(one), Some(other)) = (rule.terms(), other.terms()) else { return Vec::new() };
        self.tags(one.conflict(other.tags, other.excludes))
    }

    /// Says of every coupon that takes nothing off, why, as far as the rulebook wants it said.
    pub(super) fn report(&self, out: &mut Outcome) {
        for (code, used_up) in &self.coupons {
            self.report_coupon(code, *used_up, out);
        }
    }

    #[inline(never)]
    fn report_coupon(&self, code: &CouponCode, used_up: bool, out: &mut Outcome) {
        let policy = self.parts.coupons.policy;
        if out.extras.redemptions.iter().any(|redemption| redemption.code.as_ref() == Some(code)) {
            return;
        }
        let rules = self.parts.coupons.rules(code);
        let (problem, finding, what): (CouponProblem, AdjustCode, &str) = if rules.is_empty() {
            (policy.unknown, AdjustCode::UnknownCoupon, "is not known")
        } else if used_up {
            (policy.used_up, AdjustCode::CouponUsedUp, "is used up")
        } else {
            (policy.unmet, AdjustCode::CouponUnmet, "takes nothing off this document")
        };
        let Some(severity) = problem.severity() else { return };
        let mut names: Vec<&str> = rules.iter().filter_map(|number| self.parts.rules.get(number.index())).map(|id| id.as_str()).collect();
        // Not in the order of the file, which changes nothing.
        crate::sort::ascending(&mut names);
        let names: Vec<Detail> = names.into_iter().map(Detail::from).collect();
        let finding = Finding::new(finding, severity, format!("the coupon `{code}` {what}")).detail("coupon", code.as_str());
        out.findings.push(if names.is_empty() { finding } else { finding.detail("rules", names) });
    }
}

/// The coupons, each once, of which none is used up.
fn each_once(codes: &[CouponCode]) -> Vec<(&CouponCode, bool)> {
    let mut coupons: Vec<(&CouponCode, bool)> = Vec::new();
    for code in codes {
        if !coupons.iter().any(|(known, _)| *known == code) {
            coupons.push((code, false));
        }
    }
    coupons
}

/// A comparison that failed.
fn failed(text: &str, expected: Option<Detail>, actual: Option<Detail>) -> Vec<Leaf> {
    vec![Leaf { text: text.to_owned(), span: Span { start: 0, end: text.len() }, passed: false, expected, actual }]
}
