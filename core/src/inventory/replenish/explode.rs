//! Net requirements, level by level: what is needed takes what there is, the rest becomes orders, and orders need components.

use super::super::compile::Inventory;
use super::super::reservation::{Reservation, ReservationStatus};
use super::super::state::StockState;
use super::super::supply::Supply;
use super::compile::{Item, Replenish, Rule};
use super::def::SupplyMethod;
use super::net::{Need, NeedOf, Order};
use super::request::{SupplyDemand, out_of_time};
use crate::id::{DemandId, Map, ProductId, ReservationId, Set, SupplyId};
use crate::money::ArithmeticError;
use crate::quantity::Quantity;
use crate::report::{Diagnostic, Error, LimitCode, Path};
use crate::sort;
use crate::time::{Date, TimeError, Workdays};

/// How many needs and orders a plan may have.
pub(super) const MOST: usize = 100_000;

/// A plan in the making.
pub(super) struct Planner<'a> {
    inventory: &'a Inventory,
    state: &'a StockState,
    pub demand: &'a SupplyDemand,
    pub days: Workdays,
    pub today: Date,
    /// By number: the rulebook's products, then those that it says nothing about.
    pub products: Set<&'a ProductId>,
    /// By number: the demands of the lines, then those for which supplies are on their way.
    pub roots: Set<&'a DemandId>,
    /// What is on its way of the products that matter, in order of day and id.
    pub incoming: Vec<Incoming<'a>>,
    /// The places of `incoming`, by product.
    pub incoming_of: Map<usize, Vec<usize>>,
    reserved: Map<(&'a str, &'a ProductId), Held>,
    /// The reservations of the lines' demands, by product.
    own: Map<&'a ProductId, Vec<ReservationId>>,
    pub needs: Vec<Need>,
    /// The numbers of the needs, by product.
    pub needs_of: Vec<Vec<usize>>,
    pub orders: Vec<Order>,
    /// Whether a product goes into what the lines need, by number.
    matters: Vec<bool>,
    /// The earliest day for a new order of each product if stock gave nothing; none when it cannot be ordered.
    earliest: Vec<Option<Date>>,
}

/// What is on its way.
pub(super) struct Incoming<'a> {
    pub id: &'a SupplyId,
    pub product: usize,
    /// Not before today.
    pub due: Date,
    pub quantity: Quantity,
    pub root: Option<usize>,
    /// The day on which its demand needs it, when that is told: its components keep their place in the queue though it is late.
    needed_on: Option<Date>,
}

/// What is reserved of a product for a demand.
#[derive(Default)]
struct Held {
    open: Quantity,
    committed: Quantity,
}

impl<'a> Planner<'a> {
    /// Plans: numbers what matters, takes and orders level by level, and settles the dates from the components up.
    pub fn plan(inventory: &'a Inventory, state: &'a StockState, demand: &'a SupplyDemand, days: Workdays) -> Result<Self, Error> {
        let mut planner = Self {
            inventory,
            state,
            demand,
            days,
            today: demand.at.date(),
            products: inventory.replenish().items.keys().collect(),
            roots: demand.lines.iter().map(|line| &line.demand).collect(),
            incoming: Vec::new(),
            incoming_of: Map::default(),
            reserved: Map::default(),
            own: Map::default(),
            needs: Vec::new(),
            needs_of: Vec::new(),
            orders: Vec::new(),
            matters: Vec::new(),
            earliest: Vec::new(),
        };
        // 1. What the lines need, and what may go into it.
        planner.add_lines()?;
        planner.find_what_matters();
        planner.find_earliest().map_err(|error| out_of_time(&error))?;
        // 2. What is there and on its way, and what the orders on their way still need.
        planner.find_reserved();
        planner.find_incoming();
        planner.add_needs_of_incoming()?;
        // 3. Level by level: take, order, explode.
        for product in planner.in_order() {
            planner.cover(product)?;
        }
        // 4. From the components up: when each order can start.
        planner.schedule().map_err(|error| out_of_time(&error))?;
        planner.peg();
        Ok(planner)
    }

