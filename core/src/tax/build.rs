//! Which taxes meet on a category at a destination, period by period.

use std::sync::Arc;

use super::compile::{Dated, RateAmount, Tax, TaxRate};
use super::stack::{Rule, Stack, StackTax};
use super::{MissingRate, Treatment};
use crate::expr::CompileContext;
use crate::id::{Map, Symbol};
use crate::money::{ArithmeticError, Exact};
use crate::report::{Diagnostic, LimitCode, Path, TaxCode};
use crate::sort;
use crate::time::{Date, Period, Timestamp, Window};

/// What rates are looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub category: Symbol,
    pub destination: Symbol,
    /// None for all customers for whom there is no rate of their own.
    pub class: Option<Symbol>,
}

/// Builds the stacks of every place. A rate for a class of customers takes the place of the rate for all.
pub(super) fn stacks(tax: &mut Tax, places: &Map<Place, Vec<usize>>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let mut known: Map<Vec<usize>, usize> = Map::default();
    let (mut stacks, mut by_place) = (Vec::new(), Map::default());
    for (place, own) in places {
        let general = if place.class.is_some() { places.get(&Place { class: None, ..*place }) } else { None };
        let general = general.map(Vec::as_slice).unwrap_or_default();
        let mut dated = Vec::new();
        for period in periods(tax, own.iter().chain(general)) {
            for valid_at in windows(tax, own.iter().chain(general)) {
                let rates = chosen(tax, own, general, period, valid_at);
                if rates.is_empty() {
                    continue;
                }
                let stack = match known.get(&rates) {
                    Some(number) => *number,
                    None => {
                        let stack = solve(tax, &rates, path, cx);
                        known.insert(rates, stacks.len());
                        stacks.push(stack);
                        stacks.len().saturating_sub(1)
                    }
                };
                dated.push(Dated { valid: period, valid_at, stack });
            }
        }
        by_place.insert(*place, dated);
    }
    (tax.stacks, tax.by_place) = (Arc::new(stacks), Arc::new(by_place));
}

/// The periods between the days on which a rate begins or ends.
fn periods<'r>(tax: &Tax, rates: impl Iterator<Item = &'r usize>) -> Vec<Period> {
    let valid = rates.filter_map(|rate| tax.rates.get(*rate)).map(|rate| rate.valid);
    let mut days: Vec<Date> = valid.flat_map(|valid| [valid.from, valid.until]).flatten().collect();
    sort::ascending(&mut days);
    days.dedup();
    let starts = std::iter::once(None).chain(days.iter().copied().map(Some));
    let ends = days.iter().copied().map(Some).chain(std::iter::once(None));
    starts.zip(ends).map(|(from, until)| Period { from, until }).collect()
}

/// The windows between the moments at which a rate begins or ends; then none, for requests that do not say when they are made. Where no
/// rate is bound to a time, only that.
fn windows<'r>(tax: &Tax, rates: impl Iterator<Item = &'r usize>) -> Vec<Option<Window>> {
    let bound: Vec<Window> = rates.filter_map(|rate| tax.rates.get(*rate)?.valid_at).collect();
    let mut moments: Vec<Timestamp> = bound.iter().flat_map(|window| [window.from, window.until]).flatten().collect();
    sort::ascending(&mut moments);
    moments.dedup();
    let starts = std::iter::once(None).chain(moments.iter().copied().map(Some));
    let ends = moments.iter().copied().map(Some).chain(std::iter::once(None));
    let between = starts.zip(ends).map(|(from, until)| Some(Window { from, until })).filter(|_| !bound.is_empty());
    between.chain(std::iter::once(None)).collect()
}

