//! A claim on stock, and what has become of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::action::ReservationKind;
use super::super::def::is_default;
use super::super::dimensions::StockDimensions;
use super::super::kit::KitPart;
use super::super::part::StockPart;
use super::super::quota::QuotaClaim;
use super::super::removal::RemovalTerms;
use super::super::substitute::InsteadOf;
use crate::id::{DemandId, LocationId, LotId, OwnerId, ProductId, ReservationId, SerialId};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// A claim on stock, open or resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// Names it.
    pub id: ReservationId,
    /// What it is for.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How firmly it is held.
    pub kind: ReservationKind,
    /// What has become of it.
    pub status: ReservationStatus,
    /// When it ends by itself, if it is still held then: it is over at this very moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The day on which the goods are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// How urgent the demand is; the highest number comes first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: u32,
    /// Where stock for it may come from: this location and its parts; absent: anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What it has consumed of quotas and not given back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quota: Vec<QuotaClaim>,
    /// What was ordered, when this is reserved in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Box<InsteadOf>>,
    /// The kit that it is a part of, with which it is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kit: Option<Box<KitPart>>,
    /// Which stock it takes, where it is special.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
    /// What still waits for stock. It lies nowhere, and cannot be committed before it is filled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backordered: Quantity,
    /// How much stands where, in the order in which it was taken. `open + committed + released` is what was reserved there.
    pub parts: Vec<ReservationPart>,
}

/// What has become of a reservation. It is resolved once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationStatus {
    /// Something is still held, or waits for stock.
    Open,
    /// The last of it has left.
    Committed,
    /// The last of it was released.
    Released,
    /// It has ended by itself.
    Expired,
}

/// A reservation at one location, of stock that is not told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationPart {
    /// Where.
    pub location: LocationId,
    /// What is still held.
    pub open: Quantity,
    /// What has left.
    #[serde(default)]
    pub committed: Quantity,
    /// What is free again.
    #[serde(default)]
    pub released: Quantity,
    /// Whether the product is not tracked, so that this part holds none of the stock.
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

impl Reservation {
    /// What is still held, at all locations together.
    #[must_use]
    pub fn open(&self) -> Quantity {
        self.parts.iter().map(|part| part.open).sum()
    }

    /// What is not resolved: what is still held, and what waits for stock.
    #[must_use]
    pub fn outstanding(&self) -> Quantity {
        self.open().saturating_add(self.backordered)
    }

    /// What has left, from all locations together.
    #[must_use]
    pub fn committed(&self) -> Quantity {
        self.parts.iter().map(|part| part.committed).sum()
    }

    /// What has become of it at a moment: an open hold whose end has come is over, whether or not an event says so yet.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> ReservationStatus {
        let due = self.expires_at.is_some_and(|end| end <= at);
        if self.status == ReservationStatus::Open && due { ReservationStatus::Expired } else { self.status }
    }
}

impl ReservationPart {
    /// Whether the quantity of an event is of this part.
    pub(in super::super) fn is_of(&self, part: &StockPart) -> bool {
        self.location == part.location
            && self.untracked == part.untracked
            && self.lot == part.lot
            && self.serial == part.serial
            && self.owner == part.owner
    }

    /// What tells its stock apart; `None` for plain stock.
    pub(in super::super) fn dimensions(&self) -> Option<StockDimensions> {
        StockDimensions::of_held(self.lot.as_ref(), self.serial.as_ref(), self.owner.as_ref())
    }

    /// The part as an event names it.
    pub(in super::super) fn with(&self, quantity: Quantity) -> StockPart {
        let Self { location, untracked, lot, serial, owner, .. } = self.clone();
        StockPart { location, quantity, untracked, lot, serial, owner }
    }
}

impl From<&StockPart> for ReservationPart {
    fn from(part: &StockPart) -> Self {
        Self {
            location: part.location.clone(),
            open: part.quantity,
            committed: Quantity::ZERO,
            released: Quantity::ZERO,
            untracked: part.untracked,
            lot: part.lot.clone(),
            serial: part.serial.clone(),
            owner: part.owner.clone(),
        }
    }
}
