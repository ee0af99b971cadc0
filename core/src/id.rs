//! String ids as newtypes, and the maps that are keyed by them.
//!
//! Invariants: an id is 1 to 128 characters long, has no control characters and no space at either end; a [`Map`] iterates in
//! the order of insertion, so that nothing a caller sees depends on a hash.

mod texts;

use std::borrow::Borrow;
use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

pub(crate) use texts::{Numbered, Texts};

/// A map with the order of insertion as its order of iteration, and a hash without a random seed.
pub type Map<K, V> = indexmap::IndexMap<K, V, foldhash::fast::FixedState>;
/// A set with the order of insertion as its order of iteration, and a hash without a random seed.
pub type Set<K> = indexmap::IndexSet<K, foldhash::fast::FixedState>;

/// The longest id, in characters.
pub const MAX_ID_LENGTH: usize = 128;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has no characters.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than [`MAX_ID_LENGTH`].
    #[error("an id has at most {MAX_ID_LENGTH} characters, this one has {0}")]
    TooLong(usize),
    /// The text has a control character, or a space at its start or end.
    #[error("an id must not hold control characters, nor start or end with a space")]
    Character,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    // Most ids are letters, digits and signs of ASCII, where a byte is a character.
    if text.len() <= MAX_ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let length = text.chars().count();
    if length > MAX_ID_LENGTH {
        return Err(IdError::TooLong(length));
    }
    if text.trim().len() != text.len() || text.chars().any(char::is_control) {
        return Err(IdError::Character);
    }
    Ok(())
}

/// The bytes of a text of at most eight as one number, the first byte lowest: so two ids, which hold no byte of zero, are compared in one
/// instruction. The highest byte is never 255, which is in no text.
#[inline]
pub(crate) fn short(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    match bytes {
        [] => Some(0),
        [only] => Some(u64::from(*only)),
        [first, last] => Some(u64::from(u16::from_le_bytes([*first, *last]))),
        [first, middle, last] => Some(u64::from(u32::from_le_bytes([*first, *middle, *last, 0]))),
        // Both ends, which overlap in the middle: no loop, whose end would have to be guessed.
        [_, _, _, _, ..] if bytes.len() <= 8 => {
            let (first, last) = (u32::from_le_bytes(*bytes.first_chunk()?), u32::from_le_bytes(*bytes.last_chunk()?));
            let behind = u32::try_from(bytes.len()).ok()?.checked_sub(4)?.checked_mul(8)?;
            Some(u64::from(first) | u64::from(last).checked_shl(behind)?)
        }
        _ => None,
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
        #[schemars(transparent)]
        pub struct $name(#[schemars(with = "String", length(min = 1, max = 128))] SmolStr);

        impl $name {
            /// Checks the text and makes it an id.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty, too long, or holds control characters or outer spaces.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = SmolStr::deserialize(deserializer)?;
                check(&text).map_err(serde::de::Error::custom)?;
                Ok(Self(text))
            }
        }
    )*};
}

