//! One column of the index: which rules the values of a slot fulfil.

use super::super::{Facts, Literal, Scope, Slot};
use super::bounds::Bounds;
use super::demand::{Demand, Range};
use super::rows::{Rows, bytes_for, index};
use super::wanted::{Places, Spans, Wanted};
use crate::id::{Map, Symbol};
use crate::sort;

/// What a value is in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mark {
    /// Missing, or of a type of which no rule demands anything.
    #[default]
    Missing,
    /// One of the values that rules demand, or one that lies among them.
    Place(u32),
    /// Among the thresholds.
    Height(i64),
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub slot: Slot,
    /// The rules that each value fulfils, or may fulfil; none for a column of lines in an index of many rules.
    pub rows: Rows,
    /// What each rule demands, by position.
    pub wanted: Wanted,
    lookup: Lookup,
}

#[derive(Debug, Clone)]
enum Lookup {
    /// Texts whose symbols lie close together, by the place of the symbol behind the first one: the row of each; 0 for the gaps.
    Symbols { first: u32, rows: Vec<u32> },
    /// The places of values; the row is one more.
    Values(Map<Literal, u32>),
    /// The row of an interval is its number without the last `shift` bits, plus one.
    Thresholds { bounds: Bounds, shift: u32 },
}

/// In which form a column keeps rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Not at all.
    Nothing,
    /// Each only with its own words.
    Sparse,
    /// In full, as long as they fit in so many bytes.
    Full(usize),
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

    pub fn column(&self, keep: Keep) -> Column {
        if self.demands.iter().flatten().any(|demand| matches!(demand, Demand::Range(_))) {
            self.thresholds(keep)
        } else {
            self.values(keep)
        }
    }

    fn values(&self, keep: Keep) -> Column {
        // 1. Number the values.
        let mut map: Map<Literal, u32> = Map::default();
        let values = |demand: &Option<Demand>| if let Some(Demand::Values(values)) = demand { Some(values.clone()) } else { None };
        let demanded: Vec<Option<Vec<Literal>>> = self.demands.iter().map(values).collect();
        for value in demanded.iter().flatten().flatten() {
            let next = u32::try_from(map.len()).unwrap_or(u32::MAX);
            map.entry(*value).or_insert(next);
        }
        let count = map.len().saturating_add(1);
        let lookup = Lookup::of(map);
        // 2. What each rule demands, by the places of the values.
        let places = |values: &Vec<Literal>| values.iter().filter_map(|value| lookup.place_of(*value)).collect::<Vec<u32>>();
        let wanted: Vec<Option<Vec<u32>>> = demanded.iter().map(|values| values.as_ref().map(places)).collect();
        // 3. Which rules each value fulfils.
        let in_rows = wanted.iter().enumerate().flat_map(|(position, places)| places.iter().flatten().map(move |place| (*place, position)));
        let pairs = in_rows.map(|(place, position)| (lookup.row(Mark::Place(place)), position));
        let rules = self.demands.len();
        let rows = match keep {
            Keep::Nothing => Rows::default(),
            Keep::Full(bytes) if count <= full_rows(bytes, rules) => {
                let mut rows = Rows::dense(rules, count, self.any());
                pairs.for_each(|(row, position)| rows.add(row, position));
                rows.summarize();
                rows
            }
            Keep::Full(_) | Keep::Sparse => Rows::sparse(rules, count, self.any(), pairs.collect()),
        };
        let behind = u32::try_from(lookup.place_count()).unwrap_or(u32::MAX);
        Column { slot: self.slot, rows, wanted: Wanted::Places(Places::new(wanted, behind)), lookup }
    }

    fn thresholds(&self, keep: Keep) -> Column {
        // 1. All bounds, sorted; a rule's range becomes a range of heights.
        let range = |demand: &Option<Demand>| if let Some(Demand::Range(range)) = demand { Some(*range) } else { None };
        let ranges: Vec<Option<Range>> = self.demands.iter().map(range).collect();
        let mut ends: Vec<Literal> = ranges.iter().flatten().flat_map(|range| [range.low, range.high]).flatten().map(|end| end.0).collect();
        sort::ascending(&mut ends);
        ends.dedup();
        let bounds = Bounds::new(&ends);
        let spans: Vec<Option<(i64, i64)>> = ranges.iter().map(|range| range.as_ref().map(|range| bounds.span(range))).collect();
        // 2. One row per interval; per two, four, ... when that would be too many.
        let mut rows = Rows::default();
        let mut shift = 0;
        if let Keep::Full(bytes) = keep {
            let last = bounds.last_interval();
            let rows_at = |shift: u32| usize::try_from(last >> shift).unwrap_or(usize::MAX).saturating_add(2);
            let most_rows = full_rows(bytes, self.demands.len()).max(LEAST_ROWS);
            shift = (0..20).find(|shift| rows_at(*shift) <= most_rows).unwrap_or(20);
            rows = Rows::dense(self.demands.len(), rows_at(shift), self.any());
            for (position, span) in spans.iter().enumerate() {
                let Some((from, to)) = span.filter(|(from, to)| from <= to) else { continue };
                for row in row_number(bounds.interval(from), shift)..=row_number(bounds.interval(to), shift) {
                    rows.add(row, position);
                }
            }
            rows.summarize();
        }
        Column { slot: self.slot, rows, wanted: Wanted::Spans(Spans::new(&spans)), lookup: Lookup::Thresholds { bounds, shift } }
    }
}

