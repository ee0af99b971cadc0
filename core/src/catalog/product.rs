//! A checked product.

use super::ProductStatus;
use crate::expr::Constant;
use crate::id::Symbol;
use crate::quantity::{Factor, OrderQuantity};

/// A checked product. What nearly every line of a quote asks for lies together; the rest is in its details.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id.
    pub id: Symbol,
    /// Its category.
    pub category: Option<Symbol>,
    /// Its base unit.
    pub unit: Symbol,
    /// How many decimals a quantity in base units may have.
    pub decimals: u8,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// What takes its place.
    pub successor: Option<Symbol>,
    /// Its tax category.
    pub tax: Option<Symbol>,
    /// Whether there is neither a minimum order quantity nor an order multiple.
    pub any_quantity: bool,
    pub(super) details: Box<Details>,
}

#[derive(Debug, Clone)]
pub(super) struct Details {
    pub(super) name: Option<Box<str>>,
    pub(super) categories: Box<[Symbol]>,
    pub(super) order_quantity: OrderQuantity,
    pub(super) packaging: Box<[(Symbol, Factor)]>,
    pub(super) facts: Box<[(u16, Constant)]>,
}

impl Product {
    /// How people call it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.details.name.as_deref()
    }

    /// Its category and all above it, nearest first.
    #[must_use]
    pub fn categories(&self) -> &[Symbol] {
        &self.details.categories
    }

    /// Which quantities may be ordered, in base units.
    #[must_use]
    pub fn order_quantity(&self) -> &OrderQuantity {
        &self.details.order_quantity
    }

    /// How many base units one of the unit holds; `None` when the product is not ordered in it.
    #[must_use]
    pub fn factor(&self, unit: Symbol) -> Option<Factor> {
        if unit == self.unit {
            return Some(Factor::ONE);
        }
        self.details.packaging.iter().find(|(known, _)| *known == unit).map(|(_, factor)| *factor)
    }

    /// The units in which it may be ordered, the base unit first.
    pub fn units(&self) -> impl Iterator<Item = Symbol> {
        std::iter::once(self.unit).chain(self.details.packaging.iter().map(|(unit, _)| *unit))
    }

    /// The fact in a slot of line scope.
    #[must_use]
    pub fn fact(&self, slot: u16) -> Option<&Constant> {
        self.details.facts.iter().find(|(known, _)| *known == slot).map(|(_, fact)| fact)
    }
}
