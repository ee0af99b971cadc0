//! The tax of a document.

use super::assessment::{Assessment, TaxShare, Taxed, add, add_to_group, sum};
use super::spread::spread;
use super::stack::{Contains, Form, Stack};
use super::{PriceMode, RoundTarget, Tax, TaxRoundAt, TaxStep};
use crate::money::{ArithmeticError, Currency, Decimal, Exact, Money};

/// A line or a charge to be taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLine {
    /// The amount after all adjustments, in minor units.
    pub amount: i64,
    /// Whether the amount includes tax.
    pub mode: PriceMode,
    /// The number of its taxes ([`Tax::find`]); none means no tax.
    pub stack: Option<usize>,
    /// The number of the taxes that the price was made with, when the price keeps its net amount elsewhere.
    pub home: Option<usize>,
    /// The quantity, for tax that is rounded on each unit.
    pub quantity: Decimal,
    /// The quantity in base units, for fixed taxes; zero for charges.
    pub units: Decimal,
    /// Whether the goods come back: what it bears is that of the amount, with the other sign.
    pub returned: bool,
    /// Whether it stands in the breakdown when it bears no tax; a line without a price does not.
    pub counts: bool,
}

impl TaxStep {
    /// Computes the taxes of every line, and the entries of the breakdown in the order in which they first occur.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn apply(&self, tax: &Tax, currency: Currency, lines: &[TaxLine], out: &mut Assessment) -> Result<(), ArithmeticError> {
        out.clear();
        out.reserve(lines.len());
        let together = matches!(self.round_at, TaxRoundAt::Group | TaxRoundAt::Document | TaxRoundAt::None);
        let at_once = !together && self.round_target == RoundTarget::Tax;
        // 1. Every tax of every line, exactly; where each stands for itself, rounded and added up at once.
        for (number, line) in lines.iter().enumerate() {
            self.find_exact(tax, currency, line, out)?;
            if !together {
                self.round_last(currency, line, out)?;
            } else if line.returned {
                mirror(number, out)?;
            }
            if at_once {
                sides(tax, line, number, line.returned, out)?;
            }
        }
        if at_once {
            return Ok(());
        }
        // 2. What is rounded together; and what follows from a rounded net amount.
        if together {
            self.round_together(currency, out)?;
        }
        if self.round_target == RoundTarget::Net {
            self.round_nets(currency, lines, out)?;
        }
        // 3. The sides of the lines, and the sums of the groups.
        for (number, line) in lines.iter().enumerate() {
            sides(tax, line, number, line.returned && !together, out)?;
        }
        Ok(())
    }

    /// Appends the exact taxes of a line.
    fn find_exact(&self, tax: &Tax, currency: Currency, line: &TaxLine, out: &mut Assessment) -> Result<(), ArithmeticError> {
        let stack = line.stack.and_then(|number| tax.stack(number));
        let (amount, contains) = self.taxable(tax, currency, line)?;
        out.taxed.push(Taxed { net: amount, tax: 0, gross: amount });
        let Some(stack) = stack else {
            if line.counts {
                out.place_of_group(None, None);
            }
            out.ends.push(out.shares.len());
            return Ok(());
        };
        let form = stack.form(contains);
        let exact_amount = Money::new(amount, currency).to_exact()?;
        let capped = if stack.per_unit { form.capped_units(exact_amount, line.units)? } else { None };
        for (of_stack, solved) in stack.taxes.iter().zip(&form.taxes) {
            let exact = if stack.per_unit { solved.of_units(exact_amount, line.units, capped)? } else { solved.of(exact_amount)? };
            let key = tax.rates.get(of_stack.rate).map_or(of_stack.rate, |rate| rate.group);
            let place = out.place_of_group(Some(key), Some(of_stack.rate));
            out.group_of.push(place);
            out.exact.push(exact);
            out.shares.push(TaxShare { rate: of_stack.rate, included: solved.included, reverse: of_stack.reverse, base: 0, amount: 0 });
        }
        out.ends.push(out.shares.len());
        Ok(())
    }

    /// The amount that is taxed, and which taxes are in it: where a price keeps its net amount and the taxes are others than at home,
    /// the net amount that it has at home, and none.
    fn taxable(&self, tax: &Tax, currency: Currency, line: &TaxLine) -> Result<(i64, Contains), ArithmeticError> {
        let contains = Contains::from(line.mode);
        let Some(home) = line.home.filter(|home| Some(*home) != line.stack) else { return Ok((line.amount, contains)) };
        let Some((home, form)) = tax.stack(home).map(|home| (home, home.form(contains))).filter(|(_, form)| form.any_included) else {
            return Ok((line.amount, contains));
        };
        let amount = Money::new(line.amount, currency).to_exact()?;
        let net = net_of(home, form, amount, line.units)?;
        let net = match self.round_at {
            TaxRoundAt::Unit => self.by_unit(net, Some(line), currency)?,
            _ => self.rounding.apply(net)?,
        };
        Ok((net, Contains::Nothing))
    }

    /// Rounds the tax of a unit, and takes it times the quantity.
    fn by_unit(&self, exact: Exact, line: Option<&TaxLine>, currency: Currency) -> Result<i64, ArithmeticError> {
        let Some(quantity) = line.map(|line| line.quantity).filter(|quantity| *quantity > Decimal::ZERO) else {
            return self.rounding.apply(exact);
        };
        let quantity = Exact::from_decimal(quantity)?;
        let of_unit = self.rounding.apply(exact.quotient(quantity)?)?;
        self.rounding.apply(Money::new(of_unit, currency).to_exact()?.product(quantity)?)
    }

    /// Whether a share is rounded as a tax; otherwise it is what a rounded net amount leaves.
    fn is_rounded(&self, share: &TaxShare) -> bool {
        self.round_target == RoundTarget::Tax || !share.included
    }

    /// Rounds the taxes of the last line, on the line or on its units.
    fn round_last(&self, currency: Currency, line: &TaxLine, out: &mut Assessment) -> Result<(), ArithmeticError> {
        let (start, end) = out.range(out.ends.len().saturating_sub(1));
        let shares = out.shares.get_mut(start..end).unwrap_or_default();
        for (share, exact) in shares.iter_mut().zip(out.exact.get(start..end).unwrap_or_default()) {
            if self.is_rounded(share) {
                share.amount = match self.round_at {
                    TaxRoundAt::Unit => self.by_unit(*exact, Some(line), currency)?,
                    _ => self.rounding.apply(*exact)?,
                };
            }
        }
        Ok(())
    }

    /// Rounds the tax of each group, or of the document, and splits it over the groups and their lines. What the customer owes is a sum of
    /// its own.
    fn round_together(&self, currency: Currency, out: &mut Assessment) -> Result<(), ArithmeticError> {
        // 1. The exact tax of each group.
        let mut exact = vec![Exact::ZERO; out.groups.len()];
        for ((share, group), part) in out.shares.iter().zip(&out.group_of).zip(&out.exact) {
            if let Some(sum) = exact.get_mut(*group).filter(|_| self.is_rounded(share)) {
                *sum = add(*sum, *part)?;
            }
        }
        // 2. The rounded tax of each group.
        let totals: Vec<i64> = if self.round_at == TaxRoundAt::Group {
            exact.iter().map(|exact| self.rounding.apply(*exact)).collect::<Result<_, _>>()?
        } else {
            self.split_document(&exact, currency, out)?
        };
        // 3. Its lines' parts of it.
        for (group, total) in totals.into_iter().enumerate() {
            let is_part = |place: &usize| {
                let share = out.shares.get(*place);
                out.group_of.get(*place) == Some(&group) && share.is_some_and(|share| self.is_rounded(share))
            };
            let places: Vec<usize> = (0..out.shares.len()).filter(is_part).collect();
            set_parts(total, &places, currency, out)?;
        }
        Ok(())
    }

    /// The groups' parts of the document's tax, and of what the customer owes.
    fn split_document(&self, exact: &[Exact], currency: Currency, out: &Assessment) -> Result<Vec<i64>, ArithmeticError> {
        let owed: Vec<bool> =
            (0..exact.len()).map(|group| out.group_of.iter().zip(&out.shares).any(|(of, share)| *of == group && share.reverse)).collect();
        let mut totals = vec![0_i64; exact.len()];
        for reverse in [false, true] {
            let places: Vec<usize> = (0..exact.len()).filter(|group| owed.get(*group) == Some(&reverse)).collect();
            let of_places: Vec<Exact> = places.iter().filter_map(|place| exact.get(*place)).copied().collect();
            let total = self.rounding.apply(sum(of_places.iter().copied())?)?;
            for (place, part) in places.into_iter().zip(spread(total, &of_places, currency)?) {
                if let Some(total) = totals.get_mut(place) {
                    *total = part;
                }
            }
        }
        Ok(totals)
    }

    /// Where the net side is rounded: the net amounts of lines that include tax, and their taxes as what that leaves.
    fn round_nets(&self, currency: Currency, lines: &[TaxLine], out: &mut Assessment) -> Result<(), ArithmeticError> {
        // 1. The exact net amounts of the lines whose price includes tax.
        let mut exact: Vec<(usize, Exact)> = Vec::new();
        for line in 0..lines.len() {
            let (start, end) = out.range(line);
            let amount = out.taxed.get(line).map_or(0, |taxed| taxed.net);
            let mut net = Money::new(amount, currency).to_exact()?;
            let mut any = false;
            for (share, part) in out.shares.iter().zip(&out.exact).take(end).skip(start).filter(|(share, _)| share.included) {
                any |= share.included;
                net = add(net, part.negated()?)?;
            }
            if any {
                exact.push((line, net));
            }
        }
        // 2. Rounded where the step says.
        let amounts: Vec<Exact> = exact.iter().map(|(_, net)| *net).collect();
        let nets: Vec<i64> = match self.round_at {
            TaxRoundAt::Line => amounts.iter().map(|net| self.rounding.apply(*net)).collect::<Result<_, _>>()?,
            TaxRoundAt::Unit => {
                let by_unit = |(line, net): &(usize, Exact)| self.by_unit(*net, lines.get(*line), currency);
                exact.iter().map(by_unit).collect::<Result<_, _>>()?
            }
            TaxRoundAt::Document | TaxRoundAt::None => spread(self.rounding.apply(sum(amounts.iter().copied())?)?, &amounts, currency)?,
            TaxRoundAt::Group => self.round_alike(&exact, lines, currency)?,
        };
        // 3. The taxes are what is left.
        for ((line, exact), net) in exact.iter().zip(nets) {
            let (start, end) = out.range(*line);
            let amount = Money::new(out.taxed.get(*line).map_or(0, |taxed| taxed.net), currency);
            let left = tax_beside(net, amount, *exact)?;
            let places: Vec<usize> = (start..end).filter(|place| out.shares.get(*place).is_some_and(|share| share.included)).collect();
            set_parts(left, &places, currency, out)?;
        }
        Ok(())
    }

    /// The net amounts of lines that are taxed alike, rounded together.
    fn round_alike(&self, exact: &[(usize, Exact)], lines: &[TaxLine], currency: Currency) -> Result<Vec<i64>, ArithmeticError> {
        let key = |line: usize| lines.get(line).map(|line| (line.stack, line.mode));
        let mut nets = vec![0_i64; exact.len()];
        let mut done: Vec<Option<(Option<usize>, PriceMode)>> = Vec::new();
        for (line, _) in exact {
            let alike = key(*line);
            if done.contains(&alike) {
                continue;
            }
            done.push(alike);
            let places: Vec<usize> =
                (0..exact.len()).filter(|place| exact.get(*place).is_some_and(|(line, _)| key(*line) == alike)).collect();
            let amounts: Vec<Exact> = places.iter().filter_map(|place| exact.get(*place)).map(|(_, net)| *net).collect();
            let total = self.rounding.apply(sum(amounts.iter().copied())?)?;
            for (place, part) in places.into_iter().zip(spread(total, &amounts, currency)?) {
                if let Some(net) = nets.get_mut(place) {
                    *net = part;
                }
            }
        }
        Ok(nets)
    }
}

