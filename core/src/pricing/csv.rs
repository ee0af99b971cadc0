//! Price records from a CSV file, row by row: a file may have millions of rows, and nothing is allocated for one of them.

use super::heads::{KEY_WIDTH, Key, NO_KEY};
use super::list::{Draft, Entry, Offer, Place};
use super::record::{Sold, check_offer, find_unit};
use super::{Beyond, CapDef, PackageDef, PackageRounding, PriceListDef, PriceRecordDef, TierDef};
use crate::expr::CompileContext;
use crate::id::{AttributeId, Set, Symbol, UnitId};
use crate::money::{Decimal, Percent, UnitPrice};
use crate::report::{CsvRows, Path, PricingCode, ShapeCode, Sources};
use crate::sort;
use crate::time::Period;

/// Where the columns are.
struct Columns {
    keys: Vec<usize>,
    price: Option<usize>,
    from: Option<usize>,
    offer: [Option<usize>; 4],
    /// Those of [`TARIFF`]; none where the file has none of them.
    tariff: Option<[Option<usize>; TARIFF.len()]>,
}

/// The columns of what is more than a price per unit: the first three of a tier, the others of a record.
const TARIFF: [&str; 11] =
    ["flat", "percent", "overage", "package", "package_rounding", "included", "minimum", "maximum", "cap", "cap_counter", "cap_beyond"];

/// Whether the file of a list has columns of what is more than a price per unit.
pub(super) fn has_tariffs(list: &PriceListDef, sources: &Sources) -> bool {
    let header = list.records_csv.as_deref().and_then(|file| sources.get(file)).and_then(|text| text.lines().next());
    header.is_some_and(|header| header.split(',').any(|column| TARIFF.contains(&column.trim().trim_matches('"'))))
}

/// Neighbouring rows that agree in everything but quantity and price are the tiers of one record.
struct Run<'a> {
    file: &'a str,
    path: &'a Path<'a>,
    texts: Texts,
    key: Key,
    offer: Offer,
    line: u64,
    tiers: Vec<TierDef>,
    price: Option<Decimal>,
    /// What the record says besides key, offer and prices, where the file has columns for it.
    terms: Option<Box<PriceRecordDef>>,
}

/// The cells of key and offer as they were read last, with what they mean: the next row mostly has the same.
struct Texts {
    of_key: [String; KEY_WIDTH],
    key: Key,
    of_offer: [String; 4],
    offer: Offer,
}

/// Reads the records of the file; what cannot be read is reported with file, row and column.
pub(super) fn read_file(
    draft: &mut Draft,
    file: &str,
    list: &PriceListDef,
    units: &Set<Symbol>,
    path: &Path<'_>,
    cx: &mut CompileContext<'_>,
) {
    const COLUMNS: [&str; 6] = ["price", "from", "unit", "per", "valid_from", "valid_until"];
    let keys: Vec<&str> = list.keys.iter().map(AttributeId::as_str).collect();
    let known = |column: &str| keys.contains(&column) || COLUMNS.contains(&column) || TARIFF.contains(&column);
    let has_tariffs = has_tariffs(list, cx.sources);
    let required: Vec<&str> = keys.iter().copied().chain((!has_tariffs).then_some("price")).collect();
    let named: Vec<&str> = keys.iter().chain(&COLUMNS).chain(&TARIFF).copied().collect();
    let Some(mut rows) = CsvRows::open(file, cx.sources, path, known, (&required, &named), cx.diagnostics) else { return };
    if draft.list.keys.len() != keys.len() {
        return;
    }
    let columns = Columns {
        keys: keys.iter().filter_map(|key| rows.column(key)).collect(),
        price: rows.column("price"),
        from: rows.column("from"),
        offer: ["unit", "per", "valid_from", "valid_until"].map(|column| rows.column(column)),
        tariff: has_tariffs.then(|| TARIFF.map(|column| rows.column(column))),
    };
    let offer = Offer { valid: Period::ALWAYS, unit: None, per: Decimal::ONE };
    let no_key = [NO_KEY; KEY_WIDTH];
    let texts = Texts { of_key: Default::default(), key: no_key, of_offer: Default::default(), offer };
    let mut run = Run { file, path, texts, key: no_key, offer, line: 0, tiers: Vec::new(), price: None, terms: None };
    while rows.advance(cx.diagnostics) {
        let Some(key) = run.key(&rows, &columns, draft, cx) else { continue };
        let Some(offer) = run.offer(&rows, &columns, units, cx) else { continue };
        let Some((tier, terms)) = tariff_of(&rows, &columns, cx) else { continue };
        let Some((from, price)) = price_of(&rows, &columns, &tier, cx) else { continue };
        let joins = key == run.key && offer == run.offer && terms == run.terms && from.is_some() && !run.tiers.is_empty();
        if !joins {
            run.finish(draft, cx);
            (run.key, run.offer, run.line, run.terms) = (key, offer, rows.line(), terms);
        }
        match from {
            Some(from) => run.tiers.push(TierDef { from, price, ..tier }),
            None => run.price = price,
        }
    }
    run.finish(draft, cx);
}

