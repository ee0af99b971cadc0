//! The most that a product can cost, where its lists are plain enough to know.

use super::heads::Head;
use super::list::PriceList;
use super::{PriceStep, Pricing};
use crate::expr::Slot;
use crate::id::{Map, Symbol};
use crate::money::{Currency, Decimal};

impl Pricing {
    /// The highest price of a base unit of every product that has one, in minor units, whoever asks for how much and whenever.
    ///
    /// None where a list of the step has prices of another kind: tariffs, other currencies, prices for several units or for a packaging,
    /// finer than the minor unit, or for something else than a product.
    #[must_use]
    pub fn highest_prices(&self, step: &PriceStep, product: Slot, currency: Currency) -> Option<Map<Symbol, i64>> {
        let mut highest = Map::default();
        for list in &step.access {
            self.lists.get(*list)?.add_highest(product, currency, &mut highest)?;
        }
        Some(highest)
    }
}

impl PriceList {
    fn add_highest(&self, product: Slot, currency: Currency, highest: &mut Map<Symbol, i64>) -> Option<()> {
        let part = self.keys.iter().position(|key| *key == product)?;
        let plain = self.rules.is_none() && self.currency == currency;
        if !plain || self.terms.iter().any(|terms| terms.offer.unit.is_some() || terms.offer.per != Decimal::ONE) {
            return None;
        }
        for (key, head) in self.heads.all(&self.keys) {
            let symbol = Symbol::of(*key.get(part)?);
            for (first, tiers) in self.tiers_of(head) {
                for number in first..first.checked_add(tiers)? {
                    let price = self.prices.get(number, currency)?.mantissa_at(currency.minor_units())?;
                    let known = highest.entry(symbol).or_insert(price);
                    *known = price.max(*known);
                }
            }
        }
        Some(())
    }

    /// Where the prices of a key's records begin, and how many tiers each has.
    fn tiers_of(&self, head: Head) -> Vec<(usize, usize)> {
        let tiers = |head: Head| self.terms(head.terms).map(|terms| terms.from.len());
        self.heads_of_key(head).filter_map(|head| usize::try_from(head.first).ok().zip(tiers(head))).collect()
    }
}
