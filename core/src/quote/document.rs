//! A stage of document scope: match, choose, take off, allocate.

use super::allocation;
use super::choice::{Chosen, Ground};
use super::failure::sum_too_large;
use super::frame::{Frame, QuoteScratch};
use super::guard;
use super::ledger::{Ledger, Standing};
use super::outcome::Outcome;
use super::request::Explain;
use super::result::{DocumentEntry, Entry, Line, RejectionReason, Source};
use super::stage::{Judged, StageRun, enter, failing, holds, holds_now, judged_at_entry, reject, test};
use super::unrounded::{self, Share};
use crate::adjust::{Figure, Policy, Rule, Spread, ThresholdBase};
use crate::money::{AllocationShare, ArithmeticError, Decimal, Exact, Money};
use crate::report::{AdjustCode, Error, Finding, Severity};
use crate::rulebook::Step;

/// Runs a stage over the lines together.
#[inline(never)]
pub(super) fn apply(
    frame: &mut Frame<'_>,
    run: &StageRun<'_>,
    ledger: &mut Ledger<'_>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    // 1. Match, by the figures that enter the stage.
    let mut matched = std::mem::take(&mut scratch.matched);
    find_matches(frame, run, scratch, &mut matched)?;
    // What is for all lines has one as soon as any is sold.
    let for_all = matched.iter().all(|number| run.stage.rule(*number).is_none_or(|rule| rule.lines.is_none()));
    let all_have_lines = for_all && frame.lines.iter().any(Line::is_sold);
    let without_lines = if all_have_lines { Vec::new() } else { retain_with_lines(frame, run, &mut matched)? };
    scratch.floors.clear();
    if run.stage.guard.is_some() {
        find_floors(frame, run, scratch, out)?;
    }
    allocation::weigh(frame, &run.stage.allocate, &run.stage.id, run.after, scratch)?;
    // 2. Choose and apply, each over the lines that take part in it.
    let entered: Option<Vec<Figure>> = (run.stage.policy == Policy::OnBase).then(|| frame.lines.iter().map(|line| line.figure).collect());
    let standings = ledger.standings(run.stage);
    let mut chosen = std::mem::take(&mut scratch.chosen);
    chosen.clear();
    let mut ground = WholeDocument { frame, run, ledger, scratch, out, standings, entered, judged: None };
    match run.stage.threshold_base {
        ThresholdBase::Running => ground.one_rule_after_the_other(&mut matched, &mut chosen)?,
        ThresholdBase::StageInput => chosen.choose(run.stage, &matched, &mut ground)?,
    }
    // Where a rule is judged when its turn comes, its lines are those of that moment.
    let at_entry = |number: &u32| run.stage.rule(*number).is_some_and(|rule| judged_at_entry(run.stage, rule));
    let without_lines = without_lines.into_iter().filter(at_entry);
    chosen.refused.extend(without_lines.map(|number| (number, RejectionReason::NoEligibleLine)));
    // 3. Write down what was redeemed, and what did not apply.
    let WholeDocument { standings, .. } = ground;
    ledger.redeem(run.stage, &standings, out);
    if out.explain == Explain::Candidates {
        let judged = Judged { matched: &matched, applied: &chosen.applied, refused: &chosen.refused, unmet: &chosen.unmet };
        reject(frame, run, ledger, None, &judged, out);
    }
    scratch.matched = matched;
    scratch.chosen = chosen;
    Ok(())
}

fn find_matches(frame: &Frame<'_>, run: &StageRun<'_>, scratch: &mut QuoteScratch, matched: &mut Vec<u32>) -> Result<(), Error> {
    let stage = run.stage;
    matched.clear();
    stage.index.header(frame, &mut scratch.index);
    stage.index.matches(frame, None, &mut scratch.index, matched);
    if stage.fully_indexed {
        return Ok(());
    }
    let mut failed = None;
    matched.retain(|number| {
        holds(frame, stage, None, *number).unwrap_or_else(|error| {
            failed.get_or_insert(error);
            false
        })
    });
    failed.map_or(Ok(()), Err)
}

