//! One column of the index: from the value of a slot to the row of rules that it fulfils.

use super::super::{Facts, Literal, Scope, Slot};
use super::bounds::Bounds;
use super::demand::{Demand, Range};
use super::rows::{Rows, words_for};
use crate::id::{Map, Symbol};
use crate::sort;

/// What a value is in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pick {
    /// The row of the rules that the value fulfils, or may fulfil.
    pub row: u32,
    /// The interval of a threshold column in which the value lies.
    interval: u32,
}

/// The values of a column's slot, line by line.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers {
    symbols: Vec<Option<Symbol>>,
    wholes: Vec<Option<i64>>,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub slot: Slot,
    pub rows: Rows,
    lookup: Lookup,
    /// Where a row stands for several intervals: the first and the last interval of each rule, by position.
    exact: Option<Vec<(u32, u32)>>,
}

#[derive(Debug, Clone)]
enum Lookup {
    /// The rows of texts whose symbols lie close together, by symbol; 0 for the gaps.
    Symbols {
        first: u32,
        rows: Vec<u32>,
    },
    Values(Map<Literal, u32>),
    /// The row of an interval is its number without the last `shift` bits, plus one.
    Thresholds {
        bounds: Bounds,
        shift: u32,
    },
}

/// The demands that one column answers, by the position of the rule.
pub(super) struct Draft {
    pub slot: Slot,
    /// By position; none where the rule demands nothing of the slot.
    pub demands: Vec<Option<Demand>>,
}

impl Draft {
    fn any(&self) -> impl Iterator<Item = usize> {
        self.demands.iter().enumerate().filter(|(_, demand)| demand.is_none()).map(|(position, _)| position)
    }

    /// Builds the column within so many bytes of full rows.
    pub fn column(&self, bytes: usize) -> Column {
        let row_bytes = words_for(self.demands.len()).saturating_mul(8).max(1);
        let rows = bytes.checked_div(row_bytes).unwrap_or(0);
        if self.demands.iter().flatten().any(|demand| matches!(demand, Demand::Range(_))) {
            self.thresholds(rows)
        } else {
            self.values(rows)
        }
    }

    fn values(&self, most_rows: usize) -> Column {
        let mut map: Map<Literal, u32> = Map::default();
        let mut pairs = Vec::new();
        for (position, demand) in self.demands.iter().enumerate() {
            let Some(Demand::Values(values)) = demand else { continue };
            for value in values {
                let next = u32::try_from(map.len()).unwrap_or(u32::MAX).saturating_add(1);
                let row = *map.entry(*value).or_insert(next);
                pairs.push((row, position));
            }
        }
        let count = map.len().saturating_add(1);
        let rules = self.demands.len();
        let rows = if count <= most_rows {
            let mut rows = Rows::dense(rules, count, self.any());
            pairs.iter().for_each(|(row, position)| rows.add(*row, *position));
            rows.summarize();
            rows
        } else {
            Rows::sparse(rules, count, self.any(), pairs)
        };
        Column { slot: self.slot, rows, lookup: Lookup::of(map), exact: None }
    }

    fn thresholds(&self, most_rows: usize) -> Column {
        // 1. All bounds, sorted; a rule's range becomes a range of intervals.
        let range = |demand: &Option<Demand>| if let Some(Demand::Range(range)) = demand { Some(*range) } else { None };
        let ranges: Vec<Option<Range>> = self.demands.iter().map(range).collect();
        let mut ends: Vec<Literal> = ranges.iter().flatten().flat_map(|range| [range.low, range.high]).flatten().map(|end| end.0).collect();
        sort::ascending(&mut ends);
        ends.dedup();
        let bounds = Bounds::new(&ends);
        let spans: Vec<Option<(u32, u32)>> = ranges.iter().map(|range| range.as_ref().map(|range| bounds.span(range))).collect();
        // 2. One row per interval; per two, four, ... when that would be too many.
        let last = bounds.last_interval();
        let rows_at = |shift: u32| usize::try_from(last >> shift).unwrap_or(usize::MAX).saturating_add(2);
        let shift = (0..20).find(|shift| rows_at(*shift) <= most_rows.max(LEAST_ROWS)).unwrap_or(20);
        let mut rows = Rows::dense(self.demands.len(), rows_at(shift), self.any());
        for (position, span) in spans.iter().enumerate() {
            let Some((from, to)) = span.filter(|(from, to)| from <= to) else { continue };
            for row in row_number(from, shift)..=row_number(to, shift) {
                rows.add(row, position);
            }
        }
        rows.summarize();
        let exact = (shift > 0).then(|| spans.iter().map(|span| span.unwrap_or((0, u32::MAX))).collect());
        Column { slot: self.slot, rows, lookup: Lookup::Thresholds { bounds, shift }, exact }
    }
}

