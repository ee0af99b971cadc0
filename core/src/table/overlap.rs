//! Which rows can fire together with a given one.

use std::collections::BTreeMap;

use super::axis::index;
use super::compile::{Column, Table};
use super::cover::{Exhausted, Work};
use super::index::{all_rows, clear, intersect, set, word_count};
use super::runs::Runs;
use crate::sort;

/// Words of remembered answers per column before they are forgotten again.
const REMEMBERED_WORDS: usize = 1 << 20;

/// Finds the rows whose boxes share a class with a row's box in every column.
pub(super) struct Overlaps<'a> {
    table: &'a Table,
    live: Vec<u64>,
    columns: Vec<Touching<'a>>,
}

impl<'a> Overlaps<'a> {
    /// The search among the rows that can fire at all.
    pub fn new(table: &'a Table, live: &[bool]) -> Self {
        let mut rows = Vec::new();
        all_rows(table.rows.len(), &mut rows);
        live.iter().enumerate().filter(|(_, live)| !**live).for_each(|(row, _)| clear(&mut rows, row));
        let columns = table.columns.iter().enumerate().map(|(at, column)| Touching::new(table, at, column)).collect();
        Self { table, live: rows, columns }
    }

    /// The rows that can fire together with the row, without itself.
    pub fn with(&mut self, row: u32, work: &mut Work) -> Result<Vec<u64>, Exhausted> {
        let mut together = self.live.clone();
        let boxes = self.table.rows.get(index(row)).map_or(&[][..], |row| &row.classes);
        for (column, classes) in self.columns.iter_mut().zip(boxes) {
            intersect(&mut together, column.rows(classes, work)?);
        }
        clear(&mut together, index(row));
        Ok(together)
    }
}

/// The rows of one column by the classes that they share.
struct Touching<'a> {
    column: &'a Column,
    /// Each run of each row, by its first class.
    starts: Vec<(u32, u32)>,
    known: BTreeMap<&'a Runs, Vec<u64>>,
    words: usize,
}

impl<'a> Touching<'a> {
    fn new(table: &'a Table, at: usize, column: &'a Column) -> Self {
        let runs = table.rows.iter().zip(0_u32..).filter_map(|(row, number)| Some((row.classes.get(at)?, number)));
        let mut starts: Vec<(u32, u32)> =
            runs.flat_map(|(runs, row)| runs.ranges().map(move |run| (run.start, row)).collect::<Vec<_>>()).collect();
        sort::ascending(&mut starts);
        Self { column, starts, known: BTreeMap::new(), words: word_count(table.rows.len()) }
    }

    /// The rows that accept one of the classes: those that accept the first of a run, and those that begin later in it.
    fn rows(&mut self, classes: &'a Runs, work: &mut Work) -> Result<&[u64], Exhausted> {
        work.spend(self.words)?;
        if self.known.len().saturating_mul(self.words) > REMEMBERED_WORDS {
            self.known.clear();
        }
        if !self.known.contains_key(classes) {
            let mut touching = vec![0; self.words];
            let mut spare = vec![0; self.words];
            for run in classes.ranges() {
                let mut first = vec![u64::MAX; self.words];
                self.column.index.retain(run.start, &mut first, &mut spare);
                touching.iter_mut().zip(&first).for_each(|(word, more)| *word |= more);
                let later = self.starts.partition_point(|start| start.0 <= run.start);
                for (_, row) in self.starts.iter().skip(later).take_while(|start| start.0 < run.end) {
                    work.spend(1)?;
                    set(&mut touching, index(*row));
                }
                work.spend(self.words)?;
            }
            self.known.insert(classes, touching);
        }
        Ok(self.known.get(classes).map_or(&[], Vec::as_slice))
    }
}
