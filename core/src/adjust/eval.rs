//! Which rules apply, and what they do to the figures.

use super::{Action, Effect, Per, Policy, RoundAt, Rule, Stage};
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Percent, Rounding, UnitPrice};

/// The running figures of a line: its amount in minor units, and its price per unit as long as the amount is nothing but price
/// times quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The amount of the line.
    pub amount: i64,
    /// The price per unit; none once the amount was rounded as a line.
    pub unit: Option<UnitPrice>,
}

/// Which of the matching rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'m> {
    /// All of these, in this order.
    All(&'m [u32]),
    /// The one of these that leaves the lowest amount; among equals the first.
    Lowest(&'m [u32]),
}

impl Stage {
    /// Chooses among the rules that match, which are given by their numbers in ascending order.
    #[must_use]
    pub fn choose<'m>(&self, matched: &'m [u32]) -> Choice<'m> {
        let first = matched.get(..1).unwrap_or_default();
        match self.policy {
            Policy::Best => Choice::Lowest(matched),
            Policy::First => Choice::All(first),
            Policy::OnBase => Choice::All(matched),
            Policy::Compound => Choice::All(self.until_stop(matched)),
            Policy::Exclusive => {
                let exclusive = matched.iter().position(|number| self.action(*number).is_some_and(|action| action.exclusive));
                match exclusive.and_then(|position| matched.get(position..=position)) {
                    Some(only) => Choice::All(only),
                    None => Choice::All(self.until_stop(matched)),
                }
            }
        }
    }

    /// The rules up to and with the first that stops.
    fn until_stop<'m>(&self, matched: &'m [u32]) -> &'m [u32] {
        let stop = matched.iter().position(|number| self.action(*number).is_some_and(|action| action.stop));
        stop.and_then(|position| matched.get(..=position)).unwrap_or(matched)
    }

    /// The rule of that number; rules are numbered in the order in which they apply.
    #[inline]
    #[must_use]
    pub fn rule(&self, number: u32) -> Option<&Rule> {
        usize::try_from(number).ok().and_then(|index| self.rules.get(index))
    }

    /// What the line stage needs of the rule of that number.
    #[inline]
    #[must_use]
    pub fn action(&self, number: u32) -> Option<&Action> {
        usize::try_from(number).ok().and_then(|index| self.actions.get(index))
    }

    /// What a line is after the rule of that number, of line scope; `base` is what percentages are taken on.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    #[inline]
    pub fn line_effect(
        &self,
        number: u32,
        quantity: Decimal,
        currency: Currency,
        running: Figure,
        base: Figure,
    ) -> Result<Figure, ArithmeticError> {
        if let Some(unit) = running.unit
            && let Some(unit) = self.action(number).and_then(|action| action.price(unit, &self.rounding))
        {
            return Ok(Figure { amount: unit.amount(quantity, &Rounding::half_up(currency.minor_units()))?, unit: Some(unit) });
        }
        self.long_line_effect(number, quantity, currency, running, base)
    }

    #[cold]
    fn long_line_effect(
        &self,
        number: u32,
        quantity: Decimal,
        currency: Currency,
        running: Figure,
        base: Figure,
    ) -> Result<Figure, ArithmeticError> {
        let Some(rule) = self.rule(number) else { return Ok(running) };
        match (self.round_at, running.unit, base.unit) {
            (RoundAt::Unit, Some(unit), Some(base)) => {
                let unit = self.unit_effect(rule, unit, base, quantity, currency)?;
                let amount = unit.amount(quantity, &Rounding::half_up(currency.minor_units()))?;
                Ok(Figure { amount, unit: Some(unit) })
            }
            _ => Ok(Figure { amount: self.amount_effect(rule, running.amount, base.amount, quantity, currency)?, unit: None }),
        }
    }

    fn unit_effect(
        &self,
        rule: &Rule,
        running: UnitPrice,
        base: UnitPrice,
        quantity: Decimal,
        currency: Currency,
    ) -> Result<UnitPrice, ArithmeticError> {
        let rounded = |value: Exact| UnitPrice::rounded(value, &self.rounding, currency);
        let not_above = |price: UnitPrice| Ok(running.lower(price));
        match &rule.effect {
            Effect::PercentOff { left } if running == base => running.percentage(*left, &self.rounding),
            Effect::PercentOff { left } => {
                let off = base.to_exact()?.plus(left.of(base.to_exact()?)?.negated()?)?;
                not_below_zero(running.to_exact()?.plus(off.negated()?)?).and_then(rounded)
            }
            Effect::AmountOff { amount, per: Per::Unit } => {
                not_below_zero(running.to_exact()?.plus(amount.to_exact()?.negated()?)?).and_then(rounded)
            }
            Effect::AmountOff { amount, per: Per::Line } => {
                let share = Exact::from_decimal(quantity)?;
                let (numerator, denominator) = share.lowest_terms();
                let each = amount.to_exact()?.times(denominator, numerator)?;
                not_below_zero(running.to_exact()?.plus(each.negated()?)?).and_then(rounded)
            }
            Effect::FixedPrice(price) => not_above(*price),
        }
    }

    fn amount_effect(&self, rule: &Rule, running: i64, base: i64, quantity: Decimal, currency: Currency) -> Result<i64, ArithmeticError> {
        let after = match &rule.effect {
            Effect::PercentOff { left } => {
                let off = self.percent_off(*left, base, currency)?;
                running.checked_sub(off).ok_or(ArithmeticError::Overflow)?
            }
            Effect::AmountOff { amount, per } => {
                let off = match per {
                    Per::Unit => amount.times(quantity)?,
                    Per::Line => amount.to_exact()?,
                };
                running.checked_sub(self.rounding_to_minor(off, currency)?).ok_or(ArithmeticError::Overflow)?
            }
            Effect::FixedPrice(price) => running.min(self.rounding_to_minor(price.times(quantity)?, currency)?),
        };
        Ok(after.max(0).min(running))
    }

    /// What a document rule would take off its lines, whatever they are worth; `base` is what percentages are taken on.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn document_effect(&self, rule: &Rule, base: i64, currency: Currency) -> Result<i64, ArithmeticError> {
        let off = match &rule.effect {
            Effect::PercentOff { left } => self.percent_off(*left, base, currency)?,
            Effect::AmountOff { amount, .. } => self.rounding_to_minor(amount.to_exact()?, currency)?,
            // Refused by the compilation: a document has no unit price.
            Effect::FixedPrice(_) => 0,
        };
        Ok(off.max(0))
    }

    /// The base minus the rounded rest, so that the price is rounded and the discount is the difference: 19.99 less 25 % is 14.99.
    fn percent_off(&self, left: Percent, base: i64, currency: Currency) -> Result<i64, ArithmeticError> {
        let rest = self.rounding_to_minor(left.of(Money::new(base, currency).to_exact()?)?, currency)?;
        base.checked_sub(rest).ok_or(ArithmeticError::Overflow)
    }

    fn rounding_to_minor(&self, value: Exact, currency: Currency) -> Result<i64, ArithmeticError> {
        Money::rounded(value, &self.rounding, currency).map(Money::minor)
    }
}

