//! What can be said of a promotion before there is a document.

use super::benefit::Benefit;
use super::compile::{Promotion, Within};
use super::def::{Favour, OfferDef, PromotionDef};
use super::units::FINE;

impl PromotionDef {
    /// Where its parts are written, part by part, below the promotion.
    #[must_use]
    pub fn part_places(&self) -> Vec<String> {
        let places = match &self.offer {
            OfferDef::Discount(_) => vec!["discount".to_owned()],
            OfferDef::BuyGet(_) => vec!["buy_get/trigger".to_owned(), "buy_get/reward".to_owned()],
            OfferDef::NthItem(offer) => vec!["nth_item".to_owned(); if offer.favour == Favour::Customer { 1 } else { 2 }],
            OfferDef::SetTotal(_) => vec!["set_total".to_owned()],
            OfferDef::MixAndMatch(offer) => (0..offer.groups.len()).map(|group| format!("mix_and_match/groups/{group}")).collect(),
            OfferDef::Gift(offer) => offer.trigger.iter().map(|_| "gift/trigger".to_owned()).chain(["gift".to_owned()]).collect(),
        };
        places.into_iter().map(|place| format!("/offer/{place}")).collect()
    }

    /// Where the price is written that it sets, below the promotion.
    #[must_use]
    pub fn price_place(&self) -> String {
        let (offer, benefit) = match &self.offer {
            OfferDef::SetTotal(_) => return "/offer/set_total/total".to_owned(),
            OfferDef::Discount(offer) => ("discount", &offer.benefit),
            OfferDef::BuyGet(offer) => ("buy_get/reward", &offer.reward.benefit),
            OfferDef::NthItem(offer) => ("nth_item", &offer.benefit),
            OfferDef::MixAndMatch(offer) => ("mix_and_match", &offer.benefit),
            OfferDef::Gift(_) => return "/offer/gift".to_owned(),
        };
        let benefit = if matches!(benefit, super::def::BenefitDef::SetTotal(_)) { "set_total" } else { "fixed_price" };
        format!("/offer/{offer}/benefit/{benefit}")
    }
}

impl Promotion {
    /// What the dearest units that it could reward cost without it, in minor units, where that is not above what it sets: then it takes
    /// nothing off, whatever is bought. `dearest` has, part by part, what a unit costs at most; none where that is not known.
    #[must_use]
    pub fn never_cheaper_than(&self, dearest: &[Option<i64>]) -> Option<i64> {
        let rewarded = || self.parts.iter().zip(dearest).filter(|(part, _)| part.rewarded);
        let most = rewarded().map(|(_, dearest)| *dearest).collect::<Option<Vec<i64>>>()?.into_iter().max()?;
        let (cost, set) = match self.benefit {
            Benefit::UnitPrice(price) => (most, price),
            Benefit::Total(total) => {
                let units = |count: u64, price: i64| i64::try_from(count).ok()?.checked_mul(price);
                let cost = match self.within {
                    Within::All => {
                        rewarded().try_fold(0_i64, |sum, (part, dearest)| sum.checked_add(units(part.quantity, (*dearest)?)?))?
                    }
                    Within::Cheapest(count) | Within::Dearest(count) => units(count, most)?,
                };
                (cost, total)
            }
            Benefit::Percent(_) | Benefit::UnitAmount(_) | Benefit::Amount(_) => return None,
        };
        (i128::from(cost).checked_mul(FINE)? <= set).then_some(cost)
    }
}
