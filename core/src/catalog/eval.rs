//! Judging what is ordered of a product.

use super::{Catalog, Product, ProductStatus};
use crate::id::Symbol;
use crate::money::{ArithmeticError, Decimal};
use crate::quantity::{Allowed, Factor};

/// An ordered quantity in the product's base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordered {
    /// The unit it was ordered in.
    pub unit: Symbol,
    /// Whether that is the product's base unit.
    pub in_base_unit: bool,
    quantity: BaseQuantity,
}

/// A quantity in base units. Nearly all are whole numbers, with which the machine counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BaseQuantity {
    Whole(i64),
    Other(Decimal),
}

impl Ordered {
    /// A quantity in base units, ordered in a unit.
    #[must_use]
    pub fn new(unit: Symbol, in_base_unit: bool, base_quantity: Decimal) -> Self {
        let quantity = base_quantity.to_whole().map_or(BaseQuantity::Other(base_quantity), BaseQuantity::Whole);
        Self { unit, in_base_unit, quantity }
    }

    /// The quantity in base units.
    #[must_use]
    pub fn base_quantity(&self) -> Decimal {
        match self.quantity {
            BaseQuantity::Whole(whole) => whole.into(),
            BaseQuantity::Other(quantity) => quantity,
        }
    }

    /// The quantity in base units, when it is a whole number and written as one.
    #[inline]
    #[must_use]
    pub const fn whole(&self) -> Option<i64> {
        if let BaseQuantity::Whole(whole) = self.quantity { Some(whole) } else { None }
    }

    /// The same with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::new(self.unit, self.in_base_unit, self.base_quantity().negated())
    }
}

/// Why a quantity cannot be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityProblem {
    /// The product is not ordered in this unit.
    UnknownUnit,
    /// The quantity has more decimals than the unit.
    Decimals {
        /// How many it may have.
        allowed: u8,
    },
    /// Below the minimum order quantity.
    BelowMinimum {
        /// The least that may be ordered, in base units.
        upper: Decimal,
    },
    /// Not a multiple of the order multiple.
    NotMultiple {
        /// The nearest allowed quantity below, in base units, when there is one.
        lower: Option<Decimal>,
        /// The nearest allowed quantity above, in base units.
        upper: Decimal,
    },
}

/// A product as nearly every line needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// Its number.
    pub number: u32,
    /// The base unit of what is sold in any quantity.
    plain_unit: Option<Symbol>,
}

impl Brief {
    #[inline]
    pub(super) fn of(number: u32, product: &Product) -> Self {
        let plain = product.any_quantity && product.status == ProductStatus::Active;
        Self { number, plain_unit: plain.then_some(product.unit) }
    }

    /// What is ordered, where the product itself need not be asked: whole base units of what is sold in any quantity.
    #[must_use]
    pub fn order(&self, quantity: Decimal) -> Option<Ordered> {
        let (unit, whole) = self.plain_unit.zip(quantity.to_whole().filter(|whole| *whole > 0))?;
        Some(Ordered { unit, in_base_unit: true, quantity: BaseQuantity::Whole(whole) })
    }
}

impl Catalog {
    /// The product of that id.
    #[inline]
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Brief> {
        self.finder.find(id)
    }

    /// Converts a quantity to base units and judges it; `unit` is the base unit when absent.
    ///
    /// The conversion stands even where the quantity may not be ordered, so that a price can be shown with the remark.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the quantity is too large to convert.
    pub fn check_quantity(
        &self,
        product: &Product,
        quantity: Decimal,
        unit: Option<Symbol>,
    ) -> Result<(Option<Ordered>, Option<QuantityProblem>), ArithmeticError> {
        let unit = unit.unwrap_or(product.unit);
        let Some(factor) = product.factor(unit) else { return Ok((None, Some(QuantityProblem::UnknownUnit))) };
        let allowed = if unit == product.unit { product.decimals } else { self.decimals(unit) };
        if quantity.scale() > u32::from(allowed) && quantity.normalize().scale() > u32::from(allowed) {
            return Ok((None, Some(QuantityProblem::Decimals { allowed })));
        }
        let base_quantity = if factor == Factor::ONE {
            quantity
        } else {
            match factor.apply(quantity)?.to_decimal() {
                Ok(base) => base,
                Err(ArithmeticError::Inexact) => {
                    return Ok((None, Some(QuantityProblem::Decimals { allowed: self.decimals(product.unit) })));
                }
                Err(error) => return Err(error),
            }
        };
        let ordered = Ordered::new(unit, unit == product.unit, base_quantity);
        let problem = match product.order_quantity().check(base_quantity)? {
            Allowed::Yes => None,
            Allowed::BelowMinimum { upper } => Some(QuantityProblem::BelowMinimum { upper }),
            Allowed::NotMultiple { lower, upper } => Some(QuantityProblem::NotMultiple { lower, upper }),
        };
        Ok((Some(ordered), problem))
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::tests::catalog;
    use super::*;

    fn check(product: &str, quantity: &str, unit: Option<&str>) -> (Option<String>, Option<QuantityProblem>) {
        let (catalog, symbols) = catalog();
        let product = catalog.product(catalog.find(product).unwrap().number).unwrap();
        let unit = unit.map(|unit| symbols.find(unit).unwrap());
        let (ordered, problem) = catalog.check_quantity(product, quantity.parse().unwrap(), unit).unwrap();
        (ordered.map(|ordered| ordered.base_quantity().to_string()), problem)
    }

    #[test]
    fn boxes_become_pieces_and_the_multiple_is_judged_in_pieces() {
        assert_eq!(check("seal", "3", Some("box")), (Some("30".into()), None));
        assert_eq!(check("seal", "30", None), (Some("30".into()), None));
        let (base, problem) = check("seal", "7", None);
        assert_eq!(base.as_deref(), Some("7"));
        assert_eq!(problem, Some(QuantityProblem::NotMultiple { lower: Some(5.into()), upper: 10.into() }));
    }

    #[test]
    fn other_units_and_too_many_decimals_are_told_apart() {
        assert_eq!(check("seal", "1.5", None), (None, Some(QuantityProblem::Decimals { allowed: 0 })));
        assert_eq!(check("hose", "1.5", None), (Some("1.5".into()), None));
        assert_eq!(check("hose", "1", Some("box")), (None, Some(QuantityProblem::UnknownUnit)));
    }
}
