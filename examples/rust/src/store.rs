//! The host's storage: events by stream, and documents that never change. The engine knows nothing of it.

use std::path::Path;

use dealdesk::report::Event;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;

/// A SQLite file.
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the file and makes what is missing in it.
    pub fn open(file: &Path) -> Result<Self> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS event (
                 stream TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (stream, seq)) STRICT;
             CREATE TABLE IF NOT EXISTS document (
                 kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT;",
        )?;
        Ok(Self { connection })
    }

    /// All events of a stream, from the first on.
    pub fn events<K: DeserializeOwned>(&self, stream: &str) -> Result<Vec<Event<K>>> {
        let mut query = self.connection.prepare_cached("SELECT body FROM event WHERE stream = ?1 ORDER BY seq")?;
        let bodies = query.query_map([stream], |row| row.get::<_, String>(0))?;
        bodies.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// Appends events in one transaction. The primary key refuses a second writer who decided on the same state.
    pub fn append<K: Serialize>(&mut self, stream: &str, events: &[Event<K>]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for event in events {
            let (seq, body) = (i64::try_from(event.seq)?, serde_json::to_string(event)?);
            transaction.execute("INSERT INTO event (stream, seq, body) VALUES (?1, ?2, ?3)", params![stream, seq, body])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Stores a document once; what is stored stays as it is.
    pub fn keep<D: Serialize>(&self, kind: &str, id: &str, document: &D) -> Result<()> {
        let body = serde_json::to_string(document)?;
        self.connection
            .execute("INSERT INTO document (kind, id, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", params![kind, id, body])?;
        Ok(())
    }

    /// A document, as it was stored.
    pub fn document<D: DeserializeOwned>(&self, kind: &str, id: &str) -> Result<Option<D>> {
        let query = "SELECT body FROM document WHERE kind = ?1 AND id = ?2";
        let body: Option<String> = self.connection.query_row(query, params![kind, id], |row| row.get(0)).optional()?;
        body.map(|body| Ok(serde_json::from_str(&body)?)).transpose()
    }
}
