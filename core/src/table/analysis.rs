//! What can be known of a table before it runs: rows that fire together, inputs for which none fires, rows that never fire.
//!
//! A row accepts a box: a set of classes per column. Two rows fire together for some input exactly when their boxes share a class in
//! every column. Whether rows leave a hole in a box is found by going through the columns and splitting the box by which rows are
//! left; equal parts are looked at once. Both are exact. The work is counted, and a search that is given up is reported.

use super::axis::{index, number};
use super::compile::Table;
use super::cover::{Cover, Exhausted, Work};
use super::index::ones;
use super::overlap::Overlaps;
use super::rows::{Cell, WrittenRow};
use super::runs::Runs;
use super::{HitPolicy, TableDef};
use crate::expr::CompileContext;
use crate::report::{Diagnostic, Diagnostics, LimitCode, Path, TableCode};

/// Pairs of rows or holes that are reported one by one; the rest is counted.
const LISTED: usize = 10;
/// What a table with a policy that allows one row must not have.
const OVERLAP: &str = "rows that overlap";

/// Reports everything that is found; false when something of it makes the table unusable.
pub(super) fn check(table: &Table, def: &TableDef, written: &[WrittenRow], path: &Path<'_>, cx: &mut CompileContext<'_>) -> bool {
    let report = Report { table, def, written, path };
    let limit = cx.limits.table_work;
    let live = report.empty_rows(cx.diagnostics);
    let outcomes = [
        (OVERLAP, report.overlaps(&live, &mut Work::new(limit), cx.diagnostics)),
        ("rows that never fire", report.shadowed(&live, &mut Work::new(limit), cx.diagnostics)),
        ("gaps", report.gaps(&live, &mut Work::new(limit), cx.diagnostics)),
    ];
    let mut good = true;
    for (sought, outcome) in outcomes {
        match outcome {
            Ok(sound) => good &= sound,
            Err(Exhausted) => {
                let message = format!("the table is too large to search it for all {sought}; the search ended after {limit} steps");
                // Rows that might overlap are no more allowed than rows that do.
                let unproven = sought == OVERLAP;
                good &= !unproven;
                let problem = if unproven {
                    Diagnostic::error(LimitCode::TooCostly, path, message)
                } else {
                    Diagnostic::warning(LimitCode::TooCostly, path, message)
                };
                cx.diagnostics.push(problem.help("split the table into smaller ones"));
            }
        }
    }
    good
}

struct Report<'a> {
    table: &'a Table,
    def: &'a TableDef,
    written: &'a [WrittenRow],
    path: &'a Path<'a>,
}

