//! Diagnostics, and the error that carries them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::sort;
use crate::time::{Period, Window};

use super::{Code, LimitCode, Path, RulebookCode, did_you_mean};

/// How bad a diagnostic or a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Probably not what the author wants.
    Warning,
    /// Cannot be used.
    Error,
}

/// A range of characters inside a text value, such as an expression: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Span {
    /// The first character, counted from 0.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
}

/// Another place that has to do with a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Related {
    /// The place, as a JSON pointer.
    pub path: String,
    /// What it has to do with the problem.
    pub message: String,
}

/// One problem of a rulebook or a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Diagnostic {
    /// What is wrong; stable across versions.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where in the input, as a JSON pointer; empty for the whole.
    pub path: String,
    /// Which characters of the text at that place, when it is about a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// What is wrong, for a person.
    pub message: String,
    /// What to do about it, when that is not plain from the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Other places that have to do with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// A problem that makes the input unusable.
    pub fn error(code: impl Into<Code>, path: &Path<'_>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code.into(), path, message.into())
    }

    /// Something that is probably not meant.
    pub fn warning(code: impl Into<Code>, path: &Path<'_>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code.into(), path, message.into())
    }

    fn new(severity: Severity, code: Code, path: &Path<'_>, message: String) -> Self {
        Self { code, severity, path: path.to_string(), span: None, message, help: None, related: Vec::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds help when there is some.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds the characters that it is about.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, path: &Path<'_>, message: impl Into<String>) -> Self {
        self.related.push(Related { path: path.to_string(), message: message.into() });
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let place = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{severity}[{}] {place}: {}", self.code, self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        for related in &self.related {
            write!(f, "\n  see {}: {}", related.path, related.message)?;
        }
        Ok(())
    }
}

/// Collects the problems of one compilation. Nothing stops at the first.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty collector.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds an error.
    pub fn error(&mut self, code: impl Into<Code>, path: &Path<'_>, message: impl Into<String>) {
        self.push(Diagnostic::error(code, path, message));
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: impl Into<Code>, path: &Path<'_>, message: impl Into<String>) {
        self.push(Diagnostic::warning(code, path, message));
    }

    /// Reports a reference to something that is not declared, with the nearest known name.
    pub fn unknown<'a>(&mut self, path: &Path<'_>, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) {
        let mut known = known.into_iter().peekable();
        let none = known.peek().is_none().then(|| format!("no {what} is declared yet"));
        let problem = Diagnostic::error(RulebookCode::UnknownReference, path, format!("there is no {what} `{name}`"));
        self.push(problem.maybe_help(none.or_else(|| did_you_mean(name, known))));
    }

    /// Reports a second entry with the same id.
    pub fn duplicate(&mut self, path: &Path<'_>, what: &str, id: &str) {
        self.error(RulebookCode::DuplicateId, path, format!("there is another {what} `{id}` before this one; ids must differ"));
    }

    /// Reports a period that no day belongs to.
    pub fn check_period(&mut self, period: Period, path: &Path<'_>) {
        if let (true, Some(from), Some(until)) = (period.is_empty(), period.from, period.until) {
            let message = format!("no day belongs to the period from `{from}` until `{until}`");
            self.push(
                Diagnostic::error(RulebookCode::EmptyPeriod, path, message).help("`until` is the first day that does not belong to it"),
            );
        }
    }

    /// Reports a window that no moment belongs to.
    pub fn check_window(&mut self, window: Window, path: &Path<'_>) {
        if let Window { from: Some(from), until: Some(until) } = window
            && until <= from
        {
            let message = format!("no moment lies between `{from}` and `{until}`");
            let problem = Diagnostic::error(RulebookCode::EmptyPeriod, path, message);
            self.push(problem.help("`until` is the first moment that does not belong to it"));
        }
    }

    /// The problems that make the input unusable.
    pub fn into_errors(self) -> impl Iterator<Item = Diagnostic> {
        self.list.into_iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// Whether a problem of that code is known at that place.
    #[must_use]
    pub fn has(&self, problem: &Diagnostic) -> bool {
        self.list.iter().any(|known| known.code == problem.code && known.path == problem.path)
    }

    /// How many problems there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Moves all problems after the first `since` to the path of a file and puts the row before their messages: rows have no path.
    pub fn name_rows(&mut self, since: usize, path: &Path<'_>, row: &str) {
        for problem in self.list.iter_mut().skip(since) {
            problem.message = format!("{row}: {}", problem.message);
            problem.path = path.to_string();
        }
    }

    /// Whether one of the problems makes the input unusable.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Ends the collection: the warnings when nothing is unusable, otherwise everything, sorted by path. Of more problems than the limit
    /// the first are listed, errors before warnings, and an entry says how many there are.
    ///
    /// # Errors
    /// [`Error`] with all diagnostics when one of them is an error.
    #[inline]
    pub fn finish(self) -> Result<Vec<Diagnostic>, Error> {
        if self.list.is_empty() { Ok(self.list) } else { self.in_order() }
    }

    fn in_order(mut self) -> Result<Vec<Diagnostic>, Error> {
        sort(&mut self.list);
        shorten(&mut self.list, Limits::default().diagnostics);
        if self.has_errors() { Err(Error { diagnostics: self.list.into() }) } else { Ok(self.list) }
    }
}

