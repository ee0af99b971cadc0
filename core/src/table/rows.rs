//! Reads the rows of a table, from its definition or from a CSV file, and knows where each cell stands.

use csv::{ReaderBuilder, StringRecord};

use super::{RowDef, TableDef};
use crate::expr::CompileContext;
use crate::id::RuleId;
use crate::report::{Diagnostic, LimitCode, Path, ShapeCode, did_you_mean};

/// A row as it was written.
#[derive(Debug, Clone)]
pub(super) struct WrittenRow {
    /// The name that the author gave.
    pub id: Option<RuleId>,
    /// One test per input.
    pub when: Vec<String>,
    /// One value per output.
    pub then: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An entry of `rows`, counted from 0.
    Entry(usize),
    /// A line of the file, counted from 1 as an editor does.
    Line(u64),
}

/// The columns of a table by which a diagnostic names a cell.
#[derive(Clone, Copy)]
pub(super) enum Cell {
    /// The row as a whole.
    Row,
    /// The test of an input, counted from 0.
    When(usize),
    /// The value of an output, counted from 0.
    Then(usize),
}

impl Origin {
    /// The row as a message names it: `row 3`, `line 4 of \`freight.csv\``.
    pub fn name(self, def: &TableDef) -> String {
        match self {
            Self::Entry(entry) => format!("row {}", entry.saturating_add(1)),
            Self::Line(line) => format!("line {line} of `{}`", def.rows_csv.as_deref().unwrap_or_default()),
        }
    }

    /// Makes a diagnostic at a cell: by path in the definition, by line and column in a file.
    pub fn report(
        self,
        def: &TableDef,
        path: &Path<'_>,
        cell: Cell,
        message: impl Into<String>,
        make: impl Fn(&Path<'_>, String) -> Diagnostic,
    ) -> Diagnostic {
        let message = message.into();
        match self {
            Self::Entry(entry) => {
                let (rows, when, then) = (path.field("rows"), "when", "then");
                let row = rows.index(entry);
                match cell {
                    Cell::Row => make(&row, message),
                    Cell::When(input) => make(&row.field(when).index(input), message),
                    Cell::Then(output) => make(&row.field(then).index(output), message),
                }
            }
            Self::Line(_) => {
                let column = match cell {
                    Cell::Row => None,
                    Cell::When(input) => def.inputs.get(input).map(|input| input.label.as_deref().unwrap_or(&input.expr)),
                    Cell::Then(output) => def.outputs.get(output).map(|output| output.id.as_str()),
                };
                let place = column.map_or_else(|| self.name(def), |column| format!("{}, column `{column}`", self.name(def)));
                make(&path.field("rows_csv"), format!("{place}: {message}"))
            }
        }
    }
}

/// The rows that could be read, and whether those are all; what cannot be read is reported.
pub(super) fn read(def: &TableDef, path: &Path<'_>, cx: &mut CompileContext<'_>) -> (Vec<WrittenRow>, bool) {
    let (rows, whole) = match &def.rows_csv {
        None => (def.rows.iter().enumerate().map(|(entry, row)| written(row, entry)).collect(), true),
        Some(_) if !def.rows.is_empty() => {
            let path = path.field("rows_csv");
            cx.diagnostics
                .push(Diagnostic::error(ShapeCode::File, &path, "the table has both `rows` and `rows_csv`").help("keep one of them"));
            (Vec::new(), false)
        }
        Some(file) => read_csv(def, file, &path.field("rows_csv"), cx).unwrap_or_default(),
    };
    if rows.len() > cx.limits.table_rows {
        let message = format!("the table has {} rows; at most {} are allowed", rows.len(), cx.limits.table_rows);
        cx.diagnostics.error(LimitCode::TooMany, path, message);
        return (Vec::new(), false);
    }
    (rows, whole)
}

fn written(row: &RowDef, entry: usize) -> WrittenRow {
    WrittenRow { id: row.id.clone(), when: row.when.clone(), then: row.then.clone(), origin: Origin::Entry(entry) }
}

/// What a column of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Input(usize),
    Output(usize),
    Id,
    Note,
}

