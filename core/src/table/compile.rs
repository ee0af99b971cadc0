//! From what the author wrote to a table that can be evaluated. Every problem is reported; nothing stops at the first.

use super::analysis;
use super::axis::{Axis, Values, number};
use super::cell::{self, Test};
use super::index::RowIndex;
use super::outputs::{self, Output};
use super::rows::{self, Cell, WrittenRow};
use super::runs::Runs;
use super::{HitPolicy, InputDef, OutputType, Scalar, TableDef};
use crate::expr::{CompileContext, Expr, Presence, Scope, Type};
use crate::id::{RuleId, Set, Symbol};
use crate::report::{Diagnostic, Diagnostics, LimitCode, Path, TableCode, did_you_mean};

/// A decision table that was checked and can be evaluated.
///
/// ```
/// use dealdesk::Decimal;
/// use dealdesk::expr::{CompileContext, Facts, Presence, Scope, Slot, Type, Value, Vocabulary};
/// use dealdesk::id::Symbols;
/// use dealdesk::limits::Limits;
/// use dealdesk::report::{Diagnostics, Path, Sources};
/// use dealdesk::table::{Scalar, Table, TableScratch};
///
/// struct Order(i64);
/// impl Facts for Order {
///     fn value(&self, _: Slot, _: Option<usize>) -> Value<'_> {
///         Value::Number(self.0.into())
///     }
///     fn line_count(&self) -> usize {
///         0
///     }
/// }
///
/// let mut vocabulary = Vocabulary::new();
/// vocabulary.declare("document.net", Type::Number, Scope::Document, Presence::Always, None)?;
/// let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
/// let mut cx = CompileContext {
///     vocabulary: &vocabulary,
///     symbols: &mut symbols,
///     sources: &Sources::none(),
///     limits: &Limits::default(),
///     diagnostics: &mut diagnostics,
/// };
/// let def = serde_json::from_str(r#"{
///     "inputs": [{"expr": "document.net"}],
///     "outputs": [{"id": "freight", "type": "number"}],
///     "rows": [{"when": ["< 500"], "then": ["12.50"]}, {"when": ["> 500"], "then": ["0"]}]
/// }"#)?;
/// let table = Table::compile(&def, Scope::Document, &Path::ROOT, &mut cx).ok_or("cannot be used")?;
/// let mut scratch = TableScratch::default();
/// let hits = table.evaluate(&Order(800), None, &mut scratch)?;
/// assert_eq!(hits.first(), Some(&[Scalar::Number(Decimal::ZERO)][..]));
/// assert_eq!(diagnostics.finish()?[0].message, "no row fires when `document.net` is `500`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) policy: HitPolicy,
    pub(super) columns: Box<[Column]>,
    pub(super) outputs: Box<[Output]>,
    pub(super) rows: Box<[Row]>,
    /// What the outputs are when no row fires.
    pub(super) default: Option<Box<[Scalar]>>,
}

/// A column that is tested.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub title: Box<str>,
    /// What the author says of the values that can occur: what `-` stands for.
    pub any: Box<str>,
    pub expr: Expr,
    pub axis: Axis,
    pub index: RowIndex,
}

/// A row: its name, the classes that its cells accept, the cells as they were written, what it gives.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub id: RuleId,
    pub classes: Box<[Runs]>,
    pub cells: Box<[Box<str>]>,
    pub outputs: Box<[Scalar]>,
    /// The row's place among all rows when they are ordered by the rank of their outputs.
    pub rank: u32,
}

/// A column before its cells are known.
struct Input {
    title: Box<str>,
    any: Box<str>,
    expr: Expr,
    values: Values,
}

/// A row whose cells could be read.
struct ReadRow {
    id: RuleId,
    tests: Vec<Test>,
    cells: Vec<Box<str>>,
    outputs: Vec<Scalar>,
}

impl Table {
    /// Checks a table and makes it ready. Problems go to `cx.diagnostics`: errors when cells, columns or outputs cannot be read or
    /// rows overlap where they must not, warnings for gaps and for rows that never fire.
    ///
    /// `scope` says whether the input expressions may read a line. The hit policy is `unique` when the definition has none.
    pub fn compile(def: &TableDef, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        let policy = def.hit_policy.unwrap_or_default();
        let fits = outputs::check_policy(def, policy, path, cx.diagnostics) & check_titles(def, path, cx);
        let outputs = outputs::read(def, path, cx.diagnostics);
        let default = outputs::read_default(def, path, cx.diagnostics);
        let inputs: Vec<Option<Input>> =
            def.inputs.iter().enumerate().map(|(at, input)| read_input(input, scope, &path.field("inputs").index(at), cx)).collect();
        let (written, whole_file) = rows::read(def, path, cx);
        let read = read_rows(def, &inputs, &outputs, &written, path, cx.diagnostics);
        let (true, Some(default), Some(outputs), Some(inputs), Some(read)) =
            (fits & whole_file, default, whole(outputs), whole(inputs), read)
        else {
            return None;
        };
        let table = build(policy, inputs, outputs, default, read, cx);
        analysis::check(&table, def, &written, path, cx).then_some(table)
    }

