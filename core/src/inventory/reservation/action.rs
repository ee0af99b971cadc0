//! What can be asked of reservations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::def::is_default;
use super::super::{InsteadOf, RemovalTerms};
use crate::id::{AttributeId, DemandId, LocationId, LotId, ProductId, ReservationId, SerialId};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// Holds stock for a demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveStock {
    /// Names the reservation; made by the caller.
    pub id: ReservationId,
    /// What it is for: a line of an order, a cart.
    pub demand: DemandId,
    /// The product.
    pub product: ProductId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// From this location and its parts only; absent: from the active locations in order of priority, as many as are needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// How firmly it is held.
    #[serde(default)]
    pub kind: ReservationKind,
    /// The day on which the goods are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// How urgent the demand is: where stock is given by priority, the highest number comes first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: u32,
    /// The moment at which it ends by itself, if it is still held then. Absent: a soft hold ends after the rulebook's
    /// `hold_ttl_seconds`, a hard one does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether less than the whole quantity will do.
    #[serde(default)]
    pub allow: ReserveAllow,
    /// What is known of the demand: the characteristics by which quotas tell groups apart. The quotas of the product are drawn on by
    /// `wanted_on`, or by the day of the command.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub characteristics: BTreeMap<AttributeId, String>,
    /// What was ordered, when this is reserved in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Box<InsteadOf>>,
    /// Holds that this one takes the place of, such as those of the cart that becomes an order: they do not count against it, and
    /// are released when it is accepted. Holds that are over already do not matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<ReservationId>,
    /// Which stock it takes, where it is special.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
    /// Of a kit that ships apart, how much of which component is taken where: all that the kits hold. Absent: from the active locations in
    /// order of priority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components_from: Vec<ComponentFrom>,
}

/// Where a component of a kit is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentFrom {
    /// The component.
    pub product: ProductId,
    /// From this location and its parts.
    pub location: LocationId,
    /// How much, in the component's own unit; above zero.
    pub quantity: Quantity,
}

/// How firmly stock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationKind {
    /// For a cart or a quote; usually for a short time.
    Soft,
    /// For an order.
    #[default]
    Hard,
}

/// Whether a reservation may hold less than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReserveAllow {
    /// All or nothing.
    #[default]
    FullOnly,
    /// Whatever there is, if there is anything.
    Partial {
        /// Not less than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<Quantity>,
        /// When there is less than was asked for: a whole multiple of this, such as the contents of a box.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        multiple: Option<Quantity>,
    },
    /// Whatever there is, and the rest waits for stock, as far as the rulebook's `backorder` allows.
    Backorder,
}

/// Held stock leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitStock {
    /// The reservation.
    pub id: ReservationId,
    /// How much; absent: all that is still held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// From this location only; absent: from the reservation's locations in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What becomes of the rest (at `location`, and of `lot` and `serials`, when there are any).
    #[serde(default)]
    pub remainder: CommitRemainder,
    /// Of this lot only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// These units only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Ships goods that have expired, where the rulebook lets that be confirmed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirm_expired: bool,
}

impl CommitStock {
    /// All that is still held leaves.
    #[must_use]
    pub const fn all(id: ReservationId) -> Self {
        let remainder = CommitRemainder::Keep;
        Self { id, quantity: None, location: None, remainder, lot: None, serials: Vec::new(), confirm_expired: false }
    }
}

/// What becomes of the rest of a reservation of which a part was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommitRemainder {
    /// It stays held.
    #[default]
    Keep,
    /// It is free again.
    Release,
}

/// Held stock is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseStock {
    /// The reservation.
    pub id: ReservationId,
    /// How much; absent: all that is still held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// At this location only; absent: at the reservation's locations in their order, the last first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// Of this lot only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// These units only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
}

impl ReleaseStock {
    /// All that is still held is free again, and nothing of it waits any more.
    #[must_use]
    pub const fn all(id: ReservationId) -> Self {
        Self { id, quantity: None, location: None, lot: None, serials: Vec::new() }
    }
}

/// A hold gets a new end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendReservation {
    /// The reservation.
    pub id: ReservationId,
    /// The moment at which it ends by itself; after the command's.
    pub expires_at: Timestamp,
}

/// Available stock is given to the reservations of a product that wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FillBackorders {
    /// The product.
    pub product: ProductId,
    /// From this location and its parts only; absent: from the active locations in order of priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// Who gets it first.
    #[serde(default)]
    pub order: FillOrder,
}

/// In which order reservations that wait get stock. Each gets as much as there is for it before the next gets any.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FillOrder {
    /// Who reserved first.
    #[default]
    FirstCome,
    /// The highest priority; of equal ones who wants it earliest, those without a day last; then who reserved first.
    Priority,
    /// These, in this order; the others get nothing.
    Listed(Vec<ReservationId>),
}

/// A soft hold becomes a hard one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirmReservation {
    /// The reservation.
    pub id: ReservationId,
    /// The moment at which it ends by itself from now on; absent: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What is held is held elsewhere, of other stock, or for another demand. At least one of `location`, `demand` and `removal` is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferReservation {
    /// The reservation.
    pub id: ReservationId,
    /// The location that is to hold all that the reservation still holds, with its parts. It must have it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What it is for from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandId>,
    /// Which stock it holds from now on, such as another lot. All that it still holds must be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
}

/// A reservation gets another quantity, day or priority; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateReservation {
    /// The reservation.
    pub id: ReservationId,
    /// The new total, with what has left already. It is compared with what is available, of which the reservation's own part counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Whether less than the whole increase will do.
    #[serde(default)]
    pub allow: ReserveAllow,
    /// The day on which the goods are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<Date>,
    /// How urgent the demand is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
}

/// What was committed is held again, where it was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UncommitStock {
    /// The reservation.
    pub id: ReservationId,
    /// How much; absent: all that was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// At this location only; absent: at the reservation's locations in their order, the last first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// Of this lot only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// These units only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
}
