//! What must be true when the storm is over, whoever was killed in it.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::id::{ProductId, ReservationId};
use dealdesk::inventory::{AvailabilityRequest, StockEvent, StockState, evolve, reconcile};
use dealdesk::quantity::Quantity;
use dealdesk::report::Event;
use dealdesk::{Decimal, Rulebook};

use crate::Result;
use crate::store::Store;
use crate::storm::Told;

/// What was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Every way in which the books are wrong; empty when they are right.
    pub problems: Vec<String>,
    /// How many events there are.
    pub events: usize,
    /// How many reservations were made.
    pub reservations: usize,
    /// How many of them are of a lot, of a kit's component, of what is under a quota.
    pub special: [usize; 3],
    /// How many counts found less than was held.
    pub shortages: usize,
}

/// What the quota of the rulebook allows in a year.
const CAP: u32 = 40;

/// Reads every shelf and every event, and compares them with each other and with what the clients were told.
///
/// # Errors
/// What the database says.
pub fn audit(store: &mut dyn Store, told: &Told, rulebook: &Rulebook) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut orders: BTreeMap<String, Heard> = BTreeMap::new();
    for product in store.products()? {
        let events = store.events(&product)?;
        let shelf = store.read(std::slice::from_ref(&product))?.remove(&product).unwrap_or_default();
        findings.shelf(&product, &shelf, &events);
        findings.history(&product, &events, rulebook);
        for event in &events {
            let heard = orders.entry(event.command.to_string()).or_default();
            heard.products.insert(product.clone());
            heard.refused |= matches!(event.what, StockEvent::Refused { .. });
        }
    }
    findings.orders(told, &orders);
    Ok(findings)
}

/// What the events say of an order.
#[derive(Debug, Default)]
struct Heard {
    products: BTreeSet<ProductId>,
    refused: bool,
}

impl Findings {
    fn wrong(&mut self, product: &ProductId, problem: impl std::fmt::Display) {
        self.problems.push(format!("{product}: {problem}"));
    }

    /// The shelf is what its events make of it, and its counters are what ledger and reservations say.
    fn shelf(&mut self, product: &ProductId, shelf: &StockState, events: &[Event<StockEvent>]) {
        let replayed = events.iter().fold(StockState::default(), evolve);
        if replayed != *shelf {
            self.wrong(product, "the shelf is not what its events make of it");
        }
        let reconciliation = reconcile(shelf, Some(events), true);
        for difference in reconciliation.differences {
            self.wrong(product, format_args!("{difference:?}"));
        }
        for difference in reconciliation.quotas {
            self.wrong(product, format_args!("{difference:?}"));
        }
        self.kits(product, shelf);
        self.reservations += shelf.reservations().count();
        for reservation in shelf.reservations() {
            let open = reservation.open();
            if open.is_negative() {
                self.wrong(product, format_args!("`{}` holds {open}", reservation.id));
            }
        }
    }

    /// Of every kit as much of one component is held, and has left, as of the other.
    fn kits(&mut self, product: &ProductId, shelf: &StockState) {
        let mut kits: BTreeMap<&ReservationId, BTreeSet<[Decimal; 2]>> = BTreeMap::new();
        for reservation in shelf.reservations() {
            let is = [reservation.parts.iter().any(|part| part.lot.is_some()), reservation.kit.is_some(), !reservation.quota.is_empty()];
            self.special.iter_mut().zip(is).for_each(|(count, is)| *count += usize::from(is));
            if let Some(kit) = &reservation.kit {
                let whole = |quantity: Quantity| quantity.to_decimal().checked_div(kit.quantity.to_decimal()).unwrap_or_default();
                kits.entry(&kit.id).or_default().insert([whole(reservation.outstanding()), whole(reservation.committed())]);
            }
        }
        for (kit, counts) in kits.into_iter().filter(|(_, counts)| counts.len() > 1) {
            self.wrong(product, format_args!("the kits of `{kit}` are not whole: {counts:?}"));
        }
    }

    /// No event is missing or stands twice; nothing is ever held that is not there, unless a count has taken it away.
    fn history(&mut self, product: &ProductId, events: &[Event<StockEvent>], rulebook: &Rulebook) {
        let mut state = StockState::default();
        for (index, event) in events.iter().enumerate() {
            self.events += 1;
            if usize::try_from(event.seq) != Ok(index + 1) {
                self.wrong(product, format_args!("event {} stands where {} should", event.seq, index + 1));
            }
            state = evolve(state, event);
            match &event.what {
                StockEvent::Reserved { product: reserved, parts, .. } => {
                    let (state, reserved) = (state.clone(), reserved.clone());
                    let request = AvailabilityRequest { state, product: reserved, at: event.at, removal: None, lots: true };
                    let places = rulebook.availability(&request).locations;
                    for (part, place) in
                        parts.iter().filter_map(|part| Some((part, places.iter().find(|place| place.location == part.location)?)))
                    {
                        // A lot that was counted away beside it does not matter to the one that is held.
                        let too_much = match part.lot {
                            Some(_) => place.lots.iter().any(|lot| lot.stock.lot == part.lot && lot.held > lot.on_hand),
                            None => place.held.saturating_add(place.safety_stock) > place.on_hand,
                        };
                        if too_much {
                            self.wrong(product, format_args!("event {}: more held than there is: {place:?}", event.seq));
                        }
                    }
                }
                StockEvent::ShortageFound { .. } => self.shortages += 1,
                _ => {}
            }
            if let Some(used) = state.consumed().find(|used| used.quantity > CAP.into()) {
                self.wrong(product, format_args!("event {}: {} of the quota `{}`", event.seq, used.quantity, used.quota));
            }
            if let Some(position) = state.positions().iter().find(|position| position.on_hand.is_negative()) {
                self.wrong(product, format_args!("event {}: {} at `{}`", event.seq, position.on_hand, position.location));
            }
        }
    }

    /// Every order that a client was told about is in the books as it was told, and no other.
    fn orders(&mut self, told: &Told, heard: &BTreeMap<String, Heard>) {
        for (order, refused) in &told.answers {
            match heard.get(order) {
                None => self.problems.push(format!("`{order}`: was answered, and no event says so")),
                Some(heard) if heard.refused == refused.is_empty() => {
                    self.problems.push(format!("`{order}`: was told {refused:?}, the events of {:?} say otherwise", heard.products));
                }
                Some(_) => {}
            }
        }
        for order in heard.keys().filter(|order| !told.answers.contains_key(*order)) {
            self.problems.push(format!("`{order}`: stands in the books, and nobody was answered"));
        }
    }
}