    /// How many rows the table has.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The expressions that the columns test, from left to right.
    pub fn inputs(&self) -> impl Iterator<Item = &Expr> {
        self.columns.iter().map(|column| &column.expr)
    }

    /// The place of an output among the outputs of a row.
    #[must_use]
    pub fn output(&self, id: &str) -> Option<usize> {
        self.outputs.iter().position(|output| output.id.as_str() == id)
    }

    /// The rows as they count from top to bottom, each with its name and outputs.
    pub fn rows(&self) -> impl Iterator<Item = (&RuleId, &[Scalar])> {
        self.rows.iter().map(|row| (&row.id, &*row.outputs))
    }
}

fn whole<T>(parts: Vec<Option<T>>) -> Option<Vec<T>> {
    parts.into_iter().collect()
}

fn check_titles(def: &TableDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> bool {
    let mut good = true;
    let columns = def.inputs.len().saturating_add(def.outputs.len());
    if columns > cx.limits.table_columns {
        let message = format!("the table has {columns} columns; at most {} are allowed", cx.limits.table_columns);
        cx.diagnostics.error(LimitCode::TooMany, path, message);
        good = false;
    }
    let inputs = def.inputs.iter().map(|input| input.label.as_deref().unwrap_or(&input.expr)).map(|title| ("inputs", title));
    let outputs = def.outputs.iter().map(|output| ("outputs", output.id.as_str()));
    let mut seen: Set<(&str, &str)> = Set::default();
    for (kind, title) in inputs.chain(outputs) {
        if !seen.insert((kind, title)) {
            let message = format!("the table has two {kind} `{title}`; give one of them another name");
            cx.diagnostics.error(TableCode::Duplicate, &path.field(kind), message);
            good = false;
        }
    }
    good
}

fn read_input(def: &InputDef, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Input> {
    let place = path.field("expr");
    let expr = Expr::compile_any(&def.expr, scope, &place, cx)?;
    let kind = match expr.ty() {
        Type::Number => OutputType::Number,
        Type::Text => OutputType::Text,
        Type::Bool => OutputType::Bool,
        Type::Date => OutputType::Date,
        Type::List(_) => {
            let message = format!("`{}` is a list, and a cell tests one value", def.expr.trim());
            let help = format!("ask for one entry, as in `'x' in {}`", def.expr.trim());
            cx.diagnostics.push(Diagnostic::error(TableCode::Cell, &place, message).help(help));
            return None;
        }
    };
    let name = expr.as_slot().and_then(|slot| cx.vocabulary.name(slot));
    let optional = name.is_some_and(|name| name.presence == Presence::Optional);
    let texts = |symbols: &[Symbol]| symbols.iter().map(|symbol| cx.symbols.text(*symbol).into()).collect();
    let one_of = name.and_then(|name| name.one_of.as_deref()).map(texts);
    let mut values = Values { kind, optional, one_of, allowed: None };
    if let Some(allowed) = &def.values {
        let path = path.field("values");
        values.allowed = Some(read_test(allowed, &values).map_err(|problem| cx.diagnostics.push(problem.at(&path))).ok()?);
    }
    let any = def.values.as_deref().unwrap_or("-").into();
    Some(Input { title: def.label.as_deref().unwrap_or(&def.expr).into(), any, expr, values })
}

/// A cell that cannot be used.
struct Problem {
    message: String,
    help: Option<String>,
    span: Option<crate::report::Span>,
}

impl Problem {
    fn at(self, path: &Path<'_>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(TableCode::Cell, path, self.message).maybe_help(self.help);
        diagnostic.span = self.span;
        diagnostic
    }
}

fn read_test(text: &str, values: &Values) -> Result<Test, Problem> {
    let test = cell::parse(text, values.kind).map_err(|error| Problem {
        message: error.message,
        help: Some(error.help),
        span: Some(error.span),
    })?;
    for value in test.values() {
        if let (Scalar::Text(text), Some(known)) = (value, &values.one_of)
            && !known.contains(text)
        {
            let help = did_you_mean(text, known.iter().map(AsRef::as_ref));
            return Err(Problem { message: format!("`{text}` is not one of the column's values"), help, span: None });
        }
    }
    Ok(test)
}

fn read_rows(
    def: &TableDef,
    inputs: &[Option<Input>],
    outputs: &[Option<Output>],
    written: &[WrittenRow],
    path: &Path<'_>,
    all: &mut Diagnostics,
) -> Option<Vec<ReadRow>> {
    let mut ids: Set<RuleId> = Set::default();
    let read: Vec<Option<ReadRow>> = written
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let id = row.id.clone().or_else(|| RuleId::new(at.saturating_add(1).to_string()).ok())?;
            let unique = ids.insert(id.clone());
            if !unique {
                let message = format!("two rows are called `{id}`; a row without an id is called by its number");
                all.push(
                    row.origin.report(def, path, Cell::Row, message, |path, text| Diagnostic::error(TableCode::Duplicate, path, text)),
                );
            }
            read_row(def, inputs, outputs, row, id, path, all).filter(|_| unique)
        })
        .collect();
    whole(read)
}

