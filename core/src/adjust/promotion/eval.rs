//! A step of promotions over the lines of a document: which apply, and what each takes off which line.

use std::collections::BTreeMap;

use super::benefit::{add, proportion, times};
use super::compile::{Promotion, PromotionStep};
use super::def::{Apportion, Combine};
use super::exclusion::Conflicts;
use super::optimal::up_to_minor;
use super::plan::{Application, Contest, Contestant, Left, Plan};
use super::room::Rooms;
use super::units::{Pool, UnitLine};
use crate::money::{AllocationShare, ArithmeticError, Exact, Money, Rounding, allocate};

/// What a step of promotions comes to.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// The promotions that apply, in their order.
    pub granted: Vec<Granted>,
    /// Those that could have and do not, in their order.
    pub refused: Vec<Refused>,
    /// What the document lacks of what is given.
    pub proposed: Vec<Proposed>,
    /// How the best combination was looked for.
    pub search: Option<SearchReport>,
}

/// A promotion that applies. Promotions are numbered in the step's order.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Its number.
    pub promotion: usize,
    /// How often it applies.
    pub applications: u64,
    /// What it takes off, in minor units.
    pub off: i64,
    /// How many units more make another application; nothing when it may not apply again.
    pub missing: Option<u64>,
    /// The lines whose units take part, in the order in which lines are given.
    pub lines: Vec<LineShare>,
}

/// What a promotion does to a line.
#[derive(Debug, Clone, Copy)]
pub struct LineShare {
    /// The line's number in the document.
    pub line: usize,
    /// What its units that bear the benefit are worth, in minor units.
    pub base: i64,
    /// What is taken off the line, in minor units.
    pub off: i64,
    /// The same before whole minor units were found, to a billionth of one; none where its figures are too long.
    pub exact: Option<Exact>,
    /// How many of its units count as bought.
    pub bought: u64,
    /// How many get the benefit.
    pub rewarded: u64,
}

/// A promotion that does not apply, though it is valid and its condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its number.
    pub promotion: usize,
    /// Why.
    pub reason: Refusal,
}

/// Why a promotion does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The document has no unit for it.
    NoUnits,
    /// There are too few units for it.
    NotEnough {
        /// How many more it takes.
        missing: u64,
    },
    /// It never applies together with another promotion, which has applied to the lines whose units it would need.
    Excluded {
        /// The first that keeps it out.
        by: usize,
    },
    /// Another promotion took the units.
    Taken {
        /// The first that took some.
        by: usize,
        /// How many more it takes.
        missing: u64,
    },
    /// It would take nothing off.
    NoBenefit,
    /// It would take off more than it may, and no part is given.
    OverBudget,
    /// Another combination takes off more.
    NotChosen,
}

/// Units that a document lacks of what a promotion gives.
#[derive(Debug, Clone, Copy)]
pub struct Proposed {
    /// The promotion's number.
    pub promotion: usize,
    /// How many base units.
    pub quantity: u64,
}

/// How the best combination was looked for.
#[derive(Debug, Clone, Copy)]
pub struct SearchReport {
    /// Whether no combination takes off more.
    pub optimal: bool,
    /// How many steps it took.
    pub steps: u64,
    /// No combination takes off more than this, in minor units.
    pub bound: i64,
}

/// A promotion that may apply.
#[derive(Debug, Clone, Copy)]
pub struct Entrant {
    /// Its number.
    pub promotion: usize,
    /// The most that it may take off, in minor units, of what its units bring; any amount when there is none.
    pub most: Option<i64>,
    /// In a search only combinations count in which it takes off no more than this, in minor units.
    pub within: Option<i64>,
}

