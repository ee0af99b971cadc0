//! The partition of a column's domain into classes of values that no cell of the column tells apart.
//!
//! The bounds of all cells, sorted, split numbers and dates into points and the open stretches between them: with points
//! `p0 < p1`, class 0 is below `p0`, class 1 is `p0`, class 2 lies between, class 3 is `p1`, class 4 is above. Texts have a class
//! each and one more for all others; false and true are classes 0 and 1. An input that may be missing has a last class for that,
//! which only `-` accepts. What a cell demands is then a set of classes, and everything that the analysis says about classes holds
//! for the values in them.

use super::cell::{Bound, Item, Test};
use super::lookup::{Numbers, SymbolClasses};
use super::runs::Runs;
use super::{OutputType as Kind, Scalar};
use crate::expr::Value;
use crate::id::Symbols;
use crate::sort;
use crate::{Date, Decimal};

/// The classes of one column.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    partition: Partition,
    /// Whether there is a class for a missing value.
    optional: bool,
    /// The classes in which something lies that can occur.
    domain: Runs,
}

/// What is known of the values of a column before its cells are looked at.
#[derive(Debug)]
pub(super) struct Values {
    pub kind: Kind,
    /// Whether there may be none.
    pub optional: bool,
    /// The only texts that can occur.
    pub one_of: Option<Vec<Box<str>>>,
    /// The author's own limit of the domain.
    pub allowed: Option<Test>,
}

#[derive(Debug, Clone)]
enum Partition {
    Bool,
    Numbers(Numbers),
    Dates(Vec<Date>),
    Texts { values: Vec<Box<str>>, by_symbol: SymbolClasses, closed: bool },
}

