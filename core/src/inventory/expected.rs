//! Expected supply: what is on its way, its judging and its place in the state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::ReceiveStock;
use super::decide::{Ground, Verdict, positive, refuse};
use super::event::StockEvent;
use super::missed::{Change, missed};
use super::state::StockState;
use crate::id::{DemandId, LocationId, Map, ProductId, SupplyId};
use crate::limits::Limits;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, InventoryCode, LimitCode, Path, Refusal};
use crate::time::Date;

/// Goods are on their way: a purchase, a production order, a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectSupply {
    /// Names the supply; made by the caller.
    pub id: SupplyId,
    /// The product.
    pub product: ProductId,
    /// Where it will arrive.
    pub location: LocationId,
    /// The day on which it is there to be used.
    pub due: Date,
    /// How much, in the product's unit; above zero.
    pub quantity: Quantity,
    /// How certain it is.
    #[serde(default)]
    pub kind: SupplyKind,
    /// For whom it is made or bought; absent: for anyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pegged_to: Option<SupplyPeg>,
}

/// How certain an expected supply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyKind {
    /// Ordered and confirmed.
    #[default]
    Firm,
    /// Only planned.
    Planned,
}

/// The demand that a supply is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyPeg {
    /// What it is for: a line of an order.
    pub demand: DemandId,
    /// The day on which the demand needs it; absent: on no day in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_on: Option<Date>,
}

/// A supply has another date: it comes later or earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RescheduleSupply {
    /// The supply.
    pub id: SupplyId,
    /// The day on which it is there to be used.
    pub due: Date,
    /// How certain it is now; absent: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SupplyKind>,
}

/// A supply, or a part of it, does not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelSupply {
    /// The supply.
    pub id: SupplyId,
    /// How much does not come; absent: all that is still expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// What becomes of the rest of a supply of which a part has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupplyRemainder {
    /// It is still expected.
    #[default]
    Keep,
    /// It does not come any more.
    Close,
}

impl SupplyRemainder {
    /// Whether the rest is still expected.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        *self == Self::Keep
    }
}

/// A supply and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedSupply {
    /// Names it.
    pub id: SupplyId,
    /// The product.
    pub product: ProductId,
    /// Where it will arrive.
    pub location: LocationId,
    /// The day on which it is there to be used.
    pub due: Date,
    /// How certain it is.
    #[serde(default)]
    pub kind: SupplyKind,
    /// What is still expected.
    pub open: Quantity,
    /// What has come; more than was expected when more came.
    #[serde(default)]
    pub received: Quantity,
    /// What does not come any more.
    #[serde(default)]
    pub cancelled: Quantity,
    /// For whom it is made or bought; absent: for anyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pegged_to: Option<SupplyPeg>,
}

/// Every supply, and those that are still open by product and day.
#[derive(Debug, Clone, Default)]
pub(super) struct Supplies {
    all: Map<SupplyId, ExpectedSupply>,
    /// By product: what is still open, in order of day and id.
    open: Map<ProductId, Vec<Due>>,
}

/// An open supply, with all that a promise asks of it.
#[derive(Debug, Clone)]
pub(super) struct Due {
    /// Its id, which a promise names for each supply that it takes from.
    pub id: SupplyId,
    pub day: Date,
    pub kind: SupplyKind,
    pub pegged: bool,
    /// The number of its location in the state.
    pub location: usize,
    pub quantity: Quantity,
    /// Its number among all supplies.
    pub supply: usize,
}