/// The rates that are valid in a period, in the order of their taxes; of each tax the one for the class, else the one for all.
fn chosen(tax: &Tax, own: &[usize], general: &[usize], period: Period, window: Option<Window>) -> Vec<usize> {
    let at_the_time = |rate: &TaxRate| rate.valid_at.is_none_or(|bound| window.is_some_and(|window| window.overlaps(&bound)));
    let valid = |number: &&usize| tax.rates.get(**number).is_some_and(|rate| rate.valid.overlaps(&period) && at_the_time(rate));
    let mut rates: Vec<usize> = Vec::new();
    for number in own.iter().chain(general).filter(valid) {
        let levy = |number: usize| tax.rates.get(number).map(|rate| rate.levy);
        if !rates.iter().any(|other| levy(*other) == levy(*number)) {
            rates.push(*number);
        }
    }
    let levy = |number: &usize| tax.rates.get(*number).and_then(|rate| rate.levy);
    sort::by(&mut rates, |one, other| levy(one).cmp(&levy(other)));
    rates
}

/// Whether a tax that must be there has none of the rates.
pub(super) fn is_incomplete(tax: &Tax, rates: &[usize]) -> bool {
    let must = tax.levies.iter().enumerate().filter(|(_, levy)| !levy.optional);
    let has = |number: usize| rates.iter().any(|rate| tax.rates.get(*rate).is_some_and(|rate| rate.levy == Some(number)));
    tax.missing_rate() == MissingRate::Refuse && must.map(|(number, _)| number).any(|number| !has(number))
}

fn solve(tax: &Tax, rates: &[usize], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Stack {
    let incomplete = is_incomplete(tax, rates);
    let place = path.index(rates.last().copied().unwrap_or(0));
    let mut refuse = |error: ArithmeticError| {
        let problem = match error {
            ArithmeticError::DivisionByZero => {
                let message = "the taxes that meet here leave no net amount: together they are the whole price, or more";
                Diagnostic::error(TaxCode::RateRange, &place, message).help("lower the percentages that are valid together")
            }
            _ => Diagnostic::error(
                LimitCode::Overflow,
                &place,
                "the taxes that meet here have too many digits together; shorten their percentages",
            ),
        };
        cx.diagnostics.push(problem);
    };
    let taxes = stack_taxes(tax, rates).unwrap_or_else(|error| {
        refuse(error);
        Vec::new()
    });
    Stack::solve(taxes, incomplete).unwrap_or_else(|error| {
        refuse(error);
        Stack::none()
    })
}

/// The taxes of a stack, those first that enter the bases of others.
pub(super) fn stack_taxes(tax: &Tax, rates: &[usize]) -> Result<Vec<StackTax>, ArithmeticError> {
    let levy = |rate: &TaxRate| tax.levies.get(rate.levy?);
    let mut ordered: Vec<(usize, &TaxRate)> = rates.iter().filter_map(|number| Some((*number, tax.rates.get(*number)?))).collect();
    let depth = |rate: &TaxRate| levy(rate).map_or(0, |levy| levy.depth);
    sort::by(&mut ordered, |(_, one), (_, other)| depth(one).cmp(&depth(other)));
    let base_of = |rate: &TaxRate| {
        let base = levy(rate).map(|levy| levy.base.as_slice()).unwrap_or_default();
        let mut places: Vec<usize> =
            base.iter().filter_map(|number| ordered.iter().position(|(_, rate)| rate.levy == Some(*number))).collect();
        sort::ascending(&mut places);
        places
    };
    let rule = |amount: RateAmount| {
        let share = |percent: crate::money::Percent| {
            let (numerator, denominator) = percent.ratio();
            Exact::new(numerator, denominator).map(Exact::reduced)
        };
        Ok(match amount {
            RateAmount::Percent(percent) => Rule::Share(share(percent)?),
            RateAmount::PercentOfGross(percent) => Rule::ShareOfGross(share(percent)?),
            RateAmount::PerUnit(amount) => Rule::PerUnit(Exact::from_decimal(amount)?.reduced()),
        })
    };
    let stack_tax = |(number, rate): &(usize, &TaxRate)| {
        Ok(StackTax {
            rate: *number,
            rule: rule(rate.amount)?,
            included: levy(rate).and_then(|levy| levy.included),
            reverse: matches!(rate.treatment, Treatment::ReverseCharge(_)),
            base: base_of(rate),
        })
    };
    ordered.iter().map(stack_tax).collect()
}
