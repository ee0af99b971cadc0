//! Values, and where an expression reads them.

use super::Slot;
use crate::id::Symbol;
use crate::money::Decimal;
use crate::time::Date;

/// A value that an expression reads or gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// An optional attribute that the document does not give.
    Missing,
    /// True or false.
    Bool(bool),
    /// An exact number.
    Number(Decimal),
    /// A text.
    Text(Text<'a>),
    /// A day.
    Date(Date),
    /// Several values of one type.
    List(&'a [Value<'a>]),
}

/// A text, with its symbol when the rulebook knows the text.
///
/// Two texts are equal by symbol when both have one, else letter by letter.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// The text's symbol in the rulebook's [`crate::id::Symbols`]; none when the rulebook does not know the text.
    pub symbol: Option<Symbol>,
    /// The text itself.
    pub text: &'a str,
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.symbol, other.symbol) {
            (Some(one), Some(another)) => one == another,
            _ => self.text == other.text,
        }
    }
}

impl Eq for Text<'_> {}

/// A document as expressions see it: values by slot.
pub trait Facts {
    /// The value of a slot. `line` counts the document's lines from 0; it means nothing for a slot of the document.
    ///
    /// A text must carry its symbol when the rulebook's symbols have it: [`super::RuleIndex`] looks at nothing else. A slot that
    /// was declared as always present must not be [`Value::Missing`]; where it is, evaluating ends with an error.
    fn value(&self, slot: Slot, line: Option<usize>) -> Value<'_>;

    /// The symbol of a text; none for a value of another type, and for a text without symbol. It says what [`Facts::value`] says:
    /// those who have symbols at hand give them here without looking up the text.
    fn symbol(&self, slot: Slot, line: Option<usize>) -> Option<Symbol> {
        if let Value::Text(text) = self.value(slot, line) { text.symbol } else { None }
    }

    /// A number in units of `10^-scale`, when it is one that has no finer digits and fits. It says what [`Facts::value`] says: those
    /// who keep whole numbers give them here without making decimals of them.
    fn whole(&self, slot: Slot, line: Option<usize>, scale: u32) -> Option<i64> {
        if let Value::Number(number) = self.value(slot, line) { number.mantissa_at(scale).ok() } else { None }
    }

    /// Shows [`Facts::symbol`] of every line, with its number and in this order: those who keep symbols in columns need not look up the
    /// slot for each line.
    fn each_symbol(&self, slot: Slot, mut see: impl FnMut(usize, Option<Symbol>)) {
        (0..self.line_count()).for_each(|line| see(line, self.symbol(slot, Some(line))));
    }

    /// Shows [`Facts::whole`] of every line, with its number and in this order.
    fn each_whole(&self, slot: Slot, scale: u32, mut see: impl FnMut(usize, Option<i64>)) {
        (0..self.line_count()).for_each(|line| see(line, self.whole(slot, Some(line), scale)));
    }

    /// How many lines the document has.
    fn line_count(&self) -> usize;

    /// Whether conditions of lines may hold for a line; for one whose facts are not all known they do not.
    fn takes_part(&self, _line: usize) -> bool {
        true
    }

    /// How a line counts among `lines`, over which `lines.exists` and the like go.
    fn counts(&self, line: usize) -> Counts {
        if self.takes_part(line) { Counts::Once } else { Counts::No }
    }
}

/// How a line counts where lines are counted and added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Not at all.
    No,
    /// Once.
    Once,
    /// It is taken off sums, and is not counted.
    TakenOff,
}

/// A constant of an [`super::Atom`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    /// True or false.
    Bool(bool),
    /// An exact number.
    Number(Decimal),
    /// A text of the rulebook.
    Text(Symbol),
    /// A day.
    Date(Date),
}

impl Literal {
    /// The literal that equals this value, when one can: a list or a missing value has none, nor has a text without symbol.
    #[must_use]
    pub fn of(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Bool(value)),
            Value::Number(value) => Some(Self::Number(value)),
            Value::Text(value) => value.symbol.map(Self::Text),
            Value::Date(value) => Some(Self::Date(value)),
            Value::Missing | Value::List(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Symbols;

    #[test]
    fn texts_are_equal_by_symbol_or_by_letter() {
        let mut symbols = Symbols::default();
        let gold = Text { symbol: Some(symbols.intern("gold")), text: "gold" };
        let silver = Text { symbol: Some(symbols.intern("silver")), text: "silver" };
        assert_ne!(gold, silver);
        assert_eq!(gold, Text { symbol: None, text: "gold" });
        assert_ne!(silver, Text { symbol: None, text: "gold" });
    }
}
