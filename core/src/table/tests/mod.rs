//! Whole tables: hit policies, analysis, files, messages.

mod laws;

use super::*;
use crate::expr::{CompileContext, EvalError, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use crate::id::Symbols;
use crate::limits::Limits;
use crate::report::{Diagnostic, Diagnostics, Path, Severity, Sources};
use crate::{Date, Decimal};

const NAMES: [(&str, OutputType); 4] =
    [("net", OutputType::Number), ("customer.level", OutputType::Text), ("rush", OutputType::Bool), ("day", OutputType::Date)];
const LEVELS: [&str; 3] = ["gold", "silver", "base"];

/// One value per name of [`NAMES`]; `rush` may have none.
#[derive(Debug, Clone)]
struct Document([Option<Scalar>; 4]);

impl Document {
    fn new(net: &str, level: &str, rush: impl Into<Option<bool>>, day: &str) -> Self {
        let (net, level, day) = (Scalar::Number(net.parse().unwrap()), Scalar::Text(level.into()), Scalar::Date(day.parse().unwrap()));
        Self([Some(net), Some(level), rush.into().map(Scalar::Bool), Some(day)])
    }
}

impl Facts for Document {
    fn value(&self, slot: Slot, _: Option<usize>) -> Value<'_> {
        match &self.0[usize::from(slot.index)] {
            None => Value::Missing,
            Some(Scalar::Bool(value)) => Value::Bool(*value),
            Some(Scalar::Number(value)) => Value::Number(*value),
            Some(Scalar::Date(value)) => Value::Date(*value),
            Some(Scalar::Text(text)) => Value::Text(Text { symbol: None, text }),
        }
    }

    fn line_count(&self) -> usize {
        0
    }
}

fn compile_with(def: &TableDef, sources: &Sources, limits: &Limits) -> (Option<Table>, Vec<Diagnostic>) {
    let (mut vocabulary, mut symbols, mut diagnostics) = (Vocabulary::new(), Symbols::default(), Diagnostics::new());
    for (name, kind) in NAMES {
        let (ty, one_of) = match kind {
            OutputType::Number => (Type::Number, None),
            OutputType::Text => (Type::Text, Some(LEVELS.iter().map(|level| symbols.intern(level)).collect())),
            OutputType::Bool => (Type::Bool, None),
            OutputType::Date => (Type::Date, None),
        };
        let presence = if name == "rush" { Presence::Optional } else { Presence::Always };
        vocabulary.declare(name, ty, Scope::Document, presence, one_of).unwrap();
    }
    vocabulary.declare("country", Type::Text, Scope::Line, Presence::Always, None).unwrap();
    vocabulary.declare("tags", Type::List(Box::new(Type::Text)), Scope::Document, Presence::Always, None).unwrap();
    let mut cx = CompileContext { vocabulary: &vocabulary, symbols: &mut symbols, sources, limits, diagnostics: &mut diagnostics };
    let table = Table::compile(def, Scope::Line, &Path::ROOT.field("table"), &mut cx);
    let found = match diagnostics.finish() {
        Ok(warnings) => warnings,
        Err(error) => error.diagnostics().to_vec(),
    };
    (table, found)
}

fn compile(def: &TableDef) -> (Option<Table>, Vec<Diagnostic>) {
    compile_with(def, &Sources::none(), &Limits::default())
}

