//! From names to slots.

use super::check::Checker;
use super::program::Read;
use super::{Name, Scope};
use crate::report::{ExprCode, Span, did_you_mean};

impl Checker<'_, '_> {
    /// The slot that a name means at this place, and the level of macros that its line belongs to.
    pub(super) fn resolve(&mut self, name: &str, span: Span) -> Option<(Read, usize)> {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let depth = self.variables.len();
        if let Some(position) = self.variables.iter().rposition(|variable| variable == first) {
            let level = position.saturating_add(1);
            return self.resolve_of_line(first, rest, span).map(|name| self.reading(&name, span, level, depth));
        }
        let Some(found) = self.vocabulary.find(name).cloned() else {
            self.unknown(name, span);
            return None;
        };
        if found.slot.scope == Scope::Line && self.scope == Scope::Document {
            let short = name.strip_prefix("line.").unwrap_or(name);
            let help = format!("ask all lines: `lines.exists(l, l.{short} ...)`, or `lines.sum(l, ...)`");
            self.problems.error(ExprCode::Scope, span, format!("`{name}` belongs to a line, and there is no line here"), Some(help));
            return None;
        }
        Some(self.reading(&found, span, 0, depth))
    }

    fn reading(&mut self, name: &Name, span: Span, level: usize, depth: usize) -> (Read, usize) {
        self.slots.insert(name.slot);
        let level = if name.slot.scope == Scope::Document { depth } else { level };
        // The limit on nesting keeps this far below 255.
        let hops = u8::try_from(depth.saturating_sub(level)).unwrap_or(u8::MAX);
        let level = if name.slot.scope == Scope::Document { 0 } else { level };
        (Read { slot: name.slot, hops, span }, level)
    }

    /// `l.quantity` is `line.quantity` of that line, `l.product.category` is its `product.category`.
    fn resolve_of_line(&mut self, variable: &str, rest: &str, span: Span) -> Option<Name> {
        if rest.is_empty() {
            let help = format!("name what you want of it, such as `{variable}.quantity`");
            self.type_error(span, format!("`{variable}` is a whole line"), Some(&help));
            return None;
        }
        let of_line = |name: &&Name| name.slot.scope == Scope::Line;
        let short = self.vocabulary.find(&format!("line.{rest}")).filter(of_line);
        let found = short.or_else(|| self.vocabulary.find(rest).filter(of_line)).cloned();
        if found.is_none() {
            let names = self.vocabulary.names().filter(of_line);
            let known: Vec<String> =
                names.map(|name| format!("{variable}.{}", name.name.strip_prefix("line.").unwrap_or(&name.name))).collect();
            let unknown = format!("{variable}.{rest}");
            let help = did_you_mean(&unknown, known.iter().map(String::as_str));
            self.problems.error(ExprCode::UnknownName, span, format!("`{unknown}` is not known"), help);
        }
        found
    }

    /// The known names that end in a bare word, such as `line.quantity` and `document.quantity`.
    fn whole_names(&self, word: &str) -> Option<String> {
        let known = self.vocabulary.names().filter(|known| known.slot.scope == Scope::Document || self.scope == Scope::Line);
        let ends = known.filter(|known| known.name.rsplit_once('.').is_some_and(|(_, last)| last == word));
        let found: Vec<String> = ends.map(|known| format!("`{}`", known.name)).collect();
        (!found.is_empty()).then(|| found.join(" or "))
    }

    fn unknown(&mut self, name: &str, span: Span) {
        if name == "lines" {
            let help = "write `lines.exists(l, ...)`, `lines.all`, `lines.count`, `lines.sum` or `size(lines)`".to_owned();
            self.problems.error(ExprCode::UnknownName, span, "`lines` is no value by itself", Some(help));
            return;
        }
        let known = self.vocabulary.names().filter(|known| known.slot.scope == Scope::Document || self.scope == Scope::Line);
        let suggestion = did_you_mean(name, known.map(|known| &*known.name));
        let help = match suggestion {
            Some(near) if near.starts_with("did you mean") => Some(near),
            // A name without what it belongs to.
            _ if let Some(whole) = self.whole_names(name) => Some(format!("did you mean {whole}?")),
            // One bare word is more often a text without its quotes than a name.
            _ if !name.contains('.') => Some(format!("a text stands between quotes: '{name}'; an attribute must be declared")),
            _ if let Some(bare) = name.strip_prefix("document.").filter(|bare| self.vocabulary.find(bare).is_some()) => {
                Some(format!("write `{bare}`"))
            }
            _ if let Some(fact) = name.strip_prefix("product.") => Some(format!(
                "a fact of products is declared by being given: give a product the fact `{fact}`, or declare the attribute `{name}`"
            )),
            other => other,
        };
        self.problems.error(ExprCode::UnknownName, span, format!("`{name}` is not known"), help);
    }
}