/// The tax that a rounded net amount leaves of a price. Where rounding puts the net amount above the price, that is no tax below zero.
fn tax_beside(net: i64, price: Money, exact_net: Exact) -> Result<i64, ArithmeticError> {
    let left = price.minor().checked_sub(net).ok_or(ArithmeticError::Overflow)?;
    if left == 0 || left.signum() == price.minor().signum() {
        return Ok(left);
    }
    let exact = price.to_exact()?.plus(exact_net.negated()?)?;
    let withheld = if left < 0 { exact.is_negative() } else { exact.is_positive() };
    Ok(if withheld { left } else { 0 })
}

/// Splits an amount over shares in proportion to their exact taxes.
fn set_parts(total: i64, places: &[usize], currency: Currency, out: &mut Assessment) -> Result<(), ArithmeticError> {
    if let [only] = places {
        if let Some(share) = out.shares.get_mut(*only) {
            share.amount = total;
        }
        return Ok(());
    }
    let exact: Vec<Exact> = places.iter().filter_map(|place| out.exact.get(*place)).copied().collect();
    for (place, part) in places.iter().zip(spread(total, &exact, currency)?) {
        if let Some(share) = out.shares.get_mut(*place) {
            share.amount = part;
        }
    }
    Ok(())
}

/// Takes back, from the last tax to the first, what rounding has put into the taxes of a price above the price itself, and returns the net
/// amount that is left: nothing. What is below nothing because a tax is withheld stays.
#[cold]
fn give_back(mut net: i64, amount: i64, shares: &mut [TaxShare]) -> Option<i64> {
    let sign = if amount < 0 { -1_i64 } else { 1 };
    for share in shares.iter_mut().rev().filter(|share| share.included && !share.reverse) {
        let above = net.checked_mul(sign)?.checked_neg()?.max(0);
        let back = share.amount.checked_mul(sign)?.max(0).min(above).checked_mul(sign)?;
        share.amount = share.amount.checked_sub(back)?;
        net = net.checked_add(back)?;
    }
    Some(net)
}

