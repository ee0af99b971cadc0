//! The answer, in flat arrays.

use serde::Serialize;

use super::comparison::Other;
use super::ladder::PriceLadder;
use super::prices::TariffResult;
use super::request::Explain;
use crate::id::Symbol;
use crate::money::{Currency, Decimal, Money, UnitPrice};
use crate::report::{Finding, Fingerprint};
use crate::rulebook::Rulebook;
use crate::tax::{TaxGroup, Taxed};
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
    pub(super) complete: bool,
    pub(super) lines: Vec<LineResult>,
    /// The ids and products of the lines, one after the other.
    pub(super) texts: String,
    pub(super) entries: Vec<Entry>,
    pub(super) of_document: Vec<DocumentEntry>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) totals: Totals,
    pub(super) groups: Vec<TaxGroup>,
    pub(super) findings: Vec<Finding>,
    pub(super) tariffs: TariffResult,
    pub(super) ladders: Vec<PriceLadder>,
    pub(super) others: Vec<Other>,
}

/// The sums of a document. `net + tax = gross`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// The lines at the prices that were found.
    pub list: Money,
    /// What the stages took off.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

#[derive(Debug, Clone)]
pub(super) struct LineResult {
    /// Where its id and its product end in the texts.
    pub(super) id_end: usize,
    pub(super) product_end: usize,
    pub(super) product: Option<u32>,
    pub(super) quantity: Decimal,
    pub(super) unit: Option<Symbol>,
    pub(super) base_quantity: Option<Decimal>,
    pub(super) price: Option<PriceResult>,
    pub(super) taxed: Taxed,
    pub(super) rate: Option<usize>,
    pub(super) first_entry: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PriceResult {
    pub(super) list: usize,
    pub(super) unit_price: UnitPrice,
    pub(super) list_amount: i64,
    pub(super) net_unit_price: Option<UnitPrice>,
    /// After all stages, in the price mode of the procedure.
    pub(super) amount: i64,
}

/// A step of a line's waterfall; a line's entries are a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) step: usize,
    pub(super) source: Source,
    pub(super) base: i64,
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) unit_price: Option<UnitPrice>,
    pub(super) next: Option<usize>,
}

/// A rule that applied to the document as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct DocumentEntry {
    pub(super) step: usize,
    pub(super) adjustment: usize,
    pub(super) off: i64,
}

/// The rule that an entry comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    List(usize),
    Adjustment(usize),
    TaxRate(Option<usize>),
}

/// A rule that did not apply to a line, or to the document.
#[derive(Debug, Clone)]
pub(super) struct Rejected {
    pub(super) line: Option<usize>,
    pub(super) step: usize,
    pub(super) adjustment: usize,
    pub(super) reason: RejectionReason,
    pub(super) failed: Vec<crate::expr::Leaf>,
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
    /// The document's date is outside its validity.
    NotValid,
    /// Its condition is not met.
    Condition,
    /// Its condition is met, but the stage's policy chose others.
    NotChosen,
    /// No line takes part in it.
    NoEligibleLine,
}
