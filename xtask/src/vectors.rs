//! The vectors in every runtime, and their counts, which must be equal.

use std::path::Path;

use crate::shell::{Outcome, cargo, fail};

/// What a runtime says when it has run them: `vectors node: 12 vectors, 40 calls, 0 failed`.
#[derive(Debug, PartialEq, Eq)]
pub struct Count {
    pub runtime: String,
    pub ran: String,
}

/// `cargo xtask vectors [--bless]`: in Rust alone, keeping new answers when they are blessed.
pub fn in_rust(root: &Path, bless: bool) -> Outcome {
    let test = cargo(&["test", "--quiet", "--package", "dealdesk", "--test", "vectors", "--", "--nocapture"]).within(root);
    if bless { test.env("DEALDESK_BLESS", "1").run() } else { test.run() }
}

/// The counts that stand in what the runtimes have printed.
pub fn counts(printed: &str) -> Vec<Count> {
    let said = |line: &str| {
        let at = line.find("vectors ")?;
        let (runtime, ran) = line.get(at..)?.strip_prefix("vectors ")?.split_once(": ")?;
        ran.contains(" vectors, ").then(|| Count { runtime: runtime.to_owned(), ran: ran.trim().to_owned() })
    };
    printed.lines().filter_map(said).collect()
}

/// Whether all of `runtimes` have run, and have run the same.
pub fn all_equal(counts: &[Count], runtimes: &[&str]) -> Outcome {
    for count in counts {
        println!("vectors {}: {}", count.runtime, count.ran);
    }
    let missing: Vec<&str> = runtimes.iter().copied().filter(|runtime| !counts.iter().any(|count| count.runtime == *runtime)).collect();
    if !missing.is_empty() {
        return fail(format!("no count of the vectors from {}", missing.join(", ")));
    }
    if counts.windows(2).any(|pair| pair[0].ran != pair[1].ran) {
        return fail("the runtimes have not run the same vectors");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_wherever_they_stand_and_must_be_equal() {
        let found =
            counts(".vectors rust: 2 vectors, 10 calls, 0 failed\n# vectors node: 2 vectors, 9 calls, 0 failed\nvectors are good\n");
        assert_eq!(found.iter().map(|count| count.runtime.as_str()).collect::<Vec<_>>(), ["rust", "node"]);
        assert!(all_equal(&found, &["rust", "node"]).is_err());
        assert!(all_equal(&found[..1], &["rust", "node"]).is_err());
        assert!(all_equal(&found[..1], &["rust"]).is_ok());
    }
}
