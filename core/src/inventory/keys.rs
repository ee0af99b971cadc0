//! What a decision has read, so that a host can compare and set that alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{ChangeOwner, DescribeLot, MoveStock, RegradeStock, ReserveStock, StockAction, StockMovement};
use super::compile::Inventory;
use super::event::StockEvent;
use super::quota::QuotaVersion;
use super::reservation::Reservation;
use super::state::StockState;
use crate::id::{DemandId, ProductId, QuotaId, ReservationId, Set, SupplyId};
use crate::report::{Event, InventoryCode, Outcome, Refusal};
use crate::sort;
use crate::time::Timestamp;

/// The answer of the stock to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StockDecision {
    /// What became of the command.
    pub outcome: Outcome,
    /// What happened, in order; folding them over the old state gives the new one.
    pub events: Vec<Event<StockEvent>>,
    /// What the decision rests on. While none of it has changed, the same command has the same answer.
    pub reads: StockReads,
}

/// What a decision rests on, besides the commands that were handled before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct StockReads {
    /// The products, each at the version at which it was seen, in order.
    pub products: Vec<ProductVersion>,
    /// The reservations that were looked up by their id, whether they were there or not, in order.
    pub reservations: Vec<ReservationId>,
    /// The expected supplies that were looked up by their id, whether they were there or not, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supplies: Vec<SupplyId>,
    /// The quotas that were drawn on or given back to, each at the version at which it was seen, in order. Several products may share one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<QuotaVersion>,
}

/// A product, and how many events were about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductVersion {
    /// The product.
    pub product: ProductId,
    /// How many events were about it; 0 for one that the stock does not know.
    pub version: u64,
}

/// The keys of a state that an action reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    products: Set<ProductId>,
    reservations: Set<ReservationId>,
    supplies: Set<SupplyId>,
    demands: Set<DemandId>,
    quotas: Set<QuotaId>,
}

impl Keys {
    /// What an action reads, with what ends at its moment.
    pub fn of(action: &StockAction, inventory: &Inventory, state: &StockState, at: Timestamp) -> Self {
        let mut keys = Self::default();
        keys.read(action, inventory, state);
        for due in state.due(at) {
            keys.products.insert(due.product.clone());
            keys.drawn_on(due);
        }
        keys
    }

    pub fn read(&mut self, action: &StockAction, inventory: &Inventory, state: &StockState) {
        match action {
            StockAction::Receive(receive) => {
                self.products.insert(receive.product.clone());
                receive.supply.iter().for_each(|id| self.supply(id, state));
            }
            StockAction::Count(StockMovement { product, .. })
            | StockAction::Issue(StockMovement { product, .. })
            | StockAction::Move(MoveStock { product, .. })
            | StockAction::Regrade(RegradeStock { product, .. })
            | StockAction::ChangeOwner(ChangeOwner { product, .. })
            | StockAction::DescribeLot(DescribeLot { product, .. }) => {
                self.products.insert(product.clone());
            }
            StockAction::Expect(expect) => {
                self.products.insert(expect.product.clone());
                self.supply(&expect.id, state);
            }
            StockAction::Reschedule(reschedule) => self.supply(&reschedule.id, state),
            StockAction::CancelExpected(cancel) => self.supply(&cancel.id, state),
            StockAction::Reserve(reserve) => self.read_reserve(reserve, inventory, state),
            StockAction::Commit(commit) => self.reservation(&commit.id, state),
            StockAction::Release(release) => self.reservation(&release.id, state),
            StockAction::Extend(extend) => self.reservation(&extend.id, state),
            StockAction::Firm(firm) => self.reservation(&firm.id, state),
            StockAction::Transfer(transfer) => self.reservation(&transfer.id, state),
            StockAction::Update(update) => self.reservation(&update.id, state),
            StockAction::Uncommit(uncommit) => self.reservation(&uncommit.id, state),
            StockAction::Reallocate(moves) => moves.reservations.iter().for_each(|moved| self.reservation(&moved.id, state)),
            StockAction::Fill(fill) => {
                self.products.insert(fill.product.clone());
            }
            StockAction::Expire {} => {}
            StockAction::Reconcile { .. } => {
                self.products.extend(state.shelves.keys().cloned());
                self.quotas.extend(state.quotas.versions().map(|seen| seen.quota));
            }
            StockAction::Batch(actions) => actions.iter().for_each(|action| self.read(action, inventory, state)),
        }
    }