/// Gives the amounts and taxes of a line the other sign.
fn mirror(number: usize, out: &mut Assessment) -> Result<(), ArithmeticError> {
    let (start, end) = out.range(number);
    if let Some(taxed) = out.taxed.get_mut(number) {
        *taxed = taxed.negated();
    }
    for share in out.shares.get_mut(start..end).unwrap_or_default() {
        (share.base, share.amount) = (share.base.saturating_neg(), share.amount.saturating_neg());
    }
    for exact in out.exact.get_mut(start..end).unwrap_or_default() {
        *exact = exact.negated()?;
    }
    Ok(())
}

/// Net, tax and gross of a line, the bases of its taxes, and what it adds to the groups; with the other sign where it comes back and was
/// computed without.
fn sides(tax: &Tax, line: &TaxLine, number: usize, mirrored: bool, out: &mut Assessment) -> Result<(), ArithmeticError> {
    let overflow = ArithmeticError::Overflow;
    let (start, end) = out.range(number);
    let Some(taxed) = out.taxed.get_mut(number) else { return Ok(()) };
    let shares = out.shares.get_mut(start..end).unwrap_or_default();
    // 1. The sides.
    let (mut net, mut gross) = (taxed.net, taxed.gross);
    for share in shares.iter().filter(|share| !share.reverse) {
        if share.included {
            net = net.checked_sub(share.amount).ok_or(overflow)?;
        } else {
            gross = gross.checked_add(share.amount).ok_or(overflow)?;
        }
    }
    if net.signum() != 0 && net.signum() != taxed.net.signum() {
        net = give_back(net, taxed.net, shares).ok_or(overflow)?;
    }
    *taxed = Taxed { net, tax: gross.checked_sub(net).ok_or(overflow)?, gross };
    // 2. What each tax is computed on.
    let Some(stack) = line.stack.and_then(|stack| tax.stack(stack)) else {
        if mirrored {
            mirror(number, out)?;
        }
        let net = out.taxed.get(number).map_or(0, |taxed| taxed.net);
        return add_to_group(&mut out.groups, None, Taxed { net, tax: 0, gross: net }, 0, Exact::ZERO);
    };
    for (place, of_stack) in stack.taxes.iter().enumerate() {
        let mut base = net;
        for part in of_stack.base.iter().filter_map(|place| shares.get(*place)).filter(|share| !share.reverse) {
            base = base.checked_add(part.amount).ok_or(overflow)?;
        }
        if let Some(share) = shares.get_mut(place) {
            share.base = base;
        }
    }
    // 3. The groups.
    if mirrored {
        mirror(number, out)?;
    }
    let shares = out.shares.get(start..end).unwrap_or_default();
    for ((share, group), exact) in shares.iter().zip(out.group_of.iter().skip(start)).zip(out.exact.iter().skip(start)) {
        let (amount, owed) = if share.reverse { (0, share.amount) } else { (share.amount, 0) };
        let sum = Taxed { net: share.base, tax: amount, gross: share.base.checked_add(amount).ok_or(overflow)? };
        add_to_group(&mut out.groups, Some(*group), sum, owed, if share.reverse { Exact::ZERO } else { *exact })?;
    }
    Ok(())
}

/// What is left of an amount after the taxes that it includes.
fn net_of(stack: &Stack, form: &Form, amount: Exact, units: Decimal) -> Result<Exact, ArithmeticError> {
    let capped = if stack.per_unit { form.capped_units(amount, units)? } else { None };
    let mut net = amount;
    for solved in form.taxes.iter().filter(|solved| solved.included) {
        let part = if stack.per_unit { solved.of_units(amount, units, capped)? } else { solved.of(amount)? };
        net = add(net, part.negated()?)?;
    }
    Ok(net)
}
