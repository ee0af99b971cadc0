//! The ledger that follows from the events: signed entries, of which the counters are the sum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ReservationKind;
use super::correction::CounterCorrected;
use super::dimensions::{StockDimensions, StockStatus};
use super::event::StockEvent;
use super::expected::ExpectSupply;
use super::part::StockPart;
use crate::id::{LocationId, LotId, OwnerId, ProductId, SerialId};
use crate::quantity::Quantity;

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
    /// The lot.
    pub lot: Option<&'e LotId>,
    /// The serial number.
    pub serial: Option<&'e SerialId>,
    /// Whether it may be sold.
    pub status: StockStatus,
    /// Whose it is; `None`: one's own.
    pub owner: Option<&'e OwnerId>,
}

impl LedgerEntry<'_> {
    /// What tells the stock apart; `None` for plain stock.
    pub(super) fn dimensions(&self) -> Option<StockDimensions> {
        let Self { lot, serial, status, owner, .. } = *self;
        let plain = lot.is_none() && serial.is_none() && owner.is_none() && status == StockStatus::Usable;
        (!plain).then(|| StockDimensions { lot: lot.cloned(), serial: serial.cloned(), status, owner: owner.cloned() })
    }
}

impl<'e> LedgerEntry<'e> {
    /// An entry about plain stock, or about what lies nowhere.
    const fn plain(product: &'e ProductId, location: Option<&'e LocationId>, counter: StockCounter, quantity: Quantity) -> Self {
        Self { product, location, counter, quantity, lot: None, serial: None, status: StockStatus::Usable, owner: None }
    }

    /// An entry about what is held; only usable stock is.
    const fn held(product: &'e ProductId, part: &'e StockPart, counter: StockCounter, quantity: Quantity) -> Self {
        let (lot, serial, owner) = (part.lot.as_ref(), part.serial.as_ref(), part.owner.as_ref());
        Self { lot, serial, owner, ..Self::plain(product, Some(&part.location), counter, quantity) }
    }
}

/// Goods that come, go or change.
#[derive(Clone, Copy)]
struct Goods<'e> {
    product: &'e ProductId,
    quantity: Quantity,
    lot: Option<&'e LotId>,
    serials: &'e [SerialId],
    owner: Option<&'e OwnerId>,
}

impl<'e> Goods<'e> {
    /// Posts what is there: each unit that has a serial number by itself.
    fn post(self, location: &'e LocationId, status: StockStatus, adds: bool, post: &mut impl FnMut(LedgerEntry<'e>)) {
        let whole = Some((None, self.quantity)).filter(|_| self.serials.is_empty());
        let units = self.serials.iter().map(|serial| (Some(serial), Quantity::from(1)));
        for (serial, quantity) in whole.into_iter().chain(units) {
            let quantity = if adds { quantity } else { quantity.negated() };
            let plain = LedgerEntry::plain(self.product, Some(location), StockCounter::OnHand, quantity);
            post(LedgerEntry { lot: self.lot, serial, status, owner: self.owner, ..plain });
        }
    }
}

