//! Measures dealdesk on the reference workloads, beside the same work in hand-tuned code and in a plain scan.
//!
//! | workload | what it is |
//! |---|---|
//! | W1 | orders of 1 to 1000 lines, 10,000 products, 430,046 prices, 500 rules |
//! | W2 | an approval matrix of 200 rows that collects, 2,000 requests |
//! | growth | W1 with 5,000 and 50,000 rules, of which the same few match |
//! | load | reading and compiling the rulebook of W1 |
//!
//! Every figure stands beside its checksum: the same results, or it does not count. Times are CPU times of the process, medians of
//! whole passes. `cargo run --release -p benches -- w1` runs only what is named.

mod clock;
mod peers;
mod report;
mod workload;

use report::Report;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let mut report = Report::default();
    let data = workload::Data::generate();
    if runs("w1") {
        peers::limit::quotes(&data, &mut report);
        peers::scan::quotes(&data, &mut report);
        #[cfg(feature = "zen")]
        peers::zen::quotes(&data, &mut report);
        peers::dealdesk::quotes(&data, &mut report);
    }
    if runs("w2") {
        peers::limit::approvals(&mut report);
        peers::scan::approvals(&mut report);
        #[cfg(feature = "zen")]
        peers::zen::approvals(&mut report);
        peers::dealdesk_table::approvals(&mut report);
    }
    if runs("growth") {
        peers::dealdesk::growth(&data, &mut report);
    }
    if runs("load") {
        peers::limit::load(&data, &mut report);
        peers::dealdesk::load(&data, &mut report);
    }
    print!("{report}");
    if !report.all_right() {
        std::process::exit(1);
    }
}
