//! Long CSV files, read row by row: nothing is kept of a row when the next one is read.

use std::fmt::Display;
use std::str::FromStr;

use super::csv_table::{check_header, csv_error, text_of, width_error};
use super::{Code, Diagnostics, Path, ShapeCode, Sources};

/// The rows of a CSV file with a header row.
pub struct CsvRows<'a> {
    file: &'a str,
    path: String,
    header: Vec<String>,
    source: Source<'a>,
    /// The line of the row, counted from 1.
    line: u64,
}

/// Where rows come from.
enum Source<'a> {
    /// A file without quotes, with lines that end as usual: its cells are what stands between commas, and nothing needs to be copied.
    Plain { lines: std::str::Split<'a, char>, cells: Vec<&'a str>, read: u64 },
    /// Any other file.
    Quoted { reader: Box<csv::Reader<&'a [u8]>>, record: csv::StringRecord },
}

impl<'a> CsvRows<'a> {
    /// Opens the file of that name; `path` is where the rulebook names it. Columns must be known, each once; the first of `columns` must be
    /// there, the second are suggested where one is not known.
    pub fn open(
        file: &'a str,
        sources: &'a Sources,
        path: &Path<'_>,
        known: impl Fn(&str) -> bool,
        columns: (&[&str], &[&str]),
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let text = text_of(file, sources, path, diagnostics)?;
        let mut rows = Self { file, path: path.to_string(), header: Vec::new(), source: Source::new(text), line: 0 };
        let header = rows.source.advance(&mut rows.line, None);
        if let Err(error) = header {
            diagnostics.error(ShapeCode::Csv, path, format!("`{file}` is not CSV: {error}"));
            return None;
        }
        rows.header = (0..rows.source.width()).map(|column| rows.source.cell(column).unwrap_or_default().to_owned()).collect();
        check_header(file, &rows.header, path, known, columns, diagnostics).then_some(rows)
    }

    /// The number of a column, which is where its cells are.
    #[must_use]
    pub fn column(&self, title: &str) -> Option<usize> {
        self.header.iter().position(|known| known == title)
    }

    /// Goes to the next row; rows that cannot be read are reported and left out. False at the end.
    pub fn advance(&mut self, diagnostics: &mut Diagnostics) -> bool {
        loop {
            match self.source.advance(&mut self.line, Some(self.header.len())) {
                Ok(there) => return there,
                Err(message) => {
                    diagnostics.error(ShapeCode::Csv, &Path::pointer(&self.path), format!("`{}`: {message}", self.file));
                }
            }
        }
    }

    /// The line of the row in the file, counted from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The row's cell in a column; `None` when it is empty.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.source.cell(column).filter(|cell| !cell.is_empty())
    }

    /// The row's cell in a column as a value; a cell that cannot be read is reported, and is `None` like an empty one.
    pub fn parse<T: FromStr<Err: Display>>(&self, column: usize, diagnostics: &mut Diagnostics) -> Option<T> {
        match self.cell(column)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(ShapeCode::Csv, column, &error.to_string(), diagnostics);
                None
            }
        }
    }

    /// Reports a problem with a cell of the row.
    pub fn problem(&self, code: impl Into<Code>, column: usize, message: &str, diagnostics: &mut Diagnostics) {
        let title = self.header.get(column).map_or("", String::as_str);
        let place = format!("`{}`, line {}, column `{title}`: {message}", self.file, self.line);
        diagnostics.error(code, &Path::pointer(&self.path), place);
    }
}

impl<'a> Source<'a> {
    fn new(text: &'a str) -> Self {
        let lone_return = text.split('\r').skip(1).any(|rest| !rest.starts_with('\n'));
        if lone_return || text.contains('"') {
            let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).has_headers(false).from_reader(text.as_bytes());
            return Self::Quoted { reader: Box::new(reader), record: csv::StringRecord::new() };
        }
        Self::Plain { lines: text.split('\n'), cells: Vec::new(), read: 0 }
    }

    /// Reads the next row, which must have so many cells.
    fn advance(&mut self, line: &mut u64, width: Option<usize>) -> Result<bool, String> {
        match self {
            Self::Plain { lines, cells, read } => {
                cells.clear();
                for text in lines.by_ref() {
                    *read = read.saturating_add(1);
                    let text = text.strip_suffix('\r').unwrap_or(text);
                    if text.is_empty() {
                        continue;
                    }
                    *line = *read;
                    cells.extend(text.split(',').map(str::trim));
                    let found = cells.len();
                    return match width.filter(|width| *width != found) {
                        Some(width) => Err(width_error(*line, found, width)),
                        None => Ok(true),
                    };
                }
                Ok(false)
            }
            Self::Quoted { reader, record } => {
                let there = reader.read_record(record).map_err(|error| csv_error(&error, width.unwrap_or_default()))?;
                *line = record.position().map_or(0, csv::Position::line);
                Ok(there)
            }
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Plain { cells, .. } => cells.len(),
            Self::Quoted { record, .. } => record.len(),
        }
    }

    fn cell(&self, column: usize) -> Option<&str> {
        match self {
            Self::Plain { cells, .. } => cells.get(column).copied(),
            Self::Quoted { record, .. } => record.get(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All rows with their lines, and what was wrong.
    fn read(text: &str) -> (Vec<(u64, Vec<String>)>, Vec<String>) {
        let sources = Sources::none().with("f.csv", text);
        let mut diagnostics = Diagnostics::new();
        let mut rows = Vec::new();
        if let Some(mut file) = CsvRows::open("f.csv", &sources, &Path::ROOT, |_| true, (&[], &[]), &mut diagnostics) {
            while file.advance(&mut diagnostics) {
                let cells = (0..file.header.len()).map(|column| file.cell(column).unwrap_or_default().to_owned()).collect();
                rows.push((file.line(), cells));
            }
        }
        let problems =
            diagnostics.finish().err().map_or(Vec::new(), |error| error.diagnostics().iter().map(|d| d.message.clone()).collect());
        (rows, problems)
    }

    #[test]
    fn a_file_without_quotes_reads_as_one_with_them() {
        let plain = "a,b\n1, x \n2\n3,y";
        assert_eq!(read(plain), read(&plain.replace('a', "\"a\"")));
        assert_eq!(read(plain), read(&plain.replace('\n', "\r\n")));
        assert_eq!(read(plain).0, [(2, vec!["1".into(), "x".into()]), (4, vec!["3".into(), "y".into()])]);
        assert_eq!(read(plain).1, ["`f.csv`: row at line 3 has 1 cells, but the header has 2"]);
    }

    proptest::proptest! {
        #[test]
        fn both_ways_of_reading_agree(body in "(a?[ b]?,a?,? ?\n){0,12}") {
            let plain = format!("h,i\n{body}");
            let quoted = format!("h,\"i\"\n{body}");
            proptest::prop_assert_eq!(read(&plain), read(&quoted));
        }
    }
}
