//! What a rule author writes about kits, and what a reservation of one says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::def::is_default;
use crate::id::{ProductId, ReservationId};
use crate::quantity::Quantity;

/// A product that is sold whole and taken apart: it has no stock of its own, its components are what is there. What is in it says its
/// bill. A kit needs no entry in `replenish`; where it has one, that is a phantom's.
///
/// ```
/// use dealdesk::inventory::{KitDef, KitShipping};
/// let kit: KitDef = serde_json::from_str(r#"{"product": "SEAL-SET"}"#)?;
/// assert_eq!(kit.ships, KitShipping::Complete);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KitDef {
    /// The product; it has a bill.
    pub product: ProductId,
    /// Whether the components of one kit come from one place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ships: KitShipping,
}

/// From where the components of one kit come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KitShipping {
    /// All from one location that is a part of no other, or from its parts.
    #[default]
    Complete,
    /// Each from wherever it is.
    Apart,
}

/// The kit that a reservation is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KitPart {
    /// The reservation of the kit, by which all its parts are resolved together.
    pub id: ReservationId,
    /// The kit.
    pub product: ProductId,
    /// How much of the component one kit holds.
    pub quantity: Quantity,
}
