//! The best combination of promotions that want the same units: branch and bound over their applications.
//!
//! A step of the search looks at one combination, or finds one way to take the units of an application; where there are many classes of
//! units, that counts as several steps, so that steps bound time and room. No clock is looked at, so that the answer is the same on every
//! machine.

use std::collections::BTreeMap;

use super::benefit::{Benefit, Worth, add, times};
use super::compile::{Promotion, Within};
use super::def::{PromotionRoundAt, Select};
use super::matcher::{Take, bit, give_back, spare, taken, use_up};
use super::plan::{Application, Contest, Left, Plan};
use super::units::FINE;
use crate::money::ArithmeticError;

/// What a search found.
#[derive(Debug)]
pub(super) struct Found {
    pub plan: Plan,
    /// Whether no combination takes off more.
    pub optimal: bool,
    /// No combination takes off more than this.
    pub bound: i128,
    pub steps: u64,
}

/// A combination that can be gone on with.
struct Node {
    left: Left,
    off: i128,
    /// The last application, in the trail.
    last: Option<usize>,
}

/// An application with the one before it.
struct Trail {
    before: Option<usize>,
    application: Application,
}

/// How far a search came.
struct Reached {
    /// The best combination that takes off more than what was known before, by its last application.
    best: Option<(i128, Option<usize>)>,
    /// The most that could still be found, when steps ran out.
    open: Option<i128>,
}

/// What a search that ran out of steps says of what it has not looked at.
struct OutOfSteps;

struct Search<'s, 'c> {
    contest: &'c Contest<'s>,
    /// By contestant and class, the most that a unit can bring.
    shares: Vec<Vec<i128>>,
    trail: Vec<Trail>,
    /// The most that was taken off when the same was left.
    seen: BTreeMap<Left, i128>,
    steps: u64,
}

impl Contest<'_> {
    /// The combination that takes off most; the better of two quick ones when the search does not end.
    pub(super) fn optimal(&self) -> Result<Found, ArithmeticError> {
        // 1. Something to start from.
        let (by_priority, by_benefit) = (self.by_priority()?, self.by_benefit(self.step.max_steps)?);
        let quick = if by_benefit.off > by_priority.off { by_benefit } else { by_priority };
        // 2. Search, the most promising first.
        let mut search = Search { contest: self, shares: self.shares()?, trail: Vec::new(), seen: BTreeMap::new(), steps: 0 };
        let Reached { best, open } = search.run(quick.off)?;
        // 3. What was found, and what is not known.
        let plan = match best {
            Some((off, last)) => Plan { applications: search.path(last), off, gifts: Vec::new() },
            None => quick,
        };
        let bound = open.unwrap_or(plan.off).max(plan.off);
        Ok(Found { optimal: open.is_none(), bound, steps: search.steps, plan })
    }

    /// By contestant and class an upper bound of what a unit can bring, the same or less for cheaper units.
    fn shares(&self) -> Result<Vec<Vec<i128>>, ArithmeticError> {
        let mut all = Vec::with_capacity(self.contestants.len());
        for contestant in &self.contestants {
            let mut shares = vec![0; self.pool.classes.len()];
            for (class, mask) in &contestant.eligible.classes {
                let share = self.share(contestant.promotion, *mask, *class)?;
                shares.get_mut(*class).into_iter().for_each(|place| *place = share);
            }
            // Where each unit is rounded, a cheaper one may bring a little more.
            let mut most = 0;
            for share in shares.iter_mut().rev().filter(|share| **share > 0) {
                most = most.max(*share);
                *share = most;
            }
            all.push(shares);
        }
        Ok(all)
    }

    fn share(&self, promotion: &Promotion, mask: u8, class: usize) -> Result<i128, ArithmeticError> {
        let price = self.pool.price(class);
        let parts = || promotion.parts.iter().enumerate().filter(|(_, part)| part.rewarded);
        if !parts().any(|(part, _)| mask & bit(part) != 0) {
            return Ok(0);
        }
        let group = parts().fold(0_u64, |sum, (_, part)| sum.saturating_add(part.quantity));
        let rewarded = match promotion.within {
            Within::All => group,
            Within::Cheapest(count) | Within::Dearest(count) => count,
        };
        let up = |whole: i128, parts: u64| whole.checked_add(i128::from(parts))?.checked_sub(1)?.checked_div(i128::from(parts));
        let share = match promotion.benefit {
            Benefit::Amount(amount) => up(amount, rewarded.min(group)),
            Benefit::Total(total) => total.checked_div(i128::from(rewarded)).and_then(|each| price.checked_sub(each)),
            single => {
                let off = self.step.unit_off(single, price, self.pool.base(class, promotion.base))?;
                match promotion.within {
                    // The cheapest of a group are worth no more than its average; what they bring at a base of their own may be more.
                    Within::Cheapest(count) if self.step.round_at == PromotionRoundAt::Promotion && promotion.base.is_none() => {
                        up(times(off, count)?, group)
                    }
                    _ => Some(off),
                }
            }
        };
        Ok(share.ok_or(ArithmeticError::Overflow)?.max(0))
    }
}

