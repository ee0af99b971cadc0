//! What has happened to the stock, and the ledger that follows from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ReservationKind;
use super::correction::{CounterCorrected, QuotaCorrected};
use super::def::is_default;
use super::dimensions::StockStatus;
use super::expected::{ExpectSupply, SupplyKind};
use super::kit::KitPart;
use super::lot::LotFacts;
use super::part::StockPart;
use super::quota::QuotaClaim;
use super::removal::RemovalTerms;
use super::substitute::InsteadOf;
use crate::id::{DemandId, LocationId, LotId, OwnerId, ProductId, ReservationId, SerialId, SupplyId};
use crate::quantity::Quantity;
use crate::report::Code;
use crate::time::{Date, Timestamp};

/// A fact about the stock. Each says all that the ledger needs, so that the counters are a sum over the events and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StockEvent {
    /// Goods have come in.
    Received {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// How much.
        quantity: Quantity,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serials: Vec<SerialId>,
        /// Whether it may be sold.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Goods were counted.
    Counted {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// What the ledger said.
        before: Quantity,
        /// What was found.
        counted: Quantity,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<SerialId>,
        /// Whether it may be sold.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Goods have left without a reservation.
    Issued {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// How much.
        quantity: Quantity,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serials: Vec<SerialId>,
        /// Whether it may be sold.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Goods lie at another location.
    Moved {
        /// The product.
        product: ProductId,
        /// Where they were.
        location: LocationId,
        /// Where they are.
        to: LocationId,
        /// How much.
        quantity: Quantity,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serials: Vec<SerialId>,
        /// Whether it may be sold.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Goods have another status.
    Regraded {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// How much.
        quantity: Quantity,
        /// The status that they have now.
        to: StockStatus,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serials: Vec<SerialId>,
        /// The status that they had.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Goods belong to somebody else.
    OwnerChanged {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// How much.
        quantity: Quantity,
        /// Whose they were; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
        /// Whose they are; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<OwnerId>,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serials: Vec<SerialId>,
        /// Whether they may be sold.
        #[serde(default, skip_serializing_if = "is_default")]
        status: StockStatus,
    },
    /// Something is known of a lot.
    LotDescribed {
        /// The product.
        product: ProductId,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial number, of a unit that belongs to no lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<SerialId>,
        /// All that is known of it now.
        facts: LotFacts,
    },
    /// Less is there than is held. The host decides what to replan.
    ShortageFound {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// What is there.
        on_hand: Quantity,
        /// What is held, hard and soft.
        held: Quantity,
        /// How much is missing: held less on hand.
        short: Quantity,
        /// The lot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lot: Option<LotId>,
        /// The serial number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<SerialId>,
        /// Whose it is; absent: one's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<OwnerId>,
    },
    /// Stock is held.
    Reserved {
        /// The reservation.
        id: ReservationId,
        /// What it is for.
        demand: DemandId,
        /// The product.
        product: ProductId,
        /// How firmly.
        kind: ReservationKind,
        /// When it ends by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        /// The day on which the goods are wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted_on: Option<Date>,
        /// How urgent the demand is; the highest number comes first.
        #[serde(default, skip_serializing_if = "is_default")]
        priority: u32,
        /// Where stock for it may come from: this location and its parts; absent: anywhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<LocationId>,
        /// What it consumes of quotas.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        quota: Vec<QuotaClaim>,
        /// What was ordered, when this is reserved in its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<Box<InsteadOf>>,
        /// The kit that it is a part of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kit: Option<Box<KitPart>>,
        /// Which stock it takes, where it is special.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        removal: Option<Box<RemovalTerms>>,
        /// How much was asked for.
        requested: Quantity,
        /// How much is held where.
        parts: Vec<StockPart>,
        /// How much waits for stock.
        #[serde(default, skip_serializing_if = "is_default")]
        backordered: Quantity,
    },
    /// A reservation that waited has got stock.
    Filled {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it is held.
        kind: ReservationKind,
        /// How much is held where now, besides what was held before.
        parts: Vec<StockPart>,
    },
    /// A reservation has given stock back and waits for it again.
    Unfilled {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it was held.
        kind: ReservationKind,
        /// How much is free again where.
        parts: Vec<StockPart>,
    },
    /// Available stock was given to the reservations of a product that wait.
    BackordersFilled {
        /// The product.
        product: ProductId,
        /// How much was given.
        filled: Quantity,
        /// How much still waits.
        backordered: Quantity,
    },
    /// A soft hold has become a hard one.
    Firmed {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// When it ends by itself from now on; absent: it does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        /// How much is held where.
        parts: Vec<StockPart>,
    },
    /// What is held is held elsewhere, or for another demand.
    Transferred {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it is held.
        kind: ReservationKind,
        /// What it is for from now on; absent: the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        demand: Option<DemandId>,
        /// Where stock for it may come from from now on; absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<LocationId>,
        /// Which stock it takes from now on; absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        removal: Option<Box<RemovalTerms>>,
        /// How much is free where.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<StockPart>,
        /// How much is held where instead.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<StockPart>,
    },
    /// A reservation holds more, or has another day or priority.
    Updated {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it is held.
        kind: ReservationKind,
        /// The day on which the goods are wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wanted_on: Option<Date>,
        /// How urgent the demand is; the highest number comes first.
        #[serde(default, skip_serializing_if = "is_default")]
        priority: u32,
        /// How much is held where, besides what was held before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parts: Vec<StockPart>,
        /// How much waits for stock, besides what waited before.
        #[serde(default, skip_serializing_if = "is_default")]
        backordered: Quantity,
        /// What it consumes of quotas, besides what it consumed before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        quota: Vec<QuotaClaim>,
        /// Whether it first gives back what it consumed for what has not left, because that is wanted on another day.
        #[serde(default, skip_serializing_if = "is_default")]
        redrawn: bool,
    },
    /// What was committed has not left after all, and is held again.
    Uncommitted {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it is held.
        kind: ReservationKind,
        /// How much is there and held again, and where.
        parts: Vec<StockPart>,
    },
    /// Held stock has left.
    Committed {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it was held.
        kind: ReservationKind,
        /// How much has left where.
        parts: Vec<StockPart>,
        /// How much of the rest is free again where.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        released: Vec<StockPart>,
        /// How much of the rest does not wait for stock any more.
        #[serde(default, skip_serializing_if = "is_default")]
        backordered: Quantity,
    },
    /// Held stock is free again.
    Released {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it was held.
        kind: ReservationKind,
        /// How much is free again where.
        parts: Vec<StockPart>,
        /// How much does not wait for stock any more.
        #[serde(default, skip_serializing_if = "is_default")]
        backordered: Quantity,
        /// The reservation that takes its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced_by: Option<ReservationId>,
    },
    /// A hold has ended by itself; what it still held is free again.
    Expired {
        /// The reservation.
        id: ReservationId,
        /// The product.
        product: ProductId,
        /// How firmly it was held.
        kind: ReservationKind,
        /// How much is free again where.
        parts: Vec<StockPart>,
        /// How much does not wait for stock any more.
        #[serde(default, skip_serializing_if = "is_default")]
        backordered: Quantity,
    },
    /// A hold has a new end.
    Extended {
        /// The reservation.
        id: ReservationId,
        /// When it ends by itself.
        expires_at: Timestamp,
    },
    /// All holds that were due have ended.
    Swept {
        /// How many there were.
        expired: u32,
    },
    /// Goods are on their way.
    Expected(Box<ExpectSupply>),
    /// What is on its way has another date.
    Rescheduled {
        /// The supply.
        id: SupplyId,
        /// The product.
        product: ProductId,
        /// The day on which it was to be there.
        before: Date,
        /// The day on which it is to be there now.
        due: Date,
        /// How certain it is now.
        kind: SupplyKind,
    },
    /// What was on its way does not come.
    ExpectedCancelled {
        /// The supply.
        id: SupplyId,
        /// The product.
        product: ProductId,
        /// Where it was to arrive.
        location: LocationId,
        /// How much does not come.
        quantity: Quantity,
    },
    /// What was on its way has come.
    SupplyReceived {
        /// The supply.
        id: SupplyId,
        /// The product.
        product: ProductId,
        /// Where it was to arrive.
        location: LocationId,
        /// How much has come.
        quantity: Quantity,
        /// What was expected before.
        before: Quantity,
        /// What is still expected.
        open: Quantity,
    },
    /// A demand will not get in time what was on its way for it. The host decides what to replan.
    ShortageExpected {
        /// The supply that comes too late, or not at all.
        supply: SupplyId,
        /// The product.
        product: ProductId,
        /// The demand that it was for.
        demand: DemandId,
        /// The day on which the demand needs it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needed_on: Option<Date>,
        /// How much is missing then.
        short: Quantity,
        /// The day on which it comes instead; absent when it does not come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// A counter was put to what the open reservations say.
    Corrected(Box<CounterCorrected>),
    /// What is consumed of a quota was put to what the reservations have drawn.
    QuotaCorrected(Box<QuotaCorrected>),
    /// The counters were compared with the reservations.
    Reconciled {
        /// How many of them were put right.
        corrected: u32,
    },
    /// A command was refused.
    Refused {
        /// Why, the first being the one that counts.
        codes: Vec<Code>,
    },
}