    fn rules(&self) -> &'a Replenish {
        self.inventory.replenish()
    }

    pub fn item(&self, product: usize) -> Option<&'a Item> {
        self.rules().items.get_index(product).map(|(_, item)| item)
    }

    pub fn rule(&self, product: usize) -> Option<&'a Rule> {
        self.item(product).and_then(|item| item.rule.as_ref())
    }

    fn method(&self, product: usize) -> Option<SupplyMethod> {
        self.rule(product).map(|rule| rule.method)
    }

    fn add_lines(&mut self) -> Result<(), Error> {
        let mut sorted: Vec<_> = self.demand.lines.iter().enumerate().collect();
        sort::by(&mut sorted, |(_, one), (_, other)| (one.wanted_on, &one.demand).cmp(&(other.wanted_on, &other.demand)));
        for (number, line) in sorted {
            let product = self.products.insert_full(&line.product).0;
            self.add_need(Need::new(NeedOf::Line(number), product, line.wanted_on, line.quantity, Some(number), false))?;
        }
        Ok(())
    }

    /// Marks the products of the lines, all that goes into them, and phantoms through which other orders need the same.
    fn find_what_matters(&mut self) {
        let mut matters = vec![false; self.products.len()];
        for need in &self.needs {
            mark(&mut matters, need.product);
        }
        self.mark_components(&mut matters);
        for product in self.rules().order.iter().rev().copied().filter(|product| self.method(*product) == Some(SupplyMethod::Phantom)) {
            if self.components(product).any(|component| is_marked(&matters, component)) {
                mark(&mut matters, product);
            }
        }
        self.mark_components(&mut matters);
        self.matters = matters;
    }

    fn mark_components(&self, matters: &mut [bool]) {
        for product in &self.rules().order {
            if is_marked(matters, *product) && self.is_made(*product) {
                self.components(*product).for_each(|component| mark(matters, component));
            }
        }
    }

    fn is_made(&self, product: usize) -> bool {
        self.method(product).is_some_and(|method| method != SupplyMethod::Buy)
    }

    fn components(&self, product: usize) -> impl Iterator<Item = usize> + use<'a> {
        let bill = self.item(product).and_then(|item| item.bill.as_ref());
        bill.into_iter().flat_map(|bill| &bill.components).map(|component| component.item)
    }

    fn find_earliest(&mut self) -> Result<(), TimeError> {
        self.earliest = vec![None; self.products.len()];
        for product in self.rules().order.iter().rev().copied().filter(|product| is_marked(&self.matters, *product)) {
            let Some(rule) = self.rule(product) else { continue };
            let mut ready = Some(self.today);
            if self.is_made(product) {
                for component in self.components(product) {
                    let earliest = self.earliest.get(component).copied().flatten();
                    ready = ready.zip(earliest).map(|(one, other)| one.max(other));
                }
            }
            let Some(ready) = ready else { continue };
            let start = rule.lead_time.start_at(ready, &self.days)?;
            let due = rule.lead_time.due(start, &self.days)?;
            if let Some(slot) = self.earliest.get_mut(product) {
                *slot = Some(due);
            }
        }
        Ok(())
    }

    fn find_reserved(&mut self) {
        for reservation in self.state.reservations() {
            let held = self.reserved.entry((reservation.demand.as_str(), &reservation.product)).or_default();
            held.committed = held.committed.saturating_add(reservation.committed());
            if reservation.status_at(self.demand.at) == ReservationStatus::Open {
                held.open = held.open.saturating_add(held_by(reservation));
            }
            if self.roots.contains(&reservation.demand) {
                self.own.entry(&reservation.product).or_default().push(reservation.id.clone());
            }
        }
    }

    /// The supplies of the state and of the request that arrive where stock may be used.
    fn find_incoming(&mut self) {
        let known = self.state.supplies().filter(|supply| supply.open.is_positive());
        let known = known.map(|supply| (&supply.id, &supply.product, &supply.location, supply.due, supply.open, &supply.pegged_to));
        let told = self.demand.supplies.iter();
        let told = told.map(|supply| (&supply.id, &supply.product, &supply.location, supply.due, supply.quantity, &supply.pegged_to));
        for (id, product, location, due, quantity, pegged_to) in known.chain(told) {
            let Some(product) = self.products.get_index_of(product).filter(|_| self.inventory.is_active(location)) else { continue };
            let feeds = self.is_made(product) && self.components(product).any(|component| is_marked(&self.matters, component));
            if is_marked(&self.matters, product) || feeds {
                let root = pegged_to.as_ref().map(|peg| self.roots.insert_full(&peg.demand).0);
                let needed_on = pegged_to.as_ref().and_then(|peg| peg.needed_on);
                self.incoming.push(Incoming { id, product, due: due.max(self.today), quantity, root, needed_on });
            }
        }
        sort::by(&mut self.incoming, |one, other| (one.due, one.id).cmp(&(other.due, other.id)));
        for (number, supply) in self.incoming.iter().enumerate() {
            self.incoming_of.entry(supply.product).or_default().push(number);
        }
    }

    /// What is being made on its way to stock needs its components, unless they were taken out of stock.
    fn add_needs_of_incoming(&mut self) -> Result<(), Error> {
        let started: Set<&SupplyId> = self.demand.started.iter().collect();
        for number in 0..self.incoming.len() {
            let Some(supply) = self.incoming.get(number).filter(|supply| !started.contains(supply.id)) else { continue };
            let (product, quantity, root) = (supply.product, supply.quantity, supply.root);
            let Some(rule) = self.rule(product) else { continue };
            if !matches!(rule.method, SupplyMethod::MakeToOrder | SupplyMethod::AssembleToOrder) {
                continue;
            }
            let needed_on = supply.needed_on.map_or(supply.due, |on| on.min(supply.due));
            let start = rule.lead_time.start_for(needed_on, &self.days).map_err(|error| out_of_time(&error))?;
            let dedicated = rule.method == SupplyMethod::MakeToOrder;
            self.need_components(NeedOf::Expected(number), product, quantity, start, root, dedicated)?;
        }
        Ok(())
    }

    /// Adds what an order needs of each component, on the day on which it starts.
    pub fn need_components(
        &mut self,
        of: NeedOf,
        product: usize,
        quantity: Quantity,
        start: Date,
        root: Option<usize>,
        dedicated: bool,
    ) -> Result<(), Error> {
        let Some(bill) = self.item(product).and_then(|item| item.bill.as_ref()) else { return Ok(()) };
        for component in &bill.components {
            if !is_marked(&self.matters, component.item) {
                continue;
            }
            let needed = bill.need(component, quantity).map_err(overflow)?;
            self.add_need(Need::new(of, component.item, start.max(self.today), needed, root, dedicated))?;
        }
        Ok(())
    }

    /// The products that matter, each before what goes into it.
    fn in_order(&self) -> Vec<usize> {
        let unruled = self.rules().items.len()..self.products.len();
        self.rules().order.iter().copied().filter(|product| is_marked(&self.matters, *product)).chain(unruled).collect()
    }

    pub fn earliest(&self, product: usize) -> Option<Date> {
        self.earliest.get(product).copied().flatten()
    }

    /// What is available of a product at the moment of the plan, without what the lines' own reservations hold or wait for.
    pub fn available(&self, product: usize) -> Quantity {
        let Some(product) = self.products.get_index(product) else { return Quantity::ZERO };
        if !self.inventory.is_tracked(product) {
            return Quantity::MAX;
        }
        let own = self.own.get(product).map(Vec::as_slice).unwrap_or_default();
        let mut stock = Supply::at(self.inventory, self.state, self.demand.at).without(own).by_priority();
        let held =
            own.iter().filter_map(|id| self.state.reservation(id)).filter(|own| own.status_at(self.demand.at) == ReservationStatus::Open);
        stock.available(product).saturating_sub(held.map(held_by).sum()).or_zero()
    }

    /// How much is reserved for a need: for a line what is held; for a supply also what has left for it.
    pub fn reserved(&self, need: &Need) -> Quantity {
        let Some(product) = self.products.get_index(need.product) else { return Quantity::ZERO };
        let (demand, in_work) = match need.of {
            NeedOf::Line(_) => (need.root.and_then(|root| self.roots.get_index(root)).map(|demand| demand.as_str()), false),
            NeedOf::Expected(number) => (self.incoming.get(number).map(|supply| supply.id.as_str()), true),
            NeedOf::Order(_) => (None, false),
        };
        let held = demand.and_then(|demand| self.reserved.get(&(demand, *product)));
        held.map_or(Quantity::ZERO, |held| if in_work { held.open.saturating_add(held.committed) } else { held.open })
    }

    pub fn add_order(&mut self, order: Order) -> Result<usize, Error> {
        if self.orders.len() == MOST {
            return Err(too_many());
        }
        self.orders.push(order);
        Ok(self.orders.len().saturating_sub(1))
    }

    /// How many more orders there may be.
    pub fn room(&self) -> usize {
        MOST.saturating_sub(self.orders.len())
    }

    fn add_need(&mut self, need: Need) -> Result<(), Error> {
        if self.needs.len() == MOST {
            return Err(too_many());
        }
        if self.needs_of.len() <= need.product {
            self.needs_of.resize(need.product.saturating_add(1), Vec::new());
        }
        if let Some(numbers) = self.needs_of.get_mut(need.product) {
            numbers.push(self.needs.len());
        }
        self.needs.push(need);
        Ok(())
    }
}

/// What is held, without what still waits for stock.
fn held_by(reservation: &Reservation) -> Quantity {
    reservation.parts.iter().map(|part| part.open).sum()
}

fn mark(marks: &mut [bool], product: usize) {
    if let Some(mark) = marks.get_mut(product) {
        *mark = true;
    }
}

fn is_marked(marks: &[bool], product: usize) -> bool {
    marks.get(product).copied().unwrap_or(false)
}

pub(super) fn too_many() -> Error {
    let message = format!("the lines need more than {MOST} orders or components; plan fewer lines at a time, or raise the lot sizes");
    Diagnostic::error(LimitCode::TooMany, &Path::ROOT.field("lines"), message).into()
}

pub(super) fn overflow(error: ArithmeticError) -> Error {
    let message = format!("what the lines need cannot be counted: {error}");
    Diagnostic::error(LimitCode::Overflow, &Path::ROOT.field("lines"), message).into()
}
