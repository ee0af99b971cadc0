//! The currency of a document beside that of its rulebook.

use serde::{Deserialize, Serialize};

use super::{Currency, RoundingDef};

/// How documents in some currencies are rounded: `{"currencies": ["CHF"], "rounding": {"increment": "0.05"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CurrencyRoundingDef {
    /// The currencies of the documents; at least one.
    pub currencies: Vec<Currency>,
    /// How they are rounded.
    pub rounding: RoundingDef,
}

/// The rounding that counts for documents in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChosenRounding {
    /// The rounding; none: half up to the minor unit.
    pub def: Option<RoundingDef>,
    /// The number of the entry for some currencies that it is from; none when it is that for all.
    pub entry: Option<usize>,
}

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

    /// The rounding of the documents: the one that names their currency, else that for all. Of that the increment and the offset are in the
    /// rulebook's own currency, so that of documents in others only the mode counts.
    #[must_use]
    pub fn rounding(&self, for_all: Option<RoundingDef>, for_some: &[CurrencyRoundingDef]) -> ChosenRounding {
        let named = for_some.iter().enumerate().find(|(_, entry)| entry.currencies.contains(&self.document));
        if let Some((number, entry)) = named {
            return ChosenRounding { def: Some(entry.rounding), entry: Some(number) };
        }
        let of_own =
            |rounding| if self.document == self.own { rounding } else { RoundingDef { increment: None, offset: None, ..rounding } };
        ChosenRounding { def: for_all.map(of_own), entry: None }
    }
}
