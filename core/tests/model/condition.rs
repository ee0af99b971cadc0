//! Conditions as trees: written as text for the engine, judged by walking for the model.

use dealdesk::Date;
use proptest::prelude::*;
use proptest::sample::select;

use super::rational::Rational;

/// What a condition may ask.
pub trait Facts {
    fn text(&self, name: &str, line: Option<usize>) -> Option<String>;
    fn number(&self, name: &str, line: Option<usize>) -> Option<Rational>;
    fn rush(&self, line: Option<usize>) -> bool;
    fn categories(&self, line: Option<usize>) -> Vec<String>;
    fn date(&self) -> Date;
    /// The lines that take part in conditions.
    fn lines(&self) -> Vec<usize>;
    /// The lines that are taken off sums.
    fn taken_off(&self) -> Vec<usize>;
}

#[derive(Debug, Clone)]
pub enum Condition {
    /// The text is among the values (or not); what a missing text gives.
    Text {
        name: &'static str,
        values: Vec<&'static str>,
        among: bool,
        missing: bool,
    },
    /// The number, times a factor, compared.
    Number {
        name: &'static str,
        factor: i64,
        relation: &'static str,
        bound: &'static str,
        missing: bool,
    },
    /// A sum of the document, compared with so many percent of another.
    Sums {
        name: &'static str,
        relation: &'static str,
        percent: i64,
        other: &'static str,
    },
    Day {
        relation: &'static str,
        day: &'static str,
    },
    Rush,
    InCategory(&'static str),
    Has(&'static str),
    /// `exists`, `all`, `count` or `sum` over the lines.
    Lines {
        how: &'static str,
        inner: Box<Condition>,
        summed: &'static str,
        bound: &'static str,
    },
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Choice(Box<(Condition, Condition, Condition)>),
}

use Condition::{And, Choice, Day, Has, InCategory, Lines, Not, Number, Or, Rush, Sums, Text};

impl Condition {
    /// As the engine reads it; `variable` stands for the line in a macro.
    pub fn render(&self, variable: Option<&str>) -> String {
        let named = |name: &str| match (variable, name.split_once('.')) {
            (Some(l), Some(("line", field))) => format!("{l}.{field}"),
            (Some(l), Some(("product", field))) => format!("{l}.product.{field}"),
            _ => name.to_owned(),
        };
        let guarded = |name: &str, missing: bool, test: String| {
            let name = named(name);
            if missing { format!("(!has({name}) || {test})") } else { format!("(has({name}) && {test})") }
        };
        let join = |parts: &[Self], sign: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.render(variable)).collect();
            format!("({})", parts.join(sign))
        };
        match self {
            Text { name, values, among, missing } => {
                let test = match (values.as_slice(), among) {
                    ([value], true) => format!("{} == '{value}'", named(name)),
                    ([value], false) => format!("{} != '{value}'", named(name)),
                    (_, true) => format!("{} in ['{}']", named(name), values.join("', '")),
                    (_, false) => format!("!({} in ['{}'])", named(name), values.join("', '")),
                };
                guarded(name, *missing, test)
            }
            Number { name, factor, relation, bound, missing } => {
                let subject = if *factor == 1 { named(name) } else { format!("{} * {factor}", named(name)) };
                guarded(name, *missing, format!("{subject} {relation} {bound}"))
            }
            Sums { name, relation, percent, other } => format!("{name} * 100 {relation} {other} * {percent}"),
            Day { relation, day } => format!("date {relation} date('{day}')"),
            Rush => named("line.rush"),
            InCategory(category) => format!("'{category}' in {}", named("product.categories")),
            Has(name) => format!("has({})", named(name)),
            Lines { how, inner, summed, bound } => {
                let inner = inner.render(Some("l"));
                match *how {
                    "count" => format!("lines.count(l, {inner}) >= {bound}"),
                    "sum" => format!("lines.sum(l, {inner} ? l.{summed} : 0) >= {bound}"),
                    _ => format!("lines.{how}(l, {inner})"),
                }
            }
            And(parts) => join(parts, " && "),
            Or(parts) => join(parts, " || "),
            Not(inner) => format!("!({})", inner.render(variable)),
            Choice(parts) => {
                format!("({} ? {} : {})", parts.0.render(variable), parts.1.render(variable), parts.2.render(variable))
            }
        }
    }

