//! Projecting stock day by day, and the orders that keep it above its threshold.

use std::collections::BTreeMap;

use super::super::availability::availability;
use super::super::compile::Inventory;
use super::super::state::StockState;
use super::compile::{Item, Rule};
use super::def::SupplyMethod;
use super::explode::{MOST, overflow, too_many};
use super::reorder::ReorderDef;
use super::reorder_plan::{ReorderReason, ReorderRow};
use super::reorder_request::ReorderDemand;
use super::request::out_of_time;
use crate::id::{ProductId, Set, SupplyId};
use crate::quantity::Quantity;
use crate::report::Error;
use crate::time::{Date, TimeError, Workdays};

/// What happens to a product on one day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flow {
    supply: Quantity,
    demand: Quantity,
    proposed: Quantity,
}

/// The days of a product on which something happens.
pub(super) type Flows = BTreeMap<Date, Flow>;

/// An order that the projection asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reorder {
    pub product: usize,
    pub quantity: Quantity,
    pub needed: Quantity,
    pub start: Date,
    pub due: Date,
    pub needed_on: Date,
    pub because: ReorderReason,
}

/// Projections of all products in the making.
pub(super) struct Projector<'a> {
    inventory: &'a Inventory,
    state: &'a StockState,
    request: &'a ReorderDemand,
    days: Workdays,
    today: Date,
    /// By product.
    flows: Vec<Flows>,
    pub reorders: Vec<Reorder>,
}

/// When a new order would come that keeps the stock of a day up.
#[derive(Clone, Copy)]
struct Window {
    start: Date,
    due: Date,
    needed_on: Date,
}

impl<'a> Projector<'a> {
    pub fn new(inventory: &'a Inventory, state: &'a StockState, request: &'a ReorderDemand, days: Workdays) -> Self {
        let flows = vec![Flows::new(); inventory.replenish().items.len()];
        Self { inventory, state, request, days, today: request.at.date(), flows, reorders: Vec::new() }
    }

    /// Projects every product, each before what goes into it.
    pub fn run(&mut self) -> Result<(), Error> {
        self.add_demands();
        self.add_supplies().map_err(|error| out_of_time(&error))??;
        for product in self.inventory.replenish().order.clone() {
            if let Some((rule, policy)) = self.policy(product) {
                self.project(product, rule, policy)?;
            }
        }
        Ok(())
    }

    fn item(&self, product: usize) -> Option<(&'a ProductId, &'a Item)> {
        self.inventory.replenish().items.get_index(product)
    }

    /// How a product is kept in stock, when the request asks for it.
    pub fn policy(&self, product: usize) -> Option<(&'a Rule, ReorderDef)> {
        let (id, item) = self.item(product)?;
        let rule = item.rule.as_ref()?;
        let is_asked = self.request.products.is_empty() || self.request.products.contains(id);
        rule.reorder.filter(|_| is_asked).map(|policy| (rule, policy))
    }

    fn flow(&mut self, product: usize, on: Date) -> Option<&mut Flow> {
        let on = on.max(self.today);
        self.flows.get_mut(product).map(|flows| flows.entry(on).or_default())
    }

    fn add_demand(&mut self, product: usize, on: Date, quantity: Quantity) {
        if let Some(flow) = self.flow(product, on) {
            flow.demand = flow.demand.saturating_add(quantity);
        }
    }

    fn add_demands(&mut self) {
        let request = self.request;
        for demand in &request.demands {
            if let Some(product) = self.inventory.replenish().items.get_index_of(&demand.product) {
                self.add_demand(product, demand.on, demand.quantity);
            }
        }
    }

