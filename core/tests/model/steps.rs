//! The steps beside stages, naively: figures beside the price, overrides, guards, endings; and how discounts of the document are split.

use dealdesk::Decimal;
use dealdesk::adjust::{
    AllocateDef, EndingDef, GuardDef, LimitDef, Otherwise, OverrideDef, Overstepped, RoundAt, Spread, StageDef, StageScope, StatisticalDef,
    WeightsDef,
};
use dealdesk::money::ZeroWeights;
use dealdesk::quote::OverrideRequest;
use dealdesk::rulebook::StepDef;
use serde_json::{Value, json};

use super::allocation::allocate;
use super::condition::Facts;
use super::quote::{Figure, Model};
use super::rational::Rational;

/// A figure beside the price.
pub struct Figures {
    step: String,
    lines: Vec<Option<Rational>>,
    /// How many decimals the percentage of the margin has, where it is the cost.
    margin: Option<u8>,
}

/// The formula of the cost that generated rulebooks use.
pub const COST: &str = "has(product.cost) ? product.cost * line.quantity : 0";
/// The floors that they use.
pub const LINE_FLOOR: &str = "has(product.cost) ? product.cost * 1.1 : 0";
pub const DOCUMENT_FLOOR: &str = "document.list_amount * 0.7";
/// The weights that they use.
pub const WEIGHT: &str = "line.quantity * 2";

impl<'m> Model<'m> {
    pub fn subtotal(&mut self, step: &str) {
        let lines = self.lines.iter().map(|line| line.price.as_ref().map(|_| line.figure.amount)).collect();
        self.figures.push(Figures { step: step.to_owned(), lines, margin: None });
    }

    pub fn statistical(&mut self, def: &StatisticalDef) {
        assert_eq!(def.amount, COST);
        let cost = |line: usize| -> Option<Rational> {
            self.lines[line].price.as_ref()?;
            let each = self.number("product.cost", Some(line)).unwrap_or(Rational::ZERO);
            Some((each * self.base_quantity(line)).rounded(def.rounding, self.digits()))
        };
        let lines = (0..self.lines.len()).map(cost).collect();
        self.figures.push(Figures { step: def.id.to_string(), lines, margin: def.margin.map(|margin| margin.decimals) });
    }

    fn base_quantity(&self, line: usize) -> Rational {
        self.lines[line].ordered.as_ref().map_or(Rational::ZERO, |ordered| ordered.base)
    }

    pub fn ending(&mut self, def: &EndingDef) {
        let digits = self.digits();
        for line in self.priced() {
            if def.lines.as_ref().is_some_and(|text| text != "line.rush" || !self.rush(Some(line))) {
                continue;
            }
            let before = self.lines[line].figure;
            let quantity = self.lines[line].quantity;
            let after = match def.round_at {
                RoundAt::Line => Figure { amount: before.amount.rounded(Some(def.rounding), digits), unit: None },
                RoundAt::Unit => {
                    let unit = before.unit.unwrap_or(before.amount / quantity).rounded(Some(def.rounding), digits);
                    Figure { amount: (unit * quantity).rounded(None, digits), unit: Some(unit) }
                }
            };
            self.lines[line].figure = after;
            self.enter(line, def.id.as_str(), None, before.amount, before.amount, after);
        }
    }

    // Guards.

    fn up(&self, amount: Rational) -> Rational {
        let power = Rational::whole(10_i128.pow(self.digits()));
        Rational::whole(-(Rational::ZERO - amount * power).floor()) / power
    }

    fn by_margin(&self, def: &GuardDef, cost: Rational) -> Rational {
        let part = |percent: Decimal| Rational::ONE - Rational::from(percent) / Rational::whole(100);
        def.min_margin.map_or(Rational::ZERO, |margin| self.up(cost / part(margin.to_decimal())))
    }

    fn cost(&self) -> Option<&Figures> {
        self.figures.iter().find(|figures| figures.margin.is_some())
    }

    /// What a line must cost; none where the guard does not guard it.
    fn floor(&self, def: &GuardDef, line: usize) -> Option<Rational> {
        if def.lines.is_some() && !self.rush(Some(line)) {
            return None;
        }
        let each = self.number("product.cost", Some(line)).unwrap_or(Rational::ZERO) * Rational::new(11, 10);
        let by_formula = def.at_least.as_ref().map_or(Rational::ZERO, |_| self.up(each * self.base_quantity(line)));
        let cost = self.cost().and_then(|figures| figures.lines[line]).unwrap_or(Rational::ZERO);
        Some(by_formula.max(self.by_margin(def, cost)))
    }