/// What the lines must cost at least, where a guard asks the stage to heed it.
#[inline(never)]
fn find_floors(frame: &Frame<'_>, run: &StageRun<'_>, scratch: &mut QuoteScratch, out: &Outcome) -> Result<(), Error> {
    let guard = run.stage.guard.and_then(|number| frame.parts.procedure.get(number));
    if let Some(Step::Guard(guard)) = guard {
        for line in 0..frame.lines.len() {
            scratch.floors.push(guard::floor_of(frame, guard, line, out)?.map_or(0, |floor| floor.rounded));
        }
    }
    Ok(())
}

/// Takes out the rules in which no line takes part, and returns them.
#[inline(never)]
fn retain_with_lines(frame: &Frame<'_>, run: &StageRun<'_>, matched: &mut Vec<u32>) -> Result<Vec<u32>, Error> {
    let mut without = Vec::new();
    for number in matched.iter() {
        let Some(rule) = run.stage.rule(*number) else { continue };
        let mut lines = 0..frame.lines.len();
        let any = loop {
            match lines.next() {
                Some(line) if fits(frame, rule, line)? => break true,
                Some(_) => {}
                None => break false,
            }
        };
        if !any {
            without.push(*number);
        }
    }
    if !without.is_empty() {
        matched.retain(|number| !without.contains(number));
    }
    Ok(without)
}

/// Whether a line has a price and does not come back, and the rule's `lines` holds for it.
fn fits(frame: &Frame<'_>, rule: &Rule, line: usize) -> Result<bool, Error> {
    let sold = frame.lines.get(line).is_some_and(Line::is_sold);
    Ok(sold && rule.lines.as_ref().map_or(Ok(true), |lines| test(frame, lines, rule, "lines", Some(line)))?)
}

/// Takes the parts off the eligible lines; none where an amount is too large.
#[inline(never)]
fn take_parts(lines: &mut [Line], eligible: &[usize], parts: &[i64]) -> Option<()> {
    for (index, part) in eligible.iter().zip(parts) {
        let Some(line) = lines.get_mut(*index) else { continue };
        line.figure = Figure { amount: line.figure.amount.checked_sub(*part)?, unit: None };
    }
    Some(())
}

/// Makes every eligible line's amount what it weighs and what it can give at most; their sum is returned, unless it is too large.
///
/// A function of its own, so that what its loop needs stays in registers.
#[inline(never)]
fn share_out(lines: &[Line], eligible: &[usize], shares: &mut Vec<AllocationShare>) -> Option<i64> {
    let mut sum = Some(0_i64);
    shares.clear();
    shares.extend(eligible.iter().map(|index| {
        let amount = lines.get(*index).map_or(0, |line| line.figure.amount);
        sum = sum.and_then(|sum| sum.checked_add(amount));
        AllocationShare { weight: amount.unsigned_abs(), cap: Some(amount.unsigned_abs()) }
    }));
    sum
}

/// The document on which rules are to apply.
struct WholeDocument<'w, 'q, 'f> {
    frame: &'w mut Frame<'f>,
    run: &'w StageRun<'w>,
    ledger: &'w mut Ledger<'q>,
    scratch: &'w mut QuoteScratch,
    out: &'w mut Outcome,
    standings: Vec<Standing>,
    /// The lines as they entered, where percentages are taken on that.
    entered: Option<Vec<Figure>>,
    /// The rule that was judged last; its lines and their shares are those of the scratch.
    judged: Option<(u32, DocumentOff)>,
}

/// What a document rule would take off, and the sums that it works on.
#[derive(Clone, Copy)]
struct DocumentOff {
    /// May be more than the lines have.
    wanted: i64,
    /// What it takes off at most.
    granted: i64,
    base: i64,
}

