//! The stock on the wire, and what is refused when it is read.

use std::hash::Hash;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::expected::ExpectedSupply;
use super::ledger::{LedgerEntry, StockCounter};
use super::lot::StockLot;
use super::quota::{QuotaUse, QuotaVersion};
use super::reservation::Reservation;
use super::state::{StockPosition, StockState, StockedProduct};
use crate::id::Set;
use crate::quantity::Quantity;
use crate::report::Memory;

/// The state on the wire.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StockState")]
pub(super) struct StateForm {
    /// The number of the last event.
    #[serde(default)]
    version: u64,
    /// Every position that is not all zero, in order of product, location, and what tells stock apart there.
    #[serde(default)]
    positions: Vec<StockPosition>,
    /// Every product that events were about, in order.
    #[serde(default)]
    products: Vec<StockedProduct>,
    /// Every reservation, in the order in which they were made.
    #[serde(default)]
    reservations: Vec<Reservation>,
    /// Every supply, in the order in which they were first expected.
    #[serde(default)]
    supplies: Vec<ExpectedSupply>,
    /// What reservations have consumed of quotas, in order of quota, group and period.
    #[serde(default)]
    consumed: Vec<QuotaUse>,
    /// Every quota that events were about, in order.
    #[serde(default)]
    quotas: Vec<QuotaVersion>,
    /// Every lot, and every unit that belongs to none, of which something is known, in order of product, lot and serial number.
    #[serde(default)]
    lots: Vec<StockLot>,
    /// The commands that were handled.
    #[serde(default)]
    memory: Memory,
}

#[derive(Serialize)]
struct StateView<'s> {
    version: u64,
    positions: Vec<StockPosition>,
    products: Vec<StockedProduct>,
    reservations: Vec<&'s Reservation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    supplies: Vec<&'s ExpectedSupply>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    consumed: Vec<QuotaUse>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotas: Vec<QuotaVersion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lots: Vec<StockLot>,
    memory: &'s Memory,
}

impl Serialize for StockState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reservations = self.reservations.values().collect();
        let supplies = self.supplies().collect();
        let (positions, products, lots) = (self.positions(), self.products(), self.lots());
        let (consumed, quotas) = (self.quotas.uses().collect(), self.quotas.versions().collect());
        StateView { version: self.version, positions, products, reservations, supplies, consumed, quotas, lots, memory: &self.memory }
            .serialize(serializer)
    }
}

impl TryFrom<StateForm> for StockState {
    type Error = String;

    fn try_from(form: StateForm) -> Result<Self, String> {
        let mut state = Self { version: form.version, memory: form.memory, ..Self::default() };
        state.take_positions(&form.positions)?;
        state.take_products(&form.products)?;
        for reservation in form.reservations {
            if state.reservations.contains_key(&reservation.id) {
                return Err(format!("the reservation `{}` stands in the state twice", reservation.id));
            }
            state.insert(reservation);
        }
        form.lots.into_iter().try_for_each(|lot| state.take_lot(lot))?;
        for supply in form.supplies {
            if state.supply(&supply.id).is_some() {
                return Err(format!("the supply `{}` stands in the state twice", supply.id));
            }
            state.insert_supply(supply);
        }
        form.consumed.into_iter().for_each(|used| state.quotas.consume(used));
        form.quotas.into_iter().for_each(|seen| state.quotas.set_version(seen));
        Ok(state)
    }
}

impl StockState {
    fn take_positions(&mut self, positions: &[StockPosition]) -> Result<(), String> {
        refuse_twice(positions)?;
        for StockPosition { product, location, on_hand, reserved_hard, reserved_soft, lot, serial, status, owner } in positions {
            let (lot, serial, owner) = (lot.as_ref(), serial.as_ref(), owner.as_ref());
            let mut post = |counter: StockCounter, quantity: Quantity| {
                self.post(LedgerEntry { product, location: Some(location), counter, quantity, lot, serial, status: *status, owner });
            };
            post(StockCounter::OnHand, *on_hand);
            for (counter, held) in [(StockCounter::ReservedHard, *reserved_hard), (StockCounter::ReservedSoft, *reserved_soft)] {
                if !held.is_zero() {
                    post(counter, held);
                }
            }
        }
        Ok(())
    }

    fn take_products(&mut self, products: &[StockedProduct]) -> Result<(), String> {
        let mut seen = Set::default();
        for StockedProduct { product, version, backordered } in products {
            if !seen.insert(product) {
                return Err(format!("the product `{product}` stands in the state twice"));
            }
            let shelf = self.shelf_mut(product);
            shelf.version = *version;
            if !backordered.is_zero() {
                shelf.waiting().quantity = *backordered;
            }
        }
        Ok(())
    }

    fn take_lot(&mut self, StockLot { product, lot, serial, facts }: StockLot) -> Result<(), String> {
        if lot.is_some() == serial.is_some() {
            return Err(format!("a lot of `{product}` names both a lot and a serial number, or neither; write one of them"));
        }
        if self.details(&product).is_some_and(|details| details.facts.contains_key(&(lot.clone(), serial.clone()))) {
            return Err(format!("a lot of `{product}` stands in the state twice"));
        }
        self.describe(&product, (lot, serial), facts);
        Ok(())
    }
}

/// Refuses a position that stands there twice. Positions that stand in order, as they are written, are compared with their neighbours
/// alone.
fn refuse_twice(positions: &[StockPosition]) -> Result<(), String> {
    fn place(position: &StockPosition) -> impl Ord + Hash {
        let StockPosition { product, location, lot, serial, status, owner, .. } = position;
        (product, location, lot, serial, *status, owner)
    }
    if positions.is_sorted_by(|one, other| place(one) < place(other)) {
        return Ok(());
    }
    let mut seen = Set::default();
    match positions.iter().find(|position| !seen.insert(place(position))) {
        Some(StockPosition { product, location, .. }) => {
            Err(format!("the position of `{product}` at `{location}` stands in the state twice"))
        }
        None => Ok(()),
    }
}

impl JsonSchema for StockState {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        StateForm::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        StateForm::json_schema(generator)
    }
}
