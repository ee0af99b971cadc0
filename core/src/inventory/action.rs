//! What can be asked of the stock.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::def::is_default;
use super::dimensions::StockStatus;
use super::expected::{CancelSupply, ExpectSupply, RescheduleSupply, SupplyRemainder};
pub use super::reservation::action::{
    CommitRemainder, CommitStock, ComponentFrom, ExtendReservation, FillBackorders, FillOrder, FirmReservation, ReleaseStock,
    ReservationKind, ReserveAllow, ReserveStock, TransferReservation, UncommitStock, UpdateReservation,
};
use super::{LotFacts, ReallocateStock};
use crate::id::{LocationId, LotId, OwnerId, ProductId, SerialId, SupplyId};
use crate::quantity::Quantity;

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