impl WholeDocument<'_, '_, '_> {
    /// Each rule, when its turn comes, if its condition then fits; what matches goes to `matched`.
    fn one_rule_after_the_other(&mut self, matched: &mut Vec<u32>, chosen: &mut Chosen) -> Result<(), Error> {
        let stage = self.run.stage;
        matched.retain(|number| stage.rule(*number).is_some_and(|rule| judged_at_entry(stage, rule)));
        let mut ended = false;
        for number in matched.iter() {
            if chosen.try_rule(*number, self)? {
                ended = true;
                break;
            }
        }
        for (number, rule) in (0_u32..).zip(&stage.rules).filter(|(_, rule)| !judged_at_entry(stage, rule)) {
            enter(self.frame)?;
            if !holds_now(self.frame, rule, None)? {
                if self.out.explain == Explain::Candidates {
                    chosen.unmet.push((number, failing(self.frame, rule, None)));
                }
                continue;
            }
            matched.push(number);
            ended |= !ended && chosen.try_rule(number, self)? && rule.stop;
        }
        Ok(())
    }

    /// Finds the lines that take part in a rule (into the scratch); where there are none, why the last was refused.
    fn find_eligible(&mut self, rule: &Rule) -> Result<Option<RejectionReason>, Error> {
        let (frame, eligible) = (&*self.frame, &mut self.scratch.eligible);
        eligible.clear();
        let mut reason = RejectionReason::NoEligibleLine;
        if rule.lines.is_none() && self.ledger.is_blank() && frame.lines.iter().all(Line::is_sold) {
            eligible.extend(0..frame.lines.len());
            return Ok(eligible.is_empty().then_some(reason));
        }
        for index in 0..frame.lines.len() {
            if !fits(frame, rule, index)? {
                continue;
            }
            match self.ledger.refuse(rule, index) {
                Some(refused) => reason = refused,
                None => eligible.push(index),
            }
        }
        Ok(eligible.is_empty().then_some(reason))
    }

    /// Finds the eligible lines and their shares (into the scratch), and what the rule would take off them; a rule in which no line takes
    /// part does not apply.
    fn document_off(&mut self, rule: &Rule) -> Result<Result<DocumentOff, RejectionReason>, Error> {
        if let Some(reason) = self.find_eligible(rule)? {
            return Ok(Err(reason));
        }
        let base = self.run.base(rule).or(self.entered.as_deref());
        let frame = &*self.frame;
        let QuoteScratch { eligible, shares, .. } = &mut *self.scratch;
        let running = share_out(&frame.lines, eligible, shares).ok_or_else(sum_too_large)?;
        let base_sum = match base {
            None => running,
            Some(figures) => {
                let amounts = self.scratch.eligible.iter().filter_map(|line| figures.get(*line));
                amounts.map(|figure| figure.amount).try_fold(0_i64, i64::checked_add).ok_or_else(sum_too_large)?
            }
        };
        let wanted = match self.run.stage.allocate.spread {
            Spread::Across => self.run.stage.document_effect(rule, base_sum, self.frame.parts.currency).map_err(|_| sum_too_large())?,
            Spread::Each => self.off_each(rule)?,
        };
        Ok(Ok(DocumentOff { wanted, granted: wanted.min(running), base: base_sum }))
    }

    /// What a rule takes off each eligible line by itself: that is its share. The sum is returned.
    fn off_each(&mut self, rule: &Rule) -> Result<i64, Error> {
        let base = self.run.base(rule).or(self.entered.as_deref());
        let mut sum = 0_i64;
        for (index, share) in self.scratch.eligible.iter().zip(&mut self.scratch.shares) {
            let amount = self.frame.lines.get(*index).map_or(0, |line| line.figure.amount);
            let base = base.and_then(|figures| figures.get(*index)).map_or(amount, |figure| figure.amount);
            let off = self.run.stage.document_effect(rule, base, self.frame.parts.currency).map_err(|_| sum_too_large())?.min(amount);
            *share = AllocationShare { weight: off.unsigned_abs(), cap: Some(off.unsigned_abs()) };
            sum = sum.checked_add(off).ok_or_else(sum_too_large)?;
        }
        Ok(sum)
    }

    fn standing(&self, number: u32) -> Standing {
        usize::try_from(number).ok().and_then(|number| self.standings.get(number)).copied().unwrap_or_default()
    }

    /// Takes a document rule's amount off the eligible lines, to the last minor unit and never below zero.
    fn take_off(&mut self, rule: &Rule, standing: Standing, off: DocumentOff) -> Result<(), Error> {
        let currency = self.frame.parts.currency;
        if off.wanted < 0 {
            // What is added has no bound.
            self.scratch.shares.iter_mut().for_each(|share| share.cap = None);
        }
        let (step, told) = (self.run.step, self.out.explain > Explain::Totals);
        let total = Money::new(off.wanted, currency);
        let unallocated = allocation::split(self.frame, &self.run.stage.allocate, total, self.scratch);
        let unallocated = unallocated.map_err(|_| sum_too_large())?;
        let exact = if self.out.extras.unrounded.wanted { self.exact_parts(rule, standing, off).ok() } else { None };
        let taken = off.wanted.checked_sub(unallocated.minor()).ok_or_else(sum_too_large)?;
        self.out.of_document.push(DocumentEntry { step, adjustment: rule.number, off: taken });
        if !unallocated.is_zero() {
            self.report_unallocated(rule, total, unallocated);
        }
        if told {
            let source = Source::Adjustment(rule.number);
            self.tell(Entry { step, source, base: off.base, before: 0, after: 0, unit_price: None, next: None }, exact)?;
        }
        take_parts(&mut self.frame.lines, &self.scratch.eligible, &self.scratch.parts).ok_or_else(sum_too_large)?;
        if rule.terms.is_some() {
            self.scratch.eligible.iter().for_each(|index| self.ledger.mark(*index, rule));
        }
        Ok(())
    }

    /// Writes down what is taken off each eligible line: `entry` but for the amounts, and exactly where that is known.
    fn tell(&mut self, entry: Entry, exact: Option<Vec<Exact>>) -> Result<(), Error> {
        let mut exact = exact.into_iter().flatten();
        for (index, part) in self.scratch.eligible.iter().zip(&self.scratch.parts) {
            let Some(line) = self.frame.lines.get_mut(*index) else { continue };
            let before = line.figure.amount;
            let entry = Entry { before, after: before.checked_sub(*part).ok_or_else(sum_too_large)?, ..entry };
            if let Some(Ok(change)) = exact.next().map(Exact::negated) {
                self.out.extras.unrounded.keep(*index, &entry, change);
            }
            self.out.record(line, entry);
        }
        Ok(())
    }

    /// What the rule takes off the lines of the scratch, not rounded: of what it would take off, what a cap or a budget leaves.
    fn exact_parts(&self, rule: &Rule, standing: Standing, off: DocumentOff) -> Result<Vec<Exact>, ArithmeticError> {
        let (currency, how) = (self.frame.parts.currency, &self.run.stage.allocate);
        let whole = |minor: u64| Money::new(i64::try_from(minor).unwrap_or(i64::MAX), currency).to_exact();
        let mut shares = Vec::with_capacity(self.scratch.shares.len());
        for share in &self.scratch.shares {
            shares.push(Share { weight: Exact::new(share.weight.into(), 1)?, cap: share.cap.map(whole).transpose()? });
        }
        let total = match how.spread {
            Spread::Across => unrounded::of_document(rule, off.base, currency)?,
            Spread::Each => self.exact_each(rule, &mut shares)?,
        };
        let room = standing.room(rule).filter(|_| off.wanted > 0);
        unrounded::split(unrounded::within(total, room, currency)?, &shares, how.zero_weights)
    }

    /// [`Self::off_each`], not rounded.
    fn exact_each(&self, rule: &Rule, shares: &mut [Share]) -> Result<Exact, ArithmeticError> {
        let (currency, base) = (self.frame.parts.currency, self.run.base(rule).or(self.entered.as_deref()));
        let whole = |minor: i64| Money::new(minor, currency).to_exact();
        let mut sum = Exact::ZERO;
        for (index, share) in self.scratch.eligible.iter().zip(shares) {
            let amount = self.frame.lines.get(*index).map_or(0, |line| line.figure.amount);
            let base = base.and_then(|figures| figures.get(*index)).map_or(amount, |figure| figure.amount);
            let floor = self.scratch.floors.get(*index).copied().unwrap_or(0);
            let off = unrounded::within(unrounded::of_document(rule, base, currency)?, Some(amount), currency)?;
            let adds = off.is_negative();
            let most = whole(amount.saturating_sub(floor).max(0))?;
            let size = if adds { off.negated()? } else { off };
            *share = Share { weight: size, cap: (!adds).then(|| unrounded::lower(size, most)).transpose()? };
            sum = sum.plus(off)?.reduced();
        }
        Ok(sum)
    }

    fn report_unallocated(&mut self, rule: &Rule, total: Money, unallocated: Money) {
        let why = if self.scratch.floors.is_empty() { "are worth no more" } else { "may not cost less" };
        let message = format!(
            "`{unallocated}` of the `{total}` that the adjustment `{}` takes off are lost: the lines that take part {why}",
            rule.id
        );
        let finding = Finding::new(AdjustCode::Unallocated, Severity::Warning, message);
        self.out.findings.push(finding.detail("rule", rule.id.as_str()).detail("wanted", total).detail("amount", unallocated));
    }
}