ids! {
    /// Names a rulebook.
    RulebookId;
    /// Names a declared attribute, with its scope: `customer.level`.
    AttributeId;
    /// Names a product (article, SKU).
    ProductId;
    /// Names a product category.
    CategoryId;
    /// Names a unit of measure.
    UnitId;
    /// Names a price list.
    PriceListId;
    /// Names a step of the pricing procedure.
    StepId;
    /// Names a rule: an adjustment, a check, a row of a table.
    RuleId;
    /// Names a tax category of a product, such as `standard`.
    TaxCategoryId;
    /// Names a tax, such as `vat`, where a line may bear several.
    TaxId;
    /// Names a tax rate.
    TaxRateId;
    /// Names a part of the world in which rates are the same.
    ZoneId;
    /// Names a charge: freight, a fee, duty.
    ChargeId;
    /// Names a line of a document.
    LineId;
    /// Names an order.
    OrderId;
    /// Names an invoice.
    InvoiceId;
    /// Names a customer.
    CustomerId;
    /// Names a credit account.
    CreditAccountId;
    /// Names a person or program that acts.
    ActorId;
    /// Names a role that approves.
    RoleId;
    /// Names a document that is approved: a quote, an order.
    DocumentId;
    /// Names an approval case.
    CaseId;
    /// Names a stock location (warehouse).
    LocationId;
    /// Names a reservation of stock.
    ReservationId;
    /// Names goods of a product that were made together (batch): they have one date of expiry.
    LotId;
    /// Names a single unit of a product.
    SerialId;
    /// Names who owns goods that lie among one's own.
    OwnerId;
    /// Names an expected supply: a purchase, a production order, a transfer.
    SupplyId;
    /// Names a calendar of working days.
    CalendarId;
    /// Names lines that are shipped together.
    ShipGroupId;
    /// Names a sourcing policy.
    SourcingId;
    /// Names a carrier.
    CarrierId;
    /// Names what stock is reserved for: a line of an order, a cart.
    DemandId;
    /// Names a way of sharing out what is scarce.
    SharingId;
    /// Names demands that are treated alike when stock is planned anew.
    SegmentId;
    /// Names a quota of a product.
    QuotaId;
    /// Names a group of customers that has a part of a quota.
    QuotaGroupId;
    /// Names a hold on an order.
    HoldId;
    /// Names a command; a repeat of the same command carries the same id.
    CommandId;
    /// Names terms of payment.
    TermsId;
    /// Names a count that a host keeps over several documents.
    CounterId;
    /// Names what several rules have in common, so that others can exclude them.
    TagId;
    /// A coupon's code, as a customer writes it.
    CouponCode;
    /// Names a decision table, or a column of one.
    TableId;
}

/// A place in one of the rulebook's lists, counted from 0, in half the room of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(u32);

impl Ordinal {
    /// No entry of any list.
    pub const NONE: Self = Self(u32::MAX);

    /// The ordinal of an index; the lists of a rulebook are far shorter than 2³² entries.
    #[must_use]
    pub fn of(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// A text of the rulebook as a number: equal texts have equal symbols, so that comparing is one instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    /// The symbol of that number.
    pub(crate) const fn of(number: u32) -> Self {
        // One more than the number, so that an absent symbol takes no room.
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    /// The symbol's number; symbols are numbered from 0 in the order in which their texts were first seen.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.get().wrapping_sub(1)
    }
}

/// The texts of a rulebook, each once.
#[derive(Debug, Clone, Default)]
pub struct Symbols(Texts);

impl Symbols {
    /// The symbol of a text, which is made when the text is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        Symbol::of(self.0.insert(text))
    }

    /// The symbol of a text that the rulebook knows.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.0.find(text).map(Symbol::of)
    }

    /// The text of a symbol.
    // Not inlined: it is asked at many places, and not in loops over lines.
    #[must_use]
    #[inline(never)]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.0.text(symbol.number()).unwrap_or("")
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_told_apart_by_their_numbers() {
        let texts =
            ["", "A", "B", "AB", "BA", "ABC", "ABCD", "ABCE", "ABCDE", "BBCDE", "ABCDEF", "ABCDEFG", "ABCDEFGH", "ABCDEFGI", "ÄÖÜß"];
        for (place, one) in texts.iter().enumerate() {
            let mut bytes = [0; 8];
            bytes[..one.len()].copy_from_slice(one.as_bytes());
            assert_eq!(short(one), Some(u64::from_le_bytes(bytes)));
            assert!(texts[..place].iter().all(|other| short(other) != short(one)));
        }
        assert_eq!(short("ABCDEFGHI"), None);
    }

    #[test]
    fn accepts_what_people_use_as_ids() {
        for text in ["P-100", "A/7", "ß", "a b", &"x".repeat(128)] {
            assert_eq!(ProductId::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_cannot_be_seen_or_compared() {
        assert_eq!(ProductId::new(""), Err(IdError::Empty));
        assert_eq!(ProductId::new(" a"), Err(IdError::Character));
        assert_eq!(ProductId::new("a\u{0}"), Err(IdError::Character));
        assert_eq!(ProductId::new("x".repeat(129)), Err(IdError::TooLong(129)));
    }
}