/// From which quantity on the row's price is, when it says so, and the price; a tier may do without one that has something else.
fn price_of(
    rows: &CsvRows<'_>,
    columns: &Columns,
    tier: &TierDef,
    cx: &mut CompileContext<'_>,
) -> Option<(Option<Decimal>, Option<Decimal>)> {
    let has = |column: Option<usize>| column.is_some_and(|column| rows.cell(column).is_some());
    let has_more = [tier.flat.is_some(), tier.percent.is_some(), tier.overage.is_some()].contains(&true);
    if !has(columns.price) && !has_more {
        let column = columns.price.or(columns.from).unwrap_or_default();
        rows.problem(PricingCode::PriceOrTiers, column, "there is no price", cx.diagnostics);
        return None;
    }
    if has_more && !has(columns.from) {
        let column = columns.from.or(columns.price).unwrap_or_default();
        let message = "`flat`, `percent` and `overage` belong to a tier; say in `from` where it begins";
        rows.problem(PricingCode::Tariff, column, message, cx.diagnostics);
        return None;
    }
    let price = columns.price.and_then(|column| rows.parse(column, cx.diagnostics));
    let from = columns.from.and_then(|column| rows.parse(column, cx.diagnostics));
    if has(columns.from) && from.is_none() || has(columns.price) && price.is_none() {
        return None;
    }
    Some((from, price))
}

/// What the row says of its tier and of its record besides prices per unit; none when a cell cannot be read.
fn tariff_of(rows: &CsvRows<'_>, columns: &Columns, cx: &mut CompileContext<'_>) -> Option<(TierDef, Option<Box<PriceRecordDef>>)> {
    let Some(columns) = columns.tariff else { return Some((TierDef::default(), None)) };
    let before = cx.diagnostics.count();
    let [flat, percent, overage, package, rounding, included, minimum, maximum, cap, counter, beyond] = columns;
    let mut number = |column: Option<usize>| -> Option<Decimal> { rows.parse(column?, cx.diagnostics) };
    let [flat, share, overage, size, included, minimum, maximum, quantity] =
        [flat, percent, overage, package, included, minimum, maximum, cap].map(&mut number);
    let percentage = share.and_then(|share| Percent::new(share).ok());
    if share.is_some() && percentage.is_none() {
        rows.problem(ShapeCode::InvalidValue, percent.unwrap_or_default(), "this is too large for a percentage", cx.diagnostics);
    }
    let package_words = [("up", PackageRounding::Up), ("down", PackageRounding::Down), ("exact", PackageRounding::Exact)];
    let of_package = word(rows, rounding, &package_words, cx);
    let beyond_word = word(rows, beyond, &[("rest", Beyond::Rest), ("line", Beyond::Line)], cx);
    let of_counter = counter.and_then(|column| rows.parse(column, cx.diagnostics));
    // What is said of something that is not there.
    let orphans = [
        (size.is_none() && of_package.is_some(), rounding, "package"),
        (quantity.is_none() && of_counter.is_some(), counter, "cap"),
        (quantity.is_none() && beyond_word.is_some(), beyond, "cap"),
    ];
    for (_, column, needed) in orphans.into_iter().filter(|(orphan, ..)| *orphan) {
        let message = format!("this says more of the `{needed}`, which is empty");
        rows.problem(PricingCode::Tariff, column.unwrap_or_default(), &message, cx.diagnostics);
    }
    let terms = PriceRecordDef {
        package: size.map(|size| PackageDef { size, rounding: of_package.unwrap_or_default() }),
        included,
        minimum,
        maximum,
        cap: quantity.map(|quantity| CapDef { quantity, counter: of_counter, beyond: beyond_word.unwrap_or_default() }),
        ..PriceRecordDef::default()
    };
    let tier = TierDef { flat, percent: percentage, overage, ..TierDef::default() };
    (cx.diagnostics.count() == before).then(|| (tier, Some(Box::new(terms))))
}

