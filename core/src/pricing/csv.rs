//! Price records from a CSV file, row by row: a file may have millions of rows, and nothing is allocated for one of them.

use super::heads::{KEY_WIDTH, Key, NO_KEY};
use super::list::{Draft, Entry, Offer, Place};
use super::record::{Sold, check_offer, find_unit};
use super::{PriceListDef, TierDef};
use crate::expr::CompileContext;
use crate::id::{AttributeId, Set, Symbol, UnitId};
use crate::money::{Decimal, UnitPrice};
use crate::report::{CsvRows, Path, PricingCode, ShapeCode};
use crate::sort;
use crate::time::Period;

/// Where the columns are.
struct Columns {
    keys: Vec<usize>,
    price: usize,
    from: Option<usize>,
    offer: [Option<usize>; 4],
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
    let known = |column: &str| keys.contains(&column) || COLUMNS.contains(&column);
    let required: Vec<&str> = keys.iter().copied().chain(["price"]).collect();
    let Some(mut rows) = CsvRows::open(file, cx.sources, path, known, &required, cx.diagnostics) else { return };
    let Some(price) = rows.column("price") else { return };
    if draft.list.keys.len() != keys.len() {
        return;
    }
    let columns = Columns {
        keys: keys.iter().filter_map(|key| rows.column(key)).collect(),
        price,
        from: rows.column("from"),
        offer: ["unit", "per", "valid_from", "valid_until"].map(|column| rows.column(column)),
    };
    let offer = Offer { valid: Period::ALWAYS, unit: None, per: Decimal::ONE };
    let no_key = [NO_KEY; KEY_WIDTH];
    let texts = Texts { of_key: Default::default(), key: no_key, of_offer: Default::default(), offer };
    let mut run = Run { file, path, texts, key: no_key, offer, line: 0, tiers: Vec::new(), price: None };
    while rows.advance(cx.diagnostics) {
        let Some(key) = run.key(&rows, &columns, draft, cx) else { continue };
        let Some(offer) = run.offer(&rows, &columns, units, cx) else { continue };
        let Some((from, price)) = price_of(&rows, &columns, cx) else { continue };
        let joins = key == run.key && offer == run.offer && from.is_some() && !run.tiers.is_empty();
        if !joins {
            run.finish(draft, cx);
            (run.key, run.offer, run.line) = (key, offer, rows.line());
        }
        match from {
            Some(from) => run.tiers.push(TierDef { from, price: Some(price), ..TierDef::default() }),
            None => run.price = Some(price),
        }
    }
    run.finish(draft, cx);
}

/// From which quantity on the row's price is, when it says so, and the price.
fn price_of(rows: &CsvRows<'_>, columns: &Columns, cx: &mut CompileContext<'_>) -> Option<(Option<Decimal>, Decimal)> {
    if rows.cell(columns.price).is_none() {
        rows.problem(PricingCode::PriceOrTiers, columns.price, "there is no price", cx.diagnostics);
        return None;
    }
    let price = rows.parse(columns.price, cx.diagnostics);
    let has_from = columns.from.is_some_and(|column| rows.cell(column).is_some());
    let from = columns.from.and_then(|column| rows.parse(column, cx.diagnostics));
    if has_from && from.is_none() {
        return None;
    }
    Some((from, price?))
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
        let sold = Sold { def: None, lists: &[], tiers: &self.tiers, price };
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

    /// Two tariffs of the file as one, which takes the place of the first.
    fn join_tariffs(&mut self, one: Entry, other: Entry) -> Option<Entry> {
        let more = self.list.tariffs.get(usize::try_from(other.first_price).ok()?)?.bands.clone();
        let tariff = self.list.tariffs.get_mut(usize::try_from(one.first_price).ok()?)?;
        tariff.bands.extend(more);
        sort::by(&mut tariff.bands, |one, other| one.from.cmp(&other.from));
        Some(one)
    }
}
