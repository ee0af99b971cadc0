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
    /// Whether the moment belongs to the window.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}
