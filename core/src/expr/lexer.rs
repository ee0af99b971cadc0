//! From characters to tokens. A problem is reported and reading goes on behind it.

use super::problems::Problems;
use crate::money::{Decimal, DecimalError};
use crate::report::{Code, ExprCode, LimitCode, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Number(Decimal),
    Text(String),
    Name(String),
    Sign(Sign),
    /// Something unreadable that was reported already, where a value should be.
    Broken,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    And,
    Or,
    Not,
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
    Question,
    Colon,
    Dot,
    Comma,
    Open,
    Close,
    OpenList,
    CloseList,
}

impl Sign {
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
            Self::Not => "!",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
            Self::Modulo => "%",
            Self::Question => "?",
            Self::Colon => ":",
            Self::Dot => ".",
            Self::Comma => ",",
            Self::Open => "(",
            Self::Close => ")",
            Self::OpenList => "[",
            Self::CloseList => "]",
        }
    }

    fn of_one(character: char) -> Option<Self> {
        [
            Self::Not,
            Self::Less,
            Self::Greater,
            Self::Plus,
            Self::Minus,
            Self::Times,
            Self::Over,
            Self::Modulo,
            Self::Question,
            Self::Colon,
            Self::Dot,
            Self::Comma,
            Self::Open,
            Self::Close,
            Self::OpenList,
            Self::CloseList,
        ]
        .into_iter()
        .find(|sign| sign.text().chars().eq([character]))
    }

    fn of_two(first: char, second: char) -> Option<Self> {
        [Self::And, Self::Or, Self::Equal, Self::NotEqual, Self::AtMost, Self::AtLeast]
            .into_iter()
            .find(|sign| sign.text().chars().eq([first, second]))
    }
}

/// All tokens of a text; the last is [`Kind::End`].
pub(super) fn tokens(source: &str, problems: &mut Problems<'_>) -> Vec<Token> {
    let mut lexer = Lexer { characters: source.chars().collect(), at: 0, problems, tokens: Vec::new() };
    while let Some(first) = lexer.peek(0) {
        lexer.token(first);
    }
    let end = Span { start: lexer.at, end: lexer.at };
    lexer.tokens.push(Token { kind: Kind::End, span: end });
    lexer.tokens
}

struct Lexer<'s, 'p> {
    characters: Vec<char>,
    at: usize,
    problems: &'s mut Problems<'p>,
    tokens: Vec<Token>,
}

