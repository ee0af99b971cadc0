//! Which promotions apply how often, and to which units: in the order of priority, or the largest benefit first.

use std::borrow::Cow;

use super::benefit::{Worth, add, times};
use super::compile::{Part, Promotion, PromotionStep};
use super::exclusion::{Applied, Conflicts};
use super::matcher::{Eligible, Take, bit};
use super::room::Rooms;
use super::units::Pool;
use crate::money::ArithmeticError;

/// Applications of one promotion that take the same units of the same classes.
#[derive(Debug, Clone)]
pub(super) struct Application {
    /// The promotion's place among the contestants.
    pub contestant: usize,
    pub takes: Vec<Take>,
    /// What one of them takes off.
    pub worth: Worth,
    pub times: u64,
}

/// Applications that use no unit twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub applications: Vec<Application>,
    /// What all of them take off.
    pub off: i128,
    /// What is given.
    pub gifts: Vec<Given>,
}

/// What a promotion gives for nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub contestant: usize,
    /// How many groups earn it.
    pub groups: u64,
    /// How many units the document lacks.
    pub lacking: u64,
}

/// A promotion that is valid and whose condition holds.
#[derive(Debug)]
pub(super) struct Contestant<'s> {
    pub promotion: &'s Promotion,
    pub eligible: Eligible,
}

/// The promotions of a step over the units of a document.
#[derive(Debug)]
pub(super) struct Contest<'s> {
    pub step: &'s PromotionStep,
    pub pool: &'s Pool,
    pub contestants: Vec<Contestant<'s>>,
    /// Who never applies to a line together with whom; then units are kept apart by line.
    pub conflicts: Conflicts,
    /// How much each may take off while a combination is looked for.
    pub rooms: Rooms,
}

/// The units and applications that are left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Left {
    /// Units by class.
    pub units: Vec<u64>,
    /// Applications by contestant; no bound where there is none.
    pub repeats: Vec<Option<u64>>,
    /// Who has applied to which line.
    pub applied: Applied,
    /// How much each may still take off.
    pub rooms: Rooms,
}

