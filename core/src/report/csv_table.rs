//! Tables that authors keep as CSV: read by column name, with problems that name file, row and column.

use std::fmt::Display;
use std::str::FromStr;

use super::{Code, Diagnostic, Diagnostics, LimitCode, Path, ShapeCode, Sources, did_you_mean};
use crate::limits::Limits;

/// A CSV file with a header row.
#[derive(Debug)]
pub struct CsvTable<'a> {
    file: &'a str,
    path: String,
    header: Vec<String>,
    records: Vec<(u64, csv::StringRecord)>,
}

/// One row of a [`CsvTable`].
#[derive(Debug, Clone, Copy)]
pub struct CsvRow<'a> {
    table: &'a CsvTable<'a>,
    line: u64,
    record: &'a csv::StringRecord,
}

impl<'a> CsvTable<'a> {
    /// Reads the file of that name; `path` is where the rulebook names it. Columns must be known, each once, and the required ones there.
    pub fn read(
        file: &'a str,
        sources: &Sources,
        path: &Path<'_>,
        known: impl Fn(&str) -> bool,
        required: &[&str],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let text = text_of(file, sources, path, diagnostics)?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(str::to_owned).collect(),
            Err(error) => {
                diagnostics.error(ShapeCode::Csv, path, format!("`{file}` is not CSV: {error}"));
                return None;
            }
        };
        if !check_header(file, &header, path, known, (required, required), diagnostics) {
            return None;
        }
        let mut records = Vec::new();
        for record in reader.into_records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    records.push((line, record));
                }
                Err(error) => diagnostics.error(ShapeCode::Csv, path, format!("`{file}`: {}", csv_error(&error, header.len()))),
            }
        }
        Some(Self { file, path: path.to_string(), header, records })
    }

    /// The titles of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows below the header.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = CsvRow<'_>> {
        self.records.iter().map(|(line, record)| CsvRow { table: self, line: *line, record })
    }
}

/// The text of a file without its byte order mark; a file that was not given is reported.
pub(super) fn text_of<'s>(file: &str, sources: &'s Sources, path: &Path<'_>, diagnostics: &mut Diagnostics) -> Option<&'s str> {
    let Some(text) = sources.get(file) else {
        let message = format!("the file `{file}` was not given; the host passes the files that a rulebook names");
        let names = sources.iter().map(|(name, _)| name);
        diagnostics.push(Diagnostic::error(ShapeCode::File, path, message).maybe_help(did_you_mean(file, names)));
        return None;
    };
    let (bytes, most) = (text.len(), Limits::default().text_bytes);
    if bytes > most {
        diagnostics.error(LimitCode::TooLong, path, format!("the file `{file}` has {bytes} bytes; at most {most} are read"));
        return None;
    }
    Some(text.trim_start_matches('\u{feff}'))
}

/// Whether the columns are known, each once, and the required ones there; those that are `named` are suggested.
pub(super) fn check_header(
    file: &str,
    header: &[String],
    path: &Path<'_>,
    known: impl Fn(&str) -> bool,
    (required, named): (&[&str], &[&str]),
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut fine = true;
    for (index, column) in header.iter().enumerate() {
        let message = if header.iter().take(index).any(|other| other == column) {
            format!("`{file}` has two columns `{column}`")
        } else if !known(column) {
            format!("`{file}` has an unknown column `{column}`")
        } else {
            continue;
        };
        diagnostics.push(Diagnostic::error(ShapeCode::Csv, path, message).maybe_help(did_you_mean(column, named.iter().copied())));
        fine = false;
    }
    for column in required {
        if !header.iter().any(|known| known == column) {
            diagnostics.error(ShapeCode::Csv, path, format!("`{file}` has no column `{column}`"));
            fine = false;
        }
    }
    fine
}

pub(super) fn csv_error(error: &csv::Error, columns: usize) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, len, .. } => {
            let cells = usize::try_from(*len).unwrap_or(usize::MAX);
            width_error(pos.as_ref().map_or(0, csv::Position::line), cells, columns)
        }
        _ => error.to_string(),
    }
}

pub(super) fn width_error(line: u64, cells: usize, columns: usize) -> String {
    format!("row at line {line} has {cells} cells, but the header has {columns}")
}

impl<'a> CsvRow<'a> {
    /// The line of the file, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The cell in a column; `None` when it is empty or there is no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&'a str> {
        let index = self.table.header.iter().position(|known| known == column)?;
        self.record.get(index).filter(|cell| !cell.is_empty())
    }

    /// The cells that are not empty, with the titles of their columns.
    pub fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.table.header.iter().map(String::as_str).zip(self.record.iter()).filter(|(_, cell)| !cell.is_empty())
    }

    /// The cell in a column as a value; a cell that cannot be read is reported, and is `None` like an empty one.
    pub fn parse<T: FromStr<Err: Display>>(&self, column: &str, diagnostics: &mut Diagnostics) -> Option<T> {
        match self.text(column)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(ShapeCode::Csv, column, &error.to_string(), diagnostics);
                None
            }
        }
    }

    /// Reports a problem with a cell of this row.
    pub fn problem(&self, code: impl Into<Code>, column: &str, message: &str, diagnostics: &mut Diagnostics) {
        let place = format!("`{}`, line {}, column `{column}`: {message}", self.table.file, self.line);
        diagnostics.error(code, &Path::pointer(&self.table.path), place);
    }
}