impl Supplies {
    pub fn get(&self, id: &SupplyId) -> Option<&ExpectedSupply> {
        self.all.get(id)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ExpectedSupply> {
        self.all.values()
    }

    /// The supply of that number.
    pub fn numbered(&self, number: usize) -> Option<&ExpectedSupply> {
        self.all.get_index(number).map(|(_, supply)| supply)
    }

    /// What is still expected of a product, in order of day and id.
    pub fn open(&self, product: &ProductId) -> &[Due] {
        self.open.get(product).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a supply; `location` is the number of its location in the state.
    pub fn insert(&mut self, supply: ExpectedSupply, location: usize) {
        let id = supply.id.clone();
        let number = self.all.insert_full(id, supply).0;
        self.list(number, location);
    }

    /// Changes a supply and keeps the list of the open ones in order.
    pub fn change(&mut self, id: &SupplyId, change: impl FnOnce(&mut ExpectedSupply)) {
        let Some(number) = self.all.get_index_of(id) else { return };
        let Some((_, supply)) = self.all.get_index_mut(number) else { return };
        let product = supply.product.clone();
        change(supply);
        let Some(open) = self.open.get_mut(&product) else { return };
        let Some(listed) = open.iter().position(|due| due.supply == number) else { return };
        let before = open.remove(listed);
        self.list(number, before.location);
    }

    /// Puts an open supply in its place among those of its product.
    fn list(&mut self, number: usize, location: usize) {
        let Some((id, supply)) = self.all.get_index(number) else { return };
        if !supply.open.is_positive() {
            return;
        }
        let pegged = supply.pegged_to.is_some();
        let due = Due { id: id.clone(), day: supply.due, kind: supply.kind, pegged, location, quantity: supply.open, supply: number };
        let open = self.open.entry(supply.product.clone()).or_default();
        let earlier = |other: &Due| (other.day, &other.id) < (supply.due, id);
        let place = open.partition_point(earlier);
        open.insert(place, due);
    }
}

impl PartialEq for Supplies {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl StockState {
    /// The supply of that id, open or not.
    #[must_use]
    pub fn supply(&self, id: &SupplyId) -> Option<&ExpectedSupply> {
        self.supplies.get(id)
    }

    /// Every supply, in the order in which they were first expected.
    pub fn supplies(&self) -> impl ExactSizeIterator<Item = &ExpectedSupply> {
        self.supplies.iter()
    }

    /// What is still expected of a product, in order of day and id.
    pub fn expected(&self, product: &ProductId) -> impl Iterator<Item = &ExpectedSupply> {
        self.supplies.open(product).iter().filter_map(|due| self.supplies.numbered(due.supply))
    }

    pub(super) fn insert_supply(&mut self, supply: ExpectedSupply) {
        let location =
            self.locations.get_index_of(&supply.location).unwrap_or_else(|| self.locations.insert_full(supply.location.clone()).0);
        self.supplies.insert(supply, location);
    }
}

/// Refusals: supply exists.
pub(super) fn expect(ground: &Ground<'_>, expect: &ExpectSupply, path: &Path<'_>) -> Verdict {
    positive(expect.quantity, path)?;
    ground.known_location(&expect.location, path)?;
    room_for_one_more(ground, path)?;
    if ground.state.supply(&expect.id).is_some() {
        let message = format!("the supply `{}` exists; reschedule it, or give the new one its own id", expect.id);
        return Ok(Err(refuse(InventoryCode::SupplyExists, message).detail("supply", expect.id.as_str())));
    }
    Ok(Ok(vec![StockEvent::Expected(Box::new(expect.clone()))]))
}

fn room_for_one_more(ground: &Ground<'_>, path: &Path<'_>) -> Result<(), Error> {
    let most = Limits::default().state_entries;
    if ground.state.supplies().len() < most {
        return Ok(());
    }
    let message = format!("the stock knows {most} supplies, and more are not kept in one state; drop those that have come, or split it");
    Err(Diagnostic::error(LimitCode::TooMany, path, message).into())
}

/// A new date is a fact: it is accepted even when it breaks what was promised, and says so. Refusals, in order: unknown supply,
/// supply closed.
pub(super) fn reschedule(ground: &Ground<'_>, reschedule: &RescheduleSupply) -> Result<Vec<StockEvent>, Refusal> {
    let supply = open_supply(ground, &reschedule.id)?;
    let moved = StockEvent::Rescheduled {
        id: supply.id.clone(),
        product: supply.product.clone(),
        before: supply.due,
        due: reschedule.due,
        kind: reschedule.kind.unwrap_or(supply.kind),
    };
    let later = reschedule.due > supply.due;
    let needed_on = supply.pegged_to.as_ref().and_then(|peg| peg.needed_on);
    let too_late = later && needed_on.is_some_and(|needed_on| reschedule.due > needed_on);
    let short = too_late.then(|| shortage(supply, supply.open, Some(reschedule.due))).flatten();
    let missed = if later { missed(ground, supply, Change::Later(reschedule.due)) } else { Vec::new() };
    Ok(std::iter::once(moved).chain(short).chain(missed).collect())
}

/// Refusals, in order: unknown supply, supply closed, exceeds supply.
pub(super) fn cancel(ground: &Ground<'_>, cancel: &CancelSupply, path: &Path<'_>) -> Verdict {
    if let Some(quantity) = cancel.quantity {
        positive(quantity, path)?;
    }
    Ok(cancel_open(ground, cancel))
}

fn cancel_open(ground: &Ground<'_>, cancel: &CancelSupply) -> Result<Vec<StockEvent>, Refusal> {
    let supply = open_supply(ground, &cancel.id)?;
    let quantity = cancel.quantity.unwrap_or(supply.open);
    if quantity > supply.open {
        let message = format!("the supply `{}` is still expected with {}, not {quantity}; cancel at most that", supply.id, supply.open);
        return Err(refuse(InventoryCode::ExceedsSupply, message)
            .detail("supply", supply.id.as_str())
            .detail("requested", quantity.to_decimal())
            .detail("available", supply.open.to_decimal()));
    }
    let cancelled = StockEvent::ExpectedCancelled {
        id: supply.id.clone(),
        product: supply.product.clone(),
        location: supply.location.clone(),
        quantity,
    };
    let missed = missed(ground, supply, Change::Less(quantity));
    Ok(std::iter::once(cancelled).chain(shortage(supply, quantity, None)).chain(missed).collect())
}

/// What a receipt means for the supply that it is of. More than was expected is taken, and so is what comes after it was cancelled:
/// it is there. Refusals, in order: unknown supply, another product.
pub(super) fn arrive(ground: &Ground<'_>, receive: &ReceiveStock) -> Result<Vec<StockEvent>, Refusal> {
    let Some(id) = &receive.supply else { return Ok(Vec::new()) };
    let supply = known_supply(ground, id)?;
    if supply.product != receive.product {
        let message = format!("the supply `{id}` is of `{}`, not of `{}`; receive it without the supply", supply.product, receive.product);
        return Err(refuse(InventoryCode::SupplyMismatch, message)
            .detail("supply", id.as_str())
            .detail("product", receive.product.as_str())
            .detail("expected", supply.product.as_str()));
    }
    let rest = supply.open.saturating_sub(receive.quantity).or_zero();
    let closed = if receive.remainder == SupplyRemainder::Close { rest } else { Quantity::ZERO };
    let arrived = StockEvent::SupplyReceived {
        id: id.clone(),
        product: supply.product.clone(),
        location: supply.location.clone(),
        quantity: receive.quantity,
        before: supply.open,
        open: rest.saturating_sub(closed),
    };
    let short = closed.is_positive().then(|| shortage(supply, closed, None)).flatten();
    let missed = if closed.is_positive() { missed(ground, supply, Change::Less(closed)) } else { Vec::new() };
    Ok(std::iter::once(arrived).chain(short).chain(missed).collect())
}

/// What the demand of a pegged supply will miss.
fn shortage(supply: &ExpectedSupply, short: Quantity, until: Option<Date>) -> Option<StockEvent> {
    let peg = supply.pegged_to.as_ref()?;
    Some(StockEvent::ShortageExpected {
        supply: supply.id.clone(),
        product: supply.product.clone(),
        demand: peg.demand.clone(),
        needed_on: peg.needed_on,
        short,
        until,
    })
}

fn known_supply<'s>(ground: &Ground<'s>, id: &SupplyId) -> Result<&'s ExpectedSupply, Refusal> {
    ground.state.supply(id).ok_or_else(|| {
        refuse(InventoryCode::UnknownSupply, format!("no supply `{id}` is expected; expect it first")).detail("supply", id.as_str())
    })
}

fn open_supply<'s>(ground: &Ground<'s>, id: &SupplyId) -> Result<&'s ExpectedSupply, Refusal> {
    let supply = known_supply(ground, id)?;
    if supply.open.is_positive() {
        return Ok(supply);
    }
    let message = format!("of the supply `{id}` nothing is expected any more: {} came, {} did not", supply.received, supply.cancelled);
    Err(refuse(InventoryCode::SupplyClosed, message)
        .detail("supply", id.as_str())
        .detail("received", supply.received.to_decimal())
        .detail("cancelled", supply.cancelled.to_decimal()))
}
