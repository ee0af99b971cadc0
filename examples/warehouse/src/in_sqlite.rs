//! The store in SQLite.

use std::time::Duration;

use dealdesk::id::ProductId;
use dealdesk::inventory::{StockEvent, StockState};
use dealdesk::report::Event;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::Result;
use crate::store::{Change, INSERT_EVENT, INSERT_SHELF, Saved, Shelves, Store, UPDATE_SHELF, stored};

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS shelf (product TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS event (
        product TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (product, seq)) STRICT;";

/// How long a writer waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A SQLite file.
pub struct InSqlite {
    connection: Connection,
}

impl InSqlite {
    /// Opens the file, and makes what is missing.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(file: &str) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection })
    }
}

impl Store for InSqlite {
    fn read(&mut self, products: &[ProductId]) -> Result<Shelves> {
        // One transaction, so that the shelves are of the same moment.
        let transaction = self.connection.transaction()?;
        let mut shelves = Shelves::new();
        for product in products {
            let query = "SELECT body FROM shelf WHERE product = ?1";
            let body: Option<String> = transaction.query_row(query, [product.as_str()], |row| row.get(0)).optional()?;
            let shelf = body.map_or_else(|| Ok(StockState::default()), |body| serde_json::from_str(&body))?;
            shelves.insert(product.clone(), shelf);
        }
        Ok(shelves)
    }

    fn write(&mut self, changes: &[Change]) -> Result<Saved> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for change in changes {
            let (product, body) = (change.product.as_str(), serde_json::to_string(&change.shelf)?);
            let (read, version) = (stored(change.read)?, stored(change.shelf.version())?);
            let written = if change.read == 0 {
                transaction.execute(INSERT_SHELF, params![product, version, body])?
            } else {
                transaction.execute(UPDATE_SHELF, params![version, body, product, read])?
            };
            if written == 0 {
                transaction.rollback()?;
                return Ok(Saved::MovedOn);
            }
            for event in &change.events {
                let (seq, body) = (stored(event.seq)?, serde_json::to_string(event)?);
                transaction.execute(INSERT_EVENT, params![product, seq, body])?;
            }
        }
        transaction.commit()?;
        Ok(Saved::Written)
    }

    fn events(&mut self, product: &ProductId) -> Result<Vec<Event<StockEvent>>> {
        let mut query = self.connection.prepare_cached("SELECT body FROM event WHERE product = ?1 ORDER BY seq")?;
        let bodies = query.query_map([product.as_str()], |row| row.get::<_, String>(0))?;
        bodies.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    fn products(&mut self) -> Result<Vec<ProductId>> {
        let mut query = self.connection.prepare_cached("SELECT product FROM shelf ORDER BY product")?;
        let products = query.query_map([], |row| row.get::<_, String>(0))?;
        products.map(|product| Ok(ProductId::new(product?)?)).collect()
    }
}
