//! From definition to checked price lists.

use super::csv::records_from_csv;
use super::heads::{Heads, KEY_WIDTH, Key, NO_KEY};
use super::{PriceListDef, PriceRecordDef, PriceStepDef, TierDef};
use crate::expr::{CompileContext, Slot, Type};
use crate::id::{PriceListId, Set, StepId, Symbol};
use crate::money::{ArithmeticError, Currency, Decimal, UnitPrice};
use crate::report::{Diagnostic, LimitCode, Path, PricingCode, RulebookCode, did_you_mean};
use crate::time::Period;

/// The checked price lists.
#[derive(Debug, Clone, Default)]
pub struct Pricing {
    pub(super) lists: Vec<PriceList>,
}

/// A checked price list.
#[derive(Debug, Clone)]
pub struct PriceList {
    pub(super) id: PriceListId,
    pub(super) keys: Vec<Slot>,
    pub(super) currency: Currency,
    pub(super) valid: Period,
    /// The first record of each key.
    pub(super) heads: Heads,
    /// The records, those of a key one after the other.
    pub(super) records: Vec<Record>,
    /// What many records have in common, each once.
    pub(super) terms: Set<Terms>,
    /// The prices of the tiers of all records.
    pub(super) prices: Vec<UnitPrice>,
}

/// A price record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// Its number in the list's terms.
    pub(super) terms: u32,
    /// Where the prices of its tiers begin, as many as the terms have.
    pub(super) first_price: u32,
    /// Whether no other record has the same key.
    pub(super) last: bool,
}

/// What a price record says besides its prices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    pub(super) valid: Period,
    pub(super) unit: Option<Symbol>,
    pub(super) per: Decimal,
    /// The quantities at which its tiers begin, ascending; at least one.
    pub(super) from: Box<[Decimal]>,
}

/// The checked step that finds prices.
#[derive(Debug, Clone)]
pub struct PriceStep {
    /// Names the step.
    pub id: StepId,
    /// The lists' numbers, in the order in which they are asked.
    pub access: Vec<usize>,
}

/// A record with its key, on its way into a list.
struct Entry {
    key: Key,
    place: Place,
    terms: u32,
    first_price: u32,
}

/// Where a record is written.
#[derive(Clone, Copy)]
enum Place {
    /// The number of an entry of `records`.
    Record(usize),
    /// A line of the file.
    File,
}

impl Pricing {
    /// Checks the lists. `units` are the declared units.
    pub fn compile(defs: &[PriceListDef], currency: Currency, units: &Set<Symbol>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut pricing = Self::default();
        let mut count = 0_usize;
        for (index, def) in defs.iter().enumerate() {
            let place = path.index(index);
            if defs.iter().take(index).any(|other| other.id == def.id) {
                cx.diagnostics.duplicate(&place, "price list", def.id.as_str());
            }
            let list = PriceList::compile(def, currency, units, &place, cx);
            count = count.saturating_add(list.records.len());
            pricing.lists.push(list);
        }
        if count > cx.limits.price_records {
            let message = format!("the lists have {count} price records; at most {} are read", cx.limits.price_records);
            cx.diagnostics.error(LimitCode::TooMany, path, message);
        }
        pricing
    }

    /// Checks the step that finds prices.
    pub fn step(&self, def: &PriceStepDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> PriceStep {
        let access_path = path.field("access");
        let mut access = Vec::with_capacity(def.access.len());
        for (index, id) in def.access.iter().enumerate() {
            match self.lists.iter().position(|list| list.id == *id) {
                Some(list) if access.contains(&list) => {
                    let message = format!("the list `{id}` is asked already; name each list once");
                    cx.diagnostics.error(RulebookCode::DuplicateId, &access_path.index(index), message);
                }
                Some(list) => access.push(list),
                None => {
                    let names = self.lists.iter().map(|list| list.id.as_str());
                    cx.diagnostics.unknown(&access_path.index(index), "price list", id.as_str(), names);
                }
            }
        }
        PriceStep { id: def.id.clone(), access }
    }

    /// A step that asks all lists in the order of the rulebook.
    #[must_use]
    pub fn default_step(&self, id: StepId) -> PriceStep {
        PriceStep { id, access: (0..self.lists.len()).collect() }
    }

    /// Warns of lists that no step asks.
    pub fn warn_unused<'s>(&self, steps: impl Iterator<Item = &'s PriceStep>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let asked: Vec<usize> = steps.flat_map(|step| step.access.iter().copied()).collect();
        for (index, list) in self.lists.iter().enumerate() {
            if !asked.contains(&index) {
                let message = format!("no price step asks the list `{}`; name it in an `access`", list.id);
                cx.diagnostics.warning(PricingCode::UnusedList, &path.index(index), message);
            }
        }
    }
}

