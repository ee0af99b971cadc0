//! What typical mistakes are answered with.

use super::fixture::Company;
use super::{Scope, Type};

/// Every mistake with its answers: code, the part of the text in brackets, message, and the help in round brackets.
fn answers(mistakes: &[&str], expected: &Type, scope: Scope) -> String {
    let mut company = Company::new();
    mistakes.iter().map(|source| format!("{source}\n{}\n", company.complaints(source, expected, scope))).collect()
}

#[test]
fn syntax() {
    let mistakes = [
        "",
        "customer.level = 'gold'",
        "customer.level == 'gold",
        "customer.level == ‘gold’",
        "(line.rush && urgent",
        "line.rush && urgent)",
        "customer.level in ['gold', 'silver'",
        "line.rush and urgent",
        "not urgent",
        "line.rush & urgent",
        "line.rush urgent",
        "line.quantity > 5 <",
        "1 < line.quantity < 5",
        "line.quantity <> 5",
        "line.quantity >= 1,5",
        "line.quantity >= 1_000",
        "line.quantity >= 1e3",
        "line.quantity * 10% > 5",
        "customer.id == 'a\\qb'",
        "channel == null",
        "line.rush ? urgent",
        "urgent && && line.rush",
        "line.quantity >= 5 && customer.level = gold || (urgent",
    ];
    insta::assert_snapshot!(answers(&mistakes, &Type::Bool, Scope::Line), @r#"

    expr.syntax at []: the expression is empty
    customer.level = 'gold'
    expr.syntax at [=]: `=` means nothing here (write `==` to compare)
    customer.level == 'gold
    expr.unterminated at ['gold]: this text is not closed (close it with ' on the same line; write \' for a ' inside the text)
    customer.level == ‘gold’
    expr.syntax at [‘gold’]: these are not the quotes of a text (write a text between straight quotes: 'gold')
    (line.rush && urgent
    expr.unterminated at [(]: this bracket is not closed (close it with `)`)
    line.rush && urgent)
    expr.syntax at [)]: `)` closes nothing (remove it, or open it before)
    customer.level in ['gold', 'silver'
    expr.unterminated at [[]: this bracket is not closed (close it with `]`)
    line.rush and urgent
    expr.syntax at [and]: `and` is not an operator (write `&&`)
    not urgent
    expr.syntax at [not]: `not` is not an operator (write `!(...)`)
    line.rush & urgent
    expr.syntax at [&]: `&` means nothing here (write `&&` for and)
    line.rush urgent
    expr.syntax at [urgent]: an operator is missing before `urgent` (join two conditions with `&&` (and) or `||` (or))
    line.quantity > 5 <
    expr.syntax at [<]: comparisons cannot be chained (write `a < b && b < c`)
    1 < line.quantity < 5
    expr.syntax at [<]: comparisons cannot be chained (write `a < b && b < c`)
    line.quantity <> 5
    expr.syntax at [<]: `<>` is not an operator (write `!=`)
    line.quantity >= 1,5
    expr.syntax at [,]: an operator is missing before `,` (decimals are written with a point: `1.5`)
    line.quantity >= 1_000
    expr.syntax at [1_000]: `1_000` is not a number (write digits with at most one point between them, such as `1250` or `12.50`)
    line.quantity >= 1e3
    expr.syntax at [1e3]: `1e3` is not a number (write digits with at most one point between them, such as `1250` or `12.50`)
    line.quantity * 10% > 5
    expr.syntax at [%]: `%` is the rest of a division, not a percentage (write 10 percent as `0.10`)
    customer.id == 'a\qb'
    expr.syntax at [\q]: `\q` means nothing in a text (known are `\\`, `\'`, `\"`, `\n`, `\r`, `\t` and `\u` with four digits, such as `\u20ac`)
    channel == null
    expr.optional at [channel]: `channel` is optional and may have no value (ask first: `has(channel) && ...`; or declare a default for it)
    expr.syntax at [null]: there is no `null` (ask with `has(name)` whether an optional attribute is given)
    line.rush ? urgent
    expr.syntax at [?]: a choice needs both values (write `condition ? value : other value`)
    urgent && && line.rush
    expr.syntax at [&&]: a value is missing before `&&`
    line.quantity >= 5 && customer.level = gold || (urgent
    expr.syntax at [=]: `=` means nothing here (write `==` to compare)
    expr.unknown_name at [gold]: `gold` is not known (a text stands between quotes: 'gold'; an attribute must be declared)
    expr.unterminated at [(]: this bracket is not closed (close it with `)`)
    "#);
}

#[test]
fn names_and_types() {
    let mistakes = [
        "customer.levle == 'gold'",
        "customer.id == gold",
        "customer.level == 'glod'",
        "customer.level in ['gold', 'bronze']",
        "customer.level > 'gold'",
        "line.quantity == '5'",
        "date >= '2026-01-01'",
        "date == date('2026-02-30')",
        "date + 30 > date",
        "line.quantity",
        "line.quantity && urgent",
        "urgent == 1",
        "'gold' in customer.level",
        "customer.tags == 'export'",
        "customer.tags.contains('export')",
        "['a'] == ['a']",
        "customer.rating > 4",
        "has(line.quantity * 2)",
        "line.quantity / 0 > 1",
        "line.quantity * (0.1 / 0) > 1",
        "rond(line.quantity) > 1",
        "round(line.quantity, 1, 2) > 1",
        "round(line.quantity, line.quantity) > 1",
        "customer.id.startsWith() || customer.id.matches('x')",
        "clamp(line.quantity, 10, 5) > 1",
        "(urgent ? 1 : 'a') == 1",
        "lines.exist(l, l.rush)",
        "lines.exists(l.rush)",
        "lines.exists(l, l.quantiti > 5)",
        "lines.exists(l, l)",
        "lines > 5",
        "today() > date",
        "document.channel == 'web'",
        "custmer.id == 'x' && line.quantity == 'many' || 5",
    ];
    insta::assert_snapshot!(answers(&mistakes, &Type::Bool, Scope::Line), @r#"
    customer.levle == 'gold'
    expr.unknown_name at [customer.levle]: `customer.levle` is not known (did you mean `customer.level`?)
    customer.id == gold
    expr.unknown_name at [gold]: `gold` is not known (a text stands between quotes: 'gold'; an attribute must be declared)
    customer.level == 'glod'
    expr.not_one_of at ['glod']: `customer.level` is never `glod` (did you mean `gold`?)
    customer.level in ['gold', 'bronze']
    expr.not_one_of at ['bronze']: `customer.level` is never `bronze` (known are `gold`, `silver`, `base`)
    customer.level > 'gold'
    expr.type at [customer.level > 'gold']: texts have no order: compare them with `==` or `!=`
    line.quantity == '5'
    expr.type at ['5']: `'5'` is a text, but a number is needed here (write 5 without quotes)
    date >= '2026-01-01'
    expr.type at ['2026-01-01']: `'2026-01-01'` is a text, but a date is needed here (write `date('2026-01-01')`)
    date == date('2026-02-30')
    expr.type at ['2026-02-30']: `2026-02-30` is not a date; write it as `2026-11-21`
    date + 30 > date
    expr.type at [date]: `date` is a date: dates are not calculated with like numbers (write `addDays(date, 30)` or `daysBetween(from, to)`)
    line.quantity
    expr.type at [line.quantity]: this gives a number, but a condition (true or false) is needed here
    line.quantity && urgent
    expr.type at [line.quantity]: `line.quantity` is a number, but a condition (true or false) is needed here
    urgent == 1
    expr.type at [urgent == 1]: `urgent` is a condition (true or false) and `1` is a number: they are never equal
    'gold' in customer.level
    expr.type at [customer.level]: to the right of `in` stands a list, and `customer.level` is a text (to look into a text write `customer.level.contains(...)`)
    customer.tags == 'export'
    expr.type at [customer.tags == 'export']: `customer.tags` is a list and `'export'` is a text: they are never equal
    customer.tags.contains('export')
    expr.type at [customer.tags.contains('export')]: `contains` looks into a text (write `value in list`)
    ['a'] == ['a']
    expr.type at [['a']]: a list can stand to the right of `in` only (write `name in ['a', 'b']`)
    expr.type at [['a']]: a list can stand to the right of `in` only (write `name in ['a', 'b']`)
    customer.rating > 4
    expr.optional at [customer.rating]: `customer.rating` is optional and may have no value (ask first: `has(customer.rating) && ...`; or declare a default for it)
    has(line.quantity * 2)
    expr.type at [line.quantity * 2]: `has` asks for a name, such as `has(customer.level)`
    line.quantity / 0 > 1
    expr.division_by_zero at [line.quantity / 0]: `line.quantity / 0` divides by zero
    line.quantity * (0.1 / 0) > 1
    expr.division_by_zero at [(0.1 / 0)]: `(0.1 / 0)` divides by zero
    rond(line.quantity) > 1
    expr.unknown_function at [rond]: there is no function `rond` (did you mean `round`?)
    round(line.quantity, 1, 2) > 1
    expr.arguments at [round(line.quantity, 1, 2)]: `round` needs 1 to 2 arguments, not 3
    round(line.quantity, line.quantity) > 1
    expr.type at [line.quantity]: `round` keeps a fixed number of digits: write 0 to 12
    customer.id.startsWith() || customer.id.matches('x')
    expr.arguments at [customer.id.startsWith()]: `startsWith` needs 1 argument, not 0
    expr.unknown_function at [matches]: there is no function `matches` (there are no regular expressions; use `startsWith`, `endsWith` or `contains`)
    clamp(line.quantity, 10, 5) > 1
    expr.type at [clamp(line.quantity, 10, 5)]: `clamp` needs the lower bound first: 10 is above 5
    (urgent ? 1 : 'a') == 1
    expr.type at [1]: both values of a choice must have one type: `1` is a number, the last is a text
    lines.exist(l, l.rush)
    expr.unknown_function at [exist]: `exist` is no function over lines (did you mean `exists`?)
    lines.exists(l.rush)
    expr.arguments at [lines.exists(l.rush)]: `exists` needs 2 arguments, not 1 (write `lines.exists(l, ...)` with `l` for the line, such as `l.quantity`)
    lines.exists(l, l.quantiti > 5)
    expr.unknown_name at [l.quantiti]: `l.quantiti` is not known (did you mean `l.quantity`?)
    lines.exists(l, l)
    expr.type at [l]: `l` is a whole line (name what you want of it, such as `l.quantity`)
    lines > 5
    expr.unknown_name at [lines]: `lines` is no value by itself (write `lines.exists(l, ...)`, `lines.all`, `lines.count`, `lines.sum` or `size(lines)`)
    today() > date
    expr.unknown_function at [today]: there is no function `today` (there is no clock; use the document's `date`)
    document.channel == 'web'
    expr.unknown_name at [document.channel]: `document.channel` is not known (write `channel`)
    custmer.id == 'x' && line.quantity == 'many' || 5
    expr.type at ['many']: `'many'` is a text, but a number is needed here
    expr.type at [5]: `5` is a number, but a condition (true or false) is needed here
    expr.unknown_name at [custmer.id]: `custmer.id` is not known (did you mean `customer.id`?)
    "#);
}

#[test]
fn what_is_always_the_same() {
    let mistakes = [
        "true && urgent",
        "1 + 1 == 2",
        "has(line.quantity) && urgent",
        "customer.id == 'a' && customer.id == 'b'",
        "line.quantity > 5 && urgent && line.quantity < 3",
        "line.quantity > 5 && line.quantity <= 5",
        "line.quantity >= 5 && line.quantity <= 5 && line.quantity != 5",
        "customer.id in ['a', 'b'] && customer.id != 'a' && customer.id != 'b'",
        "customer.level != 'gold' && customer.level != 'silver' && customer.level != 'base'",
        "customer.level != 'gold' || customer.level != 'silver'",
        "line.quantity > 5 || line.quantity < 10",
        "urgent && !urgent",
        "date > date('2026-05-01') && date < date('2026-01-01')",
        "customer.id in []",
    ];
    insta::assert_snapshot!(answers(&mistakes, &Type::Bool, Scope::Line), @r#"
    true && urgent
    warning expr.constant at [true]: `true` is always true
    1 + 1 == 2
    warning expr.constant at [1 + 1 == 2]: `1 + 1 == 2` is always true
    has(line.quantity) && urgent
    warning expr.constant at [has(line.quantity)]: `has(line.quantity)` is always true
    customer.id == 'a' && customer.id == 'b'
    warning expr.constant at [customer.id == 'a' && customer.id == 'b']: this can never be true: `customer.id == 'a'`, `customer.id == 'b'` exclude each other
    line.quantity > 5 && urgent && line.quantity < 3
    warning expr.constant at [line.quantity > 5 && urgent && line.quantity < 3]: this can never be true: `line.quantity > 5`, `line.quantity < 3` exclude each other
    line.quantity > 5 && line.quantity <= 5
    warning expr.constant at [line.quantity > 5 && line.quantity <= 5]: this can never be true: `line.quantity > 5`, `line.quantity <= 5` exclude each other
    line.quantity >= 5 && line.quantity <= 5 && line.quantity != 5
    warning expr.constant at [line.quantity >= 5 && line.quantity <= 5 && line.quantity != 5]: this can never be true: `line.quantity >= 5`, `line.quantity <= 5`, `line.quantity != 5` exclude each other
    customer.id in ['a', 'b'] && customer.id != 'a' && customer.id != 'b'
    warning expr.constant at [customer.id in ['a', 'b'] && customer.id != 'a' && customer.id != 'b']: this can never be true: `customer.id in ['a', 'b']`, `customer.id != 'a'`, `customer.id != 'b'` exclude each other
    customer.level != 'gold' && customer.level != 'silver' && customer.level != 'base'
    warning expr.constant at [customer.level != 'gold' && customer.level != 'silver' && customer.level != 'base']: this can never be true: `customer.level != 'gold'`, `customer.level != 'silver'`, `customer.level != 'base'` exclude each other
    customer.level != 'gold' || customer.level != 'silver'
    warning expr.constant at [customer.level != 'gold' || customer.level != 'silver']: this is always true: `customer.level != 'gold'`, `customer.level != 'silver'` leave nothing out
    line.quantity > 5 || line.quantity < 10
    warning expr.constant at [line.quantity > 5 || line.quantity < 10]: this is always true: `line.quantity > 5`, `line.quantity < 10` leave nothing out
    urgent && !urgent
    warning expr.constant at [urgent && !urgent]: this can never be true: `urgent`, `!urgent` exclude each other
    date > date('2026-05-01') && date < date('2026-01-01')
    warning expr.constant at [date > date('2026-05-01') && date < date('2026-01-01')]: this can never be true: `date > date('2026-05-01')`, `date < date('2026-01-01')` exclude each other
    customer.id in []
    warning expr.constant at [customer.id in []]: `customer.id in []` is always false
    "#);
    let fine = ["true", "line.quantity > 3 && line.quantity < 5", "customer.id != 'a' && customer.id != 'b'", "urgent || line.rush"];
    assert_eq!(answers(&fine, &Type::Bool, Scope::Line), fine.map(|source| format!("{source}\n\n")).concat());
}

#[test]
fn scopes_and_limits() {
    insta::assert_snapshot!(answers(&["line.quantity > 5", "lines.all(x, line.rush)"], &Type::Bool, Scope::Document), @r#"
    line.quantity > 5
    expr.scope at [line.quantity]: `line.quantity` belongs to a line, and there is no line here (ask all lines: `lines.exists(l, l.quantity ...)`, or `lines.sum(l, ...)`)
    lines.all(x, line.rush)
    expr.scope at [line.rush]: `line.rush` belongs to a line, and there is no line here (ask all lines: `lines.exists(l, l.rush ...)`, or `lines.sum(l, ...)`)
    "#);
    let deep = format!("{}urgent{}", "(".repeat(40), ")".repeat(40));
    let negated = format!("{}urgent", "!".repeat(40));
    let long = format!("urgent{}", " ".repeat(4_000));
    let costly = "lines.exists(a, lines.all(b, a.rush == b.rush))";
    let mut company = Company::new();
    let answers: Vec<String> =
        [&deep, &negated, &long, costly].map(|source| company.complaints(source, &Type::Bool, Scope::Line)).into_iter().collect();
    let shown: Vec<String> = answers.iter().map(|answer| answer.replace(&" ".repeat(100), "")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    limit.too_deep at [(]: the expression is nested deeper than 32 levels (split it, or use a decision table)
    limit.too_deep at [!]: the expression is nested deeper than 32 levels (split it, or use a decision table)
    limit.too_long at [urgent]: the expression has 4006 characters; at most 4000 are read (split it, or use a decision table)
    limit.too_costly at [lines.exists(a, lines.all(b, a.rush == b.rush))]: the expression may take 300010001 steps on a document of 10000 lines; at most 1000000 are allowed (do not put one `lines` function inside another)
    "#);
    let chain = vec!["line.rush"; 300].join(" || ");
    company.condition(&chain);
}