fn read_row(
    def: &TableDef,
    inputs: &[Option<Input>],
    outputs: &[Option<Output>],
    row: &WrittenRow,
    id: RuleId,
    path: &Path<'_>,
    all: &mut Diagnostics,
) -> Option<ReadRow> {
    for (found, wanted, cells, columns) in
        [(row.when.len(), def.inputs.len(), "when", "inputs"), (row.then.len(), def.outputs.len(), "then", "outputs")]
    {
        if found != wanted {
            let message = format!("`{cells}` has {found} cells, but the table has {wanted} {columns}");
            all.push(row.origin.report(def, path, Cell::Row, message, |path, text| Diagnostic::error(TableCode::RowWidth, path, text)));
            return None;
        }
    }
    let tests = row.when.iter().zip(inputs).enumerate().map(|(at, (text, input))| {
        let input = input.as_ref()?;
        let report = |problem: Problem| {
            let (message, help, span) = (problem.message, problem.help, problem.span);
            let make = |path: &Path<'_>, message| Problem { message, help: help.clone(), span }.at(path);
            row.origin.report(def, path, Cell::When(at), message, make)
        };
        read_test(text, &input.values).map_err(|problem| all.push(report(problem))).ok()
    });
    let tests: Vec<Option<Test>> = tests.collect();
    let values = row.then.iter().zip(outputs).enumerate().map(|(at, (text, output))| {
        let report = |(message, help): (String, Option<String>)| {
            let make = |path: &Path<'_>, text| Diagnostic::error(TableCode::OutputValue, path, text).maybe_help(help.clone());
            row.origin.report(def, path, Cell::Then(at), message, make)
        };
        output.as_ref()?.value(text).map_err(|problem| all.push(report(problem))).ok()
    });
    let values: Vec<Option<Scalar>> = values.collect();
    let cells = row.when.iter().map(|cell| cell.trim().into()).collect();
    Some(ReadRow { id, tests: whole(tests)?, cells, outputs: whole(values)? })
}

fn build(
    policy: HitPolicy,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    default: Option<Box<[Scalar]>>,
    read: Vec<ReadRow>,
    cx: &mut CompileContext<'_>,
) -> Table {
    let mut classes: Vec<Vec<Runs>> = read.iter().map(|_| Vec::with_capacity(inputs.len())).collect();
    let mut columns = Vec::with_capacity(inputs.len());
    for (at, input) in inputs.into_iter().enumerate() {
        let tests = || read.iter().filter_map(|row| row.tests.get(at));
        let axis = Axis::new(&input.values, tests(), cx.symbols);
        let accepted: Vec<Runs> = tests().map(|test| axis.classes(test)).collect();
        let index = RowIndex::new(axis.class_count(), accepted.iter());
        for (row, runs) in classes.iter_mut().zip(accepted) {
            row.push(runs);
        }
        columns.push(Column { title: input.title, any: input.any, expr: input.expr, axis, index });
    }
    let ranks = outputs::ranks(policy, &outputs, read.iter().map(|row| row.outputs.as_slice()));
    let rows = read.into_iter().zip(classes).zip(ranks);
    let rows = rows.map(|((row, classes), rank)| Row {
        id: row.id,
        classes: classes.into(),
        cells: row.cells.into(),
        outputs: row.outputs.into(),
        rank: number(rank),
    });
    Table { policy, rows: rows.collect(), columns: columns.into(), outputs: outputs.into(), default }
}
