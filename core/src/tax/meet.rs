//! Taxes of several places that meet on one document: a state, a county and a city each levy their own.

use super::build::{is_incomplete, stack_taxes};
use super::compile::{FoundStack, Moment, Tax};
use super::stack::Stack;
use super::zone::Way;
use crate::id::Symbol;
use crate::money::ArithmeticError;
use crate::sort;

impl Tax {
    /// Whether a document may bear taxes of several places: there are several taxes, and zones.
    #[must_use]
    pub fn has_meetings(&self) -> bool {
        self.zones.is_some() && self.levies.len() > 1
    }

    /// What a category bears: of each tax the rate of the smallest place on the way that has one. Where they are from several places, they
    /// are solved here and added to the stacks.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the taxes that meet leave no net amount, or have too many digits together.
    pub fn meet(
        &mut self,
        category: Symbol,
        way: &Way,
        customer: Option<Symbol>,
        moment: Moment,
    ) -> Result<Option<FoundStack>, ArithmeticError> {
        // 1. The rates.
        let (first, rates) = self.meeting(category, way, customer, moment);
        // 2. What they are together: mostly those of the first place.
        if first.is_none_or(|first| self.rates_of(first.number).count() == rates.len()) {
            return Ok(first);
        }
        let incomplete = is_incomplete(self, &rates);
        let (start, end) = (self.stacks.len(), self.stacks.len().saturating_add(self.met.len()));
        // The same taxes at home and here are one stack, so that a price between them stays as it is.
        let same = |known: usize| self.rates_of(known).count() == rates.len() && self.rates_of(known).all(|rate| rates.contains(&rate));
        let known = (start..end).find(|known| same(*known));
        if known.is_none() {
            self.met.push(Stack::solve(stack_taxes(self, &rates)?, incomplete)?);
        }
        let number = known.unwrap_or(end);
        Ok(Some(FoundStack { number, complete: !incomplete }))
    }

    /// Of each tax the rate of the smallest place on the way that has one, in the order of the taxes, and what the smallest place with a
    /// rate has by itself.
    pub(super) fn meeting(
        &self,
        category: Symbol,
        way: &Way,
        customer: Option<Symbol>,
        moment: Moment,
    ) -> (Option<FoundStack>, Vec<usize>) {
        let levy = |rate: usize| self.rates.get(rate).and_then(|rate| rate.levy);
        let (mut first, mut rates) = (None::<FoundStack>, Vec::new());
        for found in way.places().filter_map(|place| self.find(category, place, customer, moment)) {
            for rate in self.rates_of(found.number) {
                if !rates.iter().any(|known| levy(*known) == levy(rate)) {
                    rates.push(rate);
                }
            }
            first.get_or_insert(found);
        }
        sort::by(&mut rates, |one, other| levy(*one).cmp(&levy(*other)));
        (first, rates)
    }
}
