//! Which rules apply, and what they do to the figures.

use super::{Action, Compare, Effect, Per, Policy, RoundAt, RoundWhat, Rule, Stage};
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
    /// The one of these that leaves what the policy prefers; among equals the first.
    One(&'m [u32]),
}

impl Stage {
    /// Chooses among the rules that match, which are given by their numbers in ascending order.
    #[must_use]
    pub fn choose<'m>(&self, matched: &'m [u32]) -> Choice<'m> {
        let first = matched.get(..1).unwrap_or_default();
        match self.policy {
            Policy::Best | Policy::Worst => Choice::One(matched),
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

    /// Whether the policy prefers what one rule leaves to what another leaves: the lower with `best`, the higher with `worst`.
    #[must_use]
    pub fn prefers(&self, one: Figure, other: Figure) -> bool {
        let (one, other) = if self.policy == Policy::Worst { (other, one) } else { (one, other) };
        match (self.compare, one.unit, other.unit) {
            (Compare::UnitPrice, Some(one), Some(other)) => one.to_decimal() < other.to_decimal(),
            _ => one.amount < other.amount,
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

    /// [`Stage::line_effect`] on a whole quantity, where whole numbers say it; none where it takes the long way.
    #[inline]
    #[must_use]
    pub fn whole_effect(&self, action: &Action, quantity: i64, running: Figure) -> Option<Figure> {
        let unit = action.price(running.unit?, &self.rounding)?;
        Some(Figure { amount: unit.mantissa().checked_mul(quantity)?, unit: Some(unit) })
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
            _ if self.restate_unit => {
                let amount = self.amount_effect(rule, running.amount, base.amount, quantity, currency)?;
                self.spread_over_units(amount, quantity, currency)
            }
            _ => Ok(Figure { amount: self.amount_effect(rule, running.amount, base.amount, quantity, currency)?, unit: None }),
        }
    }

    /// What a line is after a rule that reaches only so many `units` of it, as if they stood on a line of their own.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn part_effect(
        &self,
        number: u32,
        (quantity, units): (Decimal, Decimal),
        currency: Currency,
        running: Figure,
        base: Figure,
    ) -> Result<Figure, ArithmeticError> {
        if units >= quantity {
            return self.line_effect(number, quantity, currency, running, base);
        }
        let part = |figure: Figure| part_of(figure, quantity, units, currency);
        let before = part(running)?;
        let after = self.line_effect(number, units, currency, before, part(base)?)?;
        let rest = running.amount.checked_sub(before.amount).ok_or(ArithmeticError::Overflow)?;
        Ok(Figure { amount: rest.checked_add(after.amount).ok_or(ArithmeticError::Overflow)?, unit: None })
    }

    /// The price per unit that an amount comes to, and the line at that price.
    fn spread_over_units(&self, amount: i64, quantity: Decimal, currency: Currency) -> Result<Figure, ArithmeticError> {
        if quantity.is_zero() {
            return Ok(Figure { amount, unit: None });
        }
        let (numerator, denominator) = Exact::from_decimal(quantity)?.lowest_terms();
        let exact = Money::new(amount, currency).to_exact()?.times(denominator, numerator)?;
        let unit = UnitPrice::rounded(exact, &self.rounding, currency)?;
        Ok(Figure { amount: unit.amount(quantity, &Rounding::half_up(currency.minor_units()))?, unit: Some(unit) })
    }

    fn unit_effect(
        &self,
        rule: &Rule,
        running: UnitPrice,
        base: UnitPrice,
        quantity: Decimal,
        currency: Currency,
    ) -> Result<UnitPrice, ArithmeticError> {
        match &rule.effect {
            Effect::PercentOff { left } if running == base && self.round == RoundWhat::Price => running.percentage(*left, &self.rounding),
            Effect::PercentOff { left: part } | Effect::PercentOn { whole: part } => {
                let off = base.to_exact()?.plus(part.of(base.to_exact()?)?.negated()?)?;
                self.unit_less(running, off, part.to_decimal().is_zero(), currency)
            }
            Effect::AmountOff { amount, per } => self.unit_less(running, each_of(*amount, *per, quantity)?, false, currency),
            Effect::AmountOn { amount, per } => self.unit_less(running, each_of(*amount, *per, quantity)?.negated()?, false, currency),
            Effect::FixedPrice(price) => Ok(running.lower(*price)),
        }
    }

    /// A price per unit less an amount, of which the price or the discount is rounded; what takes all off is never rounded.
    fn unit_less(&self, running: UnitPrice, off: Exact, all: bool, currency: Currency) -> Result<UnitPrice, ArithmeticError> {
        let less = |off: Exact| not_below_zero(running.to_exact()?.plus(off.negated()?)?);
        match self.round {
            RoundWhat::Discount if !all => {
                // What is added is rounded as what is taken off is: without its sign.
                let adds = off.is_negative();
                let rounded = UnitPrice::rounded(if adds { off.negated()? } else { off }, &self.rounding, currency)?.to_exact()?;
                UnitPrice::new(less(if adds { rounded.negated()? } else { rounded })?.to_decimal()?, currency)
            }
            _ => UnitPrice::rounded(less(off)?, &self.rounding, currency),
        }
    }

    fn amount_effect(&self, rule: &Rule, running: i64, base: i64, quantity: Decimal, currency: Currency) -> Result<i64, ArithmeticError> {
        let after = match &rule.effect {
            Effect::PercentOff { left } => {
                let off = self.percent_off(*left, base, currency)?;
                running.checked_sub(off).ok_or(ArithmeticError::Overflow)?
            }
            Effect::AmountOff { amount, per } => {
                let off = of_line(*amount, *per, quantity)?;
                running.checked_sub(self.rounding_to_minor(off, currency)?).ok_or(ArithmeticError::Overflow)?
            }
            Effect::FixedPrice(price) => running.min(self.rounding_to_minor(price.times(quantity)?, currency)?),
            Effect::PercentOn { whole } => {
                let off = self.percent_off(*whole, base, currency)?;
                return Ok(running.checked_sub(off).ok_or(ArithmeticError::Overflow)?.max(running));
            }
            Effect::AmountOn { amount, per } => {
                let on = self.rounding_to_minor(of_line(*amount, *per, quantity)?, currency)?;
                return running.checked_add(on.max(0)).ok_or(ArithmeticError::Overflow);
            }
        };
        Ok(after.max(0).min(running))
    }

    /// What a document rule would take off its lines, whatever they are worth; `base` is what percentages are taken on. What adds
    /// is below zero.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn document_effect(&self, rule: &Rule, base: i64, currency: Currency) -> Result<i64, ArithmeticError> {
        match &rule.effect {
            Effect::PercentOff { left } => Ok(self.percent_off(*left, base, currency)?.max(0)),
            Effect::PercentOn { whole } => Ok(self.percent_off(*whole, base, currency)?.min(0)),
            Effect::AmountOff { amount, .. } => Ok(self.rounding_to_minor(amount.to_exact()?, currency)?.max(0)),
            Effect::AmountOn { amount, .. } => {
                let on = self.rounding_to_minor(amount.to_exact()?, currency)?.max(0);
                on.checked_neg().ok_or(ArithmeticError::Overflow)
            }
            // Refused by the compilation: a document has no unit price.
            Effect::FixedPrice(_) => Ok(0),
        }
    }

    /// What a percentage takes off, when this part is what it leaves: the base minus the rounded rest, so that the price is rounded and
    /// the discount is the difference (19.99 less 25 % is 14.99), or the rounded discount, where the stage says so.
    fn percent_off(&self, part: Percent, base: i64, currency: Currency) -> Result<i64, ArithmeticError> {
        let whole = Money::new(base, currency).to_exact()?;
        let rest = part.of(whole)?;
        // What takes all off is never rounded.
        if self.round == RoundWhat::Discount && !part.to_decimal().is_zero() {
            // What is added is rounded as what is taken off is: without its sign.
            let off = whole.plus(rest.negated()?)?;
            if off.is_negative() {
                return self.rounding_to_minor(off.negated()?, currency)?.checked_neg().ok_or(ArithmeticError::Overflow);
            }
            return self.rounding_to_minor(off, currency);
        }
        base.checked_sub(self.rounding_to_minor(rest, currency)?).ok_or(ArithmeticError::Overflow)
    }

    fn rounding_to_minor(&self, value: Exact, currency: Currency) -> Result<i64, ArithmeticError> {
        // Where prices per unit keep more digits than amounts, a line that has none any more is rounded as an amount.
        let plain = Rounding::half_up(currency.minor_units());
        let rounding = if self.rounding.scale() == currency.minor_units() { &self.rounding } else { &plain };
        Money::rounded(value, rounding, currency).map(Money::minor)
    }
}