    pub fn read_reserve(&mut self, reserve: &ReserveStock, inventory: &Inventory, state: &StockState) {
        let kit = inventory.kit(&reserve.product);
        let inside = kit.into_iter().flat_map(|kit| &kit.components).map(|component| &component.product);
        for product in inside.chain(kit.is_none().then_some(&reserve.product)) {
            self.products.insert(product.clone());
            self.quotas.extend(inventory.quotas().drawn_on(product).cloned());
        }
        self.demands.insert(reserve.demand.clone());
        self.reservation(&reserve.id, state);
        reserve.replaces.iter().for_each(|id| self.reservation(id, state));
    }

    pub fn reservation(&mut self, id: &ReservationId, state: &StockState) {
        self.reservations.insert(id.clone());
        for part in state.held_as(id).filter(|part| *part != id) {
            self.reservation(part, state);
        }
        if let Some(reservation) = state.reservation(id) {
            self.products.insert(reservation.product.clone());
            self.drawn_on(reservation);
        }
    }

    fn drawn_on(&mut self, reservation: &Reservation) {
        self.quotas.extend(reservation.quota.iter().map(|claim| claim.quota.clone()));
    }

    fn supply(&mut self, id: &SupplyId, state: &StockState) {
        self.supplies.insert(id.clone());
        if let Some(supply) = state.supply(id) {
            self.products.insert(supply.product.clone());
        }
    }

    /// The keys as a host compares them.
    pub fn seen(self, state: &StockState) -> StockReads {
        let version = |product: ProductId| ProductVersion { version: state.product_version(&product), product };
        let mut products: Vec<ProductVersion> = self.products.into_iter().map(version).collect();
        sort::by(&mut products, |a, b| a.product.cmp(&b.product));
        let mut reservations: Vec<ReservationId> = self.reservations.into_iter().collect();
        sort::ascending(&mut reservations);
        let mut supplies: Vec<SupplyId> = self.supplies.into_iter().collect();
        sort::ascending(&mut supplies);
        let version = |quota: QuotaId| QuotaVersion { version: state.quotas.version(&quota), quota };
        let mut quotas: Vec<QuotaVersion> = self.quotas.into_iter().map(version).collect();
        sort::by(&mut quotas, |a, b| a.quota.cmp(&b.quota));
        StockReads { products, reservations, supplies, quotas }
    }

    /// The part of a state that these keys name: their products, the reservations of them that count, and those that are named.
    pub fn part_of(&self, state: &StockState, at: Timestamp) -> StockState {
        let (locations, quotas) = (state.locations.clone(), state.quotas.clone());
        let mut part = StockState { version: state.version, locations, quotas, ..StockState::default() };
        for product in &self.products {
            let Some(shelf) = state.shelves.get(product) else { continue };
            part.shelves.insert(product.clone(), shelf.clone());
            let waiting = shelf.waiting.iter().flat_map(|waiting| &waiting.reservations);
            part.adopt(waiting.filter_map(|id| state.reservation(id)));
        }
        part.adopt(state.due(at));
        part.adopt(self.demands.iter().flat_map(|demand| state.soft_holds_of(demand)));
        part.adopt(self.reservations.iter().filter_map(|id| state.reservation(id)));
        // What one supply means to those who wait depends on the others of its product.
        let named = self.supplies.iter().filter_map(|id| state.supply(id));
        let products = self.products.iter().filter(|_| !self.supplies.is_empty());
        let beside = products.flat_map(|product| state.supplies.open(product)).filter_map(|due| state.supplies.numbered(due.supply));
        for supply in named.chain(beside) {
            if part.supply(&supply.id).is_none() {
                part.insert_supply(supply.clone());
            }
        }
        part
    }
}

impl StockState {
    fn adopt<'r>(&mut self, reservations: impl Iterator<Item = &'r Reservation>) {
        for reservation in reservations {
            if self.reservation(&reservation.id).is_none() {
                self.insert(reservation.clone());
            }
        }
    }
}

/// The products that have moved on since the caller saw them, each with both versions.
pub(super) fn moved_on(expected: &[ProductVersion], state: &StockState) -> Vec<Refusal> {
    let stale = expected.iter().filter(|expected| state.product_version(&expected.product) != expected.version);
    let refuse = |expected: &ProductVersion| {
        let ProductVersion { product, version } = expected;
        let actual = state.product_version(product);
        let message = format!("the stock of `{product}` is at version {actual}, not {version}; read it again");
        Refusal::new(InventoryCode::VersionConflict, message)
            .detail("product", product.as_str())
            .detail("expected", crate::Decimal::from(*version))
            .detail("actual", crate::Decimal::from(actual))
    };
    stale.map(refuse).collect()
}
