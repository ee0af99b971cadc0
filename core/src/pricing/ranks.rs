//! Numbers that ascend evenly with symbols, held in three bits a symbol: a table of the numbers themselves would be read from far
//! memory, line after line.

/// The numbers of some symbols: `start` for the lowest of them, `step` more for each of the next.
#[derive(Debug, Clone)]
pub(super) struct Ranks {
    /// Which word of all symbols the first of `words` is.
    first: u32,
    start: u32,
    step: u32,
    words: Box<[Word]>,
}

/// 64 symbols.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// Which of them have a number.
    bits: u64,
    /// How many symbols below them have one.
    before: u32,
}

/// The bit of a symbol in its word.
#[inline]
const fn bit(symbol: u32) -> u64 {
    1_u64.rotate_left(symbol & (u64::BITS - 1))
}

/// The word of a symbol.
#[inline]
const fn word(symbol: u32) -> u32 {
    symbol >> 6
}

impl Ranks {
    /// Holds the numbers of symbols; nothing when a symbol comes twice, or they do not ascend evenly.
    pub fn new(numbers: &[(u32, u32)]) -> Option<Self> {
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable();
        let (lowest, start) = *sorted.first()?;
        let (highest, _) = *sorted.last()?;
        let step = sorted.get(1).map_or(Some(1), |(_, second)| second.checked_sub(start))?;
        let first = word(lowest);
        let place = |symbol: u32| usize::try_from(word(symbol).checked_sub(first)?).ok();
        let mut words = vec![Word { bits: 0, before: 0 }; place(highest)?.checked_add(1)?];
        let mut before = None;
        for (rank, (symbol, number)) in (0_u32..).zip(&sorted) {
            if before == Some(symbol) || start.checked_add(step.checked_mul(rank)?)? != *number {
                return None;
            }
            before = Some(symbol);
            words.get_mut(place(*symbol)?)?.bits |= bit(*symbol);
        }
        let mut count = 0_u32;
        for word in &mut words {
            word.before = count;
            count = count.checked_add(word.bits.count_ones())?;
        }
        Some(Self { first, start, step, words: words.into() })
    }

    #[inline]
    fn word(&self, symbol: u32) -> Option<&Word> {
        self.words.get(usize::try_from(word(symbol).wrapping_sub(self.first)).unwrap_or(usize::MAX))
    }

    /// Whether the symbol has a number.
    #[inline]
    pub fn has(&self, symbol: u32) -> bool {
        // Which symbols have one is as good as random: nothing to be guessed.
        self.word(symbol).map_or(0, |word| word.bits) & bit(symbol) != 0
    }

    /// The number of a symbol.
    #[inline]
    pub fn get(&self, symbol: u32) -> Option<u32> {
        let word = self.word(symbol).filter(|word| word.bits & bit(symbol) != 0)?;
        let below = word.bits & bit(symbol).wrapping_sub(1);
        // No more than was checked when it was built.
        let rank = word.before.wrapping_add(below.count_ones());
        Some(self.start.wrapping_add(self.step.wrapping_mul(rank)))
    }

    /// The symbols with their numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        let end = self.first.saturating_add(u32::try_from(self.words.len()).unwrap_or(u32::MAX));
        (self.first.saturating_mul(u64::BITS)..end.saturating_mul(u64::BITS)).filter_map(|symbol| Some((symbol, self.get(symbol)?)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_symbol_has_the_number_that_a_map_would_hold(
            symbols in proptest::collection::btree_set(0_u32..600, 1..200), first in 0_u32..1_000_000, start in 0_u32..1_000, step in 0_u32..7,
        ) {
            let symbols: BTreeSet<u32> = symbols.into_iter().map(|symbol| symbol + first).collect();
            let map: BTreeMap<u32, u32> = symbols.into_iter().zip((0..).map(|rank| start + rank * step)).collect();
            let numbers: Vec<(u32, u32)> = map.iter().rev().map(|(symbol, number)| (*symbol, *number)).collect();
            let ranks = Ranks::new(&numbers).unwrap();
            for symbol in first.saturating_sub(100)..first + 1_000 {
                prop_assert_eq!(ranks.get(symbol), map.get(&symbol).copied());
                prop_assert_eq!(ranks.has(symbol), map.contains_key(&symbol));
            }
            prop_assert_eq!(ranks.get(u32::MAX), None);
            prop_assert_eq!(ranks.iter().collect::<BTreeMap<_, _>>(), map);
        }
    }

    #[test]
    fn what_does_not_ascend_evenly_is_refused() {
        assert!(Ranks::new(&[]).is_none());
        assert!(Ranks::new(&[(1, 4), (2, 8), (9, 13)]).is_none());
        assert!(Ranks::new(&[(1, 8), (2, 4)]).is_none());
        assert!(Ranks::new(&[(1, 4), (1, 8)]).is_none());
        assert_eq!(Ranks::new(&[(7, 4)]).unwrap().get(7), Some(4));
    }
}