    pub fn holds(&self, facts: &impl Facts, line: Option<usize>) -> bool {
        match self {
            Text { name, values, among, missing } => match facts.text(name, line) {
                Some(text) => values.contains(&text.as_str()) == *among,
                None => *missing,
            },
            Number { name, factor, relation, bound, missing } => match facts.number(name, line) {
                Some(number) => compare(number * Rational::whole((*factor).into()), relation, decimal(bound)),
                None => *missing,
            },
            Sums { name, relation, percent, other } => {
                let number = |name: &str, factor: i64| facts.number(name, None).unwrap() * Rational::whole(factor.into());
                compare(number(name, 100), relation, number(other, *percent))
            }
            Day { relation, day } => compare(facts.date(), relation, day.parse().unwrap()),
            Rush => facts.rush(line),
            InCategory(category) => facts.categories(line).iter().any(|known| known == category),
            Has(name) => facts.text(name, line).is_some() || facts.number(name, line).is_some(),
            Lines { how, inner, summed, bound } => {
                let lines = facts.lines();
                let meet: Vec<usize> = lines.iter().copied().filter(|line| inner.holds(facts, Some(*line))).collect();
                match *how {
                    "exists" => !meet.is_empty(),
                    "all" => meet.len() == lines.len(),
                    "count" => Rational::whole(meet.len() as i128) >= decimal(bound),
                    _ => {
                        let name = format!("line.{summed}");
                        let sum =
                            |lines: Vec<usize>| lines.into_iter().map(|line| facts.number(&name, Some(line)).unwrap()).sum::<Rational>();
                        let off = facts.taken_off().into_iter().filter(|line| inner.holds(facts, Some(*line))).collect();
                        sum(meet) - sum(off) >= decimal(bound)
                    }
                }
            }
            And(parts) => parts.iter().all(|part| part.holds(facts, line)),
            Or(parts) => parts.iter().any(|part| part.holds(facts, line)),
            Not(inner) => !inner.holds(facts, line),
            Choice(parts) => {
                if parts.0.holds(facts, line) {
                    parts.1.holds(facts, line)
                } else {
                    parts.2.holds(facts, line)
                }
            }
        }
    }
}

fn decimal(text: &str) -> Rational {
    text.parse::<dealdesk::Decimal>().unwrap().into()
}

fn compare<T: Ord>(left: T, relation: &str, right: T) -> bool {
    match relation {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "==" => left == right,
        _ => left != right,
    }
}

pub const CATEGORIES: [&str; 4] = ["pump", "tool", "seal", "part"];
pub const LEVELS: [&str; 3] = ["gold", "silver", "base"];
pub const BRANDS: [&str; 2] = ["acme", "brunner"];
pub const CUSTOMERS: [&str; 3] = ["C-1", "C-2", "C-9"];
pub const GROUPS: [&str; 3] = ["club", "staff", "press"];
pub const COUNTRIES: [&str; 3] = ["DE", "FR", "XX"];
pub const CHANNELS: [&str; 2] = ["web", "shop"];
pub const UNITS: [&str; 4] = ["piece", "metre", "box", "pallet"];
pub const DAYS: [&str; 5] = ["2026-01-01", "2026-03-01", "2026-06-15", "2026-09-30", "2026-12-31"];

const NUMBERS: [&str; 14] = ["0", "1", "2", "3", "5", "10", "12", "24.5", "99.99", "100", "250", "1000", "5000", "120000"];
const RELATIONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];

