//! Many lines against the few rules that can match any of them: 64 rules are one word, and a value of a line leaves those of its bits
//! whose rules it fulfils.

use super::super::Facts;
use super::column::Column;
use super::rows::{each_bit, index, place};
use super::steps::Steps;
use super::wanted::{Places, Spans, Wanted};

/// How many rules are tested together.
const TOGETHER: usize = 64;

/// Buffers for the lines of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct LineScratch {
    /// What of the first 64 rules each line has left, then of the next 64.
    left: Vec<u64>,
    /// These rules, filled up.
    rules: Vec<[u32; TOGETHER]>,
    /// The rules that demand a value, by its place; zero but while a column is read.
    demanding: Vec<u64>,
    steps: Steps,
    /// The places of the lines' values in a column.
    places: Vec<u32>,
}

/// The rules that can match, ascending, and where each of them lies in the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Living<'l> {
    pub rules: &'l [u32],
    pub positions: &'l [u32],
}

impl LineScratch {
    /// Appends the living rules that each line fulfils; `ends` gets where each line's rules end.
    pub fn match_lines<F: Facts + ?Sized>(
        &mut self,
        facts: &F,
        columns: &[Column],
        living: Living<'_>,
        matching: &mut Vec<u32>,
        ends: &mut Vec<usize>,
    ) {
        let count = facts.line_count();
        if living.rules.is_empty() || count == 0 {
            return ends.extend(std::iter::repeat_n(matching.len(), count));
        }
        // 1. Every rule is left.
        self.rules.clear();
        self.rules.extend(living.rules.chunks(TOGETHER).map(filled_up));
        self.left.clear();
        for rules in living.positions.chunks(TOGETHER) {
            self.left.extend(std::iter::repeat_n(all_of(rules), count));
        }
        // 2. Column by column, what the lines' values leave.
        for column in columns {
            match &column.wanted {
                Wanted::Places(wanted) => self.keep_places(facts, column, wanted, living.positions),
                Wanted::Spans(wanted) => self.keep_heights(facts, column, wanted, living.positions),
            }
        }
        // 3. The rules of the bits.
        self.list_rules(facts, count, matching, ends);
    }

    /// Appends the rules that each line has left.
    #[inline(never)]
    fn list_rules<F: Facts + ?Sized>(&self, facts: &F, count: usize, matching: &mut Vec<u32>, ends: &mut Vec<usize>) {
        let Some((first, others)) = self.rules.split_first() else { return };
        let (left, more) = self.left.split_at_checked(count).unwrap_or_default();
        ends.extend(left.iter().zip(0..count).map(|(left, line)| {
            if facts.takes_part(line) {
                push(*left, first, matching);
                for (rules, left) in others.iter().zip(more.get(line..).unwrap_or_default().iter().step_by(count)) {
                    push(*left, rules, matching);
                }
            }
            matching.len()
        }));
    }

    /// The place of every line's value in a column. Give the list back with [`LineScratch::give_back`].
    pub fn places<F: Facts + ?Sized>(&mut self, facts: &F, column: &Column) -> Vec<u32> {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        column.each_place(facts, |_, place| places.push(place));
        places
    }

    /// Keeps the list for the next column.
    pub fn give_back(&mut self, places: Vec<u32>) {
        self.places = places;
    }

