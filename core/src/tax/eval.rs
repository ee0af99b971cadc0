//! The tax of a document.

use super::{PriceMode, TaxRate, TaxRoundAt, TaxStep};
use crate::money::{
    AllocationMethod, AllocationShare, ArithmeticError, Currency, Exact, Money, Rounding, RoundingDef, RoundingMode, ZeroWeights, allocate,
};

/// A line to be taxed: its amount in minor units, in the step's price mode, and the number of its rate; no rate means no tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLine {
    /// The amount after all adjustments.
    pub amount: i64,
    /// The rate's number in [`super::Tax::rates`].
    pub rate: Option<usize>,
}

/// A taxed amount, in minor units: `net + tax = gross`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taxed {
    /// Without tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// With tax.
    pub gross: i64,
}

/// What is taxed at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxGroup {
    /// The rate's number in [`super::Tax::rates`]; none for what is not taxed.
    pub rate: Option<usize>,
    /// The sums of its lines.
    pub sum: Taxed,
}

impl TaxStep {
    /// Computes the tax of every line, and the sums of every rate in the order in which the rates first occur.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn apply(
        &self,
        rates: &[TaxRate],
        currency: Currency,
        lines: &[TaxLine],
        taxed: &mut Vec<Taxed>,
    ) -> Result<Vec<TaxGroup>, ArithmeticError> {
        // 1. Group the lines by rate.
        let mut groups = group(lines)?;
        // 2. Find each line's tax, rounding where the step says.
        let mut taxes = vec![0_i64; lines.len()];
        match self.round_at {
            TaxRoundAt::Line => {
                for (tax, line) in taxes.iter_mut().zip(lines) {
                    *tax = self.rounding.apply(self.exact_tax(line.amount, line.rate, rates, currency)?)?;
                }
            }
            TaxRoundAt::Group => {
                for (rate, amount) in &groups {
                    let tax = self.rounding.apply(self.exact_tax(*amount, *rate, rates, currency)?)?;
                    share_out(tax, *rate, currency, lines, &mut taxes)?;
                }
            }
            TaxRoundAt::Document => {
                for ((rate, _), tax) in groups.iter().zip(self.document_taxes(&groups, rates, currency)?) {
                    share_out(tax, *rate, currency, lines, &mut taxes)?;
                }
            }
        }
        // 3. The other side of each line is the rest; the groups are sums of their lines.
        taxed.clear();
        let mut sums: Vec<TaxGroup> = groups.drain(..).map(|(rate, _)| TaxGroup { rate, sum: Taxed::default() }).collect();
        for (line, tax) in lines.iter().zip(taxes) {
            let line_taxed = self.sides(line.amount, tax)?;
            if let Some(group) = sums.iter_mut().find(|group| group.rate == line.rate) {
                group.sum = group.sum.plus(line_taxed)?;
            }
            taxed.push(line_taxed);
        }
        Ok(sums)
    }

    /// Net, tax and gross of an amount in the step's price mode.
    fn sides(&self, amount: i64, tax: i64) -> Result<Taxed, ArithmeticError> {
        match self.price_mode {
            PriceMode::Net => Ok(Taxed { net: amount, tax, gross: amount.checked_add(tax).ok_or(ArithmeticError::Overflow)? }),
            PriceMode::Gross => Ok(Taxed { net: amount.checked_sub(tax).ok_or(ArithmeticError::Overflow)?, tax, gross: amount }),
        }
    }

    /// The unrounded tax: `net * r / 100`, or `gross * r / (100 + r)`.
    fn exact_tax(&self, amount: i64, rate: Option<usize>, rates: &[TaxRate], currency: Currency) -> Result<Exact, ArithmeticError> {
        let Some(rate) = rate.and_then(|number| rates.get(number)) else { return Ok(Exact::ZERO) };
        let (numerator, hundred) = rate.percent.ratio();
        let whole = match self.price_mode {
            PriceMode::Net => hundred,
            PriceMode::Gross => hundred.checked_add(numerator).ok_or(ArithmeticError::Overflow)?,
        };
        Money::new(amount, currency).to_exact()?.times(numerator, whole)
    }

    /// Each group's share of the document's tax, which is rounded once.
    fn document_taxes(&self, groups: &[(Option<usize>, i64)], rates: &[TaxRate], currency: Currency) -> Result<Vec<i64>, ArithmeticError> {
        const EXTRA_DIGITS: u8 = 6;
        let fine = RoundingDef { mode: RoundingMode::Down, ..RoundingDef::default() };
        let fine = Rounding::new(fine, currency.minor_units().saturating_add(EXTRA_DIGITS)).map_err(|_| ArithmeticError::Overflow)?;
        let mut total = Exact::ZERO;
        let mut shares = Vec::with_capacity(groups.len());
        for (rate, amount) in groups {
            let exact = self.exact_tax(*amount, *rate, rates, currency)?;
            total = total.plus(exact)?.reduced();
            shares.push(AllocationShare::of(fine.apply(exact)?.unsigned_abs()));
        }
        let total = Money::new(self.rounding.apply(total)?, currency);
        let mut parts = Vec::new();
        allocate(total, &shares, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut parts)?;
        Ok(parts)
    }
}

impl Taxed {
    /// The sum, side by side.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        let add = |a: i64, b: i64| a.checked_add(b).ok_or(ArithmeticError::Overflow);
        Ok(Self { net: add(self.net, other.net)?, tax: add(self.tax, other.tax)?, gross: add(self.gross, other.gross)? })
    }
}

