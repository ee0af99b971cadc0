//! A storm and the audit after it, on a database that is made for it.

use std::path::Path;

use tempfile::TempDir;

use crate::audit::{Findings, audit};
use crate::server::Server;
use crate::storm::{self, Strength, Told};
use crate::{Result, desk, store};

/// What happened, and what the books say of it.
#[derive(Debug)]
pub struct Show {
    /// Where the ledger lay.
    pub database: &'static str,
    /// What the clients were told.
    pub told: Told,
    /// What the audit found.
    pub findings: Findings,
}

/// On a PostgreSQL of its own. `None` when PostgreSQL is not installed.
///
/// # Errors
/// When the server does not start, or a client fails.
pub fn on_postgres(program: &Path, strength: Strength) -> Result<Option<Show>> {
    let Some(server) = Server::start()? else { return Ok(None) };
    blow("PostgreSQL", program, &server.address(), strength).map(Some)
}

/// On a SQLite file of its own.
///
/// # Errors
/// When a client fails.
pub fn on_sqlite(program: &Path, strength: Strength) -> Result<Show> {
    let folder = TempDir::with_prefix("dealdesk-sqlite-")?;
    blow("SQLite", program, &format!("sqlite:{}", folder.path().join("stock.sqlite").display()), strength)
}

fn blow(database: &'static str, program: &Path, address: &str, strength: Strength) -> Result<Show> {
    let mut store = store::open(address)?;
    let told = storm::run(program, address, strength)?;
    let findings = audit(store.as_mut(), &told, &desk::rulebook()?)?;
    Ok(Show { database, told, findings })
}

impl Show {
    /// Says what happened.
    ///
    /// # Errors
    /// The problems that the audit found.
    pub fn print(&self) -> Result<()> {
        let refused = self.told.answers.values().filter(|refused| !refused.is_empty()).count();
        let Findings { problems, events, reservations, special: [lots, kits, quotas], shortages } = &self.findings;
        println!("{}: {} orders answered, {refused} of them refused", self.database, self.told.answers.len());
        println!("clients killed: {}; decisions made again because another was faster: {}", self.told.killed, self.told.retries);
        println!("{events} events, {reservations} reservations, {shortages} counts that found less than was held");
        println!("{lots} reservations of lots, {kits} of components of kits, {quotas} under a quota");
        if problems.is_empty() {
            println!("nothing oversold, nothing lost, every kit whole, no quota overdrawn, every ledger reconciles");
            return Ok(());
        }
        Err(problems.join("\n").into())
    }
}
