//! A price list: on its way from its definition, and as it is asked.

use super::calculate::Calculation;
use super::csv::read_file;
use super::heads::{self, Head, Heads, KEY_WIDTH, Key};
use super::lint::{warn_non_monotone, warn_tariffs};
use super::prices::Prices;
use super::tariff::{Rules, Tariff, is_list};
use super::{PriceListDef, PriceTieBreak, TierMode};
use crate::expr::{CompileContext, Slot, Type};
use crate::id::{PriceListId, Set, Symbol};
use crate::money::{Currency, Decimal, UnitPrice};
use crate::report::{Diagnostic, Path, PricingCode, RulebookCode, meant};
use crate::time::{Period, Window};

/// A checked price list.
#[derive(Debug, Clone)]
pub struct PriceList {
    pub(super) id: PriceListId,
    pub(super) keys: Vec<Slot>,
    pub(super) currency: Currency,
    pub(super) valid: Period,
    pub(super) valid_at: Option<Window>,
    /// The record of each key; of several, where they begin in `several`.
    pub(super) heads: Heads,
    /// The records of keys that have more than one, those of a key one after the other.
    pub(super) several: Vec<Record>,
    /// What many records have in common, each once.
    pub(super) terms: Vec<Terms>,
    /// The prices of the tiers of all records.
    pub(super) prices: Prices,
    /// A price of zero, where all prices have the same digits after the point and those of the currency.
    pub(super) zero: Option<UnitPrice>,
    /// What a list says whose records are tariffs; then a head's first price is the number of a tariff.
    pub(super) rules: Option<Box<Rules>>,
    pub(super) tariffs: Vec<Tariff>,
    /// How many keys of a line are looked up, where attributes have several values.
    pub(super) most_keys: usize,
    /// Whether its prices are converted to the document's currency.
    pub(super) convert: bool,
    /// The number of the list whose price is shown beside this one's.
    pub(super) reference: Option<usize>,
}

/// One of the records of a key that has several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) head: Head,
    /// Whether it is the last of its key.
    pub(super) last: bool,
}

/// What a price record says besides its prices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    pub(super) offer: Offer,
    /// The quantities at which its tiers begin, ascending; at least one.
    pub(super) from: Box<[Decimal]>,
    /// The least whole quantity of each tier: what a whole quantity, as nearly all are, is compared with. Of few tiers filled up to one of
    /// [`FEW`] with what none reaches.
    pub(super) from_whole: Box<[i64]>,
    /// Whether its prices are for single ones of the unit.
    pub(super) of_each: bool,
}

/// When and for what a record's prices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Offer {
    pub(super) valid: Period,
    pub(super) unit: Option<Symbol>,
    pub(super) per: Decimal,
}

/// A price list on its way.
pub(super) struct Draft {
    pub(super) list: PriceList,
    /// Of each key, the values that its attribute may have, when they are known.
    pub(super) known: Vec<Option<Set<Symbol>>>,
    pub(super) all_keys_known: bool,
    pub(super) terms: Set<Terms>,
    /// The terms that were used last, which the next record mostly has too.
    last_terms: u32,
    pub(super) prices: Vec<UnitPrice>,
    pub(super) entries: Vec<Entry>,
    /// Where the tiers of the record begin that is being read.
    pub(super) from: Vec<Decimal>,
}

/// A record with its key, on its way into a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) place: Place,
    pub(super) terms: u32,
    pub(super) first_price: u32,
}

/// Where a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The number of an entry of `records`.
    Record(u32),
    /// A line of the file; whether it says from which quantity on its price is.
    Line { line: u32, tiered: bool },
}

impl Place {
    /// Where it is in a list.
    pub fn pointer(self, list: &Path<'_>) -> String {
        match self {
            Self::Record(index) => list.field("records").index(usize::try_from(index).unwrap_or_default()).to_string(),
            Self::Line { .. } => list.field("records_csv").to_string(),
        }
    }
}

impl PriceList {
    /// The calculations of its records.
    pub(super) fn calculations(&self) -> impl Iterator<Item = &Calculation> {
        self.tariffs.iter().flat_map(Tariff::calculations)
    }
}

