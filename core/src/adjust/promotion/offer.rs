//! From an offer as it is written to the parts of a group and what they get.

use super::benefit::Benefit;
use super::compile::{Part, Within};
use super::def::{
    BenefitDef, BenefitPer, BuyGetDef, Combine, Consume, Favour, GiftDef, MixAndMatchDef, NthItemDef, NthSelect, OfferDef, PromotionDef,
    PromotionStepDef, RepeatDef, Select, SetTotalDef, UnitDiscountDef,
};
use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::id::Symbol;
use crate::money::{Currency, Decimal, Percent};
use crate::report::{AdjustCode, Diagnostic, LimitCode, Path};

/// The most units that one part of a group may have.
const MOST_UNITS: u64 = 1_000;

/// A checked offer.
#[derive(Debug)]
pub(super) struct Offer {
    pub parts: Vec<Part>,
    pub within: Within,
    pub benefit: Benefit,
    pub repeat: Option<u64>,
    pub partial: bool,
    pub gift: Option<Symbol>,
}

/// Checks an offer; none when it cannot be used, which is then reported.
pub(super) fn compile(
    def: &PromotionDef,
    step: &PromotionStepDef,
    currency: Currency,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) -> Option<Offer> {
    let mut reader = Reader { step, currency, cx };
    match &def.offer {
        OfferDef::Discount(offer) => reader.discount(offer, &path.field("discount")),
        OfferDef::BuyGet(offer) => reader.buy_get(offer, &path.field("buy_get")),
        OfferDef::NthItem(offer) => reader.nth_item(offer, &path.field("nth_item")),
        OfferDef::SetTotal(offer) => reader.set_total(offer, &path.field("set_total")),
        OfferDef::MixAndMatch(offer) => reader.mix_and_match(offer, &path.field("mix_and_match")),
        OfferDef::Gift(offer) => reader.gift(offer, &path.field("gift")),
    }
}

struct Reader<'r, 'c> {
    step: &'r PromotionStepDef,
    currency: Currency,
    cx: &'r mut CompileContext<'c>,
}

/// How the units of a part are found.
struct Units<'u> {
    lines: Option<&'u String>,
    quantity: Decimal,
    select: Option<Select>,
    /// Which when the author does not say.
    otherwise: Select,
}

impl Reader<'_, '_> {
    fn discount(&mut self, def: &UnitDiscountDef, path: &Path<'_>) -> Option<Offer> {
        let place = path.field("benefit");
        match &def.benefit {
            BenefitDef::SetTotal(_) => {
                let message = "a discount is for single units, which have no total";
                let problem = Diagnostic::error(AdjustCode::EffectScope, &place.field("set_total"), message);
                self.cx.diagnostics.push(problem.help("write `fixed_price`, or the offer `set_total`"));
            }
            BenefitDef::AmountOff(amount) if amount.per.is_some() => {
                let message = "a discount is taken off each unit; leave `per` out";
                self.cx.diagnostics.error(AdjustCode::Policy, &place.field("amount_off").field("per"), message);
            }
            _ => {}
        }
        let benefit = self.benefit(&def.benefit, &place);
        let units = Units { lines: def.lines.as_ref(), quantity: Decimal::ONE, select: def.select, otherwise: Select::Cheapest };
        let mut part = self.part(&units, path, path)?;
        part.per_line = def.at_most_per_line.and_then(|most| self.whole(most, 1, u64::MAX, &path.field("at_most_per_line")));
        let repeat = def.at_most.map(|most| self.whole(most, 1, u64::MAX, &path.field("at_most")));
        Some(Offer { parts: vec![part], within: Within::All, benefit: benefit?, repeat: repeat.flatten(), partial: false, gift: None })
    }

    fn buy_get(&mut self, def: &BuyGetDef, path: &Path<'_>) -> Option<Offer> {
        let (trigger_path, reward_path) = (path.field("trigger"), path.field("reward"));
        let trigger = Units {
            lines: def.trigger.lines.as_ref(),
            quantity: def.trigger.quantity,
            select: def.trigger.select,
            otherwise: Select::Dearest,
        };
        let reward = Units {
            lines: def.reward.lines.as_ref(),
            quantity: def.reward.quantity,
            select: def.reward.select,
            otherwise: Select::Cheapest,
        };
        let trigger = self.part(&trigger, &trigger_path, &trigger_path.field("quantity"));
        let reward = self.part(&reward, &reward_path, &reward_path.field("quantity"));
        let benefit = self.benefit(&def.reward.benefit, &reward_path.field("benefit"));
        let repeat = self.repeat(def.repeat, &path.field("repeat"));
        if def.partial && benefit.as_ref().is_some_and(Benefit::is_of_group) {
            let message = "a benefit for a group as a whole is for all of it; leave `partial` out";
            self.cx.diagnostics.error(AdjustCode::Policy, &path.field("partial"), message);
        }
        let trigger = Part { rewarded: false, consumed: def.consume == Consume::TriggerAndReward, ..trigger? };
        Some(Offer { parts: vec![trigger, reward?], within: Within::All, benefit: benefit?, repeat, partial: def.partial, gift: None })
    }

