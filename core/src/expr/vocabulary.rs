//! The closed vocabulary: every name that an expression may use, with its type and its slot.

use std::fmt;

use crate::id::{Map, Symbol, Texts};

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// An exact decimal number.
    Number,
    /// A text.
    Text,
    /// A day.
    Date,
    /// Several values of one type.
    List(Box<Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("a condition (true or false)"),
            Self::Number => f.write_str("a number"),
            Self::Text => f.write_str("a text"),
            Self::Date => f.write_str("a date"),
            Self::List(_) => f.write_str("a list"),
        }
    }
}

/// What a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The document: one value.
    Document,
    /// A line of the document: one value per line.
    Line,
}

/// A place for a value: names become slots when an expression is compiled. Dense from 0 in each scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// What the value belongs to.
    pub scope: Scope,
    /// The number of the slot in its scope.
    pub index: u16,
}

/// Whether a document must give a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// There is always a value: the document must give it, or it has a default.
    Always,
    /// There may be none: expressions must ask with `has()`.
    Optional,
}

/// A declared name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name as it stands in expressions, such as `customer.level`.
    pub name: Box<str>,
    /// Where its value is read.
    pub slot: Slot,
    /// The type of its value.
    pub ty: Type,
    /// Whether there is always a value.
    pub presence: Presence,
    /// The texts that the value may be, when they are known.
    pub one_of: Option<Box<[Symbol]>>,
    /// How long the first word is; none when it is the only one.
    first: Option<usize>,
}

impl Name {
    /// The first word and the rest: `customer` and `level`. The first is empty when there is only one.
    #[must_use]
    pub fn words(&self) -> (&str, &str) {
        let words = self.first.and_then(|first| self.name.split_at_checked(first));
        words.and_then(|(first, rest)| Some((first, rest.strip_prefix('.')?))).unwrap_or(("", &self.name))
    }
}

/// Why a name cannot be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// Not words of letters, digits and `_`, joined by points; or a word of the language itself.
    #[error("a name is made of words joined by points, such as `customer.level`; a word has letters a to z, digits and `_`")]
    Name,
    /// A word of the expression language.
    #[error("`true`, `false`, `null`, `in` and `lines` belong to the expression language")]
    Reserved,
    /// The name is declared already.
    #[error("the name is declared already")]
    Taken,
    /// More names than slots.
    #[error("at most 65535 names can be declared for the document, and as many for a line")]
    TooMany,
}

/// Words that cannot begin a name.
pub(super) const RESERVED: [&str; 5] = ["true", "false", "null", "in", "lines"];

/// Every name that an expression may use.
///
/// ```
/// use dealdesk::expr::{Presence, Scope, Type, Vocabulary};
/// let mut vocabulary = Vocabulary::new();
/// let slot = vocabulary.declare("line.quantity", Type::Number, Scope::Line, Presence::Always, None)?;
/// assert_eq!(vocabulary.find("line.quantity").map(|name| name.slot), Some(slot));
/// # Ok::<(), dealdesk::expr::VocabularyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    names: Map<Box<str>, Name>,
    /// The names that have several words, by the first, of which there are few.
    members: Vec<Members>,
    /// The places of the document's names, by slot.
    document: Vec<usize>,
    line: Vec<usize>,
}

/// The names that begin with the same word.
#[derive(Debug, Clone)]
struct Members {
    first: Box<str>,
    /// What follows on it.
    rests: Texts,
    /// Where each stands among the names.
    places: Vec<usize>,
}

