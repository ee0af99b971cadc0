//! The taxes that a line bears together, solved: each is a share of the line's amount plus an amount for each unit.
//!
//! Every tax is linear in the net amount `N` and the quantity `q`: a rate is `r * base`, a percentage of the gross `d / (1 - D) * base`, a
//! fixed tax `a * q`, and a base is `N` plus the taxes that enter it. What a price `P` includes adds up to `P - N`, which gives `N`, and
//! with it every tax, as a fraction of `P` plus a fraction of `q`. That is done once, when the rulebook is compiled.

use super::PriceMode;
use crate::money::{ArithmeticError, Decimal, Exact};

/// How a rate makes a tax of its base.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// This fraction of the base.
    Share(Exact),
    /// This fraction of the base and all taxes of this kind on it.
    ShareOfGross(Exact),
    /// This amount for each base unit.
    PerUnit(Exact),
}

/// One tax of a stack, before it is solved. The taxes that enter a base stand before it.
#[derive(Debug, Clone)]
pub(super) struct StackTax {
    /// The rate's number.
    pub rate: usize,
    pub rule: Rule,
    /// Whether prices include it; as the price mode says when none.
    pub included: Option<bool>,
    /// The customer owes it: it is in no price and in no base.
    pub reverse: bool,
    /// The places in the stack of the taxes that enter its base.
    pub base: Vec<usize>,
}

/// The taxes that a line bears together.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    pub taxes: Vec<StackTax>,
    /// Whether a tax is counted by the unit.
    pub per_unit: bool,
    /// Whether a tax that must be there has no rate.
    pub incomplete: bool,
    net: Form,
    gross: Form,
    /// With no tax in the price, whatever the taxes say.
    bare: Form,
}

/// What an amount is, as far as its taxes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contains {
    /// The taxes that are always included.
    Net,
    /// All taxes but those that are never included.
    Gross,
    /// No tax.
    Nothing,
}

impl From<PriceMode> for Contains {
    fn from(mode: PriceMode) -> Self {
        match mode {
            PriceMode::Net => Self::Net,
            PriceMode::Gross => Self::Gross,
        }
    }
}

/// A stack, solved for amounts that include some of its taxes.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub taxes: Vec<Solved>,
    /// Whether a tax is in the amount.
    pub any_included: bool,
    /// What the included fixed taxes take of the amount by the unit.
    taken: Exact,
    /// What other fixed taxes make the included ones take by the unit.
    taken_beside: Exact,
}

/// A tax as a share of the amount plus an amount for each base unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Solved {
    pub included: bool,
    pub of_amount: Exact,
    pub of_unit: Exact,
    /// When the included fixed taxes are more than the amount: what is left of this tax for each unit that they are still paid for ...
    capped: Exact,
    /// ... and for each unit of the line.
    beside: Exact,
}

/// A tax by the net amount and the unit.
#[derive(Clone, Copy)]
struct ByNet {
    of_net: Exact,
    included_units: Exact,
    other_units: Exact,
}

impl Stack {
    /// Solves the stack.
    ///
    /// # Errors
    /// [`ArithmeticError::Overflow`] when the fractions have too many digits, [`ArithmeticError::DivisionByZero`] when no net amount has
    /// such a price: the included taxes take back the whole of it, or percentages of the gross leave nothing.
    pub(super) fn solve(taxes: Vec<StackTax>, incomplete: bool) -> Result<Self, ArithmeticError> {
        let form = |contains| solve(&taxes, contains);
        let (net, gross, bare) = (form(Contains::Net)?, form(Contains::Gross)?, form(Contains::Nothing)?);
        let per_unit = taxes.iter().any(|tax| matches!(tax.rule, Rule::PerUnit(_)));
        Ok(Self { taxes, per_unit, incomplete, net, gross, bare })
    }

    /// A stack without taxes, for one that cannot be solved: it is reported, and the rulebook never runs.
    pub(super) fn none() -> Self {
        let form = || Form { taxes: Vec::new(), any_included: false, taken: Exact::ZERO, taken_beside: Exact::ZERO };
        Self { taxes: Vec::new(), per_unit: false, incomplete: false, net: form(), gross: form(), bare: form() }
    }

    /// The stack, solved for what an amount contains.
    pub(super) fn form(&self, contains: Contains) -> &Form {
        match contains {
            Contains::Net => &self.net,
            Contains::Gross => &self.gross,
            Contains::Nothing => &self.bare,
        }
    }

    /// The whole of its taxes on a net amount of one, without fixed taxes and without what the customer owes: what "the highest rate" means.
    pub(super) fn weight(&self) -> Result<Exact, ArithmeticError> {
        let payable = self.taxes.iter().zip(&self.bare.taxes).filter(|(tax, _)| !tax.reverse);
        payable.map(|(_, solved)| solved).try_fold(Exact::ZERO, |sum, solved| Ok(sum.plus(solved.of_amount)?.reduced()))
    }
}