impl Terms {
    /// The number of the highest tier that the quantity reaches.
    pub fn tier(&self, quantity: Decimal) -> Option<usize> {
        self.reached(quantity).checked_sub(1)
    }

    /// How many tiers a quantity reaches.
    pub fn reached(&self, quantity: Decimal) -> usize {
        match quantity.to_whole() {
            Some(whole) => self.reached_by_whole(whole),
            None => self.from.partition_point(|from| *from <= quantity),
        }
    }

    /// [`Terms::reached`] by a whole quantity.
    #[inline]
    pub fn reached_by_whole(&self, quantity: i64) -> usize {
        let count = match self.from_whole.len() {
            4 => self.from_whole.first_chunk::<4>().map_or(0, |from| reached(from, quantity)),
            8 => self.from_whole.first_chunk::<8>().map_or(0, |from| reached(from, quantity)),
            _ => self.from_whole.partition_point(|from| *from <= quantity),
        };
        count.min(self.from.len())
    }
}

/// How many of a few tiers a whole quantity reaches. Which it is is as good as random: to look at all, always as many, is quicker than to
/// guess.
#[inline]
pub(super) fn reached<const TIERS: usize>(from: &[i64; TIERS], quantity: i64) -> usize {
    from.iter().map(|from| usize::from(*from <= quantity)).sum()
}

/// Of so many tiers all are looked at.
const FEW: [usize; 2] = [4, 8];

/// The least whole quantities of tiers, filled up.
fn from_whole(from: &[Decimal]) -> Box<[i64]> {
    let mut whole: Vec<i64> = from.iter().map(|from| least_whole(*from)).collect();
    if let Some(few) = FEW.into_iter().find(|few| whole.len() <= *few) {
        whole.resize(few, i64::MAX);
    }
    whole.into()
}

impl Draft {
    /// Checks keys and records of a list.
    pub fn compile(
        def: &PriceListDef,
        (currency, others): (Currency, &[Currency]),
        units: &Set<Symbol>,
        lists: &[PriceListId],
        path: &Path<'_>,
        cx: &mut CompileContext<'_>,
    ) -> Self {
        let list = PriceList {
            id: def.id.clone(),
            keys: Vec::new(),
            currency: def.currency.unwrap_or(currency),
            valid: def.valid.unwrap_or(Period::ALWAYS),
            valid_at: def.valid_at,
            heads: Heads::default(),
            several: Vec::new(),
            terms: Vec::new(),
            prices: Prices::default(),
            zero: None,
            rules: Rules::compile(def, path, cx),
            tariffs: Vec::new(),
            most_keys: cx.limits.price_keys,
            convert: def.convert,
            reference: None,
        };
        cx.diagnostics.check_period(list.valid, &path.field("valid"));
        if let Some(window) = def.valid_at {
            cx.diagnostics.check_window(window, &path.field("valid_at"));
        }
        if list.currency != currency && !others.contains(&list.currency) && !def.convert {
            let message = format!(
                "the list `{}` is in `{}`, but documents are priced in the rulebook's `{currency}`: it never has a price",
                list.id, list.currency
            );
            let problem = Diagnostic::warning(PricingCode::Currency, &path.field("currency"), message);
            cx.diagnostics.push(problem.help("write `\"convert\": true` to convert them by the rate that a request gives"));
        }
        let (known, terms) = (Vec::new(), Set::default());
        let entries = Vec::with_capacity(def.records.len());
        let prices = Vec::with_capacity(if list.rules.is_some() { 0 } else { def.records.price_count() });
        let mut draft = Self { list, known, all_keys_known: false, terms, last_terms: 0, prices, entries, from: Vec::new() };
        // 1. Keys: attributes of text; where their values are known, a record's must be among them.
        draft.keys(def, &path.field("keys"), cx);
        draft.reference(def, lists, &path.field("reference"), cx);
        // 2. Records, from the definition and from the file.
        let records = path.field("records");
        let (mut cursor, mut index) = (def.records.cursor(), 0_usize);
        while let Some(record) = cursor.advance() {
            let place = Place::Record(u32::try_from(index).unwrap_or(u32::MAX));
            draft.record_def(record, units, lists, place, &records.index(index), cx);
            index = index.saturating_add(1);
        }
        if let Some(file) = &def.records_csv {
            read_file(&mut draft, file, def, units, &path.field("records_csv"), cx);
        }
        draft
    }

