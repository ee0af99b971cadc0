//! The class of a number or a text, found fast.

use super::axis::{index, split_by};
use crate::Decimal;
use crate::id::Symbol;
use crate::sort;

/// The points of a column of numbers, also as whole numbers of one scale, which compare faster.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub points: Vec<Decimal>,
    scale: u32,
    /// The points in units of `10^-scale`; empty when one of them is too large for that.
    whole: Vec<i64>,
}

impl Numbers {
    /// From points in ascending order.
    pub fn new(points: Vec<Decimal>) -> Self {
        let scale = points.iter().map(|point| point.normalize().scale()).max().unwrap_or_default();
        let whole: Option<Vec<i64>> = points.iter().map(|point| whole_at(point.normalize(), scale)).collect();
        Self { points, scale, whole: whole.unwrap_or_default() }
    }

    /// The class of a number.
    pub fn class_of(&self, value: Decimal) -> u32 {
        match whole_at(value, self.scale) {
            Some(value) if self.whole.len() == self.points.len() => split_by(&self.whole, &value),
            _ => split_by(&self.points, &value),
        }
    }
}

/// The number in units of `10^-scale`, when it has no more decimals than that and is small enough.
fn whole_at(value: Decimal, scale: u32) -> Option<i64> {
    let mantissa = i64::try_from(value.mantissa()).ok()?;
    match scale.checked_sub(value.scale())? {
        0 => Some(mantissa),
        more => mantissa.checked_mul(10_i64.checked_pow(more)?),
    }
}

/// The classes of texts by symbol. The symbols of a column mostly lie close together, because they were made one after the other.
#[derive(Debug, Clone)]
pub(super) enum SymbolClasses {
    /// The class of symbol number `first + index`; `u32::MAX` where the column does not name the symbol.
    Dense {
        /// The lowest symbol number.
        first: u32,
        /// The classes from there on.
        classes: Vec<u32>,
    },
    /// Symbols that lie far apart, sorted.
    Sparse(Vec<(Symbol, u32)>),
}

impl SymbolClasses {
    /// From symbols in any order, each once.
    pub fn new(mut classes: Vec<(Symbol, u32)>) -> Self {
        sort::ascending(&mut classes);
        let (Some((first, _)), Some((last, _))) = (classes.first(), classes.last()) else {
            return Self::Sparse(classes);
        };
        let first = first.number();
        let length = index(last.number().saturating_sub(first)).saturating_add(1);
        if length > classes.len().saturating_mul(8).saturating_add(64) {
            return Self::Sparse(classes);
        }
        let mut dense = vec![u32::MAX; length];
        for (symbol, class) in classes {
            if let Some(place) = dense.get_mut(index(symbol.number().saturating_sub(first))) {
                *place = class;
            }
        }
        Self::Dense { first, classes: dense }
    }

    /// The class of the text of that symbol, when the column names it.
    pub fn get(&self, symbol: Symbol) -> Option<u32> {
        match self {
            Self::Dense { first, classes } => {
                let place = symbol.number().checked_sub(*first)?;
                classes.get(index(place)).copied().filter(|class| *class != u32::MAX)
            }
            Self::Sparse(classes) => {
                let place = classes.binary_search_by_key(&symbol, |entry| entry.0).ok()?;
                classes.get(place).map(|entry| entry.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::Symbols;

    fn decimal() -> impl Strategy<Value = Decimal> {
        let wide = (any::<i64>(), 0..20_u32).prop_map(|(mantissa, scale)| Decimal::from_parts(mantissa.into(), scale).unwrap());
        let narrow = (-30..30_i64, 0..2_u32).prop_map(|(mantissa, scale)| Decimal::from_parts(mantissa.into(), scale).unwrap());
        prop_oneof![1 => wide, 4 => narrow]
    }

    proptest! {
        #[test]
        fn whole_numbers_find_the_class_that_decimals_find(points in proptest::collection::btree_set(decimal(), 0..8), value in decimal()) {
            let points: Vec<Decimal> = points.into_iter().collect();
            prop_assert_eq!(Numbers::new(points.clone()).class_of(value), split_by(&points, &value));
        }

        #[test]
        fn symbols_near_and_far_find_their_class(numbers in proptest::collection::btree_set(0..400_usize, 0..8), asked in 0..400_usize) {
            let mut symbols = Symbols::default();
            let all: Vec<Symbol> = (0..400).map(|number| symbols.intern(&number.to_string())).collect();
            let classes = SymbolClasses::new(numbers.iter().zip(0..).map(|(number, class)| (all[*number], class)).collect());
            let expected = numbers.iter().zip(0..).find(|(number, _)| **number == asked).map(|(_, class)| class);
            prop_assert_eq!(classes.get(all[asked]), expected);
        }
    }
}