fn solve(taxes: &[StackTax], contains: Contains) -> Result<Form, ArithmeticError> {
    let is_included = |tax: &StackTax| {
        let by_mode = contains == Contains::Gross;
        contains != Contains::Nothing && !tax.reverse && tax.included.unwrap_or(by_mode)
    };
    // 1. Every tax by the net amount and the unit.
    let mut by_net: Vec<ByNet> = Vec::with_capacity(taxes.len());
    for tax in taxes {
        let next = by_net_amount(taxes, tax, &by_net, is_included(tax))?;
        by_net.push(next);
    }
    // 2. The amount is the net amount and what it includes: `P = N * whole + q * (taken + taken_beside)`.
    let (mut whole, mut taken, mut taken_beside) = (Exact::new(1, 1)?, Exact::ZERO, Exact::ZERO);
    for (by_net, _) in by_net.iter().zip(taxes).filter(|(_, tax)| is_included(tax)) {
        whole = whole.plus(by_net.of_net)?.reduced();
        taken = taken.plus(by_net.included_units)?.reduced();
        taken_beside = taken_beside.plus(by_net.other_units)?.reduced();
    }
    if !whole.is_positive() {
        return Err(ArithmeticError::DivisionByZero);
    }
    // 3. Every tax by the amount and the unit.
    let all_taken = taken.plus(taken_beside)?.reduced();
    let solve_tax = |(by_net, tax): (&ByNet, &StackTax)| {
        let of_amount = divided(by_net.of_net, whole)?;
        let given_up = multiplied(of_amount, all_taken)?.negated()?;
        let of_unit = by_net.included_units.plus(by_net.other_units)?.plus(given_up)?.reduced();
        Ok(Solved { included: is_included(tax), of_amount, of_unit, capped: by_net.included_units, beside: by_net.other_units })
    };
    let solved: Vec<Solved> = by_net.iter().zip(taxes).map(solve_tax).collect::<Result<_, ArithmeticError>>()?;
    Ok(Form { any_included: solved.iter().any(|tax| tax.included), taxes: solved, taken, taken_beside })
}

/// A tax by the net amount and the unit, given those before it.
fn by_net_amount(taxes: &[StackTax], tax: &StackTax, before: &[ByNet], included: bool) -> Result<ByNet, ArithmeticError> {
    let mut base = ByNet { of_net: Exact::new(1, 1)?, included_units: Exact::ZERO, other_units: Exact::ZERO };
    for part in tax.base.iter().filter(|place| taxes.get(**place).is_some_and(|tax| !tax.reverse)).filter_map(|place| before.get(*place)) {
        base.of_net = base.of_net.plus(part.of_net)?.reduced();
        base.included_units = base.included_units.plus(part.included_units)?.reduced();
        base.other_units = base.other_units.plus(part.other_units)?.reduced();
    }
    let share = match tax.rule {
        Rule::Share(share) => share,
        Rule::ShareOfGross(share) => {
            let together = |other: &&StackTax| other.base == tax.base && !other.reverse;
            let mut left = Exact::new(1, 1)?;
            for other in taxes.iter().filter(together) {
                if let Rule::ShareOfGross(other) = other.rule {
                    left = left.plus(other.negated()?)?.reduced();
                }
            }
            if !left.is_positive() {
                return Err(ArithmeticError::DivisionByZero);
            }
            divided(share, left)?
        }
        Rule::PerUnit(amount) => {
            let (included_units, other_units) = if included { (amount, Exact::ZERO) } else { (Exact::ZERO, amount) };
            return Ok(ByNet { of_net: Exact::ZERO, included_units, other_units });
        }
    };
    Ok(ByNet {
        of_net: multiplied(share, base.of_net)?,
        included_units: multiplied(share, base.included_units)?,
        other_units: multiplied(share, base.other_units)?,
    })
}

/// In lowest terms, so that fractions of fractions stay small.
fn multiplied(a: Exact, b: Exact) -> Result<Exact, ArithmeticError> {
    Ok(a.product(b)?.reduced())
}

fn divided(a: Exact, b: Exact) -> Result<Exact, ArithmeticError> {
    Ok(a.quotient(b)?.reduced())
}

impl Form {
    /// Whether fixed taxes that the amount includes are more than the amount: then they are paid for fewer units, and nothing is left.
    /// Gives the units that they are still paid for.
    pub(super) fn capped_units(&self, amount: Exact, units: Decimal) -> Result<Option<Exact>, ArithmeticError> {
        if !self.taken.is_positive() || amount.is_negative() {
            return Ok(None);
        }
        let units = Exact::from_decimal(units)?;
        let left = amount.plus(units.product(self.taken_beside)?.negated()?)?;
        let left_over = left.plus(units.product(self.taken)?.negated()?)?;
        if !left_over.is_negative() {
            return Ok(None);
        }
        if left.is_negative() { Ok(Some(Exact::ZERO)) } else { divided(left, self.taken).map(Some) }
    }
}

impl Solved {
    /// The tax of an amount, where no tax is counted by the unit.
    pub(super) fn of(&self, amount: Exact) -> Result<Exact, ArithmeticError> {
        amount.product(self.of_amount)
    }

    /// The tax of an amount and a quantity; `capped` are the units that included fixed taxes are still paid for, when they are too much.
    pub(super) fn of_units(&self, amount: Exact, units: Decimal, capped: Option<Exact>) -> Result<Exact, ArithmeticError> {
        let units = Exact::from_decimal(units)?;
        match capped {
            None => self.of(amount)?.plus(units.product(self.of_unit)?),
            Some(capped) => capped.product(self.capped)?.plus(units.product(self.beside)?),
        }
    }
}