impl Search<'_, '_> {
    /// Looks for a combination that takes off more than `known`.
    fn run(&mut self, known: i128) -> Result<Reached, ArithmeticError> {
        let mut best: Option<(i128, Option<usize>)> = None;
        let mut stack = vec![Node { left: self.contest.start(), off: 0, last: None }];
        while let Some(node) = stack.pop() {
            let most = best.map_or(known, |(off, _)| off);
            if node.off > most {
                best = Some((node.off, node.last));
            }
            let reach = self.reach(&node)?;
            if reach <= best.map_or(known, |(off, _)| off) {
                continue;
            }
            if self.seen.get(&node.left).is_some_and(|off| *off >= node.off) {
                continue;
            }
            self.seen.insert(node.left.clone(), node.off);
            let Some(mut next) = self.expand(&node)? else {
                let mut open = reach;
                for node in &stack {
                    open = open.max(self.reach(node)?);
                }
                return Ok(Reached { best, open: Some(open) });
            };
            next.reverse();
            stack.append(&mut next);
        }
        Ok(Reached { best, open: None })
    }

    /// Every way to go on, in the order in which they are tried; none when the steps do not suffice.
    fn expand(&mut self, node: &Node) -> Result<Option<Vec<Node>>, ArithmeticError> {
        if self.step().is_err() {
            return Ok(None);
        }
        let mut nodes = Vec::new();
        for contestant in 0..self.contest.contestants.len() {
            let Ok(ways) = self.ways(contestant, &node.left) else { return Ok(None) };
            for takes in ways {
                let Some(promotion) = self.contest.contestants.get(contestant).map(|contestant| contestant.promotion) else { continue };
                let worth: Worth = self.contest.step.worth(promotion, &takes, self.contest.pool)?;
                let granted = node.left.rooms.grant(contestant, worth.off);
                if granted <= 0 {
                    continue;
                }
                let mut left = node.left.clone();
                left.rooms.spend(contestant, granted);
                self.contest.use_up(contestant, &takes, 1, &mut left);
                let off = add(node.off, granted)?;
                self.trail.push(Trail { before: node.last, application: Application { contestant, takes, worth, times: 1 } });
                nodes.push(Node { left, off, last: self.trail.len().checked_sub(1) });
            }
        }
        Ok(Some(nodes))
    }

    fn step(&mut self) -> Result<(), OutOfSteps> {
        let steps = self.steps.saturating_add(self.contest.steps());
        if steps > self.contest.step.max_steps {
            return Err(OutOfSteps);
        }
        self.steps = steps;
        Ok(())
    }

    /// Every choice of units that an application of a promotion may make.
    fn ways(&mut self, contestant: usize, left: &Left) -> Result<Vec<Vec<Take>>, OutOfSteps> {
        let Some(needs) = self.contest.needs(contestant, left) else { return Ok(Vec::new()) };
        let contest = self.contest;
        let Some(known) = contest.contestants.get(contestant) else { return Ok(Vec::new()) };
        let units = contest.units(contestant, left);
        let slack = known.eligible.slack(&needs, &units);
        let mut ways = vec![(Vec::new(), slack)];
        for (part, (definition, need)) in known.promotion.parts.iter().zip(&needs).enumerate() {
            let mut classes: Vec<(usize, u8)> = known.eligible.classes.iter().copied().filter(|(_, mask)| mask & bit(part) != 0).collect();
            if definition.select == Select::Cheapest {
                classes.reverse();
            }
            let mut longer = Vec::with_capacity(ways.len());
            for (takes, slack) in ways {
                let mut filling = Filling { part, need: *need, classes: &classes, units: &units, takes, slack, from: 0 };
                loop {
                    self.step()?;
                    let filled = filling.fill();
                    if filled {
                        longer.push((filling.takes.clone(), filling.slack.clone()));
                    }
                    if definition.select != Select::Any || !filling.step_back(filled) {
                        break;
                    }
                }
            }
            ways = longer;
        }
        Ok(ways.into_iter().map(|(takes, _)| takes).collect())
    }

    /// An upper bound of what a combination can come to.
    fn reach(&self, node: &Node) -> Result<i128, ArithmeticError> {
        let units = &node.left.units;
        // 1. Every unit brings what it brings most at.
        let mut by_unit = 0_i128;
        for (class, count) in units.iter().enumerate().filter(|(_, count)| **count > 0) {
            let most = self.shares.iter().filter_map(|shares| shares.get(class)).max().copied().unwrap_or(0);
            by_unit = add(by_unit, times(most, *count)?)?;
        }
        // 2. Every promotion applies as often as it may, to the dearest units, and takes off no more than it may.
        let mut by_promotion = 0_i128;
        for (number, (contestant, shares)) in self.contest.contestants.iter().zip(&self.shares).enumerate() {
            let promotion = contestant.promotion;
            let mut left = self.most_rewarded(number, promotion, &node.left);
            let mut off = 0_i128;
            for (share, count) in shares.iter().zip(units) {
                let count = left.min(if *share > 0 { *count } else { 0 });
                left = left.saturating_sub(count);
                off = add(off, times(*share, count)?)?;
            }
            by_promotion = add(by_promotion, node.left.rooms.reach(number, off))?;
        }
        add(node.off, by_unit.min(by_promotion))
    }