impl Ground for WholeDocument<'_, '_, '_> {
    fn judge(&mut self, number: u32) -> Result<Result<Figure, RejectionReason>, Error> {
        let stage = self.run.stage;
        let Some(rule) = stage.rule(number) else { return Ok(Err(RejectionReason::NotChosen)) };
        // The lines in the scratch become this rule's, whether or not it can have them.
        self.judged = None;
        let standing = self.standing(number);
        if let Some(reason) = standing.barred {
            return Ok(Err(reason));
        }
        let mut off = match self.document_off(rule)? {
            Ok(off) => off,
            Err(reason) => return Ok(Err(reason)),
        };
        // A cap or a budget takes the place of what the rule would take off; what the lines do not have is lost.
        match standing.grant(rule, off.granted) {
            Ok(granted) if granted < off.granted => off = DocumentOff { wanted: granted, granted, ..off },
            Ok(_) => {}
            Err(reason) => return Ok(Err(reason)),
        }
        let mut after = standing;
        after.take(off.granted, Decimal::ZERO);
        if after.overdrawn() {
            if let Some(standing) = usize::try_from(number).ok().and_then(|number| self.standings.get_mut(number)) {
                self.ledger.deny(standing);
            }
            return Ok(Err(RejectionReason::BudgetUsedUp));
        }
        self.judged = Some((number, off));
        // What is compared is what the rules take off, whatever their lines are worth.
        Ok(Ok(Figure { amount: off.granted.saturating_neg(), unit: None }))
    }

    fn apply(&mut self, number: u32, _: Figure) -> Result<(), Error> {
        let Some(rule) = self.run.stage.rule(number) else { return Ok(()) };
        // Another rule may have been judged since.
        if self.judged.is_none_or(|(judged, _)| judged != number) && self.judge(number)?.is_err() {
            return Ok(());
        }
        let Some((_, off)) = self.judged.take() else { return Ok(()) };
        let taken = self.out.of_document.len();
        self.take_off(rule, self.standing(number), off)?;
        let off = self.out.of_document.get(taken).map_or(0, |entry| entry.off);
        if let Some(standing) = usize::try_from(number).ok().and_then(|number| self.standings.get_mut(number)) {
            standing.take(off, Decimal::ZERO);
        }
        Ok(())
    }
}