impl PromotionStep {
    /// Applies promotions, which are given in ascending order, to the units of the lines. In which order lines are given
    /// decides only which of several lines with units of one price are taken from first.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the lines are too large to calculate with.
    pub fn evaluate(&self, lines: &[UnitLine<'_>], active: &[Entrant]) -> Result<Evaluation, ArithmeticError> {
        // 1. The units, and who may want them.
        let caps: Vec<Option<u64>> = self.parts().map(|(_, part)| part.per_line).collect();
        let cap = |part: u32| usize::try_from(part).ok().and_then(|part| caps.get(part).copied().flatten());
        let promotions: Vec<&Promotion> = active.iter().filter_map(|entrant| self.promotions.get(entrant.promotion)).collect();
        let conflicts = Conflicts::of(&promotions, lines.len());
        let pool = Pool::of(lines, &cap, conflicts.any())?;
        let contestants = promotions.into_iter().map(|promotion| Contestant::of(promotion, &pool)).collect();
        let rooms = if self.combine == Combine::Optimal { Rooms::of(active) } else { Rooms::default() };
        let contest = Contest { step: self, pool: &pool, contestants, conflicts, rooms };
        // 2. Which apply, how often, to which units.
        let (plan, search) = match self.combine {
            Combine::Priority => (contest.by_priority()?, None),
            Combine::Optimal => {
                let found = contest.optimal()?;
                let report = SearchReport { optimal: found.optimal, steps: found.steps, bound: up_to_minor(found.bound) };
                (found.plan, Some(report))
            }
        };
        // 3. What that takes off which line, and why the others do not apply.
        let mut left = contest.start();
        for application in &plan.applications {
            contest.use_up(application.contestant, &application.takes, application.times, &mut left);
        }
        let mut evaluation = Evaluation { search, ..Evaluation::default() };
        let mut shares = Shares::new(&contest, lines);
        for (contestant, Entrant { promotion, most, within }) in active.iter().copied().enumerate() {
            let gift = plan.gifts.iter().find(|gift| gift.contestant == contestant);
            evaluation.proposed.extend(gift.filter(|gift| gift.lacking > 0).map(|gift| Proposed { promotion, quantity: gift.lacking }));
            let own: Vec<&Application> = plan.applications.iter().filter(|application| application.contestant == contestant).collect();
            let applications = own.iter().fold(0_u64, |sum, application| sum.saturating_add(application.times));
            let applications = gift.map_or(applications, |gift| gift.groups);
            if applications == 0 {
                let reason = refusal(&contest, contestant, &plan, &left, active)?;
                evaluation.refused.push(Refused { promotion, reason });
                continue;
            }
            let missing = Some(contest.missing(contestant, &left)).filter(|missing| *missing > 0 && gift.is_none());
            // What a search has found within bounds does not leave them by being rounded.
            let most = most.into_iter().chain(within).min();
            let (off, lines) = shares.of(contestant, &own, most)?;
            evaluation.granted.push(Granted { promotion, applications, off, missing, lines });
        }
        Ok(evaluation)
    }
}

/// Why a promotion does not apply.
fn refusal(contest: &Contest<'_>, contestant: usize, plan: &Plan, left: &Left, active: &[Entrant]) -> Result<Refusal, ArithmeticError> {
    let start = contest.start();
    let Some(known) = contest.contestants.get(contestant) else { return Ok(Refusal::NoUnits) };
    if known.eligible.classes.is_empty() {
        return Ok(Refusal::NoUnits);
    }
    let missing = contest.missing(contestant, &start);
    let Some((_, worth)) = contest.next(contestant, &start)? else { return Ok(Refusal::NotEnough { missing }) };
    if worth.off <= 0 && known.promotion.gift.is_none() {
        return Ok(Refusal::NoBenefit);
    }
    if worth.off > 0 && start.rooms.grant(contestant, worth.off) <= 0 {
        return Ok(Refusal::OverBudget);
    }
    if contest.next(contestant, left)?.is_some() {
        return Ok(Refusal::NotChosen);
    }
    let mut together = left.clone();
    together.applied.forget();
    if contest.next(contestant, &together)?.is_some() {
        let by = plan.applications.iter().map(|application| application.contestant);
        let by = by.filter(|by| contest.conflicts.between(contestant, *by)).min();
        let by = by.and_then(|by| active.get(by)).map_or(0, |entrant| entrant.promotion);
        return Ok(Refusal::Excluded { by });
    }
    let wanted = |class: usize| known.eligible.classes.iter().any(|(known, _)| *known == class);
    let took = |application: &&Application| application.takes.iter().any(|take| wanted(take.class));
    let by = plan.applications.iter().filter(took).map(|application| application.contestant).min();
    let by = by.and_then(|by| active.get(by)).map_or(0, |entrant| entrant.promotion);
    Ok(Refusal::Taken { by, missing: contest.missing(contestant, left) })
}

/// What promotions take off lines, from the first unit of each class on.
struct Shares<'c, 's> {
    contest: &'c Contest<'s>,
    lines: &'c [UnitLine<'c>],
    /// What is left of each line, in minor units.
    amounts: Vec<i64>,
    /// How many units of each class have been handed out.
    drawn: Vec<u64>,
}

