//! What has happened to the stock, and the ledger that follows from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ReservationKind;
use super::def::is_default;
use super::expected::{ExpectSupply, SupplyKind};
use super::kit::KitPart;
use super::quota::QuotaClaim;
use super::substitute::InsteadOf;
use crate::id::{DemandId, LocationId, ProductId, ReservationId, SupplyId};
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
    },
    /// Goods have left without a reservation.
    Issued {
        /// The product.
        product: ProductId,
        /// Where.
        location: LocationId,
        /// How much.
        quantity: Quantity,
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
    /// A command was refused.
    Refused {
        /// Why, the first being the one that counts.
        codes: Vec<Code>,
    },
}

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
}

/// What is counted at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockCounter {
    /// What is there.
    OnHand,
    /// What is held for orders.
    ReservedHard,
    /// What is held for carts and quotes.
    ReservedSoft,
    /// What is on its way there.
    Expected,
    /// What reservations of a product wait for; it lies nowhere.
    Backordered,
}

impl From<ReservationKind> for StockCounter {
    fn from(kind: ReservationKind) -> Self {
        match kind {
            ReservationKind::Hard => Self::ReservedHard,
            ReservationKind::Soft => Self::ReservedSoft,
        }
    }
}

/// One signed entry of the ledger: a counter of a position changes by a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerEntry<'e> {
    /// The product.
    pub product: &'e ProductId,
    /// Where; absent for what lies nowhere.
    pub location: Option<&'e LocationId>,
    /// What is counted.
    pub counter: StockCounter,
    /// By how much it changes: above zero for more, below zero for less.
    pub quantity: Quantity,
}

impl StockEvent {
    /// Posts the event's entries of the ledger, in order.
    pub fn post<'e>(&'e self, mut ledger: impl FnMut(LedgerEntry<'e>)) {
        let mut post = |product: &'e ProductId, location: Option<&'e LocationId>, counter: StockCounter, quantity: Quantity| {
            if !quantity.is_zero() {
                ledger(LedgerEntry { product, location, counter, quantity });
            }
        };
        let mut parts = |product: &'e ProductId, counter: StockCounter, parts: &'e [StockPart], adds: bool| {
            for part in parts.iter().filter(|part| !part.untracked) {
                post(product, Some(&part.location), counter, if adds { part.quantity } else { part.quantity.negated() });
            }
        };
        match self {
            Self::Reserved { product, kind, parts: held, backordered, .. } => {
                parts(product, (*kind).into(), held, true);
                post(product, None, StockCounter::Backordered, *backordered);
            }
            Self::Firmed { product, parts: held, .. } => {
                parts(product, StockCounter::ReservedSoft, held, false);
                parts(product, StockCounter::ReservedHard, held, true);
            }
            Self::Transferred { product, kind, from, parts: to, .. } => {
                parts(product, (*kind).into(), from, false);
                parts(product, (*kind).into(), to, true);
            }
            Self::Updated { product, kind, parts: more, backordered, .. } => {
                parts(product, (*kind).into(), more, true);
                post(product, None, StockCounter::Backordered, *backordered);
            }
            Self::Uncommitted { product, kind, parts: back, .. } => {
                parts(product, StockCounter::OnHand, back, true);
                parts(product, (*kind).into(), back, true);
            }
            Self::Unfilled { product, kind, parts: freed, .. } => {
                parts(product, (*kind).into(), freed, false);
                post(product, None, StockCounter::Backordered, freed.iter().map(|part| part.quantity).sum());
            }
            Self::Filled { product, kind, parts: held, .. } => {
                parts(product, (*kind).into(), held, true);
                let filled: Quantity = held.iter().map(|part| part.quantity).sum();
                post(product, None, StockCounter::Backordered, filled.negated());
            }
            Self::Released { product, kind, parts: freed, backordered, .. }
            | Self::Expired { product, kind, parts: freed, backordered, .. } => {
                parts(product, (*kind).into(), freed, false);
                post(product, None, StockCounter::Backordered, backordered.negated());
            }
            Self::Committed { product, kind, parts: gone, released, backordered, .. } => {
                parts(product, StockCounter::OnHand, gone, false);
                parts(product, (*kind).into(), gone, false);
                parts(product, (*kind).into(), released, false);
                post(product, None, StockCounter::Backordered, backordered.negated());
            }
            Self::Received { product, location, quantity } => post(product, Some(location), StockCounter::OnHand, *quantity),
            Self::Issued { product, location, quantity } => post(product, Some(location), StockCounter::OnHand, quantity.negated()),
            Self::Counted { product, location, before, counted } => {
                post(product, Some(location), StockCounter::OnHand, counted.saturating_sub(*before));
            }
            Self::Expected(supply) => {
                let ExpectSupply { product, location, quantity, .. } = &**supply;
                post(product, Some(location), StockCounter::Expected, *quantity);
            }
            Self::ExpectedCancelled { product, location, quantity, .. } => {
                post(product, Some(location), StockCounter::Expected, quantity.negated());
            }
            Self::SupplyReceived { product, location, before, open, .. } => {
                post(product, Some(location), StockCounter::Expected, open.saturating_sub(*before));
            }
            Self::ShortageFound { .. }
            | Self::BackordersFilled { .. }
            | Self::Extended { .. }
            | Self::Swept { .. }
            | Self::Rescheduled { .. }
            | Self::ShortageExpected { .. }
            | Self::Refused { .. } => {}
        }
    }

    /// The product that the event is about; absent for an event about a reservation alone, or about none.
    #[must_use]
    pub fn product(&self) -> Option<&ProductId> {
        match self {
            Self::Expected(supply) => Some(&supply.product),
            Self::Received { product, .. }
            | Self::Counted { product, .. }
            | Self::Issued { product, .. }
            | Self::ShortageFound { product, .. }
            | Self::Reserved { product, .. }
            | Self::Firmed { product, .. }
            | Self::Transferred { product, .. }
            | Self::Updated { product, .. }
            | Self::Uncommitted { product, .. }
            | Self::Filled { product, .. }
            | Self::Unfilled { product, .. }
            | Self::BackordersFilled { product, .. }
            | Self::Committed { product, .. }
            | Self::Released { product, .. }
            | Self::Expired { product, .. }
            | Self::Rescheduled { product, .. }
            | Self::ExpectedCancelled { product, .. }
            | Self::SupplyReceived { product, .. }
            | Self::ShortageExpected { product, .. } => Some(product),
            Self::Extended { .. } | Self::Swept { .. } | Self::Refused { .. } => None,
        }
    }
}
