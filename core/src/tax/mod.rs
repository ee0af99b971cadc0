//! Tax: rates by category and destination, exclusive or inclusive, rounded per line, per rate or per document.
//!
//! Invariants: net + tax = gross on every line, every rate and the document; the lines' taxes sum to the rates' taxes, and these
//! to the document's tax, wherever it is rounded.
//!
//! | item | what it is |
//! |---|---|
//! | [`TaxDef`], [`TaxStepDef`] | what authors write |
//! | [`Tax`] | the checked form: rates by category and destination |
//! | [`TaxStep`] | the checked step of the procedure |
//! | [`TaxStep::apply`] | the tax of a document |

mod compile;
mod def;
mod eval;

pub use compile::{Tax, TaxRate, TaxStep};
pub use def::{MissingRate, PriceMode, TaxDef, TaxRateDef, TaxRoundAt, TaxStepDef};
pub use eval::{TaxGroup, TaxLine, Taxed};
