//! From tokens to a tree. After a problem reading goes on at the next operator or bracket, so that one look shows them all.

use super::ast::{Ast, Call, Factor, Node, Over, OverKind, Relation, Term};
use super::lexer::{Kind, Sign, Token, tokens};
use super::problems::{Problems, join};
use crate::report::{ExprCode, LimitCode, Span, did_you_mean};

/// Deeper nesting than this is refused whatever the limits say: it bounds the stack.
const DEEPEST: usize = 128;
/// `a.f().g().h()` nests without brackets; no function gives a text, so that more than one is already an error.
const CALLS_IN_A_ROW: usize = 4;

/// Reads a whole expression.
pub(super) fn parse(source: &str, depth: usize, problems: &mut Problems<'_>) -> Node {
    let tokens = tokens(source, problems);
    let mut parser = Parser { tokens, at: 0, depth: 0, deepest: depth.min(DEEPEST), too_deep: false, problems };
    parser.whole()
}

struct Parser<'s, 'p> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    deepest: usize,
    too_deep: bool,
    problems: &'s mut Problems<'p>,
}

impl Parser<'_, '_> {
    fn kind(&self) -> &Kind {
        self.tokens.get(self.at).map_or(&Kind::End, |token| &token.kind)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(Span { start: 0, end: 0 }, |token| token.span)
    }

    fn advance(&mut self) {
        if !matches!(self.kind(), Kind::End) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn take(&mut self, sign: Sign) -> bool {
        let found = *self.kind() == Kind::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    /// What stands here, for a message.
    fn shown(&self) -> String {
        match self.kind() {
            Kind::Number(number) => format!("`{number}`"),
            Kind::Text(text) => format!("`'{text}'`"),
            Kind::Name(name) => format!("`{name}`"),
            Kind::Sign(sign) => format!("`{}`", sign.text()),
            Kind::Broken | Kind::End => "the end".to_owned(),
        }
    }

    fn syntax(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        // Behind a nesting that is too deep nothing more is said: the rest was not read.
        if !self.too_deep {
            self.problems.error(ExprCode::Syntax, span, message, help.map(str::to_owned));
        }
    }

    /// Everything up to the end; what follows a complete expression is reported and read all the same.
    fn whole(&mut self) -> Node {
        if *self.kind() == Kind::End {
            if !self.problems.any_errors() {
                self.syntax(self.span(), "the expression is empty", None);
            }
            return Node { ast: Ast::Broken(Vec::new()), span: self.span() };
        }
        let first = self.expression();
        if *self.kind() == Kind::End {
            return first;
        }
        let start = first.span;
        let mut parts = vec![first];
        while *self.kind() != Kind::End && !self.too_deep {
            self.unexpected();
            self.skip_to_operator();
            while matches!(self.kind(), Kind::Sign(_)) && !self.starts_value() {
                self.advance();
            }
            if *self.kind() != Kind::End {
                parts.push(self.expression());
            }
        }
        Node { ast: Ast::Broken(parts), span: join(start, self.span()) }
    }

    fn starts_value(&self) -> bool {
        match self.kind() {
            Kind::Sign(sign) => matches!(sign, Sign::Not | Sign::Minus | Sign::Open | Sign::OpenList),
            Kind::End => false,
            _ => true,
        }
    }

    fn unexpected(&mut self) {
        let span = self.span();
        let help = match self.kind() {
            Kind::Name(word) if word.eq_ignore_ascii_case("and") => "write `&&` for and",
            Kind::Name(word) if word.eq_ignore_ascii_case("or") => "write `||` for or",
            Kind::Sign(Sign::Close | Sign::CloseList) => {
                let message = format!("{} closes nothing", self.shown());
                self.syntax(span, message, Some("remove it, or open it before"));
                return;
            }
            Kind::Sign(Sign::Less | Sign::AtMost | Sign::Greater | Sign::AtLeast | Sign::Equal | Sign::NotEqual) => {
                self.syntax(span, "comparisons cannot be chained", Some("write `a < b && b < c`"));
                return;
            }
            Kind::Sign(Sign::Question) => "put the choice in brackets",
            Kind::Sign(Sign::Comma) => "decimals are written with a point: `1.5`",
            _ => "join two conditions with `&&` (and) or `||` (or)",
        };
        let message = format!("an operator is missing before {}", self.shown());
        self.syntax(span, message, Some(help));
    }

    /// Moves on by at least one token.
    fn skip_to_operator(&mut self) {
        self.advance();
        while !matches!(self.kind(), Kind::End | Kind::Sign(Sign::And | Sign::Or | Sign::Close | Sign::CloseList | Sign::Comma)) {
            self.advance();
        }
    }

    /// One level deeper, unless that is too deep.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.depth >= self.deepest {
            let span = self.span();
            if !self.too_deep {
                let message = format!("the expression is nested deeper than {} levels", self.deepest);
                self.problems.error(LimitCode::TooDeep, span, message, Some("split it, or use a decision table".to_owned()));
            }
            self.too_deep = true;
            self.at = self.tokens.len();
            return Node { ast: Ast::Broken(Vec::new()), span };
        }
        self.depth = self.depth.saturating_add(1);
        let node = read(self);
        self.depth = self.depth.saturating_sub(1);
        node
    }

