//! What rounding did to a quote: step by step, and in all.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::result::{Entry, Line, Quote, Source};
use super::tax_view::shown;
use super::unrounded;
use crate::adjust::StageScope;
use crate::id::Ordinal;
use crate::money::{Decimal, Exact, Money};
use crate::rulebook::Step;
use crate::sort;

/// What rounding did to the lines of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundingView<'q> {
    /// The lines with tax, less what the steps' roundings came to.
    pub exact: Decimal,
    /// The lines with tax.
    pub rounded: Money,
    /// The sum of the steps' roundings.
    pub difference: Decimal,
    /// What the lines cost after each step that changes them, exactly and as it is.
    pub steps: Vec<StepRoundingView<'q>>,
    /// The steps whose rounding is not known, each once: it is not in the difference.
    pub not_known: Vec<&'q str>,
}

/// What the lines cost together after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepRoundingView<'q> {
    /// The step.
    pub step: &'q str,
    /// What they cost, less what the roundings up to here came to.
    pub exact: Decimal,
    /// What they cost.
    pub rounded: Money,
    /// What the step's roundings came to, as far as they are known.
    pub difference: Decimal,
    /// Whether the roundings of all lines are known.
    pub known: bool,
}

/// What a step's roundings come to while lines are read.
#[derive(Debug, Clone, Copy)]
struct Sum {
    step: Ordinal,
    /// What it changes, in minor units.
    changed: i64,
    difference: Exact,
    known: bool,
}

/// [`Quote::rounding`], computed when it is read.
#[derive(Debug, Clone, Copy)]
pub struct RoundingReport<'q>(pub(super) &'q Quote);

impl Serialize for RoundingReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.rounding().serialize(serializer)
    }
}

fn sum_of(sums: &mut Vec<Sum>, step: Ordinal) -> Option<&mut Sum> {
    let place = sums.iter().position(|sum| sum.step == step).unwrap_or_else(|| {
        sums.push(Sum { step, changed: 0, difference: Exact::ZERO, known: true });
        sums.len().saturating_sub(1)
    });
    sums.get_mut(place)
}

impl Quote {
    /// What rounding did to the lines; only where it was asked for, and waterfalls with it.
    #[must_use]
    pub fn rounding(&self) -> Option<RoundingView<'_>> {
        if !self.reports_rounding() {
            return None;
        }
        let (mut sums, mut gross): (Vec<Sum>, i64) = (Vec::new(), 0);
        for (number, line) in self.lines.iter().enumerate().filter(|(_, line)| line.price.is_some()) {
            gross = gross.checked_add(self.sides(number, line).gross)?;
            for entry in self.entries_of(line) {
                let sum = sum_of(&mut sums, entry.step)?;
                sum.changed = sum.changed.checked_add(entry.after.checked_sub(entry.before)?)?;
                match self.lost(number, line, entry) {
                    Some(rounding) => sum.difference = sum.difference.plus(rounding).ok()?.reduced(),
                    None => sum.known &= entry.before == entry.after,
                }
            }
        }
        for (step, exact) in &self.extras.unrounded.elsewhere {
            let sum = sum_of(&mut sums, *step)?;
            sum.difference = sum.difference.plus(exact.negated().ok()?).ok()?.reduced();
        }
        sort::by(&mut sums, |one, other| one.step.cmp(&other.step));
        let (digits, rounded) = (self.currency.minor_units(), self.money(gross));
        let (mut steps, mut total, mut difference) = (Vec::with_capacity(sums.len()), 0_i64, Exact::ZERO);
        for sum in &sums {
            total = total.checked_add(sum.changed)?;
            difference = difference.plus(sum.difference).ok()?.reduced();
            let rounded = self.money(total);
            let exact = shown(rounded.to_exact().ok()?.plus(difference.negated().ok()?).ok()?, digits)?;
            let step = self.step_id(sum.step);
            steps.push(StepRoundingView { step, exact, rounded, difference: shown(sum.difference, digits)?, known: sum.known });
        }
        let exact = rounded.to_exact().ok()?.plus(difference.negated().ok()?).ok()?;
        let not_known = steps.iter().filter(|step| !step.known).map(|step| step.step).collect();
        Some(RoundingView { exact: shown(exact, digits)?, rounded, difference: shown(difference, digits)?, steps, not_known })
    }

    /// What a step's rounding came to, as it is shown.
    pub(super) fn step_rounding(&self, number: usize, line: &Line, entry: &Entry) -> Option<Decimal> {
        shown(self.lost(number, line, entry)?, self.currency.minor_units())
    }

    /// The step's result less what it would be, on the figures that the waterfall shows, if it were not rounded; none where that is not known.
    fn lost(&self, number: usize, line: &Line, entry: &Entry) -> Option<Exact> {
        if let Some(exact) = self.extras.unrounded.of(number, entry) {
            let delta = self.money(entry.after.checked_sub(entry.before)?).to_exact().ok()?;
            return delta.plus(exact.negated().ok()?).ok().map(Exact::reduced);
        }
        if !line.returned {
            return self.lost_of_amount(number, line, entry);
        }
        self.lost_of_amount(number, &line.mirrored(), &entry.mirrored())?.negated().ok()
    }

    /// That of a line whose amounts have no sign.
    fn lost_of_amount(&self, number: usize, line: &Line, entry: &Entry) -> Option<Exact> {
        let step = self.rulebook.parts().procedure.get(entry.step.index())?;
        let money = |minor: i64| Money::new(minor, self.currency).to_exact();
        let delta = money(entry.after.checked_sub(entry.before)?).ok()?;
        let exact = match (step, entry.source) {
            // They do nothing but round.
            (Step::Ending(_) | Step::CashRounding(_), _) => Exact::ZERO,
            // A price that stands is as it was.
            (Step::Price(_), Source::Step) => delta,
            (Step::Price(_), Source::List(_)) => entry.unit_price?.times(line.quantity).ok()?,
            (Step::Stage(stage), Source::Adjustment(number)) => {
                let rule = stage.rules.iter().find(|rule| rule.number == number).filter(|_| stage.scope == StageScope::Line)?;
                unrounded::of_line(rule, entry, (line.quantity, line.quantity), self.currency).ok()?
            }
            (Step::Promotion(_), Source::Promotion(promotion)) => self.promotion_change(number, entry.step, promotion)?,
            (Step::Override(_), Source::Step) => {
                let manual = self.extras.manual.iter().find(|manual| manual.step == entry.step && manual.line == Some(number))?;
                manual.exact(line, self.currency)?.plus(money(entry.before).ok()?.negated().ok()?).ok()?
            }
            // What a destination's price keeps is more than tax.
            (Step::Tax(step), Source::TaxRate(_)) if step.home().is_none() => {
                let added = self.extras.tax.exact_added(number).ok()?;
                if line.returned { added.negated().ok()? } else { added }
            }
            _ => return None,
        };
        delta.plus(exact.negated().ok()?).ok().map(Exact::reduced)
    }

    /// What a promotion changes of a line, to a billionth of a minor unit.
    fn promotion_change(&self, line: usize, step: Ordinal, promotion: Ordinal) -> Option<Exact> {
        let Some(Step::Promotion(known)) = self.rulebook.parts().procedure.get(step.index()) else { return None };
        let is_it = |number: usize| known.promotions.get(number).is_some_and(|known| known.number == promotion);
        let (_, granted) = self.extras.promotions.granted.iter().find(|(at, granted)| *at == step && is_it(granted.promotion))?;
        granted.lines.iter().find(|share| share.line == line)?.exact?.negated().ok()
    }
}
