//! Which of a few rules a height fulfils: steps between the heights at which rules begin and cease to be fulfilled.

/// How many rungs lead to the steps, as a power of two: so many that few of them hold an edge.
const RUNGS: u32 = 8;
/// With the rungs of the upper end, which may lie behind these.
const MOST_RUNGS: usize = (1 << RUNGS) + 2;

/// The steps of up to 64 rules, each a bit.
#[derive(Debug, Clone, Default)]
pub(super) struct Steps {
    /// Where each step but the lowest begins, ascending, with the rules that change there; two may begin at one height. Behind the last
    /// one stands the highest number that there is.
    edges: Vec<(i64, u64)>,
    /// The rules that are fulfilled on each step.
    fulfilled: Vec<u64>,
    /// The rules that a missing value fulfils.
    missing: u64,
    /// The lowest and the highest whole number that is told apart from those beyond it; heights are twice as high.
    ends: (i64, i64),
    /// A rung is as high as two to this power.
    shift: u32,
    /// How many edges lie where each begins, or below.
    rungs: Vec<u8>,
}

impl Steps {
    /// Takes what each rule demands; whether any demands anything.
    pub fn set(&mut self, spans: impl Iterator<Item = Option<(i64, i64)>>) -> bool {
        // 1. Where rules begin and cease to be fulfilled.
        self.edges.clear();
        let (mut missing, mut lowest, mut mask) = (u64::MAX, u64::MAX, 1_u64);
        for span in spans {
            if let Some((low, high)) = span {
                missing &= !mask;
                if low > i64::MIN {
                    lowest &= !mask;
                }
                if low <= high {
                    self.add(low, mask);
                    self.add(high.saturating_add(1), mask);
                }
            }
            mask = mask.rotate_left(1);
        }
        self.missing = missing;
        // 2. What is fulfilled from each of these on.
        self.fulfilled.clear();
        self.fulfilled.push(lowest);
        let after = |fulfilled: &mut u64, (_, changed): &(i64, u64)| {
            *fulfilled ^= changed;
            Some(*fulfilled)
        };
        self.fulfilled.extend(self.edges.iter().scan(lowest, after));
        // 3. The rungs that lead there.
        self.set_rungs();
        self.edges.push((i64::MAX, 0));
        missing != u64::MAX
    }

    /// Adds an edge, unless no number is that high, or each.
    fn add(&mut self, height: i64, rules: u64) {
        if height > i64::MIN && height < i64::MAX {
            self.edges.insert(self.edges.partition_point(|(edge, _)| *edge < height), (height, rules));
        }
    }

    fn set_rungs(&mut self) {
        let edge = |edge: Option<&(i64, u64)>| edge.map_or(0, |(height, _)| *height);
        let last = edge(self.edges.last());
        self.ends.0 = edge(self.edges.first()).saturating_sub(1) >> 1;
        self.shift = self.above(last).checked_ilog2().unwrap_or(0).saturating_add(1).saturating_sub(RUNGS);
        // The upper end begins a rung, so that what is beyond all edges is there at once.
        let top = self.rung_behind(last);
        self.ends.1 = (self.ends.0 << 1).saturating_add_unsigned(top << self.shift).saturating_add(1) >> 1;
        self.rungs.clear();
        for (below, (height, _)) in (0..).zip(&self.edges) {
            let rung = usize::try_from(self.rung_behind(*height)).unwrap_or(0);
            self.rungs.extend(std::iter::repeat_n(below, rung.saturating_sub(self.rungs.len())));
        }
        let all = u8::try_from(self.edges.len()).unwrap_or(u8::MAX);
        self.rungs.resize(MOST_RUNGS, all);
    }

    /// The first rung that begins at a height or above it.
    fn rung_behind(&self, height: i64) -> u64 {
        (self.above(height).saturating_sub(1) >> self.shift).saturating_add(1)
    }

    /// How far a height is above the lower end, below which none is.
    #[inline]
    fn above(&self, height: i64) -> u64 {
        height.wrapping_sub(self.ends.0 << 1).cast_unsigned()
    }

    /// The rules that a whole number fulfils.
    #[inline]
    pub fn at_whole(&self, whole: i64) -> u64 {
        let (low, high) = self.ends;
        self.on_step(whole.max(low).min(high) << 1)
    }

    /// The rules that a value of this height fulfils, or a missing one.
    pub fn at(&self, height: Option<i64>) -> u64 {
        let (low, high) = self.ends;
        height.map_or(self.missing, |height| self.on_step(height.max(low << 1).min(high << 1)))
    }

    /// The rules that a height between the ends fulfils.
    #[inline]
    fn on_step(&self, height: i64) -> u64 {
        let rung = usize::try_from(self.above(height).wrapping_shr(self.shift)).unwrap_or(0);
        let mut passed = usize::from(self.rungs.get(rung).copied().unwrap_or(0));
        while self.edges.get(passed).is_some_and(|(edge, _)| *edge <= height) {
            passed = passed.saturating_add(1);
        }
        self.fulfilled.get(passed).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn end(number: i64, scale: u32) -> i64 {
        (number << scale).clamp(i64::MIN / 2, i64::MAX / 2)
    }

    proptest! {
        #[test]
        fn a_step_says_what_the_spans_say(
            spans in prop::collection::vec((0_u8..5, -40_i64..40, -40_i64..40), 0..=64),
            scale in prop::sample::select(vec![0_u32, 1, 3, 20, 55]),
            values in prop::collection::vec(-50_i64..50, 1..40),
        ) {
            let span = |(kind, low, high): &(u8, i64, i64)| match kind {
                0 => None,
                1 => Some((end(*low, scale), i64::MAX)),
                2 => Some((i64::MIN, end(*high, scale))),
                _ => Some((end(*low, scale), end(*high, scale))),
            };
            let spans: Vec<Option<(i64, i64)>> = spans.iter().map(span).collect();
            let mut steps = Steps::default();
            prop_assert_eq!(steps.set(spans.iter().copied()), spans.iter().any(Option::is_some));
            let bit = |set: u64, number: usize| (set >> number) & 1 == 1;
            let fulfils = |height: i64, span: &Option<(i64, i64)>| span.is_none_or(|(low, high)| low <= height && height <= high);
            let heights = values.iter().flat_map(|value| [-1, 0, 1].map(|beside| end(*value, scale) + beside));
            for height in heights.chain([i64::MIN, i64::MAX]) {
                for (number, span) in spans.iter().enumerate() {
                    prop_assert_eq!(bit(steps.at(Some(height)), number), fulfils(height, span), "{} {:?}", height, span);
                    prop_assert_eq!(bit(steps.at_whole(height >> 1), number), fulfils((height >> 1) << 1, span));
                }
            }
            for (number, span) in spans.iter().enumerate() {
                prop_assert_eq!(bit(steps.at(None), number), span.is_none());
            }
            prop_assert_eq!(steps.at_whole(i64::MAX), steps.at(Some(i64::MAX)));
            prop_assert_eq!(steps.at_whole(i64::MIN), steps.at(Some(i64::MIN)));
        }
    }
}
