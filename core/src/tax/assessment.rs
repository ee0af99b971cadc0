//! The taxes of a document as they come out: what each line bears, and the entries of the breakdown.

use crate::money::{ArithmeticError, Exact};
use crate::sort;

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

impl Taxed {
    /// An amount that bears no tax.
    #[must_use]
    pub const fn untaxed(amount: i64) -> Self {
        Self { net: amount, tax: 0, gross: amount }
    }

    /// The same with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self { net: self.net.saturating_neg(), tax: self.tax.saturating_neg(), gross: self.gross.saturating_neg() }
    }

    /// The sum, side by side.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        let add = |a: i64, b: i64| a.checked_add(b).ok_or(ArithmeticError::Overflow);
        Ok(Self { net: add(self.net, other.net)?, tax: add(self.tax, other.tax)?, gross: add(self.gross, other.gross)? })
    }
}

/// One tax of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxShare {
    /// The number of the rate in [`Tax::rates`].
    pub rate: usize,
    /// Whether the amount of the line includes it.
    pub included: bool,
    /// The customer owes it: it is charged and taken back, and changes no sum.
    pub reverse: bool,
    /// What it is computed on, in minor units: the net amount and the taxes that enter its base.
    pub base: i64,
    /// The tax, in minor units.
    pub amount: i64,
}

/// An entry of the breakdown: what is taxed alike.
#[derive(Debug, Clone, Copy)]
pub struct TaxGroup {
    /// The number of its first rate in [`Tax::rates`]; none for what bears no tax.
    pub rate: Option<usize>,
    /// Whether all of it has that one rate.
    pub single: bool,
    /// What the tax is computed on, the tax, and both together, in minor units.
    pub sum: Taxed,
    /// What the customer owes, in minor units: charged and taken back.
    pub reverse: i64,
    /// The tax before it was rounded.
    pub exact: Exact,
}

/// The taxes of a document.
#[derive(Debug, Clone, Default)]
pub struct Assessment {
    /// By line.
    pub taxed: Vec<Taxed>,
    /// The entries of the breakdown, in the order in which they first occur.
    pub groups: Vec<TaxGroup>,
    /// The taxes of the lines, one line after the other, in the order of their stacks.
    pub(super) shares: Vec<TaxShare>,
    /// Where the taxes of each line end.
    pub(super) ends: Vec<usize>,
    /// Before rounding, by share.
    pub(super) exact: Vec<Exact>,
    /// The entry of the breakdown, by share.
    pub(super) group_of: Vec<usize>,
    /// What the entries are told apart by.
    keys: Vec<Option<usize>>,
}

impl Assessment {
    /// Nothing is taxed.
    pub(crate) const NONE: Self = Self {
        taxed: Vec::new(),
        groups: Vec::new(),
        shares: Vec::new(),
        ends: Vec::new(),
        exact: Vec::new(),
        group_of: Vec::new(),
        keys: Vec::new(),
    };

    /// The taxes of a line, in the order of its stack.
    #[must_use]
    pub fn of_line(&self, line: usize) -> &[TaxShare] {
        let (start, end) = self.range(line);
        self.shares.get(start..end).unwrap_or_default()
    }