impl Axis {
    /// Splits the domain by everything that the tests name.
    pub fn new<'t>(values: &'t Values, tests: impl Iterator<Item = &'t Test>, symbols: &mut Symbols) -> Self {
        let named = tests.chain(&values.allowed).flat_map(|test| test.items.iter()).flat_map(named_values);
        let one_of = values.one_of.as_deref();
        let partition = match values.kind {
            Kind::Bool => Partition::Bool,
            Kind::Number => {
                let points = named.filter_map(|value| if let Scalar::Number(number) = value { Some(*number) } else { None });
                Partition::Numbers(Numbers::new(sorted(points)))
            }
            Kind::Date => {
                Partition::Dates(sorted(named.filter_map(|value| if let Scalar::Date(date) = value { Some(*date) } else { None })))
            }
            Kind::Text => {
                let texts = named.filter_map(|value| if let Scalar::Text(text) = value { Some(text.clone()) } else { None });
                let texts = sorted(texts.chain(one_of.unwrap_or_default().iter().cloned()));
                let by_symbol = SymbolClasses::new(texts.iter().zip(0..).map(|(text, class)| (symbols.intern(text), class)).collect());
                Partition::Texts { values: texts, by_symbol, closed: one_of.is_some() }
            }
        };
        let mut axis = Self { partition, optional: values.optional, domain: Runs::default() };
        let inhabited =
            (0..axis.value_classes()).filter(|class| axis.value_in(*class).is_some()).map(|class| class..class.saturating_add(1));
        axis.domain = Runs::union(inhabited.collect());
        if let Some(test) = &values.allowed {
            axis.domain = axis.classes(test);
        }
        if let Some(missing) = axis.missing() {
            axis.domain = Runs::union(axis.domain.ranges().chain(std::iter::once(missing..missing.saturating_add(1))).collect());
        }
        axis
    }

    /// How many classes there are, those without values included.
    pub fn class_count(&self) -> u32 {
        self.value_classes().saturating_add(u32::from(self.optional))
    }

    /// The class of a missing value.
    fn missing(&self) -> Option<u32> {
        self.optional.then(|| self.value_classes())
    }

    fn value_classes(&self) -> u32 {
        let split = |points: usize| number(points).saturating_mul(2).saturating_add(1);
        match &self.partition {
            Partition::Bool => 2,
            Partition::Numbers(numbers) => split(numbers.points.len()),
            Partition::Dates(points) => split(points.len()),
            Partition::Texts { values, .. } => number(values.len()).saturating_add(1),
        }
    }

    /// The classes in which some value lies that can occur.
    pub const fn domain(&self) -> &Runs {
        &self.domain
    }

    /// The class of a value; none when it is not of the column's kind, or missing where it must not be.
    pub fn class_of(&self, value: &Value<'_>) -> Option<u32> {
        match (&self.partition, value) {
            (_, Value::Missing) => self.missing(),
            (Partition::Bool, Value::Bool(value)) => Some(u32::from(*value)),
            (Partition::Numbers(numbers), Value::Number(value)) => Some(numbers.class_of(*value)),
            (Partition::Dates(points), Value::Date(value)) => Some(split_by(points, value)),
            (Partition::Texts { values, by_symbol, .. }, Value::Text(value)) => {
                let by_symbol = value.symbol.map(|symbol| by_symbol.get(symbol));
                let class = by_symbol.unwrap_or_else(|| values.binary_search_by(|known| known.as_ref().cmp(value.text)).ok().map(number));
                Some(class.unwrap_or_else(|| number(values.len())))
            }
            _ => None,
        }
    }

    /// The classes of the values that pass the test.
    pub fn classes(&self, test: &Test) -> Runs {
        if *test == Test::ANY {
            return self.domain.clone();
        }
        let named = Runs::union(test.items.iter().map(|item| self.item(item)).collect());
        let passed = if test.negated { named.complement(self.value_classes()) } else { named };
        passed.intersection(&self.domain)
    }

    fn item(&self, item: &Item) -> std::ops::Range<u32> {
        match item {
            Item::Value(value) => self.class_of_scalar(value).map_or(0..0, |class| class..class.saturating_add(1)),
            Item::Range { low, high } => {
                let from = low.as_ref().map_or(0, |bound| self.from(bound));
                let until = high.as_ref().map_or_else(|| self.value_classes(), |bound| self.until(bound));
                from..until
            }
        }
    }

    fn from(&self, bound: &Bound) -> u32 {
        let class = self.class_of_scalar(&bound.value).unwrap_or_default();
        if bound.included { class } else { class.saturating_add(1) }
    }

    fn until(&self, bound: &Bound) -> u32 {
        let class = self.class_of_scalar(&bound.value).unwrap_or_default();
        if bound.included { class.saturating_add(1) } else { class }
    }

    fn class_of_scalar(&self, value: &Scalar) -> Option<u32> {
        self.class_of(&match value {
            Scalar::Bool(value) => Value::Bool(*value),
            Scalar::Number(value) => Value::Number(*value),
            Scalar::Date(value) => Value::Date(*value),
            Scalar::Text(text) => Value::Text(crate::expr::Text { symbol: None, text }),
        })
    }

    /// Some value of the class, the plainest there is; none when no value lies in it.
    pub fn value_in(&self, class: u32) -> Option<Scalar> {
        match &self.partition {
            _ if self.missing() == Some(class) => None,
            Partition::Bool => Some(Scalar::Bool(class == 1)),
            Partition::Numbers(numbers) => match place(&numbers.points, class) {
                Place::At(point) => Some(Scalar::Number(*point)),
                Place::Between(low, high) => number_between(low.copied(), high.copied()).map(Scalar::Number),
            },
            Partition::Dates(points) => match place(points, class) {
                Place::At(point) => Some(Scalar::Date(*point)),
                Place::Between(low, high) => date_between(low.copied(), high.copied()).map(Scalar::Date),
            },
            Partition::Texts { values, closed, .. } => match values.get(index(class)) {
                Some(text) => Some(Scalar::Text(text.clone())),
                None if *closed => None,
                None => Some(Scalar::Text(text_beside(values))),
            },
        }
    }

    /// One input of the classes, as a clause says it: "is `900`", "has no value".
    pub fn example(&self, classes: &Runs) -> String {
        let value = classes.numbers().find_map(|class| self.value_in(class));
        value.map_or_else(|| "has no value".to_owned(), |value| format!("is `{value}`"))
    }

    /// The cell that an author would write to accept these classes. A missing value is only accepted together with all others.
    pub fn cell(&self, classes: &Runs) -> String {
        if self.domain.within(classes) || self.missing().is_some_and(|missing| classes.contains(missing)) {
            return "-".to_owned();
        }
        if let Partition::Texts { values, .. } = &self.partition
            && classes.contains(number(values.len()))
        {
            let others: Vec<String> = classes.complement(number(values.len())).numbers().filter_map(|class| self.shown(class)).collect();
            return format!("not({})", others.join(", "));
        }
        let parts: Vec<String> = match &self.partition {
            Partition::Numbers(numbers) => classes.ranges().map(|run| stretch(&numbers.points, &run)).collect(),
            Partition::Dates(points) => classes.ranges().map(|run| stretch(points, &run)).collect(),
            Partition::Bool | Partition::Texts { .. } => classes.numbers().filter_map(|class| self.shown(class)).collect(),
        };
        parts.join(", ")
    }

    fn shown(&self, class: u32) -> Option<String> {
        self.value_in(class).map(|value| value.to_string())
    }
}

