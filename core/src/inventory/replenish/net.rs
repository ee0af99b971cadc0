//! Netting: what needs take from what is there, on its way or to be ordered.

use crate::quantity::Quantity;
use crate::time::Date;

/// A quantity of a product that is needed on a day.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// The product's number in the plan.
    pub product: usize,
    pub on: Date,
    pub quantity: Quantity,
    pub of: NeedOf,
    /// The number of the demand at the top; absent when it is for nobody in particular.
    pub root: Option<usize>,
    /// Whether what is missing is ordered for this demand alone.
    pub dedicated: bool,
    pub takes: Vec<Take>,
    /// What is not covered yet, and in the end nothing supplies.
    pub missing: Quantity,
}

/// What needs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NeedOf {
    Line(usize),
    Expected(usize),
    Order(usize),
}

/// A part of a need that is covered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Take {
    pub from: Source,
    pub quantity: Quantity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Reserved,
    Stock,
    Expected(usize),
    Order(usize),
}

/// A quantity of a product that can be taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pot {
    pub from: Source,
    pub on: Date,
    pub left: Quantity,
    pub whose: Whose,
}

/// For whom a pot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Anyone,
    /// For the demand of this number alone.
    Only(usize),
}

impl Need {
    pub fn new(of: NeedOf, product: usize, on: Date, quantity: Quantity, root: Option<usize>, dedicated: bool) -> Self {
        Self { product, on, quantity, of, root, dedicated, takes: Vec::new(), missing: quantity }
    }

    /// Takes what is missing from a pot, as far as it goes.
    pub fn take(&mut self, pot: &mut Pot) {
        let quantity = self.missing.min(pot.left);
        if quantity.is_positive() {
            pot.left = pot.left.saturating_sub(quantity);
            self.missing = self.missing.saturating_sub(quantity);
            self.takes.push(Take { from: pot.from, quantity });
        }
    }

    /// Whether a pot is for this need's demand.
    pub fn owns(&self, pot: &Pot) -> bool {
        match pot.whose {
            Whose::Anyone => false,
            Whose::Only(root) => self.root == Some(root),
        }
    }
}

/// An order that the plan makes, or the use of a phantom.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub product: usize,
    pub quantity: Quantity,
    pub needed: Quantity,
    pub needed_on: Date,
    /// The latest day on which it can start to be in time, then the day on which it starts.
    pub start: Date,
    pub due: Date,
    pub blocked: bool,
    /// The number of the demand that it is for, when it is for one alone.
    pub root: Option<usize>,
    /// The numbers of its components' needs.
    pub components: std::ops::Range<usize>,
    pub pegs: Vec<(usize, Quantity)>,
}