/// What the word in a cell stands for.
fn word<T: Copy>(rows: &CsvRows<'_>, column: Option<usize>, known: &[(&str, T)], cx: &mut CompileContext<'_>) -> Option<T> {
    let (column, text) = column.and_then(|column| Some((column, rows.cell(column)?)))?;
    let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let words: Vec<String> = known.iter().map(|(word, _)| format!("`{word}`")).collect();
        rows.problem(ShapeCode::Csv, column, &format!("`{text}` is none of {}", words.join(", ")), cx.diagnostics);
    }
    found
}

impl Run<'_> {
    /// The row's key; none when a cell is empty or no value of its attribute.
    fn key(&mut self, rows: &CsvRows<'_>, columns: &Columns, draft: &Draft, cx: &mut CompileContext<'_>) -> Option<Key> {
        let mut complete = true;
        let texts = self.texts.of_key.iter_mut().zip(&mut self.texts.key);
        for ((index, column), (last, part)) in columns.keys.iter().enumerate().zip(texts) {
            let Some(text) = rows.cell(*column) else {
                rows.problem(ShapeCode::Csv, *column, "the cell is empty; a price needs every key of its list", cx.diagnostics);
                complete = false;
                continue;
            };
            if is_same(last, text) {
                continue;
            }
            last.clear();
            let before = cx.diagnostics.count();
            match draft.key_part(index, text, self.path, cx) {
                Some(symbol) => {
                    last.push_str(text);
                    *part = symbol.number();
                }
                None => complete = false,
            }
            name_row(before, self.file, rows.line(), self.path, cx);
        }
        complete.then_some(self.texts.key)
    }

    /// The row's unit, quantity per price and validity; none when one of them cannot be read.
    fn offer(&mut self, rows: &CsvRows<'_>, columns: &Columns, units: &Set<Symbol>, cx: &mut CompileContext<'_>) -> Option<Offer> {
        let cell = |column: &Option<usize>| column.and_then(|column| rows.cell(column)).unwrap_or_default();
        let texts = &mut self.texts;
        if texts.of_offer.iter().zip(&columns.offer).all(|(last, column)| is_same(last, cell(column))) {
            return Some(texts.offer);
        }
        let [unit, per, from, until] = columns.offer;
        let (errors, mut all_read) = (cx.diagnostics.count(), true);
        let unit_id = unit.and_then(|column| rows.parse::<UnitId>(column, cx.diagnostics));
        let per = per.and_then(|column| rows.parse(column, cx.diagnostics)).unwrap_or(Decimal::ONE);
        let from = from.and_then(|column| rows.parse(column, cx.diagnostics));
        let until = until.and_then(|column| rows.parse(column, cx.diagnostics));
        let before = cx.diagnostics.count();
        all_read &= before == errors;
        let unit = unit_id.and_then(|unit| find_unit(unit.as_str(), units, self.path, cx));
        let offer = Offer { valid: Period { from, until }, unit, per };
        check_offer(&offer, self.path, cx);
        name_row(before, self.file, rows.line(), self.path, cx);
        if !all_read || cx.diagnostics.count() > before {
            texts.of_offer = Default::default();
            texts.offer = Offer { valid: Period::ALWAYS, unit: None, per: Decimal::ONE };
            return None;
        }
        for (last, column) in texts.of_offer.iter_mut().zip(&columns.offer) {
            last.clear();
            last.push_str(cell(column));
        }
        texts.offer = offer;
        Some(offer)
    }

    /// Adds the record that the rows make.
    fn finish(&mut self, draft: &mut Draft, cx: &mut CompileContext<'_>) {
        let price = self.price.take();
        if price.is_none() && self.tiers.is_empty() {
            return;
        }
        sort::by(&mut self.tiers, |one, other| one.from.cmp(&other.from));
        let before = cx.diagnostics.count();
        let place = Place::Line { line: u32::try_from(self.line).unwrap_or(u32::MAX), tiered: price.is_none() };
        let sold = Sold { def: self.terms.as_deref(), of_file: true, lists: &[], tiers: &self.tiers, price };
        draft.add(Some(self.key), self.offer, sold, place, self.path, cx);
        name_row(before, self.file, self.line, self.path, cx);
        self.tiers.clear();
    }
}

/// Whether a cell is as it was read last. Comparing bytes that are not there is left out: it is slow where an empty text points at
/// no memory.
fn is_same(last: &str, cell: &str) -> bool {
    last.len() == cell.len() && (cell.is_empty() || last == cell)
}

/// Puts the row before what was reported of it.
fn name_row(before: usize, file: &str, line: u64, path: &Path<'_>, cx: &mut CompileContext<'_>) {
    if cx.diagnostics.count() > before {
        cx.diagnostics.name_rows(before, path, &format!("`{file}`, line {line}"));
    }
}

