//! Finding the products of many lines at a time.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smol_str::SmolStr;

use super::compile::Catalog;
use super::{Brief, Product};

/// Products by the hashes of their ids alone, and what nearly every line asks of them: both in few bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder {
    tags: HashTable<Tag>,
    /// By number.
    briefs: Vec<(SmolStr, Brief)>,
}

#[derive(Debug, Clone, Copy)]
struct Tag {
    /// The low half of the id's hash.
    hash: u32,
    number: u32,
}

impl Finder {
    /// The finder of products, which are numbered from 0.
    pub fn new<'p>(products: impl ExactSizeIterator<Item = (&'p SmolStr, &'p Product)>) -> Self {
        let mut tags = HashTable::with_capacity(products.len());
        let briefs: Vec<(SmolStr, Brief)> =
            (0..).zip(products).map(|(number, (id, product))| (id.clone(), Brief::of(number, product))).collect();
        let hash_of = |number: u32| usize::try_from(number).ok().and_then(|number| briefs.get(number)).map_or(0, |(id, _)| hash(id));
        for (number, (id, _)) in (0..).zip(&briefs) {
            let hash = hash(id);
            tags.insert_unique(hash, Tag { hash: low(hash), number }, |tag| hash_of(tag.number));
        }
        Self { tags, briefs }
    }

    /// The number of the product that has the id, if one has: the id is still to be compared.
    fn guess(&self, id: &str) -> Option<u32> {
        let hash = hash(id);
        self.tags.find(hash, |tag| tag.hash == low(hash)).map(|tag| tag.number)
    }

    /// The product of that number, if it has the id.
    fn confirm(&self, number: u32, id: &str) -> Option<Brief> {
        let (known, brief) = self.briefs.get(usize::try_from(number).ok()?)?;
        same(known.as_bytes(), id.as_bytes()).then_some(*brief)
    }
}

/// Whether two ids are the same; short ones, as most are, without a call.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(id: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        id.first_chunk().zip(id.last_chunk())
    }
    match one.len() {
        length if length != other.len() => false,
        4..=8 => ends::<4>(one) == ends::<4>(other),
        9..=16 => ends::<8>(one) == ends::<8>(other),
        _ => one == other,
    }
}

fn hash(id: &str) -> u64 {
    FixedState::default().hash_one(id)
}

fn low(hash: u64) -> u32 {
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default()
}

/// The products of lines that were looked for, with the buffers of finding them, to be reused from document to document.
#[derive(Debug, Clone, Default)]
pub struct FoundProducts {
    guessed: Vec<Option<u32>>,
    found: Vec<Option<Brief>>,
}

impl FoundProducts {
    /// Finds the products of ids. This is mostly waiting for memory, which two loops that do little else ask for many ids at a time.
    pub fn find<'i>(&mut self, catalog: &Catalog, ids: impl Iterator<Item = &'i str> + Clone) {
        self.guessed.clear();
        self.guessed.extend(ids.clone().map(|id| catalog.finder.guess(id)));
        self.found.clear();
        self.found.extend(ids.zip(&self.guessed).map(|(id, number)| {
            // Two ids with such hashes are rare, and are told apart here.
            number.and_then(|number| catalog.finder.confirm(number, id).or_else(|| catalog.find(id)))
        }));
    }

    /// The products, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = Option<Brief>> {
        self.found.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn ids_of_every_length_are_told_apart_at_every_place() {
        for length in 0..20 {
            let id = "P".repeat(length).into_bytes();
            assert!(same(&id, &id));
            assert!(!same(&id, "P".repeat(length + 1).as_bytes()));
            for place in 0..length {
                let mut other = id.clone();
                other[place] = b'Q';
                assert!(!same(&id, &other), "{length} {place}");
            }
        }
    }
}
