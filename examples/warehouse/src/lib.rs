//! Stock that lies in a database and that many clients change at once.
//!
//! The engine decides and keeps nothing; this host keeps, and shows how a decision becomes a fact though others decide at the same
//! moment: it reads the shelves that a command names, lets the engine decide, and writes the outcome only if those shelves are still
//! the ones that were read. If not, it reads and decides again. No lock is held while the engine thinks.
//!
//! | module | what it does |
//! |---|---|
//! | [`store`] | what is kept, and the one way to change it: compare and set; in [`in_postgres`] or [`in_sqlite`] |
//! | [`desk`] | a command from the first reading to the last retry |
//! | [`client`] | a process that gives commands and says what became of each |
//! | [`storm`] | many such processes at once, some of which are killed and started again |
//! | [`audit`] | what must be true afterwards |
//! | [`show`] | a storm and its audit, on a database made for it |
//! | [`server`] | a PostgreSQL of one's own, for as long as it is needed |

pub mod audit;
pub mod client;
pub mod desk;
pub mod in_postgres;
pub mod in_sqlite;
pub mod server;
pub mod show;
pub mod store;
pub mod storm;

/// What went wrong, for a person.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A value, or what went wrong.
pub type Result<T> = std::result::Result<T, Error>;
