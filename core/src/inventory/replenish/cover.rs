//! Covering the needs of one product, and settling the dates of all orders.

use super::compile::Rule;
use super::def::SupplyMethod;
use super::explode::{Planner, overflow, too_many};
use super::net::{Need, NeedOf, Order, Pot, Source, Take, Whose};
use super::request::out_of_time;
use crate::id::DemandId;
use crate::quantity::Quantity;
use crate::report::Error;
use crate::sort;
use crate::time::{Date, TimeError};

/// Needs with equal keys share an order.
type Share = (Date, bool, Option<usize>, bool);

impl Planner<'_> {
    /// Covers the needs of a product: from what is reserved or on its way for the same demand; from what anyone may have, the earliest
    /// first; from what comes late for the same demand; then from orders.
    pub(super) fn cover(&mut self, product: usize) -> Result<(), Error> {
        let mut numbers = self.needs_of.get_mut(product).map(std::mem::take).unwrap_or_default();
        if numbers.is_empty() {
            return Ok(());
        }
        sort::by(&mut numbers, |one, other| self.urgency(*one).cmp(&self.urgency(*other)));
        let mut pots = self.pots(product);
        let surely_by = self.earliest(product);
        // The latest that is in time first, so that what is earlier is left for others.
        for number in &numbers {
            self.take_reserved(*number);
            self.take(*number, pots.iter_mut().rev(), |need, pot| need.owns(pot) && is_soon_enough(need, pot, surely_by));
        }
        for group in numbers.chunk_by(|one, other| self.shares(*one) == self.shares(*other)).map(<[usize]>::to_vec).collect::<Vec<_>>() {
            for number in &group {
                let for_anyone = |pot: &Pot| pot.whose == Whose::Anyone;
                self.take(*number, pots.iter_mut(), |need, pot| for_anyone(pot) && is_soon_enough(need, pot, surely_by));
                self.take(*number, pots.iter_mut(), Need::owns);
            }
            self.order(product, &group, &mut pots)?;
        }
        Ok(())
    }

    /// The earlier first, then by the id of the demand, so that the order of lines does not matter.
    fn urgency(&self, number: usize) -> Option<(Date, bool, Option<&DemandId>, bool, NeedOf)> {
        let need = self.needs.get(number)?;
        let root = need.root.and_then(|root| self.roots.get_index(root)).copied();
        Some((need.on, self.is_individual(need), root, need.dedicated, need.of))
    }

    fn shares(&self, number: usize) -> Option<Share> {
        let need = self.needs.get(number)?;
        let individual = self.is_individual(need);
        Some((need.on, individual, need.root.filter(|_| individual), need.dedicated))
    }

    /// Whether what is missing is ordered for this demand alone: what is made, and what goes into what is made to order.
    fn is_individual(&self, need: &Need) -> bool {
        need.dedicated || self.rule(need.product).is_some_and(|rule| rule.method != SupplyMethod::Buy)
    }

    /// What there is of a product, the earliest first.
    fn pots(&self, product: usize) -> Vec<Pot> {
        let stock = Pot { from: Source::Stock, on: self.today, left: self.available(product), whose: Whose::Anyone };
        let numbers = self.incoming_of.get(&product).map(Vec::as_slice).unwrap_or_default();
        let incoming = numbers.iter().filter_map(|number| self.incoming.get(*number).map(|supply| (*number, supply)));
        let incoming = incoming.map(|(number, supply)| {
            let whose = supply.root.map_or(Whose::Anyone, Whose::Only);
            Pot { from: Source::Expected(number), on: supply.due, left: supply.quantity, whose }
        });
        std::iter::once(stock).chain(incoming).collect()
    }

    fn take_reserved(&mut self, number: usize) {
        let Some(held) = self.needs.get(number).map(|need| self.reserved(need)) else { return };
        let mut pot = Pot { from: Source::Reserved, on: self.today, left: held, whose: Whose::Anyone };
        if let Some(need) = self.needs.get_mut(number) {
            need.take(&mut pot);
        }
    }

    fn take<'p>(&mut self, number: usize, pots: impl Iterator<Item = &'p mut Pot>, may: impl Fn(&Need, &Pot) -> bool) {
        let Some(need) = self.needs.get_mut(number) else { return };
        for pot in pots.filter(|pot| pot.left.is_positive()) {
            if need.missing.is_positive() && may(need, pot) {
                need.take(pot);
            }
        }
    }

    /// Orders what a group of needs still misses.
    fn order(&mut self, product: usize, group: &[usize], pots: &mut Vec<Pot>) -> Result<(), Error> {
        let missing: Quantity = group.iter().filter_map(|number| self.needs.get(*number)).map(|need| need.missing).sum();
        let first = group.first().and_then(|number| self.needs.get(*number));
        let (Some(rule), Some(first), true) = (self.rule(product), first, missing.is_positive()) else { return Ok(()) };
        let (needed_on, dedicated) = (first.on, first.dedicated);
        let root = first.root.filter(|_| self.is_individual(first));
        // What is too much is there for later needs; of an order for one demand, for that demand.
        let whose = root.map_or(Whose::Anyone, Whose::Only);
        let sizes = rule.lot.orders(missing, self.room()).map_err(overflow)?.ok_or_else(too_many)?;
        for quantity in sizes {
            let start = rule.lead_time.start_for(needed_on, &self.days).map_err(|error| out_of_time(&error))?;
            let due = self.due(rule, start).map_err(|error| out_of_time(&error))?;
            let of = self.needs.len();
            let number = self.orders.len();
            let dedicated = match rule.method {
                SupplyMethod::MakeToOrder => true,
                SupplyMethod::Phantom => dedicated,
                SupplyMethod::AssembleToOrder | SupplyMethod::Buy => false,
            };
            if rule.method != SupplyMethod::Buy {
                self.need_components(NeedOf::Order(number), product, quantity, start, root, dedicated)?;
            }
            let components = of..self.needs.len();
            let pegs = Vec::new();
            let needed = Quantity::ZERO;
            self.add_order(Order { product, quantity, needed, needed_on, start, due, blocked: false, root, components, pegs })?;
            pots.push(Pot { from: Source::Order(number), on: due, left: quantity, whose });
            for need in group {
                let own = Source::Order(number);
                self.take(*need, pots.iter_mut(), |_, pot| pot.from == own);
            }
        }
        Ok(())
    }

    /// The day on which an order is done that starts as soon as it can, but not before a day.
    fn due(&self, rule: &Rule, start: Date) -> Result<Date, TimeError> {
        let start = rule.lead_time.start_at(start.max(self.today), &self.days)?;
        rule.lead_time.due(start, &self.days)
    }

    /// Starts every order when its components are there, from the deepest level up; components have higher numbers than what they go into.
    pub(super) fn schedule(&mut self) -> Result<(), TimeError> {
        for number in (0..self.orders.len()).rev() {
            let Some(order) = self.orders.get(number) else { continue };
            let Some(rule) = self.rule(order.product) else { continue };
            let components = self.needs.get(order.components.clone()).unwrap_or_default();
            let ready = components.iter().flat_map(|need| &need.takes).map(|take| self.date_of(take)).max().unwrap_or(self.today);
            let blocked = components.iter().any(|need| self.is_blocked(need));
            let start = rule.lead_time.start_at(order.start.max(ready).max(self.today), &self.days)?;
            let due = rule.lead_time.due(start, &self.days)?;
            if let Some(order) = self.orders.get_mut(number) {
                (order.start, order.due, order.blocked) = (start, due, blocked);
            }
        }
        Ok(())
    }

    /// The day on which a part of a need is there.
    pub(super) fn date_of(&self, take: &Take) -> Date {
        match take.from {
            Source::Reserved | Source::Stock => self.today,
            Source::Expected(number) => self.incoming.get(number).map_or(self.today, |supply| supply.due),
            Source::Order(number) => self.orders.get(number).map_or(self.today, |order| order.due),
        }
    }

    /// Whether nothing supplies a part of a need, or a component of what it is made of.
    pub(super) fn is_blocked(&self, need: &Need) -> bool {
        let of_blocked =
            |take: &Take| matches!(take.from, Source::Order(number) if self.orders.get(number).is_some_and(|order| order.blocked));
        need.missing.is_positive() || need.takes.iter().any(of_blocked)
    }

    /// Notes at each order which needs it covers.
    pub(super) fn peg(&mut self) {
        for (number, need) in self.needs.iter().enumerate() {
            for take in &need.takes {
                if let Source::Order(order) = take.from
                    && let Some(order) = self.orders.get_mut(order)
                {
                    order.needed = order.needed.saturating_add(take.quantity);
                    order.pegs.push((number, take.quantity));
                }
            }
        }
    }
}

/// Whether something is there in time, or no later than a new order would surely be.
fn is_soon_enough(need: &Need, pot: &Pot, surely_by: Option<Date>) -> bool {
    surely_by.is_none_or(|earliest| pot.on <= need.on.max(earliest))
}
