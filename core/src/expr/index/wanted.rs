//! What each rule demands of one slot, rule by rule: the index turned over.

use super::column::Mark;
use super::rows::index;

/// The bit of rules that take one of several values, or none.
const SEVERAL: u32 = 1 << 31;

/// What the rules of a column demand.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    Places(Places),
    Spans(Spans),
}

/// The places of the values that will do, by the position of the rule.
#[derive(Debug, Clone)]
pub(super) struct Places {
    cells: Vec<u32>,
    /// The place of rules that demand nothing: behind those of all values.
    nothing: u32,
    /// What [`SEVERAL`] leads to, ascending.
    several: Vec<Box<[u32]>>,
}

/// The first and the last height that will do, by the position of the rule.
#[derive(Debug, Clone)]
pub(super) struct Spans(Vec<(i64, i64)>);

impl Wanted {
    /// Whether what a value is fulfils what the rule at this position demands.
    pub fn by(&self, mark: Mark, position: usize) -> bool {
        match (self, mark) {
            (Self::Places(places), Mark::Place(place)) => places.is_any(position, |wanted| wanted == place),
            (Self::Places(places), _) => places.is_any(position, |_| false),
            (Self::Spans(spans), Mark::Height(height)) => spans.span(position).is_none_or(|(low, high)| low <= height && height <= high),
            (Self::Spans(spans), _) => spans.span(position).is_none(),
        }
    }
}

impl Places {
    /// By position the places that will do, below this number; none where the rule demands nothing.
    pub fn new(wanted: Vec<Option<Vec<u32>>>, nothing: u32) -> Self {
        let mut several = Vec::new();
        let cell = |places: Option<Vec<u32>>| match places.as_deref() {
            None => nothing,
            Some([place]) => *place,
            Some(places) => {
                let mut places: Box<[u32]> = places.into();
                places.sort_unstable();
                let number = u32::try_from(several.len()).unwrap_or(u32::MAX);
                several.push(places);
                number | SEVERAL
            }
        };
        Self { cells: wanted.into_iter().map(cell).collect(), nothing, several }
    }

    /// The place of rules that demand nothing.
    pub fn nothing(&self) -> u32 {
        self.nothing
    }

    /// The place that the rule at this position demands, or that of rules that demand nothing; or else the places, ascending, of which it
    /// demands one. Nothing fulfils none of none.
    #[inline]
    pub fn demand(&self, position: usize) -> Result<u32, &[u32]> {
        match self.cells.get(position) {
            Some(cell) if cell & SEVERAL == 0 => Ok(*cell),
            Some(cell) => Err(self.several.get(index(cell & !SEVERAL)).map(Box::as_ref).unwrap_or_default()),
            None => Ok(self.nothing),
        }
    }

    /// Whether the rule at this position demands nothing, or a place that will do.
    #[inline]
    pub fn is_any(&self, position: usize, will_do: impl Fn(u32) -> bool) -> bool {
        match self.demand(position) {
            Ok(place) => place == self.nothing || will_do(place),
            Err(places) => places.iter().any(|place| will_do(*place)),
        }
    }
}

impl Spans {
    /// A rule that demands nothing: no bound reaches these ends.
    const EVERYTHING: (i64, i64) = (i64::MIN, i64::MAX);

    /// By position the heights that will do; none where the rule demands nothing.
    pub fn new(spans: &[Option<(i64, i64)>]) -> Self {
        Self(spans.iter().map(|span| span.unwrap_or(Self::EVERYTHING)).collect())
    }

    /// What the rule at this position demands, if anything: nothing fulfils a span whose first height is above its last.
    #[inline]
    pub fn span(&self, position: usize) -> Option<(i64, i64)> {
        self.0.get(position).copied().filter(|span| *span != Self::EVERYTHING)
    }
}
