//! Windows of time, finer than days.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A window of time, to the second.
///
/// ```
/// use dealdesk::time::Window;
/// let flash: Window = serde_json::from_str(r#"{"from": "2026-11-27T09:00:00Z", "until": "2026-11-27T12:00:00Z"}"#)?;
/// assert!(flash.contains("2026-11-27T11:59:59Z".parse()?) && !flash.contains("2026-11-27T12:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first moment that belongs to it; absent when it has always begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The first moment that does not belong to it any more; absent when it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether what may be bound to a window is valid: always without one, and with one only at a moment that is said.
    #[must_use]
    pub fn is_open(window: Option<Self>, at: Option<Timestamp>) -> bool {
        window.is_none_or(|window| at.is_some_and(|at| window.contains(at)))
    }

    /// Whether a moment belongs to both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |until: Option<Timestamp>, from: Option<Timestamp>| until.zip(from).is_some_and(|(until, from)| until <= from);
        !before(self.until, other.from) && !before(other.until, self.from)
    }

    /// Whether the moment belongs to the window.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}
