//! What is kept: a shelf for each product, and every event that has made it.

use std::collections::BTreeMap;

use dealdesk::id::ProductId;
use dealdesk::inventory::{StockEvent, StockState};
use dealdesk::report::Event;

use crate::in_postgres::InPostgres;
use crate::in_sqlite::InSqlite;
use crate::{Error, Result};

/// The stock of each product that a command names.
pub type Shelves = BTreeMap<ProductId, StockState>;

/// What a decision changes.
pub struct Change {
    /// The product.
    pub product: ProductId,
    /// The version that the decision was made on: it holds only as long as this is the latest.
    pub read: u64,
    /// The shelf afterwards.
    pub shelf: StockState,
    /// What happened.
    pub events: Vec<Event<StockEvent>>,
}

/// What became of an attempt to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// All of it is written.
    Written,
    /// Somebody else was faster with one of the shelves; nothing is written.
    MovedOn,
}

/// A database that keeps shelves and events.
pub trait Store {
    /// The shelves of some products; a product that nobody has seen yet has an empty one.
    ///
    /// # Errors
    /// What the database says.
    fn read(&mut self, products: &[ProductId]) -> Result<Shelves>;

    /// Writes all changes, if every shelf still has the version that was read, or nothing.
    ///
    /// # Errors
    /// What the database says.
    fn write(&mut self, changes: &[Change]) -> Result<Saved>;

    /// Every event of a product, from the first.
    ///
    /// # Errors
    /// What the database says.
    fn events(&mut self, product: &ProductId) -> Result<Vec<Event<StockEvent>>>;

    /// Every product of which anything is known, in order.
    ///
    /// # Errors
    /// What the database says.
    fn products(&mut self) -> Result<Vec<ProductId>>;
}

/// Opens the store of an address: `sqlite:<file>`, or what PostgreSQL understands (`host=... user=...`).
///
/// # Errors
/// What the database says.
pub fn open(address: &str) -> Result<Box<dyn Store>> {
    match address.strip_prefix("sqlite:") {
        Some(file) => Ok(Box::new(InSqlite::open(file)?)),
        None => Ok(Box::new(InPostgres::connect(address)?)),
    }
}

/// The first version of a shelf; writes nothing when somebody else has written one. Both databases number `$1` and so on by their order.
pub(crate) const INSERT_SHELF: &str = "INSERT INTO shelf (product, version, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// The next version of a shelf; writes nothing when the shelf has moved on since it was read.
pub(crate) const UPDATE_SHELF: &str = "UPDATE shelf SET version = $1, body = $2 WHERE product = $3 AND version = $4";

/// One more event. The primary key refuses a second one of that number.
pub(crate) const INSERT_EVENT: &str = "INSERT INTO event (product, seq, body) VALUES ($1, $2, $3)";

/// A number as the databases know it.
pub(crate) fn stored(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Error::from)
}
