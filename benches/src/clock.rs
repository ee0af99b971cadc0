//! CPU time of the process.

use std::time::Duration;

use cpu_time::ProcessTime;

/// Runs passes until at least nine were made and `least` has gone by; the time of the fastest pass, and the last result. What
/// disturbs a pass only makes it slower: neighbours on the machine, a clock that is throttled, memory that is cold.
pub fn fastest_pass(least: Duration, mut pass: impl FnMut() -> u32) -> (Duration, u32) {
    fastest_from(least, || (), |()| pass())
}

/// The same for a pass that uses up what it works on: `prepare` makes that anew, and is not timed.
pub fn fastest_from<P, R>(least: Duration, mut prepare: impl FnMut() -> P, mut pass: impl FnMut(P) -> R) -> (Duration, R) {
    let start = ProcessTime::now();
    let mut result = pass(prepare());
    let (mut fastest, mut passes) = (Duration::MAX, 0);
    while passes < 9 || start.elapsed() < least {
        let prepared = prepare();
        let before = ProcessTime::now();
        result = pass(prepared);
        fastest = fastest.min(before.elapsed());
        passes += 1;
    }
    (fastest, result)
}

/// Runs once; the time, and what it gave.
pub fn once<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let before = ProcessTime::now();
    let result = work();
    (before.elapsed(), result)
}
