//! Stock: what is there, what is held for whom, and what can still be promised.
//!
//! Invariants: the counters of a position are the sum of a signed ledger and nothing else; what is held never exceeds what is there,
//! unless a count has found less, which a `shortage_found` event says; what waits for stock is never more than may; a reservation is resolved once; the same command does the same
//! thing once; as time goes on, holds end and none comes back.
//!
//! | item | what it is |
//! |---|---|
//! | [`InventoryDef`] | what a rule author writes: locations, safety stock, how long soft holds last |
//! | [`compile`] | checks the definition and makes an [`Inventory`] of it |
//! | [`StockState`] | counters by position, reservations, handled commands |
//! | [`decide`] | judges a [`StockAction`]: receive, count, issue, move, regrade, reserve, commit, release, extend, expire, fill; expect, reschedule, cancel |
//! | [`evolve()`] | folds a [`StockEvent`] into a state |
//! | [`plan_reservation`] | which location gives what for the lines of a document; holds nothing |
//! | [`plan_wave`] | the same for many orders, the highest priority first |
//! | [`propose_supply`] | what to make and to buy for lines that stock cannot give, and when; orders nothing |
//! | [`propose_reorders`] | what to order so that products stay in stock, and the projected stock of each day; orders nothing |
//! | [`check_stock_levels`] | the products of which little is available |
//! | [`plan_sourcing`] | which locations ship what of an order, by a policy; holds nothing |
//! | [`availability`] | how much of a product can be reserved at a moment |
//! | [`share_out`] | who gets how much of a scarce quantity |
//! | [`promise()`] | when each line of a document can be had, from what is there and what is on its way |
//! | [`project`] | what of a product can be promised, day by day |
//! | [`check_quota`] | how much its quotas allow of each line |
//! | [`replan`] | who holds how much when there is less, or more, than was promised |
//! | [`plan_substitutes`] | what is delivered in the place of what is not there |
//! | [`list_reservations`] | what has become of reservations, as people speak of them |
//! | [`reconcile`] | proves that the counters are what ledger and reservations say |

mod action;
mod availability;
mod batch;
mod compile;
mod correction;
mod decide;
mod def;
mod dimensions;
mod event;
mod evolve;
mod expected;
mod form;
mod item;
mod keys;
mod kit;
mod ledger;
mod lot;
mod missed;
mod movement;
mod part;
mod plan;
mod promise;
mod quota;
mod reconcile;
mod removal;
mod replan;
mod replenish;
mod request;
mod reservation;
mod rows;
mod scarcity;
mod scope;
mod sourcing;
mod state;
mod substitute;
mod supply;
#[cfg(test)]
mod tests;
mod waiting;
mod wave;