    /// Keeps the rules that demand nothing of a column or the value of the line.
    #[inline(never)]
    fn keep_places<F: Facts + ?Sized>(&mut self, facts: &F, column: &Column, wanted: &Places, positions: &[u32]) {
        let count = facts.line_count();
        let Self { left, demanding, .. } = self;
        let nothing = wanted.nothing();
        if demanding.len() <= index(nothing) {
            demanding.resize(index(nothing).saturating_add(1), 0);
        }
        for (rules, left) in positions.chunks(TOGETHER).zip(left.chunks_exact_mut(count)) {
            // 1. The rules that demand each place. Those that take one of more values than there are lines are left for later.
            let (mut wide, mut mask) = (0, 1_u64);
            for position in rules {
                match wanted.demand(index(*position)) {
                    Ok(place) => change(demanding, place, |rules| rules | mask),
                    Err(several) if several.len() <= count => {
                        several.iter().for_each(|place| change(demanding, *place, |rules| rules | mask))
                    }
                    Err(_) => wide |= mask,
                }
                mask = mask.rotate_left(1);
            }
            let others = demanding.get(index(nothing)).copied().unwrap_or(0) | wide;
            // 2. What they leave of each line.
            if others != all_of(rules) || wide != 0 {
                column.each_place(facts, |line, place| {
                    if let Some(left) = left.get_mut(line) {
                        *left &= others | demanding.get(index(place)).copied().unwrap_or(0);
                    }
                });
            }
            for position in rules {
                match wanted.demand(index(*position)) {
                    Ok(place) => change(demanding, place, |_| 0),
                    Err(several) if several.len() <= count => several.iter().for_each(|place| change(demanding, *place, |_| 0)),
                    Err(_) => {}
                }
            }
            // 3. Of so many values, those of the lines are looked for.
            each_bit(wide, |bit| {
                let several = rules.get(bit).and_then(|position| wanted.demand(index(*position)).err()).unwrap_or_default();
                column.each_place(facts, |line, value| {
                    if let Some(left) = left.get_mut(line).filter(|_| several.binary_search(&value).is_err()) {
                        *left &= !place(bit).1;
                    }
                });
            });
        }
    }

    /// Keeps the rules that demand nothing of a column of thresholds, or heights among which that of the line is.
    #[inline(never)]
    fn keep_heights<F: Facts + ?Sized>(&mut self, facts: &F, column: &Column, wanted: &Spans, positions: &[u32]) {
        let count = facts.line_count();
        let Self { left, steps, .. } = self;
        for (rules, left) in positions.chunks(TOGETHER).zip(left.chunks_exact_mut(count)) {
            let spans = rules.iter().map(|position| wanted.span(index(*position)));
            if !steps.set(spans) {
                continue;
            }
            let Some(scale) = column.scale() else {
                left.iter_mut().zip(0..count).for_each(|(left, line)| *left &= steps.at(column.height(facts, line)));
                continue;
            };
            facts.each_whole(column.slot, scale, |line, whole| {
                if let Some(left) = left.get_mut(line) {
                    *left &= match whole {
                        Some(whole) => steps.at_whole(whole),
                        None => steps.at(column.height(facts, line)),
                    };
                }
            });
        }
    }
}

/// Up to 64 rules with others behind them that no bit stands for.
fn filled_up(rules: &[u32]) -> [u32; TOGETHER] {
    let mut all = [0; TOGETHER];
    all.iter_mut().zip(rules).for_each(|(place, rule)| *place = *rule);
    all
}

/// Appends the rules of the bits.
///
/// How many there are is as good as random: a few are written whether or not they are there, and what is too much is taken back, so that
/// no end of a loop has to be guessed.
#[inline]
fn push(mut left: u64, rules: &[u32; TOGETHER], matching: &mut Vec<u32>) {
    const FEW: usize = 4;
    loop {
        let (mut few, mut count) = ([0; FEW], 0_usize);
        for place in &mut few {
            count = count.wrapping_add((left != 0).into());
            // Where no bit is left, the first rule stands in for none.
            let bit = index(left.trailing_zeros()) & (TOGETHER - 1);
            *place = rules.get(bit).copied().unwrap_or_default();
            left &= left.wrapping_sub(1);
        }
        let end = matching.len().saturating_add(count);
        matching.extend_from_slice(&few);
        matching.truncate(end);
        if left == 0 {
            break;
        }
    }
}

#[inline]
fn change(demanding: &mut [u64], place: u32, change: impl Fn(u64) -> u64) {
    if let Some(rules) = demanding.get_mut(index(place)) {
        *rules = change(*rules);
    }
}

/// The bits of so many rules, up to [`TOGETHER`].
fn all_of(rules: &[u32]) -> u64 {
    if rules.len() < TOGETHER { place(rules.len()).1.wrapping_sub(1) } else { u64::MAX }
}
