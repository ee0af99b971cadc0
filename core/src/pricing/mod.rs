//! Price determination: price records found by an access sequence over declared keys, with validity, units, tiers and tariffs.
//!
//! Invariants: a missing price is never zero; at most one record of a list can apply to a key on a day, or the list says which; tiers
//! leave no gap; what cannot be a price per unit is charged as an amount, exact until it is rounded once.
//!
//! | item | what it is |
//! |---|---|
//! | [`PriceListDef`], [`PriceRecordDef`], [`TierDef`], [`PriceStepDef`] | what authors write |
//! | [`PriceRecords`] | the records of a list in little room |
//! | [`CalculateDef`] | prices calculated from other lists and from formulas |
//! | [`CounterReading`], [`ExchangeRate`] | what hosts give besides facts |
//! | [`Pricing`] | the checked form: records by key |
//! | [`Pricing::find`] | the prices of lines, each of the first list that has one |
//! | [`Pricing::breaks`] | the quantities at which a line's price changes |
//! | [`Pricing::examples`] | what quantities around the bounds of a list cost |
//! | [`Portion`], [`TierSlice`], [`CounterUse`] | what tariffs charged, in which tiers, and what they counted |

mod breaks;
mod calculate;
mod compile;
mod csv;
mod def;
mod eval;
mod examples;
mod exchange;
mod heads;
mod highest;
mod lint;
mod list;
mod plain;
mod prices;
mod query;
mod ranks;
mod record;
mod records;
mod request;
mod tariff;

pub use breaks::Break;
pub(crate) use calculate::PRICE;
pub use calculate::{CalculateDef, CalculateStepDef, ClampDef, StartDef};
pub use compile::{PriceStep, Pricing, Units};
pub use def::{
    AggregateBy, Basis, Bound, PriceListDef, PriceRecordDef, PriceStepDef, PriceTieBreak, Several, TierDef, TierMode, UnitMatch, ZeroPrice,
};
pub use eval::FoundPrices;
pub use examples::{PriceExample, PriceExamples, PriceExamplesRequest, RecordExamples};
pub use exchange::{DatedRate, ExchangeRateDef, Exchanged};
use list::Draft;
pub use list::PriceList;
pub(crate) use plain::PlainPrices;
pub use query::{Covers, Found, Lines, NoPrice, PriceError, Query};
pub use records::PriceRecords;
pub use request::{CounterReading, ExchangeRate};
pub use tariff::{Beyond, CapDef, CounterUse, PackageDef, PackageRounding, Portion, TierSlice};
