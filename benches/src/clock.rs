//! CPU time and memory of the process.

use std::time::Duration;

use cpu_time::ProcessTime;

/// Runs passes until at least five were made and `least` has gone by; the median time of a pass, and the last result.
pub fn median_pass(least: Duration, mut pass: impl FnMut() -> u32) -> (Duration, u32) {
    let start = ProcessTime::now();
    let mut result = pass();
    let mut times = Vec::new();
    while times.len() < 5 || start.elapsed() < least {
        let before = ProcessTime::now();
        result = pass();
        times.push(before.elapsed());
    }
    times.sort_unstable();
    (times[times.len() / 2], result)
}

/// Runs once; the time, and what it gave.
pub fn once<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let before = ProcessTime::now();
    let result = work();
    (before.elapsed(), result)
}

/// Memory that the process holds now, and at most until now, in KiB; none where the system does not say.
pub fn memory() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
