//! Reads the test of a cell: DMN's unary tests.
//!
//! ```text
//! cell     = "-" | "not" "(" items ")" | items
//! items    = item { "," item }
//! item     = ( "<" | "<=" | ">" | ">=" ) value | ( "[" | "(" | "]" ) value ".." value ( "]" | ")" | "[" ) | value
//! ```
//! In a column of texts the quotes around a plain text may be left out.

use super::scalar::article;
use super::{OutputType as Kind, Scalar};
use crate::report::Span;

/// What a cell demands of its input. Without items it demands nothing: `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// Whether the items are what the input must not be.
    pub negated: bool,
    /// Of which one must hold.
    pub items: Vec<Item>,
}

/// One alternative of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// The input equals the value.
    Value(Scalar),
    /// The input lies between the bounds; a missing one is open.
    Range { low: Option<Bound>, high: Option<Bound> },
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// Where the range ends.
    pub value: Scalar,
    /// Whether that value belongs to it.
    pub included: bool,
}

/// Why a text is not a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellError {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
    /// Which characters of the cell.
    pub span: Span,
}

impl Test {
    /// The test that every input passes.
    pub const ANY: Self = Self { negated: true, items: Vec::new() };

    /// The single values that the test names.
    pub fn values(&self) -> impl Iterator<Item = &Scalar> {
        self.items.iter().filter_map(|item| match item {
            Item::Value(value) => Some(value),
            Item::Range { .. } => None,
        })
    }
}

/// Reads the test of a cell in a column of that kind.
pub(super) fn parse(text: &str, kind: Kind) -> Result<Test, CellError> {
    let mut reader = Reader { characters: text.chars().collect(), at: 0, kind };
    reader.cell()
}

struct Reader {
    characters: Vec<char>,
    at: usize,
    kind: Kind,
}

impl Reader {
    fn cell(&mut self) -> Result<Test, CellError> {
        let trimmed: String = self.characters.iter().collect::<String>().trim().to_owned();
        if trimmed == "-" {
            return Ok(Test::ANY);
        }
        if trimmed.is_empty() {
            return Err(self.error_from(0, "the cell is empty; write `-` where any value will do"));
        }
        let negated = self.negation();
        let items = self.items()?;
        if negated && !self.eat(')') {
            return Err(self.error_from(self.at, "the bracket of `not(` is not closed"));
        }
        self.space();
        if self.at < self.characters.len() {
            let rest: String = self.characters.iter().skip(self.at).take(20).collect();
            return Err(self.error_from(self.at, format!("`{rest}` is not expected here")));
        }
        Ok(Test { negated, items })
    }

    /// Takes `not(`; a text that only begins with "not" is left alone.
    fn negation(&mut self) -> bool {
        self.space();
        let start = self.at;
        if self.word("not") && self.eat('(') {
            return true;
        }
        self.at = start;
        false
    }

    fn items(&mut self) -> Result<Vec<Item>, CellError> {
        let mut items = vec![self.item()?];
        while self.eat(',') {
            items.push(self.item()?);
        }
        Ok(items)
    }

