//! A part of what is reserved: how much of which stock lies where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::is_default;
use super::dimensions::StockDimensions;
use crate::id::{LocationId, LotId, OwnerId, SerialId};
use crate::quantity::Quantity;

/// A quantity at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockPart {
    /// Where.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
    /// Whether the product is not tracked, so that no counter changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub untracked: bool,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

impl StockPart {
    /// Plain stock: without a lot, and one's own.
    #[must_use]
    pub const fn plain(location: LocationId, quantity: Quantity) -> Self {
        Self { location, quantity, untracked: false, lot: None, serial: None, owner: None }
    }

    /// Of a product that is not tracked.
    pub(super) fn untracked(location: LocationId, quantity: Quantity) -> Self {
        Self { untracked: true, ..Self::plain(location, quantity) }
    }

    /// What tells it apart; `None` for plain stock.
    pub(super) fn dimensions(&self) -> Option<StockDimensions> {
        StockDimensions::of_held(self.lot.as_ref(), self.serial.as_ref(), self.owner.as_ref())
    }

    /// Stock that is told apart; only usable stock is held.
    pub(super) fn of(location: LocationId, quantity: Quantity, dimensions: Option<&StockDimensions>) -> Self {
        let StockDimensions { lot, serial, owner, .. } = dimensions.cloned().unwrap_or_default();
        Self { location, quantity, untracked: false, lot, serial, owner }
    }
}
