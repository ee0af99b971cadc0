//! Sharing out a scarce quantity over those who ask for it.
//!
//! Invariants: the shares sum to what there is or to what is asked, whichever is less, up to less than one multiple for each demand;
//! nobody gets more than asked; guarantees are kept while there is enough for all of them; the order of the request does not matter.
//! With more to share nobody gets less; only where shares are proportions that are no whole multiples (`pro_rata`, `weighted`,
//! `equal_cover`), the largest remainder can move by one multiple from one demand to another.
//!
//! | item | what it is |
//! |---|---|
//! | [`SharingDef`], [`SharingMethod`] | what a rule author writes |
//! | [`share_out`] | who gets how much, and why |

mod compile;
mod count;
mod def;
mod level;
mod request;
mod share;
#[cfg(test)]
mod tests;

pub(super) use compile::{Sharing, compile};
pub use def::{SharingDef, SharingMethod};
pub use request::{Share, ShareDemand, ShareEntry, ShareOutRequest, SharePlan, ShareStep};
pub use share::share_out;
