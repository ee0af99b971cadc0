//! A small company for the tests of this module.

use super::{CompileContext, EvalError, Expr, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use crate::id::Symbols;
use crate::limits::Limits;
use crate::report::{Diagnostic, Diagnostics, Path, Sources};

/// A value of a test document.
#[derive(Debug, Clone)]
pub(super) enum Given {
    Bool(bool),
    Number(&'static str),
    Text(&'static str),
    Date(&'static str),
    /// Leaked, so that the values can be handed out.
    List(&'static [&'static str]),
}

pub(super) struct Company {
    pub vocabulary: Vocabulary,
    pub symbols: Symbols,
    pub limits: Limits,
}

impl Company {
    pub fn new() -> Self {
        let mut symbols = Symbols::default();
        let mut vocabulary = Vocabulary::new();
        let levels = ["gold", "silver", "base"].map(|level| symbols.intern(level)).to_vec();
        let tags = Type::List(Box::new(Type::Text));
        use Presence::{Always, Optional};
        use Scope::{Document, Line};
        let declared = [
            ("customer.id", Type::Text, Document, Always, None),
            ("customer.level", Type::Text, Document, Always, Some(levels.clone())),
            ("customer.rating", Type::Number, Document, Optional, None),
            ("customer.group", Type::Text, Document, Optional, Some(levels)),
            ("customer.tags", tags, Document, Always, None),
            ("date", Type::Date, Document, Always, None),
            ("channel", Type::Text, Document, Optional, None),
            ("urgent", Type::Bool, Document, Always, None),
            ("line.quantity", Type::Number, Line, Always, None),
            ("line.rush", Type::Bool, Line, Always, None),
            ("line.cost", Type::Number, Line, Optional, None),
            ("product.category", Type::Text, Line, Always, None),
        ];
        for (name, ty, scope, presence, one_of) in declared {
            vocabulary.declare(name, ty, scope, presence, one_of).unwrap();
        }
        Self { vocabulary, symbols, limits: Limits::default() }
    }

    pub fn compile_as(&mut self, source: &str, expected: Option<&Type>, scope: Scope) -> (Option<Expr>, Vec<Diagnostic>) {
        let mut diagnostics = Diagnostics::new();
        let mut cx = CompileContext {
            vocabulary: &self.vocabulary,
            symbols: &mut self.symbols,
            sources: &Sources::none(),
            limits: &self.limits,
            diagnostics: &mut diagnostics,
        };
        let expr = match expected {
            Some(expected) => Expr::compile(source, expected, scope, &Path::ROOT, &mut cx),
            None => Expr::compile_any(source, scope, &Path::ROOT, &mut cx),
        };
        let found = diagnostics.finish().unwrap_or_else(|error| error.diagnostics().to_vec());
        (expr, found)
    }

    pub fn condition(&mut self, source: &str) -> Expr {
        let (expr, found) = self.compile_as(source, Some(&Type::Bool), Scope::Line);
        expr.unwrap_or_else(|| panic!("{source}: {found:?}"))
    }

    pub fn formula(&mut self, source: &str) -> Expr {
        let (expr, found) = self.compile_as(source, Some(&Type::Number), Scope::Line);
        expr.unwrap_or_else(|| panic!("{source}: {found:?}"))
    }

    /// Diagnostics as a person sees them, with the part of the text that each is about.
    pub fn complaints(&mut self, source: &str, expected: &Type, scope: Scope) -> String {
        let (_, found) = self.compile_as(source, Some(expected), scope);
        let shown = |d: &Diagnostic| {
            let span = d.span.unwrap();
            let part: String = source.chars().skip(span.start).take(span.end - span.start).collect();
            let help = d.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            let kind = if d.severity == crate::report::Severity::Error { "" } else { "warning " };
            format!("{kind}{} at [{part}]: {}{help}", d.code, d.message)
        };
        found.iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    pub fn document(&self, values: &[(&str, Given)], lines: &[&[(&str, Given)]]) -> Document {
        let find = |(name, given): &(&str, Given)| (self.vocabulary.find(name).unwrap().slot, given.clone());
        let cells = |values: &[(&str, Given)]| values.iter().map(find).map(|(slot, given)| (slot, self.cell(&given))).collect();
        Document { header: cells(values), lines: lines.iter().map(|line| cells(line)).collect() }
    }

    fn cell(&self, given: &Given) -> Value<'static> {
        let text = |text: &'static str| Value::Text(Text { symbol: self.symbols.find(text), text });
        match given {
            Given::Bool(value) => Value::Bool(*value),
            Given::Number(value) => Value::Number(value.parse().unwrap()),
            Given::Text(value) => text(value),
            Given::Date(value) => Value::Date(value.parse().unwrap()),
            Given::List(values) => Value::List(Box::leak(values.iter().map(|value| text(value)).collect())),
        }
    }

    /// An order of two lines: 12 pumps in a hurry, 3 seals.
    pub fn order(&self) -> Document {
        use Given::{Bool, Date, List, Number, Text};
        self.document(
            &[
                ("customer.id", Text("C-7")),
                ("customer.level", Text("gold")),
                ("customer.rating", Number("4.5")),
                ("customer.tags", List(&["export", "key account"])),
                ("date", Date("2026-11-21")),
                ("urgent", Bool(false)),
            ],
            &[
                &[("line.quantity", Number("12")), ("line.rush", Bool(true)), ("product.category", Text("pump"))],
                &[("line.quantity", Number("3")), ("line.rush", Bool(false)), ("product.category", Text("seal"))],
            ],
        )
    }
}

/// A document as a list of cells; a slot that is not there is missing.
#[derive(Debug)]
pub(super) struct Document {
    pub header: Vec<(Slot, Value<'static>)>,
    pub lines: Vec<Vec<(Slot, Value<'static>)>>,
}

impl Facts for Document {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        let cells = match slot.scope {
            Scope::Document => &self.header,
            Scope::Line => &self.lines[line.expect("a line")],
        };
        cells.iter().find(|(known, _)| *known == slot).map_or(Value::Missing, |(_, value)| *value)
    }

    fn line_count(&self) -> usize {
        self.lines.len()
    }
}

pub(super) fn shown(result: Result<Value<'_>, EvalError>) -> String {
    match result {
        Ok(Value::Bool(value)) => value.to_string(),
        Ok(Value::Number(value)) => value.to_string(),
        Ok(Value::Date(value)) => value.to_string(),
        Ok(Value::Text(value)) => format!("'{}'", value.text),
        Ok(other) => format!("{other:?}"),
        Err(error) => format!("{} at {}..{}: {error}", error.code, error.span.start, error.span.end),
    }
}