fn named_values(item: &Item) -> impl Iterator<Item = &Scalar> {
    let (value, low, high) = match item {
        Item::Value(value) => (Some(value), None, None),
        Item::Range { low, high } => (None, low.as_ref(), high.as_ref()),
    };
    value.into_iter().chain(low.into_iter().chain(high).map(|bound| &bound.value))
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    sort::ascending(&mut values);
    values.dedup();
    values
}

/// The class of a value among sorted points.
pub(super) fn split_by<T: Ord>(points: &[T], value: &T) -> u32 {
    match points.binary_search(value) {
        Ok(at) => number(at).saturating_mul(2).saturating_add(1),
        Err(at) => number(at).saturating_mul(2),
    }
}

/// Where a class of an ordered column lies.
enum Place<'p, T> {
    At(&'p T),
    Between(Option<&'p T>, Option<&'p T>),
}

fn place<T>(points: &[T], class: u32) -> Place<'_, T> {
    let above = index(class.wrapping_shr(1));
    match points.get(above) {
        Some(point) if class & 1 == 1 => Place::At(point),
        high => Place::Between(above.checked_sub(1).and_then(|below| points.get(below)), high),
    }
}

/// A run of classes of an ordered column, as a test.
fn stretch<T: std::fmt::Display>(points: &[T], run: &std::ops::Range<u32>) -> String {
    let (low, low_included) = match place(points, run.start) {
        Place::At(point) => (Some(point), true),
        Place::Between(low, _) => (low, false),
    };
    let (high, high_included) = match place(points, run.end.saturating_sub(1)) {
        Place::At(point) => (Some(point), true),
        Place::Between(_, high) => (high, false),
    };
    match (low, high) {
        (Some(low), Some(_)) if run.len() == 1 && low_included => low.to_string(),
        (Some(low), Some(high)) => {
            format!("{}{low}..{high}{}", if low_included { '[' } else { '(' }, if high_included { ']' } else { ')' })
        }
        (Some(low), None) => format!("{} {low}", if low_included { ">=" } else { ">" }),
        (None, Some(high)) => format!("{} {high}", if high_included { "<=" } else { "<" }),
        (None, None) => "-".to_owned(),
    }
}

/// The number with the fewest decimals strictly between two others.
fn number_between(low: Option<Decimal>, high: Option<Decimal>) -> Option<Decimal> {
    let Some(low) = low else {
        let below = |high: Decimal| floor_at(high, 0)?.checked_sub(1).and_then(|whole| Decimal::from_parts(whole, 0).ok());
        return high.map_or(Some(Decimal::ZERO), below);
    };
    (0..=28).find_map(|scale| {
        let next = Decimal::from_parts(floor_at(low, scale)?.checked_add(1)?, scale).ok()?;
        high.is_none_or(|high| next < high).then_some(next)
    })
}

