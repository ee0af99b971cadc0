//! The store in PostgreSQL.

use dealdesk::id::ProductId;
use dealdesk::inventory::{StockEvent, StockState};
use dealdesk::report::Event;
use postgres::{Client, NoTls};

use crate::Result;
use crate::store::{Change, INSERT_EVENT, INSERT_SHELF, Saved, Shelves, Store, UPDATE_SHELF, stored};

/// Two clients that make the tables at the same moment are one too many for `IF NOT EXISTS`; the lock lets them do it in turn.
const TABLES: &str = "
    SELECT pg_advisory_lock(20261122);
    CREATE TABLE IF NOT EXISTS shelf (product TEXT PRIMARY KEY, version BIGINT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS event (product TEXT NOT NULL, seq BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (product, seq));
    SELECT pg_advisory_unlock(20261122);";

/// A connection to PostgreSQL.
pub struct InPostgres {
    client: Client,
}

impl InPostgres {
    /// Connects, and makes what is missing.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub fn connect(address: &str) -> Result<Self> {
        let mut client = Client::connect(address, NoTls)?;
        client.batch_execute(TABLES)?;
        Ok(Self { client })
    }
}

impl Store for InPostgres {
    fn read(&mut self, products: &[ProductId]) -> Result<Shelves> {
        let names: Vec<&str> = products.iter().map(ProductId::as_str).collect();
        let mut shelves: Shelves = products.iter().map(|product| (product.clone(), StockState::default())).collect();
        for row in self.client.query("SELECT product, body FROM shelf WHERE product = ANY($1)", &[&names])? {
            let (product, body): (&str, &str) = (row.get(0), row.get(1));
            shelves.insert(ProductId::new(product)?, serde_json::from_str(body)?);
        }
        Ok(shelves)
    }

    fn write(&mut self, changes: &[Change]) -> Result<Saved> {
        let mut transaction = self.client.transaction()?;
        // The shelves come in order of product, so that two writers never wait for each other.
        for change in changes {
            let (product, body) = (change.product.as_str(), serde_json::to_string(&change.shelf)?);
            let (read, version) = (stored(change.read)?, stored(change.shelf.version())?);
            let written = if change.read == 0 {
                transaction.execute(INSERT_SHELF, &[&product, &version, &body])?
            } else {
                transaction.execute(UPDATE_SHELF, &[&version, &body, &product, &read])?
            };
            if written == 0 {
                transaction.rollback()?;
                return Ok(Saved::MovedOn);
            }
            for event in &change.events {
                let (seq, body) = (stored(event.seq)?, serde_json::to_string(event)?);
                transaction.execute(INSERT_EVENT, &[&product, &seq, &body])?;
            }
        }
        transaction.commit()?;
        Ok(Saved::Written)
    }

    fn events(&mut self, product: &ProductId) -> Result<Vec<Event<StockEvent>>> {
        let rows = self.client.query("SELECT body FROM event WHERE product = $1 ORDER BY seq", &[&product.as_str()])?;
        rows.iter().map(|row| Ok(serde_json::from_str(row.get(0))?)).collect()
    }

    fn products(&mut self) -> Result<Vec<ProductId>> {
        let rows = self.client.query("SELECT product FROM shelf ORDER BY product COLLATE \"C\"", &[])?;
        rows.iter().map(|row| Ok(ProductId::new(row.get::<_, &str>(0))?)).collect()
    }
}
