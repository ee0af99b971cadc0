//! From the definition of a price record to an entry of its list.

use super::heads::{KEY_WIDTH, Key, NO_KEY};
use super::list::{Draft, Entry, Offer, Place};
use super::tariff::{Tariff, TariffContext};
use super::{PriceRecordDef, TierDef};
use crate::expr::CompileContext;
use crate::id::{PriceListId, Set, Symbol};
use crate::money::{ArithmeticError, Decimal, UnitPrice};
use crate::report::{Diagnostic, LimitCode, Path, PricingCode, RulebookCode, did_you_mean};
use crate::time::Period;

/// What a record charges, as a definition or a file says it.
#[derive(Clone, Copy)]
pub(super) struct Sold<'d> {
    /// All that a definition says; of a file what its columns say besides prices.
    pub def: Option<&'d PriceRecordDef>,
    /// Whether it is from a file, where more of its tiers may follow.
    pub of_file: bool,
    /// The lists of the rulebook, in its order.
    pub lists: &'d [PriceListId],
    pub tiers: &'d [TierDef],
    pub price: Option<Decimal>,
}

impl Draft {
    /// Checks a record and adds it.
    pub fn record_def(
        &mut self,
        def: &PriceRecordDef,
        units: &Set<Symbol>,
        lists: &[PriceListId],
        place: Place,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) {
        let key = self.key(def, &path.field("key"), cx);
        let unit = def.unit.as_ref().and_then(|unit| find_unit(unit.as_str(), units, &path.field("unit"), cx));
        let offer = Offer { valid: def.valid.unwrap_or(Period::ALWAYS), unit, per: def.per.unwrap_or(Decimal::ONE) };
        check_offer(&offer, path, cx);
        let ways = usize::from(def.price.is_some()).saturating_add(def.calculate.is_some().into());
        if ways.saturating_add((!def.tiers.is_empty()).into()) != 1 {
            let what = match (def.tiers.is_empty(), ways) {
                (true, 0) => "neither a price nor tiers",
                (true, _) => "both a price and a calculation",
                (false, _) => "both a price and tiers",
            };
            cx.diagnostics.error(PricingCode::PriceOrTiers, path, format!("the record has {what}; write one of them"));
        }
        let sold = Sold { def: Some(def), of_file: false, lists, tiers: &def.tiers, price: def.price.filter(|_| def.tiers.is_empty()) };
        self.add(key, offer, sold, place, path, cx);
    }

    /// Adds a record; without a key only its prices are checked.
    pub fn add(&mut self, key: Option<Key>, offer: Offer, sold: Sold<'_>, place: Place, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let first = if self.list.rules.is_some() { self.list.tariffs.len() } else { self.prices.len() };
        let mut from = std::mem::take(&mut self.from);
        from.clear();
        if let Some(price) = sold.price.and_then(|price| self.price(price, &path.field("price"), cx)) {
            from.push(Decimal::ZERO);
            self.prices.push(price);
        }
        self.tier_defs(sold.tiers, &mut from, &path.field("tiers"), cx);
        if let Some(rules) = self.list.rules.take() {
            let of = TariffContext { lists: sold.lists, rules: &rules, currency: self.list.currency, of_file: sold.of_file };
            let tariff = Tariff::compile(sold.def, sold.tiers, sold.price, of, path, cx);
            self.list.tariffs.push(tariff);
            self.list.rules = Some(rules);
            self.prices.clear();
            from.clear();
        }
        let terms = self.terms_number(offer, &from);
        self.from = from;
        if let (Some(key), Some(terms), Ok(first_price)) = (key, terms, u32::try_from(first)) {
            self.entries.push(Entry { key, place, terms, first_price });
        }
    }

