//! Proves that the counters are what the ledger and the reservations say.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::correction::{CounterCorrected, QuotaCorrected};
use super::dimensions::StockDimensions;
use super::event::StockEvent;
use super::evolve::evolve;
use super::ledger::{LedgerEntry, StockCounter};
use super::quota::{QuotaClaim, QuotaUse};
use super::reservation::ReservationStatus;
use super::state::{Counters, StockState};
use crate::id::{LocationId, ProductId, QuotaGroupId, QuotaId};
use crate::quantity::Quantity;
use crate::report::Event;
use crate::sort;
use crate::time::Date;

/// Whether a state is what its history says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reconciliation {
    /// Whether there is no difference.
    pub balanced: bool,
    /// Every counter that differs, in order of product, location and counter.
    pub differences: Vec<StockDifference>,
    /// Every quota of which something else is consumed, in order of quota, group and period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<QuotaDifference>,
    /// The events that put the counters to what the reservations say; the command `reconcile` makes them happen. A counter that the
    /// ledger contradicts is not among them: there the state is not what its events make, and is to be folded anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<StockEvent>,
}

/// A counter that differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StockDifference {
    /// The product.
    pub product: ProductId,
    /// Where; absent for what waits for stock, which lies nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// What is counted.
    pub counter: StockCounter,
    /// What the state says.
    pub counted: Quantity,
    /// What the source says.
    pub expected: Quantity,
    /// The source that says otherwise.
    pub source: ReconcileSource,
    /// What tells it apart.
    #[serde(flatten)]
    pub stock: StockDimensions,
}

/// A period of a quota of which something else is consumed than should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuotaDifference {
    /// The quota.
    pub quota: QuotaId,
    /// The group; absent for everybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<QuotaGroupId>,
    /// The first day of the period.
    pub on: Date,
    /// What the state says.
    pub counted: Quantity,
    /// What the source says.
    pub expected: Quantity,
    /// The source that says otherwise.
    pub source: ReconcileSource,
}

/// What the counters are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReconcileSource {
    /// The open reservations of the state; for quotas all of them, since what has left stays consumed.
    Reservations,
    /// The sum over the events.
    Ledger,
}

/// By product, location, what tells the stock apart, and what is counted.
type Sums = BTreeMap<Key, Quantity>;

type Key = (ProductId, Option<LocationId>, StockDimensions, StockCounter);

/// Compares the counters of a state with its open reservations and, when the host gives all events from the first, with their sum; and what is
/// consumed of quotas with what its reservations have drawn. Those that have left or ended may have been dropped, so that more may be
/// consumed, unless `all_reservations` are there.
#[must_use]
pub fn reconcile(state: &StockState, events: Option<&[Event<StockEvent>]>, all_reservations: bool) -> Reconciliation {
    let counters = counters(state);
    let of_reservations = |counter| !matches!(counter, StockCounter::OnHand | StockCounter::Expected);
    let held = counters.iter().filter(|((.., counter), _)| of_reservations(*counter));
    let held = held.map(|(key, quantity)| (key.clone(), *quantity)).collect();
    let mut differences = compare(&held, &reserved(state), ReconcileSource::Reservations);
    let mut quotas = compare_quotas(&consumed(state), &drawn(state), ReconcileSource::Reservations);
    quotas.retain(|one| all_reservations || one.counted < one.expected);
    if let Some(events) = events {
        differences.extend(compare(&counters, &ledger(events), ReconcileSource::Ledger));
        let replayed = events.iter().fold(StockState::default(), evolve);
        quotas.extend(compare_quotas(&consumed(state), &consumed(&replayed), ReconcileSource::Ledger));
    }
    // The sort keeps the order of what tells the stock apart.
    sort::by(&mut differences, |a, b| (&a.product, &a.location, a.counter, a.source).cmp(&(&b.product, &b.location, b.counter, b.source)));
    sort::by(&mut quotas, |a, b| (&a.quota, &a.group, a.on, a.source).cmp(&(&b.quota, &b.group, b.on, b.source)));
    let mut corrections = proposed(&differences);
    corrections.extend(proposed_quotas(&quotas));
    Reconciliation { balanced: differences.is_empty() && quotas.is_empty(), differences, quotas, corrections }
}

/// What is consumed, by quota, group and first day of the period.
type Uses = BTreeMap<(QuotaId, Option<QuotaGroupId>, Date), Quantity>;

fn consumed(state: &StockState) -> Uses {
    summed(state.quotas.uses())
}

/// What the reservations of a state have drawn.
fn drawn(state: &StockState) -> Uses {
    summed(state.reservations().flat_map(|reservation| &reservation.quota).flat_map(QuotaClaim::uses))
}

fn summed(uses: impl Iterator<Item = QuotaUse>) -> Uses {
    let mut sums = Uses::new();
    for used in uses {
        let sum = sums.entry((used.quota, used.group, used.on)).or_default();
        *sum = sum.saturating_add(used.quantity);
    }
    sums
}

fn compare_quotas(counted: &Uses, expected: &Uses, source: ReconcileSource) -> Vec<QuotaDifference> {
    let missing = expected.keys().filter(|key| !counted.contains_key(*key));
    let of = |uses: &Uses, key| uses.get(key).copied().unwrap_or_default();
    let both = counted.keys().chain(missing).map(|key| (key, of(counted, key), of(expected, key)));
    let differ = both.filter(|(_, counted, expected)| counted != expected);
    let difference = |((quota, group, on), counted, expected): (&(QuotaId, Option<QuotaGroupId>, Date), Quantity, Quantity)| {
        let (quota, group, on) = (quota.clone(), group.clone(), *on);
        QuotaDifference { quota, group, on, counted, expected, source }
    };
    differ.map(difference).collect()
}

