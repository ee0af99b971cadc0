//! Just enough of Rust's grammar to see which modules of its crate a source file names.

/// A name that is looked up in the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// The line, from 1.
    pub line: usize,
    /// The first name after the root.
    pub name: String,
}

/// Everything that a file names by `crate::` or by enough `super::` to reach the root; `depth` is the depth of its module.
pub fn references(text: &str, depth: usize) -> Vec<Reference> {
    let tokens = tokens(&without_comments_and_text(text));
    let mut found = Vec::new();
    let mut open_braces = 0_usize;
    let mut inline_modules: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some((line, token)) = tokens.get(at) {
        let next = |offset: usize| tokens.get(at + offset).map_or("", |(_, token)| token.as_str());
        match token.as_str() {
            "{" => open_braces += 1,
            "}" => {
                open_braces = open_braces.saturating_sub(1);
                inline_modules.retain(|braces| *braces < open_braces + 1);
            }
            "mod" if next(2) == "{" => inline_modules.push(open_braces + 1),
            "crate" if next(1) == "::" => found.extend(first_names(&tokens, at + 2, *line)),
            "super" if next(1) == "::" => {
                let mut supers = 1;
                while next(2 * supers) == "super" && next(2 * supers + 1) == "::" {
                    supers += 1;
                }
                if supers == depth + inline_modules.len() {
                    found.extend(first_names(&tokens, at + 2 * supers, *line));
                }
                at += 2 * supers - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The first name of each path of a use tree that starts at `at`.
fn first_names(tokens: &[(usize, String)], at: usize, line: usize) -> Vec<Reference> {
    let token = |at: usize| tokens.get(at).map_or("", |(_, token)| token.as_str());
    if token(at) != "{" {
        return vec![Reference { line, name: token(at).to_owned() }];
    }
    let mut names = Vec::new();
    let (mut depth, mut expected) = (0_usize, true);
    for (line, token) in &tokens[at..] {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," if depth == 1 => expected = true,
            name if depth == 1 && expected => {
                names.push(Reference { line: *line, name: name.to_owned() });
                expected = false;
            }
            _ => {}
        }
    }
    names
}

/// Words, `::` and single signs, each with its line.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len());
            let length = match () {
                () if word > 0 => word,
                () if rest.starts_with("::") => 2,
                () => first.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            if !token.trim().is_empty() {
                tokens.push((number + 1, token.to_owned()));
            }
            rest = after;
        }
    }
    tokens
}

/// The same lines with comments and the content of literals blanked out.
fn without_comments_and_text(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (skipped, length) = match first {
            '/' if rest.starts_with("//") => (true, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (true, block_comment(rest)),
            '"' => (true, 1 + quoted(&rest[1..], '"')),
            'r' if raw_hashes(rest).is_some() && !code.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_') => {
                let close = format!("\"{}", "#".repeat(raw_hashes(rest).unwrap_or_default()));
                let open = 1 + close.len();
                (true, rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()))
            }
            '\'' => char_literal(rest).map_or((false, 1), |length| (true, length)),
            _ => (false, first.len_utf8()),
        };
        let (piece, after) = rest.split_at(length);
        if skipped {
            code.extend(piece.chars().map(|sign| if sign == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(piece);
        }
        rest = after;
    }
    code
}

/// The length of a nested block comment.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a literal's rest, its closing quote included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How many `#` a raw string has that starts here.
fn raw_hashes(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    rest[hashes..].starts_with('"').then_some(hashes)
}

/// The length of a character literal that starts here; `None` for a lifetime.
fn char_literal(text: &str) -> Option<usize> {
    let mut signs = text[1..].char_indices();
    let (_, first) = signs.next()?;
    if first == '\\' {
        return Some(1 + quoted(&text[1..], '\''));
    }
    signs.next().filter(|(_, sign)| *sign == '\'').map(|(at, _)| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, depth: usize) -> Vec<String> {
        references(text, depth).into_iter().map(|reference| reference.name).collect()
    }

    #[test]
    fn comments_and_literals_name_nothing() {
        let text = "// crate::a\n/* crate::b /* */ crate::c */ let x = \"\\\" crate::d\"; let y = r#\"crate::e\"#; let z = '\"'; crate::f; 'a: loop {}";
        assert_eq!(names(text, 1), ["f"]);
    }

    #[test]
    fn groups_and_visibility() {
        assert_eq!(names("pub(crate) use crate::{a::{b, c}, d as e, f}; $crate::g!()", 1), ["a", "d", "f", "g"]);
        assert_eq!(
            names("use super::super::a; use super::b; mod t { use super::super::super::c; } use super::super::{d, e};", 2),
            ["a", "c", "d", "e"]
        );
    }
}
