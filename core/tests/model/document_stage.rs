//! Stages whose discounts are of the whole document, naively.

use dealdesk::Decimal;
use dealdesk::adjust::{AdjustmentDef, EffectDef, Policy, StageDef, ThresholdBase};

use super::quote::{Figure, Model};
use super::rational::Rational;
use super::stage::prefers;
use super::terms::{Judged, Standing};

impl<'m> Model<'m> {
    pub fn document_stage(&mut self, stage: &StageDef, rules: &[&'m AdjustmentDef], mut standings: Vec<Standing>) {
        let at_entry = |rule: &AdjustmentDef| {
            stage.threshold_base != Some(ThresholdBase::Running) || stage.policy == Policy::Exclusive && rule.exclusive
        };
        let mut judged = Judged::default();
        let mut numbers: Vec<usize> = Vec::new();
        for number in (0..rules.len()).filter(|number| at_entry(rules[*number]) && self.matches(rules[*number], None)) {
            if self.fitting(rules[number]).is_empty() {
                judged.refused.push((rules[number], "no_eligible_line"));
            } else {
                judged.matched.push(rules[number]);
                numbers.push(number);
            }
        }
        let entry: Vec<Figure> = self.lines.iter().map(|line| line.figure).collect();
        let exclusive: Vec<usize> = numbers.iter().copied().filter(|number| rules[*number].exclusive).collect();
        match stage.policy {
            _ if stage.threshold_base == Some(ThresholdBase::Running) => {
                let mut ended = numbers.iter().any(|number| self.try_document(stage, rules, *number, &mut standings, &entry, &mut judged));
                for number in (0..rules.len()).filter(|number| !at_entry(rules[*number])) {
                    self.see();
                    if self.matches(rules[number], None) {
                        judged.matched.push(rules[number]);
                        let applied = !ended && self.try_document(stage, rules, number, &mut standings, &entry, &mut judged);
                        ended |= applied && rules[number].stop.is_some();
                    }
                }
            }
            Policy::Best | Policy::Worst => {
                let mut best: Option<(usize, Figure)> = None;
                for number in numbers {
                    match self.judge_document(stage, rules[number], &mut standings[number], &entry) {
                        Err(reason) => judged.refused.push((rules[number], reason)),
                        Ok((_, granted, _)) => {
                            let left = Figure { amount: Rational::ZERO - granted, unit: None };
                            if best.is_none_or(|(_, best)| prefers(stage, left, best)) {
                                best = Some((number, left));
                            }
                        }
                    }
                }
                if let Some((number, _)) = best {
                    self.try_document(stage, rules, number, &mut standings, &entry, &mut judged);
                }
            }
            Policy::First => {
                numbers.iter().any(|number| self.try_document(stage, rules, *number, &mut standings, &entry, &mut judged));
            }
            Policy::OnBase => {
                for number in numbers {
                    self.try_document(stage, rules, number, &mut standings, &entry, &mut judged);
                }
            }
            Policy::Compound | Policy::Exclusive => {
                let alone = stage.policy == Policy::Exclusive
                    && exclusive.iter().any(|number| self.try_document(stage, rules, *number, &mut standings, &entry, &mut judged));
                let others = numbers.into_iter().filter(|number| stage.policy == Policy::Compound || !exclusive.contains(number));
                for number in others.filter(|_| !alone) {
                    let applied = self.try_document(stage, rules, number, &mut standings, &entry, &mut judged);
                    if applied && rules[number].stop.is_some() {
                        break;
                    }
                }
            }
        }
        self.redeem(rules, &standings);
        let rejected = self.rejections(stage.id.as_str(), rules, &judged);
        self.rejected.extend(rejected);
    }

    fn try_document(
        &mut self,
        stage: &StageDef,
        rules: &[&'m AdjustmentDef],
        number: usize,
        standings: &mut [Standing],
        entry: &[Figure],
        judged: &mut Judged<'m>,
    ) -> bool {
        let rule = rules[number];
        let (base, granted, wanted) = match self.judge_document(stage, rule, &mut standings[number], entry) {
            Ok(verdict) => verdict,
            Err(reason) => {
                judged.refused.push((rule, reason));
                return false;
            }
        };
        let eligible: Vec<usize> = self.fitting(rule).into_iter().filter(|line| self.refused(rule, *line).is_none()).collect();
        let costs: Vec<Rational> = eligible.iter().map(|line| self.lines[*line].figure.amount).collect();
        let room = |line: &usize| (self.lines[*line].figure.amount - self.kept(stage, *line)).max(Rational::ZERO);
        let rooms: Vec<Rational> = eligible.iter().map(room).collect();
        let parts: Vec<Rational> = if granted.is_negative() {
            let parts = self.split(&eligible, &costs, None, Rational::ZERO - granted, stage.allocate.as_ref());
            parts.into_iter().map(|part| Rational::ZERO - part).collect()
        } else if Self::bears_each(stage) {
            let alone = |line: &usize| self.off_of_line(stage, rule, *line, entry);
            eligible.iter().zip(&rooms).map(|(line, room)| alone(line).min(*room)).collect()
        } else {
            self.split(&eligible, &costs, Some(&rooms), wanted, stage.allocate.as_ref())
        };
        let taken: Rational = parts.iter().copied().sum();
        if taken != wanted {
            self.find("adjust.unallocated", "warning", None);
        }
        standings[number].take(taken, Rational::ZERO);
        for (line, part) in eligible.into_iter().zip(parts) {
            let before = self.lines[line].figure.amount;
            let after = Figure { amount: before - part, unit: None };
            self.lines[line].figure = after;
            self.lines[line].marks.push(rule);
            self.enter(line, stage.id.as_str(), Some(rule.id.as_str()), base, before, after);
        }
        judged.applied.push(rule);
        true
    }

    /// The lines that the rule's `lines` holds for.
    fn fitting(&self, rule: &AdjustmentDef) -> Vec<usize> {
        self.sold().into_iter().filter(|line| self.holds(rule.lines.as_ref(), Some(*line))).collect()
    }

    /// The sum that percentages are taken on, what the rule takes off, and what it would take off if there were enough.
    fn judge_document(
        &mut self,
        stage: &StageDef,
        rule: &'m AdjustmentDef,
        standing: &mut Standing,
        entry: &[Figure],
    ) -> Result<(Rational, Rational, Rational), &'static str> {
        if let Some(reason) = standing.barred {
            return Err(reason);
        }
        let fitting = self.fitting(rule);
        let eligible: Vec<usize> = fitting.iter().copied().filter(|line| self.refused(rule, *line).is_none()).collect();
        if eligible.is_empty() {
            return Err(fitting.last().and_then(|line| self.refused(rule, *line)).unwrap_or("no_eligible_line"));
        }
        let base_of = |line: &usize| match (rule.base.as_ref().or(stage.base.as_ref()), stage.policy) {
            (Some(step), _) => self.lines[*line].after[step.as_str()].amount,
            (None, Policy::OnBase) => entry[*line].amount,
            _ => self.lines[*line].figure.amount,
        };
        let base: Rational = eligible.iter().map(base_of).sum();
        let running: Rational = eligible.iter().map(|line| self.lines[*line].figure.amount).sum();
        let wanted = if Self::bears_each(stage) {
            eligible.iter().map(|line| self.off_of_line(stage, rule, *line, entry)).sum()
        } else {
            self.off_of(stage, rule, base)
        };
        let there = wanted.min(running);
        let granted = standing.grant(rule, there)?;
        let mut after = standing.clone();
        after.take(granted, Rational::ZERO);
        if after.overdrawn() {
            self.deny(standing);
            return Err("budget_used_up");
        }
        Ok((base, granted, if granted < there { granted } else { wanted }))
    }

    /// What a rule takes off a line by itself.
    fn off_of_line(&self, stage: &StageDef, rule: &AdjustmentDef, line: usize, entry: &[Figure]) -> Rational {
        let base = match (rule.base.as_ref().or(stage.base.as_ref()), stage.policy) {
            (Some(step), _) => self.lines[line].after[step.as_str()].amount,
            (None, Policy::OnBase) => entry[line].amount,
            _ => self.lines[line].figure.amount,
        };
        self.off_of(stage, rule, base).min(self.lines[line].figure.amount)
    }

    /// What a rule takes off, whatever the lines are worth.
    fn off_of(&self, stage: &StageDef, rule: &AdjustmentDef, base: Rational) -> Rational {
        let rounded = |amount: Decimal| Rational::from(amount).rounded(stage.rounding, self.digits());
        match &rule.effect {
            EffectDef::PercentOff(percent) => self.percent_off(stage, *percent, base).max(Rational::ZERO),
            EffectDef::PercentOn(percent) => {
                self.percent_off(stage, Decimal::ZERO.checked_sub(*percent).unwrap(), base).min(Rational::ZERO)
            }
            EffectDef::AmountOff(off) => rounded(off.amount).max(Rational::ZERO),
            EffectDef::AmountOn(on) => Rational::ZERO - rounded(on.amount).max(Rational::ZERO),
            EffectDef::FixedPrice(_) => unreachable!("refused at document scope"),
        }
    }
}