impl Report<'_> {
    /// 1. Cells that no value passes. Gives for each row whether it can fire at all.
    fn empty_rows(&self, all: &mut Diagnostics) -> Vec<bool> {
        let mut live = Vec::with_capacity(self.written.len());
        for (row, written) in self.table.rows.iter().zip(self.written) {
            let empty = row.classes.iter().position(Runs::is_empty);
            live.push(empty.is_none());
            if let Some(column) = empty {
                let cell = row.cells.get(column).map_or("", |cell| cell);
                let message = format!("no value passes `{cell}`, so the row never fires");
                let make = |path: &Path<'_>, text| Diagnostic::warning(TableCode::Unreachable, path, text);
                all.push(written.origin.report(self.def, self.path, Cell::When(column), message, make));
            }
        }
        live
    }

    /// 2. Rows that fire together where the hit policy does not allow it.
    fn overlaps(&self, live: &[bool], work: &mut Work, all: &mut Diagnostics) -> Result<bool, Exhausted> {
        let policy = self.table.policy;
        if !matches!(policy, HitPolicy::Unique | HitPolicy::Any) {
            return Ok(true);
        }
        let mut found = 0_usize;
        let mut overlaps = Overlaps::new(self.table, live);
        for upper in 0..number(self.table.rows.len()) {
            let together = overlaps.with(upper, work)?;
            for lower in ones(&together).filter(|lower| *lower > upper) {
                if policy == HitPolicy::Any && self.outputs(upper) == self.outputs(lower) {
                    continue;
                }
                found = found.saturating_add(1);
                if found <= LISTED {
                    all.push(self.overlap(upper, lower));
                }
            }
        }
        if found > LISTED {
            let message = format!("{} more pairs of rows overlap", found.saturating_sub(LISTED));
            all.error(TableCode::Overlap, self.path, message);
        }
        Ok(found == 0)
    }

    fn outputs(&self, row: u32) -> Option<&[super::Scalar]> {
        self.table.rows.get(index(row)).map(|row| &*row.outputs)
    }

    fn overlap(&self, upper: u32, lower: u32) -> Diagnostic {
        let shared = self.boxes(upper).iter().zip(self.boxes(lower)).map(|(one, other)| one.intersection(other));
        let witness = self.witness(&shared.collect::<Vec<_>>());
        let (policy, differ) = (self.table.policy.as_str(), self.table.policy == HitPolicy::Any);
        let but = if differ { ", and their outputs differ" } else { "" };
        let message = format!("{} and {} both fire {witness}{but}", self.row_name(upper), self.row_name(lower));
        let make = |path: &Path<'_>, text| {
            let diagnostic = Diagnostic::error(TableCode::Overlap, path, text);
            let help = format!("make their tests exclude each other, or choose another hit policy than `{policy}`, such as `first`");
            diagnostic.help(help)
        };
        let Some((one, other)) = self.written.get(index(upper)).zip(self.written.get(index(lower))) else {
            return make(self.path, message);
        };
        let mut diagnostic = other.origin.report(self.def, self.path, Cell::Row, message, make);
        let place = |path: &Path<'_>, text: String| Diagnostic::error(TableCode::Overlap, path, text);
        let related = one.origin.report(self.def, self.path, Cell::Row, "the other row", place);
        diagnostic.related.push(crate::report::Related { path: related.path, message: related.message });
        diagnostic
    }

    /// 3. Rows before which another one always comes.
    fn shadowed(&self, live: &[bool], work: &mut Work, all: &mut Diagnostics) -> Result<bool, Exhausted> {
        if !matches!(self.table.policy, HitPolicy::First | HitPolicy::Priority) {
            return Ok(true);
        }
        let mut overlaps = Overlaps::new(self.table, live);
        for row in (0..number(self.table.rows.len())).filter(|row| live.get(index(*row)) == Some(&true)) {
            let mut before = overlaps.with(row, work)?;
            for other in ones(&before.clone()).filter(|other| self.rank(*other) >= self.rank(row)) {
                super::index::clear(&mut before, index(other));
            }
            let alone =
                ones(&before).find(|other| self.boxes(row).iter().zip(self.boxes(*other)).all(|(mine, theirs)| mine.within(theirs)));
            if alone.is_some() || Cover::new(self.table, self.boxes(row), &before, work)?.holes(1, work)?.is_empty() {
                all.push(self.never_fires(row, alone));
            }
        }
        Ok(true)
    }

    fn rank(&self, row: u32) -> u32 {
        self.table.rows.get(index(row)).map_or(u32::MAX, |row| row.rank)
    }

    fn never_fires(&self, row: u32, alone: Option<u32>) -> Diagnostic {
        let before =
            alone.map_or_else(|| "rows that come before it together take".to_owned(), |other| format!("{} takes", self.row_name(other)));
        let message = format!("{} never fires: {before} every input that passes its tests", self.row_name(row));
        let make = |path: &Path<'_>, text| {
            Diagnostic::warning(TableCode::Unreachable, path, text).help("remove the row, or put it before the others")
        };
        match self.written.get(index(row)) {
            Some(written) => written.origin.report(self.def, self.path, Cell::Row, message, make),
            None => make(self.path, message),
        }
    }

    /// 4. Inputs for which no row fires, where the caller needs one.
    fn gaps(&self, live: &[bool], work: &mut Work, all: &mut Diagnostics) -> Result<bool, Exhausted> {
        if !self.table.policy.needs_a_row() || self.table.default.is_some() {
            return Ok(true);
        }
        let domain: Vec<Runs> = self.table.columns.iter().map(|column| column.axis.domain().clone()).collect();
        if domain.iter().any(Runs::is_empty) {
            return Ok(true);
        }
        let mut rows = Vec::new();
        super::index::all_rows(self.table.rows.len(), &mut rows);
        live.iter().enumerate().filter(|(_, live)| !**live).for_each(|(row, _)| super::index::clear(&mut rows, row));
        let holes = Cover::new(self.table, &domain, &rows, work)?.holes(LISTED.saturating_mul(8), work)?;
        for hole in holes.iter().take(LISTED) {
            let cells: Vec<String> =
                self.table.columns.iter().zip(hole).map(|(column, classes)| format!("`{}`", column.axis.cell(classes))).collect();
            let help = format!("add a row that tests {}, or give every output a `default`", cells.join(" and "));
            let message = format!("no row fires {}", self.witness(hole));
            all.push(Diagnostic::warning(TableCode::Gap, self.path, message).help(help));
        }
        if holes.len() > LISTED {
            all.warning(TableCode::Gap, self.path, "no row fires in more places than these");
        }
        Ok(true)
    }

    fn boxes(&self, row: u32) -> &[Runs] {
        self.table.rows.get(index(row)).map_or(&[], |row| &row.classes)
    }

    fn row_name(&self, row: u32) -> String {
        let named = self.written.get(index(row)).and_then(|written| written.id.as_ref());
        let place = self.written.get(index(row)).map(|written| written.origin.name(self.def)).unwrap_or_default();
        named.map_or(place.clone(), |id| format!("{place} (`{id}`)"))
    }

    /// One input of a box, as a clause: "when `document.net` is 1000 and `customer.level` is \"gold\"".
    fn witness(&self, region: &[Runs]) -> String {
        let columns = self.table.columns.iter().zip(region);
        let told = columns.filter(|(column, classes)| !column.axis.domain().within(classes));
        let values: Vec<String> = told.map(|(column, classes)| format!("`{}` {}", column.title, column.axis.example(classes))).collect();
        if values.is_empty() { "for every input".to_owned() } else { format!("when {}", values.join(" and ")) }
    }
}
