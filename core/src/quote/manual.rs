//! The override steps of a quote: what persons set by hand.

use super::allocation;
use super::failure::{no_result, too_large};
use super::frame::{Frame, QuoteScratch};
use super::outcome::Outcome;
use super::request::{OverrideRequest, QuoteRequest};
use super::result::{Entry, Line, ListPrice, Source};
use super::{returns, stage, unrounded};
use crate::adjust::{Figure, Override, OverrideValue, Overstepped, StageScope};
use crate::expr::Value;
use crate::id::{ActorId, Ordinal, RoleId};
use crate::money::{AllocationShare, ArithmeticError, Currency, Decimal, Exact, Money, Percent, Rounding, UnitPrice};
use crate::report::{AdjustCode, Diagnostics, Error, Finding, Path, PricingCode, QuoteCode, Severity};
use crate::rulebook::{Parts, Step};

/// What a person sets, as it is read, and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Manual {
    pub(super) step: Ordinal,
    /// None for the document.
    pub(super) line: Option<usize>,
    value: OverrideValue,
    pub(super) reason: String,
    pub(super) actor: ActorId,
    roles: Vec<RoleId>,
    /// None where it did not apply.
    pub(super) applied: Option<Applied>,
}

impl Manual {
    /// What a line comes to that is set by hand, not rounded and without its sign; none of the document, and where it did not apply.
    pub(super) fn exact(&self, line: &Line, currency: Currency) -> Option<Exact> {
        self.line?;
        let start = self.applied?.start;
        self.value.exact(if line.returned { start.checked_neg()? } else { start }, line.quantity, currency).ok()
    }
}

/// What an override did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applied {
    /// Whether there was a price before.
    pub(super) priced: bool,
    /// What was computed.
    pub(super) computed: Figure,
    /// Where it began: what was computed, or the step's base.
    pub(super) start: i64,
    /// What was set.
    pub(super) set: Figure,
    /// The percentage that it oversteps.
    pub(super) beyond: Option<Percent>,
}

/// Reads the overrides of a request. What cannot be judged goes into the diagnostics.
#[inline(never)]
pub(super) fn read(parts: &Parts, request: &QuoteRequest, diagnostics: &mut Diagnostics) -> Vec<Manual> {
    let mut all = Vec::new();
    read_list(parts, &request.overrides, None, &Path::ROOT.field("overrides"), &mut all, diagnostics);
    let lines = Path::ROOT.field("lines");
    for (line, asked) in request.lines.iter().enumerate().filter(|(_, line)| !line.overrides.is_empty()) {
        read_list(parts, &asked.overrides, Some(line), &lines.index(line).field("overrides"), &mut all, diagnostics);
    }
    all
}

fn read_list(
    parts: &Parts,
    list: &[OverrideRequest],
    line: Option<usize>,
    path: &Path<'_>,
    all: &mut Vec<Manual>,
    diagnostics: &mut Diagnostics,
) {
    for (index, asked) in list.iter().enumerate() {
        let at = path.index(index);
        if asked.reason.trim().is_empty() {
            diagnostics.error(QuoteCode::Override, &at.field("reason"), "an override needs a reason; say why the price is set by hand");
        }
        if list.iter().take(index).any(|earlier| earlier.step == asked.step) {
            let message = format!("there is another override at the step `{}` before this one; only one can count", asked.step);
            diagnostics.error(QuoteCode::Override, &at, message);
        }
        let step = find_step(parts, asked, line, &at.field("step"), diagnostics);
        let value = read_value(parts, asked, line, &at, diagnostics);
        if let (Some(step), Some(value)) = (step, value) {
            let OverrideRequest { reason, actor, roles, .. } = asked.clone();
            all.push(Manual { step, line, value, reason, actor, roles, applied: None });
        }
    }
}