impl StockEvent {
    /// Posts the event's entries of the ledger, in order.
    pub fn post<'e>(&'e self, mut ledger: impl FnMut(LedgerEntry<'e>)) {
        let mut post = |entry: LedgerEntry<'e>| {
            if !entry.quantity.is_zero() {
                ledger(entry);
            }
        };
        if !self.post_goods(&mut post) && !self.post_expected(&mut post) {
            self.post_holds(&mut post);
        }
    }

    /// What goods mean that come, go, are counted or change; `false` for another event.
    fn post_goods<'e>(&'e self, post: &mut impl FnMut(LedgerEntry<'e>)) -> bool {
        match self {
            Self::Received { product, location, quantity, lot, serials, status, owner } => {
                goods(product, *quantity, lot.as_ref(), serials, owner.as_ref()).post(location, *status, true, post);
            }
            Self::Issued { product, location, quantity, lot, serials, status, owner } => {
                goods(product, *quantity, lot.as_ref(), serials, owner.as_ref()).post(location, *status, false, post);
            }
            Self::Moved { product, location, to, quantity, lot, serials, status, owner } => {
                let goods = goods(product, *quantity, lot.as_ref(), serials, owner.as_ref());
                goods.post(location, *status, false, post);
                goods.post(to, *status, true, post);
            }
            Self::Regraded { product, location, quantity, to, lot, serials, status, owner } => {
                let goods = goods(product, *quantity, lot.as_ref(), serials, owner.as_ref());
                goods.post(location, *status, false, post);
                goods.post(location, *to, true, post);
            }
            Self::OwnerChanged { product, location, quantity, owner, to, lot, serials, status } => {
                goods(product, *quantity, lot.as_ref(), serials, owner.as_ref()).post(location, *status, false, post);
                goods(product, *quantity, lot.as_ref(), serials, to.as_ref()).post(location, *status, true, post);
            }
            Self::Counted { product, location, before, counted, lot, serial, status, owner } => {
                let plain = LedgerEntry::plain(product, Some(location), StockCounter::OnHand, counted.saturating_sub(*before));
                post(LedgerEntry { lot: lot.as_ref(), serial: serial.as_ref(), status: *status, owner: owner.as_ref(), ..plain });
            }
            _ => return false,
        }
        true
    }

    /// What is on its way; `false` for another event.
    fn post_expected<'e>(&'e self, post: &mut impl FnMut(LedgerEntry<'e>)) -> bool {
        let mut expected = |product, location, quantity| {
            post(LedgerEntry::plain(product, Some(location), StockCounter::Expected, quantity));
        };
        match self {
            Self::Expected(supply) => {
                let ExpectSupply { product, location, quantity, .. } = &**supply;
                expected(product, location, *quantity);
            }
            Self::ExpectedCancelled { product, location, quantity, .. } => expected(product, location, quantity.negated()),
            Self::SupplyReceived { product, location, before, open, .. } => expected(product, location, open.saturating_sub(*before)),
            _ => return false,
        }
        true
    }

    /// What is held, and what waits for stock.
    fn post_holds<'e>(&'e self, post: &mut impl FnMut(LedgerEntry<'e>)) {
        let parts =
            |post: &mut dyn FnMut(LedgerEntry<'e>), product: &'e ProductId, counter: StockCounter, parts: &'e [StockPart], adds: bool| {
                for part in parts.iter().filter(|part| !part.untracked) {
                    post(LedgerEntry::held(product, part, counter, if adds { part.quantity } else { part.quantity.negated() }));
                }
            };
        let waits = |post: &mut dyn FnMut(LedgerEntry<'e>), product: &'e ProductId, quantity: Quantity| {
            post(LedgerEntry::plain(product, None, StockCounter::Backordered, quantity));
        };
        match self {
            Self::Reserved { product, kind, parts: held, backordered, .. }
            | Self::Updated { product, kind, parts: held, backordered, .. } => {
                parts(post, product, (*kind).into(), held, true);
                waits(post, product, *backordered);
            }
            Self::Firmed { product, parts: held, .. } => {
                parts(post, product, StockCounter::ReservedSoft, held, false);
                parts(post, product, StockCounter::ReservedHard, held, true);
            }
            Self::Transferred { product, kind, from, parts: to, .. } => {
                parts(post, product, (*kind).into(), from, false);
                parts(post, product, (*kind).into(), to, true);
            }
            Self::Uncommitted { product, kind, parts: back, .. } => {
                parts(post, product, StockCounter::OnHand, back, true);
                parts(post, product, (*kind).into(), back, true);
            }
            Self::Unfilled { product, kind, parts: freed, .. } => {
                parts(post, product, (*kind).into(), freed, false);
                waits(post, product, freed.iter().map(|part| part.quantity).sum());
            }
            Self::Filled { product, kind, parts: held, .. } => {
                parts(post, product, (*kind).into(), held, true);
                let filled: Quantity = held.iter().map(|part| part.quantity).sum();
                waits(post, product, filled.negated());
            }
            Self::Released { product, kind, parts: freed, backordered, .. }
            | Self::Expired { product, kind, parts: freed, backordered, .. } => {
                parts(post, product, (*kind).into(), freed, false);
                waits(post, product, backordered.negated());
            }
            Self::Corrected(corrected) => {
                let CounterCorrected { product, location, counter, before, after, lot, serial, status, owner } = &**corrected;
                let plain = LedgerEntry::plain(product, location.as_ref(), *counter, after.saturating_sub(*before));
                post(LedgerEntry { lot: lot.as_ref(), serial: serial.as_ref(), status: *status, owner: owner.as_ref(), ..plain });
            }
            Self::Committed { product, kind, parts: gone, released, backordered, .. } => {
                parts(post, product, StockCounter::OnHand, gone, false);
                parts(post, product, (*kind).into(), gone, false);
                parts(post, product, (*kind).into(), released, false);
                waits(post, product, backordered.negated());
            }
            _ => {}
        }
    }

    /// The product that the event is about; absent for an event about a reservation alone, or about none.
    #[must_use]
    pub fn product(&self) -> Option<&ProductId> {
        match self {
            Self::Expected(supply) => Some(&supply.product),
            Self::Corrected(corrected) => Some(&corrected.product),
            Self::Received { product, .. }
            | Self::Counted { product, .. }
            | Self::Issued { product, .. }
            | Self::Moved { product, .. }
            | Self::Regraded { product, .. }
            | Self::OwnerChanged { product, .. }
            | Self::LotDescribed { product, .. }
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
            Self::Extended { .. } | Self::Swept { .. } | Self::Reconciled { .. } | Self::QuotaCorrected(_) | Self::Refused { .. } => None,
        }
    }
}

fn goods<'e>(
    product: &'e ProductId,
    quantity: Quantity,
    lot: Option<&'e LotId>,
    serials: &'e [SerialId],
    owner: Option<&'e OwnerId>,
) -> Goods<'e> {
    Goods { product, quantity, lot, serials, owner }
}