/// So coarse may a threshold column become, whatever the budget.
const LEAST_ROWS: usize = 34;

/// The row of an interval, of which so many as the shift says share one; row 0 is for missing values.
#[inline]
fn row_number(interval: u32, shift: u32) -> u32 {
    interval.wrapping_shr(shift).saturating_add(1)
}

impl Lookup {
    /// A table by symbol when that is not mostly gaps.
    fn of(map: Map<Literal, u32>) -> Self {
        let symbols: Option<Vec<u32>> =
            map.keys().map(|value| if let Literal::Text(symbol) = value { Some(symbol.number()) } else { None }).collect();
        let Some((Some(first), Some(last))) = symbols.map(|symbols| (symbols.iter().min().copied(), symbols.iter().max().copied())) else {
            return Self::Values(map);
        };
        let span = usize::try_from(last.abs_diff(first)).unwrap_or(usize::MAX).saturating_add(1);
        if span > map.len().saturating_mul(8).saturating_add(1_024) {
            return Self::Values(map);
        }
        let mut rows = vec![0; span];
        for (value, row) in &map {
            let Literal::Text(symbol) = value else { continue };
            let place = usize::try_from(symbol.number().abs_diff(first)).ok().and_then(|place| rows.get_mut(place));
            if let Some(place) = place {
                *place = *row;
            }
        }
        Self::Symbols { first, rows }
    }
}

impl Column {
    /// What the value of the column's slot is in this column.
    pub fn pick<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Pick {
        if line.is_none() && self.slot.scope == Scope::Line {
            return Pick::default();
        }
        match &self.lookup {
            Lookup::Symbols { first, rows } => {
                let symbol = facts.symbol(self.slot, line);
                let place = symbol.and_then(|symbol| symbol.number().checked_sub(*first)).and_then(|place| usize::try_from(place).ok());
                Pick { row: place.and_then(|place| rows.get(place)).copied().unwrap_or(0), interval: 0 }
            }
            Lookup::Values(map) => {
                let row = Literal::of(facts.value(self.slot, line)).and_then(|value| map.get(&value).copied());
                Pick { row: row.unwrap_or(0), interval: 0 }
            }
            Lookup::Thresholds { bounds, shift } => match bounds.interval_of(facts, self.slot, line) {
                Some(interval) => Pick { row: row_number(interval, *shift), interval },
                None => Pick::default(),
            },
        }
    }

    /// Calls `each` with [`Column::pick`] of every line: one look at the column for all of them.
    #[inline]
    pub fn each_pick<F: Facts + ?Sized>(&self, facts: &F, buffers: &mut Buffers, mut each: impl FnMut(Pick)) {
        match &self.lookup {
            Lookup::Symbols { first, rows: by_symbol } => {
                buffers.symbols.clear();
                facts.symbols(self.slot, &mut buffers.symbols);
                let place = |symbol: Symbol| usize::try_from(symbol.number().wrapping_sub(*first)).unwrap_or(usize::MAX);
                for symbol in &buffers.symbols {
                    let row = symbol.and_then(|symbol| by_symbol.get(place(symbol)).copied()).unwrap_or(0);
                    each(Pick { row, interval: 0 });
                }
            }
            Lookup::Values(_) => (0..facts.line_count()).for_each(|line| each(self.pick(facts, Some(line)))),
            Lookup::Thresholds { bounds, shift } => bounds.intervals(facts, self.slot, &mut buffers.wholes, |interval| {
                each(interval.map_or(Pick::default(), |interval| Pick { row: row_number(interval, *shift), interval }));
            }),
        }
    }

    /// Whether the rule at this position, whose bit is set in the row, is really fulfilled.
    pub fn confirms(&self, pick: Pick, position: usize) -> bool {
        let Some(exact) = &self.exact else { return true };
        exact.get(position).is_some_and(|(from, to)| *from <= pick.interval && pick.interval <= *to)
    }

    /// Sorts the columns that leave few rules over before those that leave many.
    pub fn selectivity(&self) -> (bool, std::cmp::Reverse<usize>) {
        (matches!(self.lookup, Lookup::Thresholds { .. }), std::cmp::Reverse(self.rows.count()))
    }

    /// Whether a set bit may need [`Column::confirms`].
    pub fn is_coarse(&self) -> bool {
        self.exact.is_some()
    }
}