    fn nth_item(&mut self, def: &NthItemDef, path: &Path<'_>) -> Option<Offer> {
        let every = self.whole(def.every, 2, MOST_UNITS, &path.field("every"));
        let rewarded = def.quantity.map_or(Some(1), |quantity| self.whole(quantity, 1, MOST_UNITS, &path.field("quantity")));
        if let (Some(every), Some(rewarded)) = (every, rewarded)
            && rewarded >= every
        {
            let message = format!("`{rewarded}` of every `{every}` units is all of them; reward fewer, or use the offer `mix_and_match`");
            self.cx.diagnostics.error(AdjustCode::Quantity, &path.field("quantity"), message);
        }
        let benefit = self.benefit(&def.benefit, &path.field("benefit"));
        let repeat = self.repeat(def.repeat, &path.field("repeat"));
        // Like with like in one part, of which the group's cheapest are rewarded; or the dearest apart from those that are rewarded.
        let select = def.select.unwrap_or_default();
        let reward = if select == NthSelect::Cheapest { Select::Cheapest } else { Select::Dearest };
        let otherwise = if def.favour == Favour::Customer { self.best() } else { reward };
        let units = Units { lines: def.lines.as_ref(), quantity: Decimal::ONE, select: None, otherwise };
        let part = self.part(&units, path, path);
        let (part, every, rewarded) = (part?, every?, rewarded?);
        let (parts, within) = match (def.favour, select) {
            (Favour::Customer, NthSelect::Cheapest) => (vec![Part { quantity: every, ..part }], Within::Cheapest(rewarded)),
            (Favour::Customer, NthSelect::Dearest) => (vec![Part { quantity: every, ..part }], Within::Dearest(rewarded)),
            (Favour::Retailer, _) => {
                let reward = Part { quantity: rewarded, ..part.clone() };
                let full_price = every.saturating_sub(rewarded);
                (vec![Part { quantity: full_price, select: Select::Dearest, rewarded: false, ..part }, reward], Within::All)
            }
        };
        Some(Offer { parts, within, benefit: benefit?, repeat, partial: false, gift: None })
    }

    fn set_total(&mut self, def: &SetTotalDef, path: &Path<'_>) -> Option<Offer> {
        let units = Units { lines: def.lines.as_ref(), quantity: def.quantity, select: def.select, otherwise: self.best() };
        let part = self.part(&units, path, &path.field("quantity"));
        let total = self.amount(def.total, &path.field("total")).map(Benefit::Total);
        let repeat = self.repeat(def.repeat, &path.field("repeat"));
        Some(Offer { parts: vec![part?], within: Within::All, benefit: total?, repeat, partial: false, gift: None })
    }

    fn mix_and_match(&mut self, def: &MixAndMatchDef, path: &Path<'_>) -> Option<Offer> {
        let groups = path.field("groups");
        if def.groups.is_empty() || def.groups.len() > Part::MOST {
            let message = format!("a group is made of 1 to {} kinds of units, not of {}", Part::MOST, def.groups.len());
            self.cx.diagnostics.error(LimitCode::TooMany, &groups, message);
        }
        let mut parts = Vec::with_capacity(def.groups.len());
        for (index, group) in def.groups.iter().enumerate() {
            let place = groups.index(index);
            let units = Units { lines: group.lines.as_ref(), quantity: group.quantity, select: group.select, otherwise: self.best() };
            let part = self.part(&units, &place, &place.field("quantity"));
            parts.extend(part.map(|part| Part { rewarded: group.rewarded.unwrap_or(true), ..part }));
        }
        if !def.groups.is_empty() && def.groups.iter().all(|group| group.rewarded == Some(false)) {
            let message = "no units of the group are rewarded, so nothing gets the benefit";
            self.cx.diagnostics.error(AdjustCode::NeverFires, &groups, message);
        }
        let benefit = self.benefit(&def.benefit, &path.field("benefit"));
        let repeat = self.repeat(def.repeat, &path.field("repeat"));
        Some(Offer { parts, within: Within::All, benefit: benefit?, repeat, partial: false, gift: None })
    }

