//! What expressions give, and what they say when they cannot be used.

use proptest::prelude::*;

use super::fixture::{Company, Given, shown};
use super::{Atom, Literal, Scope, Type};
use crate::report::Severity;

/// The values of expressions on the first line of the order.
fn check(table: &[(&str, &str)]) {
    let mut company = Company::new();
    for (source, expected) in table {
        let (expr, found) = company.compile_as(source, None, Scope::Line);
        let expr = expr.unwrap_or_else(|| panic!("{source}: {found:?}"));
        let order = company.order();
        assert_eq!(shown(expr.evaluate(&order, Some(0))), *expected, "{source}");
    }
}

#[test]
fn conditions() {
    check(&[
        ("customer.level == 'gold'", "true"),
        ("customer.level != \"gold\"", "false"),
        ("customer.level in ['base', 'silver']", "false"),
        ("product.category in ['valve', 'pump'] && line.quantity >= 5", "true"),
        ("!line.rush || line.quantity > 100", "false"),
        ("line.rush == true", "true"),
        ("line.rush != urgent", "true"),
        ("'export' in customer.tags && !('domestic' in customer.tags)", "true"),
        ("line.quantity in [1, 12.0, 3]", "true"),
        ("line.quantity in [line.quantity - 1, 24 / 2]", "true"),
        ("date in [date('2026-11-21')]", "true"),
        ("date >= date('2026-11-01') && date < date('2026-12-01')", "true"),
        ("customer.id.startsWith('C-') && endsWith(customer.id, '7')", "true"),
        ("customer.id.contains('X')", "false"),
        ("(line.rush ? 1 : 2) == 1 // a remark", "true"),
        ("line.rush ? urgent : true", "false"),
    ]);
}

