//! The records of a price list as their author writes them, in little room: there may be hundreds of thousands.
//!
//! Most records of a list differ in their keys and prices alone. What they have in common, such as where their tiers begin, their unit
//! and their validity, is kept once; so is every text of a key.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::PriceRecordDef;
use crate::id::{Ordinal, Set};
use crate::money::Decimal;

/// The records of a price list, in their order.
#[derive(Clone, Default)]
pub struct PriceRecords {
    rows: Vec<Row>,
    /// What rows have besides keys and prices, each once: records with empty keys, and with zero where a price is put in.
    shapes: Set<PriceRecordDef>,
    /// The texts of keys, each once.
    texts: Set<SmolStr>,
    /// The keys of all rows: numbers of texts.
    keys: Vec<Ordinal>,
    /// The digits of the prices of all rows, without the point.
    digits: Vec<i64>,
    /// How many of the digits of each price stand after the point.
    scales: Vec<u8>,
}

/// A record: what it shares with others, and where its keys and prices begin.
#[derive(Debug, Clone, Copy)]
struct Row {
    shape: Ordinal,
    first_key: Ordinal,
    first_price: Ordinal,
}

impl PriceRecords {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many prices they have that are plain numbers.
    pub(super) fn price_count(&self) -> usize {
        self.digits.len()
    }

    /// Adds a record behind the others.
    pub fn push(&mut self, mut record: PriceRecordDef) {
        let (first_key, first_price) = (Ordinal::of(self.keys.len()), Ordinal::of(self.digits.len()));
        for part in &mut record.key {
            let text = std::mem::take(part);
            let known = self.texts.get_index_of(text.as_str());
            let number = known.unwrap_or_else(|| self.texts.insert_full(text.into()).0);
            self.keys.push(Ordinal::of(number));
        }
        for price in prices(&mut record) {
            // A price of more digits stays in the shape, where it is not zero.
            if let (Ok(digits), Ok(scale)) = (i64::try_from(price.mantissa()), u8::try_from(price.scale())) {
                self.digits.push(digits);
                self.scales.push(scale);
                *price = Decimal::ZERO;
            }
        }
        let shape = match self.rows.last() {
            Some(last) if self.shapes.get_index(last.shape.index()) == Some(&record) => last.shape,
            _ => Ordinal::of(self.shapes.insert_full(record).0),
        };
        self.rows.push(Row { shape, first_key, first_price });
    }

    /// The records, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = PriceRecordDef> {
        let mut cursor = self.cursor();
        std::iter::from_fn(move || cursor.advance().cloned())
    }

    /// The records, of which one is held at a time.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor { records: self, next: 0, shape: Ordinal::NONE, record: PriceRecordDef::default() }
    }

    /// What the records have besides their keys and the digits of their prices, each once.
    pub(super) fn shapes(&self) -> impl Iterator<Item = &PriceRecordDef> {
        self.shapes.iter()
    }
}

/// The prices of a record, in the order in which they are kept.
fn prices(record: &mut PriceRecordDef) -> impl Iterator<Item = &mut Decimal> {
    record.price.iter_mut().chain(record.tiers.iter_mut().filter_map(|tier| tier.price.as_mut()))
}

/// Which of them, in the same order, are kept apart from the shape.
fn kept_apart(shape: &PriceRecordDef) -> impl Iterator<Item = bool> {
    shape.price.iter().chain(shape.tiers.iter().filter_map(|tier| tier.price.as_ref())).map(|price| price.is_zero())
}

/// Goes through records. What the next one shares with the one before is left as it is.
pub(super) struct Cursor<'r> {
    records: &'r PriceRecords,
    next: usize,
    /// The shape that the record has.
    shape: Ordinal,
    record: PriceRecordDef,
}