    /// How many records there are.
    pub fn record_count(&self) -> usize {
        self.entries.len()
    }

    /// Checks the records beside each other, and makes them findable.
    pub fn finish(mut self, path: &Path<'_>, cx: &mut CompileContext<'_>) -> PriceList {
        // 3. Tiers at which more costs less.
        warn_non_monotone(&self, path, cx);
        warn_tariffs(&self, path, cx);
        // 4. Index by key; records of one key must not be valid on the same day.
        self.index(path, cx);
        let Self { mut list, terms, .. } = self;
        list.terms = terms.into_iter().collect();
        list
    }

    fn keys(&mut self, def: &PriceListDef, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        if def.keys.is_empty() || def.keys.len() > KEY_WIDTH {
            let message = format!("a list has 1 to {KEY_WIDTH} keys, not {}", def.keys.len());
            cx.diagnostics.error(PricingCode::Key, path, message);
        }
        for (index, key) in def.keys.iter().enumerate() {
            let place = path.index(index);
            match cx.vocabulary.find(key.as_str()) {
                Some(name) if name.ty == Type::Text || is_list(&name.ty) => {
                    self.list.keys.push(name.slot);
                    self.known.push(name.one_of.as_ref().map(|one_of| one_of.iter().copied().collect()));
                }
                Some(name) => {
                    let message = format!("`{key}` is {}; a key must be a text", name.ty);
                    cx.diagnostics.error(PricingCode::Key, &place, message);
                }
                None => {
                    let names = cx.vocabulary.names().filter(|name| name.ty == Type::Text || is_list(&name.ty)).map(|name| &*name.name);
                    let near = meant(key.as_str(), names);
                    let help =
                        near.unwrap_or_else(|| "write `product.id`, `customer.id` or another, or declare it in `attributes`".to_owned());
                    let message = format!("there is no attribute `{key}`");
                    cx.diagnostics.push(Diagnostic::error(RulebookCode::UnknownReference, &place, message).help(help));
                }
            }
        }
        self.all_keys_known = self.list.keys.len() == def.keys.len();
    }

    fn reference(&mut self, def: &PriceListDef, lists: &[PriceListId], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(id) = &def.reference else { return };
        match lists.iter().position(|known| known == id) {
            Some(_) if *id == def.id => {
                let message = format!("the list `{id}` is its own reference; name another, or leave `reference` out");
                cx.diagnostics.error(RulebookCode::Cycle, path, message);
            }
            Some(list) => self.list.reference = Some(list),
            None => cx.diagnostics.unknown(path, "price list", id.as_str(), lists.iter().map(PriceListId::as_str)),
        }
    }

    /// The number of these terms, which are kept once.
    pub fn terms_number(&mut self, offer: Offer, from: &[Decimal]) -> Option<u32> {
        let last = usize::try_from(self.last_terms).ok().and_then(|last| self.terms.get_index(last));
        if last.is_some_and(|last| last.offer == offer && *last.from == *from) {
            return Some(self.last_terms);
        }
        let of_each = offer.per.to_whole() == Some(1);
        let (number, _) = self.terms.insert_full(Terms { offer, from: from.into(), from_whole: from_whole(from), of_each });
        self.last_terms = u32::try_from(number).ok()?;
        Some(self.last_terms)
    }

    /// The terms of a record and its prices.
    pub fn of_entry(&self, entry: &Entry) -> Option<(&Terms, &[UnitPrice])> {
        let terms = self.terms.get_index(usize::try_from(entry.terms).ok()?)?;
        if terms.from.is_empty() {
            return Some((terms, &[]));
        }
        let first = usize::try_from(entry.first_price).ok()?;
        Some((terms, self.prices.get(first..first.checked_add(terms.from.len())?)?))
    }