pub use action::{
    ChangeOwner, CommitRemainder, CommitStock, ComponentFrom, DescribeLot, ExtendReservation, FillBackorders, FillOrder, FirmReservation,
    MoveStock, ReceiveStock, RegradeStock, ReleaseStock, ReservationKind, ReserveAllow, ReserveStock, StockAction, StockMovement,
    TransferReservation, UncommitStock, UpdateReservation,
};
pub use availability::{Availability, AvailabilityQuery, LocationAvailability, LotAvailability, Sellable, availability, availability_of};
pub use compile::{Inventory, compile};
pub use correction::{CounterCorrected, QuotaCorrected};
pub use decide::{decide, decide_on};
pub use def::{Backorder, InventoryDef, LocationDef, OwnSoftHolds, ProductStockDef, SafetyStockDef};
pub use dimensions::{StockDimensions, StockStatus, Tracking};
pub use event::StockEvent;
pub use evolve::evolve;
pub use expected::{CancelSupply, ExpectSupply, ExpectedSupply, RescheduleSupply, SupplyKind, SupplyPeg, SupplyRemainder};
pub use keys::{ProductVersion, StockDecision, StockReads};
pub use kit::{KitAvailability, KitComponent, KitDef, KitPart, KitShipping, PlannedComponent};
pub use ledger::{LedgerEntry, StockCounter};
pub use lot::{LotFacts, StockLot};
pub use part::StockPart;
pub use plan::{Demand, DemandLine, PlannedLine, ReservationPlan, plan_reservation};
pub use promise::{
    CalendarDef, ConfirmationRule, DatedDemand, Nearest, Overcommitted, Peg, PegSource, Projection, ProjectionDay, ProjectionRequest,
    Promisable, PromiseDef, PromiseLine, PromiseMethod, PromisePlan, PromiseRequest, PromiseScope, PromisedComponent, PromisedLine,
    ScheduleLine, project, promise,
};
pub use quota::{
    CheckQuotaRequest, QuotaCapDef, QuotaClaim, QuotaClaimPeriod, QuotaDatedDef, QuotaDef, QuotaDraw, QuotaDrawnBy, QuotaGroupDef,
    QuotaLine, QuotaOthers, QuotaPeriod, QuotaPlan, QuotaPlanLine, QuotaProductDef, QuotaUse, QuotaVersion, QuotaWindow, check_quota,
};
pub use reconcile::{QuotaDifference, ReconcileSource, Reconciliation, StockDifference, reconcile};
pub use removal::{ConsignedStock, ExpiredLots, LotMatch, PassedOver, RemovalDef, RemovalStrategy, RemovalTerms, UndatedStock};
pub use replan::{
    ReallocateStock, ReallocatedPart, Reallocation, ReplanClaim, ReplanCondition, ReplanConfirmation, ReplanDemand, ReplanLine, ReplanPlan,
    ReplanRequest, ReplanSegmentDef, ReplanSort, ReplanStrategy, replan,
};
pub use replenish::{
    BillComponentDef, BillDef, ForecastDemand, LeadTime, LotDef, MinMaxDef, PeriodicDef, PhantomUse, ProjectedStock, ProposalComponent,
    ProposalPeg, ProposeReordersRequest, ProposeSupplyRequest, ReorderDef, ReorderDemand, ReorderPlan, ReorderPointDef, ReorderProposal,
    ReorderReason, ReorderRow, ReplenishDef, StockAlertDef, StockLevels, StockLevelsRequest, SuppliedLine, SupplyDemand, SupplyLine,
    SupplyMethod, SupplyOrigin, SupplyPegTo, SupplyPlan, SupplyProposal, SupplySource, check_stock_levels, propose_reorders,
    propose_reorders_request, propose_supply, propose_supply_request,
};
pub use request::{
    AvailabilityRequest, DecideStockRequest, EvolveStockRequest, PlanReservationRequest, PlanWaveRequest, ReconcileStockRequest,
    availability_request, decide_request, evolve_all, plan_request, reconcile_request, wave_request,
};
pub use reservation::{
    ListReservationsRequest, Reservation, ReservationList, ReservationPart, ReservationState, ReservationStatus, ReservationView,
    list_reservations,
};
pub use scarcity::{Share, ShareDemand, ShareEntry, ShareOutRequest, SharePlan, ShareStep, SharingDef, SharingMethod, share_out};
pub use sourcing::{
    CandidateVerdict, FromSupply, ObjectiveValue, PlanSourcingRequest, PlannedShipment, Relax, ShipmentLine, SourcedLine, SourcingBound,
    SourcingCandidate, SourcingConstraint, SourcingDef, SourcingDemand, SourcingFactsDef, SourcingLine, SourcingObjection,
    SourcingObjective, SourcingPlan, SourcingReserve, SourcingSearch, SourcingStrategy, SplitDef, plan_sourcing, plan_sourcing_request,
};
pub use state::{StockPosition, StockState, StockedProduct};
pub use substitute::{
    FulfilledAs, InsteadOf, PlanSubstitutesRequest, RejectedSubstitute, SubstituteDef, SubstituteDemand, SubstituteLine, SubstitutePlan,
    SubstitutePrice, SubstituteRatio, plan_substitutes,
};
pub use wave::{PlannedOrder, Wave, WaveOrder, WavePlan, plan_wave};