    fn gift(&mut self, def: &GiftDef, path: &Path<'_>) -> Option<Offer> {
        if self.step.combine == Combine::Optimal {
            let message = format!("a gift takes nothing off, so it has no place in the search of the step `{}`", self.step.id);
            let problem = Diagnostic::error(AdjustCode::Policy, path, message);
            self.cx.diagnostics.push(problem.help("put it into a step of its own that combines by `priority`"));
        }
        if def.trigger.is_none() && def.repeat != RepeatDef::Unlimited {
            let message = "without a trigger a gift is given once; leave `repeat` out";
            self.cx.diagnostics.error(AdjustCode::Policy, &path.field("repeat"), message);
        }
        let mut parts = Vec::with_capacity(2);
        if let Some(trigger) = &def.trigger {
            let place = path.field("trigger");
            let units =
                Units { lines: trigger.lines.as_ref(), quantity: trigger.quantity, select: trigger.select, otherwise: Select::Dearest };
            parts.push(Part { rewarded: false, ..self.part(&units, &place, &place.field("quantity"))? });
        }
        // A product that the catalogue lacks is reported where the catalogue is known.
        let product = self.cx.symbols.intern(def.product.as_str());
        let gift = Units { lines: None, quantity: def.quantity, select: None, otherwise: Select::Dearest };
        parts.push(Part { product: Some(product), ..self.part(&gift, path, &path.field("quantity"))? });
        let repeat = if def.trigger.is_some() { self.repeat(def.repeat, &path.field("repeat")) } else { Some(1) };
        let whole = Percent::new(Decimal::HUNDRED).ok()?;
        Some(Offer { parts, within: Within::All, benefit: Benefit::Percent(whole), repeat, partial: false, gift: Some(product) })
    }

    /// What is selected where every choice is as good for the seller: the dearest, or in a search whatever takes off most.
    fn best(&self) -> Select {
        if self.step.combine == Combine::Optimal { Select::Any } else { Select::Dearest }
    }

    fn part(&mut self, units: &Units<'_>, path: &Path<'_>, quantity: &Path<'_>) -> Option<Part> {
        if units.select == Some(Select::Any) && self.step.combine != Combine::Optimal {
            let message = format!("`any` needs a search, and the step `{}` combines by `priority`", self.step.id);
            let problem = Diagnostic::error(AdjustCode::Policy, &path.field("select"), message);
            self.cx.diagnostics.push(problem.help("write `cheapest` or `dearest`, or combine `optimal`"));
        }
        let count = self.whole(units.quantity, 1, MOST_UNITS, quantity);
        let lines = units.lines.map(|text| Expr::compile(text, &Type::Bool, Scope::Line, &path.field("lines"), self.cx));
        let lines = match lines {
            Some(None) => return None,
            lines => lines.flatten(),
        };
        Some(Part {
            lines,
            product: None,
            quantity: count?,
            select: units.select.unwrap_or(units.otherwise),
            rewarded: true,
            consumed: true,
            per_line: None,
        })
    }

    /// A whole number from `least` to `most`.
    fn whole(&mut self, number: Decimal, least: u64, most: u64, path: &Path<'_>) -> Option<u64> {
        let whole = number.normalize().to_whole().and_then(|whole| u64::try_from(whole).ok());
        if let Some(whole) = whole.filter(|whole| (least..=most).contains(whole)) {
            return Some(whole);
        }
        let up_to = if most == u64::MAX { String::new() } else { format!(" to {most}") };
        let message = format!("`{number}` is not a number of units: write a whole number from {least}{up_to}");
        self.cx.diagnostics.error(AdjustCode::Quantity, path, message);
        None
    }

    fn repeat(&mut self, repeat: RepeatDef, path: &Path<'_>) -> Option<u64> {
        match repeat {
            RepeatDef::Once => Some(1),
            RepeatDef::AtMost(times) => self.whole(times, 1, u64::MAX, &path.field("at_most")),
            RepeatDef::Unlimited => None,
        }
    }

    fn benefit(&mut self, def: &BenefitDef, path: &Path<'_>) -> Option<Benefit> {
        match def {
            BenefitDef::PercentOff(percent) => {
                let place = path.field("percent_off");
                if percent.is_negative() || *percent > Decimal::HUNDRED {
                    let message = format!("`{percent}` is not between 0 and 100 percent");
                    self.cx.diagnostics.error(AdjustCode::PercentRange, &place, message);
                    return None;
                }
                let percent = Percent::new(*percent).map_err(|error| {
                    self.cx.diagnostics.error(LimitCode::TooLong, &place, format!("the percentage `{percent}` cannot be used: {error}"));
                });
                percent.ok().map(Benefit::Percent)
            }
            BenefitDef::AmountOff(off) => {
                let amount = self.amount(off.amount, &path.field("amount_off").field("amount"))?;
                Some(if off.per == Some(BenefitPer::Unit) { Benefit::UnitAmount(amount) } else { Benefit::Amount(amount) })
            }
            BenefitDef::FixedPrice(price) => self.amount(*price, &path.field("fixed_price")).map(Benefit::UnitPrice),
            BenefitDef::SetTotal(total) => self.amount(*total, &path.field("set_total")).map(Benefit::Total),
        }
    }

    fn amount(&mut self, number: Decimal, path: &Path<'_>) -> Option<i128> {
        if number.is_negative() {
            let message = format!("`{number}` is below zero; a promotion takes off, it never adds");
            self.cx.diagnostics.error(AdjustCode::NegativeAmount, path, message);
            return None;
        }
        let fine = super::benefit::fine(number, self.currency);
        if fine.is_none() {
            let message = format!("`{number}` has more decimals than a price may have here, or too many digits in all");
            self.cx.diagnostics.error(LimitCode::TooLong, path, message);
        }
        fine
    }
}
