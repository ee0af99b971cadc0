//! The index against the obvious way: every atom of every rule.

use proptest::prelude::*;

use super::super::fixture::Document;
use super::super::{Literal, Text, Value};
use super::*;
use crate::id::Symbols;

mod shapes;

const SLOTS: u16 = 5;

fn slot(scope: Scope, index: u16) -> Slot {
    Slot { scope, index }
}

fn naive(rules: &[Vec<Atom>], facts: &Document, line: Option<usize>) -> Vec<u32> {
    let holds = |atoms: &Vec<Atom>| atoms.iter().all(|atom| atom.holds(facts, line));
    (0..).zip(rules).filter(|(_, atoms)| holds(atoms)).map(|(rule, _)| rule).collect()
}

/// What slot `index` holds: 0 texts, 1 numbers, 2 dates, 3 conditions, 4 anything.
fn literal(index: u16, symbols: &Symbols, kind: u8, value: i64) -> Literal {
    match if index == 4 { u16::from(kind % 4) } else { index } {
        0 => Literal::Text(symbols.find(&format!("t{}", value.rem_euclid(40))).unwrap()),
        1 => Literal::Number(crate::Decimal::from_parts(i128::from(value), u32::from(kind % 3)).unwrap()),
        2 => Literal::Date(crate::Date::new(2026, 1, 1).unwrap().add_days(i32::try_from(value).unwrap()).unwrap()),
        _ => Literal::Bool(value % 2 == 0),
    }
}

type RawAtom = (bool, u16, u8, u8, i64, i64);

fn atom((document, index, shape, kind, value, other): RawAtom, symbols: &Symbols) -> Atom {
    let slot = slot(if document { Scope::Document } else { Scope::Line }, index % SLOTS);
    let bound = literal(slot.index, symbols, kind, value);
    match shape % 7 {
        0 | 1 => Atom::Equals { slot, value: bound },
        2 => Atom::In { slot, values: Box::new([bound, literal(slot.index, symbols, kind.wrapping_add(1), other)]) },
        3 => Atom::AtLeast { slot, bound },
        4 => Atom::Above { slot, bound },
        5 => Atom::AtMost { slot, bound },
        _ => Atom::Below { slot, bound },
    }
}

fn value(index: u16, symbols: &Symbols, kind: u8, value: i64) -> Value<'static> {
    if kind == 7 {
        return Value::Missing;
    }
    if kind == 6 && index == 0 {
        return Value::Text(Text { symbol: None, text: "no text of the rulebook" });
    }
    match literal(index, symbols, kind, value) {
        Literal::Bool(value) => Value::Bool(value),
        Literal::Number(value) => Value::Number(value),
        Literal::Text(symbol) => Value::Text(Text { symbol: Some(symbol), text: "" }),
        Literal::Date(value) => Value::Date(value),
    }
}

fn texts() -> Symbols {
    let mut symbols = Symbols::default();
    (0..40).for_each(|number| _ = symbols.intern(&format!("t{number}")));
    symbols
}

fn document(cells: &[Vec<(u8, i64)>], symbols: &Symbols) -> Document {
    let row = |scope, cells: &[(u8, i64)]| -> Vec<(Slot, Value<'static>)> {
        (0..SLOTS).zip(cells).map(|(index, (kind, number))| (slot(scope, index), value(index, symbols, *kind, *number))).collect()
    };
    Document { header: row(Scope::Document, &cells[0]), lines: cells[1..].iter().map(|cells| row(Scope::Line, cells)).collect() }
}

fn check(rules: &[Vec<Atom>], documents: &[Document]) {
    let index = RuleIndex::build(rules);
    let (mut scratch, mut matching) = (IndexScratch::default(), Vec::new());
    for facts in documents {
        index.header(facts, &mut scratch);
        for line in (0..facts.lines.len()).map(Some).chain([None]) {
            let start = matching.len();
            index.matches(facts, line, &mut scratch, &mut matching);
            assert_eq!(matching[start..], naive(rules, facts, line), "line {line:?} of {facts:?}");
        }
        check_lines(&index, rules, facts, &mut scratch);
    }
}

