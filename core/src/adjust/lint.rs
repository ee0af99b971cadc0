//! Rules that can never apply, whatever is asked.

use super::promotion::Promotion;
use super::{Limits, Policy, Rule, Stage};
use crate::expr::{Atom, Expr, Literal, Slot};
use crate::report::{AdjustCode, Diagnostic, Diagnostics, Path};
use crate::time::{Date, Period};

/// Warns of every rule that can never apply. `rules` stand in the order in which they apply, `date` is the slot of the document's
/// date, `adjustments` is where the rules are written.
pub(super) fn warn_never_fires(policy: Policy, rules: &[Rule], date: Slot, adjustments: &Path<'_>, all: &mut Diagnostics) {
    for (position, rule) in rules.iter().enumerate() {
        let place = adjustments.index(rule.number.index());
        let days = days_of(rule.when.as_ref(), date);
        // An empty period, and a condition that contradicts itself, are reported where they stand.
        if rule.valid.is_empty() || days.is_empty() {
            continue;
        }
        if !days.overlaps(&rule.valid) {
            let message = format!("the adjustment `{}` never applies: its condition excludes every day on which it is valid", rule.id);
            all.warning(AdjustCode::NeverFires, &place.field("valid"), message);
            continue;
        }
        let shadow = rules.iter().enumerate().find(|(other_position, other)| {
            *other_position != position && always_applies_with(other, rule) && keeps_out(policy, other, rule, *other_position < position)
        });
        if let Some((_, other)) = shadow {
            let message = format!("the adjustment `{}` never applies: `{}` always does, and keeps it out", rule.id, other.id);
            let problem = Diagnostic::warning(AdjustCode::NeverFires, &place, message)
                .help(format!("give `{}` a condition, or `{}` a higher priority", other.id, rule.id))
                .related(&adjustments.index(other.number.index()), "the rule that keeps it out");
            all.push(problem);
        }
    }
}

/// The rule by which no line reaches a later stage; none when lines can.
pub(super) fn closes(stage: &Stage) -> Option<&Rule> {
    let always = |rule: &&Rule| {
        let free =
            |terms: &super::Terms| terms.stops_all && !terms.coupon && terms.limits == Limits::default() && terms.excludes.is_empty();
        let unconditional = rule.when.is_none() && rule.lines.is_none() && rule.valid == Period::ALWAYS;
        unconditional && rule.terms.as_deref().is_some_and(free)
    };
    let exclusive = stage.rules.iter().any(|rule| rule.exclusive);
    match stage.policy {
        Policy::OnBase => stage.rules.iter().find(always),
        Policy::First | Policy::Compound => stage.rules.first().filter(always),
        Policy::Exclusive => stage.rules.first().filter(always).filter(|rule| rule.exclusive || !exclusive),
        Policy::Best | Policy::Worst => stage.rules.first().filter(always).filter(|_| stage.rules.len() == 1),
    }
}

/// Warns of every promotion that is valid only on days that its condition excludes; `promotions` is where they are written.
pub(super) fn warn_promotions(all: &[Promotion], date: Slot, promotions: &Path<'_>, diagnostics: &mut Diagnostics) {
    for promotion in all {
        let days = days_of(promotion.when.as_ref(), date);
        if !promotion.valid.is_empty() && !days.is_empty() && !days.overlaps(&promotion.valid) {
            let place = promotions.index(promotion.number.index());
            let message = format!("the promotion `{}` never applies: its condition excludes every day on which it is valid", promotion.id);
            diagnostics.warning(AdjustCode::NeverFires, &place.field("valid"), message);
        }
    }
}

/// The days that the condition allows, as far as it compares the document's date with constants.
fn days_of(when: Option<&Expr>, date: Slot) -> Period {
    let atoms = when.map(Expr::atoms).unwrap_or_default();
    let mut days = Period::ALWAYS;
    for atom in atoms.iter().filter(|atom| atom.slot() == date) {
        let (from, until) = match atom {
            Atom::Equals { value: Literal::Date(day), .. } => (Some(*day), next(*day)),
            Atom::AtLeast { bound: Literal::Date(day), .. } => (Some(*day), None),
            Atom::Above { bound: Literal::Date(day), .. } => (next(*day), None),
            Atom::AtMost { bound: Literal::Date(day), .. } => (None, next(*day)),
            Atom::Below { bound: Literal::Date(day), .. } => (None, Some(*day)),
            _ => (None, None),
        };
        days.from = days.from.max(from);
        days.until = [days.until, until].into_iter().flatten().min();
    }
    days
}

fn next(day: Date) -> Option<Date> {
    day.add_days(1).ok()
}

/// Whether the other rule applies wherever this one could.
fn always_applies_with(other: &Rule, rule: &Rule) -> bool {
    let begins = other.valid.from.is_none_or(|from| rule.valid.from.is_some_and(|own| from <= own));
    let ends = other.valid.until.is_none_or(|until| rule.valid.until.is_some_and(|own| own <= until));
    // A coupon, a limit or a tag may keep it from applying.
    other.when.is_none() && other.lines.is_none() && other.terms.is_none() && begins && ends
}

/// Whether a rule that applies keeps another one out by the stage's policy.
fn keeps_out(policy: Policy, other: &Rule, rule: &Rule, comes_first: bool) -> bool {
    match policy {
        Policy::First => comes_first,
        Policy::Compound => comes_first && other.stop,
        Policy::Exclusive if other.exclusive => comes_first || !rule.exclusive,
        Policy::Exclusive => comes_first && other.stop && !rule.exclusive,
        Policy::Best | Policy::Worst | Policy::OnBase => false,
    }
}
