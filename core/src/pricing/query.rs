//! What prices are asked for, and what is found.

use super::{CounterReading, ExchangeRate};
use crate::expr::EvalError;
use crate::id::{CounterId, Ordinal, Symbol};
use crate::money::{ArithmeticError, Currency, Decimal, Exact, UnitPrice};
use crate::quantity::Factor;
use crate::time::{Date, Timestamp};

/// What prices are asked for.
pub struct Query<'q, F: ?Sized, L> {
    /// The document, where the keys are read.
    pub facts: &'q F,
    /// The day that decides which lists and records are valid.
    pub date: Date,
    /// The time that decides which lists with a time of day are valid; none of them is without it.
    pub at: Option<Timestamp>,
    /// The document's currency.
    pub currency: Currency,
    /// What is ordered.
    pub lines: &'q L,
    /// Where the host's counters stand.
    pub counters: &'q [CounterReading],
    /// The rates of exchange of the request.
    pub rates: &'q [ExchangeRate],
    /// Those of the rulebook, which count where the request gives none.
    pub own_rates: &'q [super::DatedRate],
}

/// What the lines of a document order, as prices need it.
pub trait Lines {
    /// The quantity in base units; none for a line that is not priced.
    fn base_quantity(&self, line: usize) -> Option<Decimal>;

    /// A quantity of a line in base units as one in another unit, in base units for none. No quantity when the product does not convert
    /// to the unit.
    ///
    /// # Errors
    /// [`ArithmeticError`] when the quantity is too large to convert.
    fn convert(&self, line: usize, base: Decimal, unit: Option<Symbol>) -> Result<Option<Decimal>, ArithmeticError>;

    /// The quantity in the unit that was ordered.
    fn quantity(&self, line: usize) -> Decimal;

    /// The unit that was ordered.
    fn unit(&self, line: usize) -> Option<Symbol>;

    /// The product's base unit.
    fn base_unit(&self, line: usize) -> Option<Symbol>;

    /// How many base units one of a unit holds.
    fn factor(&self, line: usize, unit: Symbol) -> Option<Factor>;

    /// How many decimals a quantity in the unit may have; of the base unit for none.
    fn decimals(&self, line: usize, unit: Option<Symbol>) -> u8;
}

/// Why a price cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// A quantity or a price is too large.
    #[error("{0}")]
    Arithmetic(#[from] ArithmeticError),
    /// A formula has no result.
    #[error("a formula of a price list has no result here: {0}")]
    Formula(Box<EvalError>),
}

/// A price that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The list's number in the order of the rulebook.
    pub list: Ordinal,
    /// The price.
    pub price: UnitPrice,
    /// What it is for.
    pub covers: Covers,
}

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// One of the product's base unit, as nearly all prices are.
    Each,
    /// So many of a unit; of the product's base unit when none.
    Units {
        /// How many.
        per: Decimal,
        /// Of what.
        unit: Option<Symbol>,
    },
    /// The line, which costs more than a price times the quantity; the price is the average for an ordered unit.
    Line {
        /// What the line costs, in minor units.
        amount: i64,
    },
}

impl Covers {
    /// So many of a unit.
    pub(super) fn units(per: Decimal, unit: Option<Symbol>) -> Self {
        if unit.is_none() && per.to_whole() == Some(1) { Self::Each } else { Self::Units { per, unit } }
    }

    /// How many of a unit, of the base unit when none.
    #[must_use]
    pub const fn measure(self) -> (Decimal, Option<Symbol>) {
        match self {
            Self::Units { per, unit } => (per, unit),
            Self::Each | Self::Line { .. } => (Decimal::ONE, None),
        }
    }
}

/// Why a list has no price for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPrice {
    /// The list is in another currency, and is not converted.
    Currency,
    /// Neither the request nor the rulebook has a rate for the list's currency.
    NoRate,
    /// Neither the list nor a record of the key is valid on the day.
    NotValid,
    /// No record has the key.
    NoRecord,
    /// There is a record, but not for this quantity or unit, or its cap is reached, or where it starts there is no price.
    NoTier,
}

impl NoPrice {
    /// As it stands in findings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Currency => "currency",
            Self::NoRate => "no_rate",
            Self::NotValid => "not_valid",
            Self::NoRecord => "no_record",
            Self::NoTier => "no_tier",
        }
    }
}

impl<F: ?Sized, L> Query<'_, F, L> {
    /// How much of the document's currency one of another is; none when nothing says.
    pub(super) fn rate(&self, from: Currency) -> Result<Option<Exact>, ArithmeticError> {
        if from == self.currency {
            return Exact::new(1, 1).map(Some);
        }
        self.rate_from(from).map(Exact::from_decimal).transpose()
    }

    /// A price as it is shown: with four digits more than the currency's where its decimals never end.
    pub(crate) fn shown(&self, price: Exact) -> Result<UnitPrice, ArithmeticError> {
        super::tariff::shown_price(price, self)
    }

    /// Where a counter stands; at zero when the request does not say.
    pub(super) fn counter(&self, counter: &CounterId, group: Option<&str>) -> Decimal {
        let known = self.counters.iter().find(|known| known.counter == *counter && known.group.as_deref() == group);
        known.map_or(Decimal::ZERO, |known| known.value)
    }
}
