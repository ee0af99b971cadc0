//! How much a charge is.

use super::compile::{Amount, AmountTable, Charge};
use crate::expr::{EvalError, Facts};
use crate::id::RuleId;
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money, Percent};
use crate::table::{Scalar, TableScratch};

/// A line that a charge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargedLine {
    /// Its number.
    pub line: usize,
    /// Its amount as it enters the charge, in minor units.
    pub amount: i64,
}

/// What a charge comes to, in minor units.
#[derive(Debug, Clone)]
pub struct Charged {
    /// What is charged: zero when it is free.
    pub amount: i64,
    /// The same, not rounded; none where its figures are too long, and where it stands.
    pub exact: Option<Exact>,
    /// What would be charged if it were not free.
    pub waived: i64,
    /// How much more the lines would have to be worth for it to be free.
    pub missing: Option<i64>,
    /// What percentages are taken on.
    pub base: i64,
    /// The row of its table.
    pub row: Option<RuleId>,
}

/// Why a charge has no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeError {
    /// No row of its table fits; the line that it was asked for.
    NoRow(Option<usize>),
    /// An expression has no value.
    Expression(EvalError),
    /// A figure is too large.
    Arithmetic(ArithmeticError),
}

impl From<EvalError> for ChargeError {
    fn from(error: EvalError) -> Self {
        Self::Expression(error)
    }
}

impl From<ArithmeticError> for ChargeError {
    fn from(error: ArithmeticError) -> Self {
        Self::Arithmetic(error)
    }
}

/// What a row gives.
struct Found {
    amount: Decimal,
    percent: Decimal,
    row: Option<RuleId>,
}

impl Charge {
    /// Computes the charge for its lines; `charges` is the sum of the charges that its base includes. None when nothing is charged: the
    /// scale begins higher.
    ///
    /// # Errors
    /// [`ChargeError`] when no row of its table fits, an expression has no value, or a figure is too large.
    pub fn compute<F: Facts + ?Sized>(
        &self,
        facts: &F,
        lines: &[ChargedLine],
        charges: i64,
        currency: Currency,
        scratch: &mut TableScratch,
    ) -> Result<Option<Charged>, ChargeError> {
        let goods = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount)).ok_or(ArithmeticError::Overflow)?;
        let base = goods.checked_add(charges).ok_or(ArithmeticError::Overflow)?;
        // 1. The amount by its kind.
        let mut row = None;
        let exact_base = Money::new(base, currency).to_exact()?;
        let once = |exact: Exact| Ok::<_, ChargeError>((self.rounding.apply(exact)?, Some(exact)));
        let (rounded, exact) = match &self.amount {
            Amount::Fixed(amount) => once(*amount)?,
            Amount::Percent(percent) => once(percent.of(exact_base)?)?,
            Amount::Formula(formula) => once(Exact::from_decimal(formula.number(facts, None)?)?)?,
            Amount::Scale(scale) => match scale.amount(scale.basis.number(facts, None)?)? {
                Some(amount) => once(amount)?,
                None => return Ok(None),
            },
            Amount::Table(table) => {
                let found = look_up(table, facts, None, scratch)?;
                row = found.row.clone();
                once(found.of(exact_base)?)?
            }
            Amount::LineTable(table) => self.by_line(table, facts, lines, currency, scratch)?,
        };
        // 2. Its bounds.
        let bounded = rounded.max(self.minimum.unwrap_or(i64::MIN)).min(self.maximum.unwrap_or(i64::MAX));
        // 3. Free from a value of the lines on.
        let free = self.free_from.is_some_and(|from| goods >= from);
        let missing = self.free_from.filter(|_| !free).map(|from| from.checked_sub(goods).ok_or(ArithmeticError::Overflow)).transpose()?;
        let (amount, waived) = if free { (0, bounded) } else { (bounded, 0) };
        let exact = if free { Some(Exact::ZERO) } else { exact.and_then(|exact| self.bounded(exact, currency).ok()) };
        Ok(Some(Charged { amount, exact, waived, missing, base, row }))
    }

    /// The sum over the lines of what the table gives for each, rounded line by line and not.
    fn by_line<F: Facts + ?Sized>(
        &self,
        table: &AmountTable,
        facts: &F,
        lines: &[ChargedLine],
        currency: Currency,
        scratch: &mut TableScratch,
    ) -> Result<(i64, Option<Exact>), ChargeError> {
        let (mut sum, mut exact_sum) = (0_i64, Some(Exact::ZERO));
        for line in lines {
            let found = look_up(table, facts, Some(line.line), scratch)?;
            let exact = found.of(Money::new(line.amount, currency).to_exact()?)?;
            sum = sum.checked_add(self.rounding.apply(exact)?).ok_or(ArithmeticError::Overflow)?;
            exact_sum = exact_sum.and_then(|sum| sum.plus(exact).ok()).map(Exact::reduced);
        }
        Ok((sum, exact_sum))
    }

    /// An amount within the bounds of the charge.
    fn bounded(&self, exact: Exact, currency: Currency) -> Result<Exact, ArithmeticError> {
        let mut bounded = exact;
        for (bound, is_least) in [(self.minimum, true), (self.maximum, false)] {
            let Some(bound) = bound else { continue };
            let bound = Money::new(bound, currency).to_exact()?;
            let beyond = bounded.plus(bound.negated()?)?;
            if if is_least { beyond.is_negative() } else { beyond.is_positive() } {
                bounded = bound;
            }
        }
        Ok(bounded)
    }
}

fn look_up<F: Facts + ?Sized>(
    table: &AmountTable,
    facts: &F,
    line: Option<usize>,
    scratch: &mut TableScratch,
) -> Result<Found, ChargeError> {
    let hits = table.table.evaluate(facts, line, scratch)?;
    let outputs = hits.first().ok_or(ChargeError::NoRow(line))?;
    let number = |place: Option<usize>| match place.and_then(|place| outputs.get(place)) {
        Some(Scalar::Number(number)) => *number,
        _ => Decimal::ZERO,
    };
    let row = hits.rows().next().map(|hit| hit.id.clone());
    Ok(Found { amount: number(table.amount), percent: number(table.percent), row })
}

impl Found {
    /// The amount, and the percentage of a base.
    fn of(&self, base: Exact) -> Result<Exact, ArithmeticError> {
        let percent = Percent::new(self.percent)?.of(base)?;
        Ok(Exact::from_decimal(self.amount)?.plus(percent)?.reduced())
    }
}