impl Vocabulary {
    /// A vocabulary without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a name; `one_of` lists the texts that its value may be, when they are known.
    ///
    /// # Errors
    /// [`VocabularyError`] when the name cannot be written in an expression, is taken, or there are too many.
    pub fn declare(
        &mut self,
        name: &str,
        ty: Type,
        scope: Scope,
        presence: Presence,
        one_of: Option<Vec<Symbol>>,
    ) -> Result<Slot, VocabularyError> {
        check_name(name)?;
        if self.names.contains_key(name) {
            return Err(VocabularyError::Taken);
        }
        let slots = match scope {
            Scope::Document => &mut self.document,
            Scope::Line => &mut self.line,
        };
        let index = u16::try_from(slots.len()).ok().filter(|index| *index < u16::MAX).ok_or(VocabularyError::TooMany)?;
        let slot = Slot { scope, index };
        slots.push(self.names.len());
        if let Some((first, rest)) = name.split_once('.') {
            self.add_member(first, rest);
        }
        let one_of = one_of.map(Vec::into_boxed_slice);
        self.names.insert(name.into(), Name { name: name.into(), slot, ty, presence, one_of, first: name.find('.') });
        Ok(slot)
    }

    /// The declared name that is `first`, a point, and `rest`.
    #[must_use]
    pub fn member(&self, first: &str, rest: &str) -> Option<&Name> {
        let members = self.members.iter().find(|members| *members.first == *first)?;
        let number = members.rests.find(rest)?;
        self.at(*members.places.get(usize::try_from(number).ok()?)?)
    }

    /// Writes down that the name that is declared next is that.
    fn add_member(&mut self, first: &str, rest: &str) {
        let known = self.members.iter().position(|members| *members.first == *first);
        let number = known.unwrap_or_else(|| {
            self.members.push(Members { first: first.into(), rests: Texts::default(), places: Vec::new() });
            self.members.len().saturating_sub(1)
        });
        if let Some(members) = self.members.get_mut(number) {
            members.rests.insert(rest);
            members.places.push(self.names.len());
        }
    }

    fn at(&self, place: usize) -> Option<&Name> {
        self.names.get_index(place).map(|(_, name)| name)
    }

    /// The declared name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Name> {
        self.names.get(name)
    }

    /// The name that a slot belongs to.
    #[must_use]
    pub fn name(&self, slot: Slot) -> Option<&Name> {
        let slots = match slot.scope {
            Scope::Document => &self.document,
            Scope::Line => &self.line,
        };
        self.at(*slots.get(usize::from(slot.index))?)
    }

    /// All names, in the order of their declaration.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.values()
    }

    /// How many slots a scope has.
    #[must_use]
    pub fn slot_count(&self, scope: Scope) -> usize {
        match scope {
            Scope::Document => self.document.len(),
            Scope::Line => self.line.len(),
        }
    }
}

fn check_name(name: &str) -> Result<(), VocabularyError> {
    let word = |word: &str| {
        word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && word.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    };
    if !name.split('.').all(word) {
        return Err(VocabularyError::Name);
    }
    let first = name.split('.').next().unwrap_or_default();
    if RESERVED.contains(&first) { Err(VocabularyError::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_dense_per_scope_and_names_are_one_of_their_kind() {
        let mut vocabulary = Vocabulary::new();
        let mut declare = |name: &str, scope| vocabulary.declare(name, Type::Text, scope, Presence::Always, None);
        assert_eq!(declare("channel", Scope::Document).unwrap().index, 0);
        assert_eq!(declare("line.note", Scope::Line).unwrap().index, 0);
        let level = declare("customer.level", Scope::Document).unwrap();
        assert_eq!(level.index, 1);
        assert_eq!(declare("channel", Scope::Line), Err(VocabularyError::Taken));
        for name in ["", "a..b", "1a", "a-b", "a b", ".a"] {
            assert_eq!(declare(name, Scope::Line), Err(VocabularyError::Name), "{name}");
        }
        assert_eq!(declare("lines.x", Scope::Line), Err(VocabularyError::Reserved));
        assert_eq!(&*vocabulary.name(level).unwrap().name, "customer.level");
        assert_eq!(vocabulary.name(level).unwrap().words(), ("customer", "level"));
        assert_eq!(vocabulary.find("channel").unwrap().words(), ("", "channel"));
    }
}