impl Contest<'_> {
    /// Everything, before any promotion applies.
    pub fn start(&self) -> Left {
        let repeats = self.contestants.iter().map(|contestant| contestant.promotion.repeat).collect();
        Left { units: self.pool.counts(), repeats, applied: self.conflicts.nobody(), rooms: self.rooms.clone() }
    }

    /// One promotion after the other takes what it can.
    pub fn by_priority(&self) -> Result<Plan, ArithmeticError> {
        let (mut left, mut plan) = (self.start(), Plan::default());
        for (number, contestant) in self.contestants.iter().enumerate() {
            match contestant.promotion.gift {
                Some(_) => self.give(number, &mut left, &mut plan)?,
                None => while self.apply_next(number, &mut left, &mut plan)? {},
            }
        }
        Ok(plan)
    }

    /// How many steps it counts to look at all classes of units once.
    pub fn steps(&self) -> u64 {
        const CLASSES: usize = 16;
        u64::try_from(self.pool.classes.len().div_ceil(CLASSES)).unwrap_or(u64::MAX).max(1)
    }

    /// Again and again the application that takes off most, as long as the steps suffice.
    pub fn by_benefit(&self, max_steps: u64) -> Result<Plan, ArithmeticError> {
        let (mut left, mut plan) = (self.start(), Plan::default());
        let each = self.steps().saturating_mul(u64::try_from(self.contestants.len()).unwrap_or(u64::MAX)).max(1);
        for _ in 0..max_steps.checked_div(each).unwrap_or(0) {
            let mut best: Option<(i128, usize)> = None;
            for number in 0..self.contestants.len() {
                let off = self.next(number, &left)?.map_or(0, |(_, worth)| left.rooms.grant(number, worth.off));
                if off > 0 && best.is_none_or(|(most, _)| off > most) {
                    best = Some((off, number));
                }
            }
            let Some((_, number)) = best else { return Ok(plan) };
            if !self.apply_next(number, &mut left, &mut plan)? {
                return Ok(plan);
            }
        }
        Ok(plan)
    }

    /// Applies a promotion as often as it takes the same units; whether it did.
    fn apply_next(&self, number: usize, left: &mut Left, plan: &mut Plan) -> Result<bool, ArithmeticError> {
        let brings = |(_, worth): &(Vec<Take>, Worth)| left.rooms.grant(number, worth.off) > 0;
        let Some((takes, worth)) = self.next(number, left)?.filter(brings) else { return Ok(false) };
        let times = self.alike(number, left, &takes, &|later| self.pick(number, later)).min(left.rooms.repeats(number, worth.off)).max(1);
        self.apply(Application { contestant: number, takes, worth, times }, left, plan)?;
        Ok(true)
    }

    fn apply(&self, application: Application, left: &mut Left, plan: &mut Plan) -> Result<(), ArithmeticError> {
        let granted = left.rooms.grant(application.contestant, times(application.worth.off, application.times)?);
        left.rooms.spend(application.contestant, granted);
        plan.off = add(plan.off, granted)?;
        self.use_up(application.contestant, &application.takes, application.times, left);
        plan.applications.push(application);
        Ok(())
    }

    /// The next application of a promotion, when there are units for it.
    pub fn next(&self, number: usize, left: &Left) -> Result<Option<(Vec<Take>, Worth)>, ArithmeticError> {
        let Some(takes) = self.pick(number, left) else { return Ok(None) };
        let Some(contestant) = self.contestants.get(number) else { return Ok(None) };
        let worth = self.step.worth(contestant.promotion, &takes, self.pool)?;
        Ok(Some((takes, worth)))
    }

    fn pick(&self, number: usize, left: &Left) -> Option<Vec<Take>> {
        let contestant = self.contestants.get(number)?;
        let needs = self.needs(number, left)?;
        contestant.eligible.pick(contestant.promotion, &needs, &self.units(number, left))
    }

    /// The units that a promotion may have: those of lines to which none has applied that excludes it.
    pub fn units<'l>(&self, number: usize, left: &'l Left) -> Cow<'l, [u64]> {
        if left.applied.is_empty() {
            return Cow::Borrowed(&left.units);
        }
        let open = |class: usize| self.pool.line(class).is_none_or(|line| !self.conflicts.bar(number, line, &left.applied));
        let units = left.units.iter().enumerate().map(|(class, count)| if open(class) { *count } else { 0 });
        Cow::Owned(units.collect())
    }

    /// How many units each part gets; none when there are too few, or the promotion has applied as often as it may.
    pub fn needs(&self, number: usize, left: &Left) -> Option<Vec<u64>> {
        let Contestant { promotion, eligible } = self.contestants.get(number)?;
        if left.repeats.get(number).copied().flatten() == Some(0) {
            return None;
        }
        let (mut needs, units) = (promotion.needs(), self.units(number, left));
        let missing = eligible.missing(&needs, &units);
        if missing == 0 {
            return Some(needs);
        }
        // Fewer rewarded units will do, at least one.
        let reward = promotion.parts.iter().position(|part| part.rewarded).filter(|_| promotion.partial)?;
        let fewer = needs.get(reward).and_then(|need| need.checked_sub(missing)).filter(|need| *need > 0)?;
        *needs.get_mut(reward)? = fewer;
        (eligible.missing(&needs, &units) == 0).then_some(needs)
    }

    /// How many more units make another application, when it may apply again.
    pub fn missing(&self, number: usize, left: &Left) -> u64 {
        let again = left.repeats.get(number).copied().flatten() != Some(0);
        let contestant = self.contestants.get(number).filter(|_| again);
        let units = self.units(number, left);
        contestant.map_or(0, |contestant| contestant.eligible.missing(&contestant.promotion.needs(), &units))
    }

    /// How often in a row a promotion takes the same units: as long as each class has enough of them. What it takes changes only when a
    /// class runs out or is spared for another part, so that the last time decides.
    fn alike(&self, number: usize, left: &Left, takes: &[Take], pick: &dyn Fn(&Left) -> Option<Vec<Take>>) -> u64 {
        let again = |times: u64| {
            let mut later = left.clone();
            self.use_up(number, takes, times.saturating_sub(1), &mut later);
            pick(&later).as_deref() == Some(takes)
        };
        let (mut known, mut most) = (1, self.most(number, left, takes));
        if most <= 1 || again(most) {
            return most.max(1);
        }
        while most.saturating_sub(known) > 1 {
            let middle = known.midpoint(most);
            if again(middle) { known = middle } else { most = middle }
        }
        known
    }

    /// How often the units suffice, and the promotion may apply.
    fn most(&self, number: usize, left: &Left, takes: &[Take]) -> u64 {
        let repeats = left.repeats.get(number).copied().flatten().unwrap_or(u64::MAX);
        let consumed = |class: usize| {
            let of_class = takes.iter().filter(|take| take.class == class && self.consumes(number, take));
            of_class.fold(0_u64, |sum, take| sum.saturating_add(take.count))
        };
        let enough = |take: &Take| left.units.get(take.class)?.checked_div(consumed(take.class));
        takes.iter().filter_map(enough).fold(repeats, u64::min)
    }

    fn consumes(&self, number: usize, take: &Take) -> bool {
        let part = self.contestants.get(number).and_then(|contestant| contestant.promotion.parts.get(take.part));
        part.is_some_and(|part| part.consumed)
    }

    /// Takes the units of some applications away.
    pub fn use_up(&self, number: usize, takes: &[Take], times: u64, left: &mut Left) {
        for take in takes.iter().filter(|take| self.consumes(number, take)) {
            if let Some(units) = left.units.get_mut(take.class) {
                *units = units.saturating_sub(take.count.saturating_mul(times));
            }
        }
        if let Some(Some(repeats)) = left.repeats.get_mut(number) {
            *repeats = repeats.saturating_sub(times);
        }
        for line in takes.iter().filter_map(|take| self.pool.line(take.class)) {
            left.applied.add(number, line);
        }
    }

    /// Gives a product: the groups that earn it first, then as many of its units as the document has.
    fn give(&self, number: usize, left: &mut Left, plan: &mut Plan) -> Result<(), ArithmeticError> {
        let Some(Contestant { promotion, eligible }) = self.contestants.get(number) else { return Ok(()) };
        let gift = promotion.parts.len().saturating_sub(1);
        let (earn, quantity) = (promotion.needs(), promotion.parts.last().map_or(0, |part| part.quantity));
        let pick = |left: &Left| eligible.pick(promotion, &earn, &self.units(number, left));
        // 1. The groups that earn it; without a trigger the document does.
        let mut groups = u64::from(gift == 0);
        while gift > 0 && left.repeats.get(number).copied().flatten() != Some(0) {
            let Some(takes) = pick(left) else { break };
            let times = self.alike(number, left, &takes, &pick);
            groups = groups.saturating_add(times);
            let worth = self.step.worth(promotion, &takes, self.pool)?;
            self.apply(Application { contestant: number, takes, worth, times }, left, plan)?;
        }
        // 2. The units that the document has.
        let mut lacking = quantity.saturating_mul(groups);
        for (class, mask) in &eligible.classes {
            let count = self.units(number, left).get(*class).copied().unwrap_or(0).min(lacking);
            if count == 0 || mask & bit(gift) == 0 {
                continue;
            }
            lacking = lacking.saturating_sub(count);
            let takes = vec![Take { class: *class, part: gift, count: 1 }];
            let worth = self.step.worth(promotion, &takes, self.pool)?;
            self.apply(Application { contestant: number, takes, worth, times: count }, left, plan)?;
        }
        if groups > 0 {
            plan.gifts.push(Given { contestant: number, groups, lacking });
        }
        Ok(())
    }
}

impl Promotion {
    /// How many units each part needs; what is given is not needed.
    pub(super) fn needs(&self) -> Vec<u64> {
        let given = |part: &Part| self.gift.is_some() && part.product == self.gift;
        self.parts.iter().map(|part| if given(part) { 0 } else { part.quantity }).collect()
    }
}
