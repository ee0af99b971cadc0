//! Whether rows leave a hole in a box, exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::axis::index;
use super::compile::Table;
use super::index::{ones, set};
use super::runs::Runs;

/// The work that one search may still do, in steps of about one instruction on one word.
#[derive(Debug)]
pub(super) struct Work(u64);

/// The search was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Work {
    pub const fn new(limit: u64) -> Self {
        Self(limit)
    }

    pub fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(u64::try_from(steps).unwrap_or(u64::MAX)).ok_or(Exhausted)?;
        Ok(())
    }
}

/// The search for the parts of a box that no row covers.
pub(super) struct Cover<'a> {
    table: &'a Table,
    region: &'a [Runs],
    rows: &'a [u64],
    /// For each column the rows that cover the box in it and in all columns after it.
    rest_covered: Vec<Vec<u64>>,
    /// Columns and rows left there, of which it is known that they leave no hole.
    sound: BTreeSet<(usize, Vec<u64>)>,
    holes: Vec<Vec<Runs>>,
    wanted: usize,
}

impl<'a> Cover<'a> {
    /// The search in `region` (a set of classes per column) with these rows.
    pub fn new(table: &'a Table, region: &'a [Runs], rows: &'a [u64], work: &mut Work) -> Result<Self, Exhausted> {
        let mut covering = rows.to_vec();
        let mut rest_covered = vec![covering.clone()];
        for (column, wanted) in region.iter().enumerate().rev() {
            let mut still = vec![0; covering.len()];
            for row in ones(&covering) {
                work.spend(1)?;
                let classes = table.rows.get(index(row)).and_then(|row| row.classes.get(column));
                if classes.is_some_and(|classes| wanted.within(classes)) {
                    set(&mut still, index(row));
                }
            }
            covering = still;
            rest_covered.push(covering.clone());
        }
        rest_covered.reverse();
        Ok(Self { table, region, rows, rest_covered, sound: BTreeSet::new(), holes: Vec::new(), wanted: 0 })
    }

    /// Parts of the box that no row covers, at most about `wanted`; none when the rows cover it all.
    pub fn holes(mut self, wanted: usize, work: &mut Work) -> Result<Vec<Vec<Runs>>, Exhausted> {
        self.wanted = wanted;
        self.search(&mut Vec::new(), self.rows, work)?;
        Ok(merged(self.holes))
    }

    /// Looks at the part of the box that is fixed in the columns of `part` and in which the rows `left` remain. True when they
    /// leave no hole.
    fn search(&mut self, part: &mut Vec<Runs>, left: &[u64], work: &mut Work) -> Result<bool, Exhausted> {
        work.spend(left.len().saturating_add(1))?;
        let column = part.len();
        if left.iter().all(|word| *word == 0) {
            let rest = self.region.get(column..).unwrap_or_default();
            self.holes.push(part.iter().chain(rest).cloned().collect());
            return Ok(false);
        }
        let covering = self.rest_covered.get(column).map_or(&[][..], Vec::as_slice);
        let key = (column, left.to_vec());
        if left.iter().zip(covering).any(|(left, covering)| left & covering != 0) || self.sound.contains(&key) {
            return Ok(true);
        }
        let mut sound = true;
        for (left, ranges) in self.split(column, left, work)? {
            if self.holes.len() >= self.wanted {
                return Ok(false);
            }
            part.push(Runs::union(ranges));
            sound &= self.search(part, &left, work)?;
            part.pop();
        }
        if sound {
            self.sound.insert(key);
        }
        Ok(sound)
    }

    /// Splits a column of the box by which rows remain.
    fn split(&self, column: usize, left: &[u64], work: &mut Work) -> Result<BTreeMap<Vec<u64>, Vec<Range<u32>>>, Exhausted> {
        let mut parts: BTreeMap<Vec<u64>, Vec<Range<u32>>> = BTreeMap::new();
        let mut spare = vec![0; left.len()];
        let (Some(tested), Some(classes)) = (self.table.columns.get(column), self.region.get(column)) else {
            return Ok(parts);
        };
        for class in classes.numbers() {
            work.spend(left.len())?;
            let mut remaining = left.to_vec();
            tested.index.retain(class, &mut remaining, &mut spare);
            parts.entry(remaining).or_default().push(class..class.saturating_add(1));
        }
        Ok(parts)
    }
}

/// Joins parts that differ in one column only.
fn merged(mut parts: Vec<Vec<Runs>>) -> Vec<Vec<Runs>> {
    loop {
        let pair = (0..parts.len()).find_map(|one| {
            let others = one.saturating_add(1)..parts.len();
            others.into_iter().find_map(|other| Some((one, other, joined(parts.get(one)?, parts.get(other)?)?)))
        });
        let Some((one, other, joined)) = pair else { return parts };
        parts.swap_remove(other);
        if let Some(place) = parts.get_mut(one) {
            *place = joined;
        }
    }
}

fn joined(one: &[Runs], other: &[Runs]) -> Option<Vec<Runs>> {
    let differing = one.iter().zip(other).filter(|(a, b)| a != b).count();
    let join = |(a, b): (&Runs, &Runs)| Runs::union(a.ranges().chain(b.ranges()).collect());
    (differing == 1).then(|| one.iter().zip(other).map(join).collect())
}