fn not_below_zero(value: Exact) -> Result<Exact, ArithmeticError> {
    Ok(if value.is_negative() { Exact::ZERO } else { value })
}

#[cfg(test)]
mod tests {
    use super::super::compile::tests::{amount_off, fixed_price, percent_off, stage};
    use super::*;

    fn line(stage: &Stage, rule: u32, price: &str, quantity: &str) -> i64 {
        let euro = "EUR".parse().unwrap();
        let price = UnitPrice::new(price.parse().unwrap(), euro).unwrap();
        let quantity: Decimal = quantity.parse().unwrap();
        let amount = Rounding::half_up(2).apply(price.times(quantity).unwrap()).unwrap();
        let figure = Figure { amount, unit: Some(price) };
        stage.line_effect(rule, quantity, euro, figure, figure).unwrap().amount
    }

    #[test]
    fn worked_example_1_where_nine_percent_off_is_rounded() {
        // 135.50 less 9 %: on the line 406.50 * 0.91 = 369.915 -> 369.92, taken off 36.58 (the price is rounded, half-up);
        // on the unit 123.305 -> 123.31, times 3 = 369.93, times 10 = 1233.10.
        let at_line = stage(Policy::Best, RoundAt::Line, vec![percent_off("9")]);
        assert_eq!(line(&at_line, 0, "135.50", "3"), 36_992);
        assert_eq!(line(&at_line, 0, "135.50", "10"), 123_305);
        let at_unit = stage(Policy::Best, RoundAt::Unit, vec![percent_off("9")]);
        assert_eq!(line(&at_unit, 0, "135.50", "3"), 36_993);
        assert_eq!(line(&at_unit, 0, "135.50", "10"), 123_310);
    }

    #[test]
    fn the_price_is_rounded_and_the_discount_is_the_difference() {
        // Saleor #12040: 19.99 less 25 % is 14.9925 -> 14.99.
        for round_at in [RoundAt::Line, RoundAt::Unit] {
            assert_eq!(line(&stage(Policy::First, round_at, vec![percent_off("25")]), 0, "19.99", "1"), 1499);
        }
    }

    #[test]
    fn nothing_falls_below_zero_and_a_whole_discount_is_exactly_zero() {
        for round_at in [RoundAt::Line, RoundAt::Unit] {
            let stage = stage(Policy::First, round_at, vec![amount_off("20", Per::Unit), percent_off("100"), fixed_price("30")]);
            assert_eq!(line(&stage, 0, "12.99", "3"), 0);
            assert_eq!(line(&stage, 1, "12.99", "3"), 0);
            assert_eq!(line(&stage, 2, "12.99", "3"), 3897);
        }
    }

    #[test]
    fn an_amount_off_counts_per_unit_or_per_line() {
        let rules = vec![amount_off("1.50", Per::Unit), amount_off("1.50", Per::Line)];
        let at_line = stage(Policy::First, RoundAt::Line, rules);
        assert_eq!(line(&at_line, 0, "10", "4"), 3400);
        assert_eq!(line(&at_line, 1, "10", "4"), 3850);
    }

    #[test]
    fn the_policies_choose_differently_among_the_same_matches() {
        let rules = || vec![percent_off("5"), percent_off("10"), percent_off("3")];
        let matched = [0, 1, 2];
        assert_eq!(stage(Policy::First, RoundAt::Line, rules()).choose(&matched), Choice::All(&[0]));
        assert_eq!(stage(Policy::Best, RoundAt::Line, rules()).choose(&matched), Choice::Lowest(&matched));
        let mut stopping = rules();
        stopping[1].stop = true;
        assert_eq!(stage(Policy::Compound, RoundAt::Line, stopping).choose(&matched), Choice::All(&[0, 1]));
        let mut exclusive = rules();
        exclusive[2].exclusive = true;
        let exclusive = stage(Policy::Exclusive, RoundAt::Line, exclusive);
        assert_eq!(exclusive.choose(&matched), Choice::All(&[2]));
        assert_eq!(exclusive.choose(&[0, 1]), Choice::All(&[0, 1]));
    }
}
