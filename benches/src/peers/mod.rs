//! Who does the work.

pub mod dealdesk;
mod dealdesk_rulebook;
pub mod dealdesk_stock;
pub mod dealdesk_table;
pub mod ledger;
pub mod limit;
pub mod promise;
pub mod scan;
pub mod sourcing;
#[cfg(feature = "zen")]
pub mod zen;
