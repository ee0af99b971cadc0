//! Memory, counted by the allocator, with the feature `memory`. Counting takes time: times are measured without it.

#[cfg(feature = "memory")]
use peak_alloc::PeakAlloc;

#[cfg(feature = "memory")]
#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

/// Runs once; what it gave, and how many bytes are allocated more than before: at its end, with what it gave, and at most on the way.
#[cfg(feature = "memory")]
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, String) {
    const MIB: f64 = 1024.0 * 1024.0;
    let before = COUNTED.current_usage();
    COUNTED.reset_peak_usage();
    let result = work();
    let more = |bytes: usize| bytes.saturating_sub(before) as f64 / MIB;
    let text = format!("{:.1} MiB kept, {:.1} MiB at most", more(COUNTED.current_usage()), more(COUNTED.peak_usage()));
    (result, text)
}

/// Runs once; what it gave, and nothing.
#[cfg(not(feature = "memory"))]
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, String) {
    (work(), String::new())
}
