//! Tariffs: records whose price is more than a price per unit.
//!
//! Invariants: what is charged is one function of how much was counted, so that lines laid end to end sum to the whole; nothing is
//! rounded before the amount of a line; the slices of a line sum to its amount.
//!
//! | item | what it is |
//! |---|---|
//! | [`Rules`] | what a list says about all its tariffs |
//! | [`Tariff`], [`Band`] | the tiers of a record |
//! | [`Schedule`] | a tariff with its prices known: what a quantity costs |

mod ask;
mod asked;
mod charge;
mod compile;
mod def;
mod pick;

pub(super) use ask::Asking;
pub(super) use asked::{Asked, shown_price};
pub use asked::{CounterUse, Portion, TierSlice};
pub(super) use charge::{Rate, Schedule, Span, is_below, times};
pub(super) use compile::{TariffContext, is_list};
pub use def::{Beyond, CapDef, PackageDef, PackageRounding};

use super::calculate::Calculation;
use super::{Bound, PriceTieBreak, Several, TierMode};
use crate::expr::Slot;
use crate::id::CounterId;
use crate::money::{Decimal, Percent};

/// What a list says about all its tariffs.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub mode: TierMode,
    pub bound: Bound,
    pub basis: Measure,
    pub aggregate: Aggregate,
    pub counter: Option<CounterId>,
    pub pay_min: bool,
    pub flat_at_zero: bool,
    pub tie_break: Option<PriceTieBreak>,
    pub several: Option<Several>,
    pub exact_unit: bool,
    pub zero_is_none: bool,
}

/// What tiers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Measure {
    #[default]
    Quantity,
    Amount,
    PerUnit(Slot),
    Attribute(Slot),
}

/// Which lines count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Aggregate {
    #[default]
    Line,
    Text(Slot),
    Record,
    Document,
}

/// The tiers of a record, with what counts for all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Tariff {
    pub bands: Vec<Band>,
    pub package: Option<PackageDef>,
    pub included: Decimal,
    pub minimum: Option<Decimal>,
    pub maximum: Option<Decimal>,
    pub cap: Option<CapDef>,
}

/// A tier.
#[derive(Debug, Clone, Default)]
pub(super) struct Band {
    pub from: Decimal,
    pub price: Price,
    pub percent: Option<Percent>,
    pub flat: Option<Decimal>,
    pub overage: Option<Decimal>,
}

/// The price per unit of a tier.
#[derive(Debug, Clone, Default)]
pub(super) enum Price {
    #[default]
    None,
    Fixed(Decimal),
    Calculated(Box<Calculation>),
}