/// The number in units of `10^-scale`, rounded down.
fn floor_at(value: Decimal, scale: u32) -> Option<i128> {
    let power = |exponent: u32| 10_i128.checked_pow(exponent);
    match scale.checked_sub(value.scale()) {
        Some(more) => value.mantissa().checked_mul(power(more)?),
        None => value.mantissa().checked_div_euclid(power(value.scale().saturating_sub(scale))?),
    }
}

fn date_between(low: Option<Date>, high: Option<Date>) -> Option<Date> {
    match (low, high) {
        (Some(low), high) => low.add_days(1).ok().filter(|next| high.is_none_or(|high| *next < high)),
        (None, Some(high)) => high.add_days(-1).ok(),
        (None, None) => Date::new(2026, 1, 1).ok(),
    }
}

fn text_beside(values: &[Box<str>]) -> Box<str> {
    let mut text = "other".to_owned();
    while values.binary_search_by(|known| known.as_ref().cmp(text.as_str())).is_ok() {
        text.push('?');
    }
    text.into()
}

/// A class as an index.
pub(super) fn index(class: u32) -> usize {
    usize::try_from(class).unwrap_or(usize::MAX)
}

/// An index as a class or row number.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::cell::parse;
    use super::*;

    fn axis(kind: Kind, cells: &[&str], one_of: Option<&[&str]>) -> (Axis, Vec<Test>) {
        let tests: Vec<Test> = cells.iter().map(|cell| parse(cell, kind).unwrap()).collect();
        let one_of = one_of.map(|texts| texts.iter().map(|text| (*text).into()).collect());
        let values = Values { kind, optional: false, one_of, allowed: None };
        (Axis::new(&values, tests.iter(), &mut Symbols::default()), tests)
    }

    fn accepted(axis: &Axis, test: &Test) -> String {
        axis.classes(test).numbers().map(|class| axis.value_in(class).unwrap().to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn classes_are_points_and_stretches_and_have_plain_values() {
        let (axis, tests) = axis(Kind::Number, &["< 10", "[10..20)", ">= 20.5", "not(10)", "(19.9..20)"], None);
        assert_eq!(accepted(&axis, &tests[0]), "9");
        assert_eq!(accepted(&axis, &tests[1]), "10 11 19.9 19.91");
        assert_eq!(accepted(&axis, &tests[2]), "20.5 21");
        assert_eq!(accepted(&axis, &tests[3]), "9 11 19.9 19.91 20 20.1 20.5 21");
        assert_eq!(accepted(&axis, &tests[4]), "19.91");
    }

    #[test]
    fn days_are_whole_and_closed_sets_have_no_others() {
        let (dates, tests) = axis(Kind::Date, &["(2026-01-01..2026-01-02)", "< 2026-01-01"], None);
        assert!(dates.classes(&tests[0]).is_empty());
        assert_eq!(accepted(&dates, &tests[1]), "2025-12-31");
        let (closed, tests) = axis(Kind::Text, &["not(a)", "not(a, b)"], Some(&["a", "b"]));
        assert_eq!(accepted(&closed, &tests[0]), "\"b\"");
        assert!(closed.classes(&tests[1]).is_empty());
        let (open, tests) = axis(Kind::Text, &["not(a)", "other"], None);
        assert_eq!(accepted(&open, &tests[0]), "\"other\" \"other?\"");
    }

    #[test]
    fn sets_of_classes_are_shown_as_cells_that_mean_the_same() {
        for (kind, cells) in [
            (Kind::Number, ["< 10", "[10..20)", "> 5, 3", "not(10)", "-", "[10..10]", "(10..20]"]),
            (
                Kind::Date,
                ["< 2026-01-01", ">= 2026-01-01", "2026-05-05", "not(2026-05-05)", "-", "(2026-01-01..2026-05-05)", "<= 2026-01-01"],
            ),
            (Kind::Text, ["a", "not(a)", "a, b", "-", "not(a, b)", "\"c\"", "not(\"c\", a)"]),
        ] {
            let (axis, tests) = axis(kind, &cells, None);
            for test in &tests {
                let classes = axis.classes(test);
                let shown = axis.cell(&classes);
                assert_eq!(axis.classes(&parse(&shown, kind).unwrap()), classes, "{shown}");
            }
        }
    }
}
