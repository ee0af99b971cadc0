//! Texts by number, and their numbers by text.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smol_str::SmolStr;

use super::short;

/// By what a text is looked for: a short one itself, of a longer one part of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextKey(u64);

impl TextKey {
    /// What is in the highest byte of no short text.
    const LONG: u64 = 0xff << 56;

    #[inline]
    pub fn of(text: &str) -> Self {
        Self(short(text).unwrap_or_else(|| Self::of_long(text)))
    }

    #[cold]
    fn of_long(text: &str) -> u64 {
        FixedState::default().hash_one(text) | Self::LONG
    }

    /// Whether texts with that key are still to be told apart.
    #[inline]
    pub const fn is_long(self) -> bool {
        self.0 >= Self::LONG
    }

    #[inline]
    pub fn hash(self) -> u64 {
        FixedState::default().hash_one(self.0)
    }
}

/// Texts, each once, numbered from 0 in the order in which they came.
///
/// A short text is in the table itself, so that to find it no letters are compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    numbers: HashTable<(TextKey, u32)>,
    texts: Vec<SmolStr>,
}

impl Texts {
    /// The number of a text.
    #[inline(never)]
    pub fn find(&self, text: &str) -> Option<u32> {
        let key = TextKey::of(text);
        let is_it = |(known, number): &(TextKey, u32)| *known == key && (!key.is_long() || self.text(*number) == Some(text));
        self.numbers.find(key.hash(), is_it).map(|(_, number)| *number)
    }

    /// The number of a text, which it gets when it is new.
    pub fn insert(&mut self, text: &str) -> u32 {
        if let Some(known) = self.find(text) {
            return known;
        }
        let (key, number) = (TextKey::of(text), u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.numbers.insert_unique(key.hash(), (key, number), |(key, _)| key.hash());
        self.texts.push(text.into());
        number
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(usize::try_from(number).ok()?).map(SmolStr::as_str)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_told_apart_at_every_place() {
        let mut all: Vec<String> = vec![String::new()];
        for length in 1..20 {
            all.push("P".repeat(length));
            all.extend((0..length).map(|place| format!("{}Q{}", "P".repeat(place), "P".repeat(length - place - 1))));
        }
        let mut texts = Texts::default();
        for (number, text) in (0..).zip(&all) {
            assert_eq!(texts.find(text), None, "{text}");
            assert_eq!(texts.insert(text), number, "{text}");
        }
        for (number, text) in (0..).zip(&all) {
            assert_eq!(texts.insert(text), number, "{text}");
            assert_eq!(texts.text(number), Some(text.as_str()));
        }
        assert_eq!(texts.len(), all.len());
        assert_eq!(texts.text(u32::MAX), None);
    }
}
