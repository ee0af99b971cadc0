//! Measures dealdesk on the reference workloads, beside the same work in hand-tuned code and in a plain scan.
//!
//! | workload | what it is |
//! |---|---|
//! | W1 | orders of 1 to 1000 lines, 10,000 products, 430,046 prices, 500 rules |
//! | W2 | an approval matrix of 200 rows that collects, 2,000 requests |
//! | W3 | stock in 20 warehouses, 200 orders of 100 lines that are served one after the other |
//! | growth | W1 with 5,000 and 50,000 rules, of which the same few match |
//! | load | reading and compiling the rulebook of W1; the feature `memory` adds the memory that it takes |
//! | ledger | the stock of W3 read and written; single commands on it, and single orders planned from it |
//! | promise | a line against 1,000 dated supplies |
//! | sourcing | orders of 20 lines: the best of 12 warehouses, a good plan over 500 |
//!
//! Every figure stands beside its checksum: the same results, or it does not count. Times are CPU times of the process, of the fastest
//! of many whole passes. `cargo run --release -p benches -- w1 dealdesk` runs only the workloads and peers that are named.

mod clock;
mod memory;
mod peers;
mod report;
mod workload;

use report::Report;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let named = |all: &[&str], name: &str| {
        let chosen = |name: &str| wanted.iter().any(|wanted| wanted == name);
        chosen(name) || !all.iter().any(|name| chosen(name))
    };
    let runs = |name: &str| named(&["w1", "w2", "w3", "growth", "load", "ledger", "sourcing", "promise"], name);
    let peer = |name: &str| named(&["limit", "scan", "zen", "naive", "dealdesk"], name);
    let mut report = Report::default();
    let data = workload::Data::generate();
    if runs("w1") {
        if peer("limit") {
            peers::limit::quotes(&data, &mut report);
        }
        if peer("scan") {
            peers::scan::quotes(&data, &mut report);
        }
        #[cfg(feature = "zen")]
        if peer("zen") {
            peers::zen::quotes(&data, &mut report);
        }
        if peer("dealdesk") {
            peers::dealdesk::quotes(&data, &mut report);
        }
    }
    if runs("w2") {
        if peer("limit") {
            peers::limit::approvals(&mut report);
        }
        if peer("scan") {
            peers::scan::approvals(&mut report);
        }
        #[cfg(feature = "zen")]
        if peer("zen") {
            peers::zen::approvals(&mut report);
        }
        if peer("dealdesk") {
            peers::dealdesk_table::approvals(&mut report);
        }
    }
    if runs("w3") {
        let stock = workload::stock::Stock::generate();
        if peer("limit") {
            peers::limit::reservations(&stock, &mut report);
        }
        if peer("scan") {
            peers::scan::reservations(&stock, &mut report);
        }
        if peer("dealdesk") {
            peers::dealdesk_stock::reservations(&stock, &mut report);
        }
    }
    if runs("growth") && peer("dealdesk") {
        peers::dealdesk::growth(&data, &mut report);
    }
    if runs("load") {
        if peer("limit") {
            peers::limit::load(&data, &mut report);
        }
        if peer("dealdesk") {
            peers::dealdesk::load(&data, &mut report);
        }
    }
    if runs("ledger") && peer("dealdesk") {
        peers::ledger::ledger(&workload::stock::Stock::generate(), &mut report);
    }
    if runs("promise") {
        peers::promise::promises(peer, &mut report);
    }
    if runs("sourcing") {
        peers::sourcing::orders(peer("naive"), peer("dealdesk"), &mut report);
    }
    print!("{report}");
    if !report.all_right() {
        std::process::exit(1);
    }
}