fn texts(name: &'static str, pool: &'static [&'static str]) -> BoxedStrategy<Condition> {
    (prop::collection::vec(select(pool), 1..3), any::<bool>(), prop::bool::weighted(0.3))
        .prop_map(move |(mut values, among, missing)| {
            values.dedup();
            Text { name, values, among, missing }
        })
        .boxed()
}

fn numbers(names: &'static [&'static str]) -> BoxedStrategy<Condition> {
    (select(names), prop_oneof![4 => Just(1_i64), 1 => 2_i64..4], select(&RELATIONS[..]), select(&NUMBERS[..]), prop::bool::weighted(0.3))
        .prop_map(|(name, factor, relation, bound, missing)| Number { name, factor, relation, bound, missing })
        .boxed()
}

fn sums() -> BoxedStrategy<Condition> {
    const SUMS: [&str; 4] = ["document.amount", "document.net_amount", "document.gross_amount", "document.list_amount"];
    (select(&SUMS[..]), select(&RELATIONS[..]), select(&[100_i64, 95, 105, 84, 119][..]), select(&SUMS[..]))
        .prop_map(|(name, relation, percent, other)| Sums { name, relation, percent, other })
        .boxed()
}

fn document_leaf() -> BoxedStrategy<Condition> {
    const DOCUMENT: [&str; 7] = [
        "customer.size",
        "document.line_count",
        "document.quantity",
        "document.list_amount",
        "document.amount",
        "document.net_amount",
        "document.gross_amount",
    ];
    prop_oneof![
        3 => texts("customer.level", &LEVELS),
        2 => texts("customer.id", &CUSTOMERS),
        1 => texts("channel", &CHANNELS),
        1 => texts("destination.country", &COUNTRIES),
        1 => texts("document.project", &["alpha", "beta"]),
        1 => texts("currency", &["EUR", "JPY"]),
        3 => numbers(&DOCUMENT),
        2 => sums(),
        2 => (select(&RELATIONS[..]), select(&DAYS[..])).prop_map(|(relation, day)| Day { relation, day }),
        1 => select(vec!["customer.id", "channel", "document.project", "destination.country"]).prop_map(Has),
    ]
    .boxed()
}

fn line_leaf() -> BoxedStrategy<Condition> {
    const LINE: [&str; 6] = ["line.quantity", "line.amount", "line.list_amount", "line.list_price", "line.weight", "product.cost"];
    prop_oneof![
        3 => texts("product.category", &CATEGORIES),
        2 => texts("product.id", &["P-0"]),
        1 => texts("product.brand", &BRANDS),
        1 => texts("line.unit", &UNITS),
        1 => texts("product.unit", &UNITS),
        4 => numbers(&LINE),
        1 => Just(Rush),
        2 => select(&CATEGORIES[..]).prop_map(InCategory),
        1 => select(vec!["line.weight", "product.brand", "product.cost", "product.category"]).prop_map(Has),
    ]
    .boxed()
}

fn tree(leaf: BoxedStrategy<Condition>, depth: u32) -> BoxedStrategy<Condition> {
    leaf.prop_recursive(depth, 8, 3, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 2..4).prop_map(And),
            3 => prop::collection::vec(inner.clone(), 2..3).prop_map(Or),
            1 => inner.clone().prop_map(|inner| Not(Box::new(inner))),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|parts| Choice(Box::new(parts))),
        ]
    })
    .boxed()
}

fn over_lines() -> BoxedStrategy<Condition> {
    let how = select(vec!["exists", "all", "count", "sum"]);
    (how, tree(line_leaf(), 1), select(vec!["quantity", "amount", "list_amount"]), select(vec!["1", "2", "3", "10", "100.5", "1000"]))
        .prop_map(|(how, inner, summed, bound)| Lines { how, inner: Box::new(inner), summed, bound })
        .boxed()
}

/// Conditions of document scope.
pub fn of_document() -> BoxedStrategy<Condition> {
    tree(prop_oneof![4 => document_leaf(), 1 => over_lines()].boxed(), 2)
}

/// Conditions of line scope.
pub fn of_line() -> BoxedStrategy<Condition> {
    tree(prop_oneof![5 => line_leaf(), 4 => document_leaf(), 1 => over_lines()].boxed(), 2)
}
