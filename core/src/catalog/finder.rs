//! Finding the products of many lines at a time.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Brief;
use super::compile::Catalog;

/// Products by the hashes of their ids alone, in few bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder(HashTable<Tag>);

#[derive(Debug, Clone, Copy)]
struct Tag {
    hash: u64,
    number: u32,
}

impl Finder {
    /// The finder of ids, which are numbered from 0.
    pub fn new<'i>(ids: impl ExactSizeIterator<Item = &'i str>) -> Self {
        let mut tags = HashTable::with_capacity(ids.len());
        for (number, id) in (0..).zip(ids) {
            let tag = Tag { hash: hash(id), number };
            tags.insert_unique(tag.hash, tag, |tag| tag.hash);
        }
        Self(tags)
    }

    /// The number of the product that has the id, if one has: the id is still to be compared.
    fn guess(&self, id: &str) -> Option<u32> {
        let hash = hash(id);
        self.0.find(hash, |tag| tag.hash == hash).map(|tag| tag.number)
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
            // Two ids with one hash are as good as impossible, and are told apart here.
            let guessed = number.and_then(|number| catalog.brief(number)).filter(|(known, _)| same(known.as_bytes(), id.as_bytes()));
            guessed.map(|(_, brief)| brief).or_else(|| number.and_then(|_| catalog.find(id)))
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
