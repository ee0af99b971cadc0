//! Texts by number, and their numbers by text.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smol_str::SmolStr;

use super::short;

/// By what a text is looked for: a short one itself, of a longer one part of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u64);

impl Key {
    /// What is in the highest byte of no short text.
    const LONG: u64 = 0xff << 56;

    #[inline]
    fn of(text: &str) -> Self {
        Self(short(text).unwrap_or_else(|| Self::of_long(text)))
    }

    #[cold]
    fn of_long(text: &str) -> u64 {
        FixedState::default().hash_one(text) | Self::LONG
    }

    /// Whether texts with that key are still to be told apart.
    #[inline]
    const fn is_long(self) -> bool {
        self.0 >= Self::LONG
    }

    #[inline]
    fn hash(self) -> u64 {
        FixedState::default().hash_one(self.0)
    }
}

/// What is found by a text, and says the text's number.
pub(crate) trait Numbered: Copy {
    /// The number of the text.
    fn number(self) -> u32;
}

impl Numbered for u32 {
    #[inline]
    fn number(self) -> u32 {
        self
    }
}

/// Texts, each once, numbered from 0 in the order in which they came, with what is found by each: its number, if nothing else.
///
/// A short text is in the table itself, so that to find it no letters are compared and the memory is asked once.
#[derive(Debug, Clone)]
pub(crate) struct Texts<V = u32> {
    found: HashTable<(Key, V)>,
    texts: Vec<SmolStr>,
}

// Derived, it would ask for a default of what is found.
impl<V> Default for Texts<V> {
    fn default() -> Self {
        Self { found: HashTable::new(), texts: Vec::new() }
    }
}

impl<V: Numbered> Texts<V> {
    /// No texts, with room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self { found: HashTable::with_capacity(count), texts: Vec::with_capacity(count) }
    }

    /// What is found by a text.
    #[inline]
    pub fn get(&self, text: &str) -> Option<V> {
        let key = Key::of(text);
        let is_it = |(known, value): &(Key, V)| *known == key && (!key.is_long() || self.text(value.number()) == Some(text));
        self.found.find(key.hash(), is_it).map(|(_, value)| *value)
    }

    /// Adds a text that is new; `value` has the number that comes next.
    pub fn add(&mut self, text: SmolStr, value: V) {
        let key = Key::of(&text);
        self.found.insert_unique(key.hash(), (key, value), |(key, _)| key.hash());
        self.texts.push(text);
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

impl Texts {
    /// The number of a text. Not inlined: facts are read at several places, and the less code they run through, the better.
    #[inline(never)]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.get(text)
    }

    /// The number of a text, which it gets when it is new.
    pub fn insert(&mut self, text: &str) -> u32 {
        if let Some(known) = self.find(text) {
            return known;
        }
        let number = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.add(text.into(), number);
        number
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
        let mut texts: Texts = Texts::default();
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