/// All lines at once.
fn check_lines(index: &RuleIndex, rules: &[Vec<Atom>], facts: &Document, scratch: &mut IndexScratch) {
    let (mut matching, mut ends, mut start) = (Vec::new(), Vec::new(), 0);
    index.match_lines(facts, scratch, &mut matching, &mut ends);
    assert_eq!(ends.len(), facts.lines.len());
    for (line, end) in ends.into_iter().enumerate() {
        assert_eq!(matching[start..end], naive(rules, facts, Some(line)), "line {line} of {facts:?}");
        start = end;
    }
    assert_eq!(start, matching.len());
}

fn raw_atoms(range: i64) -> impl Strategy<Value = Vec<RawAtom>> {
    proptest::collection::vec((any::<bool>(), 0..SLOTS, 0_u8..7, 0_u8..4, -range..range, -range..range), 0..4)
}

/// A header and its lines.
fn raw_documents(range: i64, most_lines: usize) -> impl Strategy<Value = Vec<Vec<Vec<(u8, i64)>>>> {
    let cells = proptest::collection::vec((0_u8..8, -range..range), usize::from(SLOTS));
    proptest::collection::vec(proptest::collection::vec(cells, 1..most_lines.saturating_add(2)), 1..4)
}

proptest! {
    #[test]
    fn few_rules(rules in proptest::collection::vec(raw_atoms(20), 0..80), documents in raw_documents(22, 40)) {
        let symbols = texts();
        let rules: Vec<Vec<Atom>> = rules.into_iter().map(|atoms| atoms.into_iter().map(|raw| atom(raw, &symbols)).collect()).collect();
        check(&rules, &documents.iter().map(|cells| document(cells, &symbols)).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn many_rules(rules in proptest::collection::vec(raw_atoms(900), 1_100..2_500), documents in raw_documents(950, 24)) {
        let symbols = texts();
        let rules: Vec<Vec<Atom>> = rules.into_iter().map(|atoms| atoms.into_iter().map(|raw| atom(raw, &symbols)).collect()).collect();
        check(&rules, &documents.iter().map(|cells| document(cells, &symbols)).collect::<Vec<_>>());
    }
}

/// More values and thresholds than full rows can be had for: sparse rows, shared rows.
#[test]
fn beyond_the_budget() {
    let mut symbols = Symbols::default();
    let product = slot(Scope::Line, 0);
    let quantity = slot(Scope::Line, 1);
    let day = slot(Scope::Document, 2);
    let number = |value: i64| Literal::Number(value.into());
    let rules: Vec<Vec<Atom>> = (0..20_000_i64)
        .map(|rule| {
            let mut atoms = Vec::new();
            if rule % 10 != 0 {
                atoms.push(Atom::Equals { slot: product, value: Literal::Text(symbols.intern(&format!("P-{}", rule % 15_000))) });
            }
            if rule % 3 != 0 {
                atoms.push(Atom::AtLeast { slot: quantity, bound: number(rule * 7 % 19_001) });
            }
            if rule % 4 != 0 {
                atoms.push(Atom::Below { slot: quantity, bound: number(19_000 + rule) });
            }
            if rule % 5 == 0 {
                atoms.push(Atom::Above { slot: day, bound: number(rule) });
            }
            atoms
        })
        .collect();
    let index = RuleIndex::build(&rules);
    assert!(!index.coarse.is_empty() && !index.direct);
    let (mut scratch, mut matching) = (IndexScratch::default(), Vec::new());
    for (day_value, bought, name) in [(0_i64, 1_i64, "P-1"), (9_999, 12_345, "P-14999"), (20_000, 25_000, "P-4711"), (5, 19_000, "unknown")]
    {
        let text = Value::Text(Text { symbol: symbols.find(name), text: "" });
        let facts = Document {
            header: vec![(day, Value::Number(day_value.into()))],
            lines: vec![vec![(product, text), (quantity, Value::Number(bought.into()))], vec![(product, text)]],
        };
        index.header(&facts, &mut scratch);
        for line in [Some(0), Some(1), None] {
            matching.clear();
            index.matches(&facts, line, &mut scratch, &mut matching);
            assert_eq!(matching, naive(&rules, &facts, line), "{name} {line:?}");
        }
        check_lines(&index, &rules, &facts, &mut scratch);
    }
}

#[test]
fn without_rules_or_without_atoms() {
    let facts = Document { header: Vec::new(), lines: Vec::new() };
    check(&[], &[]);
    check(&[vec![], vec![]], &[facts]);
}