    /// The tax of the document before it was rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn exact_tax(&self) -> Result<Exact, ArithmeticError> {
        sum(self.groups.iter().map(|group| group.exact))
    }

    /// The place of the group that a rate belongs to by its key; a new one when it is the first.
    pub(super) fn place_of_group(&mut self, key: Option<usize>, rate: Option<usize>) -> usize {
        let known = self.keys.iter().position(|known| *known == key);
        if let Some((place, group)) = known.and_then(|place| Some((place, self.groups.get_mut(place)?))) {
            group.single &= group.rate == rate;
            return place;
        }
        self.keys.push(key);
        self.groups.push(TaxGroup { rate, single: true, sum: Taxed::default(), reverse: 0, exact: Exact::ZERO });
        self.groups.len().saturating_sub(1)
    }

    /// The taxes that are added to a line's amount, before they were rounded.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn exact_added(&self, line: usize) -> Result<Exact, ArithmeticError> {
        let (start, end) = self.range(line);
        let shares = self.shares.iter().zip(&self.exact).take(end).skip(start);
        sum(shares.filter(|(share, _)| !share.included && !share.reverse).map(|(_, exact)| *exact))
    }

    pub(super) fn range(&self, line: usize) -> (usize, usize) {
        let start = line.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        (start, self.ends.get(line).copied().unwrap_or(start))
    }

    /// Adds an amount to the largest tax of the document, on the line that bears most of it; what is taken off goes on to the next lines
    /// where that one does not bear enough. Returns the lines with what each got; none when no tax is there, or the largest is not enough.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`].
    pub fn add_to_largest(&mut self, amount: i64) -> Result<Vec<(usize, i64)>, ArithmeticError> {
        // 1. The largest tax: of equals the first, as `max_by_key` takes the last.
        let groups = self.groups.iter().enumerate().filter(|(_, group)| group.rate.is_some() && group.sum.tax > 0);
        let Some((largest, tax)) = groups.rev().map(|(place, group)| (place, group.sum.tax)).max_by_key(|(_, tax)| *tax) else {
            return Ok(Vec::new());
        };
        if tax.checked_add(amount).ok_or(ArithmeticError::Overflow)? < 0 {
            return Ok(Vec::new());
        }
        // 2. Who bears it, the most first.
        let amount_of = |place: usize| amount_of_share(&self.shares, place);
        let mut places: Vec<usize> = (0..self.shares.len()).filter(|place| self.group_of.get(*place) == Some(&largest)).collect();
        sort::by(&mut places, |one, other| amount_of(*other).cmp(&amount_of(*one)).then_with(|| one.cmp(other)));
        // 3. Their parts.
        let (mut left, mut parts) = (amount, Vec::new());
        for place in places {
            let part = if left > 0 { left } else { left.max(amount_of_share(&self.shares, place).max(0).saturating_neg()) };
            let Some(line) = self.ends.iter().position(|end| place < *end).filter(|_| part != 0) else { break };
            self.add_to_share(place, line, largest, part)?;
            parts.push((line, part));
            left = left.saturating_sub(part);
        }
        Ok(parts)
    }

    fn add_to_share(&mut self, place: usize, line: usize, group: usize, amount: i64) -> Result<(), ArithmeticError> {
        if let (Some(share), Some(taxed), Some(group)) = (self.shares.get_mut(place), self.taxed.get_mut(line), self.groups.get_mut(group))
        {
            for figure in [&mut share.amount, &mut taxed.tax, &mut taxed.gross, &mut group.sum.tax, &mut group.sum.gross] {
                *figure = figure.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
            }
        }
        Ok(())
    }

    /// Most lines bear one tax.
    pub(super) fn reserve(&mut self, lines: usize) {
        self.taxed.reserve(lines);
        self.ends.reserve(lines);
        self.shares.reserve(lines);
        self.exact.reserve(lines);
        self.group_of.reserve(lines);
    }

    pub(super) fn clear(&mut self) {
        let Self { taxed, groups, shares, ends, exact, group_of, keys } = self;
        taxed.clear();
        groups.clear();
        shares.clear();
        ends.clear();
        exact.clear();
        group_of.clear();
        keys.clear();
    }
}

fn amount_of_share(shares: &[TaxShare], place: usize) -> i64 {
    shares.get(place).map_or(0, |share| share.amount)
}

/// Adds to a group; none is the group of what bears no tax.
pub(super) fn add_to_group(
    groups: &mut [TaxGroup],
    group: Option<usize>,
    sum: Taxed,
    owed: i64,
    exact: Exact,
) -> Result<(), ArithmeticError> {
    let group = match group {
        Some(group) => groups.get_mut(group),
        None => groups.iter_mut().find(|group| group.rate.is_none()),
    };
    if let Some(group) = group {
        group.sum = group.sum.plus(sum)?;
        group.reverse = group.reverse.checked_add(owed).ok_or(ArithmeticError::Overflow)?;
        group.exact = add(group.exact, exact)?;
    }
    Ok(())
}

/// The sum; reduced where the denominators differ, so that many of them stay small. What bears the same taxes has one denominator.
pub(super) fn add(a: Exact, b: Exact) -> Result<Exact, ArithmeticError> {
    if !a.is_positive() && !a.is_negative() {
        return Ok(b);
    }
    let sum = a.plus(b)?;
    Ok(if a.same_denominator(b) { sum } else { sum.reduced() })
}

pub(super) fn sum(mut amounts: impl Iterator<Item = Exact>) -> Result<Exact, ArithmeticError> {
    let first = amounts.next().unwrap_or(Exact::ZERO);
    amounts.try_fold(first, add)
}
