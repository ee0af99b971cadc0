//! What can be asked of the stock.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::is_default;
use super::dimensions::StockStatus;
use super::expected::{CancelSupply, ExpectSupply, RescheduleSupply, SupplyRemainder};
use super::{InsteadOf, LotFacts, ReallocateStock, RemovalTerms};
use crate::id::{AttributeId, DemandId, LocationId, LotId, OwnerId, ProductId, ReservationId, SerialId, SupplyId};
use crate::quantity::Quantity;
use crate::time::{Date, Timestamp};

/// What to do.
///
/// ```
/// use dealdesk::inventory::StockAction;
/// let action: StockAction = serde_json::from_str(r#"{"reserve": {"id": "R-1", "demand": "O-1/1", "product": "P-100", "quantity": "12"}}"#)?;
/// assert!(matches!(action, StockAction::Reserve(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StockAction {
    /// Goods have come in.
    Receive(ReceiveStock),
    /// Goods were counted. A count is always accepted; when it finds less than is held, a shortage is reported.
    Count(StockMovement),
    /// Goods leave without a reservation: scrap, own use. What is held for others cannot leave so.
    Issue(StockMovement),
    /// Goods lie at another location from now on. What is held for others cannot go.
    Move(MoveStock),
    /// Goods may be sold from now on, or may not. That is always accepted for what is there; what it breaks is reported as a shortage.
    Regrade(RegradeStock),
    /// Goods belong to somebody else from now on.
    ChangeOwner(ChangeOwner),
    /// What is known of a lot is put right.
    DescribeLot(DescribeLot),
    /// Holds stock for a demand.
    Reserve(ReserveStock),
    /// Held stock leaves: the goods are shipped.
    Commit(CommitStock),
    /// Held stock is free again.
    Release(ReleaseStock),
    /// A hold that is still held gets a new end.
    Extend(ExtendReservation),
    /// A soft hold becomes a hard one, in one step.
    Firm(FirmReservation),
    /// What is held is held at another location, or for another demand.
    Transfer(TransferReservation),
    /// A reservation gets another quantity, day or priority.
    Update(UpdateReservation),
    /// What was committed has not left after all: the fulfilment was cancelled, and it is held again.
    Uncommit(UncommitStock),
    /// Available stock is given to the reservations that wait for it.
    Fill(FillBackorders),
    /// Puts the counters of what is held and of what waits, and what is consumed of quotas, to what the reservations say. What is on hand is
    /// put right by a count.
    Reconcile {
        /// Whether no reservation was ever dropped from the state: then what is consumed of quotas beyond what its reservations have drawn is
        /// put right too.
        #[serde(default, skip_serializing_if = "is_default")]
        all_reservations: bool,
    },
    /// Several actions in order: all of them happen, or none. Each is judged on what those before it have done.
    Batch(Vec<StockAction>),
    /// Several reservations hold something else from now on, as a plan says: all of it, or nothing.
    Reallocate(ReallocateStock),
    /// Ends every hold that is due. Every other command does so too before it does anything else.
    Expire {},
    /// Goods are on their way.
    Expect(ExpectSupply),
    /// What is on its way comes on another day. That is always accepted; what it breaks is reported as an expected shortage.
    Reschedule(RescheduleSupply),
    /// What was on its way, or a part of it, does not come.
    CancelExpected(CancelSupply),
}

/// Goods that have come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveStock {
    /// The product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The expected supply that they are of; absent: they come unannounced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<SupplyId>,
    /// What becomes of the rest of that supply.
    #[serde(default, skip_serializing_if = "SupplyRemainder::is_kept")]
    pub remainder: SupplyRemainder,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial numbers, as many as the quantity says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
    /// What is known of the lot, or of each unit that belongs to none. It came in on the day of the command unless this says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<LotFacts>>,
}

impl From<StockMovement> for ReceiveStock {
    /// Goods that come unannounced.
    fn from(movement: StockMovement) -> Self {
        let StockMovement { product, location, quantity, lot, serials, status, owner } = movement;
        Self { product, location, quantity, supply: None, remainder: SupplyRemainder::Keep, lot, serials, status, owner, facts: None }
    }
}

/// A quantity of a product at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockMovement {
    /// The product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How much, in the product's unit: above zero; for a count zero or above.
    pub quantity: Quantity,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial numbers, as many as the quantity says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

impl StockMovement {
    /// Plain stock: without a lot, usable, and one's own.
    #[must_use]
    pub const fn plain(product: ProductId, location: LocationId, quantity: Quantity) -> Self {
        Self { product, location, quantity, lot: None, serials: Vec::new(), status: StockStatus::Usable, owner: None }
    }
}

/// Goods go from one location to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveStock {
    /// The product.
    pub product: ProductId,
    /// From where.
    pub location: LocationId,
    /// To where.
    pub to: LocationId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial numbers, as many as the quantity says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

/// Goods may be sold from now on, or may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegradeStock {
    /// The product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How much, in the product's unit; above zero, and at most what is there in the status that it has.
    pub quantity: Quantity,
    /// The status that it has from now on.
    pub to: StockStatus,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial numbers, as many as the quantity says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// The status that it has had; absent: usable.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
    /// Whose it is; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
}

/// Goods belong to somebody else from now on, wherever they lie: what a supplier owns is taken into own stock when it is used, or given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOwner {
    /// The product.
    pub product: ProductId,
    /// Where.
    pub location: LocationId,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// Whose it was; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<OwnerId>,
    /// Whose it is from now on; absent: one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<OwnerId>,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// The serial numbers, as many as the quantity says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<SerialId>,
    /// Whether it may be sold.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: StockStatus,
}

/// What is known of a lot is put right: what is given here counts from now on, what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeLot {
    /// The product.
    pub product: ProductId,
    /// The lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotId>,
    /// Instead of a lot: a unit that belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialId>,
    /// What is known of it.
    pub facts: LotFacts,
}

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
