//! Stock in a database, many clients at once.
//!
//! ```text
//! dealdesk-warehouse                                     a storm of 32 clients on PostgreSQL, or on SQLite when there is none
//! dealdesk-warehouse sqlite                              the same on SQLite
//! dealdesk-warehouse client <address> <number> <orders>  one client of such a storm
//! ```

use std::process::ExitCode;

use dealdesk_warehouse::storm::Strength;
use dealdesk_warehouse::{Result, client, show};

const STRENGTH: Strength = Strength { clients: 32, orders: 60 };

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let program = std::env::current_exe()?;
    match *words {
        [] => show::on_postgres(&program, STRENGTH)?.map_or_else(|| show::on_sqlite(&program, STRENGTH), Ok)?.print(),
        ["sqlite"] => show::on_sqlite(&program, STRENGTH)?.print(),
        ["client", address, number, orders] => client::run(address, number.parse()?, orders.parse()?),
        _ => Err("usage: dealdesk-warehouse [sqlite | client <address> <number> <orders>]".into()),
    }
}
