//! Any text as a condition and as a formula: it compiles or is refused, and what compiles is evaluated and explained.
#![no_main]

use dealdesk::expr::{CompileContext, Expr, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use dealdesk::id::Symbols;
use dealdesk::limits::Limits;
use dealdesk::report::{Diagnostics, Path, Sources};
use libfuzzer_sys::fuzz_target;

/// Three lines; every number is large enough to overflow when it is multiplied a few times.
struct Document<'d> {
    vocabulary: &'d Vocabulary,
    tags: &'d [Value<'d>],
}

impl Facts for Document<'_> {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        match self.vocabulary.name(slot).map(|name| (&name.ty, name.presence)) {
            Some((_, Presence::Optional)) if line == Some(1) => Value::Missing,
            Some((Type::Bool, _)) => Value::Bool(line != Some(0)),
            Some((Type::Number, _)) => Value::Number("792281625142643.3759".parse().unwrap_or_default()),
            Some((Type::Text, _)) => Value::Text(Text { symbol: None, text: "gold" }),
            Some((Type::Date, _)) => Value::Date("9999-12-31".parse().unwrap()),
            Some((Type::List(_), _)) => Value::List(self.tags),
            None => Value::Missing,
        }
    }

    fn line_count(&self) -> usize {
        3
    }
}

fuzz_target!(|text: &str| {
    let mut symbols = Symbols::default();
    let mut vocabulary = Vocabulary::new();
    let levels = ["gold", "silver"].map(|level| symbols.intern(level)).to_vec();
    let names = [
        ("date", Type::Date, Scope::Document, Presence::Always, None),
        ("channel", Type::Text, Scope::Document, Presence::Optional, None),
        ("customer.level", Type::Text, Scope::Document, Presence::Always, Some(levels)),
        ("customer.tags", Type::List(Box::new(Type::Text)), Scope::Document, Presence::Always, None),
        ("line.quantity", Type::Number, Scope::Line, Presence::Always, None),
        ("line.cost", Type::Number, Scope::Line, Presence::Optional, None),
        ("line.rush", Type::Bool, Scope::Line, Presence::Always, None),
    ];
    for (name, ty, scope, presence, one_of) in names {
        vocabulary.declare(name, ty, scope, presence, one_of).unwrap();
    }
    for expected in [Type::Bool, Type::Number] {
        let mut diagnostics = Diagnostics::new();
        let mut cx = CompileContext {
            vocabulary: &vocabulary,
            symbols: &mut symbols,
            sources: &Sources::none(),
            limits: &Limits::default(),
            diagnostics: &mut diagnostics,
        };
        let compiled = Expr::compile(text, &expected, Scope::Line, &Path::ROOT, &mut cx);
        assert!(compiled.is_some() || diagnostics.has_errors());
        let tags = [Value::Text(Text { symbol: None, text: "export" })];
        let document = Document { vocabulary: &vocabulary, tags: &tags };
        for expr in compiled.iter() {
            for line in 0..3 {
                let _ = expr.evaluate(&document, Some(line));
                expr.explain(&document, Some(line));
            }
        }
    }
});