    fn expression(&mut self) -> Node {
        self.nested(Self::choice)
    }

    /// `a ? x : b ? y : z`
    fn choice(&mut self) -> Node {
        let mut last = self.any();
        let start = last.span;
        let mut cases = Vec::new();
        while *self.kind() == Kind::Sign(Sign::Question) {
            let question = self.span();
            self.advance();
            let value = self.expression();
            if !self.take(Sign::Colon) {
                self.syntax(question, "a choice needs both values", Some("write `condition ? value : other value`"));
                let broken = Ast::Broken(vec![last, value]);
                return Node { ast: broken, span: join(start, self.span()) };
            }
            cases.push((last, value));
            last = self.any();
        }
        if cases.is_empty() {
            return last;
        }
        let span = join(start, last.span);
        Node { ast: Ast::Choose(cases, Box::new(last)), span }
    }

    fn any(&mut self) -> Node {
        self.chain(Sign::Or, "or", Self::all, Ast::Any)
    }

    fn all(&mut self) -> Node {
        self.chain(Sign::And, "and", Self::relation, Ast::All)
    }

    fn chain(&mut self, sign: Sign, word: &str, part: fn(&mut Self) -> Node, make: fn(Vec<Node>) -> Ast) -> Node {
        let first = part(self);
        let mut parts = vec![first];
        loop {
            let written_out = matches!(self.kind(), Kind::Name(name) if name.eq_ignore_ascii_case(word));
            if written_out {
                let (message, help) = (format!("{} is not an operator", self.shown()), format!("write `{}`", sign.text()));
                self.syntax(self.span(), message, Some(&help));
                self.advance();
            } else if !self.take(sign) {
                break;
            }
            parts.push(part(self));
        }
        match <[Node; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => Node { span: ends(&parts), ast: make(parts) },
        }
    }

    fn relation(&mut self) -> Node {
        let left = self.sum();
        let relation = match self.kind() {
            Kind::Sign(Sign::Equal) => Relation::Equal,
            Kind::Sign(Sign::NotEqual) => Relation::NotEqual,
            Kind::Sign(Sign::Less) => Relation::Less,
            Kind::Sign(Sign::AtMost) => Relation::AtMost,
            Kind::Sign(Sign::Greater) => Relation::Greater,
            Kind::Sign(Sign::AtLeast) => Relation::AtLeast,
            Kind::Name(word) if word == "in" => {
                self.advance();
                let right = self.sum();
                let span = join(left.span, right.span);
                return Node { ast: Ast::In(Box::new(left), Box::new(right)), span };
            }
            _ => return left,
        };
        let sign = self.span();
        self.advance();
        if relation == Relation::Equal && *self.kind() == Kind::Sign(Sign::Equal) {
            self.syntax(sign, "`===` is not an operator", Some("write `==`"));
            self.advance();
        }
        if relation == Relation::Less && *self.kind() == Kind::Sign(Sign::Greater) {
            self.syntax(sign, "`<>` is not an operator", Some("write `!=`"));
            self.advance();
        }
        let right = self.sum();
        let span = join(left.span, right.span);
        Node { ast: Ast::Compare(relation, Box::new(left), Box::new(right)), span }
    }

    fn sum(&mut self) -> Node {
        let first = self.product();
        let mut rest = Vec::new();
        loop {
            let term = match self.kind() {
                Kind::Sign(Sign::Plus) => Term::Plus,
                Kind::Sign(Sign::Minus) => Term::Minus,
                _ => break,
            };
            self.advance();
            rest.push((term, self.product()));
        }
        let Some((_, last)) = rest.last() else { return first };
        let span = join(first.span, last.span);
        Node { ast: Ast::Sum(Box::new(first), rest), span }
    }

