//! Rows of bits, one bit per rule: which rules a value fulfils.
//!
//! A summary has one bit per word of a row, set where the word is not zero, so that a walk can pass over 4096 rules at a time.

use crate::sort;

/// Bits of rules, 64 in a word; words, 64 in a summary word.
const BITS: usize = 64;

/// How many words of a row are read at once where rows are read whole.
pub(super) const CHUNK: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 3;
/// So many words of a row, which lie in one line of the cache.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Chunk(pub [u64; CHUNK]);
/// So many chunks, and words, has a row at most that is read whole.
pub(super) const MOST_CHUNKS: usize = 2;
pub(super) const WIDEST: usize = MOST_CHUNKS * CHUNK;

/// How many words (or summary words) hold so many bits.
pub(super) fn words_for(bits: usize) -> usize {
    bits.div_ceil(BITS)
}

/// How many chunks a full row takes.
fn chunks_for(rules: usize) -> usize {
    words_for(rules).div_ceil(CHUNK).max(1)
}

/// How many bytes a full row takes.
pub(super) fn bytes_for(rules: usize) -> usize {
    chunks_for(rules).saturating_mul(size_of::<Chunk>())
}

/// Where a bit lies: its word, and the bit alone.
pub(super) fn place(bit: usize) -> (usize, u64) {
    let within = u32::try_from(bit & (BITS - 1)).unwrap_or(0);
    (bit >> 6, 1_u64.rotate_left(within))
}

/// Calls `each` with the number of every bit that is set.
pub(super) fn each_bit(mut word: u64, mut each: impl FnMut(usize)) {
    while word != 0 {
        each(usize::try_from(word.trailing_zeros()).unwrap_or(0));
        word &= word.wrapping_sub(1);
    }
}

fn set(bits: &mut [u64], bit: usize) {
    let (word, mask) = place(bit);
    if let Some(word) = bits.get_mut(word) {
        *word |= mask;
    }
}

fn set_in(row: &mut [Chunk], bit: usize) {
    let (word, _) = place(bit);
    if let Some(chunk) = row.get_mut(word >> CHUNK_BITS) {
        set(&mut chunk.0, bit & (BITS * CHUNK - 1));
    }
}

/// A bit per word, set where it is not zero.
pub(super) fn summary_of(words: &[u64]) -> impl Iterator<Item = u64> {
    words.chunks(BITS).map(|chunk| {
        let mut summary = 0;
        for (number, word) in chunk.iter().enumerate() {
            if *word != 0 {
                summary |= place(number).1;
            }
        }
        summary
    })
}

/// The number of a row as a place in a list.
#[inline]
pub(super) fn index(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

/// The rows of one column. Row 0 is what a missing or unknown value fulfils: the rules that demand nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    summary_width: usize,
    body: Body,
}

#[derive(Debug, Clone, Default)]
enum Body {
    /// None.
    #[default]
    Nothing,
    /// Every row in full, in so many chunks.
    Dense { width: usize, rows: Vec<Chunk>, summaries: Vec<u64> },
    /// Row 0 in full; of the others only the words that hold more.
    Sparse { any: Vec<u64>, any_summary: Vec<u64>, rows: Vec<(usize, usize)>, blocks: Vec<Block>, packed: Vec<u64> },
}

/// The words of a sparse row that one summary word speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Which summary word.
    pub summary: usize,
    /// Which of its 64 words are there.
    pub bits: u64,
    /// Where the first of them is kept.
    first: usize,
}

impl Rows {
    /// Full rows for so many rules; the rules of `any` stand in each. [`Rows::add`] the others, then [`Rows::summarize`].
    pub fn dense(rules: usize, rows: usize, any: impl Iterator<Item = usize>) -> Self {
        let width = chunks_for(rules);
        let mut template = vec![Chunk::default(); width];
        any.for_each(|position| set_in(&mut template, position));
        let rows = template.iter().copied().cycle().take(width.saturating_mul(rows)).collect();
        Self { summary_width: words_for(width.saturating_mul(CHUNK)), body: Body::Dense { width, rows, summaries: Vec::new() } }
    }

    /// Puts a rule into a full row.
    pub fn add(&mut self, row: u32, position: usize) {
        if let Body::Dense { width, rows, .. } = &mut self.body {
            let start = index(row).saturating_mul(*width);
            set_in(rows.get_mut(start..start.saturating_add(*width)).unwrap_or_default(), position);
        }
    }

    pub fn summarize(&mut self) {
        if let Body::Dense { width, rows, summaries } = &mut self.body {
            let words = |row: &[Chunk]| row.iter().flat_map(|chunk| chunk.0).collect::<Vec<u64>>();
            *summaries = rows.chunks(*width).flat_map(|row| summary_of(&words(row)).collect::<Vec<u64>>()).collect();
        }
    }

