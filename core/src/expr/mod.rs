//! The expression language: conditions and formulas as text, in a subset of the syntax of CEL, and the index over many of them.
//!
//! Invariants: an expression is checked whole when the rulebook is compiled, against a closed [`Vocabulary`]; evaluating it is
//! exact, ends within a bounded number of steps, allocates nothing and never panics. There is no three-valued logic: what may be
//! missing is asked for with `has()`, or the expression does not compile.
//!
//! | item | what it is |
//! |---|---|
//! | [`Vocabulary`] | every name that an expression may use, with type, scope and slot |
//! | [`Expr`] | a compiled expression: evaluate, explain |
//! | [`Facts`] | a document as expressions see it: values by slot |
//! | [`Value`], [`Text`], [`Literal`] | what is read and given |
//! | [`Leaf`] | one comparison of an explained condition |
//! | [`Atom`] | a part of a conjunction that an index can answer |
//! | [`RuleIndex`] | which of many rules match, without asking each |

mod amount;
mod ast;
mod atoms;
mod calls;
mod check;
mod constant;
mod division;
mod domain;
mod eval;
mod explain;
#[cfg(test)]
mod fixture;
mod index;
mod lexer;
#[cfg(test)]
mod messages;
mod names;
mod parser;
mod possible;
mod problems;
mod program;
#[cfg(test)]
mod tests;
mod value;
mod vocabulary;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use amount::AmountIn;
pub use atoms::Atom;
pub use constant::{Constant, FactProblem, FactValue};
pub use explain::Leaf;
pub use index::{IndexScratch, RuleIndex};
pub use value::{Counts, Facts, Literal, Text, Value};
pub use vocabulary::{Name, Presence, Scope, Slot, Type, Vocabulary, VocabularyError};

use crate::id::Symbols;
use crate::limits::Limits;
use crate::money::Decimal;
use crate::report::{Code, Diagnostic, Diagnostics, LimitCode, Path, Sources, Span};

/// What a compilation works with, the same for every part of a rulebook.
#[derive(Debug)]
pub struct CompileContext<'a> {
    /// The names that expressions may use.
    pub vocabulary: &'a Vocabulary,
    /// The texts of the rulebook; texts of expressions are added.
    pub symbols: &'a mut Symbols,
    /// The files that the rulebook names.
    pub sources: &'a Sources,
    /// The limits.
    pub limits: &'a Limits,
    /// Where every problem goes.
    pub diagnostics: &'a mut Diagnostics,
}

/// Why an evaluation has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// What happened: `limit.overflow`, `expr.division_by_zero`, `expr.optional` or `expr.type`.
    pub code: Code,
    /// The part of the expression that has no value.
    pub span: Span,
    /// What happened, for a person.
    pub message: String,
}

impl EvalError {
    /// The error as a diagnostic of the place where the expression stands.
    #[must_use]
    pub fn into_diagnostic(self, path: &Path<'_>) -> Diagnostic {
        Diagnostic::error(self.code, path, self.message).at(self.span)
    }
}

/// A compiled expression: immutable, cheap to clone.
///
/// ```
/// use dealdesk::expr::{CompileContext, Expr, Facts, Presence, Scope, Slot, Type, Value, Vocabulary};
/// use dealdesk::id::Symbols;
/// use dealdesk::limits::Limits;
/// use dealdesk::report::{Diagnostics, Path, Sources};
///
/// struct Order;
/// impl Facts for Order {
///     fn value(&self, _: Slot, line: Option<usize>) -> Value<'_> {
///         line.map_or(Value::Missing, |_| Value::Number(12.into()))
///     }
///     fn line_count(&self) -> usize {
///         1
///     }
/// }
///
/// let mut vocabulary = Vocabulary::new();
/// vocabulary.declare("line.quantity", Type::Number, Scope::Line, Presence::Always, None)?;
/// let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
/// let mut cx = CompileContext {
///     vocabulary: &vocabulary,
///     symbols: &mut symbols,
///     sources: &Sources::none(),
///     limits: &Limits::default(),
///     diagnostics: &mut diagnostics,
/// };
/// let expr = Expr::compile("line.quantity >= 10", &Type::Bool, Scope::Line, &Path::ROOT, &mut cx).ok_or("does not compile")?;
/// assert!(expr.test(&Order, Some(0))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Expr(Arc<Program>);

#[derive(Debug)]
struct Program {
    source: Box<str>,
    root: Root,
    ty: Type,
    slots: Box<[Slot]>,
    atoms: Box<[Atom]>,
    fully_indexed: bool,
}

#[derive(Debug)]
enum Root {
    Typed(program::Typed),
    /// A bare optional name, whose value may be missing.
    Optional(program::Read),
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", self.0.source)
    }
}

impl Expr {
    /// Compiles an expression that must give a value of type `expected`.
    ///
    /// Every problem goes to the diagnostics of the context, with `path` and the characters that it is about. The result is none
    /// when the expression cannot be used.
    pub fn compile(source: &str, expected: &Type, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        compile(source, Some(expected), scope, path, cx)
    }

