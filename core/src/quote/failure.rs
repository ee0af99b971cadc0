//! Steps that have no result for a document: what cannot be judged is an error that names the step.

use crate::expr::EvalError;
use crate::id::StepId;
use crate::money::ArithmeticError;
use crate::report::{Diagnostic, Error, LimitCode, Path};

/// A formula or condition without a result is about the request's line, or the document.
pub(super) fn no_result(error: &EvalError, step: &StepId, line: Option<usize>) -> Error {
    let lines = Path::ROOT.field("lines");
    let place = line.map_or(Path::ROOT, |line| lines.index(line));
    Diagnostic::error(error.code, &place, format!("the step `{step}` has no result here: {}", error.message)).into()
}

/// A figure with more digits than an amount can hold.
pub(super) fn too_large(error: ArithmeticError, step: &StepId, line: Option<usize>) -> Error {
    let lines = Path::ROOT.field("lines");
    let at_line = line.map(|line| lines.index(line));
    Diagnostic::error(LimitCode::Overflow, at_line.as_ref().unwrap_or(&lines), format!("in the step `{step}`: {error}")).into()
}

/// The lines come to more than an amount can hold.
#[cold]
pub(super) fn sum_too_large() -> Error {
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), "the amounts of the lines are too large to add up").into()
}