    /// How many units of what is left a promotion can reward at most.
    fn most_rewarded(&self, number: usize, promotion: &Promotion, left: &Left) -> u64 {
        let repeats = left.repeats.get(number).copied().flatten().unwrap_or(u64::MAX);
        let Some(contestant) = self.contest.contestants.get(number) else { return 0 };
        let there = |part: Option<usize>| {
            let classes = contestant.eligible.classes.iter().filter(|(_, mask)| part.is_none_or(|part| mask & bit(part) != 0));
            classes.filter_map(|(class, _)| left.units.get(*class)).fold(0_u64, |sum, count| sum.saturating_add(*count))
        };
        let group = promotion.parts.iter().filter(|part| part.rewarded).fold(0_u64, |sum, part| sum.saturating_add(part.quantity));
        let rewarded = match promotion.within {
            // A share of the cheapest is spread over the group.
            Within::All | Within::Cheapest(_) => group,
            Within::Dearest(count) => count,
        };
        if promotion.partial {
            return repeats.saturating_mul(rewarded);
        }
        let used = promotion.parts.iter().enumerate().filter(|(_, part)| part.consumed);
        let of_part = used.clone().filter_map(|(part, definition)| there(Some(part)).checked_div(definition.quantity)).min();
        let all = used.fold(0_u64, |sum, (_, part)| sum.saturating_add(part.quantity));
        let times = there(None).checked_div(all).into_iter().chain(of_part).fold(repeats, u64::min);
        times.saturating_mul(rewarded)
    }

    /// The applications up to that of the trail, in their order.
    fn path(&self, last: Option<usize>) -> Vec<Application> {
        let mut path = Vec::new();
        let mut at = last;
        while let Some(trail) = at.and_then(|at| self.trail.get(at)) {
            path.push(trail.application.clone());
            at = trail.before;
        }
        path.reverse();
        path
    }
}

/// Units of a part, as they are chosen: as many as can be of the first class, then of the next; and then back, one less.
struct Filling<'f> {
    part: usize,
    need: u64,
    classes: &'f [(usize, u8)],
    units: &'f [u64],
    /// Of the parts before too.
    takes: Vec<Take>,
    slack: Vec<i64>,
    /// The next class to take from.
    from: usize,
}

impl Filling<'_> {
    /// Fills the part up from where it stands; whether there were enough units.
    fn fill(&mut self) -> bool {
        let own = self.takes.iter().filter(|take| take.part == self.part);
        let mut left = self.need.saturating_sub(own.fold(0, |sum, take| sum.saturating_add(take.count)));
        for (class, mask) in self.classes.iter().skip(self.from) {
            if left == 0 {
                break;
            }
            let there = self.units.get(*class).copied().unwrap_or(0).saturating_sub(taken(&self.takes, *class));
            let count = left.min(there).min(spare(&self.slack, self.part, *mask));
            if count > 0 {
                self.takes.push(Take { class: *class, part: self.part, count });
                use_up(&mut self.slack, self.part, *mask, count);
                left = left.saturating_sub(count);
            }
        }
        left == 0
    }

    /// Takes one unit less of the last class, so that the next are chosen behind it; whether there was one.
    fn step_back(&mut self, filled: bool) -> bool {
        if !filled {
            // All units from here on are too few, and so they are with fewer units of the class just before.
            let here = self.from;
            while self.last().is_some_and(|last| last.saturating_add(1) >= here) {
                self.give_back(u64::MAX);
            }
        }
        self.give_back(1)
    }

    /// The place of the last class of which the part has units.
    fn last(&self) -> Option<usize> {
        let last = self.takes.last().filter(|take| take.part == self.part)?;
        self.classes.iter().position(|(class, _)| *class == last.class)
    }

    fn give_back(&mut self, most: u64) -> bool {
        let Some((place, (_, mask))) = self.last().and_then(|place| Some((place, *self.classes.get(place)?))) else { return false };
        let Some(last) = self.takes.last_mut() else { return false };
        let count = last.count.min(most);
        last.count = last.count.saturating_sub(count);
        if last.count == 0 {
            self.takes.pop();
        }
        give_back(&mut self.slack, self.part, mask, count);
        self.from = place.saturating_add(1);
        true
    }
}

/// A bound in whole minor units.
pub(super) fn up_to_minor(parts: i128) -> i64 {
    let up = parts.saturating_add(FINE.saturating_sub(1)).checked_div(FINE).unwrap_or(i128::MAX);
    i64::try_from(up).unwrap_or(i64::MAX)
}
