//! What tells apart stock of a product at a location: its lot, its serial number, its status, and whose it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::StockMovement;
use super::def::is_default;
use crate::id::{LotId, OwnerId, SerialId};
use crate::quantity::Quantity;
use crate::report::Refusal;

/// Whether stock may be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockStatus {
    /// It may.
    #[default]
    Usable,
    /// Not before it was inspected.
    Quarantine,
    /// It may not.
    Damaged,
}

/// What a product's stock is told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tracking {
    /// Goods that were made together.
    Lot,
    /// Every single unit. A serial number is one unit, and in one place.
    Serial,
}

/// What tells stock apart from other stock of the product at the same location. Plain stock has no lot, is usable, and one's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
pub struct StockDimensions {
    /// The lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// Whether it may be sold.
    #[serde(skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

impl StockDimensions {
    /// Of stock that is held, which is usable; `None` for plain stock.
    pub(super) fn of_held(lot: Option<&LotId>, serial: Option<&SerialId>, owner: Option<&OwnerId>) -> Option<Self> {
        let dimensions = || Self { lot: lot.cloned(), serial: serial.cloned(), status: StockStatus::Usable, owner: owner.cloned() };
        (lot.is_some() || serial.is_some() || owner.is_some()).then(dimensions)
    }

    /// Whether nothing tells it apart: no lot, usable, one's own.
    pub(super) fn is_plain(&self) -> bool {
        self.lot.is_none() && self.serial.is_none() && self.owner.is_none() && self.status == StockStatus::Usable
    }

    /// Adds to a refusal what tells the stock apart.
    pub(super) fn details(&self, refusal: Refusal) -> Refusal {
        let mut refusal = refusal;
        for (what, id) in [
            ("lot", self.lot.as_ref().map(LotId::as_str)),
            ("serial", self.serial.as_ref().map(SerialId::as_str)),
            ("owner", self.owner.as_ref().map(OwnerId::as_str)),
        ] {
            if let Some(id) = id {
                refusal = refusal.detail(what, id);
            }
        }
        refusal
    }

    /// The stock in words: `of lot `L-1`, in quarantine`.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        for (what, id) in [
            (" lot", self.lot.as_ref().map(LotId::as_str)),
            (" serial", self.serial.as_ref().map(SerialId::as_str)),
            (" of owner", self.owner.as_ref().map(OwnerId::as_str)),
        ] {
            if let Some(id) = id {
                words.push_str(&format!("{what} `{id}`"));
            }
        }
        words.push_str(match self.status {
            StockStatus::Usable => "",
            StockStatus::Quarantine => " in quarantine",
            StockStatus::Damaged => " damaged",
        });
        words
    }
}

/// The stock that an action names, at one location.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub lot: Option<&'a LotId>,
    pub serials: &'a [SerialId],
    pub status: StockStatus,
    pub owner: Option<&'a OwnerId>,
}

impl<'a> Named<'a> {
    pub fn of(movement: &'a StockMovement) -> Self {
        let StockMovement { lot, serials, status, owner, .. } = movement;
        Self { lot: lot.as_ref(), serials, status: *status, owner: owner.as_ref() }
    }

    /// Each unit that has a serial number, or all of the quantity as one.
    pub fn units(self, quantity: Quantity) -> Vec<(StockDimensions, Quantity)> {
        let whole = self.whole();
        if self.serials.is_empty() {
            return vec![(whole, quantity)];
        }
        let one = if quantity.is_zero() { Quantity::ZERO } else { 1.into() };
        self.serials.iter().map(|serial| (StockDimensions { serial: Some(serial.clone()), ..whole.clone() }, one)).collect()
    }

    fn whole(self) -> StockDimensions {
        StockDimensions { lot: self.lot.cloned(), serial: None, status: self.status, owner: self.owner.cloned() }
    }
}
