//! What a rule author writes about replanning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::ReservationKind;
use crate::id::{AttributeId, ProductId, SegmentId};

/// Demands that are treated alike when stock is planned anew. A demand belongs to the first segment that fits; one that fits none keeps
/// what it has.
///
/// ```
/// use dealdesk::inventory::{ReplanSegmentDef, ReplanStrategy};
/// let def: ReplanSegmentDef = serde_json::from_str(r#"{"id": "key accounts", "strategy": "win",
///     "when": [{"fact": {"name": "customer.class", "one_of": ["A"]}}], "sort": ["wanted_on", "priority"]}"#)?;
/// assert_eq!(def.strategy, ReplanStrategy::Win);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanSegmentDef {
    /// Names the segment.
    pub id: SegmentId,
    /// How its demands are treated.
    pub strategy: ReplanStrategy,
    /// What a demand must fulfil to belong to it, all of it. Empty: every demand belongs to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<ReplanCondition>,
    /// Who is served first, the most important key first. Empty: `priority`, then `wanted_on`. Equal ones are served as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<ReplanSort>,
}

/// How demands are treated when stock is planned anew. They are served in the order of this list: `win` first, `improve` last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplanStrategy {
    /// Gets its full quantity on time, or is reported as an exception; never loses.
    Win,
    /// Keeps what it has, and may gain.
    Gain,
    /// May gain or lose.
    Redistribute,
    /// May lose, never gains.
    Fill,
    /// Keeps what it has, and may gain what nobody else wants.
    Improve,
    /// Gives back all that it holds.
    Lose,
    /// Stays as it is.
    Skip,
}

impl ReplanStrategy {
    /// Whether demands never lose what they have.
    #[must_use]
    pub const fn keeps(self) -> bool {
        matches!(self, Self::Win | Self::Gain | Self::Improve | Self::Skip)
    }
}

/// What a demand must fulfil to belong to a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplanCondition {
    /// A fact of the demand is one of these values. A demand without the fact does not fulfil it.
    Fact {
        /// The fact, as the caller names it.
        name: AttributeId,
        /// The values.
        one_of: Vec<String>,
    },
    /// The priority of the reservation lies in a range; at least one end is given.
    Priority {
        /// Not below this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_least: Option<u32>,
        /// Not above this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
    },
    /// The product is one of these.
    Product {
        /// The products.
        one_of: Vec<ProductId>,
    },
    /// The reservation is soft, or hard.
    Kind(ReservationKind),
    /// The goods are wanted within so many days from the moment of the plan, or earlier. A demand without a day does not fulfil it.
    WantedWithin {
        /// The days.
        days: u32,
    },
}

/// By what the demands of a segment are put in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplanSort {
    /// The highest priority first.
    Priority,
    /// The earliest day first; without a day last.
    WantedOn,
    /// Who reserved first.
    FirstCome,
    /// The smallest quantity first.
    SmallestFirst,
    /// The largest quantity first.
    LargestFirst,
    /// A fact of the demand, in the order of these values; other values and demands without the fact last.
    Fact {
        /// The fact, as the caller names it.
        name: AttributeId,
        /// The values.
        order: Vec<String>,
    },
}
