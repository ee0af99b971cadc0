//! The expression language against the `cel` crate, on what both have.
//!
//! Left out on purpose, because the languages differ there:
//! - numbers: CEL has 64-bit integers and doubles, we have exact decimals; so integers stay small, and `/` is left out, which
//!   drops the fraction in CEL and keeps it here;
//! - errors: in CEL `error || true` is true, here what stands to the left decides first; so nothing here can fail;
//! - what CEL does not have: `count` and `sum` over lines, dates as calendar days.

use std::collections::HashMap;

use cel::{Context, Program, Value as CelValue};
use dealdesk::expr::{CompileContext, Expr, Facts, Presence, Scope, Slot, Text, Type, Value, Vocabulary};
use dealdesk::id::Symbols;
use dealdesk::limits::Limits;
use dealdesk::report::{Diagnostics, Path, Sources};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Line {
    quantity: i64,
    rush: bool,
    category: &'static str,
}

#[derive(Debug, Clone)]
struct Document {
    a: i64,
    b: i64,
    p: bool,
    q: bool,
    s: &'static str,
    t: &'static str,
    rating: Option<i64>,
    tags: Vec<Value<'static>>,
    lines: Vec<Line>,
}

const TEXTS: [&str; 6] = ["", "a", "ab", "b", "pump", "it's"];

fn text(text: &'static str) -> Value<'static> {
    Value::Text(Text { symbol: None, text })
}

const NAMES: [(&str, Scope); 11] = [
    ("a", Scope::Document),
    ("b", Scope::Document),
    ("p", Scope::Document),
    ("q", Scope::Document),
    ("s", Scope::Document),
    ("t", Scope::Document),
    ("customer.rating", Scope::Document),
    ("tags", Scope::Document),
    ("line.quantity", Scope::Line),
    ("line.rush", Scope::Line),
    ("product.category", Scope::Line),
];

fn ty(name: &str) -> Type {
    match name {
        "a" | "b" | "customer.rating" | "line.quantity" => Type::Number,
        "p" | "q" | "line.rush" => Type::Bool,
        "tags" => Type::List(Box::new(Type::Text)),
        _ => Type::Text,
    }
}

impl Facts for Document {
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_> {
        let number = |value: i64| Value::Number(value.into());
        match (slot.scope, slot.index) {
            (Scope::Document, 0) => number(self.a),
            (Scope::Document, 1) => number(self.b),
            (Scope::Document, 2) => Value::Bool(self.p),
            (Scope::Document, 3) => Value::Bool(self.q),
            (Scope::Document, 4) => text(self.s),
            (Scope::Document, 5) => text(self.t),
            (Scope::Document, 6) => self.rating.map_or(Value::Missing, number),
            (Scope::Document, _) => Value::List(&self.tags),
            (Scope::Line, 0) => number(self.lines[line.unwrap()].quantity),
            (Scope::Line, 1) => Value::Bool(self.lines[line.unwrap()].rush),
            (Scope::Line, _) => text(self.lines[line.unwrap()].category),
        }
    }

    fn line_count(&self) -> usize {
        self.lines.len()
    }
}

impl Document {
    fn to_cel(&self) -> Context<'static, 'static> {
        let map = |fields: Vec<(&str, CelValue)>| -> CelValue {
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<HashMap<String, CelValue>>().into()
        };
        let mut context = Context::default();
        let tags: Vec<CelValue> =
            self.tags.iter().map(|tag| if let Value::Text(text) = tag { text.text.into() } else { CelValue::Null }).collect();
        let line = |line: &Line| {
            let product = map(vec![("category", line.category.into())]);
            map(vec![("quantity", CelValue::Int(line.quantity)), ("rush", CelValue::Bool(line.rush)), ("product", product)])
        };
        let customer = map(self.rating.map(|rating| ("rating", CelValue::Int(rating))).into_iter().collect());
        let variables: [(&str, CelValue); 9] = [
            ("a", CelValue::Int(self.a)),
            ("b", CelValue::Int(self.b)),
            ("p", CelValue::Bool(self.p)),
            ("q", CelValue::Bool(self.q)),
            ("s", self.s.into()),
            ("t", self.t.into()),
            ("customer", customer),
            ("tags", tags.into()),
            ("lines", self.lines.iter().map(line).collect::<Vec<CelValue>>().into()),
        ];
        for (name, value) in variables {
            context.add_variable_from_value(name, value);
        }
        context
    }
}

fn documents() -> impl Strategy<Value = Document> {
    let texts = || proptest::sample::select(TEXTS.to_vec());
    let line = (-3_i64..10, any::<bool>(), texts()).prop_map(|(quantity, rush, category)| Line { quantity, rush, category });
    let lines = proptest::collection::vec(line, 0..4);
    let tags = proptest::collection::vec(texts(), 0..3).prop_map(|tags| tags.into_iter().map(text).collect());
    (-9_i64..10, -9_i64..10, any::<bool>(), any::<bool>(), texts(), texts(), proptest::option::of(-3_i64..4), tags, lines)
        .prop_map(|(a, b, p, q, s, t, rating, tags, lines)| Document { a, b, p, q, s, t, rating, tags, lines })
}

/// Whether the expression stands in a macro, where `l` is a line.
fn numbers(in_line: bool, depth: u32) -> BoxedStrategy<String> {
    let mut leaves = vec!["a", "b", "size(s)", "size(tags)", "size(lines)"];
    if in_line {
        leaves.extend(["l.quantity", "size(l.product.category)"]);
    }
    let leaf = prop_oneof![proptest::sample::select(leaves).prop_map(str::to_owned), (0_i64..10).prop_map(|number| number.to_string())];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || numbers(in_line, depth - 1);
    prop_oneof![
        2 => leaf,
        2 => (inner(), proptest::sample::select(vec!["+", "-", "*"]), inner()).prop_map(|(x, sign, y)| format!("({x} {sign} {y})")),
        1 => (inner(), 1_i64..7).prop_map(|(x, y)| format!("{x} % {y}")).prop_map(|x| format!("({x})")),
        1 => inner().prop_map(|x| format!("-({x})")),
        1 => (conditions(in_line, depth - 1), inner(), inner()).prop_map(|(c, x, y)| format!("({c} ? {x} : {y})")),
    ]
    .boxed()
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "\\'"))
}

