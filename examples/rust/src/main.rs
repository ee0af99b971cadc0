//! A pump maker's orders from quote to cash: what a host of dealdesk looks like.
//!
//! Each run is a day. The state lies in a SQLite file, so that the second run goes on where the first one ended, and a third one
//! finds nothing left to do.
//!
//! ```text
//! dealdesk-demo [<company folder> [<state file>]]             the next day
//! dealdesk-demo summary [<company folder>]                    one line for each order, and for each line that is late
//! dealdesk-demo what-if <order> <customer> <line> <quantity>  an order's totals, if it were another one
//! ```

mod ask;
mod clerk;
mod company;
mod day;
mod desk;
mod fulfil;
mod place;
mod store;
mod summary;
mod supply;

use std::path::Path;
use std::process::ExitCode;

use company::Company;
use desk::Desk;
use store::Store;

/// What went wrong, for a person.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const COMPANY: &str = "examples/pump-maker";
const STATE: &str = "target/demo/rust.sqlite";

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
    match *words {
        ["summary"] => summary::print(&read(COMPANY)?),
        ["summary", folder] => summary::print(&read(folder)?),
        ["what-if", order, customer, line, quantity] => summary::what_if(&read(COMPANY)?, order, customer, line, quantity),
        [] => next_day(COMPANY, STATE),
        [folder] => next_day(folder, STATE),
        [folder, state] => next_day(folder, state),
        _ => Err("usage: dealdesk-demo [<company folder> [<state file>]]".into()),
    }
}

fn read(folder: &str) -> Result<Company> {
    Company::read(Path::new(folder))
}

fn next_day(folder: &str, state: &str) -> Result<()> {
    let mut desk = Desk { company: read(folder)?, store: Store::open(Path::new(state))? };
    day::next(&mut desk)
}