/// By path as a person reads it (`/lines/2` before `/lines/10`), then code, then place in the text.
fn sort(list: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| {
        let segments: Vec<(Option<u64>, String)> =
            diagnostic.path.split('/').map(|segment| (segment.parse().ok(), segment.to_owned())).collect();
        (segments, diagnostic.code.as_str(), diagnostic.span.map(|span| (span.start, span.end)), diagnostic.message.clone())
    };
    let mut keyed: Vec<_> = list.drain(..).map(|diagnostic| (key(&diagnostic), diagnostic)).collect();
    sort::by(&mut keyed, |one, other| one.0.cmp(&other.0));
    list.extend(keyed.into_iter().map(|(_, diagnostic)| diagnostic));
}

/// Keeps the first `most` problems, errors before warnings, and says how many there were.
fn shorten(list: &mut Vec<Diagnostic>, most: usize) {
    let found = list.len();
    if found <= most {
        return;
    }
    let errors = list.iter().filter(|problem| problem.severity == Severity::Error).count();
    let (mut errors, mut others) = (errors.min(most), most.saturating_sub(errors));
    list.retain(|problem| {
        let left = if problem.severity == Severity::Error { &mut errors } else { &mut others };
        let kept = *left > 0;
        *left = left.saturating_sub(1);
        kept
    });
    let message = format!("{found} problems were found; the first {most} are listed here, errors before warnings");
    list.insert(0, Diagnostic::new(Severity::Info, LimitCode::TooMany.into(), &Path::ROOT, message));
}

/// Input that cannot be judged: at least one diagnostic, all of them sorted by path.
///
/// A business "no" is never an `Error`; it is a value of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Error {
    // Two words, so that results travel in registers.
    diagnostics: Box<[Diagnostic]>,
}

impl Error {
    /// All problems, sorted by path; warnings stand among them.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The code of the first problem that makes the input unusable.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.first().map(|diagnostic| diagnostic.code)
    }

    /// The first problem that makes the input unusable.
    #[must_use]
    pub fn first(&self) -> Option<&Diagnostic> {
        self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Moves every path below `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &Path<'_>) -> Self {
        for diagnostic in &mut self.diagnostics {
            diagnostic.path = format!("{prefix}{}", diagnostic.path);
        }
        self
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: [diagnostic].into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(diagnostic, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::super::ShapeCode;
    use super::*;

    #[test]
    fn of_too_many_problems_the_errors_are_listed_first() {
        let problem = |severity, number| Diagnostic::new(severity, LimitCode::Overflow.into(), &Path::ROOT.index(number), String::new());
        let mut list: Vec<_> = (0..5).map(|number| problem(Severity::Warning, number)).collect();
        list.extend((5..8).map(|number| problem(Severity::Error, number)));
        shorten(&mut list, 4);
        let kept: Vec<_> = list.iter().map(|problem| (problem.path.as_str(), problem.severity)).collect();
        let (info, warning, error) = (Severity::Info, Severity::Warning, Severity::Error);
        assert_eq!(kept, [("", info), ("/0", warning), ("/5", error), ("/6", error), ("/7", error)]);
        assert_eq!(list[0].message, "8 problems were found; the first 4 are listed here, errors before warnings");
    }

    #[test]
    fn diagnostics_are_sorted_as_a_person_reads_paths() {
        let mut all = Diagnostics::new();
        let lines = Path::ROOT.field("lines");
        all.error(LimitCode::Overflow, &lines.index(10), "b");
        all.error(ShapeCode::WrongType, &lines.index(2), "a");
        all.warning(ShapeCode::WrongType, &Path::ROOT, "c");
        let error = all.finish().unwrap_err();
        let paths: Vec<_> = error.diagnostics().iter().map(|d| d.path.as_str()).collect();
        assert_eq!(paths, ["", "/lines/2", "/lines/10"]);
        assert_eq!(error.code(), Some(ShapeCode::WrongType.into()));
    }
}