    fn key(&self, def: &PriceRecordDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Key> {
        let keys = self.list.keys.len();
        if def.key.len() != keys {
            // Of a list with keys that nobody knows it is not known how many there should be.
            if self.all_keys_known {
                let values = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
                let (values, wanted) = (values(def.key.len(), "value"), values(keys, "key"));
                let message = format!("the key has {values}, but the list `{}` has {wanted}", self.list.id);
                cx.diagnostics.error(PricingCode::KeyWidth, path, message);
            }
            return None;
        }
        let mut key = [NO_KEY; KEY_WIDTH];
        for (index, (part, value)) in key.iter_mut().zip(&def.key).enumerate() {
            *part = self.key_part(index, value, &path.index(index), cx)?.number();
        }
        Some(key)
    }

    /// The symbol of a key's value, which must be one that its attribute may have.
    pub fn key_part(&self, index: usize, value: &str, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Symbol> {
        let symbol = cx.symbols.intern(value);
        let unknown = self.known.get(index).and_then(Option::as_ref).filter(|known| !known.contains(&symbol));
        let Some(known) = unknown else { return Some(symbol) };
        let names: Vec<&str> = known.iter().map(|symbol| cx.symbols.text(*symbol)).collect();
        let attribute = self.list.keys.get(index).and_then(|slot| cx.vocabulary.name(*slot)).map_or("", |name| &*name.name);
        let problem = format!("`{value}` is no value of `{attribute}`");
        let problem = Diagnostic::error(RulebookCode::UnknownReference, path, problem);
        cx.diagnostics.push(problem.maybe_help(did_you_mean(value, names)));
        None
    }

    fn tier_defs(&mut self, defs: &[TierDef], from: &mut Vec<Decimal>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        if defs.len() > cx.limits.tiers {
            let message = format!("the record has {} tiers; at most {} are read", defs.len(), cx.limits.tiers);
            cx.diagnostics.error(LimitCode::TooMany, path, message);
            return;
        }
        for (index, def) in defs.iter().enumerate() {
            let place = path.index(index);
            if def.from.is_negative() {
                cx.diagnostics.error(PricingCode::TierGap, &place.field("from"), format!("`{}` must not be below zero", def.from));
            }
            if let Some(before) = index.checked_sub(1).and_then(|before| defs.get(before)) {
                check_neighbours(before, def, &place, cx);
            }
            if let Some(until) = def.until.filter(|until| *until <= def.from) {
                let message = format!("the tier ends at `{until}`, which is not above where it starts, `{}`", def.from);
                cx.diagnostics.error(PricingCode::TierOverlap, &place.field("until"), message);
            }
            let parts = [def.calculate.is_some(), def.percent.is_some(), def.flat.is_some()];
            match def.price {
                Some(price) if def.calculate.is_none() => {
                    if let Some(price) = self.price(price, &place.field("price"), cx) {
                        from.push(def.from);
                        self.prices.push(price);
                    }
                }
                None if parts.contains(&true) => {}
                price => {
                    let what = if price.is_some() { "both a price and a calculation" } else { "no price" };
                    cx.diagnostics.error(PricingCode::PriceOrTiers, &place, format!("the tier has {what}; write one of them"));
                }
            }
        }
        if let Some(until) = defs.last().and_then(|last| last.until) {
            let last = path.index(defs.len().saturating_sub(1));
            let message = format!("quantities from `{until}` on have no price; leave `until` out of the last tier");
            cx.diagnostics.error(PricingCode::TierGap, &last.field("until"), message);
        }
    }

    fn price(&self, price: Decimal, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<UnitPrice> {
        if price.is_negative() {
            cx.diagnostics.error(
                PricingCode::NegativePrice,
                path,
                format!("the price `{price}` is below zero; write a price of 0 or more, and what is taken off it as an adjustment"),
            );
            return None;
        }
        match UnitPrice::new(price, self.list.currency) {
            Ok(price) => Some(price),
            Err(ArithmeticError::Inexact) => {
                let message = format!("the price `{price}` has more than {} decimals", UnitPrice::MAX_SCALE);
                cx.diagnostics.error(LimitCode::TooLong, path, message);
                None
            }
            Err(_) => {
                cx.diagnostics.error(LimitCode::Overflow, path, format!("the price `{price}` is too large: at most 18 digits can be held"));
                None
            }
        }
    }
}

pub(super) fn check_neighbours(before: &TierDef, tier: &TierDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    if tier.from <= before.from {
        let message = format!("the tier starts at `{}`, which is not above the tier before it, `{}`", tier.from, before.from);
        let help = if tier.from == before.from { "keep one of them" } else { "sort the tiers by `from`" };
        cx.diagnostics.push(Diagnostic::error(PricingCode::TierOverlap, &path.field("from"), message).help(help));
    } else if let Some(until) = before.until.filter(|until| *until != tier.from) {
        let (code, what) =
            if until < tier.from { (PricingCode::TierGap, "have no price") } else { (PricingCode::TierOverlap, "have two prices") };
        let (low, high) = if until < tier.from { (until, tier.from) } else { (tier.from, until) };
        let message = format!("quantities from `{low}` to `{high}` {what}");
        cx.diagnostics.push(
            Diagnostic::error(code, &path.field("from"), message).help("let a tier end where the next one starts, or leave `until` out"),
        );
    }
}

/// The symbol of a declared unit.
pub(super) fn find_unit(unit: &str, units: &Set<Symbol>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Symbol> {
    let symbol = cx.symbols.find(unit).filter(|symbol| units.contains(symbol));
    if symbol.is_none() {
        let names: Vec<&str> = units.iter().map(|symbol| cx.symbols.text(*symbol)).collect();
        cx.diagnostics.unknown(path, "unit", unit, names);
    }
    symbol
}

/// Some day must belong to the offer, and its prices must be for something.
pub(super) fn check_offer(offer: &Offer, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    if offer.per <= Decimal::ZERO {
        let message = format!("the price is per `{}`; write for how many units it is, above zero", offer.per);
        cx.diagnostics.error(PricingCode::NegativePrice, &path.field("per"), message);
    }
    cx.diagnostics.check_period(offer.valid, &path.field("valid"));
}