impl Draft {
    /// Rows of one key that lie apart in the file and differ in nothing but quantity and price are tiers of one record too.
    ///
    /// The records as they are merged; none when there is nothing to merge.
    pub fn merge_rows(&mut self, same: &[Entry], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Vec<Entry> {
        let mut merged: Vec<Entry> = Vec::with_capacity(same.len());
        for entry in same {
            let Some(offer) = self.of_entry(entry).map(|(terms, _)| terms.offer) else { continue };
            let of_file = |entry: &Entry| matches!(entry.place, Place::Line { .. });
            let same_offer = |other: &Entry| self.of_entry(other).is_some_and(|(terms, _)| terms.offer == offer);
            let found = merged.iter().position(|other| of_file(other) && of_file(entry) && same_offer(other));
            let Some(position) = found else {
                merged.push(*entry);
                continue;
            };
            let Some(joined) = merged.get(position).and_then(|other| self.join(*other, *entry, path, cx)) else { continue };
            if let Some(place) = merged.get_mut(position) {
                *place = joined;
            }
        }
        merged
    }

    /// Two entries of the file as one; none when they cannot be.
    fn join(&mut self, one: Entry, other: Entry, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Entry> {
        let (Place::Line { line, tiered }, Place::Line { line: row, tiered: row_tiered }) = (one.place, other.place) else { return None };
        let file = Path::pointer(&one.place.pointer(path)).to_string();
        let mut problem = |code: PricingCode, message: String| {
            let message = format!("line {row}: {message}");
            cx.diagnostics.error(code, &Path::pointer(&file), message);
        };
        if !tiered || !row_tiered {
            problem(PricingCode::Ambiguous, format!("the same key as line {line}; give both rows a `from` to make them tiers"));
            return None;
        }
        if self.list.rules.is_some() {
            if !self.same_terms(one, other) {
                problem(
                    PricingCode::Ambiguous,
                    format!("the same key as line {line}, but with another package, cap or bound; keep one of them"),
                );
                return None;
            }
            if let Some(from) = self.twice(one, other) {
                problem(PricingCode::TierOverlap, format!("line {line} has the same key and starts at `{from}` too; keep one of them"));
                return None;
            }
            return self.join_tariffs(one, other);
        }
        let (terms, prices) = self.of_entry(&one)?;
        let (more, more_prices) = self.of_entry(&other)?;
        let offer = terms.offer;
        let tiers = |terms: &super::list::Terms, prices: &[UnitPrice]| -> Vec<(Decimal, UnitPrice)> {
            terms.from.iter().copied().zip(prices.iter().copied()).collect()
        };
        let mut tiers: Vec<(Decimal, UnitPrice)> = [tiers(terms, prices), tiers(more, more_prices)].concat();
        sort::by(&mut tiers, |(one, _), (other, _)| one.cmp(other));
        if let Some([(from, _), _]) = tiers.windows(2).find(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            problem(PricingCode::TierOverlap, format!("line {line} has the same key and starts at `{from}` too; keep one of them"));
            return None;
        }
        let first_price = u32::try_from(self.prices.len()).ok()?;
        self.prices.extend(tiers.iter().map(|(_, price)| *price));
        let from: Vec<Decimal> = tiers.into_iter().map(|(from, _)| from).collect();
        Some(Entry { terms: self.terms_number(offer, &from)?, first_price, ..one })
    }

    /// Where a tier of both tariffs begins.
    fn twice(&self, one: Entry, other: Entry) -> Option<Decimal> {
        let bands = |entry: Entry| self.list.tariffs.get(usize::try_from(entry.first_price).ok()?).map(|tariff| &tariff.bands);
        let (one, other) = (bands(one)?, bands(other)?);
        one.iter().map(|band| band.from).find(|from| other.iter().any(|band| band.from == *from))
    }

    /// Whether two tariffs differ in nothing but their tiers.
    fn same_terms(&self, one: Entry, other: Entry) -> bool {
        let terms = |entry: Entry| {
            let tariff = self.list.tariffs.get(usize::try_from(entry.first_price).ok()?)?;
            Some((tariff.package, tariff.included, tariff.minimum, tariff.maximum, tariff.cap.as_ref()))
        };
        terms(one) == terms(other)
    }

    /// Two tariffs of the file as one, which takes the place of the first.
    fn join_tariffs(&mut self, one: Entry, other: Entry) -> Option<Entry> {
        let more = self.list.tariffs.get(usize::try_from(other.first_price).ok()?)?.bands.clone();
        let tariff = self.list.tariffs.get_mut(usize::try_from(one.first_price).ok()?)?;
        tariff.bands.extend(more);
        sort::by(&mut tariff.bands, |one, other| one.from.cmp(&other.from));
        Some(one)
    }
}