impl PriceList {
    fn compile(def: &PriceListDef, currency: Currency, units: &Set<Symbol>, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut list = Self {
            id: def.id.clone(),
            keys: Vec::new(),
            currency: def.currency.unwrap_or(currency),
            valid: def.valid.unwrap_or(Period::ALWAYS),
            heads: Heads::default(),
            records: Vec::new(),
            terms: Set::default(),
            prices: Vec::new(),
        };
        cx.diagnostics.check_period(list.valid, &path.field("valid"));
        if list.currency != currency {
            let message = format!(
                "the list `{}` is in `{}`, but documents are priced in the rulebook's `{currency}`: it never has a price",
                list.id, list.currency
            );
            cx.diagnostics.warning(PricingCode::Currency, &path.field("currency"), message);
        }
        // 1. Keys: attributes of text; where their values are known, a record's must be among them.
        let known = list.keys(def, &path.field("keys"), cx);
        // 2. Records, from the definition and from the file.
        let mut entries = Vec::with_capacity(def.records.len());
        let records = path.field("records");
        for (index, record) in def.records.iter().enumerate() {
            entries.extend(list.record_def(record, &known, units, Place::Record(index), &records.index(index), cx));
        }
        if let Some(file) = &def.records_csv {
            let place = path.field("records_csv");
            for (line, record) in records_from_csv(file, def, &place, cx) {
                let before = cx.diagnostics.count();
                entries.extend(list.record_def(&record, &known, units, Place::File, &place, cx));
                cx.diagnostics.name_rows(before, &place, &format!("`{file}`, line {line}"));
            }
        }
        // 3. Tiers at which more costs less.
        list.warn_non_monotone(&entries, path, cx);
        // 4. Index by key; records of one key must not be valid on the same day.
        list.index(entries, path, cx);
        list
    }

