//! Where the lexer, the parser and the check report what is wrong.

use crate::report::{Code, Diagnostic, Diagnostics, Path, Span};

/// The diagnostics of one expression.
pub(super) struct Problems<'a> {
    path: &'a Path<'a>,
    diagnostics: &'a mut Diagnostics,
    errors: usize,
}

impl<'a> Problems<'a> {
    pub fn new(path: &'a Path<'a>, diagnostics: &'a mut Diagnostics) -> Self {
        Self { path, diagnostics, errors: 0 }
    }

    pub fn error(&mut self, code: impl Into<Code>, span: Span, message: impl Into<String>, help: Option<String>) {
        self.errors = self.errors.saturating_add(1);
        self.diagnostics.push(Diagnostic::error(code, self.path, message).at(span).maybe_help(help));
    }

    pub fn warning(&mut self, code: impl Into<Code>, span: Span, message: impl Into<String>, help: Option<String>) {
        self.diagnostics.push(Diagnostic::warning(code, self.path, message).at(span).maybe_help(help));
    }

    pub fn any_errors(&self) -> bool {
        self.errors > 0
    }
}

/// From the start of one place to the end of another.
pub(super) fn join(from: Span, to: Span) -> Span {
    Span { start: from.start.min(to.start), end: to.end.max(from.end) }
}
