//! What holds of every table: against a scan of its rows, and of what its analysis says.

use proptest::prelude::*;

use super::super::cell::{Item, Test, parse};
use super::*;

/// Whether a value passes a test, said in the plainest way.
fn passes(test: &Test, value: Option<&Scalar>) -> bool {
    let Some(value) = value else { return *test == Test::ANY };
    let item = |item: &Item| match item {
        Item::Value(wanted) => wanted == value,
        Item::Range { low, high } => {
            low.as_ref().is_none_or(|low| if low.included { *value >= low.value } else { *value > low.value })
                && high.as_ref().is_none_or(|high| if high.included { *value <= high.value } else { *value < high.value })
        }
    };
    test.items.iter().any(item) != test.negated
}

/// The rows that fire, found by looking at each.
fn scan(def: &TableDef, document: &Document) -> Vec<usize> {
    let fires = |row: &RowDef| {
        let cells = def.inputs.iter().zip(&row.when);
        cells.into_iter().all(|(input, cell)| {
            let at = NAMES.iter().position(|(name, _)| *name == input.expr).unwrap();
            passes(&parse(cell, NAMES[at].1).unwrap(), document.0[at].as_ref())
        })
    };
    (0..def.rows.len()).filter(|row| fires(&def.rows[*row])).collect()
}

/// What the hit policy makes of the rows that fire, in the plainest way.
fn expected(def: &TableDef, policy: HitPolicy, fired: &[usize]) -> Option<String> {
    let rank = |row: usize| (["director", "manager", "clerk"].iter().position(|who| *who == def.rows[row].then[1]).unwrap(), row);
    let mut rows = fired.to_vec();
    match policy {
        HitPolicy::Unique if rows.len() > 1 => return None,
        HitPolicy::Any if rows.iter().any(|row| def.rows[*row].then != def.rows[rows[0]].then) => return None,
        HitPolicy::Unique | HitPolicy::Any | HitPolicy::First => rows.truncate(1),
        HitPolicy::Priority => rows = rows.into_iter().min_by_key(|row| rank(*row)).into_iter().collect(),
        HitPolicy::OutputOrder => rows.sort_by_key(|row| rank(*row)),
        HitPolicy::CollectCount => return Some(rows.len().to_string()),
        _ => {}
    }
    Some(rows.iter().map(|row| format!("{} \"{}\"", def.rows[*row].then[0], def.rows[*row].then[1])).collect::<Vec<_>>().join("; "))
}

fn cell(at: usize) -> BoxedStrategy<String> {
    let cells: &[&str] = match NAMES[at].1 {
        OutputType::Number => {
            &["-", "< 1", "<= 1", "> 1", ">= 2", "[0..2)", "(1..3]", "]1..2[", "2", "not(2)", "1, 3", "[2..1]", "not([1..2])", "1.5"]
        }
        OutputType::Text => &["-", "gold", "\"silver\"", "gold, base", "not(gold)", "not(gold, silver)", "base"],
        OutputType::Bool => &["-", "true", "false", "not(true)"],
        OutputType::Date => &["-", "< 2026-01-02", ">= 2026-01-02", "(2026-01-01..2026-01-03)", "2026-01-02", "(2026-01-02..2026-01-03)"],
    };
    prop_oneof![2 => Just("-".to_owned()), 5 => proptest::sample::select(cells).prop_map(str::to_owned)].boxed()
}

fn any_table() -> impl Strategy<Value = TableDef> {
    let row = ((cell(0), cell(1), cell(2), cell(3)), 0..3_usize, 0..2_usize);
    proptest::collection::vec(row, 0..9).prop_map(|rows| {
        let mut def = table(&["net", "customer.level", "rush", "day"], RANKED, HitPolicy::Unique, &[]);
        for ((net, level, rush, day), who, number) in rows {
            let then = vec![number.to_string(), ["director", "manager", "clerk"][who].to_owned()];
            def.rows.push(RowDef { id: None, when: vec![net, level, rush, day], then, note: None });
        }
        def
    })
}

fn any_document() -> impl Strategy<Value = Document> {
    let net = proptest::sample::select(&["-1", "0", "0.5", "1", "1.2", "1.5", "2", "2.5", "3", "4"][..]);
    let day = proptest::sample::select(&["2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"][..]);
    (net, proptest::sample::select(&LEVELS[..]), any::<Option<bool>>(), day)
        .prop_map(|(net, level, rush, day)| Document::new(net, level, rush, day))
}

/// The input that a message names; what it does not name may be anything.
fn witness(message: &str, mut otherwise: Document) -> Document {
    for (at, (name, kind)) in NAMES.iter().enumerate() {
        if message.contains(&format!("`{name}` has no value")) {
            otherwise.0[at] = None;
        } else if let Some((_, rest)) = message.split_once(&format!("`{name}` is `")) {
            otherwise.0[at] = parse(rest.split('`').next().unwrap(), *kind).unwrap().values().next().cloned();
        }
    }
    otherwise
}

