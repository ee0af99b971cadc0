//! Tax: several taxes on a line, by category, destination, customer and day; in the price or on top; rounded where the rulebook says.
//!
//! Invariants: net + tax = gross on every line, every entry of the breakdown and the document; the taxes of the lines sum to those of the
//! breakdown, and these to the document's, wherever it is rounded; what the customer owes himself changes no sum; an amount of nothing
//! bears no tax by percentage; no rounding makes the taxes in a price more than the price.
//!
//! | item | what it is |
//! |---|---|
//! | [`TaxDef`], [`TaxStepDef`] | what authors write |
//! | [`Tax`] | the checked form: the taxes that meet on a category, solved once |
//! | [`Tax::meet`] | the taxes of several places that meet on a document |
//! | [`TaxStep`] | the checked step of the procedure |
//! | [`TaxStep::apply`] | the taxes of a document: an [`Assessment`] |

/// The name of the sum of all lines without tax, as they enter a step.
pub const NET_AMOUNT: &str = "document.net_amount";
/// The name of the sum of all lines with tax, as they enter a step.
pub const GROSS_AMOUNT: &str = "document.gross_amount";

mod assessment;
mod build;
mod compile;
mod contradiction;
mod country;
mod def;
mod eval;
mod levy;
mod meet;
mod spread;
mod stack;
mod step;
#[cfg(test)]
mod tests;
mod zone;

pub use assessment::{Assessment, TaxGroup, TaxShare, Taxed};
pub use compile::{FoundStack, Moment, RateAmount, Tax, TaxRate};
pub use def::{
    DestinationPrice, LevyDef, MissingRate, PriceMode, PriceModeDef, RoundTarget, TaxDef, TaxRateDef, TaxRoundAt, TaxStepDef, Treatment,
};
pub use eval::TaxLine;
pub use step::TaxStep;
pub use zone::{PostcodeRangeDef, PostcodesDef, Way, ZoneDef, ZonePartDef};
