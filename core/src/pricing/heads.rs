//! From the key of a price record to its terms and its prices.

use super::ranks::Ranks;
use crate::expr::{Facts, Scope, Slot};
use crate::id::Map;

/// How many keys a list may have.
pub(super) const KEY_WIDTH: usize = 4;
/// What stands in a key beyond the list's keys.
pub(super) const NO_KEY: u32 = u32::MAX;
/// What stands in a section where no record is.
const NO_RECORD: u32 = u32::MAX;

/// The symbols of a record's key, in the order of the list's keys.
pub(super) type Key = [u32; KEY_WIDTH];

/// The record of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Head {
    /// Where the prices of its tiers begin; of several records, the number of the first.
    pub(super) first: u32,
    /// The number of its terms.
    pub(super) terms: u32,
}

/// A line that has no price yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenLine {
    pub(super) line: usize,
    /// The symbol that the line has for the only line key of the list that is asked.
    pub(super) symbol: u32,
    /// The record of its key in that list.
    pub(super) head: Head,
    /// How much is ordered, in base units, when that is a whole number.
    pub(super) whole: Option<i64>,
}

/// A line whose price the list has that is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) line: usize,
    pub(super) place: Place,
}

/// Where a line's price stands in a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The number of the price.
    pub(super) price: usize,
    /// The number of its terms.
    pub(super) terms: u32,
}

impl OpenLine {
    pub const fn new(line: usize, whole: Option<i64>) -> Self {
        Self { line, symbol: NO_KEY, head: Head::NONE, whole }
    }
}

impl Head {
    /// What the terms' number says of a key that has several records.
    const SEVERAL: u32 = u32::MAX;
    /// What stands in a section where no record is.
    const NONE: Self = Self { first: NO_RECORD, terms: NO_RECORD };

    /// The head of a key whose records begin at that number.
    pub const fn of_several(first: u32) -> Self {
        Self { first, terms: Self::SEVERAL }
    }

    /// Whether there is a record.
    pub const fn is_some(self) -> bool {
        self.first != NO_RECORD
    }

    /// Whether the key has several records.
    pub const fn is_several(self) -> bool {
        self.terms == Self::SEVERAL
    }
}

/// The records of all keys.
///
/// The parts of a key that a document gives choose a section, once per document; what is left for each line is nearly always the
/// product alone, which is a place in a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads {
    /// The attribute of lines that finds the record, when there is only one: mostly the product.
    pub(super) line_key: Option<Slot>,
    /// Where the section of a document's parts lies in `sections`; the other parts are [`NO_KEY`].
    of_documents: Map<Key, usize>,
    sections: Vec<Section>,
}

#[derive(Debug, Clone)]
enum Section {
    /// One line part: the record at the symbol's distance from the first.
    Table { first: u32, records: Box<[Head]> },
    /// The same where all records have the same terms, and their prices stand one after the other.
    Uniform { terms: u32, first_prices: Ranks },
    /// Several line parts, or symbols that lie far apart.
    Map(Map<Key, Head>),
}

/// The number of a document's section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened(usize);

/// The parts of a key that the document gives, and those that a line gives; [`NO_KEY`] in the place of the others.
pub(super) fn parts(keys: &[Slot], key: &Key) -> (Key, Key) {
    let (mut of_document, mut of_line) = (*key, *key);
    for (part, (document, line)) in of_document.iter_mut().zip(&mut of_line).enumerate() {
        *(if is_of_line(keys, part) { document } else { line }) = NO_KEY;
    }
    (of_document, of_line)
}

fn is_of_line(keys: &[Slot], part: usize) -> bool {
    keys.get(part).is_some_and(|slot| slot.scope == Scope::Line)
}

impl Heads {
    /// Builds them from the keys with their records.
    pub fn new(keys: &[Slot], heads: &[(Key, Head)]) -> Self {
        let mut by_document: Map<Key, Vec<(Key, Head)>> = Map::default();
        for (key, record) in heads {
            let (of_document, of_line) = parts(keys, key);
            by_document.entry(of_document).or_default().push((of_line, *record));
        }
        let line_parts: Vec<usize> = (0..keys.len()).filter(|part| is_of_line(keys, *part)).collect();
        let line_key = if let [part] = *line_parts { keys.get(part).copied() } else { None };
        let mut built = Self { line_key, ..Self::default() };
        for (of_document, heads) in by_document {
            built.of_documents.insert(of_document, built.sections.len());
            built.sections.push(Section::new(&line_parts, &heads));
        }
        built
    }

    /// Finds the section of a document.
    pub fn open<F: Facts + ?Sized>(&self, keys: &[Slot], facts: &F) -> Option<Opened> {
        let mut key = [NO_KEY; KEY_WIDTH];
        for (part, slot) in key.iter_mut().zip(keys).filter(|(_, slot)| slot.scope == Scope::Document) {
            *part = facts.symbol(*slot, None)?.number();
        }
        self.of_documents.get(&key).copied().map(Opened)
    }