    /// What is on its way comes on its day; what is made needs its components on the day on which it starts.
    fn add_supplies(&mut self) -> Result<Result<(), Error>, TimeError> {
        let (state, request) = (self.state, self.request);
        let started: Set<&SupplyId> = request.started.iter().collect();
        let known = state.supplies().map(|supply| (&supply.id, &supply.product, &supply.location, supply.due, supply.open));
        let told = request.supplies.iter().map(|supply| (&supply.id, &supply.product, &supply.location, supply.due, supply.quantity));
        for (id, product, location, due, quantity) in known.chain(told).filter(|(.., quantity)| quantity.is_positive()) {
            let Some(product) = self.inventory.replenish().items.get_index_of(product) else { continue };
            if !self.inventory.is_active(location) {
                continue;
            }
            if let Some(flow) = self.flow(product, due) {
                flow.supply = flow.supply.saturating_add(quantity);
            }
            let rule = self.item(product).and_then(|(_, item)| item.rule.as_ref()).filter(|_| !started.contains(id));
            if let Some(rule) = rule {
                let start = rule.lead_time.start_for(due.max(self.today), &self.days)?;
                if let Err(error) = self.need_components(product, rule.method, quantity, start) {
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    fn need_components(&mut self, product: usize, method: SupplyMethod, quantity: Quantity, start: Date) -> Result<(), Error> {
        let bill = self.item(product).and_then(|(_, item)| item.bill.as_ref()).filter(|_| method != SupplyMethod::Buy);
        for component in bill.into_iter().flat_map(|bill| bill.components.iter().map(move |component| (bill, component))) {
            let (bill, component) = component;
            let needed = bill.need(component, quantity).map_err(overflow)?;
            self.add_demand(component.item, start, needed);
        }
        Ok(())
    }

    /// Goes through the days of a product; where the stock would be below its threshold, orders.
    fn project(&mut self, product: usize, rule: &'a Rule, policy: ReorderDef) -> Result<(), Error> {
        let mut balance = self.available(product);
        let mut next = Some(self.today);
        while let Some(day) = next.filter(|day| *day <= self.request.until) {
            balance = balance.saturating_add(self.flows.get(product).and_then(|flows| flows.get(&day)).map(Flow::net).unwrap_or_default());
            let window = self.window(rule, policy, day).map_err(|error| out_of_time(&error))?;
            let position = balance.saturating_add(self.coming(product, day, window.due));
            let needed = self.needed(product, policy, day, window, position);
            if needed.is_positive() {
                let because = ReorderReason { on: day, projected: position, threshold: policy.threshold() };
                let ordered = self.order(product, rule, window, needed, because)?;
                if window.due <= day {
                    balance = balance.saturating_add(ordered);
                }
            }
            next = self.flows.get(product).and_then(|flows| flows.range(day..).map(|(on, _)| *on).find(|on| *on > day));
        }
        Ok(())
    }

    /// When an order would start and come for the stock of a day.
    fn window(&self, rule: &Rule, policy: ReorderDef, day: Date) -> Result<Window, TimeError> {
        let lead = rule.lead_time;
        if let ReorderDef::ReorderPoint(_) = policy {
            let start = lead.start_at(day, &self.days)?;
            let due = lead.due(start, &self.days)?;
            return Ok(Window { start, due, needed_on: due });
        }
        let needed_on = day.add_days(i32::try_from(rule.safety_days).unwrap_or(i32::MAX).saturating_neg())?;
        let start = lead.start_at(lead.start_for(needed_on, &self.days)?.max(self.today), &self.days)?;
        Ok(Window { start, due: lead.due(start, &self.days)?, needed_on })
    }

    /// What comes after a day and no later than a new order would.
    fn coming(&self, product: usize, day: Date, until: Date) -> Quantity {
        let flows = self.flows.get(product);
        let later = flows.into_iter().flat_map(|flows| flows.range(day..)).take_while(|(on, _)| **on <= until).filter(|(on, _)| **on > day);
        later.map(|(_, flow)| flow.supply.saturating_add(flow.proposed)).sum()
    }

    /// How much to order so that the position of a day is what the policy asks for; zero when it is.
    fn needed(&self, product: usize, policy: ReorderDef, day: Date, window: Window, position: Quantity) -> Quantity {
        if position >= policy.threshold() {
            return Quantity::ZERO;
        }
        match policy {
            ReorderDef::MinMax(levels) => levels.maximum.saturating_sub(position),
            ReorderDef::ReorderPoint(level) => level.point.saturating_sub(position).max(level.quantity.unwrap_or_default()),
            ReorderDef::LotForLot {} => position.negated(),
            ReorderDef::Periodic(period) => {
                let days = i32::try_from(period.days).unwrap_or(i32::MAX);
                let last = day.add_days(days.saturating_sub(1)).unwrap_or(self.request.until);
                self.lowest(product, day, last, window.due, position).negated()
            }
        }
    }

    /// The lowest position from a day to another, where what comes until `due` counts from the start.
    fn lowest(&self, product: usize, day: Date, last: Date, due: Date, position: Quantity) -> Quantity {
        let flows = self.flows.get(product);
        let later = flows.into_iter().flat_map(|flows| flows.range(day..)).take_while(|(on, _)| **on <= last).filter(|(on, _)| **on > day);
        let positions = later.scan(position, |position, (on, flow)| {
            let comes = if *on > due { flow.supply.saturating_add(flow.proposed) } else { Quantity::ZERO };
            *position = position.saturating_add(comes).saturating_sub(flow.demand);
            Some(*position)
        });
        positions.min().map_or(position, |lowest| lowest.min(position))
    }

    /// Places orders of allowed sizes; returns how much they are together.
    fn order(&mut self, product: usize, rule: &Rule, window: Window, needed: Quantity, because: ReorderReason) -> Result<Quantity, Error> {
        let room = MOST.saturating_sub(self.reorders.len());
        let sizes = rule.lot.orders(needed, room).map_err(overflow)?.ok_or_else(too_many)?;
        let Window { start, due, needed_on } = window;
        let mut left = needed;
        for quantity in &sizes {
            let needed = left.min(*quantity);
            left = left.saturating_sub(needed);
            self.reorders.push(Reorder { product, quantity: *quantity, needed, start, due, needed_on, because });
            self.need_components(product, rule.method, *quantity, start)?;
        }
        let ordered: Quantity = sizes.into_iter().sum();
        if let Some(flow) = self.flow(product, due) {
            flow.proposed = flow.proposed.saturating_add(ordered);
        }
        Ok(ordered)
    }

    pub fn available(&self, product: usize) -> Quantity {
        let id = self.item(product).map(|(id, _)| id);
        id.map_or(Quantity::ZERO, |id| availability(self.inventory, self.state, id, self.request.at).available)
    }

    /// The projected stock of each day on which something happens.
    pub fn rows(&self, product: usize) -> Vec<ReorderRow> {
        let flows = self.flows.get(product).into_iter().flatten().take_while(|(on, _)| **on <= self.request.until);
        let rows = flows.scan(self.available(product), |balance, (on, flow)| {
            *balance = balance.saturating_add(flow.net());
            Some(ReorderRow { on: *on, supply: flow.supply, demand: flow.demand, proposed: flow.proposed, projected: *balance })
        });
        rows.collect()
    }
}

impl Flow {
    const fn net(&self) -> Quantity {
        self.supply.saturating_add(self.proposed).saturating_sub(self.demand)
    }
}