const POLICIES: [HitPolicy; 8] = [
    HitPolicy::Unique,
    HitPolicy::Any,
    HitPolicy::First,
    HitPolicy::Priority,
    HitPolicy::RuleOrder,
    HitPolicy::OutputOrder,
    HitPolicy::Collect,
    HitPolicy::CollectCount,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_table_says_what_a_scan_of_its_rows_says(def in any_table(), documents in proptest::collection::vec(any_document(), 1..12)) {
        for policy in POLICIES {
            // Without the analysis where none can refuse the table; refused tables are the next test's.
            let proven = matches!(policy, HitPolicy::Unique | HitPolicy::Any);
            let limits = Limits { table_work: if proven { Limits::default().table_work } else { 0 }, ..Limits::default() };
            let def = TableDef { hit_policy: Some(policy), ..def.clone() };
            let (compiled, _) = compile_with(&def, &Sources::none(), &limits);
            prop_assert!(proven || compiled.is_some());
            let Some(compiled) = compiled else { continue };
            for document in &documents {
                let fired = scan(&def, document);
                prop_assert_eq!(outcome(&compiled, document).ok(), expected(&def, policy, &fired), "{:?}", policy);
                let explained = compiled.explain(document, None).unwrap();
                let passed: Vec<usize> = (0..explained.len()).filter(|row| explained[*row].passed).collect();
                prop_assert_eq!(passed, fired);
            }
        }
    }

    #[test]
    fn every_witness_is_one_and_silence_means_that_there_is_none(
        def in any_table(), documents in proptest::collection::vec(any_document(), 1..20),
    ) {
        for policy in [HitPolicy::Unique, HitPolicy::Any, HitPolicy::First, HitPolicy::Priority] {
            let def = TableDef { hit_policy: Some(policy), ..def.clone() };
            let (compiled, found) = compile(&def);
            let overlaps = found.iter().filter(|problem| problem.code == crate::report::TableCode::Overlap.into());
            let gaps = found.iter().filter(|problem| problem.code == crate::report::TableCode::Gap.into());
            let dead: Vec<String> = found.iter().filter(|problem| problem.code == crate::report::TableCode::Unreachable.into()).map(|problem| problem.path.clone()).collect();
            prop_assert_eq!(compiled.is_some(), overlaps.clone().count() == 0);
            for (problem, document) in overlaps.clone().zip(documents.iter().cycle()) {
                if problem.path != "/table" {
                    let fired = scan(&def, &witness(&problem.message, document.clone()));
                    prop_assert_eq!(expected(&def, policy, &fired), None, "{}", problem);
                }
            }
            for (problem, document) in gaps.clone().zip(documents.iter().cycle()) {
                if problem.message.contains('`') || problem.message.contains("every") {
                    prop_assert_eq!(scan(&def, &witness(&problem.message, document.clone())), Vec::<usize>::new(), "{}", problem);
                }
            }
            for document in &documents {
                let fired = scan(&def, document);
                prop_assert!(overlaps.clone().count() > 0 || expected(&def, policy, &fired).is_some());
                prop_assert!(gaps.clone().count() > 0 || !fired.is_empty());
                if let (Some(table), HitPolicy::First | HitPolicy::Priority) = (&compiled, policy) {
                    let mut scratch = TableScratch::default();
                    for hit in table.evaluate(document, None, &mut scratch).unwrap().rows() {
                        let row = format!("/table/rows/{}", hit.row);
                        prop_assert!(!dead.iter().any(|path| *path == row || path.starts_with(&format!("{row}/"))), "{row} fires");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_that_is_not_reported_fires_for_some_input(def in any_table()) {
        // All inputs that the cells can tell apart.
        let mut documents = Vec::new();
        for net in ["0", "-1", "0.5", "1", "1.2", "1.5", "1.7", "2", "2.5", "3", "4"] {
            for level in LEVELS {
                for rush in [Some(true), Some(false), None] {
                    for day in ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"] {
                        documents.push(Document::new(net, level, rush, day));
                    }
                }
            }
        }
        let def = TableDef { hit_policy: Some(HitPolicy::First), ..def };
        let (_, found) = compile(&def);
        let gaps = found.iter().any(|problem| problem.code == crate::report::TableCode::Gap.into());
        let fired: Vec<Option<usize>> = documents.iter().map(|document| scan(&def, document).first().copied()).collect();
        prop_assert_eq!(gaps, fired.contains(&None));
        for row in 0..def.rows.len() {
            let path = format!("/table/rows/{row}");
            let dead = found.iter().any(|problem| problem.path == path || problem.path.starts_with(&format!("{path}/")));
            prop_assert_eq!(dead, !fired.contains(&Some(row)), "{}", path);
        }
    }

    #[test]
    fn no_text_makes_a_table_panic(cells in proptest::collection::vec("\\PC{0,12}", 4), csv in "\\PC{0,80}", policy in proptest::sample::select(&POLICIES[..])) {
        let mut def = table(&["net", "customer.level", "rush"], RANKED, policy, &[]);
        def.rows.push(RowDef { id: None, when: cells[..3].to_vec(), then: vec!["1".to_owned(), cells[3].clone()], note: None });
        compile(&def);
        def.rows.clear();
        def.rows_csv = Some("f".to_owned());
        compile_with(&def, &Sources::none().with("f", format!("net,customer.level,rush,n,who\n{csv}")), &Limits::default());
        compile_with(&def, &Sources::none().with("f", csv), &Limits::default());
    }
}