/// The rates of the document in the order in which they first occur, with the sums of their lines.
fn group(lines: &[TaxLine]) -> Result<Vec<(Option<usize>, i64)>, ArithmeticError> {
    let mut groups: Vec<(Option<usize>, i64)> = Vec::new();
    for line in lines {
        match groups.iter_mut().find(|(rate, _)| *rate == line.rate) {
            Some((_, sum)) => *sum = sum.checked_add(line.amount).ok_or(ArithmeticError::Overflow)?,
            None => groups.push((line.rate, line.amount)),
        }
    }
    Ok(groups)
}

/// Splits a rate's tax over its lines by their amounts.
fn share_out(tax: i64, rate: Option<usize>, currency: Currency, lines: &[TaxLine], taxes: &mut [i64]) -> Result<(), ArithmeticError> {
    let members: Vec<usize> = lines.iter().zip(0_usize..).filter(|(line, _)| line.rate == rate).map(|(_, index)| index).collect();
    let weight = |index: &usize| AllocationShare::of(lines.get(*index).map_or(0, |line| line.amount.unsigned_abs()));
    let shares: Vec<AllocationShare> = members.iter().map(weight).collect();
    let mut parts = Vec::new();
    allocate(Money::new(tax, currency), &shares, AllocationMethod::LargestRemainder, ZeroWeights::EqualSplit, &mut parts)?;
    for (index, part) in members.into_iter().zip(parts) {
        if let Some(tax) = taxes.get_mut(index) {
            *tax = part;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Percent;

    fn tax(price_mode: PriceMode, round_at: TaxRoundAt, percents: &[&str], lines: &[(i64, usize)]) -> (Vec<Taxed>, Vec<TaxGroup>) {
        let rates: Vec<TaxRate> =
            percents.iter().map(|percent| TaxRate::for_test(Percent::new(percent.parse().unwrap()).unwrap())).collect();
        let lines: Vec<TaxLine> = lines.iter().map(|(amount, rate)| TaxLine { amount: *amount, rate: Some(*rate) }).collect();
        let step = TaxStep::for_test(price_mode, round_at);
        let mut taxed = Vec::new();
        let groups = step.apply(&rates, "EUR".parse().unwrap(), &lines, &mut taxed).unwrap();
        (taxed, groups)
    }

    #[test]
    fn sylius_and_odoo_figures() {
        // Worked example 29: 45.95 at 10 % is 4.60, 45.94 is 4.59; 10 x 10.10 at 23 % is 23.23.
        assert_eq!(
            tax(PriceMode::Net, TaxRoundAt::Line, &["10"], &[(4595, 0), (4594, 0)]).0.iter().map(|t| t.tax).collect::<Vec<_>>(),
            [460, 459]
        );
        assert_eq!(tax(PriceMode::Net, TaxRoundAt::Line, &["23"], &[(10_100, 0)]).0[0].gross, 12_423);
        // Worked example 31: 55.55 + 11.11 at 23 %: 15.34 per line (12.78 + 2.56), 15.33 over the document.
        let lines = [(5555, 0), (1111, 0)];
        assert_eq!(tax(PriceMode::Net, TaxRoundAt::Line, &["23"], &lines).1[0].sum.tax, 1534);
        assert_eq!(tax(PriceMode::Net, TaxRoundAt::Group, &["23"], &lines).1[0].sum.tax, 1533);
    }

    #[test]
    fn a_gross_price_keeps_its_gross() {
        // 46.95 including 10 %: tax 46.95 * 10 / 110 = 4.268 -> 4.27, net 42.68.
        let (lines, _) = tax(PriceMode::Gross, TaxRoundAt::Line, &["10"], &[(4695, 0)]);
        assert_eq!(lines, [Taxed { net: 4268, tax: 427, gross: 4695 }]);
    }

    #[test]
    fn over_the_document_it_is_rounded_once() {
        // 0.10 at 19 % = 0.019 and 0.10 at 7 % = 0.007: each alone 0.02 and 0.01, together 0.026 -> 0.03; 0.12 + 0.12: 0.0228 + 0.0084 = 0.0312 -> 0.03.
        let (_, groups) = tax(PriceMode::Net, TaxRoundAt::Document, &["19", "7"], &[(12, 0), (12, 1)]);
        assert_eq!(groups.iter().map(|group| group.sum.tax).collect::<Vec<_>>(), [2, 1]);
    }

    proptest! {
        #[test]
        fn every_side_adds_up(
            lines in prop::collection::vec((0_i64..1_000_000, 0_usize..3), 1..12), gross in any::<bool>(), level in 0_usize..3,
        ) {
            let mode = if gross { PriceMode::Gross } else { PriceMode::Net };
            let level = [TaxRoundAt::Line, TaxRoundAt::Group, TaxRoundAt::Document][level];
            let (taxed, groups) = tax(mode, level, &["19", "7", "0"], &lines);
            for line in &taxed {
                prop_assert_eq!(line.net + line.tax, line.gross);
            }
            let tax_of_lines: i64 = taxed.iter().map(|line| line.tax).sum();
            let amount: i64 = taxed.iter().map(|line| if gross { line.gross } else { line.net }).sum();
            prop_assert_eq!(tax_of_lines, groups.iter().map(|group| group.sum.tax).sum::<i64>());
            prop_assert_eq!(taxed.iter().map(|line| line.net).sum::<i64>(), groups.iter().map(|group| group.sum.net).sum::<i64>());
            prop_assert_eq!(amount, lines.iter().map(|(amount, _)| amount).sum::<i64>());
            if !gross && level == TaxRoundAt::Document {
                let hundredfold: i64 = lines.iter().map(|(amount, rate)| amount * [19, 7, 0][*rate]).sum();
                prop_assert_eq!(tax_of_lines, (hundredfold + 50) / 100);
            }
        }
    }
}