    /// Sparse rows: the rules of `any` stand in each, and `pairs` says which others stand in which row (never row 0).
    pub fn sparse(rules: usize, rows: usize, any: impl Iterator<Item = usize>, mut pairs: Vec<(u32, usize)>) -> Self {
        let width = words_for(rules);
        let mut any_words = vec![0; width];
        any.for_each(|position| set(&mut any_words, position));
        let any_summary: Vec<u64> = summary_of(&any_words).collect();
        sort::ascending(&mut pairs);
        let mut of_rows = vec![(0, 0); rows];
        let (mut blocks, mut packed): (Vec<Block>, Vec<u64>) = (Vec::new(), Vec::new());
        let mut last: Option<(u32, usize)> = None;
        for (row, position) in pairs {
            let (word, mask) = place(position);
            if last == Some((row, word)) {
                if let Some(word) = packed.last_mut() {
                    *word |= mask;
                }
                continue;
            }
            last = Some((row, word));
            let (summary, summary_mask) = place(word);
            let Some((start, end)) = of_rows.get_mut(index(row)) else { continue };
            let goes_on = *end == blocks.len() && *end > *start;
            match blocks.last_mut().filter(|block| goes_on && block.summary == summary) {
                Some(block) => block.bits |= summary_mask,
                None => {
                    if !goes_on {
                        *start = blocks.len();
                    }
                    blocks.push(Block { summary, bits: summary_mask, first: packed.len() });
                    *end = blocks.len();
                }
            }
            packed.push(mask);
        }
        let body = Body::Sparse { any: any_words, any_summary, rows: of_rows, blocks, packed };
        Self { summary_width: words_for(width), body }
    }

    /// A full row that is read whole; nothing where there is none.
    #[inline]
    pub fn whole(&self, row: u32) -> &[Chunk] {
        let Body::Dense { width, rows, .. } = &self.body else { return &[] };
        let start = index(row).saturating_mul(*width);
        rows.get(start..start.saturating_add(*width)).unwrap_or_default()
    }

    /// Whether rows are kept with their own words only.
    pub fn is_sparse(&self) -> bool {
        matches!(self.body, Body::Sparse { .. })
    }

    /// One word of a row's summary.
    #[inline]
    pub fn summary(&self, row: u32, number: usize) -> u64 {
        match &self.body {
            Body::Dense { summaries, .. } => {
                summaries.get(index(row).saturating_mul(self.summary_width).saturating_add(number)).copied().unwrap_or(0)
            }
            Body::Sparse { any_summary, .. } => {
                any_summary.get(number).copied().unwrap_or(0) | self.block(row, number).map_or(0, |block| block.bits)
            }
            Body::Nothing => 0,
        }
    }

    /// One word of a row.
    pub fn word(&self, row: u32, number: usize) -> u64 {
        match &self.body {
            Body::Dense { width, rows, .. } => {
                let chunk = rows.get(index(row).saturating_mul(*width).saturating_add(number >> CHUNK_BITS));
                chunk.and_then(|chunk| chunk.0.get(number & (CHUNK - 1))).copied().unwrap_or(0)
            }
            Body::Sparse { any, packed, .. } => {
                let (summary, mask) = place(number);
                let more = self.block(row, summary).filter(|block| block.bits & mask != 0).and_then(|block| {
                    let before = (block.bits & mask.wrapping_sub(1)).count_ones();
                    packed.get(block.first.saturating_add(usize::try_from(before).unwrap_or(0)))
                });
                any.get(number).copied().unwrap_or(0) | more.copied().unwrap_or(0)
            }
            Body::Nothing => 0,
        }
    }

    /// The words of sparse rows that stand in all of them, as a summary.
    pub fn in_all(&self) -> &[u64] {
        if let Body::Sparse { any_summary, .. } = &self.body { any_summary } else { &[] }
    }

    /// The other words of a sparse row, as parts of a summary.
    pub fn blocks(&self, row: u32) -> &[Block] {
        let Body::Sparse { rows, blocks, .. } = &self.body else { return &[] };
        rows.get(index(row)).and_then(|(start, end)| blocks.get(*start..*end)).unwrap_or_default()
    }

    /// The words of a sparse row that a word of its summary speaks of.
    fn block(&self, row: u32, summary: usize) -> Option<&Block> {
        let blocks = self.blocks(row);
        blocks.get(blocks.binary_search_by_key(&summary, |block| block.summary).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sparse_rows_say_what_dense_rows_say(
            rules in 1_usize..20_000,
            any in proptest::collection::vec(0_usize..20_000, 0..20),
            pairs in proptest::collection::vec((1_u32..6, 0_usize..20_000), 0..60),
        ) {
            let any: Vec<usize> = any.into_iter().filter(|position| *position < rules).collect();
            let pairs: Vec<(u32, usize)> = pairs.into_iter().filter(|(_, position)| *position < rules).collect();
            let sparse = Rows::sparse(rules, 6, any.iter().copied(), pairs.clone());
            let mut dense = Rows::dense(rules, 6, any.iter().copied());
            pairs.iter().for_each(|(row, position)| dense.add(*row, *position));
            dense.summarize();
            for row in 0..6 {
                let width = words_for(rules);
                let mut summary = sparse.in_all().to_vec();
                sparse.blocks(row).iter().for_each(|block| summary[block.summary] |= block.bits);
                for (number, summary) in summary.iter().enumerate() {
                    prop_assert_eq!(sparse.summary(row, number), dense.summary(row, number));
                    prop_assert_eq!(*summary, dense.summary(row, number));
                }
                for number in 0..width {
                    prop_assert_eq!(sparse.word(row, number), dense.word(row, number));
                }
            }
        }
    }
}
