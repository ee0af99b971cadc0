//! The same functions with one request each, as the door calls them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::StockAction;
use super::availability::{Availability, AvailabilityQuery, availability_of};
use super::compile::Inventory;
use super::decide::decide_on;
use super::def::is_default;
use super::event::StockEvent;
use super::evolve::evolve;
use super::keys::{ProductVersion, StockDecision};
use super::plan::{Demand, ReservationPlan, plan_reservation};
use super::reconcile::{Reconciliation, reconcile};
use super::removal::RemovalTerms;
use super::state::StockState;
use super::wave::{Wave, WavePlan, plan_wave};
use crate::id::ProductId;
use crate::report::{Command, Error, Event, Fingerprint, Path};
use crate::time::Timestamp;

/// A command and the stock that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideStockRequest {
    /// The stock before; left out: nothing.
    #[serde(default)]
    pub state: StockState,
    /// The command.
    pub command: Command<StockAction>,
    /// Products at the versions that the caller has seen; when one of them has moved on, the command is refused and not remembered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<ProductVersion>,
}

/// As [`decide_on`], with paths from the whole request.
///
/// # Errors
/// As [`decide_on`].
pub fn decide_request(inventory: &Inventory, rulebook: &Fingerprint, request: &DecideStockRequest) -> Result<StockDecision, Error> {
    decide_on(inventory, rulebook, &request.state, &request.command, &request.expected)
        .map_err(|error| error.below(&Path::ROOT.field("command")))
}

/// Events and the stock before them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvolveStockRequest {
    /// The stock before; left out: nothing.
    #[serde(default)]
    pub state: StockState,
    /// What has happened since, in order.
    pub events: Vec<Event<StockEvent>>,
}

/// The stock after all events.
#[must_use]
pub fn evolve_all(request: EvolveStockRequest) -> StockState {
    request.events.iter().fold(request.state, evolve)
}

/// A demand and the stock that it is to be met from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanReservationRequest {
    /// The stock.
    pub state: StockState,
    /// What is needed.
    pub demand: Demand,
}

/// As [`plan_reservation`], with paths from the whole request.
///
/// # Errors
/// As [`plan_reservation`].
pub fn plan_request(inventory: &Inventory, request: &PlanReservationRequest) -> Result<ReservationPlan, Error> {
    plan_reservation(inventory, &request.state, &request.demand).map_err(|error| error.below(&Path::ROOT.field("demand")))
}

/// Orders and the stock that they are to be met from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanWaveRequest {
    /// The stock.
    pub state: StockState,
    /// The orders.
    pub wave: Wave,
}

/// As [`plan_wave`], with paths from the whole request.
///
/// # Errors
/// As [`plan_wave`].
pub fn wave_request(inventory: &Inventory, request: &PlanWaveRequest) -> Result<WavePlan, Error> {
    plan_wave(inventory, &request.state, &request.wave).map_err(|error| error.below(&Path::ROOT.field("wave")))
}

/// A product and the stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityRequest {
    /// The stock.
    pub state: StockState,
    /// The product.
    pub product: ProductId,
    /// The moment: holds that have ended by then do not count, nor lots that have expired.
    pub at: Timestamp,
    /// On which terms it is to be taken, where they are special.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Box<RemovalTerms>>,
    /// Whether the answer lists what is there lot by lot.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lots: bool,
}

/// As [`availability_of`].
#[must_use]
pub fn availability_request(inventory: &Inventory, request: &AvailabilityRequest) -> Availability {
    let AvailabilityRequest { state, product, at, removal, lots } = request;
    availability_of(inventory, state, AvailabilityQuery { product, at: *at, removal: removal.as_deref(), lots: *lots })
}

/// A state and, when the host has them, all of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconcileStockRequest {
    /// The stock.
    pub state: StockState,
    /// Every event from the first; left out: only the reservations are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Event<StockEvent>>>,
    /// Whether no reservation was ever dropped from the state: then what is consumed of quotas beyond what its reservations have drawn is a
    /// difference too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub all_reservations: bool,
}

/// As [`reconcile`].
#[must_use]
pub fn reconcile_request(request: &ReconcileStockRequest) -> Reconciliation {
    reconcile(&request.state, request.events.as_deref(), request.all_reservations)
}