/// What the units of a line come to in one promotion.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Of the units that bear the benefit, at the base of percentages.
    value: i128,
    /// Of those that get it.
    worth: i128,
    borne: i128,
    /// The same, where units are not rounded.
    exact: i128,
    bought: u64,
    rewarded: u64,
}

impl<'c, 's> Shares<'c, 's> {
    fn new(contest: &'c Contest<'s>, lines: &'c [UnitLine<'c>]) -> Self {
        let amounts = lines.iter().map(|line| line.amount).collect();
        Self { contest, lines, amounts, drawn: vec![0; contest.pool.classes.len()] }
    }

    /// What a promotion takes off in all, and off each line.
    fn of(
        &mut self,
        contestant: usize,
        applications: &[&Application],
        most: Option<i64>,
    ) -> Result<(i64, Vec<LineShare>), ArithmeticError> {
        let Some(apportion) = self.contest.contestants.get(contestant).map(|known| known.promotion.apportion) else {
            return Ok((0, Vec::new()));
        };
        // 1. Hand out the units of the lines.
        let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
        let mut off = 0_i128;
        for (place, application) in applications.iter().enumerate() {
            off = add(off, times(application.worth.off, application.times)?)?;
            let last = place.saturating_add(1) == applications.len();
            self.hand_out(application, apportion, last, &mut sums)?;
        }
        // 2. Round what is left of the rewarded units, once; no more than it may take off.
        let worth = sums.values().try_fold(0_i128, |sum, line| add(sum, line.worth))?;
        let off = self.contest.step.to_minor(worth, off)?;
        let off = most.map_or(off, |most| off.min(most));
        // 3. Split what is taken off to the last minor unit.
        let borne: Vec<i128> = sums.values().map(|sum| sum.borne).collect();
        let exact: Vec<i128> = sums.values().map(|sum| sum.exact).collect();
        let unrounded = self.unrounded(&exact, most);
        let caps = sums.keys().map(|place| self.amounts.get(*place).map_or(0, |amount| amount.unsigned_abs()));
        let allocation: Vec<AllocationShare> =
            weights(&borne).into_iter().zip(caps).map(|(weight, cap)| AllocationShare { weight, cap: Some(cap) }).collect();
        let (step, mut parts) = (self.contest.step, Vec::new());
        let whole = Money::new(off, step.currency);
        let lost = allocate(whole, &allocation, step.allocate.method, step.allocate.zero_weights, &mut parts)?;
        let mut lines = Vec::with_capacity(sums.len());
        for (((place, sum), part), exact) in sums.iter().zip(parts).zip(unrounded) {
            let base = Rounding::half_up(step.currency.minor_units()).apply(super::benefit::exact(sum.value, step.currency)?)?;
            if let Some(amount) = self.amounts.get_mut(*place) {
                *amount = amount.saturating_sub(part);
            }
            let Some(line) = self.lines.get(*place).map(|line| line.line) else { continue };
            lines.push(LineShare { line, base, off: part, exact, bought: sum.bought, rewarded: sum.rewarded });
        }
        Ok((off.saturating_sub(lost.minor()), lines))
    }

    /// What each line bears, not rounded: of at most so much in proportion.
    fn unrounded(&self, borne: &[i128], most: Option<i64>) -> Vec<Option<Exact>> {
        let currency = self.contest.step.currency;
        let exact = |parts: i128| super::benefit::exact(parts, currency).ok();
        let all = borne.iter().try_fold(0_i128, |sum, borne| sum.checked_add(*borne)).and_then(exact);
        let most = most.and_then(|most| Money::new(most, currency).to_exact().ok());
        let beyond = |(all, most): &(Exact, Exact)| most.negated().and_then(|most| all.plus(most)).is_ok_and(Exact::is_positive);
        let part = |parts: i128| match all.zip(most).filter(beyond) {
            Some((all, most)) => exact(parts)?.product(most).ok()?.reduced().quotient(all).ok().map(Exact::reduced),
            None => exact(parts),
        };
        borne.iter().map(|borne| part(*borne)).collect()
    }

    fn hand_out(
        &mut self,
        application: &Application,
        apportion: Apportion,
        last: bool,
        sums: &mut BTreeMap<usize, Sum>,
    ) -> Result<(), ArithmeticError> {
        let worth = &application.worth;
        let promotion = self.contest.contestants.get(application.contestant).map(|known| known.promotion);
        let exactly = promotion.map(|promotion| self.contest.step.borne_exactly(promotion, &application.takes, self.contest.pool));
        let exactly = exactly.transpose()?.flatten();
        let exactly = exactly.as_ref().unwrap_or(&worth.borne);
        for (((take, rewarded), borne), exact) in application.takes.iter().zip(&worth.rewarded).zip(&worth.borne).zip(exactly) {
            let consumed = promotion.and_then(|promotion| promotion.parts.get(take.part)).is_some_and(|part| part.consumed);
            // What is not used up counts again every time, and is there at the last.
            let rounds = if consumed { application.times } else { 1 };
            let all = take.count.saturating_mul(rounds);
            let rewarded = rewarded.saturating_mul(rounds);
            let bought = all.saturating_sub(rewarded);
            let price = self.contest.pool.price(take.class);
            let shown = self.contest.pool.base(take.class, promotion.and_then(|promotion| promotion.base));
            let bearing = if apportion == Apportion::All { all } else { rewarded };
            let (borne, exact) = (times(*borne, application.times)?, times(*exact, application.times)?);
            for (count, gets) in [(bought, false), (rewarded, true)] {
                for (place, count) in self.draw(take.class, count, consumed) {
                    let sum = sums.entry(place).or_default();
                    if gets {
                        sum.rewarded = sum.rewarded.saturating_add(count);
                        sum.worth = add(sum.worth, times(price, count)?)?;
                    } else if consumed || last {
                        sum.bought = sum.bought.saturating_add(count);
                    }
                    if gets || apportion == Apportion::All {
                        sum.value = add(sum.value, times(shown, count)?)?;
                        sum.borne = add(sum.borne, proportion(borne, i128::from(count), i128::from(bearing)))?;
                        sum.exact = add(sum.exact, proportion(exact, i128::from(count), i128::from(bearing)))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The lines of so many units of a class.
    fn draw(&mut self, class: usize, count: u64, consumed: bool) -> Vec<(usize, u64)> {
        let (Some(units), Some(drawn)) = (self.contest.pool.classes.get(class), self.drawn.get_mut(class)) else { return Vec::new() };
        // What is used up is drawn from the front, what is only held from the end.
        let mut skip = if consumed { *drawn } else { units.count.saturating_sub(count) };
        if consumed {
            *drawn = drawn.saturating_add(count);
        }
        let mut left = count;
        let mut lines = Vec::new();
        for run in &units.runs {
            let there = run.count.saturating_sub(skip);
            skip = skip.saturating_sub(run.count);
            let take = there.min(left);
            left = left.saturating_sub(take);
            if take > 0 {
                lines.push((run.place, take));
            }
        }
        lines
    }
}

/// Weights with as many digits as an allocation takes.
fn weights(borne: &[i128]) -> Vec<u64> {
    const DIGITS: i128 = 1_000_000_000_000_000_000;
    let sum = borne.iter().fold(0_i128, |sum, part| sum.saturating_add(*part));
    let mut unit = 1_i128;
    while sum.checked_div(unit).is_some_and(|sum| sum > DIGITS) {
        unit = unit.saturating_mul(10);
    }
    borne.iter().map(|part| part.checked_div(unit).and_then(|part| u64::try_from(part).ok()).unwrap_or(0)).collect()
}

impl<'s> Contestant<'s> {
    fn of(promotion: &'s Promotion, pool: &Pool) -> Self {
        Self { promotion, eligible: super::matcher::Eligible::of(promotion, pool) }
    }
}