#[test]
fn numbers_are_exact() {
    check(&[
        ("0.1 + 0.2 - 0.3", "0"),
        ("1 + 2 * 3 - -4", "11"),
        ("(1 + 2) * 3", "9"),
        ("12 / 8", "1.5"),
        ("-7 % 3", "-1"),
        ("line.quantity / 5 * 2", "4.8"),
        ("min(3, line.quantity, 5)", "3"),
        ("max(3, line.quantity)", "12"),
        ("abs(3 - line.quantity)", "9"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(line.quantity / 7, 3)", "1.714"),
        ("floor(-1.5)", "-2"),
        ("ceil(line.quantity / 5)", "3"),
        ("clamp(line.quantity, 0, 10)", "10"),
        ("size(customer.id) + size('äöü') + customer.tags.size()", "8"),
        ("line.quantity > 100 ? 1 : line.quantity > 10 ? 2 : 3", "2"),
    ]);
}

#[test]
fn dates_are_counted_in_days() {
    check(&[
        ("addDays(date, 10)", "2026-12-01"),
        ("addDays(date('2026-03-01'), -1)", "2026-02-28"),
        ("daysBetween(date, date('2026-12-01'))", "10"),
        ("daysBetween(date('2026-12-01'), date)", "-10"),
        ("urgent ? date : addDays(date, line.quantity)", "2026-12-03"),
    ]);
}

#[test]
fn the_lines_of_the_document() {
    check(&[
        ("lines.exists(l, l.product.category == 'seal')", "true"),
        ("lines.exists(l, l.quantity > 12)", "false"),
        ("lines.all(l, l.quantity >= 3)", "true"),
        ("lines.count(l, l.rush)", "1"),
        ("lines.sum(l, l.quantity * 2)", "30"),
        ("size(lines)", "2"),
        ("lines.sum(line, line.quantity) == 15", "true"),
        ("lines.count(l, l.quantity < line.quantity)", "1"),
        ("lines.sum(l, l.product.category == product.category ? l.quantity : 0)", "12"),
    ]);
}

#[test]
fn macros_nest_when_the_limits_allow_it() {
    let mut company = Company::new();
    company.limits.lines = 100;
    let expr = company.condition("lines.exists(a, lines.exists(b, a.quantity == b.quantity * 4 && line.quantity == a.quantity))");
    let order = company.order();
    assert!(expr.test(&order, Some(0)).unwrap());
    assert!(!expr.test(&order, Some(1)).unwrap());
}

#[test]
fn presence_flows_with_the_condition() {
    let mut company = Company::new();
    for source in [
        "has(customer.rating) && customer.rating > 4",
        "!has(customer.rating) || customer.rating > 4",
        "!(has(customer.rating) && has(channel)) || customer.rating > 4 && channel == 'web'",
        "!(!has(customer.rating) || urgent) && customer.rating > 4",
        "(has(customer.rating) ? customer.rating : 0) > 4",
        "(!has(customer.rating) ? 0 : customer.rating) > 4",
        "(urgent ? has(channel) : has(channel) && line.rush) && channel == 'web'",
        "has(customer.rating) && lines.all(l, customer.rating > 3)",
        "lines.exists(l, has(l.cost) && l.cost > 1)",
        "has(line.cost) && lines.exists(l, l.quantity > line.cost)",
    ] {
        company.condition(source);
    }
    for source in [
        "customer.rating > 4",
        "has(customer.rating) || customer.rating > 4",
        "customer.rating > 4 && has(customer.rating)",
        "has(channel) && customer.rating > 4",
        "(has(customer.rating) || urgent) && customer.rating > 4",
        "(urgent ? has(channel) : true) && channel == 'web'",
        "has(line.cost) && lines.exists(l, l.cost > 1)",
        "lines.exists(l, has(l.cost)) && line.cost > 1",
    ] {
        let (expr, found) = company.compile_as(source, Some(&Type::Bool), Scope::Line);
        assert!(expr.is_none(), "{source}");
        assert_eq!(found.iter().filter(|d| d.code.as_str() == "expr.optional").count(), 1, "{source}: {found:?}");
    }
}

#[test]
fn a_bare_optional_name_may_be_missing() {
    let mut company = Company::new();
    let (expr, _) = company.compile_as("channel", None, Scope::Document);
    let expr = expr.unwrap();
    assert_eq!(shown(expr.evaluate(&company.order(), None)), "Missing");
    assert_eq!(*expr.ty(), Type::Text);
    assert_eq!(expr.as_slot(), company.vocabulary.find("channel").map(|name| name.slot));
}

#[test]
fn what_decides_first_keeps_the_rest_from_failing() {
    check(&[
        ("line.quantity == 12 || 1 / (line.quantity - 12) > 0", "true"),
        ("line.quantity != 12 && 1 / (line.quantity - 12) > 0", "false"),
        ("line.quantity == 12 ? 0 : 1 / (line.quantity - 12)", "0"),
        ("1 / (line.quantity - 12) > 0 || line.rush", "expr.division_by_zero at 0..24: `1 / (line.quantity - 12)` divides by zero"),
        (
            "line.quantity * 70000000000000000000000000000",
            "limit.overflow at 0..45: the result of `line.quantity * 70000000000000000000000000000` is too large to be held exactly",
        ),
        ("addDays(date, line.quantity / 5)", "expr.type at 0..32: `addDays(date, line.quantity / 5)` needs a whole number of days"),
        (
            "addDays(date, line.quantity * 1000000)",
            "limit.overflow at 0..38: the result of `addDays(date, line.quantity * 1000000)` is too large to be held exactly",
        ),
    ]);
}

#[test]
fn facts_that_break_their_promise_are_an_error_and_no_panic() {
    let mut company = Company::new();
    let expr = company.condition("line.quantity > 5");
    let empty = company.document(&[], &[&[]]);
    assert_eq!(expr.test(&empty, Some(0)).unwrap_err().to_string(), "`line.quantity` has no value here");
    let wrong = company.document(&[], &[&[("line.quantity", Given::Text("x"))]]);
    assert_eq!(expr.test(&wrong, Some(0)).unwrap_err().code.as_str(), "expr.type");
    assert_eq!(company.formula("1 + 1").test(&empty, None).unwrap_err().code.as_str(), "expr.type");
}

#[test]
fn explains_every_comparison() {
    let mut company = Company::new();
    let source = "product.category in ['valve', 'seal'] && line.quantity >= 5 && !(urgent || 20 < line.quantity) && (!has(channel) || channel == 'web')";
    let expr = company.condition(source);
    let order = company.order();
    let shown: Vec<String> = expr
        .explain(&order, Some(0))
        .into_iter()
        .map(|leaf| {
            let detail = |detail| serde_json::to_string(&detail).unwrap();
            format!("{} | {} | {} | {}", leaf.text, leaf.passed, detail(leaf.expected), detail(leaf.actual))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    product.category in ['valve', 'seal'] | false | ["seal","valve"] | "pump"
    line.quantity >= 5 | true | "5" | "12"
    !urgent | true | false | false
    !(20 < line.quantity) | true | "20" | "12"
    !has(channel) | true | false | false
    "#);
    assert!(company.formula("line.quantity * 2").explain(&order, Some(0)).is_empty());
}

#[test]
fn a_broken_part_of_an_explanation_is_left_open() {
    let mut company = Company::new();
    let leaves = company.condition("line.quantity > 1 / (line.quantity - 12)").explain(&company.order(), Some(0));
    assert_eq!(leaves.len(), 1);
    assert!(!leaves[0].passed && leaves[0].expected.is_none() && leaves[0].actual.is_some());
}

/// The atoms of a condition as texts, and whether they are all of it.
fn atoms(company: &mut Company, source: &str) -> (Vec<String>, bool) {
    let expr = company.condition(source);
    let name = |slot| company.vocabulary.name(slot).unwrap().name.to_string();
    let literal = |literal: &Literal| match literal {
        Literal::Text(symbol) => company.symbols.text(*symbol).to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        Literal::Date(value) => value.to_string(),
    };
    let shown = |atom: &Atom| match atom {
        Atom::Equals { slot, value } => format!("{} = {}", name(*slot), literal(value)),
        Atom::In { slot, values } => format!("{} in {}", name(*slot), values.iter().map(literal).collect::<Vec<_>>().join(",")),
        Atom::AtLeast { slot, bound } => format!("{} >= {}", name(*slot), literal(bound)),
        Atom::Above { slot, bound } => format!("{} > {}", name(*slot), literal(bound)),
        Atom::AtMost { slot, bound } => format!("{} <= {}", name(*slot), literal(bound)),
        Atom::Below { slot, bound } => format!("{} < {}", name(*slot), literal(bound)),
    };
    (expr.atoms().iter().map(shown).collect(), expr.is_fully_indexed())
}

#[test]
fn atoms_of_the_top_level_conjunction() {
    let mut company = Company::new();
    let table: [(&str, &[&str], bool); 10] = [
        ("true", &[], true),
        ("customer.level == 'gold' && (line.rush && !urgent)", &["customer.level = gold", "line.rush = true", "urgent = false"], true),
        ("5 <= line.quantity && !(line.quantity >= 2 * 10)", &["line.quantity >= 5", "line.quantity < 20"], true),
        ("date > date('2026-01-31') && date <= date('2026-02-28')", &["date > 2026-01-31", "date <= 2026-02-28"], true),
        ("product.category in ['pump', 'seal'] && customer.id != 'C-1'", &["product.category in pump,seal"], false),
        ("has(channel) && channel == 'web'", &["channel = web"], true),
        ("has(channel) && urgent", &["urgent = true"], false),
        ("urgent || line.rush", &[], false),
        ("line.quantity * 2 > 10 && line.rush == false", &["line.rush = false"], false),
        ("lines.exists(l, l.quantity > 5) && line.quantity == 1", &["line.quantity = 1"], false),
    ];
    for (source, expected, complete) in table {
        assert_eq!(atoms(&mut company, source), (expected.iter().map(|atom| (*atom).to_owned()).collect(), complete), "{source}");
    }
}

#[test]
fn names_everything_it_reads() {
    let mut company = Company::new();
    let expr = company.condition("urgent && lines.exists(l, l.quantity > 5 && has(customer.rating)) && !urgent");
    let names: Vec<&str> = expr.slots().iter().map(|slot| &*company.vocabulary.name(*slot).unwrap().name).collect();
    assert_eq!(names, ["customer.rating", "urgent", "line.quantity"]);
}

/// Pieces of expressions, thrown together.
fn salad() -> impl Strategy<Value = String> {
    let pieces = vec![
        "customer.level",
        "line.quantity",
        "has(",
        "lines.exists(l, ",
        "l.quantity",
        "date('2026-01-31')",
        "'gold'",
        "'",
        "\"",
        "\\u12",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        "<=",
        "in",
        "+",
        "-",
        "*",
        "/",
        "%",
        "?",
        ":",
        "1",
        "0.5",
        "79228162514264337593543950335",
        "round(",
        "true",
        "null",
        "and",
        "not",
        "//",
        "\n",
        "‘",
        "€",
        "x.startsWith('a')",
        "size(",
        ".f()",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..40).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn any_text_compiles_or_says_why_not(source in prop_oneof![salad(), any::<String>(), "[a-z('.&|!=<>+*/%?: 0-9\\[\\]\"-]{0,60}"]) {
        let mut company = Company::new();
        for expected in [Some(&Type::Bool), Some(&Type::Number), None] {
            let (expr, found) = company.compile_as(&source, expected, Scope::Line);
            let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
            prop_assert_eq!(expr.is_none(), errors > 0, "{:?}", found);
            let length = source.chars().count();
            prop_assert!(found.iter().all(|d| d.span.is_some_and(|span| span.start <= span.end && span.end <= length)));
            if let Some(expr) = expr {
                let order = company.order();
                let _ = expr.evaluate(&order, Some(0));
                let _ = expr.explain(&order, Some(1));
            }
        }
    }
}

/// The examples of the language's page compile, and those that are conditions hold for the order; formulas give a number.
#[test]
fn the_examples_of_the_guide() {
    let page = include_str!("../../../docs/expressions.md");
    let blocks = page.split("```cel\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut company = Company::new();
    let mut order = company.order();
    let channel = company.document(&[("channel", Given::Text("web"))], &[]);
    order.header.extend(channel.header);
    order.header.retain(|(slot, _)| company.vocabulary.name(*slot).is_some_and(|name| &*name.name != "date"));
    order.header.extend(company.document(&[("date", Given::Date("2026-05-04"))], &[]).header);
    let mut seen = 0;
    for source in blocks.flat_map(str::lines) {
        let (expr, found) = company.compile_as(source, None, Scope::Line);
        let expr = expr.unwrap_or_else(|| panic!("{source}: {found:?}"));
        assert!(found.is_empty(), "{source}: {found:?}");
        let given = shown(expr.evaluate(&order, Some(0)));
        match (expr.ty(), source) {
            (Type::Number, _) => assert_eq!(given, "0.05", "{source}"),
            // The order has 15 pieces.
            (_, "lines.sum(l, l.quantity) > 100") => assert_eq!(given, "false", "{source}"),
            _ => assert_eq!(given, "true", "{source}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 15);
}
