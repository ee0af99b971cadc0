//! The currency of a document beside that of its rulebook.

use super::Currency;

/// In which currency documents are for which rules are compiled, and in which one amounts are that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denomination {
    /// The currency of the documents.
    pub document: Currency,
    /// The rulebook's own.
    pub own: Currency,
}

impl Denomination {
    /// Whether something counts for the documents that names these currencies: where it names none, for all documents when nothing in it is
    /// an amount, else for those in the rulebook's own currency. An amount is never taken for one of another currency.
    #[must_use]
    pub fn counts(&self, currencies: &[Currency], has_amounts: bool) -> bool {
        if currencies.is_empty() { self.document == self.own || !has_amounts } else { currencies.contains(&self.document) }
    }

    /// The currency in which the amounts are read of something that names these: the documents' where it counts for them.
    #[must_use]
    pub fn of(&self, currencies: &[Currency], has_amounts: bool) -> Currency {
        if self.counts(currencies, has_amounts) { self.document } else { currencies.first().copied().unwrap_or(self.own) }
    }
}