    fn product(&mut self) -> Node {
        let first = self.unary();
        let mut rest = Vec::new();
        loop {
            let factor = match self.kind() {
                Kind::Sign(Sign::Times) => Factor::Times,
                Kind::Sign(Sign::Over) => Factor::Over,
                Kind::Sign(Sign::Modulo) => Factor::Modulo,
                _ => break,
            };
            let sign = self.span();
            self.advance();
            if factor == Factor::Modulo && !self.starts_value() {
                self.syntax(sign, "`%` is the rest of a division, not a percentage", Some("write 10 percent as `0.10`"));
                continue;
            }
            rest.push((factor, self.unary()));
        }
        let Some((_, last)) = rest.last() else { return first };
        let span = join(first.span, last.span);
        Node { ast: Ast::Product(Box::new(first), rest), span }
    }

    fn unary(&mut self) -> Node {
        let start = self.span();
        let make: fn(Box<Node>) -> Ast = match self.kind() {
            Kind::Sign(Sign::Not) => Ast::Not,
            Kind::Sign(Sign::Minus) => Ast::Negate,
            Kind::Name(word) if word.eq_ignore_ascii_case("not") && self.next_starts_value() => {
                let message = format!("{} is not an operator", self.shown());
                self.syntax(start, message, Some("write `!(...)`"));
                Ast::Not
            }
            _ => return self.postfix(),
        };
        self.advance();
        let inner = self.nested(Self::unary);
        Node { span: join(start, inner.span), ast: make(Box::new(inner)) }
    }

    fn next_starts_value(&self) -> bool {
        let next = self.tokens.get(self.at.saturating_add(1)).map(|token| &token.kind);
        matches!(next, Some(Kind::Name(word)) if word != "in") || matches!(next, Some(Kind::Text(_) | Kind::Number(_)))
    }

    /// A value, then `.name` or `.name(...)` as often as it goes on.
    fn postfix(&mut self) -> Node {
        let mut node = self.primary();
        let mut calls = 0_usize;
        while *self.kind() == Kind::Sign(Sign::Dot) {
            let dot = self.span();
            self.advance();
            let name_span = self.span();
            let Kind::Name(name) = self.kind().clone() else {
                self.syntax(dot, "a name is missing behind the point", None);
                return Node { span: join(node.span, dot), ast: Ast::Broken(vec![node]) };
            };
            self.advance();
            if *self.kind() == Kind::Sign(Sign::Open) {
                calls = calls.saturating_add(1);
                if calls > CALLS_IN_A_ROW {
                    return self.nested_too_deep();
                }
                node = self.method(node, name, name_span);
                continue;
            }
            node = self.member(node, &name, name_span);
        }
        node
    }

    fn nested_too_deep(&mut self) -> Node {
        self.depth = self.deepest;
        self.nested(Self::primary)
    }

    fn member(&mut self, node: Node, name: &str, name_span: Span) -> Node {
        let span = join(node.span, name_span);
        match node.ast {
            Ast::Name(path) => Node { ast: Ast::Name(format!("{path}.{name}")), span },
            Ast::Broken(_) => node,
            _ => {
                self.syntax(span, format!("`.{name}` can follow a name only"), None);
                Node { span, ast: Ast::Broken(vec![node]) }
            }
        }
    }

    /// `target.name(...)`, the opening bracket being next.
    fn method(&mut self, target: Node, name: String, name_span: Span) -> Node {
        let over_lines = matches!(&target.ast, Ast::Name(path) if path == "lines");
        let start = target.span;
        let (arguments, end) = self.arguments();
        let span = join(start, end);
        if over_lines {
            return self.over_lines(&name, name_span, arguments, span);
        }
        let mut all = vec![target];
        all.extend(arguments);
        Node { ast: Ast::Call(Call { function: name, name_span, method: true, arguments: all }), span }
    }

    /// `lines.exists(l, ...)` and its like.
    fn over_lines(&mut self, name: &str, name_span: Span, arguments: Vec<Node>, span: Span) -> Node {
        let Some(kind) = OverKind::find(name) else {
            let help = did_you_mean(name, OverKind::NAMES);
            self.problems.error(ExprCode::UnknownFunction, name_span, format!("`{name}` is no function over lines"), help);
            return Node { ast: Ast::Broken(Vec::new()), span };
        };
        let help = format!("write `lines.{name}(l, ...)` with `l` for the line, such as `l.quantity`");
        match <[Node; 2]>::try_from(arguments) {
            Ok([Node { ast: Ast::Name(variable), .. }, body]) if !variable.contains('.') => {
                Node { ast: Ast::Over(Over { kind, variable, body: Box::new(body) }), span }
            }
            Ok([first, body]) => {
                self.syntax(first.span, "the first argument must be a name for the line", Some(&help));
                Node { ast: Ast::Broken(vec![body]), span }
            }
            // The arguments may use a variable that is not there; looking at them would only blame the wrong thing.
            Err(arguments) => {
                let message = format!("`{name}` needs 2 arguments, not {}", arguments.len());
                self.problems.error(ExprCode::Arguments, span, message, Some(help));
                Node { ast: Ast::Broken(Vec::new()), span }
            }
        }
    }

