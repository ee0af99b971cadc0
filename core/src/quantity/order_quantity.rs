//! Minimum order quantity and order multiple.

use crate::money::{ArithmeticError, Decimal};

/// Which quantities of a product may be ordered, in its base unit.
///
/// ```
/// use dealdesk::quantity::{Allowed, OrderQuantity};
/// let rule = OrderQuantity { minimum: Some(10.into()), multiple: Some(4.into()) };
/// assert_eq!(rule.check(12.into())?, Allowed::Yes);
/// assert_eq!(rule.check(14.into())?, Allowed::NotMultiple { lower: Some(12.into()), upper: 16.into() });
/// assert_eq!(rule.check(8.into())?, Allowed::BelowMinimum { upper: 12.into() });
/// # Ok::<(), dealdesk::money::ArithmeticError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderQuantity {
    /// The least that may be ordered.
    pub minimum: Option<Decimal>,
    /// Only whole multiples of this may be ordered; above zero.
    pub multiple: Option<Decimal>,
}

/// Whether a quantity may be ordered, and the nearest ones that may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It may.
    Yes,
    /// It is below the minimum order quantity.
    BelowMinimum {
        /// The least quantity that may be ordered.
        upper: Decimal,
    },
    /// It is not a multiple of the order multiple.
    NotMultiple {
        /// The nearest allowed quantity below, when there is one.
        lower: Option<Decimal>,
        /// The nearest allowed quantity above.
        upper: Decimal,
    },
}

impl OrderQuantity {
    /// Judges a quantity.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the quantity has more than 28 digits, or the multiple is zero.
    pub fn check(&self, quantity: Decimal) -> Result<Allowed, ArithmeticError> {
        if *self == Self::default() && !quantity.is_negative() {
            return Ok(Allowed::Yes);
        }
        let minimum = self.minimum.unwrap_or(Decimal::ZERO);
        if quantity < minimum {
            let upper = self.at_least(minimum)?;
            return Ok(Allowed::BelowMinimum { upper });
        }
        let Some(multiple) = self.multiple else { return Ok(Allowed::Yes) };
        let rest = quantity.checked_rem(multiple)?;
        if rest.is_zero() {
            return Ok(Allowed::Yes);
        }
        let lower = quantity.checked_sub(rest)?;
        let allowed_below = lower >= minimum && !lower.is_zero();
        Ok(Allowed::NotMultiple { lower: allowed_below.then_some(lower), upper: lower.checked_add(multiple)? })
    }

    /// The least allowed quantity that is not below `quantity`.
    fn at_least(&self, quantity: Decimal) -> Result<Decimal, ArithmeticError> {
        let Some(multiple) = self.multiple else { return Ok(quantity) };
        let rest = quantity.checked_rem(multiple)?;
        if rest.is_zero() { Ok(quantity) } else { quantity.checked_sub(rest)?.checked_add(multiple) }
    }
}
