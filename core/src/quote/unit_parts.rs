//! How the part of a line is split over its units.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::money::{Currency, Decimal, Money};

/// So many units that bear the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitPart {
    /// How many units, in the line's unit.
    pub count: Decimal,
    /// What each of them bears.
    pub amount: Money,
}

/// The parts of a line's units: those of the first units, then, where they differ, those of the others. They sum to the line's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitParts {
    amount: i64,
    /// How many units; above zero.
    count: i64,
    currency: Currency,
}

impl UnitParts {
    /// Splits an amount over that many units, the remainder to the first of them; none for a quantity that is not whole.
    pub(super) fn of(amount: i64, quantity: Decimal, currency: Currency) -> Option<Self> {
        let count = quantity.to_whole().filter(|count| *count > 0)?;
        Some(Self { amount, count, currency })
    }

    /// So many of the units as are to bear `more` than their even part.
    fn part(self, count: i64, more: i64) -> Option<UnitPart> {
        let each = self.amount.checked_div(self.count)?.checked_add(more)?;
        (count > 0).then(|| UnitPart { count: count.into(), amount: Money::new(each, self.currency) })
    }
}

impl IntoIterator for UnitParts {
    type Item = UnitPart;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<UnitPart>, 2>>;
    fn into_iter(self) -> Self::IntoIter {
        // The sign of what does not go up is that of the amount.
        let more = self.amount.checked_rem(self.count).unwrap_or_default();
        let bear_more = more.saturating_abs();
        [self.part(bear_more, more.signum()), self.part(self.count.saturating_sub(bear_more), 0)].into_iter().flatten()
    }
}

impl Serialize for UnitParts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(*self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_units_take_the_remainder() {
        let parts = |amount: i64, quantity: &str| -> Option<Vec<(String, i64)>> {
            let parts = UnitParts::of(amount, quantity.parse().unwrap(), "EUR".parse().unwrap())?;
            Some(parts.into_iter().map(|part| (part.count.to_string(), part.amount.minor())).collect())
        };
        assert_eq!(parts(-2000, "3"), Some(vec![("2".to_owned(), -667), ("1".to_owned(), -666)]));
        assert_eq!(parts(-850, "2"), Some(vec![("2".to_owned(), -425)]));
        assert_eq!(parts(5, "2"), Some(vec![("1".to_owned(), 3), ("1".to_owned(), 2)]));
        assert_eq!(parts(-850, "2.5"), None);
        assert_eq!(parts(0, "0"), None);
    }
}
