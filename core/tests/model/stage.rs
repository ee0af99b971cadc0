//! Stages of adjustments, naively.

use dealdesk::Decimal;
use dealdesk::adjust::{
    AdjustmentDef, AmountOffDef, Compare, EffectDef, Per, Policy, RoundAt, RoundWhat, StageDef, StageScope, ThresholdBase, TieBreak,
};
use dealdesk::money::RoundingDef;

use super::quote::{Figure, Model};
use super::rational::Rational;
use super::terms::{Judged, Standing};

/// A rule that was judged: where it stands among the rules, what it is taken on, and what it leaves.
type Verdict = (usize, Rational, Figure);

impl<'m> Model<'m> {
    pub fn stage(&mut self, stage: &StageDef) {
        self.see();
        let mut rules: Vec<&AdjustmentDef> = self.def.adjustments.iter().filter(|rule| rule.stage == stage.id).collect();
        rules.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        assert!(stage.tie_break.is_none_or(|tie_break| tie_break == TieBreak::Id));
        let mut standings: Vec<Standing> = rules.iter().map(|rule| self.standing(rule)).collect();
        if stage.scope == StageScope::Document {
            return self.document_stage(stage, &rules, standings);
        }
        // Tried until no rule overdraws a budget of which no part is given.
        let (tried, judged) = loop {
            let (lines, entered) = (self.lines.clone(), self.entered.clone());
            let mut tried = standings.clone();
            let judged = self.line_stage(stage, &rules, &mut tried);
            let Some(rule) = tried.iter().position(Standing::overdrawn) else { break (tried, judged) };
            (self.lines, self.entered) = (lines, entered);
            let mut denied = standings[rule].clone();
            self.deny(&mut denied);
            standings[rule] = denied;
        };
        self.redeem(&rules, &tried);
        for (line, judged) in judged {
            let rejected = self.rejections(stage.id.as_str(), &rules, &judged);
            self.lines[line].rejected.extend(rejected);
        }
    }

    /// Conditions see the figures as they are now, until they are asked to look again.
    pub fn see(&mut self) {
        self.entered = self.lines.iter().map(|line| line.figure.amount).collect();
    }

    pub fn matches(&self, rule: &AdjustmentDef, line: Option<usize>) -> bool {
        self.valid(rule.valid) && self.holds(rule.when.as_ref(), line)
    }

