//! Formulas of the steps of the procedure.

use crate::expr::{CompileContext, Expr, Scope, Type};
use crate::report::{Diagnostic, ExprCode, Path};

/// Compiles a formula; one that can divide by zero is refused, because a step must have a result for every line.
pub(super) fn formula(text: &str, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Expr> {
    let compiled = Expr::compile(text, &Type::Number, scope, path, cx)?;
    if !compiled.may_divide_by_zero() {
        return Some(compiled);
    }
    let problem = Diagnostic::error(ExprCode::DivisionByZero, path, format!("`{text}` may divide by zero"));
    cx.diagnostics.push(problem.help("keep the divisor above zero with `max`, or ask: `x == 0 ? 0 : y / x`"));
    None
}