    /// What a line cost after the step since which the guard guards.
    fn entered_guard(&self, def: &GuardDef, line: usize) -> Rational {
        match &def.since {
            Some(step) => self.lines[line].after[step.as_str()].amount,
            None => self.lines[line].price.as_ref().unwrap().amount,
        }
    }

    pub fn guard(&mut self, def: &GuardDef) {
        match def.scope {
            StageScope::Line => self.guard_lines(def),
            StageScope::Document => self.guard_document(def),
        }
    }

    fn guard_lines(&mut self, def: &GuardDef) {
        let mut below = Vec::new();
        for line in self.priced() {
            let Some(floor) = self.floor(def, line) else { continue };
            let before = self.lines[line].figure;
            if before.amount >= floor {
                continue;
            }
            let lifts = matches!(def.otherwise, Otherwise::Clamp | Otherwise::ClampAndRedistribute);
            let to = if lifts { before.amount.max(floor.min(self.entered_guard(def, line))) } else { before.amount };
            if to > before.amount {
                let after = Figure { amount: to, unit: None };
                self.lines[line].figure = after;
                self.enter(line, def.id.as_str(), None, floor, before.amount, after);
            }
            if to < floor {
                below.push(line);
            }
        }
        for line in below {
            self.below(def, Some(line));
        }
    }

    fn below(&mut self, def: &GuardDef, line: Option<usize>) {
        let (code, severity) = match def.otherwise {
            Otherwise::Reject => ("adjust.below_floor", "error"),
            Otherwise::NeedsApproval => ("adjust.needs_approval", "warning"),
            _ => ("adjust.below_floor", "warning"),
        };
        self.find(code, severity, line);
    }

    fn guard_document(&mut self, def: &GuardDef) {
        let lines = self.sold();
        let total: Rational = lines.iter().map(|line| self.lines[*line].figure.amount).sum();
        let list = self.number("document.list_amount", None).unwrap();
        let by_formula = def.at_least.as_ref().map_or(Rational::ZERO, |_| self.up(list * Rational::new(7, 10)));
        let cost: Rational = self.cost().into_iter().flat_map(|figures| lines.iter().filter_map(|line| figures.lines[*line])).sum();
        let floor = by_formula.max(self.by_margin(def, cost));
        if total >= floor {
            return;
        }
        let mut lifted = total;
        if def.otherwise == Otherwise::Clamp {
            let taken: Vec<Rational> =
                lines.iter().map(|line| (self.entered_guard(def, *line) - self.lines[*line].figure.amount).max(Rational::ZERO)).collect();
            let any = taken.iter().any(|taken| *taken > Rational::ZERO);
            let parts = allocate(floor - total, &taken, Some(&taken), Default::default(), self.minor());
            for (line, part) in lines.into_iter().zip(parts).filter(|(_, part)| any && *part > Rational::ZERO) {
                let before = self.lines[line].figure.amount;
                let after = Figure { amount: before + part, unit: None };
                self.lines[line].figure = after;
                lifted = lifted + part;
                self.enter(line, def.id.as_str(), None, floor, before, after);
            }
        }
        if lifted < floor {
            self.below(def, None);
        }
    }

    /// What lines must keep when a document stage takes off.
    pub fn kept(&self, stage: &StageDef, line: usize) -> Rational {
        let steps = &self.def.procedure;
        let place = |id: &str| steps.iter().position(|step| step.id().as_str() == id).unwrap();
        let at = place(stage.id.as_str());
        let heeds = |guard: &GuardDef| {
            let since = guard.since.as_ref().map_or(0, |since| place(since.as_str()));
            guard.otherwise == Otherwise::ClampAndRedistribute && since < at && at < place(guard.id.as_str())
        };
        let guards = steps.iter().filter_map(|step| if let StepDef::Guard(guard) = step { Some(guard) } else { None });
        guards.rev().find(|guard| heeds(guard)).and_then(|guard| self.floor(guard, line)).unwrap_or(Rational::ZERO)
    }

    // Splitting.