    fn item(&mut self) -> Result<Item, CellError> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some('<' | '>') => self.comparison(start),
            Some('[' | '(' | ']') => self.interval(start),
            _ => self.value().map(Item::Value),
        }
    }

    fn comparison(&mut self, start: usize) -> Result<Item, CellError> {
        let above = self.peek() == Some('>');
        self.step();
        let included = self.peek() == Some('=');
        if included {
            self.step();
        }
        let bound = Some(Bound { value: self.bound(start)?, included });
        Ok(if above { Item::Range { low: bound, high: None } } else { Item::Range { low: None, high: bound } })
    }

    fn interval(&mut self, start: usize) -> Result<Item, CellError> {
        let low_included = self.peek() == Some('[');
        self.step();
        let low = Bound { value: self.bound(start)?, included: low_included };
        if !(self.eat('.') && self.peek() == Some('.')) {
            return Err(self.error_from(start, "an interval needs two bounds with `..` between them"));
        }
        self.step();
        let high = self.bound(start)?;
        self.space();
        let high_included = match self.peek() {
            Some(']') => true,
            Some(')' | '[') => false,
            _ => {
                return Err(
                    self.error_from(start, "the interval is not closed; end it with `]` when its upper bound belongs to it, else with `)`")
                );
            }
        };
        self.step();
        Ok(Item::Range { low: Some(low), high: Some(Bound { value: high, included: high_included }) })
    }

    /// A value that others can be below or above.
    fn bound(&mut self, start: usize) -> Result<Scalar, CellError> {
        match self.kind {
            Kind::Number | Kind::Date => self.value(),
            Kind::Text => Err(self.error_from(start, "a text can only be equal or not; put it in quotes when it is meant as it stands")),
            Kind::Bool => Err(self.error_from(start, "true and false can only be equal or not")),
        }
    }

    fn value(&mut self) -> Result<Scalar, CellError> {
        self.space();
        let start = self.at;
        match self.kind {
            Kind::Number => self.number(start),
            Kind::Date => self.date(start),
            Kind::Bool => self.truth(start),
            Kind::Text => self.text(start),
        }
    }

    fn number(&mut self, start: usize) -> Result<Scalar, CellError> {
        if self.peek() == Some('-') {
            self.step();
        }
        self.digits();
        // `10..20` is an interval, not the number `10.`
        if self.peek() == Some('.') && self.characters.get(self.at.saturating_add(1)).is_some_and(char::is_ascii_digit) {
            self.step();
            self.digits();
        }
        self.check_end(start)?;
        let text = self.since(start);
        text.parse().map(Scalar::Number).map_err(|error: crate::money::DecimalError| self.error_from(start, error.to_string()))
    }

    fn date(&mut self, start: usize) -> Result<Scalar, CellError> {
        let wrapped = self.word("date");
        if wrapped && !self.eat('(') {
            return Err(self.error_from(start, "`date` needs a bracket, as in `date(\"2026-11-21\")`"));
        }
        self.space();
        let text = if matches!(self.peek(), Some('"' | '\'')) {
            self.quoted()?
        } else {
            let begin = self.at;
            while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '-') {
                self.step();
            }
            self.check_end(start)?;
            self.since(begin)
        };
        if wrapped && !self.eat(')') {
            return Err(self.error_from(start, "the bracket of `date(` is not closed"));
        }
        text.parse().map(Scalar::Date).map_err(|error: crate::time::TimeError| self.error_from(start, error.to_string()))
    }

    fn truth(&mut self, start: usize) -> Result<Scalar, CellError> {
        for (word, value) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Ok(Scalar::Bool(value));
            }
        }
        let rest: String = self.characters.iter().skip(start).take(20).collect();
        Err(self.error_from(start, format!("`{rest}` is neither `true` nor `false`")))
    }

    fn text(&mut self, start: usize) -> Result<Scalar, CellError> {
        if matches!(self.peek(), Some('"' | '\'')) {
            return self.quoted().map(|text| Scalar::Text(text.into()));
        }
        while self.peek().is_some_and(|c| !matches!(c, ',' | '(' | ')' | '"' | '\'')) {
            self.step();
        }
        let text = self.since(start).trim().to_owned();
        if text.is_empty() {
            return Err(self.error_from(start, "a value is missing here"));
        }
        if self.peek().is_some_and(|c| matches!(c, '(' | '"' | '\'')) {
            return Err(self.error_from(start, format!("the text that begins with `{text}` must stand in quotes")));
        }
        Ok(Scalar::Text(text.into()))
    }

    fn quoted(&mut self) -> Result<String, CellError> {
        let start = self.at;
        let quote = self.peek();
        self.step();
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return Err(self.error_from(start, "the quote is not closed")),
                end if end == quote => break,
                Some('\\') => {
                    self.step();
                    text.extend(self.peek());
                }
                Some(character) => text.push(character),
            }
            self.step();
        }
        self.step();
        Ok(text)
    }

    /// After a value only a separator may follow: `10 000` and `2026-11-21T10:00` are not what they look like.
    fn check_end(&mut self, start: usize) -> Result<(), CellError> {
        let end = self.at;
        self.space();
        let separated = self.peek().is_none_or(|c| matches!(c, ',' | ')' | ']' | '[' | '.'));
        if separated && end > start {
            self.at = end;
            return Ok(());
        }
        self.at = end;
        while self.peek().is_some_and(|c| !matches!(c, ',' | ')' | ']' | '[')) {
            self.step();
        }
        let found = self.since(start).trim().to_owned();
        let message =
            if found.is_empty() { "a value is missing here".to_owned() } else { format!("`{found}` is not {}", article(self.kind)) };
        Err(self.error_from(start, message))
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.step();
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let matches = word.chars().enumerate().all(|(offset, c)| self.characters.get(self.at.saturating_add(offset)) == Some(&c));
        let after = self.at.saturating_add(word.len());
        let ends = self.characters.get(after).is_none_or(|c| !c.is_alphanumeric() && *c != '_');
        if matches && ends {
            self.at = after;
        }
        matches && ends
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        if found {
            self.step();
        }
        found
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.step();
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1).min(self.characters.len());
    }

    fn since(&self, start: usize) -> String {
        self.characters.get(start..self.at).unwrap_or_default().iter().collect()
    }

    fn error_from(&self, start: usize, message: impl Into<String>) -> CellError {
        let help = match self.kind {
            Kind::Number => "write a test such as `1000`, `< 1000`, `[10..20)`, `not(5)`, or `-` for any",
            Kind::Text => "write a test such as `\"gold\"`, `\"gold\", \"silver\"`, `not(\"gold\")`, or `-` for any",
            Kind::Bool => "write `true`, `false`, or `-` for any",
            Kind::Date => "write a test such as `2026-11-21`, `>= 2026-11-21`, `[2026-01-01..2027-01-01)`, or `-` for any",
        };
        let end = self.at.max(start.saturating_add(1)).min(self.characters.len());
        CellError { message: message.into(), help: help.to_owned(), span: Span { start: start.min(end), end } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Scalar {
        Scalar::Number(text.parse().unwrap())
    }

    fn range(low: Option<(&str, bool)>, high: Option<(&str, bool)>) -> Item {
        let bound = |end: Option<(&str, bool)>| end.map(|(value, included)| Bound { value: number(value), included });
        Item::Range { low: bound(low), high: bound(high) }
    }

    #[test]
    fn numbers_ranges_and_lists() {
        for (text, items) in [
            ("1000", vec![Item::Value(number("1000"))]),
            (" -5 ", vec![Item::Value(number("-5"))]),
            ("< 1000", vec![range(None, Some(("1000", false)))]),
            ("<=1.5", vec![range(None, Some(("1.5", true)))]),
            ("> 0", vec![range(Some(("0", false)), None)]),
            (">= -2", vec![range(Some(("-2", true)), None)]),
            ("[10..20)", vec![range(Some(("10", true)), Some(("20", false)))]),
            ("(10 .. 20]", vec![range(Some(("10", false)), Some(("20", true)))]),
            ("]10..20[", vec![range(Some(("10", false)), Some(("20", false)))]),
            (
                "[1.5..2.5], 7, > 9",
                vec![range(Some(("1.5", true)), Some(("2.5", true))), Item::Value(number("7")), range(Some(("9", false)), None)],
            ),
        ] {
            assert_eq!(parse(text, Kind::Number), Ok(Test { negated: false, items }), "{text}");
        }
        assert_eq!(parse(" - ", Kind::Number), Ok(Test::ANY));
    }

    #[test]
    fn texts_with_and_without_quotes() {
        let texts = |text: &str| {
            parse(text, Kind::Text).map(|test| (test.negated, test.values().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
        };
        for (text, expected) in [
            (r#""gold","silver""#, (false, r#""gold" "silver""#)),
            ("gold, silver", (false, r#""gold" "silver""#)),
            ("'C-7'", (false, r#""C-7""#)),
            (r#"not("gold")"#, (true, r#""gold""#)),
            ("not ( gold , base )", (true, r#""gold" "base""#)),
            ("not sold", (false, r#""not sold""#)),
            (r#""a \"b\", (c)""#, (false, r#""a \"b\", (c)""#)),
            (r#""-""#, (false, r#""-""#)),
            (r#""""#, (false, r#""""#)),
        ] {
            assert_eq!(texts(text).unwrap(), (expected.0, expected.1.to_owned()), "{text}");
        }
    }

    #[test]
    fn dates_and_truth() {
        let day = Item::Value(Scalar::Date("2026-11-21".parse().unwrap()));
        for text in ["2026-11-21", "\"2026-11-21\"", "date(\"2026-11-21\")", "date('2026-11-21')"] {
            assert_eq!(parse(text, Kind::Date).unwrap().items, std::slice::from_ref(&day), "{text}");
        }
        assert!(matches!(
            parse("[2026-01-01..2027-01-01)", Kind::Date).unwrap().items.as_slice(),
            [Item::Range { low: Some(_), high: Some(_) }]
        ));
        assert_eq!(parse("true", Kind::Bool).unwrap().items, [Item::Value(Scalar::Bool(true))]);
        assert!(parse("not(true)", Kind::Bool).unwrap().negated);
    }

    #[test]
    fn refusals_say_what_to_write() {
        let refused = |text: &str, kind| {
            parse(text, kind).map_err(|error| format!("{}..{} {}", error.span.start, error.span.end, error.message)).unwrap_err()
        };
        let shown: Vec<String> = [
            ("", Kind::Number),
            ("abc", Kind::Number),
            ("< ", Kind::Number),
            ("10 000", Kind::Number),
            ("1,", Kind::Number),
            ("[10..20", Kind::Number),
            ("[10,20]", Kind::Number),
            ("not(5", Kind::Number),
            ("5 ]", Kind::Number),
            ("< gold", Kind::Text),
            ("\"gold", Kind::Text),
            ("valve (brass)", Kind::Text),
            ("gold,,base", Kind::Text),
            ("2026-02-30", Kind::Date),
            ("yes", Kind::Bool),
        ]
        .into_iter()
        .map(|(text, kind)| format!("{text}: {}", refused(text, kind)))
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        : 0..0 the cell is empty; write `-` where any value will do
        abc: 0..3 `abc` is not a number
        < : 2..2 a value is missing here
        10 000: 0..6 `10 000` is not a number
        1,: 2..2 a value is missing here
        [10..20: 0..7 the interval is not closed; end it with `]` when its upper bound belongs to it, else with `)`
        [10,20]: 0..3 an interval needs two bounds with `..` between them
        not(5: 5..5 the bracket of `not(` is not closed
        5 ]: 2..3 `]` is not expected here
        < gold: 0..1 a text can only be equal or not; put it in quotes when it is meant as it stands
        "gold: 0..5 the quote is not closed
        valve (brass): 0..6 the text that begins with `valve` must stand in quotes
        gold,,base: 5..6 a value is missing here
        2026-02-30: 0..10 `2026-02-30` is not a date; write it as `2026-11-21`
        yes: 0..1 `yes` is neither `true` nor `false`
        "#);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", cell in "[-<>=\\[\\]().,\"' 0-9a-d]{0,20}") {
            for kind in [Kind::Number, Kind::Text, Kind::Bool, Kind::Date] {
                for input in [&text, &cell] {
                    if let Err(error) = parse(input, kind) {
                        prop_assert!(error.span.start <= error.span.end && error.span.end <= input.chars().count());
                    }
                }
            }
        }
    }
}