fn read_csv(def: &TableDef, file: &str, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<(Vec<WrittenRow>, bool)> {
    let Some(text) = cx.sources.get(file) else {
        let help = did_you_mean(file, cx.sources.iter().map(|(name, _)| name));
        cx.diagnostics.push(Diagnostic::error(ShapeCode::File, path, format!("the file `{file}` was not given")).maybe_help(help));
        return None;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            cx.diagnostics.error(ShapeCode::Csv, path, format!("the header of `{file}` cannot be read: {error}"));
            return None;
        }
    };
    let columns = header_columns(def, file, &header, path, cx)?;
    let mut rows = Vec::new();
    let mut whole = true;
    for record in reader.records() {
        match record {
            Ok(record) if record.iter().all(str::is_empty) => {}
            Ok(record) => match row_of(def, &columns, &record) {
                Ok(row) => rows.push(row),
                Err(problem) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    cx.diagnostics.error(ShapeCode::Csv, path, format!("line {line} of `{file}`: {problem}"));
                    whole = false;
                }
            },
            Err(error) => {
                cx.diagnostics.error(ShapeCode::Csv, path, format!("`{file}` cannot be read: {error}"));
                return None;
            }
        }
        if rows.len() > cx.limits.table_rows {
            break;
        }
    }
    Some((rows, whole))
}

fn header_columns(def: &TableDef, file: &str, header: &StringRecord, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Vec<Column>> {
    let mut columns = Vec::with_capacity(header.len());
    let mut problems = Vec::new();
    if header.is_empty() {
        cx.diagnostics.error(ShapeCode::Csv, path, format!("the file `{file}` is empty; its first line names the columns"));
        return None;
    }
    if let Some(only) = header.get(0).filter(|only| header.len() == 1 && only.contains(';')) {
        let message = format!("header of `{file}`: `{only}` looks like several columns");
        cx.diagnostics.push(Diagnostic::error(ShapeCode::Csv, path, message).help("separate columns with commas"));
        return None;
    }
    for title in header {
        match column(def, title) {
            Some(column) if columns.contains(&column) => problems.push((format!("the column `{title}` occurs twice"), None)),
            Some(column) => columns.push(column),
            None => problems.push((format!("there is no input or output `{title}`"), did_you_mean(title, titles(def)))),
        }
    }
    let wanted = (0..def.inputs.len()).map(Column::Input).chain((0..def.outputs.len()).map(Column::Output));
    for missing in wanted.filter(|wanted| !columns.contains(wanted)) {
        let title = match missing {
            Column::Input(input) => def.inputs.get(input).map(|input| input.label.as_deref().unwrap_or(&input.expr)),
            Column::Output(output) => def.outputs.get(output).map(|output| output.id.as_str()),
            Column::Id | Column::Note => None,
        };
        problems.push((format!("the column `{}` is missing", title.unwrap_or_default()), None));
    }
    let good = problems.is_empty();
    for (problem, help) in problems {
        cx.diagnostics.push(Diagnostic::error(ShapeCode::Csv, path, format!("header of `{file}`: {problem}")).maybe_help(help));
    }
    good.then_some(columns)
}

fn column(def: &TableDef, title: &str) -> Option<Column> {
    let input = def.inputs.iter().position(|input| input.label.as_deref() == Some(title) || input.expr.trim() == title);
    let output = || def.outputs.iter().position(|output| output.id.as_str() == title);
    input.map(Column::Input).or_else(|| output().map(Column::Output)).or(match title {
        "id" => Some(Column::Id),
        "note" => Some(Column::Note),
        _ => None,
    })
}

fn titles(def: &TableDef) -> impl Iterator<Item = &str> {
    let inputs = def.inputs.iter().map(|input| input.label.as_deref().unwrap_or(&input.expr));
    inputs.chain(def.outputs.iter().map(|output| output.id.as_str())).chain(["id", "note"])
}

fn row_of(def: &TableDef, columns: &[Column], record: &StringRecord) -> Result<WrittenRow, String> {
    if record.len() != columns.len() {
        return Err(format!("{} cells where the header has {} columns", record.len(), columns.len()));
    }
    let line = record.position().map_or(0, csv::Position::line);
    let mut row = WrittenRow {
        id: None,
        when: vec![String::new(); def.inputs.len()],
        then: vec![String::new(); def.outputs.len()],
        origin: Origin::Line(line),
    };
    for (column, cell) in columns.iter().zip(record) {
        let place = match column {
            Column::Input(input) => row.when.get_mut(*input),
            Column::Output(output) => row.then.get_mut(*output),
            Column::Id if cell.is_empty() => None,
            Column::Id => {
                row.id = Some(RuleId::new(cell).map_err(|error| format!("the id `{cell}`: {error}"))?);
                None
            }
            Column::Note => None,
        };
        if let Some(place) = place {
            cell.clone_into(place);
        }
    }
    Ok(row)
}
