//! Rulebooks and documents of every shape that the index treats in its own way.

use super::*;

/// A condition over a slot of this scope, by the kinds of `literal`.
fn when(document: bool, index: u16, shape: u8, value: i64, other: i64) -> RawAtom {
    (document, index, shape, 0, value, other)
}

fn compiled(rules: &[Vec<RawAtom>], symbols: &Symbols) -> Vec<Vec<Atom>> {
    rules.iter().map(|atoms| atoms.iter().map(|raw| atom(*raw, symbols)).collect()).collect()
}

/// So many lines with values from 0 on, of which some are missing.
fn wide_document(day: i64, lines: i64, symbols: &Symbols) -> Document {
    let cell = |number: i64, index: i64| if (number + index) % 11 == 0 { (7, 0) } else { (0, (number * 7 + index * 3) % 40) };
    let line = |number: i64| (0..i64::from(SLOTS)).map(|index| cell(number, index)).collect::<Vec<_>>();
    let header = (0..i64::from(SLOTS)).map(|index| (0, if index == 2 { day } else { index })).collect();
    document(&std::iter::once(header).chain((0..lines).map(line)).collect::<Vec<_>>(), symbols)
}

fn check_shapes(rules: &[Vec<RawAtom>]) {
    let symbols = texts();
    let documents: Vec<Document> = [0, 1, 2, 15, 16, 17, 64, 100].map(|lines| wide_document(lines, lines, &symbols)).into();
    check(&compiled(rules, &symbols), &documents);
}

/// The rules of so many numbers.
fn many(count: i64, rule: impl Fn(i64) -> Vec<RawAtom>) -> Vec<Vec<RawAtom>> {
    (0..count).map(rule).collect()
}

/// Rule counts of a small index with one and with several words, and of a large one.
const SIZES: [i64; 4] = [60, 300, 1_024, 1_500];

#[test]
fn rules_that_all_live() {
    SIZES
        .into_iter()
        .for_each(|count| check_shapes(&many(count, |rule| vec![when(false, 0, 0, rule % 40, 0), when(false, 1, 3, rule % 13, 0)])));
}

#[test]
fn rules_of_which_none_lives() {
    SIZES.into_iter().for_each(|count| check_shapes(&many(count, |rule| vec![when(true, 2, 0, 5_000, 0), when(false, 0, 0, rule, 0)])));
}

#[test]
fn rules_of_documents_only_and_of_lines_only() {
    for count in SIZES {
        check_shapes(&many(count, |rule| vec![when(true, 2, 3 + (rule % 4) as u8, rule % 90, 0), when(true, 0, 0, rule % 3, 0)]));
        check_shapes(&many(count, |rule| vec![when(false, 3, 0, rule, 0), when(false, 0, 2, rule, rule / 2)]));
    }
}

#[test]
fn thresholds_of_lines_without_values() {
    SIZES.into_iter().for_each(|count| {
        check_shapes(&many(count, |rule| {
            vec![when(false, 1, 3, rule % 41, 0), when(false, 1, 6, rule % 53, 0), when(false, 2, 4, rule % 7, 0)]
        }));
    });
}

#[test]
fn ranges_that_nothing_fulfils() {
    SIZES.into_iter().for_each(|count| {
        check_shapes(&many(count, |rule| vec![when(false, 1, 3, 20 + rule % 3, 0), when(false, 1, 5, 20 - rule % 2, 0)]));
        check_shapes(&many(count, |rule| vec![when(false, 0, 0, 1, 0), when(false, 0, 0, 1 + rule % 2, 0), when(true, 2, 4, rule, 0)]));
    });
}

#[test]
fn periods_of_which_most_are_over() {
    let windows =
        many(3_000, |rule| vec![when(true, 2, 3, rule / 20, 0), when(true, 2, 6, rule / 20 + 3, 0), when(false, 0, 0, rule % 40, 0)]);
    check_shapes(&windows);
}

#[test]
fn values_of_several_types_in_one_slot() {
    SIZES.into_iter().for_each(|count| {
        let of_kind = |rule: i64, shape: u8| (false, 4, shape, (rule % 4) as u8, rule % 40, rule % 17);
        check_shapes(&many(count, |rule| vec![of_kind(rule, 0)]));
        check_shapes(&many(count, |rule| vec![of_kind(rule, (rule % 7) as u8), when(false, 0, 0, rule, 0)]));
    });
}