/// What an amount comes to for the whole line.
fn of_line(amount: UnitPrice, per: Per, quantity: Decimal) -> Result<Exact, ArithmeticError> {
    match per {
        Per::Unit => amount.times(quantity),
        Per::Line => amount.to_exact(),
    }
}

/// What an amount comes to for each unit.
fn each_of(amount: UnitPrice, per: Per, quantity: Decimal) -> Result<Exact, ArithmeticError> {
    match per {
        Per::Unit => amount.to_exact(),
        Per::Line => {
            let (numerator, denominator) = Exact::from_decimal(quantity)?.lowest_terms();
            amount.to_exact()?.times(denominator, numerator)
        }
    }
}

/// So many units of a line: at its price per unit, as long as there is one.
fn part_of(figure: Figure, quantity: Decimal, units: Decimal, currency: Currency) -> Result<Figure, ArithmeticError> {
    let minor = Rounding::half_up(currency.minor_units());
    if let Some(unit) = figure.unit {
        return Ok(Figure { amount: unit.amount(units, &minor)?, unit: Some(unit) });
    }
    let (up, down) = Exact::from_decimal(units)?.quotient(Exact::from_decimal(quantity)?)?.lowest_terms();
    let part = Money::new(figure.amount, currency).to_exact()?.times(up, down)?;
    Ok(Figure { amount: Money::rounded(part, &minor, currency)?.minor(), unit: None })
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
        assert_eq!(stage(Policy::Best, RoundAt::Line, rules()).choose(&matched), Choice::One(&matched));
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