impl Lexer<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at.saturating_add(ahead)).copied()
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, span: Span { start, end: self.at } });
    }

    fn text_of(&self, span: Span) -> String {
        self.characters.get(span.start..span.end).unwrap_or_default().iter().collect()
    }

    fn token(&mut self, first: char) {
        let start = self.at;
        if first.is_whitespace() {
            self.skip(1);
        } else if first == '/' && self.peek(1) == Some('/') {
            self.comment();
        } else if first == '\'' || first == '"' {
            self.quoted(first);
        } else if first.is_ascii_digit() || first == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit()) && !self.after_value() {
            self.number();
        } else if first.is_ascii_alphabetic() || first == '_' {
            self.word();
        } else if let Some(sign) = self.peek(1).and_then(|second| Sign::of_two(first, second)) {
            self.skip(2);
            self.push(Kind::Sign(sign), start);
        } else if let Some(sign) = Sign::of_one(first) {
            self.skip(1);
            self.push(Kind::Sign(sign), start);
        } else {
            self.stranger(first);
        }
    }

    /// Whether the token before could end a value, so that a point would be a member access.
    fn after_value(&self) -> bool {
        matches!(
            self.tokens.last().map(|token| &token.kind),
            Some(Kind::Name(_) | Kind::Text(_) | Kind::Number(_) | Kind::Sign(Sign::Close | Sign::CloseList))
        )
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.skip(1);
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.skip(1);
        }
        let word = self.text_of(Span { start, end: self.at });
        self.push(Kind::Name(word), start);
    }

    fn number(&mut self) {
        let start = self.at;
        let digits_or_letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        while let Some(c) = self.peek(0) {
            let point = c == '.' && !self.peek(1).is_some_and(|next| next.is_ascii_alphabetic());
            if !digits_or_letters(c) && !point {
                break;
            }
            self.skip(1);
        }
        let span = Span { start, end: self.at };
        let text = self.text_of(span);
        match text.parse::<Decimal>() {
            Ok(number) => self.push(Kind::Number(number), start),
            Err(error) => {
                let (code, message): (Code, String) = match error {
                    DecimalError::TooLong(_) => (LimitCode::Overflow.into(), error.to_string()),
                    DecimalError::Syntax(_) => (ExprCode::Syntax.into(), format!("`{text}` is not a number")),
                };
                let help = "write digits with at most one point between them, such as `1250` or `12.50`".to_owned();
                self.problems.error(code, span, message, Some(help));
                self.push(Kind::Broken, start);
            }
        }
    }

    fn quoted(&mut self, quote: char) {
        let start = self.at;
        let mut text = String::new();
        self.skip(1);
        loop {
            match self.peek(0) {
                Some(c) if c == quote => {
                    self.skip(1);
                    return self.push(Kind::Text(text), start);
                }
                Some('\\') => self.escape(&mut text),
                Some(c) if c != '\n' => {
                    text.push(c);
                    self.skip(1);
                }
                _ => break,
            }
        }
        let span = Span { start, end: self.at };
        let help = format!("close it with {quote} on the same line; write \\{quote} for a {quote} inside the text");
        self.problems.error(ExprCode::Unterminated, span, "this text is not closed", Some(help));
        self.push(Kind::Broken, start);
    }

    fn escape(&mut self, text: &mut String) {
        let start = self.at;
        let escaped = self.peek(1);
        self.skip(if escaped.is_some() { 2 } else { 1 });
        match escaped {
            Some(c @ ('\\' | '\'' | '"' | '`' | '?')) => text.push(c),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let digits: String = (0..4).filter_map(|ahead| self.peek(ahead)).take_while(char::is_ascii_hexdigit).collect();
                self.skip(digits.len());
                match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    Some(c) if digits.len() == 4 => text.push(c),
                    _ => self.bad_escape(start),
                }
            }
            Some(_) => self.bad_escape(start),
            // The text ends here; that it is not closed is reported by the caller.
            None => {}
        }
    }

    fn bad_escape(&mut self, start: usize) {
        let span = Span { start, end: self.at };
        let shown = self.text_of(span);
        let help = "known are `\\\\`, `\\'`, `\\\"`, `\\n`, `\\r`, `\\t` and `\\u` with four digits, such as `\\u20ac`".to_owned();
        self.problems.error(ExprCode::Syntax, span, format!("`{shown}` means nothing in a text"), Some(help));
    }

    /// A character that belongs to nothing; where people mean something by it, says what to write.
    fn stranger(&mut self, first: char) {
        let start = self.at;
        self.skip(1);
        if matches!(first, '‘' | '’' | '“' | '”' | '„' | '‚' | '«' | '»' | '`') {
            return self.curly(start);
        }
        let (meant, help) = match first {
            '=' => (Some(Sign::Equal), "write `==` to compare"),
            '&' => (Some(Sign::And), "write `&&` for and"),
            '|' => (Some(Sign::Or), "write `||` for or"),
            '≤' => (Some(Sign::AtMost), "write `<=`"),
            '≥' => (Some(Sign::AtLeast), "write `>=`"),
            '≠' => (Some(Sign::NotEqual), "write `!=`"),
            '×' | '·' => (Some(Sign::Times), "write `*`"),
            _ => (None, "remove it, or write it inside quotes if it belongs to a text"),
        };
        let span = Span { start, end: self.at };
        self.problems.error(ExprCode::Syntax, span, format!("`{first}` means nothing here"), Some(help.to_owned()));
        if let Some(sign) = meant {
            self.push(Kind::Sign(sign), start);
        }
    }

    /// A text between quotes that a word processor made: reported once, and read over.
    fn curly(&mut self, start: usize) {
        let closes = |c: char| matches!(c, '‘' | '’' | '“' | '”' | '»' | '`');
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|c| **c != '\n').position(|c| closes(*c));
        self.skip(length.map_or(0, |length| length.saturating_add(1)));
        let span = Span { start, end: self.at };
        let help = "write a text between straight quotes: 'gold'".to_owned();
        self.problems.error(ExprCode::Syntax, span, "these are not the quotes of a text", Some(help));
        self.push(Kind::Broken, start);
    }
}