    fn line_stage(&mut self, stage: &StageDef, rules: &[&'m AdjustmentDef], standings: &mut [Standing]) -> Vec<(usize, Judged<'m>)> {
        let entry: Vec<Figure> = self.lines.iter().map(|line| line.figure).collect();
        let mut all: Vec<(usize, Judged<'m>)> = self.priced().into_iter().map(|line| (line, Judged::default())).collect();
        // Conditions see the figures as they enter the stage, whatever the lines before have become.
        for (line, judged) in &mut all {
            judged.matched = rules.iter().copied().filter(|rule| self.matches(rule, Some(*line))).collect();
        }
        if stage.threshold_base == Some(ThresholdBase::Running) {
            self.running(stage, rules, standings, &entry, &mut all);
            return all;
        }
        if stage.compare == Some(Compare::Document) {
            let only = self.preferred(stage, rules, standings, &entry, &all);
            for (line, judged) in &mut all {
                if let Some(only) = only.filter(|only| judged.matched.iter().any(|rule| rule.id == rules[*only].id)) {
                    self.try_rule(stage, rules, only, standings, &entry, *line, judged);
                }
                for (number, rule) in rules.iter().enumerate().filter(|(number, _)| Some(*number) != only) {
                    if let Some(barred) = standings[number].barred.filter(|_| judged.matched.iter().any(|other| other.id == rule.id)) {
                        judged.refused.push((rule, barred));
                    }
                }
            }
            return all;
        }
        for (line, judged) in &mut all {
            let numbers: Vec<usize> =
                (0..rules.len()).filter(|number| judged.matched.iter().any(|rule| rule.id == rules[*number].id)).collect();
            let exclusive: Vec<usize> = numbers.iter().copied().filter(|number| rules[*number].exclusive).collect();
            match stage.policy {
                Policy::Best | Policy::Worst => {
                    let mut best: Option<Verdict> = None;
                    for number in numbers {
                        match self.judge(stage, rules[number], &standings[number], &entry, *line) {
                            Err(reason) => judged.refused.push((rules[number], reason)),
                            Ok((base, figure)) if best.is_none_or(|(.., best)| prefers(stage, figure, best)) => {
                                best = Some((number, base, figure));
                            }
                            Ok(_) => {}
                        }
                    }
                    if let Some(best) = best {
                        self.apply(stage, rules, best, standings, *line, judged);
                    }
                }
                Policy::First => {
                    numbers.iter().any(|number| self.try_rule(stage, rules, *number, standings, &entry, *line, judged));
                }
                Policy::OnBase => {
                    for number in numbers {
                        self.try_rule(stage, rules, number, standings, &entry, *line, judged);
                    }
                }
                Policy::Compound | Policy::Exclusive => {
                    let alone = stage.policy == Policy::Exclusive
                        && exclusive.iter().any(|number| self.try_rule(stage, rules, *number, standings, &entry, *line, judged));
                    let others = numbers.into_iter().filter(|number| stage.policy == Policy::Compound || !exclusive.contains(number));
                    for number in others.filter(|_| !alone) {
                        if self.try_rule(stage, rules, number, standings, &entry, *line, judged) && rules[number].stop.is_some() {
                            break;
                        }
                    }
                }
            }
        }
        all
    }

    /// The rule that leaves what the policy prefers of all lines together.
    fn preferred(
        &mut self,
        stage: &StageDef,
        rules: &[&'m AdjustmentDef],
        standings: &[Standing],
        entry: &[Figure],
        all: &[(usize, Judged<'m>)],
    ) -> Option<usize> {
        let mut best: Option<(usize, Figure)> = None;
        for number in 0..rules.len() {
            let lines = self.lines.clone();
            let (mut standings, mut alone) = (standings.to_vec(), Judged::default());
            for (line, judged) in all {
                if judged.matched.iter().any(|rule| rule.id == rules[number].id) {
                    self.try_rule(stage, rules, number, &mut standings, entry, *line, &mut alone);
                }
            }
            let left = Figure { amount: self.lines.iter().filter(|line| !line.returned).map(|line| line.figure.amount).sum(), unit: None };
            self.lines = lines;
            let counts = !alone.applied.is_empty() && !standings[number].overdrawn();
            if counts && best.is_none_or(|(_, best)| prefers(stage, left, best)) {
                best = Some((number, left));
            }
        }
        best.map(|(number, _)| number)
    }

    /// Rule after rule, each judged on all lines when its turn comes; exclusive ones by what enters.
    fn running(
        &mut self,
        stage: &StageDef,
        rules: &[&'m AdjustmentDef],
        standings: &mut [Standing],
        entry: &[Figure],
        all: &mut [(usize, Judged<'m>)],
    ) {
        let at_entry = |rule: &AdjustmentDef| stage.policy == Policy::Exclusive && rule.exclusive;
        for (line, judged) in all.iter_mut() {
            judged.matched.retain(|rule| at_entry(rule));
            let matched: Vec<usize> =
                (0..rules.len()).filter(|number| judged.matched.iter().any(|rule| rule.id == rules[*number].id)).collect();
            matched.iter().any(|number| self.try_rule(stage, rules, *number, standings, entry, *line, judged));
        }
        let mut ended: Vec<bool> = all.iter().map(|(_, judged)| !judged.applied.is_empty()).collect();
        for number in (0..rules.len()).filter(|number| !at_entry(rules[*number])) {
            self.see();
            for ((line, judged), ended) in all.iter_mut().zip(&mut ended) {
                if self.matches(rules[number], Some(*line)) {
                    judged.matched.push(rules[number]);
                    if !*ended && self.try_rule(stage, rules, number, standings, entry, *line, judged) {
                        *ended = rules[number].stop.is_some();
                    }
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a model keeps no state of its own")]
    fn try_rule(
        &mut self,
        stage: &StageDef,
        rules: &[&'m AdjustmentDef],
        number: usize,
        standings: &mut [Standing],
        entry: &[Figure],
        line: usize,
        judged: &mut Judged<'m>,
    ) -> bool {
        match self.judge(stage, rules[number], &standings[number], entry, line) {
            Ok((base, figure)) => {
                self.apply(stage, rules, (number, base, figure), standings, line, judged);
                true
            }
            Err(reason) => {
                judged.refused.push((rules[number], reason));
                false
            }
        }
    }

    /// What a percentage is taken on, and the line after the rule; or why it cannot have it.
    fn judge(
        &self,
        stage: &StageDef,
        rule: &AdjustmentDef,
        standing: &Standing,
        entry: &[Figure],
        line: usize,
    ) -> Result<(Rational, Figure), &'static str> {
        if let Some(reason) = standing.barred.or_else(|| self.refused(rule, line)) {
            return Err(reason);
        }
        let bounded = rule.coupon.is_some() || rule.limit.is_some() || rule.budget.is_some();
        if self.lines[line].returned && (bounded || rule.cap_amount.is_some() || rule.cap_units.is_some()) {
            return Err("returned");
        }
        let running = self.lines[line].figure;
        let quantity = self.lines[line].quantity;
        let reached = standing.reach(rule, quantity);
        if reached <= Rational::ZERO {
            return Err("cap_reached");
        }
        let base = match (rule.base.as_ref().or(stage.base.as_ref()), stage.policy) {
            (Some(step), _) => self.lines[line].after[step.as_str()],
            (None, Policy::OnBase) => entry[line],
            _ => running,
        };
        let after = self.on_units(stage, rule, quantity, reached, base, running);
        let wanted = running.amount - after.amount;
        let granted = standing.grant(rule, wanted)?;
        let after = if granted == wanted { after } else { Figure { amount: running.amount - granted, unit: None } };
        Ok((base.amount, after))
    }

    fn apply(
        &mut self,
        stage: &StageDef,
        rules: &[&'m AdjustmentDef],
        (number, base, after): Verdict,
        standings: &mut [Standing],
        line: usize,
        judged: &mut Judged<'m>,
    ) {
        let before = self.lines[line].figure.amount;
        let reached = standings[number].reach(rules[number], self.lines[line].quantity);
        standings[number].take(before - after.amount, reached);
        self.lines[line].figure = after;
        self.lines[line].marks.push(rules[number]);
        self.enter(line, stage.id.as_str(), Some(rules[number].id.as_str()), base, before, after);
        judged.applied.push(rules[number]);
    }

    /// The line after a rule that reaches so many of its units, as if they stood on a line of their own.
    fn on_units(
        &self,
        stage: &StageDef,
        rule: &AdjustmentDef,
        quantity: Rational,
        reached: Rational,
        base: Figure,
        running: Figure,
    ) -> Figure {
        let digits = self.digits();
        if reached < quantity {
            let part = |figure: Figure| {
                let amount = figure.unit.map_or(figure.amount / quantity, |unit| unit) * reached;
                Figure { amount: amount.rounded(None, digits), unit: figure.unit }
            };
            let after = self.on_units(stage, rule, reached, reached, part(base), part(running));
            return Figure { amount: running.amount - part(running).amount + after.amount, unit: None };
        }
        let percent = |percent: Decimal| Rational::from(percent) / Rational::whole(100);
        let discount = stage.round == Some(RoundWhat::Discount);
        let rounded = |value: Rational| value.rounded(stage.rounding, digits);
        if let (Some(RoundAt::Unit), Some(unit), Some(base_unit)) = (stage.round_at, running.unit, base.unit) {
            let amount =
                |off: &AmountOffDef| if off.per == Some(Per::Unit) { off.amount.into() } else { Rational::from(off.amount) / quantity };
            let off = match &rule.effect {
                EffectDef::PercentOff(off) => base_unit * percent(*off),
                EffectDef::PercentOn(on) => Rational::ZERO - base_unit * percent(*on),
                EffectDef::AmountOff(off) => amount(off),
                EffectDef::AmountOn(on) => Rational::ZERO - amount(on),
                EffectDef::FixedPrice(price) => {
                    let unit = unit.min((*price).into());
                    return Figure { amount: (unit * quantity).rounded(None, digits), unit: Some(unit) };
                }
            };
            let all = matches!(rule.effect, EffectDef::PercentOff(off) if off == Decimal::HUNDRED);
            let unit = match discount && !all {
                true if off.is_negative() => unit + rounded(Rational::ZERO - off),
                true => (unit - rounded(off)).max(Rational::ZERO),
                false => rounded((unit - off).max(Rational::ZERO)),
            };
            return Figure { amount: (unit * quantity).rounded(None, digits), unit: Some(unit) };
        }
        let rounded = |value: Rational| value.rounded(self.of_amounts(stage), digits);
        let amount =
            |off: &AmountOffDef| if off.per == Some(Per::Unit) { Rational::from(off.amount) * quantity } else { off.amount.into() };
        let off = match &rule.effect {
            EffectDef::PercentOff(percent) => self.percent_off(stage, *percent, base.amount),
            EffectDef::PercentOn(percent) => self.percent_off(stage, Decimal::ZERO.checked_sub(*percent).unwrap(), base.amount),
            EffectDef::AmountOff(off) => rounded(amount(off)),
            EffectDef::AmountOn(on) => Rational::ZERO - rounded(amount(on)),
            EffectDef::FixedPrice(price) => running.amount - rounded(Rational::from(*price) * quantity),
        };
        let amount = match &rule.effect {
            EffectDef::PercentOn(_) | EffectDef::AmountOn(_) => (running.amount - off).max(running.amount),
            _ => (running.amount - off).max(Rational::ZERO).min(running.amount),
        };
        if stage.restate_unit && quantity > Rational::ZERO {
            let unit = rounded(amount / quantity);
            return Figure { amount: (unit * quantity).rounded(None, digits), unit: Some(unit) };
        }
        Figure { amount, unit: None }
    }

    /// The price is rounded, and the discount is the difference; or the discount is rounded, unless it is all of it.
    pub fn percent_off(&self, stage: &StageDef, percent: Decimal, base: Rational) -> Rational {
        if stage.round == Some(RoundWhat::Discount) && percent != Decimal::HUNDRED {
            let off = base * Rational::from(percent) / Rational::whole(100);
            if off.is_negative() {
                return Rational::ZERO - (Rational::ZERO - off).rounded(self.of_amounts(stage), self.digits());
            }
            return off.rounded(self.of_amounts(stage), self.digits());
        }
        let rest = base - base * Rational::from(percent) / Rational::whole(100);
        base - rest.rounded(self.of_amounts(stage), self.digits())
    }

    /// How amounts are rounded: as the stage says, unless that is finer than an amount can be.
    fn of_amounts(&self, stage: &StageDef) -> Option<RoundingDef> {
        let fine = |number: Option<Decimal>| number.is_some_and(|number| number.normalize().scale() > self.digits());
        stage.rounding.filter(|rounding| !fine(rounding.increment) && !fine(rounding.offset))
    }
}

/// Whether the policy prefers what one rule leaves to what another leaves.
pub fn prefers(stage: &StageDef, one: Figure, other: Figure) -> bool {
    let (one, other) = if stage.policy == Policy::Worst { (other, one) } else { (one, other) };
    match (stage.compare, one.unit, other.unit) {
        (Some(Compare::UnitPrice), Some(one), Some(other)) => one < other,
        _ => one.amount < other.amount,
    }
}