    /// Splits an amount over lines that cost so much now, each of which gives so much at most.
    pub fn split(
        &self,
        lines: &[usize],
        costs: &[Rational],
        caps: Option<&[Rational]>,
        total: Rational,
        def: Option<&AllocateDef>,
    ) -> Vec<Rational> {
        let def = def.cloned().unwrap_or_default();
        let million = Rational::whole(1_000_000);
        let whole = |number: Rational| Rational::whole((number * million).floor());
        let weight = |(line, cost): (&usize, &Rational)| match &def.weights {
            WeightsDef::Amount => *cost,
            WeightsDef::ListAmount => self.lines[*line].price.as_ref().unwrap().amount,
            WeightsDef::Step(step) => self.lines[*line].after[step.as_str()].amount,
            WeightsDef::Quantity => whole(self.base_quantity(*line)),
            WeightsDef::Even => Rational::ONE,
            WeightsDef::Formula(text) => {
                assert_eq!(text, WEIGHT);
                whole(self.base_quantity(*line) * Rational::whole(2))
            }
        };
        let weights: Vec<Rational> = lines.iter().zip(costs).map(weight).collect();
        if def.zero_weights == ZeroWeights::Drop && weights.iter().all(|weight| *weight == Rational::ZERO) {
            return vec![Rational::ZERO; lines.len()];
        }
        allocate(total, &weights, caps, def.method, self.minor())
    }

    /// What each line bears of a rule by itself, where the stage says so.
    pub fn bears_each(stage: &StageDef) -> bool {
        stage.allocate.as_ref().is_some_and(|allocate| allocate.spread == Spread::Each)
    }

    // Overrides.

    pub fn override_step(&mut self, def: &OverrideDef) {
        let of_step = |asked: &&OverrideRequest| asked.step == def.id;
        let request = self.request;
        match def.scope {
            StageScope::Document => {
                for asked in request.overrides.iter().filter(of_step) {
                    self.override_document(def, asked);
                }
            }
            StageScope::Line => {
                for (line, of_line) in request.lines.iter().enumerate() {
                    for asked in of_line.overrides.iter().filter(of_step) {
                        self.override_line(def, line, asked);
                    }
                }
            }
        }
    }

    /// What becomes of an amount.
    fn set(&self, asked: &OverrideRequest, start: Rational, quantity: Rational) -> Figure {
        let digits = self.digits();
        if let Some(price) = asked.unit_price {
            let unit = Rational::from(price);
            return Figure { amount: (unit * quantity).rounded(None, digits), unit: Some(unit) };
        }
        let amount = if let Some(amount) = asked.amount {
            amount.into()
        } else if let Some(off) = asked.amount_off {
            (start - off.into()).max(Rational::ZERO)
        } else {
            let left = Rational::whole(100) - asked.percent_off.unwrap().to_decimal().into();
            (start * left / Rational::whole(100)).rounded(None, digits)
        };
        Figure { amount, unit: None }
    }

    fn start(&self, def: &OverrideDef, line: usize) -> Rational {
        let line = &self.lines[line];
        def.base.as_ref().map_or(line.figure, |step| line.after[step.as_str()]).amount
    }

    fn override_line(&mut self, def: &OverrideDef, line: usize, asked: &OverrideRequest) {
        if self.lines[line].price.is_none() {
            return self.not_overridden(Some(line), asked);
        }
        let start = self.start(def, line);
        let before = self.lines[line].figure;
        let set = self.set(asked, start, self.lines[line].quantity);
        self.lines[line].figure = set;
        self.enter(line, def.id.as_str(), None, start, before.amount, set);
        self.overridden(def, Some(line), asked, before, start, set);
    }

    fn override_document(&mut self, def: &OverrideDef, asked: &OverrideRequest) {
        let lines = self.sold();
        if lines.is_empty() {
            return self.not_overridden(None, asked);
        }
        let starts: Vec<Rational> = lines.iter().map(|line| self.start(def, *line)).collect();
        let start: Rational = starts.iter().copied().sum();
        let computed: Rational = lines.iter().map(|line| self.lines[*line].figure.amount).sum();
        let off = start - self.set(asked, start, Rational::ONE).amount;
        let sign = if off.is_negative() { Rational::ZERO - Rational::ONE } else { Rational::ONE };
        let caps = (off > Rational::ZERO).then_some(starts.as_slice());
        let parts = self.split(&lines, &starts, caps, off * sign, def.allocate.as_ref());
        let taken: Rational = parts.iter().map(|part| *part * sign).sum();
        for ((line, start), part) in lines.into_iter().zip(starts).zip(parts) {
            let before = self.lines[line].figure.amount;
            let after = Figure { amount: start - part * sign, unit: None };
            self.lines[line].figure = after;
            self.enter(line, def.id.as_str(), None, start, before, after);
        }
        let figure = |amount: Rational| Figure { amount, unit: None };
        self.overridden(def, None, asked, figure(computed), start, figure(start - taken));
    }

    fn not_overridden(&mut self, line: Option<usize>, asked: &OverrideRequest) {
        self.find("adjust.override_without_price", "warning", line);
        self.overrides.push((line, json!({"step": asked.step, "reason": asked.reason, "actor": asked.actor})));
    }