    /// Compiles an expression of any type, see [`Expr::ty`]. A bare optional name is allowed and may give [`Value::Missing`].
    pub fn compile_any(source: &str, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Self> {
        compile(source, None, scope, path, cx)
    }

    /// The value of the expression, on a line when it was compiled for lines.
    ///
    /// # Errors
    /// [`EvalError`] on overflow, on division by zero, and when the facts do not give what the vocabulary promises.
    pub fn evaluate<'f, F: Facts + ?Sized>(&'f self, facts: &'f F, line: Option<usize>) -> Result<Value<'f>, EvalError> {
        let env = eval::Env { facts, line, outer: None };
        match &self.0.root {
            Root::Typed(typed) => env.typed(typed).map_err(|fault| fault.into_error(&self.0.source)),
            Root::Optional(read) => Ok(env.optional(read)),
        }
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// As [`Expr::evaluate`]; and `expr.type` when the expression is no condition.
    pub fn test<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Result<bool, EvalError> {
        match &self.0.root {
            Root::Typed(program::Typed::Bool(condition)) => {
                eval::Env { facts, line, outer: None }.test(condition).map_err(|fault| fault.into_error(&self.0.source))
            }
            _ => Err(self.other_type(&Type::Bool)),
        }
    }

    /// The value of a formula.
    ///
    /// # Errors
    /// As [`Expr::evaluate`]; and `expr.type` when the expression is no number.
    pub fn number<F: Facts + ?Sized>(&self, facts: &F, line: Option<usize>) -> Result<Decimal, EvalError> {
        match &self.0.root {
            Root::Typed(program::Typed::Number(number)) => {
                eval::Env { facts, line, outer: None }.number(number).map_err(|fault| fault.into_error(&self.0.source))
            }
            _ => Err(self.other_type(&Type::Number)),
        }
    }

    fn other_type(&self, needed: &Type) -> EvalError {
        let span = Span { start: 0, end: self.0.source.chars().count() };
        let message = format!("`{}` gives {}, but {needed} is needed here", self.0.source, self.0.ty);
        EvalError { code: crate::report::ExprCode::Type.into(), span, message }
    }

    /// The type of the value.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The slot, when the expression is a bare name: what a table's column may look up without evaluating anything.
    #[must_use]
    pub fn as_slot(&self) -> Option<Slot> {
        use program::{Cond, Day, Lst, Num, Txt, Typed};
        match &self.0.root {
            Root::Optional(read)
            | Root::Typed(
                Typed::Bool(Cond::Read(read))
                | Typed::Number(Num::Read(read))
                | Typed::Text(Txt::Read(read))
                | Typed::Date(Day::Read(read))
                | Typed::List(Lst::Read(read, _)),
            ) => Some(read.slot),
            Root::Typed(_) => None,
        }
    }

    /// What the top-level conjunction of a condition says about single slots and constants, so that a [`RuleIndex`] can answer it.
    #[must_use]
    pub fn atoms(&self) -> &[Atom] {
        &self.0.atoms
    }

    /// Whether the atoms say all that the condition says: where they hold, it holds.
    #[must_use]
    pub fn is_fully_indexed(&self) -> bool {
        self.0.fully_indexed
    }

    /// Every slot that the expression reads, sorted.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.0.slots
    }

    fn typed(&self) -> Option<&program::Typed> {
        match &self.0.root {
            Root::Typed(typed) => Some(typed),
            Root::Optional(_) => None,
        }
    }
}

fn compile(source: &str, expected: Option<&Type>, scope: Scope, path: &Path<'_>, cx: &mut CompileContext<'_>) -> Option<Expr> {
    let mut problems = problems::Problems::new(path, cx.diagnostics);
    // 1. Refuse what is too long to look at.
    let length = source.chars().count();
    let whole = Span { start: 0, end: length };
    if length > cx.limits.expression_characters {
        let message = format!("the expression has {length} characters; at most {} are read", cx.limits.expression_characters);
        problems.error(LimitCode::TooLong, whole, message, Some("split it, or use a decision table".to_owned()));
        return None;
    }
    // 2. Parse, and bound the cost.
    let node = parser::parse(source, cx.limits.expression_depth, &mut problems);
    let cost = node.cost(u64::try_from(cx.limits.lines).unwrap_or(u64::MAX));
    if cost > cx.limits.expression_cost {
        let message = format!(
            "the expression may take {cost} steps on a document of {} lines; at most {} are allowed",
            cx.limits.lines, cx.limits.expression_cost
        );
        problems.error(LimitCode::TooCostly, whole, message, Some("do not put one `lines` function inside another".to_owned()));
        return None;
    }
    // 3. Check names and types.
    let mut checker = check::Checker {
        vocabulary: cx.vocabulary,
        symbols: cx.symbols,
        problems: &mut problems,
        source,
        scope,
        variables: Vec::new(),
        slots: BTreeSet::new(),
    };
    let root = checker.root(&node, expected);
    let slots = std::mem::take(&mut checker.slots).into_iter().collect();
    if problems.any_errors() {
        return None;
    }
    // 4. Take out what an index can answer.
    let (root, ty) = root?;
    let (atoms, fully_indexed) = match &root {
        Root::Typed(program::Typed::Bool(condition)) => atoms::atoms(condition),
        _ => (Vec::new(), false),
    };
    Some(Expr(Arc::new(Program { source: source.into(), root, ty, slots, atoms: atoms.into(), fully_indexed })))
}

impl check::Checker<'_, '_> {
    fn root(&mut self, node: &ast::Node, expected: Option<&Type>) -> Option<(Root, Type)> {
        let nothing_known = check::Known::new();
        let Some(expected) = expected else {
            if let ast::Ast::Name(name) = &node.ast
                && self.vocabulary.find(name).is_some_and(|name| name.presence == Presence::Optional)
            {
                let (read, _) = self.resolve(name, node.span)?;
                return Some((Root::Optional(read), self.vocabulary.name(read.slot)?.ty.clone()));
            }
            let typed = self.lower(node, &nothing_known)?.typed;
            let ty = typed.ty();
            return Some((Root::Typed(typed), ty));
        };
        let typed = self.lower(node, &nothing_known)?.typed;
        self.expect(&typed, expected, node.span);
        Some((Root::Typed(typed), expected.clone()))
    }
}
