//! Taxes of several places that leave no net amount together: found when the rulebook is compiled, for every way that a document may go.
//!
//! Which postcodes lie in which region no rulebook says, so that each may meet each.

use super::build::stack_taxes;
use super::compile::{Moment, RateAmount, Tax, TaxRate};
use super::stack::Stack;
use super::zone::Way;
use crate::expr::CompileContext;
use crate::id::{Set, Symbol};
use crate::money::ArithmeticError;
use crate::report::{Diagnostic, Path, TaxCode};
use crate::sort;
use crate::time::{Date, Timestamp};

/// How many ways are looked at; what is beyond them is found when a document is quoted.
const MOST_WAYS: usize = 10_000;

/// Reports taxes that cannot be solved where they meet; those of one place are solved already.
pub(super) fn check(tax: &Tax, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let categories: Vec<Symbol> = tax.categories().filter(|category| may_take_all(tax, cx.symbols.text(*category))).collect();
    if categories.is_empty() || !tax.has_meetings() {
        return;
    }
    let (ways, moments, classes) = (ways(tax), moments(tax), classes(tax));
    let mut seen: Set<Vec<usize>> = Set::default();
    for category in categories {
        for (way, class) in ways.iter().flat_map(|way| classes.iter().map(move |class| (way, *class))) {
            for moment in &moments {
                let (first, rates) = tax.meeting(category, way, class, *moment);
                let of_one_place = first.is_none_or(|first| tax.rates_of(first.number).count() == rates.len());
                if of_one_place || !seen.insert(rates.clone()) {
                    continue;
                }
                let solved = stack_taxes(tax, &rates).and_then(|taxes| Stack::solve(taxes, false));
                if solved.is_err_and(|error| error == ArithmeticError::DivisionByZero) {
                    report(tax, &rates, path, cx);
                }
            }
        }
    }
}

/// Whether the taxes of a category can take all of a price: where one gives back, or several are percentages of the gross.
fn may_take_all(tax: &Tax, category: &str) -> bool {
    let rates = || tax.rates().iter().filter(|rate| rate.category.as_str() == category);
    let gives_back = |rate: &TaxRate| matches!(rate.amount, RateAmount::Percent(percent) if percent.ratio().0 < 0);
    let of_gross = rates().filter(|rate| matches!(rate.amount, RateAmount::PercentOfGross(_)));
    let taxes: Set<Option<usize>> = of_gross.map(|rate| rate.levy).collect();
    taxes.len() > 1 || rates().any(gives_back)
}

/// Every way to a country or a zone that a rate names, and to every part of a country with zones.
fn ways(tax: &Tax) -> Vec<Way> {
    let mut ways: Vec<Way> = tax.destinations().map(|destination| tax.way_to(destination)).collect();
    if let Some(zones) = &tax.zones {
        ways.extend(zones.ways(MOST_WAYS));
    }
    ways
}

/// All customers, and each class for which there are rates.
fn classes(tax: &Tax) -> Vec<Option<Symbol>> {
    let classes: Set<Option<Symbol>> = std::iter::once(None).chain(tax.by_place.keys().map(|place| place.class)).collect();
    classes.into_iter().collect()
}

/// A moment of each span between those at which a rate begins or ends, and one that is not said.
fn moments(tax: &Tax) -> Vec<Moment> {
    let days = tax.rates().iter().flat_map(|rate| [rate.valid.from, rate.valid.until]).flatten();
    let times = tax.rates().iter().filter_map(|rate| rate.valid_at).flat_map(|window| [window.from, window.until]).flatten();
    let days = spans(days, |day| day.add_days(-1).ok());
    let times = spans(times, |time: Timestamp| time.add_seconds(-1).ok());
    let any_day = Date::new(2000, 1, 1).ok().filter(|_| days.is_empty());
    let at = || std::iter::once(None).chain(times.iter().copied().map(Some));
    days.iter().copied().chain(any_day).flat_map(|date| at().map(move |at| Moment { date, at })).collect()
}

/// One of each span between bounds: the bounds, and what is before the first.
fn spans<T: Ord + Copy>(bounds: impl Iterator<Item = T>, before: impl Fn(T) -> Option<T>) -> Vec<T> {
    let mut bounds: Vec<T> = bounds.collect();
    sort::ascending(&mut bounds);
    bounds.dedup();
    bounds.first().copied().and_then(before).into_iter().chain(bounds.iter().copied()).collect()
}

fn report(tax: &Tax, rates: &[usize], path: &Path<'_>, cx: &mut CompileContext<'_>) {
    let Some((last, others)) = rates.split_last() else { return };
    let name = |number: &usize| tax.rates().get(*number).map(|rate| format!("`{}`", rate.id)).unwrap_or_default();
    let names = others.iter().map(name).collect::<Vec<_>>().join(", ");
    let message = format!("where this rate meets {names} the taxes leave no net amount: together they are the whole price, or more");
    let mut problem = Diagnostic::error(TaxCode::RateRange, &path.index(*last), message);
    for other in others {
        problem = problem.related(&path.index(*other), "a rate of another place that is valid with it");
    }
    cx.diagnostics.push(problem.help("lower the percentages that are valid together, or keep their places apart"));
}
