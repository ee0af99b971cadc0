//! The prices of a list, held in as few bytes as they need: finding one is mostly waiting for memory.

use crate::money::{Currency, UnitPrice};

/// The prices of all records of a list, by number.
#[derive(Debug, Clone)]
pub(super) enum Prices {
    /// Digits without the point, which stands at the same place in all.
    Narrow { scale: u8, digits: Box<[u32]> },
    /// The same with more digits.
    Wide { scale: u8, digits: Box<[i64]> },
    /// Prices so different in size that they have no common scale.
    Mixed(Box<[UnitPrice]>),
}

impl Default for Prices {
    fn default() -> Self {
        Self::Narrow { scale: 0, digits: Box::default() }
    }
}

impl Prices {
    /// Holds the prices, which are all of one currency.
    pub fn new(prices: Vec<UnitPrice>) -> Self {
        let scale = prices.iter().map(|price| price.scale()).max().unwrap_or_default();
        let wide: Option<Vec<i64>> = prices.iter().map(|price| price.mantissa_at(scale)).collect();
        let Some(wide) = wide else { return Self::Mixed(prices.into()) };
        let narrow: Option<Vec<u32>> = wide.iter().map(|digits| u32::try_from(*digits).ok()).collect();
        match narrow {
            Some(digits) => Self::Narrow { scale, digits: digits.into() },
            None => Self::Wide { scale, digits: wide.into() },
        }
    }

    /// The price of that number.
    pub fn get(&self, number: usize, currency: Currency) -> Option<UnitPrice> {
        Some(self.price(number, self.digits(number)?, currency))
    }

    /// The digits of the price of that number, without the point: all that is asked of far memory.
    #[inline]
    pub fn digits(&self, number: usize) -> Option<i64> {
        match self {
            Self::Narrow { digits, .. } => digits.get(number).map(|digits| i64::from(*digits)),
            Self::Wide { digits, .. } => digits.get(number).copied(),
            Self::Mixed(prices) => prices.get(number).map(|price| price.mantissa()),
        }
    }

    /// A price of zero, of which others differ in their digits alone; none where the point stands elsewhere than in amounts of the currency.
    pub fn zero(&self, currency: Currency) -> Option<UnitPrice> {
        match self {
            Self::Narrow { scale, .. } | Self::Wide { scale, .. } if *scale == currency.minor_units() => {
                Some(UnitPrice::of_digits(0, *scale, currency))
            }
            Self::Narrow { .. } | Self::Wide { .. } | Self::Mixed(_) => None,
        }
    }

    /// The price of that number, which has these digits.
    #[inline]
    pub fn price(&self, number: usize, digits: i64, currency: Currency) -> UnitPrice {
        let scale = match self {
            Self::Narrow { scale, .. } | Self::Wide { scale, .. } => *scale,
            Self::Mixed(prices) => prices.get(number).map_or(0, |price| price.scale()),
        };
        // Made in one place, so that it stays in registers.
        UnitPrice::of_digits(digits, scale, currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_comes_back_as_it_went_in() {
        let euro: Currency = "EUR".parse().unwrap();
        let kinds = [
            ("Narrow", ["98.00", "0", "0.0008", "42949.67"]),
            ("Wide", ["98.00", "0", "0.125", "42949672.96"]),
            ("Mixed", ["98.00", "0", "0.000000000001", "9999999999.00"]),
        ];
        for (kind, texts) in kinds {
            let all: Vec<UnitPrice> = texts.iter().map(|text| UnitPrice::new(text.parse().unwrap(), euro).unwrap()).collect();
            let held = Prices::new(all.clone());
            assert!(format!("{held:?}").starts_with(kind), "{held:?}");
            for (number, price) in all.iter().enumerate() {
                assert_eq!(held.get(number, euro), Some(*price));
                let of_zero = held.zero(euro).and_then(|zero| Some(zero.with_digits(held.digits(number)?)));
                assert_eq!(of_zero.unwrap_or(*price), *price);
            }
            assert_eq!(held.get(all.len(), euro), None);
        }
    }
}