    /// Every key with its record, in the order of the keys' numbers within each section.
    pub fn all(&self, keys: &[Slot]) -> Vec<(Key, Head)> {
        let line_part = (0..keys.len()).find(|part| is_of_line(keys, *part)).unwrap_or_default();
        let joined = |of_document: &Key, of_line: &Key| {
            let mut key = *of_document;
            for (part, line) in key.iter_mut().zip(of_line) {
                *part = if *part == NO_KEY { *line } else { *part };
            }
            key
        };
        let at = |of_document: &Key, symbol: u32| {
            let mut key = *of_document;
            if let Some(part) = key.get_mut(line_part) {
                *part = symbol;
            }
            key
        };
        let mut all = Vec::new();
        for (of_document, section) in &self.of_documents {
            match self.sections.get(*section) {
                Some(Section::Uniform { terms, first_prices }) => {
                    all.extend(first_prices.iter().map(|(symbol, first)| (at(of_document, symbol), Head { first, terms: *terms })));
                }
                Some(Section::Table { first, records }) => {
                    let heads = (*first..).zip(records).filter(|(_, head)| head.first != NO_RECORD);
                    all.extend(heads.map(|(symbol, head)| (at(of_document, symbol), *head)));
                }
                Some(Section::Map(map)) => all.extend(map.iter().map(|(of_line, head)| (joined(of_document, of_line), *head))),
                None => {}
            }
        }
        all
    }

    /// The record of a key whose values are all known.
    pub fn of_key(&self, keys: &[Slot], key: &Key) -> Option<Head> {
        let (of_document, of_line) = parts(keys, key);
        let symbol = || of_line.get((0..keys.len()).find(|part| is_of_line(keys, *part))?).copied();
        let head = match self.sections.get(*self.of_documents.get(&of_document)?)? {
            Section::Uniform { terms, first_prices } => Head { first: first_prices.get(symbol()?)?, terms: *terms },
            Section::Table { first, records } => *records.get(usize::try_from(symbol()?.checked_sub(*first)?).ok()?)?,
            Section::Map(map) => *map.get(&of_line)?,
        };
        Some(head).filter(|head| head.first != NO_RECORD)
    }

    /// The number of the terms that all records of the section have, and where their prices begin.
    pub fn uniform(&self, opened: Opened) -> Option<(u32, &Ranks)> {
        if let Section::Uniform { terms, first_prices } = self.sections.get(opened.0)? { Some((*terms, first_prices)) } else { None }
    }

    /// The records of lines, whose symbols are those of the `line_key`. Each line takes few instructions, so that the memory is
    /// asked for many lines at a time.
    pub fn find<F: Facts + ?Sized>(&self, opened: Opened, keys: &[Slot], facts: &F, lines: &mut [OpenLine]) {
        let place = |symbol: u32, first: u32| usize::try_from(symbol.wrapping_sub(first)).unwrap_or(usize::MAX);
        match self.sections.get(opened.0) {
            Some(Section::Uniform { terms, first_prices }) => {
                for line in lines {
                    line.head = Head { first: first_prices.get(line.symbol).unwrap_or(NO_RECORD), terms: *terms };
                }
            }
            Some(Section::Table { first, records }) => {
                for line in lines {
                    line.head = records.get(place(line.symbol, *first)).copied().unwrap_or(Head::NONE);
                }
            }
            Some(Section::Map(map)) => {
                for line in lines {
                    line.head = line_parts(keys, facts, line.line).and_then(|key| map.get(&key).copied()).unwrap_or(Head::NONE);
                }
            }
            None => lines.iter_mut().for_each(|line| line.head = Head::NONE),
        }
    }
}

/// The parts of a key that a line gives.
fn line_parts<F: Facts + ?Sized>(keys: &[Slot], facts: &F, line: usize) -> Option<Key> {
    let mut key = [NO_KEY; KEY_WIDTH];
    for (part, slot) in key.iter_mut().zip(keys).filter(|(_, slot)| slot.scope == Scope::Line) {
        *part = facts.symbol(*slot, Some(line))?.number();
    }
    Some(key)
}

impl Section {
    fn new(line_parts: &[usize], heads: &[(Key, Head)]) -> Self {
        match line_parts {
            [part] => Self::table(*part, heads),
            _ => None,
        }
        .unwrap_or_else(|| Self::Map(heads.iter().copied().collect()))
    }

    /// A table by symbol when that is not mostly gaps.
    fn table(part: usize, heads: &[(Key, Head)]) -> Option<Self> {
        let symbols = || heads.iter().filter_map(|(key, _)| key.get(part).copied());
        let (first, last) = (symbols().min()?, symbols().max()?);
        let span = usize::try_from(last.abs_diff(first)).ok()?.checked_add(1)?;
        if span > heads.len().saturating_mul(8).saturating_add(64) {
            return None;
        }
        let terms = heads.first()?.1.terms;
        if terms != Head::SEVERAL && heads.iter().all(|(_, head)| head.terms == terms) {
            let numbers: Vec<(u32, u32)> = symbols().zip(heads.iter().map(|(_, head)| head.first)).collect();
            if let Some(first_prices) = Ranks::new(&numbers) {
                return Some(Self::Uniform { terms, first_prices });
            }
        }
        let mut records = vec![Head::NONE; span];
        for (symbol, (_, record)) in symbols().zip(heads) {
            *records.get_mut(usize::try_from(symbol.abs_diff(first)).ok()?)? = *record;
        }
        Some(Self::Table { first, records: records.into() })
    }
}
