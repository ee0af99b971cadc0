//! The table that a run prints.

use std::fmt;
use std::time::Duration;

use crate::workload::stock::{self, Stock};

/// One figure.
struct Row {
    workload: String,
    peer: String,
    /// Lines of a document, rows of a table or rules.
    n: usize,
    /// Of one document, one request or one load.
    time: Duration,
    /// How many lines that time was for.
    lines: usize,
    /// Whether the results are the expected ones.
    right: bool,
    note: String,
}

/// All figures of a run.
#[derive(Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// Adds the time of `count` documents of `lines` lines each.
    pub fn documents(&mut self, workload: &str, peer: &str, lines: usize, count: usize, pass: (Duration, u32), expected: u32) {
        let (time, check) = pass;
        self.push(workload, peer, lines, time.div_f64(count as f64), lines, check == expected, String::new());
    }

    /// Adds the time in which the orders of W3 were served, when the rows are the expected ones.
    pub fn reservations(&mut self, peer: &str, work: &Stock, time: Duration, rows: Vec<stock::Row>) {
        let count = rows.len();
        let check = rows.into_iter().fold(0, stock::check);
        let right = check == stock::EXPECTED && count == stock::ROWS;
        self.push("W3", peer, stock::LINES, time / work.orders.len() as u32, stock::LINES, right, format!("{count} rows"));
    }

    /// Adds a figure that is not about lines.
    pub fn single(&mut self, workload: &str, peer: &str, n: usize, time: Duration, right: bool, note: String) {
        self.push(workload, peer, n, time, 1, right, note);
    }

    #[expect(clippy::too_many_arguments, reason = "a row is made in one place")]
    fn push(&mut self, workload: &str, peer: &str, n: usize, time: Duration, lines: usize, right: bool, note: String) {
        eprintln!("{workload} {peer} {n}: {:.3} us{}", time.as_secs_f64() * 1e6, if right { "" } else { " (WRONG CHECKSUM)" });
        self.0.push(Row { workload: workload.into(), peer: peer.into(), n, time, lines, right, note });
    }

    /// Whether every checksum is the expected one.
    pub fn all_right(&self) -> bool {
        self.0.iter().all(|row| row.right)
    }

    /// How often the time of `peer` goes into the time of this row.
    fn ratio(&self, row: &Row, peer: &str) -> String {
        let other = self.0.iter().find(|other| other.workload == row.workload && other.n == row.n && other.peer == peer);
        other.map_or_else(|| "-".into(), |other| format!("{:.2}", row.time.as_secs_f64() / other.time.as_secs_f64()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| workload | peer | n | us | ns/line | check | x limit | x scan | x zen | |")?;
        writeln!(f, "|---|---|---:|---:|---:|---|---:|---:|---:|---|")?;
        for row in &self.0 {
            let micros = row.time.as_secs_f64() * 1e6;
            let per_line = micros * 1e3 / row.lines as f64;
            let check = if row.right { "ok" } else { "WRONG" };
            let [limit, scan, zen] = ["limit", "rust_scan", "zen"].map(|peer| self.ratio(row, peer));
            let Row { workload, peer, n, note, .. } = row;
            writeln!(f, "| {workload} | {peer} | {n} | {micros:.3} | {per_line:.1} | {check} | {limit} | {scan} | {zen} | {note} |")?;
        }
        Ok(())
    }
}
