//! The answer, in flat arrays.

use std::num::NonZeroU32;

use serde::Serialize;

use super::extras::Extras;
use super::request::Explain;
use crate::adjust::Figure;
use crate::catalog::Ordered;
use crate::id::{LineId, Ordinal, ProductId};
use crate::money::{Currency, Decimal, Money, UnitPrice};
use crate::report::{Finding, Fingerprint};
use crate::rulebook::Rulebook;
use crate::time::Date;

/// A priced document: lines, totals, tax breakdown, findings.
///
/// Lines and the steps of their waterfalls lie in flat arrays; names are numbers that resolve through the rulebook when they are
/// read. It serializes as a [`QuoteView`].
#[derive(Debug, Clone)]
pub struct Quote {
    pub(super) rulebook: Rulebook,
    pub(super) currency: Currency,
    pub(super) date: Date,
    pub(super) explain: Explain,
    pub(super) rounding_report: bool,
    pub(super) complete: bool,
    pub(super) lines: Vec<Line>,
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) totals: Totals,
    pub(super) findings: Vec<Finding>,
    pub(super) extras: Extras,
}

/// The sums of a document. `net + tax = gross`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// The lines at the prices that were found.
    pub list: Money,
    /// What the stages took off; below zero when they added more.
    pub discount: Money,
    /// What the charges added, as they were charged; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charges: Option<Money>,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// What is to be paid, in the smallest coin; absent where the procedure does not round to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable: Option<Money>,
}

/// A line, on its way through the procedure and as it comes out.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: LineId,
    pub(super) product: Asked,
    /// What is ordered, when it can be converted.
    pub(super) ordered: Option<Ordered>,
    /// The quantity in the unit it was ordered in: until the figures are settled without its sign, as all figures but those of tax.
    pub(super) quantity: Decimal,
    /// Whether its quantity is below zero.
    pub(super) returned: bool,
    /// Price and list, when a price was found.
    pub(super) price: Option<ListPrice>,
    /// The running figures, in the price mode of the procedure; zero before a price is found.
    pub(super) figure: Figure,
    /// The entries of its waterfall.
    pub(super) chain: Chain,
}

/// The first and the last of some entries, by number; each names the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Chain {
    /// No entry has this number.
    const NOWHERE: u32 = u32::MAX;
    pub(super) const EMPTY: Self = Self { first: Self::NOWHERE, last: Self::NOWHERE };

    #[inline]
    pub(super) const fn is_empty(self) -> bool {
        self.first == Self::NOWHERE
    }
}

/// What a line is about.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// A product of the catalogue, by number.
    Known(u32),
    /// Something that the catalogue lacks.
    Unknown(Box<ProductId>),
}

impl Line {
    /// A line of which nothing is known but what it asks for.
    pub(super) fn asking(id: LineId, quantity: Decimal, product: Asked, ordered: Option<Ordered>) -> Self {
        Self { id, product, ordered, quantity, returned: false, price: None, figure: Figure { amount: 0, unit: None }, chain: Chain::EMPTY }
    }

    /// Whether it has a price and takes part in what is done to all lines together.
    #[inline]
    pub(super) fn is_sold(&self) -> bool {
        self.price.is_some() && !self.returned
    }

    /// At the price that was found; nothing where there is none.
    #[inline]
    pub(super) fn list_amount(&self) -> i64 {
        self.price.map_or(0, |price| price.amount)
    }

    /// What is ordered in base units, where that is a whole number.
    #[inline]
    pub(super) fn whole_quantity(&self) -> Option<i64> {
        self.ordered.as_ref()?.whole()
    }

    /// What is ordered, where that is a whole number of base units and ordered in them.
    #[inline]
    pub(super) fn whole_as_ordered(&self) -> Option<i64> {
        self.ordered.as_ref().filter(|ordered| ordered.in_base_unit)?.whole()
    }

    /// The product's number in the catalogue.
    pub(super) fn product_number(&self) -> Option<u32> {
        match self.product {
            Asked::Known(number) => Some(number),
            Asked::Unknown(_) => None,
        }
    }
}

/// The price that was found for a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListPrice {
    /// [`Ordinal::NONE`] where the price was set by hand.
    pub(super) list: Ordinal,
    /// Per unit of the order.
    pub(super) unit_price: UnitPrice,
    pub(super) amount: i64,
}

/// A step of a line's waterfall; a line's entries are a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) step: Ordinal,
    pub(super) source: Source,
    pub(super) base: i64,
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) unit_price: Option<UnitPrice>,
    pub(super) next: Option<NonZeroU32>,
}

/// The entries of a line, in their order.
#[inline]
pub(super) fn entries_of<'e>(entries: &'e [Entry], line: &Line) -> impl Iterator<Item = &'e Entry> + use<'e> {
    let entry = move |number: u32| usize::try_from(number).ok().and_then(|number| entries.get(number));
    let first = entry(line.chain.first);
    std::iter::successors(first, move |last| last.next.and_then(|next| entry(next.get())))
}

/// A rule that applied to the document as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct DocumentEntry {
    pub(super) step: Ordinal,
    pub(super) adjustment: Ordinal,
    pub(super) off: i64,
}

/// The rule that an entry comes from, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    List(Ordinal),
    Adjustment(Ordinal),
    Promotion(Ordinal),
    Charge(Ordinal),
    /// The only rate of a line; none when it bears no tax or several.
    TaxRate(Option<Ordinal>),
    /// No rule: the step itself.
    Step,
}

/// A rule that did not apply to a line, or to the document.
#[derive(Debug, Clone)]
pub(super) struct Rejected {
    pub(super) line: Option<usize>,
    pub(super) step: Ordinal,
    pub(super) source: Source,
    pub(super) reason: RejectionReason,
    pub(super) failed: Vec<crate::expr::Leaf>,
    /// How many more units a promotion takes.
    pub(super) missing: Option<u64>,
    /// The promotion that took its units.
    pub(super) taken_by: Option<Ordinal>,
}

impl Quote {
    /// The identity of the rulebook that made it.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        self.rulebook.fingerprint()
    }

    /// The currency of all amounts.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The day whose prices, rules and rates applied.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Whether every line has a price, and no finding keeps the document from going on.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The sums.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Remarks about the document and its lines.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Why a rule did not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionReason {
    /// The document's date is outside its validity, or the time at which the request is made.
    NotValid,
    /// It is for documents in another currency.
    OtherCurrency,
    /// Its condition is not met.
    Condition,
    /// Its condition is met, but the step's policy chose others.
    NotChosen,
    /// No line takes part in it.
    NoEligibleLine,
    /// A rule that stops all others has applied to the line.
    Stopped,
    /// A rule has applied to the line that excludes it, or that it excludes; `failed` names the tags.
    Excluded,
    /// It asks for a coupon, and none of its codes is given.
    CouponMissing,
    /// It is limited for each customer, and the request names none.
    NoCustomer,
    /// It was used as often as it may; `failed` names the limit.
    LimitReached,
    /// Its budget is used up, or does not suffice and no part is given.
    BudgetUsedUp,
    /// The goods come back, and it is a rule that asks for a coupon or is limited.
    Returned,
    /// It has taken off this document as much, or reached as many units, as it may.
    CapReached,
    /// It would apply, but the other side of a choice takes off more.
    OtherSide,
    /// There are too few units for it.
    NotEnoughUnits,
    /// Another promotion of the step took its units.
    UnitsTaken,
    /// It would take nothing off.
    NoBenefit,
    /// The scale of the charge begins higher.
    BelowScale,
    /// No row of the charge's table fits.
    NoRow,
}
