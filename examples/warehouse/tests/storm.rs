//! 32 clients on 50 products, ten of them killed three times: nothing is oversold, nothing is lost, every ledger reconciles.

use std::path::Path;

use dealdesk_warehouse::show::{self, Show};
use dealdesk_warehouse::storm::Strength;

const STRENGTH: Strength = Strength { clients: 32, orders: 40 };

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dealdesk-warehouse"))
}

fn holds(show: &Show) {
    show.print().unwrap();
    let answered = u64::try_from(show.told.answers.len()).unwrap();
    assert_eq!(answered, STRENGTH.clients * STRENGTH.orders, "every order was answered in the end");
    assert_eq!(show.told.killed, 33, "every third client was killed three times");
    assert!(show.told.retries > 0, "nobody was in anybody's way: that proves nothing");
    assert!(show.findings.special.iter().all(|count| *count > 3), "too little that is special: {:?}", show.findings);
    assert!(show.findings.reservations > 100 && show.findings.shortages > 0, "too little has happened: {:?}", show.findings);
}

#[test]
fn nothing_is_oversold_or_lost_on_postgresql() {
    match show::on_postgres(program(), STRENGTH).unwrap() {
        Some(show) => holds(&show),
        None => eprintln!("PostgreSQL is not installed: only SQLite is tested"),
    }
}

#[test]
fn nothing_is_oversold_or_lost_on_sqlite() {
    holds(&show::on_sqlite(program(), STRENGTH).unwrap());
}