fn texts(in_line: bool) -> BoxedStrategy<String> {
    let mut names = vec!["s".to_owned(), "t".to_owned()];
    if in_line {
        names.push("l.product.category".to_owned());
    }
    names.extend(TEXTS.map(literal));
    proptest::sample::select(names).boxed()
}

fn conditions(in_line: bool, depth: u32) -> BoxedStrategy<String> {
    let relation = || proptest::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let equality = || proptest::sample::select(vec!["==", "!="]);
    let method = || proptest::sample::select(vec!["startsWith", "endsWith", "contains"]);
    let list = proptest::collection::vec(proptest::sample::select(TEXTS.to_vec()).prop_map(literal), 1..4);
    let mut names = vec!["p", "q", "true", "has(customer.rating)"];
    if in_line {
        names.push("l.rush");
    }
    let simple = prop_oneof![
        proptest::sample::select(names).prop_map(str::to_owned),
        (texts(in_line), equality(), texts(in_line)).prop_map(|(x, sign, y)| format!("{x} {sign} {y}")),
        (texts(in_line), method(), texts(in_line)).prop_map(|(x, name, y)| format!("{x}.{name}({y})")),
        (texts(in_line), list).prop_map(|(x, list)| format!("{x} in [{}]", list.join(", "))),
        texts(in_line).prop_map(|x| format!("{x} in tags")),
        (relation(), -3_i64..4).prop_map(|(sign, n)| format!("(has(customer.rating) && customer.rating {sign} {n})")),
        (relation(), -3_i64..4).prop_map(|(sign, n)| format!("(!has(customer.rating) || customer.rating {sign} {n})")),
    ];
    if depth == 0 {
        return simple.boxed();
    }
    let inner = || conditions(in_line, depth - 1);
    let number = || numbers(in_line, depth - 1);
    let compared = (number(), relation(), number()).prop_map(|(x, sign, y)| format!("{x} {sign} {y}"));
    let listed = (number(), proptest::collection::vec(number(), 1..4)).prop_map(|(x, list)| format!("{x} in [{}]", list.join(", ")));
    let joined = (proptest::collection::vec(inner(), 2..4), proptest::sample::select(vec![" && ", " || "]))
        .prop_map(|(parts, sign)| format!("({})", parts.join(sign)));
    let chosen = (inner(), inner(), inner()).prop_map(|(c, x, y)| format!("({c} ? {x} : {y})"));
    let general = prop_oneof![
        2 => simple,
        3 => compared.prop_map(|text| format!("({text})")),
        1 => listed.prop_map(|text| format!("({text})")),
        4 => joined,
        1 => inner().prop_map(|x| format!("!({x})")),
        1 => (inner(), equality(), inner()).prop_map(|(x, sign, y)| format!("(({x}) {sign} ({y}))")),
        1 => chosen,
    ];
    if in_line {
        return general.boxed();
    }
    let over = (proptest::sample::select(vec!["exists", "all"]), conditions(true, depth - 1))
        .prop_map(|(name, body)| format!("lines.{name}(l, {body})"));
    prop_oneof![5 => general, 1 => over].boxed()
}

fn ours(source: &str) -> Expr {
    let mut vocabulary = Vocabulary::new();
    for (name, scope) in NAMES {
        let presence = if name == "customer.rating" { Presence::Optional } else { Presence::Always };
        vocabulary.declare(name, ty(name), scope, presence, None).unwrap();
    }
    let (mut symbols, mut diagnostics) = (Symbols::default(), Diagnostics::new());
    let mut cx = CompileContext {
        vocabulary: &vocabulary,
        symbols: &mut symbols,
        sources: &Sources::none(),
        limits: &Limits { expression_characters: 100_000, expression_depth: 100, ..Limits::default() },
        diagnostics: &mut diagnostics,
    };
    let expr = Expr::compile(source, &Type::Bool, Scope::Document, &Path::ROOT, &mut cx);
    expr.unwrap_or_else(|| panic!("{source}: {:?}", diagnostics.finish()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn the_same_answer_as_cel(source in conditions(false, 4), documents in proptest::collection::vec(documents(), 1..5)) {
        let program = Program::compile(&source).unwrap();
        let expr = ours(&source);
        for document in documents {
            let answer = program.execute(&document.to_cel()).unwrap();
            let ours = expr.test(&document, None).unwrap();
            prop_assert_eq!(answer, CelValue::Bool(ours), "{} on {:?}", source, document);
        }
    }
}