impl Cursor<'_> {
    /// The next record; none at the end.
    pub fn advance(&mut self) -> Option<&PriceRecordDef> {
        let records = self.records;
        let row = records.rows.get(self.next)?;
        self.next = self.next.saturating_add(1);
        let shape = records.shapes.get_index(row.shape.index())?;
        if self.shape != row.shape {
            (self.record, self.shape) = (shape.clone(), row.shape);
        }
        let numbers = records.keys.get(row.first_key.index()..).unwrap_or_default();
        for (part, number) in self.record.key.iter_mut().zip(numbers) {
            part.clear();
            part.push_str(records.texts.get_index(number.index())?);
        }
        let first = row.first_price.index();
        let mut kept = records.digits.get(first..)?.iter().zip(records.scales.get(first..)?);
        for (price, _) in prices(&mut self.record).zip(kept_apart(shape)).filter(|(_, apart)| *apart) {
            let (digits, scale) = kept.next()?;
            *price = Decimal::from_parts(i128::from(*digits), u32::from(*scale)).ok()?;
        }
        Some(&self.record)
    }
}

impl Extend<PriceRecordDef> for PriceRecords {
    fn extend<I: IntoIterator<Item = PriceRecordDef>>(&mut self, records: I) {
        records.into_iter().for_each(|record| self.push(record));
    }
}

impl FromIterator<PriceRecordDef> for PriceRecords {
    fn from_iter<I: IntoIterator<Item = PriceRecordDef>>(records: I) -> Self {
        let mut all = Self::default();
        all.extend(records);
        all
    }
}

impl PartialEq for PriceRecords {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for PriceRecords {}

impl fmt::Debug for PriceRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for PriceRecords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        let mut cursor = self.cursor();
        while let Some(record) = cursor.advance() {
            list.serialize_element(record)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for PriceRecords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OneByOne)
    }
}

/// For how many records room is made before they are there.
const MOST_FORESEEN: usize = 1 << 17;

/// Takes a list of records, of which one is held at a time.
struct OneByOne;

impl<'de> Visitor<'de> for OneByOne {
    type Value = PriceRecords;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<PriceRecords, A::Error> {
        let rows = Vec::with_capacity(entries.size_hint().unwrap_or_default().min(MOST_FORESEEN));
        let mut records = PriceRecords { rows, ..PriceRecords::default() };
        while let Some(record) = entries.next_element()? {
            records.push(record);
        }
        records.keys.shrink_to_fit();
        records.digits.shrink_to_fit();
        records.scales.shrink_to_fit();
        Ok(records)
    }
}

impl JsonSchema for PriceRecords {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PriceRecords".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<PriceRecordDef>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(json: &str) -> Vec<PriceRecordDef> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_record_comes_back_as_it_went_in() {
        let all = records(
            r#"[{"key": ["C-7", "P-1"], "price": "98.00"}, {"key": ["C-7", "P-2"], "price": "0"}, {"key": ["C-8", "P-2"], "price": "0.0008"},
                {"key": ["C-8", "P-1"], "tiers": [{"from": 1, "price": "9"}, {"from": 10, "price": "0.00"}]},
                {"key": ["C-9", "P-1"], "tiers": [{"from": 1, "price": "8.5"}, {"from": 10, "price": "123456789012345678901.5"}]},
                {"key": ["C-9", "P-2"], "tiers": [{"from": 1, "price": "7"}, {"from": 10, "flat": "4"}, {"from": 20, "price": "6"}]},
                {"key": ["C-9"], "price": "1", "per": "100", "unit": "box", "cap": {"quantity": 5}},
                {"key": [], "calculate": {"start": {"list": "other"}}}, {"key": ["C-7", "P-1"], "price": "-5"}]"#,
        );
        let held: PriceRecords = all.iter().cloned().collect();
        assert_eq!(held.iter().collect::<Vec<_>>(), all);
        assert_eq!(serde_json::to_string(&held).unwrap(), serde_json::to_string(&all).unwrap());
        assert_eq!(serde_json::from_str::<PriceRecords>(&serde_json::to_string(&all).unwrap()).unwrap(), held);
        assert_eq!((held.len(), held.is_empty(), PriceRecords::default().is_empty()), (all.len(), false, true));
    }

    #[test]
    fn what_records_share_is_kept_once() {
        let held: PriceRecords =
            (0..100).map(|number| records(&format!(r#"[{{"key": ["gold", "P-{number}"], "price": "{number}.50"}}]"#)).remove(0)).collect();
        assert_eq!((held.shapes.len(), held.texts.len()), (1, 101));
    }
}