/// A table from lines of `test | test -> output | output`.
fn table(inputs: &[&str], outputs: &str, policy: HitPolicy, rows: &[&str]) -> TableDef {
    let cells = |text: &str| text.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    TableDef {
        inputs: inputs.iter().map(|expr| InputDef { expr: (*expr).to_owned(), label: None, values: None }).collect(),
        outputs: serde_json::from_str(outputs).unwrap(),
        hit_policy: Some(policy),
        rows: rows
            .iter()
            .map(|row| {
                let (when, then) = row.split_once("->").unwrap();
                RowDef { id: None, when: cells(when), then: cells(then), note: None }
            })
            .collect(),
        ..TableDef::default()
    }
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn problems(def: &TableDef) -> String {
    shown(&compile(def).1)
}

const NUMBER: &str = r#"[{"id": "n", "type": "number"}]"#;
const RANKED: &str = r#"[{"id": "n", "type": "number"}, {"id": "who", "type": "text", "values": ["director", "manager", "clerk"]}]"#;

/// The outputs of the rows that count, as text.
fn outcome(table: &Table, document: &Document) -> Result<String, EvalError> {
    let mut scratch = TableScratch::default();
    let hits = table.evaluate(document, None, &mut scratch)?;
    if let Some(number) = hits.aggregate() {
        return Ok(number.to_string());
    }
    let row = |outputs: &[Scalar]| outputs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    Ok(hits.outputs().map(row).collect::<Vec<_>>().join("; "))
}

#[test]
fn each_hit_policy_picks_its_rows() {
    let rows = ["< 1000 -> 1 | clerk", ">= 500 -> 2 | director", "[100..2000] -> 3 | manager"];
    let document = Document::new("700", "gold", false, "2026-11-21");
    for (policy, expected) in [
        (HitPolicy::First, r#"1 "clerk""#),
        (HitPolicy::Priority, r#"2 "director""#),
        (HitPolicy::RuleOrder, r#"1 "clerk"; 2 "director"; 3 "manager""#),
        (HitPolicy::OutputOrder, r#"2 "director"; 3 "manager"; 1 "clerk""#),
        (HitPolicy::Collect, r#"1 "clerk"; 2 "director"; 3 "manager""#),
        (HitPolicy::CollectCount, "3"),
    ] {
        let table = compile(&table(&["net"], RANKED, policy, &rows)).0.unwrap();
        assert_eq!(outcome(&table, &document).unwrap(), expected, "{policy:?}");
    }
    let rows = ["< 1000 -> 1.5", ">= 500 -> 2", "[100..2000] -> 3"];
    for (policy, at_700, at_5000, at_minus_1) in
        [(HitPolicy::CollectSum, "6.5", "2", "1.5"), (HitPolicy::CollectMin, "1.5", "2", "1.5"), (HitPolicy::CollectMax, "3", "2", "1.5")]
    {
        let table = compile(&table(&["net"], NUMBER, policy, &rows)).0.unwrap();
        for (net, expected) in [("700", at_700), ("5000", at_5000), ("-1", at_minus_1)] {
            assert_eq!(outcome(&table, &Document::new(net, "gold", false, "2026-11-21")).unwrap(), expected, "{policy:?} {net}");
        }
    }
    let unique = compile(&table(
        &["net", "customer.level"],
        NUMBER,
        HitPolicy::Unique,
        &["< 1 | - -> 1", ">= 1 | gold -> 2", ">= 1 | not(gold) -> 3"],
    ));
    assert_eq!(shown(&unique.1), "");
    assert_eq!(outcome(&unique.0.unwrap(), &Document::new("1", "base", false, "2026-11-21")).unwrap(), "3");
    let any =
        compile(&table(&["net", "customer.level"], NUMBER, HitPolicy::Any, &["< 1 | - -> 1", "- | gold -> 1", ">= 1 | not(gold) -> 3"]));
    assert_eq!(shown(&any.1), "");
    assert_eq!(outcome(&any.0.unwrap(), &Document::new("0", "gold", true, "2026-11-21")).unwrap(), "1");
}

#[test]
fn defaults_stand_in_when_no_row_fires() {
    let with_default = r#"[{"id": "n", "type": "number", "default": "7"}]"#;
    let document = Document::new("700", "gold", false, "2026-11-21");
    for (policy, expected, without) in [
        (HitPolicy::First, "7", ""),
        (HitPolicy::RuleOrder, "7", ""),
        (HitPolicy::CollectMin, "7", ""),
        (HitPolicy::CollectSum, "7", "0"),
        (HitPolicy::CollectCount, "0", "0"),
    ] {
        let with = compile(&table(&["net"], with_default, policy, &["< 10 -> 1"]));
        assert_eq!(shown(&with.1), "", "{policy:?}");
        assert_eq!(outcome(&with.0.unwrap(), &document).unwrap(), expected, "{policy:?}");
        assert_eq!(
            outcome(&compile(&table(&["net"], NUMBER, policy, &["< 10 -> 1"])).0.unwrap(), &document).unwrap(),
            without,
            "{policy:?}"
        );
    }
}

#[test]
fn all_problems_of_a_table_are_reported_at_once() {
    let def: TableDef = serde_json::from_str(
        r#"{"inputs": [{"expr": "net"}, {"expr": "customer.level"}, {"expr": "tags"}, {"expr": "net"}],
            "outputs": [{"id": "who", "type": "text", "values": ["manager", "clerk", "clerk"]}, {"id": "n", "type": "number", "default": "x"},
                        {"id": "d", "type": "date"}],
            "hit_policy": "collect_sum",
            "rows": [{"when": ["abc", "golden", "-", "-"], "then": ["manger", "1,5", "2026-02-30"]},
                     {"id": "1", "when": ["< 5", "-", "-", "-"], "then": ["clerk", "", "2026-02-01"]},
                     {"when": ["< 5"], "then": ["clerk"]}]}"#,
    )
    .unwrap();
    insta::assert_snapshot!(problems(&def), @r#"
        error[table.hit_policy] /table/hit_policy: `collect_sum` needs exactly one output, of type `number`
          help: use `collect` to get all rows that fire
        error[table.duplicate] /table/inputs: the table has two inputs `net`; give one of them another name
        error[table.cell] /table/inputs/2/expr: `tags` is a list, and a cell tests one value
          help: ask for one entry, as in `'x' in tags`
        error[table.output_value] /table/outputs/0: `who` has no default, but another output has
          help: give every output a `default`, or none
        error[table.output_value] /table/outputs/0/values/2: `clerk` is listed twice
        error[table.output_value] /table/outputs/1/default: `x` is not a decimal number; write it like `12.50`
          help: `n` gives a number
        error[table.output_value] /table/outputs/2: `d` has no default, but another output has
          help: give every output a `default`, or none
        error[table.output_value] /table/rows/0/then/1: `1,5` is not a decimal number; write it like `12.50`
          help: `n` gives a number
        error[table.output_value] /table/rows/0/then/2: `2026-02-30` is not a date; write it as `2026-11-21`
          help: `d` gives a date
        error[table.cell] /table/rows/0/when/0: `abc` is not a number
          help: write a test such as `1000`, `< 1000`, `[10..20)`, `not(5)`, or `-` for any
        error[table.cell] /table/rows/0/when/1: `golden` is not one of the column's values
          help: did you mean `gold`?
        error[table.duplicate] /table/rows/1: two rows are called `1`; a row without an id is called by its number
        error[table.output_value] /table/rows/1/then/1: the cell is empty; write a number here
          help: `n` gives a number
        error[table.row_width] /table/rows/2: `when` has 1 cells, but the table has 4 inputs
        "#);
}

#[test]
fn overlaps_gaps_and_rows_that_never_fire_are_shown_with_an_input() {
    let unique = table(
        &["net", "customer.level"],
        NUMBER,
        HitPolicy::Unique,
        &["< 1000 | - -> 1", "[1000..5000) | gold, silver -> 2", "[900..2000] | not(base) -> 3"],
    );
    insta::assert_snapshot!(problems(&unique), @r#"
        warning[table.gap] /table: no row fires when `net` is `1000` and `customer.level` is `"base"`
          help: add a row that tests `[1000..5000)` and `"base"`, or give every output a `default`
        warning[table.gap] /table: no row fires when `net` is `5000`
          help: add a row that tests `>= 5000` and `-`, or give every output a `default`
        error[table.overlap] /table/rows/2: row 1 and row 3 both fire when `net` is `900` and `customer.level` is `"gold"`
          help: make their tests exclude each other, or choose another hit policy than `unique`, such as `first`
          see /table/rows/0: the other row
        error[table.overlap] /table/rows/2: row 2 and row 3 both fire when `net` is `1000` and `customer.level` is `"gold"`
          help: make their tests exclude each other, or choose another hit policy than `unique`, such as `first`
          see /table/rows/1: the other row
        "#);
    let first = table(
        &["net", "rush", "day"],
        NUMBER,
        HitPolicy::First,
        &[
            "< 10 | true | - -> 1",
            "< 10 | false | - -> 2",
            "[1..5] | - | - -> 3",
            "[20..10] | - | - -> 4",
            ">= 10 | - | >= 2026-01-01 -> 5",
            "> 20 | true | 2026-05-05 -> 6",
        ],
    );
    insta::assert_snapshot!(problems(&first), @r#"
        warning[table.gap] /table: no row fires when `net` is `0` and `rush` has no value
          help: add a row that tests `< 1, (5..10)` and `-` and `-`, or give every output a `default`
        warning[table.gap] /table: no row fires when `net` is `10` and `day` is `2025-12-31`
          help: add a row that tests `>= 10` and `-` and `< 2026-01-01`, or give every output a `default`
        warning[table.unreachable] /table/rows/3/when/0: no value passes `[20..10]`, so the row never fires
        warning[table.unreachable] /table/rows/5: row 6 never fires: row 5 takes every input that passes its tests
          help: remove the row, or put it before the others
        "#);
}

#[test]
fn the_author_may_limit_an_input() {
    let mut def = table(&["net"], NUMBER, HitPolicy::First, &["[0..10) -> 1", ">= 10 -> 2", "< 0 -> 3"]);
    def.inputs[0].values = Some(">= 0".to_owned());
    let (compiled, found) = compile(&def);
    assert_eq!(shown(&found), "warning[table.unreachable] /table/rows/2/when/0: no value passes `< 0`, so the row never fires");
    assert_eq!(outcome(&compiled.unwrap(), &Document::new("-5", "gold", false, "2026-11-21")).unwrap(), "");
}

#[test]
fn rows_come_from_a_file() {
    let mut def = table(&["net", "customer.level"], r#"[{"id": "percent", "type": "number"}]"#, HitPolicy::First, &[]);
    def.inputs[0].label = Some("Net".to_owned());
    def.rows_csv = Some("discounts.csv".to_owned());
    let read = |text: &str| compile_with(&def, &Sources::none().with("discounts.csv", text), &Limits::default());
    let (compiled, found) = read("\u{feff}id,customer.level,Net,percent,note\nbig,\"gold,silver\",>= 1000,10,\n,,,,\nrest,-,-,0,for all\n");
    assert_eq!(shown(&found), "");
    let compiled = compiled.unwrap();
    assert_eq!(compiled.rows().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["big", "rest"]);
    assert_eq!(outcome(&compiled, &Document::new("1000", "silver", false, "2026-11-21")).unwrap(), "10");
    let mut shown_all = vec![problems(&def)];
    for text in [
        "id,level,Net,percent,percent\n",
        "Net;customer.level;percent\n1;-;3\n",
        "Net,customer.level,percent\n-,-\n-,golden,ten\n",
        "Net,customer.level,percent\n<= x,-,10\n[5..1],-,10\n-,-,1\n-,gold,2\n",
        "",
    ] {
        shown_all.push(shown(&read(text).1));
    }
    insta::assert_snapshot!(shown_all.join("\n\n"), @r#"
        error[shape.file] /table/rows_csv: the file `discounts.csv` was not given

        error[shape.csv] /table/rows_csv: header of `discounts.csv`: the column `customer.level` is missing
        error[shape.csv] /table/rows_csv: header of `discounts.csv`: the column `percent` occurs twice
        error[shape.csv] /table/rows_csv: header of `discounts.csv`: there is no input or output `level`
          help: known are `Net`, `customer.level`, `percent`, `id`, `note`

        error[shape.csv] /table/rows_csv: header of `discounts.csv`: `Net;customer.level;percent` looks like several columns
          help: separate columns with commas

        error[shape.csv] /table/rows_csv: line 2 of `discounts.csv`: 2 cells where the header has 3 columns
        error[table.cell] /table/rows_csv: line 3 of `discounts.csv`, column `customer.level`: `golden` is not one of the column's values
          help: did you mean `gold`?
        error[table.output_value] /table/rows_csv: line 3 of `discounts.csv`, column `percent`: `ten` is not a decimal number; write it like `12.50`
          help: `percent` gives a number

        error[table.cell] /table/rows_csv: line 2 of `discounts.csv`, column `Net`: `x` is not a number
          help: write a test such as `1000`, `< 1000`, `[10..20)`, `not(5)`, or `-` for any

        error[shape.csv] /table/rows_csv: the file `discounts.csv` is empty; its first line names the columns
        "#);
}

#[test]
fn an_explanation_says_which_cell_failed() {
    let def = table(&["net", "customer.level"], NUMBER, HitPolicy::First, &["< 1000 | gold -> 1", ">= 500 | not(gold) -> 2", "- | - -> 3"]);
    let compiled = compile(&def).0.unwrap();
    let reports = compiled.explain(&Document::new("1200", "gold", false, "2026-11-21"), None).unwrap();
    insta::assert_snapshot!(serde_json::to_string(&reports).unwrap().replace("},{\"row\"", "},\n{\"row\""), @r#"
        [{"row":"1","passed":false,"failed":[{"input":"net","expected":"< 1000","actual":"1200"}]},
        {"row":"2","passed":false,"failed":[{"input":"customer.level","expected":"not(gold)","actual":"gold"}]},
        {"row":"3","passed":true,"failed":[]}]
        "#);
}

#[test]
fn a_search_that_is_given_up_says_so_and_overlaps_must_be_disproved() {
    let def = table(&["net", "rush"], NUMBER, HitPolicy::Unique, &["< 10 | true -> 1", "< 5 | - -> 2", ">= 5 | false -> 3"]);
    let limits = Limits { table_work: 3, ..Limits::default() };
    let (compiled, found) = compile_with(&def, &Sources::none(), &limits);
    let severities: Vec<Severity> = found.iter().map(|problem| problem.severity).collect();
    assert_eq!((compiled.is_none(), severities), (true, vec![Severity::Warning, Severity::Error]), "{}", shown(&found));
    let rows = Limits { table_rows: 2, table_columns: 2, ..Limits::default() };
    assert_eq!(
        shown(&compile_with(&def, &Sources::none(), &rows).1),
        "error[limit.too_many] /table: the table has 3 columns; at most 2 are allowed\nerror[limit.too_many] /table: the table has 3 rows; at most 2 are allowed"
    );
}

#[test]
fn thousands_of_rows_compile_and_are_found() {
    let rows: Vec<String> = (0..5000).map(|row| format!("[{row}..{}) | - -> {row}", row + 1)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).chain(["< 0 | - -> 1", ">= 5000 | - -> 2"]).collect();
    let (compiled, found) = compile(&table(&["net", "customer.level"], NUMBER, HitPolicy::Unique, &rows));
    assert_eq!(shown(&found), "");
    let compiled = compiled.unwrap();
    for net in ["0", "17.5", "4999.99"] {
        let expected = net.split('.').next().unwrap();
        assert_eq!(outcome(&compiled, &Document::new(net, "gold", false, "2026-11-21")).unwrap(), expected);
    }
}

#[test]
fn a_sum_that_is_too_large_is_an_error() {
    let def = table(&["net"], NUMBER, HitPolicy::CollectSum, &["- -> 79228162514264337593543950335", "- -> 1"]);
    let error = outcome(&compile(&def).0.unwrap(), &Document::new("1", "gold", false, "2026-11-21")).unwrap_err();
    assert_eq!(error.code.as_str(), "limit.overflow");
}

#[test]
fn values_of_every_kind_come_out_as_they_were_written() {
    let outputs = r#"[{"id": "a", "type": "text"}, {"id": "b", "type": "bool"}, {"id": "c", "type": "date"}]"#;
    let compiled = compile(&table(&["rush"], outputs, HitPolicy::First, &["- -> \"a b\" | true | 2026-11-21"])).0.unwrap();
    let day: Date = "2026-11-21".parse().unwrap();
    let mut scratch = TableScratch::default();
    let document = Document::new("1", "gold", false, "2026-11-21");
    let hits = compiled.evaluate(&document, None, &mut scratch).unwrap();
    assert_eq!(hits.first().unwrap(), [Scalar::Text("a b".into()), Scalar::Bool(true), Scalar::Date(day)]);
    assert_eq!(compiled.output("c"), Some(2));
    assert_eq!(hits.aggregate(), None::<Decimal>);
}