    /// `( a, b )`, the opening bracket being next; gives the closing bracket's place too.
    fn arguments(&mut self) -> (Vec<Node>, Span) {
        let open = self.span();
        self.advance();
        self.list_until(open, Sign::Close)
    }

    fn list_until(&mut self, open: Span, close: Sign) -> (Vec<Node>, Span) {
        let mut items = Vec::new();
        if *self.kind() != Kind::Sign(close) {
            items.push(self.expression());
            while self.take(Sign::Comma) {
                if *self.kind() == Kind::Sign(close) {
                    break;
                }
                items.push(self.expression());
            }
        }
        let end = self.close(open, close);
        (items, end)
    }

    /// Takes the closing bracket, or says what is wrong and moves behind the next one.
    fn close(&mut self, open: Span, close: Sign) -> Span {
        let end = self.span();
        if self.take(close) {
            return end;
        }
        if *self.kind() == Kind::End {
            if !self.too_deep {
                let help = Some(format!("close it with `{}`", close.text()));
                self.problems.error(ExprCode::Unterminated, open, "this bracket is not closed", help);
            }
            return end;
        }
        if matches!(self.kind(), Kind::Sign(Sign::Close | Sign::CloseList)) {
            let message = format!("{} closes another bracket than the one that is open; `{}` is missing", self.shown(), close.text());
            self.syntax(end, message, None);
            self.advance();
            return end;
        }
        self.unexpected();
        while !matches!(self.kind(), Kind::End | Kind::Sign(Sign::Close | Sign::CloseList)) {
            self.advance();
        }
        self.advance();
        end
    }

    fn primary(&mut self) -> Node {
        let span = self.span();
        let ast = match self.kind().clone() {
            Kind::Number(number) => Ast::Number(number),
            Kind::Text(text) => Ast::Text(text),
            Kind::Broken => Ast::Broken(Vec::new()),
            Kind::Name(name) => return self.name(name, span),
            Kind::Sign(Sign::Open) => {
                self.advance();
                let inner = self.expression();
                let end = self.close(span, Sign::Close);
                return Node { ast: inner.ast, span: join(span, end) };
            }
            Kind::Sign(Sign::OpenList) => {
                self.advance();
                let (items, end) = self.list_until(span, Sign::CloseList);
                return Node { ast: Ast::List(items), span: join(span, end) };
            }
            Kind::End => {
                self.syntax(span, "a value is missing at the end", None);
                return Node { ast: Ast::Broken(Vec::new()), span };
            }
            Kind::Sign(_) => {
                // The sign stays: an operator goes on with its right side, a bracket closes what is open.
                let message = format!("a value is missing before {}", self.shown());
                self.syntax(span, message, None);
                return Node { ast: Ast::Broken(Vec::new()), span };
            }
        };
        self.advance();
        Node { ast, span }
    }

    fn name(&mut self, name: String, span: Span) -> Node {
        self.advance();
        match name.as_str() {
            "true" | "false" => return Node { ast: Ast::Bool(name == "true"), span },
            "null" => {
                self.syntax(span, "there is no `null`", Some("ask with `has(name)` whether an optional attribute is given"));
                return Node { ast: Ast::Broken(Vec::new()), span };
            }
            "in" => {
                self.syntax(span, "a value is missing before `in`", Some("write `name in ['a', 'b']`"));
                return Node { ast: Ast::Broken(Vec::new()), span };
            }
            _ => {}
        }
        if *self.kind() != Kind::Sign(Sign::Open) {
            return Node { ast: Ast::Name(name), span };
        }
        let (arguments, end) = self.arguments();
        Node { ast: Ast::Call(Call { function: name, name_span: span, method: false, arguments }), span: join(span, end) }
    }
}

fn ends(nodes: &[Node]) -> Span {
    match (nodes.first(), nodes.last()) {
        (Some(first), Some(last)) => join(first.span, last.span),
        _ => Span { start: 0, end: 0 },
    }
}
