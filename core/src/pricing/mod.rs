//! Price determination: price records found by an access sequence over declared keys, with validity, units and tiers.
//!
//! Invariants: a missing price is never zero; at most one record of a list can apply to a key on a day; tiers leave no gap.
//!
//! | item | what it is |
//! |---|---|
//! | [`PriceListDef`], [`PriceRecordDef`], [`PriceStepDef`] | what authors write |
//! | [`Pricing`] | the checked form: records by key |
//! | [`Pricing::find`] | the prices of lines, each of the first list that has one |

mod compile;
mod csv;
mod def;
mod eval;
mod heads;
mod lint;
mod list;
mod prices;
mod record;

pub use compile::{PriceStep, Pricing};
pub use def::{PriceListDef, PriceRecordDef, PriceStepDef, TierDef, TierMode};
pub use eval::{Found, FoundPrices, Query};
pub use list::PriceList;