    fn keys(&mut self, def: &PriceListDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<Option<Set<Symbol>>> {
        if def.keys.is_empty() || def.keys.len() > KEY_WIDTH {
            let message = format!("a list has 1 to {KEY_WIDTH} keys, not {}", def.keys.len());
            cx.diagnostics.error(PricingCode::Key, path, message);
        }
        let mut known = Vec::new();
        for (index, key) in def.keys.iter().enumerate() {
            let place = path.index(index);
            match cx.vocabulary.find(key.as_str()) {
                Some(name) if name.ty == Type::Text => {
                    self.keys.push(name.slot);
                    known.push(name.one_of.as_ref().map(|one_of| one_of.iter().copied().collect()));
                }
                Some(name) => {
                    let message = format!("`{key}` is {}; a key must be a text", name.ty);
                    cx.diagnostics.error(PricingCode::Key, &place, message);
                }
                None => {
                    let names = cx.vocabulary.names().map(|name| &*name.name);
                    cx.diagnostics.unknown(&place, "attribute", key.as_str(), names);
                }
            }
        }
        known
    }

    fn record_def(
        &mut self,
        def: &PriceRecordDef,
        known: &[Option<Set<Symbol>>],
        units: &Set<Symbol>,
        place: Place,
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Option<Entry> {
        let key = self.key(def, known, &path.field("key"), cx);
        let unit = def.unit.as_ref().and_then(|unit| {
            let symbol = cx.symbols.find(unit.as_str()).filter(|symbol| units.contains(symbol));
            if symbol.is_none() {
                let names: Vec<&str> = units.iter().map(|symbol| cx.symbols.text(*symbol)).collect();
                cx.diagnostics.unknown(&path.field("unit"), "unit", unit.as_str(), names);
            }
            symbol
        });
        let per = def.per.unwrap_or(Decimal::ONE);
        if per <= Decimal::ZERO {
            cx.diagnostics.error(
                PricingCode::NegativePrice,
                &path.field("per"),
                format!("the price is per `{per}`; write for how many units it is, above zero"),
            );
        }
        let valid = def.valid.unwrap_or(Period::ALWAYS);
        cx.diagnostics.check_period(valid, &path.field("valid"));
        let first_price = u32::try_from(self.prices.len()).ok()?;
        let mut from = Vec::with_capacity(def.tiers.len().max(1));
        self.record_tiers(def, &mut from, path, cx);
        let (terms, _) = self.terms.insert_full(Terms { valid, unit, per, from: from.into() });
        Some(Entry { key: key?, place, terms: u32::try_from(terms).ok()?, first_price })
    }

    fn key(&self, def: &PriceRecordDef, known: &[Option<Set<Symbol>>], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Key> {
        if def.key.len() != self.keys.len() {
            if known.len() == self.keys.len() {
                let message = format!("the key has {} values, but the list `{}` has {} keys", def.key.len(), self.id, self.keys.len());
                cx.diagnostics.error(PricingCode::KeyWidth, path, message);
            }
            return None;
        }
        let mut key = [NO_KEY; KEY_WIDTH];
        for ((part, value), (index, known)) in key.iter_mut().zip(&def.key).zip(known.iter().enumerate()) {
            let symbol = cx.symbols.intern(value);
            if let Some(known) = known.as_ref().filter(|known| !known.contains(&symbol)) {
                let names: Vec<&str> = known.iter().map(|symbol| cx.symbols.text(*symbol)).collect();
                let attribute = self.keys.get(index).and_then(|slot| cx.vocabulary.name(*slot)).map_or("", |name| &*name.name);
                let problem = format!("`{value}` is no value of `{attribute}`");
                let problem = Diagnostic::error(RulebookCode::UnknownReference, &path.index(index), problem);
                cx.diagnostics.push(problem.maybe_help(did_you_mean(value, names)));
                return None;
            }
            *part = symbol.number();
        }
        Some(key)
    }

    fn record_tiers(&mut self, def: &PriceRecordDef, from: &mut Vec<Decimal>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        match (&def.price, def.tiers.as_slice()) {
            (Some(price), []) => {
                if let Some(price) = self.price(*price, &path.field("price"), cx) {
                    from.push(Decimal::ZERO);
                    self.prices.push(price);
                }
            }
            (None, tiers @ [_, ..]) => self.tier_defs(tiers, from, &path.field("tiers"), cx),
            (price, _) => {
                let what = if price.is_some() { "both a price and tiers" } else { "neither a price nor tiers" };
                cx.diagnostics.error(PricingCode::PriceOrTiers, path, format!("the record has {what}; write one of them"));
            }
        }
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
            if let Some(price) = self.price(def.price, &place.field("price"), cx) {
                from.push(def.from);
                self.prices.push(price);
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
        match UnitPrice::new(price, self.currency) {
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

    /// Warns, once for the list, of tiers that are cheaper in total than one unit less in the tier before.
    fn warn_non_monotone(&self, entries: &[Entry], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let mut first: Option<(&Entry, Cliff)> = None;
        let mut count = 0_usize;
        for entry in entries {
            let Some(terms) = self.terms(entry.terms).filter(|terms| terms.from.len() > 1) else { continue };
            let first_price = usize::try_from(entry.first_price).unwrap_or(usize::MAX);
            let tiers: Vec<(Decimal, UnitPrice)> = terms.from.iter().copied().zip(self.prices.iter().skip(first_price).copied()).collect();
            for pair in tiers.windows(2) {
                let [lower, upper] = pair else { continue };
                let Some(cliff) = cliff(*lower, *upper, terms.per) else { continue };
                count = count.saturating_add(1);
                first = first.or(Some((entry, cliff)));
            }
        }
        let Some((entry, cliff)) = first else { return };
        let more = if count > 1 { format!("; {} more tiers of the list are such", count.saturating_sub(1)) } else { String::new() };
        let Cliff { quantity, costs, less, less_costs } = cliff;
        let message =
            format!("the tier from `{quantity}` on makes `{quantity}` cost `{costs}`, less than `{less}`, which cost `{less_costs}`{more}");
        let problem = Diagnostic::warning(PricingCode::NonMonotone, path, message)
            .help("a buyer of the smaller quantity is better off with the larger one; leave it so if that is meant")
            .related(&Path::pointer(&entry.place.pointer(path)), "the first of them");
        cx.diagnostics.push(problem);
    }

    fn index(&mut self, mut entries: Vec<Entry>, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        entries.sort_by_key(|entry| entry.key);
        let mut heads: Vec<(Key, u32)> = Vec::with_capacity(entries.len());
        for same in entries.chunk_by(|one, other| one.key == other.key) {
            self.check_overlap(same, path, cx);
            let first = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
            heads.extend(same.first().map(|entry| (entry.key, first)));
            self.records.extend(same.iter().map(|entry| Record { terms: entry.terms, first_price: entry.first_price, last: false }));
            if let Some(record) = self.records.last_mut() {
                record.last = true;
            }
        }
        self.heads = Heads::new(&self.keys, &heads);
    }

    /// Records of one key must not be valid on the same day.
    fn check_overlap(&self, same: &[Entry], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let valid = |entry: &Entry| self.terms(entry.terms).map_or(Period::ALWAYS, |terms| terms.valid);
        for (number, entry) in same.iter().enumerate() {
            let earlier = same.iter().take(number).find(|other| valid(other).overlaps(&valid(entry)));
            let Some(other) = earlier else { continue };
            let message = format!("the list `{}` has another record for the same key that is valid on the same day", self.id);
            let problem = Diagnostic::error(PricingCode::Ambiguous, &Path::pointer(&entry.place.pointer(path)), message)
                .help("end the validity of one of them where the other begins")
                .related(&Path::pointer(&other.place.pointer(path)), "the other record");
            cx.diagnostics.push(problem);
        }
    }
}

impl Place {
    /// Where it is in a list.
    fn pointer(self, list: &Path<'_>) -> String {
        match self {
            Self::Record(index) => list.field("records").index(index).to_string(),
            Self::File => list.field("records_csv").to_string(),
        }
    }
}

/// A quantity that costs less in total than a smaller one.
struct Cliff {
    quantity: Decimal,
    costs: Decimal,
    less: Decimal,
    less_costs: Decimal,
}

/// Whether the first quantity of a tier costs less than one unit less in the tier before; tiers are where they begin, and the price.
fn cliff(lower: (Decimal, UnitPrice), upper: (Decimal, UnitPrice), per: Decimal) -> Option<Cliff> {
    let (quantity, less) = (upper.0, upper.0.checked_sub(Decimal::ONE).ok()?);
    let cost = |price: UnitPrice, quantity: Decimal| price.to_decimal().checked_mul(quantity)?.checked_div(per);
    let (costs, less_costs) = (cost(upper.1, quantity).ok()?, cost(lower.1, less).ok()?);
    (less >= lower.0 && less_costs > costs).then_some(Cliff { quantity, costs, less, less_costs })
}

fn check_neighbours(before: &TierDef, tier: &TierDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    if tier.from <= before.from {
        let message = format!("the tier starts at `{}`, which is not above the tier before it, `{}`", tier.from, before.from);
        cx.diagnostics.push(Diagnostic::error(PricingCode::TierOverlap, &path.field("from"), message).help("sort the tiers by `from`"));
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