    /// Sorts the records by key, so that those that are asked for together lie together.
    fn index(&mut self, path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let mut entries = std::mem::take(&mut self.entries);
        // What the document gives first, so that the prices that are asked for together lie together.
        match self.list.keys.is_sorted_by_key(|slot| slot.scope) {
            true => entries.sort_by_key(|entry| entry.key),
            false => entries.sort_by_key(|entry| heads::parts(&self.list.keys, &entry.key)),
        }
        let mut heads: Vec<(Key, Head)> = Vec::with_capacity(entries.len());
        let mut prices = Vec::with_capacity(self.prices.len());
        for same in entries.chunk_by(|one, other| one.key == other.key) {
            let merged = if same.len() > 1 { self.merge_rows(same, path, cx) } else { Vec::new() };
            let same = if merged.is_empty() { same } else { &merged };
            self.check_overlap(same, path, cx);
            self.check_rows(same, path, cx);
            let first_of_several = u32::try_from(self.list.several.len()).unwrap_or(u32::MAX);
            for (left, entry) in (0..same.len()).rev().zip(same) {
                let first_price = u32::try_from(prices.len()).unwrap_or(u32::MAX);
                let first = if self.list.rules.is_some() { entry.first_price } else { first_price };
                let head = Head { first, terms: entry.terms };
                prices.extend_from_slice(self.of_entry(entry).map(|(_, prices)| prices).unwrap_or_default());
                match same.len() {
                    1 => heads.push((entry.key, head)),
                    _ => self.list.several.push(Record { head, last: left == 0 }),
                }
            }
            if let [first, _, ..] = same {
                heads.push((first.key, Head::of_several(first_of_several)));
            }
        }
        self.list.heads = Heads::new(&self.list.keys, &heads);
        self.list.prices = Prices::new(prices);
        self.list.zero = self.list.prices.zero(self.list.currency);
    }

    /// Graduated tiers of a file, whose rows may lie apart, leave nothing before the first without a price.
    fn check_rows(&self, same: &[Entry], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let Some(rules) = self.list.rules.as_deref().filter(|rules| rules.mode == TierMode::Graduated) else { return };
        for entry in same {
            let Place::Line { line, .. } = entry.place else { continue };
            let tariff = usize::try_from(entry.first_price).ok().and_then(|number| self.list.tariffs.get(number));
            let Some(first) = tariff.and_then(|tariff| tariff.bands.first()).filter(|first| first.from > rules.least_start()) else {
                continue;
            };
            let message = format!("line {line}: {}", rules.late_start(first.from));
            cx.diagnostics.error(PricingCode::TierGap, &Path::pointer(&entry.place.pointer(path)), message);
        }
    }

    /// Records of one key must not be valid on the same day, unless the list says which of them counts.
    fn check_overlap(&self, same: &[Entry], path: &Path<'_>, cx: &mut CompileContext<'_>) {
        let tie_break = self.list.rules.as_ref().and_then(|rules| rules.tie_break);
        if matches!(tie_break, Some(PriceTieBreak::Lowest | PriceTieBreak::Highest)) {
            return;
        }
        let valid = |entry: &Entry| self.of_entry(entry).map_or(Period::ALWAYS, |(terms, _)| terms.offer.valid);
        for (number, entry) in same.iter().enumerate() {
            let clash =
                |other: &&Entry| valid(other).overlaps(&valid(entry)) && (tie_break.is_none() || valid(other).from == valid(entry).from);
            let earlier = same.iter().take(number).find(clash);
            let Some(other) = earlier else { continue };
            let message = format!("the list `{}` has another record for the same key that is valid on the same day", self.list.id);
            let problem = Diagnostic::error(PricingCode::Ambiguous, &Path::pointer(&entry.place.pointer(path)), message)
                .help("end the validity of one of them where the other begins, or write `tie_break`")
                .related(&Path::pointer(&other.place.pointer(path)), "the other record");
            cx.diagnostics.push(problem);
        }
    }
}

/// The least whole number that is not below the quantity.
fn least_whole(quantity: Decimal) -> i64 {
    let whole = quantity.checked_rem(Decimal::ONE).and_then(|rest| quantity.checked_sub(rest)).unwrap_or(quantity);
    let up = if whole < quantity { whole.checked_add(Decimal::ONE).unwrap_or(whole) } else { whole };
    up.mantissa_at(0).unwrap_or(i64::MAX)
}