/// The number of the step, which must take overrides of that scope.
fn find_step(
    parts: &Parts,
    asked: &OverrideRequest,
    line: Option<usize>,
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Ordinal> {
    let of_step = |step: &Step| if let Step::Override(step) = step { Some(step.scope) } else { None };
    let found = parts.procedure.iter().position(|step| step.id() == &asked.step && of_step(step).is_some());
    let Some(found) = found else {
        let known = parts.procedure.iter().filter(|step| of_step(step).is_some()).map(|step| step.id().as_str());
        diagnostics.push(
            crate::report::Diagnostic::error(QuoteCode::Override, path, format!("`{}` is no step that takes overrides", asked.step))
                .maybe_help(crate::report::did_you_mean(asked.step.as_str(), known)),
        );
        return None;
    };
    let wanted = if line.is_some() { StageScope::Line } else { StageScope::Document };
    if parts.procedure.get(found).and_then(of_step) != Some(wanted) {
        let message = match line {
            Some(_) => format!("the step `{}` sets what all lines cost together; write the override beside the lines", asked.step),
            None => format!("the step `{}` sets what a line costs; write the override at the line", asked.step),
        };
        diagnostics.error(QuoteCode::Override, path, message);
        return None;
    }
    Some(Ordinal::of(found))
}

/// The one value that is set.
fn read_value(
    parts: &Parts,
    asked: &OverrideRequest,
    line: Option<usize>,
    path: &Path<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<OverrideValue> {
    let given = [asked.unit_price.is_some(), asked.amount.is_some(), asked.percent_off.is_some(), asked.amount_off.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        let message = "an override sets one value; write `unit_price`, `amount`, `percent_off` or `amount_off`";
        diagnostics.error(QuoteCode::Override, path, message);
        return None;
    }
    match value_of(asked, line, parts.currency) {
        Ok(value) => value,
        Err((field, message)) => {
            diagnostics.error(QuoteCode::Override, &path.field(field), message);
            None
        }
    }
}

/// The value, or the field that cannot be set and why.
fn value_of(asked: &OverrideRequest, line: Option<usize>, currency: Currency) -> Result<Option<OverrideValue>, (&'static str, String)> {
    let not_below_zero = |field, number: Decimal| {
        if number.is_negative() { Err((field, format!("`{number}` is below zero"))) } else { Ok(()) }
    };
    let money = |field, number: Decimal| {
        not_below_zero(field, number)?;
        let amount = Money::from_decimal(number, currency);
        amount.map(Money::minor).map_err(|error| (field, format!("`{number}` is no amount in `{currency}`: {error}")))
    };
    if let Some(amount) = asked.amount {
        return money("amount", amount).map(OverrideValue::Amount).map(Some);
    }
    if let Some(off) = asked.amount_off {
        return money("amount_off", off).map(OverrideValue::AmountOff).map(Some);
    }
    if let Some(price) = asked.unit_price {
        const FIELD: &str = "unit_price";
        if line.is_none() {
            return Err((FIELD, "all lines together have no price per unit; write `amount`".to_owned()));
        }
        not_below_zero(FIELD, price)?;
        let price = UnitPrice::new(price, currency).map_err(|error| (FIELD, format!("`{price}` is no price in `{currency}`: {error}")))?;
        return Ok(Some(OverrideValue::UnitPrice(price)));
    }
    let Some(percent) = asked.percent_off else { return Ok(None) };
    let left = percent.complement().ok().filter(|left| !left.to_decimal().is_negative());
    let refused = || ("percent_off", format!("`{}` percent cannot be taken off; write at most 100", percent.to_decimal()));
    left.map(|left| Some(OverrideValue::Left(left))).ok_or_else(refused)
}

/// Sets what persons have set at a step; `base` holds the lines' figures after the step's base.
pub(super) fn apply(
    frame: &mut Frame<'_>,
    step: &Override,
    number: Ordinal,
    base: Option<&[Figure]>,
    request: &QuoteRequest,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<(), Error> {
    if !out.extras.manual.iter().any(|manual| manual.step == number) {
        return Ok(());
    }
    stage::enter(frame)?;
    let mut all = std::mem::take(&mut out.extras.manual);
    for manual in all.iter_mut().filter(|manual| manual.step == number) {
        let overflow = |error: ArithmeticError| too_large(error, &step.id, manual.line);
        manual.applied = match manual.line {
            Some(line) => set_line(frame, step, number, line, manual.value, base, out).map_err(overflow)?,
            None => set_document(frame, step, number, manual.value, base, scratch, out).map_err(overflow)?,
        };
        // Where there was no price, there is nothing to be measured by.
        if let Some(applied) = manual.applied.as_mut().filter(|applied| applied.priced) {
            let limit = step.limit(frame, manual.line, &manual.roles).map_err(|error| no_result(&error, &step.id, manual.line))?;
            applied.beyond = limit.and_then(|limit| limit.overstepped(applied.start, applied.set.amount));
        }
        judge(step, manual, request, frame, out);
    }
    out.extras.manual = all;
    Ok(())
}

fn set_line(
    frame: &mut Frame<'_>,
    step: &Override,
    number: Ordinal,
    index: usize,
    value: OverrideValue,
    base: Option<&[Figure]>,
    out: &mut Outcome,
) -> Result<Option<Applied>, ArithmeticError> {
    let currency = frame.parts.currency;
    let Some(line) = frame.lines.get_mut(index) else { return Ok(None) };
    let computed = line.figure;
    let start = base.and_then(|figures| figures.get(index)).map_or(computed.amount, |figure| figure.amount);
    let on_request = line.price.is_none() && line.ordered.is_some() && step.price_on_request && value.is_price();
    if line.price.is_none() && !on_request {
        return Ok(None);
    }
    let set = value.apply(start, line.quantity, currency)?;
    if on_request {
        let to_unit = Rounding::half_up(currency.minor_units().saturating_add(4));
        let each = || {
            let exact = Money::new(set.amount, currency).to_exact()?.quotient(Exact::from_decimal(line.quantity)?)?;
            UnitPrice::rounded(exact, &to_unit, currency)
        };
        let unit_price = set.unit.map_or_else(each, Ok)?;
        line.price = Some(ListPrice { list: Ordinal::NONE, unit_price, amount: set.amount });
    }
    line.figure = set;
    let entry = Entry {
        step: number,
        source: Source::Step,
        base: start,
        before: computed.amount,
        after: set.amount,
        unit_price: set.unit,
        next: None,
    };
    out.record_step(line, entry);
    if on_request {
        price_on_request(frame, index, out);
    }
    Ok(Some(Applied { priced: !on_request, computed, start, set, beyond: None }))
}

/// The line has a price now: later conditions count it, and that it had none is no error any more.
fn price_on_request(frame: &mut Frame<'_>, index: usize, out: &mut Outcome) {
    let Some(id) = frame.lines.get(index).map(|line| line.id.clone()) else { return };
    let of_line = |finding: &&mut Finding| finding.code == PricingCode::NoPrice.into() && finding.line.as_ref() == Some(&id);
    if let Some(finding) = out.findings.iter_mut().find(of_line) {
        finding.severity = Severity::Info;
        finding.message.push_str("; it was set by hand");
    }
    let sum = returns::counted(frame, |line| line.price.map_or(0, |price| price.amount));
    let scale = u32::from(frame.parts.currency.minor_units());
    if let Some(Ok(amount)) = sum.map(|sum| Decimal::from_parts(sum.into(), scale)) {
        frame.set(frame.parts.attributes.document.list_amount, Value::Number(amount));
    }
}

fn set_document(
    frame: &mut Frame<'_>,
    step: &Override,
    number: Ordinal,
    value: OverrideValue,
    base: Option<&[Figure]>,
    scratch: &mut QuoteScratch,
    out: &mut Outcome,
) -> Result<Option<Applied>, ArithmeticError> {
    let currency = frame.parts.currency;
    // 1. Where it begins, and what it is to come to.
    let priced = || frame.lines.iter().enumerate().filter(|(_, line)| line.is_sold());
    let start_of = |index: usize, amount: i64| base.and_then(|figures| figures.get(index)).map_or(amount, |figure| figure.amount);
    let starts: Vec<(usize, i64)> = priced().map(|(index, line)| (index, start_of(index, line.figure.amount))).collect();
    if starts.is_empty() {
        return Ok(None);
    }
    let computed = sum(priced().map(|(_, line)| line.figure.amount))?;
    let start = sum(starts.iter().map(|(_, start)| *start))?;
    let set = value.apply(start, Decimal::ONE, currency)?;
    // 2. The difference, over the lines: a line gives no more than it has.
    let off = start.checked_sub(set.amount).ok_or(ArithmeticError::Overflow)?;
    let share = |(_, start): &(usize, i64)| {
        let weight = start.unsigned_abs();
        AllocationShare { weight, cap: (off > 0).then_some(weight) }
    };
    scratch.floors.clear();
    scratch.eligible.clear();
    scratch.eligible.extend(starts.iter().map(|(index, _)| *index));
    scratch.shares.clear();
    scratch.shares.extend(starts.iter().map(share));
    let rest = allocation::split(frame, &step.allocate, Money::new(off, currency), scratch)?;
    let exact = if out.extras.unrounded.wanted { exact_parts(step, value, start, scratch, currency) } else { None };
    let mut exact = exact.into_iter().flatten();
    let set = Figure { amount: set.amount.checked_add(rest.minor()).ok_or(ArithmeticError::Overflow)?, unit: None };
    for ((index, start), part) in starts.into_iter().zip(scratch.parts.iter().copied()) {
        let Some(line) = frame.lines.get_mut(index) else { continue };
        let before = line.figure.amount;
        let after = start.checked_sub(part).ok_or(ArithmeticError::Overflow)?;
        line.figure = Figure { amount: after, unit: None };
        let entry = Entry { step: number, source: Source::Step, base: start, before, after, unit_price: None, next: None };
        if let Some(off) = exact.next() {
            let left = Money::new(start.saturating_sub(before), currency).to_exact()?.plus(off.negated()?)?;
            out.extras.unrounded.keep(index, &entry, left);
        }
        out.record_step(line, entry);
    }
    let computed = Figure { amount: computed, unit: None };
    Ok(Some(Applied { priced: true, computed, start, set, beyond: None }))
}

/// What is taken off each line, not rounded.
fn exact_parts(step: &Override, value: OverrideValue, start: i64, scratch: &QuoteScratch, currency: Currency) -> Option<Vec<Exact>> {
    let set = value.exact(start, Decimal::ONE, currency).ok()?;
    let off = Money::new(start, currency).to_exact().ok()?.plus(set.negated().ok()?).ok()?;
    unrounded::parts(off, &scratch.shares, step.allocate.zero_weights, currency)
}

fn sum(mut amounts: impl Iterator<Item = i64>) -> Result<i64, ArithmeticError> {
    amounts.try_fold(0_i64, i64::checked_add).ok_or(ArithmeticError::Overflow)
}

/// Says when an override did not apply, or goes too far.
fn judge(step: &Override, manual: &Manual, request: &QuoteRequest, frame: &Frame<'_>, out: &mut Outcome) {
    let of_line = |finding: Finding| match manual.line.and_then(|line| request.lines.get(line)) {
        Some(line) => finding.line(line.id.clone()),
        None => finding,
    };
    let Some(applied) = &manual.applied else {
        let message = format!("the override at the step `{}` does not apply: there is no price to begin with", step.id);
        let finding = of_line(Finding::new(AdjustCode::OverrideWithoutPrice, Severity::Warning, message));
        out.findings.push(finding.detail("step", step.id.as_str()).detail("actor", manual.actor.as_str()));
        return;
    };
    let Some(beyond) = applied.beyond else { return };
    let money = |minor| Money::new(minor, frame.parts.currency);
    let direction = if applied.set.amount < applied.start { "below" } else { "above" };
    let message = format!(
        "`{}` sets `{}` in place of `{}` at the step `{}`, more than `{}` percent {direction}",
        manual.actor,
        money(applied.set.amount),
        money(applied.start),
        step.id,
        beyond.to_decimal()
    );
    let severity = match step.otherwise {
        Overstepped::NeedsApproval => Severity::Warning,
        Overstepped::Reject => Severity::Error,
    };
    let finding = of_line(Finding::new(AdjustCode::OverrideLimit, severity, message));
    let finding = finding.detail("step", step.id.as_str()).detail("actor", manual.actor.as_str()).detail("limit", beyond.to_decimal());
    out.findings.push(finding.detail("from", money(applied.start)).detail("to", money(applied.set.amount)));
}