/// What puts right what differs from the reservations, unless the ledger contradicts it too.
fn proposed_quotas(differences: &[QuotaDifference]) -> Vec<StockEvent> {
    let contradicted = |one: &QuotaDifference| {
        let same = |other: &&QuotaDifference| (&other.quota, &other.group, other.on) == (&one.quota, &one.group, one.on);
        differences.iter().filter(same).any(|other| other.source == ReconcileSource::Ledger)
    };
    let by_reservations = differences.iter().filter(|one| one.source == ReconcileSource::Reservations);
    let corrected = by_reservations.filter(|one| !contradicted(one)).map(|one| QuotaCorrected {
        quota: one.quota.clone(),
        group: one.group.clone(),
        on: one.on,
        before: one.counted,
        after: one.expected,
    });
    corrected.map(Box::new).map(StockEvent::QuotaCorrected).collect()
}

/// What puts right the counters that differ from the reservations, unless the ledger contradicts them too.
fn proposed(differences: &[StockDifference]) -> Vec<StockEvent> {
    let place = |one: &StockDifference| StockDifference {
        counted: Quantity::ZERO,
        expected: Quantity::ZERO,
        source: ReconcileSource::Ledger,
        ..one.clone()
    };
    let ledger: Vec<StockDifference> = differences.iter().filter(|one| one.source == ReconcileSource::Ledger).map(place).collect();
    let by_reservations = differences.iter().filter(|one| one.source == ReconcileSource::Reservations);
    let trusted = by_reservations.filter(|one| !ledger.contains(&place(one)));
    let corrected = trusted.map(|one| CounterCorrected {
        product: one.product.clone(),
        location: one.location.clone(),
        counter: one.counter,
        before: one.counted,
        after: one.expected,
        lot: one.stock.lot.clone(),
        serial: one.stock.serial.clone(),
        status: one.stock.status,
        owner: one.stock.owner.clone(),
    });
    corrected.map(Box::new).map(StockEvent::Corrected).collect()
}

/// What puts the counters of a state to what its reservations say.
pub(super) fn corrections(state: &StockState, all_reservations: bool) -> Vec<StockEvent> {
    reconcile(state, None, all_reservations).corrections
}

fn counters(state: &StockState) -> Sums {
    let mut sums = Sums::new();
    for (product, shelf) in &state.shelves {
        for (location, counters) in state.locations.iter().zip(&shelf.positions) {
            insert(&mut sums, product, location, &StockDimensions::default(), *counters);
        }
        for ((location, dimensions), counters) in shelf.details.iter().flat_map(|details| &details.positions) {
            if let Some(location) = state.locations.get_index(*location) {
                insert(&mut sums, product, location, dimensions, *counters);
            }
        }
        sums.insert((product.clone(), None, StockDimensions::default(), StockCounter::Backordered), shelf.backordered());
    }
    for supply in state.supplies() {
        let key = (supply.product.clone(), Some(supply.location.clone()), StockDimensions::default(), StockCounter::Expected);
        add(&mut sums, key, supply.open);
    }
    sums
}

fn insert(sums: &mut Sums, product: &ProductId, location: &LocationId, dimensions: &StockDimensions, counters: Counters) {
    for (counter, quantity) in [
        (StockCounter::OnHand, counters.on_hand),
        (StockCounter::ReservedHard, counters.reserved_hard),
        (StockCounter::ReservedSoft, counters.reserved_soft),
    ] {
        sums.insert((product.clone(), Some(location.clone()), dimensions.clone(), counter), quantity);
    }
}

fn reserved(state: &StockState) -> Sums {
    let mut sums = Sums::new();
    for reservation in state.reservations().filter(|reservation| reservation.status == ReservationStatus::Open) {
        for part in reservation.parts.iter().filter(|part| !part.untracked) {
            let dimensions = part.dimensions().unwrap_or_default();
            let key = (reservation.product.clone(), Some(part.location.clone()), dimensions, reservation.kind.into());
            add(&mut sums, key, part.open);
        }
        add(&mut sums, (reservation.product.clone(), None, StockDimensions::default(), StockCounter::Backordered), reservation.backordered);
    }
    sums
}

fn ledger(events: &[Event<StockEvent>]) -> Sums {
    let mut sums = Sums::new();
    for event in events {
        let key = |entry: &LedgerEntry<'_>| {
            (entry.product.clone(), entry.location.cloned(), entry.dimensions().unwrap_or_default(), entry.counter)
        };
        event.what.post(|entry| add(&mut sums, key(&entry), entry.quantity));
    }
    sums
}

fn add(sums: &mut Sums, key: Key, quantity: Quantity) {
    let sum = sums.entry(key).or_default();
    *sum = sum.saturating_add(quantity);
}

fn compare(counted: &Sums, expected: &Sums, source: ReconcileSource) -> Vec<StockDifference> {
    let missing = expected.keys().filter(|key| !counted.contains_key(*key));
    counted
        .keys()
        .chain(missing)
        .map(|key| (key, counted.get(key).copied().unwrap_or_default(), expected.get(key).copied().unwrap_or_default()))
        .filter(|(_, counted, expected)| counted != expected)
        .map(|((product, location, dimensions, counter), counted, expected)| {
            let (product, location, counter, stock) = (product.clone(), location.clone(), *counter, dimensions.clone());
            StockDifference { product, location, counter, counted, expected, source, stock }
        })
        .collect()
}