    fn overridden(
        &mut self,
        def: &OverrideDef,
        line: Option<usize>,
        asked: &OverrideRequest,
        computed: Figure,
        start: Rational,
        set: Figure,
    ) {
        let money = |amount: Rational| amount.text(self.digits());
        let sign = line.map_or(Rational::ONE, |line| self.sign(line));
        let mut shown = json!({
            "step": asked.step, "reason": asked.reason, "actor": asked.actor,
            "computed": money(computed.amount * sign), "amount": money(set.amount * sign),
        });
        for (field, unit) in [("computed_unit_price", computed.unit), ("unit_price", set.unit)] {
            if let Some(unit) = unit {
                shown[field] = money(unit).into();
            }
        }
        let hundred = Rational::whole(100);
        if start != Rational::ZERO {
            shown["percent_off"] = ((start - set.amount) * hundred / start).rounded(None, 2).text(0).into();
        }
        // The first limit for a role that the actor has, then the one for all.
        let of_role = def.limits.iter().find(|entry| entry.role.as_ref().is_some_and(|role| asked.roles.contains(role)));
        let of_role = of_role.map(|entry| LimitDef { percent_off: entry.percent_off, percent_on: entry.percent_on });
        let limit = of_role.or(def.limit);
        let below = set.amount < start;
        let bound = limit.and_then(|limit| if below { limit.percent_off } else { limit.percent_on });
        let by = if below { start - set.amount } else { set.amount - start };
        let beyond = bound.filter(|bound| by * hundred > start * bound.to_decimal().into());
        if let Some(bound) = beyond {
            shown["beyond_limit"] = bound.to_decimal().to_string().into();
            self.find("adjust.override_limit", if def.otherwise == Overstepped::Reject { "error" } else { "warning" }, line);
        }
        self.overrides.push((line, shown));
    }

    // The answer.

    /// Adds what the steps beside stages show.
    pub fn show_steps(&self, quote: &mut Value) {
        let money = |amount: Rational| amount.text(self.digits());
        let net = |line: &Value| -> Option<Rational> { Some(line.get("net")?.as_str()?.parse::<Decimal>().unwrap().into()) };
        let margin = |decimals: u8, cost: Rational, net: Rational| {
            let mut shown = json!({"cost": money(cost), "amount": money(net - cost)});
            if net != Rational::ZERO {
                shown["percent"] = ((net - cost) * Rational::whole(100) / net).rounded(None, decimals.into()).text(0).into();
            }
            shown
        };
        let mut all_net = Rational::ZERO;
        for (number, line) in quote["lines"].as_array_mut().unwrap().iter_mut().enumerate() {
            let of_line =
                |figures: &Figures| Some(json!({"step": figures.step, "amount": money(figures.lines[number]? * self.sign(number))}));
            let shown: Vec<Value> = self.figures.iter().filter_map(of_line).collect();
            let net = net(line).unwrap_or(Rational::ZERO);
            all_net = all_net + net;
            if !shown.is_empty() {
                line["statistics"] = shown.into();
            }
            if let Some((figures, cost)) = self.cost().and_then(|figures| Some((figures, figures.lines[number]? * self.sign(number)))) {
                line["margin"] = margin(figures.margin.unwrap(), cost, net);
            }
        }
        let sum = |figures: &Figures| -> Rational {
            figures.lines.iter().enumerate().filter_map(|(line, figure)| Some((*figure)? * self.sign(line))).sum()
        };
        if !self.figures.is_empty() {
            let shown = self.figures.iter().map(|figures| json!({"step": figures.step, "amount": money(sum(figures))}));
            quote["statistics"] = shown.collect::<Vec<_>>().into();
        }
        if let Some(figures) = self.cost() {
            quote["margin"] = margin(figures.margin.unwrap(), sum(figures), all_net);
        }
        if !self.overrides.is_empty() {
            // Those of the document first, then line by line, as they were asked for.
            let request = self.request;
            let order = request.overrides.iter().map(|asked| (None, &asked.step));
            let of_lines =
                request.lines.iter().enumerate().flat_map(|(line, of)| of.overrides.iter().map(move |asked| (Some(line), &asked.step)));
            let shown = order.chain(of_lines).map(|(line, step)| {
                let found = self.overrides.iter().find(|(at, shown)| *at == line && shown["step"] == step.as_str());
                let mut shown = found.unwrap().1.clone();
                if let Some(line) = line {
                    shown["line"] = request.lines[line].id.to_string().into();
                }
                shown
            });
            quote["overrides"] = shown.collect::<Vec<_>>().into();
        }
    }
}