/// How many full rows fit in so many bytes.
fn full_rows(bytes: usize, rules: usize) -> usize {
    bytes.checked_div(bytes_for(rules)).unwrap_or(0)
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
        for (value, number) in &map {
            let Literal::Text(symbol) = value else { continue };
            if let Some(row) = rows.get_mut(index(symbol.number().wrapping_sub(first))) {
                *row = number.saturating_add(1);
            }
        }
        Self::Symbols { first, rows }
    }

    /// The place of a value that a rule demands.
    fn place_of(&self, value: Literal) -> Option<u32> {
        match (self, value) {
            (Self::Symbols { first, .. }, Literal::Text(symbol)) => Some(symbol.number().wrapping_sub(*first)),
            (Self::Values(map), value) => map.get(&value).copied(),
            _ => None,
        }
    }

    fn place_count(&self) -> usize {
        match self {
            Self::Symbols { rows, .. } => rows.len(),
            Self::Values(map) => map.len(),
            Self::Thresholds { .. } => 0,
        }
    }

    fn row(&self, mark: Mark) -> u32 {
        match (self, mark) {
            (Self::Symbols { rows, .. }, Mark::Place(place)) => row_at(rows, place),
            (Self::Values(_), Mark::Place(place)) => place.saturating_add(1),
            (Self::Thresholds { bounds, shift }, Mark::Height(height)) => row_number(bounds.interval(height), *shift),
            _ => 0,
        }
    }
}

/// What a text is in a column of texts whose first symbol has this number: a text that no rule demands may lie far off.
#[inline]
fn place_behind(first: u32, symbol: Option<Symbol>) -> u32 {
    symbol.map_or(u32::MAX, |symbol| symbol.number().wrapping_sub(first))
}

/// The row of a text at this place.
#[inline]
fn row_at(rows: &[u32], place: u32) -> u32 {
    rows.get(index(place)).copied().unwrap_or(0)
}

impl Column {
    /// Whether the slot has no value there: a line's, where no line is asked for.
    #[inline]
    fn is_out_of_reach(&self, line: Option<usize>) -> bool {
        line.is_none() && self.slot.scope == Scope::Line
    }

    /// What the value of the column's slot is in this column.
    pub fn mark<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Mark {
        if self.is_out_of_reach(line) {
            return Mark::Missing;
        }
        match &self.lookup {
            Lookup::Symbols { first, .. } => Mark::Place(place_behind(*first, facts.symbol(self.slot, line))),
            Lookup::Values(map) => {
                let place = Literal::of(facts.value(self.slot, line)).and_then(|value| map.get(&value).copied());
                place.map_or(Mark::Missing, Mark::Place)
            }
            Lookup::Thresholds { bounds, .. } => bounds.height_of(facts, self.slot, line).map_or(Mark::Missing, Mark::Height),
        }
    }

    /// The row of the value of the column's slot.
    #[inline]
    pub fn row_of<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> u32 {
        match &self.lookup {
            _ if self.is_out_of_reach(line) => 0,
            // Texts, dates and numbers, as nearly all values are, have a row without a mark in between.
            Lookup::Symbols { first, rows } => row_at(rows, place_behind(*first, facts.symbol(self.slot, line))),
            Lookup::Thresholds { bounds, shift } => {
                bounds.height_of(facts, self.slot, line).map_or(0, |height| row_number(bounds.interval(height), *shift))
            }
            Lookup::Values(_) => self.row(self.mark(facts, line)),
        }
    }

    /// The row of a value: row 0 when it is missing, or no rule demands it.
    #[inline]
    pub fn row(&self, mark: Mark) -> u32 {
        self.lookup.row(mark)
    }

    /// How many values rules demand.
    fn value_count(&self) -> usize {
        match &self.lookup {
            Lookup::Symbols { rows, .. } => rows.iter().filter(|row| **row != 0).count(),
            Lookup::Values(map) => map.len(),
            Lookup::Thresholds { .. } => 0,
        }
    }

    /// How many places there are for values.
    pub fn place_count(&self) -> usize {
        self.lookup.place_count()
    }

    /// Shows the place of every line's value, with the line's number; the highest place for those without.
    #[inline]
    pub fn each_place<F: Facts + ?Sized>(&self, facts: &F, mut see: impl FnMut(usize, u32)) {
        if let Lookup::Symbols { first, .. } = &self.lookup {
            facts.each_symbol(self.slot, |line, symbol| see(line, place_behind(*first, symbol)));
        } else {
            let place = |line| if let Mark::Place(place) = self.mark(facts, Some(line)) { place } else { u32::MAX };
            (0..facts.line_count()).for_each(|line| see(line, place(line)));
        }
    }

    /// How many digits after the point numbers have that are half a [`Column::height`]; none where no number is.
    pub const fn scale(&self) -> Option<u32> {
        if let Lookup::Thresholds { bounds, .. } = &self.lookup { bounds.scale() } else { None }
    }

    /// The height of a line's value; none where it is missing.
    pub fn height<F: Facts + ?Sized>(&self, facts: &F, line: usize) -> Option<i64> {
        if let Mark::Height(height) = self.mark(facts, Some(line)) { Some(height) } else { None }
    }

    /// Sorts the columns that leave few rules over before those that leave many.
    pub fn selectivity(&self) -> (bool, std::cmp::Reverse<usize>) {
        (matches!(self.lookup, Lookup::Thresholds { .. }), std::cmp::Reverse(self.value_count()))
    }

    /// Whether a set bit may need [`Wanted::by`], because several intervals share a row.
    pub fn is_coarse(&self) -> bool {
        matches!(self.lookup, Lookup::Thresholds { shift: 1.., .. })
    }
}