/// More values than the document has lines, and fewer.
#[test]
fn long_lists_of_values() {
    let symbols = texts();
    let product = slot(Scope::Line, 0);
    for count in [50_u32, 1_200] {
        let list = |rule: u32| {
            (0..40).filter(|value| !(value * 7 + rule).is_multiple_of(5)).map(|value| literal(0, &symbols, 0, value.into())).collect()
        };
        let rules: Vec<Vec<Atom>> = (0..count)
            .map(|rule| {
                let number = Atom::AtLeast { slot: slot(Scope::Line, 1), bound: literal(1, &symbols, 0, (rule % 50).into()) };
                vec![Atom::In { slot: product, values: list(rule) }, number]
            })
            .collect();
        check(&rules, &[1, 5, 17, 90].map(|lines| wide_document(0, lines, &symbols)));
    }
}

/// Numbers with more digits than bounds have, beyond all bounds, and beyond 64 bits.
#[test]
fn numbers_of_every_size() {
    let number = |text: &str| Literal::Number(text.parse().unwrap());
    let quantity = slot(Scope::Line, 1);
    let texts = ["-92233720368547758.08", "-1.5", "-0.01", "0", "0.004", "2.5", "4611686018427387904", "79228162514264337593543950335"];
    for digits in ["0.01", "0.0000000000000000000000000001"] {
        let bounds: Vec<Literal> = texts.iter().take(6).copied().chain([digits]).map(number).collect();
        let rule = |number: usize| {
            let (low, high) = (bounds[number % 7], bounds[number / 7 % 7]);
            vec![Atom::Above { slot: quantity, bound: low }, Atom::AtMost { slot: quantity, bound: high }]
        };
        let values = texts.iter().map(|text| Value::Number(text.parse().unwrap())).chain([Value::Missing, Value::Bool(true)]);
        let lines: Vec<Vec<(Slot, Value<'_>)>> = values.map(|value| vec![(quantity, value)]).collect();
        let facts = Document { header: Vec::new(), lines: [lines.clone(), lines].concat() };
        for count in [49, 1_100] {
            check(&(0..count).map(rule).collect::<Vec<_>>(), std::slice::from_ref(&facts));
        }
    }
}

/// One after the other in the same buffers, small and large, with few and with many values.
#[test]
fn several_indexes_with_one_scratch() {
    let symbols = texts();
    let books = [2_000, 30, 1_100, 500].map(|count| {
        compiled(&many(count, |rule| vec![when(rule % 3 == 0, 0, 0, rule % (count / 20), 0), when(false, 1, 4, rule % 9, 0)]), &symbols)
    });
    let mut scratch = IndexScratch::default();
    for lines in [3, 40, 0, 90] {
        let facts = wide_document(lines, lines, &symbols);
        for rules in &books {
            check_lines(&RuleIndex::build(rules), rules, &facts, &mut scratch);
        }
    }
}

/// Lines that do not take part have no rules.
#[test]
fn lines_without_part() {
    struct Even(Document);
    impl Facts for Even {
        fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
            self.0.value(slot, line)
        }
        fn line_count(&self) -> usize {
            self.0.line_count()
        }
        fn takes_part(&self, line: usize) -> bool {
            line.is_multiple_of(2)
        }
    }
    let symbols = texts();
    for count in SIZES {
        let rules = compiled(&many(count, |rule| vec![when(false, 0, 0, rule % 40, 0)]), &symbols);
        for lines in [6, 50] {
            let facts = Even(wide_document(0, lines, &symbols));
            let (mut matching, mut ends) = (Vec::new(), Vec::new());
            RuleIndex::build(&rules).match_lines(&facts, &mut IndexScratch::default(), &mut matching, &mut ends);
            let of_line = |line: usize| if facts.takes_part(line) { naive(&rules, &facts.0, Some(line)) } else { Vec::new() };
            let expected: Vec<Vec<u32>> = (0..facts.line_count()).map(of_line).collect();
            assert_eq!(matching, expected.concat());
            assert_eq!(ends.len(), expected.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Narrow ranges, so that many more than 64 rules live and match.
    #[test]
    fn many_rules_that_live(rules in proptest::collection::vec(raw_atoms(6), 200..1_600), documents in raw_documents(7, 60)) {
        let symbols = texts();
        check(&compiled(&rules, &symbols), &documents.iter().map(|cells| document(cells, &symbols)).collect::<Vec<_>>());
    }
}
